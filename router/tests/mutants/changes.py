"""Change subgraphs at random, as authors do, so that rules meet odd input.

`mutated` works on syntax trees and mostly gives SDL that still parses.
"""

# ruff: noqa: ANN401 - what a tree holds is of all kinds

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from graphql import (
    EnumValueDefinitionNode,
    GraphQLSyntaxError,
    ListTypeNode,
    ListValueNode,
    Node,
    NonNullTypeNode,
    StringValueNode,
    TypeDefinitionNode,
)

from mutants import vocabulary
from mutants.damage import Given, damaged
from mutants.sites import (
    DEFINITION_OF,
    ENUMS,
    EXTENSION_OF,
    INPUTS,
    INTERFACES,
    OBJECTS,
    SCHEMAS,
    UNIONS,
    Site,
    argument_of,
    federation_link,
    is_federation_site,
    is_same,
    rename_type,
    replace,
    sites_in,
)
from mutants.tree import Tree, constant, copy, name_node, named, string, text_of, tree


class Mutation:
    """Changes one set of subgraphs; each method named for a change may do nothing."""

    def __init__(self, given: Given, chance: random.Random) -> None:
        self.chance = chance
        self.documents = [(name, tree(sdl)) for name, sdl in given]

    def given(self) -> Given:
        return [(name, text_of(document)) for name, document in self.documents]

    # What the changes choose from

    def pick(self, items: Any) -> Any:
        found = list(items)
        return self.chance.choice(found) if found else None

    def document(self) -> Tree:
        return self.pick(self.documents)[1]

    def sites(self, document: Tree) -> list[Site]:
        return [site for node in document.definitions for site in sites_in(node)]

    def site(self, document: Tree, *locations: str) -> Site | None:
        found = self.sites(document)
        if self.chance.random() < 0.9:
            found = [it for it in found if not is_federation_site(it)] or found
        return self.pick(it for it in found if not locations or it.location in locations)

    def type_in(self, document: Tree, *kinds: type[Node]) -> Any:
        return self.pick(it for it in document.definitions if it.is_a(*kinds))

    def field_name(self, document: Tree, site: Site) -> str:
        nodes = [it.node for it in self.sites(document) if it.location == "FIELD_DEFINITION"]
        near = getattr(site.node, "fields", None) or getattr(site.owner, "fields", None)
        names = [it.text for it in (near if near and self.chance.random() < 0.7 else nodes)]
        return self.pick(names) or "id"

    def type_name(self, document: Tree) -> str:
        names = [it.text for it in document.definitions if it.text]
        return self.pick([*names, *vocabulary.TYPES]) or "Int"

    def directive(self, document: Tree, site: Site) -> Tree:
        choices = list(vocabulary.DIRECTIVES.get(site.location, ())) + list(vocabulary.ANYWHERE)
        choices += vocabulary.AUTH if site.location in vocabulary.AUTH_PLACES else ()
        if self.chance.random() < 0.04:
            choices = [it for some in vocabulary.DIRECTIVES.values() for it in some]
        text: str = self.pick(choices)
        while "<field>" in text:
            text = text.replace("<field>", self.field_name(document, site), 1)
        text = text.replace("<subgraph>", self.pick(name for name, _ in self.documents))
        found = tree(f"scalar X {text}").definitions[0].directives[0]
        if self.chance.random() < 0.85:
            self.import_of(document, found.text)
        return found

    def import_of(self, document: Tree, name: str) -> None:
        """Import directive `name` from federation where that is linked and lacks it."""
        link = federation_link(document)
        imports = argument_of(link, "import") if link is not None else None
        if imports is None or not imports.value.is_a(ListValueNode):
            return
        known = {it.value for it in imports.value.values if it.is_a(StringValueNode)}
        own = {"custom", "deprecated", "specifiedBy", "oneOf", "link"}
        if f"@{name}" not in known and name not in own:
            imports.value.values = (*imports.value.values, string(f"@{name}"))

    # The changes

    def drop_directive(self) -> None:
        node = self.pick(it.node for it in self.sites(self.document()) if it.node.directives)
        if node is not None:
            gone = self.pick(node.directives)
            node.directives = tuple(it for it in node.directives if it is not gone)

    def add_directive(self) -> None:
        document = self.document()
        site = self.site(document)
        if site is not None:
            site.node.directives = (*site.node.directives, self.directive(document, site))

    add_directive_once_more = add_directive

    def copy_directives(self) -> None:
        """Let one element of another subgraph carry what the same element carries here."""
        here, there = self.sites(self.document()), self.sites(self.document())
        site = self.pick(it for it in here if it.node.directives)
        same = self.pick(it for it in there if site is not None and is_same(it, site))
        if site is not None and same is not None:
            same.node.directives = (*same.node.directives, copy(self.pick(site.node.directives)))

    def drop_part(self) -> None:
        node = self.type_in(self.document(), TypeDefinitionNode, *DEFINITION_OF)
        slots = [
            it for it in ("fields", "values", "types", "interfaces") if getattr(node, it, None)
        ]
        slot = self.pick(slots)
        if slot is not None:
            parts = getattr(node, slot)
            gone = self.pick(parts)
            setattr(node, slot, tuple(it for it in parts if it is not gone))

    def drop_argument(self) -> None:
        node = self.pick(
            it.node for it in self.sites(self.document()) if getattr(it.node, "arguments", None)
        )
        if node is not None:
            gone = self.pick(node.arguments)
            node.arguments = tuple(it for it in node.arguments if it is not gone)

    def drop_definition(self) -> None:
        document = self.document()
        gone = self.pick(document.definitions)
        document.definitions = tuple(it for it in document.definitions if it is not gone)

    def copy_definition(self) -> None:
        node = self.pick(self.document().definitions)
        document = self.document()
        names = {it.text for it in document.definitions} - {""}
        if node is not None and node.text not in names:
            document.definitions = (*document.definitions, copy(node))

    def copy_part(self) -> None:
        """Give a type of one subgraph a field or value that it has in another."""
        source = self.type_in(self.document(), TypeDefinitionNode, *DEFINITION_OF)
        slots = [it for it in ("fields", "values", "types") if getattr(source, it, None)]
        slot = self.pick(slots)
        target = self.pick(
            it
            for it in self.document().definitions
            if slot is not None and hasattr(it, slot) and it.text == source.text
        )
        if target is None or slot is None:
            return
        part = copy(self.pick(getattr(source, slot)))
        kept = [it for it in getattr(target, slot) if it.text != part.text]
        setattr(target, slot, (*kept, part))

    def change_type(self) -> None:
        document = self.document()
        site = self.site(
            document, "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION"
        )
        if site is None:
            return
        old = site.node.type
        match self.chance.randrange(5):
            case 0:
                site.node.type = named(self.type_name(document))
            case 1:
                site.node.type = Tree(ListTypeNode, type=old)
            case 2 if old.is_a(ListTypeNode):
                site.node.type = old.type
            case _:
                is_required = old.is_a(NonNullTypeNode)
                site.node.type = old.type if is_required else Tree(NonNullTypeNode, type=old)

    def change_kind(self) -> None:
        document = self.document()
        node = self.type_in(document, *EXTENSION_OF)
        name = node.text if node is not None else "Query"
        if node is None or name == "Query":
            return
        forms = (
            f"type {name} {{ a: Int }}",
            f"interface {name} {{ a: Int }}",
            f"scalar {name}",
            f"enum {name} {{ A B }}",
            f"union {name} = Query",
            f"input {name} {{ a: Int }}",
        )
        other = tree(self.pick(forms)).definitions[0]
        if node.is_a(*OBJECTS + INTERFACES) and other.is_a(*OBJECTS + INTERFACES):
            other.fields = node.fields
            other.directives = node.directives
        replace(document, node, other)

    def rename(self) -> None:
        """Rename a type in one subgraph, or in all of them."""
        old = self.type_name(self.document())
        new = self.pick((f"{old}2", "Query", "Node", "Filter", "Color", "__Odd"))
        everywhere = self.chance.random() < 0.5
        documents = [it for _, it in self.documents] if everywhere else [self.document()]
        if old not in vocabulary.TYPES and old != "Query":
            for document in documents:
                rename_type(document, old, new)

    def rename_part(self) -> None:
        site = self.site(self.document(), "FIELD_DEFINITION", "ENUM_VALUE", "ARGUMENT_DEFINITION")
        other = self.site(self.document(), site.location) if site is not None else None
        if site is not None:
            new = f"{site.node.text}2" if other is None else other.node.text
            site.node.name = name_node(new)

    def change_version(self) -> None:
        link = federation_link(self.document())
        url = argument_of(link, "url") if link is not None else None
        if url is not None:
            wild = ("v2.15", "v3.0", "v1.0", "2.0", "v2", "")
            choices = wild if self.chance.random() < 0.05 else vocabulary.VERSIONS
            url.value = string(f"{vocabulary.SPECS}/federation/{self.pick(choices)}")

    def change_link(self) -> None:
        document = self.document()
        link = federation_link(document)
        imports = argument_of(link, "import") if link is not None else None
        if link is None:
            version = self.pick(vocabulary.VERSIONS)
            text = f'extend schema @link(url: "{vocabulary.SPECS}/federation/{version}"'
            names = '["@key", "@shareable", "@external", "@requires", "@provides", "@tag"]'
            added = tree(f"{text}, import: {names})").definitions
            document.definitions = (*added, *document.definitions)
        elif self.chance.random() < 0.15:
            for node in document.definitions:
                if node.is_a(*SCHEMAS):
                    node.directives = tuple(it for it in node.directives if it is not link)
        elif self.chance.random() < 0.2:
            alias = tree('scalar X @link(as: "fed")').definitions[0].directives[0].arguments
            link.arguments = (*link.arguments, *alias)
        elif imports is not None and imports.value.is_a(ListValueNode):
            self.change_imports(document, imports.value)

    def change_imports(self, document: Tree, imports: Tree) -> None:
        old = self.pick(imports.values)
        if old is None or self.chance.random() < 0.3:
            wild = ('"@tag"', '"FieldSet"', '"@nope"', '{name: "@tag", as: "@label"}', '"@context"')
            imports.values = (*imports.values, constant(self.pick(wild)))
        elif self.chance.random() < 0.4 or not old.is_a(StringValueNode):
            imports.values = tuple(it for it in imports.values if it is not old)
        else:
            new = f"{old.value}2"
            changed = constant(f'{{name: "{old.value}", as: "{new}"}}')
            imports.values = tuple(changed if it is old else it for it in imports.values)
            if self.chance.random() < 0.8:
                for site in self.sites(document):
                    for use in site.node.directives:
                        if f"@{use.text}" == old.value:
                            use.name = name_node(new[1:])

    def split(self) -> None:
        """Move part of a type into an extension of it."""
        document = self.document()
        node = self.type_in(document, *EXTENSION_OF)
        parts = getattr(node, "fields", None) or getattr(node, "values", None) or ()
        if len(parts) < 2:
            return
        slot = "fields" if hasattr(node, "fields") else "values"
        at = self.chance.randrange(1, len(parts))
        moved = self.pick(((), node.directives))
        setattr(node, slot, parts[:at])
        other = Tree(
            EXTENSION_OF[node.kind],
            name=node.name,
            directives=moved,
            interfaces=(),
            **{slot: parts[at:]},
        )
        node.directives = tuple(it for it in node.directives if it not in moved)
        document.definitions = (*document.definitions, other)

    def extend(self) -> None:
        """Turn a definition into an extension, or back."""
        document = self.document()
        node = self.type_in(document, *EXTENSION_OF, *DEFINITION_OF)
        if node is not None:
            form = EXTENSION_OF.get(node.kind) or DEFINITION_OF[node.kind]
            slots = {it: getattr(node, it) for it in form.keys if hasattr(node, it)}
            replace(document, node, Tree(form, **slots))

    def add_part(self) -> None:
        document = self.document()
        node = self.type_in(document, *EXTENSION_OF, *DEFINITION_OF)
        if node is None:
            return
        name = self.pick(("id", "added", "name", self.field_name(document, Site(node, "", None))))
        reference = self.type_name(document) + self.pick(("", "!"))
        if node.is_a(*OBJECTS + INTERFACES):
            text = (
                f"{name}: {reference}" if self.chance.random() < 0.6 else f"{name}(a: Int = 1): Int"
            )
            node.fields = (*node.fields, *tree(f"type X {{ {text} }}").definitions[0].fields)
        elif node.is_a(*INPUTS):
            added = tree(f"input X {{ {name}: {reference} }}").definitions[0].fields
            node.fields = (*node.fields, *added)
        elif node.is_a(*ENUMS):
            node.values = (*node.values, Tree(EnumValueDefinitionNode, name=name_node("ADDED")))
        elif node.is_a(*UNIONS):
            node.types = (*node.types, named(self.type_name(document)))

    def add_interface(self) -> None:
        document = self.document()
        node = self.type_in(document, *OBJECTS, *INTERFACES)
        interface = self.type_in(document, *INTERFACES)
        if node is not None and interface is not None and node is not interface:
            node.interfaces = (*node.interfaces, named(interface.text))
            known = {it.text for it in node.fields}
            missing = [it for it in interface.fields if it.text not in known]
            if self.chance.random() < 0.8:
                node.fields = (*node.fields, *map(copy, missing))

    def add_definition(self) -> None:
        document = self.document()
        document.definitions = (
            *document.definitions,
            *tree(self.pick(vocabulary.DEFINED)).definitions,
        )

    def change_default(self) -> None:
        site = self.site(self.document(), "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION")
        if site is not None:
            has_one = site.node.default_value is not None and self.chance.random() < 0.4
            text = self.pick(vocabulary.CONSTANTS)
            site.node.default_value = None if has_one else constant(text)

    def add_argument(self) -> None:
        document = self.document()
        site = self.site(document, "FIELD_DEFINITION")
        if site is not None:
            reference = self.pick((*vocabulary.TYPES, "Int!", "[String]", self.type_name(document)))
            default = self.pick(("", "", " = 1", " = null", " = []"))
            text = f"type X {{ x({self.pick(('a', 'first', 'id'))}: {reference}{default}): Int }}"
            added = tree(text).definitions[0].fields[0].arguments
            site.node.arguments = (*site.node.arguments, *added)

    def change_directive_argument(self) -> None:
        sites = self.sites(self.document())
        use = self.pick(use for it in sites for use in it.node.directives if use.arguments)
        if use is None:
            return
        argument = self.pick(use.arguments)
        old = argument.value
        if old.is_a(StringValueNode) and self.chance.random() < 0.7:
            words = old.value.split()
            if words and self.chance.random() < 0.5:
                del words[self.chance.randrange(len(words))]
            else:
                extra = (
                    "id",
                    "{ id }",
                    "__typename",
                    "@tag",
                    "(a: 1)",
                    "... on Query { a }",
                    "x: id",
                )
                words.insert(self.chance.randrange(len(words) + 1), self.pick(extra))
            argument.value = string(" ".join(words))
        else:
            argument.value = constant(self.pick(vocabulary.CONSTANTS))

    def describe(self) -> None:
        site = self.site(self.document())
        if site is not None and "description" in site.node.keys:
            site.node.description = string(self.pick(vocabulary.DESCRIPTIONS), block=True)

    def move_subgraphs(self) -> None:
        self.chance.shuffle(self.documents)
        match self.chance.randrange(4):
            case 0 if len(self.documents) > 1:
                self.documents.pop()
            case 1:
                name, document = self.pick(self.documents)
                self.documents.append((f"{name}{self.pick(('2', '_2', '-x'))}", copy(document)))
            case _:
                pass


