"""What a draft's check page shows of its pre-flight: one line, and the way there."""

from __future__ import annotations

from typing import Any

from django import template

from vmssbuilder.drafts.models import Draft
from vmssbuilder.preflight import board

register = template.Library()


@register.inclusion_tag("preflight/line.html")
def preflight_line(draft: Draft) -> dict[str, Any]:
    """How the newest pre-flight went, or that there is none."""
    run = board.latest_in_short(draft)
    if run is None:
        return {"draft": draft, "run": None}
    return {
        "draft": draft,
        "run": run,
        "words": board.in_words(run),
        "failed": board.counts(run)["failed"],
        "stale": run.revision.number != draft.head,
    }
