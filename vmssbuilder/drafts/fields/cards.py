"""Lists of objects: a card each, which leads to the page of the item."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any, Final

from vmssbuilder.drafts.steps import Field, anchor
from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import List, Node

from .inputs import not_a_list
from .page import Page, findings_html, help_html, parts_html, state_class, wire_html

COMPACT_FROM: Final = 9
"""A list of this many items is drawn tightly, with its length and a way past its buttons."""


def item_title(node: Node, value: Any, number: int) -> tuple[str, str]:
    """Title and summary of one item on its card, from the members its part names as its summary."""
    prop = node.property
    shown: list[str] = []
    for below, title in _summary(node.pattern, node.api_version):
        inner = paths.get(value, below)
        if inner is MISSING or secrets.is_reference(inner) or (isinstance(inner, str) and not inner.strip()):
            continue
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


@lru_cache(maxsize=2_000)
def _summary(pattern: str, api_version: str) -> tuple[tuple[Path, str], ...]:
    """Place and title of each member that describes an item of the list with that pattern."""
    node = next(node for node in tree(api_version).walk() if node.pattern == pattern)
    part = getattr(node.property, "part", None)
    members = [paths.parse(wire) for wire in (part.summary if part is not None else ())]
    return tuple(
        (below, member.property.title if (member := node.at(below)) is not None else paths.text(below))
        for below in members
    )


def draw_cards(page: Page, entry: Field, path: Path, value: Any) -> str:
    """The cards of a list as one field."""
    prop, item = entry.node.property, entry.node.item
    assert isinstance(prop, List)
    assert item is not None
    base = anchor(path)
    if value is not MISSING and not isinstance(value, list):
        return not_a_list(page, prop, path, value)
    items = [] if value is MISSING else value
    many = len(items) >= COMPACT_FROM
    first, end = page.part(path, len(items))
    cards = [
        _said(page, path, number, len(items)) + _card(page, item, (*path, number), inner, number, len(items))
        for number, inner in enumerate(items[first:end], first)
    ]
    if end == len(items):
        cards.append(_said(page, path, len(items), len(items)))
    none = "" if items else f'<p class="muted">No {escape(prop.singular)} yet.</p>'
    listed = (
        f'<ul class="cards{" cards--compact" if many else ""}">{"".join(cards)}</ul>' if any(cards) else ""
    )
    count = f' <span class="muted">{len(items)}</span>' if many else ""
    past = (
        f'<a class="visually-hidden-focusable" href="#{base}-add">Skip the {end - first} cards</a>'
        if many
        else ""
    )
    return (
        f'<section class="field{state_class(page, path)}" id="{base}-field" aria-labelledby="{base}">'
        f'<div class="field__legend"><h2 class="field__label" id="{base}" tabindex="-1">{escape(prop.title)}{count}</h2>'
        f"{wire_html(path)}</div>"
        f"{help_html(path, prop)}{findings_html(page, path)}{past}{listed}{none}"
        f"{parts_html(path, first, end, len(items), prop.title)}"
        f'<p class="actions"><button class="btn btn-secondary" id="{base}-add" name="act"'
        f' value="add:{escape(paths.text(path))}">'
        '<svg class="icon" aria-hidden="true"><use href="#i-add"/></svg>'
        f"Add {'another' if items else 'a' if prop.singular[:1] not in 'aeiouAEIO' else 'an'} {escape(prop.singular)}"
        "</button></p></section>"
    )


def _said(page: Page, path: Path, number: int, count: int) -> str:
    said = page.done.at(path, number, count) if page.done is not None else ""
    return f'<li class="card-item">{said}</li>' if said else ""


def _card(page: Page, node: Node, path: Path, value: Any, number: int, count: int) -> str:
    title, summary = item_title(node, value, number)
    written = escape(paths.text(path))
    named = escape(title)
    wrong = path in page.attention
    mark = (
        '<span class="status status--error"><svg class="icon" aria-hidden="true"><use href="#i-error"/></svg>'
        "Needs attention</span>"
        if wrong
        else ""
    )
    if isinstance(value, dict):
        href = f"{page.step_url}{paths.to_url(path)}/"
        change = "Change"
    else:
        # What is not an object has no page to be filled in on.
        href = f"{page.step_url.rsplit('/', 2)[0]}/json/#text"
        change, summary = "Edit as JSON", "Not an object, so it has no page of its own"
    moves = ""
    if number:
        moves += _act("up", written, "up", f"Move {named} up", "Alt+ArrowUp")
    if number + 1 < count:
        moves += _act("down", written, "down", f"Move {named} down", "Alt+ArrowDown")
    return (
        f'<li class="card-item{" card-item--error" if wrong else ""}" id="{anchor(path)}" tabindex="-1">'
        f'<h3 class="card-item__title"><a href="{escape(href)}">{named}</a> {mark}</h3>'
        f'<p class="card-item__summary">{escape(summary)}</p><div class="card-item__actions">'
        f'<a class="btn btn-quiet btn--small" href="{escape(href)}">{change}<span class="visually-hidden"> {named}</span></a>'
        f'<button class="btn btn-quiet btn--small" name="act" value="duplicate:{written}">Duplicate'
        f'<span class="visually-hidden"> {named}</span></button>'
        f"{moves}{_act('remove', written, 'trash', f'Remove {named}')}</div></li>"
    )


def _act(act: str, written: str, icon: str, label: str, keys: str = "") -> str:
    by_key = f' aria-keyshortcuts="{keys}"' if keys else ""
    return (
        f'<button class="btn btn-quiet btn--icon btn--small" name="act" value="{act}:{written}" aria-label="{label}"{by_key}>'
        f'<svg class="icon" aria-hidden="true"><use href="#i-{icon}"/></svg></button>'
    )
