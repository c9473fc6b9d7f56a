"""The pauses that Azure asked of a person, kept in the database: web and worker processes all wait at the same gate."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Max
from django.utils import timezone

from vmssbuilder.azure.throttling import LONGEST_PAUSE, Bucket

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
        until = closed.aggregate(until=Max("until"))["until"]
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
