"""Lists of objects: a card each, which leads to the page of the item."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from vmssbuilder.drafts.steps import anchor
from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import List, Node, with_article
from vmssbuilder.scaleset.resource_ids import resource_name

from . import picking
from .fields import ListField
from .formsets import kind_of_rows
from .lists import ListControl, parts

if TYPE_CHECKING:
    from .bound import BoundProperty

COMPACT_FROM: Final = 9
"""A list of this many items is drawn tightly, with its length and a way past its buttons."""


class CardsField(ListField):
    """A list whose items have pages of their own."""

    def made_control(self) -> CardsControl:
        return CardsControl()


class CardsControl(ListControl):
    """A card for each item, with what tells it from the others and the buttons that move it."""

    template = "forms/cards.html"

    def shown(self, bound: BoundProperty) -> dict[str, Any]:
        if bound.is_odd:
            return self.as_json(bound)
        form, path = bound.form, bound.path
        items = [] if bound.held is MISSING else bound.held
        count = len(items)
        first, end = form.part(path, count)
        singular = bound.field.property.singular
        cards = [_card(bound, number, items[number], count) for number in range(first, end)]
        after = form.done_at(path, count, count) if end == count else None
        return {
            "cards": cards,
            "after": after,
            "many": count >= COMPACT_FROM,
            "drawn": end - first,
            "length": count,
            "singular": singular,
            "another": f"another {singular}" if items else with_article(singular),
            "parts": parts(path, first, end, count),
        }


def _card(bound: BoundProperty, number: int, held: Any, count: int) -> dict[str, Any]:
    item, path = bound.field.entry.node.item, (*bound.path, number)
    assert item is not None
    title, summary = item_title(item, held, number)
    step_url = bound.form.step_url
    is_object = isinstance(held, dict)
    return {
        "anchor": anchor(path),
        "title": title,
        # What is not an object has no page to be filled in on.
        "summary": summary if is_object else "Not an object, so it has no page of its own",
        "facts": list(_facts(bound, path, item, held)) if is_object else [],
        "url": f"{step_url}{paths.to_url(path)}/"
        if is_object
        else f"{step_url.rsplit('/', 2)[0]}/json/#text",
        "change": "Change" if is_object else "Edit as JSON",
        "name": paths.text(path),
        "wrong": bound.form.attention.get(path, False),
        "lacks": path in bound.form.attention,
        "first": not number,
        "last": number + 1 == count,
        "done": bound.form.done_at(bound.path, number, count),
    }


def _facts(bound: BoundProperty, path: Path, item: Node, held: Any) -> Iterator[dict[str, Any]]:
    """What the card shows of places further down, with the way to choose it."""
    part = getattr(item.property, "part", None)
    for written in part.in_sight if part is not None else ():
        below = paths.parse(written)
        node = item.at(below)
        if node is None:
            continue
        several = isinstance(node.property, List)
        value = paths.get(held, below)
        ids = [paths.get(each, ("id",)) for each in value] if isinstance(value, list) else [value]
        kind = kind_of_rows(node) if several else node.property.kind
        yield {
            "label": node.property.title,
            "words": ", ".join(resource_name(each) for each in ids if isinstance(each, str) and each),
            "choose": picking.link(bound.form.step_url, kind, (*path, *below), several=several),
        }


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
