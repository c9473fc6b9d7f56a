"""Whether an approval counts: it is given for a time, by somebody who may give it, and holds for what was approved alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from vmssbuilder import clock
from vmssbuilder.accounts import keyholders
from vmssbuilder.drafts.models import Content
from vmssbuilder.encryption import key_ids
from vmssbuilder.seals import NO_KEY, NO_SEAL

from . import approvers, sealing
from .models import Review, ReviewState


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an approval does not count, in a sentence. part: what the seal covers and differs, "" where that is not why.

    passing: whether it counts again once this process was restarted with a key that another one has.
    """

    kind: Literal["undecided", "revoked", "expired", "approver", "changed"]
    sentence: str
    part: str = ""
    passing: bool = False

    @property
    def cure(self) -> str:
        return "Try again in a moment." if self.passing else "Have the draft reviewed again."


def doubt(review: Review) -> Doubt | None:
    """Why this approval of a revision does not count; None when it does.

    Whether the draft was edited since is another question; so are secrets that cannot be opened, which no seal tells.
    """
    if review.state == ReviewState.REVOKED:
        return Doubt("revoked", revoked(review))
    if review.state != ReviewState.APPROVED:
        return Doubt("undecided", "The request is not approved.")
    if review.counts_until is None:
        return Doubt("expired", "The approval was given before approvals had an end.")
    if review.counts_until <= clock.now():
        return Doubt("expired", f"The approval expired on {review.counts_until:%d %B %Y}.")
    if (broken := _broken(review) or _waits_for_key(review)) is not None:
        return broken
    why = approvers.no_longer_counts(review)
    return Doubt("approver", f"The approval does not count. {why}") if why else None


def revoked(review: Review) -> str:
    """How the approval ended, in a sentence."""
    if review.revoked_by is None:
        return f"The approval ended: {BY_ACCOUNT}"
    return f"{review.revoked_by} revoked the approval."


BY_ACCOUNT: Final = "an administrator changed the password, role or state of the account that gave it."


def details(review: Review, why: Doubt) -> dict[str, Any]:
    """What the log says of an approval that did not count when it was needed."""
    return {
        "review": review.pk,
        "revision": review.revision.number,
        "why": why.kind,
        **({"part": why.part} if why.part else {}),
    }


_RESTART: Final = "A part of this service has to be restarted before the approval can be verified."


def _broken(review: Review) -> Doubt | None:
    part = review.broken_part()
    if not part and not _as_its_revision(review):
        part = "draft"
    if not part:
        return None
    if part == NO_SEAL:
        why = "it has no seal that was made here"
    elif part == NO_KEY:
        if keyholders.held([review.seal_key]):
            return Doubt("changed", _RESTART, part, passing=True)
        why = f"the key {review.seal_key}, which sealed it, is not among the keys of this service"
    elif part.startswith(sealing.VALUE):
        why = "a password or another secret is not as it was approved"
    else:
        why = f"{sealing.WORDS[part]} is not as it was approved"
    return Doubt("changed", f"The approval does not hold: {why}.", part)


def _waits_for_key(review: Review) -> Doubt | None:
    """The roles of the approvers may be sealed by a key that another process has."""
    sealed = {each.reviewer.seal_key for each in sealing.approving(review)} - {*key_ids(), ""}
    return Doubt("changed", _RESTART, NO_KEY, passing=True) if keyholders.held(sealed) else None


def _as_its_revision(review: Review) -> bool:
    """Whether the draft says what its newest revision says, if that is the approved one."""
    draft, revision = review.draft, review.revision
    names = [each.name for each in Content._meta.get_fields()]
    return draft.head != revision.number or all(
        getattr(draft, name) == getattr(revision, name) for name in names
    )
