"""The queue: tasks are disposable wake-ups that hold nothing but numbers; the sweep makes up for those that got lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django_tasks import task

from vmssbuilder import clock
from vmssbuilder.clock import Now
from vmssbuilder.workers import queue

from .models import Submission

LATE: Final = timedelta(seconds=2)
"""A step that is overdue by more than this has lost its wake-up: its worker died, or the queue was emptied."""

SWEPT_AT_ONCE: Final = 500


@task()
def wake(number: int, person: int = 0) -> None:  # noqa: ARG001 - the queue reads it
    """Does the next step of a submission, if it is due and nobody else does it. person: whose turn it takes."""
    from . import transitions  # spares web processes the import of everything that talks to Azure

    transitions.run(number)


def wake_at(submission: Submission, moment: datetime) -> None:
    """Has the submission woken at that moment. In a transaction together with what makes the step due."""
    wake.using(run_after=moment).enqueue(submission.pk, person=submission.submitter_id)


def sweep() -> int:
    """Wakes every submission whose step is overdue and that nobody holds; answers how many there were."""
    late = Submission.objects.filter(
        Submission.free(), state__in=Submission.MOVING, next_step__lt=Now() - LATE
    )
    found = dict(late.order_by("next_step").values_list("pk", "submitter_id")[:SWEPT_AT_ONCE])
    if not found:
        return 0
    # Under load, steps are late without anything being lost.
    woken = {kept["args"][0] for kept in queue.waiting(wake) if kept.get("args")}
    lost = [number for number in found if number not in woken]
    now = clock.now()
    with transaction.atomic():
        for number in lost:
            wake.using(run_after=now).enqueue(number, person=found[number])
    return len(lost)
