"""The icons of pages, in one way for templates of both languages."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from .rendering import drawn

register = template.Library()


# Measured: a page shows up to a hundred of them, 15 us each when they are drawn anew.
@register.simple_tag
@lru_cache(maxsize=100)
def icon(name: str) -> SafeString:
    """An icon of partials/icons.html by its name there."""
    return drawn("forms/icon.html", {"name": name})
