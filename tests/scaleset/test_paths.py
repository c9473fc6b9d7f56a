"""Paths: written, parsed, and followed through documents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MAX_DEPTH, MISSING, Path, PathError

# Half of a character and NUL are refused wherever they come from.
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
STEPS = st.lists(NAMES | st.integers(0, paths.MAX_LIST_POSITION), max_size=8).map(tuple)


@given(STEPS)
def test_a_path_reads_back_as_it_was_written(path: Path) -> None:
    assert paths.parse(paths.text(path)) == path


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ((), "$"),
        (("sku", "name"), "sku.name"),
        (("zones", 0), "zones[0]"),
        (("tags", "cost.centre"), "tags['cost.centre']"),
        (("tags", "it's \\ here"), r"tags['it\'s \\ here']"),
        (("$target", "name"), "$target.name"),
    ],
)
def test_a_path_is_written_as_people_know_it(path: Path, written: str) -> None:
    assert paths.text(path) == written
    assert paths.parse(written) == path


@pytest.mark.parametrize(
    "written", ["sku..name", ".sku", "zones[", "zones[-1]", "zones[99999]", "a b", "tags['x", "[x]"]
)
def test_what_is_not_a_path_is_refused(written: str) -> None:
    with pytest.raises(PathError):
        paths.parse(written)


def test_a_path_has_a_deepest_level() -> None:
    assert len(paths.parse(".".join("a" * MAX_DEPTH))) == MAX_DEPTH
    with pytest.raises(PathError, match="levels deep"):
        paths.parse(".".join("a" * (MAX_DEPTH + 1)))


def test_an_address_reads_back_as_the_path() -> None:
    path = ("properties", "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations", 0)
    assert paths.from_url(paths.to_url(path)) == path
    assert paths.from_url("zones/12/") == ("zones", 12)


@pytest.mark.parametrize(
    "address", ["zones/-1", "zones//0", "zones/99999", "zones/" + "1" * 400, "a/" * (MAX_DEPTH + 1)]
)
def test_an_address_that_leads_nowhere_is_refused(address: str) -> None:
    with pytest.raises(PathError):
        paths.from_url(address)


DOCUMENT: dict[str, Any] = {"a": {"b": [{"c": 1}, 2]}, "d": None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), DOCUMENT),
        (("a", "b", 0, "c"), 1),
        (("a", "b", 1), 2),
        (("d",), None),
        (("a", "b", 2), MISSING),
        (("a", "b", -1), MISSING),
        (("a", 0), MISSING),
        (("a", "b", "c"), MISSING),
        (("d", "e"), MISSING),
    ],
)
def test_a_value_is_found_or_missing(path: Path, value: Any) -> None:
    assert paths.get(DOCUMENT, path) is value or paths.get(DOCUMENT, path) == value


def test_setting_makes_the_way() -> None:
    document: dict[str, Any] = {}
    paths.put(document, ("a", "b", 0, "c"), 1)
    paths.put(document, ("a", "b", 1), 2)
    paths.put(document, ("a", "b", 1), 3)
    assert document == {"a": {"b": [{"c": 1}, 3]}}


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("d", "e"),
        ("a", "b", 7),
        ("a", "b", 7, "c"),
        ("a", 0),
        ("a", "b", "c"),
        ("a", "b", 1, "c"),
        ("a", 0, "x"),
        ("d", "e", "f"),
    ],
)
def test_setting_where_there_is_no_room_is_refused(path: Path) -> None:
    document = {"a": {"b": [{"c": 1}, 2]}, "d": 5}
    with pytest.raises(PathError):
        paths.put(document, path, 1)
    assert document == {"a": {"b": [{"c": 1}, 2]}, "d": 5}


def test_removing_prunes_objects_that_it_left_empty_but_never_items() -> None:
    document: dict[str, Any] = {
        "a": {"b": {"c": 1}},
        "list": [{"x": {"y": 1}}],
        "kept": {"one": {}, "two": 2},
    }
    assert paths.remove(document, ("a", "b", "c"), prune=True)
    assert paths.remove(document, ("list", 0, "x", "y"), prune=True)
    assert paths.remove(document, ("kept", "two"), prune=True)
    assert document == {"list": [{}], "kept": {"one": {}}}


def test_removing_without_pruning_leaves_the_empty_object() -> None:
    document: dict[str, Any] = {"a": {"b": 1}}
    assert paths.remove(document, ("a", "b"))
    assert document == {"a": {}}
    assert not paths.remove(document, ("a", "b"))
    assert not paths.remove(document, ())


def test_a_place_lies_below_its_ancestors_and_itself() -> None:
    assert paths.starts_with(("a", 0, "b"), ("a", 0))
    assert paths.starts_with(("a",), ("a",))
    assert not paths.starts_with(("a",), ("a", 0))


@pytest.mark.parametrize("written", ["a['\\u{0}']", "a['\\u{d800}']", "a['\\u{110000}']"])
def test_an_escape_of_what_no_name_holds_is_refused(written: str) -> None:
    with pytest.raises(PathError, match="is no character that a name can have"):
        paths.parse(written)
