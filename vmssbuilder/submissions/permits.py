"""Whether a request may leave: the row that asks for it is as it was written, and what approved it still counts."""

from __future__ import annotations

from typing import Final

from vmssbuilder.accounts import keyholders
from vmssbuilder.audit.models import Event
from vmssbuilder.reviews import approvals
from vmssbuilder.seals import NO_KEY, NO_SEAL

from .failures import NotApproved
from .models import Submission

WORDS: Final = {
    NO_SEAL: "it was not asked for here",
    "row": "its row is not the one that was written",
    "draft": "it is about another draft than it was asked for",
    "revision": "it is about another revision than it was asked for",
    "submitter": "somebody else asked for it than its row says",
    "approval": "it names another approval than it was asked for by",
    "conditions": "it goes over something else than was found",
    "end": "it came to its end before",
}
"""What of a submission is not as it was sealed, in words."""


def refusal(submission: Submission, *, again: bool) -> NotApproved | None:
    """Why the request must not leave; None when it may. Asked right before, of the very revision that is sent.

    again: it left once before, and its answer was lost. Raises KeyNotHere where another process has the key of a seal.
    """
    if (changed := not_as_asked(submission, again=again)) is not None:
        return changed
    if _ended(submission):
        return _changed(WORDS["end"], "end", again=again)
    review = submission.approval
    if review is None or review.revision_id != submission.revision_id:
        return NotApproved("The request is not approved.", {"why": "undecided"}, again=again)
    review.draft, review.revision = submission.draft, submission.revision
    doubt = approvals.doubt(review)
    if doubt is None:
        return None
    if doubt.passing:
        raise keyholders.KeyNotHere
    return NotApproved(doubt.sentence, approvals.details(review, doubt), again=again)


def not_as_asked(submission: Submission, *, again: bool) -> NotApproved | None:
    """Why the row is not the one that was written; None when it is. No query, but where a key is missing.

    Raises KeyNotHere.
    """
    part = submission.broken_part()
    if not part:
        return None
    if part == NO_KEY and keyholders.held([submission.seal_key]):
        raise keyholders.KeyNotHere
    lost = f"the key {submission.seal_key}, which sealed it, is not among the keys of this service"
    return _changed(WORDS.get(part, lost), part, again=again)


def _changed(why: str, part: str, *, again: bool) -> NotApproved:
    said = f"The request is not what was asked for: {why}."
    return NotApproved(said, {"why": "changed", "part": part}, again=again)


_ENDS: Final = tuple(f"submission.{state}" for state in Submission.FINISHED)


def _ended(submission: Submission) -> bool:
    """Whether the log, which nobody rewrites, has the end of it: no state that was put back sends it once more."""
    ends = Event.objects.filter(about=submission.draft.code, what__in=_ENDS)
    return ends.filter(details__submission=submission.code).exists()
