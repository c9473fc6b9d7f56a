"""Fields of one value: an input, a text area, a select, radios, a secret."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any, Final

from vmssbuilder.drafts.checking import UNREADABLE
from vmssbuilder.drafts.content import TARGET
from vmssbuilder.drafts.steps import anchor
from vmssbuilder.pages.characters import showable, showable_json
from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.kept import Kept
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Json, Map, Node, Property, Text
from vmssbuilder.scaleset.rules.shapes import decoded

from .choosing import link, suggesting
from .clearing import clear_box
from .live import CHECKLISTS, checklist, kind_of, reading
from .page import Page, described_by, findings_html, help_html, null_html, state_class, wire_html, wrapped

RADIOS_UP_TO: Final = 4
"""A choice with more values than this is a select, which scripts make searchable."""

ENCODED: Final = ":encoded"
"""Follows the name of a text that is sent as base64 in the name of the box that says it is base64 already."""

_LEAVE: Final = "Leave to Azure"


_KEPT: Final[dict[tuple[object, ...], tuple[Node, str]]] = {}
_MOST_KEPT: Final = 10_000
"""Fields, of about 700 bytes each."""


def leaf(page: Page, node: Node, path: Path, value: Any) -> str:
    """A field of one value. One that says nothing but its value is drawn once: most fields of a page stay as they are."""
    if page.typed or path in page.findings or path in CHECKLISTS or isinstance(value, dict | list):
        return _leaf(page, node, path, value)
    if value is None or (node.property.secret and page.kept):
        return _leaf(page, node, path, value)
    # True and 1 are equal, but read differently.
    key = (path, page.step_url, value.__class__, value, id(node))
    kept = _KEPT.get(key)
    if kept is None or kept[0] is not node:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        kept = _KEPT[key] = (node, _leaf(page, node, path, value))
    return kept[1]


def _leaf(page: Page, node: Node, path: Path, value: Any) -> str:
    prop = node.property
    if prop.secret:
        return _secret(page, node, path, value)
    name = paths.text(path)
    shown = page.typed[name][0] if name in page.typed else text_of(prop, value)
    note = ""
    if value is None:
        way_back = f"choose “{_LEAVE}”" if isinstance(prop, Boolean | Choice) else "empty the field"
        note = null_html(page, way_back)
    if isinstance(prop, Boolean):
        options = [("true", "Yes", ""), ("false", "No", ""), ("", _LEAVE, "")]
        return _radios(page, prop, path, name, shown, options, inline=True, note=note)
    if isinstance(prop, Choice):
        options = [(entry.wire, entry.label, entry.help) for entry in prop.values_in(node.api_version)]
        if not prop.required:
            options.append(("", _LEAVE, ""))
        if len(options) <= RADIOS_UP_TO + 1:
            return _radios(page, prop, path, name, shown, options, inline=False, note=note)
        return wrapped(page, prop, path, note + _select(page, path, name, shown, options))
    control = text_input(page, prop, path, name, shown)
    if isinstance(prop, Text) and prop.base64:
        encoded = f"{name}{ENCODED}" in page.typed if name in page.typed else shown_encoded(prop, value)
        control += _encoded_box(path, name, checked=encoded)
    if value == "" and not shown and path[0] != TARGET:
        control += clear_box(path, "Leave it out: the text is empty, but it is there")
    return wrapped(page, prop, path, note + control)


def text_of(prop: Property, value: Any) -> str:
    """What the input of a property shows for a value, "" where there is none."""
    if value is MISSING:
        return ""
    if value == "" and isinstance(prop, Choice):
        # Not to be mistaken for the choice of leaving it out.
        return '""'
    plain = _decoded(value) if isinstance(prop, Text) and prop.base64 else None
    text = prop.to_text(value) if plain is None else plain
    if text.isprintable():
        return text
    return lines(showable_json(text) if isinstance(prop, Json) and text != value else text)


def lines(text: str) -> str:
    """The text with the line breaks that a browser makes of any others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shows(text: str, sent: str) -> bool:
    """Whether a form sent what its page showed for a text: pages have no room for some characters."""
    return sent == text or (not text.isprintable() and sent == showable(text))


