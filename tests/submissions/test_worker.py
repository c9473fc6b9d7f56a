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
from vmssbuilder.submissions.models import Submission

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.django_db(transaction=True)

Submit = Callable[..., Submission]
Start = Callable[[], "subprocess.Popen[bytes]"]


def database_url() -> str:
    """Where this test's own database is, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return re.sub(r"(://[^/]*/)[^?]*", rf"\g<1>{name}", os.environ["DATABASE_URL"], count=1)


@pytest.fixture
def start(sandbox: Running) -> Iterator[Start]:
    """Starts a worker; those still alive in the end are killed."""
    workers: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "vmssbuilder.settings",
            "DATABASE_URL": database_url(),
            "VMSSBUILDER_SANDBOX_URL": sandbox.url,
        }
        command = [sys.executable, "manage.py", "worker", "--interval", "0.05"]
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


@pytest.fixture
def slow(sandbox: Running) -> Iterator[None]:
    """Operations take long enough to kill somebody meanwhile."""
    memory = sandbox.sandbox.memory
    before, memory.delay = memory.delay, 2.0
    yield
    memory.delay = before


@pytest.mark.usefixtures("slow")
def test_a_worker_killed_while_the_operation_runs_loses_nothing(
    sandbox: Running, submitted: Submit, start: Start
) -> None:
    submission = submitted()
    worker = start()
    wait_for(in_state(submission, "running"))
    kill(worker)
    assert in_state(submission, "running")()
    start()
    wait_for(in_state(submission, "succeeded", "failed"))
    submission.refresh_from_db()
    assert submission.state == "succeeded", submission.error
    assert len(sandbox.requests("PUT")) == 1


def test_a_worker_killed_in_the_middle_of_a_question_holds_nothing_up(
    sandbox: Running, submitted: Submit, start: Start
) -> None:
    submission = submitted()
    sandbox.fault("latency", method="GET", path="/operations/", seconds=2.0)
    worker = start()
    wait_for(lambda: not any(fault.times for fault in sandbox.sandbox.memory.faults))
    assert Submission.objects.exclude(lease="").filter(state="running").exists()
    kill(worker)
    start()
    wait_for(in_state(submission, "succeeded", "failed"))
    assert in_state(submission, "succeeded")()


def test_a_worker_killed_between_the_request_and_its_answer_sends_it_once(
    sandbox: Running, submitted: Submit, start: Start
) -> None:
    submission = submitted()
    sandbox.fault("latency", method="PUT", path="virtualMachineScaleSets", seconds=1.0)
    worker = start()
    wait_for(lambda: Submission.objects.filter(may_exist=True).exists())
    # The fault counts as used as soon as the sandbox has the whole request and begins to wait.
    wait_for(lambda: not any(fault.times for fault in sandbox.sandbox.memory.faults))
    assert not sandbox.requests("PUT")
    kill(worker)
    submission.refresh_from_db()
    assert (submission.state, submission.operation) == ("sending", None)
    wait_for(lambda: sandbox.requests("PUT"))
    start()
    time.sleep(1.0)
    assert in_state(submission, "sending")(), "a request may be in flight for as long as the lease lasts"
    Submission.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    wait_for(in_state(submission, "succeeded", "failed"))
    submission.refresh_from_db()
    assert submission.state == "succeeded", submission.error
    (sent,) = sandbox.requests("PUT")
    assert sent["body"] == document()


def test_a_worker_stops_cleanly(submitted: Submit, start: Start) -> None:
    submission = submitted()
    worker = start()
    wait_for(in_state(submission, "succeeded"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == 0


def test_a_queue_that_was_emptied_is_made_up_for(submitted: Submit, start: Start) -> None:
    submission = submitted()
    DBTaskResult.objects.all().delete()
    Submission.objects.update(next_step=timezone.now() - timedelta(minutes=1))
    start()
    wait_for(in_state(submission, "succeeded"))


def test_several_workers_do_everything_once(sandbox: Running, submitted: Submit, start: Start) -> None:
    submissions = [submitted(name=f"web-{number}") for number in range(5)]
    for _ in range(2):
        start()
    wait_for(lambda: Submission.objects.filter(state="succeeded").count() == len(submissions))
    puts = sorted(each["path"].rsplit("/", 1)[1] for each in sandbox.requests("PUT"))
    assert puts == [f"web-{number}" for number in range(5)]
    assert not DBTaskResult.objects.filter(status="FAILED").exists()
