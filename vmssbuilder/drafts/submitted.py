"""What a form sent, as changes of the content: only what differs from what the page showed is a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from vmssbuilder.pages.characters import showable
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Choice, Json, Map, Node, Property, Text

from . import clear_keys, pasting
from .content import TARGET
from .forms.fields import encode, lines, shown_encoded, shows, text_of
from .forms.formsets import PART, PASTE, part_sent, pasted_as, row_fields, row_numbers
from .forms.obstacles import odd_holders
from .forms.widgets import CLEAR, ENCODED
from .steps import Field, Layout


@dataclass(frozen=True, slots=True)
class Changed:
    """One place: what the page showed, and what the person wants (MISSING: nothing). secret: to go into the vault."""

    path: Path
    shown: Any
    wanted: Any
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """What was typed cannot be represented at all, such as the same tag name twice."""

    path: Path
    message: str


def read(
    post: QueryDict, layout: Layout, place: Path, shown: dict[str, Any], *, pasted: bool = True
) -> tuple[list[Changed], list[Refused]]:
    """The changes a page's form asks for, a row that its button removes included.

    place: the path of the page's item; shown: the content the page was made of. pasted: whether what stands in paste
    boxes, and boxes that leave something out, are taken too; not while it is still being typed.
    """
    changes: list[Changed] = list(_left_out(post, layout, place, shown)) if pasted else []
    refused: list[Refused] = []
    listed = set(post.getlist("rows"))
    for entry in layout.fields:
        path = place + entry.below
        value = paths.get(shown, path)
        if entry.is_rows and paths.text(path) in listed:
            wanted = _rows(post, entry, path, value, refused)
            if pasted:
                wanted = _with_pasted(post, entry, path, wanted, refused)
            if wanted != value and not (wanted in ([], {}) and value is MISSING):
                refused.extend(_private_keys(path, wanted, value))
                changes.append(Changed(path, value, MISSING if wanted in ([], {}) else wanted))
        elif not entry.is_cards and not entry.is_rows:
            if (
                pasted
                and value == ""
                and post.get(paths.text(path) + CLEAR)
                and not post.get(paths.text(path))
            ):
                changes.append(Changed(path, value, MISSING))
            for change in _leaf(post, entry.node.property, path, value):
                message = _too_long(change) or _no_such_choice(change, entry.node.property)
                if message:
                    refused.append(Refused(path, message))
                if not change.secret:
                    refused.extend(_private_keys(path, change.wanted, value))
                changes.append(change)
        elif value is not MISSING and paths.text(path) in post:
            # A list or map whose value is neither was shown as JSON text.
            changes.extend(_plain(post, _AS_JSON, path, value))
    return changes, refused


def _left_out(post: QueryDict, layout: Layout, place: Path, shown: dict[str, Any]) -> Iterator[Changed]:
    """What stands in the place of objects and is to be left out."""
    if any(name.endswith(CLEAR) for name in post):
        for path in dict.fromkeys(odd_holders(shown, place, list(layout.fields))):
            if post.get(paths.text(path) + CLEAR):
                yield Changed(path, paths.get(shown, path), MISSING)


def _private_keys(path: Path, wanted: Any, before: Any) -> Iterator[Refused]:
    """A line for each private key that was not there before."""
    return (Refused(place, clear_keys.MESSAGE) for place in clear_keys.found(path, wanted, before))


_AS_JSON = Json("JSON", objects=False)
LONGEST_ADDRESS: Final = {"subscription": 100, "resourceGroup": 200, "name": 200}


def _too_long(change: Changed) -> str:
    """Why a part of the address cannot be kept, "" when it can. What the document holds may be of any length."""
    longest = LONGEST_ADDRESS.get(str(change.path[-1]), 0) if change.path[0] == TARGET else 0
    if longest and isinstance(change.wanted, str) and len(change.wanted) > longest:
        return (
            f"This is {len(change.wanted):,} characters long; no more than {longest} can be kept. Shorten it."
        )
    return ""


def _no_such_choice(change: Changed, prop: Property) -> str:
    """Why a choice of the address cannot be kept: it decides how everything else is read, so it must be one of ours."""
    if change.path[0] != TARGET or not isinstance(prop, Choice):
        return ""
    if change.wanted in {value.wire for value in prop.values}:
        return ""
    return f"{prop.title}: choose one of the values on offer."


def _leaf(post: QueryDict, prop: Property, path: Path, value: Any) -> list[Changed]:
    return _secret(post, prop, path, value) if prop.secret else _plain(post, prop, path, value)


def _plain(post: QueryDict, prop: Property, path: Path, value: Any) -> list[Changed]:
    typed = post.get(paths.text(path))
    if typed is None:
        return []
    typed = typed.replace("\r\n", "\n")
    if isinstance(prop, Text) and prop.base64:
        encoded = paths.text(path) + ENCODED in post
        if shows(text_of(prop, value), typed) and encoded == shown_encoded(prop, value):
            return []
        wanted = MISSING if not typed.strip() else typed if encoded else encode(typed)
    elif shows(text_of(prop, value), typed):
        return []
    else:
        wanted = _value(prop, typed)
    return [] if wanted is MISSING and value is MISSING else [Changed(path, value, wanted)]


def _value(prop: Property, typed: str) -> Any:
    if not (isinstance(prop, Text) and prop.multiline):
        typed = typed.strip()
    return MISSING if typed == "" else prop.from_text(typed)


def _secret(post: QueryDict, prop: Property, path: Path, value: Any) -> list[Changed]:
    name = paths.text(path)
    typed = post.get(name, "").replace("\r\n", "\n")
    if typed:
        if isinstance(prop, Text) and prop.base64 and not post.get(name + ENCODED):
            typed = encode(typed)
        return [Changed(path, value, prop.from_text(typed), secret=True)]
    return [Changed(path, value, MISSING)] if post.get(name + CLEAR) and value is not MISSING else []


def _rows(post: QueryDict, entry: Field, path: Path, value: Any, refused: list[Refused]) -> Any:
    prop, item = entry.node.property, entry.node.item
    assert item is not None
    # The button counts the rows of the page, of which some may have been cleared: only here does its number mean a row.
    dropped = post.get("act", "").removeprefix("drop:")
    name = paths.text(path)
    numbers = [number for number in row_numbers(post, name) if f"{name}[{number}]" != dropped]
    count = len(value) if isinstance(value, dict | list) else 0
    # What lies outside of the part that the page showed stays as it is.
    first, end = part_sent(post.get(name + PART, ""), count) or (0, count)
    numbers = [number for number in numbers if first <= number < end or number >= count]
    if isinstance(prop, Map):
        return _map_rows(post, prop, item, path, value, numbers, (first, end), refused)
    before = value if isinstance(value, list) else []
    rows = list(before[:first])
    kept = before[end:]
    for number, old in _former(post, item, path, before, numbers, (first, end)):
        if number >= count:
            rows, kept = rows + kept, []
        row = _row(post, item, (*path, number), old)
        if row is not MISSING:
            rows.append(row)
    return rows + kept


def _former(
    post: QueryDict, item: Node, path: Path, before: list[Any], numbers: list[int], part: tuple[int, int]
) -> list[tuple[int, Any]]:
    """Each row's number with the item that it showed. part: from where to where the page showed them.

    A row that was cleared leaves a gap, which the next page of the same rows does not have: an item is known by its
    texts first, and by its number only where no other row says the same.
    """
    if item.is_leaf:
        return [(number, before[number] if number < len(before) else MISSING) for number in numbers]
    cells = row_fields(item)
    known: dict[tuple[str, ...], list[int]] = {}
    for number in reversed(range(*part)):
        texts = tuple(
            showable(text_of(node.property, paths.get(before[number], below))) for below, node in cells
        )
        known.setdefault(texts, []).append(number)
    found: dict[int, int] = {}
    for number in numbers:
        typed = tuple(
            showable(post.get(paths.text((*path, number, *below)), "").replace("\r\n", "\n"))
            for below, _ in cells
        )
        if known.get(typed):
            found[number] = known[typed].pop()
    taken = set(found.values())
    for number in numbers:
        if number not in found and number < len(before) and number not in taken:
            found[number] = number
    return [(number, before[found[number]] if number in found else MISSING) for number in numbers]


def holds(post: QueryDict, path: Path) -> bool:
    """Whether the page had a field for the place: each field sends something, an empty one too."""
    name = paths.text(path)
    return any(sent == name or sent.startswith((f"{name}[", f"{name}:")) for sent in post)


def rows_moved_up(post: QueryDict, entry: Field, path: Path, rows: Any) -> bool:
    """Whether rows below a cleared one have another number now than on the page, and members that it does not show.

    By its number the next save would give these to another row.
    """
    item = entry.node.item
    if not entry.is_rows or item is None or item.is_leaf or not isinstance(rows, list):
        return False
    below = [cell for cell, _ in row_fields(item)]
    name = paths.text(path)
    filled = [
        number
        for number in row_numbers(post, name)
        if any(post.get(paths.text((*path, number, *cell)), "").strip() for cell in below)
    ]
    return max(filled, default=-1) >= len(rows) and any(_unshown(row, below) for row in rows)


def _unshown(row: Any, cells: list[Path]) -> bool:
    """Whether a row holds members that have no cell."""
    shown = _copy(row)
    for cell in cells:
        if isinstance(shown, dict) and paths.get(shown, cell) is not MISSING:
            paths.remove(shown, cell, prune=True)
    return bool(shown)


def _with_pasted(post: QueryDict, entry: Field, path: Path, rows: Any, refused: list[Refused]) -> Any:
    """The rows with what stands in the paste box of their list; what cannot be read is refused, with the reason."""
    text, kind, item = post.get(paths.text(path) + PASTE, ""), pasted_as(entry.node), entry.node.item
    if not text.strip() or kind is None or item is None:
        return rows
    try:
        if kind == "pairs":
            given = {name: item.property.from_text(value) for name, value in pasting.pairs(text).items()}
            return rows | given
        texts = pasting.texts(text)
    except pasting.PasteError as error:
        refused.append(Refused(path, f"Pasted text: {error}"))
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


def _row(post: QueryDict, item: Node, place: Path, old: Any) -> Any:
    """One row of a list, or MISSING when it is empty. Members that the row does not show are kept."""
    if item.is_leaf:
        changed = _plain(post, item.property, place, old)
        return changed[0].wanted if changed else old
    changes = [
        (below, change)
        for below, node in row_fields(item)
        for change in _plain(post, node.property, (*place, *below), paths.get(old, below))
    ]
    if not changes:
        return old
    row: dict[str, Any] = {"row": _copy(old) if isinstance(old, dict) else {}}
    for below, change in changes:
        if change.wanted is MISSING:
            paths.remove(row, ("row", *below), prune=True)
            row.setdefault("row", {})
        else:
            paths.put(row, ("row", *below), change.wanted)
    return row["row"] or MISSING


def _copy(value: Any) -> Any:
    return {name: _copy(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def _map_rows(
    post: QueryDict,
    prop: Map,
    item: Node,
    path: Path,
    value: Any,
    numbers: list[int],
    part: tuple[int, int],
    refused: list[Refused],
) -> dict[str, Any]:
    given = value if isinstance(value, dict) else {}
    before = list(given.items())
    rows: dict[str, Any] = dict(before[: part[0]])
    kept = dict(before[part[1] :])
    for number in numbers:
        if number >= len(before):
            rows, kept = rows | kept, {}
        name = paths.text((*path, number))
        key = post.get(f"{name}.key", "")
        typed = post.get(f"{name}.value", "").replace("\r\n", "\n")
        old_key, old = before[number] if number < len(before) else ("", MISSING)
        untouched = number < len(before) and shows(lines(old_key), lines(key))
        key = old_key if untouched else key.strip()
        if key == "" and typed.strip() == "" and not untouched:
            continue
        # A database may keep names in an order of its own, so what stands behind a name is found by the name.
        inner = _map_value(item, typed, given.get(key, old))
        if key in rows or key in kept:
            message = f"{prop.key_title} “{key[:60]}” is given twice. Rename or remove one of the two."
            refused.append(Refused(path, message))
        rows[key] = inner
    return rows | kept


def _map_value(item: Node, typed: str, old: Any) -> Any:
    """What stands behind a name. Objects without members of their own to fill in are empty."""
    if not item.is_leaf:
        return {} if old is MISSING else old
    return (
        old
        if old is not MISSING and shows(text_of(item.property, old), typed)
        else item.property.from_text(typed)
    )
