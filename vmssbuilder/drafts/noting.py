"""What was made of the text that a draft was started from: notes by kind, each with their number and the first few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.canonical import Note
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.web.characters import showable

from . import addresses
from .models import Draft, ReadingNotes

FEW: Final = 3
"""How many notes of a kind are shown before they are counted."""

MOST_KEPT: Final = 2_000
"""How many notes of a kind are kept with a draft; the others are counted."""

_LONGEST: Final = 500
"""Characters of a message or place; both may hold names of the person's own."""


@dataclass(frozen=True, slots=True)
class NoteStyle:
    """How a kind of note is spoken of. status, icon: its mark, of the look's status classes."""

    title: str
    lead: str
    status: str = "info"
    icon: str = "info"


KINDS: Final[dict[str, NoteStyle]] = {
    "decide": NoteStyle("To decide", "The text leaves these open.", "warning", "warning"),
    "unresolved": NoteStyle(
        "Left as expressions",
        "The text does not say what they come to. Put a value in their place.",
        "warning",
        "warning",
    ),
    "withheld": NoteStyle("Secrets to enter", "They did not come along.", "warning", "lock"),
    "truncated": NoteStyle(
        "Cut off", "A tool had cut these off before they were copied.", "warning", "warning"
    ),
    "newer": NoteStyle(
        "Not in this API version",
        "Azure answered with them; a request in this version cannot carry them.",
        "warning",
        "warning",
    ),
    "repaired": NoteStyle("Repaired", "The text was not quite JSON.", "warning", "edit"),
    "unwrapped": NoteStyle("Taken out", "Where in the text the request was found."),
    "skipped": NoteStyle("Not read", "What else the text holds."),
    "null": NoteStyle("Not set", "Members that were null. Azure treats them as not set.", "info", "trash"),
    "removed": NoteStyle("Removed", "A request does not carry these.", "info", "trash"),
    "moved": NoteStyle("Moved", "They stood where Azure would not read them."),
    "renamed": NoteStyle("Renamed", "Azure has other names for these."),
    "wrapped": NoteStyle(
        "Brought into form", "One value stood where Azure takes a list, or the other way round."
    ),
    "reshaped": NoteStyle("Nested again", "Tools print a scale set flat; a request is not."),
    "converted": NoteStyle("Written in its type", "Text that meant a number, a number that meant text."),
    "trimmed": NoteStyle("Trimmed", "Blanks around a value were taken away."),
    "resolved": NoteStyle("Filled in", "Expressions whose value follows from the text.", "done", "done"),
    "canonicalised": NoteStyle("Written as Azure writes them", "Upper and lower case only."),
    "version": NoteStyle("API version", ""),
}
"""In the order in which they are shown: what asks for something first."""

_OTHER: Final = NoteStyle("Other", "")


class StoredNote(NamedTuple):
    """One note as it is kept: what was done, the line of the text (0 for none), the place as text ("" for none)."""

    message: str
    line: int
    where: str

    @classmethod
    def of(cls, note: Note) -> StoredNote:
        where = showable(note.where)
        return cls(_short(showable(note.message)), note.line or 0, where if len(where) <= _LONGEST else "")


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"


@dataclass(frozen=True, slots=True)
class ShownNote:
    """One note on a page. url: of the field that it is about, "" where there is none or nobody may edit."""

    message: str
    line: int
    where: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class NoteGroup:
    """The notes of one kind: how many there are, and those to show."""

    name: str
    kind: NoteStyle
    count: int
    shown: Sequence[ShownNote]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


def group(name: str, count: int, shown: Sequence[ShownNote]) -> NoteGroup:
    """The notes of a kind by its name."""
    return NoteGroup(name, KINDS.get(name, _OTHER), count, shown)


def keep(draft: Draft, notes: Iterable[Note]) -> None:
    """Keeps the notes with a draft that is being made."""
    ReadingNotes.objects.bulk_create(
        ReadingNotes(draft=draft, kind=name, count=len(lines), first=lines[:FEW], rest=lines[FEW:MOST_KEPT])
        for name, lines in _by_kind(notes).items()
    )


def grouped(notes: Iterable[Note], few: int = FEW) -> list[NoteGroup]:
    """The notes of a text that no draft was made of yet, the first `few` of each kind."""
    return _sorted(
        group(name, len(lines), [ShownNote(*line) for line in lines[:few]])
        for name, lines in _by_kind(notes).items()
    )


def of_draft(draft: Draft, *, editable: bool) -> list[NoteGroup]:
    """The notes kept with a draft, the first few of each kind."""
    kept = ReadingNotes.objects.filter(draft=draft).defer("rest")
    return _sorted(group(row.kind, row.count, shown(draft, row.first, editable=editable)) for row in kept)


def shown(draft: Draft, lines: Iterable[Sequence[Any]], *, editable: bool) -> list[ShownNote]:
    """Kept notes with links to the fields that they are about."""
    return [
        ShownNote(message, line, where, _url(draft, where) if editable and where else "")
        for message, line, where in lines
    ]


def _url(draft: Draft, where: str) -> str:
    """The field, where there is one or something still stands there."""
    try:
        path: Path = paths.parse(where)
    except PathError:
        return ""
    there = paths.get(draft.document, path) is not MISSING
    if not there and not addresses.has_field(path, draft.api_version):
        return ""
    return addresses.field_url(draft.code, path, draft.api_version)


def _by_kind(notes: Iterable[Note]) -> dict[str, list[StoredNote]]:
    found: dict[str, list[StoredNote]] = {}
    for note in notes:
        found.setdefault(note.kind, []).append(StoredNote.of(note))
    return found


def _sorted(groups: Iterable[NoteGroup]) -> list[NoteGroup]:
    order = list(KINDS)
    return sorted(groups, key=lambda group: order.index(group.name) if group.name in KINDS else len(order))


def in_words(notes: Sequence[Note]) -> list[str]:
    """The notes as a few sentences, for a page that keeps none: the first of them, and how many more there are."""
    said = [_short(showable(note.message)) for note in notes[:FEW]]
    return [*said, f"And {len(notes) - FEW} more of this kind."] if len(notes) > FEW else said
