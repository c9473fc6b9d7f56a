"""The worker's part: a piece of heavy work from start to end."""

from __future__ import annotations

from datetime import timedelta

from django_tasks import TaskContext, task

from vmssbuilder import clock

from .models import Work


@task(takes_context=True)
def do(context: TaskContext, number: int, person: int = 0) -> None:  # noqa: ARG001 - the queue reads it
    """Does a piece of work, if nobody else does. person: whose turn it takes."""
    from . import doing  # it needs this module

    doing.run(number, again=context.attempt > 1)


def do_soon(work: Work, after: timedelta = timedelta(0)) -> None:
    """Has a piece of work done, after a while."""
    # With a time always: the queue puts tasks without one behind all others.
    do.using(run_after=clock.now() + after).enqueue(work.pk, person=work.person_id)
