"""Holding a submission: one worker at a time, and what it learns is written only while it still holds the row."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from vmssbuilder.azure.sending import LONGEST_REQUEST

from .models import Submission

LEASE: Final = timedelta(seconds=LONGEST_REQUEST + 40)
"""Longer than a request can take, its token and a second try included: whoever takes over a lease that ended meets no
request in flight."""

_HOST: Final = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


class LeaseLost(Exception):
    """Another worker holds the row now; whatever this one learned is not written."""


@dataclass(slots=True)
class Held:
    """A submission that this worker holds."""

    submission: Submission
    token: str

    def write(self, **columns: Any) -> None:
        """Writes columns and keeps the row, for another whole lease. Raises LeaseLost."""
        self._write(lease_until=timezone.now() + LEASE, **columns)

    def let_go(self, **columns: Any) -> None:
        """Writes columns and lets the row go. Raises LeaseLost."""
        self._write(lease="", lease_until=None, **columns)

    def _write(self, **columns: Any) -> None:
        if not Submission.objects.filter(pk=self.submission.pk, lease=self.token).update(**columns):
            raise LeaseLost(f"Submission {self.submission.code} is held by another worker.")
        for name, value in columns.items():
            setattr(self.submission, name, value)


def claim(pk: int) -> Held | None:
    """Takes the submission for its next step. None when it has none, it is not due, or another worker has it."""
    now = timezone.now()
    token = f"{_HOST}-{os.getpid()}-{secrets.token_hex(6)}"
    free = Q(lease="") | Q(lease_until__lt=now)
    due = Submission.objects.filter(free, pk=pk, state__in=Submission.MOVING, next_step__lte=now)
    if not due.update(lease=token, lease_until=now + LEASE):
        return None
    submission = Submission.objects.select_related("draft", "revision__draft", "submitter").get(pk=pk)
    return Held(submission, token)


def free_those_of_the_dead() -> int:
    """Ends the leases of worker processes of this machine that are gone; answers how many there were.

    Only of steps that do nothing but ask: a request to change something may still be on its way to Azure although the
    process that sent it is dead. A wrong verdict (another container with this host's name) costs one question.
    """
    held = Submission.objects.filter(
        state__in=_ASKING, lease__startswith=f"{_HOST}-", lease_until__gt=timezone.now()
    )
    ended = 0
    for pk, lease in held.values_list("pk", "lease"):
        if not _is_alive(lease):
            ended += Submission.objects.filter(pk=pk, lease=lease, state__in=_ASKING).update(
                lease="", lease_until=None
            )
    return ended


_ASKING: Final = (Submission.State.QUEUED, Submission.State.RUNNING)


def _is_alive(lease: str) -> bool:
    written = re.fullmatch(r"[0-9a-f]{8}-(\d{1,10})-[0-9a-f]+", lease)
    if written is None or int(written[1]) == os.getpid():
        return True
    try:
        os.kill(int(written[1]), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
