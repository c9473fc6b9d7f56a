"""The pauses that Azure asks for. They are a person's, in a subscription and a region, whoever of their requests met them."""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import requests

DEFAULT_PAUSE: Final = 5.0
"""Seconds, where Azure refuses without saying for how long."""

LONGEST_PAUSE: Final = 3600.0
"""Seconds. Azure's longest window is an hour; whoever asks for more is mistaken, and no more is waited for."""

_IN_MILLISECONDS: Final = ("x-ms-retry-after-ms", "retry-after-ms")


def asked_pause(response: requests.Response) -> float | None:
    """The seconds that an answer asks to wait, LONGEST_PAUSE at most; None when it asks for nothing that makes sense.

    Where it asks several times, the longest counts.
    """
    headers = response.raw.headers
    asked = [seconds(each, headers.get("Date")) for each in headers.getlist("Retry-After")]
    thousandths = [seconds(each) for name in _IN_MILLISECONDS for each in headers.getlist(name)]
    asked += [None if each is None else each / 1000 for each in thousandths]
    return max((each for each in asked if each is not None), default=None)


def seconds(header: str | None, date: str | None = None) -> float | None:
    """The seconds of a Retry-After header, LONGEST_PAUSE at most. It may also be a moment.

    date: the answer's own, so that our clock may be off.
    """
    numbers = re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?(\s*,\s*[0-9]+(\.[0-9]+)?)*\s*", header or "")
    if header and numbers:
        return min(max(float(each) for each in header.split(",")), LONGEST_PAUSE)
    then = moment(header)
    if then is None:
        return None
    left = (then - (moment(date) or datetime.now(UTC))).total_seconds()
    return min(max(left, 0.0), LONGEST_PAUSE)


def moment(text: str | None) -> datetime | None:
    """The moment of a date as headers write it, None for anything else."""
    try:
        then = parsedate_to_datetime(text or "")
        # A date without a zone cannot be subtracted from one that has it.
        return (then if then.tzinfo is not None else then.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


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
