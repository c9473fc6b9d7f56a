"""Where in the form a place of the document is edited: its address and the id of its field."""

from __future__ import annotations

from functools import lru_cache

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import List, Map, Single

from . import content, steps


def page_url(code: str, path: Path, api_version: str) -> str:
    """The address of the page that edits the place."""
    step, depth, *_ = _place(content.shape(path), api_version)
    return f"/drafts/{code}/{step}/" + (f"{paths.to_url(path[:depth])}/" if depth else "")


def field_anchor(path: Path, api_version: str) -> str:
    """The id of the field that edits the place: its own, or that of the list, rows or JSON box that holds it."""
    depth = _place(content.shape(path), api_version)[2]
    return steps.anchor(path[:depth]) if depth else ""


@lru_cache(maxsize=1_500)
def _place(path: Path, api_version: str) -> tuple[str, int, int, bool]:
    """The step that has the place, how much of its path is that of the page and of the field that edit it, and whether
    the field lies in the fold of the page.

    Kept for each shape of path: a page may show thousands of places of a few shapes.
    """
    page, found = steps.item_page(path, api_version), _field(path, api_version)
    step = steps.owner(path)
    if page:
        node = content.node_at(page, api_version)
        assert node is not None
        layout = steps.item_layout(node.pattern, api_version)
    else:
        layout = steps.step_layout(step, api_version)
    below = found[len(page) :]
    first = next(
        (
            section
            for section in layout.sections
            for entry in section.fields
            if paths.starts_with(entry.below, below)
        ),
        None,
    )
    return step.name, len(page), len(found), first is not None and first.rest


def _field(path: Path, api_version: str) -> Path:
    item = steps.item_page(path, api_version)
    here = content.node_at(item, api_version)
    for depth in range(len(item), len(path)):
        if here is None:
            break
        here = (
            here.at((path[depth],))
            if path[0] != content.TARGET
            else content.node_at(path[: depth + 1], api_version)
        )
        if here is not None and (here.is_leaf or isinstance(here.property, List | Map)):
            return path[: depth + 1]
    here = content.node_at(path, api_version)
    while here is not None and isinstance(here.property, Single) and here.property.inline and len(path) > 1:
        # An envelope has no section of its own; the object around it has.
        path = path[:-1]
        here = content.node_at(path, api_version)
    return path


def has_field(path: Path, api_version: str) -> bool:
    """Whether a field edits the place. What is not declared, or what Azure writes, is edited as JSON only."""
    return _has_field(content.shape(path), api_version)


@lru_cache(maxsize=1_500)
def _has_field(path: Path, api_version: str) -> bool:
    for depth in range(1, len(path) + 1):
        node = content.node_at(path[:depth], api_version)
        if node is None or node.property.read_only:
            return False
        if node.is_leaf:
            return True
    return True


def field_url(code: str, path: Path, api_version: str, *, held: bool = False) -> str:
    """The address of the field that edits the place, or of the JSON where there is none.

    held: whether something stands there. A field in the fold of its page is drawn for that, or when all are asked for.
    """
    if not has_field(path, api_version):
        return f"/drafts/{code}/json/#text"
    in_fold = _place(content.shape(path), api_version)[3]
    asked = "?all" if in_fold and not held else ""
    return f"{page_url(code, path, api_version)}{asked}#{field_anchor(path, api_version)}"
