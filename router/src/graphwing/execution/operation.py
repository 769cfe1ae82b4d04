"""A client's operation, ready to run: its document, its plan, and the shape of its response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

from graphwing.execution.compile.compilation import Compilation
from graphwing.execution.division import Division
from graphwing.execution.shape import ObjectShape, Shapes
from graphwing.execution.variables import Variables
from graphwing.execution.withheld import Withheld
from graphwing.planner.plan import DeferredPart, Plan
from graphwing.supergraph.access import Requirements

Conditions = tuple[bool, ...]

_SHAPES_KEPT = 64


class Operation:
    """One operation of a valid document with its plan; made once, run many times."""

    __slots__ = (
        "__weakref__",
        "_document",
        "_schema",
        "_shapes",
        "_variables",
        "_withheld",
        "compilations",
        "conditional",
        "definition",
        "is_introspective",
        "plan",
        "requirements",
    )

    conditional: tuple[str, ...]
    """The variables that `@skip` and `@include` depend on."""

    is_introspective: bool
    """Whether it asks for the schema, which can be long work."""

    compilations: dict[Conditions, Compilation]
    """How far it is compiled."""

    requirements: Requirements
    """What a client must have to read all of it."""

    plan: Plan
    """How it is answered; with variants if variables decide what is deferred."""

    def __init__(  # noqa: PLR0913 - one for each thing that is known of it
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        definition: OperationDefinitionNode,
        plan: Plan,
        variables: Variables | None = None,
        *,
        requirements: Requirements = frozenset(),
        withheld: Withheld | None = None,
    ) -> None:
        """Take a valid document, and what reads its variables if that is not the usual.

        What is `withheld` from the client is not in the plan.
        """
        self.definition = definition
        self.plan = plan
        self.requirements = requirements
        self._withheld = withheld
        self._schema = schema
        self._document = document
        survey = _Survey()
        visit(document, survey)
        self.conditional = tuple(sorted(survey.conditional))
        self.is_introspective = survey.is_introspective
        self._variables = variables or Variables(schema, definition.variable_definitions or ())
        self._shapes: dict[tuple[object, ...], ObjectShape] = {}
        self.compilations: dict[Conditions, Compilation] = {}

    @property
    def withheld(self) -> Sequence[str]:
        """Return the types and fields that are withheld from the client, by their coordinates."""
        return () if self._withheld is None else self._withheld.coordinates

    def variables(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return `raw` coerced to the operation's variables with their defaults.

        Raises `VariablesInvalidError`.
        """
        return self._variables.read(raw)

    def conditions(self, variables: Mapping[str, Any]) -> Conditions:
        """Return the values of the variables that `@skip` and `@include` depend on."""
        if not self.conditional:
            return ()
        return tuple([variables.get(name) is True for name in self.conditional])

    def shape(
        self, variables: Mapping[str, Any], plan: Plan | None = None, *, repeats: bool = False
    ) -> ObjectShape:
        """Return the shape of the response under these values of `@skip` and `@include`.

        `plan` is the variant that is run. When it defers, each part `repeats` what it shares with
        those before it, or not.
        """
        parts = plan.parts if plan is not None else ()
        conditions = self.conditions(variables)
        key = (parts, repeats, *conditions) if parts else conditions
        shape = self._shapes.get(key)
        if shape is None:
            values = dict(zip(self.conditional, conditions, strict=True))
            shape = self._shape(values, parts, repeats=repeats)
            if len(self._shapes) >= _SHAPES_KEPT:
                self._shapes.clear()
            self._shapes[key] = shape
        return shape

    def _shape(
        self, values: Mapping[str, Any], parts: Sequence[DeferredPart], *, repeats: bool
    ) -> ObjectShape:
        document, withheld = self._document, self._withheld
        if withheld is None:
            division = Division(document, parts, repeats=repeats)
            return Shapes(self._schema, document, self.definition, values, division).root()
        division = Division(withheld.document, parts, repeats=repeats, originals=withheld.originals)
        return Shapes(
            self._schema, document, self.definition, values, division, withheld.selections
        ).root()


class _Survey(Visitor):
    """What there is to know of a document before it is run."""

    def __init__(self) -> None:
        super().__init__()
        self.conditional: set[str] = set()
        self.is_introspective = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401
        if node.name.value in {"__schema", "__type"}:
            self.is_introspective = True

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:  # noqa: ANN401
        if node.name.value in {"skip", "include"}:
            self.conditional.update(
                argument.value.name.value
                for argument in node.arguments or ()
                if isinstance(argument.value, VariableNode)
            )
