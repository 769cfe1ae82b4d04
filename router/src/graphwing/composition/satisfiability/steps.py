"""Where the fields at a place lead within its subgraph, for one choice of override labels."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphwing.composition.definitions import (
    AppliedDirective,
    TypeDefinition,
    TypeKind,
    first_applied,
)
from graphwing.composition.field_facts import FieldKey, selected_fields
from graphwing.composition.merge.merge_state import Merge, Subgraph
from graphwing.composition.satisfiability.budget import Budget
from graphwing.composition.satisfiability.labels import Labels
from graphwing.composition.satisfiability.places import Option, Places, field_set, provided_below
from graphwing.composition.subgraph_schema import keys_of, string_argument
from graphwing.composition.type_reference import named_type


@dataclass(slots=True)
class PlaceSteps:
    """The fields that can be had at one place: at once, or if what they require can be had."""

    free: dict[str, Option] = field(default_factory=dict[str, Option])
    requiring: dict[str, tuple[Option, AppliedDirective]] = field(
        default_factory=dict[str, tuple[Option, AppliedDirective]]
    )


@dataclass(slots=True)
class Steps:
    """Answers what a subgraph resolves itself. Each place is looked at once."""

    merge: Merge
    labels: Labels
    budget: Budget
    places: Places
    _found: dict[Option, PlaceSteps] = field(default_factory=dict[Option, PlaceSteps])
    _returning: dict[Option, bool] = field(default_factory=dict[Option, bool])

    def at(self, place: Option) -> PlaceSteps:
        """Return where the fields of `place` lead."""
        found = self._found.get(place)
        if found is None:
            found = self._found[place] = self._find(place)
        return found

    def _find(self, place: Option) -> PlaceSteps:
        steps = PlaceSteps()
        definition = self.places.definition(place)
        if definition is None:
            return steps
        self.budget.spend(len(definition.fields))
        subgraph = self.places.subgraph(place)
        has_selections = not subgraph.schema.used_directives.isdisjoint({"provides", "requires"})
        gives_up = bool(subgraph.facts.external or self.merge.overrides)
        for name, item in definition.fields.items():
            provided = provided_below(place.provided, name) if place.provided else None
            is_left = gives_up and not self._is_resolved(subgraph, definition, name)
            if is_left and provided is None:
                continue
            provides = first_applied(item, "provides") if has_selections else None
            below = provided or ()
            if provides is not None:
                below += field_set(string_argument(provides, "fields"))
            target = self.places.plain(place.subgraph, named_type(item.type))
            if below:
                target = target._replace(provided=below)
            requires = first_applied(item, "requires") if has_selections else None
            if requires is None or provided is not None:
                steps.free[name] = target
            else:
                steps.requiring[name] = (target, requires)
        return steps

    def _is_resolved(self, subgraph: Subgraph, definition: TypeDefinition, name: str) -> bool:
        if self._is_left_to_others(subgraph, (definition.name, name)):
            return False
        if definition.kind is TypeKind.OBJECT:
            return True
        names = subgraph.schema.implementations.get(definition.name, ())
        return not any(self._is_left_to_others(subgraph, (it, name)) for it in names)

    def _is_left_to_others(self, subgraph: Subgraph, key: FieldKey) -> bool:
        if key in subgraph.facts.external:
            return True
        overrides = self.merge.overrides.get(key)
        if overrides is None:
            return False
        label = overrides.labels.get(subgraph.name)
        if label is None:
            return subgraph.name in overrides.used or subgraph.name in overrides.unused
        # Neither side counts on a path that has not decided about the label, as in the reference.
        takes_over = subgraph.name not in overrides.replaced_by_label
        return (label, takes_over) not in self.labels

    def can_return(self, place: Option) -> bool:
        """Return whether a query can come back to `place` after it has been elsewhere.

        Any key that the subgraph itself knows will do: it need not be able to look entities up.
        """
        if place not in self._returning:
            self._returning[place] = self._has_own_key(place)
        return self._returning[place]

    def _has_own_key(self, place: Option) -> bool:
        definition = self.places.definition(place)
        subgraph = self.places.subgraph(place)
        return definition is not None and any(
            all(
                self._is_own(subgraph, (target.parent.name, target.field.name))
                for target in selected_fields(subgraph.schema, key, definition)
            )
            for key in keys_of(definition)
        )

    def _is_own(self, subgraph: Subgraph, key: FieldKey) -> bool:
        overrides = self.merge.overrides.get(key)
        if overrides is not None and subgraph.name not in overrides.labels:
            given_up = overrides.used | overrides.unused
            return subgraph.name not in given_up
        return key not in subgraph.facts.external
