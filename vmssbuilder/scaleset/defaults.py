"""What applies where a request leaves a setting out, in the words of its help."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from .properties import Boolean, Choice, Integer, Node

_SENTENCES: Final = re.compile(r"(?<=[.!?]) +")
_IF_NOT_SET: Final = re.compile(r",? if not set\.?$")


def applies_if_left_out(node: Node) -> str:
    """What Azure does if the setting is not set, in the node's API version; "" where its help does not say it."""
    return _in_words(node.help)


@lru_cache(maxsize=2_000)
def _in_words(help_text: str) -> str:
    for sentence in _SENTENCES.split(help_text):
        if "if not set" in sentence.casefold():
            return _IF_NOT_SET.sub("", sentence)
    return ""


def is_default(node: Node, value: Any) -> bool:
    """Whether the value is what applies anyway, as far as the help says it in so many words."""
    words = applies_if_left_out(node)
    if isinstance(node.property, Boolean) and isinstance(value, bool):
        return words == ("On" if value else "Off")
    if isinstance(node.property, Integer) and isinstance(value, int):
        return words in (str(value), f"{value} {node.property.unit}")
    if isinstance(node.property, Choice):
        return any(
            each.wire == value and words.casefold() in (each.label.casefold(), each.wire.casefold())
            for each in node.property.values_in(node.api_version)
        )
    return False
