"""Characters that a page of HTML has no room for, not even escaped: control characters, and those that Unicode keeps free."""

from __future__ import annotations

import json
import re
from typing import Final

_PLANES: Final = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_UNSHOWABLE: Final = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")

REPLACED: Final = "\ufffd"
"""What stands on a page in the place of such a character."""


def showable(text: str | bytes) -> str:
    """The text as a page can hold it: what HTML has no room for becomes a replacement character."""
    written = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return written if written.isprintable() else _UNSHOWABLE.sub(REPLACED, written)


def showable_json(text: str) -> str:
    """JSON text as a page can hold it, with the same meaning: such characters stand as `\\u` escapes."""
    return text if text.isprintable() else _UNSHOWABLE.sub(lambda found: json.dumps(found[0])[1:-1], text)


_SINGLE: Final = [bytes([byte]) for byte in (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F)]
_LEADS: Final = [bytes([byte]) for byte in (0xC2, 0xEF, *range(0xF0, 0xF5))]
"""The first bytes of all others in UTF-8; few stand on a page."""
_LONGER: Final = re.compile(
    rb"\xc2[\x80-\x9f]|\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])|[\xf0-\xf4].\xbf[\xbe\xbf]", re.DOTALL
)
_ANY: Final = re.compile(rb"[" + re.escape(b"".join(_SINGLE)) + rb"]|" + _LONGER.pattern, re.DOTALL)


def showable_page(page: bytes) -> bytes:
    """The UTF-8 of a whole page with all such characters replaced.

    Nearly every page has none, and to look for one byte after the other is ten times as fast as one pattern of them all.
    """
    if any(byte in page for byte in _SINGLE) or any(_begins(page, lead) for lead in _LEADS):
        return _ANY.sub(REPLACED.encode(), page)
    return page


def _begins(page: bytes, lead: bytes) -> bool:
    """Whether any such character begins with the byte."""
    at = page.find(lead)
    while at >= 0:
        if _LONGER.match(page, at):
            return True
        at = page.find(lead, at + 1)
    return False
