"""What the bench reads from a page: what it loads, and its form as a browser would send it."""

from __future__ import annotations

from html.parser import HTMLParser

from bench.client import Answer, Form

RESOURCES = {"script": "src", "img": "src", "link": "href"}
LINKS = ("stylesheet", "icon", "preload", "modulepreload")


class Page(HTMLParser):
    """A page taken apart. Fields count when they are in the form that carries the revision."""

    def __init__(self) -> None:
        super().__init__()
        self.resources: list[str] = []
        self.form: Form = []
        self.names: set[str] = set()
        self._open: Form | None = None
        self._names: set[str] = set()
        self._text: tuple[str, list[str]] | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None

    @classmethod
    def of(cls, answer: Answer) -> Page:
        """The page of an answer."""
        if answer.status != 200:
            raise SystemExit(f"A page answered {answer.status} instead of 200, so it cannot be measured.")
        page = cls()
        page.feed(answer.text)
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        held = {name: value or "" for name, value in attrs}
        if tag in RESOURCES and (tag != "link" or held.get("rel") in LINKS) and held.get(RESOURCES[tag]):
            self.resources.append(held[RESOURCES[tag]])
        if tag == "form":
            self._open, self._names = [], set()
        if self._open is None or "disabled" in held:
            return
        name, kind = held.get("name", ""), held.get("type", "text")
        if tag == "option" and self._select:
            self._select[1].append((held.get("value", ""), "selected" in held))
        if not name:
            return
        if held.get("type") != "hidden" and tag in ("input", "select", "textarea"):
            self._names.add(name)
        if tag == "input" and kind in ("radio", "checkbox"):
            if "checked" in held:
                self._open.append((name, held.get("value", "on")))
        elif tag == "input" and kind not in ("submit", "button", "image", "file", "reset"):
            self._open.append((name, held.get("value", "")))
        elif tag == "textarea":
            self._text = (name, [])
        elif tag == "select":
            self._select = (name, [])

    def handle_data(self, data: str) -> None:
        """Text between elements."""
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if self._open is None:
            return
        if tag == "textarea" and self._text:
            self._open.append((self._text[0], "".join(self._text[1]).removeprefix("\n")))
            self._text = None
        elif tag == "select" and self._select:
            options = self._select[1]
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            self._open += [(self._select[0], value) for value in chosen]
            self._select = None
        elif tag == "form":
            if any(name == "base" for name, _ in self._open):
                self.form, self.names = self._open, self._names
            self._open = None
