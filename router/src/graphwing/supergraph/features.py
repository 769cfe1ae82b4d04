"""The specifications a supergraph links (`@link`, or `@core` in Federation 1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from graphql import DocumentNode, SchemaDefinitionNode, SchemaExtensionNode

from graphwing.errors import SupergraphError, UnsupportedFeatureError
from graphwing.supergraph.directives import applications
from graphwing.supergraph.model import Feature

_URL = re.compile(r"^(?P<identity>.*?/?(?P<name>[^/]+))/v(?P<major>\d+)\.(?P<minor>\d+)/?$")

_SPECS = "https://specs.apollo.dev/"
# Specifications that may be `for: EXECUTION` or `for: SECURITY`: ignoring another would be wrong.
_UNDERSTOOD = {
    "authenticated",
    "cacheTag",
    "context",
    "core",
    "cost",
    "inaccessible",
    "join",
    "link",
    "policy",
    "requiresScopes",
    "tag",
}
_JOIN_VERSIONS = ((0, 1), (0, 2), (0, 3), (0, 4), (0, 5))


def features_of(document: DocumentNode) -> dict[str, Feature]:
    """Return the linked specifications, or raise `SupergraphError` without a known join.

    Federation's own are found by their names, others by their whole identity: what somebody else
    calls `inaccessible` means something else.
    """
    features: dict[str, Feature] = {}
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            for arguments in _links(definition):
                feature = _feature(arguments)
                if feature is not None:
                    known = feature.name if _is_own(feature) else feature.identity
                    features.setdefault(known, feature)
    if "join" not in features:
        raise SupergraphError(
            "the document links no version of the join specification",
            remedy="give the output of composition, not a subgraph or API schema",
        )
    _check_join(features["join"])
    return features


def require_understood(features: Iterable[Feature]) -> None:
    """Raise `UnsupportedFeatureError` for what a router must understand, and this one does not."""
    for feature in features:
        is_understood = _is_own(feature) and feature.name in _UNDERSTOOD
        if feature.purpose is not None and not is_understood:
            raise UnsupportedFeatureError(
                f"the feature `{feature.identity}` must be understood (`for: {feature.purpose}`)"
                " and is not",
                remedy="remove the feature from the subgraphs",
            )


def _is_own(feature: Feature) -> bool:
    return feature.identity == f"{_SPECS}{feature.name}"


def _links(node: SchemaDefinitionNode | SchemaExtensionNode) -> list[Mapping[str, Any]]:
    return [*applications(node, "link"), *applications(node, "core")]


def _feature(arguments: Mapping[str, Any]) -> Feature | None:
    url = arguments.get("url") or arguments.get("feature")
    match = _URL.match(url) if isinstance(url, str) else None
    if match is None:
        return None
    name = match["name"]
    return Feature(
        name=name,
        identity=match["identity"],
        version=(int(match["major"]), int(match["minor"])),
        prefix=arguments.get("as") or name,
        imports=dict(_imports(arguments.get("import") or ())),
        purpose=arguments.get("for"),
    )


def _imports(items: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for item in items:
        if isinstance(item, str):
            yield item, item
        elif isinstance(item, dict):
            entry = cast("dict[str, Any]", item)
            name = str(entry.get("name"))
            yield name, str(entry.get("as") or name)


def _check_join(join: Feature) -> None:
    major, minor = join.version
    if join.version not in _JOIN_VERSIONS:
        raise SupergraphError(
            f"version v{major}.{minor} of the join specification is not supported",
            remedy="compose with a version from v0.1 to v0.5",
        )
