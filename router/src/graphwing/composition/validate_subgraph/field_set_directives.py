"""`@key`, `@requires` and `@provides` select what exists, and what each of them may select."""

from __future__ import annotations

from dataclasses import dataclass

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    TypeDefinition,
    TypeKind,
    applied,
    has_applied,
)
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.field_sets import (
    FieldSetError,
    is_composite,
    parse_field_set,
    selects_what_exists,
)
from graphwing.composition.links import Version
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema, keys_of
from graphwing.composition.type_reference import named_type
from graphwing.composition.validate_subgraph.selections import SelectionWalk

_SELECTION_REMEDY = "write the names of fields, each with its own in braces if it has any"
_KEYS_ON_INTERFACES = Version(2, 3)


@dataclass(slots=True)
class _Check:
    """One use of one of the three directives."""

    schema: SubgraphSchema
    facts: FieldFacts
    problems: Problems
    use: AppliedDirective
    coordinate: str

    @property
    def prefix(self) -> str:
        """What the codes of this directive begin with."""
        return (self.use.spec or "").upper()

    def report(self, code: str, message: str, remedy: str) -> None:
        self.problems.report(
            code,
            f"`{self.use}` on `{self.coordinate}` {message}",
            at=[self.schema.at(self.use.position)],
            coordinate=self.coordinate,
            remedy=remedy,
        )


def check_keys(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report keys that select what cannot identify an entity."""
    for definition in schema.objects_and_interfaces():
        for use in keys_of(definition):
            check = _Check(schema, facts, problems, use, definition.name)
            if definition.kind is TypeKind.INTERFACE:
                _check_version(check, definition)
            _check_selections(check, definition)


def _check_version(check: _Check, interface: TypeDefinition) -> None:
    schema = check.schema
    # What is no key in any version is only told to be that.
    is_key = selects_what_exists(check.use.arguments.get("fields"), interface, schema.types)
    if is_key and schema.federation_version < _KEYS_ON_INTERFACES:
        check.report(
            "KEY_UNSUPPORTED_ON_INTERFACE",
            "is on an interface, which this federation version does not know",
            f"link federation {_KEYS_ON_INTERFACES} or later",
        )


def check_requires(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report `@requires` that select what does not exist or is not external."""
    for definition in schema.objects_and_interfaces():
        for item in definition.fields.values():
            for use in applied(item, "requires"):
                coordinate = f"{definition.name}.{item.name}"
                check = _Check(schema, facts, problems, use, coordinate)
                if _may_stand(check, definition, item):
                    _check_selections(check, definition)


def check_provides(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report `@provides` that select what does not exist or is not external."""
    for definition in schema.objects_and_interfaces():
        for item in definition.fields.values():
            for use in applied(item, "provides"):
                coordinate = f"{definition.name}.{item.name}"
                check = _Check(schema, facts, problems, use, coordinate)
                returned = schema.types.get(named_type(item.type))
                if returned is None or not is_composite(returned):
                    check.report(
                        "PROVIDES_ON_NON_OBJECT_FIELD",
                        f"provides nothing: the field returns `{item.type}`, which has no fields",
                        "remove it",
                    )
                    continue
                if _may_stand(check, definition, item):
                    _check_selections(check, returned)


def _may_stand(check: _Check, owner: TypeDefinition, item: FieldDefinition) -> bool:
    if owner.kind is TypeKind.INTERFACE:
        check.report(
            f"{check.prefix}_UNSUPPORTED_ON_INTERFACE",
            "is on a field of an interface",
            "put it on the fields of the implementing types",
        )
    elif check.prefix == "PROVIDES" and has_applied(item, "external"):
        check.report(
            "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
            "stands next to `@external`, and an external field is not resolved here",
            "remove one of the two",
        )
        return False
    return True


def _check_selections(check: _Check, parent: TypeDefinition) -> None:
    text = check.use.arguments.get("fields")
    if not isinstance(text, str):
        check.report(
            f"{check.prefix}_INVALID_FIELDS_TYPE",
            "needs a string",
            "write the selection as one string",
        )
        return
    try:
        selections = parse_field_set(text)
    except FieldSetError as error:
        check.report(f"{check.prefix}_INVALID_FIELDS", str(error), _SELECTION_REMEDY)
        return
    if not selections:
        check.report(f"{check.prefix}_INVALID_FIELDS", "selects nothing", _SELECTION_REMEDY)
        return
    walk = SelectionWalk(check.schema, check.facts, check.use.spec or "")
    for fault in walk.faults_in(selections, parent):
        check.report(f"{check.prefix}_{fault.code}", fault.message, fault.remedy)
