"""Submissions: one approved revision on its way to Azure. The row is the truth; queued tasks only wake it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils import timezone

from vmssbuilder.clock import Now
from vmssbuilder.drafts.migrations._codes import new_code
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.reviews.models import Review
from vmssbuilder.seals import Sealed

PATIENCE: Final = timedelta(hours=2)
"""How long Azure may take before the outcome is called unknown."""


class SubmissionState(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"
    UNKNOWN = "unknown", "Unknown"
    NEEDS_SIGN_IN = "needs-sign-in", "Needs sign-in"


class Submission(Sealed):
    """The carrying of one revision to Azure, step by step.

    next_step: when the next step is due. lease, lease_until: the worker that holds the row now; a random token, so that
    a worker that stalled cannot write over its successor. in_flight_until: until when the request may be on its way to
    Azure although the worker that sent it is gone. operation: the long-running operation as plain data.
    give_up: when to stop asking and say that the outcome is unknown. replaces: a create goes over the scale set that an
    earlier, failed create of the same draft left behind. etag: of the scale set that the request changes. sent: the
    changes that an update of an opened scale set sends, secrets as references. before: that scale set as it was then,
    secrets withheld. approval: what the request was asked for by; its own seal is verified beside this row's,
    which covers replaces and etag as the step has them that looked.
    """

    FINISHED: ClassVar[tuple[str, ...]] = (
        SubmissionState.SUCCEEDED,
        SubmissionState.FAILED,
        SubmissionState.CANCELED,
    )
    MOVING: ClassVar[tuple[str, ...]] = (
        SubmissionState.QUEUED,
        SubmissionState.SENDING,
        SubmissionState.RUNNING,
    )
    """The states in which a worker has something to do."""
    WAITING: ClassVar[tuple[str, ...]] = (*MOVING, SubmissionState.NEEDS_SIGN_IN)
    """The states in which something is to come, and in which a person may stop it."""

    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="submissions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="submissions")
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="submissions"
    )
    approval = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=SubmissionState.choices, default=SubmissionState.QUEUED)
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)

    next_step = models.DateTimeField(default=timezone.now)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    in_flight_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="Steps that failed in a row.")

    may_exist = models.BooleanField(default=False, help_text="Azure may have received the request.")
    operation = models.JSONField(null=True, blank=True)
    resource = models.JSONField(
        null=True, blank=True, help_text="The scale set as Azure answered, secrets withheld."
    )
    error = models.JSONField(null=True, blank=True)
    correlation_id = models.CharField(max_length=80, blank=True)
    give_up = models.DateTimeField(null=True, blank=True)
    replaces = models.BooleanField(default=False)
    etag = models.CharField(max_length=200, blank=True)
    sent = models.JSONField(null=True, blank=True)
    before = models.JSONField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "next_step"])]
        constraints: ClassVar = [
            # Two presses of the button at the same moment are one submission.
            models.UniqueConstraint(
                fields=["revision"],
                condition=~models.Q(state__in=["failed", "canceled"]),
                name="one_living_submission_of_a_revision",
            ),
            models.UniqueConstraint(
                fields=["draft"],
                condition=models.Q(state__in=["queued", "sending", "running", "needs-sign-in"]),
                name="one_submission_under_way_of_a_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"Submission of {self.revision}"

    def parts(self) -> dict[str, Any]:
        return {
            "row": [self.pk, self.code],
            "draft": self.draft_id,
            "revision": self.revision_id,
            "submitter": self.submitter.identity,
            "approval": self.approval_id,
            "conditions": [self.replaces, self.etag],
        }

    @staticmethod
    def free() -> models.Q:
        """Which submissions no worker holds, by the database's clock."""
        return models.Q(lease="") | models.Q(lease_until__lt=Now())

    @property
    def status(self) -> tuple[str, str, str]:
        """Kind, icon and words of its state."""
        return STATUS[SubmissionState(self.state)]

    @property
    def is_finished(self) -> bool:
        return self.state in self.FINISHED

    @property
    def is_moving(self) -> bool:
        return self.state in self.MOVING

    @property
    def can_be_stopped(self) -> bool:
        return self.state in self.WAITING

    @property
    def was_stopped(self) -> bool:
        """Whether a person ended it before Azure took the request."""
        return self.state == SubmissionState.CANCELED and bool((self.error or {}).get("ours"))


STATUS: Final = {
    SubmissionState.QUEUED: ("info", "clock", "Queued"),
    SubmissionState.SENDING: ("info", "running", "Sending"),
    SubmissionState.RUNNING: ("info", "running", "Running"),
    SubmissionState.SUCCEEDED: ("done", "done", "Succeeded"),
    SubmissionState.FAILED: ("error", "error", "Failed"),
    SubmissionState.CANCELED: ("warning", "warning", "Canceled"),
    SubmissionState.UNKNOWN: ("warning", "warning", "Outcome unknown"),
    SubmissionState.NEEDS_SIGN_IN: ("warning", "person", "Needs your sign-in"),
}
"""How pages show the states: kind, icon and words."""


class WholeAnswer(models.Model):
    """The whole of an answer to a submission, where it is too long for a page; secrets withheld.

    length: characters that it had; text has the first of them, see `failures.WHOLE_KEPT`.
    """

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="whole_answer")
    text = models.TextField()
    length = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"Answer to {self.submission.code}"


class Progress(models.Model):
    """One line of a submission's history as a person reads it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="progress")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=20, choices=SubmissionState.choices)
    message = models.CharField(max_length=500)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.message
