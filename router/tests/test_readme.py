"""The first example of the README is what a newcomer runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from graphwing import errors

# Nobody serves anything yet when these are raised.
FOUND_AT_START = {
    "COMPOSITION_FAILED",
    "INVALID_SETTINGS",
    "INVALID_SUPERGRAPH",
    "SUBGRAPH_START_FAILED",
    "UNSUPPORTED_LINKED_FEATURE",
}
# What several errors have in common; one of those is raised.
COMMON = {"DOWNSTREAM_SERVICE_NOT_ASKED", "OPERATION_LIMIT_EXCEEDED"}

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


def test_every_code_that_a_client_can_see_is_in_the_readme_with_its_status() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \| [^|]+ \|$", README, re.MULTILINE))
    kinds = {
        kind.code: kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.FederationError)
    }
    seen = kinds.keys() - FOUND_AT_START - COMMON

    assert seen - rows.keys() == set()
    assert rows.keys() - kinds.keys() == set()
    for code in seen:
        assert rows[code] in _statuses(kinds[code]), code


def _statuses(kind: type[errors.FederationError]) -> set[str]:
    if issubclass(kind, errors.OperationError | errors.PlanningBudgetError):
        return {"200 or 400"}
    if issubclass(kind, errors.RequestError):
        return {str(kind.status), "in the stream"}
    if issubclass(kind, errors.NotReadyError):
        return {"503"}
    return {"with the data", "in the stream"} if issubclass(kind, errors.SubgraphError) else {"500"}
