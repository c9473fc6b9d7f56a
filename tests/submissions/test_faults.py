"""Everything that the sandbox can do wrong, at each step of a submission: what the person sees, and that nothing is lost or doubled."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.reviews.making import PASSWORD
from tests.submissions.conftest import drive, said, step
from vmssbuilder.accounts.models import Pause, User
from vmssbuilder.azure.errors import refusal
from vmssbuilder.drafts import vault
from vmssbuilder.drafts.models import Secret
from vmssbuilder.sandbox import faults
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import actions, failures
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]
SCALE_SET = "virtualMachineScaleSets/web-prod"

PASSING: Final = {
    "429": "Azure asks for a pause: too many requests.",
    "500": "Azure has trouble",
    "502": "Something between here and Azure, such as a proxy, answered in its place: status 502",
    "reset": "The connection broke before Azure's answer came.",
    "truncated": "The connection broke before Azure's answer came.",
    "lost-answer": "The connection broke before Azure's answer came.",
}
"""Faults that go by, and what the history of the submission says of them."""

UNSEEN: Final = ("latency", "expired-token")
"""Faults that the person has nothing to do with: one waits, the other is answered by a new token."""

STAGES: Final = {
    "look": ("GET", SCALE_SET),
    "send": ("PUT", SCALE_SET),
    "ask": ("GET", "operations/"),
    "read": ("GET", SCALE_SET),
}


def wish(sandbox: Running, name: str, stage: str, times: int = 1) -> None:
    """The fault, at the next request of the stage."""
    method, path = STAGES[stage]
    options: dict[str, Any] = {**faults.OFFERED[name].options, "method": method, "path": path, "times": times}
    if name == "latency":
        options["seconds"] = 0.05
    sandbox.fault(**options)


def at(submission: Submission, stage: str) -> Submission:
    """The submission when the next step is that stage's."""
    if stage == "look":
        return submission
    submission = drive(submission, {"send": "sending"}.get(stage, "running"))
    while stage == "read" and (submission.operation or {})["strategy"] != "final-get":
        submission = step(submission)
    return submission


def finish(submission: Submission) -> Submission:
    """The submission at its end, without waiting for the pauses that Azure asked for."""
    for _ in range(30):
        Pause.objects.all().delete()
        submission = step(submission)
        if not submission.is_moving:
            return submission
    raise AssertionError(f"still {submission.state}: {submission.error}")


def nothing_is_doubled(sandbox: Running, submission: Submission) -> None:
    """One write arrived, one scale set is there, and its secret is no longer kept here."""
    assert len(sandbox.requests("PUT")) == 1
    assert len(sandbox.sandbox.memory.scale_sets) == 1
    assert not Secret.objects.exists()
    assert PASSWORD not in json.dumps([*Submission.objects.values()], default=str)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", PASSING)
def test_trouble_that_passes_is_told_and_goes_by(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, name: str, stage: str
) -> None:
    submission = at(submitted(), stage)
    wish(sandbox, name, stage)
    submission = step(submission)
    assert submission.is_moving
    told = PASSING[name]
    if stage == "send" and name != "429":
        # The one request that changes something: it may have arrived.
        told = "We look whether the request arrived."
        assert submission.may_exist
    page = page_of(as_rita, f"/submissions/{submission.code}/")
    assert told in page.text
    assert page.all("li", class_="is-now"), "it goes on by itself"
    done = finish(submission)
    assert done.state == "succeeded", done.error
    nothing_is_doubled(sandbox, done)
    assert "Succeeded" in page_of(as_rita, f"/submissions/{submission.code}/").text


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", UNSEEN)
def test_trouble_that_is_none_of_the_persons_is_not_told(
    sandbox: Running, submitted: Submit, name: str, stage: str
) -> None:
    submission = at(submitted(), stage)
    wish(sandbox, name, stage)
    done = finish(submission)
    assert done.state == "succeeded", done.error
    assert not [line for line in said(done) if "again" in line]
    nothing_is_doubled(sandbox, done)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", ["expired-token", "claims-challenge"])
