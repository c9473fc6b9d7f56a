"""What of a large document a page shows: so many lines, long lists folded after their first items."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vmssbuilder.scaleset.paths import Path

LINES: Final = 1_500
"""How many lines of JSON a page draws. A line with its link is half a kilobyte."""
_WIDTH: Final = 150
"""Characters that count as a line: a long text takes the room of many."""


@dataclass(slots=True)
class Window:
    """members: for each object or list that is not shown as a whole, the steps to what is shown, in order.

    texts: how many characters are shown of a long text. left_out: how many lines are not shown.
    """

    members: dict[Path, Sequence[str | int]] = field(default_factory=dict)
    texts: dict[Path, int] = field(default_factory=dict)
    left_out: int = 0


def window(document: Any, focus: Collection[Path] = (), lines: int = LINES) -> Window | None:
    """What is shown of a document; None when that is all of it.

    focus: places that are shown in any case, with what lies around them. An object shows something of each of its
    members, a list its first items.
    """
    sizes: dict[int, int] = {}
    whole = _size(document, sizes)
    if whole <= lines:
        return None
    ways = {path[:depth] for path in list(focus)[:_FOCUS_AT_MOST] for depth in range(1, len(path) + 1)}
    found = Window()
    found.left_out = whole - _Cutting(sizes, ways, found).value((), document, lines)
    return found


_FOCUS_AT_MOST: Final = 100


def _size(value: Any, sizes: dict[int, int]) -> int:
    """Lines of a value; those of objects and lists are kept by their identity."""
    if isinstance(value, dict):
        size = 2 + sum(_size(inner, sizes) + len(name) // _WIDTH for name, inner in value.items())
    elif isinstance(value, list):
        size = 2 + sum([_size(inner, sizes) for inner in value])
    else:
        return 1 + len(value) // _WIDTH if isinstance(value, str) else 1
    sizes[id(value)] = size
    return size


@dataclass(slots=True)
class _Cutting:
    sizes: dict[int, int]
    ways: set[Path]
    found: Window

    def value(self, path: Path, value: Any, room: int) -> int:
        """Fits a value into so many lines, answers how many it takes."""
        size = self._size(value)
        if size <= room:
            return size
        if isinstance(value, str):
            self.found.texts[path] = max(room, 1) * _WIDTH
            return max(room, 1)
        if not isinstance(value, dict | list):
            return 1
        members: list[tuple[str | int, Any]] = list(
            value.items() if isinstance(value, dict) else enumerate(value)
        )
        first = [each for each in members if (*path, each[0]) in self.ways]
        room -= 3
        shares = self._shares(members, first, room, even=isinstance(value, dict))
        self.found.members[path] = [step for step, _ in members if step in shares]
        return 3 + sum(
            self.value((*path, step), inner, shares[step]) for step, inner in members if step in shares
        )

    def _shares(
        self,
        members: list[tuple[str | int, Any]],
        first: list[tuple[str | int, Any]],
        room: int,
        *,
        even: bool,
    ) -> dict[str | int, int]:
        """Lines for each member that is shown. even: all get their share, else each what it takes while there is room."""
        shares: dict[str | int, int] = {}
        for step, inner in first:
            if room > 0:
                shares[step] = min(self._member(step, inner), max(room // 2, 1))
                room -= shares[step]
        rest = [each for each in members if each[0] not in shares]
        if even:
            # The small ones first: what they leave over is for the large ones.
            rest = sorted(rest[: max(room, 0)], key=lambda each: self._member(*each))
        for number, (step, inner) in enumerate(rest):
            if room <= 0:
                break
            share = max(room // (len(rest) - number), 1) if even else room
            shares[step] = min(self._member(step, inner), share)
            room -= shares[step]
        return shares

    def _member(self, step: str | int, value: Any) -> int:
        return self._size(value) + (len(step) // _WIDTH if isinstance(step, str) else 0)

    def _size(self, value: Any) -> int:
        if isinstance(value, dict | list):
            return self.sizes[id(value)]
        return 1 + len(value) // _WIDTH if isinstance(value, str) else 1
