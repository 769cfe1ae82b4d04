"""Build the schema of one subgraph from its SDL: links, definitions it left out, root types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphwing.composition.check_definitions import check_definitions, is_outdated
from graphwing.composition.definitions import (
    AppliedDirective,
    DirectiveDefinition,
    Element,
    Position,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.federation_directives import (
    CONNECT_IDENTITY,
    UPGRADED_FEDERATION,
    federation_directives,
    is_known_version,
    specification_directives,
    specification_types,
)
from graphwing.composition.graphql_rules import check_graphql
from graphwing.composition.graphql_rules.directive_uses import check_known_directives
from graphwing.composition.graphql_rules.references import (
    check_own_references,
    check_references,
)
from graphwing.composition.link_conflicts import link_conflicts
from graphwing.composition.links import (
    FEDERATION_IDENTITY,
    LINK_IDENTITY,
    PURPOSES,
    Link,
    LinkError,
    Links,
    read_links,
    unknown_purpose,
)
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import ReadSdl, read_sdl
from graphwing.composition.subgraph_schema import ROOT_NAMES, SubgraphSchema, elements_of
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.composition.type_reference import TypeReference, named_type

FEDERATION_FIELDS = ("_service", "_entities")
_FEDERATION_TYPES = ("_Any", "_Entity", "_Service")
# What the supergraph links its own specifications by.
_LINK_TYPES = ("link__Import", "link__Purpose")
# What Federation 1 calls field sets, and what they are called once it is upgraded.
_UPGRADED_TYPES = ("_FieldSet", "federation__FieldSet")


def build_subgraph(subgraph: SubgraphSdl, problems: Problems) -> SubgraphSchema | None:
    """Return the schema of `subgraph`, or nothing when it is not even GraphQL.

    Each step needs the ones before: what they find wrong would be told again, in other words.
    """
    before = len(problems.found)
    unread = Problems(problems.texts)
    read = read_sdl(subgraph, unread)
    links = _read_links(subgraph.name, read, problems)
    if len(problems.found) > before:
        return None
    problems.found += unread.found
    if len(problems.found) > before:
        return None
    meanings = _Names(read, links).resolve()
    _check_imported_names(subgraph.name, read, links, meanings, problems)
    schema = _schema(subgraph, read, links, meanings)
    if schema.is_federation_1:
        # Federation 1 adds these fields without saying what their types are.
        _remove_federation_fields(schema, read.roots.get("query", "Query"))
    if not check_references(schema, read, problems):
        return None
    check_definitions(subgraph.name, read, links, problems)
    check_known_directives(schema, meanings, problems)
    if len(problems.found) > before:
        return None
    check_graphql(schema, read, problems)
    if len(problems.found) > before:
        return None
    _use_default_root_names(schema, read, problems)
    removed = _remove_federation_definitions(schema)
    if removed:
        check_own_references(schema, removed, problems)
    schema.index_implementations()
    return schema


def _read_links(subgraph: str, read: ReadSdl, problems: Problems) -> Links:
    links, errors = read_links(read.schema_directives)
    _check_definition_of_link(subgraph, read, links, problems)
    for error, position in errors:
        _report_link(subgraph, error, position, problems)
    for error, link in link_conflicts(links):
        _report_link(subgraph, error, link.position, problems)
    for link in links.all:
        _check_link(subgraph, link, problems)
        # Where the author defines `@link`, its uses are checked by that definition.
        if link.purpose not in (None, *PURPOSES) and links.link_name not in read.directives:
            _report_link(subgraph, unknown_purpose(str(link.url)), link.position, problems)
        if links.federation is None:
            _check_upgraded_name(subgraph, link, problems)
    return links


def _report_link(subgraph: str, error: LinkError, position: Position, problems: Problems) -> None:
    problems.report(
        error.code,
        error.message,
        at=[(subgraph, position)],
        coordinate="schema",
        remedy=error.remedy,
    )


def _check_definition_of_link(
    subgraph: str, read: ReadSdl, links: Links, problems: Problems
) -> None:
    """Report that `@link` has a name here that nothing tells to be that of a directive."""
    name = links.link_name
    if name == "link" or name in read.directives:
        return
    positions = [it.position for it in read.schema_directives if it.name == name]
    problems.report(
        "INVALID_GRAPHQL",
        f"`@{name}` is not defined here, as `@link` must be under another name",
        at=[(subgraph, positions[0])],
        coordinate="schema",
        remedy=f"define `@{name}` in this subgraph, or call it `@link`",
    )


def _check_imported_names(
    subgraph: str, read: ReadSdl, links: Links, used: Iterable[str], problems: Problems
) -> None:
    """Report own directives that look like what is imported under another name."""
    for name in used:
        definition = read.directives.get(name)
        if definition is not None and links.is_imported_as_well(name):
            problems.report(
                "INVALID_LINK_DIRECTIVE_USAGE",
                f"`@{name}` is defined here, and what a link calls so is imported",
                at=[(subgraph, definition.position)],
                coordinate=f"@{name}",
                remedy="use what is imported, under the name that it is imported by",
            )


def _check_upgraded_name(subgraph: str, link: Link, problems: Problems) -> None:
    """Report a link named like a directive that a Federation 1 subgraph has once it is upgraded."""
    if link.name in federation_directives(UPGRADED_FEDERATION):
        problems.report(
            "INVALID_LINK_DIRECTIVE_USAGE",
            f"the link to `{link.url}` is called like the directive `@{link.name}` of federation",
            at=[(subgraph, link.position)],
            coordinate="schema",
            remedy=f"link federation and import `@{link.name}` from it, or rename the link",
        )


def _check_link(subgraph: str, link: Link, problems: Problems) -> None:
    if not is_known_version(link):
        is_federation = link.url.identity == FEDERATION_IDENTITY
        if not is_federation and link.url.identity not in {LINK_IDENTITY, CONNECT_IDENTITY}:
            return
        code = "UNKNOWN_FEDERATION_LINK_VERSION" if is_federation else "UNKNOWN_LINK_VERSION"
        message = f"version {link.url.version} of `{link.url.identity}` is unknown"
        error = LinkError(code, message, "link a version that exists")
        _report_link(subgraph, error, link.position, problems)
        return
    directives = specification_directives(link)
    if directives is None:
        return
    known = {f"@{name}" for name in directives} | specification_types(link)
    for element in link.imports.values():
        if element not in known:
            message = f"`{element}`, imported from `{link.url}`, does not exist there"
            remedy = _import_remedy(element, link, known)
            error = LinkError("INVALID_LINK_DIRECTIVE_USAGE", message, remedy)
            _report_link(subgraph, error, link.position, problems)


def _import_remedy(element: str, link: Link, known: set[str]) -> str:
    if element.startswith("@") and link.url.identity == FEDERATION_IDENTITY:
        newest = federation_directives(link.url.version._replace(minor=99))
        if element[1:] in newest:
            return f"link a later version of federation, which has `{element}`"
    if f"@{element}" in known:
        return f"import it as `@{element}`"
    return "remove the import or correct its name"


@dataclass(slots=True)
class _Names:
    """Tells what each directive name of a schema stands for."""

    read: ReadSdl
    links: Links

    def resolve(self) -> dict[str, str | None]:
        """Give every applied directive its name in the specification that it comes from.

        Return that for the names of all directives that are used.
        """
        cache: dict[str, str | None] = {}
        for directive in self.read.schema_directives:
            self._name(directive, cache)
        elements: list[Element] = [
            argument
            for definition in self.read.directives.values()
            for argument in definition.arguments.values()
        ]
        for definition in self.read.types.values():
            elements += [element for _, element, _ in elements_of(definition)]
        for element in elements:
            for directive in element.directives:
                self._name(directive, cache)
        return cache

    def _name(self, directive: AppliedDirective, cache: dict[str, str | None]) -> None:
        name = directive.name
        if name not in cache:
            cache[name] = specification_name(name, self.links)
        directive.spec = cache[name]


def specification_name(name: str, links: Links) -> str | None:
    """Return what specification directive `name` is, or nothing when it is the author's own."""
    source = links.directive_source(name)
    if source is not None:
        link, element = source
        known = specification_directives(link)
        return element if known is not None and element in known else None
    # Those that Federation 1 did not have count as well, once the author has defined them.
    if links.federation is None and name in federation_directives(UPGRADED_FEDERATION):
        return name
    return None


