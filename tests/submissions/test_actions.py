from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django_tasks_db.models import DBTaskResult

from tests.actions.table import live
from tests.conftest import person as local_person
from tests.reviews.making import SUBSCRIPTION, approved, document, draft, edit, resealed
from tests.submissions.conftest import drive
from vmssbuilder import clock
from vmssbuilder.accounts.models import Pause, Role, TokenCache, User
from vmssbuilder.accounts.throttling import PersonsGate
from vmssbuilder.audit.models import Event
from vmssbuilder.azure.throttling import Bucket
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.people.actions import hand_over
from vmssbuilder.reviews.models import Review
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import actions, queries, tasks
from vmssbuilder.submissions.models import Submission
from vmssbuilder.updates import actions as updates

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]


def test_an_approved_draft_is_queued(rita: User, approved_draft: Callable[..., Draft]) -> None:
    of = approved_draft()
    submission = actions.submit(rita, of)
    assert (submission.state, submission.revision.number, submission.submitter) == ("queued", of.head, rita)
    assert of.submissions.get() == submission
    assert Event.objects.get(what="submission.created").details == {
        "submission": submission.code,
        "revision": 1,
    }


def test_nothing_is_sent_without_an_approval(rita: User, rolf: User) -> None:
    of = draft(rita)
    with pytest.raises(actions.SubmissionRefused, match="Only an approved request"):
        actions.submit(rita, of)


def test_an_edit_after_the_approval_stands_in_the_way(
    rita: User, approved_draft: Callable[..., Draft]
) -> None:
    of = edit(rita, approved_draft(), "sku.capacity", 3)
    with pytest.raises(actions.SubmissionRefused, match="Only an approved request"):
        actions.submit(rita, of)
    assert not Submission.objects.exists()


def test_only_the_owner_sends(
    rita: User, rolf: User, stranger: User, approved_draft: Callable[..., Draft]
) -> None:
    of = approved_draft()
    with pytest.raises(PermissionDenied):
        actions.submit(rolf, of)
    with pytest.raises(Http404):
        actions.submit(stranger, of)


def test_who_approved_a_draft_and_is_handed_it_does_not_send_it(
    rita: User, rolf: User, approved_draft: Callable[..., Draft]
) -> None:
    of = approved_draft()
    hand_over(rita, of, rolf, stays=True)
    with pytest.raises(actions.SubmissionRefused, match="who approved it, owns the draft now"):
        actions.submit(rolf, of)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("who", ["former owner", "new owner"])
def test_what_is_under_way_is_stopped_also_after_the_draft_was_handed_over(
    rita: User, stranger: User, submitted: Submit, who: str
) -> None:
    submission = submitted()
    hand_over(rita, submission.draft, stranger, stays=False)
    submission = Submission.objects.get()
    if who == "former owner":
        actions.check_now(rita, submission)
    actions.stop(rita if who == "former owner" else stranger, submission)
    assert Submission.objects.get().state == "canceled"


def test_a_revision_is_not_sent_twice(sandbox: Running, rita: User, submitted: Submit) -> None:
    submission = submitted()
    with pytest.raises(actions.SubmissionRefused, match="being sent already"):
        actions.submit(rita, submission.draft)
    drive(submission)
    with pytest.raises(actions.SubmissionRefused, match="it succeeded"):
        actions.submit(rita, submission.draft)
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("state", ["queued", "needs-sign-in", "unknown", "succeeded"])
def test_the_database_itself_refuses_a_second_one(submitted: Submit, state: str) -> None:
    first = submitted()
    Submission.objects.update(state=state)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(draft=first.draft, revision=first.revision, submitter=first.submitter)


def test_two_revisions_of_a_draft_are_not_under_way_together(
    rita: User, rolf: User, submitted: Submit
) -> None:
    of = edit(rita, submitted().draft, "sku.capacity", 3)
    approved(rita, rolf, of)
    with pytest.raises(actions.SubmissionRefused, match="being sent already"):
        actions.submit(rita, of)


def test_an_unknown_outcome_does_not_hold_up_the_next_revision(
    rita: User, rolf: User, submitted: Submit
) -> None:
    first = submitted()
    Submission.objects.update(state="unknown")
    with pytest.raises(actions.SubmissionRefused, match="being sent already"):
        actions.submit(rita, first.draft)
    of = edit(rita, first.draft, "sku.capacity", 3)
    approved(rita, rolf, of)
    assert actions.submit(rita, of).state == "queued"
    first.refresh_from_db()
    with pytest.raises(actions.SubmissionRefused, match="Another submission"):
        actions.check_now(rita, first)


