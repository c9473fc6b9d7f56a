"""*Apply all fixes* as heavy work."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vmssbuilder.drafts import actions
from vmssbuilder.drafts.checking import Fixing
from vmssbuilder.drafts.models import Draft

from .models import Work
from .watching import SECONDS, Watch, WorkResult


def apply(work: Work, watch: Watch) -> None:
    """Makes every fix of the work's revision, saves what comes of it as one revision, and ends the work with it.

    What was saved meanwhile stays. When the time is over, what was made until then is saved. Raises EditConflict, and as
    a save does.
    """
    work.revision.draft = work.draft
    fixing, is_whole = Fixing(work.revision), True
    for _fixed in fixing:
        watch.report(fixing.made, fixing.made + fixing.waiting)
        if watch.is_over:
            is_whole = False
            break
    left = fixing.left if is_whole else None
    if not fixing.made:
        watch.end(WorkResult(0, left))
        return
    watch.save()
    work.person.refresh_from_db()
    if not work.person.is_active:
        raise PermissionDenied("The account was closed meanwhile.")
    # Saved and ended at once: a worker that dies leaves both or neither, so that no work is done twice.
    with transaction.atomic():
        newest = Draft.objects.get(pk=work.draft_id)
        head = newest.head
        saved = actions.apply_fixes(work.person, newest, work.revision.number, fixing.content)
        if saved.head == head:
            watch.end(WorkResult(fixing.made, said="The same was changed meanwhile."))
            return
        said = []
        if not is_whole:
            said.append(f"It was ended after {SECONDS // 60} minutes. Begin again for the rest.")
        if head > work.revision.number:
            left = None
            said.append("What was saved meanwhile stays.")
        watch.end(WorkResult(fixing.made, left, saved.head, " ".join(said)))
