"""Names that links and imports give, of which each must mean one thing.

https://specs.apollo.dev/link/v1.0/#Names
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphwing.composition.federation_directives import specification_directives
from graphwing.composition.links import Link, LinkError, Links

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_NAME_ELSEWHERE = re.compile(r"[_A-Za-z][-._0-9A-Za-z]*")
_RENAME = "rename the link or the import with `as`"


def link_conflicts(links: Links) -> Iterator[tuple[LinkError, Link]]:
    """Yield what is wrong with the names of each link and of what it imports."""
    for link in links.all:
        complaint = _complaint_about_name(link)
        if complaint is not None:
            message = f"the link to `{link.url}` is called `{link.name}`, which {complaint}"
            yield _usage(message, "give it another name with `as`"), link
        for name, element in link.imports.items():
            complaint = _complaint_about_import(name, element, link, links)
            if complaint is not None:
                message = f"`{name}`, imported from `{link.url}`, {complaint}"
                yield _usage(message, _RENAME), link


def _complaint_about_name(link: Link) -> str | None:
    if "__" in link.name:
        return "contains `__`, which is what ends the name of a link"
    if link.name.endswith("_"):
        return "ends in `_`"
    allowed = _NAME_ELSEWHERE if specification_directives(link) is None else _NAME
    return None if allowed.fullmatch(link.name) else "is no name for a link"


def _complaint_about_import(name: str, element: str, link: Link, links: Links) -> str | None:
    bare = name.removeprefix("@")
    prefix, separator, rest = bare.partition("__")
    owner = links.by_name.get(prefix)
    if owner is None or (not separator and not name.startswith("@")):
        return None
    if owner.url.identity != link.url.identity:
        return f"could also be what `{owner.url}` calls so"
    own_name = rest if separator else link.url.name
    is_itself = own_name == element.removeprefix("@")
    return None if is_itself else f"could also be `{own_name}` of the same specification"


def _usage(message: str, remedy: str) -> LinkError:
    return LinkError("INVALID_LINK_DIRECTIVE_USAGE", message, remedy)