def test_a_sign_in_that_is_needed_loses_nothing(
    sandbox: Running,
    as_rita: Client,
    rita: User,
    submitted: Submit,
    page_of: GetPage,
    name: str,
    stage: str,
) -> None:
    submission = at(submitted(), stage)
    wish(sandbox, name, stage, times=2)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("needs-sign-in", stage in {"ask", "read"})
    page = page_of(as_rita, f"/submissions/{submission.code}/")
    assert "Azure wants to see you again" in page.text
    assert "Nothing is lost" in page.text
    actions.resume(rita, submission)
    done = finish(submission)
    assert done.state == "succeeded", done.error
    nothing_is_doubled(sandbox, done)


@pytest.mark.parametrize("stage", ["look", "send"])
def test_a_missing_permission_ends_it_before_anything_is_there(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, stage: str
) -> None:
    submission = at(submitted(), stage)
    wish(sandbox, "403", stage)
    failed = step(submission)
    assert (failed.state, failed.may_exist) == ("failed", False)
    page = page_of(as_rita, f"/submissions/{submission.code}/")
    assert "You may not do this in the chosen subscription and resource group." in page.text
    assert "Permission: this is no mistake in the form." in page.text
    assert "Ask an owner for a role" in page.text
    assert "AuthorizationFailed" in page.text, "Azure's own answer is one click away"
    assert submission.correlation_id in page.text
    assert "Send again" in page.text
    assert not sandbox.sandbox.memory.scale_sets
    assert Secret.objects.exists(), "sending again needs no password typed anew"


@pytest.mark.parametrize("stage", ["ask", "read"])
def test_a_permission_that_goes_missing_on_the_way_does_not_make_it_a_failure(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage, stage: str
) -> None:
    submission = at(submitted(), stage)
    wish(sandbox, "403", stage)
    submission = step(submission)
    assert "You may not do this" in page_of(as_rita, f"/submissions/{submission.code}/").text
    done = finish(submission)
    assert done.state == "succeeded"
    nothing_is_doubled(sandbox, done)


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("failed", "failed", "Azure left the scale set behind in the state “Failed”."),
        ("canceled", "canceled", "A newer change of the scale set took the place of this one."),
    ],
)
def test_an_operation_that_ends_badly_can_be_sent_again(
    sandbox: Running,
    as_rita: Client,
    rita: User,
    submitted: Submit,
    page_of: GetPage,
    name: str,
    state: str,
    words: str,
) -> None:
    submission = at(submitted(), "send")
    wish(sandbox, name, "send")
    ended = finish(submission)
    assert ended.state == state
    page = page_of(as_rita, f"/submissions/{submission.code}/")
    assert words in page.text
    assert "this is no mistake in the form" in page.text
    assert "Send again" in page.text
    again = finish(actions.submit(rita, ended.draft))
    assert again.state == "succeeded", again.error
    assert len(sandbox.sandbox.memory.scale_sets) == 1


