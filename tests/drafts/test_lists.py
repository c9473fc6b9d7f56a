"""Copies of list items, and removed items put back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from vmssbuilder.drafts import lists
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["nic"], "nic2"),
        (["nic1"], "nic2"),
        (["nic1", "NIC2"], "nic3"),
        (["nic-a"], "nic-a2"),
        (["web-09"], "web-10"),
        (["web-01", "web-02"], "web-03"),
        (["nic99"], "nic100"),
        (["12"], "13"),
    ],
)
def test_a_copy_has_the_next_free_name(names: list[str], expected: str) -> None:
    items = [{"name": name} for name in names]
    assert lists.copied(items, 0) == {"name": expected}


@pytest.mark.parametrize(
    ("luns", "position", "expected"), [([0], 0, 1), ([0, 1, 5], 0, 2), ([0, 1, 5], 2, 6), ([7, 0], 1, 1)]
)
def test_a_copy_has_the_next_free_lun(luns: list[int], position: int, expected: int) -> None:
    items = [{"lun": lun, "diskSizeGB": 8} for lun in luns]
    assert lists.copied(items, position) == {"lun": expected, "diskSizeGB": 8}


def test_a_copy_is_not_the_primary_one_and_shares_nothing() -> None:
    item = {"name": "a", "properties": {"primary": True, "ipConfigurations": [{"name": "ip"}]}}
    made = lists.copied([item], 0)
    assert made["properties"] == {"primary": False, "ipConfigurations": [{"name": "ip"}]}
    made["properties"]["ipConfigurations"].clear()
    assert item["properties"]["ipConfigurations"] == [{"name": "ip"}]  # type: ignore[index]  # a JSON value; a wrong shape fails the test


@pytest.mark.parametrize("item", [{}, "text", None, 3, {"name": None}, {"name": ""}, {"lun": True}])
def test_what_has_nothing_unique_is_copied_as_it_is(item: Any) -> None:
    assert lists.copied([item], 0) == item


# --- Putting back -----------------------------------------------------------------------------------------------------

A, B, C, D = ({"name": name, "own": name} for name in "abcd")
ANOTHER_A = {"name": "a", "own": "changed since"}


def undo(before: list[Any], removed: int, now: list[Any]) -> tuple[list[Any], Path]:
    content: dict[str, Any] = {"list": copy.deepcopy(now)} if now else {}
    place = lists.put_back(content, {"list": before}, ("list", removed))
    return content["list"], place


@pytest.mark.parametrize(
    ("before", "removed", "now", "expected"),
    [
        ([A, B, C], 1, [A, C], [A, B, C]),
        ([A, B, C], 0, [B, C], [A, B, C]),
        ([A, B, C], 2, [A, B], [A, B, C]),
        ([A], 0, [], [A]),
        ([A, B, C], 1, [C, A], [C, A, B]),
        ([A, B, C], 1, [D, ANOTHER_A, C], [D, ANOTHER_A, B, C]),
        ([A, B, C], 0, [D, B, C], [D, A, B, C]),
        ([A, B, C], 2, [D], [D, C]),
        ([{}, {}, A, {}], 1, [{}, A, {}], [{}, {}, A, {}]),
        (["1", "2", "3"], 1, ["1", "3"], ["1", "2", "3"]),
    ],
)
def test_a_removed_item_comes_back_beside_its_neighbors(
    before: list[Any], removed: int, now: list[Any], expected: list[Any]
) -> None:
    found, place = undo(before, removed, now)
    assert found == expected
    assert found[place[-1]] == before[removed]  # type: ignore[index]  # a JSON value; a wrong shape fails the test


def test_an_item_of_an_item_that_moved_comes_back_into_it() -> None:
    shown = {"nics": [{"name": "a"}, {"name": "b", "ips": [{"name": "x"}, {"name": "y"}]}]}
    now = {"nics": [{"name": "b", "ips": [{"name": "y"}]}, {"name": "a"}]}
    assert lists.put_back(now, shown, ("nics", 1, "ips", 0)) == ("nics", 0, "ips", 0)
    assert now["nics"][0] == shown["nics"][1]


def test_a_tag_comes_back_to_its_place() -> None:
    now = {"tags": {"a": "1", "c": "3", "new": "4"}}
    assert lists.put_back(now, {"tags": {"a": "1", "b": "2", "c": "3"}}, ("tags", "b")) == ("tags", "b")
    assert list(now["tags"].items()) == [("a", "1"), ("b", "2"), ("c", "3"), ("new", "4")]


@pytest.mark.parametrize(
    ("shown", "path", "now", "words"),
    [
        ({"list": [A, B]}, ("list", 1), {"list": [A, B]}, "back already"),
        ({"list": [A, B]}, ("list", 5), {"list": [A]}, "does not hold"),
        ({"list": [A]}, (), {"list": [A]}, "does not hold"),
        ({"list": [A]}, ("list", 0), {"list": "odd"}, "something else"),
        ({"tags": {"a": "1"}}, ("tags", "a"), {"tags": {"a": "1"}}, "back already"),
        ({"tags": {"a": "1"}}, ("tags", "a"), {"tags": {"a": "2"}}, "another"),
        ({"n": [{"name": "a", "l": [A]}]}, ("n", 0, "l", 0), {"n": [{"name": "b"}, {"name": "c"}]}, "gone"),
        ({"n": [{"name": "a", "l": [A]}]}, ("n", 0, "l", 0), {}, "gone"),
        ({"n": [{"l": [A]}, {}]}, ("n", 0, "l", 0), {"n": [{}]}, "gone"),
    ],
)
def test_what_cannot_come_back_says_why(
    shown: dict[str, Any], path: Path, now: dict[str, Any], words: str
) -> None:
    before = copy.deepcopy(now)
    with pytest.raises(lists.CannotUndo, match=words):
        lists.put_back(now, shown, path)
    assert now == before


def test_unnamed_items_keep_their_places_while_their_number_stays() -> None:
    shown = {"n": [{}, {"l": [A, B]}]}
    now = {"n": [{}, {"l": [A]}]}
    assert lists.put_back(now, shown, ("n", 1, "l", 1)) == ("n", 1, "l", 1)
    assert paths.get(now, ("n", 1, "l")) == [A, B]
