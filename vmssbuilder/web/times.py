"""Moments on pages: the server says them in UTC and says so, and app.js makes each the reader's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django import template
from django.utils.safestring import SafeString

from .rendering import drawn

register = template.Library()

_SHAPES: Final = {
    "minute": "%-d %b %Y %H:%M UTC",
    "second": "%-d %b %Y %H:%M:%S UTC",
    "clock": "%H:%M UTC",
    "clock-second": "%H:%M:%S UTC",
}
"""What app.js can read back: a day or none, a time of day, UTC."""


@register.filter
def when(moment: datetime, shape: str = "minute") -> SafeString:
    """A moment as a <time> element. shape: "minute", "second", or without its day "clock", "clock-second"."""
    at = moment.astimezone(UTC)
    words = at.strftime(_SHAPES[shape])
    return drawn("forms/time.html", {"moment": at.isoformat(timespec="seconds"), "words": words})
