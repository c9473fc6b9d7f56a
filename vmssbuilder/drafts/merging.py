"""Two changes of one value made one, where they do not touch the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.paths import MISSING, Path

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
    if one is other:
        return True
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


def clashes(shown: Any, theirs: Any, wanted: Any, at: Path = ()) -> Iterator[Path]:
    """The innermost places that both sides changed to something else; none when `merge` succeeds."""
    if merge(shown, theirs, wanted) is not CLASH:
        return
    sides = (shown, theirs, wanted)
    if any(map(secrets.is_reference, sides)):
        yield at
    elif all(isinstance(side, dict) for side in sides):
        for name in [*theirs, *(name for name in wanted if name not in theirs)]:
            one, other, third = (side.get(name, MISSING) for side in sides)
            yield from clashes(one, other, third, (*at, name))
    elif all(isinstance(side, list) for side in sides) and len({len(side) for side in sides}) == 1:
        for position, (one, other, third) in enumerate(zip(*sides, strict=True)):
            yield from clashes(one, other, third, (*at, position))
    else:
        yield at


def unshare(content: dict[str, Any], path: Path) -> None:
    """Puts copies in the place of all that holds the place, one level each, so that it can be changed in place.

    The topmost object must be the caller's own already; what lies beside the way stays shared.
    """
    here: Any = content
    for step in path[:-1]:
        inner = paths.get(here, (step,))
        if not isinstance(inner, dict | list):
            return
        here[step] = inner.copy()
        here = here[step]


def follow(path: Path, shown: Any, now: Any) -> Path | None:
    """Where a place of the content `shown` is in the content `now`, when items on the way to it were moved.

    An item is known by its name, or by being unchanged. None when it is gone, or when two could be meant.
    """
    here: Path = ()
    for depth, step in enumerate(path):
        before = paths.get(shown, path[:depth])
        if isinstance(step, int) and isinstance(before, list) and step < len(before):
            after = paths.get(now, here)
            position = _position(before, after, step) if isinstance(after, list) else None
            if position is None:
                return None
            here = (*here, position)
        else:
            here = (*here, step)
    return here


def _position(before: list[Any], after: list[Any], position: int) -> int | None:
    old = before[position]
    if isinstance(old, dict) and isinstance(name := old.get("name"), str):
        names = [item.get("name") if isinstance(item, dict) else None for item in after]
        if (
            names.count(name) == 1
            and sum(isinstance(item, dict) and item.get("name") == name for item in before) == 1
        ):
            return names.index(name)
    if len(before) == len(after) and not any(
        (not same(was, old) and same(is_now, old)) or (same(was, after[position]) and not same(is_now, was))
        for was, is_now in zip(before, after, strict=True)
    ):
        return position
    alike = [number for number, item in enumerate(after) if same(item, old)]
    return alike.pop() if len(alike) == 1 and sum(same(item, old) for item in before) == 1 else None
