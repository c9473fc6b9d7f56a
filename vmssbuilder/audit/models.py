"""The append-only log: who did what to what, when, from where. It never holds a secret or a document.

An event has a code of its own from the moment it is written (`encryption.mac`), so that who has the database alone can
neither change nor invent one. A worker puts the events into a chain (`chaining.py`), so that none can be taken out of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC
from typing import Any, ClassVar, Final, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from vmssbuilder.encryption import canonical, mac, mac_holds

MAC_LENGTH: Final = 60
"""Characters that a code may have; one of today has 52."""


class _AppendOnly(models.QuerySet["Event"]):
    """Events as a whole are changed no more than one by one."""

    def update(self, **values: Any) -> NoReturn:
        raise TypeError("The audit log is append-only.")

    def bulk_update(self, *args: Any, **named: Any) -> NoReturn:
        raise TypeError("The audit log is append-only.")

    def delete(self) -> NoReturn:
        raise TypeError("The audit log is append-only.")

    def bulk_create(self, objs: Iterable[Event], *args: Any, **named: Any) -> list[Event]:
        events = list(objs)
        for event in events:
            event.seal()
        return super().bulk_create(events, *args, **named)


class Event(models.Model):
    """One thing that happened. `what` is a dotted verb such as `draft.saved`; `about` is the code of what it concerns.

    address: where the request came from, "" where the product itself acted. revision: of the draft that it is about.
    number: random, so that no two events have one code; None, like a mac of "", in those from before there were codes.
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    what = models.CharField(max_length=60)
    about = models.CharField(max_length=80)
    address = models.CharField(max_length=45, default="")
    revision = models.PositiveIntegerField(null=True)
    details = models.JSONField(default=dict)
    number = models.CharField(max_length=16, null=True, unique=True, editable=False)
    mac = models.CharField(max_length=MAC_LENGTH, default="", editable=False)

    objects = _AppendOnly.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            # What the page of the log filters by; each carries its order too, so that 100,000 rows cost what 100 do.
            models.Index(fields=["-at", "-id"], name="audit_event_when"),
            models.Index(fields=["actor", "-at", "-id"], name="audit_event_who"),
            models.Index(fields=["what", "-at", "-id"], name="audit_event_what"),
            models.Index(fields=["about", "-at", "-id"], name="audit_event_about"),
            models.Index(fields=["address", "-at", "-id"], name="audit_event_where"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.about}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The audit log is append-only.")
        self.seal()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("The audit log is append-only.")

    @property
    def written(self) -> str:
        """All that the event says, as canonical JSON."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        told = (self.actor_id, self.what, self.about, self.address, self.revision, self.details)
        return canonical([self.number, at, *told])

    def seal(self) -> None:
        """Gives the event its number and its code."""
        self.number = secrets.token_hex(8)
        self.mac = mac("audit event", self.written)

    @property
    def holds(self) -> bool:
        """Whether the event says what it said when it was written."""
        return mac_holds("audit event", self.written, self.mac)


class ChainLink(models.Model):
    """An event's place in the chain: the order in which a worker saw the events, which is not that of their ids.

    previous: the mac of the link before, "" in the first one. before: the event is from before there were codes, so
    that nothing but the chain vouches for it.
    """

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="link")
    previous = models.CharField(max_length=MAC_LENGTH)
    before = models.BooleanField(default=False)
    mac = models.CharField(max_length=MAC_LENGTH)

    class Meta:
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"{self.position}:{self.mac}"

    @property
    def written(self) -> str:
        """All that the link and its event say, as canonical JSON."""
        event = self.event
        return canonical([self.position, self.previous, self.before, event.pk, event.mac, event.written])

    def seal(self) -> None:
        """Gives the link its code."""
        self.mac = mac("audit link", self.written)

    @property
    def holds(self) -> bool:
        """Whether link and event say what they said when the link was made."""
        return mac_holds("audit link", self.written, self.mac)


class ChainHead(models.Model):
    """How far the chain is: one row, locked by the worker that makes links. link: the mac of the last one."""

    ONLY: Final = 1

    position = models.BigIntegerField(default=0)
    link = models.CharField(max_length=MAC_LENGTH, default="")
    mac = models.CharField(max_length=MAC_LENGTH, default="")

    def __str__(self) -> str:
        return f"{self.position}:{self.link}"

    def move(self, position: int, link: str) -> None:
        """The chain ends there now; the row is saved by whoever calls."""
        self.position, self.link = position, link
        self.mac = mac("audit head", canonical([position, link]))

    @property
    def holds(self) -> bool:
        """Whether it is one that a worker left. The head of an empty chain has no code yet."""
        if not self.position:
            return (self.link, self.mac) == ("", "")
        return mac_holds("audit head", canonical([self.position, self.link]), self.mac)


class Unchained(models.Model):
    """An event that is in no chain yet. A trigger writes the row with the event, so that one that others see late is
    not passed over; a row whose event is gone tells that it was deleted.
    """

    event = models.OneToOneField(
        Event, on_delete=models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )

    def __str__(self) -> str:
        return f"event {self.event_id}"
