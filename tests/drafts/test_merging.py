"""What becomes of two changes of one value, and where an item went that others moved."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.drafts.merging import CLASH, clashes, follow, merge, same
from vmssbuilder.scaleset.paths import MISSING, Path

SECRET = {"$secret": "abc"}


OF_TWO_KINDS: list[tuple[Any, Any]] = [
    ({"b": 2}, [2]),
    ([2], {"b": 2}),
    ({"b": 2}, "text"),
    ("text", {"b": 2}),
    ([2], "text"),
    ("text", [2]),
]


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
        (SECRET, {"a": 1}, {"b": 1}, CLASH),
        (MISSING, {"key": "new"}, SECRET, CLASH),
        *(
            (shown, theirs, wanted, CLASH)
            for shown in ({"a": 1}, [1], None)
            for theirs, wanted in OF_TWO_KINDS
        ),
        *((shown, [1], [2], CLASH) for shown in (5, None, {"a": 1})),
        ([1], [1, 2], [3, 4], CLASH),
        ([1], [2, 3], [1, 4], CLASH),
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
        (("list", 0), {"list": [1, 2]}, {"list": [3, 1]}, ("list", 1)),
        (("list", 0), {"list": [1, 1]}, {"list": [1, 1]}, ("list", 0)),
        (("list", 1), {"list": [1, 1]}, {"list": [1, 1]}, ("list", 1)),
        (("list", 0), {"list": [1, 2]}, {"list": [2, 3]}, None),
        (("list", 0), {"list": [{"name": "a"}]}, {"list": ["x", {"name": "a"}]}, ("list", 1)),
        (("list", 0), {"list": [{"name": "a"}, "x"]}, {"list": [{"name": "a", "b": 1}]}, ("list", 0)),
        (("list", 0), named("a", "a"), named("a"), None),
        (("list", "x"), {"list": [1]}, {"list": [1]}, ("list", "x")),
        (("list", 0), {"list": {"a": 1}}, {"list": {"a": 1}}, ("list", 0)),
    ],
)
def test_an_item_is_followed_to_where_it_stands_now(
    path: Path, shown: Any, now: Any, place: Path | None
) -> None:
    assert follow(path, shown, now) == place


def test_values_of_two_kinds_are_never_the_same() -> None:
    kinds: list[Any] = [MISSING, None, True, 1, "1", [], [1], {}, {"a": 1}]
    for number, one in enumerate(kinds):
        assert [place for place, other in enumerate(kinds) if same(one, other)] == [number]


def test_what_is_the_very_same_is_not_looked_into() -> None:
    class Unlike:
        def __eq__(self, other: object) -> bool:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment] # it has no equals

    one = {"a": [Unlike()]}
    assert same(one, one)


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
        ({"a": [1]}, {"a": [2]}, {"a": [3]}, [("a", 0)]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 3}}, [("a", "b")]),
        ({"a": SECRET}, {"a": {"$secret": "b"}}, {"a": {"$secret": "c"}}, [("a",)]),
    ],
)
def test_a_clash_is_told_at_its_innermost_place(
    shown: Any, theirs: Any, wanted: Any, places: list[Path]
) -> None:
    assert list(clashes(shown, theirs, wanted)) == places
