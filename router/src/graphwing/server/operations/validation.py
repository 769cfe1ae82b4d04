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
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    ValidationRule,
    specified_rules,
    validate,
)

from graphwing.errors import OperationInvalidError
from graphwing.planner import TakesLongerError

_ABORTED = "Validation aborted."
_TOO_MANY = "Too many validation errors, error limit reached. Validation aborted."
# Each fault may name as much as the document has, and takes as long to be written.
_MOST_FAULTS = 20
_MOST_CHARACTERS = 1_000
# Steps of comparing fields that take some tens of milliseconds; the most is fifty times as many.
_QUICK_WORK = 10_000


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


class QuickOverlapRule(OverlappingFieldsCanBeMergedRule):
    """Fields that are asked in several places agree, as far as that is found out quickly."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = _QUICK_WORK


_RULES = (*specified_rules, TypenameIsNoAliasRule)
# Comparing fields is the one rule that can take much longer than reading the document.
_QUICK_RULES = tuple(
    QuickOverlapRule if rule is OverlappingFieldsCanBeMergedRule else rule for rule in _RULES
)


def require_valid(
    schema: GraphQLSchema,
    document: DocumentNode,
    *,
    quickly: bool = False,
    hides_suggestions: bool = False,
) -> None:
    """Raise `OperationInvalidError` with all faults of `document`.

    What may have been meant is not told if it `hides_suggestions`. Raises `TakesLongerError` when
    it is to be found out `quickly`, and is not.
    """
    rules = _QUICK_RULES if quickly else _RULES
    try:
        errors = validate(schema, document, rules, _MOST_FAULTS, hide_suggestions=hides_suggestions)
    except RecursionError as error:
        raise too_deep() from error
    if quickly and errors and errors[-1].message == _ABORTED:
        raise TakesLongerError
    if errors:
        faults = [_fault(error) for error in errors]
        if hides_suggestions:
            # The library keeps one, about fields without a selection.
            faults = [{**one, "message": _without_suggestion(one["message"])} for one in faults]
        raise OperationInvalidError(faults)


def too_deep() -> OperationInvalidError:
    """Return the error about an operation that is nested beyond what can be read."""
    return OperationInvalidError([{"message": "the operation is nested too deeply"}])


def _without_suggestion(message: str) -> str:
    return message.partition(" Did you mean ")[0]


def _fault(error: GraphQLError) -> dict[str, Any]:
    if error.message == _TOO_MANY:
        return {"message": f"there are more than {_MOST_FAULTS} faults; these are the first"}
    if len(error.message) > _MOST_CHARACTERS:
        return {**error.formatted, "message": f"{error.message[:_MOST_CHARACTERS]}…"}
    if error.message != _ABORTED:
        return {**error.formatted}
    return {
        "message": "the operation takes too much work to validate: its fields are asked in too many"
        " places that have to agree, or its fragments nest too deeply; ask for less at a time"
    }
