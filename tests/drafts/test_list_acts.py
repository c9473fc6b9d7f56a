"""Acts on an item of a list that others changed since the page showed it: on that item, or nothing at all."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, paths
from vmssbuilder.scaleset.paths import MISSING, Path, PathError

pytestmark = pytest.mark.django_db

LIST = ("properties", "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations")


def items(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "properties": {"ipConfigurations": [{"name": f"ip-{name}"}]}} for name in names]


@pytest.fixture
def draft(requester: User) -> Draft:
    document: dict[str, Any] = {"sku": {"capacity": 3}}
    paths.put(document, LIST, items("a", "b", "c"))
    return actions.create(requester, Request(document=document), "pasted")


def others(user: User, value: Any) -> None:
    """Somebody saves another list meanwhile; MISSING takes it away."""
    now = Draft.objects.get()
    shown = paths.get(now.document, LIST)
    actions.save(user, now, now.head, [Changed(LIST, shown, value)])


def names() -> list[Any]:
    held = paths.get(Draft.objects.get().document, LIST)
    return [each["name"] if isinstance(each, dict) else each for each in held] if held is not MISSING else []


@pytest.mark.parametrize(
    ("act", "position", "meanwhile", "after", "where"),
    [
        ("remove", 1, ("b", "c", "a"), ["c", "a"], None),
        ("duplicate", 1, ("b", "c"), ["b", "b2", "c"], 1),
        ("up", 1, ("c", "a", "b"), ["c", "b", "a"], 1),
        ("up", 1, ("b", "c", "a"), ["b", "c", "a"], 0),
        ("up", 2, ("x", "b", "y", "c"), ["x", "c", "b", "y"], 1),
        ("down", 0, ("c", "a", "b"), ["c", "b", "a"], 2),
        ("down", 0, ("b", "a", "c"), ["b", "a", "c"], 1),
        ("down", 0, ("a", "x", "b"), ["x", "b", "a"], 2),
        ("up", 0, ("b", "a"), ["b", "a"], 1),
        ("down", 2, ("c", "a"), ["c", "a"], 0),
    ],
)
def test_the_item_is_found_where_others_moved_it(
    requester: User,
    draft: Draft,
    act: str,
    position: int,
    meanwhile: tuple[str, ...],
    after: list[str],
    where: int | None,
) -> None:
    others(requester, items(*meanwhile))
    _saved, place = actions.edit_list(requester, Draft.objects.get(), 1, act, (*LIST, position))
    assert names() == after
    assert place == (LIST if where is None else (*LIST, where))


def test_a_copy_is_one_of_the_item_as_it_is_now(requester: User, draft: Draft) -> None:
    others(requester, [*items("a"), {"name": "b", "changed": True}])
    actions.edit_list(requester, Draft.objects.get(), 1, "duplicate", (*LIST, 1))
    assert names() == ["a", "b", "b2"]
    assert paths.get(Draft.objects.get().document, (*LIST, 2, "changed")) is True


@pytest.mark.parametrize("elsewhere", [False, True], ids=["alone", "others changed another list"])
@pytest.mark.parametrize(
    ("act", "position", "after", "where"),
    [
        ("remove", 0, ["b", "c"], ()),
        ("duplicate", 1, ["a", "b", "b2", "c"], (2,)),
        ("up", 2, ["a", "c", "b"], (1,)),
        ("down", 0, ["b", "a", "c"], (1,)),
        ("up", 0, ["a", "b", "c"], (0,)),
        ("down", 2, ["a", "b", "c"], (2,)),
    ],
)
def test_an_act_answers_where_its_item_stands(
    requester: User, draft: Draft, act: str, position: int, after: list[str], where: Path, elsewhere: bool
) -> None:
    if elsewhere:
        actions.save(requester, draft, 1, [Changed(("zones",), MISSING, ["1"])])
    saved, place = actions.edit_list(requester, Draft.objects.get(), 1, act, (*LIST, position))
    assert (names(), place) == (after, (*LIST, *where))
    moved = after != ["a", "b", "c"]
    assert saved.head == 1 + elsewhere + moved
    assert not moved or draft.revisions.get(number=saved.head).automatic is False


@pytest.mark.parametrize("base", [1, 2])
def test_an_item_is_added_at_the_end_of_its_list_wherever_that_is(
    requester: User, draft: Draft, base: int
) -> None:
    inner = (*LIST, 1, "properties", "ipConfigurations")
    others(requester, items("x", "a", "b"))
    place = inner if base == 1 else (*LIST, 2, *inner[-2:])
    _saved, where = actions.edit_list(requester, Draft.objects.get(), base, "add", place, {"name": "second"})
    assert where == (*LIST, 2, "properties", "ipConfigurations", 1)
    assert paths.get(Draft.objects.get().document, where) == {"name": "second"}


def test_the_last_item_takes_its_list_along_and_nothing_else(requester: User, draft: Draft) -> None:
    held = [{"name": "a", "properties": {"primary": True, "ipConfigurations": [{"name": "ip"}]}}]
    others(requester, held)
    now = Draft.objects.get()
    actions.edit_list(requester, now, now.head, "remove", (*LIST, 0, "properties", "ipConfigurations", 0))
    left = paths.get(Draft.objects.get().document, (*LIST, 0))
    assert left == {"name": "a", "properties": {"primary": True}}


def test_the_first_item_makes_its_list(requester: User, draft: Draft) -> None:
    place = ("properties", "virtualMachineProfile", "storageProfile", "dataDisks")
    saved, where = actions.edit_list(requester, draft, 1, "add", place)
    assert (where, paths.get(saved.document, place)) == ((*place, 0), [{"lun": 0, "createOption": "Empty"}])


def test_an_item_that_was_removed_is_put_back(requester: User, draft: Draft) -> None:
    actions.edit_list(requester, draft, 1, "remove", (*LIST, 1))
    _saved, where = actions.edit_list(requester, Draft.objects.get(), 1, "undo", (*LIST, 1))
    assert (names(), where) == (["a", "b", "c"], (*LIST, 1))


def test_a_neighbor_that_is_gone_is_told_with_where_the_list_is_now(requester: User, draft: Draft) -> None:
    place = ("networkInterfaceConfigurations", 1, "properties", "ipConfigurations")
    inner = (*LIST[:-1], *place)
    two = [{"name": "one"}, {"name": "two"}]
    now = Draft.objects.get()
    actions.save(requester, now, 1, [Changed(inner, paths.get(now.document, inner), two)])
    others(requester, [*items("x", "a"), {"name": "b", "properties": {"ipConfigurations": two[1:]}}])
    with pytest.raises(actions.ItemChanged) as caught:
        actions.edit_list(requester, Draft.objects.get(), 2, "up", (*inner, 1))
    holder = (*LIST, 2, "properties", "ipConfigurations")
    assert (caught.value.holder, caught.value.position, caught.value.was) == (holder, 0, {"name": "two"})
    with pytest.raises(actions.ItemChanged) as caught:
        actions.edit_list(requester, Draft.objects.get(), 2, "remove", (*inner, 0))
    assert (caught.value.holder, caught.value.position, caught.value.was) == (holder, None, {"name": "one"})


@pytest.mark.parametrize(
    ("act", "position", "meanwhile", "found"),
    [
        ("remove", 1, items("a", "c"), None),
        ("duplicate", 1, items("a", "c"), None),
        ("up", 1, items("b", "c"), 0),
        ("down", 1, items("b", "a"), 0),
        ("remove", 1, [*items("a"), {"name": "b", "changed": True}], 1),
        ("remove", 0, MISSING, None),
        ("up", 1, MISSING, None),
    ],
)
def test_what_cannot_be_told_any_more_is_asked_about(
    requester: User, draft: Draft, act: str, position: int, meanwhile: Any, found: int | None
) -> None:
    others(requester, meanwhile)
    before = names()
    with pytest.raises(actions.ItemChanged) as caught:
        actions.edit_list(requester, Draft.objects.get(), 1, act, (*LIST, position))
    assert caught.value.position == found
    assert caught.value.was["name"] == "abc"[position]
    assert [conflict.moved for conflict in caught.value.conflicts] == [found is None]
    assert (names(), Draft.objects.get().head) == (before, 2)


def test_a_list_inside_an_item_that_is_gone_gets_nothing(requester: User, draft: Draft) -> None:
    others(requester, items("a", "c"))
    with pytest.raises(actions.EditConflict) as caught:
        actions.edit_list(
            requester, Draft.objects.get(), 1, "add", (*LIST, 1, "properties", "ipConfigurations")
        )
    assert [conflict.moved for conflict in caught.value.conflicts] == [True]
    assert Draft.objects.get().head == 2


@pytest.mark.parametrize(
    ("act", "path"),
    [
        ("remove", (*LIST, 3)),
        ("remove", (*LIST, -1)),
        ("up", (*LIST, 99)),
        ("up", ("sku", "capacity")),
        ("duplicate", ("sku", "capacity")),
        ("duplicate", (*LIST, "name")),
        ("remove", ("sku", 0)),
        ("remove", ("sku", "capacity")),
        ("add", ("sku",)),
        ("add", ("sku", "capacity")),
    ],
)
@pytest.mark.parametrize("changed", [False, True])
def test_what_is_no_item_and_no_list_is_refused(
    requester: User, draft: Draft, act: str, path: Path, changed: bool
) -> None:
    if changed:
        others(requester, items("b"))
        now = Draft.objects.get()
        actions.save(requester, now, now.head, [Changed(("sku",), now.document["sku"], {"capacity": 5})])
    head = Draft.objects.get().head
    with pytest.raises((PathError, actions.EditConflict)):
        actions.edit_list(requester, Draft.objects.get(), 1, act, path)
    assert Draft.objects.get().head == head


@pytest.mark.parametrize("base", [0, 2, 7, 2**70])
def test_a_page_of_no_revision_is_refused(requester: User, draft: Draft, base: int) -> None:
    with pytest.raises(actions.StaleRevision):
        actions.edit_list(requester, Draft.objects.get(), base, "remove", (*LIST, 0))
    assert len(names()) == 3