def test_an_operation_without_end_is_followed_until_it_is_called_unknown(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    wish(sandbox, "endless", "send")
    submission = drive(submitted(), "running")
    for _ in range(5):
        submission = step(submission)
    assert submission.state == "running"
    submission.give_up = submission.created
    submission.save()
    assert step(submission).state == "unknown"
    page = page_of(as_rita, f"/submissions/{submission.code}/")
    assert "It is not known how it ended" in page.text
    assert "Look now" in page.text
    assert len(sandbox.requests("PUT")) == 1


def test_every_fault_of_the_sandbox_is_here() -> None:
    here = {*PASSING, *UNSEEN, "expired-token", "claims-challenge", "403", "failed", "canceled", "endless"}
    assert here == set(faults.OFFERED)


# --- errors on the page ----------------------------------------------------------------------------------------------


def refused(sandbox: Running, submitted: Submit, status: int, error: dict[str, Any]) -> Submission:
    submission = at(submitted(), "send")
    sandbox.fault("status", method="PUT", path=SCALE_SET, status=status, error=error)
    return finish(submission)


QUOTA = (
    "Operation could not be completed as it results in exceeding approved standardDSv3Family Cores quota."
    " Current Limit: 10, Current Usage: 4, Additional Required: 8"
)


def test_quota_is_no_mistake_in_the_form_and_can_be_sent_again_unchanged(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    failed = refused(sandbox, submitted, 409, {"code": "OperationNotAllowed", "message": QUOTA})
    page = page_of(as_rita, f"/submissions/{failed.code}/")
    assert "The quota “standardDSv3Family Cores” allows 10; 4 are in use, and this needs 8 more." in page.text
    assert "Quota: this is no mistake in the form." in page.text
    assert "Send again" in page.text
    assert failed.error is not None
    assert failed.error["path"] == "sku.capacity"


def test_a_mistake_in_the_form_is_not_sent_again_unchanged(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    error = {"code": "InvalidParameter", "message": "Out of range.", "target": "sku.capacity"}
    failed = refused(sandbox, submitted, 400, error)
    page = page_of(as_rita, f"/submissions/{failed.code}/")
    assert "no mistake in the form" not in page.text
    assert "Send again" not in page.text


def test_several_mistakes_are_told_one_by_one_with_their_fields(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    details = [
        {"code": "InvalidParameter", "message": f"Too big, says {PASSWORD}.", "target": "sku.capacity"},
        {"code": "SkuNotAvailable", "message": "Not here.", "target": "sku.name"},
    ]
    error = {"code": "MultipleErrorsOccurred", "message": "Several.", "details": details}
    failed = refused(sandbox, submitted, 400, error)
    assert failed.error is not None
    assert [each["path"] for each in failed.error["parts"]] == ["sku.capacity", "sku.name"]
    page = page_of(as_rita, f"/submissions/{failed.code}/")
    assert "Azure names several reasons." in page.text
    assert "Send again" not in page.text, "one of them is about a value"
    assert "This size is not on offer here for your subscription." in page.text
    assert "Too big" in page.text
    assert PASSWORD not in page.html


def test_a_secret_at_the_edge_of_what_is_kept_of_azures_answer_is_blotted_out(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmssbuilder.submissions.failures.RAW_KEPT", 200)
    start = json.dumps({"error": {"code": "X", "message": "@"}}).index("@")
    message = "x" * (200 - start - len(PASSWORD) // 2) + PASSWORD
    failed = refused(sandbox, submitted, 400, {"code": "X", "message": message})
    assert failed.error is not None
    assert len(failed.error["azure"]["raw"]) == 200
    assert PASSWORD[:4] not in failed.error["azure"]["raw"]


@pytest.mark.parametrize("escapes", [0, 1, 2])
def test_a_secret_is_blotted_out_however_often_it_is_escaped(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch, escapes: int
) -> None:
    submission = submitted()
    secret = 'Quoted"back\\slash-ü'
    profile = {"virtualMachineProfile": {"osProfile": {"adminPassword": secret}}}
    monkeypatch.setattr(vault, "opened", lambda _draft, _document: vault.Opened({"properties": profile}))
    body = secret
    for _ in range(escapes):
        body = json.dumps({"error": {"code": "X", "message": body}})
    kept = json.dumps(failures.kept(submission, refusal(400, body)))
    assert "Quoted" not in kept
    assert "slash" not in kept


# --- a change that was taken for ours --------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["Succeeded", "Failed"])
def test_a_change_of_somebody_elses_is_not_taken_for_ours_in_the_end(
    sandbox: Running, submitted: Submit, outcome: str
) -> None:
    drive(submitted())
    memory = sandbox.sandbox.memory
    change = {"sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 7}}
    submission = at(submitted(change, operation="update"), "send")
    # Lost before it arrived, while another change is under way.
    sandbox.fault("reset", method="PATCH", path=SCALE_SET)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("sending", True)
    (scale_set,) = memory.scale_sets.values()
    scale_set.state = "Updating"
    submission = step(submission)
    assert submission.state == "running"
    scale_set.state = outcome
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("queued", False)
    assert any("Another change of the scale set was under way" in line for line in said(submission))
    done = finish(submission)
    assert done.state == "succeeded", done.error
    assert len(sandbox.requests("PATCH")) == 1
    assert done.resource is not None
    assert done.resource["sku"]["capacity"] == 7
