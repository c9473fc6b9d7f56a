"""One heavy request of a person at a time, and none without end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from bench import heavy
from tests.web.strict import Page, problems_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, checking, turns
from vmssbuilder.drafts.models import Draft, Turn
from vmssbuilder.scaleset import Request

from .conftest import DOCUMENT, TARGET


@pytest.fixture
def large(requester: User) -> Draft:
    return actions.create(requester, Request(TARGET, "create", "2024-07-01", heavy.interfaces(400)), "pasted")


def another_is_running(user: User, seconds: int = 30) -> None:
    Turn.objects.create(user=user, token="another", until=Now() + timedelta(seconds=seconds))


def test_a_second_heavy_request_is_answered_at_once_and_comes_back_by_itself(
    as_requester: Client, requester: User, large: Draft
) -> None:
    another_is_running(requester)
    answer = as_requester.get(f"/drafts/{large.code}/check/")
    assert answer.status_code == 429
    assert problems_of(answer) == []
    assert answer["Retry-After"] == answer["Refresh"] == "2"
    assert "still being worked on" in Page(answer).html
    Turn.objects.all().delete()
    assert as_requester.get(f"/drafts/{large.code}/check/").status_code == 200


def test_what_was_typed_into_a_form_of_a_large_draft_is_kept(
    as_requester: Client, requester: User, large: Draft
) -> None:
    another_is_running(requester)
    form = {"base": "1", "location": "norwayeast"}
    answer = as_requester.post(f"/drafts/{large.code}/basics/", form)
    assert answer.status_code == 429
    assert 'name="location" value="norwayeast"' in answer.content.decode()
    assert not answer.has_header("Refresh")
    large.refresh_from_db()
    assert large.head == 1


def test_other_drafts_and_other_people_do_not_wait(
    as_requester: Client, as_administrator: Client, requester: User, large: Draft
) -> None:
    small = actions.create(requester, Request(TARGET, "create", "2024-07-01", DOCUMENT), "pasted")
    another_is_running(requester)
    assert as_requester.get(f"/drafts/{small.code}/check/").status_code == 200
    assert as_requester.get("/").status_code == 200
    assert as_administrator.get(f"/drafts/{large.code}/check/").status_code == 200


def test_a_turn_ends_with_its_request_and_with_its_lease(
    as_requester: Client, requester: User, large: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    original = checking.check_content

    def looked(draft: Any) -> Any:
        held.append(Turn.objects.filter(user=requester).count())
        return original(draft)

    monkeypatch.setattr("vmssbuilder.drafts.views.checking.check_content", looked)
    assert as_requester.get(f"/drafts/{large.code}/check/").status_code == 200
    assert held == [1]
    assert not Turn.objects.exists()
    another_is_running(requester, seconds=-1)
    assert as_requester.get(f"/drafts/{large.code}/check/").status_code == 200
    assert not Turn.objects.exists()


def test_a_request_that_goes_on_too_long_is_ended_in_words(
    as_requester: Client, large: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_end(_draft: Any) -> Any:
        while True:
            pass

    monkeypatch.setattr(turns, "SECONDS", 0.05)
    monkeypatch.setattr("vmssbuilder.drafts.views.checking.check_content", without_end)
    answer = as_requester.get(f"/drafts/{large.code}/check/")
    assert answer.status_code == 503
    assert "as long as a request may take" in answer.content.decode()
    assert not Turn.objects.exists()


def test_a_large_form_takes_a_turn_whatever_it_is_about(as_requester: Client, requester: User) -> None:
    another_is_running(requester)
    assert as_requester.post("/drafts/new/", {"text": "{}"}).status_code != 429
    answer = as_requester.post("/drafts/new/", {"text": "x" * 200_000})
    assert answer.status_code == 429
    assert "x" * 200_000 in answer.content.decode()


@pytest.mark.parametrize("kind", heavy.KINDS)
def test_what_is_heavy_is_told_from_what_is_not(kind: str) -> None:
    assert turns.is_large(heavy.KINDS[kind]())
    assert not turns.is_large(DOCUMENT)


def test_findings_are_kept_for_a_bounded_number_of_bytes(requester: User) -> None:
    checking.forget()
    document = heavy.interfaces(300)
    for number in range(4):
        document = document | {"tags": {"number": str(number)}}
        draft = actions.create(requester, Request(TARGET, "create", "2024-07-01", document), "pasted")
        checking.check_content(draft)
    limit = checking._findings.LIMIT
    assert 0 < checking._findings.size <= limit
    kept = len(checking._findings._kept)
    for number in range(20):
        request = Request(TARGET, "create", "2024-07-01", document)
        checking._findings.put((f"other-{number}", 1, timezone.now().date()), request, ())
    assert checking._findings.size <= limit
    assert len(checking._findings._kept) < kept + 20


def test_what_was_found_of_a_large_request_counts_for_that_request_alone(
    requester: User, large: Draft
) -> None:
    checking.forget()
    before = checking.check_content(large)
    assert checking.check_content(large) == before
    large.document = large.document | {"location": ""}
    assert len(checking.check_content(large)) > len(before), "the same revision, but not the same content"


@pytest.mark.parametrize("size", [turns.LARGE_FORM + 1, 10])
def test_what_a_large_form_took_is_given_back_whoever_sent_it(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    given: list[bool] = []
    monkeypatch.setattr(turns, "give_back", lambda: given.append(True))
    assert Client().post("/sign-in/", {"username": "x" * size}).status_code < 500
    assert bool(given) is (size > turns.LARGE_FORM)
