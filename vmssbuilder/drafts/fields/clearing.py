"""What stands where fields cannot show it: a value in the place of an object, an empty text. It can be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape
from typing import Any, Final

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.steps import Field, Section, anchor
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import in_words
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.versions import LATEST

from .page import Page, described_by, findings_html, null_html, state_class, wire_html

CLEAR: Final = ":clear"
"""Follows the name of a place in the name of the box that leaves out what stands there."""


def clear_box(path: Path, label: str, described: str = "") -> str:
    """The box that leaves out what stands at the path. described: attributes that tie it to findings."""
    base = f"{anchor(path)}-clear"
    return (
        f'<div class="choice"><input type="checkbox" id="{base}" name="{escape(paths.text(path))}{CLEAR}" value="1"{described}>'
        f'<label for="{base}">{escape(label)}</label></div>'
    )


def odd_holders(content: Any, place: Path, fields: Collection[Field]) -> Iterator[Path]:
    """The places on the way to the fields of a page that hold something else than an object, each once."""
    last: Path | None = None
    for entry in fields:
        holder = entry.below[:-1]
        if holder == last or entry.within:
            continue
        last = holder
        here = paths.get(content, place)
        for depth, step in enumerate(holder):
            if not isinstance(here, dict) or step not in here:
                break
            here = here[step]
            if not isinstance(here, dict):
                yield place + holder[: depth + 1]


def in_the_way(page: Page, shown: Section) -> str:
    """What stands in the place of objects of a section, for the first section that meets it."""
    found = [
        path
        for path in dict.fromkeys(odd_holders(page.content, page.place, [*shown.essential, *shown.more]))
        if path not in page.told
    ]
    page.told.update(found)
    return "".join(_in_the_way(page, path, path == page.place + shown.below) for path in found)


def _in_the_way(page: Page, path: Path, of_section: bool) -> str:
    base, value = anchor(path), paths.get(page.content, path)
    title = contents.label(path, page.content.get(contents.TARGET, {}).get("apiVersion", LATEST))
    said = (
        null_html(page)
        if value is None and page.updating
        else f'<p class="field__help">Here stands {escape(in_words(value))} where settings belong.</p>'
    )
    leave = "Leave it as it is" if value is None and page.updating else "Leave it out"
    own = "" if of_section else f' id="{base}" tabindex="-1"'
    return (
        f'<div class="field{state_class(page, path)}" id="{base}-field">'
        f'<div class="field__legend"><span class="field__label"{own}>{escape(title)}</span>{wire_html(path)}</div>'
        f'{findings_html(page, path)}{said}<p class="field__help">What you fill in takes its place.</p>'
        f"{clear_box(path, leave, described_by(page, path, helped=False))}</div>"
    )
