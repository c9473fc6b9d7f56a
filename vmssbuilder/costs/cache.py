"""Keeps what the price list told, for a day."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from django.utils import timezone

from vmssbuilder.azure import Cloud
from vmssbuilder.azure.prices import Prices, PriceTopic

from .models import PriceList

LASTS: Final = timedelta(days=1)


def known(azure: Cloud, wanted: Collection[PriceTopic]) -> dict[PriceTopic, Prices]:
    """The prices that were found within the last day. One query."""
    keys = {_key(azure, topic): topic for topic in wanted}
    fresh = PriceList.objects.filter(key__in=keys, at__gt=timezone.now() - LASTS)
    return {keys[key]: found for key, found in fresh.values_list("key", "found")}


def keep(azure: Cloud, found: Mapping[PriceTopic, Prices]) -> None:
    """Keeps what was found just now, and forgets what is old. What somebody else kept meanwhile stays."""
    now = timezone.now()
    PriceList.objects.filter(at__lte=now - LASTS).delete()
    rows = [PriceList(key=_key(azure, topic), found=dict(prices), at=now) for topic, prices in found.items()]
    PriceList.objects.bulk_create(rows, ignore_conflicts=True)


def _key(azure: Cloud, topic: PriceTopic) -> str:
    asked = f"{azure.name}|{topic.kind}|{topic.region}|{topic.name}"
    return hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()
