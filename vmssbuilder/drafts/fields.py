"""Fields as HTML: one small function per kind, strings joined in Python.

A step page has forty fields and is the hottest page there is; a template per field costs ten times as much as this.
Every value goes through `escape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Json, List, Map, Node, Property, Text

from .steps import Field, Section, anchor

RADIOS_UP_TO: Final = 4
"""A choice with more values than this is a select."""

_LEAVE: Final = "Leave to Azure"


@dataclass(slots=True)
class Page:
    """What a page of fields is drawn from.

    content: the values. place: the path of the page's item, () for a step's page. step_url: the address of the step,
    below which the pages of its items are. findings: those to show, by path. typed: texts to show instead of the
    values, by input name, when the form comes back. attention: list items that hold an error, at any depth.
    """

    content: dict[str, Any]
    place: Path
    step_url: str
    findings: dict[Path, list[Finding]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    attention: frozenset[Path] = frozenset()


def section(page: Page, shown: Section) -> str:
    """A section: its legend, its essential fields, the rest under More settings."""
    essential = "".join(one(page, entry) for entry in shown.essential)
    more = ""
    if shown.more:
        opened = any(
            paths.get(page.content, page.place + entry.below) is not MISSING
            or _below(page, page.place + entry.below)
            for entry in shown.more
        )
        inner = "".join(one(page, entry) for entry in shown.more)
        label = (
            "More settings"
            if shown.essential
            else f"{(shown.title or 'More').removesuffix(' settings')} settings"
        )
        more = (
            f'<details class="more"{" open" if opened else ""}><summary>{escape(label)}'
            f' <span class="muted">{len(shown.more)}</span></summary>{inner}</details>'
        )
    # The id is where links from the JSON to an object lead; an item's own is on the page's heading.
    own = f' id="{anchor(page.place + shown.below)}"' if shown.below else ""
    if not shown.title:
        return f"<div{own}>{essential}{more}</div>"
    lead = f'<p class="fieldset__lead">{escape(shown.help)}</p>' if shown.help else ""
    return (
        f'<fieldset class="fieldset"{own}><legend class="fieldset__legend">{escape(shown.title)}</legend>'
        f"{lead}{essential}{more}</fieldset>"
    )


def one(page: Page, entry: Field) -> str:
    """One field, whatever its kind."""
    path = page.place + entry.below
    value = paths.get(page.content, path)
    if entry.is_cards:
        return _cards(page, entry, path, value)
    if entry.is_rows:
        return _rows(page, entry, path, value)
    return leaf(page, entry.node, path, value)


def leaf(page: Page, node: Node, path: Path, value: Any) -> str:
    """A field of one value."""
    prop = node.property
    if prop.secret:
        return _secret(page, node, path, value)
    name = paths.text(path)
    shown = page.typed[name][0] if name in page.typed else text_of(prop, value)
    if isinstance(prop, Boolean):
        options = [("true", "Yes", ""), ("false", "No", ""), ("", _LEAVE, "")]
        return _radios(page, prop, path, name, shown, options, inline=True)
    if isinstance(prop, Choice):
        options = [(entry.wire, entry.label, entry.help) for entry in prop.values_in(node.api_version)]
        if not prop.required:
            options.append(("", _LEAVE, ""))
        if len(options) <= RADIOS_UP_TO + 1:
            return _radios(page, prop, path, name, shown, options, inline=False)
        return _wrapped(page, prop, path, _select(page, path, name, shown, options))
    return _wrapped(page, prop, path, _input(page, prop, path, name, shown))


def text_of(prop: Property, value: Any) -> str:
    """What the input of a property shows for a value, "" where there is none."""
    return "" if value is MISSING else prop.to_text(value).replace("\r\n", "\n")


def _below(page: Page, path: Path) -> bool:
    return any(paths.starts_with(found, path) for found in page.findings)


def _described(page: Page, path: Path, *, helped: bool) -> str:
    base = anchor(path)
    ids = [f"{base}-help"] if helped else []
    attributes = ""
    if path in page.findings:
        ids.insert(0, f"{base}-findings")
        if any(found.severity == "error" for found in page.findings[path]):
            attributes = ' aria-invalid="true"'
    return (f' aria-describedby="{" ".join(ids)}"' if ids else "") + attributes


def _findings(page: Page, path: Path) -> str:
    found = page.findings.get(path)
    if not found:
        return ""
    lines = "".join(
        f'<p class="field__{entry.severity}"><svg class="icon" aria-hidden="true"><use href="#i-{entry.severity}"/></svg>'
        f'<span><span class="visually-hidden">{entry.severity.capitalize()}: </span>{escape(entry.message)}</span></p>'
        for entry in found
    )
    return f'<div id="{anchor(path)}-findings">{lines}</div>'


def _state(page: Page, path: Path) -> str:
    severities = {entry.severity for entry in page.findings.get(path, ())}
    return " field--error" if "error" in severities else " field--warning" if severities else ""


def _help(path: Path, prop: Property) -> str:
    return f'<p class="field__help" id="{anchor(path)}-help">{escape(prop.help)}</p>' if prop.help else ""


def _wire(path: Path) -> str:
    return (
        f'<code class="field__wire">{escape(str(path[-1] if isinstance(path[-1], str) else path[-2]))}</code>'
    )


def _wrapped(page: Page, prop: Property, path: Path, control: str) -> str:
    base = anchor(path)
    return (
        f'<div class="field{_state(page, path)}" id="{base}-field">'
        f'<label class="field__label" for="{base}">{escape(prop.title)}</label>{_wire(path)}'
        f"{_help(path, prop)}{_findings(page, path)}{control}</div>"
    )


def _input(page: Page, prop: Property, path: Path, name: str, shown: str) -> str:
    common = f'id="{anchor(path)}" name="{escape(name)}"' + _described(page, path, helped=bool(prop.help))
    if isinstance(prop, Json) or (isinstance(prop, Text) and prop.multiline) or "\n" in shown:
        code = " textarea--code" if isinstance(prop, Json) else ""
        rows = min(max(shown.count("\n") + 2, 4), 16)
        return f'<textarea class="textarea{code}" {common} rows="{rows}" spellcheck="false">\n{escape(shown)}</textarea>'
    if isinstance(prop, Integer):
        unit = f' <span class="field__unit">{escape(prop.unit)}</span>' if prop.unit else ""
        return (
            f'<input class="input input--number" {common} value="{escape(shown)}" inputmode="numeric" '
            f'autocomplete="off">{unit}'
        )
    listed = ""
    if isinstance(prop, Text) and prop.suggestions:
        options = "".join(f'<option value="{escape(entry)}"></option>' for entry in prop.suggestions)
        listed = f'<datalist id="{anchor(path)}-list">{options}</datalist>'
        common += f' list="{anchor(path)}-list"'
    return (
        f'<input class="input" {common} value="{escape(shown)}" autocomplete="off" spellcheck="false" '
        f'autocapitalize="none">{listed}'
    )


def _select(page: Page, path: Path, name: str, shown: str, options: list[tuple[str, str, str]]) -> str:
    if shown not in {value for value, _, _ in options}:
        options = [(shown, f"{shown} (as typed)", ""), *options]
    written = "".join(
        f'<option value="{escape(value)}"{" selected" if value == shown else ""}>{escape(label)}</option>'
        for value, label, _ in options
    )
    return (
        f'<select class="select" id="{anchor(path)}" name="{escape(name)}"'
        f"{_described(page, path, helped=True)}>{written}</select>"
    )


def _radios(
    page: Page,
    prop: Property,
    path: Path,
    name: str,
    shown: str,
    options: list[tuple[str, str, str]],
    *,
    inline: bool,
) -> str:
    base = anchor(path)
    if shown not in {value for value, _, _ in options}:
        options = [*options, (shown, f"{shown[:80]} (as typed)", "")]
    rows = []
    for number, (value, label, hint) in enumerate(options):
        own = base if number == 0 else f"{base}-{number}"
        hinted = f'<p class="choice__hint" id="{own}-hint">{escape(hint)}</p>' if hint else ""
        described = f' aria-describedby="{own}-hint"' if hint else ""
        checked = " checked" if value == shown else ""
        rows.append(
            f'<div class="choice"><input type="radio" id="{own}" name="{escape(name)}" value="{escape(value)}"'
            f'{checked}{described}><label for="{own}">{escape(label)}</label>{hinted}</div>'
        )
    return (
        f'<fieldset class="field{_state(page, path)}" id="{base}-field"{_described(page, path, helped=bool(prop.help))}>'
        f'<legend class="field__legend"><span class="field__label">{escape(prop.title)}</span>{_wire(path)}</legend>'
        f"{_help(path, prop)}{_findings(page, path)}"
        f'<div class="choices{" choices--inline" if inline else ""}">{"".join(rows)}</div></fieldset>'
    )


def _secret(page: Page, node: Node, path: Path, value: Any) -> str:
    """A secret is never shown: the box is empty, and what is set can be replaced or cleared."""
    prop = node.property
    base, name = anchor(path), paths.text(path)
    is_set = value is not MISSING and value != secrets.MASK
    if isinstance(prop, Text) and not prop.multiline and not prop.base64:
        control = (
            f'<input class="input" type="password" id="{base}" name="{escape(name)}" autocomplete="new-password" '
            f"data-secret{_described(page, path, helped=bool(prop.help))}>"
        )
    else:
        control = (
            f'<textarea class="textarea textarea--code" id="{base}" name="{escape(name)}" rows="5" spellcheck="false" '
            f'autocomplete="off" data-secret{_described(page, path, helped=bool(prop.help))}></textarea>'
        )
        if isinstance(prop, Text) and prop.base64:
            control += (
                f'<div class="choice"><input type="checkbox" id="{base}-encoded" name="{escape(name)}:encoded" value="1">'
                f'<label for="{base}-encoded">It is base64 already</label></div>'
            )
    if is_set:
        control = (
            '<p class="secret-set"><svg class="icon" aria-hidden="true"><use href="#i-lock"/></svg>'
            "<span>Set, hidden. Type here to replace it.</span></p>"
            f'{control}<div class="choice"><input type="checkbox" id="{base}-clear" name="{escape(name)}:clear" value="1">'
            f'<label for="{base}-clear">Clear it</label></div>'
        )
    return (
        f'<div class="field{_state(page, path)}" id="{base}-field">'
        f'<label class="field__label" for="{base}">{escape(prop.title)}</label>{_wire(path)}'
        f"{_help(path, prop)}{_findings(page, path)}{control}</div>"
    )


# --- Lists ------------------------------------------------------------------------------------------------------------


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


def _rows(page: Page, entry: Field, path: Path, value: Any) -> str:
    prop = entry.node.property
    base, name = anchor(path), paths.text(path)
    odd = value is not MISSING and not isinstance(value, dict if isinstance(prop, Map) else list)
    if odd:
        # Not a list at all: shown as the text it is, so that it can be seen, kept or mended.
        return _wrapped(page, prop, path, _input(page, _AS_JSON, path, name, text_of(_AS_JSON, value)))
    rows = [
        _row(page, entry, path, number, cells)
        for number, cells in enumerate([*_row_values(page, entry, path, value), _BLANK])
    ]
    assert isinstance(prop, List | Map)
    return (
        f'<fieldset class="field{_state(page, path)}" id="{base}-field">'
        f'<legend class="field__legend"><span class="field__label" id="{base}" tabindex="-1">{escape(prop.title)}</span>'
        f"{_wire(path)}</legend>"
        f"{_help(path, prop)}{_findings(page, path)}"
        f'<input type="hidden" name="rows" value="{escape(name)}"><div class="rows">{"".join(rows)}</div>'
        f'<p class="actions"><button class="btn btn-quiet btn--small" name="act" value="more:{escape(name)}">'
        '<svg class="icon" aria-hidden="true"><use href="#i-add"/></svg>'
        f"Add another {escape(prop.singular)}</button></p></fieldset>"
    )


_BLANK: Final[Any] = object()
"""The empty row that stands ready at the end of a list."""

_AS_JSON: Final = Json("JSON", objects=False)


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
        invalid = f' aria-invalid="true" aria-describedby="{own}-findings"' if found else ""
        note = _cell_findings(own, found) if found else ""
        written.append(
            f'<div class="rows__cell">{label}{_cell_input(kind.node, own, name, shown, invalid)}{note}</div>'
        )
    title = f"{prop.singular} {number + 1}"
    remove = ""
    if cells is not _BLANK:
        remove = (
            f'<button class="btn btn-quiet btn--icon" name="act" value="drop:{escape(paths.text(place))}" '
            f'aria-label="Remove {escape(title)}"><svg class="icon" aria-hidden="true"><use href="#i-close"/></svg></button>'
        )
    return (
        f'<div class="rows__row" role="group" aria-label="{escape(title)}">{"".join(written)}{remove}</div>'
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    node: Node | None
    path: Path | None


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
        typed_key = page.typed.get(f"{name}.key", [key])[0]
        yield (
            prop.key_title,
            f"{name}.key",
            f"{own}-key",
            typed_key,
            _Cell(None, (*path, key) if cells else None),
        )
        shown = page.typed.get(f"{name}.value", [text_of(item.property, inner)])[0]
        yield item.property.title, f"{name}.value", f"{own}-value", shown, _Cell(item, None)
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
            _Cell(node, place if cells is not _BLANK else None),
        )


def _cell_findings(own: str, found: list[Finding]) -> str:
    lines = "".join(f'<p class="field__{entry.severity}">{escape(entry.message)}</p>' for entry in found)
    return f'<div id="{own}-findings">{lines}</div>'


def _cell_input(node: Node | None, own: str, name: str, shown: str, invalid: str) -> str:
    prop = node.property if node is not None else None
    if isinstance(prop, Choice | Boolean):
        assert node is not None
        wires = (
            [entry.wire for entry in prop.values_in(node.api_version)]
            if isinstance(prop, Choice)
            else ["true", "false"]
        )
        if shown and shown not in wires:
            wires.append(shown)
        options = "".join(
            f'<option value="{escape(wire)}"{" selected" if wire == shown else ""}>{escape(wire) or "Choose"}</option>'
            for wire in ["", *wires]
        )
        return f'<select class="select" id="{own}" name="{escape(name)}"{invalid}>{options}</select>'
    if (isinstance(prop, Text) and prop.multiline) or "\n" in shown:
        return (
            f'<textarea class="textarea" id="{own}" name="{escape(name)}" rows="3" spellcheck="false"{invalid}>\n'
            f"{escape(shown)}</textarea>"
        )
    return (
        f'<input class="input" id="{own}" name="{escape(name)}" value="{escape(shown)}" autocomplete="off" '
        f'spellcheck="false" autocapitalize="none"{invalid}>'
    )


def item_title(node: Node, value: Any, number: int) -> tuple[str, str]:
    """Title and summary of one item on its card, from the members its part names as its summary."""
    prop = node.property
    part = getattr(prop, "part", None)
    shown: list[str] = []
    for wire in part.summary if part is not None else ():
        inner = paths.get(value, paths.parse(wire))
        if inner is MISSING or secrets.is_reference(inner) or inner == "":
            continue
        leaf_node = node.at(paths.parse(wire))
        title = leaf_node.property.title if leaf_node is not None else wire
        if isinstance(inner, bool):
            if inner:
                shown.append(title)
        elif isinstance(inner, str) and inner.startswith("/"):
            shown.append(inner.rstrip("/").rsplit("/", 1)[-1])
        elif isinstance(inner, str):
            shown.append(inner)
        elif isinstance(inner, int | float):
            shown.append(f"{title} {inner}")
    title = shown[0] if shown else f"{prop.title} {number + 1}"
    return title, ", ".join(shown[1:]) or ("" if shown else "Not filled in yet")


def _cards(page: Page, entry: Field, path: Path, value: Any) -> str:
    prop, item = entry.node.property, entry.node.item
    assert isinstance(prop, List)
    assert item is not None
    base = anchor(path)
    if value is not MISSING and not isinstance(value, list):
        return _wrapped(
            page, prop, path, _input(page, _AS_JSON, path, paths.text(path), text_of(_AS_JSON, value))
        )
    items = [] if value is MISSING else value
    cards = "".join(
        _card(page, item, (*path, number), inner, number, len(items)) for number, inner in enumerate(items)
    )
    listed = (
        f'<ul class="cards">{cards}</ul>'
        if items
        else f'<p class="muted">No {escape(prop.singular)} yet.</p>'
    )
    return (
        f'<section class="field{_state(page, path)}" id="{base}-field" aria-labelledby="{base}">'
        f'<div class="field__legend"><h2 class="field__label" id="{base}" tabindex="-1">{escape(prop.title)}</h2>{_wire(path)}</div>'
        f"{_help(path, prop)}{_findings(page, path)}{listed}"
        f'<p class="actions"><button class="btn btn-secondary" name="act" value="add:{escape(paths.text(path))}">'
        '<svg class="icon" aria-hidden="true"><use href="#i-add"/></svg>'
        f"Add {'another' if items else 'a' if prop.singular[:1] not in 'aeiouAEIO' else 'an'} {escape(prop.singular)}"
        "</button></p></section>"
    )


def _card(page: Page, node: Node, path: Path, value: Any, number: int, count: int) -> str:
    title, summary = item_title(node, value, number)
    written = escape(paths.text(path))
    named = escape(title)
    href = f"{page.step_url}{paths.to_url(path)}/"
    mark = ""
    if path in page.attention:
        mark = (
            '<span class="status status--error"><svg class="icon" aria-hidden="true"><use href="#i-error"/></svg>'
            "Needs attention</span>"
        )
    moves = ""
    if number:
        moves += _act("up", written, "up", f"Move {named} up")
    if number + 1 < count:
        moves += _act("down", written, "down", f"Move {named} down")
    return (
        f'<li class="card-item{" card-item--error" if path in page.attention else ""}" id="{anchor(path)}">'
        f'<h3 class="card-item__title"><a href="{escape(href)}">{named}</a> {mark}</h3>'
        f'<p class="card-item__summary">{escape(summary)}</p><div class="card-item__actions">'
        f'<a class="btn btn-quiet btn--small" href="{escape(href)}">Change<span class="visually-hidden"> {named}</span></a>'
        f'<button class="btn btn-quiet btn--small" name="act" value="duplicate:{written}">Duplicate'
        f'<span class="visually-hidden"> {named}</span></button>'
        f"{moves}{_act('remove', written, 'trash', f'Remove {named}')}</div></li>"
    )


def _act(act: str, written: str, icon: str, label: str) -> str:
    return (
        f'<button class="btn btn-quiet btn--icon btn--small" name="act" value="{act}:{written}" aria-label="{label}">'
        f'<svg class="icon" aria-hidden="true"><use href="#i-{icon}"/></svg></button>'
    )
