"""The queue: tasks are disposable wake-ups that hold nothing but a number; the sweep makes up for those that got lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from .models import Submission

LATE: Final = timedelta(seconds=2)
"""A step that is overdue by more than this has lost its wake-up: its worker died, or the queue was emptied."""

SWEPT_AT_ONCE: Final = 500
KEPT: Final = timedelta(hours=1)
"""How long finished wake-ups are kept. What happened is in the submission, so nobody reads them."""

STUCK: Final = timedelta(days=1)


@task()
def wake(number: int) -> None:
    """Does the next step of a submission, if it is due and nobody else does it."""
    from . import steps  # spares web processes the import of everything that talks to Azure

    steps.run(number)


def wake_at(submission: Submission, moment: datetime) -> None:
    """Has the submission woken at that moment. In a transaction together with what makes the step due."""
    wake.using(run_after=moment).enqueue(submission.pk)


def sweep() -> int:
    """Wakes every submission whose step is overdue and that nobody holds; answers how many there were."""
    now = timezone.now()
    free = Q(lease="") | Q(lease_until__lt=now)
    overdue = Submission.objects.filter(free, state__in=Submission.MOVING, next_step__lt=now - LATE)
    numbers = list(overdue.order_by("next_step").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    waiting = _woken_already(numbers)
    for number in numbers:
        if number not in waiting:
            wake.enqueue(number)
    return len(set(numbers) - waiting)


def _woken_already(numbers: list[int]) -> set[int]:
    """Those with a wake-up in the queue already: under load, steps are late without anything being lost."""
    if not numbers:
        return set()
    ready = DBTaskResult.objects.ready().filter(task_path=wake.module_path)
    return set(numbers) & {
        args["args"][0] for args in ready.values_list("args_kwargs", flat=True).iterator() if args.get("args")
    }


def prune() -> int:
    """Removes wake-ups that are done with, and those whose worker died; answers how many there were."""
    now = timezone.now()
    own = DBTaskResult.objects.filter(task_path=wake.module_path)
    done = own.filter(status__in=["SUCCESSFUL", "FAILED"], finished_at__lt=now - KEPT)
    dead = own.filter(status="RUNNING", started_at__lt=now - STUCK)
    return done.delete()[0] + dead.delete()[0]
