"""What every page must keep to, whatever it shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from django.urls import Resolver404, resolve

from tests.web.markup import read

ALLOWED_HOSTS = frozenset({"", "testserver", "127.0.0.1", "localhost"})

_LABELLED = frozenset({"input", "select", "textarea"})
_UNLABELLED_TYPES = frozenset({"hidden", "submit", "button", "image", "reset"})
_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "hx-get", "hx-post", "hx-put", "hx-delete", "poster"}
)
_REFERENCES = frozenset(
    {"aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "aria-details", "headers"}
)


# A page is looked at strictly, then asked about.
_read = lru_cache(maxsize=4)(read)


class Page:
    """A page as a tree, with the questions that tests ask."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.html: str = response.content.decode()

    @property
    def root(self) -> Element:
        return _read(self.html)[0]

    @property
    def faults(self) -> list[str]:
        """What is wrong with the HTML."""
        return _read(self.html)[1]

    @property
    def title(self) -> str:
        return text_of(self.root.find(".//title"))

    @property
    def heading(self) -> str:
        """The h1 without its caption."""
        return text_of(self.root.find(".//h1"), without="caption")

    @property
    def text(self) -> str:
        """What a person reads in the main part of the page."""
        return text_of(self.root.find(".//main"))

    def links(self) -> dict[str, str]:
        """Words to address of every link."""
        return {text_of(link): link.get("href", "") for link in self.root.iter("a")}

    def addresses(self) -> list[str]:
        """Where the links lead."""
        return [link.get("href", "") for link in self.root.iter("a")]

    def all(self, tag: str, **wanted: str) -> list[Element]:
        """The elements of a tag with these attributes; class_ holds one of its classes."""
        return [element for element in self.root.iter(tag) if _matches(element, wanted)]


def text_of(element: Element | None, without: str = "") -> str:
    """The text in an element, white space as a browser shows it."""
    if element is None:
        return ""
    if not without:
        return " ".join("".join(element.itertext()).split())
    return " ".join("".join(_texts(element, without)).split())


def _texts(element: Element, without: str) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if without not in child.get("class", "").split():
            yield from _texts(child, without)
        yield child.tail or ""


def _matches(element: Element, wanted: dict[str, str]) -> bool:
    classes = element.get("class", "").split()
    return all(
        value in classes if name == "class_" else element.get(name) == value for name, value in wanted.items()
    )


def problems_of(response: Any) -> list[str]:
    """Everything that is wrong with a page, as one line each."""
    page = Page(response)
    return [
        *_headers(response),
        *page.faults,
        *_outline(page),
        *_ids(page.root),
        *_controls(page.root),
        *_inline(page.root),
        *_addresses(page.root),
    ]


def _headers(response: Any) -> Iterator[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        yield f"weak or missing Content-Security-Policy: {policy!r}"
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        yield f"not HTML but {response.headers.get('Content-Type')}"
    for name, value in {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}.items():
        if response.headers.get(name) != value:
            yield f"{name} is {response.headers.get(name)!r}, not {value!r}"


def _outline(page: Page) -> Iterator[str]:
    headings = list(page.root.iter("h1"))
    if len(headings) != 1:
        yield f"{len(headings)} h1 elements"
    title = page.title.removeprefix("Error: ")
    if not page.heading or not title.startswith(page.heading):
        yield f"the title {page.title!r} does not start with the heading {page.heading!r}"
    if len(page.all("main")) != 1:
        yield "not exactly one main element"
    if page.root.get("lang") != "en":
        yield "no language"
    level = 0
    for element in page.root.iter():
        if re.fullmatch(r"h[1-6]", element.tag):
            here = int(element.tag[1])
            # The error summary stands above the h1 on purpose.
            if here > level + 1 and level:
                yield f"heading level jumps from h{level} to {element.tag} “{text_of(element)}”"
            level = max(here, 1)


def _ids(root: Element) -> Iterator[str]:
    ids = Counter(element.get("id", "") for element in root.iter() if element.get("id") is not None)
    yield from (f"id {name!r} is used {times} times" for name, times in ids.items() if times > 1)
    yield from (
        f"id {name!r} is empty or has white space" for name in ids if not name or re.search(r"\s", name)
    )
    for element in root.iter():
        for name in _REFERENCES & element.attrib.keys():
            for target in element.get(name, "").split():
                if target not in ids:
                    yield f"{name} of {_named(element)} refers to {target!r}, which is not there"
        if element.tag == "label" and element.get("for") is not None and element.get("for") not in ids:
            yield f"a label is for {element.get('for')!r}, which is not there"
        href = element.get("href", "")
        if element.tag == "a" and href.startswith("#") and href[1:] not in ids:
            yield f"a link leads to {href}, which is not there"


def _controls(root: Element) -> Iterator[str]:
    parents = {child: parent for parent in root.iter() for child in parent}
    labels = {label.get("for"): text_of(label) for label in root.iter("label") if label.get("for")}
    for element in root.iter():
        if element.tag in _LABELLED and element.get("type", "text") not in _UNLABELLED_TYPES:
            inside = any(above.tag == "label" and text_of(above) for above in _above(element, parents))
            labelled = (
                labels.get(element.get("id")) or element.get("aria-label") or element.get("aria-labelledby")
            )
            if not (labelled or inside):
                yield f"{_named(element)} has no label"
            if not element.get("name"):
                # A control that sends nothing is there for scripts alone; the pages work without them.
                yield f"{_named(element)} has no name"
        elif element.tag in ("button", "a") and not (text_of(element) or element.get("aria-label")):
            yield f"{_named(element)} has no words"
        elif element.tag == "img" and element.get("alt") is None:
            yield f"{_named(element)} has no alt text"
        if element.tag == "form" and element.get("method", "get").lower() == "post":
            names = {field.get("name") for field in element.iter("input")}
            if "csrfmiddlewaretoken" not in names:
                yield f"the form to {element.get('action')!r} has no CSRF token"


def _above(element: Element, parents: dict[Element, Element]) -> Iterator[Element]:
    while (above := parents.get(element)) is not None:
        yield above
        element = above


def _inline(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.tag == "style" or element.get("style") is not None:
            yield f"inline style in {_named(element)}"
        if element.tag == "script" and not element.get("src") and element.get("type") != "application/json":
            yield "inline script"
        for name in element.attrib:
            if name.startswith(("on", "hx-on")):
                yield f"{name} attribute in {_named(element)}"
        if element.tag == "base":
            yield "a base element"


def _addresses(root: Element) -> Iterator[str]:
    for element in root.iter():
        for name in _ADDRESSES & element.attrib.keys():
            address = element.get(name, "")
            parts = urlsplit(address)
            if parts.scheme == "javascript":
                yield f"{name}={address!r}"
            elif parts.netloc and element.tag != "a" and parts.hostname not in ALLOWED_HOSTS:
                yield f"{_named(element)} loads from another host: {address}"
            elif parts.port is not None:
                # Another server on this machine, such as the sandbox: the product is asked without a port here.
                continue
            elif parts.scheme in ("", "http") and (parts.hostname or "") in ALLOWED_HOSTS and parts.path:
                if not parts.path.startswith("/"):
                    continue
                try:
                    if not parts.path.startswith("/static/"):
                        resolve(parts.path)
                except Resolver404:
                    yield f"{_named(element)} leads to {address}, which no route answers"


def _named(element: Element) -> str:
    name = element.get("id") or element.get("name") or element.get("href") or text_of(element)[:40]
    return f"<{element.tag} {name}>"
