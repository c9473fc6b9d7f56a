"""Running a pre-flight: asked for by a person, done by the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.drafts.access import Access, access, require
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset.findings import errors

from . import tasks
from .models import Preflight

APART: Final = timedelta(minutes=1)
"""How long after a pre-flight of a draft another one starts by itself, at the earliest."""


class PreflightRefused(Exception):
    """The pre-flight is not run; the message says why and what to do."""


def start(user: User, draft: Draft) -> Preflight:
    """Has the newest revision checked; one that is under way for it goes on. Raises PreflightRefused, Http404, PermissionDenied."""
    require(user, draft, Access.EDIT)
    if user.is_local:
        raise PreflightRefused(
            "You are signed in with a local account, which Azure does not know. Sign in with Microsoft to run it."
        )
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        require(user, locked, Access.EDIT)
        revision = locked.revisions.get(number=locked.head)
        before = locked.preflights.order_by("-pk").first()
        if before is not None and before.revision_id == revision.pk and before.is_running:
            return before
        locked.preflights.all().delete()
        made = Preflight.objects.create(draft=locked, revision=revision, person=user)
        record(user, "draft.preflight", locked.code, revision=revision.number)
        tasks.check_soon(made)
    return made


def due(user: User, draft: Draft, last: Preflight | None, *, sent: bool | None = None) -> timedelta | None:
    """In how long the check may ask Azure by itself, 0 for now; None for not at all.

    It does so for people whom Azure knows and who may change the draft, unless they switched it off; once a revision,
    and once nothing is left to fix; never about what was sent already. last: the draft's newest pre-flight. sent:
    whether this revision was sent, None for who does not know.
    """
    if (
        user.is_local
        or not user.asks_azure
        or draft.discarded is not None
        or access(user, draft) < Access.EDIT
    ):
        return None
    if last is not None and last.revision.number == draft.head:
        return None
    if any(not each.overridable for each in errors(check_content(draft))):
        return None
    if sent is None:
        sent = draft.submissions.filter(revision__number=draft.head).exists()
    if sent:
        return None
    return max(timedelta(0), last.asked + APART - clock.now()) if last is not None else timedelta(0)


def start_by_itself(user: User, draft: Draft) -> Preflight | None:
    """Has the newest revision checked if that is due; None when it is not. Raises PreflightRefused, Http404, PermissionDenied."""
    require(user, draft, Access.EDIT)
    last = draft.preflights.select_related("revision").order_by("-pk").first()
    return start(user, draft) if due(user, draft, last) == timedelta(0) else None


def switch(user: User, *, by_itself: bool) -> None:
    """Whether the check asks Azure by itself in the name of this person."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(asks_azure=by_itself)
        user.asks_azure = by_itself
        record(user, "account.preflight", user.username, by_itself=by_itself)
