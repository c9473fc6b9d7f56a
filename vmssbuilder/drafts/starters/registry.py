"""The starters on offer. What administrators declare themselves is to be listed here, too."""

from __future__ import annotations

from .declaration import Starter
from .table import TABLE


def starters() -> tuple[Starter, ...]:
    """All starters, in the order in which they are offered."""
    return TABLE


def find(name: str) -> Starter | None:
    """The starter of that name."""
    return next((each for each in starters() if each.name == name), None)
