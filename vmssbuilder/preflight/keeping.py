"""What the worker writes while it checks: bookkeeping of a run that a person asked for."""

from __future__ import annotations

from django.utils import timezone

from vmssbuilder.azure.preflight import Result

from .models import Preflight


def begin(number: int) -> Preflight | None:
    """Takes the run; None when it is gone, or was taken already."""
    if not Preflight.objects.filter(pk=number, begun=None).update(begun=timezone.now()):
        return None
    return Preflight.objects.select_related("draft", "revision__draft", "person").filter(pk=number).first()


def keep_result(run: Preflight, result: Result) -> None:
    """Adds one result."""
    run.results = [*run.results, result.to_json()]
    Preflight.objects.filter(pk=run.pk).update(results=run.results)


def keep_cost(run: Preflight, cost: dict[str, object]) -> None:
    """Keeps what a month costs."""
    Preflight.objects.filter(pk=run.pk).update(cost=cost)


def finish(run: Preflight) -> None:
    """Nothing more is to come."""
    Preflight.objects.filter(pk=run.pk).update(finished=timezone.now())
