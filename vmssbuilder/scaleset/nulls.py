"""null in a document: for Azure a declared member that is null is left out; in an update that is how it is removed.

Inside a list nothing is merged, so that null is only another word for left out there. In free JSON null is a value.
An empty text where a list or an object belongs is read as null: templates write it for nothing.
"""

from __future__ import annotations

from typing import Any

from .paths import Path
from .properties import List, Map, Node, Single


def taken_out(document: dict[str, Any], top: Node) -> tuple[dict[str, Any], list[Path]]:
    """The document without the declared members that are null, and their places. Only what is changed is copied.

    A null that stands for an item of a list, or for a member that nobody declares, stays.
    """
    places: list[Path] = []
    bare: dict[str, Any] = _bare(document, top, (), places)
    return bare, places


def _bare(value: Any, node: Node | None, path: Path, places: list[Path]) -> Any:
    if node is None:
        return value
    prop = node.property
    if isinstance(value, dict) and isinstance(prop, Single | Map):
        changed: dict[str, Any] | None = None
        for name, inner in value.items():
            child = node.item if isinstance(prop, Map) else node.children.get(name)
            if inner is None:
                if child is None:
                    continue
                places.append((*path, name))
                changed = dict(value) if changed is None else changed
                del changed[name]
            elif isinstance(inner, dict | list):
                held = _bare(inner, child, (*path, name), places)
                if held is not inner:
                    changed = dict(value) if changed is None else changed
                    changed[name] = held
        return value if changed is None else changed
    if isinstance(value, list) and isinstance(prop, List):
        items = [_bare(item, node.item, (*path, position), places) for position, item in enumerate(value)]
        return items if any(map(_other, items, value)) else value
    return value


def _other(one: Any, another: Any) -> bool:
    return one is not another


def says_nothing(value: Any, node: Node | None) -> bool:
    """Whether the value is an empty text where a list or an object belongs."""
    return value == "" and node is not None and isinstance(node.property, Single | List | Map)
