"""HTML read by a narrower grammar than the standard's: what it takes, every browser understands in the same way.

The standard's own reader (html5lib) looks at each kind of page once, in `tests/architecture/test_routes.py`; it needs five times
as long, and tests look at thousands of pages. `test_strict.py` holds the two against each other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Final
from xml.etree.ElementTree import Element, SubElement

import html5lib

_NAME: Final = r"""[^\s"'<>/=]+"""
_VALUE: Final = r"""\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+)"""
_TOKEN: Final = re.compile(
    rf"(?P<text>[^<]++)|<(?P<end>/?)(?P<tag>[a-zA-Z][\w:-]*+)(?P<attributes>(?:\s++{_NAME}(?:{_VALUE})?+)*+)\s*+(?P<closed>/?)>"
    r"|<!--(?:(?!--).)*-->|(?P<wrong>.)",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(rf"""\s+({_NAME})(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
_DOCTYPE: Final = re.compile(r"\s*<!doctype html>", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_REFERENCE: Final = re.compile(r"&(?:#(\d+);|#[xX]([0-9a-fA-F]+);|([a-zA-Z][a-zA-Z0-9]*;))?")

_VOID: Final = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_RAW: Final = frozenset({"script", "style"})
"""What is inside is no HTML."""
_TEXTS: Final = frozenset({"textarea", "title"})
"""What is inside is text with references."""
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = _HEADINGS | frozenset(
    """address article aside blockquote details dialog div dl fieldset figcaption figure footer form header hgroup hr
    main menu nav ol p pre search section table ul""".split()
)
"""What ends a paragraph, so that none may be open."""
_NOT_IN_ITSELF: Final = frozenset({"a", "button", "form", "option", "select", "label"})
_PARENTS: Final[dict[str, frozenset[str]]] = {
    tag: frozenset(parents.split())
    for tags, parents in {
        "li": "ul ol menu",
        "dt dd": "dl div",
        "option": "select optgroup datalist",
        "optgroup": "select",
        "summary": "details",
        "legend": "fieldset",
        "caption colgroup thead tbody tfoot": "table",
        "col": "colgroup",
        "tr": "table thead tbody tfoot",
        "td th": "tr",
        "head body": "html",
    }.items()
    for tag in tags.split()
}
"""Where alone an element may stand."""
_CHILDREN: Final[dict[str, frozenset[str]]] = {
    tag: frozenset(children.split())
    for tags, children in {
        "html": "head body",
        "head": "base link meta noscript script style template title",
        "select": "option optgroup hr",
        "table": "caption colgroup thead tbody tfoot tr",
        "thead tbody tfoot": "tr",
        "tr": "td th",
        "colgroup": "col",
    }.items()
    for tag in tags.split()
}
"""What alone may stand in an element; no text may."""


def faults_by_the_standard(page: str) -> list[str]:
    """What HTML's own grammar says of a page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(page)
    return [f"invalid HTML at {place}: {code} {details}" for place, code, details in parser.errors]


def read(page: str) -> tuple[Element, list[str]]:
    """The tree of a page, and what is wrong with its HTML; after something wrong the tree is as good as it can be."""
    reader = _Reader(page)
    reader.read()
    return reader.root, reader.faults


class _Reader:
    def __init__(self, page: str) -> None:
        self.page = page.replace("\r\n", "\n").replace("\r", "\n")
        self.at = 0
        self.faults: list[str] = []
        self.root = Element("html")
        self.open: list[Element] = []
        self.names: list[str] = []
        self.last: Element | None = None
        """The child that ended before this place, whose tail the next text is."""

    def read(self) -> None:
        for found in (*_CONTROL.finditer(self.page), *_wrong_references(self.page)):
            self._wrong(f"{found[0]!r}", found.start())
        begun = _DOCTYPE.match(self.page)
        if begun is None:
            # A part of a page, as a browser takes it.
            self._wrong("no doctype")
            self.open = [self.root, SubElement(self.root, "body")]
            self.names = ["html", "body"]
        self.at = begun.end() if begun else 0
        while self.at < len(self.page):
            token = _TOKEN.match(self.page, self.at)
            assert token is not None, "whatever stands there is at least wrong"
            after = token.end()
            if (text := token["text"]) is not None:
                self._text(text)
            elif token["wrong"] is not None:
                self._wrong("what is no tag")
            elif token["tag"] is None:
                pass
            elif token["end"]:
                self._end(token["tag"].lower())
            else:
                after = self._start(
                    token["tag"].lower(), token["attributes"], after, closed=bool(token["closed"])
                )
            self.at = after
        if self.names and begun:
            self._wrong(f"not closed: {self.names}")

    def _wrong(self, what: str, at: int | None = None) -> None:
        at = self.at if at is None else at
        line = self.page.count("\n", 0, at) + 1
        self.faults.append(f"invalid HTML in line {line}: {what} near {self.page[at : at + 80]!r}")

    def _text(self, text: str) -> None:
        if text.strip() and (not self.open or self.names[-1] in _CHILDREN):
            self._wrong("text where none may be")
        if not self.open:
            return
        text = html.unescape(text)
        if self.last is not None:
            self.last.tail = (self.last.tail or "") + text
            return
        if self.names[-1] == "pre" and not self.open[-1].text:
            text = text.removeprefix("\n")
        self.open[-1].text = (self.open[-1].text or "") + text

    def _start(self, tag: str, attributes: str, after: int, *, closed: bool) -> int:
        """Notes an element that begins; answers where to read on."""
        element = Element(tag)
        for name, *values in _ATTRIBUTE.findall(attributes):
            if name in element.attrib:
                self._wrong(f"{name} is given twice")
            element.set(name, html.unescape("".join(values)))
        self._place(tag)
        drawing = "svg" in self.names or tag == "svg"
        if closed and not drawing and tag not in _VOID:
            self._wrong(f"{tag} is not closed by a stroke")
        if self.open:
            self.open[-1].append(element)
        elif tag == "html":
            self.root = element
        self.last = element
        if tag in _VOID or (closed and drawing):
            return after
        if not drawing and (tag in _RAW or tag in _TEXTS):
            return self._inside(element, after)
        self.open.append(element)
        self.names.append(tag)
        self.last = None
        return after

    def _place(self, tag: str) -> None:
        """Whether the element may stand here."""
        if not self.open:
            if tag != "html" or len(self.root):
                self._wrong(f"{tag} outside of the page")
            return
        parent = self.names[-1]
        if parent in _CHILDREN and tag not in _CHILDREN[parent]:
            self._wrong(f"{tag} in {parent}")
        if tag in _PARENTS and parent not in _PARENTS[tag]:
            self._wrong(f"{tag} in {parent}")
        if tag in _BLOCKS and "p" in self.names:
            self._wrong(f"{tag} in a paragraph")
        if tag in _NOT_IN_ITSELF and tag in self.names:
            self._wrong(f"{tag} in {tag}")
        if tag in _HEADINGS and not _HEADINGS.isdisjoint(self.names):
            self._wrong(f"{tag} in a heading")

    def _inside(self, element: Element, after: int) -> int:
        """The text of an element that holds nothing else; answers where to read on."""
        ending = re.compile(rf"</{element.tag}\s*>", re.IGNORECASE).search(self.page, after)
        if ending is None:
            self._wrong(f"{element.tag} is not closed")
            return len(self.page)
        text = self.page[after : ending.start()]
        element.text = text if element.tag in _RAW else html.unescape(text)
        if element.tag == "textarea":
            element.text = element.text.removeprefix("\n")
        element.text = element.text or None
        return ending.end()

    def _end(self, tag: str) -> None:
        if tag not in self.names:
            self._wrong(f"the end of {tag}, which is not open")
            return
        if self.names[-1] != tag:
            self._wrong(f"the end of {tag} inside {self.names[-1]}")
        while self.names.pop() != tag:
            self.open.pop()
        self.last = self.open.pop()


def _wrong_references(page: str) -> Iterator[re.Match[str]]:
    """Ampersands that begin no reference, and references to nothing."""
    for found in _REFERENCE.finditer(page):
        decimal, hexadecimal, name = found.groups()
        number = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else None
        known = name in html5 if name else number is not None and _is_character(number)
        if not known:
            yield found


def _is_character(number: int) -> bool:
    return number < 0x110000 and not 0xD800 <= number < 0xE000 and not _CONTROL.match(chr(number))