# The commoner a change is in real life, the more often it stands here.
CHANGES: tuple[Callable[[Mutation], None], ...] = (
    Mutation.drop_directive,
    Mutation.add_directive,
    Mutation.add_directive,
    Mutation.add_directive,
    Mutation.copy_directives,
    Mutation.drop_part,
    Mutation.drop_argument,
    Mutation.drop_definition,
    Mutation.copy_definition,
    Mutation.copy_definition,
    Mutation.copy_part,
    Mutation.copy_part,
    Mutation.change_type,
    Mutation.change_type,
    Mutation.change_kind,
    Mutation.rename,
    Mutation.rename_part,
    Mutation.change_version,
    Mutation.change_version,
    Mutation.change_link,
    Mutation.split,
    Mutation.extend,
    Mutation.add_part,
    Mutation.add_interface,
    Mutation.add_definition,
    Mutation.change_default,
    Mutation.add_argument,
    Mutation.change_directive_argument,
    Mutation.describe,
    Mutation.move_subgraphs,
)


def mutated(given: Given, chance: random.Random, *, most: int = 4) -> Given:
    """Return `given` with one to `most` changes, or with damaged text where it does not parse."""
    try:
        mutation = Mutation(given, chance)
    except (GraphQLSyntaxError, RecursionError):
        return damaged(given, chance)
    for _ in range(chance.randint(1, most)):
        chance.choice(CHANGES)(mutation)
    return mutation.given()
