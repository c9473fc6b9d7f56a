"""What the worker writes while it works: how far it is, what came of it. Whoever lost the work writes nothing."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from django.db.models import F, QuerySet

from vmssbuilder.clock import Now
from vmssbuilder.workers import heartbeats

from . import tasks
from .models import Work, WorkState

SILENT: Final = timedelta(seconds=60)
"""Work that gave no sign of life for this long is begun anew: its task was lost."""

TRIES: Final = 3
"""How often work is begun that never comes to its end."""

KEPT: Final = timedelta(days=7)
"""How long work that ended stays, for its page."""


def _unless_somebody_works(works: QuerySet[Work]) -> QuerySet[Work]:
    """Those that gave no sign of life lately. A task that is done again is so because its worker died, but another may
    have begun the work anew meanwhile."""
    lately = heartbeats.DEAD_AFTER - 2 * timedelta(seconds=heartbeats.BEAT_EVERY)
    return works.exclude(state__in=(WorkState.RUNNING, WorkState.SAVING), alive__gt=Now() - lately)


class Gone(Exception):
    """The work was stopped, or somebody else does it now."""


def begin(number: int, *, again: bool = False) -> Work | None:
    """Takes the work; None when it ended, or is somebody else's. again: whoever took it is gone."""
    free = Work.objects.filter(pk=number, finished=None)
    free = _unless_somebody_works(free) if again else free.filter(state=WorkState.WAITING)
    token, fresh = secrets.token_hex(8), {"done": 0, "total": 0, "begun": Now(), "alive": Now()}
    if not free.update(state=WorkState.RUNNING, token=token, tries=F("tries") + 1, **fresh):
        return None
    mine = Work.objects.select_related("draft", "revision", "person").defer("draft__document")
    work = mine.filter(pk=number, token=token).first()
    if work is not None and work.tries > TRIES:
        end(
            work,
            WorkState.FAILED,
            said=f"It was begun {TRIES} times and never came to its end. Nothing was saved.",
        )
        return None
    return work


def keep(work: Work, **columns: object) -> None:
    """Notes how far the work is, and that it goes on. Raises Gone."""
    mine = Work.objects.filter(pk=work.pk, token=work.token, finished=None)
    if not mine.update(alive=Now(), **columns):
        raise Gone


def end(work: Work, state: WorkState, **columns: object) -> None:
    """The work came to an end. Raises Gone."""
    keep(work, state=state, finished=Now(), **columns)


def waits(number: int) -> Work | None:
    """A sign of life of work that waits for its turn; None when it does not wait any more."""
    return _woken(Work.objects.filter(pk=number, state=WorkState.WAITING))


def leave(number: int) -> Work | None:
    """Nobody does the work any more, and it is to be done anew; None when it ended, or somebody does it."""
    return _woken(_unless_somebody_works(Work.objects.filter(pk=number, finished=None)))


def sweep() -> int:
    """Has work done anew that nobody does any more; answers how much there was."""
    late = Work.objects.filter(finished=None, alive__lt=Now() - SILENT)
    found = [work for number in late.values_list("pk", flat=True) if (work := _woken(late.filter(pk=number)))]
    for work in found:
        tasks.do_soon(work)
    return len(found)


def _woken(chosen: QuerySet[Work]) -> Work | None:
    keys = list(chosen.values_list("pk", flat=True))
    if not keys or not chosen.update(state=WorkState.WAITING, token="", alive=Now()):
        return None
    return Work.objects.only("pk", "person_id").get(pk=keys[0])


def forget_old() -> int:
    """Removes work that ended long ago; answers how much there was."""
    return Work.objects.filter(finished__lt=Now() - KEPT).delete()[0]
