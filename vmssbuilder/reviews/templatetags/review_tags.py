"""What a draft's pages show of its review: where it stands, and the form that sends it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import overrides, queries
from vmssbuilder.reviews.forms import ReviewRequestForm
from vmssbuilder.scaleset.findings import Finding

register = template.Library()


@register.inclusion_tag("reviews/callout.html", takes_context=True)
def review_callout(context: RequestContext, draft: Draft) -> dict[str, Any]:
    """Where the draft stands with its reviewers: waiting, approved, sent back, or void since an edit."""
    return _shared(context, draft)


@register.inclusion_tag("reviews/panel.html", takes_context=True)
def review_panel(
    context: RequestContext, draft: Draft, blocking: list[Finding], overridable: list[Finding]
) -> dict[str, Any]:
    """The form that sends the draft for review, or why it cannot be sent now."""
    blocking = overrides.too_many(blocking, overridable)
    form = None
    shared = _shared(context, draft)
    # Whom it can be asked of is looked for only where it can be sent.
    if not blocking and shared["owns"] and shared["state"].sendable:
        form = ReviewRequestForm(
            draft=draft, found=overridable, last=shared["state"].review, initial={"base": draft.head}
        )
    return shared | {"blocking": blocking, "form": form}


def state_on_page(context: RequestContext, draft: Draft) -> queries.DraftReview:
    """Where the draft stands with its reviewers: the tags of one page ask once."""
    kept, key = context.render_context, f"review of {draft.pk}"
    if key not in kept:
        # A page may know already that there is no review.
        stands = context.get("stands")
        unreviewed = stands is not None and stands.review is None
        kept[key] = queries.DraftReview(None, None) if unreviewed else queries.state_of(draft)
    state: queries.DraftReview = kept[key]
    return state


def _shared(context: RequestContext, draft: Draft) -> dict[str, Any]:
    user = context.get("user")
    return {
        "draft": draft,
        "state": state_on_page(context, draft),
        "owns": user is not None and draft.owner_id == user.pk and draft.discarded is None,
        "user": user,
        "csrf_token": context.get("csrf_token"),
    }
