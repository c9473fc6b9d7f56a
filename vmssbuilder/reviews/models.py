"""The review of one revision, and the decisions about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.seals import Sealed

from . import sealing


class ReviewState(models.TextChoices):
    WAITING = "waiting", "Waiting for review"
    APPROVED = "approved", "Approved"
    CHANGES_REQUESTED = "changes-requested", "Changes requested"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REVOKED = "revoked", "Revoked"


class ReviewGroup(models.Model):
    """People who are asked for reviews together, kept by administrators. It gives nobody a right."""

    name = models.CharField(max_length=80, unique=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="review_groups",
        help_text="Reviewers and administrators. Who may not decide about a request is not asked about it.",
    )

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Review(Sealed):
    """One revision sent for review. Whether it still counts is derived, see `approvals`.

    counts_until: when its approval ends, by the database's clock. It is sealed when it is approved. revoked_by,
    revoked_reason: who took the approval back, and why; nobody when an administrator's change of the approver's account did.
    reminded: when the worker last reminded of it, while it waited for long.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="reviews")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="reviews")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True, help_text="What the reviewer should know.")
    overrides = models.JSONField(
        default=list, blank=True, help_text="Each error that the request is to be sent despite, and why."
    )
    asked = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="reviews_asked",
        help_text="Whom it is asked of; empty for any reviewer.",
    )
    asked_groups = models.CharField(
        max_length=1000, blank=True, help_text="The names of the groups that were asked."
    )
    state = models.CharField(max_length=20, choices=ReviewState.choices, default=ReviewState.WAITING)

    reminded = models.DateTimeField(null=True, blank=True)
    counts_until = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_reason = models.TextField(blank=True)

    was_sent = False
    """Whether Azure has the request by this approval, where `queries.queue` or the page of the review asked."""

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "id"])]
        constraints: ClassVar = [
            # Two people, or one person twice, cannot send the same revision at the same moment.
            models.UniqueConstraint(
                fields=["revision"],
                condition=models.Q(state="waiting"),
                name="one_waiting_review_of_a_revision",
            )
        ]

    def __str__(self) -> str:
        return f"Review of {self.revision}"

    def parts(self) -> dict[str, Any]:
        return sealing.parts(self)

    @property
    def is_expired(self) -> bool:
        """Whether its approval ended by itself, for lists; what decides goes by the database's clock.

        One without an end is from before approvals had one. One by which the request was sent did what it was given for.
        """
        ends = self.counts_until
        ended = ends is None or ends <= timezone.now()
        return self.state == ReviewState.APPROVED and ended and not self.was_sent

    @property
    def is_outdated(self) -> bool:
        """Whether the draft was edited after this revision, which voids the review and any approval."""
        return self.draft.head != self.revision.number

    @property
    def days_waited(self) -> int:
        """Whole days since it was asked for, while it waits."""
        return max(0, (timezone.now() - self.requested).days) if self.state == ReviewState.WAITING else 0

    @property
    def waits_long(self) -> bool:
        """Whether it has waited for as long as the installation calls long."""
        long = timedelta(days=settings.VMSSBUILDER_REMINDER_DAYS)
        return self.state == ReviewState.WAITING and timezone.now() - self.requested >= long

    @property
    def for_another(self) -> bool:
        """Whether it is asked of whoever looks because they stand in for somebody, as `queries.queue` found out with it."""
        return self.asked_of_me and not getattr(self, "asks_me", False)

    @property
    def asked_of_me(self) -> bool:
        """Whether it is asked of whoever looks, as `queries.queue` found out with it."""
        return bool(getattr(self, "asks", False))

    @property
    def asked_words(self) -> str:
        """Whom it is asked of, “Platform team (Ada, Rolf and 2 more)”, "" for any reviewer. Wants `asked` prefetched."""
        names = [str(each) for each in self.asked.all()]
        if not names:
            return ""
        last = f"{len(names) - 3} more" if len(names) > 4 else names.pop()
        listed = f"{', '.join(names[:3])} and {last}" if names else last
        return f"{self.asked_groups} ({listed})" if self.asked_groups else listed


class Decision(models.Model):
    """What one reviewer decided, and why; an approval needs no reason unless errors are let through.

    on_behalf_of: who was asked and was away, where the reviewer stood in for them.
    """

    class Verdict(models.TextChoices):
        APPROVE = "approve", "Approve"
        REQUEST_CHANGES = "request-changes", "Request changes"
        REJECT = "reject", "Reject"

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="decisions")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.by}"

    @property
    def by(self) -> str:
        """Who made it, and for whom: “Rosa for Rolf”."""
        return f"{self.reviewer} for {self.on_behalf_of}" if self.on_behalf_of_id else str(self.reviewer)


class ReviewLook(models.Model):
    """That somebody who may decide opened the review of a revision: what they are shown as new counts from there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField(help_text="The number of the revision.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "draft", "revision"], name="review_look_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} looked at revision {self.revision} of {self.draft_id}"


class Delegation(models.Model):
    """Somebody stands in for a person who is away. starts, ends: midnight by UTC, the end not included.

    ended, ended_by: it was ended before that.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stands_in")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    made = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["starts", "id"]

    def __str__(self) -> str:
        return f"{self.delegate} for {self.person}"

    @property
    def days(self) -> str:
        """Its days in words, “from 1 December to 3 December 2026”."""
        return f"from {self.starts:%-d %B} to {self.last_day}"

    @property
    def last_day(self) -> str:
        return f"{self.ends - timedelta(days=1):%-d %B %Y}"

    @property
    def has_begun(self) -> bool:
        return self.starts <= timezone.now()


class OpenedScript(Sealed):
    """A script of a request that is under review, open to the people who are asked for that review.

    It counts while that review waits, nothing was edited, and nobody closed it. place: of the script in the revision's
    document, as `SecretScript.place`. Its seal covers who is asked and which secret it is in, so that no change of rows
    opens anything else, or to anybody else.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="opened_scripts")
    place = models.CharField(max_length=500)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened = models.DateTimeField(default=timezone.now)
    closed = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["review", "place"], condition=models.Q(closed=None), name="script_opened_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place} in {self.review}"

    def parts(self) -> dict[str, Any]:
        return sealing.opened_parts(self)
