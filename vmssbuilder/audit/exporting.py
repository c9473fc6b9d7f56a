"""Events as CSV for spreadsheets and as JSON lines for other tools."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from typing import Any, Final

from .models import Event

COLUMNS: Final = (
    "id", "at", "who", "name", "what", "about", "address", "revision", "details", "position", "number", "mac",
)  # fmt: skip

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a cell for a formula, or another one's beginning."""


def _values(event: Event) -> dict[str, Any]:
    link = getattr(event, "link", None)
    return {
        "id": event.pk,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": event.actor.username if event.actor is not None else "",
        "name": str(event.actor) if event.actor is not None else "",
        "what": event.what,
        "about": event.about,
        "address": event.address,
        "revision": event.revision,
        "details": event.details,
        "position": link.position if link is not None else None,
        "number": event.number,
        "mac": event.mac,
    }


def json_lines(events: Iterable[Event]) -> Iterator[str]:
    """One object a line."""
    for event in events:
        yield json.dumps(_values(event), ensure_ascii=False) + "\n"


class _Line:
    """What the writer of the csv module writes into: each line comes back from `writerow`."""

    def write(self, text: str) -> str:
        return text


def csv_lines(events: Iterable[Event]) -> Iterator[str]:
    """A line of names, then one for each event. No cell is a formula."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for event in events:
        yield writer.writerow([_cell(value) for value in _values(event).values()])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


FORMATS: Final[dict[str, tuple[Callable[[Iterable[Event]], Iterator[str]], str]]] = {
    "csv": (csv_lines, "text/csv; charset=utf-8"),
    "jsonl": (json_lines, "application/jsonl; charset=utf-8"),
}
"""By the end of the file's name."""
