"""Lists of small items, edited in place: a row each, an empty one at the end, and a box to paste many at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any, Final

from django.forms import ValidationError

from vmssbuilder.drafts import steps
from vmssbuilder.drafts.steps import anchor
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import in_words
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Boolean, Choice, List, Map, Node, Text, with_article

from . import picking, rows
from .bound import said
from .fields import ListField, PropertyField, lines, refuse_private_keys, text_of, value_field
from .lists import ListControl, parts
from .readings import reading
from .rows import PART, PASTE, part_sent, pasted_as, row_fields, row_numbers
from .widgets import AS_JSON, Option, not_on_offer

if TYPE_CHECKING:
    from .bound import BoundProperty

_MOST: Final = 9_999
"""Rows have no larger numbers, so that nobody can send a few bytes and have a page of a million rows drawn."""


_PASTE_HINTS: Final = {
    "pairs": "Lines such as name=value or name: value, a JSON object, two columns of a table, "
    "or what follows --tags on a command line. A name that is there already gets the new value.",
    "texts": "One on each line, or separated by commas, or a JSON array. What is there already stays once.",
}


class RowsField(ListField):
    """A list of plain values or small objects, or names with values. cells: the fields of one row, by their place in it."""

    def __init__(self, entry: steps.Field) -> None:
        super().__init__(entry)
        assert entry.node.item is not None
        self.cells: list[tuple[Path, PropertyField]] = [
            (below, value_field(steps.Field(node, below))) for below, node in row_fields(entry.node.item)
        ]

    def made_control(self) -> RowsControl:
        return RowsControl()

    def has_changed(self, initial: Any, data: Any) -> bool:
        if not isinstance(data, rows.RowsSent):
            return super().has_changed(initial, data)
        refused: list[ValidationError] = []
        wanted = rows.read(data, self, initial, refused)
        nothing = wanted in ([], {}) and initial is MISSING
        return bool(refused) or (wanted != initial and not nothing)

    def clean(self, data: Any, initial: Any = MISSING, path: Path = ()) -> Any:
        if not isinstance(data, rows.RowsSent):
            return super().clean(data, initial, path)
        refused: list[ValidationError] = []
        wanted = rows.read(data, self, initial, refused)
        if refused:
            raise ValidationError(refused)
        refuse_private_keys(path, wanted, initial)
        return MISSING if wanted in ([], {}) else wanted


class RowsControl(ListControl):
    """The rows of a list, each with a box for each of its values."""

    template = "forms/rows.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The rows that came back, or the JSON of what stands in their place."""
        if name in data.getlist("rows"):
            return rows.RowsSent(data, name)
        return super().value_from_datadict(data, files, name)

    def shows_only(self, bound: BoundProperty) -> Hashable | None:
        # What the region has is known to one person, and changes.
        zoned = bound.form.zones and kind_of_rows(bound.field.entry.node) == "zone"
        return None if zoned else super().shows_only(bound)

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        if bound.is_odd:
            return self.as_json(bound)
        form, node, path, name = bound.form, bound.field.entry.node, bound.path, bound.html_name
        if form.zones and kind_of_rows(node) == "zone":
            return {
                "ticks": list(_ticks(bound)),
                "choose": picking.link(form.step_url, "zone", path, several=True),
            }
        values = [*_values(bound), _BLANK]
        count = 0 if bound.held is MISSING else len(bound.held)
        first, end = part_sent(form.typed.get(name + PART, [""])[0], count) or form.part(
            path, min(count, _MOST)
        )
        # Rows that were typed and not saved yet come after all others, and the empty one last.
        numbers = [*range(first, end), *range(count, min(len(values), _MOST))]
        last = len(values) - 1
        kind = pasted_as(node)
        return {
            "columns": _columns(bound),
            "rows": [_row(bound, number, values[number], last) for number in numbers],
            "part": f"{first}-{end}" if end - first < count else "",
            "singular": bound.field.property.singular,
            "choose": picking.link(form.step_url, kind_of_rows(node), path, several=True),
            "paste": kind and {"hint": _PASTE_HINTS[kind], "text": form.typed.get(name + PASTE, [""])[0]},
            "parts": parts(path, first, end, count),
        }


def _ticks(bound: BoundProperty) -> Iterator[dict[str, Any]]:
    """A box for each zone of the region, and for what the list holds besides. Their names are those of its rows."""
    held = [] if bound.held is MISSING else bound.held
    texts = [each if isinstance(each, str) else text_of(AS_JSON, each) for each in held]
    notes = {each.zone: each.note for each in bound.form.zones}
    rest = [zone for zone in notes if zone not in texts]
    # In the order of the list where it has one of its own.
    listed = sorted({*texts, *rest}) if texts == sorted(set(texts)) else [*texts, *rest]
    name = bound.html_name
    if bound.form.typed:
        texts = [value[0] for sent, value in bound.form.typed.items() if sent.startswith(f"{name}[")]
    for number, text in enumerate(listed):
        place = (*bound.path, number)
        found = bound.form.findings.get(place, ())
        tick = {
            "anchor": anchor(place),
            "name": f"{name}[{number}]",
            "text": text,
            "ticked": text in texts,
            "note": notes.get(text, "The region has no such zone"),
        }
        yield tick | said(found) if found else tick


def _about(bound: BoundProperty, below: Path) -> str:
    """The id of what is said of a column of the rows."""
    return f"{bound.anchor}-about-{anchor(below)}" if below else f"{bound.anchor}-about"


