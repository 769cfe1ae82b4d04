"""What changes of an API mean to clients."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse

from graphwing.supergraph import (
    ApiChange,
    Finding,
    OperationsCheck,
    Severity,
    api_changes,
    check_operations,
    fragments_in,
    operations_in,
)

API = """
directive @live(every: Int) repeatable on FIELD | QUERY
type Query {
  track(id: ID!, raw: Boolean = false, at: Int): Track
  found: Found
  top(by: Wish): [Track!]!
  mood: Mood
}
interface Node { id: ID! }
type Track implements Node { id: ID!, title: String!, plays: Int }
type Artist { name: String }
union Found = Track | Artist
enum Mood { CALM WILD }
input Wish { mood: Mood, limit: Int! = 10 }
"""


def changes(before: str, after: str) -> tuple[ApiChange, ...]:
    """Return what becomes of the API when the text `before` in it becomes `after`."""
    assert before in API
    return api_changes(build_schema(API), build_schema(API.replace(before, after)))


@pytest.mark.parametrize(
    ("before", "after", "code", "coordinate"),
    [
        ("  mood: Mood\n", "", "FIELD_REMOVED", "Query.mood"),
        ("plays: Int", "plays: String", "FIELD_CHANGED_KIND", "Track.plays"),
        ("title: String!", "title: String", "FIELD_CHANGED_KIND", "Track.title"),
        (", at: Int)", ")", "ARG_REMOVED", "Query.track(at:)"),
        ("at: Int)", "at: Int!)", "ARG_CHANGED_KIND", "Query.track(at:)"),
        ("top(by", "top(n: Int!, by", "REQUIRED_ARG_ADDED", "Query.top(n:)"),
        ("Mood, limit", "Mood, more: Int!, limit", "REQUIRED_INPUT_FIELD_ADDED", "Wish.more"),
        ("limit: Int! = 10", "limit: Int!", "INPUT_FIELD_DEFAULT_VALUE_CHANGE", "Wish.limit"),
        ("CALM WILD", "CALM", "VALUE_REMOVED_FROM_ENUM", "Mood.WILD"),
        ("Track | Artist", "Track", "TYPE_REMOVED_FROM_UNION", "Found"),
        (" implements Node", "", "IMPLEMENTED_INTERFACE_REMOVED", "Track"),
        ("FIELD | QUERY", "FIELD", "DIRECTIVE_LOCATION_REMOVED", "@live"),
        (") repeatable", ")", "DIRECTIVE_REPEATABLE_REMOVED", "@live"),
        ("@live(every: Int)", "@live", "DIRECTIVE_ARG_REMOVED", "@live(every:)"),
        ("input Wish", "input Wish @oneOf", "ONE_OF_ADDED", "Wish"),
    ],
)
def test_breaking_changes(before: str, after: str, code: str, coordinate: str) -> None:
    found = changes(before, after)

    assert [(it.code, it.severity, it.coordinate) for it in found] == [
        (code, Severity.BREAKING, coordinate)
    ]
    assert found[0].remedy


@pytest.mark.parametrize(
    ("before", "after", "code", "coordinate"),
    [
        ("CALM WILD", "CALM WILD SAD", "VALUE_ADDED_TO_ENUM", "Mood.SAD"),
        ("raw: Boolean = false", "raw: Boolean", "ARG_DEFAULT_VALUE_CHANGE", "Query.track(raw:)"),
        ("= false", "= true", "ARG_DEFAULT_VALUE_CHANGE", "Query.track(raw:)"),
        ("at: Int)", "at: Int, on: Int)", "OPTIONAL_ARG_ADDED", "Query.track(on:)"),
        ("Mood, limit", "Mood, more: Int, limit", "OPTIONAL_INPUT_FIELD_ADDED", "Wish.more"),
        (
            "type Artist {",
            "type Artist implements Node { id: ID!,",
            "IMPLEMENTED_INTERFACE_ADDED",
            "Artist",
        ),
    ],
)
def test_dangerous_changes(before: str, after: str, code: str, coordinate: str) -> None:
    assert [(it.code, it.severity, it.coordinate) for it in changes(before, after)] == [
        (code, Severity.DANGEROUS, coordinate)
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("plays: Int", "plays: Int!"),
        ("plays: Int", "plays: Int, length: Float"),
        ("id: ID!, raw", "id: ID, raw"),
        ("type Artist", '"Plays."\ntype Artist'),
    ],
)
def test_changes_that_no_client_needs_to_know(before: str, after: str) -> None:
    assert changes(before, after) == ()


def test_a_standard_scalar_goes_unmentioned_with_its_last_use() -> None:
    found = changes("raw: Boolean = false, ", "")

    assert [it.code for it in found] == ["ARG_REMOVED"]


def test_messages_name_what_they_are_about_in_backticks() -> None:
    assert changes("plays: Int", "plays: String")[0].message == (
        "field `Track.plays` changed type from Int to String"
    )
    assert changes("Track | Artist", "Track")[0].message == (
        "`Artist` was removed from union type Found"
    )


OPERATIONS = """
query Titles { top { ...Title } }
query Plays { track(id: 1) { ... on Track { plays } } }
query Both { top { ...Title plays } }
query NeverValid { top { length } }
{ mood }
fragment Title on Track { title }
"""


def checked(before: str, after: str, text: str = OPERATIONS) -> OperationsCheck:
    old, new = build_schema(API), build_schema(API.replace(before, after))
    operations = operations_in(parse(text), "operations", {})
    return check_operations(operations, old, new, api_changes(old, new))


def names(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.operation.name for finding in findings]


def test_exactly_the_operations_that_were_valid_and_are_not_break() -> None:
    found = checked(", plays: Int", "")

    assert found.checked == 4
    assert names(found.broken) == ["Plays", "Both"]
    assert names(found.ignored) == ["NeverValid"]
    assert not any(it.is_valid for it in found.broken)
    reason = found.broken[0].reasons[0]
    assert (reason.message, reason.line, reason.column) == (
        "Cannot query field 'plays' on type 'Track'",
        3,
        45,
    )


def test_a_fragment_breaks_the_operations_that_use_it() -> None:
    found = checked("title: String!, ", "")

    assert names(found.broken) == ["Titles", "Both"]


def test_operations_that_get_another_type_break_and_stay_valid() -> None:
    found = checked("title: String!", "title: String")

    assert names(found.broken) == ["Titles", "Both"]
    assert all(it.is_valid for it in found.broken)
    assert [it.message for it in found.broken[0].reasons] == [
        "field `Track.title` changed type from String! to String"
    ]


def test_an_anonymous_operation_breaks_too() -> None:
    assert names(checked("  mood: Mood\n", "").broken) == [""]


def test_a_required_argument_breaks_those_that_do_not_give_it() -> None:
    text = "query Given { track(id: 1, at: 2) { id } } query Left { track(id: 1) { id } }"

    assert names(checked("at: Int)", "at: Int!)", text).broken) == ["Left"]


def test_fragments_may_stand_in_another_document() -> None:
    shared = fragments_in(parse("fragment Title on Track { title }"))
    document = parse("query Titles { top { ...Title } }")
    old, new = build_schema(API), build_schema(API.replace("title: String!, ", ""))

    alone = check_operations(operations_in(document, "a", {}), old, new, ())
    together = check_operations(operations_in(document, "a", shared), old, new, ())

    assert (names(alone.ignored), names(together.broken)) == (["Titles"], ["Titles"])
