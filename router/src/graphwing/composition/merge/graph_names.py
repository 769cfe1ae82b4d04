"""The values of `enum join__Graph`: one GraphQL name for each subgraph."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOT_WORD = re.compile(r"\W", re.ASCII)
_ENDS_IN_NUMBER = re.compile(r"_\d+$")


def graph_names(subgraphs: Iterable[str]) -> dict[str, str]:
    """Return the enum value of each subgraph name; names that collide are numbered.

    >>> graph_names(["my-shop", "my_shop", "2nd", "v_1"])
    {'my-shop': 'MY_SHOP_1', 'my_shop': 'MY_SHOP_2', '2nd': '_2ND', 'v_1': 'V_1_'}
    """
    sanitized = {name: graph_name(name) for name in subgraphs}
    count: dict[str, int] = {}
    for value in sanitized.values():
        count[value] = count.get(value, 0) + 1
    seen: dict[str, int] = {}
    result: dict[str, str] = {}
    for name, value in sanitized.items():
        if count[value] == 1:
            result[name] = value
            continue
        seen[value] = seen.get(value, 0) + 1
        result[name] = f"{value}_{seen[value]}"
    return result


def graph_name(name: str) -> str:
    """Return the enum value of a subgraph called `name`, if no other has the same."""
    value = _NOT_WORD.sub("_", name)
    if value[:1].isdigit():
        value = f"_{value}"
    # A trailing number is what tells colliding names apart, so it may not be a name's own.
    if _ENDS_IN_NUMBER.search(value):
        value = f"{value}_"
    return value.upper()
