"""Which specifications a schema links, and what their elements are called in it.

https://specs.apollo.dev/link/v1.0
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from graphwing.composition.definitions import AppliedDirective, Position
from graphwing.composition.values import ConstValue, EnumLiteral

LINK_IDENTITY = "https://specs.apollo.dev/link"
FEDERATION_IDENTITY = "https://specs.apollo.dev/federation"

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_VERSION = re.compile(r"v([0-9]{1,9})\.([0-9]{1,9})")
_IMPORT_REMEDY = 'write imports as `["@key", {name: "@tag", as: "@label"}]`'
_QUERY = re.compile(r"[?#]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HTTP_HOST = re.compile(r"(https?):/*([^/?#]*)", re.IGNORECASE)
PURPOSES = ("SECURITY", "EXECUTION")


class Version(NamedTuple):
    """The version of a specification."""

    major: int
    minor: int

    def __str__(self) -> str:
        """Return the version as it stands in a URL."""
        return f"v{self.major}.{self.minor}"


class LinkError(Exception):
    """A `@link` that cannot be understood."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class SpecUrl:
    """The address of a specification: identity (without version), name and version."""

    identity: str
    name: str
    version: Version

    def __str__(self) -> str:
        """Return the URL."""
        return f"{self.identity}/{self.version}"


def parse_spec_url(text: str) -> SpecUrl:
    """Return the parts of `text`, or raise `LinkError` with `INVALID_LINK_IDENTIFIER`.

    >>> parse_spec_url("https://specs.apollo.dev/federation/v2.3").version
    Version(major=2, minor=3)
    """
    remedy = "write it as `https://host/path/name/v1.0`"
    text = _HTTP_HOST.sub(_typed_host, text.strip(" \t\n\r\f"), count=1)
    if not _SCHEME.match(text):
        raise LinkError("INVALID_LINK_IDENTIFIER", f"`{text}` is not a URL", remedy)
    base = _QUERY.split(text, maxsplit=1)[0]
    identity, _, last = base.rpartition("/")
    version = _VERSION.fullmatch(last)
    if version is None:
        message = f"the link URL `{text}` does not end in a version such as `v1.0`"
        raise LinkError("INVALID_LINK_IDENTIFIER", message, remedy)
    name = identity.rpartition("/")[2]
    if not name or identity.endswith("://" + name):
        message = f"the link URL `{text}` has no path before its version"
        raise LinkError("INVALID_LINK_IDENTIFIER", message, remedy)
    return SpecUrl(identity, name, Version(int(version[1]), int(version[2])))


def _typed_host(start: re.Match[str]) -> str:
    """Return the start of a URL as browsers read it, however it was typed."""
    return f"{start[1]}://{start[2]}".lower()


@dataclass(frozen=True, slots=True)
class Link:
    """One linked specification. `imports` maps names here to names in the specification."""

    url: SpecUrl
    name: str
    imports: dict[str, str] = field(default_factory=dict[str, str])
    purpose: str | None = None
    position: Position = None

    def directive_name(self, element: str) -> str:
        """Return what the directive `element` of the specification is called in the schema."""
        for name, imported in self.imports.items():
            if imported == f"@{element}":
                return name[1:]
        return self.name if element == self.url.name else f"{self.name}__{element}"


def read_link(directive: AppliedDirective) -> Link:
    """Return the link that `directive` makes, or raise `LinkError`."""
    url_text = directive.arguments.get("url")
    if not isinstance(url_text, str):
        raise LinkError(
            "INVALID_LINK_IDENTIFIER",
            f"`@{directive.name}` needs a string argument `url`",
            "give the URL of the specification",
        )
    url = parse_spec_url(url_text)
    alias = directive.arguments.get("as")
    name = alias if isinstance(alias, str) else url.name
    purpose = directive.arguments.get("for")
    if purpose is not None and not isinstance(purpose, EnumLiteral) and purpose not in PURPOSES:
        raise unknown_purpose(url_text)
    return Link(
        url,
        name,
        _read_imports(directive.arguments.get("import"), url_text),
        purpose.name if isinstance(purpose, EnumLiteral) else None,
        directive.position,
    )


