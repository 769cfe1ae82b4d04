"""The first example of the README is what a newcomer runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_first_example_prints_what_the_readme_says(tmp_path: Path) -> None:
    example, printed = (
        re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)[0]
        for language in ("python", "text")
    )

    result = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.stdout, result.stderr) == (printed, "")
