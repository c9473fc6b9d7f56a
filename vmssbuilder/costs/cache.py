"""Keeps what the price list told, for a day."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from django.core.cache import cache as at_hand
from django.utils import timezone

from vmssbuilder.azure import Cloud
from vmssbuilder.azure.prices import Prices, PriceTopic

from .models import PriceList

LASTS: Final = timedelta(days=1)


SECONDS_AT_HAND: Final = 60
"""For how long a process has prices at hand that it read: a tenth of a step page is the query for them."""


def known(azure: Cloud, wanted: Collection[PriceTopic]) -> dict[PriceTopic, Prices]:
    """The prices that were found within the last day. At most one query, and none for a minute after it."""
    keys = {_key(azure, topic): topic for topic in wanted}
    found = at_hand.get_many(keys)
    if missing := keys.keys() - found.keys():
        fresh = PriceList.objects.filter(key__in=missing, at__gt=timezone.now() - LASTS)
        read = dict(fresh.values_list("key", "found"))
        at_hand.set_many(read, SECONDS_AT_HAND)
        found |= read
    return {keys[key]: prices for key, prices in found.items()}


def keep(azure: Cloud, found: Mapping[PriceTopic, Prices]) -> None:
    """Keeps what was found just now, and forgets what is old. What somebody else kept meanwhile stays."""
    now = timezone.now()
    PriceList.objects.filter(at__lte=now - LASTS).delete()
    rows = [PriceList(key=_key(azure, topic), found=dict(prices), at=now) for topic, prices in found.items()]
    PriceList.objects.bulk_create(rows, ignore_conflicts=True)


def forget_at_hand() -> None:
    """As in a fresh process: for tests, in which a day passes at once."""
    at_hand.clear()


def _key(azure: Cloud, topic: PriceTopic) -> str:
    asked = f"{azure.name}|{topic.kind}|{topic.region}|{topic.name}"
    return hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()
