"""Rules that only the merged schema can break."""

from __future__ import annotations

from graphwing.composition.merge import Merge
from graphwing.composition.post_merge.implementations import check_merged_implementations
from graphwing.composition.post_merge.inaccessible import check_inaccessible
from graphwing.composition.post_merge.interface_keys import check_interface_keys
from graphwing.composition.post_merge.transitive_auth import check_transitive_auth

__all__ = ["check_merged_schema"]


def check_merged_schema(merge: Merge) -> None:
    """Report what is wrong with the result although each subgraph is right."""
    check_merged_implementations(merge)
    check_interface_keys(merge)
    check_inaccessible(merge)
    check_transitive_auth(merge)
