"""How far composition agrees with the reference, on a corpus that lies beside the repository.

`python router/tests/composition/test_conformance_corpus.py` prints the figures and what differs;
`--show ID` prints one case with both answers.
"""

# ruff: noqa: T201 - printing figures is half of what this is for

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graphwing.composition import SubgraphSdl, compose_sdl
from graphwing.composition.definitions import ABSENT, AppliedDirective, InputValue, TypeDefinition
from graphwing.composition.field_sets import normalised
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import read_sdl
from graphwing.composition.sdl_texts import sdl_texts
from graphwing.composition.values import ConstValue, EnumLiteral
from graphwing.errors import CompositionError

CORPUS = Path(__file__).parents[4] / "shared" / "conformance" / "composition-cases.jsonl.gz"

# What we reach of the 672 cases, which may only rise, and what share of more cases is wanted.
FIGURES = {
    "verdict, references agree": (654, 100),
    "verdict, references differ": (18, 98),
    "error codes, references agree": (286, 100),
    "supergraph, references agree": (308, 100),
    "supergraph, references differ": (10, 97),
    "hint codes": (318, 97),
    "error codes, references differ": (61, 0),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why our answer is another one, where the reference gives some codes and we give others."""

    theirs: frozenset[str]
    ours: frozenset[str]
    why: str


REASONS = (
    Reason(
        frozenset({"INVALID_GRAPHQL"}),
        frozenset({"INVALID_LINK_DIRECTIVE_USAGE"}),
        "an import that does not exist leaves a directive unknown: the reference reports the"
        " directive, we report the import",
    ),
    Reason(
        frozenset({"PROVIDES_ON_NON_OBJECT_FIELD"}),
        frozenset({"PROVIDES_ON_NON_OBJECT_FIELD", "KEY_UNSUPPORTED_ON_INTERFACE"}),
        "the reference tells of a key on an interface when nothing else is wrong, we tell at once",
    ),
    Reason(
        frozenset(),
        frozenset({"LIST_SIZE_INVALID_SLICING_ARGUMENT"}),
        "the reference throws on its own supergraph, where a list is sliced by an argument"
        " that merging left out; we name the argument",
    ),
    Reason(
        frozenset(),
        frozenset({"LIST_SIZE_INVALID_SIZED_FIELD"}),
        "the reference throws on its own supergraph, where a list size names a field that"
        " merging left out; we name the field",
    ),
    Reason(
        frozenset(),
        frozenset({"INVALID_GRAPHQL"}),
        "the reference accepts, or throws at, what GraphQL forbids: a name defined twice, an"
        " enum value where a string is due, a type that only a specification knows",
    ),
    Reason(
        frozenset({"INVALID_GRAPHQL"}),
        frozenset({"INVALID_GRAPHQL", "INVALID_LINK_DIRECTIVE_USAGE"}),
        "the reference stops at the first of two faults of a subgraph, we tell both",
    ),
)

_FIELD_SET_ARGUMENTS = {"key", "requires", "provides"}


@dataclass(slots=True)
class Answer:
    """What composing one case gave."""

    sdl: str | None = None
    errors: frozenset[str] = frozenset()
    hints: frozenset[str] = frozenset()
    failure: str | None = None
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """Cases that agree and that differ, by figure."""

    reached: Counter[str] = field(default_factory=Counter[str])
    total: Counter[str] = field(default_factory=Counter[str])
    differing: list[str] = field(default_factory=list[str])

    unexplained: list[str] = field(default_factory=list[str])

    def count(
        self, figure: str, case: str, *, same: bool, difference: str, reason: str | None
    ) -> None:
        self.total[figure] += 1
        self.reached[figure] += same
        if not same:
            self.differing.append(f"{case} {figure}: {difference}")
            if reason is None:
                self.unexplained.append(self.differing[-1])
            else:
                self.differing[-1] += f"; because {reason}"


def cases(path: Path = CORPUS) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def answer_to(case: dict[str, Any]) -> Answer:
    subgraphs = [
        SubgraphSdl(it["name"], it.get("url") or "", it["sdl"]) for it in case["subgraphs"]
    ]
    try:
        sdl, hints = compose_sdl(subgraphs)
    except CompositionError as error:
        codes = frozenset(problem.code for problem in error.problems)
        return Answer(errors=codes, problems=tuple(map(str, error.problems)))
    except Exception as error:  # noqa: BLE001 - a crash is a difference to be listed
        return Answer(failure=f"{type(error).__name__}: {error}")
    return Answer(sdl, hints=frozenset(hint.code for hint in hints))


def compare(case: dict[str, Any], report: Report) -> None:
    expected = case["expected"]["apollo"]
    answer = answer_to(case)
    agreement = case["agreement"]
    name = case["id"]

    def figure(what: str, *, agreed: bool) -> str:
        return f"{what}, references {'agree' if agreed else 'differ'}"

    same = answer.failure is None and (answer.sdl is not None) == expected["ok"]
    said = answer.failure or "; ".join(answer.problems)[:160] or f"composes, not {wanted(expected)}"
    reason = reason_for(expected, answer)
    report.count(
        figure("verdict", agreed=agreement["verdict"]),
        name,
        same=same,
        difference=said,
        reason=reason,
    )
    if not expected["ok"]:
        codes = frozenset(expected.get("errorCodes") or ())
        report.count(
            figure("error codes", agreed=agreement.get("codeSet", False)),
            name,
            same=answer.errors == codes,
            difference=f"{sorted(answer.errors)}, not {sorted(codes)}",
            reason=reason,
        )
        return
    theirs, ours = canonical(expected["supergraphSdl"]), canonical(answer.sdl)
    report.count(
        figure("supergraph", agreed=agreement.get("supergraphCanonical", False)),
        name,
        same=ours == theirs,
        difference=first_difference(theirs, ours),
        reason=reason,
    )
    hints = frozenset(expected["hintCodes"])
    report.count(
        "hint codes",
        name,
        same=answer.sdl is not None and answer.hints == hints,
        difference=f"{sorted(answer.hints)}, not {sorted(hints)}",
        reason=reason,
    )


def reason_for(expected: dict[str, Any], answer: Answer) -> str | None:
    """Return why our answer is another one, where we know."""
    theirs = frozenset(expected.get("errorCodes") or ())
    known = (it.why for it in REASONS if (it.theirs, it.ours) == (theirs, answer.errors))
    return next(known, None)


def wanted(expected: dict[str, Any]) -> list[str]:
    return sorted(set(expected.get("errorCodes") or ()))


def first_difference(theirs: list[str], ours: list[str]) -> str:
    if not ours:
        return "does not compose"
    changes = [
        line
        for line in difflib.ndiff(theirs, ours)
        if line.startswith(("- ", "+ ")) and line.strip()
    ]
    return " | ".join(changes)[:300]


def canonical(sdl: str | None) -> list[str]:
    """Return the lines of `sdl` in a form in which two equal supergraphs are the same text.

    Order and descriptions do not count, and neither do the spellings of graph names and field sets.
    """
    if sdl is None:
        return []
    supergraph = SubgraphSdl("supergraph", "", sdl)
    read = read_sdl(supergraph, Problems(sdl_texts([supergraph])))
    graphs = {
        value.name: f"graph:{value.directives[0].arguments['name']}"
        for value in read.types["join__Graph"].values.values()
    }
    lines = [f"schema {uses(read.schema_directives, graphs)} {sorted(read.roots.items())}"]
    for directive in read.directives.values():
        places = f"{directive.is_repeatable} {sorted(directive.locations)}"
        lines.append(f"@{directive.name}({inputs(directive.arguments, graphs)}) {places}")
    for definition in read.types.values():
        lines += type_lines(definition, graphs)
    return sorted(lines)


def type_lines(definition: TypeDefinition, graphs: dict[str, str]) -> Iterator[str]:
    name = definition.name
    parts = f"{sorted(definition.interfaces)} {sorted(definition.members)}"
    yield f"{definition.kind.value} {name} {parts} {uses(definition.directives, graphs)}"
    for item in definition.fields.values():
        arguments = inputs(item.arguments, graphs)
        yield f"{name}.{item.name}({arguments}): {item.type} {uses(item.directives, graphs)}"
    for item in definition.input_fields.values():
        yield f"{name}.{inputs({item.name: item}, graphs)}"
    for value in definition.values.values():
        label = graphs.get(value.name, value.name) if name == "join__Graph" else value.name
        yield f"{name}.{label} {uses(value.directives, graphs)}"


def inputs(arguments: dict[str, InputValue], graphs: dict[str, str]) -> str:
    return ", ".join(
        f"{it.name}: {it.type} = {'' if it.default is ABSENT else text_of(it.default, graphs)}"
        f" {uses(it.directives, graphs)}"
        for it in sorted(arguments.values(), key=lambda it: it.name)
    )


def uses(directives: list[AppliedDirective], graphs: dict[str, str]) -> str:
    texts: list[str] = []
    for directive in directives:
        arguments = dict(directive.arguments)
        for name in _FIELD_SET_ARGUMENTS & arguments.keys():
            arguments[name] = normalised(str(arguments[name]))
        texts.append(f"@{directive.name}({text_of(arguments, graphs)})")
    return " ".join(sorted(texts))


def text_of(value: ConstValue, graphs: dict[str, str]) -> str:
    match value:
        case EnumLiteral(name):
            return graphs.get(name, name)
        case dict():
            return str(sorted((key, text_of(item, graphs)) for key, item in value.items()))
        case list():
            return str([text_of(item, graphs) for item in value])
        case _:
            return repr(value)


def report_on(path: Path = CORPUS) -> Report:
    report = Report()
    for case in cases(path):
        compare(case, report)
    return report


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus is not here")
def test_agreement_with_the_reference_does_not_fall() -> None:
    report = report_on()

    print(*figures(report), sep="\n")
    fallen = [name for name, (floor, _) in FIGURES.items() if report.reached[name] < floor]
    assert fallen == [], "\n".join(report.differing)
    assert report.unexplained == []


def figures(report: Report) -> Iterator[str]:
    """Yield how many cases agree, figure by figure, and how many should."""
    for name, (_, wanted_share) in FIGURES.items():
        reached, total = report.reached[name], report.total[name]
        share = 100 * reached / total if total else 100
        verdict = "" if share >= wanted_share else ": too few"
        yield f"{name}: {reached} of {total}, {share:.1f} % (wanted: {wanted_share} %){verdict}"
    yield f"differences: {len(report.differing)}, unexplained: {len(report.unexplained)}"


def show(name: str, path: Path) -> None:
    for case in cases(path):
        if not case["id"].startswith(name):
            continue
        for subgraph in case["subgraphs"]:
            print(f"##### {subgraph['name']}\n{subgraph['sdl']}\n")
        for who, expected in case["expected"].items():
            facts = {key: value for key, value in expected.items() if key != "supergraphSdl"}
            print(f"{who}: {facts}")
        answer = answer_to(case)
        print(f"ours: {answer.failure or ''} {sorted(answer.hints)}", *answer.problems, sep="\n  ")
        sdl = case["expected"]["apollo"].get("supergraphSdl")
        print(
            *difflib.unified_diff(canonical(sdl), canonical(answer.sdl), n=0, lineterm=""), sep="\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="compare composition with the reference")
    parser.add_argument("--show", metavar="ID", help="print one case")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    arguments = parser.parse_args()
    if arguments.show:
        show(arguments.show, arguments.corpus)
        return
    report = report_on(arguments.corpus)
    print(*report.differing, sep="\n")
    print(*figures(report), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
