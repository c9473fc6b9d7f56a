"""What the worker writes while it checks: bookkeeping of a run that a person asked for, and prices for a day."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from django.utils import timezone

from vmssbuilder import clock
from vmssbuilder.azure import Cloud
from vmssbuilder.azure.preflight import Result
from vmssbuilder.azure.prices import Prices, Wanted
from vmssbuilder.clock import Now

from .models import Preflight, PriceList

PRICES_LAST: Final = timedelta(days=1)


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


def keep_cost(run: Preflight, cost: dict[str, object]) -> None:
    """Keeps what a month costs."""
    run.cost = cost
    _keep(run, cost=cost)


def finish(run: Preflight) -> None:
    """Nothing more is to come."""
    _keep(run, finished=clock.now())


def leave(run: Preflight) -> None:
    """Whoever comes next may take it up again."""
    _keep(run, begun=None)


def _keep(run: Preflight, **columns: object) -> None:
    Preflight.objects.filter(pk=run.pk).update(alive=Now(), **columns)


def known_prices(azure: Cloud, wanted: Wanted) -> Prices | None:
    """The prices, if they were found within the last day."""
    fresh = PriceList.objects.filter(key=_key(azure, wanted), at__gt=timezone.now() - PRICES_LAST)
    found = fresh.values_list("found", flat=True).first()
    return None if found is None else Prices.from_json(found)


def keep_prices(azure: Cloud, wanted: Wanted, found: Prices) -> None:
    """Keeps what was found just now, and forgets what is old."""
    now = timezone.now()
    PriceList.objects.filter(at__lte=now - PRICES_LAST).delete()
    PriceList.objects.get_or_create(key=_key(azure, wanted), defaults={"found": found.to_json(), "at": now})


def _key(azure: Cloud, wanted: Wanted) -> str:
    asked = [azure.name, wanted.region, wanted.size, *sorted(wanted.disks), str(wanted.public_addresses)]
    return hashlib.sha256("|".join(asked).encode()).hexdigest()
