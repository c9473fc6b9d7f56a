"""What a browser without JavaScript would send for the forms of a page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.http import QueryDict

from vmssbuilder.drafts import steps
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.scaleset.paths import Path


class _Inputs(HTMLParser):
    """Collects names and values. The pages' HTML is proved valid elsewhere, so a simple reader serves."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self.controls: list[str] = []
        self.groups: set[str] = set()
        self.textarea: str | None = None
        self.text = ""
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "option" and self.select is not None:
            self.options.append((given.get("value", ""), "selected" in given))
            return
        if not name or "disabled" in given:
            return
        self._control(tag, name, given)
        if tag == "textarea":
            self.textarea, self.text = name, ""
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "input":
            self._input(name, given)

    def _control(self, tag: str, name: str, given: dict[str, str]) -> None:
        """Radios of one group are one control."""
        kind = given.get("type", "")
        if tag not in ("input", "textarea", "select") or kind in ("hidden", "submit") or name in self.groups:
            return
        self.controls.append(name)
        if kind == "radio":
            self.groups.add(name)

    def _input(self, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("radio", "checkbox"):
            if "checked" in given:
                self.found.append((name, given.get("value", "on")))
        elif kind not in ("submit", "button", "file"):
            self.found.append((name, given.get("value", "").replace("\n", "")))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea is not None:
            # The parser of a browser drops one line break after the tag, and sends line breaks as CR LF.
            text = self.text.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self.found.append((self.textarea, text))
            self.textarea = None
        elif tag == "select" and self.select is not None:
            chosen = [value for value, selected in self.options if selected] or [self.options[0][0]]
            self.found.append((self.select, chosen[0]))
            self.select = None


def entries(html: str) -> list[tuple[str, str]]:
    """Name and value of each input that a browser submits, buttons left out, in document order."""
    reader = _Inputs()
    reader.feed(html)
    return reader.found


def controls(html: str) -> list[str]:
    """The name of each control of the page's form that a person fills in, as often as it stands there."""
    reader = _Inputs()
    reader.feed(form_of(html))
    return reader.controls


def form_of(html: str) -> str:
    """The form of a page of fields."""
    start = html.index('id="step-form"')
    return html[html.rindex("<form", 0, start) : html.index("</form>", start)]


def sent(html: str) -> dict[str, list[str]]:
    """What the form of a page of fields sends, as Django's test client takes it."""
    data: dict[str, list[str]] = {}
    for name, value in entries(form_of(html)):
        data.setdefault(name, []).append(value)
    return data


def came_back(content: dict[str, Any], layout: steps.Layout, place: Path, data: QueryDict) -> list[Changed]:
    """The changes that a page of fields made of a content asks for, when it sends the data. None of it is refused."""
    page = page_form(layout)(content, place, data=data)
    page.full_clean()
    assert not page.refusals()
    return page.changes


def post(pairs: list[tuple[str, str]]) -> QueryDict:
    """The pairs as Django would receive them."""
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data
