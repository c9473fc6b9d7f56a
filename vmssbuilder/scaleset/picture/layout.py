"""Where everything of a picture stands: boxes, lines, marks and labels, for a template to draw.

Lengths are in pixels of a drawing that is WIDTH wide, which fits a phone and grows from there. It reads from top to bottom:
what sends traffic, the scale set with its zones, what each instance has, and the subnets. Its size is bounded, however
large the scale set is: what has no room is counted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from .facts import Picture, PicturedInstance
from .words import counted, disk_words, grouped, listed, short

WIDTH: Final = 360
_MARGIN: Final = 12
_GAP: Final = 10
_SQUARE: Final = 14
_STEP: Final = 18
"""From one square to the next."""
_LINE: Final = 20
"""From one line of text to the next."""
_BOX: Final = 46
_LINK: Final = 22
"""The length of a line between what is connected."""
_ROWS: Final = 2
"""Rows of squares of a zone."""
_NAMED: Final = 5
"""Instances that a zone names."""
_ZONES: Final = 3
_BOXES: Final = 4
_DISKS: Final = 3
"""Lines of data disks."""

BoxKind = Literal["outside", "frame", "zone"]
LabelKind = Literal["title", "name", "small", "more"]
_SIZES: Final[dict[LabelKind, float]] = {"title": 15, "name": 12.5, "small": 12, "more": 12}


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A rectangle."""

    kind: BoxKind
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DrawnLabel:
    """A line of text that begins at x, with its foot at y."""

    kind: LabelKind
    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """A small sign with its corner at x and y: an instance, its state, or what a line of text is about."""

    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line from top to bottom."""

    x: int
    top: int
    bottom: int


@dataclass(slots=True)
class Drawing:
    """A picture in its parts."""

    height: int = 0
    boxes: list[DrawnBox] = field(default_factory=list)
    labels: list[DrawnLabel] = field(default_factory=list)
    marks: list[DrawnMark] = field(default_factory=list)
    lines: list[DrawnLine] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The signs that are in it."""
        return sorted({each.name for each in self.marks})


def laid_out(picture: Picture) -> Drawing:
    """The drawing of a picture."""
    drawing = Drawing()
    outside = [
        (entry.kind, *_entry_words(entry.kind, entry.name, len(entry.pools))) for entry in picture.entries
    ]
    y = 1
    if outside:
        y = _outside(drawing, outside, y, above=True)
    y = _frame(drawing, picture, y)
    _outside(drawing, list(_subnet_boxes(picture)), y, above=False)
    return drawing


def _entry_words(kind: str, name: str, pools: int) -> tuple[str, str]:
    if kind == "public":
        return "Internet", "an address each"
    title = "Load balancer" if kind == "balancer" else "Application gateway"
    return title, f"{name}, {counted(pools, 'pool')}" if pools > 1 else name


def _subnet_boxes(picture: Picture) -> Iterator[tuple[str, str, str]]:
    for each in picture.subnets:
        title = f"Subnet, {counted(each.interfaces, 'interface')}" if each.interfaces > 1 else "Subnet"
        yield "subnet", title, f"{each.network} / {each.name}" if each.network else each.name
    if not picture.subnets:
        yield "subnet", "Subnet", "not chosen yet"


# --- what is around the scale set --------------------------------------------------------------------------------


