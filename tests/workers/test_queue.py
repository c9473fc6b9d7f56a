"""Whose turn it is, taking tasks, being done with them, and taking up those of the dead."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django_tasks_db.models import DBTaskResult

from vmssbuilder import clock
from vmssbuilder.preflight.tasks import check
from vmssbuilder.submissions.tasks import wake
from vmssbuilder.workers import queue
from vmssbuilder.workers.queue import Share

pytestmark = pytest.mark.django_db

RITA, SAM, ADA = 1, 2, 3


def overdue(task: Any, person: int, many: int, minutes: float) -> None:
    """Puts that many tasks of a person there, due for so many minutes."""
    moment = clock.now() - timedelta(minutes=minutes)
    with transaction.atomic():
        for number in range(many):
            task.using(run_after=moment).enqueue(number, person=person)


def share(task: Any, person: int) -> Share:
    return Share(task.module_path, str(person))


def taken(running: dict[Share, int] | None = None, lanes: int = 8, reserve: int = 2) -> list[tuple[str, str]]:
    """The shares of what is taken, in short."""
    got = queue.take("w", Counter(running or {}), lanes, reserve)
    return sorted((each.kind.rsplit(".", 1)[1], each.person) for each, _task in got)


def test_one_person_may_have_all_lanes_and_no_more() -> None:
    overdue(wake, RITA, 20, minutes=5)
    assert taken() == [("wake", "1")] * 8
    assert taken({share(wake, RITA): 8}) == []
    assert taken({share(wake, RITA): 7}) == [("wake", "1")]


def test_people_take_turns_however_much_one_of_them_has() -> None:
    overdue(wake, RITA, 100, minutes=60)
    overdue(wake, SAM, 3, minutes=1)
    assert taken() == [("wake", "1")] * 5 + [("wake", "2")] * 3
    assert taken({share(wake, RITA): 4}, lanes=5) == [("wake", "1")]


def test_who_has_few_under_way_comes_first() -> None:
    overdue(wake, RITA, 5, minutes=60)
    overdue(wake, SAM, 5, minutes=1)
    assert taken({share(wake, RITA): 5}, lanes=8, reserve=0) == [("wake", "2")] * 3


def test_a_preflight_never_waits_behind_submissions() -> None:
    for person in range(1, 41):
        overdue(wake, person, 3, minutes=60)
    overdue(check, RITA, 1, minutes=0)
    assert ("check", "1") in taken(lanes=1, reserve=0)


def test_the_reserve_is_for_who_has_nothing_under_way() -> None:
    overdue(wake, RITA, 5, minutes=60)
    overdue(wake, SAM, 5, minutes=5)
    overdue(check, RITA, 2, minutes=1)
    full = {share(wake, RITA): 8}
    assert taken(full) == [("check", "1"), ("wake", "2")]
    assert taken(full | {share(check, RITA): 1, share(wake, SAM): 1}) == [], "the reserve is used up"


def test_what_is_not_due_by_the_database_clock_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + timedelta(minutes=5)
    wake.using(run_after=later).enqueue(1, person=RITA)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later + timedelta(minutes=5))
    assert taken() == []


def test_a_task_without_a_time_is_due_at_once() -> None:
    wake.enqueue(1, person=RITA)
    assert taken() == [("wake", "1")]


def test_a_task_is_done_with_its_arguments_and_gone_afterwards() -> None:
    wake.enqueue(10**9, person=RITA)
    ((_share, task),) = queue.take("w", Counter(), 1, 0)
    assert (task.status, task.worker_ids) == ("RUNNING", ["w"])
    assert queue.take("w", Counter(), 1, 0) == []
    done = queue.run(task)
    assert done.error is None
    queue.finish([done])
    assert not DBTaskResult.objects.exists()


def test_of_a_task_that_failed_the_reason_is_kept_without_its_words() -> None:
    wake.enqueue("Canary-7", person=RITA)  # type: ignore[arg-type]  # the wrong type is what is tried
    ((_share, task),) = queue.take("w", Counter(), 1, 0)
    queue.finish([queue.run(task)])
    kept = DBTaskResult.objects.get()
    assert (kept.status, kept.exception_class_path) == ("FAILED", "builtins.ValueError")
    assert "leases.py" in kept.traceback
    assert "Canary-7" not in kept.traceback
    assert queue.prune() == 0
    DBTaskResult.objects.update(finished_at=clock.now() - timedelta(days=2))
    assert queue.prune() == 1


def test_tasks_of_a_dead_worker_are_taken_up_and_told_that_they_were_begun() -> None:
    overdue(check, RITA, 1, minutes=1)
    queue.take("dead", Counter(), 1, 0)
    assert queue.put_back_those_of_the_dead({"dead", "w"}) == 0
    assert queue.put_back_those_of_the_dead({"w"}) == 1
    ((_share, task),) = queue.take("w", Counter(), 1, 0)
    assert task.worker_ids == ["dead", "w"]
    assert task.task_result.attempts == 2


def test_a_task_that_kills_every_worker_is_given_up() -> None:
    overdue(wake, RITA, 1, minutes=1)
    for _death in range(queue.DEATHS - 1):
        queue.take("dead", Counter(), 1, 0)
        assert queue.put_back_those_of_the_dead(set()) == 1
    queue.take("dead", Counter(), 1, 0)
    assert queue.put_back_those_of_the_dead(set()) == 0
    assert DBTaskResult.objects.get().status == "FAILED"


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_task() -> None:
    overdue(wake, RITA, 40, minutes=1)
    got: list[Any] = []
    begin = threading.Barrier(2)

    def take(worker: str) -> None:
        begin.wait()
        try:
            for _ in range(10):
                got.extend(task.pk for _share, task in queue.take(worker, Counter(), 4, 0))
        finally:
            connections.close_all()

    in_threads(lambda: take("one"), lambda: take("two"))
    assert len(got) == len(set(got))
    while more := queue.take("three", Counter(), 40, 0):
        got += [task.pk for _share, task in more]
    assert len(got) == 40


def in_threads(*what: Callable[[], None]) -> None:
    threads = [threading.Thread(target=each) for each in what]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
        assert not each.is_alive()
