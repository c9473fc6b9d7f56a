"""Where the request that is being answered came from, and what of it is recorded when it is over."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final


@dataclass(slots=True)
class Origin:
    """A request. read: drafts that an administrator was shown, with their newest revision. refused: what was asked for
    and refused, though it is there.
    """

    address: str = ""
    read: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


current: Final[ContextVar[Origin | None]] = ContextVar("origin", default=None)


def address() -> str:
    """The address that the request came from; "" outside of a request."""
    origin = current.get()
    return origin.address if origin is not None else ""


def note_read(about: str, revision: int) -> None:
    """Somebody looks at what is theirs by their role alone. Recorded once the page was made; no query."""
    if (origin := current.get()) is not None:
        origin.read[about] = revision


def note_refused(about: str) -> None:
    """Somebody asked for what is there and not for them. Recorded once all of the request is rolled back; no query."""
    if (origin := current.get()) is not None:
        origin.refused.add(about)
