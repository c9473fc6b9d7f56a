"""The rows of a list: their cells, and what a form sent of them as the list or map that they are to be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from django.forms import ValidationError
from django.http import QueryDict

from vmssbuilder.drafts import pasting
from vmssbuilder.drafts.steps import Field, anchor
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Map, Node, Text
from vmssbuilder.web.characters import showable

from .fields import PropertyField, lines, shows, text_of
from .widgets import CLEAR, ENCODED, SubmittedValue

if TYPE_CHECKING:
    from .formsets import RowsField

Cells = list[tuple[Path, PropertyField]]

PASTE: Final = ":paste"
"""Follows the name of a list in the name of its paste box."""

PART: Final = ":part"
"""Follows the name of a list of which a page shows a part: the first row, a hyphen, and the row after the last."""


def part_sent(written: str, count: int) -> tuple[int, int] | None:
    """Which rows of a list a form showed; None for one that showed all of them."""
    found = re.fullmatch(r"([0-9]{1,4})-([0-9]{1,4})", written)
    if found is None:
        return None
    first, end = int(found[1]), int(found[2])
    return (first, end) if first <= end <= count else None


def row_fields(node: Node) -> list[tuple[Path, Node]]:
    """The single values of one row of a list: the item itself, or the leaves of its part."""
    if node.is_leaf:
        return [((), node)]
    found: list[tuple[Path, Node]] = []
    for wire, child in node.children.items():
        if not child.property.read_only:
            found.extend(((wire, *below), leaf_node) for below, leaf_node in row_fields(child))
    return found


def row_numbers(sent: Iterable[str], name: str) -> list[int]:
    """The numbers of the rows of a list that a form sent, by the names of its inputs."""
    pattern = re.compile(re.escape(name) + r"\[([0-9]{1,4})\]")
    return sorted({int(found[1]) for found in map(pattern.match, sent) if found})


def row_anchor(node: Node, path: Path, number: int) -> str:
    """The id of the first input of a row of the list or map at the path."""
    own = (*path, number)
    if isinstance(node.property, Map):
        return f"{anchor(own)}-key"
    assert node.item is not None
    return anchor(own + row_fields(node.item)[0][0])


def cell_at(node: Node, path: Path, value: Any, below: Path) -> tuple[Path, str] | None:
    """The place and the id of the input in which something `below` the list or map at the path is mended.

    value: what the list holds. None for what is about no row that is there.
    """
    if not below:
        return None
    if isinstance(node.property, Map):
        if not isinstance(value, dict) or below[0] not in value:
            return None
        return (*path, below[0]), row_anchor(node, path, list(value).index(below[0]))
    number = below[0]
    if not isinstance(value, list) or not isinstance(number, int) or number >= len(value):
        return None
    assert node.item is not None
    cells = [cell for cell, _ in row_fields(node.item)]
    place = (*path, number, *next((cell for cell in cells if below[1 : len(cell) + 1] == cell), cells[0]))
    return place, anchor(place)


def pasted_as(node: Node) -> Literal["pairs", "texts"] | None:
    """What can be pasted into a list or map: names with values, or texts; None when its rows need more."""
    item = node.item
    assert item is not None
    if isinstance(node.property, Map):
        return "pairs" if item.is_leaf else "texts"
    cells = row_fields(item)
    return "texts" if len(cells) == 1 and isinstance(cells[0][1].property, Text) else None


@dataclass(frozen=True, slots=True)
class RowsSent:
    """What a form sent of a list. name: of the list."""

    post: QueryDict
    name: str

    def cell(self, number: int, below: Path = ()) -> str:
        """The name of a box of a row."""
        row = f"{self.name}[{number}]"
        return f"{row}.{paths.text(below)}" if below else row

    def text(self, number: int, below: Path = ()) -> str:
        """What stands in a box of a row."""
        return str(self.post.get(self.cell(number, below), "")).replace("\r\n", "\n")

    def sent(self, number: int, below: Path = ()) -> SubmittedValue | None:
        """What came back of a box of a row, None when there was none."""
        name = self.cell(number, below)
        return (
            SubmittedValue(self.text(number, below), name + ENCODED in self.post)
            if name in self.post
            else None
        )


def read(sent: RowsSent, field: RowsField, held: Any, refused: list[ValidationError]) -> Any:
    """The list or map that is wanted. held: what the page showed. refused gets what cannot be kept."""
    entry = field.entry
    # The button counts the rows of the page, of which some may have been cleared: only here does its number mean a row.
    dropped = sent.post.get("act", "").removeprefix("drop:")
    numbers = [number for number in row_numbers(sent.post, sent.name) if sent.cell(number) != dropped]
    count = len(held) if isinstance(held, dict | list) else 0
    # What lies outside of the part that the page showed stays as it is.
    part = part_sent(sent.post.get(sent.name + PART, ""), count) or (0, count)
    numbers = [number for number in numbers if part[0] <= number < part[1] or number >= count]
    if isinstance(entry.node.property, Map):
        wanted: Any = _map(sent, entry, held, numbers, part, refused)
    else:
        wanted = _list(sent, field.cells, held if isinstance(held, list) else [], numbers, part)
    return _with_pasted(sent, entry, wanted, refused)


def _list(
    sent: RowsSent, cells: Cells, before: list[Any], numbers: list[int], part: tuple[int, int]
) -> list[Any]:
    rows, kept = list(before[: part[0]]), before[part[1] :]
    for number, old in _former(sent, cells, before, numbers, part):
        if number >= len(before):
            rows, kept = rows + kept, []
        row = _row(sent, cells, number, old)
        if row is not MISSING:
            rows.append(row)
    return rows + kept


def _former(
    sent: RowsSent, cells: Cells, before: list[Any], numbers: list[int], part: tuple[int, int]
) -> list[tuple[int, Any]]:
    """Each row's number with the item that it showed. part: from where to where the page showed them.

    A row that was cleared leaves a gap, which the next page of the same rows does not have: an item is known by its
    texts first, and by its number only where no other row says the same.
    """
    if not cells[0][0]:
        return [(number, before[number] if number < len(before) else MISSING) for number in numbers]
    known: dict[tuple[str, ...], list[int]] = {}
    for number in reversed(range(*part)):
        texts = tuple(
            showable(field.prepare_value(paths.get(before[number], below))) for below, field in cells
        )
        known.setdefault(texts, []).append(number)
    found: dict[int, int] = {}
    for number in numbers:
        typed = tuple(showable(sent.text(number, below)) for below, _ in cells)
        if known.get(typed):
            found[number] = known[typed].pop()
    taken = set(found.values())
    for number in numbers:
        if number not in found and number < len(before) and number not in taken:
            found[number] = number
    return [(number, before[found[number]] if number in found else MISSING) for number in numbers]


def _row(sent: RowsSent, cells: Cells, number: int, old: Any) -> Any:
    """One row of a list, or MISSING when it is empty. Members that the row does not show are kept."""
    if not cells[0][0]:
        changed = _cell(cells[0][1], sent.sent(number), old)
        return old if changed is None else changed[0]
    changes = [
        (below, changed[0])
        for below, field in cells
        if (changed := _cell(field, sent.sent(number, below), paths.get(old, below))) is not None
    ]
    if not changes:
        return old
    row: dict[str, Any] = {"row": _copy(old) if isinstance(old, dict) else {}}
    for below, wanted in changes:
        if wanted is MISSING:
            paths.remove(row, ("row", *below), prune=True)
            row.setdefault("row", {})
        else:
            paths.put(row, ("row", *below), wanted)
    return row["row"] or MISSING


def _cell(field: PropertyField, sent: SubmittedValue | None, old: Any) -> tuple[Any] | None:
    """What is wanted of a box that says something else than what it showed."""
    return (field.to_python(sent),) if sent is not None and field.has_changed(old, sent) else None


def _copy(value: Any) -> Any:
    return {name: _copy(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def _map(
    sent: RowsSent,
    entry: Field,
    held: Any,
    numbers: list[int],
    part: tuple[int, int],
    refused: list[ValidationError],
) -> dict[str, Any]:
    given = held if isinstance(held, dict) else {}
    before = list(given.items())
    rows: dict[str, Any] = dict(before[: part[0]])
    kept = dict(before[part[1] :])
    item = entry.node.item
    assert item is not None
    for number in numbers:
        if number >= len(before):
            rows, kept = rows | kept, {}
        key, typed = str(sent.post.get(f"{sent.cell(number)}.key", "")), sent.text(number, ("value",))
        old_key, old = before[number] if number < len(before) else ("", MISSING)
        untouched = number < len(before) and shows(lines(old_key), lines(key))
        key = old_key if untouched else key.strip()
        if key == "" and typed.strip() == "" and not untouched:
            continue
        if key in rows or key in kept:
            title = entry.node.property.key_title  # type: ignore[attr-defined] # a map has one
            refused.append(
                ValidationError(f"{title} “{key[:60]}” is given twice. Rename or remove one of the two.")
            )
        # A database may keep names in an order of its own, so what stands behind a name is found by the name.
        rows[key] = _behind(item, typed, given.get(key, old))
    return rows | kept


def _behind(item: Node, typed: str, old: Any) -> Any:
    """What stands behind a name. Objects without members of their own to fill in are empty."""
    if not item.is_leaf:
        return {} if old is MISSING else old
    unchanged = old is not MISSING and shows(text_of(item.property, old), typed)
    return old if unchanged else item.property.from_text(typed)


def _with_pasted(sent: RowsSent, entry: Field, rows: Any, refused: list[ValidationError]) -> Any:
    """The rows with what stands in the paste box of their list; what cannot be read is refused, with the reason."""
    text, kind, item = sent.post.get(sent.name + PASTE, ""), pasted_as(entry.node), entry.node.item
    if not text.strip() or kind is None or item is None:
        return rows
    try:
        if kind == "pairs":
            given = {name: item.property.from_text(value) for name, value in pasting.pairs(text).items()}
            return rows | given
        texts = pasting.texts(text)
    except pasting.PasteError as error:
        refused.append(ValidationError(f"Pasted text: {error}"))
        return rows
    if isinstance(entry.node.property, Map):
        return rows | {name: {} for name in texts if name not in rows}
    below, node = row_fields(item)[0]
    there = [paths.get(row, below) for row in rows]
    for value in texts:
        if value not in there:
            row: dict[str, Any] = {}
            paths.put(row, ("row", *below), node.property.from_text(value))
            rows.append(row["row"])
    return rows


def without_boxes(post: QueryDict, secrets: Iterable[str]) -> QueryDict:
    """What a form sent, less what is still being typed: paste boxes, and boxes that leave a value out.

    secrets: the names of secrets, whose boxes stay.
    """
    stay = {name + CLEAR for name in secrets}
    left_out = [name for name in post if name.endswith((PASTE, CLEAR)) and name not in stay]
    if not left_out:
        return post
    kept = post.copy()
    for name in left_out:
        del kept[name]
    return kept


def moved_up(post: QueryDict, entry: Field, name: str, rows: Any) -> bool:
    """Whether rows of a list below a cleared one have another number now than on the page, and members not shown there.

    By its number the next save would give these to another row.
    """
    item = entry.node.item
    if item is None or item.is_leaf or not isinstance(rows, list):
        return False
    sent, below = RowsSent(post, name), [cell for cell, _ in row_fields(item)]
    filled = [
        number for number in row_numbers(post, name) if any(sent.text(number, cell).strip() for cell in below)
    ]
    return max(filled, default=-1) >= len(rows) and any(_unshown(row, below) for row in rows)


def _unshown(row: Any, cells: list[Path]) -> bool:
    """Whether a row holds members that have no cell."""
    shown = _copy(row)
    for cell in cells:
        if isinstance(shown, dict) and paths.get(shown, cell) is not MISSING:
            paths.remove(shown, cell, prune=True)
    return bool(shown)
