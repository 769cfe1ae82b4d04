"""`@composeDirective`: directives of the authors' own that the supergraph carries.

https://www.apollographql.com/docs/graphos/reference/federation/directives#composedirective
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphwing.composition.definitions import (
    AppliedDirective,
    DirectiveDefinition,
    InputValue,
)
from graphwing.composition.federation_directives import (
    SPEC_OF_DIRECTIVE,
    specification_directives,
)
from graphwing.composition.links import FEDERATION_IDENTITY, Link
from graphwing.composition.merge.applied_directives import merged_directives
from graphwing.composition.merge.directive_types import check_argument_types
from graphwing.composition.merge.merge_state import (
    LinkedFeature,
    Merge,
    Sources,
    Subgraph,
    quoted,
)

_CARRIED_ANYWAY = SPEC_OF_DIRECTIVE.keys() - {"cost", "listSize"}
"""What may be asked for without need. Not so of the others, as in the reference."""
_REMEDY_FOR_NAME = 'write the name as `"@name"`'


@dataclass(frozen=True, slots=True)
class _Request:
    """One subgraph's wish that the supergraph carry one directive."""

    subgraph: Subgraph
    use: AppliedDirective
    name: str
    link: Link
    element: str


def name_composed_directives(merge: Merge) -> None:
    """Fill `merge.composed` and the definitions of composed directives; report what cannot be."""
    requests: list[_Request] = []
    for subgraph in merge.subgraphs:
        for use in subgraph.schema.schema_directives:
            if use.spec == "composeDirective":
                request = _request(merge, subgraph, use)
                if request is not None:
                    requests.append(request)
    by_identity: dict[str, list[_Request]] = {}
    for request in requests:
        by_identity.setdefault(request.link.url.identity, []).append(request)
    accepted = [group for group in by_identity.values() if _is_one_version(merge, group)]
    accepted_requests = [request for group in accepted for request in group]
    _check_names(merge, accepted_requests)
    _check_carried_names(merge, accepted_requests)
    sources: Sources[DirectiveDefinition] = []
    for group in accepted:
        sources += _compose(merge, group)
    # Composed directives may stand on the arguments of others.
    for subgraph, definition in sources:
        merge.directives[definition.name] = _carried(merge, subgraph, definition)


def _request(merge: Merge, subgraph: Subgraph, use: AppliedDirective) -> _Request | None:
    written = use.arguments.get("name")
    if not isinstance(written, str) or not written.startswith("@") or len(written) == 1:
        what = "names nothing" if written in {None, ""} else "needs a name that begins with `@`"
        _error(merge, subgraph, use, f"`@composeDirective` {what}", _REMEDY_FOR_NAME)
        return None
    name = written[1:]
    if name not in subgraph.schema.directives:
        message = f"`@{name}` is to be composed, and is not defined here"
        _error(merge, subgraph, use, message, f"define `@{name}`, or correct its name")
        return None
    source = subgraph.schema.links.directive_source(name)
    if source is None:
        message = f"`@{name}` is to be composed, and belongs to no linked specification"
        remedy = "link a specification of your own and import it from there"
        _error(merge, subgraph, use, message, remedy)
        return None
    link, element = source
    # A specification of someone else's may have a directive that is called like one of federation.
    if specification_directives(link) is not None:
        _report_known_directive(merge, subgraph, use, link, element)
        return None
    return _Request(subgraph, use, name, link, element)


def _report_known_directive(
    merge: Merge, subgraph: Subgraph, use: AppliedDirective, link: Link, element: str
) -> None:
    name = use.arguments["name"]
    if link.url.identity == FEDERATION_IDENTITY and element in _CARRIED_ANYWAY:
        merge.hints.report(
            "DIRECTIVE_COMPOSITION_INFO",
            f"`{name}` needs no `@composeDirective`; the supergraph carries it anyway",
            at=[subgraph.schema.at(use.position)],
            coordinate=str(name),
        )
        return
    message = f"`{name}` is a directive of federation, which cannot be composed"
    _error(merge, subgraph, use, message, "remove this `@composeDirective`")


def _error(
    merge: Merge, subgraph: Subgraph, use: AppliedDirective, message: str, remedy: str
) -> None:
    name = use.arguments.get("name")
    merge.problems.report(
        "DIRECTIVE_COMPOSITION_ERROR",
        message,
        at=[subgraph.schema.at(use.position)],
        coordinate=name if isinstance(name, str) and name.startswith("@") else "schema",
        remedy=remedy,
    )


def _is_one_version(merge: Merge, group: list[_Request]) -> bool:
    majors = {request.link.url.version.major for request in group}
    identity = group[0].link.url.identity
    if len(majors) > 1:
        merge.problems.report(
            "DIRECTIVE_COMPOSITION_ERROR",
            f"`{identity}` is composed from different major versions: "
            + ", ".join(sorted({str(request.link.url.version) for request in group})),
            at=[request.subgraph.schema.at(request.use.position) for request in group],
            coordinate="schema",
            remedy="link one major version in all subgraphs",
        )
        return False
    others = [
        (subgraph, link)
        for subgraph in merge.subgraphs
        if (link := subgraph.schema.links.by_identity.get(identity)) is not None
        and link.url.version.major not in majors
    ]
    if others:
        merge.hints.report(
            "DIRECTIVE_COMPOSITION_INFO",
            f"`{identity}` is composed, and linked with another major version elsewhere",
            at=[subgraph.schema.at(link.position) for subgraph, link in others],
        )
    return True


