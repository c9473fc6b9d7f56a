"""What a kind of work is given and what it answers: it tells how far it is, learns when to end, and says what came of it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Final

from vmssbuilder.drafts.access import Access, permit
from vmssbuilder.drafts.models import Draft

from . import progress
from .models import Work, WorkState

SECONDS: Final = 300
"""How long a piece of work may take."""

TOLD_EVERY: Final = 0.5
"""Seconds between two notes of how far it is."""


@dataclass(frozen=True, slots=True)
class WorkResult:
    """What came of work that was done to its end: columns of `Work` by their names."""

    done: int
    left: int | None = None
    saved: int | None = None
    said: str = ""


@dataclass(slots=True)
class Watch:
    """Follows one piece of work. begun: when, by `time.monotonic`."""

    work: Work
    begun: float
    _reported: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether its time is over: what it has is to be saved now."""
        return time.monotonic() > self.begun + SECONDS

    def report(self, done: int, total: int) -> None:
        """Notes how far it is, now and then. Raises Gone when it was stopped, Http404 and PermissionDenied when the person
        may not change the draft any more."""
        if time.monotonic() > self._reported + TOLD_EVERY:
            progress.keep(self.work, done=done, total=total)
            draft = Draft.objects.select_related("owner").defer("document").get(pk=self.work.draft_id)
            permit(self.work.person, draft, Access.EDIT)
            self._reported = time.monotonic()

    def save(self) -> None:
        """From now on it can no longer be stopped. Raises Gone when it was."""
        progress.keep(self.work, state=WorkState.SAVING)

    def end(self, outcome: WorkResult) -> None:
        """It was done to its end. Raises Gone when it was stopped, or somebody else does it now."""
        progress.end(self.work, WorkState.DONE, **asdict(outcome))
