from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.reviews.making import PASSWORD, SUBSCRIPTION, document, edit
from tests.submissions.conftest import drive, said, step
from vmssbuilder.accounts.models import Pause, TokenCache, User
from vmssbuilder.audit.models import Event
from vmssbuilder.azure.transport import Session
from vmssbuilder.drafts import vault
from vmssbuilder.drafts.models import Secret
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import actions, arm, transitions
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]
OLD = "2016-04-30-preview"
SCALE_SET = "virtualMachineScaleSets/web-prod"


def put(sandbox: Running, **more: Any) -> None:
    sandbox.fault(**{"method": "PUT", "path": SCALE_SET, **more})


# --- the straight way -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api_version", [OLD, "2024-07-01"])
def test_a_create_arrives_once_with_its_secrets_and_succeeds(
    sandbox: Running, submitted: Submit, api_version: str
) -> None:
    done = drive(submitted(api_version=api_version))
    assert (done.state, done.error, done.attempts, done.lease) == ("succeeded", None, 0, "")
    (sent,) = sandbox.requests("PUT")
    assert sent["body"] == document()
    assert sent["apiVersion"] == api_version
    assert sent["headers"]["x-ms-correlation-request-id"] == done.correlation_id
    assert sent["headers"].get("if-none-match") == ("*" if api_version > "2023" else None)
    assert done.resource is not None
    assert done.resource["properties"]["provisioningState"] == "Succeeded"
    assert [line.split(":")[0] for line in said(done)] == ["queued", "sending", "running", "succeeded"]
    assert Event.objects.filter(what="submission.succeeded", about=done.draft.code, actor=None).count() == 1


def test_no_secret_is_left_anywhere_after_success(sandbox: Running, submitted: Submit) -> None:
    submission = submitted()
    assert Secret.objects.count() == 1
    done = drive(submission)
    assert not Secret.objects.exists()
    rows = json.dumps([list(Submission.objects.values()), list(DBTaskResult.objects.values())], default=str)
    assert PASSWORD not in rows
    assert PASSWORD not in json.dumps(said(done))


def test_wake_ups_hold_nothing_but_numbers(submitted: Submit) -> None:
    submission = submitted()
    assert list(DBTaskResult.objects.values_list("args_kwargs", flat=True)) == [
        {"args": [submission.pk], "kwargs": {"person": submission.submitter_id}}
    ]


def test_secrets_that_a_later_revision_needs_are_kept(
    rita: User, sandbox: Running, submitted: Submit
) -> None:
    submission = submitted()
    edit(rita, submission.draft, "sku.capacity", 5)
    assert drive(submission).state == "succeeded"
    draft = submission.draft
    draft.refresh_from_db()
    profile = vault.put_back(draft, draft.document)["properties"]["virtualMachineProfile"]
    assert profile["osProfile"]["adminPassword"] == PASSWORD


def test_every_step_has_the_next_one_woken(submitted: Submit) -> None:
    submission = step(submitted())
    assert submission.state == "sending"
    submission = step(submission)
    assert submission.state == "running"
    assert DBTaskResult.objects.filter(status="READY").count() == 3
    newest = DBTaskResult.objects.order_by("-enqueued_at").first()
    assert newest is not None
    assert newest.run_after == submission.next_step
    assert newest.run_after > timezone.now()


# --- what is in the way -----------------------------------------------------------------------------------------------


def test_a_create_never_goes_over_what_is_there(
    sandbox: Running, submitted: Submit, rita: User, approved_draft: Any
) -> None:
    drive(submitted())
    second = drive(actions.submit(rita, approved_draft()))
    assert second.state == "failed"
    assert second.error is not None
    assert "already a scale set “web-prod”" in second.error["sentence"]
    assert second.error["path"] == "$target.name"
    assert len(sandbox.requests("PUT")) == 1


def test_one_that_appeared_after_the_look_is_not_overwritten(sandbox: Running, submitted: Submit) -> None:
    first, second = submitted(), submitted()
    first, second = step(first), step(second)
    assert drive(first).state == "succeeded"
    second = drive(second)
    assert second.state == "failed"
    assert second.error is not None
    assert "already a scale set" in second.error["sentence"]
    assert second.may_exist is False


def test_a_missing_group_is_named_at_its_field(sandbox: Running, submitted: Submit) -> None:
    submission = submitted()
    type(submission.revision).objects.filter(pk=submission.revision_id).update(resource_group="rg-nowhere")
    failed = drive(submission)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error["path"] == "$target.resourceGroup"
    assert not sandbox.requests("PUT")


