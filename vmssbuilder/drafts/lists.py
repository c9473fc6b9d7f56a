"""Items of lists: copies that keep what must be unique, and removed items put back where they stood."""

from __future__ import annotations

import copy
import re
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path

from . import merging

UNIQUE: Final[tuple[Path, ...]] = (("name",), ("lun",))
"""What no two items of one list may share."""

SOLE: Final[tuple[Path, ...]] = (("primary",), ("properties", "primary"))
"""What only one item of a list may be."""

_KNOWN_BY: Final[tuple[Path, ...]] = (("name",), ("lun",), ("id",), ("sourceVault", "id"))


class CannotUndo(Exception):
    """What was removed cannot be put back; the message says why."""


def copied(items: list[Any], position: int) -> Any:
    """A copy of an item with the next free name and LUN of its list, and not the primary one."""
    made = copy.deepcopy(items[position])
    for path in UNIQUE:
        value = paths.get(made, path)
        others = [paths.get(item, path) for item in items]
        if isinstance(value, str) and value:
            paths.put(made, path, _free_name(value, others))
        elif isinstance(value, int) and not isinstance(value, bool):
            paths.put(made, path, _free_number(value, others))
    for path in SOLE:
        if paths.get(made, path) is True:
            paths.put(made, path, False)
    return made


def _free_name(name: str, others: list[Any]) -> str:
    taken = {other.casefold() for other in others if isinstance(other, str)}
    stem, digits = re.fullmatch(r"(.*?)([0-9]{0,9})", name, re.DOTALL).groups()  # type: ignore[union-attr]  # matches any text
    number = int(digits or 1) + 1
    while (made := f"{stem}{number:0{len(digits)}d}").casefold() in taken:
        number += 1
    return made


def _free_number(number: int, others: list[Any]) -> int:
    taken = {other for other in others if isinstance(other, int)}
    made = number + 1
    while made in taken:
        made += 1
    return made


def put_back(now: dict[str, Any], shown: dict[str, Any], path: Path) -> Path:
    """Puts what `shown` holds at the path into `now`, in place; answers where it stands.

    An item of a list goes beside its former neighbors, wherever those are now. Raises CannotUndo when what held it is
    gone, or when the place has been taken.
    """
    value = paths.get(shown, path)
    if value is MISSING or not path:
        raise CannotUndo("That revision does not hold it.")
    value = copy.deepcopy(value)
    holder, step = merging.follow(path[:-1], shown, now), path[-1]
    if holder is None:
        raise CannotUndo("What it belonged to is gone.")
    items, before = paths.get(now, holder), paths.get(shown, path[:-1])
    if items is MISSING and isinstance(before, list | dict):
        items = type(before)()
        paths.put(now, holder, items)
    if isinstance(before, list) and isinstance(items, list) and isinstance(step, int):
        if items.count(value) >= before.count(value):
            raise CannotUndo("It is back already.")
        place = _beside_neighbors(before, items, step)
        items.insert(place, value)
        return (*holder, place)
    if not isinstance(items, dict) or not isinstance(step, str):
        raise CannotUndo("The list it belonged to holds something else now.")
    if step in items:
        same = items[step] == value
        raise CannotUndo("It is back already." if same else f"There is another “{step}” now.")
    # Where it stood among the others is seen on the page, so its place is restored too.
    kept = dict(items)
    order = [name for name in before if name in kept or name == step]
    items.clear()
    for name in [*order, *(name for name in kept if name not in before)]:
        items[name] = value if name == step else kept[name]
    return (*holder, step)


def _known_by(item: Any) -> tuple[Path, Any] | None:
    for path in _KNOWN_BY:
        value = paths.get(item, path)
        if isinstance(value, str | int) and value != "":
            return path, value.casefold() if isinstance(value, str) else value
    return None


def _beside_neighbors(before: list[Any], after: list[Any], position: int) -> int:
    """After the nearest item that stood before it and is still there, or else before the nearest that followed."""
    for number in [*range(position - 1, -1, -1), *range(position + 1, len(before))]:
        found = _position_of(before, after, number)
        if found is not None:
            return found + 1 if number < position else found
    return min(position, len(after))


def _position_of(before: list[Any], after: list[Any], number: int) -> int | None:
    item, known = before[number], _known_by(before[number])
    same = [
        place
        for place, other in enumerate(after)
        if other == item or (known is not None and _known_by(other) == known)
    ]
    if not same:
        return None
    # Of several alike, the one with as many of them before it.
    return same[min(before[:number].count(item), len(same) - 1)]
