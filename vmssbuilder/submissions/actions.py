"""Every change of a submission that a person makes: checks permission, writes, records the event, in one transaction."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.accounts.throttling import PersonsGate
from vmssbuilder.audit.actions import record
from vmssbuilder.drafts import sent
from vmssbuilder.drafts.access import Access, require
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import approvals
from vmssbuilder.reviews.models import Review
from vmssbuilder.reviews.queries import newest
from vmssbuilder.scaleset.findings import errors

from . import failures, tasks
from .models import PATIENCE, Progress, Submission, SubmissionState

State = SubmissionState


class SubmissionRefused(Exception):
    """The submission is not made or not changed; the message says why and what to do."""


class _Doubted(SubmissionRefused):
    """The approval does not count."""

    def __init__(self, doubt: approvals.Doubt, review: Review) -> None:
        super().__init__(f"{doubt.sentence} {doubt.cure}")
        self.doubt, self.review = doubt, review


def submit(user: User, draft: Draft) -> Submission:
    """Has the approved newest revision of the draft sent to Azure. Raises SubmissionRefused, Http404, PermissionDenied."""
    require(user, draft, Access.OWN)
    if user.is_local:
        raise SubmissionRefused(
            "You are signed in with a local account, which Azure does not know. Sign in with Microsoft to send requests."
        )
    try:
        with transaction.atomic():
            # The same row that every edit and decision locks.
            locked = Draft.objects.select_for_update().get(pk=draft.pk)
            require(user, locked, Access.OWN)
            review = _approved(locked)
            if locked.submissions.filter(revision=review.revision, state=State.SUCCEEDED).exists():
                raise SubmissionRefused("This revision was sent already, and it succeeded.")
            blocking = [each.message for each in errors(check_content(locked)) if not each.overridable]
            if blocking:
                raise SubmissionRefused(f"Azure would refuse the request: {blocking[0]}")
            _refuse_no_change(locked)
            now = clock.now()
            submission = Submission.objects.create(
                draft=locked,
                revision=review.revision,
                submitter=user,
                approval=review,
                correlation_id=str(uuid.uuid4()),
                next_step=now,
                give_up=now + PATIENCE,
            )
            submission.close_seal()
            submission.save(update_fields=["seal"])
            Progress.objects.create(
                submission=submission, state=State.QUEUED, message="Waiting for a worker."
            )
            tasks.wake_at(submission, submission.next_step)
            record(user, "submission.created", locked.code, submission=submission.code, revision=locked.head)
    except IntegrityError:
        # The database itself takes no second one while one of the draft is under way, or one of the revision unknown.
        raise SubmissionRefused("This request is being sent already.") from None
    except _Doubted as doubted:
        record(user, "submission.refused", draft.code, **approvals.details(doubted.review, doubted.doubt))
        raise
    return submission


def _approved(draft: Draft) -> Review:
    """The review that approved the draft as it stands. Raises SubmissionRefused."""
    review = newest(draft)
    doubt = approvals.doubt(review) if review is not None else None
    if review is None or (doubt is not None and doubt.kind == "undecided"):
        raise SubmissionRefused("Only an approved request is sent. Send the draft for review first.")
    if doubt is not None:
        raise _Doubted(doubt, review)
    return review


def _refuse_no_change(draft: Draft) -> None:
    """Azure would take an update that changes nothing, and people would wait for what it does."""
    update = sent.update(draft)
    if update is not None and not update.changes:
        raise SubmissionRefused("The draft changes nothing of the scale set that it was opened from.")


def resume(user: User, submission: Submission) -> None:
    """Goes on after the submitter signed in again. Raises SubmissionRefused, Http404, PermissionDenied."""
    require(user, submission.draft, Access.VIEW)
    if submission.submitter_id != user.pk:
        raise PermissionDenied(f"Only {submission.submitter} can go on: the request is sent in their name.")
    _move(user, submission, [State.NEEDS_SIGN_IN], "submission.continued", "You signed in again.", PATIENCE)


def check_now(user: User, submission: Submission) -> None:
    """Asks Azure now instead of later, or once more after giving up. Raises SubmissionRefused, Http404, PermissionDenied."""
    # Whoever sent it follows it to its end, whoever the draft belongs to by then.
    if submission.submitter_id != user.pk:
        require(user, submission.draft, Access.VIEW)
        if not user.is_administrator:
            raise PermissionDenied(f"Only {submission.submitter} can ask: Azure is asked in their name.")
    if submission.is_moving:
        _hasten(submission)
    else:
        once_more = "Asking Azure once more."
        _move(user, submission, [State.UNKNOWN], "submission.checked", once_more, timedelta(0))
    # Whoever wants to know now is not kept waiting by a pause: Azure may prolong it, and says so.
    PersonsGate(submission.submitter_id).open(submission.revision.target.subscription)


def stop(user: User, submission: Submission) -> None:
    """Ends it where Azure has nothing of it yet, else stops following it. Raises SubmissionRefused, Http404, PermissionDenied."""
    if submission.submitter_id != user.pk:
        require(user, submission.draft, Access.VIEW)
        # The draft may have been handed over since.
        if not user.is_administrator and submission.draft.owner_id != user.pk:
            raise PermissionDenied(f"Only {submission.submitter} can stop it: it is sent in their name.")
    now = clock.now()
    with transaction.atomic():
        # The same order of locks as everywhere. A worker that holds the row finds out when it writes, and before it sends.
        Draft.objects.select_for_update().get(pk=submission.draft_id)
        waiting = Submission.objects.filter(pk=submission.pk, state__in=Submission.WAITING)
        taken, error = False, failures.kept(submission, failures.Stopped(str(user), taken=False))
        ended = {"state": State.CANCELED, "finished": now, "lease": "", "lease_until": None, "error": error}
        if not waiting.filter(may_exist=False, operation__isnull=True).update(**ended):
            taken, error = True, failures.kept(submission, failures.Stopped(str(user), taken=True))
            left = {"state": State.UNKNOWN, "error": error}
            # The request may be on its way this very moment: nobody looks for it before it is over.
            on_its_way = waiting.filter(operation__isnull=True, lease_until__gt=now)
            if not (
                on_its_way.update(**left, lease=STOPPED) or waiting.update(**left, lease="", lease_until=None)
            ):
                raise SubmissionRefused("The submission is over already.")
        state = State.UNKNOWN if taken else State.CANCELED
        Progress.objects.create(submission=submission, state=state, message=error["sentence"])
        # An end is called by its state: once the log has it, nothing brings the submission back (`permits`).
        what = "submission.stopped" if taken else f"submission.{state}"
        record(user, what, submission.draft.code, submission=submission.code)


STOPPED: Final = "stopped"
"""In place of a worker's lease: whoever held the row writes nothing any more."""