def test_azures_refusal_is_tied_to_its_field(sandbox: Running, submitted: Submit) -> None:
    error = {
        "code": "InvalidParameter",
        "message": "The value is out of range.",
        "target": "vmss.sku.capacity",
    }
    put(sandbox, kind="status", status=400, error=error)
    failed = drive(submitted())
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error["path"] == "sku.capacity"
    assert failed.error["azure"]["code"] == "InvalidParameter"
    assert '"out of range"' not in failed.error["azure"]["raw"]
    assert "out of range" in failed.error["azure"]["raw"]
    assert failed.may_exist is False
    assert Secret.objects.exists(), "the person will send it again"


@pytest.mark.parametrize("shape", ["{}", '{{\\"inner\\": \\"{}\\"}}'])
def test_a_secret_that_azure_quotes_is_blotted_out(sandbox: Running, submitted: Submit, shape: str) -> None:
    error = {"code": "InvalidParameter", "message": shape.format(PASSWORD), "target": "adminPassword"}
    put(sandbox, kind="status", status=400, error=error)
    failed = drive(submitted())
    written = json.dumps(failed.error)
    assert PASSWORD not in written
    assert "********" in written


def test_an_operation_that_fails_says_why_and_what_it_left(sandbox: Running, submitted: Submit) -> None:
    put(sandbox, kind="failed-operation")
    failed = drive(submitted())
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error["azure"]["code"] == "AllocationFailed"
    assert failed.resource is not None
    assert failed.resource["properties"]["provisioningState"] == "Failed"
    assert Secret.objects.exists()


def test_what_a_failed_create_left_is_replaced_by_sending_again(
    sandbox: Running, rita: User, submitted: Submit
) -> None:
    put(sandbox, kind="failed-operation")
    failed = drive(submitted())
    again = drive(actions.submit(rita, failed.draft))
    assert again.state == "succeeded"
    assert again.replaces
    assert any("It is replaced." in line for line in said(again))
    first, second = sandbox.requests("PUT")
    assert (first["headers"].get("if-none-match"), second["headers"].get("if-none-match")) == ("*", None)
    assert second["headers"]["if-match"] == again.etag


def test_someone_elses_failed_scale_set_is_not_replaced(
    sandbox: Running, rita: User, submitted: Submit
) -> None:
    put(sandbox, kind="failed-operation")
    failed = drive(submitted())
    # Deleted meanwhile, and made anew by somebody else, again without success.
    for scale_set in sandbox.sandbox.memory.scale_sets.values():
        scale_set.unique_id = "somebody-elses"
    again = drive(actions.submit(rita, failed.draft))
    assert again.state == "failed"
    assert len(sandbox.requests("PUT")) == 1


def test_a_cancelled_operation_is_its_own_ending(sandbox: Running, submitted: Submit) -> None:
    put(
        sandbox,
        kind="canceled-operation",
        error={"code": "OperationPreempted", "message": "Cancelled by the user."},
    )
    done = drive(submitted())
    assert done.state == "canceled"
    assert done.finished is not None


# --- lost answers and dead workers ------------------------------------------------------------------------------------


def test_a_create_whose_answer_was_lost_is_found_and_followed(sandbox: Running, submitted: Submit) -> None:
    put(sandbox, kind="lost-answer")
    submission = drive(submitted(), "running")
    assert any("Azure's answer was lost" in line for line in said(submission))
    assert drive(submission).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


def test_a_request_that_was_cut_before_it_arrived_is_sent_again(sandbox: Running, submitted: Submit) -> None:
    put(sandbox, kind="reset")
    done = drive(submitted())
    assert done.state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1, "the first one never reached Resource Manager"


