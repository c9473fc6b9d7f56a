"""What pages show of a submission: the picture of the scale set that it made."""

from __future__ import annotations

from django import template

from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.drafts import picturing
from vmssbuilder.submissions import durations, outcome_page
from vmssbuilder.submissions.models import Submission

register = template.Library()


@register.simple_tag
def picture_after(submission: Submission, asked: Lookup | None = None) -> str:
    """The scale set that a submission made or changed. asked: for its instances, which then show their states."""
    found = asked.value if asked is not None and asked.known else None
    return picturing.html(outcome_page.picture(submission, found))


@register.filter
def duration(seconds: float) -> str:
    """Seconds in words."""
    return durations.in_words(seconds)
