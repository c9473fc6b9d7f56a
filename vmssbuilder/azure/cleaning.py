"""Text from outside, made fit to be kept and shown. All JSON and all headers of an answer come through here.

No database and no page takes every text that JSON can hold: half of an emoji, a NUL, a number without end.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

REPLACED: Final = "\ufffd"
"""What stands in the place of a character that cannot be kept."""

NESTING_LIMIT: Final = 128
"""Levels of JSON; nothing of Azure's has a third of it."""

LONGEST_NUMBER: Final = 40
"""Digits of a whole number; the largest that Azure uses has 19."""

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNSHOWABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_IN_A_LINE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_UNKEEPABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_MAY_BE_UNKEEPABLE: Final = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


class TooDeep(ValueError):
    """JSON that is nested deeper than NESTING_LIMIT."""


def body(text: str) -> str:
    """The text of an answer, without characters that neither JSON nor a page may hold as they are."""
    return text if text.isprintable() else _CONTROLS.sub(REPLACED, text)


def words(text: str) -> str:
    """A text that people read: control characters and halves of characters are replaced, lines and tabs stay."""
    return text if text.isprintable() else _UNSHOWABLE.sub(REPLACED, text)


def line(text: str, longest: int = 200) -> str:
    """A text for one line, such as a header's value: no more than so many characters, none of them a control character."""
    return _IN_A_LINE.sub(" ", text[: longest * 2]).strip()[:longest]


def parsed(text: str) -> Any:
    """The JSON value of a text that `body` has seen, such that any database can keep it.

    Halves of surrogate pairs and NUL are replaced; NaN, Infinity and numbers beyond all reason become null. Raises
    TooDeep, and ValueError for what is no JSON.
    """
    text = text.lstrip("\ufeff")
    try:
        value = json.loads(text, strict=False, parse_constant=_nothing, parse_float=_finite, parse_int=_whole)
    except RecursionError:
        raise TooDeep from None
    if _may_be_deep(text) and _is_deep(value):
        raise TooDeep
    # To look for two characters first is ten times as fast as the pattern.
    return kept(value) if "\\u" in text and _MAY_BE_UNKEEPABLE.search(text) else value


def kept(value: Any) -> Any:
    """A copy of a JSON value with halves of surrogate pairs and NUL replaced, in names as well."""
    if isinstance(value, str):
        return _UNKEEPABLE.sub(REPLACED, value)
    if isinstance(value, dict):
        return {_UNKEEPABLE.sub(REPLACED, name): kept(inner) for name, inner in value.items()}
    return [kept(inner) for inner in value] if isinstance(value, list) else value


def _nothing(_word: str) -> None:
    """NaN and Infinity are no JSON, and no database takes them."""


def _finite(written: str) -> float | None:
    number = float(written)
    return number if math.isfinite(number) else None


def _whole(written: str) -> int | None:
    return int(written) if len(written) <= LONGEST_NUMBER else None


_BUT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


def _may_be_deep(text: str) -> bool:
    """Whether only a look at the value can tell. Quick: what is closed is taken out level by level."""
    left = text.encode("utf-8", "replace").translate(None, _BUT_BRACKETS)
    # One round takes out two levels at most.
    for _ in range(NESTING_LIMIT // 2):
        if not left:
            return False
        fewer = left.replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(left):
            return True
        left = fewer
    return bool(left)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(NESTING_LIMIT):
        around = [each for each in level if isinstance(each, dict | list)]
        level = [inner for each in around for inner in (each.values() if isinstance(each, dict) else each)]
    return any(isinstance(each, dict | list) for each in level)
