"""Values as rows of comments keep them, where nothing is a value, too."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from vmssbuilder.scaleset.paths import MISSING

Kept = list[Any]
"""A value in a list of one, which is empty for nothing."""


def keep(value: Any) -> Kept:
    """The value as a row keeps it."""
    return [] if value is MISSING else [value]


def kept(held: Kept) -> Any:
    """The value that a row holds, MISSING for none."""
    return held[0] if held else MISSING


def words(held: Kept) -> str:
    """The value as people read it."""
    if not held:
        return "nothing"
    value = held[0]
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def mark(value: Any) -> str:
    """What tells this value from others: a person who chose between two says by it which one was seen."""
    written = json.dumps(keep(value), sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:16]
