"""Asks Azure something about a scale set without keeping a page waiting: a thread asks, a page looks in again.

The threads know no database: tokens are got before they start. What they bring is kept in this process for some
seconds only, for pages that look in again and for the press of a button that follows the look.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from typing import Any, Final

from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.accounts.models import User
from vmssbuilder.accounts.tokens import access_token
from vmssbuilder.azure import ArmClient, AzureError, explain
from vmssbuilder.azure.errors import (
    BadAnswer,
    ClaimsChallenge,
    Forbidden,
    GatewayAnswer,
    NotFound,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
    Unreadable,
)
from vmssbuilder.azure.signin import NEW_TOKEN
from vmssbuilder.pickers.asking import client

WAIT: Final = 1.5
"""Seconds that a page waits for Azure."""
FRESH: Final = 5.0
"""Seconds for which an answer is what a page that looks in again came for."""
USABLE: Final = 120.0
"""Seconds for which the answer that a page showed may be used by its buttons."""
AT_ONCE: Final = 16
TROUBLE_LASTS: Final = 5.0

_log = logging.getLogger(__name__)
_Key = tuple[int, str]
Work = Callable[[ArmClient], Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer: what happened, what to do, and what support wants to know."""

    message: str
    cure: str
    sign_in: bool = False
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known now. loading: the answer is on its way."""

    value: Any = None
    loading: bool = False
    trouble: Trouble | None = None

    @property
    def known(self) -> bool:
        """Whether Azure answered; that there is nothing is an answer as well."""
        return not self.loading and self.trouble is None


@dataclass(slots=True)
class _Job:
    future: Future[Any]
    renewed: bool
    ended: float = 0.0
    started: float = field(default_factory=time.monotonic)


_jobs: OrderedDict[_Key, _Job] = OrderedDict()
_lock = threading.Lock()
_REMEMBERED: Final = 200


def ask(user: User, about: str, work: Work, *, within: float = FRESH) -> Asked:
    """What `work` brings back from Azure in the person's name, or that it is on its way after a moment's wait.

    about: what is asked, the same for the same question. within: an answer that is not older than these seconds will do.
    """
    own = (user.pk, about)
    try:
        job = _job(own, user, work, within)
        if job is None:
            return Asked(loading=True)
        try:
            return Asked(job.future.result(timeout=WAIT))
        except TooSlow:
            return Asked(loading=True)
        except (ClaimsChallenge, TokenRefused) as error:
            if job.renewed:
                raise
            claims = (error.claims if isinstance(error, ClaimsChallenge) else "") or NEW_TOKEN
            return _renewed(own, user, work, claims)
    except AzureError as error:
        return Asked(trouble=_trouble(error))
    except NotSetUp as error:
        return Asked(trouble=Trouble(str(error), "Ask whoever runs this installation."))


def _job(own: _Key, user: User, work: Work, within: float, claims: str | None = None) -> _Job | None:
    """The job under way or just done, or a new one; None when too many are under way."""
    with _lock:
        job = _jobs.get(own)
        if job is not None and claims is None and _will_do(job, within):
            return job
        if sum(not each.future.done() for each in _jobs.values()) >= AT_ONCE:
            return None
    asker = client(user, access_token(user, claims))
    job = _Job(Future(), renewed=claims is not None)
    with _lock:
        _jobs[own] = job
        _jobs.move_to_end(own)
        for old in [key for key, each in _jobs.items() if each.future.done()][
            : max(0, len(_jobs) - _REMEMBERED)
        ]:
            del _jobs[old]
    threading.Thread(target=_run, args=(job, asker, work), name=f"ask-{own[1][:40]}", daemon=True).start()
    return job


def _will_do(job: _Job, within: float) -> bool:
    if not job.future.done():
        return True
    failed = job.future.exception() is not None
    return time.monotonic() - job.ended < (min(within, TROUBLE_LASTS) if failed else within)


def _run(job: _Job, asker: ArmClient, work: Work) -> None:
    try:
        value = work(asker)
    except AzureError as error:
        job.ended = time.monotonic()
        job.future.set_exception(error)
    except Exception:  # noqa: BLE001 - it is logged, and told to whoever waits
        # A shape that nobody foresaw must cost the answer, not the page.
        _log.exception("What Azure answered could not be read.")
        job.ended = time.monotonic()
        job.future.set_exception(BadAnswer("Azure's answer has an unknown shape."))
    else:
        job.ended = time.monotonic()
        job.future.set_result(value)


def _renewed(own: _Key, user: User, work: Work, claims: str) -> Asked:
    """Once more with another token, if one can be had without the person."""
    job = _job(own, user, work, 0.0, claims)
    if job is None:
        return Asked(loading=True)
    try:
        return Asked(job.future.result(timeout=WAIT))
    except TooSlow:
        return Asked(loading=True)


def _trouble(error: AzureError) -> Trouble:
    known = error.correlation_id
    if isinstance(error, SignInNeeded | TokenRefused):
        return Trouble(
            "Azure wants you to sign in before it shows this to you.",
            "Sign in with Microsoft and come back: what you typed is kept.",
            sign_in=True,
            correlation_id=known,
        )
    if isinstance(error, Forbidden):
        return Trouble(
            "You may not read this in Azure.",
            "Ask for the Reader role on its resource group, or change to an account that has it.",
            correlation_id=known,
        )
    if isinstance(error, NotFound):
        return Trouble(
            f"Azure finds nothing there: {error.quote}" if error.quote else "Azure finds nothing there.",
            "Check the subscription, the resource group and the name.",
            correlation_id=known,
        )
    if isinstance(error, Throttled):
        pause = error.retry_after or 10.0
        return Trouble(
            "Azure asks for a pause: there were too many requests.",
            f"Try again in {pause:.0f} seconds.",
            correlation_id=known,
        )
    if isinstance(error, Unreachable):
        return Trouble("Azure cannot be reached.", "Try again in a moment.", correlation_id=known)
    if isinstance(error, GatewayAnswer | Unreadable):
        told = explain(error)
        return Trouble(told.sentence, told.cure, correlation_id=known)
    if isinstance(error, BadAnswer) or error.retryable or error.uncertain:
        return Trouble("Azure did not give a proper answer.", "Try again in a moment.", correlation_id=known)
    told = explain(error)
    return Trouble(told.sentence, told.cure or "Try again in a moment.", correlation_id=known)


def forget(user: User, about: str) -> None:
    """The next question is asked anew."""
    with _lock:
        job = _jobs.get((user.pk, about))
        if job is not None and job.future.done():
            del _jobs[(user.pk, about)]


def forget_everything() -> None:
    """As in a fresh process: for tests, which ask the same in many worlds."""
    with _lock:
        _jobs.clear()
