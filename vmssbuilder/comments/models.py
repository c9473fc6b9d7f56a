"""Threads of comments on a draft or a place in it, and who looked at them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

from . import values

LONGEST_PLACE = 500


class CommentThread(models.Model):
    """Comments on one place. `place` is where that stands in the newest revision; every write moves it along.

    Once its item is gone, `place` is where it stood last, and `was`, `quoted` say what that was.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="comment_threads")
    place = models.CharField(
        max_length=LONGEST_PLACE, blank=True, help_text="The text of its path; empty for the whole draft."
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(help_text="The revision that it was begun on.")
    gone = models.PositiveIntegerField(null=True, help_text="The revision that holds its item no more.")
    was = models.CharField(max_length=300, blank=True, help_text="What the place was called before it went.")
    quoted = models.TextField(blank=True, help_text="What stood there before it went, secrets masked.")
    is_open = models.BooleanField(default=True)
    resolved = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    count = models.PositiveIntegerField(default=1)
    last_author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-is_open", "-last_at", "-id"]
        indexes: ClassVar = [
            models.Index(
                "draft",
                models.F("is_open").desc(),
                models.F("last_at").desc(),
                models.F("id").desc(),
                name="threads_of_a_draft",
            )
        ]

    def __str__(self) -> str:
        return f"Thread {self.pk} on {self.place or 'the whole draft'}"

    @property
    def path(self) -> Path:
        return paths.parse(self.place)


class Comment(models.Model):
    """What one person said in a thread. A deleted one stays, without its text, so that answers to it hold together."""

    thread = models.ForeignKey(CommentThread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    edited = models.DateTimeField(null=True)
    deleted = models.DateTimeField(null=True)
    text = models.TextField(blank=True)
    suggests = models.JSONField(
        null=True, help_text="A value for the place, in a list; empty: none, null: no suggestion."
    )
    instead_of = models.JSONField(null=True, help_text="What stood there by then, in a list.")
    accepted = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_in = models.PositiveIntegerField(null=True, help_text="The revision that has the value.")

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["thread", "id"], name="comments_of_a_thread")]

    def __str__(self) -> str:
        return f"Comment {self.pk} by {self.author}"

    @property
    def suggestion(self) -> str:
        """The value that it proposes, in words."""
        return values.words(self.suggests or [])

    @property
    def replaced(self) -> str:
        """What stood there when it was proposed, in words."""
        return values.words(self.instead_of or [])

    is_new = False
    """Whether the person who looks has not seen it before."""


class CommentMention(models.Model):
    """That a comment names a person, who could see the draft by then. seen: when they opened it or answered."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["comment", "user"], name="mentioned_once")]
        indexes: ClassVar = [
            models.Index(fields=["user"], condition=models.Q(seen=None), name="mentions_to_be_read")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.comment}"


class CommentsSeen(models.Model):
    """How far a person has read the comments of a draft: the newest comment there was at their last look."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    newest = models.PositiveBigIntegerField()

    class Meta:
        verbose_name_plural = "comments seen"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "draft"], name="comments_seen_once")]

    def __str__(self) -> str:
        return f"{self.user} read up to comment {self.newest}"
