"""Whether the log is what was written: every event and link by its code, none missing, none put in, the end not cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone

from vmssbuilder.encryption import key_ids, mac_key_of

from .models import ChainHead, ChainLink, Event, Unchained

CHUNK: Final = 1_000
"""Rows that are in memory at a time."""

GRACE: Final = timedelta(seconds=30)
"""An event that is older is in the chain, or no worker is up."""

TRIGGERS: Final = {
    vendor: frozenset(
        {"audit_event_unchained"}
        | {
            f"audit_{table}_no_{act}"
            for table in ("event", "chainlink")
            for act in ("update", "delete", more)
        }
    )
    for vendor, more in (("sqlite", "replace"), ("postgresql", "truncate"))
}
"""What keeps the log as it is, by the kind of database. The migration of the app makes them."""


class BadHead(ValueError):
    """A head that no log stream holds."""


@dataclass(frozen=True, slots=True)
class KnownHead:
    """Where the log stream says that the chain ended."""

    position: int
    mac: str

    @classmethod
    def of(cls, text: str) -> KnownHead:
        """`120:1a2b3c4d.Ab…`, as the log stream has it behind `head`. Raises BadHead."""
        position, _, mac = text.strip().partition(":")
        if not (position.isascii() and position.isdigit() and len(position) < 19 and "." in mac):
            raise BadHead(
                f"“{text[:100]}” is no head. It is what the log stream has behind “head”: a number, a colon and a code."
            )
        return cls(int(position), mac)


class Verification:
    """One look at the whole log. `problems` says them one by one, in the order of the chain; afterwards `links`,
    `before` and `end` say what was seen.
    """

    def __init__(self, known: KnownHead | None = None) -> None:
        self.links = 0
        """Links in the chain."""
        self.before = 0
        """Events among them from before there were codes."""
        self.end = ""
        """Where the chain ends, as the log stream has it."""
        self._known = known

    def problems(self) -> Iterator[str]:
        """A sentence for each thing that does not hold. Memory and queries at a time are bounded."""
        if missing := TRIGGERS[connection.vendor] - _triggers():
            are = "is" if len(missing) == 1 else "are"
            names = ", ".join(sorted(missing))
            yield f"The database may not refuse changes of the log: {names} {are} not there, or switched off."
        # Read first: while this goes on, a worker makes the chain longer, never shorter.
        head = ChainHead.objects.filter(pk=ChainHead.ONLY).first() or ChainHead()
        yield from self._chain()
        yield from self._ending(head)
        yield from self._unchained()
        copies = Event.objects.exclude(number=None).order_by().values("number").annotate(count=Count("pk"))
        for each in copies.filter(count__gt=1)[:CHUNK]:
            pks = list(
                Event.objects.filter(number=each["number"]).order_by("pk").values_list("pk", flat=True)[:2]
            )
            yield f"Event {pks[1]} was put in: it is a copy of event {pks[0]}."

    def _chain(self) -> Iterator[str]:
        previous, regular = ChainLink(position=0, mac=""), False
        for link, event in _links():
            expected = previous.position + 1
            if link.position != expected:
                yield _missing(expected, link.position - 1)
            elif link.previous != previous.mac:
                yield f"Position {link.position} does not follow on the one before it: what was between them is gone."
            if event is None:
                yield f"Position {link.position}: its event {link.event_id} was deleted."
            else:
                link.event = event
                yield from _trouble(link, regular)
            if (
                self._known is not None
                and self._known.position == link.position
                and self._known.mac != link.mac
            ):
                yield (
                    f"Position {link.position} is not what the log stream says: the chain was cut there, or before, and went "
                    "on otherwise."
                )
            previous, regular = link, regular or not link.before
            self.links += 1
            self.before += link.before
        self._last = previous
        self.end = str(previous) if previous.position else ""

    def _ending(self, head: ChainHead) -> Iterator[str]:
        last = self._last.position
        if not head.holds:
            yield _foreign(head.mac) or "The row that says where the chain ends was changed."
        elif head.position > last:
            yield f"The end is cut: {_missing(last + 1, head.position)}"
        if self._known is not None and self._known.position > max(last, head.position if head.holds else 0):
            yield f"The end is cut: {_missing(last + 1, self._known.position)}"

    def _unchained(self) -> Iterator[str]:
        late, oldest = 0, None
        for event in _in_chunks(Event.objects.filter(link=None)):
            if event.mac and not event.holds:
                yield f"{_name(event)} was put in or changed: its code does not hold."
            elif event.at < timezone.now() - GRACE:
                late, oldest = late + 1, oldest or event
        if oldest is not None:
            yield (
                f"{_name(oldest)} is not chained{f', and {late - 1} more are not' if late > 1 else ''}. Is a worker up? If "
                "there is, the row was put in past the product."
            )
        gone = Unchained.objects.exclude(event_id__in=Event.objects.order_by().values("pk"))
        for pk in gone.order_by("pk").values_list("pk", flat=True)[:CHUNK]:
            yield f"Event {pk} was deleted before it was chained."


def _trouble(link: ChainLink, regular: bool) -> Iterator[str]:
    event = link.event
    if event.mac and not event.holds:
        yield (
            _foreign(event.mac, _name(event))
            or f"Position {link.position}: {_name(event)} was changed, or was put in past the product."
        )
    elif not event.mac and (regular or not link.before):
        yield f"Position {link.position}: {_name(event)} was put in past the product: it has no code."
    elif not link.holds:
        yield _foreign(link.mac, f"Position {link.position}") or (
            f"Position {link.position}: {_name(event)} or its place in the chain was changed."
        )


def _missing(first: int, last: int) -> str:
    if first == last:
        return f"Position {first} is missing: its event was deleted."
    return f"Positions {first} to {last} are missing: their events were deleted."


def _foreign(mac: str, name: str = "The row that says where the chain ends") -> str:
    key = mac_key_of(mac)
    if not key or key in key_ids():
        return ""
    return f"{name} cannot be verified: its key {key} is not among VMSSBUILDER_SECRET_KEYS."


def _name(event: Event) -> str:
    return f"Event {event.pk} ({event.what} about {event.about}, {event.at:%Y-%m-%d %H:%M:%S})"


def _links() -> Iterator[tuple[ChainLink, Event | None]]:
    position = 0
    while links := list(ChainLink.objects.filter(position__gt=position).order_by("position")[:CHUNK]):
        events = Event.objects.in_bulk([each.event_id for each in links])
        for each in links:
            yield each, events.get(each.event_id)
        position = links[-1].position


def _in_chunks(events: QuerySet[Event]) -> Iterator[Event]:
    pk = 0
    while found := list(events.filter(pk__gt=pk).order_by("pk")[:CHUNK]):
        yield from found
        pk = found[-1].pk


def _triggers() -> frozenset[str]:
    """The triggers on the tables of the log that are there and switched on."""
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        names = (
            "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND tgrelid IN "
            "('audit_event'::regclass, 'audit_chainlink'::regclass)"
        )
    with connection.cursor() as cursor:
        cursor.execute(names)
        return frozenset(name for (name,) in cursor.fetchall())
