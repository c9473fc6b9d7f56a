"""The history of a draft: what is one entry, what it says, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.conftest import GetPage
from tests.forms import entries
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, vault
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.drafts.views.history import ENTRIES
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING

CAPACITY = ("sku", "capacity")
PASSWORD = ("properties", "virtualMachineProfile", "osProfile", "adminPassword")


def typed(user: User, draft: Draft, to: Any, *, automatic: bool = True, ago: int = 0) -> Draft:
    """One save of the capacity, so many minutes ago."""
    shown = paths.get(draft.document, CAPACITY)
    saved = actions.save(user, draft, draft.head, [Changed(CAPACITY, shown, to)], automatic=automatic)
    Revision.objects.filter(draft=draft, number=saved.head).update(at=timezone.now() - timedelta(minutes=ago))
    return saved


def history(client: Client, draft: Draft, query: str = "") -> str:
    return client.get(f"/drafts/{draft.code}/history/{query}").content.decode()


@pytest.fixture(autouse=True)
def _made_yesterday(draft: Draft) -> None:
    """The start of the draft lies on a day of its own, whatever the time of this test."""
    Revision.objects.filter(draft=draft).update(at=timezone.now() - timedelta(days=1))


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half past twelve, so that minutes before now are of the same day."""
    now = timezone.now().replace(hour=12, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.mark.usefixtures("noon")
def test_saves_while_typing_are_one_entry_with_what_changed_in_all(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    for ago, capacity in ((3, 4), (2, 40), (1, 5)):
        draft = typed(requester, draft, capacity, ago=ago)
    page = page_of(as_requester, f"/drafts/{draft.code}/history/")
    assert "3 saves while typing" in page.text
    assert ": 3 → 5" in page.text
    assert "→ 40" not in page.text
    assert Revision.objects.filter(draft=draft).count() == 4, "each state is kept: open pages build on them"


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("why", ["a button", "a pause", "another person", "a review"])
def test_what_ends_an_entry(
    as_requester: Client, requester: User, administrator: User, draft: Draft, why: str
) -> None:
    draft = typed(requester, draft, 4, ago=20 if why == "a pause" else 2)
    first = draft.revisions.get(number=2)
    if why == "another person":
        Revision.objects.filter(pk=first.pk).update(author=administrator)
    if why == "a review":
        draft.reviews.create(revision=first, requested_by=requester)
    draft = typed(requester, draft, 5, automatic=why != "a button", ago=1)
    html = history(as_requester, draft)
    assert "saves while typing" not in html
    assert html.count('class="history__words"') == 3


def test_a_revision_is_restored_as_a_new_one(as_requester: Client, requester: User, draft: Draft) -> None:
    typed(requester, draft, 50)
    html = history(as_requester, draft)
    form = {name: value for name, value in entries(html) if name == "base"}
    answer = as_requester.post(f"/drafts/{draft.code}/restore/1/", form, follow=True).content.decode()
    draft.refresh_from_db()
    assert (draft.head, paths.get(draft.document, CAPACITY)) == (3, 3)
    assert "Revision 1 was restored as revision 3." in answer
    assert "Restored revision 1" in answer
    assert set(paths.get(draft.document, PASSWORD)) == {"$secret"}


def test_a_restored_revision_names_the_secrets_that_are_gone(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft
) -> None:
    typed(requester, draft, 50)
    vault.destroy(draft)
    page = page_of(as_requester, f"/drafts/{draft.code}/restore/1/", post={"base": 2}, follow=True)
    draft.refresh_from_db()
    assert "These secrets were destroyed since and are empty now: Admin password." in page.text
    assert paths.get(draft.document, PASSWORD) is MISSING


def test_nothing_is_restored_over_what_nobody_has_seen(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    typed(requester, draft, 50)
    html = as_requester.post(f"/drafts/{draft.code}/restore/1/", {"base": 1}, follow=True).content.decode()
    draft.refresh_from_db()
    assert (draft.head, paths.get(draft.document, CAPACITY)) == (2, 50)
    assert "nothing was restored" in html


@pytest.mark.parametrize("number", [0, 9, 2**40])
def test_a_revision_that_never_was_cannot_be_restored_or_compared(
    page_of: GetPage, as_requester: Client, draft: Draft, number: int
) -> None:
    page_of(as_requester, f"/drafts/{draft.code}/restore/{number}/", post={"base": 1}, status=404)
    page_of(as_requester, f"/drafts/{draft.code}/compare/1/{number}/", status=404)


@pytest.mark.usefixtures("noon")
def test_a_long_history_comes_in_pages_with_the_same_queries(
    page_of: GetPage,
    as_requester: Client,
    requester: User,
    draft: Draft,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    draft = typed(requester, draft, 100, automatic=False)
    with django_assert_num_queries(9):
        history(as_requester, draft)
    for capacity in range(ENTRIES + 5):
        draft = typed(requester, draft, capacity, automatic=False)
    with django_assert_num_queries(9):
        html = history(as_requester, draft)
    assert html.count('class="history__words"') == ENTRIES
    assert "?before=" in html
    older = page_of(as_requester, f"/drafts/{draft.code}/history/?before={draft.head - ENTRIES + 1}")
    assert "Started" in older.text
    assert "Newest" in older.text


@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 30, "1"])
def test_a_page_that_is_not_there_is_sound(
    page_of: GetPage, as_requester: Client, draft: Draft, before: str
) -> None:
    page_of(as_requester, f"/drafts/{draft.code}/history/?before={before}")


def test_who_may_only_look_cannot_restore(
    page_of: GetPage, as_administrator: Client, requester: User, draft: Draft
) -> None:
    typed(requester, draft, 50)
    page = page_of(as_administrator, f"/drafts/{draft.code}/history/")
    assert "/restore/" not in page.html
    page_of(as_administrator, f"/drafts/{draft.code}/restore/1/", post={"base": 2}, status=403)


@pytest.mark.parametrize("view", ["", "?view=properties", "?view=split", "?view=unified", "?view=nonsense"])
def test_any_two_revisions_are_compared(
    page_of: GetPage, as_requester: Client, requester: User, draft: Draft, view: str
) -> None:
    held = paths.get(draft.document, PASSWORD)
    draft = actions.save(
        requester,
        typed(requester, draft, 50),
        2,
        [
            Changed(PASSWORD, held, "Canary-passw0rd-9", secret=True),
            Changed(("location",), "uksouth", MISSING),
            Changed(("zones",), MISSING, ["1"]),
        ],
    )
    page = page_of(as_requester, f"/drafts/{draft.code}/compare/1/3/{view}")
    assert "Canary-passw0rd-9" not in page.html
    if view in ("", "?view=properties", "?view=nonsense"):
        assert "Secret changed" in page.text
        assert "Removed" in page.text
        assert "Added" in page.text
    else:
        assert "<ins>" in page.html
        assert "<del>" in page.html
    assert "Both hold the same" in page_of(as_requester, f"/drafts/{draft.code}/compare/2/2/{view}").text
