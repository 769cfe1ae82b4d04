"""What composes but deserves a look: the hint codes, their levels, and their collector."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from graphwing.composition.problems import Place, source_locations
from graphwing.composition.sdl_texts import SdlTexts
from graphwing.errors import SourceLocation


class HintLevel(IntEnum):
    """How much attention a hint asks for."""

    DEBUG = 20
    INFO = 40
    WARN = 60


HINT_LEVELS = {
    "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE": HintLevel.INFO,
    "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE": HintLevel.INFO,
    "INCONSISTENT_DEFAULT_VALUE_PRESENCE": HintLevel.WARN,
    "INCONSISTENT_ENTITY": HintLevel.INFO,
    "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD": HintLevel.DEBUG,
    "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD": HintLevel.DEBUG,
    "INCONSISTENT_INPUT_OBJECT_FIELD": HintLevel.WARN,
    "INCONSISTENT_UNION_MEMBER": HintLevel.DEBUG,
    "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM": HintLevel.WARN,
    "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM": HintLevel.DEBUG,
    "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE": HintLevel.DEBUG,
    "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS": HintLevel.DEBUG,
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE": HintLevel.WARN,
    "NO_EXECUTABLE_DIRECTIVE_INTERSECTION": HintLevel.WARN,
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE": HintLevel.WARN,
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS": HintLevel.WARN,
    "INCONSISTENT_DESCRIPTION": HintLevel.WARN,
    "INCONSISTENT_ARGUMENT_PRESENCE": HintLevel.WARN,
    "FROM_SUBGRAPH_DOES_NOT_EXIST": HintLevel.WARN,
    "OVERRIDDEN_FIELD_CAN_BE_REMOVED": HintLevel.INFO,
    "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED": HintLevel.INFO,
    "OVERRIDE_MIGRATION_IN_PROGRESS": HintLevel.INFO,
    "UNUSED_ENUM_TYPE": HintLevel.DEBUG,
    "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": HintLevel.WARN,
    "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": HintLevel.INFO,
    "DIRECTIVE_COMPOSITION_INFO": HintLevel.INFO,
    "DIRECTIVE_COMPOSITION_WARN": HintLevel.WARN,
    "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN": HintLevel.WARN,
    "IMPLICITLY_UPGRADED_FEDERATION_VERSION": HintLevel.INFO,
    "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS": HintLevel.INFO,
    # The reference has no such hint: contracts are made elsewhere there.
    "CONTRACT_TAG_UNUSED": HintLevel.WARN,
}


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that composes, and that an author may not have meant."""

    code: str
    level: HintLevel
    message: str
    subgraphs: tuple[str, ...] = ()
    coordinate: str | None = None
    locations: tuple[SourceLocation, ...] = ()


@dataclass(slots=True)
class Hints:
    """Hints as they are found, in order."""

    texts: SdlTexts
    found: list[Hint] = field(default_factory=list[Hint])

    def report(
        self,
        code: str,
        message: str,
        *,
        at: Iterable[Place] = (),
        coordinate: str | None = None,
    ) -> None:
        """Add a hint; its level is the one that its code always has."""
        places = list(at)
        names = tuple(dict.fromkeys(name for name, _ in places))
        locations = source_locations(places, self.texts)
        self.found.append(Hint(code, HINT_LEVELS[code], message, names, coordinate, locations))
