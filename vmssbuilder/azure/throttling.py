"""The pauses that Azure asks for. They are a person's, in a subscription and a region, whoever of their requests met them."""

from __future__ import annotations

import re
import threading
import time
from typing import Final, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

DEFAULT_PAUSE: Final = 5.0
"""Seconds, where Azure refuses without saying for how long."""

LONGEST_PAUSE: Final = 3600.0
"""Seconds. Azure's longest window is an hour; whoever asks for more is mistaken."""

EVERYWHERE: Final = ""


class Bucket(NamedTuple):
    """What Azure counts requests by. kind: reads, writes or deletes. region: of the provider, EVERYWHERE for ARM itself."""

    subscription: str
    region: str
    kind: str

    @property
    def everywhere(self) -> Bucket:
        """The bucket of Resource Manager's own limit, which holds for all regions."""
        return self._replace(region=EVERYWHERE)


def bucket(method: str, url: str, region: str = EVERYWHERE) -> Bucket:
    """The bucket of a request. region: where its resource is; a region in the address counts before it."""
    path = unquote(urlsplit(url).path).lower()
    subscription = re.match(r"/subscriptions/([^/]{1,100})", path)
    place = re.search(r"/providers/[^/]+/locations/([^/]{1,100})", path)
    kind = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(method, "writes")
    return Bucket(
        subscription[1] if subscription else "",
        place[1] if place else "".join(region.split()).lower()[:100],
        kind,
    )


class SharedGate(Protocol):
    """When the next request may go out. A request sent earlier would prolong Azure's wait.

    One gate belongs to one person. Where several processes work for a person, give the client a gate that they share.
    """

    def wait_for(self, bucket: Bucket) -> float:
        """Seconds to wait before a request of the bucket may go out; the bucket `everywhere` holds it back too."""

    def close(self, bucket: Bucket, pause: float) -> None:
        """Holds back requests of the bucket for that many seconds. A longer pause that is on already stays."""


class Gate:
    """A gate in the memory of one process; threads may share it."""

    def __init__(self) -> None:
        self._not_before: dict[Bucket, float] = {}
        self._lock = threading.Lock()

    def wait_for(self, bucket: Bucket) -> float:
        """See SharedGate."""
        with self._lock:
            until = max(self._not_before.get(each, 0.0) for each in (bucket, bucket.everywhere))
            return max(0.0, until - time.monotonic())

    def close(self, bucket: Bucket, pause: float) -> None:
        """See SharedGate."""
        with self._lock:
            self._not_before[bucket] = max(self._not_before.get(bucket, 0.0), time.monotonic() + pause)
