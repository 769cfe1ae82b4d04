"""The supergraph document, read once: the API schema and the joins behind it. Pure: no I/O."""

from graphwing.supergraph.model import (
    Feature,
    FieldDefinition,
    FieldJoin,
    FieldSet,
    Key,
    Subgraph,
    Supergraph,
    TypeDefinition,
    TypeJoin,
)
from graphwing.supergraph.parse import parse_supergraph

__all__ = [
    "Feature",
    "FieldDefinition",
    "FieldJoin",
    "FieldSet",
    "Key",
    "Subgraph",
    "Supergraph",
    "TypeDefinition",
    "TypeJoin",
    "parse_supergraph",
]