def test_a_failed_one_can_be_sent_again(rita: User, submitted: Submit) -> None:
    first = submitted()
    Submission.objects.update(state="failed")
    assert actions.submit(rita, first.draft).pk != first.pk


def test_a_local_account_is_told_that_azure_does_not_know_it(rolf: User) -> None:
    owner = local_person("lena", "Lena Local", Role.REQUESTER)
    of = draft(owner)
    approved(owner, rolf, of)
    with pytest.raises(actions.SubmissionRefused, match="local account"):
        actions.submit(owner, of)


def test_who_signed_in_with_microsoft_may_send_though_no_sign_in_is_kept(
    rita: User, approved_draft: Callable[..., Draft]
) -> None:
    of = approved_draft()
    TokenCache.objects.all().delete()
    assert actions.submit(rita, of).state == "queued", "the first step asks them to sign in"


def test_only_the_submitter_goes_on_and_asks(
    rita: User, rolf: User, stranger: User, administrator: User, submitted: Submit
) -> None:
    submission = submitted()
    Submission.objects.update(state="needs-sign-in")
    submission.refresh_from_db()
    for somebody in (rolf, administrator):
        with pytest.raises(PermissionDenied):
            actions.resume(somebody, submission)
    with pytest.raises(Http404):
        actions.resume(stranger, submission)
    Submission.objects.update(state="unknown")
    submission.refresh_from_db()
    with pytest.raises(PermissionDenied):
        actions.check_now(rolf, submission)
    actions.check_now(administrator, submission)
    submission.refresh_from_db()
    assert submission.state == "queued"


@pytest.mark.parametrize("state", ["queued", "running", "succeeded", "failed", "unknown"])
def test_there_is_nothing_to_go_on_with_elsewhere(rita: User, submitted: Submit, state: str) -> None:
    submission = submitted()
    Submission.objects.update(state=state)
    submission.refresh_from_db()
    with pytest.raises(actions.SubmissionRefused):
        actions.resume(rita, submission)
    assert Submission.objects.get().state == state


def test_asking_now_hastens_the_next_question(rita: User, sandbox: Running, submitted: Submit) -> None:
    submission = drive(submitted(), "running")
    assert submission.next_step > submission.created
    actions.check_now(rita, submission)
    hastened = Submission.objects.get()
    assert hastened.next_step < submission.next_step


def test_everyone_sees_what_they_may(rita: User, rolf: User, stranger: User, submitted: Submit) -> None:
    submission = submitted()
    for somebody, seen in ((rita, [submission]), (rolf, [submission]), (stranger, [])):
        assert list(queries.listed(somebody)) == seen
    assert list(queries.under_way(rita)) == [submission]
    assert list(queries.under_way(rolf)) == []


def test_a_request_whose_secret_is_gone_is_not_sent(sandbox: Running, submitted: Submit) -> None:
    submission = submitted()
    submission.draft.secrets.all().delete()
    failed = drive(submission)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "no longer kept here" in failed.error["sentence"]
    assert not sandbox.requests("PUT")


def test_the_document_that_is_sent_is_the_approved_one(
    sandbox: Running, rita: User, submitted: Submit
) -> None:
    submission = submitted()
    edit(rita, submission.draft, "sku.capacity", 900)
    drive(submission)
    (sent,) = sandbox.requests("PUT")
    assert sent["body"] == document()


def test_what_azure_would_refuse_is_not_sent_though_it_was_approved(
    rita: User, approved_draft: Callable[..., Draft]
) -> None:
    of = approved_draft()
    # As when the rules learned something since.
    for rows in (Draft.objects.filter(pk=of.pk), of.revisions.all()):
        rows.update(document=of.document | {"location": ""})
    resealed(Review.objects.get())
    with pytest.raises(actions.SubmissionRefused, match="Azure would refuse the request"):
        actions.submit(rita, of)
    assert not Submission.objects.exists()


def test_asking_now_wakes_this_one_alone(rita: User, sandbox: Running, submitted: Submit) -> None:
    submission, other = submitted(), submitted(name="web-other")
    later = clock.now() + timedelta(minutes=5)
    Submission.objects.update(state="running", next_step=later)
    DBTaskResult.objects.all().delete()
    actions.check_now(rita, Submission.objects.get(pk=submission.pk))
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[submission.pk]]
    other.refresh_from_db()
    assert other.next_step == later


