"""What saving, sharing and discarding do, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts import actions, merging, vault
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft, Revision, Secret
from vmssbuilder.scaleset import Request, Target, paths
from vmssbuilder.scaleset.paths import MISSING, PathError

CAPACITY = ("sku", "capacity")
SIZE = ("sku", "name")
PASSWORD = ("properties", "virtualMachineProfile", "osProfile", "adminPassword")
NICS = ("properties", "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations")


def capacity(to: Any, shown: Any = 3) -> list[Changed]:
    return [Changed(CAPACITY, shown, to)]


def test_a_save_makes_one_immutable_revision(requester: User, draft: Draft) -> None:
    saved = actions.save(requester, draft, 1, capacity(5))
    assert saved.head == 2
    assert [entry.number for entry in draft.revisions.all()] == [2, 1]
    assert draft.revisions.get(number=1).document["sku"]["capacity"] == 3
    assert draft.revisions.get(number=2).document["sku"]["capacity"] == 5


def test_a_save_that_changes_nothing_makes_no_revision(requester: User, draft: Draft) -> None:
    assert actions.save(requester, draft, 1, []).head == 1
    assert actions.save(requester, draft, 1, [Changed(CAPACITY, 3, 3)]).head == 1


def test_changes_of_different_places_by_two_tabs_both_stand(requester: User, draft: Draft) -> None:
    actions.save(requester, draft, 1, capacity(5))
    saved = actions.save(requester, draft, 1, [Changed(SIZE, "Standard_D2s_v5", "Standard_D4s_v5")])
    assert saved.document["sku"] == {"name": "Standard_D4s_v5", "tier": "Standard", "capacity": 5}


def test_the_second_change_of_one_place_is_a_conflict_that_names_both_values(
    requester: User, draft: Draft
) -> None:
    actions.save(requester, draft, 1, capacity(5))
    with pytest.raises(actions.EditConflict) as caught:
        actions.save(requester, draft, 1, [*capacity(7), Changed(SIZE, "Standard_D2s_v5", "x")])
    assert [(entry.path, entry.theirs, entry.wanted) for entry in caught.value.conflicts] == [
        (CAPACITY, 5, 7)
    ]
    draft.refresh_from_db()
    assert draft.document["sku"] == {"name": "Standard_D2s_v5", "tier": "Standard", "capacity": 5}


def test_the_same_change_twice_is_no_conflict(requester: User, draft: Draft) -> None:
    actions.save(requester, draft, 1, capacity(5))
    assert actions.save(requester, draft, 1, capacity(5)).head == 2


def test_a_change_in_a_list_that_got_longer_reaches_the_item_that_was_meant(
    requester: User, draft: Draft
) -> None:
    actions.edit_list(requester, draft, 1, "duplicate", (*NICS, 0))
    saved = actions.save(requester, draft, 1, [Changed((*NICS, 1, "name"), "nic-b", "mine")])
    assert [nic["name"] for nic in paths.get(saved.document, NICS)] == ["nic-a", "nic-a2", "mine"]


def test_a_change_in_a_list_that_was_reordered_follows_its_item(requester: User, draft: Draft) -> None:
    actions.edit_list(requester, draft, 1, "up", (*NICS, 1))
    place = (*NICS, 0, "properties", "enableIPForwarding")
    saved = actions.save(requester, draft, 1, [Changed(place, MISSING, True)])
    assert [nic["name"] for nic in paths.get(saved.document, NICS)] == ["nic-b", "nic-a"]
    assert paths.get(saved.document, (*NICS, 1, "properties", "enableIPForwarding")) is True


def test_a_change_of_an_item_that_is_gone_is_a_conflict(requester: User, draft: Draft) -> None:
    actions.edit_list(requester, draft, 1, "remove", (*NICS, 0))
    with pytest.raises(actions.EditConflict) as caught:
        actions.save(requester, draft, 1, [Changed((*NICS, 0, "name"), "nic-a", "mine")])
    assert caught.value.conflicts[0].moved
    draft.refresh_from_db()
    assert "mine" not in json.dumps(draft.document)


def test_a_save_on_a_draft_that_was_overtaken_starts_again_from_the_newest(
    requester: User, draft: Draft
) -> None:
    """Between reading the draft and writing it, somebody else saved."""
    read_before = Draft.objects.get(pk=draft.pk)
    actions.save(requester, draft, 1, capacity(5))
    saved = actions.save(requester, read_before, 1, [Changed(SIZE, "Standard_D2s_v5", "Standard_D4s_v5")])
    assert (saved.head, saved.document["sku"]["capacity"]) == (3, 5)
    assert [entry.number for entry in draft.revisions.all()] == [3, 2, 1]


def test_a_draft_that_was_discarded_meanwhile_is_not_saved(requester: User, draft: Draft) -> None:
    read_before = Draft.objects.get(pk=draft.pk)
    actions.discard(requester, draft)
    with pytest.raises(Http404):
        actions.save(requester, read_before, 1, capacity(5))
    assert draft.revisions.count() == 1


def test_a_revision_that_never_was_is_refused(requester: User, draft: Draft) -> None:
    for base in (0, 2, -1, 10**30):
        with pytest.raises(actions.StaleRevision):
            actions.save(requester, draft, base, capacity(5))


def test_clearing_the_last_member_of_an_object_removes_the_object(requester: User, draft: Draft) -> None:
    saved = actions.save(requester, draft, 1, [Changed(("tags",), {"team": "shop"}, MISSING)])
    assert "tags" not in saved.document
    changes = [Changed(("sku", name), value, MISSING) for name, value in draft.document["sku"].items()]
    assert "sku" not in actions.save(requester, draft, 2, changes).document


def test_a_value_makes_way_through_what_is_not_an_object(requester: User, draft: Draft) -> None:
    saved = actions.save(requester, draft, 1, [Changed(("plan",), MISSING, "not an object")])
    saved = actions.save(requester, draft, saved.head, [Changed(("plan", "name"), MISSING, "basic")])
    assert saved.document["plan"] == {"name": "basic"}


def test_items_are_added_duplicated_moved_and_removed(requester: User, draft: Draft) -> None:
    def names() -> list[str]:
        draft.refresh_from_db()
        return [nic.get("name", "") for nic in paths.get(draft.document, NICS)]

    _, where = actions.edit_list(requester, draft, 1, "add", NICS)
    assert where == (*NICS, 2)
    assert names() == ["nic-a", "nic-b", "nic3"]
    _, where = actions.edit_list(requester, draft, 2, "duplicate", (*NICS, 0))
    assert where == (*NICS, 1)
    assert names() == ["nic-a", "nic-a2", "nic-b", "nic3"]
    actions.edit_list(requester, draft, 3, "down", (*NICS, 1))
    assert names() == ["nic-a", "nic-b", "nic-a2", "nic3"]
    actions.edit_list(requester, draft, 4, "up", (*NICS, 0))
    assert names() == ["nic-a", "nic-b", "nic-a2", "nic3"]
    for head in range(4, 8):
        actions.edit_list(requester, draft, head, "remove", (*NICS, 0))
    draft.refresh_from_db()
    assert "networkProfile" not in draft.document["properties"]["virtualMachineProfile"]


@pytest.mark.parametrize("path", [(*NICS, 9), (*NICS, -1), ("sku", 0), ("location", 0), ("nowhere", 0)])
def test_an_item_that_is_not_there_cannot_be_removed(requester: User, draft: Draft, path: paths.Path) -> None:
    with pytest.raises((PathError, actions.EditConflict)):
        actions.edit_list(requester, draft, 1, "remove", path)
    draft.refresh_from_db()
    assert draft.head == 1


# --- Secrets ----------------------------------------------------------------------------------------------------------


def test_a_secret_in_clear_goes_into_the_vault_and_never_into_a_row(requester: User, draft: Draft) -> None:
    assert set(paths.get(draft.document, PASSWORD)) == {"$secret"}
    assert "Plain-passw0rd-1" not in json.dumps([revision.document for revision in Revision.objects.all()])
    assert b"Plain-passw0rd-1" not in bytes(Secret.objects.get().ciphertext)
    assert paths.get(vault.put_back(draft, draft.document), PASSWORD) == "Plain-passw0rd-1"


def test_a_secret_is_replaced_and_cleared(requester: User, draft: Draft) -> None:
    held = paths.get(draft.document, PASSWORD)
    saved = actions.save(requester, draft, 1, [Changed(PASSWORD, held, "Another-passw0rd-2", secret=True)])
    assert paths.get(saved.document, PASSWORD) != held
    assert paths.get(vault.put_back(saved, saved.document), PASSWORD) == "Another-passw0rd-2"
    held = paths.get(saved.document, PASSWORD)
    cleared = actions.save(requester, saved, 2, [Changed(PASSWORD, held, MISSING)])
    assert paths.get(cleared.document, PASSWORD) is MISSING


def test_a_secret_of_another_draft_cannot_be_borrowed(requester: User, stranger: User, draft: Draft) -> None:
    stolen = paths.get(draft.document, PASSWORD)
    document: dict[str, Any] = {}
    paths.put(document, PASSWORD, stolen)
    theirs = actions.create(stranger, Request(document=document), "pasted")
    assert paths.get(theirs.document, PASSWORD) == "********"
    assert "Plain-passw0rd-1" not in json.dumps(vault.put_back(theirs, theirs.document))


def test_a_duplicated_item_keeps_its_secret(requester: User, draft: Draft) -> None:
    extensions = ("properties", "virtualMachineProfile", "extensionProfile", "extensions")
    item = {"name": "one", "properties": {"protectedSettings": {"key": "hidden-value"}}}
    saved = actions.save(requester, draft, 1, [Changed(extensions, MISSING, [item])])
    saved, _ = actions.edit_list(requester, saved, 2, "duplicate", (*extensions, 0))
    both = paths.get(vault.put_back(saved, saved.document), extensions)
    assert [entry["properties"]["protectedSettings"] for entry in both] == [{"key": "hidden-value"}] * 2
    assert "hidden-value" not in json.dumps(saved.document)


def test_discarding_destroys_the_secrets(requester: User, draft: Draft) -> None:
    actions.discard(requester, draft)
    assert not Secret.objects.exists()
    assert draft.discarded is not None
    with pytest.raises(Http404):
        actions.save(requester, draft, 1, capacity(5))


# --- Permission, log -------------------------------------------------------------------------------------------


def test_only_the_owner_saves_and_discards(draft: Draft, stranger: User, administrator: User) -> None:
    for act in (
        lambda user: actions.save(user, draft, 1, capacity(5)),
        lambda user: actions.discard(user, draft),
    ):
        with pytest.raises(Http404):
            act(stranger)
        with pytest.raises(PermissionDenied):
            act(administrator)
    draft.refresh_from_db()
    assert (draft.head, draft.discarded) == (1, None)


def test_every_act_is_in_the_log_without_values(requester: User, draft: Draft) -> None:
    actions.save(requester, draft, 1, capacity(5))
    actions.discard(requester, draft)
    assert [event.what for event in Event.objects.order_by("id")] == [
        "draft.created",
        "draft.saved",
        "draft.discarded",
    ]
    assert "Plain-passw0rd-1" not in json.dumps([event.details for event in Event.objects.all()])


def test_a_refused_save_leaves_no_trace(requester: User, draft: Draft) -> None:
    events = Event.objects.count()
    actions.save(requester, draft, 1, capacity(5))
    with pytest.raises(actions.EditConflict):
        actions.save(requester, draft, 1, [Changed(PASSWORD, "x", "New-passw0rd-3", secret=True)])
    assert Event.objects.count() == events + 1
    assert Secret.objects.count() == 1


@pytest.mark.parametrize("state", ["queued", "sending", "running", "needs-sign-in"])
def test_a_draft_on_its_way_to_azure_keeps_its_secrets(requester: User, draft: Draft, state: str) -> None:
    submission = draft.submissions.create(revision=draft.revisions.get(), submitter=requester, state=state)
    with pytest.raises(actions.UnderWay):
        actions.discard(requester, draft)
    assert Secret.objects.exists()
    submission.state = "unknown"
    submission.save()
    actions.discard(requester, draft)
    assert not Secret.objects.exists()


@pytest.mark.parametrize(
    "document",
    [
        {"properties": {"osProfile": {"adminPassword": "stray-secret"}}},
        {"properties": {"virtualMachineProfile": {"osProfile": [{"AdminPassword": "stray-secret"}]}}},
        {"anything": [{"protectedSettings": {"key": "stray-secret"}}], "customdata": "stray-secret"},
    ],
)
def test_a_secret_in_a_place_where_none_belongs_is_not_kept_in_clear(
    requester: User, document: dict[str, Any]
) -> None:
    draft = actions.create(requester, Request(document=document), "pasted")
    assert "stray-secret" not in json.dumps(draft.document)
    assert "$secret" in json.dumps(draft.document)


def test_names_of_the_users_own_are_no_secrets(requester: User) -> None:
    document = {"tags": {"adminPassword": "a tag"}}
    assert actions.create(requester, Request(document=document), "pasted").document == document


@pytest.mark.parametrize("theirs", ["text", ["list"], {"b": 2}])
@pytest.mark.parametrize("shown", ["text", ["list"], {"a": 1}])
def test_members_of_a_secret_join_those_of_objects_only(draft: Draft, shown: Any, theirs: Any) -> None:
    before, now = (vault.store(draft, value) for value in (shown, theirs))
    merged = vault.merged(draft, before, now, vault.Members({"c": 3}))
    both = isinstance(shown, dict) and isinstance(theirs, dict)
    assert merged == {"b": 2, "c": 3} if both else merged is merging.CLASH


def test_names_that_are_the_persons_own_are_no_secrets(requester: User) -> None:
    document = {
        "tags": {"adminPassword": "no secret"},
        "anything": {"settings": {"customData": "none either"}},
    }
    made = actions.create(
        requester, Request(Target("", "rg", "web"), "create", "2024-07-01", document), "pasted"
    )
    assert made.document == document
    assert not Secret.objects.exists()
