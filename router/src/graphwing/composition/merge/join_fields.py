"""`@join__field`: which subgraph has which form of a field, where they are not all alike."""

from __future__ import annotations

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    InputValue,
    TypeDefinition,
    first_applied,
)
from graphwing.composition.field_sets import normalised
from graphwing.composition.merge.context_arguments import context_arguments
from graphwing.composition.merge.merge_state import Merge, Overrides, Sources, Subgraph
from graphwing.composition.subgraph_schema import string_argument
from graphwing.composition.type_reference import TypeReference
from graphwing.composition.values import ConstValue


def output_join_fields(
    merge: Merge,
    owner: TypeDefinition,
    found: Sources[FieldDefinition],
    merged: FieldDefinition,
    overrides: Overrides,
) -> list[AppliedDirective]:
    """Return the `@join__field` uses of a field of `owner`; none when all subgraphs agree fully."""
    key = (owner.name, merged.name)
    kept = [(subgraph, it) for subgraph, it in found if subgraph.name not in overrides.unused]
    same_type = all(it.type == merged.type for _, it in found)
    uses = [
        _join_field(subgraph, it, owner, None if same_type else it.type, overrides)
        for subgraph, it in kept
    ]
    everywhere = len(kept) == len(merge.sources[owner.name])
    is_plain = all(arguments.keys() <= {"graph", "override"} for arguments in uses)
    if everywhere and is_plain and not any(key in it.facts.external for it, _ in kept):
        return []
    return [AppliedDirective("join__field", arguments) for arguments in uses]


def _join_field(
    subgraph: Subgraph,
    item: FieldDefinition,
    owner: TypeDefinition,
    type_here: TypeReference | None,
    overrides: Overrides,
) -> dict[str, ConstValue]:
    arguments: dict[str, ConstValue] = {"graph": subgraph.graph}
    specs = {use.spec for use in item.directives}
    for spec in ("requires", "provides"):
        use = first_applied(item, spec) if spec in specs else None
        text = string_argument(use, "fields") if use is not None else None
        if text is not None:
            arguments[spec] = normalised(text)
    if type_here is not None:
        arguments["type"] = type_here
    if (owner.name, item.name) in subgraph.facts.external:
        arguments["external"] = True
    override = first_applied(item, "override") if "override" in specs else None
    if override is not None:
        arguments["override"] = string_argument(override, "from")
    if subgraph.name in overrides.used:
        arguments["usedOverridden"] = True
    if subgraph.name in overrides.labels:
        arguments["overrideLabel"] = overrides.labels[subgraph.name]
    contexts = context_arguments(subgraph, item) if item.arguments else []
    if contexts:
        arguments["contextArguments"] = contexts
    return arguments


def input_join_fields(
    found: Sources[InputValue], merged: InputValue, *, is_everywhere: bool
) -> list[AppliedDirective]:
    """Return the `@join__field` uses of an input field; none when all subgraphs have it alike."""
    if any(item.type != merged.type for _, item in found):
        return [
            AppliedDirective("join__field", {"graph": subgraph.graph, "type": item.type})
            for subgraph, item in found
        ]
    if is_everywhere:
        return []
    return [AppliedDirective("join__field", {"graph": subgraph.graph}) for subgraph, _ in found]