def test_a_worker_that_died_between_sending_and_saving_leaves_one_put(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = step(submitted())
    assert submission.state == "sending"

    class Killed(BaseException):
        """As abrupt as SIGKILL: nothing after it runs."""

    def die(*_args: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(transitions, "save", die)
        with pytest.raises(Killed):
            transitions.run(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.may_exist, submission.operation) == ("sending", True, None)
    assert submission.lease
    # While the dead worker's lease runs, nobody touches the row.
    assert step(submission).lease == submission.lease
    Submission.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert drive(submission).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


def test_the_row_says_that_azure_may_have_it_before_the_request_leaves(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    request = Session.request

    def watch(session: Session, method: str, *rest: Any, **named: Any) -> Any:
        if method == "PUT":
            row = Submission.objects.get()
            seen.append(row.may_exist and row.in_flight_until is not None)
        return request(session, method, *rest, **named)

    monkeypatch.setattr(Session, "request", watch)
    drive(submitted())
    assert seen == [True]


def test_an_unreachable_azure_is_tried_again_and_given_up_in_the_end(
    submitted: Submit, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = submitted()
    monkeypatch.setattr(arm, "client", lambda _submission: Away())
    first = step(submission)
    assert (first.state, first.attempts) == ("queued", 1)
    assert first.next_step > timezone.now()
    assert any("It is tried again." in line for line in said(first))
    failed = drive(first)
    assert failed.state == "failed"
    assert failed.may_exist is False
    assert failed.error is not None
    assert "cannot be reached" in failed.error["sentence"]
    assert len(said(failed)) == 3, "a line for the first trouble and one for giving up, not one for each try"


class Away:
    """Resource Manager behind a cut cable."""

    def get(self, *_args: Any) -> None:
        from vmssbuilder.azure.errors import Unreachable

        raise Unreachable("No connection came about.", retryable=True)


def test_throttling_waits_as_long_as_azure_asks(sandbox: Running, submitted: Submit) -> None:
    put(sandbox, kind="status", status=429, headers={"Retry-After": "17"})
    submission = step(step(submitted()))
    assert (submission.state, submission.may_exist, submission.attempts) == ("sending", False, 0)
    # Up to a second more, so that all who waited do not come back at once.
    assert 15 < (submission.next_step - timezone.now()).total_seconds() <= 18
    assert any("Azure asks for a pause" in line for line in said(submission))
    # The pause holds for everything that this person writes, in every process; here it is cut short.
    pause = Pause.objects.get(user=submission.submitter)
    assert (pause.subscription, pause.region, pause.kind) == (SUBSCRIPTION, "", "writes")
    pause.delete()
    assert drive(submission).state == "succeeded"


def test_trouble_while_asking_is_no_failure(sandbox: Running, submitted: Submit) -> None:
    submission = drive(submitted(), "running")
    sandbox.fault("status", method="GET", path="operations/", status=503, times=3)
    for attempts in (1, 2, 3):
        submission = step(submission)
        assert (submission.state, submission.attempts) == ("running", attempts)
    assert drive(submission).state == "succeeded"


def test_a_success_that_cannot_be_read_back_is_still_a_success(sandbox: Running, submitted: Submit) -> None:
    submission = drive(submitted(), "running")
    while (submission.operation or {})["strategy"] != "final-get":
        submission = step(submission)
    sandbox.fault("status", method="GET", path=SCALE_SET, status=403, times=6)
    done = drive(submission)
    assert (done.state, done.resource) == ("succeeded", None)


def test_a_fault_of_ours_is_logged_without_what_was_in_hand(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    submission = step(submitted())

    def break_(_client: Any, _submission: Submission, wanted: Any) -> None:
        raise ValueError(json.dumps(wanted))

    monkeypatch.setattr(arm, "send", break_)
    submission = step(submission)
    assert (submission.state, submission.attempts) == ("sending", 1)
    assert "ValueError" in caplog.text
    assert PASSWORD not in caplog.text


# --- time -------------------------------------------------------------------------------------------------------------


def test_after_two_hours_the_outcome_is_unknown_and_can_be_asked_for(
    sandbox: Running, rita: User, submitted: Submit
) -> None:
    put(sandbox, kind="endless-operation")
    submission = drive(submitted(), "running")
    assert submission.give_up is not None
    assert timedelta(hours=1, minutes=59) < submission.give_up - timezone.now() <= timedelta(hours=2)
    Submission.objects.update(give_up=timezone.now() - timedelta(seconds=1))
    submission = step(submission)
    assert (submission.state, submission.finished) == ("unknown", None)
    before = len(sandbox.requests("GET"))
    assert step(submission).state == "unknown"
    assert len(sandbox.requests("GET")) == before, "nothing happens by itself any more"
    actions.check_now(rita, submission)
    assert step(submission).state == "unknown", "it is still going on"
    for operation in sandbox.sandbox.memory.operations.values():
        operation.ends, operation.outcome, operation.error = 0.0, "Succeeded", None
    actions.check_now(rita, submission)
    assert drive(submission).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


def test_checking_a_doubtful_request_long_after_does_not_send_it_anew(
    sandbox: Running, rita: User, submitted: Submit
) -> None:
    submission = step(submitted())
    Submission.objects.update(state="unknown", may_exist=True)
    submission.refresh_from_db()
    actions.check_now(rita, submission)
    failed = drive(submission)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "never arrived" in failed.error["sentence"]
    assert not sandbox.requests("PUT")


# --- signing in -------------------------------------------------------------------------------------------------------


def test_an_ended_sign_in_stops_and_goes_on_where_it_stood(
    sandbox: Running, rita: User, submitted: Submit
) -> None:
    submission = drive(submitted(), "running")
    kept = TokenCache.objects.get(user=rita).ciphertext
    TokenCache.objects.all().delete()
    submission = step(submission)
    assert submission.state == "needs-sign-in"
    assert step(submission).state == "needs-sign-in"
    TokenCache.objects.create(user=rita, ciphertext=kept)
    actions.resume(rita, submission)
    submission.refresh_from_db()
    assert submission.state == "running"
    assert drive(submission).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


@pytest.mark.parametrize("at", ["queued", "sending"])
def test_without_a_token_nothing_is_sent_and_nothing_may_exist(
    sandbox: Running, rita: User, submitted: Submit, at: str
) -> None:
    submission = drive(submitted(), at)
    kept = TokenCache.objects.get(user=rita).ciphertext
    TokenCache.objects.all().delete()
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("needs-sign-in", False)
    TokenCache.objects.create(user=rita, ciphertext=kept)
    actions.resume(rita, submission)
    assert drive(submission).state == "succeeded"


def test_a_token_that_azure_refuses_needs_a_sign_in(sandbox: Running, submitted: Submit) -> None:
    submission = step(submitted())
    put(sandbox, kind="status", status=401, times=2)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("needs-sign-in", False)


# --- updates ----------------------------------------------------------------------------------------------------------


def change() -> dict[str, Any]:
    return {"sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 5}, "tags": {"owner": "shop"}}


def test_an_update_patches(sandbox: Running, submitted: Submit) -> None:
    drive(submitted())
    done = drive(submitted(change(), operation="update"))
    assert done.state == "succeeded", done.error
    (patch,) = sandbox.requests("PATCH")
    assert patch["body"] == change()
    assert patch["headers"]["if-match"]
    assert done.resource is not None
    assert done.resource["sku"]["capacity"] == 5
    assert done.resource["tags"] == {"owner": "shop"}
    assert done.resource["properties"]["upgradePolicy"] == {"mode": "Manual"}


def test_an_update_without_patch_puts_the_whole_with_the_change(sandbox: Running, submitted: Submit) -> None:
    drive(submitted(api_version=OLD))
    done = drive(submitted(change(), api_version=OLD, operation="update"))
    assert done.state == "succeeded", done.error
    assert not sandbox.requests("PATCH")
    _create, update = sandbox.requests("PUT")
    assert update["body"]["sku"]["capacity"] == 5
    assert update["body"]["tags"] == {"owner": "shop"}
    assert update["body"]["location"] == "uksouth"
    nics = update["body"]["properties"]["virtualMachineProfile"]["networkProfile"][
        "networkInterfaceConfigurations"
    ]
    assert nics[0]["name"] == "nic-web"
    assert "provisioningState" not in update["body"]["properties"]
    assert "id" not in update["body"]


def test_an_update_of_nothing_says_so(sandbox: Running, submitted: Submit) -> None:
    failed = drive(submitted(change(), operation="update"))
    assert failed.state == "failed"
    assert failed.error is not None
    assert "There is no scale set “web-prod”" in failed.error["sentence"]
    assert failed.error["path"] == "$target.name"


def test_an_update_follows_the_mark_when_instances_move_it(sandbox: Running, submitted: Submit) -> None:
    drive(submitted())
    submission = step(submitted(change(), operation="update"))
    for scale_set in sandbox.sandbox.memory.scale_sets.values():
        scale_set.etag += 7
    done = drive(submission)
    assert done.state == "succeeded"
    assert [each["status"] for each in sandbox.requests("PATCH")] == [412, 200]


def test_an_update_whose_answer_was_lost_is_not_sent_twice(sandbox: Running, submitted: Submit) -> None:
    drive(submitted())
    sandbox.fault("lost-answer", method="PATCH", path=SCALE_SET)
    done = drive(submitted(change(), operation="update"))
    assert done.state == "succeeded"
    assert len(sandbox.requests("PATCH")) == 1


def test_the_resource_id_is_the_one_of_the_request(sandbox: Running, submitted: Submit) -> None:
    done = drive(submitted())
    assert done.resource is not None
    wanted = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Compute/{SCALE_SET}"
    assert done.resource["id"].lower() == wanted.lower()
