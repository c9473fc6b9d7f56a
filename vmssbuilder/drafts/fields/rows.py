"""Lists of small items, edited in place: a row each, an empty one at the end, and a box to paste many at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

from vmssbuilder.drafts.steps import Field, anchor
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding, in_words
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Boolean, Choice, List, Map, Node, Text

from .choosing import link, suggesting
from .inputs import lines, not_a_list, not_on_offer, text_of
from .live import kind_of, reading
from .page import Page, finding_lines, findings_html, fixes, help_html, parts_html, state_class, wire_html

PASTE: Final = ":paste"
"""Follows the name of a list in the name of its paste box."""


PART: Final = ":part"
"""Follows the name of a list of which a page shows a part: the first row, a hyphen, and the row after the last."""
_MOST: Final = 9_999
"""Rows have no larger numbers, so that nobody can send a few bytes and have a page of a million rows drawn."""


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


def _kind(node: Node) -> str:
    """What the rows refer to: resources that a list names, or that the names of a map are."""
    if isinstance(node.property, Map):
        return node.property.kind
    named = node.item
    if named is not None and not named.is_leaf:
        named = named.children.get("id")
    return named.property.kind if named is not None else ""


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


def draw_rows(page: Page, entry: Field, path: Path, value: Any) -> str:
    """The rows of a list or map as one field."""
    prop = entry.node.property
    base, name = anchor(path), paths.text(path)
    odd = value is not MISSING and not isinstance(value, dict if isinstance(prop, Map) else list)
    if odd:
        return not_a_list(page, prop, path, value)
    values = [*_row_values(page, entry, path, value), _BLANK]
    count = 0 if value is MISSING else len(value)
    first, end = part_sent(page.typed.get(name + PART, [""])[0], count) or page.part(path, min(count, _MOST))
    # Rows that were typed and not saved yet come after all others, and the empty one last.
    numbers = [*range(first, end), *range(count, min(len(values), _MOST))]
    rows = [
        (page.done.at(path, number, len(values) - 1) if page.done is not None else "")
        + _row(page, entry, path, number, values[number])
        for number in numbers
    ]
    assert isinstance(prop, List | Map)
    part = ""
    if end - first < count:
        part = f'<input type="hidden" name="{escape(name)}{PART}" value="{first}-{end}">'
    return (
        f'<fieldset class="field{state_class(page, path)}" id="{base}-field">'
        f'<legend class="field__legend"><span class="field__label" id="{base}" tabindex="-1">{escape(prop.title)}</span>'
        f"{wire_html(path)}</legend>"
        f"{help_html(path, prop)}{findings_html(page, path)}"
        f'<input type="hidden" name="rows" value="{escape(name)}">{part}<div class="rows">{"".join(rows)}</div>'
        f"{parts_html(path, first, end, count, prop.title)}"
        f'<p class="actions"><button class="btn btn-quiet btn--small" name="act" value="more:{escape(name)}">'
        '<svg class="icon" aria-hidden="true"><use href="#i-add"/></svg>'
        f"Add another {escape(prop.singular)}</button> {link(page, _kind(entry.node), path, several=True)}</p>{_paste(page, entry.node, path)}</fieldset>"
    )


_PASTE_HINTS: Final = {
    "pairs": "Lines such as name=value or name: value, a JSON object, two columns of a table, "
    "or what follows --tags on a command line. A name that is there already gets the new value.",
    "texts": "One on each line, or separated by commas, or a JSON array. What is there already stays once.",
}


def _paste(page: Page, node: Node, path: Path) -> str:
    prop, kind = node.property, pasted_as(node)
    if kind is None:
        return ""
    base, name = anchor(path), escape(paths.text(path))
    typed = page.typed.get(paths.text(path) + PASTE, [""])[0]
    return (
        f'<details class="rows__paste"{" open" if typed else ""}><summary>Paste several</summary>'
        f'<label class="field__label" for="{base}-paste">{escape(prop.title)} to add</label>'
        f'<p class="field__help" id="{base}-paste-help">{_PASTE_HINTS[kind]}</p>'
        f'<textarea class="textarea textarea--code" id="{base}-paste" name="{name}{PASTE}" rows="4" spellcheck="false"'
        f' aria-describedby="{base}-paste-help">\n{escape(typed)}</textarea>'
        f'<p class="actions"><button class="btn btn-secondary btn--small" name="act" value="paste:{name}">'
        f'Add these<span class="visually-hidden"> to {escape(prop.title)}</span></button></p></details>'
    )


_BLANK: Final[Any] = object()
"""The empty row that stands ready at the end of a list."""


def _row_values(page: Page, entry: Field, path: Path, value: Any) -> Iterable[Any]:
    is_map = isinstance(entry.node.property, Map)
    rows: list[Any] = [] if value is MISSING else list(value.items() if is_map else value)
    if page.typed:
        # A form that came back may hold rows that the document does not have yet.
        missing = max(row_numbers(page.typed, paths.text(path)), default=-1) + 1 - len(rows)
        rows += [("", MISSING) if is_map else MISSING] * max(missing, 0)
    return rows


def _row(page: Page, entry: Field, path: Path, number: int, cells: Any) -> str:
    """One row; cells is _BLANK for the one at the end."""
    prop = entry.node.property
    item = entry.node.item
    assert isinstance(prop, List | Map)
    assert item is not None
    place = (*path, number)
    written = []
    for title, name, own, shown, kind in _cells(page, entry, path, number, cells):
        label = f'<label class="field__label" for="{own}">{escape(title)}</label>'
        found = page.findings.get(kind.path) if kind.path else None
        said = kind.node is not None and kind_of(kind.node.property)
        ids = [f"{own}-findings"] * bool(found) + [f"{own}-reading"] * bool(said)
        wrong = any(entry.severity == "error" for entry in found or ())
        invalid = ' aria-invalid="true"' if wrong else ""
        if ids:
            invalid += f' aria-describedby="{" ".join(ids)}"'
        note = _cell_findings(own, found) if found else ""
        written.append(
            f'<div class="rows__cell">{label}{_cell_input(kind.node, own, name, shown, invalid + kind.suggesting)}{note}</div>'
        )
    title = f"{prop.singular} {number + 1}"
    remove = ""
    if cells is not _BLANK:
        remove = (
            f'<button class="btn btn-quiet btn--icon" name="act" value="drop:{escape(paths.text(place))}" '
            f'aria-label="Remove {escape(title)}"><svg class="icon" aria-hidden="true"><use href="#i-close"/></svg></button>'
        )
    odd = ""
    if (
        isinstance(prop, List)
        and not item.is_leaf
        and not (cells is _BLANK or cells is MISSING or isinstance(cells, dict))
    ):
        odd = (
            f'<p class="field__help">Here stands {escape(in_words(cells))} where settings of a '
            f"{escape(prop.singular)} belong. What you fill in takes its place.</p>"
        )
    return f'<div class="rows__row" role="group" aria-label="{escape(title)}">{"".join(written)}{remove}</div>{odd}'


@dataclass(frozen=True, slots=True)
class _Cell:
    node: Node | None
    path: Path | None
    suggesting: str = ""


def _cells(
    page: Page, entry: Field, path: Path, number: int, cells: Any
) -> Iterator[tuple[str, str, str, str, _Cell]]:
    """Title, input name, id, shown text and kind of each cell of a row."""
    prop, item = entry.node.property, entry.node.item
    assert item is not None
    name = paths.text((*path, number))
    own = anchor((*path, number))
    if isinstance(prop, Map):
        key, inner = cells if cells is not _BLANK else ("", MISSING)
        typed_key = page.typed.get(f"{name}.key", [lines(key)])[0]
        yield (
            prop.key_title,
            f"{name}.key",
            f"{own}-key",
            typed_key,
            _Cell(
                None, (*path, key) if cells is not _BLANK else None, suggesting(page, _kind(entry.node), path)
            ),
        )
        if item.is_leaf:
            shown = page.typed.get(f"{name}.value", [text_of(item.property, inner)])[0]
            yield item.property.title, f"{name}.value", f"{own}-value", shown, _Cell(item, None)
        # What stands behind a name is else an object of which nothing is filled in.
        return
    for below, node in row_fields(item):
        inner = MISSING if cells is _BLANK else paths.get(cells, below)
        place = (*path, number, *below)
        shown = page.typed.get(paths.text(place), [text_of(node.property, inner)])[0]
        title = node.property.title
        yield (
            title,
            paths.text(place),
            anchor(place),
            shown,
            _Cell(
                node,
                place if cells is not _BLANK else None,
                suggesting(page, node.property.kind, place) if isinstance(node.property, Text) else "",
            ),
        )


def _cell_findings(own: str, found: list[Finding]) -> str:
    return f'<div id="{own}-findings">{finding_lines(found)}</div>{fixes(own, found)}'


def _cell_input(node: Node | None, own: str, name: str, shown: str, invalid: str) -> str:
    prop = node.property if node is not None else None
    if isinstance(prop, Choice | Boolean):
        assert node is not None
        wires = (
            [entry.wire for entry in prop.values_in(node.api_version)]
            if isinstance(prop, Choice)
            else ["true", "false"]
        )
        odd = shown if shown not in wires else ""
        options = "".join(
            f'<option value="{escape(wire)}"{" selected" if wire == shown else ""}>'
            f"{escape(not_on_offer(wire) if wire == odd else wire) or 'Choose'}</option>"
            for wire in ["", *wires, *([odd] if odd else [])]
        )
        return f'<select class="select" id="{own}" name="{escape(name)}"{invalid}>{options}</select>'
    below = reading(prop, own, shown) if prop is not None else ""
    if (isinstance(prop, Text) and prop.multiline) or "\n" in shown:
        return (
            f'<textarea class="textarea" id="{own}" name="{escape(name)}" rows="3" spellcheck="false"{invalid}>\n'
            f"{escape(shown)}</textarea>{below}"
        )
    return (
        f'<input class="input" id="{own}" name="{escape(name)}" value="{escape(shown)}" autocomplete="off" '
        f'spellcheck="false" autocapitalize="none"{invalid}>{below}'
    )
