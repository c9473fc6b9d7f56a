"""How many open threads stand at which place of a draft, and the hook that keeps them with their items.

Whoever has the comments says so, as `drafts` does not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from vmssbuilder.scaleset.paths import Path

from .models import Draft

Marks = Mapping[Path, int]
"""The number of open threads by place; () is the draft as a whole."""
Count = Callable[[Draft], Marks]
Follow = Callable[[Draft, dict[str, Any], dict[str, Any], bool], Marks]
"""Moves threads along from one content of a draft to the next, and answers the marks afterwards.

The last argument says whether it was saved in passing.
"""

_BY: Final[list[tuple[Count, Follow]]] = []
_NONE: Final[Marks] = {}


def comments_by(count: Count, follow: Follow) -> None:
    """From now on these are asked."""
    _BY.append((count, follow))


def marks(draft: Draft) -> Marks:
    """The open threads of the draft by place. Nothing is asked for a draft without threads, and once for a page."""
    if not draft.threads or not _BY:
        return _NONE
    if draft.marks is None:
        draft.marks = _BY[0][0](draft)
    return draft.marks


def gathered(marks: Marks, shown: Callable[[Path], bool]) -> dict[Path, int]:
    """The open threads by the nearest place around each that is shown; those of none are left out."""
    found: dict[Path, int] = {}
    for place, count in marks.items():
        path = place
        while path and not shown(path):
            path = path[:-1]
        if path:
            found[path] = found.get(path, 0) + count
    return found


def follow(draft: Draft, before: dict[str, Any], now: dict[str, Any], *, automatic: bool) -> None:
    """A revision was written, in this transaction: threads stay with what they are about."""
    if draft.threads and _BY:
        draft.marks = _BY[0][1](draft, before, now, automatic)
