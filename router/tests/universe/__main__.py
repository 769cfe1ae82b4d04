"""Run the synthetic universe for long: `python -m universe --cases N --seed S`."""

from __future__ import annotations

from universe.run import main

if __name__ == "__main__":
    main()
