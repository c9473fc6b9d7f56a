"""What a draft's pages show of its submission: how it is going, and the button that sends it."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.template.context import RequestContext

from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.drafts import picturing
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews.templatetags.review_tags import state_on_page
from vmssbuilder.submissions import durations, outcome_page, queries
from vmssbuilder.submissions.models import Submission, SubmissionState

register = template.Library()

State = SubmissionState


@register.inclusion_tag("submissions/callout.html", takes_context=True)
def submission_callout(context: RequestContext, draft: Draft) -> dict[str, Any]:
    """How the draft's newest submission is going, or how it ended."""
    shared = _shared(context, draft)
    return shared | (_CALLOUTS[_standing(shared["submission"])] if shared["submission"] else {})


def _standing(submission: Submission) -> str:
    if submission.was_stopped:
        return "stopped"
    return "moving" if submission.is_moving else submission.state


def _callout(kind: str, sign: str, title: str) -> dict[str, str]:
    return {"kind": kind, "sign": sign, "title": title}


_CALLOUTS: Final = {
    State.SUCCEEDED.value: _callout("ok", "done", "Sent to Azure, with success"),
    State.FAILED.value: _callout("danger", "error", "Sent to Azure, without success"),
    "stopped": _callout("danger", "error", "Stopped before Azure took it"),
    State.CANCELED.value: _callout("danger", "error", "Canceled in Azure"),
    "moving": _callout("info", "send", "On its way to Azure"),
    State.NEEDS_SIGN_IN.value: _callout("warning", "warning", "On its way to Azure: a sign-in is needed"),
    State.UNKNOWN.value: _callout("warning", "warning", "Sent to Azure, outcome unknown"),
}


@register.inclusion_tag("submissions/panel.html", takes_context=True)
def submission_panel(context: RequestContext, draft: Draft) -> dict[str, Any]:
    """The button that sends an approved draft to Azure; its words name the act."""
    shared = _shared(context, draft)
    user, submission = context.get("user"), shared["submission"]
    owns = user is not None and draft.owner_id == user.pk and draft.discarded is None
    sent = submission is not None and submission.revision.number == draft.head
    under_way = submission is not None and (submission.is_moving or submission.state == State.NEEDS_SIGN_IN)
    over = submission is not None and submission.state in (State.FAILED, State.CANCELED)
    ready = owns and not under_way and (not sent or over) and state_on_page(context, draft).approved
    return shared | {
        "ready": ready,
        "act": queries.act(draft) if ready else "",
        "local": bool(ready and user and user.is_local),
    }


def _shared(context: RequestContext, draft: Draft) -> dict[str, Any]:
    # Two tags on one page ask once, and not at all where nothing was approved that could have been sent.
    kept, key = context.render_context, f"submission of {draft.pk}"
    if key not in kept:
        reviewed = state_on_page(context, draft).review is not None
        kept[key] = queries.latest(draft) if reviewed else None
    return {"draft": draft, "submission": kept[key], "csrf_token": context.get("csrf_token")}


@register.simple_tag
def picture_after(submission: Submission, asked: Lookup | None = None) -> str:
    """The scale set that a submission made or changed. asked: for its instances, which then show their states."""
    found = asked.value if asked is not None and asked.known else None
    return picturing.html(outcome_page.picture(submission, found))


@register.filter
def duration(seconds: float) -> str:
    """Seconds in words."""
    return durations.in_words(seconds)
