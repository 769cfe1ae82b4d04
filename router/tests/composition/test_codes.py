"""Every error and hint code that composition can give is given by a text case."""

from __future__ import annotations

from pathlib import Path

from graphwing.composition.hints import HINT_LEVELS

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))

# https://www.apollographql.com/docs/graphos/reference/federation/errors
ERROR_CODES = frozenset(
    {
        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        "CONTEXT_INVALID_SELECTION",
        "CONTEXT_NAME_INVALID",
        "CONTEXT_NOT_SET",
        "CONTEXT_NO_RESOLVABLE_KEY",
        "COST_APPLIED_TO_INTERFACE_FIELD",
        "DEFAULT_VALUE_USES_INACCESSIBLE",
        "DIRECTIVE_COMPOSITION_ERROR",
        "DIRECTIVE_DEFINITION_INVALID",
        "DISALLOWED_INACCESSIBLE",
        "DOWNSTREAM_SERVICE_ERROR",
        "EMPTY_MERGED_ENUM_TYPE",
        "EMPTY_MERGED_INPUT_TYPE",
        "ENUM_VALUE_MISMATCH",
        "EXTENSION_WITH_NO_BASE",
        "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
        "EXTERNAL_ARGUMENT_MISSING",
        "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
        "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
        "EXTERNAL_MISSING_ON_BASE",
        "EXTERNAL_ON_INTERFACE",
        "EXTERNAL_TYPE_MISMATCH",
        "EXTERNAL_UNUSED",
        "FIELD_ARGUMENT_DEFAULT_MISMATCH",
        "FIELD_ARGUMENT_TYPE_MISMATCH",
        "FIELD_TYPE_MISMATCH",
        "IMPLEMENTED_BY_INACCESSIBLE",
        "INPUT_FIELD_DEFAULT_MISMATCH",
        "INTERFACE_FIELD_NO_IMPLEM",
        "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
        "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
        "INTERFACE_OBJECT_USAGE_ERROR",
        "INVALID_FEDERATION_SUPERGRAPH",
        "INVALID_FIELD_SHARING",
        "INVALID_GRAPHQL",
        "INVALID_LINK_DIRECTIVE_USAGE",
        "INVALID_LINK_IDENTIFIER",
        "INVALID_SHAREABLE_USAGE",
        "INVALID_SUBGRAPH_NAME",
        "KEY_DIRECTIVE_IN_FIELDS_ARG",
        "KEY_FIELDS_HAS_ARGS",
        "KEY_FIELDS_SELECT_INVALID_TYPE",
        "KEY_INVALID_FIELDS",
        "KEY_INVALID_FIELDS_TYPE",
        "KEY_UNSUPPORTED_ON_INTERFACE",
        "LINK_IMPORT_NAME_MISMATCH",
        "LIST_SIZE_APPLIED_TO_NON_LIST",
        "LIST_SIZE_INVALID_ASSUMED_SIZE",
        "LIST_SIZE_INVALID_SIZED_FIELD",
        "LIST_SIZE_INVALID_SLICING_ARGUMENT",
        "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        "NO_CONTEXT_IN_SELECTION",
        "NO_QUERIES",
        "ONLY_INACCESSIBLE_CHILDREN",
        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        "OVERRIDE_FROM_SELF_ERROR",
        "OVERRIDE_LABEL_INVALID",
        "OVERRIDE_ON_INTERFACE",
        "OVERRIDE_SOURCE_HAS_OVERRIDE",
        "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
        "PROVIDES_FIELDS_HAS_ARGS",
        "PROVIDES_FIELDS_MISSING_EXTERNAL",
        "PROVIDES_INVALID_FIELDS",
        "PROVIDES_INVALID_FIELDS_TYPE",
        "PROVIDES_ON_NON_OBJECT_FIELD",
        "PROVIDES_UNSUPPORTED_ON_INTERFACE",
        "QUERY_ROOT_TYPE_INACCESSIBLE",
        "REFERENCED_INACCESSIBLE",
        "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
        "REQUIRED_INACCESSIBLE",
        "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
        "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
        "REQUIRES_FIELDS_MISSING_EXTERNAL",
        "REQUIRES_INVALID_FIELDS",
        "REQUIRES_INVALID_FIELDS_TYPE",
        "REQUIRES_UNSUPPORTED_ON_INTERFACE",
        "ROOT_MUTATION_USED",
        "ROOT_QUERY_USED",
        "ROOT_SUBSCRIPTION_USED",
        "SATISFIABILITY_ERROR",
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
        "TYPE_DEFINITION_INVALID",
        "TYPE_KIND_MISMATCH",
        "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
        "UNKNOWN_FEDERATION_LINK_VERSION",
        "UNKNOWN_LINK_VERSION",
        "UNSUPPORTED_FEATURE",
        "UNSUPPORTED_LINKED_FEATURE",
    }
)

# Given by what a text case cannot hold; see test_properties.py.
GIVEN_ELSEWHERE = {
    "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",  # the search is given fewer steps
}
NEVER_GIVEN = {
    "DOWNSTREAM_SERVICE_ERROR": "composition calls no service",
    "INVALID_FEDERATION_SUPERGRAPH": "a supergraph is read when it is used, not when it is made",
    "UNSUPPORTED_FEATURE": "what composition does not support, it does not know by name",
    "UNSUPPORTED_LINKED_FEATURE": "a supergraph that cannot be run is refused by who would run it",
}
# Of a directive that is composed, the newest definition counts as it is, and no other type system
# directive is in the supergraph. The reference never gives these two either.
HINTS_NEVER_GIVEN = {
    "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS",
    "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE",
}


def given_by_cases() -> set[str]:
    """Return the first word of each line of each result, the codes among them."""
    results = (path.read_text(encoding="utf-8").partition("--- result\n")[2] for path in CASES)
    return {line.split(" ")[0] for result in results for line in result.split("\n")}


def test_every_error_code_has_a_case() -> None:
    assert len(ERROR_CODES) == 91
    assert ERROR_CODES - given_by_cases() == GIVEN_ELSEWHERE | NEVER_GIVEN.keys()


def test_every_hint_code_has_a_case() -> None:
    # Those of the reference, and one about contracts, which are not composed by it.
    assert len(HINT_LEVELS) == 30 + 1
    assert HINT_LEVELS.keys() - given_by_cases() == HINTS_NEVER_GIVEN
