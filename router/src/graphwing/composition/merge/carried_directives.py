"""Which directives of a specification the supergraph carries, and what they are called in it."""

from __future__ import annotations

from graphwing.composition.definitions import DirectiveDefinition, InputValue
from graphwing.composition.federation_directives import (
    CONNECT_IDENTITY,
    LATEST_FEDERATION,
    SPEC_OF_DIRECTIVE,
    SPECS,
    federation_directives,
)
from graphwing.composition.graphql_rules.directive_uses import uses_in
from graphwing.composition.links import Version
from graphwing.composition.merge.merge_state import LinkedFeature, Merge
from graphwing.composition.problems import Place
from graphwing.composition.subgraph_schema import SubgraphSchema

_VERSIONS = {"tag": "v0.3", "inaccessible": "v0.2"}
_SECURITY = frozenset({"inaccessible", "authenticated", "requiresScopes", "policy", "context"})
# Routers understand this version and later ones, which say all that earlier ones could.
_OLDEST_CONNECT = Version(0, 3)
_DIRECTIVES_OF = {"cost": ("cost", "listSize")}


def name_carried_directives(merge: Merge) -> None:
    """Fill `merge.carried`, and report directives that subgraphs call by different names."""
    names: dict[str, dict[str, list[Place]]] = {}
    for subgraph in merge.subgraphs:
        for spec, (name, place) in _names_in(subgraph.schema).items():
            names.setdefault(spec, {}).setdefault(name, []).append(place)
    for spec, found in names.items():
        merge.carried[spec] = next(iter(found))
        if len(found) > 1:
            forms = ", ".join(
                f"`@{name}` in {', '.join(place[0] for place in places)}"
                for name, places in found.items()
            )
            merge.problems.report(
                "LINK_IMPORT_NAME_MISMATCH",
                f"`@{spec}` is called {forms}; in the supergraph it can have one name only",
                at=[place for places in found.values() for place in places],
                coordinate=f"@{spec}",
                remedy="import it under the same name everywhere",
            )


def _names_in(schema: SubgraphSchema) -> dict[str, tuple[str, Place]]:
    """Return what `schema` calls the carried directives that it uses."""
    found: dict[str, tuple[str, Place]] = {}
    if schema.used_directives.isdisjoint(SPEC_OF_DIRECTIVE):
        return found
    for _, uses, _ in uses_in(schema):
        for use in uses:
            if use.spec is not None and use.spec in SPEC_OF_DIRECTIVE and use.spec not in found:
                found[use.spec] = (use.name, schema.at(use.position))
    return found


def define_carried_directives(merge: Merge) -> None:
    """Define the directives that some subgraph uses, and link their specifications."""
    _link_joined_directives(merge)
    for feature in sorted({SPEC_OF_DIRECTIVE[spec] for spec in merge.carried}):
        _define_feature(merge, feature, set(merge.carried))


def carry_inaccessible(merge: Merge) -> str:
    """Return what `@inaccessible` is called in the supergraph, defined there from now on."""
    spec = "inaccessible"
    name = merge.carried.get(spec)
    if name is None:
        # The name may be taken by a directive of the authors' own.
        name = spec if spec not in merge.directives else f"federation__{spec}"
        merge.carried[spec] = name
        _define_feature(merge, SPEC_OF_DIRECTIVE[spec], {spec})
    merge.used_directives.add(name)
    return name


def _define_feature(merge: Merge, feature: str, used: set[str]) -> None:
    imports: list[tuple[str, str]] = []
    for spec in _DIRECTIVES_OF.get(feature, (feature,)):
        default = spec if spec == feature else f"{feature}__{spec}"
        name = merge.carried[spec] if spec in used else default
        merge.directives[name] = _definition(spec, name)
        if name != default:
            imports.append((f"@{spec}", f"@{name}"))
    merge.features.append(
        LinkedFeature(
            f"{SPECS}/{feature}/{_VERSIONS.get(feature, 'v0.1')}",
            "SECURITY" if feature in _SECURITY else None,
            tuple(imports),
        )
    )
    if feature == "context":
        argument = InputValue("field", "context__ContextFieldValue")
        merge.directives["context__fromContext"] = DirectiveDefinition(
            "context__fromContext", {"field": argument}, ("ARGUMENT_DEFINITION",)
        )


def _link_joined_directives(merge: Merge) -> None:
    """Tell routers that they must understand what `@join__directive` carries."""
    if "cacheTag" in merge.joined_directives:
        merge.features.append(LinkedFeature(f"{SPECS}/cacheTag/v0.1", "EXECUTION"))
    connect = [
        link.url.version
        for subgraph in merge.subgraphs
        if (link := subgraph.schema.links.by_identity.get(CONNECT_IDENTITY)) is not None
    ]
    if connect:
        version = max(_OLDEST_CONNECT, *connect)
        merge.features.append(LinkedFeature(f"{CONNECT_IDENTITY}/{version}", "EXECUTION"))


def _definition(spec: str, name: str) -> DirectiveDefinition:
    known = federation_directives(LATEST_FEDERATION)[spec]
    # In the supergraph the custom scalars of a specification carry its own name.
    arguments = {
        key: InputValue(key, it.type.replace("federation__", f"{spec}__"), it.default)
        for key, it in known.arguments.items()
    }
    return DirectiveDefinition(name, arguments, known.locations, known.is_repeatable)
