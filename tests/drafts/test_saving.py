"""What a save writes, to the column: the draft, its revision, the log, the words it is found by; and what it leaves."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.actions.table import ACTIONS, Action, scene
from tests.drafts.conftest import DOCUMENT, TARGET
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts import actions, searching, vault
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft, ReadingNotes, Revision, Secret
from vmssbuilder.scaleset import Request, paths, secrets
from vmssbuilder.scaleset.canonical import Note
from vmssbuilder.scaleset.paths import MISSING, Path

pytestmark = pytest.mark.django_db

CAPACITY = ("sku", "capacity")
PASSWORD = ("properties", "virtualMachineProfile", "osProfile", "adminPassword")
COLUMNS = ("subscription", "resource_group", "name", "operation", "api_version", "document")


def now(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


def held(row: Draft | Revision) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}


def newest_event() -> Event:
    return Event.objects.order_by("-pk")[0]


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_new_draft_holds_the_request_in_its_columns_and_in_a_revision(requester: User) -> None:
    note = Note("renamed", ("tags",), "It has another name.", 3)
    made = actions.create(requester, Request(TARGET, "update", "2024-07-01", {"tags": {}}), "pasted", [note])
    wanted = {
        "subscription": TARGET.subscription,
        "resource_group": TARGET.resource_group,
        "name": TARGET.name,
        "operation": "update",
        "api_version": "2024-07-01",
        "document": {"tags": {}},
    }
    revision = made.revisions.get()
    assert (held(made), held(now(made)), held(revision)) == (wanted, wanted, wanted)
    assert (revision.number, revision.author, revision.automatic, revision.restores) == (
        1,
        requester,
        False,
        None,
    )
    assert revision.at == now(made).updated
    assert ReadingNotes.objects.get(draft=made).first == [["It has another name.", 3, "tags"]]
    event = newest_event()
    assert (event.what, event.actor, event.about, event.details) == (
        "draft.created",
        requester,
        made.code,
        {"how": "pasted"},
    )


@pytest.mark.parametrize("automatic", [False, True])
def test_a_save_writes_draft_revision_and_log_alike(requester: User, draft: Draft, automatic: bool) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    Draft.objects.update(updated=long_ago)
    changes = [
        Changed(("$target", "subscription"), TARGET.subscription, "another"),
        Changed(("$target", "resourceGroup"), TARGET.resource_group, "rg-other"),
        Changed(("$target", "name"), TARGET.name, "web-other"),
        Changed(("$target", "operation"), "create", "update"),
        Changed(("$target", "apiVersion"), "2016-04-30-preview", "2024-07-01"),
        Changed(CAPACITY, 3, 9),
    ]
    saved = actions.save(requester, now(draft), 1, changes, automatic=automatic)
    wanted = held(saved)
    assert list(wanted.values())[:5] == ["another", "rg-other", "web-other", "update", "2024-07-01"]
    assert wanted["document"]["sku"]["capacity"] == 9
    revision = draft.revisions.get(number=2)
    assert held(now(draft)) == held(revision) == wanted
    assert now(draft).updated == revision.at > long_ago
    assert (revision.automatic, revision.author) == (automatic, requester)
    assert newest_event().details == {"revision": 2, "automatic": automatic}
    assert draft.revisions.get(number=1).document["sku"]["capacity"] == 3


@pytest.mark.parametrize(
    "action", [each for each in ACTIONS if each.what in ("draft.saved", "draft.compared")], ids=str
)
def test_only_typing_saves_by_itself(action: Action, requester: User, reviewer: User) -> None:
    action.act(scene(action.stage, requester, reviewer), requester)
    assert not Revision.objects.filter(automatic=True).exists()
    saved = Event.objects.filter(what="draft.saved").order_by("-pk").first()
    assert saved is None or saved.details["automatic"] is False


def test_most_saves_look_at_nothing_twice(
    requester: User, draft: Draft, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """A savepoint and its end, the draft, its revision, the log: no lock, no second look, no words of the search."""
    with django_assert_num_queries(5):
        actions.save(requester, draft, 1, [Changed(CAPACITY, 3, 9)])


def test_a_save_copies_what_it_changes_and_shares_the_rest(requester: User, draft: Draft) -> None:
    before = draft.document
    saved = actions.save(requester, draft, 1, [Changed(CAPACITY, 3, 9)])
    assert saved.document["properties"] is before["properties"]
    assert before["sku"]["capacity"] == 3


def test_a_page_may_know_of_a_newer_revision_than_who_read_the_draft(requester: User, draft: Draft) -> None:
    stale = now(draft)
    actions.save(requester, draft, 1, [Changed(CAPACITY, 3, 9)])
    saved = actions.save(requester, stale, 2, [Changed(CAPACITY, 9, 10)])
    assert (saved.head, saved.document["sku"]["capacity"]) == (3, 10)


def test_who_was_overtaken_saves_to_the_same_draft(requester: User, draft: Draft) -> None:
    for name in ("before", "after"):
        actions.create(requester, Request(TARGET, "create", "2024-07-01", {"tags": {"name": name}}), "pasted")
    stale = now(draft)
    actions.save(requester, draft, 1, [Changed(CAPACITY, 3, 9)])
    saved = actions.save(requester, stale, 1, [Changed(("location",), "uksouth", "ukwest")])
    assert (saved.pk, saved.head, saved.document["sku"]["capacity"]) == (draft.pk, 3, 9)
    assert sorted(Draft.objects.values_list("head", flat=True)) == [1, 1, 3]


def test_a_value_makes_way_at_each_depth(requester: User, draft: Draft) -> None:
    cases: list[tuple[Any, Path, Any]] = [
        ("text", ("plan", "a", "b"), {"a": {"b": 1}}),
        ({"a": "text"}, ("plan", "a", "b"), {"a": {"b": 1}}),
        ({"a": {"c": 2}}, ("plan", "a", "b"), {"a": {"c": 2, "b": 1}}),
        ({"a": [1]}, ("plan", "a", "b"), {"a": {"b": 1}}),
        ({"a": {"c": 2}}, ("plan", "a", 0), {"a": [1]}),
        ({"a": [5]}, ("plan", "a", 1), {"a": [5, 1]}),
        ({"a": [5, 6]}, ("plan", "a", 0, "b"), {"a": [{"b": 1}, 6]}),
    ]
    for before, path, after in cases:
        content = {"plan": copy.deepcopy(before)}
        paths.force(content, path, 1)
        assert content == {"plan": after}, (before, path)


# --- search -----------------------------------------------------------------------------------------------------------


def found(text: str, user: User) -> list[int]:
    return searching.matching_for(user, text)


def test_a_draft_is_found_by_its_newest_name_until_it_is_discarded(requester: User, draft: Draft) -> None:
    assert found("web-prod", requester) == [draft.pk]
    saved = actions.save(requester, draft, 1, [Changed(("$target", "name"), "web-prod", "renamed")])
    assert (found("web-prod", requester), found("renamed", requester)) == ([], [draft.pk])
    actions.discard(requester, saved)
    assert found("renamed", requester) == []


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_what_the_page_calls_a_secret_is_one_wherever_it_stands(requester: User, draft: Draft) -> None:
    path = ("properties", "somethingNew", "token")
    saved = actions.save(requester, draft, 1, [Changed(path, MISSING, "hush", secret=True)])
    assert secrets.is_reference(paths.get(saved.document, path))
    assert vault.revealed(saved, paths.get(saved.document, path)) == "hush"
    cleared = actions.save(
        requester, saved, 2, [Changed(path, paths.get(saved.document, path), MISSING, secret=True)]
    )
    assert paths.get(cleared.document, path) is MISSING


def test_a_conflict_about_a_secret_quotes_nothing(requester: User, draft: Draft) -> None:
    shown = paths.get(draft.document, PASSWORD)
    actions.save(requester, draft, 1, [Changed(PASSWORD, shown, "Another-passw0rd-2", secret=True)])
    with pytest.raises(actions.EditConflict) as caught:
        actions.save(requester, now(draft), 1, [Changed(PASSWORD, shown, "Third-passw0rd-3", secret=True)])
    (conflict,) = caught.value.conflicts
    assert (conflict.path, conflict.wanted, conflict.moved) == (PASSWORD, MISSING, False)
    assert secrets.is_reference(conflict.theirs)


# --- items that are gone ----------------------------------------------------------------------------------------------

NICS = ("properties", "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations")


def test_a_change_of_an_item_that_is_gone_is_asked_about_though_its_place_holds_just_that(
    requester: User, draft: Draft
) -> None:
    actions.edit_list(requester, draft, 1, "remove", (*NICS, 0))
    with pytest.raises(actions.EditConflict) as caught:
        actions.save(requester, now(draft), 1, [Changed((*NICS, 0, "name"), "nic-a", "nic-b")])
    (conflict,) = caught.value.conflicts
    assert (conflict.moved, conflict.wanted) == (True, "nic-b")


# --- the whole document -----------------------------------------------------------------------------------------------


def replaced(requester: User, draft: Draft, change: Callable[[dict[str, Any]], None], **more: Any) -> Draft:
    wanted = copy.deepcopy(draft.revisions.get(number=1).document)
    change(wanted)
    return actions.replace_document(requester, now(draft), 1, wanted, **more)


def test_a_document_is_replaced_as_a_whole_and_keeps_the_address(requester: User, draft: Draft) -> None:
    def change(document: dict[str, Any]) -> None:
        del document["tags"]
        document["zones"] = ["1"]

    saved = replaced(requester, draft, change)
    expected = copy.deepcopy(draft.document) | {"zones": ["1"]}
    del expected["tags"]
    assert (now(draft).document, saved.head) == (expected, 2)
    assert saved.target == TARGET


def test_a_document_joins_what_others_saved_and_asks_about_what_both_changed(
    requester: User, draft: Draft
) -> None:
    actions.save(
        requester,
        draft,
        1,
        [Changed(CAPACITY, 3, 9), Changed(("location",), "uksouth", MISSING), Changed(("odd",), MISSING, "1")],
    )  # fmt: skip

    def change(document: dict[str, Any]) -> None:
        document["sku"]["capacity"] = 5
        document["location"] = "ukwest"
        document["odd"] = "2"
        document["tags"]["mine"] = "yes"

    places = {CAPACITY, ("location",), ("odd",)}
    with pytest.raises(actions.EditConflict) as caught:
        replaced(requester, draft, change)
    assert {(each.path, str(each.theirs), str(each.wanted)) for each in caught.value.conflicts} == {
        (CAPACITY, "9", "5"),
        (("location",), str(MISSING), "ukwest"),
        (("odd",), "1", "2"),
    }
    for left in places:
        with pytest.raises(actions.EditConflict) as caught:
            replaced(requester, draft, change, seen=2, agreed=places - {left})
        assert [each.path for each in caught.value.conflicts] == [left]
    saved = replaced(requester, draft, change, seen=2, agreed=places)
    document = saved.document
    assert (document["sku"]["capacity"], document["location"], document["odd"]) == (5, "ukwest", "2")
    assert document["tags"] == {"team": "shop", "mine": "yes"}


def test_what_was_saved_after_the_look_is_asked_about_anew(requester: User, draft: Draft) -> None:
    actions.save(requester, draft, 1, [Changed(CAPACITY, 3, 9)])
    actions.save(requester, now(draft), 2, [Changed(CAPACITY, 9, 10)])

    def change(document: dict[str, Any]) -> None:
        document["sku"]["capacity"] = 5

    with pytest.raises(actions.EditConflict):
        replaced(requester, draft, change, seen=2, agreed=[CAPACITY])
    assert replaced(requester, draft, change, seen=3, agreed=[CAPACITY]).document["sku"]["capacity"] == 5


def test_a_place_that_was_agreed_on_and_is_not_there_harms_nothing(requester: User, draft: Draft) -> None:
    saved = replaced(
        requester, draft, lambda document: document.update(zones=["1"]), seen=1, agreed=[("a", 7, "b"), ()]
    )
    assert saved.document["zones"] == ["1"]  # fmt: skip


def test_a_fix_may_take_away_and_add(requester: User, draft: Draft) -> None:
    def fix(content: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in content.items() if name != "tags"} | {"zones": ["1"]}

    saved = actions.apply_fix(requester, draft, 1, fix)
    assert ("tags" in saved.document, saved.document["zones"], saved.target) == (False, ["1"], TARGET)


# --- restoring --------------------------------------------------------------------------------------------------------

EXTENSIONS = ("properties", "virtualMachineProfile", "extensionProfile", "extensions")


def test_an_earlier_revision_is_brought_back_whole(requester: User, draft: Draft) -> None:
    saved = actions.save(requester, draft, 1, [Changed(("tags",), {"team": "shop"}, MISSING), Changed(("zones",), MISSING, ["1"])])  # fmt: skip
    restored, lost = actions.restore(requester, saved, 2, 1)
    assert (restored.head, lost) == (3, [])
    assert now(draft).document == draft.revisions.get(number=1).document
    assert (draft.revisions.get(number=3).restores, draft.revisions.get(number=3).automatic) == (1, False)
    assert newest_event().details == {"revision": 3, "automatic": False, "restores": 1}
    assert actions.restore(requester, restored, 3, 3) == (restored, [])


def test_what_others_saved_meanwhile_is_not_restored_over(requester: User, draft: Draft) -> None:
    actions.save(requester, draft, 1, [Changed(CAPACITY, 3, 9)])
    with pytest.raises(actions.EditConflict) as caught:
        actions.restore(requester, now(draft), 1, 1)
    assert [each.path for each in caught.value.conflicts] == [()]


def test_secrets_that_were_destroyed_are_named_and_left_empty(requester: User, draft: Draft) -> None:
    items = [
        {"name": str(number), "properties": {"protectedSettings": {"key": str(number)}}}
        for number in range(3)
    ]
    saved = actions.save(requester, draft, 1, [Changed(EXTENSIONS, MISSING, items)])
    places = [(*EXTENSIONS, number, "properties", "protectedSettings") for number in range(3)]
    for place in (*places[:2], PASSWORD):
        Secret.objects.filter(code=secrets.referred(paths.get(saved.document, place))).delete()
    changed = actions.save(requester, saved, 2, [Changed(CAPACITY, 3, 9)])
    restored, lost = actions.restore(requester, changed, 3, 2)
    assert set(lost) == {*places[:2], PASSWORD}
    assert paths.get(restored.document, PASSWORD) is MISSING
    assert paths.get(restored.document, EXTENSIONS)[:2] == [{"name": "0"}, {"name": "1"}], (
        "nor an empty holder"
    )
    assert vault.revealed(restored, paths.get(restored.document, places[2])) == {"key": "2"}


def test_a_comparison_makes_a_revision_of_what_is_the_same_too(requester: User, draft: Draft) -> None:
    saved = actions.adopt(requester, draft, 1, draft.document)
    assert (saved.head, saved.document, saved.target) == (2, draft.document, TARGET)
    assert draft.revisions.get(number=2).automatic is False
    saved = actions.adopt(requester, saved, 2, {"tags": {"a": "b"}})
    assert now(draft).document == {"tags": {"a": "b"}}
    with pytest.raises(actions.EditConflict) as caught:
        actions.adopt(requester, saved, 2, DOCUMENT)
    assert [each.path for each in caught.value.conflicts] == [()]


# --- what is no revision ----------------------------------------------------------------------------------------------


def test_the_chosen_system_is_kept_without_a_revision(requester: User, draft: Draft) -> None:
    actions.choose_system(requester, draft, "Windows")
    assert (draft.system, now(draft).system, now(draft).head) == ("Windows", "Windows", 1)
    assert newest_event().details == {"system": "Windows"}


def test_discarding_says_when_and_how_many_secrets_went(requester: User, draft: Draft) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    Draft.objects.update(updated=long_ago)
    actions.discard(requester, draft)
    row = now(draft)
    assert row.discarded is not None
    assert row.updated > long_ago
    assert newest_event().details == {"secrets_destroyed": 1}
