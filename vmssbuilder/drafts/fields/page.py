"""What a page of fields is drawn from, and what every field has: label, wire name, help, findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Any, Final
from urllib.parse import quote

from vmssbuilder.drafts.content import TARGET
from vmssbuilder.drafts.steps import anchor
from vmssbuilder.reference.index import by_place
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.kept import Kept
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Property

ITEMS_A_PAGE: Final = 200
"""How many items of a list a page draws."""


def parts_html(path: Path, first: int, end: int, count: int, title: str) -> str:
    """The way to the items of a long list before and after those that are drawn."""
    if end - first >= count:
        return ""

    def link(number: int, icon: str, words: str) -> str:
        place = escape(quote(paths.text((*path, number))))
        return (
            f'<a class="btn btn-secondary btn--small" href="?at={place}#{anchor(path)}-field">'
            f'<svg class="icon" aria-hidden="true"><use href="#i-{icon}"/></svg>{words}</a>'
        )

    before = link(first - ITEMS_A_PAGE, "left", "Previous") if first else ""
    after = link(end, "right", "Next") if end < count else ""
    return (
        f'<nav class="pagination" aria-label="Parts of {escape(title)}">{before}'
        f"<span>{first + 1:,} to {end:,} of {count:,}</span>{after}</nav>"
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What was just done with the list at `holder`, as HTML, and the item before which it is said."""

    holder: Path
    html: str
    position: int

    def at(self, path: Path, number: int, count: int) -> str:
        """The HTML, if it belongs before that item of the list; `number` equal to `count` means after the last."""
        return self.html if self.holder == path and min(self.position, count) == number else ""


@dataclass(slots=True)
class Page:
    """What a page of fields is drawn from.

    content: the values. place: the path of the page's item, () for a step's page. step_url: the address of the step,
    below which the pages of its items are. findings: those to show, by path. typed: texts to show instead of the
    values, by input name, when the form comes back. attention: list items that hold an error, at any depth.
    asides: HTML that follows the findings of a field, by path. done: what was just done with a list.
    system: the operating system that was chosen, "" when the content is to tell. told: places in the way of fields that
    were spoken of while it was drawn. kept: the secrets that Azure keeps.
    at: the item that a long list is shown around.
    """

    content: dict[str, Any]
    place: Path
    step_url: str
    findings: dict[Path, list[Finding]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    attention: frozenset[Path] = frozenset()
    asides: dict[Path, str] = field(default_factory=dict)
    done: Done | None = None
    system: str = ""
    told: set[Path] = field(default_factory=set)
    kept: tuple[Kept, ...] = ()
    at: Path = ()

    def part(self, path: Path, count: int) -> tuple[int, int]:
        """From where to where the items of a list are drawn: as many as a page shows, those at `at` among them."""
        position = 0
        if self.done is not None and self.done.holder == path:
            position = min(self.done.position, max(count - 1, 0))
        elif self.at[: len(path)] == path and len(self.at) > len(path):
            step = self.at[len(path)]
            position = step if isinstance(step, int) else 0
        first = min(position, max(count - 1, 0)) // ITEMS_A_PAGE * ITEMS_A_PAGE
        return first, min(first + ITEMS_A_PAGE, count)

    @property
    def updating(self) -> bool:
        """Whether the draft changes a scale set, so that null removes."""
        return bool(paths.get(self.content, (TARGET, "operation"), "") == "update")

    def kept_at(self, path: Path) -> Kept | None:
        """The secret that Azure keeps at the place, or that the place is a part of."""
        return next((each for each in self.kept if paths.starts_with(path, each.path)), None)


def described_by(page: Page, path: Path, *, helped: bool, also: str = "") -> str:
    """The attributes that tie a control to its findings, its help, and what `also` names by the end of its id."""
    base = anchor(path)
    ids = [f"{base}-help"] if helped else []
    ids += [f"{base}{end}" for end in also.split()]
    attributes = ""
    if path in page.findings:
        ids.insert(0, f"{base}-findings")
        if any(found.severity == "error" for found in page.findings[path]):
            attributes = ' aria-invalid="true"'
    return (f' aria-describedby="{" ".join(ids)}"' if ids else "") + attributes


def findings_html(page: Page, path: Path) -> str:
    found = page.findings.get(path)
    if not found:
        return ""
    return (
        f'<div id="{anchor(path)}-findings">{finding_lines(found)}</div>{fixes(anchor(path), found)}'
        f"{page.asides.get(path, '')}"
    )


def finding_lines(found: list[Finding]) -> str:
    """The findings of one input, a line each."""
    return "".join(
        f'<p class="field__{entry.severity}"><svg class="icon" aria-hidden="true"><use href="#i-{entry.severity}"/></svg>'
        f'<span><span class="visually-hidden">{entry.severity.capitalize()}: </span>{escape(entry.message)}</span></p>'
        for entry in found
    )


def fixes(own: str, found: list[Finding]) -> str:
    """A button for each cure, own: the id of the input. It saves the form, mends the value and comes back."""
    buttons = "".join(
        f'<button class="btn btn-secondary btn--small" name="act" value="fix:{escape(entry.rule)}:{escape(entry.where)}" '
        f'aria-describedby="{own}-findings">{escape(entry.fix.title)}</button>'
        for entry in found
        if entry.fix is not None
    )
    return f'<p class="field__fixes">{buttons}</p>' if buttons else ""


def state_class(page: Page, path: Path) -> str:
    severities = {entry.severity for entry in page.findings.get(path, ())}
    return " field--error" if "error" in severities else " field--warning" if severities else ""


def help_html(path: Path, prop: Property) -> str:
    return f'<p class="field__help" id="{anchor(path)}-help">{escape(prop.help)}</p>' if prop.help else ""


@lru_cache(maxsize=2_000)
def wire_html(path: Path) -> str:
    """The name in the JSON, which leads to the reference. No stop of the Tab key: they would be as many as fields."""
    wire = escape(next((step for step in reversed(path) if isinstance(step, str)), ""))
    place = ".".join(step for step in path if isinstance(step, str))
    if place not in by_place():
        return f'<code class="field__wire">{wire}</code>'
    return f'<a class="field__wire" tabindex="-1" href="/reference/{place}/"><code>{wire}</code></a>'


def null_html(page: Page, way_back: str = "") -> str:
    """What null means where it stands. way_back: what to do to have it no more."""
    words = (
        "Removed: the update takes this away (null)."
        if page.updating
        else "null stands here, which is the same as leaving it out."
    )
    if page.updating and way_back:
        words += f" To leave it as it is, {way_back}."
    return f'<p class="field__help">{words}</p>'


def wrapped(page: Page, prop: Property, path: Path, control: str) -> str:
    base = anchor(path)
    return (
        f'<div class="field{state_class(page, path)}" id="{base}-field">'
        f'<label class="field__label" for="{base}">{escape(prop.title)}</label>{wire_html(path)}'
        f"{help_html(path, prop)}{findings_html(page, path)}{control}</div>"
    )
