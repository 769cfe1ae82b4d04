"""Every type offers what the interfaces that it implements promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from graphwing.composition.definitions import (
    FIELD_KINDS,
    FieldDefinition,
    Position,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.type_reference import (
    TypeReference,
    is_list,
    is_non_null,
    item_type,
    nullable,
)


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """Something an interface promises and an implementing type does not keep."""

    message: str
    coordinate: str
    position: Position
    interface: str
    remedy: str
    missing_field: str | None = None


def check_implementations(schema: SubgraphSchema, problems: Problems) -> None:
    """Report types of `schema` that do not keep the promises of their interfaces."""
    for definition in schema.types.values():
        if not definition.interfaces:
            continue
        for broken in broken_promises(definition, schema.types):
            problems.report(
                "INVALID_GRAPHQL",
                broken.message,
                remedy=broken.remedy,
                at=[schema.at(broken.position)],
                coordinate=broken.coordinate,
            )


def broken_promises(
    definition: TypeDefinition, types: Mapping[str, TypeDefinition]
) -> Iterator[BrokenPromise]:
    """Yield what `definition` lacks of the interfaces that it says it implements."""
    for name, position in definition.interfaces.items():
        interface = types.get(name)
        if interface is None or interface.kind is not TypeKind.INTERFACE:
            continue
        if name == definition.name:
            message = f"`{name}` implements itself"
            yield BrokenPromise(message, name, position, name, "remove it from what it implements")
            continue
        for parent in interface.interfaces:
            if parent not in definition.interfaces:
                yield BrokenPromise(
                    f"`{definition.name}` implements `{name}` and so must implement `{parent}` too",
                    definition.name,
                    position,
                    name,
                    f"add `& {parent}` to what it implements",
                )
        for promised in interface.fields.values():
            yield from _broken_field(definition, name, promised, types)


def _broken_field(
    definition: TypeDefinition,
    interface: str,
    promised: FieldDefinition,
    types: Mapping[str, TypeDefinition],
) -> Iterator[BrokenPromise]:
    coordinate = f"{definition.name}.{promised.name}"
    item = definition.fields.get(promised.name)
    if item is None:
        message = f"`{definition.name}` lacks the field `{promised.name}` of `{interface}`"
        yield BrokenPromise(
            message,
            definition.name,
            definition.position,
            interface,
            f"add `{promised.name}: {promised.type}` to `{definition.name}`",
            promised.name,
        )
        return
    if not is_subtype(item.type, promised.type, subtype_in(types)):
        yield BrokenPromise(
            f"`{coordinate}` returns `{item.type}`, and `{interface}.{promised.name}` promises"
            f" `{promised.type}`",
            coordinate,
            item.position,
            interface,
            f"return `{promised.type}` or a type that it includes",
        )
    for name, argument in promised.arguments.items():
        own = item.arguments.get(name)
        if own is None or own.type != argument.type:
            found = "does not take it" if own is None else f"takes `{own.type}`"
            yield BrokenPromise(
                f"`{interface}.{promised.name}` takes `{name}: {argument.type}`;"
                f" `{coordinate}` {found}",
                coordinate,
                item.position if own is None else own.position,
                interface,
                f"let it take `{name}: {argument.type}`",
            )
    for name, own in item.arguments.items():
        if name not in promised.arguments and own.is_required:
            yield BrokenPromise(
                f"`{coordinate}` requires the argument `{name}`, which"
                f" `{interface}.{promised.name}` does not take",
                coordinate,
                own.position,
                interface,
                "make it nullable, give it a default, or add it to the interface",
            )


def subtype_in(types: Mapping[str, TypeDefinition]) -> Callable[[str, str], bool]:
    """Return a test of whether one named type is among the possible types of another."""

    def is_named_subtype(sub: str, base: str) -> bool:
        abstract, concrete = types.get(base), types.get(sub)
        if abstract is None or concrete is None:
            return False
        if abstract.kind is TypeKind.UNION:
            return sub in abstract.members
        is_interface = abstract.kind is TypeKind.INTERFACE
        return is_interface and concrete.kind in FIELD_KINDS and base in concrete.interfaces

    return is_named_subtype


def is_subtype(
    sub: TypeReference, base: TypeReference, is_named_subtype: Callable[[str, str], bool]
) -> bool:
    """Return whether every value of `sub` is one of `base`.

    >>> is_subtype("[Int!]!", "[Int]", lambda sub, base: False)
    True
    """
    while True:
        if sub == base:
            return True
        if is_non_null(sub):
            sub, base = nullable(sub), nullable(base)
        elif is_non_null(base):
            return False
        elif is_list(sub) and is_list(base):
            sub, base = item_type(sub), item_type(base)
        elif is_list(sub) or is_list(base):
            return False
        else:
            return is_named_subtype(sub, base)
