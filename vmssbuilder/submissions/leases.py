"""Holding a submission: one worker at a time, and what it learns is written only while it still holds the row.

All times are the database's, so that workers whose clocks differ agree who holds what.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform

from vmssbuilder.azure.sending import LONGEST_REQUEST
from vmssbuilder.clock import Now

from .models import Submission

STEP: Final = LONGEST_REQUEST
"""Seconds after which a step asks Azure nothing more, however many requests it consists of."""

LEASE: Final = timedelta(seconds=STEP + 40)
"""Longer than a step can take: whoever takes over a lease that ended meets no request in flight."""

IN_FLIGHT: Final = timedelta(seconds=30)
"""How long Azure may take to show what a worker sent that died before the answer. Nothing is sent again before."""


KEPT: Final = LEASE - timedelta(seconds=10)
"""How long a step that is done waits for a database that is away. Afterwards its lease ends, and the next step finds out."""

TRY_EVERY: Final = 0.5
"""Seconds between two tries meanwhile."""

AWAY: Final = (OperationalError, InterfaceError)
"""What Django raises when the database is away: locked, full, stopped or out of reach."""

_Answer = TypeVar("_Answer")


class LeaseLost(Exception):
    """Another worker holds the row now; whatever this one learned is not written."""


@dataclass(slots=True)
class Held:
    """A submission that this worker holds. since: the database's time when it was taken. location: of its scale set."""

    submission: Submission
    token: str
    since: datetime
    location: str = ""
    _read: float = field(default_factory=time.monotonic)
    _written: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._written = self.since

    def now(self) -> datetime:
        """The database's time, counted on from when the submission was taken. No query."""
        return self.since + timedelta(seconds=time.monotonic() - self._read)

    def write(self, **columns: Any) -> None:
        """Writes columns and keeps the row, for another whole lease. Raises LeaseLost."""
        self._write(columns, lease_until=Now() + LEASE)

    def let_go(self, **columns: Any) -> None:
        """Writes columns and lets the row go. Raises LeaseLost."""
        self._write(columns | {"lease": "", "lease_until": None})

    def about_to_send(self) -> None:
        """Says that from now on Azure may have the request. Raises LeaseLost: then it must not leave."""
        self._write({"may_exist": True}, lease_until=Now() + LEASE, in_flight_until=Now() + IN_FLIGHT)

    def patiently(self, what: Callable[[], _Answer]) -> _Answer:
        """Does what needs the database, again and again while that is away, so that what a step learned is not lost.

        It must be right to do it twice. Raises what the database raises when the lease is about to end.
        """
        while True:
            try:
                return what()
            except AWAY:
                if self.now() > self._written + KEPT:
                    raise
                connection.close_if_unusable_or_obsolete()
                time.sleep(TRY_EVERY)

    def _write(self, columns: dict[str, Any], **computed: Any) -> None:
        if not _CONDITIONS.isdisjoint(columns):
            columns = columns | self._sealed(columns)
        own = Submission.objects.filter(pk=self.submission.pk, lease=self.token)
        if not own.update(**columns, **computed):
            raise LeaseLost(f"Submission {self.submission.code} is held by another worker.")
        self._written = self.now()
        for name, value in columns.items():
            setattr(self.submission, name, value)

    def _sealed(self, columns: dict[str, Any]) -> dict[str, Any]:
        """The seal over other conditions. Whoever writes these looked whether the row's seal holds (`permits`)."""
        for name in _CONDITIONS & columns.keys():
            setattr(self.submission, name, columns[name])
        self.submission.close_seal()
        return {"seal": self.submission.seal}


_CONDITIONS: Final = frozenset({"replaces", "etag"})
"""Under which Azure may accept the request; they are sealed."""

# Documents may be large, and most steps only ask how an operation is going: draft, revision and documents are read by
# steps that want them.
_TAKEN: Final = (
    Submission.objects.select_related("submitter")
    .defer("resource", "sent", "before")
    .annotate(since=Now(), location=KeyTextTransform("location", "revision__document"))
)


def claim(pk: int) -> Held | None:
    """Takes the submission for its next step. None when it has none, it is not due, or another worker has it.

    Whoever is done with it says so, with `done`.
    """
    token = f"{_Process.worker}-{secrets.token_hex(6)}"
    _Process.held.add(token)
    held = None
    try:
        held = _claim(pk, token)
    finally:
        if held is None:
            _Process.held.discard(token)
    return held


def done(held: Held) -> None:
    """The step is over, however it ended. A lease that is left all the same is freed by `free_forgotten`."""
    _Process.held.discard(held.token)


def _claim(pk: int, token: str) -> Held | None:
    due = Submission.objects.filter(
        Submission.free(), pk=pk, state__in=Submission.MOVING, next_step__lte=Now()
    )
    if not due.update(lease=token, lease_until=Now() + LEASE):
        return None
    submission = _TAKEN.get(pk=pk)
    if submission.lease != token:
        # Somebody stopped it at this very moment.
        return None
    return Held(submission, token, submission.since, _text(submission.location))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


# --- of whom ---------------------------------------------------------------------------------------------------------


class _Process:
    worker = ""
    held: Final[set[str]] = set()
    """The leases that steps under way hold, by their tokens."""


def hold_as(worker: str) -> None:
    """From now on this process takes leases in the name of this worker."""
    _Process.worker = worker


def free_those_of(worker: str) -> int:
    """Ends the leases of a worker that stops; answers how many there were."""
    return _end([lease for lease in _leases() if _worker(lease) == worker])


def free_forgotten(worker: str) -> int:
    """Ends the leases of this process's worker that no step holds: it ended while the database was away.

    Answers how many there were.
    """
    # Asked in this order: a step that begins meanwhile is among the held ones before its lease is written.
    own = [lease for lease in _leases() if _worker(lease) == worker]
    return _end([lease for lease in own if lease not in _Process.held])


def free_those_of_the_dead(alive: Collection[str]) -> int:
    """Ends the leases of workers that are not among those alive; answers how many there were.

    A request that one of them sent may still be on its way to Azure: `in_flight_until` tells the next step.
    """
    return _end([lease for lease in _leases() if (worker := _worker(lease)) and worker not in alive])


def _held() -> QuerySet[Submission]:
    return Submission.objects.filter(state__in=Submission.MOVING, lease_until__gt=Now())


def _leases() -> list[str]:
    return list(_held().values_list("lease", flat=True))


def _worker(lease: str) -> str:
    written = re.fullmatch(r"([0-9a-f]{16})-[0-9a-f]{12}", lease)
    return "" if written is None else written[1]


def _end(leases: list[str]) -> int:
    return _held().filter(lease__in=leases).update(lease="", lease_until=None)
