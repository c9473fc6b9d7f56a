"""One heavy request of a person at a time: whoever has large drafts keeps no more than one web process busy.

A turn is a row in the database, so that it counts for all processes and machines; it has a lease, so that one whose
process died ends by itself.
"""

from __future__ import annotations

import ctypes
import gc
import secrets
import signal
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from vmssbuilder.accounts.models import User
from vmssbuilder.web import unavailable

from .models import Draft, Turn

LARGE: Final = 3_000
"""From how many values and pieces of text on a document is heavy. Hardly any real request has a tenth of it."""
LARGE_FORM: Final = 150_000
"""From how many bytes on a form is heavy."""
_PIECE: Final = 100
"""Characters of a text that count as a value."""

SECONDS: Final = 20
"""How long a heavy request may take. The server would end its process after thirty."""
_LEASE: Final = timedelta(seconds=40)


class NotYet(Exception):
    """Another heavy request of the person is being worked on."""


class TooLong(Exception):
    """A heavy request took longer than it may."""


@dataclass(slots=True)
class _Held:
    """The turn of the request that is being answered; token is empty while it has none."""

    token: str = ""

    def take(self, user: User) -> None:
        token = secrets.token_hex(8)
        until = Now() + _LEASE
        if not Turn.objects.filter(user=user, until__lt=Now()).update(token=token, until=until):
            Turn.objects.bulk_create([Turn(user=user, token=token, until=until)], ignore_conflicts=True)
            if not Turn.objects.filter(user=user, token=token).exists():
                raise NotYet
        self.token = token
        _alarm(SECONDS)

    def leave(self) -> None:
        if self.token:
            _alarm(0)
            Turn.objects.filter(token=self.token).delete()
            self.token = ""


_held: ContextVar[_Held | None] = ContextVar("turn", default=None)


def take(user: User, draft: Draft) -> None:
    """Takes the person's turn for the rest of the request, if the draft is a heavy one. Raises NotYet.

    Outside of a request, in the worker, there is nothing to take: it does its work one after the other.
    """
    held = _held.get()
    if held is not None and not held.token and is_large(draft.document):
        held.take(user)


def is_large(document: Any) -> bool:
    """Whether a document is so large that a page of it takes a noticeable time. Stops counting as soon as it is."""
    left = LARGE
    waiting = [document]
    while waiting and left > 0:
        value = waiting.pop()
        if isinstance(value, dict):
            left -= len(value)
            waiting += value.values()
        elif isinstance(value, list):
            left -= len(value)
            waiting += value
        elif isinstance(value, str):
            left -= len(value) // _PIECE
    return left <= 0


class OneAtATime:
    """Ends a person's turn with the request, and answers a second heavy request at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        held = _Held()
        before = _held.set(held)
        try:
            return self.get_response(request)
        finally:
            _held.reset(before)
            heavy = bool(held.token) or _has_large_form(request)
            held.leave()
            if heavy:
                give_back()

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Django's hook: a large form is heavy, whatever it is about. None lets the request through."""
        held = _held.get()
        large = request.method == "POST" and _has_large_form(request)
        if large and held is not None and isinstance(request.user, User):
            try:
                held.take(request.user)
            except NotYet as error:
                return self.process_exception(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django's hook; None leaves the error to others."""
        if isinstance(error, NotYet):
            return unavailable.busy(
                request, "Another of your requests about a large draft is still being worked on."
            )
        if isinstance(error, TooLong):
            return unavailable.busy(
                request,
                f"This was not done within {SECONDS} seconds, which is as long as a request may take.",
                again=False,
            )
        return None


def _has_large_form(request: HttpRequest) -> bool:
    """Whether what was sent is heavy by itself, whoever sent it."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    return size.isdecimal() and int(size) > LARGE_FORM


def _alarm(seconds: float) -> None:
    """Has TooLong raised after so many seconds; 0 for no more. Only a process's main thread can be woken."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGALRM, _too_long)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _too_long(*_signal: object) -> None:
    raise TooLong


def give_back() -> None:
    """Gives the memory of heavy work back to the system, where the C library would keep it."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        # Only glibc has it.
        return