def _schema(
    subgraph: SubgraphSdl, read: ReadSdl, links: Links, meanings: Mapping[str, str | None]
) -> SubgraphSchema:
    schema = SubgraphSchema(
        subgraph.name,
        subgraph.url,
        links,
        frozenset(spec for spec in meanings.values() if spec is not None),
        read.types,
        dict(read.directives),
        read.schema_directives,
        read.schema_description,
        read.schema_position,
    )
    for link in links.by_identity.values():
        known = specification_directives(link) or {}
        for element, definition in known.items():
            schema.directives.setdefault(link.directive_name(element), definition)
    if links.federation is None:
        for name, definition in federation_directives(None).items():
            own = read.directives.get(name)
            if own is None or is_outdated(own):
                schema.directives[name] = definition
    return schema


def _use_default_root_names(schema: SubgraphSchema, read: ReadSdl, problems: Problems) -> None:
    renames: dict[str, str] = {}
    for operation, default in ROOT_NAMES.items():
        name = read.roots.get(operation)
        if name is None or name == default or name not in schema.types:
            continue
        if default in schema.types:
            problems.report(
                f"ROOT_{operation.upper()}_USED",
                f"the {operation} root type is `{name}`, and another type is called `{default}`",
                at=[schema.at(schema.types[default].position)],
                coordinate=default,
                remedy=f"rename one of them; in the supergraph the root type is `{default}`",
            )
            continue
        renames[name] = default
    if renames:
        _rename_types(schema, renames)