def unknown_purpose(url: str) -> LinkError:
    """Return the error that the link to `url` is for nothing that a link may be for."""
    return LinkError(
        "INVALID_GRAPHQL",
        f"`for` in the link to `{url}` is no purpose",
        "write `for: SECURITY` or `for: EXECUTION`, or leave it out",
    )


def _read_imports(value: ConstValue, url: str) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, list):
        raise _usage(f"`import` in the link to `{url}` is not a list", _IMPORT_REMEDY)
    imports: dict[str, str] = {}
    for item in value:
        element, name = _read_import(item, url)
        if imports.get(name, element) != element:
            raise _usage(
                f"`{name}` is imported from `{url}` for `{imports[name]}` and for `{element}`",
                "rename one of them with `as`",
            )
        if name not in imports and element in imports.values():
            raise _usage(
                f"`{element}` is imported from `{url}` under two names", "keep one of them"
            )
        imports[name] = element
    return imports


def _read_import(item: ConstValue, url: str) -> tuple[str, str]:
    match item:
        case str():
            element, name = item, item
        case {"name": str(element), **rest} if set(rest) <= {"as"}:
            alias = rest.get("as", element)
            if not isinstance(alias, str):
                raise _usage(
                    f"`as` in the import of `{element}` from `{url}` is not a string",
                    _IMPORT_REMEDY,
                )
            name = alias
        case _:
            raise _usage(
                f"an import from `{url}` is neither a string nor an object with `name` and `as`",
                _IMPORT_REMEDY,
            )
    if element.startswith("@") != name.startswith("@"):
        raise _usage(
            f"the import of `{element}` as `{name}` from `{url}` mixes a directive and a type",
            "begin both with `@`, or neither",
        )
    # What is not renamed may be called anything in its specification; then nothing here is it.
    for text in () if isinstance(item, str) else (element, name):
        if not _NAME.fullmatch(text.removeprefix("@")):
            raise _usage(
                f"`{text}`, imported from `{url}`, is not a name",
                "use letters, digits and underscores only, and begin with no digit",
            )
    return element, name


def _usage(message: str, remedy: str) -> LinkError:
    return LinkError("INVALID_LINK_DIRECTIVE_USAGE", message, remedy)


