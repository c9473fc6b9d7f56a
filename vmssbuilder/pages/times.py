"""Moments on pages: the server says them in UTC and says so, and app.js makes each the reader's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django import template
from django.utils.html import format_html

register = template.Library()

_SHAPES: Final = {
    "minute": "%-d %b %Y %H:%M UTC",
    "second": "%-d %b %Y %H:%M:%S UTC",
    "clock": "%H:%M UTC",
    "clock-second": "%H:%M:%S UTC",
}
"""What app.js can read back: a day or none, a time of day, UTC."""


@register.filter
def when(moment: datetime, shape: str = "minute") -> str:
    """A moment as a <time> element. shape: "minute", "second", or without its day "clock", "clock-second"."""
    at = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), at.strftime(_SHAPES[shape])
    )
