"""The whole of a draft as one tree for forms: its document, and its address under `$target`.

Forms, changes and the task list read and write this one dict, so that the address needs no road of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from vmssbuilder.scaleset import API_VERSIONS, presets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Choice, Node, Part, Text, Value
from vmssbuilder.scaleset.properties import tree as part_tree
from vmssbuilder.scaleset.versions import LATEST, UnknownVersion, order

from .models import Draft, Revision

TARGET: Final = "$target"

LONGEST_ADDRESS: Final = {"subscription": 100, "resourceGroup": 200, "name": 200}
"""Characters of the parts of a draft's address. What the document holds may be of any length."""


class TargetPart(Part):
    """Where the scale set is to be, and what is to be done."""

    operation = Choice(
        "What to do",
        (
            Value(
                "create",
                "Create a new scale set",
                "Azure is asked first, so that nothing existing is replaced.",
            ),
            Value("update", "Update an existing scale set", "Only what the draft holds is changed."),
        ),
        required=True,
        essential=True,
    )
    subscription = Text(
        "Subscription ID",
        required=True,
        essential=True,
        kind="subscription",
        help="The subscription that pays for it: 32 hexadecimal digits with hyphens.",
        example="11111111-2222-3333-4444-555555555555",
    )
    resource_group = Text(
        "Resource group",
        required=True,
        essential=True,
        kind="resourceGroup",
        help="An existing resource group of that subscription.",
        example="rg-shop",
    )
    name = Text(
        "Scale set name",
        required=True,
        essential=True,
        help="1 to 64 letters, numbers, hyphens, underscores or periods. It cannot be changed later.",
        example="web-prod",
    )
    api_version = Choice(
        "API version",
        tuple(Value(version) for version in reversed(API_VERSIONS)),
        required=True,
        essential=True,
        help="The newest has the most settings. Choose an older one only when you must.",
    )


def of(source: Draft | Revision) -> dict[str, Any]:
    """The content of a draft or revision. The document is shared, not copied."""
    return {
        TARGET: {
            "operation": source.operation,
            "subscription": source.subscription,
            "resourceGroup": source.resource_group,
            "name": source.name,
            "apiVersion": source.api_version,
        },
        **source.document,
    }


def fill(target: Draft | Revision, content: dict[str, Any]) -> None:
    """Writes content into a row's columns. Text longer than its column is cut by nothing: the caller has refused it."""
    address = content.get(TARGET) or {}
    target.operation = "update" if address.get("operation") == "update" else "create"
    target.subscription = address.get("subscription") or ""
    target.resource_group = address.get("resourceGroup") or ""
    target.name = address.get("name") or ""
    version = address.get("apiVersion")
    target.api_version = version if version in API_VERSIONS else LATEST
    target.document = {name: value for name, value in content.items() if name != TARGET}


def node_at(path: Path, api_version: str) -> Node | None:
    """The declaration of a place in the content, None where nothing is declared. Named settings of extensions count."""
    return _node_at(shape(path), api_version)


@lru_cache(maxsize=1_500)
def shape(path: Path) -> Path:
    """The path with every list position 0: what is true of one item's place is true of all."""
    return tuple([0 if isinstance(step, int) else step for step in path])


@lru_cache(maxsize=1_500)
def _node_at(path: Path, api_version: str) -> Node | None:
    if path and path[0] == TARGET:
        return part_tree(TargetPart, LATEST).at(path[1:])
    try:
        order(api_version)
    except UnknownVersion:
        return None
    found = tree(api_version).at(path)
    return presets.node_at(path[5:]) if found is None and path[:4] == _EXTENSIONS else found


_EXTENSIONS: Final = ("properties", "virtualMachineProfile", "extensionProfile", "extensions")


def label(path: Path, api_version: str) -> str:
    """The title of a place, its nearest declared ancestor's when it has none of its own."""
    while path:
        node = node_at(path, api_version)
        if node is not None and node.parent is not None:
            return node.property.title
        path = path[:-1]
    return "Document"
