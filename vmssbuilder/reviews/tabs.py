"""What of a request is new to who decides about it: since their last look, since the last approval, beside the live set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import diff
from vmssbuilder.drafts.models import Revision

from .models import Decision, Review, ReviewLook

DIFFERENCES_AT_MOST: Final = 100
"""How many differences the page of a review shows; the comparison of the two revisions has the others."""


@dataclass(frozen=True, slots=True)
class Base:
    """A revision that the reviewed one is compared with. by: who approved it, None for one that the person looked at."""

    number: int
    at: datetime
    by: User | None = None


@dataclass(frozen=True, slots=True)
class ReviewTab:
    """A way to look at the request: what the tabs of the page lead to. base: what it is compared with, None for no delta."""

    name: str
    title: str
    base: Base | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """What differs. was: without its document. count: of all differences; groups: the first of them by step."""

    base: Base
    was: Revision
    count: int
    groups: list[tuple[Any, list[tuple[diff.Difference, str]]]]

    @property
    def more(self) -> bool:
        """Whether there are more differences than the page shows."""
        return self.count > DIFFERENCES_AT_MOST


def tabs(review: Review, user: User, decisions: Iterable[Decision]) -> list[ReviewTab]:
    """The ways to look at the request, the one that helps most first. decisions: of other reviews, the newest first."""
    update = review.revision.operation == "update"
    sent = ReviewTab("sent", "Against the live scale set" if update else "As it is sent")
    glance, values = ReviewTab("glance", "At a glance"), ReviewTab("values", "All values")
    deltas = [
        ReviewTab(name, title, base)
        for name, title, base in (
            ("look", "Since your last look", last_look(review, user)),
            ("approval", "Since the last approval", last_approval(review, decisions)),
        )
        if base is not None
    ]
    return [*deltas, *((sent, glance, values) if update else (glance, values, sent))]


def last_look(review: Review, user: User) -> Base | None:
    """The newest revision before the reviewed one that the person was asked about and looked at."""
    looks = ReviewLook.objects.filter(user=user, draft=review.draft_id, revision__lt=review.revision.number)
    # Nothing is older than the first one.
    found = looks.order_by("-revision").first() if review.revision.number > 1 else None
    return None if found is None else Base(found.revision, found.at)


def last_approval(review: Review, decisions: Iterable[Decision]) -> Base | None:
    """The newest approved revision before the reviewed one, whether or not that approval counts still."""
    before = (
        each
        for each in decisions
        if each.verdict == Decision.Verdict.APPROVE and each.review.revision.number < review.revision.number
    )
    found = next(before, None)
    return None if found is None else Base(found.review.revision.number, found.at, found.reviewer)


def looked(review: Review, user: User) -> None:
    """Notes that the person looks at the request; a row for each revision and person, written once."""
    number = review.revision.number
    if not ReviewLook.objects.filter(user=user, draft=review.draft_id, revision=number).exists():
        # Two tabs may open at the same moment.
        look = ReviewLook(user=user, draft=review.draft, revision=number)
        ReviewLook.objects.bulk_create([look], ignore_conflicts=True)


def delta(review: Review, base: Base) -> Delta:
    """What differs between the reviewed revision and the one it is compared with."""
    was = Revision.objects.get(draft=review.draft_id, number=base.number)
    was.draft = review.draft
    found = diff.compare(was, review.revision)
    return Delta(base, was, len(found), diff.by_step(found[:DIFFERENCES_AT_MOST]))


def earlier(review: Review) -> list[Decision]:
    """What was decided about the draft in other reviews, the newest first: no more than DECISIONS_AT_MOST. One query."""
    others = Decision.objects.filter(review__draft=review.draft_id).exclude(review=review.pk)
    return list(
        others.select_related("reviewer", "on_behalf_of", "review__revision", "review__revoked_by")
        .only(
            "verdict",
            "reason",
            "at",
            "reviewer",
            "on_behalf_of",
            "review__state",
            "review__revoked",
            "review__revoked_reason",
            "review__revoked_by",
            "review__revision__number",
        )
        .order_by("-pk")[:DECISIONS_AT_MOST]
    )


DECISIONS_AT_MOST: Final = 50
EARLIER_SHOWN: Final = 5
