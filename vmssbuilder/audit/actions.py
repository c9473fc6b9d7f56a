"""Writing to the log; called by every action in the transaction of what it records."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from . import origin
from .models import Event

if TYPE_CHECKING:
    from vmssbuilder.accounts.models import User

REFUSALS: Final = 10
"""Refused attempts of one person, or of everybody who is not signed in, that a minute's log holds."""

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)


def record(actor: User | None, what: str, about: str, **details: Any) -> Event:
    """Appends one event. actor: None when the product itself acted (a worker). details: small, never secret; a
    `revision` among them is that of the draft.
    """
    return Event.objects.create(
        actor=actor,
        what=what,
        about=about,
        address=origin.address(),
        revision=details.get("revision"),
        details=details,
    )


def record_once(actor: User | None, what: str, about: str, within: timedelta = _HOUR, **details: Any) -> None:
    """As `record`, but not again for the same actor with the same details within the time: for what looking does.

    One query where there is nothing to record.
    """
    same = Event.objects.filter(about=about, at__gt=timezone.now() - within, actor=actor, what=what)
    if actor is None:
        same = same.filter(address=origin.address())
    if details not in [each.details for each in same.only("details")[:100]]:
        record(actor, what, about, **details)


def record_refused(actor: User | None, what: str, about: str, **details: Any) -> None:
    """As `record`, for what was refused: no more than REFUSALS of a person and kind in a minute, so that nobody fills the
    log. The last of them says that there may be more (`more`).
    """
    recent = Event.objects.filter(actor=actor, what=what, at__gt=timezone.now() - _MINUTE)
    count = recent.order_by()[:REFUSALS].count()
    if count < REFUSALS:
        more = {"more": True} if count == REFUSALS - 1 else {}
        record(actor, what, about, **details, **more)
