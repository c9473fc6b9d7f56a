"""The places that a form for a new thread offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import steps
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

from . import anchors

MOST: Final = 150
"""Places on offer: beyond that a list helps nobody, and any other may be typed."""


def offered(draft: Draft, step: steps.Step | None) -> list[tuple[str, str]]:
    """Text and title of the places that are set, of one step or of all, the first of them."""
    content = contents.of(draft)
    found = []
    for path in _leaves(content):
        if step is not None and steps.owner(path) is not step:
            continue
        found.append((paths.text(path), anchors.title(path, content, draft.api_version)))
        if len(found) == MOST:
            break
    return found


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The places of a content that hold a single value, in order. A stored secret is one."""
    if isinstance(value, dict) and value and not (path and "$secret" in value):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    elif value != "":
        yield path
