"""The page of the log, for administrators: narrowed, a page after the other, exported."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from vmssbuilder.accounts.models import User
from vmssbuilder.audit import chaining
from vmssbuilder.audit.actions import record
from vmssbuilder.audit.admin import PAGE
from vmssbuilder.audit.models import Event
from vmssbuilder.audit.searching import CHUNK, EventSearch, known_kinds

pytestmark = pytest.mark.django_db

LOG = "/admin/audit/event/"


def listed(response: Any) -> list[str]:
    return [event.about for event in response.context["cl"].result_list]


def many(actor: User, count: int) -> None:
    now = timezone.now()
    Event.objects.bulk_create(
        [
            Event(
                at=now - timedelta(minutes=count - number),
                actor=actor if number % 2 else None,
                what=f"draft.kind-{number % 5}",
                about=f"draft-{number}",
                address=f"10.0.0.{number % 4}",
                revision=number,
            )
            for number in range(count)
        ],
        batch_size=1000,
    )


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({}, ["third", "second", "first"]),
        ({"who": "RITA"}, ["second", "first"]),
        ({"who": "requester"}, ["second", "first"]),
        ({"who": "nobody"}, []),
        ({"what": "draft.saved"}, ["third", "first"]),
        ({"about": "second"}, ["second"]),
        ({"address": "10.0.0.1"}, ["third"]),
        ({"who": "rita", "what": "draft.saved"}, ["first"]),
        ({"since": "2026-03-02"}, ["third", "second"]),
        ({"until": "2026-03-02"}, ["second", "first"]),
        ({"since": "2026-03-02", "until": "2026-03-02"}, ["second"]),
    ],
)
def test_the_log_is_narrowed(
    as_administrator: Client, requester: User, narrowed: dict[str, str], found: list[str]
) -> None:
    for day, (actor, what, about, address) in enumerate(
        [
            (requester, "draft.saved", "first", ""),
            (requester, "draft.shared", "second", ""),
            (None, "draft.saved", "third", "10.0.0.1"),
        ],
        1,
    ):
        at = datetime(2026, 3, day, 12, tzinfo=UTC)
        Event(at=at, actor=actor, what=what, about=about, address=address).save()
    assert listed(as_administrator.get(LOG, narrowed)) == found


@pytest.mark.parametrize(
    ("narrowed", "said"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"what": "x.y"}, "x.y is not one of the available choices."),
        ({"address": "here"}, "Enter a valid IPv4 or IPv6 address."),
        ({"about": "x" * 81}, "at most 80 characters"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field_and_kept(
    as_administrator: Client, narrowed: dict[str, str], said: str
) -> None:
    record(None, "draft.saved", "first")
    response = as_administrator.get(LOG, narrowed)
    assert (response.status_code, listed(response)) == (200, [])
    (value,) = narrowed.values()
    assert said in response.content.decode()
    assert value in response.content.decode() or "what" in narrowed


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "²", "0"])
def test_what_is_no_place_in_the_log_is_its_beginning(as_administrator: Client, odd: str) -> None:
    record(None, "draft.saved", "first")
    assert listed(as_administrator.get(LOG, {"before": odd, "e": "1", "p": "x", "o": "9"})) == ["first"]


def test_every_event_is_on_one_page(as_administrator: Client, requester: User) -> None:
    many(requester, 2 * PAGE)
    seen, address = list[str](), LOG + "?who=rita"
    pages = 0
    record(requester, "draft.saved", "newest")
    while address:
        response = as_administrator.get(address)
        seen += listed(response)
        address = f"{LOG}?{response.context['older']}" if response.context["older"] else ""
        pages += 1
    assert seen == ["newest", *(f"draft-{number}" for number in range(2 * PAGE - 1, 0, -2))]
    assert pages == 2


def test_the_page_says_how_many_are_not_chained(as_administrator: Client, requester: User) -> None:
    record(requester, "draft.saved", "x")
    assert "One event is not in the chain yet." in as_administrator.get(LOG).content.decode()
    chaining.catch_up()
    assert "Every event is in the chain." in as_administrator.get(LOG).content.decode()


@pytest.mark.parametrize(
    "narrowed",
    [{}, {"who": "rita"}, {"what": "draft.kind-3"}, {"address": "10.0.0.1"}, {"until": "2026-01-01"}],
)
def test_a_longer_log_takes_no_more_queries(
    as_administrator: Client, requester: User, narrowed: dict[str, str]
) -> None:
    counts = []
    many(requester, 10)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            as_administrator.get(LOG, narrowed)
        counts.append(len(asked))
        many(requester, 3 * PAGE)
    assert counts[0] == counts[1] <= 15


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="each database tells its plans in its own words")
@pytest.mark.parametrize(
    ("narrowed", "index"),
    [
        ({}, "audit_event_when"),
        ({"who": "rita"}, "audit_event_who"),
        ({"what": "draft.kind-3"}, "audit_event_what"),
        ({"about": "draft-3"}, "audit_event_about"),
        ({"address": "10.0.0.1"}, "audit_event_where"),
        ({"since": "2026-01-01", "until": "2026-01-02"}, "audit_event_when"),
    ],
)
def test_an_index_carries_what_the_log_is_narrowed_to_and_its_order(
    requester: User, narrowed: dict[str, str], index: str
) -> None:
    many(requester, 10)
    plan = EventSearch(narrowed or None).found()[:PAGE].explain()
    assert index in plan
    assert "TEMP B-TREE" not in plan, "it is not sorted"


def test_the_kinds_on_offer_are_those_that_there_are(requester: User) -> None:
    assert known_kinds() == []
    many(requester, 12)
    assert known_kinds() == [f"draft.kind-{number}" for number in range(5)]


# --- files ------------------------------------------------------------------------------------------------------------


def exported(browser: Client, format: str, query: str = "") -> str:
    response = browser.post(f"{LOG}export/{format}/?{query}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].endswith(f'.{format}"')
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined] # a streaming one


def test_csv_has_what_the_page_is_narrowed_to_and_no_formula(
    as_administrator: Client, requester: User, administrator: User
) -> None:
    odd = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", 'a "quoted", text', "plain"]
    for about in odd:
        record(requester, "draft.saved", about, revision=2)
    record(requester, "draft.shared", "other")
    rows = list(
        csv.DictReader(io.StringIO(exported(as_administrator, "csv", "what=draft.saved"), newline=""))
    )
    assert [row["about"] for row in reversed(rows)] == [f"'{each}" for each in odd[:6]] + odd[6:]
    assert {(row["who"], row["name"], row["revision"]) for row in rows} == {("rita", "Rita Requester", "2")}
    told = Event.objects.get(what="audit.exported")
    assert (told.actor, told.details) == (administrator, {"to": "csv", "only": {"what": "draft.saved"}})


def test_json_lines_have_all_of_it_with_its_place_in_the_chain(
    as_administrator: Client, requester: User
) -> None:
    many(requester, CHUNK + 5)
    chaining.catch_up()
    while chaining.step():
        pass
    lines = [json.loads(line) for line in exported(as_administrator, "jsonl").splitlines()]
    mine = [line for line in lines if line["about"].startswith("draft-")]
    assert [line["about"] for line in mine] == [f"draft-{number}" for number in range(CHUNK + 4, -1, -1)]
    assert {line["position"] for line in mine} == set(range(1, CHUNK + 6))
    assert not [line for line in lines if line["what"] == "audit.exported"], (
        "what came first is in it, and nothing else"
    )


def test_a_file_is_for_administrators_and_asked_for_by_an_act(
    as_administrator: Client, as_reviewer: Client, client: Client
) -> None:
    address = f"{LOG}export/csv/"
    assert as_reviewer.post(address).status_code == 403
    assert client.post(address).status_code in (302, 401)
    assert as_administrator.get(address).status_code == 405
    assert as_administrator.post(f"{LOG}export/xlsx/").status_code == 404
    response = as_administrator.post(f"{address}?since=never")
    assert (response.status_code, response.headers["Content-Type"][:9]) == (200, "text/html")
    assert not Event.objects.filter(what="audit.exported").exists()