def _move(
    user: User, submission: Submission, wanted: list[str], what: str, message: str, patience: timedelta
) -> None:
    """Back to where the submission stopped."""
    now = clock.now()
    state = State.RUNNING if submission.operation else State.SENDING if submission.may_exist else State.QUEUED
    try:
        with transaction.atomic():
            draft = Draft.objects.select_for_update().get(pk=submission.draft_id)
            if draft.discarded is not None and state == State.QUEUED:
                raise SubmissionRefused("The draft was discarded, so that it is not sent any more.")
            changed = Submission.objects.filter(pk=submission.pk, state__in=wanted).update(
                state=state,
                next_step=now,
                give_up=now + patience,
                attempts=0,
                error=None,
            )
            if not changed:
                raise SubmissionRefused("The submission went on meanwhile.")
            Progress.objects.create(submission=submission, state=state, message=message)
            tasks.wake_at(submission, now)
            record(user, what, submission.draft.code, submission=submission.code)
    except IntegrityError:
        raise SubmissionRefused("Another submission of this draft is under way.") from None


def _hasten(submission: Submission) -> None:
    now = clock.now()
    with transaction.atomic():
        waiting = Submission.objects.filter(pk=submission.pk, state__in=Submission.MOVING, lease="")
        if waiting.filter(next_step__gt=now).update(next_step=now):
            tasks.wake_at(submission, now)