def _check_names(merge: Merge, requests: list[_Request]) -> None:
    """One name must mean one directive, and one directive must have one name."""
    by_name: dict[str, dict[tuple[str, str], list[_Request]]] = {}
    by_element: dict[tuple[str, str], dict[str, list[_Request]]] = {}
    for request in requests:
        element = (request.link.url.identity, request.element)
        by_name.setdefault(request.name, {}).setdefault(element, []).append(request)
        by_element.setdefault(element, {}).setdefault(request.name, []).append(request)
    for name, elements in by_name.items():
        if len(elements) > 1:
            sources = quoted([identity for identity, _ in elements])
            found = [request for group in elements.values() for request in group]
            _conflict(merge, found, f"`@{name}` is composed from different sources: {sources}")
    for (identity, element), names in by_element.items():
        if len(names) > 1:
            forms = quoted([f"@{name}" for name in names])
            found = [request for group in names.values() for request in group]
            message = f"`@{element}` of `{identity}` is composed under different names: {forms}"
            _conflict(merge, found, message)
        _hint_other_names(merge, identity, element, set(names))


def _check_carried_names(merge: Merge, requests: list[_Request]) -> None:
    """Report composed directives that are called like one that the supergraph carries anyway."""
    carried = {name: spec for spec, name in merge.carried.items()}
    for name in sorted({request.name for request in requests} & carried.keys()):
        found = [request for request in requests if request.name == name]
        what = f"`@{name}` is composed, and `@{carried[name]}` of federation is called so, too"
        _conflict(merge, found, what)


def _conflict(merge: Merge, found: list[_Request], message: str) -> None:
    merge.problems.report(
        "DIRECTIVE_COMPOSITION_ERROR",
        message,
        at=[request.subgraph.schema.at(request.use.position) for request in found],
        coordinate=f"@{found[0].name}",
        remedy="use one name for one directive in all subgraphs",
    )


def _hint_other_names(merge: Merge, identity: str, element: str, names: set[str]) -> None:
    for subgraph in merge.subgraphs:
        link = subgraph.schema.links.by_identity.get(identity)
        if link is None or f"@{element}" not in link.imports.values():
            continue
        name = link.directive_name(element)
        if name not in names:
            merge.hints.report(
                "DIRECTIVE_COMPOSITION_WARN",
                f"`@{element}` of `{identity}` is composed as {quoted([f'@{it}' for it in names])},"
                f" and called `@{name}` here, so its uses here are left out",
                at=[subgraph.schema.at(link.position)],
                coordinate=f"@{name}",
            )


def _compose(merge: Merge, group: list[_Request]) -> Sources[DirectiveDefinition]:
    sources: Sources[DirectiveDefinition] = []
    latest = max(group, key=lambda request: request.link.url.version)
    imports: dict[str, str] = {}
    for request in sorted(group, key=lambda it: it.link.url.version, reverse=True):
        merge.composed.setdefault(request.name, set()).add(request.subgraph.name)
        if f"@{request.name}" in imports.values():
            continue
        imports[f"@{request.element}"] = f"@{request.name}"
        found = _definition(merge, request, latest)
        if found is None:
            continue
        subgraph, definition = found
        check_argument_types(merge, subgraph, definition)
        merge.directives[request.name] = definition
        sources.append((subgraph, definition))
    merge.features.append(LinkedFeature(str(latest.link.url), None, tuple(imports.items())))
    return sources


def _carried(
    merge: Merge, subgraph: Subgraph, definition: DirectiveDefinition
) -> DirectiveDefinition:
    """Return `definition` with those directives on its arguments that the supergraph has too."""
    arguments: dict[str, InputValue] = {}
    for name, argument in definition.arguments.items():
        uses = [(subgraph, use) for use in argument.directives]
        directives = merged_directives(merge, uses, f"@{definition.name}({name}:)")
        arguments[name] = replace(argument, directives=directives)
    return replace(definition, arguments=arguments)


def _definition(
    merge: Merge, request: _Request, latest: _Request
) -> tuple[Subgraph, DirectiveDefinition] | None:
    """Return the definition that a subgraph with the newest composed version has, or report."""
    found: Sources[DirectiveDefinition] = []
    for subgraph in merge.subgraphs:
        link = subgraph.schema.links.by_identity.get(latest.link.url.identity)
        definition = subgraph.schema.directives.get(request.name)
        if link is not None and link.url == latest.link.url and definition is not None:
            found.append((subgraph, definition))
    if not found:
        merge.problems.report(
            "DIRECTIVE_COMPOSITION_ERROR",
            f"`@{request.name}` is composed, and not defined where the newest version of its"
            f" specification, `{latest.link.url}`, is linked",
            at=[it.subgraph.schema.at(it.use.position) for it in (request, latest)],
            coordinate=f"@{request.name}",
            remedy=f"define `@{request.name}` there too",
        )
        return None
    # Of several the last one counts, as in the reference.
    return found[-1]
