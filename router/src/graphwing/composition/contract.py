"""Contracts: of the whole graph, hide from clients what their tags do not allow them.

https://www.apollographql.com/docs/graphos/platform/schema-management/delivery/contracts/reference
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from graphwing.composition.definitions import (
    FIELD_KINDS,
    AppliedDirective,
    Element,
    TypeDefinition,
    TypeKind,
    applied,
)
from graphwing.composition.merge.carried_directives import carry_inaccessible
from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.post_merge.inaccessible import check_inaccessible, is_hidden
from graphwing.composition.subgraph_schema import string_argument
from graphwing.composition.suggestion import closest

_REMEDIES = {
    "IMPLEMENTED_BY_INACCESSIBLE": "tag it as what it implements is tagged",
    "QUERY_ROOT_TYPE_INACCESSIBLE": "leave at least one field of `Query` to the contract",
    "REFERENCED_INACCESSIBLE": "tag it so that the contract hides it too, or shows its type",
    "REQUIRED_INACCESSIBLE": "do not hide it, make it nullable, or give it a default",
}


@dataclass(frozen=True, slots=True)
class Contract:
    """The tags that clients see, all of them if empty, and the tags that they do not see."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()


NO_CONTRACT = Contract()


def apply_contract(merge: Merge, contract: Contract) -> None:
    """Make `@inaccessible` in `merge` what `contract` hides; report what visible parts miss then.

    - What has an excluded tag is hidden, whatever else it has.
    - With included tags, unions and fields of objects and interfaces are hidden without one of
      them. Arguments, input types, enums and scalars stay: what uses them decides.
    - The tags of an object or interface are those of each of its fields, too.
    - A type of which everything is hidden is hidden itself.
    """
    if contract == NO_CONTRACT:
        return
    contract_filter = _Filter(merge, contract)
    contract_filter.apply()
    _hint_unused_tags(merge, contract, contract_filter.found)
    before = len(merge.problems.found)
    check_inaccessible(merge)
    merge.problems.found[before:] = [
        replace(
            problem,
            message=f"in the contract, {problem.message}",
            remedy=_REMEDIES.get(problem.code, problem.remedy),
        )
        for problem in merge.problems.found[before:]
    ]


@dataclass(slots=True)
class _Filter:
    merge: Merge
    contract: Contract
    found: set[str] = field(default_factory=set[str])
    """The tags that there are."""

    def apply(self) -> None:
        for definition in self.merge.types.values():
            self._filter_type(definition)
            self._filter_contents(definition)
        # Whether a union is empty is known once all of its members are done.
        for definition in sorted(
            self.merge.types.values(), key=lambda it: it.kind is TypeKind.UNION
        ):
            if _is_emptied(definition, self.merge):
                self._hide(definition)

    def _filter_type(self, definition: TypeDefinition) -> None:
        tags = self._tags(definition)
        is_left_out = definition.kind is TypeKind.UNION and self._lacks_included(tags)
        if is_left_out or self._has_excluded(tags):
            self._hide(definition)

    def _filter_contents(self, definition: TypeDefinition) -> None:
        inherited = self._tags(definition) if definition.kind in FIELD_KINDS else frozenset[str]()
        for item in definition.fields.values():
            tags = inherited | self._tags(item)
            if self._lacks_included(tags) or self._has_excluded(tags):
                self._hide(item)
            self._hide_excluded(item.arguments.values())
        self._hide_excluded(definition.input_fields.values())
        self._hide_excluded(definition.values.values())

    def _hide_excluded(self, elements: Iterable[Element]) -> None:
        for element in elements:
            if self._has_excluded(self._tags(element)):
                self._hide(element)

    def _lacks_included(self, tags: frozenset[str]) -> bool:
        return bool(self.contract.include) and not tags & self.contract.include

    def _has_excluded(self, tags: frozenset[str]) -> bool:
        return bool(tags & self.contract.exclude)

    def _tags(self, element: Element) -> frozenset[str]:
        names = (string_argument(use, "name") for use in applied(element, "tag"))
        tags = frozenset(name for name in names if name is not None)
        self.found |= tags
        return tags

    def _hide(self, element: Element) -> None:
        if not is_hidden(element):
            name = carry_inaccessible(self.merge)
            element.directives.append(AppliedDirective(name, {}, spec="inaccessible"))


def _hint_unused_tags(merge: Merge, contract: Contract, found: set[str]) -> None:
    for verb, tags in (("includes", contract.include), ("excludes", contract.exclude)):
        for tag in sorted(tags - found):
            close = closest(tag, sorted(found))
            meant = f"; did you mean `{close}`?" if close else ""
            merge.hints.report(
                "CONTRACT_TAG_UNUSED",
                f"the contract {verb} the tag `{tag}`, which nothing has{meant}",
            )


def _is_emptied(definition: TypeDefinition, merge: Merge) -> bool:
    """Return whether `definition` has contents and all of them are hidden."""
    contents: list[Element] = [
        *definition.fields.values(),
        *definition.input_fields.values(),
        *definition.values.values(),
    ]
    contents += [merge.types[name] for name in definition.members if name in merge.types]
    return bool(contents) and all(is_hidden(it) for it in contents)
