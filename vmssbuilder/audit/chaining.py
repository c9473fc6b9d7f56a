"""The chain of events: which came after which, so that none can be taken out, put in or moved unnoticed.

Nobody who acts waits for it. A worker makes links every second, in the order in which events become visible; where the
chain ends goes to the log stream, out of reach of who can write to the database.
"""

from __future__ import annotations

import logging
import time
from typing import Final

from django.db import transaction

from .models import ChainHead, ChainLink, Unchained

log = logging.getLogger("vmssbuilder.audit")

EVERY: Final = 1.0
"""Seconds between two steps of a worker."""

AT_ONCE: Final = 500
"""Links that are made in one transaction."""

BUDGET: Final = 0.5
"""Seconds after which a worker does something else first, however much is left."""


def catch_up() -> int:
    """Chains what is not chained yet, as far as that goes in half a second; answers how many events. One query where
    there are none."""
    until, done = time.monotonic() + BUDGET, 0
    while Unchained.objects.exists() and (made := step()):
        done += made
        if time.monotonic() > until:
            break
    return done


def step() -> int:
    """Chains up to AT_ONCE events; answers how many. None where another worker is at it."""
    with transaction.atomic():
        head = _locked_head()
        if head is None:
            return 0
        waiting = list(Unchained.objects.select_related("event").order_by("event_id")[:AT_ONCE])
        last = ChainLink.objects.order_by("-position").first()
        position, previous = (last.position, last.mac) if last is not None else (0, "")
        if head.holds and head.position > position:
            # Somebody cut the end. The chain goes on where it was, so that the gap stays.
            log.error("the end of the audit chain is missing: it was %s and is %d", head, position)
            position, previous = head.position, head.link
        before = last is None or last.before
        links = []
        for position, each in enumerate(waiting, position + 1):  # noqa: B020 - it goes on from where it was
            before = before and not each.event.mac
            link = ChainLink(position=position, event=each.event, previous=previous, before=before)
            link.seal()
            links.append(link)
            previous = link.mac
        if not links:
            return 0
        ChainLink.objects.bulk_create(links)
        Unchained.objects.filter(pk__in=[each.pk for each in waiting]).delete()
        head.move(position, previous)
        head.save()
        transaction.on_commit(lambda: log.info("head %s", head))
    return len(links)


def _locked_head() -> ChainHead | None:
    rows = ChainHead.objects.select_for_update(skip_locked=True)
    head = rows.filter(pk=ChainHead.ONLY).first()
    if head is None and not ChainHead.objects.filter(pk=ChainHead.ONLY).exists():
        ChainHead.objects.bulk_create([ChainHead(pk=ChainHead.ONLY)], ignore_conflicts=True)
        head = rows.filter(pk=ChainHead.ONLY).first()
    return head
