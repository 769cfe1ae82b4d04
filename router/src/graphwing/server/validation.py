"""Whether a document can be run at all: the rules of GraphQL, and one of the router's own.

https://spec.graphql.org/October2021/#sec-Validation
"""

from __future__ import annotations

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    ValidationRule,
    specified_rules,
    validate,
)

from graphwing.errors import OperationInvalidError

_ABORTED = "Validation aborted."


class TypenameIsNoAliasRule(ValidationRule):
    """No other field is called `__typename`: subgraphs are asked for that whatever clients ask."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401
        """Report an alias that would stand where the type's name does."""
        if node.alias and node.alias.value == "__typename" != node.name.value:
            message = (
                f"`{node.name.value}` cannot be called `__typename`, where the router looks for"
                " the type; choose another alias"
            )
            self.report_error(GraphQLError(message, node))


_RULES = (*specified_rules, TypenameIsNoAliasRule)


def require_valid(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Raise `OperationInvalidError` with all faults of `document`."""
    try:
        errors = validate(schema, document, _RULES)
    except RecursionError as error:
        raise too_deep() from error
    if errors:
        raise OperationInvalidError([_fault(error) for error in errors])


def too_deep() -> OperationInvalidError:
    """Return the error about an operation that is nested beyond what can be read."""
    return OperationInvalidError([{"message": "the operation is nested too deeply"}])


def _fault(error: GraphQLError) -> dict[str, Any]:
    if error.message != _ABORTED:
        return {**error.formatted}
    return {
        "message": "the operation takes too much work to validate: its fields are asked in too many"
        " places that have to agree, or its fragments nest too deeply; ask for less at a time"
    }