def _rename_types(schema: SubgraphSchema, renames: dict[str, str]) -> None:
    def renamed(reference: TypeReference) -> TypeReference:
        name = named_type(reference)
        return reference.replace(name, renames[name]) if name in renames else reference

    for name, new_name in renames.items():
        schema.types[name].name = new_name
    schema.types = {definition.name: definition for definition in schema.types.values()}
    for definition in schema.types.values():
        for item in definition.fields.values():
            item.type = renamed(item.type)
        definition.members = {renamed(name): at for name, at in definition.members.items()}


def _remove_federation_definitions(schema: SubgraphSchema) -> set[str]:
    """Remove the types and fields that federation adds, and return the names of the types."""
    removed = {name for name in schema.types if _is_of_federation(name, schema)}
    for name in removed:
        del schema.types[name]
    _remove_federation_fields(schema, "Query")
    if "Query" not in schema.types:
        schema.types["Query"] = TypeDefinition(TypeKind.OBJECT, "Query", has_definition=True)
    return removed


def _is_of_federation(name: str, schema: SubgraphSchema) -> bool:
    if name in _FEDERATION_TYPES or name in _LINK_TYPES:
        return True
    if name in _UPGRADED_TYPES and schema.links.has_old_field_sets:
        return True
    source = schema.links.type_source(name)
    return source is not None and source[1] in specification_types(source[0])


def _remove_federation_fields(schema: SubgraphSchema, query: str) -> None:
    definition = schema.types.get(query)
    if definition is not None:
        for name in FEDERATION_FIELDS:
            definition.fields.pop(name, None)


def own_directives(schema: SubgraphSchema) -> dict[str, DirectiveDefinition]:
    """Return the directives that the author of `schema` defined for their own purposes."""
    return {
        name: definition
        for name, definition in schema.directives.items()
        if specification_name(name, schema.links) is None
    }
