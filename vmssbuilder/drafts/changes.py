"""A change of one place of a draft: what forms ask for, and what an action makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vmssbuilder.scaleset.paths import Path


@dataclass(frozen=True, slots=True)
class Changed:
    """One place: what the page showed, and what the person wants (MISSING: nothing). secret: to go into the vault."""

    path: Path
    shown: Any
    wanted: Any
    secret: bool = False
