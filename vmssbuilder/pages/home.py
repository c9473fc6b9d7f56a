"""What needs a person: their drafts, reviews that wait for them, submissions on their way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.functional import cached_property

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import searching
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


def what_needs(user: User, sent: QueryDict) -> dict[str, Any]:
    """The context of the start page; the number of queries does not depend on how much there is.

    sent: the parameters of the address. `q` are words to search drafts by; administrators also may say `whose=all`, and
    `owner`, part of a name.
    """
    search = _search(user, sent)
    page = _Capped(search.found, PAGE_SIZE).get_page(sent.get("page"))
    # One more than is shown says whether there is more.
    reviews = list(waiting_for(user)[: PAGE_SIZE + 1])
    submissions = list(under_way(user)[: PAGE_SIZE + 1])
    return {
        "page": page,
        "search": search,
        "drafts": [
            Listed(draft, _status(draft.submission_state, draft.review_state))
            for draft in _listed(list(page.object_list))
        ],
        "reviews": reviews[:PAGE_SIZE],
        "more_reviews": len(reviews) > PAGE_SIZE,
        "submissions": [
            Listed(submission, _SUBMISSION_STATUS[Submission.State(submission.state)])
            for submission in submissions[:PAGE_SIZE]
        ],
        "more_submissions": len(submissions) > PAGE_SIZE,
    }


# --- Drafts -----------------------------------------------------------------------------------------------------------


MOST_LISTED: Final = 1_000
"""Counting more would read them all; someone with more drafts searches."""

_PEOPLE_OFFERED: Final = 10


class _Capped(Paginator[int]):
    """Pages of the first MOST_LISTED."""

    @cached_property
    def count(self) -> int:
        found = self.object_list
        return (
            len(found)
            if isinstance(found, list)
            else cast("QuerySet[Draft, int]", found)[:MOST_LISTED].count()
        )


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched for, and the ids of the drafts that were found, newest first.

    text, owner: what was typed. everyone: whether it is about all people's drafts. people: those whose name holds what
    was typed, when it does not say which one. capped: whether there are more that match. query: the parameters of the
    address without the page, ending in &.
    """

    found: QuerySet[Draft, int] | list[int]
    text: str = ""
    owner: str = ""
    everyone: bool = False
    people: tuple[User, ...] = ()
    nobody: bool = False
    capped: bool = False
    query: str = ""

    @property
    def asked(self) -> bool:
        return bool(self.text or self.owner)


def _search(user: User, sent: QueryDict) -> Search:
    text = sent.get("q", "").strip()[:_LONGEST]
    owner = sent.get("owner", "").strip()[:_LONGEST] if user.is_administrator else ""
    everyone = user.is_administrator and (bool(owner) or sent.get("whose") == "all")
    query = {"q": text, "owner": owner, "whose": "all" if everyone and not owner else ""}
    query = {name: value for name, value in query.items() if value}
    made = Search([], text, owner, everyone, query=f"{urlencode(query)}&" if query else "")
    whose: User | None = None if everyone else user
    if owner:
        people = _people(owner)
        if len(people) != 1:
            return replace(made, people=tuple(people[:_PEOPLE_OFFERED]), nobody=not people)
        whose = people[0]
    if text:
        ids = searching.matching(text, whose)
        # Asked for by their ids alone, and sorted here: a database would rather walk all drafts in their order.
        changed = Draft.objects.filter(pk__in=ids[: searching.MOST]).order_by().values_list("updated", "pk")
        found = [key for _updated, key in sorted(changed, reverse=True)]
        return replace(made, found=found, capped=len(ids) > searching.MOST)
    drafts = Draft.objects.filter(discarded=None)
    drafts = drafts if whose is None else drafts.filter(owner=whose)
    return replace(made, found=drafts.values_list("pk", flat=True))


_LONGEST: Final = 200


def _people(text: str) -> list[User]:
    """The person whose user name this is, else those whose name holds the text, a few."""
    exact = list(User.objects.filter(username=text)[:1])
    if exact:
        return exact
    holds = Q(display_name__icontains=text) | Q(username__icontains=text) | Q(email__icontains=text)
    return list(User.objects.filter(holds).order_by("display_name", "username")[: _PEOPLE_OFFERED + 1])


def _listed(ids: list[int]) -> list[Any]:
    """The drafts of these ids in this order, each with its owner and where its newest revision stands."""
    newest_review = Review.objects.filter(draft=OuterRef("pk"), revision__number=OuterRef("head")).order_by(
        "-id"
    )
    newest_submission = Submission.objects.filter(
        draft=OuterRef("pk"), revision__number=OuterRef("head")
    ).order_by("-id")
    drafts = (
        Draft.objects.filter(pk__in=ids)
        .select_related("owner")
        .defer("document")
        .order_by()
        .annotate(
            review_state=Subquery(newest_review.values("state")[:1]),
            submission_state=Subquery(newest_submission.values("state")[:1]),
        )
    )
    place = {key: number for number, key in enumerate(ids)}
    return sorted(drafts, key=lambda draft: place[draft.pk])


def _status(submission_state: str | None, review_state: str | None) -> tuple[str, str, str]:
    """Kind, icon and words of where a draft stands."""
    if submission_state:
        return _SUBMISSION_STATUS[Submission.State(submission_state)]
    if review_state in _REVIEW_STATUS:
        return _REVIEW_STATUS[Review.State(review_state)]
    return _DRAFT_STATUS