@dataclass(slots=True)
class Links:
    """All links of one schema, and the way back from a name to the specification behind it."""

    all: list[Link] = field(default_factory=list[Link])
    by_identity: dict[str, Link] = field(default_factory=dict[str, Link])
    by_name: dict[str, Link] = field(default_factory=dict[str, Link])
    by_import: dict[str, tuple[Link, str]] = field(default_factory=dict[str, tuple[Link, str]])
    link_name: str = "link"
    """What `@link` is called here."""

    @property
    def is_self_linked(self) -> bool:
        """Whether the schema links the specification of `@link` itself, which none needs to."""
        return any(link.url.identity == LINK_IDENTITY for link in self.all)

    @property
    def has_old_field_sets(self) -> bool:
        """Whether the type of field sets is called `_FieldSet` here, as Federation 1 calls it.

        In the reference, that is also so where `@link` has another name.
        """
        return self.federation is None or self.link_name != "link"

    def add(self, link: Link) -> None:
        """Register `link`, or raise `LinkError` when it collides with an earlier one."""
        if link.url.identity in self.by_identity:
            raise _usage(f"`{link.url.identity}` is linked twice", "keep one of the links")
        if link.name in self.by_name:
            raise _usage(f"two links are both called `{link.name}`", "rename one of them with `as`")
        for name, element in link.imports.items():
            other = self.by_import.get(name)
            if other is not None:
                raise _usage(
                    f"`{name}` is imported from `{other[0].url}` and from `{link.url}`",
                    "rename one of them with `as`",
                )
            self.by_import[name] = (link, element)
        self.all.append(link)
        self.by_identity[link.url.identity] = link
        self.by_name[link.name] = link

    def directive_source(self, name: str) -> tuple[Link, str] | None:
        """Return the link and specification name behind directive `name`."""
        imported = self.by_import.get(f"@{name}")
        if imported is not None:
            return imported[0], imported[1][1:]
        prefix, separator, rest = name.partition("__")
        link = self.by_name.get(prefix)
        if link is None:
            return None
        if separator:
            # What is imported has no other name, so that this is one of the author's own.
            return None if self.is_imported_as_well(name) else (link, rest)
        # The directive named like its specification needs no import, unless it was renamed by one.
        renamed = f"@{link.url.name}" in link.imports.values()
        return None if renamed else (link, link.url.name)

    def is_imported_as_well(self, name: str) -> bool:
        """Return whether `name` is that of a directive of a link which imports it for another."""
        prefix, separator, rest = name.partition("__")
        link = self.by_name.get(prefix)
        return link is not None and bool(separator) and f"@{rest}" in link.imports.values()

    def type_source(self, name: str) -> tuple[Link, str] | None:
        """Return the link and specification name behind type `name`."""
        imported = self.by_import.get(name)
        if imported is not None:
            return imported
        prefix, separator, rest = name.partition("__")
        link = self.by_name.get(prefix)
        if link is None or not separator or rest in link.imports.values():
            return None
        return link, rest

    @property
    def federation(self) -> Link | None:
        """The link to the federation specification; without one the schema is Federation 1."""
        return self.by_identity.get(FEDERATION_IDENTITY)


def read_links(
    directives: list[AppliedDirective],
) -> tuple[Links, list[tuple[LinkError, Position]]]:
    """Return the links among the directives of a schema, and what is wrong with the others."""
    links = Links()
    errors: list[tuple[LinkError, Position]] = []
    bootstrap = _bootstrap_name(directives)
    if bootstrap is None:
        return links, errors
    links.link_name = bootstrap
    is_known = any(map(_is_known_specification, directives))
    for directive in directives:
        if directive.name != bootstrap:
            continue
        try:
            link = read_link(directive)
            if is_known:
                links.add(link)
        except LinkError as error:
            if not is_known:
                # If nothing that is linked makes `@link` known, it is any unknown directive.
                error.code = "INVALID_GRAPHQL"
            errors.append((error, directive.position))
    if LINK_IDENTITY not in links.by_identity:
        url = SpecUrl(LINK_IDENTITY, "link", Version(1, 0))
        taken = links.by_name.get("link")
        if taken is not None:
            error = _usage("the name `link` is that of `@link` itself", "rename it with `as`")
            errors.append((error, taken.position))
        links.by_identity[LINK_IDENTITY] = links.by_name["link"] = Link(url, "link")
    return links, errors


def _is_known_specification(directive: AppliedDirective) -> bool:
    """Return whether `directive` links federation or `@link` itself, in whatever version."""
    url = directive.arguments.get("url")
    if not isinstance(url, str):
        return False
    # What names federation and no version of it is meant for it, and lacks the version.
    known = (f"{LINK_IDENTITY}/", f"{FEDERATION_IDENTITY}/")
    return url.startswith(known) or _QUERY.split(url, maxsplit=1)[0] == FEDERATION_IDENTITY


def _bootstrap_name(directives: list[AppliedDirective]) -> str | None:
    """Return what `@link` is called here: it may link, and so rename, itself."""
    for directive in directives:
        url = directive.arguments.get("url")
        if isinstance(url, str) and url.startswith(f"{LINK_IDENTITY}/v"):
            try:
                link = read_link(directive)
            except LinkError:
                continue
            if directive.name == link.directive_name("link"):
                return directive.name
    names = {directive.name for directive in directives}
    return "link" if "link" in names else None
