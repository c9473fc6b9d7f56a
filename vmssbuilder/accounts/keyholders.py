"""Which process has which keys: each one says so in the database, so that nothing is encrypted that others cannot read.

Web processes and workers beat every few seconds. `rotate_keys` waits for nobody: it refuses while a living process
lacks the newest key. A process that meets what was encrypted with a key that another one has knows that it is not lost.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, connection
from django.db.models.functions import Now

from vmssbuilder.azure import AzureError
from vmssbuilder.encryption import key_ids

from .models import KeyHolder

log = logging.getLogger(__name__)

BEAT_EVERY: Final = 10.0
"""Seconds between two signs of life."""

ALIVE: Final = timedelta(seconds=45)
"""Who was silent for longer is gone."""

LOOK_AGAIN: Final = 15.0
"""Seconds until a process without a key looks whether it can be done now: it, or another one, was restarted."""


class KeyNotHere(AzureError):
    """This process was started without a key that another one has. Nothing is lost, and it passes by a restart."""

    def __init__(self) -> None:
        super().__init__(
            "This process lacks a key that another process has.",
            code="KeyNotHere",
            retryable=True,
            retry_after=LOOK_AGAIN,
        )


def announce(kind: str) -> None:
    """From now on this process says every few seconds which keys it has, until it ends. kind: "web" or "worker"."""
    name, ending = secrets.token_hex(8), threading.Event()
    beating = threading.Thread(target=_beat_until, args=(ending, kind, name), name="keys", daemon=True)
    beating.start()
    atexit.register(_leave, ending, beating, name)


def _beat_until(ending: threading.Event, kind: str, name: str) -> None:
    while not ending.is_set():
        try:
            beat(kind, name)
        except DatabaseError as error:
            log.warning("the keys of this process could not be announced: %s", type(error).__name__)
        finally:
            # Kept open, it would be one more for each process.
            connection.close()
        ending.wait(BEAT_EVERY)


def _leave(ending: threading.Event, beating: threading.Thread, name: str) -> None:
    """So that nobody waits for a process that was restarted. One that is killed looks gone after a while."""
    ending.set()
    beating.join(timeout=1.0)
    with contextlib.suppress(DatabaseError):
        KeyHolder.objects.filter(name=name).delete()
        connection.close()


def beat(kind: str, name: str) -> None:
    """Says that the process of that name is there, and which keys it has."""
    held = {
        "kind": kind,
        "place": f"{socket.gethostname()}:{os.getpid()}"[:100],
        "keys": " ".join(key_ids()),
        "seen": Now(),
    }
    if not KeyHolder.objects.filter(name=name).update(**held):
        KeyHolder.objects.filter(seen__lt=Now() - ALIVE).delete()
        KeyHolder.objects.create(name=name, **held)


def without(key: str) -> list[KeyHolder]:
    """The living processes that lack the key."""
    return [each for each in _alive() if key not in each.keys.split()]


def behind(key: str) -> list[KeyHolder]:
    """The living processes that encrypt with another key than this one."""
    return [each for each in _alive() if each.keys.split()[:1] != [key]]


def held(keys: Iterable[str]) -> frozenset[str]:
    """Those of the key ids that a living process has. No query where there are none to look for; "" is none."""
    wanted = {key for key in keys if key}
    return frozenset(wanted & {key for each in _alive() for key in each.keys.split()} if wanted else ())


def _alive() -> list[KeyHolder]:
    return list(KeyHolder.objects.filter(seen__gte=Now() - ALIVE).order_by("kind", "place"))