def _outside(drawing: Drawing, boxes: Sequence[tuple[str, str, str]], y: int, *, above: bool) -> int:
    """Boxes above or below the scale set, each with a line to it; the last one counts those without room."""
    shown = list(boxes[:_BOXES])
    if len(boxes) > _BOXES:
        shown[-1] = (boxes[_BOXES - 1][0], "And others", f"+{len(boxes) - _BOXES + 1:,} more")
    columns = min(len(shown), 2)
    width = 220 if columns == 1 else (WIDTH - 2 - _GAP) // 2
    rows = -(-len(shown) // columns)
    height = rows * _BOX + (rows - 1) * _GAP
    top = y if above else y + _LINK
    for column in range(columns):
        x = (WIDTH - width) // 2 if columns == 1 else 1 + column * (width + _GAP)
        near = top + height if above else y
        drawing.lines.append(DrawnLine(x + width // 2, near, near + _LINK))
        # From the boxes of the other row there is a line of their own behind those of this one.
        for row in range(rows):
            at = row * columns + column
            if at >= len(shown):
                continue
            mark, title, name = shown[at]
            place = top + row * (_BOX + _GAP)
            if row:
                drawing.lines.append(DrawnLine(x + width // 2, place - _GAP, place))
            drawing.boxes.append(DrawnBox("outside", x, place, width, _BOX))
            drawing.marks.append(DrawnMark(mark, x + 10, place + 15))
            _label(drawing, "small", x + 36, place + 19, title, width - 44)
            _label(drawing, "name", x + 36, place + 36, name, width - 44)
    drawing.height = top + height + (_LINK if above else 1)
    return drawing.height


# --- the scale set -----------------------------------------------------------------------------------------------


def _frame(drawing: Drawing, picture: Picture, top: int) -> int:
    room = WIDTH - 2 * _MARGIN
    place = len(drawing.boxes)
    y = top + 24
    _label(drawing, "title", _MARGIN, y, picture.name or "Untitled scale set", room)
    for words in _heading(picture):
        y += _LINE - 1
        _label(drawing, "small", _MARGIN, y, words, room)
    y = _zones(drawing, picture, y + 12)
    y = _each(drawing, picture, y)
    # Before all that it holds, so that it is drawn behind.
    drawing.boxes.insert(place, DrawnBox("frame", 1, top, WIDTH - 2, y - top))
    drawing.height = y + 1
    return y


def _heading(picture: Picture) -> Iterator[str]:
    number = "Number not chosen yet" if picture.count is None else counted(picture.count, "instance")
    if picture.spot and picture.spot == picture.count:
        number += ", Spot"
    elif picture.spot:
        number += f", {picture.spot:,} of them Spot (dashed)"
    sizes = listed(picture.sizes, 2) if picture.sizes else "size not chosen yet"
    yield from (number, sizes) if picture.spot or len(picture.sizes) > 1 else (f"{number} · {sizes}",)
    mode = "Flexible" if picture.flexible else "Uniform"
    yield " · ".join(filter(None, (picture.system, mode, picture.region)))


def _zones(drawing: Drawing, picture: Picture, top: int) -> int:
    """The zones side by side, each with its instances, or one area where there are none."""
    areas = _areas(picture)
    width = (WIDTH - 2 * _MARGIN - (len(areas) - 1) * _GAP) // len(areas)
    bottoms = []
    for number, (title, regular, spot, instances) in enumerate(areas):
        x = _MARGIN + number * (width + _GAP)
        _label(drawing, "small", x + 9, top + 18, title, width - 14)
        if instances is None:
            bottoms.append(_squares(drawing, x, top + 28, width, regular, spot))
        else:
            bottoms.append(_states(drawing, x, top + 26, width, instances))
    height = max(bottoms) - top + 9
    for number in range(len(areas)):
        x = _MARGIN + number * (width + _GAP)
        drawing.boxes.append(DrawnBox("zone", x, top, width, height))
    return top + height


_Area = tuple[str, int, int, Sequence[PicturedInstance] | None]


def _areas(picture: Picture) -> list[_Area]:
    none = "Zones picked by Azure" if picture.azure_picks_zones else "No zones"
    if picture.instances is None:
        titles = [f"Zone {each}" for each in picture.zones] or [none]
        areas: list[_Area] = [
            (title, *numbers, None) for title, numbers in zip(titles, picture.spread, strict=True)
        ]
    else:
        by_zone = {
            zone: [each for each in picture.instances if each.zone == zone] for zone in (*picture.zones, "")
        }
        areas = [
            (f"Zone {zone}" if zone else none if not picture.zones else "No zone", 0, 0, there)
            for zone, there in by_zone.items()
            if there or zone or not picture.zones
        ]
    if len(areas) <= _ZONES:
        return areas
    rest = areas[_ZONES - 1 :]
    together = None if picture.instances is None else [each for area in rest for each in area[3] or ()]
    return [
        *areas[: _ZONES - 1],
        (f"{len(rest)} more", sum(each[1] for each in rest), sum(each[2] for each in rest), together),
    ]


def _squares(drawing: Drawing, x: int, y: int, width: int, regular: int, spot: int) -> int:
    """A square for each instance, and the number of those without room."""
    across = int((width - 12) // _STEP)
    room = across * _ROWS
    few = min(spot, max(room - regular, min(spot, across)))
    kinds = ["regular"] * min(regular, room - few) + ["spot"] * few
    for number, kind in enumerate(kinds):
        row, column = divmod(number, across)
        drawing.marks.append(DrawnMark(kind, x + 8 + column * _STEP, y + row * _STEP))
    bottom = y + max(1, -(-len(kinds) // across)) * _STEP - _STEP + _SQUARE
    more = regular + spot - len(kinds)
    if more > 0:
        bottom += 17
        _label(drawing, "more", x + 9, bottom, f"+{more:,} more", width - 14)
    return bottom


_WORST_FIRST: Final = ("bad", "busy", "off", "ok")


def _states(drawing: Drawing, x: int, y: int, width: int, instances: Sequence[PicturedInstance]) -> int:
    """A line for each instance: a sign, its name and its state; those that need somebody come first."""
    ordered = sorted(instances, key=lambda each: _WORST_FIRST.index(each.kind))
    bottom = y
    for each in ordered[:_NAMED]:
        drawing.marks.append(DrawnMark(each.kind, x + 8, bottom))
        _label(drawing, "small", x + 27, bottom + 12, f"_{short(each.name)} {each.state}", width - 30)
        bottom += _LINE
    if len(ordered) > _NAMED:
        _label(drawing, "more", x + 9, bottom + 12, f"+{len(ordered) - _NAMED:,} more", width - 14)
        bottom += _LINE
    return bottom - 4 if ordered else y + 10


def _each(drawing: Drawing, picture: Picture, top: int) -> int:
    """What each instance has: its image and its disks."""
    y, room = top + 20, WIDTH - 2 * _MARGIN - 26
    _label(drawing, "small", _MARGIN, y, "Each instance", WIDTH - 2 * _MARGIN)
    lines = [("image", f"Image: {picture.image or 'not chosen yet'}")]
    if picture.os_disk is not None:
        lines.append(("disk", f"OS disk: {disk_words(picture.os_disk)}"))
    alike = grouped(picture.data_disks)
    few = alike[: _DISKS if len(alike) <= _DISKS else _DISKS - 1]
    lines += [("disk", f"{counted(number, 'data disk')}: {words}") for words, number in few]
    if len(alike) > len(few):
        lines.append(("disk", f"+{sum(number for _words, number in alike[len(few) :]):,} more data disks"))
    for mark, words in lines:
        y += _LINE + 2
        drawing.marks.append(DrawnMark(mark, _MARGIN, y - 13))
        _label(drawing, "name", _MARGIN + 26, y, words, room)
    return y + 12


# --- text --------------------------------------------------------------------------------------------------------


def _label(drawing: Drawing, kind: LabelKind, x: int, y: int, text: str, room: int) -> None:
    drawing.labels.append(DrawnLabel(kind, x, y, fitted(text, room / _SIZES[kind])))


@lru_cache(maxsize=500)
def fitted(text: str, room: float) -> str:
    """The text, cut in its middle where it is wider than the room, which is in times the size of its letters.

    Names of resources differ at both ends.
    """
    if sum(map(_width, text[:400])) <= room:
        return text
    room -= 1
    head, tail, front, back = "", "", 0.0, 0.0
    for letter in text:
        front += _width(letter)
        if front > room * 0.6:
            break
        head += letter
    for letter in reversed(text[-200:]):
        back += _width(letter)
        if back > room * 0.4:
            break
        tail = letter + tail
    return f"{head.rstrip()}…{tail.lstrip()}"


def _width(letter: str) -> float:
    """About how wide a letter is, in times its size."""
    if letter in "ilj|.,:;'!()/ ":
        return 0.31
    if letter in "mwMW@%" or letter.isupper():
        return 0.88 if letter in "mwMW@%" else 0.68
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56
