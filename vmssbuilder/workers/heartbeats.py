"""Signs of life: each worker leaves one every few seconds, so that everybody can tell who is gone."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from vmssbuilder.clock import Now

from .models import Worker

BEAT_EVERY: Final = 2.0
"""Seconds between two signs of life of a worker."""

DEAD_AFTER: Final = timedelta(seconds=8)
"""A worker that was silent for this long is taken for dead, and others do what it was doing. Four beats: a busy
machine misses one now and then."""

NOBODY_AFTER: Final = timedelta(seconds=30)
"""When nobody gave a sign of life for this long, people are told that no worker is up."""


def new_name() -> str:
    """A name for a worker process that none had before."""
    return secrets.token_hex(8)


def beat(name: str) -> None:
    """Leaves a sign of life. A worker that was taken for dead meanwhile is there again."""
    if not Worker.objects.filter(name=name).update(seen=Now(), left=False):
        Worker.objects.create(name=name)


def leave(name: str) -> None:
    """The worker is done, and nobody has to wait until it looks dead. That it was here until now stays known."""
    Worker.objects.filter(name=name).update(seen=Now(), left=True)


def bury() -> int:
    """Removes the workers that are taken for dead; answers how many there were."""
    return Worker.objects.filter(seen__lt=Now() - DEAD_AFTER).delete()[0]


def names() -> frozenset[str]:
    """The workers that are alive. One query."""
    alive = Worker.objects.filter(seen__gte=Now() - DEAD_AFTER, left=False)
    return frozenset(alive.values_list("name", flat=True))


def anybody() -> bool:
    """Whether any worker was alive within the last 30 seconds. One query."""
    return Worker.objects.filter(seen__gt=Now() - NOBODY_AFTER).exists()
