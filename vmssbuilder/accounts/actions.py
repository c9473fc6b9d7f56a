"""What changes accounts: signing in and out, here and everywhere."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from vmssbuilder.audit.actions import record
from vmssbuilder.azure import SignedInIdentity

from . import entra, sessions, tokens
from .models import EntraSession, User
from .roles import from_app_roles
from .signals import signed_in_with_mail


class SwitchedOff(Exception):
    """The account exists, but an administrator has switched it off."""


def welcome(identity: SignedInIdentity, cache: str) -> User:
    """The person who signed in with Entra ID, new or known, with today's name and role; keeps their token cache.

    Raises SwitchedOff.
    """
    with transaction.atomic():
        user, new = User.objects.select_for_update().get_or_create(
            tenant_id=identity.tid,
            object_id=identity.oid,
            # User names of Entra ID change and move to other people; the two ids stay.
            defaults={"username": f"{identity.oid}@{identity.tid}"},
        )
        if not user.is_active:
            raise SwitchedOff
        role = from_app_roles(identity.roles)
        if new or user.role != role:
            record(
                user, "account.role-given", user.username, role=role.value, before="" if new else user.role
            )
        if new:
            user.set_unusable_password()
        user.give(role)
        user.display_name = (identity.name or identity.username)[:200]
        user.email = identity.username[:254]
        user.home_account_id = identity.home_account_id
        user.save()
        tokens.keep(user, cache)
        record(user, "account.signed-in", user.username, way="entra")
    # Who listens takes locks of their own, which others hold while they wait for this person's row; and what goes wrong
    # there keeps nobody out: Django logs it.
    if identity.verified_mail and not entra.takes_any_tenant():
        signed_in_with_mail.send_robust(User, user=user, mail=identity.verified_mail)
    return user


def welcome_local(user: User) -> None:
    """Notes that someone signed in with user name and password."""
    record(user, "account.signed-in", user.username, way="local")


def farewell(user: User) -> None:
    """Notes that someone signed out. The token cache stays: what they submitted is still being followed."""
    record(user, "account.signed-out", user.username)


def farewell_everywhere(user: User) -> None:
    """Ends all sessions of the person, in every browser. The token cache stays, as when signing out of one."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
        EntraSession.objects.filter(user=user).delete()
        record(user, "account.signed-out", user.username, everywhere=True)


def end_entra_session(sid: str) -> int:
    """Ends what came from a session that ended at Entra ID; answers how many sessions that were."""
    with transaction.atomic():
        ended = list(EntraSession.objects.select_for_update().select_related("user").filter(sid=sid))
        for each in ended:
            sessions.store()(each.session_key).delete()
            record(each.user, "account.signed-out", each.user.username, by="Microsoft")
            each.delete()
    return len(ended)
