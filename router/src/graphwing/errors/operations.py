"""Why an operation is refused that fits the schema, or would if somebody looked.

OperationError
├── IntrospectionRefusedError   it asks for the schema
├── OperationLimitError         it is larger than allowed
│   ├── DepthLimitError, HeightLimitError, AliasLimitError, RootFieldLimitError
│   └── DirectiveLimitError, FragmentLimitError, ValueLimitError, RecursionLimitError,
│       VariableLimitError
├── OperationCostError          it costs more than allowed
└── SlicingArgumentsError       it does not say how much it wants
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

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


class ValueLimitError(OperationLimitError):
    """Its arguments are too long."""

    code = "MAX_VALUES_LIMIT"
    measure = "values"
    cause = "has more than {} values in its arguments"


class VariableLimitError(OperationLimitError):
    """The variables of the request are too long."""

    code = "MAX_VARIABLES_LIMIT"
    measure = "variables"
    cause = "comes with more than {} values in its variables"


class RecursionLimitError(OperationLimitError):
    """What it is written in nests too deeply."""

    code = "MAX_RECURSION_LIMIT"
    measure = "recursion"
    cause = "nests selections or values deeper than {}"


class OperationCostError(OperationError):
    """The operation costs more than one may."""

    code = "COST_ESTIMATED_TOO_EXPENSIVE"

    def __init__(self, estimated: int, limit: int) -> None:
        message = (
            f"the operation is estimated to cost {estimated}, and may cost {limit};"
            " ask for fewer items or fields at a time"
        )
        super().__init__([{"message": message}])
        self.estimated = estimated
        self.limit = limit

    def formatted(self) -> list[dict[str, Any]]:
        """Return what the response says under `errors`."""
        cost = {"estimated": self.estimated, "max": self.limit}
        return [{**fault, "extensions": {"code": self.code, "cost": cost}} for fault in self.faults]


class SlicingArgumentsError(OperationError):
    """A list is asked for without saying how much of it, or more than once."""

    code = "COST_SLICING_ARGUMENTS_INVALID"

    def __init__(self, coordinate: str, arguments: Sequence[str]) -> None:
        names = " or ".join(f"`{name}`" for name in arguments)
        message = f"`{coordinate}` needs exactly one of its arguments that say how much: {names}"
        if len(arguments) == 1:
            message = f"`{coordinate}` needs its argument {names}, which says how much is wanted"
        super().__init__([{"message": message}])
        self.coordinate = coordinate
