"""A change of one place of a draft: what forms ask for, and what an action makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path


@dataclass(frozen=True, slots=True)
class Changed:
    """One place: what the page showed, and what the person wants (MISSING: nothing). secret: to go into the vault."""

    path: Path
    shown: Any
    wanted: Any
    secret: bool = False


def write(content: dict[str, Any], path: Path, value: Any) -> None:
    """Makes one change of the content in place; MISSING removes, and objects left empty with it."""
    if value is MISSING:
        paths.remove(content, path, prune=True)
    else:
        put(content, path, value)


def put(content: dict[str, Any], path: Path, value: Any) -> None:
    """Sets a value, making way through anything that is not the object or list it should be."""
    for depth in range(1, len(path)):
        container = list if isinstance(path[depth], int) else dict
        if not isinstance(paths.get(content, path[:depth]), container):
            # In its place: items that follow in a list must not move up.
            paths.put(content, path[:depth], container())
    paths.put(content, path, value)
