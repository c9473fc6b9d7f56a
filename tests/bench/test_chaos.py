"""What `make chaos` calls a breach: each kind of it is told, and what people asked for is none."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from bench.chaos import Load, wrong_with
from bench.client import Answer
from vmssbuilder.submissions.models import Submission


@pytest.mark.parametrize(
    ("state", "accepted", "stopped", "wrong"),
    [
        ("succeeded", ["create"], False, ""),
        ("succeeded", ["create"], True, ""),
        ("succeeded", ["create", "update"], False, "accepted"),
        ("succeeded", [], False, "nothing"),
        ("running", ["create"], False, "still running"),
        ("failed", [], False, "ended as failed"),
        ("needs-sign-in", ["create"], False, "ended as needs-sign-in"),
        ("canceled", [], True, ""),
        ("canceled", [], False, "ended as canceled"),
        ("canceled", ["create"], True, "accepted"),
        ("unknown", [], True, ""),
        ("unknown", ["create"], True, ""),
        ("unknown", ["create", "create"], True, "accepted"),
        ("unknown", ["create"], False, "ended as unknown"),
    ],
)
def test_a_submission_ends_once_and_well_unless_a_person_stopped_it(
    state: str, accepted: list[str], stopped: bool, wrong: str
) -> None:
    moving = state in Submission.MOVING
    row: Any = SimpleNamespace(
        code="abc", state=state, is_moving=moving, revision=SimpleNamespace(name="web")
    )
    said = wrong_with(row, accepted, stopped=stopped)
    assert wrong in said
    assert bool(said) == bool(wrong)


@pytest.mark.parametrize(
    ("status", "headers", "wrong"),
    [
        (200, {}, ""),
        (302, {"location": "/submissions/abc/"}, ""),
        (302, {"location": "/sign-in/?next=/"}, "signed out"),
        (503, {"retry-after": "5"}, ""),
        (503, {}, "no Retry-After"),
        (500, {}, "it was to be answered or 503"),
        (403, {}, "it was to be answered or 503"),
    ],
)
def test_no_page_answers_with_a_bare_error(status: int, headers: dict[str, str], wrong: str) -> None:
    load = Load(SimpleNamespace(web_killed=0.0), [], 1, 0, 1.0)  # type: ignore[arg-type] # all that is looked at
    _what, said = load.said_of(Answer(status, headers, b"", 0), time.monotonic())
    assert wrong in said
    assert bool(said) == bool(wrong)


def test_an_answer_may_be_cut_only_where_a_web_process_was_killed() -> None:
    processes: Any = SimpleNamespace(web_killed=time.monotonic() - 60)
    load = Load(processes, [], 1, 0, 1.0)
    assert "nobody was killed" in load.said_of(None, time.monotonic())[1]
    processes.web_killed = time.monotonic()
    assert load.said_of(None, time.monotonic()) == ("cut", "")
