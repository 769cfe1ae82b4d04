"""The directives of every specification that composition understands, by version, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from graphwing.composition.definitions import DirectiveDefinition
from graphwing.composition.links import (
    FEDERATION_IDENTITY,
    LINK_IDENTITY,
    Link,
    Version,
)
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import read_sdl
from graphwing.composition.sdl_texts import sdl_texts
from graphwing.composition.subgraph_sdl import SubgraphSdl

SPECS = "https://specs.apollo.dev"
LATEST_FEDERATION = Version(2, 14)
FIRST_FEDERATION_2 = Version(2, 0)

UPGRADED_FEDERATION = Version(2, 4)
"""What a Federation 1 subgraph counts as; old routers would refuse a higher one."""


@dataclass(frozen=True, slots=True)
class _Since:
    """A directive definition, and the version of its specification that brought this form."""

    version: Version
    sdl: str


_EVERYWHERE = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR"
    " | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_AUTH = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
_AUTHENTICATED = f"directive @authenticated on {_AUTH}"
_REQUIRES_SCOPES = f"directive @requiresScopes(scopes: [[federation__Scope!]!]!) on {_AUTH}"
_POLICY = f"directive @policy(policies: [[federation__Policy!]!]!) on {_AUTH}"
_INACCESSIBLE = f"directive @inaccessible on {_EVERYWHERE}"
_TAG = f"directive @tag(name: String!) repeatable on {_EVERYWHERE}"
_CONTEXT = "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION"
_FROM_CONTEXT = (
    "directive @fromContext(field: federation__ContextFieldValue) on ARGUMENT_DEFINITION"
)
_COST = (
    "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION"
    " | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"
)
_LIST_SIZE = (
    "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
    " requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION"
)
_CACHE_TAG = "directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION"

# Each directive once per form; a later form replaces the one before.
_FEDERATION_2 = (
    _Since(
        Version(2, 0),
        "directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable"
        " on OBJECT | INTERFACE",
    ),
    _Since(Version(2, 0), "directive @requires(fields: federation__FieldSet!) on FIELD_DEFINITION"),
    _Since(Version(2, 0), "directive @provides(fields: federation__FieldSet!) on FIELD_DEFINITION"),
    _Since(Version(2, 0), "directive @external(reason: String) on OBJECT | FIELD_DEFINITION"),
    _Since(Version(2, 0), "directive @extends on OBJECT | INTERFACE"),
    _Since(Version(2, 0), "directive @shareable on OBJECT | FIELD_DEFINITION"),
    _Since(Version(2, 2), "directive @shareable repeatable on OBJECT | FIELD_DEFINITION"),
    _Since(Version(2, 0), "directive @override(from: String!) on FIELD_DEFINITION"),
    _Since(Version(2, 7), "directive @override(from: String!, label: String) on FIELD_DEFINITION"),
    _Since(Version(2, 0), _TAG),
    _Since(Version(2, 3), f"{_TAG} | SCHEMA"),
    _Since(Version(2, 0), _INACCESSIBLE),
    _Since(Version(2, 1), "directive @composeDirective(name: String) repeatable on SCHEMA"),
    _Since(Version(2, 3), "directive @interfaceObject on OBJECT"),
    _Since(Version(2, 5), _AUTHENTICATED),
    _Since(Version(2, 5), _REQUIRES_SCOPES),
    _Since(Version(2, 6), _POLICY),
    _Since(Version(2, 8), _CONTEXT),
    _Since(Version(2, 8), _FROM_CONTEXT),
    _Since(Version(2, 9), _COST),
    _Since(Version(2, 9), _LIST_SIZE),
    _Since(Version(2, 12), _CACHE_TAG),
)

_KEY_1 = (
    "directive @key(fields: _FieldSet!, resolvable: Boolean = true) repeatable on OBJECT"
    " | INTERFACE"
)
_FEDERATION_1 = (
    _KEY_1,
    "directive @requires(fields: _FieldSet!) on FIELD_DEFINITION",
    "directive @provides(fields: _FieldSet!) on FIELD_DEFINITION",
    "directive @external(reason: String) on OBJECT | FIELD_DEFINITION",
    "directive @extends on OBJECT | INTERFACE",
    _TAG,
)

_LINK = (
    "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import])"
    " repeatable on SCHEMA"
)
_CONNECT = (
    "directive @connect(source: String, id: String, http: connect__ConnectHTTP,"
    " batch: connect__ConnectBatch, errors: connect__ConnectorErrors, isSuccess: String,"
    " selection: connect__JSONSelection!, entity: Boolean = false)"
    " repeatable on FIELD_DEFINITION | OBJECT"
)
_SOURCE = (
    "directive @source(name: String!, http: connect__SourceHTTP, errors: connect__ConnectorErrors,"
    " isSuccess: String) repeatable on SCHEMA"
)


@dataclass(frozen=True, slots=True)
class Specification:
    """A specification other than federation: its versions, oldest first, and its directives.

    `requires` is the first federation version whose supergraphs may carry it.
    """

    identity: str
    versions: tuple[Version, ...]
    directives: tuple[str, ...]
    requires: Version = FIRST_FEDERATION_2


def _apollo(
    name: str, versions: str, *directives: str, requires: Version = FIRST_FEDERATION_2
) -> Specification:
    numbers = tuple(Version(*map(int, version.split("."))) for version in versions.split())
    return Specification(f"{SPECS}/{name}", numbers, directives, requires)


SPECIFICATIONS: Mapping[str, Specification] = {
    specification.identity: specification
    for specification in (
        _apollo("link", "1.0", _LINK),
        _apollo("tag", "0.1 0.2 0.3", f"{_TAG} | SCHEMA"),
        _apollo("inaccessible", "0.1 0.2", _INACCESSIBLE),
        _apollo("authenticated", "0.1", _AUTHENTICATED, requires=Version(2, 5)),
        _apollo("requiresScopes", "0.1", _REQUIRES_SCOPES, requires=Version(2, 5)),
        _apollo("policy", "0.1", _POLICY, requires=Version(2, 6)),
        _apollo("context", "0.1", _CONTEXT, _FROM_CONTEXT, requires=Version(2, 8)),
        _apollo("cost", "0.1", _COST, _LIST_SIZE, requires=Version(2, 9)),
        _apollo("cacheTag", "0.1", _CACHE_TAG, requires=Version(2, 12)),
        _apollo("connect", "0.1 0.2 0.3 0.4", _CONNECT, _SOURCE, requires=Version(2, 10)),
    )
}

# Custom scalars and other types that specifications define; any constant is a value of these.
SPECIFICATION_TYPES: Mapping[str, frozenset[str]] = {
    FEDERATION_IDENTITY: frozenset(
        {"FieldSet", "Scope", "Policy", "ContextFieldValue", "Any", "_Any", "_Entity", "_Service"}
    ),
    LINK_IDENTITY: frozenset({"Import", "Purpose"}),
    f"{SPECS}/requiresScopes": frozenset({"Scope"}),
    f"{SPECS}/policy": frozenset({"Policy"}),
    f"{SPECS}/context": frozenset({"ContextFieldValue"}),
    f"{SPECS}/connect": frozenset(
        {"ConnectHTTP", "ConnectBatch", "ConnectorErrors", "JSONSelection", "SourceHTTP"}
        | {"URLTemplate", "URLPathTemplate", "HTTPHeaderMapping"}
    ),
}

SPEC_OF_DIRECTIVE: Mapping[str, str] = {
    "tag": "tag",
    "inaccessible": "inaccessible",
    "authenticated": "authenticated",
    "requiresScopes": "requiresScopes",
    "policy": "policy",
    "context": "context",
    "cost": "cost",
    "listSize": "cost",
}
"""Which specification the supergraph links for a directive that composition carries over."""


CONNECT_IDENTITY = f"{SPECS}/connect"
_CONNECT_SINCE: Mapping[Version, Version] = {
    Version(0, 1): Version(2, 10),
    Version(0, 2): Version(2, 11),
    Version(0, 3): Version(2, 12),
    Version(0, 4): Version(2, 13),
}


@cache
def federation_directives(version: Version | None) -> Mapping[str, DirectiveDefinition]:
    """Return the directives of a federation version; without a version, those of Federation 1."""
    if version is None:
        return _definitions(_FEDERATION_1)
    return _definitions(tuple(form.sdl for form in _FEDERATION_2 if form.version <= version))


@cache
def _definitions(forms: tuple[str, ...]) -> Mapping[str, DirectiveDefinition]:
    problems = Problems(sdl_texts(()))
    found: dict[str, DirectiveDefinition] = {}
    for form in forms:
        found.update(read_sdl(SubgraphSdl("specification", "", form), problems).directives)
    assert not problems.found, problems.found  # noqa: S101 - the tables above are ours
    for definition in found.values():
        # No author wrote them.
        definition.position = None
        for argument in definition.arguments.values():
            argument.position = None
    return found


def specification_directives(link: Link) -> Mapping[str, DirectiveDefinition] | None:
    """Return the directives that `link` brings, or nothing when the specification is unknown.

    It is unknown in a version that does not exist, too: nobody knows what that would bring.
    """
    if link.url.identity == FEDERATION_IDENTITY:
        return federation_directives(link.url.version)
    specification = SPECIFICATIONS.get(link.url.identity)
    if specification is None or not is_known_version(link):
        return None
    return _definitions(specification.directives)


def specification_types(link: Link) -> frozenset[str]:
    """Return the names of the types that `link` brings."""
    known = SPECIFICATION_TYPES.get(link.url.identity) if is_known_version(link) else None
    return known or frozenset()


def implied_federation(link: Link) -> Version | None:
    """Return the first federation version that knows what `link` brings, if that is known."""
    specification = SPECIFICATIONS.get(link.url.identity)
    if specification is None:
        return None
    # Each version of connect came with a federation version of its own.
    is_connect = link.url.identity == CONNECT_IDENTITY
    return _CONNECT_SINCE.get(link.url.version) if is_connect else specification.requires


def is_known_version(link: Link) -> bool:
    """Return whether composition understands that version of the linked specification."""
    version = link.url.version
    if link.url.identity == FEDERATION_IDENTITY:
        return FIRST_FEDERATION_2 <= version <= LATEST_FEDERATION
    specification = SPECIFICATIONS.get(link.url.identity)
    return specification is None or version in specification.versions
