"""Every property of a scale set request, declared once, in modules by area.

`tree(api_version)` is the whole of it for one API version.
"""

from __future__ import annotations

from typing import Final

from .. import versions
from ..paths import Path
from ..properties import Node
from ..properties import tree as _tree
from .request import ScaleSetBody

__all__ = ["ScaleSetBody", "ignored", "taken", "tree"]


def tree(api_version: str) -> Node:
    """The catalogue of one API version, as a tree. Raises UnknownVersion."""
    return _tree(ScaleSetBody, api_version)


def taken(path: Path, api_version: str) -> bool:
    """Whether Azure is known to take the place in that version although it came later. Raises UnknownVersion."""
    node = tree(versions.LATEST).at(path)
    since = node.property.taken_since if node is not None else None
    return since is not None and versions.within(api_version, since)


_EXTENSION: Final = "properties.virtualMachineProfile.extensionProfile.extensions[]"
_IGNORED: Final = frozenset((f"{_EXTENSION}.location", f"{_EXTENSION}.tags", "properties.largeScaleEnabled"))
"""Members that no version has and that Azure takes without a word. Microsoft's own templates deploy with them."""


def ignored(path: Path) -> bool:
    """Whether Azure is known to take the place although no API version has it."""
    holder = tree(versions.LATEST).at(path[:-1]) if path else None
    return holder is not None and f"{holder.pattern}.{path[-1]}" in _IGNORED
