"""Compose many mutants: `python -m mutants --cases N --seed S`."""

from __future__ import annotations

from mutants.run import main

if __name__ == "__main__":
    main()
