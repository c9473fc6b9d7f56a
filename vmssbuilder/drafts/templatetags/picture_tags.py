"""The picture of a request on a page."""

from __future__ import annotations

from django import template

from vmssbuilder.drafts import picturing
from vmssbuilder.drafts.models import Draft, Revision

register = template.Library()


@register.simple_tag
def picture(source: Draft | Revision) -> str:
    """The drawing with its sentences; nothing of a request that has nothing to draw."""
    return picturing.html(picturing.of(source))
