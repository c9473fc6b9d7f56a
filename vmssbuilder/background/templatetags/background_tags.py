"""What a draft's check page says of heavy work that is under way."""

from __future__ import annotations

from typing import Any

from django import template

from vmssbuilder.background.models import Work
from vmssbuilder.drafts.models import Draft

register = template.Library()


@register.inclusion_tag("background/line.html")
def work_line(draft: Draft) -> dict[str, Any]:
    """That there is work under way, and the way there; nothing where there is none. One query."""
    return {"draft": draft, "work": Work.objects.filter(draft=draft, finished=None).only("kind").first()}
