"""Checks a revision against Azure in the name of whoever asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from vmssbuilder.accounts.arm import client_for_thread
from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.accounts.throttling import CarriedGate
from vmssbuilder.azure import AzureError, preflight
from vmssbuilder.azure.preflight import LIMIT, PreflightFinding, Result
from vmssbuilder.azure.preflight.results import now, of_error, unavailable_reason
from vmssbuilder.drafts import sent, vault

from . import progress, tasks
from .models import Preflight

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
    if _open(held) and timezone.now() - held.asked < TRIED_FOR:
        progress.leave(held)
        tasks.check_soon(held, AGAIN_AFTER)
    else:
        progress.finish(held)


def _open(held: Preflight) -> frozenset[str]:
    """The checks without a result that stands."""
    kept = {each["check"]: Result.from_json(each) for each in held.results}
    wanted = preflight.checks_for(held.revision.request)
    return frozenset(key for key in wanted if key not in kept or kept[key].may_pass)


def _nothing_checked(
    held: Preflight, checks: frozenset[str], findings: tuple[PreflightFinding, ...], why: str = ""
) -> None:
    for key in preflight.checks_for(held.revision.request):
        if key in checks:
            progress.keep_result(
                held, Result(key, preflight.TITLES[key], findings, now(), unavailable_reason=why)
            )
