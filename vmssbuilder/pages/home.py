"""What needs a person: their drafts, reviews that wait for them, submissions on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast

from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews.models import Review
from vmssbuilder.reviews.queries import waiting_for
from vmssbuilder.submissions.models import Submission
from vmssbuilder.submissions.queries import under_way

PAGE_SIZE: Final = 20

Item = TypeVar("Item")


_REVIEW_STATUS: Final = {
    Review.State.WAITING: ("info", "clock", "In review"),
    Review.State.APPROVED: ("done", "done", "Approved"),
    Review.State.CHANGES_REQUESTED: ("warning", "warning", "Changes requested"),
    Review.State.REJECTED: ("error", "error", "Rejected"),
}
_SUBMISSION_STATUS: Final = {
    Submission.State.QUEUED: ("info", "clock", "Queued"),
    Submission.State.SENDING: ("info", "running", "Sending"),
    Submission.State.RUNNING: ("info", "running", "Running"),
    Submission.State.SUCCEEDED: ("done", "done", "Succeeded"),
    Submission.State.FAILED: ("error", "error", "Failed"),
    Submission.State.CANCELED: ("warning", "warning", "Canceled"),
    Submission.State.UNKNOWN: ("warning", "warning", "Outcome unknown"),
    Submission.State.NEEDS_SIGN_IN: ("warning", "person", "Needs your sign-in"),
}
_DRAFT_STATUS: Final = ("started", "started", "Draft")


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """One line of a list. status: kind, icon and words of where it stands."""

    item: Item
    status: tuple[str, str, str]


def what_needs(user: User, page: str | None) -> dict[str, Any]:
    """The context of the start page; the number of queries does not depend on how much there is."""
    drafts = Paginator(my_drafts(user), PAGE_SIZE).get_page(page)
    # One more than is shown says whether there is more.
    reviews = list(waiting_for(user)[: PAGE_SIZE + 1])
    submissions = list(under_way(user)[: PAGE_SIZE + 1])
    return {
        "page": drafts,
        "drafts": [
            Listed(draft, _status(draft.submission_state, draft.review_state))
            for draft in cast("list[Any]", drafts.object_list)
        ],
        "reviews": reviews[:PAGE_SIZE],
        "more_reviews": len(reviews) > PAGE_SIZE,
        "submissions": [
            Listed(submission, _SUBMISSION_STATUS[Submission.State(submission.state)])
            for submission in submissions[:PAGE_SIZE]
        ],
        "more_submissions": len(submissions) > PAGE_SIZE,
    }


def my_drafts(user: User) -> QuerySet[Draft]:
    """The person's drafts, newest first, each with where its newest revision stands."""
    newest_review = Review.objects.filter(draft=OuterRef("pk"), revision__number=OuterRef("head")).order_by(
        "-id"
    )
    newest_submission = Submission.objects.filter(
        draft=OuterRef("pk"), revision__number=OuterRef("head")
    ).order_by("-id")
    return (
        Draft.objects.filter(owner=user, discarded=None)
        .defer("document")
        .annotate(
            review_state=Subquery(newest_review.values("state")[:1]),
            submission_state=Subquery(newest_submission.values("state")[:1]),
        )
    )


def _status(submission_state: str | None, review_state: str | None) -> tuple[str, str, str]:
    """Kind, icon and words of where a draft stands."""
    if submission_state:
        return _SUBMISSION_STATUS[Submission.State(submission_state)]
    if review_state in _REVIEW_STATUS:
        return _REVIEW_STATUS[Review.State(review_state)]
    return _DRAFT_STATUS
