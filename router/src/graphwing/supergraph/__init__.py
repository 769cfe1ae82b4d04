"""The supergraph document, read once: the API schema and the joins behind it. Pure: no I/O."""

from graphwing.supergraph.api_changes import ApiChange, Severity, api_changes
from graphwing.supergraph.checked_operations import Finding, OperationsCheck, check_operations
from graphwing.supergraph.join import parse_field_set
from graphwing.supergraph.model import (
    Feature,
    FieldDefinition,
    FieldJoin,
    FieldSet,
    Key,
    Subgraph,
    TypeDefinition,
    TypeJoin,
)
from graphwing.supergraph.parse import parse_supergraph, supergraph_of
from graphwing.supergraph.reason import Reason
from graphwing.supergraph.recorded_operations import (
    RecordedOperation,
    fragments_in,
    operations_in,
)
from graphwing.supergraph.supergraph import Supergraph

__all__ = [
    "ApiChange",
    "Feature",
    "FieldDefinition",
    "FieldJoin",
    "FieldSet",
    "Finding",
    "Key",
    "OperationsCheck",
    "Reason",
    "RecordedOperation",
    "Severity",
    "Subgraph",
    "Supergraph",
    "TypeDefinition",
    "TypeJoin",
    "api_changes",
    "check_operations",
    "fragments_in",
    "operations_in",
    "parse_field_set",
    "parse_supergraph",
    "supergraph_of",
]
