"""Reading reviews: whether a draft is approved, and the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from django.apps import apps
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When

from vmssbuilder.accounts.models import User
from vmssbuilder.clock import Now
from vmssbuilder.drafts.access import memberships
from vmssbuilder.drafts.models import Draft

from . import approvals
from .away.queries import persons_of
from .models import Decision, Review, ReviewState

Filter = Literal["waiting", "decided"]


def approval(draft: Draft) -> Review | None:
    """The review that approved the draft as it is now. None when there is none, or it does not count (any more)."""
    review = newest(draft)
    return review if review is not None and approvals.doubt(review) is None else None


def newest(draft: Draft) -> Review | None:
    """The newest review of the draft as it is now."""
    review = draft.reviews.filter(revision__number=draft.head).select_related("revision").first()
    if review is not None:
        review.draft = draft
    return review


@dataclass(frozen=True, slots=True)
class DraftReview:
    """Where a draft stands with its reviewers. review: the newest one; decision: the newest about it.

    doubt: why its approval does not count, though the draft was not edited since.
    """

    review: Review | None
    decision: Decision | None
    doubt: approvals.Doubt | None = None

    @property
    def outdated(self) -> bool:
        """Whether the draft was edited after the newest review, so that it does not count any more."""
        return (
            self.review is not None and self.review.is_outdated and self.review.state != ReviewState.WITHDRAWN
        )

    @property
    def voided(self) -> bool:
        """Whether the draft was approved as it is, and that does not count any more."""
        return self.doubt is not None

    @property
    def waiting(self) -> bool:
        return self._is(ReviewState.WAITING)

    @property
    def approved(self) -> bool:
        return self._is(ReviewState.APPROVED) and self.doubt is None

    @property
    def sendable(self) -> bool:
        """Whether the draft as it is now may be sent for review, its findings aside."""
        return not self.waiting and not self.approved

    def _is(self, state: str) -> bool:
        return self.review is not None and not self.review.is_outdated and self.review.state == state


def state_of(draft: Draft) -> DraftReview:
    """Where the draft stands with its reviewers, in one query, and a second one where there was a review. No document."""
    review = (
        draft.reviews.select_related("revision")
        .only("draft", "state", "requested", "counts_until", "revision__number")
        .order_by("-id")
        .first()
    )
    if review is None:
        return DraftReview(None, None)
    review.draft = draft
    decision = review.decisions.select_related("reviewer", "on_behalf_of").first()
    return DraftReview(review, decision, doubt_of(draft, review.state) if not review.is_outdated else None)


_KEPT: Final = "_doubt"


def doubt_of(draft: Draft, state: str | None, known: Review | None = None) -> approvals.Doubt | None:
    """Why the approval of the draft as it is does not count, for pages: None for one that counts, or none at all.

    state: of its newest review; known: that review, where it was read and Azure is known to have nothing by it. Asked
    once for each draft that a page read. Once Azure has the request, an approval has done what it was given for, and
    nobody asks whether it still counts.
    """
    if state not in (ReviewState.APPROVED, ReviewState.REVOKED):
        return None
    kept: dict[int, approvals.Doubt | None] = vars(draft).setdefault(_KEPT, {})
    if draft.head not in kept:
        review = known or newest(draft)
        sent = review is None or (known is None and is_at_azure(review))
        kept[draft.head] = None if review is None or sent else approvals.doubt(review)
    return kept[draft.head]


def is_at_azure(review: Review) -> bool:
    """Whether Azure has, or may have, the request by this approval, and it did not end badly."""
    return bool(review.draft.submissions.filter(_AT_AZURE, approval=review).exists())


_AT_AZURE: Final = (Q(may_exist=True) | Q(operation__isnull=False)) & ~Q(state__in=("failed", "canceled"))
"""Which submissions Azure has, or may have."""


STATE_NOW: Final = Case(
    When(
        Q(counts_until=None) | Q(counts_until__lte=Now()), state=ReviewState.APPROVED, then=Value("expired")
    ),
    default=F("state"),
)
"""The state of a review for lists, where an approval that ended by itself is one no more."""


def visible(user: User) -> QuerySet[Review]:
    """The reviews that the person may see: all for reviewers, those of their own and shared drafts for everyone else."""
    reviews = Review.objects.filter(draft__discarded=None)
    if user.is_reviewer:
        return reviews
    shared = Q(draft__in=memberships(user).order_by().values("draft"))
    return reviews.filter(Q(draft__owner=user) | shared)


def queue(user: User, which: Filter) -> QuerySet[Review]:
    """The reviews that wait for a decision, those asked of the person first, then oldest first; or the others, newest first.

    Each knows (`asked_of_me`) whether it is asked of the person, or of somebody for whom they stand in (`for_another`);
    the others know whether what they approved `was_sent`.
    """
    waiting = Q(state=ReviewState.WAITING, revision__number=F("draft__head"))
    # The documents can be large, and a list shows nothing of them.
    listed = (
        visible(user)
        .select_related("draft", "draft__owner", "revision", "requested_by")
        .defer("draft__document", "revision__document", "note", "overrides", "seal", "revoked_reason")
    )
    asked = Review.asked.through.objects.filter(review=OuterRef("pk"))
    me = Exists(asked.filter(user=user))
    listed = listed.annotate(asks_me=me, asks=me | Exists(asked.filter(user__in=persons_of(user))))
    # By its name: submissions know of reviews, not the other way round.
    submissions = apps.get_model("submissions", "Submission")._default_manager
    sent = submissions.filter(_AT_AZURE, approval=OuterRef("pk"))
    if which == "waiting":
        return listed.filter(waiting).order_by("-asks", "id")
    decided = listed.exclude(waiting).order_by("-id")
    return decided.annotate(was_sent=Exists(sent))  # type: ignore[no-redef] # instead of what the model has by default


def waiting_for(user: User) -> QuerySet[Review]:
    """The reviews that this person can decide about, those asked of them first; none for someone who is no reviewer."""
    if not user.is_reviewer:
        return Review.objects.none()
    return queue(user, "waiting").exclude(draft__owner=user).exclude(draft__revisions__author=user)


def with_decisions(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """The same reviews with their decisions and who made them."""
    return reviews.select_related("draft", "draft__owner", "revision", "requested_by").prefetch_related(
        "asked", Prefetch("decisions", Decision.objects.select_related("reviewer", "on_behalf_of"))
    )
