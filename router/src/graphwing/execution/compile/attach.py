"""Layout → the functions that put what a fetch brought into the objects it is for."""

from __future__ import annotations

from collections.abc import Mapping

from graphwing.execution.compile.layout import Slot
from graphwing.execution.compile.source import Source
from graphwing.execution.compile.structs import attribute


def write_root_attach(source: Source, name: str, added: Mapping[str, Slot]) -> None:
    """Write function `name(root, part)`, which moves the fields of an answer to the root object."""
    with source.block(f"def {name}(root, part):"):
        for key in added:
            source.line(f"root.{attribute(key)} = part.{attribute(key)}")


def write_attach(source: Source, name: str, added: Mapping[str, Slot]) -> None:
    """Write function `name(objects, indexes, entities)`.

    It gives each object the fields of its entity. An entity that is null leaves nulls where they
    are allowed.
    """
    can_be_null = all(_may_be_null(slot) for slot in added.values())
    with (
        source.block(f"def {name}(objects, indexes, entities):"),
        source.block("for o, i in zip(objects, indexes):"),
    ):
        source.line("e = entities[i]")
        with source.block("if e is not None:"):
            for key in added:
                source.line(f"o.{attribute(key)} = e.{attribute(key)}")
        with source.block("else:"):
            if not can_be_null:
                source.line("raise UnansweredError")
                return
            for key in added:
                source.line(f"o.{attribute(key)} = None")


def _may_be_null(slot: Slot) -> bool:
    return not slot.is_visible or slot.is_nullable
