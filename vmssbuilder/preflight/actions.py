"""Running a pre-flight: asked for by a person, done by the worker."""

from __future__ import annotations

from django.db import transaction

from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.drafts.access import Access, require
from vmssbuilder.drafts.models import Draft

from . import tasks
from .models import Preflight


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
