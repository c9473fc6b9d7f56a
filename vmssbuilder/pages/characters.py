"""Characters that a page of HTML has no room for, not even escaped: control characters, and those that Unicode keeps free."""

from __future__ import annotations

import json
import re
from typing import Final

_PLANES: Final = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_UNSHOWABLE: Final = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")


def showable(text: str | bytes) -> str:
    """The text as a page can hold it: what HTML has no room for becomes a replacement character."""
    return _UNSHOWABLE.sub("\ufffd", text if isinstance(text, str) else text.decode("utf-8", "replace"))


def showable_json(text: str) -> str:
    """JSON text as a page can hold it, with the same meaning: such characters stand as `\\u` escapes."""
    return _UNSHOWABLE.sub(lambda found: json.dumps(found[0])[1:-1], text)
