from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django_tasks_db.models import DBTaskResult

from tests.submissions.conftest import drive, step
from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import sending
from vmssbuilder.azure.sending import ANSWER_TIME
from vmssbuilder.azure.transport import CONNECT_TIMEOUT, SIGN_IN_TIME
from vmssbuilder.drafts import vault
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import actions, arm, leases, tasks, transitions
from vmssbuilder.submissions.leases import LEASE, Held, LeaseLost, claim
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


def test_what_every_step_works_with_is_read_at_once_and_documents_when_they_are_wanted(
    submitted: Submit, django_assert_num_queries: Any
) -> None:
    submission = submitted()
    with django_assert_num_queries(2):
        held = claim(submission.pk)
    assert held is not None
    with django_assert_num_queries(0):
        assert (held.submission.submitter, held.location) == (submission.submitter, "uksouth")
        assert held.submission.get_deferred_fields() == {"resource", "sent", "before"}
    assert held.submission.revision.document == submission.revision.document
    assert (held.submission.sent, held.submission.before) == (None, None)


def test_a_holder_counts_the_database_time_on(submitted: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    held = claim(submitted().pk)
    assert held is not None
    assert abs(held.now() - clock.now()) < timedelta(seconds=2)
    later = time.monotonic() + 60
    monkeypatch.setattr("time.monotonic", lambda: later)
    assert timedelta(seconds=55) < held.now() - clock.now() < timedelta(seconds=65)


def test_a_lease_that_ended_can_be_taken_over(submitted: Submit) -> None:
    submission = submitted()
    first = claim(submission.pk)
    Submission.objects.update(lease_until=clock.now() - timedelta(milliseconds=1))
    second = claim(submission.pk)
    assert first is not None
    assert second is not None
    assert first.token != second.token


def test_what_a_person_stops_while_it_is_taken_is_left_alone(submitted: Submit, rita: User) -> None:
    submission = submitted()
    taken: list[str] = []

    def stop(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        answer = execute(sql, *more)
        if sql.startswith("UPDATE") and not taken:
            taken.append(sql)
            actions.stop(rita, submission)
        return answer

    with connection.execute_wrapper(stop):
        assert claim(submission.pk) is None
    assert "lease" in taken[0]
    submission.refresh_from_db()
    assert (submission.state, submission.lease) == ("canceled", "")


def test_a_worker_that_stalled_writes_nothing_over_its_successor(submitted: Submit) -> None:
    submission = submitted()
    stalled = claim(submission.pk)
    assert stalled is not None
    Submission.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    successor = claim(submission.pk)
    assert successor is not None
    tasks_before, lines_before = DBTaskResult.objects.count(), Progress.objects.count()
    with pytest.raises(LeaseLost):
        stalled.write(may_exist=True)
    with pytest.raises(LeaseLost):
        transitions.save(stalled, transitions.Transition("failed", "Too late"))
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
    Submission.objects.update(next_step=clock.now() + timedelta(seconds=30))
    assert claim(submission.pk) is None


def test_a_lease_outlasts_two_requests() -> None:
    # The last read of an answer may begin just before its time is up, and last as long as any read.
    assert LEASE.total_seconds() > 2 * (CONNECT_TIMEOUT + ANSWER_TIME + 2 * SIGN_IN_TIME)


def test_writing_while_holding_starts_the_lease_anew(submitted: Submit) -> None:
    held = claim(submitted().pk)
    assert held is not None
    Submission.objects.update(lease_until=clock.now() + timedelta(seconds=1))
    held.write(may_exist=True)
    lease_until = Submission.objects.get().lease_until
    assert lease_until is not None
    assert lease_until > clock.now() + LEASE - timedelta(seconds=5)


@pytest.fixture
def holding() -> Iterator[None]:
    """This process holds leases as a worker of that name."""
    leases.hold_as(WORKER)
    yield
    leases.hold_as("")


WORKER = "0123456789abcdef"


@pytest.mark.usefixtures("holding")
@pytest.mark.parametrize("state", ["queued", "sending", "running"])
def test_what_a_dead_worker_held_is_free_at_once(submitted: Submit, state: str) -> None:
    held = claim(submitted().pk)
    assert held is not None
    Submission.objects.update(state=state)
    assert leases.free_those_of_the_dead({WORKER}) == 0
    assert claim(held.submission.pk) is None
    assert leases.free_those_of_the_dead({"fedcba9876543210"}) == 1
    assert claim(held.submission.pk) is not None
    with pytest.raises(LeaseLost):
        held.write(attempts=1)


@pytest.mark.usefixtures("holding")
def test_a_worker_that_stops_frees_its_own_leases_only(submitted: Submit) -> None:
    claim(submitted().pk)
    assert leases.free_those_of("fedcba9876543210") == 0
    assert leases.free_those_of(WORKER) == 1
    assert Submission.objects.get().lease == ""


@pytest.mark.parametrize("lease", [actions.STOPPED, "-0123456789ab", "0123456789abcdef"])
def test_a_lease_that_is_no_workers_ends_by_time_alone(submitted: Submit, lease: str) -> None:
    claim(submitted().pk)
    Submission.objects.update(lease=lease)
    assert leases.free_those_of_the_dead(set()) == 0


@pytest.mark.usefixtures("holding")
def test_what_a_stopped_submission_left_on_its_way_stays_held(submitted: Submit) -> None:
    claim(submitted().pk)
    Submission.objects.update(state="unknown")
    assert leases.free_those_of_the_dead(set()) == 0


@pytest.mark.usefixtures("holding")
def test_the_token_fits_its_column(submitted: Submit) -> None:
    held = claim(submitted().pk)
    assert held is not None
    assert len(held.token) <= (Submission._meta.get_field("lease").max_length or 0)


def test_no_step_outlives_its_lease(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leases.LEASE.total_seconds() > leases.STEP
    monkeypatch.setattr(transitions, "STEP", 0.0)
    submission = step(submitted())
    assert (submission.state, submission.attempts) == ("queued", 1)
    assert not sandbox.requests("GET"), "what is over asks Azure nothing"


# --- a request of a worker that died -----------------------------------------------------------------------------------


def died_while_sending(submission: Submission, ago: float) -> Submission:
    """As a worker leaves it that dies right after the request left."""
    submission = step(submission)
    assert submission.state == "sending"
    held = claim(submission.pk)
    assert held is not None
    held.about_to_send()
    until = clock.now() + leases.IN_FLIGHT - timedelta(seconds=ago)
    Submission.objects.update(lease="", lease_until=None, in_flight_until=until)
    return submission


def test_a_request_that_may_be_on_its_way_is_looked_for_and_not_sent_again(
    sandbox: Running, submitted: Submit
) -> None:
    submission = step(died_while_sending(submitted(), ago=5))
    assert (submission.state, submission.may_exist, submission.attempts) == ("sending", True, 0)
    assert submission.next_step < clock.now() + timedelta(seconds=10)
    assert not sandbox.requests("PUT")
    submission = step(submission)
    assert not sandbox.requests("PUT"), "one look is not the end of it"
    Submission.objects.update(in_flight_until=clock.now() - timedelta(seconds=1))
    submission = step(submission)
    assert (submission.state, submission.in_flight_until) == ("running", None)
    assert len(sandbox.requests("PUT")) == 1


def test_a_request_that_arrived_is_followed_at_once(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = died_while_sending(submitted(), ago=0)
    revision = submission.revision
    monkeypatch.setattr(Held, "about_to_send", lambda _held: None)
    client = arm.client(Held(submission, "", clock.now()))
    arm.send(client, submission, vault.put_back(submission.draft, revision.document))
    monkeypatch.undo()
    assert drive(submission).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


def test_who_lost_the_lease_in_the_last_moment_sends_nothing(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = step(submitted())
    send = arm.send

    def overtaken(*args: Any) -> Any:
        Submission.objects.update(lease="0123456789abcdef-someone-else")
        return send(*args)

    monkeypatch.setattr(arm, "send", overtaken)
    step(submission)
    assert not sandbox.requests("PUT")
    assert Submission.objects.get().lease == "0123456789abcdef-someone-else"


# --- a database that is away ------------------------------------------------------------------------------------------


class Away:
    """The database, really away for this process: SQLite locked by another one, PostgreSQL taking no connection."""

    def begin(self) -> None:
        name = str(connection.settings_dict["NAME"])
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 10")
            self.other = sqlite3.connect(name, isolation_level=None)
            self.other.execute("BEGIN IMMEDIATE")
        else:
            self._as_its_owner(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            self._as_its_owner(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name
            )

    def end(self) -> None:
        if connection.vendor == "sqlite":
            self.other.close()
        else:
            name = connection.settings_dict["NAME"]
            self._as_its_owner(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    def _as_its_owner(self, statement: str, *values: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement, values or None)


@pytest.fixture
def away(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The database goes away as soon as Azure has answered the next request, until it was asked for three times."""
    database, asked, send, sleep = Away(), [], arm.send, time.sleep

    def and_then(*args: Any) -> Any:
        try:
            return send(*args)
        finally:
            database.begin()

    def wait(seconds: float) -> None:
        if seconds != leases.TRY_EVERY:
            sleep(seconds)
            return
        asked.append(seconds)
        if len(asked) == 3:
            database.end()

    monkeypatch.setattr(arm, "send", and_then)
    monkeypatch.setattr(time, "sleep", wait)
    yield asked
    if len(asked) < 3:
        database.end()
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_what_azure_answered_is_kept_until_the_database_is_back(
    sandbox: Running, submitted: Submit, away: list[float]
) -> None:
    submission = step(submitted())
    submission = step(submission)
    assert len(away) == 3
    assert (submission.state, submission.lease, submission.attempts) == ("running", "", 0)
    assert submission.operation is not None
    assert DBTaskResult.objects.filter(run_after=submission.next_step).count() == 1
    assert len(sandbox.requests("PUT")) == 1


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_kept_until_the_database_is_back(
    sandbox: Running, submitted: Submit, away: list[float]
) -> None:
    submission = step(submitted())
    error = {"code": "InvalidParameter", "message": "No such size."}
    sandbox.fault("status", method="PUT", path="virtualMachineScaleSets", status=400, error=error)
    submission = step(submission)
    assert len(away) == 3
    assert (submission.state, submission.lease) == ("failed", "")
    assert submission.error is not None
    assert submission.error["azure"]["code"] == "InvalidParameter"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("holding")
def test_what_could_not_be_written_before_the_lease_ends_is_looked_for(
    sandbox: Running, submitted: Submit, away: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = step(submitted())
    monkeypatch.setattr(leases, "KEPT", timedelta(0))
    with pytest.raises(leases.AWAY):
        step(submission)
    while len(away) < 3:
        time.sleep(leases.TRY_EVERY)
    connection.close()
    monkeypatch.undo()
    submission.refresh_from_db()
    assert (submission.state, submission.may_exist) == ("sending", True)
    assert claim(submission.pk) is None
    assert leases.free_forgotten(WORKER) == 1, "nobody has to wait until the lease ends"
    assert drive(submission).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


@pytest.mark.parametrize(("over", "tries"), [(0, 2), (1, 1)])
def test_a_step_waits_for_the_database_until_its_lease_is_about_to_end(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch, over: int, tries: int
) -> None:
    held = claim(submitted().pk)
    assert held is not None
    held.write(attempts=1)
    written = held._written
    monkeypatch.setattr(Held, "now", lambda _held: written + leases.KEPT + timedelta(microseconds=over))
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    tried: list[bool] = []

    def write() -> str:
        tried.append(True)
        if len(tried) == 1:
            raise OperationalError("database is locked")
        return "written"

    if tries == 1:
        with pytest.raises(OperationalError):
            held.patiently(write)
    else:
        assert held.patiently(write) == "written"
    assert (len(tried), slept) == (tries, [leases.TRY_EVERY] * (tries - 1))


@pytest.mark.usefixtures("holding")
def test_what_a_step_under_way_holds_is_not_taken_for_forgotten(submitted: Submit) -> None:
    held = claim(submitted().pk)
    assert held is not None
    assert leases.free_forgotten(WORKER) == 0
    leases.done(held)
    assert leases.free_forgotten("fedcba9876543210") == 0
    assert leases.free_forgotten(WORKER) == 1


@pytest.mark.usefixtures("holding")
def test_a_step_that_could_not_even_read_what_it_took_leaves_nothing_held(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = submitted()
    monkeypatch.setattr(leases, "_claim", taken_and_lost(leases._claim))
    with pytest.raises(OperationalError):
        transitions.run(submission.pk)
    assert leases.free_forgotten(WORKER) == 1


def taken_and_lost(claim: Callable[..., Any]) -> Callable[..., Any]:
    def and_lost(pk: int, token: str) -> None:
        claim(pk, token)
        raise OperationalError("server closed the connection unexpectedly")

    return and_lost


# --- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_process_whose_clock_is_wrong_does_nothing_early_or_late(
    sandbox: Running, submitted: Submit, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    right = submitted()
    held = claim(right.pk)
    assert held is not None
    wrong = lambda: datetime.now(UTC) + timedelta(minutes=minutes)  # noqa: E731 - one line
    monkeypatch.setattr("django.utils.timezone.now", wrong)
    assert claim(right.pk) is None, "it is held"
    assert tasks.sweep() == 0
    other = submitted(name="web-2")
    assert abs(other.next_step - clock.now()) < timedelta(minutes=1)
    other = step(step(other))
    assert other.state == "running"
    assert timedelta(0) < other.next_step - clock.now() < timedelta(minutes=1)
    assert claim(other.pk) is None, "it is not due"


# --- wake-ups ---------------------------------------------------------------------------------------------------------


def overdue(by: float = 60) -> None:
    Submission.objects.update(next_step=clock.now() - timedelta(seconds=by))


def test_the_sweep_wakes_what_lost_its_wake_up(submitted: Submit) -> None:
    submission = submitted()
    DBTaskResult.objects.all().delete()
    assert tasks.sweep() == 0, "it is not late yet"
    overdue()
    assert tasks.sweep() == 1
    woken = DBTaskResult.objects.get()
    assert woken.args_kwargs == {"args": [submission.pk], "kwargs": {"person": submission.submitter_id}}
    assert abs(woken.run_after - clock.now()) < timedelta(minutes=1), "not behind all that is due"
    assert tasks.sweep() == 0, "one wake-up is enough"
    assert DBTaskResult.objects.count() == 1


def test_a_sweep_that_fails_half_way_leaves_nothing_behind(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("web-1", "web-2"):
        submitted(name=name)
    DBTaskResult.objects.all().delete()
    overdue()
    save = DBTaskResult.save
    saved: list[Any] = []

    def once(self: Any, *args: Any, **named: Any) -> None:
        if saved:
            raise OperationalError("disk is full")
        saved.append(self)
        save(self, *args, **named)

    monkeypatch.setattr(DBTaskResult, "save", once)
    with pytest.raises(OperationalError):
        tasks.sweep()
    assert len(saved) == 1
    assert not DBTaskResult.objects.exists()


def test_the_sweep_leaves_alone_what_somebody_holds(submitted: Submit) -> None:
    submission = submitted()
    DBTaskResult.objects.all().delete()
    overdue()
    assert claim(submission.pk) is not None
    assert tasks.sweep() == 0
    Submission.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert tasks.sweep() == 1


def test_a_wake_up_too_many_does_nothing(sandbox: Running, submitted: Submit) -> None:
    done = drive(submitted())
    requests = len(sandbox.requests())
    for _ in range(3):
        tasks.wake.call(done.pk)
    tasks.wake.call(10**9)
    assert len(sandbox.requests()) == requests


# --- times and rows ---------------------------------------------------------------------------------------------------


def test_the_times_are_these() -> None:
    assert leases.STEP == sending.LONGEST_REQUEST
    assert timedelta(seconds=leases.STEP + 40) == leases.LEASE
    assert timedelta(seconds=leases.STEP + 30) == leases.KEPT
    assert timedelta(seconds=30) == leases.IN_FLIGHT
    assert leases.TRY_EVERY == 0.5
    assert timedelta(seconds=2) == tasks.LATE
    assert tasks.SWEPT_AT_ONCE == 500


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_waited_for_with_a_new_connection(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    held = claim(submitted().pk)
    assert held is not None
    done: list[str] = []
    monkeypatch.setattr(time, "sleep", lambda _seconds: done.append("slept"))
    here = connections["default"]
    monkeypatch.setattr(here, "close_if_unusable_or_obsolete", lambda: done.append("closed"))

    def write() -> int:
        if not done:
            raise error
        return 5

    assert held.patiently(write) == 5
    assert done == ["closed", "slept"]


def test_letting_go_leaves_nothing_of_the_lease(submitted: Submit) -> None:
    held = claim(submitted().pk)
    assert held is not None
    held.let_go(attempts=4)
    row = Submission.objects.get()
    assert (row.lease, row.lease_until, row.attempts) == ("", None, 4)
    assert (held.submission.lease, held.submission.attempts) == ("", 4)


def test_a_worker_takes_and_writes_one_row_only(submitted: Submit) -> None:
    first, second = submitted(name="web-1"), submitted(name="web-2")
    held = claim(first.pk)
    assert held is not None
    second.refresh_from_db()
    assert (second.lease, second.lease_until) == ("", None)
    Submission.objects.filter(pk=second.pk).update(lease=held.token)
    held.write(attempts=7)
    second.refresh_from_db()
    assert second.attempts == 0


@pytest.mark.parametrize("location", [None, 5, ["uksouth"]])
def test_a_document_without_a_region_has_none(submitted: Submit, location: object) -> None:
    submission = submitted()
    document = submission.revision.document | {"location": location}
    type(submission.revision).objects.update(document=document)
    held = claim(submission.pk)
    assert held is not None
    assert isinstance(held.location, str)
    assert location == 5 or held.location != "uksouth"


@pytest.mark.usefixtures("holding")
def test_the_leases_of_one_worker_are_freed_whole_and_no_others(submitted: Submit) -> None:
    first, second, third = (submitted(name=f"web-{number}") for number in range(3))
    claim(first.pk)
    leases.hold_as("fedcba9876543210")
    held = claim(second.pk)
    assert held is not None
    claim(third.pk)
    Submission.objects.filter(pk=third.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert leases.free_those_of("0000000000000000") == 0
    assert leases.free_those_of("fedcba9876543210") == 1, "what ended by itself is free already"
    rows = {row.pk: (row.lease[:16], row.lease_until is None) for row in Submission.objects.all()}
    assert rows == {
        first.pk: (WORKER, False),
        second.pk: ("", True),
        third.pk: ("fedcba9876543210", False),
    }


# --- wake-ups ---------------------------------------------------------------------------------------------------------


def test_a_wake_up_does_the_next_step(sandbox: Running, submitted: Submit) -> None:
    submission = submitted()
    tasks.wake.call(submission.pk)
    assert Submission.objects.get().state == "sending"


def test_the_sweep_looks_once_where_nothing_is_late(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert tasks.sweep() == 0


@pytest.mark.parametrize("state", ["succeeded", "failed", "canceled", "unknown", "needs-sign-in"])
def test_the_sweep_wakes_nothing_that_does_not_move(submitted: Submit, state: str) -> None:
    submitted()
    DBTaskResult.objects.all().delete()
    overdue()
    Submission.objects.update(state=state)
    assert tasks.sweep() == 0


def test_the_sweep_wakes_the_latest_first_and_no_more_than_some(
    submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [submitted(name=f"web-{number}") for number in range(3)]
    DBTaskResult.objects.all().delete()
    for submission, late in zip(made, (60, 90, 30), strict=True):
        Submission.objects.filter(pk=submission.pk).update(next_step=clock.now() - timedelta(seconds=late))
    monkeypatch.setattr(tasks, "SWEPT_AT_ONCE", 2)
    assert tasks.sweep() == 2
    woken = {task.args_kwargs["args"][0] for task in DBTaskResult.objects.all()}
    assert woken == {made[0].pk, made[1].pk}


@pytest.mark.parametrize(("late", "woken"), [(1.0, 0), (3.0, 1)])
def test_a_step_that_is_hardly_late_has_not_lost_its_wake_up(
    submitted: Submit, late: float, woken: int
) -> None:
    submitted()
    DBTaskResult.objects.all().delete()
    overdue(late)
    assert tasks.sweep() == woken


def test_a_wake_up_of_another_kind_is_none(submitted: Submit) -> None:
    submitted()
    DBTaskResult.objects.update(args_kwargs={"args": [], "kwargs": {}})
    overdue()
    assert tasks.sweep() == 1
