"""Lists of objects: a card each, which leads to the page of the item."""

from __future__ import annotations

from html import escape
from typing import Any

from vmssbuilder.drafts.steps import Field, anchor
from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import List, Node

from .inputs import AS_JSON, text_input, text_of
from .page import Page, findings_html, help_html, state_class, wire_html, wrapped


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


def draw_cards(page: Page, entry: Field, path: Path, value: Any) -> str:
    prop, item = entry.node.property, entry.node.item
    assert isinstance(prop, List)
    assert item is not None
    base = anchor(path)
    if value is not MISSING and not isinstance(value, list):
        return wrapped(
            page, prop, path, text_input(page, AS_JSON, path, paths.text(path), text_of(AS_JSON, value))
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
        f'<section class="field{state_class(page, path)}" id="{base}-field" aria-labelledby="{base}">'
        f'<div class="field__legend"><h2 class="field__label" id="{base}" tabindex="-1">{escape(prop.title)}</h2>{wire_html(path)}</div>'
        f"{help_html(path, prop)}{findings_html(page, path)}{listed}"
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
