"""Checks a revision against Azure in the name of whoever asked, and looks up what it costs."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from vmssbuilder.accounts.arm import client_for_thread, session
from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.accounts.throttling import CarriedGate
from vmssbuilder.azure import AzureError, cloud, preflight, prices
from vmssbuilder.azure.preflight import LIMIT, PreflightFinding, Result
from vmssbuilder.azure.preflight.results import now, of_error, unavailable_reason
from vmssbuilder.drafts import sent, vault

from . import progress, tasks
from .models import Preflight

PRICES_MAY_TAKE: Final = 10.0
AGAIN_AFTER: Final = timedelta(seconds=5)
TRIED_FOR: Final = timedelta(minutes=3)
"""How long Azure is asked again by itself when it could not be asked at first."""


def run(number: int, *, again: bool = False) -> None:
    """Does the pre-flight of that number, if nobody else does. What Azure could not be asked is left for the next time.

    again: who did it before is gone.
    """
    held = progress.begin(number, again=again)
    if held is None:
        return
    open_checks = _open(held)
    wanted = sent.changes(held.revision)
    document = wanted.document
    priced = None if _is_priced(held) else _price(held.revision.document)
    gate = CarriedGate(held.person_id)
    gate.read()
    try:
        clear = vault.put_back(held.draft, document)
        make = lambda claims: client_for_thread(held.person, gate, claims)  # noqa: E731 - one line, used once
        for result in preflight.run(make, wanted, clear, limit=LIMIT, only=open_checks):
            gate.publish()
            progress.keep_result(held, result)
    except AzureError as error:
        _nothing_checked(
            held, open_checks, tuple(of_error(error, document)), unavailable_reason(error, document)
        )
    except NotSetUp as error:
        findings = (PreflightFinding("unknown", str(error), "Ask whoever runs this installation."),)
        _nothing_checked(held, open_checks, findings)
    gate.publish()
    if priced is not None:
        _keep_price(held, priced)
    if (_open(held) or not _is_priced(held)) and timezone.now() - held.asked < TRIED_FOR:
        progress.leave(held)
        tasks.check_soon(held, AGAIN_AFTER)
    else:
        progress.finish(held)


def _open(held: Preflight) -> frozenset[str]:
    """The checks without a result that stands."""
    kept = {each["check"]: Result.from_json(each) for each in held.results}
    wanted = preflight.checks_for(held.revision.request)
    return frozenset(key for key in wanted if key not in kept or kept[key].may_pass)


def _is_priced(held: Preflight) -> bool:
    return held.cost is not None and not held.cost.get("passing")


def _nothing_checked(
    held: Preflight, checks: frozenset[str], findings: tuple[PreflightFinding, ...], why: str = ""
) -> None:
    for key in preflight.checks_for(held.revision.request):
        if key in checks:
            progress.keep_result(
                held, Result(key, preflight.TITLES[key], findings, now(), unavailable_reason=why)
            )


# --- prices ----------------------------------------------------------------------------------------------------------


def _price(document: dict[str, Any]) -> Future[prices.Prices | None]:
    """The prices, at once where they are known, else on their way. They are on another host and need no token."""
    future: Future[prices.Prices | None] = Future()
    wanted = prices.wanted(document)
    azure, connections = cloud(settings.VMSSBUILDER_CLOUD), session()
    known = progress.known_prices(azure, wanted) if wanted else None
    if known is not None or wanted is None or not settings.VMSSBUILDER_PRICES:
        future.set_result(known)
        return future

    def fetch() -> None:
        try:
            future.set_result(prices.fetch(connections, azure, wanted))
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            future.set_exception(error)

    threading.Thread(target=fetch, name="prices", daemon=True).start()
    return future


def _keep_price(held: Preflight, priced: Future[prices.Prices | None]) -> None:
    document = held.revision.document
    wanted = prices.wanted(document)
    try:
        found = priced.result(timeout=PRICES_MAY_TAKE)
    except (AzureError, TooSlow):
        trouble = "The price list does not answer. Run it again in a moment."
        progress.keep_cost(held, {"trouble": trouble, "passing": True})
        return
    if found is None or wanted is None:
        progress.keep_cost(held, {"trouble": _why_no_price(wanted)})
        return
    progress.keep_prices(cloud(settings.VMSSBUILDER_CLOUD), wanted, found)
    estimate = prices.estimate(document, found)
    lines = [{"what": each.what, "amount": each.amount} for each in estimate.lines]
    progress.keep_cost(
        held,
        {
            "currency": estimate.currency,
            "monthly": estimate.monthly,
            "lines": lines,
            "assumptions": list(estimate.assumptions),
            "at": now(),
        },
    )


def _why_no_price(wanted: prices.Wanted | None) -> str:
    if not settings.VMSSBUILDER_PRICES:
        return "Prices are switched off in this installation."
    return (
        "This cloud has no public price list."
        if wanted
        else "The request names no size and region of its own."
    )
