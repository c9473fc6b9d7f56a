"""Asks the price list without cache a page waiting: a thread asks, and whoever looks next keeps what it brought.

The threads know no database. Trouble is remembered for a while, so that no page adds to it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from vmssbuilder.accounts.arm import session
from vmssbuilder.azure import cloud, prices
from vmssbuilder.azure.prices import Prices, PriceTopic

from . import cache

AT_ONCE: Final = 8
"""Questions that a process has under way at the same time, at most."""
TROUBLE_LASTS: Final = 60.0
"""Seconds for which the list is not asked again about what it did not tell."""


@dataclass(frozen=True, slots=True)
class KnownPrices:
    """found: what is known by topic. loading: more is on its way. trouble: the list did not answer about some of them."""

    found: dict[PriceTopic, Prices]
    loading: bool = False
    trouble: bool = False


@dataclass(slots=True)
class _Job:
    future: Future[dict[str, float] | None] = field(default_factory=Future)
    started: float = field(default_factory=time.monotonic)


_jobs: dict[PriceTopic, _Job] = {}
_lock = threading.Lock()


def are_known() -> bool:
    """Whether prices are known in this installation at all."""
    return settings.VMSSBUILDER_PRICES and bool(cloud(settings.VMSSBUILDER_CLOUD).prices_host)


def ask(wanted: Collection[PriceTopic], *, within: float = 0.0) -> KnownPrices:
    """The prices of these topics, as far as they are known; what is not is asked for. within: seconds to wait for it."""
    azure = cloud(settings.VMSSBUILDER_CLOUD)
    found = cache.known(azure, wanted)
    missing = [topic for topic in wanted if topic not in found]
    if not missing:
        return KnownPrices(found)
    jobs = {topic: job for topic in missing if (job := _job(topic)) is not None}
    wait([job.future for job in jobs.values()], timeout=within)
    # What too many questions kept from being asked is asked by the next page.
    loading, trouble, new = len(jobs) < len(missing), False, dict[PriceTopic, Prices]()
    for topic, job in jobs.items():
        if not job.future.done():
            # Said here and now: it may be done a moment later, and what it brings is in nobody's hands yet.
            loading = True
            continue
        told = None if job.future.exception() else job.future.result()
        if told is None:
            trouble = True
            continue
        new[topic] = told
        with _lock:
            _jobs.pop(topic, None)
    if new:
        found |= new
        cache.keep(azure, new)
    return KnownPrices(found, loading, trouble)


def _job(topic: PriceTopic) -> _Job | None:
    """The question under way, or a new one; None when too many are under way."""
    with _lock:
        now = time.monotonic()
        for each in [each for each, job in _jobs.items() if now - job.started > TROUBLE_LASTS]:
            if _jobs[each].future.done():
                del _jobs[each]
        if topic in _jobs:
            return _jobs[topic]
        if sum(not job.future.done() for job in _jobs.values()) >= AT_ONCE:
            return None
        job = _jobs[topic] = _Job()
    threading.Thread(target=_fetch, args=(topic, job), name="prices", daemon=True).start()
    return job


def _fetch(topic: PriceTopic, job: _Job) -> None:
    try:
        job.future.set_result(prices.fetch(session(), cloud(settings.VMSSBUILDER_CLOUD), topic))
    except Exception as error:  # noqa: BLE001 - told to whoever looks
        job.future.set_exception(error)


def forget_everything() -> None:
    """As in a fresh process: for tests, which ask the same in many worlds."""
    with _lock:
        _jobs.clear()
    cache.forget_at_hand()
