"""Whether a request may leave: the row that asks for it is as it was written, and what approved it still counts."""

from __future__ import annotations

from typing import Final

from vmssbuilder.accounts import keyholders
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
}
"""What of a submission is not as it was sealed, in words."""


def refusal(submission: Submission, *, again: bool) -> NotApproved | None:
    """Why the request must not leave; None when it may. Asked right before, of the very revision that is sent.

    again: it left once before, and its answer was lost. Raises KeyNotHere where another process has the key of a seal.
    """
    part = submission.broken_part()
    if part:
        if part == NO_KEY and keyholders.held([submission.seal_key]):
            raise keyholders.KeyNotHere
        why = WORDS.get(
            part, f"the key {submission.seal_key}, which sealed it, is not among the keys of this service"
        )
        return NotApproved(
            f"The request is not what was asked for: {why}.", {"why": "changed", "part": part}, again=again
        )
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
