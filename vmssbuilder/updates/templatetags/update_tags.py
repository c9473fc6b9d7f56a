"""What a draft's pages show of an update: the way to what it will do."""

from __future__ import annotations

from typing import Any

from django import template

from vmssbuilder.drafts.models import Draft

register = template.Library()


@register.inclusion_tag("updates/line.html")
def update_line(draft: Draft) -> dict[str, Any]:
    """The link to what the update will do; nothing for a draft that creates."""
    return {"draft": draft}
