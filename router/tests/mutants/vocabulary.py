"""What changes put into schemas: directives, definitions, values and descriptions."""

from __future__ import annotations

SPECS = "https://specs.apollo.dev"
VERSIONS = tuple(f"v2.{minor}" for minor in range(15))
# Where each directive usually stands.
DIRECTIVES = {
    "OBJECT": (
        '@key(fields: "<field>")',
        '@key(fields: "<field> <field>")',
        '@key(fields: "<field> { <field> }")',
        '@key(fields: "<field>", resolvable: false)',
        "@shareable",
        "@external",
        "@extends",
        "@interfaceObject",
        '@context(name: "ctx")',
        "@cost(weight: 3)",
        '@cacheTag(format: "a-{$key.<field>}")',
    ),
    "INTERFACE": ('@key(fields: "<field>")', '@context(name: "ctx")', "@extends"),
    "FIELD_DEFINITION": (
        "@shareable",
        "@external",
        '@external(reason: "why")',
        '@override(from: "<subgraph>")',
        '@override(from: "<subgraph>", label: "percent(5)")',
        '@override(from: "<subgraph>", label: "rollout")',
        '@provides(fields: "<field>")',
        '@provides(fields: "<field> { <field> }")',
        '@requires(fields: "<field>")',
        '@requires(fields: "<field> { <field> }")',
        "@deprecated",
        '@deprecated(reason: "old")',
        "@cost(weight: 7)",
        "@listSize(assumedSize: 10)",
        '@listSize(slicingArguments: ["<field>"], requireOneSlicingArgument: false)',
        '@listSize(assumedSize: 5, sizedFields: ["<field>"])',
        '@cacheTag(format: "all")',
    ),
    "ARGUMENT_DEFINITION": (
        '@fromContext(field: "$ctx { <field> }")',
        '@deprecated(reason: "old")',
        "@cost(weight: 2)",
    ),
    "INPUT_FIELD_DEFINITION": ('@deprecated(reason: "old")', "@cost(weight: 4)"),
    "INPUT_OBJECT": ("@oneOf",),
    "ENUM_VALUE": ("@deprecated",),
    "SCALAR": ('@specifiedBy(url: "https://example.com/spec")', "@cost(weight: 1)"),
    "ENUM": ("@cost(weight: 2)",),
    "SCHEMA": (
        '@composeDirective(name: "@custom")',
        '@tag(name: "t")',
        '@link(url: "https://custom.dev/custom/v1.0", import: ["@custom"])',
        '@link(url: "https://specs.apollo.dev/tag/v0.3")',
        '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", import: ["@inaccessible"])',
        '@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"])',
        '@link(url: "https://specs.apollo.dev/connect/v0.2", import: ["@connect"])',
        '@link(url: "https://example.com/other")',
    ),
    "UNION": ('@context(name: "ctx")',),
}
ANYWHERE = ('@tag(name: "t")', '@tag(name: "u")', "@inaccessible", "@custom", '@custom(a: "x")')
AUTH = ("@authenticated", '@requiresScopes(scopes: [["a", "b"]])', '@policy(policies: [["p"]])')
AUTH_PLACES = frozenset({"OBJECT", "FIELD_DEFINITION", "INTERFACE", "SCALAR", "ENUM"})
DEFINED = (
    "directive @custom(a: String) on OBJECT | FIELD_DEFINITION | INTERFACE | ENUM_VALUE",
    "directive @custom(a: String) repeatable on FIELD_DEFINITION | FIELD",
    "directive @custom on FIELD | QUERY",
    'directive @custom(a: String = "d", b: Int) on FIELD | FRAGMENT_SPREAD',
    "directive @custom(b: Int! @inaccessible) on INLINE_FRAGMENT",
    "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT",
    "directive @key(fields: String!) on OBJECT",
    "directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE",
    "directive @inaccessible on FIELD_DEFINITION",
    "directive @shareable on OBJECT",
    "directive @oneOf on INPUT_OBJECT",
    "directive @deprecated(reason: String) on FIELD_DEFINITION | ENUM_VALUE",
    "scalar _FieldSet",
    "scalar FieldSet",
    "scalar _Any",
    "scalar federation__FieldSet",
    "scalar link__Import",
    "union _Entity = Query",
    "type _Service { sdl: String }",
    "extend type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }",
    'input Filter { a: Int b: [String!] = ["x"] }',
    "enum Color { RED GREEN }",
    "interface Node { id: ID! }",
    "scalar Date",
    "type Mutation { act(x: Int): Int }",
    "type Subscription { happened: Int }",
)
TYPES = ("Int", "String", "ID", "Boolean", "Float")
CONSTANTS = ("1", '"a"', "true", "null", "[]", "[1]", "{}", "RED", "1.5", '["F"]', "{a: 1}", '""')
DESCRIPTIONS = ("first", "second", 'with """ inside', " spaced ", "two\nlines", "")
