"""Asks Azure for a list without keeping anybody waiting: a thread asks, a page waits for it a moment at most.

The threads know no database: tokens are got before they start, and what they bring back is kept by whoever asks next.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import requests
from django.conf import settings

from vmssbuilder.accounts.entra import NotSetUp
from vmssbuilder.accounts.models import User
from vmssbuilder.accounts.throttling import CarriedGate
from vmssbuilder.accounts.tokens import access_token
from vmssbuilder.azure import ArmClient, AzureError, cloud, open_session
from vmssbuilder.azure.errors import BadAnswer, ClaimsChallenge, SignInNeeded, TokenRefused
from vmssbuilder.azure.pickers import Picker, Trouble, Where, pack, trouble
from vmssbuilder.azure.pickers.sources import Source
from vmssbuilder.azure.signin import NEW_TOKEN

from . import keeping
from .keeping import Kept

AT_ONCE: Final = 16
"""Lists that a process asks for at the same time, at most."""
ATTEMPTS: Final = 2
PATIENCE: Final = 2.0
FORGOTTEN_AFTER: Final = 300.0
"""Seconds after which an answer that nobody came back for is dropped."""
TROUBLE_LASTS: Final = 10.0
"""Seconds for which trouble is believed to go on: asking again at each key pressed would only add to it."""

_log = logging.getLogger(__name__)
_Key = tuple[int, str]


@dataclass(slots=True)
class _Job:
    """A list on its way."""

    future: Future[bytes]
    renewed: bool
    started: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Asked:
    """What can be shown now. loading: more is on its way. missing: what the draft has to say first."""

    kept: Kept | None = None
    loading: bool = False
    trouble: Trouble | None = None
    missing: tuple[str, ...] = ()


_jobs: dict[_Key, _Job] = {}
_troubles: OrderedDict[_Key, tuple[float, Trouble]] = OrderedDict()
_gates: OrderedDict[int, CarriedGate] = OrderedDict()
_lock = threading.Lock()
_REMEMBERED: Final = 1_000


def ask(user: User, picker: Picker, where: Where, *, wait: float, fresh: bool = False) -> Asked:
    """The list of a picker as the person may see it. wait: seconds to wait for Azure at most, where nothing is known yet.

    fresh: ask again, whatever is known. A list past its time is shown as it is, and renewed meanwhile.
    """
    source = picker.source
    missing = where.missing(source.needs)
    if missing:
        return Asked(missing=missing)
    key = keeping.key_of(source, where)
    known = keeping.kept(user, key)
    own = (user.pk, key)
    under_way = own in _jobs
    if known is not None and known.age < source.lasts and not fresh and not under_way:
        return Asked(known)
    if not fresh and not under_way:
        believed = _believed(own)
        if believed is not None:
            return Asked(known, trouble=believed)
    try:
        job = _job(own, user, source, where)
        if job is None:
            return Asked(known, loading=True)
        try:
            packed = _result(job, 0.0 if known is not None and not fresh else wait)
        finally:
            heard(user)
        if packed is None:
            return Asked(known, loading=True)
    except _Renew as renew:
        return _renewed(renew, own, user, picker, where, known)
    except AzureError as error:
        return Asked(known, trouble=_noted(own, trouble(error, picker.plural)))
    except NotSetUp as error:
        return Asked(known, trouble=Trouble("refused", str(error), "Ask whoever runs this installation."))
    _drop(own)
    return Asked(keeping.keep(user, key, packed))


class _Renew(Exception):
    """Azure did not take the token."""

    def __init__(self, error: AzureError, claims: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.claims = claims


def _job(own: _Key, user: User, source: Source, where: Where, token: str = "") -> _Job | None:
    """The job under way, or a new one; None when too many are."""
    _forget()
    with _lock:
        job = _jobs.get(own)
        if job is not None:
            return job
        if sum(not each.future.done() for each in _jobs.values()) >= AT_ONCE:
            return None
    value = token or access_token(user)
    asker = client(user, value)
    mine = _Job(Future(), renewed=bool(token))
    with _lock:
        job = _jobs.setdefault(own, mine)
    if job is mine:
        threading.Thread(
            target=_run, args=(job.future, asker, source, where), name=f"list-{source.name}", daemon=True
        ).start()
    return job


def _run(future: Future[bytes], client: ArmClient, source: Source, where: Where) -> None:
    try:
        future.set_result(pack(source.fetch(client, where)))
    except AzureError as error:
        future.set_exception(error)
    except Exception:  # noqa: BLE001 - it is logged, and told to whoever waits
        # A shape that nobody foresaw must cost the list, not the page.
        _log.exception("The list of %s could not be read.", source.name)
        future.set_exception(BadAnswer("Azure's answer has an unknown shape."))


def _result(job: _Job, wait: float) -> bytes | None:
    """What the job brought, None when it is not back yet. Raises what it ran into."""
    try:
        return job.future.result(timeout=wait)
    except TooSlow:
        return None
    except ClaimsChallenge as error:
        if job.renewed:
            raise
        raise _Renew(error, error.claims or NEW_TOKEN) from error
    except TokenRefused as error:
        if job.renewed:
            raise
        raise _Renew(error, NEW_TOKEN) from error


def _renewed(renew: _Renew, own: _Key, user: User, picker: Picker, where: Where, known: Kept | None) -> Asked:
    """Once more with another token, if one can be had without the person."""
    _drop(own)
    try:
        token = access_token(user, renew.claims)
        _job(own, user, picker.source, where, token)
    except AzureError as error:
        shown = renew.error if isinstance(error, SignInNeeded) else error
        return Asked(known, trouble=_noted(own, trouble(shown, picker.plural)))
    return Asked(known, loading=True)


def client(user: User, token: str) -> ArmClient:
    """A client for a thread. What it met is told with `heard`."""
    gate = _gate(user.pk)
    gate.read()

    def provider(claims: str | None) -> str:
        if claims is None:
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


def _gate(person: int) -> CarriedGate:
    """One for all lists of a person: the pause that Azure asks for is theirs, in whichever process they met it."""
    with _lock:
        gate = _gates.setdefault(person, CarriedGate(person))
        _gates.move_to_end(person)
        if len(_gates) > _REMEMBERED:
            _gates.popitem(last=False)
        return gate


def heard(user: User) -> None:
    """All processes learn of the pauses that the person's lists met here."""
    _gate(user.pk).tell()


def _believed(own: _Key) -> Trouble | None:
    with _lock:
        until, known = _troubles.get(own, (0.0, None))
        return known if until > time.monotonic() else None


def _noted(own: _Key, found: Trouble) -> Trouble:
    _drop(own)
    with _lock:
        _troubles[own] = (time.monotonic() + max(TROUBLE_LASTS, min(found.pause, 120.0)), found)
        _troubles.move_to_end(own)
        if len(_troubles) > _REMEMBERED:
            _troubles.popitem(last=False)
    return found


def _drop(own: _Key) -> None:
    with _lock:
        _jobs.pop(own, None)
        _troubles.pop(own, None)


def _forget() -> None:
    """Drops answers that nobody came back for."""
    now = time.monotonic()
    with _lock:
        for own, job in list(_jobs.items()):
            if job.future.done() and now - job.started > FORGOTTEN_AFTER:
                del _jobs[own]


def forget_everything() -> None:
    """As in a fresh process: for tests, which ask the same in many worlds."""
    with _lock:
        _jobs.clear()
        _troubles.clear()
        _gates.clear()
