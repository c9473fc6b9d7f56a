"""What a browser without JavaScript would send for the forms of a page."""

from __future__ import annotations

from html.parser import HTMLParser

from django.http import QueryDict


class _Inputs(HTMLParser):
    """Collects names and values. The pages' HTML is proved valid elsewhere, so a simple reader serves."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self.textarea: str | None = None
        self.text = ""
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "option" and self.select is not None:
            self.options.append((given.get("value", ""), "selected" in given))
        elif not name or "disabled" in given:
            return
        elif tag == "textarea":
            self.textarea, self.text = name, ""
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "input":
            self._input(name, given)

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


def post(pairs: list[tuple[str, str]]) -> QueryDict:
    """The pairs as Django would receive them."""
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data
