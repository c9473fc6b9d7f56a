"""The worker as a real process, killed at the moments that matter."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.reviews.making import document
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions.leases import LEASE
from vmssbuilder.submissions.models import Submission
from vmssbuilder.workers import heartbeats

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.django_db(transaction=True)

Submit = Callable[..., Submission]
Start = Callable[..., "subprocess.Popen[bytes]"]


def database_url() -> str:
    """Where this test's own database is, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return re.sub(r"(://[^/]*/)[^?]*", rf"\g<1>{name}", os.environ["DATABASE_URL"], count=1)


SHIFTED = """
import datetime, sys, time
from django.core.management import execute_from_command_line
from django.utils import timezone

shift = {minutes} * 60
right = time.time
time.time = lambda: right() + shift
timezone.now = lambda: datetime.datetime.fromtimestamp(time.time(), tz=datetime.UTC)
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""
"""A program as on a machine whose clock is wrong."""


@pytest.fixture
def start(sandbox: Running) -> Iterator[Start]:
    """Starts a worker, its clock shifted by so many minutes, or one that waits less long for others; those still alive in
    the end are killed."""
    workers: list[subprocess.Popen[bytes]] = []

    def begin(*, shifted: int = 0, quick: bool = False) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "vmssbuilder.settings",
            "DATABASE_URL": database_url(),
            "VMSSBUILDER_SANDBOX_URL": sandbox.url,
        }
        program = ["-c", SHIFTED.format(minutes=shifted)] if shifted else ["manage.py"]
        command = [sys.executable, *program, "worker", "--interval", "0.05"]
        if quick:
            command = [sys.executable, "-m", "bench.quick_worker"]
        workers.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return workers[-1]

    yield begin
    for worker in workers:
        worker.kill()
        worker.wait()


def wait_for(what: Callable[[], Any], seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true: {list(Submission.objects.values('state', 'error'))}")


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def in_state(submission: Submission, *states: str) -> Callable[[], bool]:
    return lambda: Submission.objects.get(pk=submission.pk).state in states


def test_a_worker_killed_in_the_middle_of_a_question_holds_nothing_up(
    sandbox: Running, submitted: Submit, start: Start
) -> None:
    submission = submitted()
    sandbox.fault("latency", method="GET", path="/operations/", seconds=2.0)
    worker = start(quick=True)
    wait_for(lambda: not any(fault.times for fault in sandbox.sandbox.memory.faults))
    assert Submission.objects.exclude(lease="").filter(state="running").exists()
    kill(worker)
    start(quick=True)
    wait_for(in_state(submission, "succeeded", "failed"))
    assert in_state(submission, "succeeded")()


def test_a_worker_killed_between_the_request_and_its_answer_sends_it_once(
    sandbox: Running, submitted: Submit, start: Start
) -> None:
    submission = submitted()
    sandbox.fault("latency", method="PUT", path="virtualMachineScaleSets", seconds=1.0)
    worker = start(quick=True)
    wait_for(lambda: Submission.objects.filter(may_exist=True).exists())
    # The fault counts as used as soon as the sandbox has the whole request and begins to wait.
    wait_for(lambda: not any(fault.times for fault in sandbox.sandbox.memory.faults))
    assert not sandbox.requests("PUT")
    kill(worker)
    killed = timezone.now()
    submission.refresh_from_db()
    assert (submission.state, submission.operation) == ("sending", None)
    wait_for(lambda: sandbox.requests("PUT"))
    start(quick=True)
    # Its heartbeat is missed, nobody has to wait for the end of the lease.
    wait_for(in_state(submission, "succeeded", "failed"))
    submission.refresh_from_db()
    assert submission.state == "succeeded", submission.error
    assert submission.finished is not None
    assert submission.finished - killed < LEASE / 4
    (sent,) = sandbox.requests("PUT")
    assert sent["body"] == document()


def test_a_worker_that_is_told_to_stop_lets_the_steps_under_way_end(
    sandbox: Running, submitted: Submit, start: Start
) -> None:
    submissions = [submitted(name=f"web-{number}") for number in range(3)]
    sandbox.fault("latency", method="PUT", path="virtualMachineScaleSets", seconds=2.0, times=3)
    worker = start()
    wait_for(lambda: not any(fault.times for fault in sandbox.sandbox.memory.faults))
    assert not sandbox.requests("PUT")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert len(sandbox.requests("PUT")) == len(submissions)
    assert list(Submission.objects.values_list("state", "lease", "may_exist")) == [("running", "", True)] * 3
    assert not DBTaskResult.objects.filter(status="RUNNING").exists()
    assert heartbeats.names() <= {"here"}, "it said goodbye"


def test_a_step_that_does_not_end_in_time_is_left_to_others(
    sandbox: Running, submitted: Submit, start: Start
) -> None:
    submission = submitted()
    sandbox.fault("latency", method="GET", path="virtualMachineScaleSets", seconds=30.0)
    worker = start()
    wait_for(lambda: not any(fault.times for fault in sandbox.sandbox.memory.faults))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(25) == 0
    submission.refresh_from_db()
    assert (submission.state, submission.lease) == ("queued", "")
    assert not DBTaskResult.objects.filter(status="RUNNING").exists()
    start()
    wait_for(in_state(submission, "succeeded"))


@pytest.mark.parametrize("minutes", [-10, 10])
def test_workers_whose_clocks_differ_never_meet_in_a_step(
    sandbox: Running, submitted: Submit, start: Start, minutes: int
) -> None:
    submissions = [submitted(name=f"web-{number}") for number in range(4)]
    # Long enough for the other one to take it for overdue, or for its lease to look ended.
    sandbox.fault("latency", method="PUT", path="virtualMachineScaleSets", seconds=4.0, times=4)
    start()
    start(shifted=minutes)
    wait_for(lambda: Submission.objects.filter(state="succeeded").count() == len(submissions))
    puts = sorted(each["path"].rsplit("/", 1)[1] for each in sandbox.requests("PUT"))
    assert puts == [f"web-{number}" for number in range(4)]
    assert not DBTaskResult.objects.filter(status="FAILED").exists()


def test_a_queue_that_was_emptied_is_made_up_for(submitted: Submit, start: Start) -> None:
    submission = submitted()
    DBTaskResult.objects.all().delete()
    Submission.objects.update(next_step=timezone.now() - timedelta(minutes=1))
    start()
    wait_for(in_state(submission, "succeeded"))
