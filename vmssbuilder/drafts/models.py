"""Drafts, their revisions, their secrets and the links that share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.core import signing
from django.db import models
from django.utils import timezone

from vmssbuilder.encryption import Encrypted
from vmssbuilder.scaleset import Request, Target
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.versions import DEFAULT

from .migrations._codes import new_code


class Content(models.Model):
    """What a request consists of, as columns: shared by the draft (its head) and its revisions."""

    subscription = models.CharField(max_length=100, blank=True)
    resource_group = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    operation = models.CharField(
        max_length=10, default="create", choices=[("create", "Create"), ("update", "Update")]
    )
    api_version = models.CharField(max_length=20, default=DEFAULT)
    document = models.JSONField(default=dict)

    class Meta:
        abstract = True

    @property
    def target(self) -> Target:
        return Target(self.subscription, self.resource_group, self.name)

    @property
    def request(self) -> Request:
        return Request(
            self.target, "update" if self.operation == "update" else "create", self.api_version, self.document
        )


class Draft(Content):
    """A saved request being worked on. Its own columns are always those of its newest revision, number `head`."""

    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    head = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    discarded = models.DateTimeField(null=True, blank=True)
    system = models.CharField(
        max_length=10,
        blank=True,
        choices=[("Linux", "Linux"), ("Windows", "Windows")],
        help_text="What a person said that instances run. It decides what the form shows and is no part of the request.",
    )

    filled = models.JSONField(default=dict, help_text="What was filled in for people, see `known_values`.")
    threads = models.PositiveIntegerField(
        default=0, editable=False, help_text="How many threads of comments there ever were; none is deleted."
    )

    marks: Mapping[Path, int] | None = None
    """The open threads by place, once they were asked for, see `commenting`."""

    class Meta:
        ordering: ClassVar = ["-updated", "-id"]
        # Lists leave out what was discarded, and read no more of these than a page shows.
        indexes: ClassVar = [
            models.Index(
                "owner",
                models.F("updated").desc(),
                models.F("id").desc(),
                condition=models.Q(discarded=None),
                name="drafts_of_an_owner",
            ),
            models.Index(
                models.F("updated").desc(),
                models.F("id").desc(),
                condition=models.Q(discarded=None),
                name="drafts_of_everyone",
            ),
        ]

    def __str__(self) -> str:
        return self.name if self.name.strip() else "Untitled scale set"


class Revision(Content):
    """One immutable saved state of a draft."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    automatic = models.BooleanField(default=False, help_text="Saved by autosave rather than by a button.")
    restores = models.PositiveIntegerField(null=True, blank=True, help_text="The revision it brought back.")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "number"], name="revision_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.draft} revision {self.number}"


class Turn(models.Model):
    """That a heavy request of a person is being worked on, see `turns`. until: when it counts no more."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=16, help_text="Whose turn it is: only its own request ends it.")
    until = models.DateTimeField(help_text="By the database's clock.")

    def __str__(self) -> str:
        return f"Turn of {self.user}"


class ReadingNotes(models.Model):
    """What was made of the text that a draft was started from: the notes of one kind, see `noting`.

    Each is a list of message, line of the text (0 for none) and place in the document. They hold no secrets.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="reading_notes")
    kind = models.CharField(max_length=20)
    count = models.PositiveIntegerField(help_text="How many there were; no more than some are kept.")
    first = models.JSONField(default=list)
    rest = models.JSONField(default=list, help_text="Those after the first few, which few pages show.")

    class Meta:
        verbose_name_plural = "reading notes"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "kind"], name="notes_of_a_kind_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.draft}: {self.count}"


class SearchWord(models.Model):
    """A word by which a draft is found: of its name, resource group or subscription; see `searching`.

    Its bytes, not its text: every database compares bytes alike, so that an index finds all words with one beginning.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="search_words")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    word = models.BinaryField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "word", "draft"], name="words_of_an_owner"),
            models.Index(fields=["word", "draft"], name="words_of_everyone"),
        ]

    def __str__(self) -> str:
        return bytes(self.word).decode()


class Secret(Encrypted):
    """One secret value of a draft, encrypted. Documents refer to it as `{"$secret": code}`."""

    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="secrets")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Secret {self.code}"

    @property
    def bound_to(self) -> str:
        return f"secret:{self.draft_id}:{self.code}"


class DraftRole(models.TextChoices):
    """What a person may do with a draft of somebody else's; each includes those after it."""

    EDIT = "edit", "Editor"
    COMMENT = "comment", "Commenter"
    VIEW = "view", "Viewer"


class ShareLink(models.Model):
    """A link that lets signed-in people who have it open a draft with its role, until it expires or is revoked."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="share_links")
    role = models.CharField(max_length=10, choices=DraftRole.choices, default=DraftRole.VIEW)
    label = models.CharField(max_length=100, blank=True, help_text="What its maker calls it: whom it is for.")
    tenant = models.CharField(
        max_length=64,
        blank=True,
        help_text="The Entra tenant whose people alone it lets in; empty for everybody.",
    )
    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    openings = models.PositiveIntegerField(default=0, help_text="How often it was followed, whoever did.")

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return f"Link to {self.draft}"

    @property
    def token(self) -> str:
        """What stands in the address. It is signed, so it is not stored and cannot be guessed."""
        return signing.Signer(salt="share").sign(self.code)

    @property
    def is_live(self) -> bool:
        return self.revoked is None and self.expires > timezone.now()


class Invitation(models.Model):
    """That whoever signs in with this mail address, verified, becomes one of the draft's people. It is gone once they did."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="invitations")
    mail = models.CharField(max_length=254, db_index=True, help_text="In small letters.")
    role = models.CharField(max_length=10, choices=DraftRole.choices)
    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["mail"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "mail"], name="invited_once")]

    def __str__(self) -> str:
        return f"{self.mail} in {self.draft}"

    @property
    def is_live(self) -> bool:
        return self.expires > timezone.now()


class Member(models.Model):
    """One of the people of a draft besides its owner: added by name with a role, or come by a link with that of the link.

    Who was added by name and came by links has a row for each; `access` goes by the strongest of those that count.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(
        max_length=10, choices=DraftRole.choices, blank=True, help_text="Empty by a link."
    )
    link = models.ForeignKey(
        ShareLink, null=True, blank=True, on_delete=models.CASCADE, related_name="members"
    )
    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(auto_now_add=True)
    openings = models.PositiveIntegerField(default=0, help_text="How often the person followed the link.")
    opened = models.DateTimeField(null=True, blank=True, help_text="When the person last did.")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft", "user"], condition=models.Q(link=None), name="member_by_name_once"
            ),
            models.UniqueConstraint(fields=["link", "user"], name="member_by_link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.draft}"
