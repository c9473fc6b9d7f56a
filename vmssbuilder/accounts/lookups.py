"""Asks Azure something in a person's name without keeping a page waiting: a thread asks, a page waits for it a moment.

The threads know no database: tokens and pauses are got before they start, and what they bring is kept in this process for
a while only, for the page that asked, and for pages that look in again.
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

from vmssbuilder.azure import ArmClient, AzureError
from vmssbuilder.azure.errors import BadAnswer, ClaimsChallenge, Throttled, TokenRefused
from vmssbuilder.azure.pickers import Trouble
from vmssbuilder.azure.signin import NEW_TOKEN

from .arm import client_for_thread
from .entra import NotSetUp
from .models import User
from .throttling import CarriedGate

AT_ONCE: Final = 32
"""Questions that a process has under way at the same time, at most."""
FORGOTTEN_AFTER: Final = 300.0
"""Seconds after which an answer is dropped."""
TROUBLE_LASTS: Final = 10.0
"""Seconds for which trouble is believed to go on: asking again at each key pressed would only add to it."""
LONGEST_TROUBLE: Final = 120.0
"""The same, where Azure asked for a pause."""
_REMEMBERED: Final = 200
_GATES: Final = 1_000

_log = logging.getLogger(__name__)
_Key = tuple[int, str]
Work = Callable[[ArmClient], Any]
Words = Callable[[AzureError], Trouble]


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is known now. loading: more is on its way. missing: what the draft has to say before Azure can be asked."""

    value: Any = None
    loading: bool = False
    trouble: Trouble | None = None
    missing: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether Azure answered; that there is nothing is an answer as well."""
        return not self.loading and self.trouble is None


@dataclass(slots=True)
class _Job:
    renewed: bool
    future: Future[Any] = field(default_factory=Future)
    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0

    def will_do(self, within: float) -> bool:
        """Whether it is under way, or what it brought is not older than that."""
        if not self.future.done():
            return True
        return time.monotonic() - self.ended < min(within, self._lasts())

    def _lasts(self) -> float:
        error = self.future.exception()
        if error is None:
            return FORGOTTEN_AFTER
        pause = error.retry_after or 0.0 if isinstance(error, Throttled) else 0.0
        return min(max(TROUBLE_LASTS, pause), LONGEST_TROUBLE)


_jobs: OrderedDict[_Key, _Job] = OrderedDict()
_gates: OrderedDict[int, CarriedGate] = OrderedDict()
_lock = threading.Lock()


def ask(user: User, about: str, work: Work, words: Words, *, wait: float, within: float) -> Lookup:
    """What `work` brings back from Azure in the person's name, or that it is on its way after a moment's wait.

    about: what is asked, the same for the same question. words: tells what went wrong. wait: seconds to wait for Azure at
    most. within: an answer, or trouble, that is not older than these seconds will do.
    """
    own = (user.pk, about)
    until = time.monotonic() + wait
    try:
        try:
            value = _result(_job(own, user, work, within), until)
        except (ClaimsChallenge, TokenRefused) as error:
            value = _result(_renewed(own, user, work, error), until)
        finally:
            publish_pauses(user)
    except TooSlow:
        return Lookup(loading=True)
    except AzureError as error:
        return Lookup(trouble=words(error))
    except NotSetUp as error:
        return Lookup(trouble=Trouble("refused", str(error), "Ask whoever runs this installation."))
    return Lookup(value)


def left(until: float) -> float:
    """Seconds until that moment of `time.monotonic()`, none once it is past: for several questions with one deadline."""
    return max(0.0, until - time.monotonic())


def is_pending(user: User, about: str) -> bool:
    """Whether an answer is on its way, or there and not fetched."""
    with _lock:
        job = _jobs.get((user.pk, about))
        return job is not None and not (job.future.done() and job.future.exception())


def forget(user: User, about: str) -> None:
    """The next question is asked anew."""
    with _lock:
        job = _jobs.get((user.pk, about))
        if job is not None and job.future.done():
            del _jobs[(user.pk, about)]


def gate(user: User) -> CarriedGate:
    """One for all questions of a person: the pause that Azure asks for is theirs, in whichever process they met it."""
    with _lock:
        own = _gates.setdefault(user.pk, CarriedGate(user.pk))
        _gates.move_to_end(user.pk)
        if len(_gates) > _GATES:
            _gates.popitem(last=False)
    own.read()
    return own


def publish_pauses(user: User) -> None:
    """All processes learn of the pauses that the person's questions met here."""
    with _lock:
        own = _gates.get(user.pk)
    if own is not None:
        own.publish()


def forget_everything() -> None:
    """As in a fresh process: for tests, which ask the same in many worlds."""
    with _lock:
        _jobs.clear()
        _gates.clear()


def _result(job: _Job | None, until: float) -> Any:
    """What the job brought. Raises TooSlow, and what the job ran into."""
    if job is None:
        raise TooSlow
    return job.future.result(timeout=max(0.0, until - time.monotonic()))


def _job(own: _Key, user: User, work: Work, within: float, claims: str | None = None) -> _Job | None:
    """The job under way or just done, or a new one; None when too many are under way."""
    with _lock:
        _forget_old()
        known = _jobs.get(own)
        if known is not None and (claims is None or known.renewed) and known.will_do(within):
            return known
        if sum(not each.future.done() for each in _jobs.values()) >= AT_ONCE:
            return None
    asker = client_for_thread(user, gate(user), claims)
    job = _Job(renewed=claims is not None)
    with _lock:
        if _jobs.get(own, known) is not known:  # somebody else was faster while the token was got
            return _jobs[own]
        _jobs[own] = job
        _jobs.move_to_end(own)
    threading.Thread(target=_run, args=(job, asker, work), name=f"ask-{own[1][:40]}", daemon=True).start()
    return job


def _renewed(own: _Key, user: User, work: Work, error: AzureError) -> _Job | None:
    """Once more with another token, if one can be had without the person. Raises the error where it cannot."""
    refused = _jobs.get(own)
    if refused is None or refused.renewed:
        raise error
    claims = (error.claims if isinstance(error, ClaimsChallenge) else "") or NEW_TOKEN
    try:
        return _job(own, user, work, TROUBLE_LASTS, claims)
    except AzureError:
        refused.renewed = True  # the next look need not try
        raise


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


def _forget_old() -> None:
    now = time.monotonic()
    done = [own for own, job in _jobs.items() if job.future.done()]
    surplus = max(0, len(_jobs) - _REMEMBERED)
    for place, own in enumerate(done):
        if place < surplus or now - _jobs[own].started > FORGOTTEN_AFTER:
            del _jobs[own]
