"""The worker's part: a pre-flight from start to end, results kept as they come."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from .models import Preflight

KEPT: Final = timedelta(hours=1)


@task()
def check(number: int) -> None:
    """Checks the revision of a pre-flight against Azure."""
    from . import checking  # spares web processes the import of everything that talks to Azure

    checking.run(number)


def check_again(run: Preflight, after: timedelta) -> None:
    """Has what is left of a run checked after a while."""
    check.using(run_after=timezone.now() + after).enqueue(run.pk)


def prune() -> None:
    """Removes tasks that are done with; what they found is kept with the pre-flight."""
    done = DBTaskResult.objects.filter(task_path=check.module_path, status__in=["SUCCESSFUL", "FAILED"])
    done.filter(finished_at__lt=timezone.now() - KEPT).delete()