def shown_encoded(prop: Property, value: Any) -> bool:
    """Whether a value that is sent as base64 is shown as it is, since it stands for no text that could be shown."""
    return isinstance(prop, Text) and prop.base64 and value is not MISSING and _decoded(value) is None


def encode(text: str) -> str:
    """The text as it is sent."""
    return b64encode(text.encode()).decode()


def _decoded(value: Any) -> str | None:
    """The text that a base64 value stands for; None when it is no base64 or no text, or would not come back the same."""
    found = decoded(value) if isinstance(value, str) else None
    if not found or b64encode(found).decode() != value:
        return None
    try:
        text = found.decode()
    except UnicodeDecodeError:
        return None
    plain = text.replace("\n", "").replace("\r", "").replace("\t", "")
    # Blank text, and what a text box would change, are shown as base64.
    return text if plain.isprintable() and plain.strip() and "\r" not in text.replace("\r\n", "\n") else None


def _encoded_box(path: Path, name: str, *, checked: bool = False) -> str:
    own = f"{anchor(path)}-encoded"
    return (
        f'<div class="choice"><input type="checkbox" id="{own}" name="{escape(name)}{ENCODED}" value="1"'
        f'{" checked" if checked else ""}><label for="{own}">It is base64 already</label></div>'
    )


def _described(page: Page, prop: Property, path: Path, checks: str = "") -> str:
    also = ("-reading " if kind_of(prop) else "") + ("-checks" if checks else "")
    return described_by(page, path, helped=bool(prop.help), also=also)


def text_input(page: Page, prop: Property, path: Path, name: str, shown: str) -> str:
    """The control of a text, and below it what it says in words and what Azure asks for."""
    checks = checklist(page, path)
    common = f'id="{anchor(path)}" name="{escape(name)}"{_described(page, prop, path, checks)}'
    below = reading(prop, anchor(path), shown) + checks
    return _text_control(page, prop, path, shown, common) + below


def _text_control(page: Page, prop: Property, path: Path, shown: str, common: str) -> str:
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
        f'autocapitalize="none"{suggesting(page, prop.kind, path)}>{listed}{link(page, prop.kind, path)}'
    )


def not_on_offer(shown: str) -> str:
    """The label of a value that stands there and is not among the choices; a text that means one stands in quotes."""
    if shown == "null":
        return shown
    return f"“{shown[1:-1][:80]}” as text" if shown[:1] == '"' else f"{shown[:80]} (not on offer)"


def _select(page: Page, path: Path, name: str, shown: str, options: list[tuple[str, str, str]]) -> str:
    if shown not in {value for value, _, _ in options}:
        options = [(shown, not_on_offer(shown), ""), *options]
    written = "".join(
        f'<option value="{escape(value)}"{" selected" if value == shown else ""}>{escape(label)}</option>'
        for value, label, _ in options
    )
    return (
        f'<select class="select" id="{anchor(path)}" name="{escape(name)}" data-search'
        f"{described_by(page, path, helped=True)}>{written}</select>"
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
    note: str,
) -> str:
    base = anchor(path)
    if shown not in {value for value, _, _ in options}:
        options = [*options, (shown, not_on_offer(shown), "")]
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
        f'<fieldset class="field{state_class(page, path)}" id="{base}-field"{described_by(page, path, helped=bool(prop.help))}>'
        f'<legend class="field__legend"><span class="field__label">{escape(prop.title)}</span>{wire_html(path)}</legend>'
        f"{help_html(path, prop)}{findings_html(page, path)}{note}"
        f'<div class="choices{" choices--inline" if inline else ""}">{"".join(rows)}</div></fieldset>'
    )


