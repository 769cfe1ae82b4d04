"""Why an operation is refused that fits the schema, or would if somebody looked.

OperationError
├── IntrospectionRefusedError   it asks for the schema
└── OperationLimitError         it is larger than allowed
    ├── DepthLimitError, HeightLimitError, AliasLimitError, RootFieldLimitError
    └── DirectiveLimitError, FragmentLimitError, RecursionLimitError
"""

from __future__ import annotations

from typing import ClassVar

from graphwing.errors.base import OperationError


class IntrospectionRefusedError(OperationError):
    """The operation asks for the schema, which is not shown."""

    code = "INTROSPECTION_DISABLED"

    def __init__(self) -> None:
        super().__init__(
            [{"message": "the schema is not shown here; `__schema` and `__type` cannot be asked"}]
        )


class OperationLimitError(OperationError):
    """The operation is larger than allowed, its fragments counted where they are spread."""

    code = "OPERATION_LIMIT_EXCEEDED"
    measure: ClassVar[str] = ""
    """Which of the measures of an operation is too large."""
    cause: ClassVar[str] = ""

    def __init__(self, limit: int) -> None:
        cause = self.cause.format(limit)
        super().__init__([{"message": f"the operation {cause}; ask for less at a time"}])
        self.limit = limit


class DepthLimitError(OperationLimitError):
    """Its fields nest too deeply."""

    code = "MAX_DEPTH_LIMIT"
    measure = "depth"
    cause = "nests fields deeper than {}"


class HeightLimitError(OperationLimitError):
    """It has too many fields."""

    code = "MAX_HEIGHT_LIMIT"
    measure = "height"
    cause = "has more than {} fields"


class AliasLimitError(OperationLimitError):
    """It has too many aliases."""

    code = "MAX_ALIASES_LIMIT"
    measure = "aliases"
    cause = "has more than {} aliases"


class RootFieldLimitError(OperationLimitError):
    """It has too many fields at the root."""

    code = "MAX_ROOT_FIELDS_LIMIT"
    measure = "root_fields"
    cause = "has more than {} fields at its root"


class DirectiveLimitError(OperationLimitError):
    """It has too many directives."""

    code = "MAX_DIRECTIVES_LIMIT"
    measure = "directives"
    cause = "has more than {} directives"


class FragmentLimitError(OperationLimitError):
    """It spreads too many fragments."""

    code = "MAX_FRAGMENTS_LIMIT"
    measure = "fragments"
    cause = "spreads more than {} fragments"


class RecursionLimitError(OperationLimitError):
    """What it is written in nests too deeply."""

    code = "MAX_RECURSION_LIMIT"
    measure = "recursion"
    cause = "nests selections or values deeper than {}"
