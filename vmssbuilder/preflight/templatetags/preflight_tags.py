"""What a draft's check page shows of its pre-flight."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.preflight.summary import said, summary

register = template.Library()


@register.inclusion_tag("preflight/summary.html", takes_context=True)
def azure_summary(context: RequestContext, draft: Draft) -> dict[str, Any]:
    """What Azure says of the draft, in one place."""
    user = context["user"]
    assert isinstance(user, User)
    stands = context.get("stands")
    # A page may know already that nothing was asked or sent.
    unasked = stands is not None and stands.run_alive is None
    sent = stands.submission_revision == draft.head if stands is not None else None
    return summary(draft, user, unasked=unasked, sent=sent) | {"csrf_token": context.get("csrf_token")}


@register.inclusion_tag("preflight/said.html")
def azure_said(revision: Revision) -> dict[str, Any]:
    """What Azure said of the request, for who decides about it: nothing to press."""
    return said(revision)
