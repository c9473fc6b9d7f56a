"""Reminding of reviews that wait for long: a row of the log and a line in the log stream, once in each period.

Pages show such a review as waiting for long (`Review.waits_long`), whether or not a worker runs.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from vmssbuilder import clock
from vmssbuilder.audit.actions import record

from .models import Review, ReviewState

log = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""How many reviews one look reminds of; the next look goes on."""


def send_due() -> int:
    """Reminds of each review that waited a period since it was asked for or reminded of. Answers of how many."""
    now = clock.now()
    since = now - timedelta(days=settings.VMSSBUILDER_REMINDER_DAYS)
    due = Review.objects.filter(
        Q(reminded=None, requested__lte=since) | Q(reminded__lte=since),
        state=ReviewState.WAITING,
        revision__number=F("draft__head"),
        draft__discarded=None,
    )
    found = due.order_by("pk").values_list("pk", "reminded", "requested", "draft__code")
    return sum(_remind(pk, before, (now - asked).days, code) for pk, before, asked, code in found[:AT_ONCE])


def _remind(pk: int, before: datetime | None, days: int, code: str) -> bool:
    with transaction.atomic():
        # Another worker may have been faster, or somebody decided.
        waiting = Review.objects.filter(pk=pk, reminded=before, state=ReviewState.WAITING)
        if not waiting.update(reminded=clock.now()):
            return False
        asked = list(Review.objects.get(pk=pk).asked.values_list("username", flat=True))
        record(None, "review.reminded", code, review=pk, days=days, **({"asked": asked} if asked else {}))
    whom = f"of {', '.join(asked)}" if asked else "of any reviewer"
    log.warning("the review %s of draft %s waits for %d days; it is asked %s", pk, code, days, whom)
    return True
