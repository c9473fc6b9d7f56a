"""Heavy work: what a person asked for that is too much for a request, how far it is, and what came of it."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models

from vmssbuilder.drafts.models import Draft, Revision


class WorkState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    SAVING = "saving", "Saving"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


class WorkKind(models.TextChoices):
    FIXES = "fixes", "Apply all fixes"


class Work(models.Model):
    """One piece of work about a draft, begun from one of its revisions. A new one takes the place of the one before.

    token: of whoever does it; nobody else writes what comes of it. tries: how often it was begun. done, total: how far
    it is. left: findings that stay, None while that is not known. saved: the number of the revision that it made.
    said: an end in words, where there is more to say than its state does. Times are the database's; alive is the last
    sign of life.
    """

    STOPPABLE: Final = (WorkState.WAITING, WorkState.RUNNING)

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="works")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=WorkKind.choices)
    state = models.CharField(max_length=10, choices=WorkState.choices, default=WorkState.WAITING)
    token = models.CharField(max_length=16, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(null=True, blank=True)
    saved = models.PositiveIntegerField(null=True, blank=True)
    said = models.TextField(blank=True)
    asked = models.DateTimeField()
    alive = models.DateTimeField()
    begun = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(finished=None), name="one_work_of_a_person_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.draft}"

    @property
    def is_moving(self) -> bool:
        """Whether more is to come."""
        return self.finished is None

    @property
    def before(self) -> int:
        """The number of the revision before the one that it made."""
        return (self.saved or 1) - 1

    @property
    def is_settled(self) -> bool:
        """Whether it did all that there was to do."""
        return self.state == WorkState.DONE and self.left is not None

    @property
    def is_of(self) -> int:
        """The number of the revision that its outcome is about."""
        return self.saved or self.revision.number

    @property
    def version(self) -> str:
        """What a page shows of the work: another one as soon as there is more to show."""
        return f"{self.pk}-{self.state}-{self.done}-{self.total}"
