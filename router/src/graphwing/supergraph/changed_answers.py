"""What of an answer clients cannot expect: what was promised of it, against what can come now.

An operation is walked along the paths of its answer. What clients expect at a place is what the old
API says of each selection there. What can come is, for every type that an object can have there
now, all that the operation selects of it, whichever selection it is from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from graphql import (
    DocumentNode,
    GraphQLCompositeType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    OperationDefinitionNode,
    is_abstract_type,
    is_composite_type,
)

from graphwing.supergraph.api_changes import ApiChange
from graphwing.supergraph.reason import Reason, reason_at
from graphwing.supergraph.recorded_operations import fragments_in
from graphwing.supergraph.selected_fields import (
    Narrowing,
    SelectedField,
    Selecting,
    Selections,
    is_a,
    is_possible,
    is_sure,
)
from graphwing.supergraph.wrapped_types import (
    is_never_null,
    item_type,
    named_type,
    type_of,
    without_null,
)


def changed_answers(
    document: DocumentNode,
    old: GraphQLSchema,
    new: GraphQLSchema,
    breaking: Mapping[str, ApiChange],
) -> Iterator[Reason]:
    """Yield why clients cannot expect what can come of the operation in `document` now.

    It has to be valid on both schemas. `breaking` has the breaking changes by their coordinates:
    reasons are told in their words.
    """
    fragments = fragments_in(document)
    comparison = _Comparison(Selecting(old, fragments), Selecting(new, fragments), breaking)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            before, now = (schema.get_root_type(node.operation) for schema in (old, new))
            if before is not None and now is not None:
                selections = Selections(node.selection_set)
                comparison.compare(_Place(before.name, selections, now.name, (selections,)))
    yield from comparison.reasons()


@dataclass(frozen=True, slots=True)
class _Loss:
    """A fragment that does not select any more of a type of objects what it was to select."""

    narrowing: Narrowing
    name: str
    is_known: bool
    """Whether objects of the type could be there before."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of the answer where there are objects."""

    expected: str
    """The type that objects had by the old API."""
    promised: Selections
    coming: str
    """The type that they have by the new one."""
    given: tuple[Selections, ...]
    """All that is selected of them."""
    loss: _Loss | None = None
    """Why what was promised is not among what is selected, though another selection is."""

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells places apart; nodes are compared as objects, for they are all alive."""
        selections = (self.promised, *self.given)
        return self.expected, self.coming, *((id(it.node), it.conditions) for it in selections)


@dataclass(slots=True)
class _Comparison:
    """Compares place by place. Mutable, so it stays inside this module."""

    old: Selecting
    new: Selecting
    breaking: Mapping[str, ApiChange]
    _seen: set[tuple[object, ...]] = field(default_factory=set[tuple[object, ...]])
    _changed: dict[Reason, None] = field(default_factory=dict[Reason, None])
    _lost: dict[tuple[int, bool], tuple[Narrowing, list[str]]] = field(
        default_factory=dict[tuple[int, bool], tuple[Narrowing, list[str]]]
    )

    def compare(self, place: _Place) -> None:
        """Note what cannot be expected at a place and at those below."""
        if place.identity in self._seen:
            return
        self._seen.add(place.identity)
        for name in _objects(self.new.schema, place.coming):
            self._compare_object(place, name)

    def reasons(self) -> Iterator[Reason]:
        """Yield what was noted."""
        yield from self._changed
        for (_, is_known), (narrowing, names) in self._lost.items():
            listed = ", ".join(f"`{name}`" for name in sorted(names))
            condition = f"`... on {narrowing.condition}` does not select {listed}"
            message = (
                f"in `{narrowing.parent}`, {condition} any more"
                if is_known
                else f"{condition}, which can be there now"
            )
            yield reason_at(narrowing.node, message)

    def _compare_object(self, place: _Place, name: str) -> None:
        """Compare what comes of an object of the type `name`.

        Where it could be before, the client expects what it got of it. Where it could not, it
        expects what the type that was there promised of all its objects.
        """
        old = self.old.schema
        is_known = isinstance(old.get_type(name), GraphQLObjectType) and is_a(
            old, name, place.expected
        )
        given: dict[str, list[SelectedField]] = {}
        for one in self.new.fields(name, place.coming, place.given):
            given.setdefault(one.key, []).append(one)
        who = name if is_known else place.expected
        for promise in self.old.fields(who, place.expected, (place.promised,)):
            here = given.get(promise.key, [])
            loss = self._loss(promise, name, is_known=is_known) or place.loss
            if is_sure(promise.conditions, [one.conditions for one in here]):
                self._compare_field(promise, name, here, loss)
            elif loss is not None:
                self._note(loss)

    def _loss(self, promise: SelectedField, name: str, *, is_known: bool) -> _Loss | None:
        for narrowing in promise.fragments:
            if not is_a(self.new.schema, name, narrowing.condition):
                return _Loss(narrowing, name, is_known)
        return None

    def _note(self, loss: _Loss) -> None:
        identity = id(loss.narrowing.node), loss.is_known
        _, names = self._lost.setdefault(identity, (loss.narrowing, []))
        if loss.name not in names:
            names.append(loss.name)

    def _compare_field(
        self,
        promise: SelectedField,
        name: str,
        given: Sequence[SelectedField],
        loss: _Loss | None,
    ) -> None:
        given = [one for one in given if is_possible(one.conditions | promise.conditions)]
        # One key is one field of one object; it need not be that of the promise.
        field_name = given[0].node.name.value
        before = _field_type(self.old.schema, promise.parent, promise.node.name.value)
        now = _field_type(self.new.schema, name, field_name)
        if not _is_expected(before, now):
            self._changed[self._changed_field(promise, f"{name}.{field_name}", before, now)] = None
            return
        selected = promise.node.selection_set
        if selected is None or named_type(now).name.startswith("__"):
            return
        self.compare(
            _Place(
                named_type(before).name,
                Selections(selected, promise.conditions),
                named_type(now).name,
                tuple(
                    Selections(one.node.selection_set, one.conditions)
                    for one in given
                    if one.node.selection_set is not None
                ),
                loss,
            )
        )

    def _changed_field(
        self, promise: SelectedField, place: str, before: GraphQLType, now: GraphQLType
    ) -> Reason:
        expected = f"{promise.parent}.{promise.node.name.value}"
        change = self.breaking.get(expected) or self.breaking.get(named_type(before).name)
        if change is not None:
            return reason_at(promise.node, change.message)
        message = f"`{place}` gives {now} where `{expected}` gave {before}"
        return reason_at(promise.node, message)


def _objects(schema: GraphQLSchema, name: str) -> Iterator[str]:
    """Yield the names of the types that objects of the type `name` can have."""
    named = schema.get_type(name)
    if is_abstract_type(named):
        yield from (one.name for one in schema.get_possible_types(named))
    else:
        yield name


def _field_type(schema: GraphQLSchema, parent: str, name: str) -> GraphQLType:
    found = schema.get_field(cast("GraphQLCompositeType", schema.get_type(parent)), name)
    assert found is not None  # noqa: S101 - the operation is valid
    return type_of(found)


def _is_expected(before: GraphQLType, now: GraphQLType) -> bool:
    """Return whether who expects `before` is content with `now`, apart from what objects have."""
    if is_never_null(before) and not is_never_null(now):
        return False
    item_before, item_now = item_type(before), item_type(now)
    if item_before is not None and item_now is not None:
        return _is_expected(item_before, item_now)
    if item_before is not None or item_now is not None:
        return False
    named, other = without_null(before), without_null(now)
    if is_composite_type(named):
        return is_composite_type(other)
    return str(named) == str(other) and type(named) is type(other)