def test_asking_now_does_not_disturb_who_asks_already(
    rita: User, sandbox: Running, submitted: Submit
) -> None:
    submission = submitted()
    later = clock.now() + timedelta(minutes=5)
    Submission.objects.update(state="running", next_step=later, lease="somebody's")
    DBTaskResult.objects.all().delete()
    actions.check_now(rita, Submission.objects.get())
    submission.refresh_from_db()
    assert (submission.next_step, submission.lease) == (later, "somebody's")
    assert not DBTaskResult.objects.exists()


def test_asking_now_that_fails_at_its_end_leaves_everything_as_it_was(
    rita: User, sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = submitted()
    later = clock.now() + timedelta(minutes=5)
    Submission.objects.update(state="running", next_step=later)
    monkeypatch.setattr(tasks, "wake_at", lambda *_what: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions._hasten(Submission.objects.get())
    submission.refresh_from_db()
    assert submission.next_step == later


@pytest.mark.parametrize("state", ["succeeded", "failed", "canceled", "unknown"])
def test_what_is_over_is_not_stopped(rita: User, submitted: Submit, state: str) -> None:
    submission = submitted()
    Submission.objects.update(state=state)
    with pytest.raises(actions.SubmissionRefused, match="over already"):
        actions.stop(rita, submission)
    submission.refresh_from_db()
    assert (submission.state, submission.error) == (state, None)


def test_what_azure_has_is_followed_though_the_draft_was_discarded(rita: User, submitted: Submit) -> None:
    submission = submitted()
    Draft.objects.update(discarded=submission.created)
    Submission.objects.update(state="needs-sign-in", operation={"url": "https://x"}, may_exist=True)
    actions.resume(rita, Submission.objects.get())
    assert Submission.objects.get().state == "running"


# --- each column ------------------------------------------------------------------------------------------------------


def test_a_new_submission_is_due_at_once_and_waits_for_a_worker(
    rita: User, approved_draft: Callable[..., Draft]
) -> None:
    of = approved_draft()
    row = Submission.objects.get(pk=actions.submit(rita, of).pk)
    assert abs(clock.now() - row.next_step) < timedelta(minutes=1)
    assert row.give_up == row.next_step + timedelta(hours=2)
    assert len(row.correlation_id) == 36
    assert [(line.state, line.message) for line in row.progress.all()] == [
        ("queued", "Waiting for a worker.")
    ]
    assert DBTaskResult.objects.get().run_after == row.next_step


@pytest.mark.parametrize(
    ("before", "leased", "after"),
    [
        ({"state": "queued"}, None, ("canceled", "", True)),
        ({"state": "queued"}, 60, ("canceled", "", True)),
        ({"state": "sending"}, None, ("canceled", "", True)),
        ({"state": "needs-sign-in"}, None, ("canceled", "", True)),
        ({"state": "sending", "may_exist": True}, 60, ("unknown", "stopped", False)),
        ({"state": "sending", "may_exist": True}, -60, ("unknown", "", True)),
        ({"state": "sending", "may_exist": True}, None, ("unknown", "", True)),
        ({"state": "running", "may_exist": True, "operation": {"polls": 1}}, 60, ("unknown", "", True)),
        ({"state": "running", "operation": {"polls": 1}}, None, ("unknown", "", True)),
        ({"state": "needs-sign-in", "may_exist": True}, None, ("unknown", "", True)),
    ],
)
def test_stopping_goes_by_what_azure_may_have(
    rita: User, submitted: Submit, before: dict[str, Any], leased: int | None, after: tuple[str, str, bool]
) -> None:
    other = submitted(name="web-other")
    submission = submitted()
    if leased is not None:
        before = before | {"lease": "worker", "lease_until": clock.now() + timedelta(seconds=leased)}
    Submission.objects.filter(pk=submission.pk).update(**before)
    actions.stop(rita, Submission.objects.get(pk=submission.pk))
    row = Submission.objects.get(pk=submission.pk)
    assert (row.state, row.lease, row.lease_until is None) == after
    ends = row.state == "canceled"
    assert (row.finished is not None) == ends
    assert row.error is not None
    last = row.progress.last()
    assert last is not None
    assert (last.state, last.message) == (row.state, row.error["sentence"])
    how = "stopped it before Azure took the request." if ends else "stopped following it."
    assert how in last.message
    what = "submission.canceled" if ends else "submission.stopped"
    assert Event.objects.get(what=what).details == {"submission": row.code}
    assert Submission.objects.get(pk=other.pk).state == "queued"


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ({}, "queued"),
        ({"may_exist": True}, "sending"),
        ({"may_exist": True, "operation": {"polls": 1}}, "running"),
        ({"operation": {"polls": 1}}, "running"),
    ],
)
def test_who_goes_on_begins_where_it_stopped(
    rita: User, submitted: Submit, before: dict[str, Any], state: str
) -> None:
    long_ago = clock.now() - timedelta(hours=5)
    Submission.objects.filter(pk=submitted().pk).update(
        state="needs-sign-in",
        attempts=5,
        error={"sentence": "x"},
        next_step=long_ago,
        give_up=long_ago,
        **before,
    )
    DBTaskResult.objects.all().delete()
    actions.resume(rita, Submission.objects.get())
    row = Submission.objects.get()
    assert (row.state, row.attempts, row.error) == (state, 0, None)
    assert abs(clock.now() - row.next_step) < timedelta(minutes=1)
    assert row.give_up == row.next_step + timedelta(hours=2)
    last = row.progress.last()
    assert last is not None
    assert (last.state, last.message) == (state, "You signed in again.")
    assert DBTaskResult.objects.get().run_after == row.next_step
    assert Event.objects.get(what="submission.continued").details == {"submission": row.code}


