"""The picture of a request on a page."""

from __future__ import annotations

from typing import Any

from django import template

from vmssbuilder.drafts import picturing
from vmssbuilder.drafts.models import Draft, Revision

register = template.Library()


@register.inclusion_tag("drafts/picture.html")
def picture(source: Draft | Revision) -> dict[str, Any]:
    """The drawing with its sentences; nothing of a request that has nothing to draw."""
    return picturing.drawn(picturing.of(source))
