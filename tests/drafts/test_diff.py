"""What differs between two states: by property, in a few words, line by line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vmssbuilder.drafts.diff import Difference, compare, in_few_words, json_lines, side_by_side
from vmssbuilder.drafts.models import Revision

VERSION = "2024-07-01"
PROFILE = "properties.virtualMachineProfile"


def state(document: dict[str, Any], **address: Any) -> Revision:
    return Revision(document=document, **({"api_version": VERSION} | address))


def nics(*found: dict[str, Any]) -> dict[str, Any]:
    profile = {"networkProfile": {"networkInterfaceConfigurations": list(found)}}
    return {"properties": {"virtualMachineProfile": profile}}


def nic(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "properties": more}


def evidence(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(entry.kind, entry.label, entry.before, entry.after) for entry in compare(state(was), state(now))]


@pytest.mark.parametrize(
    ("was", "now", "kinds"),
    [
        ({"sku": {"capacity": 3}}, {"sku": {"capacity": 5}}, [("changed", "3", "5")]),
        ({}, {"sku": {"capacity": 5}}, [("added", "", "5")]),
        ({"sku": {"capacity": 3}}, {}, [("removed", "3", "")]),
        ({"tags": {"a": "1"}}, {"tags": {"a": "1", "b": "2"}}, [("added", "", "2")]),
        ({"zones": ["1"]}, {"zones": ["1", "2"]}, [("added", "", "2")]),
        ({"zones": ["1", "2"]}, {"zones": ["2"]}, [("removed", "1", "")]),
        ({"zones": ["1", "2"]}, {"zones": ["2", "1"]}, [("moved", "", "")]),
        ({"sku": {"capacity": 3}}, {"sku": {"capacity": "3"}}, [("changed", "3", '"3"')]),
        ({"tags": {}}, {}, [("removed", "Empty", "")]),
        ({"unheardOf": [1]}, {"unheardOf": [1, {"x": None}]}, [("added", "", "Nothing (null)")]),
        ({"sku": 1}, {"sku": {"capacity": 5}}, [("changed", "1", '{"capacity": 5}')]),
        ({}, {}, []),
    ],
)
def test_each_value_that_differs_is_told_once(
    was: dict[str, Any], now: dict[str, Any], kinds: list[tuple[str, str, str]]
) -> None:
    assert [(kind, before, after) for kind, _label, before, after in evidence(was, now)] == kinds


def test_the_address_and_the_version_are_compared_too() -> None:
    was = state({}, name="web", resource_group="", api_version="2024-07-01")
    now = state({}, name="web-prod", resource_group="rg", api_version="2024-11-01", operation="update")
    found = {entry.label: (entry.kind, entry.before, entry.after) for entry in compare(was, now)}
    assert found["Scale set name"] == ("changed", "web", "web-prod")
    assert found["Resource group"] == ("added", "", "rg")
    assert found["API version"] == ("changed", "2024-07-01", "2024-11-01")
    assert found["What to do"][0] == "changed"


def test_items_are_told_apart_by_their_names() -> None:
    """One in front of another is one more, not two changed."""
    was, now = nics(nic("b", primary=True)), nics(nic("a"), nic("b", primary=False))
    found = compare(state(was), state(now))
    assert {(entry.kind, entry.item) for entry in found if entry.item} == {("added", "Network interface a")}
    changed = [entry for entry in found if entry.kind == "changed"]
    assert [(entry.before, entry.after) for entry in changed] == [("Yes", "No")]
    assert changed[0].within[-1].endswith(" b")


def test_a_secret_is_said_to_differ_and_never_shown() -> None:
    def document(code: str) -> dict[str, Any]:
        return {"properties": {"virtualMachineProfile": {"osProfile": {"adminPassword": {"$secret": code}}}}}

    (found,) = compare(state(document("aaaa")), state(document("bbbb")))
    assert (found.kind, found.before, found.after) == ("secret", "", "")
    assert compare(state(document("aaaa")), state(document("aaaa"))) == []
    (added,) = compare(state({}), state(document("aaaa")))
    assert (added.kind, added.after) == ("added", "")


def test_differences_come_in_the_order_of_the_steps() -> None:
    now = nics(nic("a")) | {"sku": {"capacity": 2}, "location": "uksouth"}
    assert list(dict.fromkeys(entry.path[0] for entry in compare(state({}), state(now)))) == [
        "location",
        "sku",
        "properties",
    ]


def test_a_few_words_say_the_first_and_count_the_rest() -> None:
    def made(kind: Any, label: str, before: str = "", after: str = "", item: str = "") -> Difference:
        return Difference(kind, (label,), label, (), before, after, item)

    found = [
        made("changed", "Instances", "3", "5"),
        made("added", "Name", "", "nic-b", item="Network interface nic-b"),
        made("added", "Primary", "", "Yes", item="Network interface nic-b"),
        made("secret", "Password"),
        made("removed", "Region", "uksouth"),
        made("changed", "Script", "x" * 50, "y" * 50),
    ]
    assert in_few_words(found) == (
        "Instances: 3 → 5; Network interface nic-b added; Password replaced; and 2 more"
    )
    assert in_few_words(found[4:]) == "Region removed; Script changed"
    assert in_few_words([]) == ""


def test_json_lines_show_what_went_and_what_came() -> None:
    was, now = state({"sku": {"capacity": 3}}), state({"sku": {"capacity": 5}})
    lines = json_lines(was, now)
    assert [(line.mark, line.text.strip(), line.earlier, line.later) for line in lines] == [
        ("same", "{", 1, 1),
        ("same", '"sku": {', 2, 2),
        ("removed", '"capacity": 3', 3, None),
        ("added", '"capacity": 5', None, 3),
        ("same", "}", 4, 4),
        ("same", "}", 5, 5),
    ]
    rows = side_by_side(lines)
    assert [(left and left.earlier, right and right.later) for left, right in rows] == [
        (1, 1),
        (2, 2),
        (3, 3),
        (4, 4),
        (5, 5),
    ]


@pytest.mark.parametrize("count", [10, 3_000])
def test_both_texts_can_be_read_back_from_the_lines(count: int) -> None:
    """Also when there is too much to find the best match."""
    was = state({"tags": {f"a{number}": str(number) for number in range(count)}})
    now = state({"tags": {f"a{number}": str(number) for number in range(0, count, 2)} | {"z": "new"}})
    lines = json_lines(was, now)
    assert json.loads("\n".join(line.text for line in lines if line.mark != "added")) == was.document
    assert json.loads("\n".join(line.text for line in lines if line.mark != "removed")) == now.document
    assert [line.earlier for line in lines if line.earlier] == list(range(1, count + 5))
