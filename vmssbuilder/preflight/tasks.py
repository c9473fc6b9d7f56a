"""The worker's part: a pre-flight from start to end, results kept as they come."""

from __future__ import annotations

from datetime import timedelta

from django_tasks import TaskContext, task

from vmssbuilder import clock

from .models import Preflight


@task(takes_context=True)
def check(context: TaskContext, number: int, person: int = 0) -> None:  # noqa: ARG001 - the queue reads it
    """Checks the revision of a pre-flight against Azure. person: whose turn it takes."""
    from . import checking  # spares web processes the import of everything that talks to Azure

    checking.run(number, again=context.attempt > 1)


def check_soon(run: Preflight, after: timedelta = timedelta(0)) -> None:
    """Has what is left of a run checked, after a while."""
    # With a time always: the queue puts tasks without one behind all others.
    check.using(run_after=clock.now() + after).enqueue(run.pk, person=run.person_id)
