"""Who is on a page of a draft just now, and what they changed meanwhile."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.conftest import signed_in
from tests.reviews.making import draft as made
from tests.reviews.making import edit
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import presence, turns
from vmssbuilder.drafts.models import Draft, DraftRole
from vmssbuilder.drafts.people import actions as people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_there() -> None:
    caches["shared"].clear()


@pytest.fixture
def draft(requester: User, stranger: User) -> Draft:
    """One of two people."""
    of = made(requester)
    people.add(requester, of, stranger, DraftRole.EDIT)
    return of


def look(browser: Client, draft: Draft, step: str = "basics", seen: int | None = None) -> str:
    """What a page of that step is told, in one line."""
    query = f"step={step}&seen={draft.head if seen is None else seen}"
    answer = browser.get(f"/drafts/{draft.code}/together/?{query}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_two_people_see_each_other_and_where_they_are(
    as_requester: Client, as_stranger: Client, requester: User, draft: Draft
) -> None:
    assert "is here" not in look(as_requester, draft, "basics"), "not oneself"
    assert "Rita Requester is here, on Basics" in look(as_stranger, draft, "network")
    assert "Sam Stranger is here, on Network" in look(as_requester, draft, "disks")
    assert "Rita Requester is here, on Disks" in look(as_stranger, draft, "network"), "the last page counts"
    assert "is here" not in look(as_requester, made(requester, name="web-beside"))


def test_who_is_not_heard_of_is_not_there_any_more(
    as_requester: Client, as_stranger: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(as_stranger, draft)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + presence.LASTS - 1)
    assert "Sam Stranger is here" in look(as_requester, draft)
    monkeypatch.setattr(time, "time", lambda: now + presence.LASTS + 1)
    assert "Sam Stranger" not in look(as_requester, draft)


def test_what_others_changed_is_told_by_step_with_the_way_there(
    as_requester: Client, requester: User, stranger: User, draft: Draft
) -> None:
    edit(requester, draft, "sku.capacity", 5)
    mine = Draft.objects.get(pk=draft.pk)
    assert "changed" not in look(as_requester, mine, seen=1), "not what one changed oneself"
    theirs = edit(stranger, mine, "sku.capacity", 7)
    theirs = edit(stranger, theirs, "properties.overprovision", False)
    said = look(as_requester, theirs, seen=2)
    assert f'href="/drafts/{draft.code}/instances/#f-sku-capacity">Instances</a>' in said
    assert f'href="/drafts/{draft.code}/compare/2/4/">compare</a>' in said
    assert said.count("Sam Stranger changed") == 1, "revisions one after the other are one change"
    assert 'data-head="4"' in said
    assert "changed" not in look(as_requester, theirs, seen=4)


@pytest.mark.parametrize("seen", ["", "x", "99", "-1"])
def test_a_page_that_knows_of_no_revision_is_told_of_nothing(
    as_requester: Client, stranger: User, draft: Draft, seen: Any
) -> None:
    edit(stranger, draft, "sku.capacity", 7)
    assert "changed" not in look(as_requester, draft, seen=seen)


def test_a_large_draft_is_not_compared_by_itself(
    as_requester: Client, stranger: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = edit(stranger, draft, "sku.capacity", 7)
    monkeypatch.setattr(turns, "LARGE", 1)
    said = look(as_requester, changed, seen=1)
    assert f'Sam Stranger changed this draft · <a href="/drafts/{draft.code}/compare/1/2/">' in said


def test_asking_reads_no_document_and_costs_no_query_for_presence(
    as_requester: Client, as_stranger: Client, draft: Draft
) -> None:
    look(as_stranger, draft)
    with CaptureQueriesContext(connection) as asked:
        look(as_requester, draft)
    assert len(asked) == 3, "session, person and draft"
    assert all('"document"' not in each["sql"] for each in asked)


def test_where_nothing_can_be_kept_nobody_is_shown_and_all_else_goes_on(
    settings: Settings, as_requester: Client, as_stranger: Client, draft: Draft, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    shared = settings.CACHES["shared"] | {"LOCATION": tmp_path / "file" / "cache"}
    settings.CACHES = settings.CACHES | {"shared": shared}
    look(as_stranger, draft)
    assert "is here" not in look(as_requester, draft)


def test_who_was_removed_is_told_nothing(requester: User, as_stranger: Client, draft: Draft) -> None:
    look(signed_in(requester), draft)
    people.remove(requester, draft.members.get())
    answer = as_stranger.get(f"/drafts/{draft.code}/together/?step=basics", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert b"Rita" not in answer.content