def _columns(bound: BoundProperty) -> list[dict[str, str]]:
    """What each box of a row is for, said once above them."""
    item = bound.field.entry.node.item
    assert item is not None
    return [
        {"anchor": _about(bound, below), "label": node.property.title, "help": node.help}
        for below, node in row_fields(item)
        if node.help and node.help != bound.help_text
    ]


_BLANK: Final[Any] = object()
"""The empty row that stands ready at the end of a list."""


def _values(bound: BoundProperty) -> Iterator[Any]:
    """The rows as the list or map holds them, and those that a form sent and the document does not have yet."""
    is_map = isinstance(bound.field.property, Map)
    held = () if bound.held is MISSING else bound.held.items() if is_map else bound.held
    yield from held
    if bound.form.typed:
        missing = max(row_numbers(bound.form.typed, bound.html_name), default=-1) + 1 - len(held)
        for _ in range(missing):
            yield ("", MISSING) if is_map else MISSING


def kind_of_rows(node: Node) -> str:
    """What the rows refer to: resources that a list names, or that the names of a map are."""
    if isinstance(node.property, Map):
        return node.property.kind
    named = node.item
    if named is not None and not named.is_leaf:
        named = named.children.get("id")
    return named.property.kind if named is not None else ""


def _row(bound: BoundProperty, number: int, held: Any, last: int) -> dict[str, Any]:
    """One row; held is _BLANK for the one at the end."""
    prop, item = bound.field.property, bound.field.entry.node.item
    assert item is not None
    name = f"{bound.html_name}[{number}]"
    blank = held is _BLANK
    odd = ""
    if (
        isinstance(prop, List)
        and not item.is_leaf
        and not (blank or held is MISSING or isinstance(held, dict))
    ):
        odd = (
            f"Here stands {in_words(held)} where settings of {with_article(prop.singular)} belong. "
            "What you fill in takes its place."
        )
    cells = (
        _map_cells(bound, item, number, held) if isinstance(prop, Map) else _cells(bound, item, number, held)
    )
    return {
        "title": f"{prop.singular} {number + 1}",
        "name": name,
        "blank": blank,
        "cells": list(cells),
        "odd": odd,
        "done": bound.form.done_at(bound.path, number, last),
    }


def _map_cells(bound: BoundProperty, item: Node, number: int, held: Any) -> Iterator[dict[str, Any]]:
    key, inner = ("", MISSING) if held is _BLANK else held
    form, name = bound.form, f"{bound.html_name}[{number}]"
    own = anchor((*bound.path, number))
    typed = form.typed.get(f"{name}.key", [lines(key)])[0]
    suggest = picking.suggestions(form.step_url, kind_of_rows(bound.field.entry.node), bound.path)
    place = None if held is _BLANK else (*bound.path, key)
    yield _cell(
        bound, None, place, bound.field.property.key_title, f"{name}.key", f"{own}-key", typed, suggest
    )
    if item.is_leaf:
        shown = form.typed.get(f"{name}.value", [text_of(item.property, inner)])[0]
        yield _cell(bound, item, None, item.property.title, f"{name}.value", f"{own}-value", shown, about=())
    # What stands behind a name is else an object of which nothing is filled in.


def _cells(bound: BoundProperty, item: Node, number: int, held: Any) -> Iterator[dict[str, Any]]:
    for below, node in row_fields(item):
        inner = MISSING if held is _BLANK else paths.get(held, below)
        place = (*bound.path, number, *below)
        name, prop = paths.text(place), node.property
        shown = bound.form.typed.get(name, [text_of(prop, inner)])[0]
        suggest = picking.suggestions(bound.form.step_url, prop.kind, place) if isinstance(prop, Text) else ""
        yield _cell(
            bound,
            node,
            None if held is _BLANK else place,
            prop.title,
            name,
            anchor(place),
            shown,
            suggest,
            about=below,
        )


def _cell(
    bound: BoundProperty,
    node: Node | None,
    place: Path | None,
    label: str,
    name: str,
    own: str,
    shown: str,
    suggest: str = "",
    about: Path | None = None,
) -> dict[str, Any]:
    """One box of a row. place: where its findings are. about: the column that it is of, where that has a help."""
    prop = node.property if node is not None else None
    found = bound.form.findings.get(place, ()) if place else ()
    below = reading(prop, shown) if prop is not None else None
    described = [f"{own}-findings"] * bool(found) + [f"{own}-reading"] * (below is not None)
    if about is not None and node is not None and node.help and node.help != bound.help_text:
        described.append(_about(bound, about))
    cell: dict[str, Any] = {
        "label": label,
        "name": name,
        "anchor": own,
        "text": shown,
        "described": " ".join(described),
        "suggest": suggest,
        "reading": below,
    }
    if isinstance(prop, Choice | Boolean):
        assert node is not None
        wires = (
            [each.wire for each in prop.values_in(node.api_version)]
            if isinstance(prop, Choice)
            else ["true", "false"]
        )
        cell["options"] = [Option("", "Choose"), *(Option(wire, wire) for wire in wires)]
        if shown and shown not in wires:
            cell["options"].append(Option(shown, not_on_offer(shown)))
        cell["reading"] = None
    elif (isinstance(prop, Text) and prop.multiline) or "\n" in shown:
        cell["area"] = True
    return cell | said(found) if found else cell
