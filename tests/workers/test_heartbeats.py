"""Who is alive, by the database's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from vmssbuilder import clock
from vmssbuilder.workers import heartbeats
from vmssbuilder.workers.models import Worker

pytestmark = pytest.mark.django_db


def silent_for(seconds: float, name: str) -> None:
    Worker.objects.filter(name=name).update(seen=clock.now() - timedelta(seconds=seconds))


def test_a_worker_that_beats_is_alive() -> None:
    assert not heartbeats.anybody()
    heartbeats.beat("one")
    heartbeats.beat("one")
    assert heartbeats.names() == {"one"}
    assert heartbeats.anybody()


def test_a_silent_worker_is_taken_for_dead_at_once_and_missed_after_half_a_minute() -> None:
    heartbeats.beat("one")
    silent_for(7, "one")
    assert heartbeats.names() == {"one"}
    silent_for(9, "one")
    assert heartbeats.names() == frozenset()
    assert heartbeats.anybody(), "it may be on its way up again"
    silent_for(29, "one")
    assert heartbeats.anybody()
    silent_for(31, "one")
    assert not heartbeats.anybody()


def test_one_that_was_taken_for_dead_comes_back_with_its_next_beat() -> None:
    heartbeats.beat("one")
    heartbeats.beat("two")
    silent_for(9, "one")
    assert heartbeats.bury() == 1
    assert heartbeats.names() == {"two"}
    heartbeats.beat("one")
    assert heartbeats.names() == {"one", "two"}


def test_who_stops_by_itself_is_gone_at_once() -> None:
    heartbeats.beat("one")
    heartbeats.leave("one")
    assert heartbeats.names() == frozenset()
    assert heartbeats.anybody(), (
        "while it is started anew, nobody is told that there was none for half a minute"
    )
    silent_for(31, "one")
    assert not heartbeats.anybody()
    heartbeats.beat("one")
    assert heartbeats.names() == {"one"}


def test_the_clock_of_this_process_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeats.beat("one")
    later = timezone.now() + timedelta(minutes=10)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert timezone.now() == later
    assert heartbeats.names() == {"one"}
    heartbeats.beat("one")
    heartbeats.beat("two")
    assert Worker.objects.filter(seen__gt=later - timedelta(minutes=5)).count() == 0
    assert later - clock.now() > timedelta(minutes=9)
