"""What the worker writes while it checks: bookkeeping of a run that a person asked for."""

from __future__ import annotations

from vmssbuilder import clock
from vmssbuilder.azure.preflight import Result
from vmssbuilder.clock import Now

from .models import Preflight


def begin(number: int, *, again: bool = False) -> Preflight | None:
    """Takes the run; None when it is gone, or was taken already. again: whoever took it is gone."""
    now = clock.now()
    free = Preflight.objects.filter(pk=number, finished=None)
    if not (free if again else free.filter(begun=None)).update(begun=now, alive=now):
        return None
    return Preflight.objects.select_related("draft", "revision__draft", "person").filter(pk=number).first()


def keep_result(run: Preflight, result: Result) -> None:
    """Adds one result, in the place of an earlier one of the same check."""
    others = [each for each in run.results if each["check"] != result.check]
    run.results = [*others, result.to_json()]
    _keep(run, results=run.results)


def finish(run: Preflight) -> None:
    """Nothing more is to come."""
    _keep(run, finished=clock.now())


def leave(run: Preflight) -> None:
    """Whoever comes next may take it up again."""
    _keep(run, begun=None)


def _keep(run: Preflight, **columns: object) -> None:
    Preflight.objects.filter(pk=run.pk).update(alive=Now(), **columns)
