"""Which role a person has, from the app roles that Entra ID names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import F

from vmssbuilder.audit.actions import record

from .models import EntraSession, Role, User

_STRONGEST_FIRST: Final = (Role.ADMINISTRATOR, Role.REVIEWER, Role.REQUESTER)


def from_app_roles(names: Iterable[str]) -> Role:
    """The strongest of the app roles that are ours. Whoever was let in without one may work on requests of their own."""
    given = set(names)
    return next((role for role in _STRONGEST_FIRST if role.value in given), Role.REQUESTER)


def follow(user: User, names: Iterable[str]) -> None:
    """Gives the person the role that Entra ID names with a new token, so that one that was taken away ends at once."""
    role = from_app_roles(names)
    if user.role == role:
        return
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.role != role:
            record(user, "account.role-given", user.username, role=role.value, before=locked.role)
            locked.give(role)
            locked.save(update_fields=["role"])
    user.role = role


def shut_out(user: User) -> None:
    """Takes role and sessions of a person whom Entra ID does not let in any more."""
    follow(user, ())
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
        # Submissions may ask again and again; it is said once.
        if EntraSession.objects.filter(user=user).delete()[0]:
            record(user, "account.signed-out", user.username, everywhere=True, by="Microsoft")
