"""What Azure has is held against what was asked for: only what a person has to know is called different."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.reviews.making import document
from vmssbuilder.scaleset import outcome, paths
from vmssbuilder.scaleset.paths import MISSING, parse

VERSION = "2024-07-01"
NIC = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"


def answer(**changes: Any) -> dict[str, Any]:
    """The document as Azure returns it: what it writes itself is there, secrets are not. changes: by path text."""
    got = copy.deepcopy(document())
    del got["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"]
    got |= {
        "id": "/subscriptions/s/x",
        "name": "web-prod",
        "type": "Microsoft.Compute/virtualMachineScaleSets",
    }
    got["properties"] |= {
        "provisioningState": "Succeeded",
        "uniqueId": "7f",
        "timeCreated": "2026-01-01T00:00:00Z",
    }
    for written, value in changes.items():
        if value is MISSING:
            paths.remove(got, parse(written))
        else:
            paths.put(got, parse(written), value)
    return got


def described(found: Any) -> list[tuple[str, str, Any, Any]]:
    return [
        (each.kind, paths.text(each.path), None if each.asked is MISSING else each.asked, None if each.got is MISSING else each.got)
        for each in found.deviations
    ]  # fmt: skip


def test_what_came_as_asked_says_nothing() -> None:
    found = outcome(document(), answer(), VERSION)
    assert not found.deviations
    assert not found.filled
    assert [paths.text(path) for path in found.withheld] == [
        "properties.virtualMachineProfile.osProfile.adminPassword"
    ]


@pytest.mark.parametrize(
    ("place", "same"),
    [
        ("location", "UK South"),
        ("properties.upgradePolicy.mode", "manual"),
        (f"{NIC}[0].properties.ipConfigurations[0].properties.subnet.id", "upper"),
    ],
)
def test_what_azure_spells_otherwise_is_no_difference(place: str, same: str) -> None:
    if same == "upper":
        same = paths.get(document(), parse(place)).upper()
    assert not outcome(document(), answer(**{place: same}), VERSION).deviations


def test_what_azure_ignored_and_what_it_made_another() -> None:
    got = answer(**{"properties.upgradePolicy.mode": MISSING, "sku.capacity": 1})
    assert described(outcome(document(), got, VERSION)) == [
        ("changed", "sku.capacity", 2, 1),
        ("ignored", "properties.upgradePolicy.mode", "Manual", None),
    ]


def test_defaults_are_filled_in_and_no_difference() -> None:
    got = answer(**{"properties.overprovision": True, f"{NIC}[0].properties.enableIPForwarding": False})
    found = outcome(document(), got, VERSION)
    assert not found.deviations
    assert {paths.text(path): value for path, value in found.filled} == {
        "properties.overprovision": True,
        f"{NIC}[0].properties.enableIPForwarding": False,
    }


def test_a_tag_or_item_that_nobody_asked_for_is_told() -> None:
    got = answer(**{"tags.policy": "on", f"{NIC}[1].name": "stranger"})
    assert described(outcome(document(), got, VERSION)) == [
        ("added", "tags.policy", None, "on"),
        ("added", f"{NIC}[1]", None, {"name": "stranger"}),
    ]


def test_items_are_known_by_their_names() -> None:
    asked = document()
    asked["properties"]["virtualMachineProfile"]["networkProfile"]["networkInterfaceConfigurations"].append(
        {"name": "second", "properties": {"primary": False}}
    )
    got = answer(**{f"{NIC}[1].name": "second", f"{NIC}[1].properties": {"primary": False}})
    paths.get(got, parse(NIC)).reverse()
    assert not outcome(asked, got, VERSION).deviations
    paths.get(got, parse(NIC)).pop(0)
    assert described(outcome(asked, got, VERSION))[0][:2] == ("ignored", f"{NIC}[1].name")


# --- updates ----------------------------------------------------------------------------------------------------------


def test_of_an_update_only_what_it_says_counts() -> None:
    before = answer(**{"properties.overprovision": True})
    found = outcome(
        {"sku": {"capacity": 5}}, {**before, "sku": {**before["sku"], "capacity": 5}}, VERSION, before
    )
    assert not found.deviations
    assert not found.filled


def test_an_update_that_azure_ignored() -> None:
    before = answer(**{"properties.overprovision": True})
    body = {"sku": {"capacity": 5}, "properties": {"overprovision": None}}
    assert described(outcome(body, before, VERSION, before)) == [
        ("ignored", "sku.capacity", 5, 2),
        ("ignored", "properties.overprovision", None, True),
    ]


def test_what_was_taken_out_and_got_a_default_is_filled_in() -> None:
    before = answer(**{"properties.overprovision": False})
    after = answer(**{"properties.overprovision": True})
    found = outcome({"properties": {"overprovision": None}}, after, VERSION, before)
    assert not found.deviations
    assert [(paths.text(path), value) for path, value in found.filled] == [("properties.overprovision", True)]


def test_user_data_and_secrets_are_not_compared() -> None:
    profile = {
        "userData": "aGVsbG8=",
        "osProfile": {"customData": {"$secret": "abc"}},
    }
    found = outcome({"properties": {"virtualMachineProfile": profile}}, answer(), VERSION, answer())
    assert not found.deviations
    assert {path[-1] for path in found.withheld} == {"userData", "customData"}


def test_what_nobody_can_ask_for_is_not_missed() -> None:
    found = outcome(document() | {"id": "of another one", "plan": None}, answer(), VERSION)
    assert not found.deviations


def test_items_without_a_name_are_compared_in_line_and_values_as_a_set() -> None:
    disks = "properties.virtualMachineProfile.storageProfile.dataDisks"
    asked = copy.deepcopy(document()) | {"zones": ["1", "2"]}
    paths.put(asked, parse(disks), [{"lun": 0, "createOption": "Empty", "diskSizeGB": 8}])
    changes: dict[str, Any] = {
        "zones": ["1", "2"],
        disks: [{"lun": 0, "createOption": "Empty", "diskSizeGB": 8}],
    }
    assert not outcome(asked, answer(**changes), VERSION).deviations
    changes[disks][0]["diskSizeGB"] = 16
    assert described(outcome(asked, answer(**changes), VERSION)) == [
        ("changed", f"{disks}[0].diskSizeGB", 8, 16)
    ]


def test_what_azure_filled_in_is_told_value_by_value() -> None:
    given = {"ultraSSDEnabled": False, "hibernationEnabled": None}
    found = outcome(document(), answer(**{"properties.additionalCapabilities": given}), VERSION)
    assert [paths.text(path) for path, _value in found.filled] == [
        "properties.additionalCapabilities.ultraSSDEnabled"
    ]


def test_what_only_azure_writes_is_not_filled_in_and_what_nobody_knows_is_compared_too() -> None:
    identity = {"type": "SystemAssigned", "principalId": "p", "tenantId": "t"}
    asked = document() | {"unheardOf": {"a": {"b": 1}, "c": 2}}
    got = answer(identity=identity, unheardOf={"a": {"b": 1}, "c": 3, "d": {"e": 4}})
    found = outcome(asked, got, VERSION)
    assert described(found) == [("changed", "unheardOf.c", 2, 3)]
    assert {paths.text(path) for path, _value in found.filled} == {"identity.type", "unheardOf.d.e"}
    found = outcome(document(), answer(unheardOf={"a": {"b": 1}}), VERSION)
    assert [paths.text(path) for path, _value in found.filled] == ["unheardOf.a.b"]
