"""The pauses that Azure asked of a person, kept in the database: web and worker processes all wait at the same gate."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Final

from django.utils import timezone

from vmssbuilder.azure.throttling import LONGEST_PAUSE, Bucket, Gate

from .models import Pause

FORGOTTEN_AFTER: Final = timedelta(seconds=LONGEST_PAUSE)


class PersonsGate:
    """A gate for the ARM clients of one person, in whichever process; see `azure.throttling.SharedGate`."""

    def __init__(self, person: int) -> None:
        self._own = Pause.objects.filter(user_id=person)
        self._person = person

    def wait_for(self, bucket: Bucket) -> float:
        """Seconds to wait before a request of the bucket may go out. One query."""
        regions = {bucket.region, bucket.everywhere.region}
        closed = self._own.filter(subscription=bucket.subscription, region__in=regions, kind=bucket.kind)
        until = max(closed.values_list("until", flat=True), default=None)
        return max(0.0, (until - timezone.now()).total_seconds()) if until else 0.0

    def close(self, bucket: Bucket, pause: float) -> None:
        """Holds back requests of the bucket for that many seconds. A longer pause that is on already stays."""
        now = timezone.now()
        until = now + timedelta(seconds=pause)
        self._own.filter(until__lt=now - FORGOTTEN_AFTER).delete()
        place = {"subscription": bucket.subscription, "region": bucket.region, "kind": bucket.kind}
        # Another process may do the same at this moment; whoever comes second only prolongs.
        Pause.objects.bulk_create([Pause(user_id=self._person, until=until, **place)], ignore_conflicts=True)
        self._own.filter(**place, until__lt=until).update(until=until)

    def open(self, subscription: str) -> None:
        """Ends every pause in a subscription, and those outside of any: the person does not want to wait for them."""
        self._own.filter(subscription__in=(subscription.lower(), "")).delete()


class CarriedGate:
    """A person's gate for threads that know no database. Whoever starts them reads it before, and tells it afterwards."""

    def __init__(self, person: int) -> None:
        self._person = person
        self._held = Gate()
        self._news: list[tuple[Bucket, float]] = []
        self._lock = threading.Lock()

    def read(self) -> None:
        """Takes over the pauses that any process knows of; those that are over hold nothing. One query."""
        now = timezone.now()
        for pause in Pause.objects.filter(user_id=self._person):
            bucket = Bucket(pause.subscription, pause.region, pause.kind)
            self._held.close(bucket, (pause.until - now).total_seconds())

    def publish(self) -> None:
        """Lets all processes know of the pauses that were met since. No query where there were none."""
        with self._lock:
            news, self._news = self._news, []
        for bucket, until in news:
            left = until - time.monotonic()
            if left > 0:
                PersonsGate(self._person).close(bucket, left)

    def wait_for(self, bucket: Bucket) -> float:
        """See SharedGate. No query."""
        return self._held.wait_for(bucket)

    def close(self, bucket: Bucket, pause: float) -> None:
        """See SharedGate. No query."""
        self._held.close(bucket, pause)
        with self._lock:
            self._news.append((bucket, time.monotonic() + pause))
