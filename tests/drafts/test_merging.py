"""What becomes of two changes of one value, and where an item went that others moved."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.drafts.merging import CLASH, clashes, follow, merge, same
from vmssbuilder.scaleset.paths import MISSING, Path

SECRET = {"$secret": "abc"}


@pytest.mark.parametrize(
    ("shown", "theirs", "wanted", "merged"),
    [
        (1, 1, 2, 2),
        (1, 2, 1, 2),
        (1, 2, 2, 2),
        (1, 2, 3, CLASH),
        (1, True, 2, CLASH),
        (MISSING, MISSING, 1, 1),
        (MISSING, 1, 2, CLASH),
        (1, MISSING, 2, CLASH),
        (1, 2, MISSING, CLASH),
        ({"a": 1}, {"a": 1, "b": 2}, {"a": 1, "c": 3}, {"a": 1, "b": 2, "c": 3}),
        ({"a": 1, "b": 2}, {"a": 1}, {"a": 5, "b": 2}, {"a": 5}),
        ({"a": 1}, {"a": 2}, {"a": 3}, CLASH),
        ({"a": 1}, {}, {"a": 3}, CLASH),
        (MISSING, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ("text", {"a": 1}, {"b": 2}, CLASH),
        ([1, 2], [9, 2], [1, 8], [9, 8]),
        ([1, 2], [2, 1], [1, 8], CLASH),
        ([1], [1, 2], [1, 3], [1, 2, 3]),
        ([1], [1, 2], [1, 2, 3], [1, 2, 3]),
        (MISSING, [1], [2], [1, 2]),
        ([1, 2], [2], [1, 3], CLASH),
        ([1, 2], [1], [1, 2, 3], CLASH),
        ("text", [1], [2], CLASH),
        (SECRET, {"$secret": "other"}, {"key": "new"}, CLASH),
        (MISSING, SECRET, {"key": "new"}, CLASH),
        (SECRET, SECRET, "new", "new"),
    ],
)
def test_two_changes_become_one_or_clash(shown: Any, theirs: Any, wanted: Any, merged: Any) -> None:
    assert merge(shown, theirs, wanted) is merged or same(merge(shown, theirs, wanted), merged)


def named(*names: str) -> dict[str, Any]:
    return {"list": [{"name": name, "more": [{"name": name + name}]} for name in names]}


@pytest.mark.parametrize(
    ("path", "shown", "now", "place"),
    [
        (("sku", "name"), {}, {}, ("sku", "name")),
        (("list", 0, "x"), named("a", "b"), named("a", "b"), ("list", 0, "x")),
        (("list", 0, "x"), named("a", "b"), named("b", "a"), ("list", 1, "x")),
        (("list", 1), named("a", "b"), named("b"), ("list", 0)),
        (("list", 0), named("a", "b"), named("b"), None),
        (("list", 0), named("a", "b"), named("b", "c"), None),
        (("list", 0), named("a", "b"), named("c", "b"), ("list", 0)),
        (("list", 0), named("a", "b"), named("a", "a", "b"), None),
        (("list", 1), named("a", "b"), named("a", "a", "b"), ("list", 2)),
        (("list", 0, "more", 0), named("a", "b"), named("b", "a"), ("list", 1, "more", 0)),
        (("list", 2), named("a", "b"), named("a", "b"), ("list", 2)),
        (("list", 0), {"list": [1, 2]}, {"list": [2, 1]}, ("list", 1)),
        (("list", 0), {"list": [1, 2]}, {"list": [5, 2]}, ("list", 0)),
        (("list", 0), {"list": [1, 1]}, {"list": [1]}, None),
        (("list", 0), {"list": [1]}, {"list": "text"}, None),
        (("list", 0), {"list": [1]}, {}, None),
    ],
)
def test_an_item_is_followed_to_where_it_stands_now(
    path: Path, shown: Any, now: Any, place: Path | None
) -> None:
    assert follow(path, shown, now) == place


@pytest.mark.parametrize(("one", "other"), [(True, 1), ([False], [0]), ({"a": 1}, {"a": True})])
def test_true_is_not_one(one: Any, other: Any) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), ([1, {"a": None}], [1, {"a": None}]), (MISSING, MISSING)]
)
def test_equal_values_are_the_same(one: Any, other: Any) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("shown", "theirs", "wanted", "places"),
    [
        (1, 1, 2, []),
        (1, 2, 3, [()]),
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 3, "b": 2}, [("a",)]),
        ({"a": 1}, {"a": 2}, {}, [("a",)]),
        ({"a": 1}, {}, {"a": 2}, [("a",)]),
        ([1, 2], [1, 3], [9, 4], [(1,)]),
        ([{"a": 1}, {"a": 1}], [{"a": 2}, {"a": 1}], [{"a": 3}, {"a": 3}], [(0, "a")]),
        ([1, 2], [1, 3, 4], [9, 2], [()]),
        ([1, 2, 3], [1, 3], [9, 2], [()]),
        ({"a": [1]}, {"a": [2]}, {"a": "text"}, [("a",)]),
        ({"a": SECRET}, {"a": {"$secret": "b"}}, {"a": {"$secret": "c"}}, [("a",)]),
    ],
)
def test_a_clash_is_told_at_its_innermost_place(
    shown: Any, theirs: Any, wanted: Any, places: list[Path]
) -> None:
    assert list(clashes(shown, theirs, wanted)) == places