def _secret(page: Page, node: Node, path: Path, value: Any) -> str:
    """A secret is never shown: the box is empty, and what is set can be replaced or cleared.

    One that Azure keeps is neither set here nor known to be unset.
    """
    prop = node.property
    base, name = anchor(path), paths.text(path)
    is_set = value is not MISSING and value is not None and value != secrets.MASK
    checks = checklist(page, path)
    described = _described(page, prop, path, checks)
    below = reading(prop, base, "") + checks
    if isinstance(prop, Text) and not prop.multiline and not prop.base64:
        control = (
            f'<input class="input" type="password" id="{base}" name="{escape(name)}" autocomplete="new-password" '
            f"data-secret{described}>{below}"
        )
    else:
        control = (
            f'<textarea class="textarea textarea--code" id="{base}" name="{escape(name)}" rows="5" spellcheck="false" '
            f'autocomplete="off" data-secret{described}></textarea>{below}'
        )
        if isinstance(prop, Text) and prop.base64:
            control += _encoded_box(path, name)
    if is_set:
        lost = any(each.rule == UNREADABLE for each in page.findings.get(path, ()))
        told = (
            "Set, but not readable any more. Enter it again."
            if lost
            else "Set, hidden. Type here to replace it."
        )
        control = (
            f'<p class="secret-set"><svg class="icon" aria-hidden="true"><use href="#i-{"warning" if lost else "lock"}"/></svg>'
            f"<span>{told}</span></p>"
            f'{control}<div class="choice"><input type="checkbox" id="{base}-clear" name="{escape(name)}:clear" value="1">'
            f'<label for="{base}-clear">Clear it</label></div>'
        )
    elif value is None:
        control = null_html(page, "clear it") + control + clear_box(path, "Clear it")
    elif (kept := page.kept_at(path)) is not None and not (kept.lost and path in page.findings):
        control = _kept(kept, path) + control
    return (
        f'<div class="field{state_class(page, path)}" id="{base}-field">'
        f'<label class="field__label" for="{base}">{escape(prop.title)}</label>{wire_html(path)}'
        f"{help_html(path, prop)}{findings_html(page, path)}{control}</div>"
    )


def _kept(kept: Kept, path: Path) -> str:
    """What becomes of a secret that Azure keeps. path: its own place, or that of a part of it."""
    part = path != kept.path
    if kept.lost:
        again = "Enter all protected settings again." if part else "Enter it again."
        words = f"and lost with this request, which sends the whole list that it is in. {again}"
    elif kept.fixed:
        words = "and never returned. It stays as it is: an update cannot replace it."
    elif part:
        words = (
            "and never returned. It stays as it is. What you enter takes the place of all protected settings."
        )
    else:
        words = "and never returned. It stays as it is unless you enter another."
    icon = "warning" if kept.lost else "lock"
    return (
        f'<p class="secret-set"><svg class="icon" aria-hidden="true"><use href="#i-{icon}"/></svg>'
        f"<span><strong>Kept by Azure</strong> if it was set, {words}</span></p>"
    )


AS_JSON: Final = Json("JSON", objects=False)


def not_a_list(page: Page, prop: Property, path: Path, value: Any) -> str:
    """What stands in the place of a list or map, as the JSON it is, so that it can be seen, kept or mended."""
    name = paths.text(path)
    shown = page.typed[name][0] if name in page.typed else text_of(AS_JSON, value)
    if value is None:
        note = null_html(page, "empty the field")
        return wrapped(page, prop, path, note + text_input(page, AS_JSON, path, name, shown))
    no = "These are no names with values" if isinstance(prop, Map) else "This is no list"
    said = (
        f'<p class="field__help">{no}, so what stands here is shown as JSON. Correct it, or empty the box and save to '
        "fill in fields.</p>"
    )
    return wrapped(page, prop, path, said + text_input(page, AS_JSON, path, name, shown))
