"""Ids of resources as names, in tables that compare two values."""

from __future__ import annotations

from django import template

from vmssbuilder.scaleset.resource_ids import ResourceId
from vmssbuilder.web.rendering import drawn

register = template.Library()


@register.simple_tag
def named(written: str, beside: str, nothing: str) -> str:
    """The name in an id, which opens to the whole; other texts as they are, and `nothing` for none.

    beside: the value it is compared with. Two ids that go by one name are shown whole, or nobody would see the difference.
    """
    found = ResourceId.parse(written)
    if found is None:
        return written or nothing
    other = ResourceId.parse(beside)
    if other is not None and other.words.casefold() == found.words.casefold():
        return written
    return drawn("forms/named.html", {"whole": written, "name": found.words})
