"""The fuzz itself, in small: odd requests to every address as each role, in one process."""

from __future__ import annotations

import pytest
from django.test import Client

from bench import fuzz
from bench.client import Answer
from vmssbuilder.sandbox.server import Running
from vmssbuilder.web.middleware import with_plain_charset

SEED = 1


@pytest.mark.django_db
def test_odd_requests_to_every_address_break_nothing(sandbox: Running) -> None:
    every = fuzz.routes()
    world = fuzz.build(0, interfaces=3)
    seen = fuzz.Seen()
    browser = Client(raise_request_exception=True)
    for number in range(300):
        sent = fuzz.request(SEED, number, world, every)
        headers = {name: value for name, value in sent.headers if name not in ("Content-Type", "Host")}
        kind = with_plain_charset(dict(sent.headers).get("Content-Type", "text/plain"))
        answer = browser.generic(sent.method, sent.target.partition("#")[0], sent.body, kind, headers=headers)
        browser.cookies.clear()
        body = b"" if answer.streaming else answer.content
        plain = {name.lower(): value for name, value in answer.headers.items() if name != "Content-Encoding"}
        if answer.headers.get("Content-Encoding"):
            plain["content-encoding"] = answer.headers["Content-Encoding"]
        fuzz.judge(sent, Answer(answer.status_code, plain, body, len(body)), 0, seen)
    assert seen.wrong == []
    assert {status for counts in seen.statuses.values() for status in counts} >= {
        200,
        302,
        400,
        401,
        403,
        404,
        405,
    }


def test_the_same_seed_sends_the_same() -> None:
    world = fuzz.World(dict.fromkeys(fuzz.PEOPLE, ""), {})
    every = ["/drafts/<str:code>/", "/"]
    first, again, other = (
        [fuzz.request(seed, number, world, every) for number in range(50)] for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("answer", "seconds", "wrong"),
    [
        (Answer(500, {}, b"", 0), 0.1, "500 to"),
        (Answer(200, {}, f"<p>{fuzz.CANARY}</p>".encode(), 0), 0.1, "a secret in"),
        (Answer(200, {}, b"", 0), 5.1, "5.1 s for"),
        (None, 0.1, "no answer"),
    ],
)
def test_each_breach_is_noticed(answer: Answer | None, seconds: float, wrong: str) -> None:
    sent = fuzz.request(1, 1, fuzz.World(dict.fromkeys(fuzz.PEOPLE, ""), {}), ["/"])
    seen = fuzz.Seen()
    fuzz.judge(sent, answer, seconds, seen)
    assert len(seen.wrong) == 1
    assert seen.wrong[0].startswith(wrong)
