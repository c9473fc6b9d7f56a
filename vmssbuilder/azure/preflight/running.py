"""Runs the checks side by side, each for no longer than its time: a slow answer costs its own check and no other."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from vmssbuilder.scaleset import Request

from ..blotting import Blotter
from ..client import ArmClient
from ..errors import AzureError, ClaimsChallenge, TokenRefused
from ..signin import NEW_TOKEN
from . import checks, compatibility, deployments
from .context import CheckContext, NotSaid
from .results import PreflightFinding, Result, blotted, now, of_error, unavailable_reason

LIMIT: Final = 20.0
"""Seconds that one check may take."""

_log = logging.getLogger(__name__)

_CHECKS: Final[dict[str, tuple[str, checks.Check]]] = {
    "name": ("Name", checks.name),
    "provider": ("Resource provider", checks.provider),
    "size": ("Size on offer", checks.size),
    "fit": ("What size and image can do", compatibility.fit),
    "quota": ("Quota", checks.quota),
    "subnets": ("Room in the subnets", checks.subnets),
    "references": ("Resources referred to", checks.references),
    "plan": ("Image and its terms", checks.plan),
    "validate": ("Azure's own validation", deployments.validate),
    "what-if": ("What Azure would change", deployments.what_if),
}

TITLES: Final = {key: title for key, (title, _check) in _CHECKS.items()}
"""The checks in the order in which they are shown."""

MakeClient = Callable[[str | None], ArmClient]
"""A client with a token; with claims, with another token that answers them. Raises AzureError."""

_Outcome = tuple[str, list[PreflightFinding] | AzureError]


def checks_for(request: Request) -> list[str]:
    """The checks that a request gets: only an update is rehearsed."""
    return [key for key in TITLES if key != "what-if" or request.operation == "update"]


def run(
    make: MakeClient,
    request: Request,
    clear: dict[str, Any],
    *,
    limit: float = LIMIT,
    only: frozenset[str] | None = None,
) -> Iterator[Result]:
    """The results, each as it comes in. clear: the request's document with its secrets. only: these checks and no others.

    `make` is called in this thread only, so that it may use a database. Raises AzureError when no token is to be had.
    """
    blotter = Blotter(clear)
    done: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
    context = CheckContext(make(None), request, clear)
    waiting = {key for key in checks_for(request) if only is None or key in only}
    for key in waiting:
        _start(key, context, done)
    until, renewed = time.monotonic() + limit, False
    while waiting:
        try:
            key, outcome = done.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        if key not in waiting:
            continue
        if isinstance(outcome, TokenRefused | ClaimsChallenge) and not renewed:
            renewed = True
            try:
                context = CheckContext(make(getattr(outcome, "claims", "") or NEW_TOKEN), request, clear)
            except AzureError as error:
                outcome = error
            else:
                # Whatever is under way has the refused token too: all that is left starts again.
                done = queue.SimpleQueue()
                for each in waiting:
                    _start(each, context, done)
                continue
        waiting.discard(key)
        yield blotted(_result(key, outcome, request.document), blotter)
    for key in [each for each in TITLES if each in waiting]:
        sentence = f"Azure did not answer within {limit:g} seconds, so this was not checked."
        yield Result(
            key, TITLES[key], (PreflightFinding("unknown", sentence, "Run it again in a moment."),), now()
        )


def _start(key: str, context: CheckContext, done: queue.SimpleQueue[_Outcome]) -> None:
    threading.Thread(target=_check, args=(key, context, done), name=f"check-{key}", daemon=True).start()


def _check(key: str, context: CheckContext, done: queue.SimpleQueue[_Outcome]) -> None:
    try:
        done.put((key, list(_CHECKS[key][1](context))))
    except NotSaid as missing:
        done.put(
            (key, [PreflightFinding("unknown", str(missing), "Fill it in, then run it again.", missing.path)])
        )
    except AzureError as error:
        done.put((key, error))
    except Exception as error:  # noqa: BLE001 - it is logged, and told to whoever waits
        # Without the exception's own words, which may quote a secret that was in hand.
        _log.error("The check %s failed: %s", key, type(error).__name__)
        done.put(
            (
                key,
                [
                    PreflightFinding(
                        "unknown", "Azure's answer has an unknown shape, so this was not checked."
                    )
                ],
            )
        )


def _result(key: str, outcome: list[PreflightFinding] | AzureError, document: Any) -> Result:
    if isinstance(outcome, AzureError):
        findings = tuple(of_error(outcome, document))
        why = unavailable_reason(outcome, document)
        return Result(key, TITLES[key], findings, now(), outcome.correlation_id, why)
    return Result(key, TITLES[key], tuple(outcome), now())
