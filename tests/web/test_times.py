"""Moments on pages: one way to say them, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from vmssbuilder.web.times import when

MOMENT = datetime(2026, 11, 3, 1, 4, 5, 678, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("minute", "2 Nov 2026 23:04 UTC"),
        ("second", "2 Nov 2026 23:04:05 UTC"),
        ("clock", "23:04 UTC"),
        ("clock-second", "23:04:05 UTC"),
    ],
)
def test_a_moment_is_said_in_utc(shape: str, words: str) -> None:
    assert when(MOMENT, shape) == f'<time datetime="2026-11-02T23:04:05+00:00">{words}</time>'


def test_a_script_can_make_every_shape_the_readers_own() -> None:
    script = Path("static/js/app.js").read_text()
    found = re.search(r"textContent\.match\(/(.+)/\)", script)
    assert found is not None
    pattern = re.compile(found[1])
    for shape in ("minute", "second", "clock", "clock-second"):
        text = when(datetime(2026, 1, 31, tzinfo=UTC), shape)
        assert pattern.fullmatch(text[text.index(">") + 1 : -len("</time>")])


def test_no_template_says_a_moment_in_another_way() -> None:
    wrong = [
        str(file)
        for file in Path("templates").rglob("*.html")
        if file.name != "time.html" and re.search(r"<time|\|date:[\"'][^\"']*[Hhi]", file.read_text())
    ]
    assert not wrong
