"""A field that several subgraphs resolve must be shareable in all of them."""

from __future__ import annotations

from graphwing.composition.definitions import FieldDefinition, has_applied
from graphwing.composition.field_facts import FieldKey
from graphwing.composition.merge.merge_state import Merge, Overrides, Sources, Subgraph, names_of
from graphwing.composition.problems import Place


def check_sharing(
    merge: Merge,
    found: Sources[FieldDefinition],
    abstracted: list[tuple[Subgraph, FieldKey]],
    overrides: Overrides,
    key: FieldKey,
) -> None:
    """Report a field that more than one subgraph resolves without all of them saying so."""
    if key[0] == "Subscription":
        _refuse_shared_subscription(merge, found, key)
    if len(found) + len(abstracted) == 1:
        return
    resolving: list[tuple[Subgraph, FieldKey]] = [
        (subgraph, key) for subgraph, _ in found if not overrides.is_overridden(subgraph.name)
    ]
    resolving = [
        (subgraph, name)
        for subgraph, name in resolving + abstracted
        if not subgraph.facts.is_fully_external(name)
    ]
    alone = [
        (subgraph, name) for subgraph, name in resolving if name not in subgraph.facts.shareable
    ]
    if not alone or len(resolving) == 1:
        return
    coordinate = f"{key[0]}.{key[1]}"
    owners = [subgraph for subgraph, _ in resolving]
    merge.problems.report(
        "INVALID_FIELD_SHARING",
        f"`{coordinate}` is resolved in {names_of(owners)},"
        f" and not shareable in {names_of([subgraph for subgraph, _ in alone])}",
        at=[_place(subgraph, name) for subgraph, name in resolving],
        coordinate=coordinate,
        remedy=_remedy(merge, found, [subgraph for subgraph, _ in alone], key),
    )


def _refuse_shared_subscription(
    merge: Merge, found: Sources[FieldDefinition], key: FieldKey
) -> None:
    marked = [
        subgraph.schema.at(item.position)
        for subgraph, item in found
        if has_applied(item, "shareable")
    ]
    if marked:
        coordinate = f"{key[0]}.{key[1]}"
        merge.problems.report(
            "INVALID_FIELD_SHARING",
            f"`{coordinate}` is marked `@shareable`, and the source of a subscription cannot be"
            " shared",
            at=marked,
            coordinate=coordinate,
            remedy="remove `@shareable`, and keep the field in one subgraph",
        )


def _place(subgraph: Subgraph, key: FieldKey) -> Place:
    return subgraph.schema.at(subgraph.schema.types[key[0]].fields[key[1]].position)


def _remedy(
    merge: Merge, found: Sources[FieldDefinition], alone: list[Subgraph], key: FieldKey
) -> str:
    if key[0] == "Subscription":
        return "keep it in one subgraph; the source of a subscription cannot be shared"
    names = {subgraph.name for subgraph in merge.subgraphs}
    for _, item in found:
        override = next((it for it in item.directives if it.spec == "override"), None)
        target = override.arguments.get("from") if override is not None else None
        if target is not None and target not in names:
            return f"there is no subgraph `{target}` to override; correct the name in `@override`"
    if any(has_applied(item, "override") for _, item in found):
        return "let `@override` name the subgraph that still resolves it, or remove it there"
    return (
        f"add `@shareable` to it in {names_of(alone)} when all resolve it alike,"
        " or `@override(from:)` where it moves to, or remove it from all but one"
    )
