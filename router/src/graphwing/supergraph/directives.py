"""Reading directive applications as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from graphql import DirectiveNode, value_from_ast_untyped


class Annotated(Protocol):
    """Any node that carries directives."""

    @property
    def directives(self) -> Sequence[Any] | None:
        """The directives, in document order."""
        ...


def applications(node: Annotated, name: str) -> list[Mapping[str, Any]]:
    """Return the arguments of each application of the directive `name`, in order."""
    directives: Sequence[DirectiveNode] = node.directives or ()
    return [_arguments(directive) for directive in directives if directive.name.value == name]


def is_applied(node: Annotated, name: str | None) -> bool:
    """Tell whether the directive `name` is applied at all."""
    directives: Sequence[DirectiveNode] = node.directives or ()
    return name is not None and any(directive.name.value == name for directive in directives)


def _arguments(directive: DirectiveNode) -> dict[str, Any]:
    return {
        argument.name.value: value_from_ast_untyped(argument.value)
        for argument in directive.arguments or ()
    }
