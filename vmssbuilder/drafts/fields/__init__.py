"""Fields as HTML: one small function per kind, strings joined in Python.

A step page has forty fields and is the hottest page there is; a template per field costs ten times as much as this.
Every value goes through `escape`.
"""

from __future__ import annotations

from html import escape

from vmssbuilder.drafts.steps import Field, Section, anchor
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path

from .cards import draw_cards, item_title
from .clearing import CLEAR, in_the_way, odd_holders
from .inputs import ENCODED, encode, leaf, lines, shown_encoded, shows, text_of
from .live import scripts
from .page import ITEMS_A_PAGE, Done, Page
from .rows import PART, PASTE, cell_at, draw_rows, part_sent, pasted_as, row_anchor, row_fields, row_numbers


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
    essential = in_the_way(page, shown) + essential
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
        return draw_cards(page, entry, path, value)
    if entry.is_rows:
        return draw_rows(page, entry, path, value)
    return leaf(page, entry.node, path, value)


def _below(page: Page, path: Path) -> bool:
    return any(paths.starts_with(found, path) for found in page.findings)


__all__ = [
    "CLEAR",
    "ENCODED",
    "ITEMS_A_PAGE",
    "PART",
    "PASTE",
    "Done",
    "Page",
    "cell_at",
    "encode",
    "item_title",
    "leaf",
    "lines",
    "odd_holders",
    "one",
    "part_sent",
    "pasted_as",
    "row_anchor",
    "row_fields",
    "row_numbers",
    "scripts",
    "section",
    "shown_encoded",
    "shows",
    "text_of",
]
