"""A request of which nobody knows whether Azure has it: it is looked for, followed when it is there, and sent once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.reviews.making import approved, document, edit
from tests.submissions.conftest import drive, said, step
from tests.submissions.test_updates import as_it_leaves, opened, there
from vmssbuilder import clock
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.azure.errors import (
    AzureError,
    Throttled,
    Unreachable,
)
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import actions, arm, leases, transitions
from vmssbuilder.submissions.models import PATIENCE, Submission

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]
SET = "virtualMachineScaleSets/web-prod"
RETRYABLE = {"code": "RetryableErrorDueToAnotherOperation", "message": "Another operation is in progress."}


@pytest.fixture(autouse=True)
def _nothing_is_under_way() -> Iterator[None]:
    lookups.forget_everything()
    yield
    lookups.forget_everything()


@pytest.fixture
def running_set(sandbox: Running) -> ScaleSet:
    return there(sandbox, document())


@pytest.fixture
def update(rita: User, rolf: User, running_set: ScaleSet) -> Submission:
    """An update to five instances, looked at and about to be sent."""
    draft = edit(rita, opened(rita), "sku.capacity", 5)
    approved(rita, rolf, draft)
    return step(actions.submit(rita, Draft.objects.get(pk=draft.pk)))


def appears(sandbox: Running) -> None:
    there(sandbox, document())


def doubtful(submission: Submission, **more: Any) -> Submission:
    """As after a worker that died right before or after the request left."""
    Submission.objects.filter(pk=submission.pk).update(may_exist=True, **more)
    return Submission.objects.get(pk=submission.pk)


# --- a create ---------------------------------------------------------------------------------------------------------


def test_a_create_that_arrives_late_is_followed_and_not_called_somebody_elses(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = doubtful(step(submitted()))
    # The lost one arrives between our look and our second try, which Azure refuses therefore.
    as_it_leaves(monkeypatch, lambda: appears(sandbox))
    submission = step(submission)
    assert submission.state == "succeeded", submission.error
    assert [sent["status"] for sent in sandbox.requests("PUT")] == [412]


def test_a_name_that_was_taken_meanwhile_is_refused_and_nothing_is_said_to_exist(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = step(submitted())
    as_it_leaves(monkeypatch, lambda: appears(sandbox))
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("failed", False)
    assert "There is already a scale set" in (submission.error or {})["sentence"]


@pytest.mark.parametrize("already", [False, True])
def test_a_conflict_that_passes_is_tried_again(sandbox: Running, submitted: Submit, already: bool) -> None:
    submission = step(submitted())
    if already:
        doubtful(submission)
    sandbox.fault("status", method="PUT", path=SET, status=409, error=RETRYABLE)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("sending", already), submission.error
    assert any("It is tried again." in line for line in said(submission))
    assert drive(submission).state == "succeeded"


def test_a_conflict_that_stays_ends_it(sandbox: Running, submitted: Submit) -> None:
    submission = step(submitted())
    final = {"code": "OperationNotAllowed", "message": "It is being deleted."}
    sandbox.fault("status", method="PUT", path=SET, status=409, error=final)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("failed", False)


@pytest.mark.parametrize("already", [False, True])
@pytest.mark.parametrize(
    "error",
    [Unreachable("No way.", retryable=True), Throttled("Slowly.", retryable=True, retry_after=1.0)],
    ids=["unreachable", "throttled"],
)
def test_what_did_not_leave_this_time_is_as_doubtful_as_before(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch, error: AzureError, already: bool
) -> None:
    submission = step(submitted())
    if already:
        doubtful(submission)

    def refuse(*_given: Any) -> None:
        # As the client does before anything leaves.
        Submission.objects.update(may_exist=True)
        raise error

    monkeypatch.setattr(arm, "send", refuse)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("sending", already)


@pytest.mark.parametrize("already", [False, True])
def test_a_refusal_says_no_more_than_is_known_of_an_earlier_try(
    sandbox: Running, submitted: Submit, already: bool
) -> None:
    submission = step(submitted())
    if already:
        doubtful(submission)
    sandbox.fault("status", method="PUT", path=SET, status=400, error={"code": "Bad", "message": "Bad."})
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("failed", already)


def test_what_may_be_on_its_way_is_waited_for_however_often_it_failed(
    sandbox: Running, submitted: Submit
) -> None:
    later = clock.now() + leases.IN_FLIGHT
    submission = doubtful(step(submitted()), in_flight_until=later, attempts=3, error={"sentence": "Lost."})
    submission = step(submission)
    assert (submission.state, submission.attempts, submission.in_flight_until) == ("sending", 3, later)
    assert submission.error == {"sentence": "Lost."}
    assert not sandbox.requests("PUT")


def test_a_doubtful_one_that_azure_never_shows_is_given_up_as_not_arrived(
    sandbox: Running, submitted: Submit
) -> None:
    submission = doubtful(step(submitted()), give_up=clock.now() - PATIENCE)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("failed", False)
    assert not sandbox.requests("PUT")


def test_trouble_with_a_doubtful_one_is_no_failure(sandbox: Running, submitted: Submit) -> None:
    submission = doubtful(step(submitted()), attempts=transitions.TRIES)
    sandbox.fault("status", method="GET", path=SET, status=503)
    submission = step(submission)
    assert (submission.state, submission.may_exist) == ("sending", True)
    assert submission.attempts == transitions.TRIES + 1


# --- an update --------------------------------------------------------------------------------------------------------


def test_an_update_that_is_done_already_is_not_sent_twice(
    sandbox: Running, running_set: ScaleSet, update: Submission
) -> None:
    submission = doubtful(update, sent={"sku": {"capacity": 5}})
    running_set.model["sku"]["capacity"] = 5
    # The whole document is more than what was sent, and others may have changed it meanwhile.
    running_set.model["tags"] = {"somebody": "else"}
    submission = step(submission)
    assert submission.state == "succeeded", submission.error
    assert not sandbox.requests("PATCH")


def test_an_update_that_azure_does_not_show_is_sent_again(sandbox: Running, update: Submission) -> None:
    submission = drive(doubtful(update))
    assert submission.state == "succeeded", submission.error
    assert len(sandbox.requests("PATCH")) == 1


def test_an_update_that_meets_its_own_mark_is_followed(
    sandbox: Running, running_set: ScaleSet, update: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def arrives() -> None:
        running_set.model["sku"]["capacity"] = 5
        running_set.etag += 1

    as_it_leaves(monkeypatch, arrives)
    submission = step(doubtful(update))
    assert submission.state in ("running", "succeeded"), submission.error
    assert drive(submission).state == "succeeded"
    assert [sent["status"] for sent in sandbox.requests("PATCH")] == [412]


@pytest.mark.parametrize("already", [False, True])
def test_a_mark_that_moved_has_it_looked_at_again_as_doubtful_as_before(
    sandbox: Running,
    running_set: ScaleSet,
    update: Submission,
    monkeypatch: pytest.MonkeyPatch,
    already: bool,
) -> None:
    def moves() -> None:
        running_set.etag += 1

    if already:
        doubtful(update)
    as_it_leaves(monkeypatch, moves)
    submission = step(update)
    assert (submission.state, submission.may_exist, submission.attempts) == ("queued", already, 1)
    assert drive(submission).state == "succeeded"


def test_a_mark_that_never_rests_is_given_up(
    sandbox: Running, running_set: ScaleSet, update: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moves() -> None:
        running_set.etag += 1

    Submission.objects.update(attempts=transitions.TRIES)
    as_it_leaves(monkeypatch, moves)
    submission = step(update)
    assert submission.state == "failed"
    assert submission.may_exist is False
