"""What is sent: the body of the HTTP request and the headers under which Azure accepts it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import versions
from .canonical import elsewhere
from .catalogue import tree
from .patching import apply_patch
from .properties import Map, Node, Single
from .request import Request


def with_body(request: Request, live: dict[str, Any] | None = None) -> Request:
    """The request with the body that is sent for it.

    request: its document is a whole scale set for a create, and the changes alone for an update. live: the scale set as
    it is. An API version without PATCH sends it with the changes; while nobody knows it, the changes are all there is.
    """
    document = own(request.document, request.api_version)
    if request.operation == "update" and request.method == "PUT" and live is not None:
        document = apply_patch(own(live, request.api_version), document)
    return replace(request, document=document)


def updated(live: dict[str, Any], request: Request) -> dict[str, Any]:
    """The live scale set, without what only Azure writes, with the changes of an update."""
    return apply_patch(own(live, request.api_version), own(request.document, request.api_version))


def own(document: dict[str, Any], api_version: str) -> dict[str, Any]:
    """The document without what only Azure writes, in that version or in one that knows the member. Raises UnknownVersion."""
    kept: dict[str, Any] = _own(document, tree(api_version))
    return kept


def _own(value: Any, node: Node | None) -> Any:
    if isinstance(value, dict) and node is not None and isinstance(node.property, Single):
        return {
            name: _own(inner, child)
            for name, inner in value.items()
            for child in (node.child(name) or elsewhere(node, name),)
            if child is None or not child.property.read_only
        }
    if isinstance(value, dict) and node is not None and isinstance(node.property, Map):
        return {name: _own(inner, node.item) for name, inner in value.items()}
    if isinstance(value, list) and node is not None:
        return [_own(item, node.item) for item in value]
    return value


def conditions(request: Request, etag: str = "", *, replaces: bool = False) -> dict[str, str]:
    """The headers under which Azure accepts the request: a create replaces nothing, an update no change by others.

    etag: the mark of the scale set as it was read. replaces: whether a create takes the place of what is there.
    """
    if not versions.within(request.api_version, versions.ETAG_SINCE):
        return {}
    if request.operation == "create" and not replaces:
        return {"If-None-Match": "*"}
    return {"If-Match": etag} if etag else {}
