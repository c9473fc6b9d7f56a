"""Checks a revision against Azure in the name of whoever asked, and looks up what it costs."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from functools import cache
from typing import Any, Final

import requests
from django.conf import settings

from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.accounts.tokens import access_token
from vmssbuilder.azure import ArmClient, AzureError, Gate, cloud, open_session, preflight, prices
from vmssbuilder.azure.errors import SignInNeeded
from vmssbuilder.azure.preflight import LIMIT, Finding, Result
from vmssbuilder.azure.preflight.results import now, of_error
from vmssbuilder.drafts import vault

from . import keeping
from .models import Preflight

ATTEMPTS: Final = 2
PATIENCE: Final = 2.0
PRICES_MAY_TAKE: Final = 10.0


def run(number: int) -> None:
    """Does the pre-flight of that number, if nobody else does."""
    held = keeping.begin(number)
    if held is None:
        return
    document = held.revision.document
    priced = _price(document)
    try:
        clear = vault.put_back(held.draft, document)
        gate = Gate()
        make = lambda claims: _client(held, claims, gate)  # noqa: E731 - one line, used once
        for result in preflight.run(make, held.revision.request, clear, limit=LIMIT):
            keeping.keep_result(held, result)
    except AzureError as error:
        _nothing_checked(held, tuple(of_error(error, document)))
    except NotSetUp as error:
        _nothing_checked(held, (Finding("unknown", str(error), "Ask whoever runs this installation."),))
    _keep_price(held, priced)
    keeping.finish(held)


def _nothing_checked(held: Preflight, findings: tuple[Finding, ...]) -> None:
    for key in preflight.checks_for(held.revision.request):
        keeping.keep_result(held, Result(key, preflight.TITLES[key], findings, now()))


def _client(held: Preflight, claims: str | None, gate: Gate) -> ArmClient:
    token = access_token(held.person, claims)

    def provider(wanted: str | None) -> str:
        if wanted is None:
            return token
        raise SignInNeeded("Another token is got outside this thread.")

    return ArmClient(
        cloud(settings.VMSSBUILDER_CLOUD),
        provider,
        _session(settings.VMSSBUILDER_CLOUD, settings.VMSSBUILDER_SANDBOX_URL),
        attempts=ATTEMPTS,
        patience=PATIENCE,
        gate=gate,
    )


@cache
def _session(name: str, sandbox_url: str) -> requests.Session:
    return open_session(cloud(name), sandbox_url or None)


# --- prices ----------------------------------------------------------------------------------------------------------


def _price(document: dict[str, Any]) -> Future[prices.Prices | None]:
    """The prices, on their way. They are on another host and need no token."""
    future: Future[prices.Prices | None] = Future()
    wanted = prices.wanted(document)
    azure, session = (
        cloud(settings.VMSSBUILDER_CLOUD),
        _session(settings.VMSSBUILDER_CLOUD, settings.VMSSBUILDER_SANDBOX_URL),
    )

    def fetch() -> None:
        try:
            future.set_result(prices.fetch(session, azure, wanted) if wanted else None)
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            future.set_exception(error)

    threading.Thread(target=fetch, name="prices", daemon=True).start()
    return future


def _keep_price(held: Preflight, priced: Future[prices.Prices | None]) -> None:
    document = held.revision.document
    try:
        found = priced.result(timeout=PRICES_MAY_TAKE)
    except (AzureError, TooSlow):
        keeping.keep_cost(held, {"trouble": "The price list does not answer. Run it again in a moment."})
        return
    if found is None:
        why = "The request names no size and region of its own." if not prices.wanted(document) else ""
        keeping.keep_cost(held, {"trouble": why or "This cloud has no public price list."})
        return
    told = prices.estimate(document, found)
    lines = [{"what": each.what, "amount": each.amount} for each in told.lines]
    keeping.keep_cost(
        held,
        {
            "currency": told.currency,
            "monthly": told.monthly,
            "lines": lines,
            "assumptions": list(told.assumptions),
            "at": now(),
        },
    )
