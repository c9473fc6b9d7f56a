"""Who may decide about a request, and whose approval counts: never who has a part in it, or whose account they could use."""

from __future__ import annotations

from typing import Final, Literal

from django.db.models import Q

from vmssbuilder.accounts import keyholders
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.seals import NO_KEY

from . import sealing
from .models import Review

Bar = Literal["role", "given", "key", "off", "own", "edited", "account"]
"""Why somebody does not count as an approver."""

_TO_THEM: Final[dict[Bar, str]] = {
    "role": "Only reviewers decide about requests.",
    "given": "The role of your account was not given by this service. Sign in again, or ask an administrator to save your"
    " account.",
    "key": "A part of this service has to be restarted before the role of your account can be verified. Try again in a"
    " moment.",
    "off": "This account is switched off.",
    "own": "This is your own request. Someone else has to decide about it.",
    "edited": "You edited this draft. Someone else has to decide about it.",
    "account": "Your account was changed since by somebody who has a part in this request. Someone else has to decide"
    " about it.",
}
_OF_THEM: Final[dict[Bar, str]] = {
    "role": "{}, who approved it, is no reviewer any more.",
    "given": "The role of {}, who approved it, was not given by this service.",
    "key": "A part of this service has to be restarted before the role of {}, who approved it, can be verified.",
    "off": "The account of {}, who approved it, is switched off.",
    "own": "{}, who approved it, owns the draft now, or asked for the review.",
    "edited": "{}, who approved it, edited the draft.",
    "account": "The account of {}, who approved it, was changed during the review by somebody who has a part in the"
    " request.",
}

ACCOUNT_CHANGES: Final = ("account.made", "account.changed", "account.password-set")
"""What the log calls it when an administrator did something to an account, and so could have acted in its name."""


def bar(user: User, review: Review) -> Bar | None:
    """Why the person does not count as an approver of the request; None when they do.

    Asked when they decide, and again before anything is sent by what they decided.
    """
    if not user.is_reviewer:
        return "role"
    if not user.is_active:
        return "off"
    if user.pk in (review.draft.owner_id, review.requested_by_id):
        return "own"
    # What somebody edits after they approved is another revision, which has to be approved by somebody else.
    if review.draft.revisions.filter(author_id=user.pk, number__lte=review.revision.number).exists():
        return "edited"
    if part := user.broken_part():
        waits = part == NO_KEY and keyholders.held([user.seal_key])
        return "key" if waits else "given"
    return "account" if _account_changed(user, review) else None


def _account_changed(user: User, review: Review) -> bool:
    """Whether somebody with a part in the request changed, or made, the account since the review was asked for."""
    part = Q(actor__in=(review.draft.owner_id, review.requested_by_id)) | Q(
        actor__in=review.draft.revisions.order_by().values("author")
    )
    changes = Event.objects.filter(
        about=user.username[:80], what__in=ACCOUNT_CHANGES, at__gte=review.requested
    )
    return changes.filter(part).exists()


def may_not_decide(user: User, review: Review) -> str:
    """Why the person may not decide about the review, in words to them; "" when they may."""
    found = bar(user, review)
    return _TO_THEM[found] if found is not None else ""


def no_longer_counts(review: Review) -> str:
    """Why somebody who approved it does not count, in words; "" when all of them do."""
    for decision in sealing.approving(review):
        if (found := bar(decision.reviewer, review)) is not None:
            return _OF_THEM[found].format(decision.reviewer)
    return ""
