"""People: who they are, what their role lets them do, and their encrypted Azure token cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

from vmssbuilder.encryption import Encrypted
from vmssbuilder.seals import Sealed


class Role(models.TextChoices):
    """What a person may do beyond their own drafts. The values are those of the Entra app roles."""

    REQUESTER = "Requester", "Requester"
    REVIEWER = "Reviewer", "Reviewer"
    ADMINISTRATOR = "Administrator", "Administrator"


class People(UserManager["User"]):
    """Users; `createsuperuser` makes an administrator."""

    use_in_migrations = False

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **others: Any
    ) -> User:
        return super().create_superuser(username, email, password, **{"role": Role.ADMINISTRATOR, **others})


class User(Sealed, AbstractUser):
    """A person, known by Entra object id and tenant, or by a local account.

    The role follows the Entra app roles at each sign-in; administrators also review. It is sealed whenever the product
    gives it: one that was written past the product lets nobody approve.
    """

    display_name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.REQUESTER)
    object_id = models.CharField(
        max_length=64, blank=True, help_text="Entra object id (oid); empty for local accounts."
    )
    tenant_id = models.CharField(max_length=64, blank=True)
    home_account_id = models.CharField(max_length=160, blank=True)
    sessions_ended = models.PositiveIntegerField(
        default=0,
        help_text="How often the person signed out everywhere; sessions begun before count no more.",
    )

    asks_azure = models.BooleanField(
        default=True, help_text="Whether the check asks Azure by itself, in this person's name."
    )

    objects: ClassVar[People] = People()

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "object_id"],
                condition=~models.Q(object_id=""),
                name="one_user_per_entra_object",
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.get_full_name() or self.username

    def get_short_name(self) -> str:
        """The name by which Django's admin site greets; the user name of who came from Entra ID is an id."""
        return str(self)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **named: Any) -> None:
        """Saves; what Django's admin site allows follows from the role alone, so that the two cannot disagree."""
        self.is_staff = self.is_superuser = self.is_administrator
        if self._state.adding:
            self.close_seal()
        if update_fields is not None and "role" in (update_fields := set(update_fields)):
            update_fields |= {"is_staff", "is_superuser", "seal"}
        super().save(*args, update_fields=update_fields, **named)

    def parts(self) -> dict[str, Any]:
        """Which account was given which role. The name, for a row has no key yet when it is made."""
        return {"account": [self.username, self.tenant_id, self.object_id], "role": self.role}

    def give(self, role: Role) -> None:
        """Sets the role; the row is saved by whoever calls."""
        self.role = role
        self.close_seal()

    def get_session_auth_hash(self) -> str:
        """What a session was begun with; Django ends those that hold another one."""
        return self._with_round(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same, by the older keys of DJANGO_SECRET_KEY."""
        for each in super().get_session_auth_fallback_hash():
            yield self._with_round(each)

    def _with_round(self, value: str) -> str:
        return f"{value}-{self.sessions_ended}" if self.sessions_ended else value

    @property
    def is_reviewer(self) -> bool:
        return self.role in (Role.REVIEWER, Role.ADMINISTRATOR)

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def is_local(self) -> bool:
        return not self.object_id

    @property
    def identity(self) -> dict[str, Any]:
        """Whom the account is taken for, for what is to be bound to this person."""
        return {
            "person": self.pk,
            "name": self.username,
            "tenant": self.tenant_id,
            "object": self.object_id,
        }


class TokenCache(Encrypted):
    """MSAL's serialised token cache of one person, encrypted."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="token_cache")
    claims = models.TextField(blank=True, help_text="What Azure wants the next sign-in to bring along.")
    updated = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Token cache of {self.user}"

    @property
    def bound_to(self) -> str:
        return f"token-cache:{self.user_id}"


class KeyHolder(models.Model):
    """A process that said which keys it has. keys: their ids, newest first; place: its host and process id."""

    name = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=10)
    place = models.CharField(max_length=100)
    keys = models.TextField()
    seen = models.DateTimeField(db_index=True, help_text="Its last sign of life, by the database's clock.")

    def __str__(self) -> str:
        return f"{self.kind} process {self.place}"


class EntraSession(models.Model):
    """Which session here belongs to which session at Entra ID, so that signing out there can end it here."""

    sid = models.CharField(max_length=200, db_index=True, help_text="Entra ID's own id of the session.")
    session_key = models.CharField(max_length=40)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="entra_sessions")
    begun = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Session of {self.user}"


class Pause(models.Model):
    """A pause that Azure asked of a person, for one kind of request in a subscription and region; all processes keep it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="pauses")
    subscription = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True, help_text="Empty for all regions.")
    kind = models.CharField(max_length=10)
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "subscription", "region", "kind"], name="one_pause_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"Pause of {self.user} until {self.until}"
