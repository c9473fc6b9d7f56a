"""Holding a submission: one worker at a time, and what it learns is written only while it still holds the row.

All times are the database's, so that workers whose clocks differ agree who holds what.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

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

    def _write(self, columns: dict[str, Any], **computed: Any) -> None:
        own = Submission.objects.filter(pk=self.submission.pk, lease=self.token)
        if not own.update(**columns, **computed):
            raise LeaseLost(f"Submission {self.submission.code} is held by another worker.")
        for name, value in columns.items():
            setattr(self.submission, name, value)


# Documents may be large, and most steps only ask how an operation is going: draft, revision and documents are read by
# steps that want them.
_TAKEN: Final = (
    Submission.objects.select_related("submitter")
    .defer("resource", "sent", "before")
    .annotate(since=Now(), location=KeyTextTransform("location", "revision__document"))
)


def claim(pk: int) -> Held | None:
    """Takes the submission for its next step. None when it has none, it is not due, or another worker has it."""
    token = f"{_Process.worker}-{secrets.token_hex(6)}"
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


def hold_as(worker: str) -> None:
    """From now on this process takes leases in the name of this worker."""
    _Process.worker = worker


def free_those_of(worker: str) -> int:
    """Ends the leases of a worker that stops; answers how many there were."""
    return _end([lease for lease in _leases() if _worker(lease) == worker])


def free_those_of_the_dead(alive: Collection[str]) -> int:
    """Ends the leases of workers that are not among those alive; answers how many there were.

    A request that one of them sent may still be on its way to Azure: `in_flight_until` tells the next step.
    """
    return _end([lease for lease in _leases() if (worker := _worker(lease)) and worker not in alive])


def _leases() -> list[str]:
    held = Submission.objects.filter(state__in=Submission.MOVING, lease_until__gt=Now()).exclude(lease="")
    return list(held.values_list("lease", flat=True))


def _worker(lease: str) -> str:
    written = re.fullmatch(r"([0-9a-f]{16})-[0-9a-f]{12}", lease)
    return "" if written is None else written[1]


def _end(leases: list[str]) -> int:
    held = Submission.objects.filter(lease__in=leases, state__in=Submission.MOVING)
    return held.update(lease="", lease_until=None) if leases else 0
