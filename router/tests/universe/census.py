"""How often each feature occurred in some cases: what a run has covered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from graphwing.planner.plan import EntityFetch, Plan, RepresentationFragment

_SDL = {
    "Federation 1 subgraph": r"\A(?!extend schema)",
    "extension": r"^extend type",
    "@key": r"@key\(",
    "several @keys on a type": r"@key\([^\n{]*@key\(",
    "@key of several fields": r'@key\(fields: "\w+ \w+',
    "@key through an object": r'@key\(fields: "[^"]*\{',
    "@key(resolvable: false)": r"resolvable: false",
    "@key on an interface": r"interface \w+ @key",
    "@shareable field": r":[^\n]*@shareable",
    "@shareable type": r"type [^\n:]*@shareable",
    "@external": r"@external",
    "@requires": r"@requires",
    "@requires through an object": r'@requires\(fields: "[^"]*\{',
    "@requires through a fragment": r'@requires\(fields: "[^"]*\.\.\.',
    "@requires with arguments": r'@requires\(fields: "[^"\n]*\w\(',
    "@provides": r"@provides",
    "@provides through an object": r'@provides\(fields: "[^".]*\{',
    "@provides through a fragment": r'@provides\(fields: "[^"]*\.\.\.',
    "@override": r"@override",
    "@override(label:)": r"@override\([^)]*label: ",
    "@context on an object": r"^type [^\n]*@context",
    "@context on an interface": r"^interface [^\n]*@context",
    "@fromContext": r"@fromContext",
    "@fromContext by type": r"@fromContext[^)\n]*\.\.\.",
    "@fromContext through an object": r"@fromContext[^)\n]*\{ pack \{",
    "@interfaceObject": r"type [^\n]*@interfaceObject",
    "@inaccessible": r"(?<!\")@inaccessible",
    "interface": r"^interface ",
    "interface of an interface": r"^interface \w+ implements",
    "union": r"^union ",
    "enum": r"^enum ",
    "input object": r"^input ",
    "custom scalar": r"^scalar ",
    "value type": r"^type [^@\n]*@shareable",
    "mutation": r"^type Mutation",
    "subscription": r"^type Subscription",
    "no query in a subgraph": r"\A(?!.*type Query)",
}
_OPERATION = {
    "mutation operation": r"^mutation",
    "subscription operation": r"^subscription",
    "introspection beside data": r"__schema|__type\(",
    "alias": r"^ +(\.\.\..*\{)? *\w+: [a-z_]",
    "named fragment": r"\.\.\.F\d",
    "inline fragment on a type": r"\.\.\. on ",
    "inline fragment without type": r"\.\.\. ?[{@]",
    "@skip": r"@skip",
    "@include": r"@include",
    "@skip and @include together": r"@skip\([^)]*\) @include",
    "variable": r"\$v\d",
    "variable with default": r"\$\w+: [^,)]* = ",
    "variable in an input object": r": \{[^}]*\$v",
    "list literal": r": \[",
    "null literal": r": null",
    "__typename": r"__typename",
    "@defer": r"@defer",
    "@defer with a label": r"@defer\(label",
    "@defer with a variable": r"@defer\([^)]*if: \$",
    "@defer of a named fragment": r"\.\.\.F\d[^\n]* @defer",
}


def census_of_subgraphs(subgraphs: Mapping[str, str]) -> Counter[str]:
    """Return how many times each schema feature occurs."""
    found: Counter[str] = Counter()
    for sdl in subgraphs.values():
        for name, pattern in _SDL.items():
            flags = re.DOTALL if pattern.startswith(r"\A") else re.MULTILINE
            found[name] += len(re.findall(pattern, sdl, flags))
    return found


def census_of_operation(operation: str) -> Counter[str]:
    """Return which operation features occur."""
    return Counter(
        name for name, pattern in _OPERATION.items() if re.search(pattern, operation, re.MULTILINE)
    )


def census_of_plan(plan: Plan) -> Counter[str]:
    """Return which features of plans occur."""
    entity_fetches = [each for each in plan.fetches if isinstance(each, EntityFetch)]
    lookups = [lookup for each in entity_fetches for lookup in each.lookups]
    representations = [each for lookup in lookups for each in lookup.representations]
    found = {
        f"plan of {min(len(plan.fetches), 8)}{'+' * (len(plan.fetches) >= 8)} fetches": True,
        "entity fetch": bool(entity_fetches),
        "fetch with several lookups": any(len(each.lookups) > 1 for each in entity_fetches),
        "lookup at several places": any(len(each.paths) > 1 for each in lookups),
        "conditional fetch": any(each.conditions for each in plan.fetches),
        "conditional lookup": any(each.conditions for each in lookups),
        "renamed answer": any(each.renames for each in lookups),
        "representation with @requires": any(each.requires for each in representations),
        "representation with a fragment": any(
            isinstance(part, RepresentationFragment)
            for each in representations
            for part in (*each.key, *each.requires)
        ),
        "lookup with a context": any(each.contexts for each in lookups),
        "context with several sources": any(
            len(context.sources) > 1 for each in lookups for context in each.contexts
        ),
        "representation as an interface": any(
            each.typename not in each.types for each in representations
        ),
    }
    return Counter(name for name, is_there in found.items() if is_there)


def census_of_parts(plan: Plan) -> Counter[str]:
    """Return which features of plans in parts occur."""
    variants = [plan, *(each.plan for each in plan.variants)]
    parts = [part for each in variants for part in each.parts]
    own = {(number, fetch.part) for number, each in enumerate(variants) for fetch in each.fetches}
    found = {
        "deferred part": bool(parts),
        "deferred part within another": any(part.parent for part in parts),
        "deferred part of the root": any(not part.path for part in parts),
        "deferred part with fetches of its own": any(part for _, part in own),
        "deferred part without": any(
            (number, part.id) not in own
            for number, each in enumerate(variants)
            for part in each.parts
        ),
        "plan with variants": bool(plan.variants),
    }
    return Counter(name for name, is_there in found.items() if is_there)


def report(counts: Counter[str], names: Iterable[str] = (*_SDL, *_OPERATION)) -> str:
    """Return the counts as lines, features that never occurred included."""
    everything = {**dict.fromkeys(names, 0), **counts}
    return "\n".join(f"{count:>10}  {name}" for name, count in everything.items())
