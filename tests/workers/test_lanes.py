"""Threads that do tasks side by side, each with a connection of its own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from vmssbuilder.submissions import transitions
from vmssbuilder.submissions.tasks import wake
from vmssbuilder.workers.lanes import Lanes
from vmssbuilder.workers.queue import FinishedTask, Share

pytestmark = pytest.mark.django_db(transaction=True)

SIDE_BY_SIDE = 4
SHARE = Share("wake", "1")


class Steps:
    """In place of the steps: each asks the database something, and then waits for all others, or for `go_on`."""

    def __init__(self) -> None:
        self.connections: list[Any] = []
        self.together = threading.Barrier(SIDE_BY_SIDE)
        self.go_on = threading.Event()

    def run(self, number: int) -> None:
        DBTaskResult.objects.count()
        self.connections.append(connection.connection)
        if number == 0:
            self.go_on.wait(30)
        else:
            self.together.wait(30)


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    found = Steps()
    monkeypatch.setattr(transitions, "run", found.run)
    yield found
    found.go_on.set()


def start(lanes: Lanes, number: int) -> None:
    row = DBTaskResult.objects.get(pk=wake.enqueue(number).id)
    lanes.start(SHARE, row)


def collect(lanes: Lanes, number: int) -> list[FinishedTask]:
    ended: list[FinishedTask] = []
    while len(ended) < number:
        more = lanes.wait(30)
        assert more, "nothing ends any more"
        ended += more
    return ended


def is_closed(raw: Any) -> bool:
    if connection.vendor == "postgresql":
        return bool(raw.closed)
    try:
        raw.execute("SELECT 1")
    except sqlite3.ProgrammingError as error:
        return "closed" in str(error)
    return False


def test_lanes_work_side_by_side_and_close_their_own_connections(replaced: Steps) -> None:
    lanes = Lanes()
    for number in range(1, SIDE_BY_SIDE + 1):
        start(lanes, number)
    assert lanes.shares == {SHARE: SIDE_BY_SIDE}
    assert all(done.error is None for done in collect(lanes, SIDE_BY_SIDE)), "each waited for all others"
    assert lanes.shares == {}
    assert len({id(each) for each in replaced.connections}) == SIDE_BY_SIDE
    assert connection.connection not in replaced.connections
    before = threading.active_count()
    assert not any(map(is_closed, replaced.connections))
    lanes.close()
    assert threading.active_count() == before - SIDE_BY_SIDE
    assert all(map(is_closed, replaced.connections))


def test_with_little_to_do_one_lane_does_it_all(replaced: Steps) -> None:
    replaced.go_on.set()
    lanes = Lanes()
    for _ in range(5):
        start(lanes, 0)
        collect(lanes, 1)
    assert len({id(each) for each in replaced.connections}) == 1
    lanes.close()


def test_a_lane_that_works_does_not_keep_the_others_from_closing(replaced: Steps) -> None:
    lanes = Lanes()
    start(lanes, 0)
    assert lanes.wait(0.05) == []
    lanes.close()
    assert list(lanes.running.values()) == [SHARE]
    replaced.go_on.set()
    collect(lanes, 1)
    lanes.close()


def test_a_nudge_ends_the_waiting() -> None:
    lanes = Lanes()
    lanes.nudge()
    assert lanes.wait(30) == []
