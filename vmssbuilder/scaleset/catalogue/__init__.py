"""Every property of a scale set request, declared once, in modules by area.

`tree(api_version)` is the whole of it for one API version.
"""

from __future__ import annotations

from ..properties import Node
from ..properties import tree as _tree
from .request import ScaleSet

__all__ = ["ScaleSet", "tree"]


def tree(api_version: str) -> Node:
    """The catalogue of one API version, as a tree. Raises UnknownVersion."""
    return _tree(ScaleSet, api_version)
