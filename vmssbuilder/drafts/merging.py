"""Two changes of one value made one, where they do not touch the same thing."""

from __future__ import annotations

from typing import Any, Final

from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.paths import MISSING

CLASH: Final[Any] = object()
"""What `merge` answers when both sides changed the same thing to something else."""


def merge(shown: Any, theirs: Any, wanted: Any) -> Any:
    """What a value is to be that one person saw as `shown` and wants as `wanted`, while others made it `theirs`.

    Objects merge member by member. Lists merge item by item when nobody added, removed or moved any; items that both
    sides added at the end all stand, theirs first. MISSING means nothing, on all sides. Answers CLASH when both changed
    the same thing to something else.
    """
    if same(theirs, shown) or same(theirs, wanted):
        return wanted
    if same(wanted, shown):
        return theirs
    # A secret is one value, though the document holds an object in its place.
    if any(map(secrets.is_reference, (shown, theirs, wanted))):
        return CLASH
    if isinstance(theirs, dict) and isinstance(wanted, dict):
        return _objects({} if shown is MISSING else shown, theirs, wanted)
    if isinstance(theirs, list) and isinstance(wanted, list):
        return _lists([] if shown is MISSING else shown, theirs, wanted)
    return CLASH


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: Python takes `true` for 1, and JSON does not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(inner, other[name]) for name, inner in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _objects(shown: Any, theirs: dict[str, Any], wanted: dict[str, Any]) -> Any:
    if not isinstance(shown, dict):
        return CLASH
    merged = {}
    for name in [*theirs, *(name for name in wanted if name not in theirs)]:
        value = merge(shown.get(name, MISSING), theirs.get(name, MISSING), wanted.get(name, MISSING))
        if value is CLASH:
            return CLASH
        if value is not MISSING:
            merged[name] = value
    return merged


def _lists(shown: Any, theirs: list[Any], wanted: list[Any]) -> Any:
    if not isinstance(shown, list):
        return CLASH
    if len(shown) == len(theirs) == len(wanted):
        merged = list(map(merge, shown, theirs, wanted))
        return CLASH if any(value is CLASH for value in merged) else merged
    count = len(shown)
    if same(theirs[:count], shown) and same(wanted[:count], shown):
        added = [item for item in wanted[count:] if not any(same(item, other) for other in theirs[count:])]
        return theirs + added
    return CLASH
