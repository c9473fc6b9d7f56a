"""Lists are asked for by each person for themselves, kept, and never waited for long."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.accounts.entra import browser, sign_in
from tests.conftest import GetPage, signed_in
from tests.pickers.conftest import MakeDraft
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import TokenCache, User
from vmssbuilder.drafts.models import Draft
from vmssbuilder.pickers import cache, views
from vmssbuilder.pickers.models import KnownList
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

FIRST = "Standard_D2as_v6"
"""What stands first among the sizes."""


def sizes_of(draft: Draft) -> str:
    return f"/drafts/{draft.code}/choose/sku/name/"


def suggestions(client: Client, draft: Draft, place: str = "sku/name", q: str = "") -> str:
    response = client.get(f"/drafts/{draft.code}/suggest/{place}/", {"q": q})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    html: str = response.json()["html"]
    return html


def settled(client: Client, draft: Draft, place: str = "sku/name") -> str:
    """The suggestions once they have come."""
    until = time.monotonic() + 10
    while "data-again" in (html := suggestions(client, draft, place)) and time.monotonic() < until:
        time.sleep(0.05)
    return html


# --- kept ------------------------------------------------------------------------------------------------------------


def test_a_list_is_asked_for_once(rita: Client, draft: Draft, sandbox: Running, page_of: GetPage) -> None:
    page_of(rita, sizes_of(draft))
    settled(rita, draft)
    asked = sorted(each["path"].rpartition("/")[2] for each in sandbox.requests("GET"))
    assert asked == ["skus", "usages"], "the sizes, and what of the quota is left"
    page_of(rita, sizes_of(draft))
    assert "Standard_D4s_v5" in suggestions(rita, draft, q="d4s_v5")
    assert len(sandbox.requests("GET")) == len(asked)


def test_each_person_asks_for_themselves(
    rita: Client, draft: Draft, make_draft: MakeDraft, sandbox: Running, owner: User
) -> None:
    settled(rita, draft)
    other = browser()
    sign_in(other, "rolf")
    theirs = make_draft()
    theirs.owner = User.objects.get(object_id=world.ACCOUNTS["rolf"].oid)
    theirs.save()
    asked = len(sandbox.requests("GET"))
    settled(other, theirs)
    assert len(sandbox.requests("GET")) == asked + 1
    kept = KnownList.objects.all()
    assert {each.user_id for each in kept} == {owner.pk, theirs.owner_id}
    assert len({each.digest for each in kept}) == 1, "equal lists are unpacked once"


def test_an_old_list_is_shown_with_its_age_and_renewed(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage
) -> None:
    settled(rita, draft)
    KnownList.objects.update(fetched=timezone.now() - timedelta(days=2))
    page = page_of(rita, sizes_of(draft))
    assert "as of 2 days ago, being renewed" in page.text
    assert FIRST in settled(rita, draft)
    assert "as of just now" in page_of(rita, sizes_of(draft)).text
    lists = [each for each in sandbox.requests("GET") if each["path"].endswith("/skus")]
    assert len(lists) == 2


def test_lists_that_nobody_renews_go(rita: Client, draft: Draft, owner: User) -> None:
    KnownList.objects.create(
        user=owner, key="old", digest="x", packed=b"", fetched=timezone.now() - timedelta(days=8)
    )
    settled(rita, draft)
    assert not KnownList.objects.filter(key="old").exists()


def test_a_process_keeps_a_bounded_number_of_rows(
    rita: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "ROWS_KEPT", 10)
    cache._shelves.clear()
    settled(rita, draft)
    settled(rita, draft, "location")
    assert len(cache._shelves) == 1
    assert "Standard_D4s_v5" in suggestions(rita, draft, q="d4s_v5"), "it is unpacked again"


# --- slow, refused, broken -------------------------------------------------------------------------------------------


def test_a_slow_answer_keeps_no_page_waiting(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_WAITS", 0.2)
    sandbox.fault("latency", seconds=2.5, path="/skus")
    started = time.monotonic()
    page = page_of(rita, sizes_of(draft))
    assert time.monotonic() - started < 2.4
    assert "Azure has not answered yet" in page.text
    assert "type" in page.text
    assert FIRST in settled(rita, draft), "it arrives all the same"
    assert len(sandbox.requests("GET")) == 1, "asked once, however often somebody looked"


def test_a_field_waits_even_less(rita: Client, draft: Draft, sandbox: Running) -> None:
    sandbox.fault("latency", seconds=2.5, path="/skus")
    started = time.monotonic()
    html = suggestions(rita, draft)
    assert time.monotonic() - started < 2.4
    assert "data-again" in html
    assert "Asking Azure…" in html
    settled(rita, draft)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "status", "status": 403, "times": 1}, "You may not list VM sizes here."),
        (
            {"kind": "status", "status": 429, "headers": {"Retry-After": "40"}},
            "can be listed again in 40 seconds",
        ),
        ({"kind": "status", "status": 500, "times": 2}, "did not give a proper answer"),
        (
            {"kind": "status", "status": 502, "body": "<html>", "times": 2},
            "answered in its place: status 502 and a web page",
        ),
        (
            {"kind": "status", "status": 200, "body": "<html>"},
            "answered in its place: status 200 and a web page",
        ),
        ({"kind": "reset", "times": 2}, "did not give a proper answer"),
        ({"kind": "truncated", "times": 2}, "did not give a proper answer"),
    ],
    ids=["403", "429", "500", "HTML", "no JSON", "reset", "truncated"],
)
def test_trouble_is_told_and_typing_goes_on(
    rita: Client,
    draft: Draft,
    sandbox: Running,
    page_of: GetPage,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
    words: str,
) -> None:
    monkeypatch.setattr(views, "PAGE_WAITS", 8.0)
    sandbox.fault(path="/skus", **fault)
    page = page_of(rita, sizes_of(draft))
    assert words in page.text
    assert "Correlation ID" in page.text or "200" in str(fault.get("status"))
    asked = len(sandbox.requests("GET"))
    assert words in suggestions(rita, draft).replace("&#x27;", "'")
    assert len(sandbox.requests("GET")) == asked, "trouble is believed for a while"
    sent = {"base": draft.head, "act": "use", "typed": "Standard_Typed"}
    assert rita.post(sizes_of(draft), sent).status_code == 302
    draft.refresh_from_db()
    assert draft.document["sku"]["name"] == "Standard_Typed"


def test_a_shape_that_nobody_foresaw_costs_the_list_not_the_page(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage, caplog: pytest.LogCaptureFixture
) -> None:
    odd = {
        "resourceType": "virtualMachines",
        "name": "X",
        "locationInfo": [{"location": "uksouth", "zones": 5}],
    }
    sandbox.fault("status", status=200, path="/skus", body=json.dumps({"value": [odd]}))
    page = page_of(rita, sizes_of(draft))
    assert "did not give a proper answer" in page.text
    assert "What Azure answered could not be read." in caplog.text


def test_an_outage_behind_a_known_list_hides_nothing(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_WAITS", 8.0)
    settled(rita, draft)
    sandbox.fault("status", status=403, path="/skus")
    page = page_of(rita, sizes_of(draft), post={"act": "refresh"})
    assert "You may not list VM sizes here." in page.text
    assert FIRST in page.text


def test_vaults_that_nobody_may_list_are_told_apart(
    rita: Client, make_draft: MakeDraft, page_of: GetPage
) -> None:
    draft = make_draft(subscription=world.SHARED)
    place = "properties/virtualMachineProfile/osProfile/secrets/0/sourceVault/id"
    page = page_of(rita, f"/drafts/{draft.code}/choose/{place}/")
    assert "You may not list key vaults here." in page.text


def test_an_expired_token_is_renewed_unseen(rita: Client, draft: Draft, sandbox: Running) -> None:
    sandbox.fault("expired-token", path="/skus")
    assert FIRST in settled(rita, draft)


def test_a_claims_challenge_asks_for_a_new_sign_in(
    rita: Client, draft: Draft, owner: User, sandbox: Running, page_of: GetPage
) -> None:
    sandbox.fault("claims-challenge", path="/skus", times=9)
    until = time.monotonic() + 10
    while "data-again" in (html := suggestions(rita, draft)) and time.monotonic() < until:
        time.sleep(0.05)
    sandbox.sandbox.memory.faults.clear()
    assert "sign in again" in html
    page = page_of(rita, sizes_of(draft))
    assert "/sign-in/start/?next=" in page.html
    assert TokenCache.objects.filter(user=owner).exists()


def test_somebody_without_microsoft_sign_in_is_told(
    requester: User, draft: Draft, sandbox: Running, page_of: GetPage
) -> None:
    draft.owner = requester
    draft.save()
    page = page_of(signed_in(requester), sizes_of(draft))
    assert "Sign in with Microsoft" in page.text
    assert not sandbox.requests("GET")


def test_too_many_at_once_wait_for_their_turn(
    rita: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "AT_ONCE", 0)
    assert "data-again" in suggestions(rita, draft)
    assert not lookups._jobs
    monkeypatch.setattr(lookups, "AT_ONCE", 16)
    assert FIRST in settled(rita, draft)


def test_answers_that_nobody_came_back_for_are_dropped(
    rita: Client, draft: Draft, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.fault("latency", seconds=0.6, path="/skus")
    suggestions(rita, draft)
    (job,) = lookups._jobs.values()
    job.future.result(timeout=5)
    monkeypatch.setattr(lookups, "FORGOTTEN_AFTER", -1.0)
    suggestions(rita, draft, "location")
    assert job not in lookups._jobs.values()


# --- great numbers ---------------------------------------------------------------------------------------------------


def test_suggestions_ask_the_database_little(
    rita: Client, draft: Draft, django_assert_max_num_queries: Any
) -> None:
    settled(rita, draft)
    with django_assert_max_num_queries(4):
        suggestions(rita, draft, q="d4")


def test_ten_thousand_sizes_answer_with_the_best_fifty(rita: Client, draft: Draft, sandbox: Running) -> None:
    sandbox.world(sizes=10_000)
    until = time.monotonic() + 60
    while "data-again" in (html := suggestions(rita, draft)) and time.monotonic() < until:
        time.sleep(0.2)
    assert "50 of 9,9" in html
    assert html.count('role="option"') == 50
