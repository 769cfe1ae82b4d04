"""Every text case in `cases/` composes to what it says; `--update-cases` rewrites what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphwing.composition import Contract, Hint, SubgraphSdl, compose_sdl
from graphwing.errors import CompositionError, CompositionProblem

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
_OWN_TYPES = ("join__", "link__", "requiresScopes__", "policy__", "context__")


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text(encoding="utf-8")
    given, _, _ = text.partition("--- result\n")

    lines = outcome(list(subgraphs_in(given)), contract_in(given))
    result = "".join(f"{line}\n" for line in lines)
    if request.config.getoption("--update-cases"):
        path.write_text(f"{given}--- result\n{result}", encoding="utf-8")

    assert path.read_text(encoding="utf-8") == f"{given}--- result\n{result}"


def subgraphs_in(text: str) -> Iterator[SubgraphSdl]:
    for part in text.split("--- subgraph ")[1:]:
        name, _, sdl = part.partition("\n")
        yield SubgraphSdl(name, f"http://{name}", sdl)


def contract_in(text: str) -> Contract:
    """Return the contract that the text before the subgraphs names, as `include: a, exclude: b`."""
    tags: dict[str, list[str]] = {"include": [], "exclude": []}
    for part in text.partition("--- subgraph ")[0].split(","):
        kind, _, tag = part.strip().partition(": ")
        if tag:
            tags[kind].append(tag)
    return Contract(frozenset(tags["include"]), frozenset(tags["exclude"]))


def outcome(subgraphs: list[SubgraphSdl], contract: Contract) -> Iterator[str]:
    """Yield what composing gives: problems, or hints and the part of the supergraph that varies."""
    try:
        sdl, hints = compose_sdl(subgraphs, contract=contract)
    except CompositionError as error:
        for problem in error.problems:
            yield from lines_about(problem)
            if problem.remedy is not None:
                yield f"  remedy: {problem.remedy}"
        for hint in error.hints:
            yield from lines_about(hint)
        return
    for hint in hints:
        yield from lines_about(hint)
    yield from varying_part(sdl)


def lines_about(found: CompositionProblem | Hint) -> Iterator[str]:
    places = " ".join(f"{it.subgraph}:{it.line}:{it.column}" for it in found.locations)
    subgraphs = ", ".join(found.subgraphs)
    yield f"{found.code} [{subgraphs}] {found.coordinate or '-'} {places}".rstrip()
    yield f"  {found.message}"


def varying_part(sdl: str) -> Iterator[str]:
    """Yield the supergraph without what is the same in all supergraphs of one join version."""
    schema, *definitions = sdl.rstrip("\n").split("\n\n")
    yield from schema.split("\n")[:-1]
    yield "}"
    for block in blocks(definitions):
        first = next(line for line in block if not line.startswith(('"', " ")))
        name = first.split()[1].lstrip("@")
        if not name.startswith(_OWN_TYPES) and first != "}" and not name.startswith("link("):
            yield ""
            yield from block


def blocks(definitions: list[str]) -> Iterator[list[str]]:
    """Yield whole definitions, of which a description may hold an empty line."""
    kept: list[str] = []
    for part in definitions:
        kept += [*([""] if kept else []), *part.split("\n")]
        text = "\n".join(kept)
        if text.count('"""') % 2 == 0 and text.count("{\n") == text.count("\n}"):
            yield kept
            kept = []
