"""Heavy work: asked for and stopped by a person, done by the worker."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.clock import Now
from vmssbuilder.drafts.access import Access, permit
from vmssbuilder.drafts.models import Draft

from . import tasks
from .models import Work, WorkKind, WorkState


def start(user: User, draft: Draft, kind: WorkKind) -> Work:
    """Has the work done on the newest revision. Where the person has work under way, answers that, whatever it is about.

    Work on a draft that was discarded ends here, for it has no page any more. Raises Http404, PermissionDenied.
    """
    permit(user, draft, Access.EDIT)
    try:
        with transaction.atomic():
            # Everything but the document, which takes longer than all this.
            locked = Draft.objects.select_for_update().defer("document").get(pk=draft.pk)
            permit(user, locked, Access.EDIT)
            before = under_way(user)
            if before is not None and before.draft.discarded is None:
                return before
            if before is not None:
                # Nobody can see or stop it any more, and nothing of it is saved.
                Work.objects.filter(pk=before.pk, finished=None).update(
                    state=WorkState.STOPPED, finished=Now()
                )
            locked.works.exclude(finished=None).delete()
            revision = locked.revisions.only("pk").get(number=locked.head)
            now = clock.now()
            made = Work.objects.create(
                draft=locked, revision=revision, person=user, kind=kind, asked=now, alive=now
            )
            record(user, "draft.work-begun", locked.code, kind=str(kind), revision=locked.head)
            tasks.do_soon(made)
    except IntegrityError:
        # Begun in another window at the same moment.
        before = under_way(user)
        if before is None:
            raise
        return before
    return made


def under_way(user: User) -> Work | None:
    """The person's work that has not come to its end."""
    unfinished = Work.objects.filter(person=user, finished=None)
    return unfinished.select_related("draft").defer("draft__document").first()


def stop(user: User, draft: Draft) -> bool:
    """Ends the draft's work, which leaves the draft as it is; False when there is none, or its result is being saved.

    Raises Http404, PermissionDenied.
    """
    permit(user, draft, Access.EDIT)
    with transaction.atomic():
        own = Work.objects.filter(draft=draft, state__in=Work.STOPPABLE)
        kinds = list(own.values_list("kind", flat=True))
        if not own.update(state=WorkState.STOPPED, finished=Now()):
            return False
        record(user, "draft.work-stopped", draft.code, kinds=kinds)
    return True
