"""Every property of a scale set request, declared once, in modules by area.

`tree(api_version)` is the whole of it for one API version.
"""

from __future__ import annotations

from functools import cache

from ..properties import Node
from ..properties import tree as _tree
from .request import ScaleSet

__all__ = ["ScaleSet", "map_patterns", "tree"]


def tree(api_version: str) -> Node:
    """The catalogue of one API version, as a tree. Raises UnknownVersion."""
    return _tree(ScaleSet, api_version)


@cache
def map_patterns(api_version: str) -> frozenset[str]:
    """The patterns whose members are free names (tags), as `paths.pattern` wants them."""
    from ..properties import Map

    return frozenset(node.pattern for node in tree(api_version).walk() if isinstance(node.property, Map))
