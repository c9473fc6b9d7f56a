"""Characters that a page does not show as they are: those that HTML has no room for, and those that deceive who reads.

All pages go out through here, so that no place where a text is shown can be forgotten. In text such characters become
marks, and what is written from right to left is kept to itself. What a field holds stays as it is, or to save the page
would change it; a note after the field says what it hides.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape, unescape
from typing import Final

from vmssbuilder.scaleset import hidden

from .rendering import drawn

_PLANES: Final = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_NO_ROOM: Final = f"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}"
_UNSHOWABLE: Final = re.compile(f"[{_NO_ROOM}]")

REPLACED: Final = "\ufffd"
"""What stands in a field in the place of a character that HTML has no room for."""

SLOT: Final = "{}"
"""Where a text goes in a template that is drawn once."""

MOST_MARKS: Final = 1_000
"""More of them on one page are told by REPLACED alone, so that no text makes a page grow without end."""


def showable(text: str | bytes) -> str:
    """The text as a field can hold it: what HTML has no room for becomes a replacement character."""
    written = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return written if written.isprintable() else _UNSHOWABLE.sub(REPLACED, written)


def showable_json(text: str) -> str:
    """JSON text as a page can hold it, with the same meaning: such characters, and hidden ones, are `\\u` escapes."""
    if not text.isprintable():
        text = _UNSHOWABLE.sub(_escaped, text)
    return text if text.isascii() else hidden.replaced(text, lambda run: json.dumps(run)[1:-1])


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


# --- Whole pages -----------------------------------------------------------------------------------------------------

_RIGHT_TO_LEFT: Final = "\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_ORDINARY: Final = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_ODD: Final = re.compile(f"[{_NO_ROOM}{hidden.CLASS}{_RIGHT_TO_LEFT}]")
_ISOLATED: Final = re.compile(
    f"[{_RIGHT_TO_LEFT}]+(?:[ 0-9.,'\u200c\u200d\u2019-]{{1,20}}[{_RIGHT_TO_LEFT}]+)*"
)
_PIECE: Final = re.compile(
    r"<!.*?>|<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<attributes>[^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*)*)>",
    re.DOTALL,
)
_READ_ALOUD: Final = re.compile(r"""(?<=\s)((?:title|aria-label|alt|placeholder)=)("[^"]*"|'[^']*')""")
_VALUE: Final = re.compile(r"""\svalue=(?:"([^"]*)"|'([^']*)')""")
_KIND: Final = re.compile(r"""\stype=["']?([a-z-]+)""")
_TYPED: Final = frozenset({"text", "search", "url", "email", "number", "tel"})
_RAW: Final = frozenset({"script", "style"})
_BARE: Final = frozenset({"title", "desc", "text", "option"})
"""Elements that hold nothing but text: `desc` and `text` are those of drawings."""


def showable_page(page: bytes) -> bytes:
    """The UTF-8 of a whole page, or of a part of one, as it may go out.

    Nearly every page has nothing odd, and what is not ASCII is little, so that this costs next to nothing then.
    """
    few = page.translate(None, _ORDINARY)
    if not few or _ODD.search(few.decode("utf-8", "replace")) is None:
        return page
    return _Writer().page(page.decode("utf-8", "replace")).encode()


class _Writer:
    """One pass over a page. The texts of the product's pages are escaped, so that a tag is what looks like one."""

    def __init__(self) -> None:
        self._marks = 0

    def page(self, html: str) -> str:
        written: list[str] = []
        at = 0
        while (piece := _PIECE.search(html, at)) is not None:
            written.append(self._text(html[at : piece.start()]))
            at = piece.end()
            name = (piece["name"] or "").lower()
            if not name:
                written.append(showable(piece[0]))
                continue
            tag = self._tag(piece[0])
            written.append(tag)
            if piece["end"]:
                continue
            if name == "input":
                written.append(self._note_of_input(piece["attributes"]))
            elif name in _RAW or name in _BARE or name == "textarea":
                inside, at = _inside(html, at, name)
                # The text of an option without a value is its value.
                bare = name in _BARE and (name != "option" or _VALUE.search(piece["attributes"]))
                written.append(self._bare(inside) if bare else showable(inside))
                if name == "textarea":
                    end = html.find(">", at) + 1
                    written.append(html[at:end] + self._note(inside))
                    at = end
        written.append(self._text(html[at:]))
        return "".join(written)

    def _tag(self, tag: str) -> str:
        """A tag whose attributes that are read aloud or shown have marks too."""
        if tag.isascii() and tag.isprintable():
            return tag
        return showable(_READ_ALOUD.sub(lambda found: found[1] + self._bare(found[2]), tag))

    def _text(self, text: str) -> str:
        if text.isascii() and not _UNSHOWABLE.search(text):
            return text
        text = hidden.replaced(text, self._mark)
        text = _UNSHOWABLE.sub(lambda found: self._mark(found[0]), text)
        return _ISOLATED.sub(lambda run: run[0].join(_isolation()), text)

    def _mark(self, run: str) -> str:
        self._marks += 1
        if self._marks > MOST_MARKS:
            return REPLACED
        names = ", ".join(dict.fromkeys(map(hidden.name, run[:3])))
        points = " ".join(f"{ord(each):x}" for each in run) if len(run) <= 20 else ""
        return drawn("forms/hidden_mark.html", {"names": names, "points": points, "codes": hidden.codes(run)})

    def _bare(self, text: str) -> str:
        """A text where no element can stand, with the marks as text. What is right to left there has no neighbors."""
        text = hidden.replaced(text, lambda run: f"[{hidden.codes(run)}]")
        return _UNSHOWABLE.sub(lambda found: f"[{hidden.code(found[0])}]", text)

    def _note_of_input(self, attributes: str) -> str:
        kind, value = _KIND.search(attributes), _VALUE.search(attributes)
        if value is None or (kind is not None and kind[1] not in _TYPED):
            return ""
        return self._note(value[1] or value[2] or "")

    def _note(self, written: str) -> str:
        """What follows a field that holds hidden characters: it cannot show them itself."""
        described = "" if written.isascii() else hidden.described(unescape(written))
        self._marks += bool(described)
        if not described or self._marks > MOST_MARKS:
            return ""
        # What is told may hold marks of its own.
        return drawn("forms/hidden_note.html", {"said": SLOT}).replace(SLOT, self._text(escape(described)))


@cache
def _isolation() -> list[str]:
    """What stands before and after a text that is kept to itself."""
    return drawn("forms/isolated.html", {"text": SLOT}).split(SLOT)


def _inside(html: str, at: int, name: str) -> tuple[str, int]:
    """What an element that holds no others holds, and where its end tag stands."""
    found = re.compile(f"</{name}", re.IGNORECASE).search(html, at)
    end = found.start() if found is not None else len(html)
    return html[at:end], end
