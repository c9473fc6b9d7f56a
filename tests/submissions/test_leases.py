from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.submissions.conftest import drive, step
from vmssbuilder.azure.sending import ANSWER_TIME
from vmssbuilder.azure.transport import CONNECT_TIMEOUT, SIGN_IN_TIME
from vmssbuilder.drafts import vault
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import leases, steps, tasks
from vmssbuilder.submissions.leases import LEASE, LeaseLost, claim
from vmssbuilder.submissions.models import Progress, Submission

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]


def test_one_worker_holds_a_submission_at_a_time(submitted: Submit) -> None:
    submission = submitted()
    held = claim(submission.pk)
    assert held is not None
    assert claim(submission.pk) is None
    held.let_go()
    assert claim(submission.pk) is not None


def test_a_lease_that_ended_can_be_taken_over(submitted: Submit) -> None:
    submission = submitted()
    first = claim(submission.pk)
    Submission.objects.update(lease_until=timezone.now() - timedelta(microseconds=1))
    second = claim(submission.pk)
    assert first is not None
    assert second is not None
    assert first.token != second.token


def test_a_worker_that_stalled_writes_nothing_over_its_successor(submitted: Submit) -> None:
    submission = submitted()
    stalled = claim(submission.pk)
    assert stalled is not None
    Submission.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    successor = claim(submission.pk)
    assert successor is not None
    tasks_before, lines_before = DBTaskResult.objects.count(), Progress.objects.count()
    with pytest.raises(LeaseLost):
        stalled.write(may_exist=True)
    with pytest.raises(LeaseLost):
        steps.save(stalled, steps.Outcome("failed", "Too late"))
    submission.refresh_from_db()
    assert (submission.state, submission.may_exist, submission.lease) == ("queued", False, successor.token)
    assert (DBTaskResult.objects.count(), Progress.objects.count()) == (tasks_before, lines_before)


def test_a_worker_that_lost_its_lease_sends_nothing(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = step(submitted())
    opened = vault.opened

    def stall(*args: Any) -> Any:
        Submission.objects.update(lease="someone-else")
        return opened(*args)

    monkeypatch.setattr(vault, "opened", stall)
    step(submission)
    assert not sandbox.requests("PUT")


@pytest.mark.parametrize("state", ["succeeded", "failed", "canceled", "unknown", "needs-sign-in"])
def test_there_is_nothing_to_hold_where_nothing_is_to_do(submitted: Submit, state: str) -> None:
    submission = submitted()
    Submission.objects.update(state=state)
    assert claim(submission.pk) is None


def test_a_step_that_is_not_due_waits(submitted: Submit) -> None:
    submission = submitted()
    Submission.objects.update(next_step=timezone.now() + timedelta(seconds=30))
    assert claim(submission.pk) is None


def test_a_lease_outlasts_two_requests() -> None:
    # The last read of an answer may begin just before its time is up, and last as long as any read.
    assert LEASE.total_seconds() > 2 * (CONNECT_TIMEOUT + ANSWER_TIME + 2 * SIGN_IN_TIME)


def test_writing_while_holding_starts_the_lease_anew(submitted: Submit) -> None:
    held = claim(submitted().pk)
    assert held is not None
    Submission.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    held.write(may_exist=True)
    lease_until = Submission.objects.get().lease_until
    assert lease_until is not None
    assert lease_until > timezone.now() + LEASE - timedelta(seconds=5)


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(("state", "freed"), [("queued", 1), ("running", 1), ("sending", 0)])
def test_only_questions_of_dead_processes_are_asked_again_at_once(
    submitted: Submit, dead: int, state: str, freed: int
) -> None:
    submission = submitted()
    held = claim(submission.pk)
    assert held is not None
    assert leases.free_those_of_the_dead() == 0, "its process, this one, is alive"
    ours = held.token.split("-")
    Submission.objects.update(state=state, lease=f"{ours[0]}-{dead}-{ours[2]}")
    assert leases.free_those_of_the_dead() == freed
    assert bool(Submission.objects.get().lease) == (freed == 0)


def test_leases_of_other_machines_are_left_alone(submitted: Submit, dead: int) -> None:
    claim(submitted().pk)
    Submission.objects.update(lease=f"00000000-{dead}-abcdef")
    assert leases.free_those_of_the_dead() == 0


def test_the_token_fits_its_column() -> None:
    field = Submission._meta.get_field("lease")
    assert len(f"{leases._HOST}-{2**22}-{'0' * 12}") <= (field.max_length or 0)
    assert os.getpid() <= 2**22


# --- wake-ups ---------------------------------------------------------------------------------------------------------


def overdue(by: float = 60) -> None:
    Submission.objects.update(next_step=timezone.now() - timedelta(seconds=by))


def test_the_sweep_wakes_what_lost_its_wake_up(submitted: Submit) -> None:
    submission = submitted()
    DBTaskResult.objects.all().delete()
    assert tasks.sweep() == 0, "it is not late yet"
    overdue()
    assert tasks.sweep() == 1
    assert DBTaskResult.objects.get().args_kwargs["args"] == [submission.pk]
    assert tasks.sweep() == 0, "one wake-up is enough"
    assert DBTaskResult.objects.count() == 1


def test_the_sweep_leaves_alone_what_somebody_holds(submitted: Submit) -> None:
    submission = submitted()
    DBTaskResult.objects.all().delete()
    overdue()
    assert claim(submission.pk) is not None
    assert tasks.sweep() == 0
    Submission.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert tasks.sweep() == 1


def test_a_wake_up_too_many_does_nothing(sandbox: Running, submitted: Submit) -> None:
    done = drive(submitted())
    requests = len(sandbox.requests())
    for _ in range(3):
        tasks.wake.call(done.pk)
    tasks.wake.call(10**9)
    assert len(sandbox.requests()) == requests


def test_done_wake_ups_are_removed(submitted: Submit) -> None:
    for _ in range(3):
        submitted()
    done, dead, _fresh = DBTaskResult.objects.all()
    now = timezone.now()
    DBTaskResult.objects.filter(pk=done.pk).update(status="SUCCESSFUL", finished_at=now - timedelta(hours=2))
    DBTaskResult.objects.filter(pk=dead.pk).update(status="RUNNING", started_at=now - timedelta(days=2))
    assert tasks.prune() == 2
    assert DBTaskResult.objects.count() == 1