def test_asking_once_more_asks_once(rita: User, submitted: Submit) -> None:
    submission = submitted()
    Submission.objects.update(state="unknown")
    DBTaskResult.objects.all().delete()
    PersonsGate(rita.pk).close(Bucket(SUBSCRIPTION, "", "reads"), 60)
    actions.check_now(rita, Submission.objects.get())
    row = Submission.objects.get()
    assert row.give_up == row.next_step
    assert row.progress.last().message == "Asking Azure once more."  # type: ignore[union-attr] # there is one
    assert DBTaskResult.objects.count() == 1
    assert not Pause.objects.exists()
    assert Event.objects.get(what="submission.checked").details == {"submission": submission.code}


@pytest.mark.parametrize("operation", [None, {"polls": 1}])
@pytest.mark.parametrize("may_exist", [False, True])
def test_what_was_discarded_goes_on_only_where_azure_may_have_it(
    rita: User, submitted: Submit, may_exist: bool, operation: dict[str, Any] | None
) -> None:
    submission = submitted()
    Draft.objects.update(discarded=submission.created)
    Submission.objects.update(state="needs-sign-in", may_exist=may_exist, operation=operation)
    if may_exist or operation:
        actions.resume(rita, Submission.objects.get())
        assert Submission.objects.get().is_moving
    else:
        with pytest.raises(actions.SubmissionRefused, match="The draft was discarded"):
            actions.resume(rita, Submission.objects.get())


@pytest.mark.parametrize(("state", "due"), [("succeeded", 60), ("running", -60)])
def test_there_is_nothing_to_hasten_in_what_is_over_or_due(
    rita: User, submitted: Submit, state: str, due: int
) -> None:
    submission = submitted()
    moment = clock.now() + timedelta(seconds=due)
    Submission.objects.update(state=state, next_step=moment)
    DBTaskResult.objects.all().delete()
    # The person's page is of a moment ago.
    actions.check_now(rita, submission)
    assert Submission.objects.get().next_step == moment
    assert not DBTaskResult.objects.exists()


def test_another_submission_that_came_between_is_told(rita: User, submitted: Submit) -> None:
    submission = submitted()
    with pytest.raises(actions.SubmissionRefused) as refused:
        actions.submit(rita, submission.draft)
    assert str(refused.value) == "This request is being sent already."


@pytest.mark.parametrize("state", ["failed", "canceled"])
def test_what_ended_badly_holds_nothing_up(rita: User, submitted: Submit, state: str) -> None:
    first = submitted()
    Submission.objects.update(state=state)
    assert actions.submit(rita, first.draft).pk != first.pk


def test_an_update_that_changes_nothing_is_not_sent(rita: User, rolf: User) -> None:
    of = updates.open_live(rita, live("web-prod", document()))
    approved(rita, rolf, of)
    with pytest.raises(actions.SubmissionRefused, match="changes nothing of the scale set"):
        actions.submit(rita, of)
    of = edit(rita, of, "sku.capacity", 3)
    approved(rita, rolf, of)
    assert actions.submit(rita, of).state == "queued"
