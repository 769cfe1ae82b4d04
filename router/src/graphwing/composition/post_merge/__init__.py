"""Rules that only the merged schema can break."""

from __future__ import annotations

from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.post_merge.composed_uses import check_composed_uses
from graphwing.composition.post_merge.feature_types import (
    check_directives_of_join,
    check_feature_types,
)
from graphwing.composition.post_merge.implementations import (
    check_merged_implementations,
    check_promised_fields,
)
from graphwing.composition.post_merge.inaccessible import check_inaccessible
from graphwing.composition.post_merge.inputs import check_merged_inputs
from graphwing.composition.post_merge.list_sizes import check_list_sizes
from graphwing.composition.post_merge.transitive_auth import check_transitive_auth

__all__ = ["check_merged_schema"]

_STAGES = (
    (check_promised_fields, check_transitive_auth),
    (
        check_merged_implementations,
        check_merged_inputs,
        check_composed_uses,
        check_directives_of_join,
    ),
    (check_inaccessible, check_feature_types),
    (check_list_sizes,),
)


def check_merged_schema(merge: Merge) -> None:
    """Report what is wrong with the result although each subgraph is right.

    A stage that finds something is the last, since the ones after it rely on it.
    """
    for stage in _STAGES:
        for check in stage:
            check(merge)
        if merge.problems.found:
            return
