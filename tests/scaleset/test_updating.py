"""Updates that hold changes alone: what is plainly one, what it cannot say, and what null does in it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scaleset.rules.test_rules import CASES
from vmssbuilder.scaleset import API_VERSIONS, check, paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.findings import Finding, errors
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Json, List, Map, Node, Single
from vmssbuilder.scaleset.updating import LIMITS, looks_like_update, refusals
from vmssbuilder.scaleset.versions import LATEST, PATCH_SINCE, within

IMAGE = {"imageReference": {"publisher": "Debian", "offer": "debian-12", "sku": "12", "version": "0.2026"}}


def profile(**members: Any) -> dict[str, Any]:
    return {"properties": {"virtualMachineProfile": members}}


@pytest.mark.parametrize(
    "body",
    [
        {"sku": {"capacity": 12}},
        {"tags": {"team": "billing"}},
        {"tags": {}},
        {"identity": {"type": "None"}},
        {"zones": ["1", "2", "3"]},
        {"location": None, "sku": {"name": "Standard_D4s_v5", "capacity": 3}},
        {"name": "web", "type": "Microsoft.Compute/virtualMachineScaleSets", "sku": {"capacity": 1}},
        {"properties": {"upgradePolicy": {"mode": "Rolling"}}},
        {"properties": {"proximityPlacementGroup": None}},
        profile(extensionProfile={"extensions": []}),
        profile(storageProfile={"dataDisks": []}),
        profile(storageProfile=IMAGE),
        {"sku": {"capacity": 4}, **profile(storageProfile=IMAGE)},
    ],
)
def test_a_body_of_changes_is_told_from_a_new_scale_set(body: dict[str, Any]) -> None:
    assert looks_like_update(body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "web"},
        {"id": "/subscriptions/1", "type": "Microsoft.Compute/virtualMachineScaleSets", "etag": '"3"'},
        {"somebodys": "own"},
        {"location": "northeurope", "sku": {"capacity": 12}},
        {"location": "[resourceGroup().location]", "tags": {}},
        {"sku": {"name": "Standard_D2s_v5", "capacity": 2}, **profile(storageProfile=IMAGE)},
        profile(storageProfile=IMAGE, networkProfile={"networkInterfaceConfigurations": [{"name": "nic"}]}),
        profile(storageProfile={"osDisk": {"image": {"uri": "https://a/b.vhd"}}}, osProfile={"adminUsername": "a"}),
        "sku",
        [{"sku": {"capacity": 1}}],
        None,
    ],
)  # fmt: skip
def test_a_new_scale_set_is_not_taken_for_an_update(body: Any) -> None:
    assert not looks_like_update(body)


# --- what it cannot say ----------------------------------------------------------------------------------------------


def some(node: Node) -> Any:
    """A value of the declared type."""
    prop = node.property
    if isinstance(prop, Single):
        return {wire: some(child) for wire, child in node.children.items() if not child.property.read_only}
    if isinstance(prop, List) and node.item is not None:
        return [some(node.item)]
    if isinstance(prop, Map) and node.item is not None:
        return {"one": some(node.item)}
    if isinstance(prop, Choice):
        return next((value.wire for value in prop.values_in(node.api_version)), "x")
    if isinstance(prop, Boolean):
        return True
    if isinstance(prop, Integer):
        return prop.minimum or 1
    return {} if isinstance(prop, Json) else "x"


def place(pattern: str) -> Path:
    return paths.parse(pattern.replace("[]", "[0]"))


def saying(pattern: str, value: Any) -> dict[str, Any]:
    """A body that says no more than that."""
    body: dict[str, Any] = {}
    paths.put(body, place(pattern), value)
    return body


def at(found: list[Finding], where: Path) -> list[Finding]:
    return [finding for finding in errors(found) if finding.path == where]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.pattern)
def test_an_update_of_each_version_names_what_it_cannot_carry(limit: Any) -> None:
    seen = 0
    for version in API_VERSIONS:
        node = next((each for each in tree(version).walk() if each.pattern == limit.pattern), None)
        if node is None:
            continue
        seen += 1
        stopped = limit.applies(version) if within(version, PATCH_SINCE) else limit.fixed
        for value in (some(node), None):
            body = saying(limit.pattern, value)
            found = check(body, version, "update")
            refused = [each for each in at(found, place(limit.pattern)) if each.rule == limit.rule]
            assert bool(refused) == stopped, (version, value)
            # A whole scale set may say what it likes: only what it changes is sent.
            whole = check(body, version, "update", whole=True)
            assert not [each for each in whole if each.rule == limit.rule], version
            if refused and refused[0].fix is not None:
                assert not at(check(refused[0].fix.apply(body), version, "update"), place(limit.pattern))
    assert seen


def test_what_an_update_cannot_carry_is_said_once_a_place() -> None:
    profile = {"osProfile": {"adminUsername": "root", "computerNamePrefix": "a name with spaces"}}
    body = {"location": "West Europe", "properties": {"virtualMachineProfile": profile}}
    found = check(body, LATEST, "update")
    assert [(each.rule, each.where) for each in found] == [
        ("location-immutable", "location"),
        ("update-not-carried", "properties.virtualMachineProfile.osProfile.adminUsername"),
        ("update-prefix", "properties.virtualMachineProfile.osProfile.computerNamePrefix"),
    ]


@pytest.mark.parametrize(
    ("version", "grade"), [("2022-11-01", "A"), ("2023-03-01", "I"), ("2024-03-01", "I"), ("2024-07-01", "")]
)
def test_zones_are_added_by_put_since_2023_and_by_patch_since_2024(version: str, grade: str) -> None:
    found = at(check({"zones": ["1", "2"]}, version, "update"), ("zones",))
    assert [each.confidence for each in found] == ([grade] if grade else [])
    assert all("2024-07-01" in each.message and "2023-03-01" in each.message for each in found)


def test_what_may_only_repeat_what_there_is_can_be_insisted_on() -> None:
    disk = {"osDisk": {"caching": "ReadOnly", "managedDisk": {"storageAccountType": "Premium_LRS"}}}
    found = errors(check(profile(storageProfile=disk), LATEST, "update"))
    assert [(each.rule, each.overridable) for each in found] == [("osdisk-type-immutable", True)]
    assert "leave it out" in found[0].message


def test_an_item_of_a_list_with_what_an_update_has_no_place_for_is_named() -> None:
    pattern = next(
        limit.pattern for limit in LIMITS if limit.pattern.endswith("publicIPAddressConfiguration.sku")
    )
    where = place(pattern)
    found = at(check(saying(pattern, {"name": "Standard"}), LATEST, "update"), where)
    assert [each.fix for each in found] == [None]
    assert "as a whole" in found[0].message


# --- null ------------------------------------------------------------------------------------------------------------

IDENTITY = "/subscriptions/1/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web"
VM: Path = ("properties", "virtualMachineProfile")


@pytest.mark.parametrize(
    "where",
    [
        ("properties", "scaleInPolicy"),
        ("properties", "proximityPlacementGroup"),
        ("properties", "automaticRepairsPolicy"),
        ("properties", "upgradePolicy", "rollingUpgradePolicy"),
        ("identity", "userAssignedIdentities", IDENTITY),
        ("sku", "tier"),
        (*VM, "licenseType"),
        (*VM, "userData"),
        (*VM, "diagnosticsProfile"),
        (*VM, "securityProfile", "encryptionAtHost"),
        (*VM, "extensionProfile", "extensions"),
        (*VM, "storageProfile", "osDisk", "caching"),
        (*VM, "storageProfile", "dataDisks"),
        (*VM, "osProfile", "linuxConfiguration", "patchSettings"),
    ],
    ids=paths.text,
)
def test_null_removes_in_an_update(where: Path) -> None:
    body: dict[str, Any] = {}
    paths.put(body, where, None)
    assert errors(check(body, LATEST, "update")) == []


@pytest.mark.parametrize(
    ("where", "rule", "said"),
    [
        (("tags",), "update-null", "empty object"),
        (("tags", "team"), "update-null", "leave this one out"),
        (("identity",), "update-null", "type None"),
        (("zones",), "zones-cannot-remove", "not removed"),
        (("sku",), "update-required", "every scale set needs it"),
        (("sku", "name"), "update-required", "Leave it out"),
        (("properties",), "update-required", "member by member"),
        (VM, "update-required", "member by member"),
        ((*VM, "storageProfile", "imageReference"), "update-required", "every scale set needs it"),
        ((*VM, "networkProfile", "networkInterfaceConfigurations"), "update-required", "Leave it out"),
        ((*VM, "osProfile", "customData"), "custom-data-update", "replaced"),
        ((*VM, "securityPostureReference", "id"), "update-required", "Azure needs"),
        (("location",), "location-immutable", "region"),
    ],
    ids=lambda value: paths.text(value) if isinstance(value, tuple) else None,
)
def test_null_where_nothing_can_be_removed_is_refused_in_words(where: Path, rule: str, said: str) -> None:
    body: dict[str, Any] = {}
    paths.put(body, where, None)
    (found,) = errors(check(body, LATEST, "update"))
    assert (found.rule, found.path) == (rule, where)
    assert said in found.message
    assert found.fix is not None
    assert errors(check(found.fix.apply(body), LATEST, "update")) == []


def test_identities_cannot_go_before_there_was_a_word_for_it() -> None:
    (found,) = errors(check({"identity": None}, PATCH_SINCE, "update"))
    assert (found.rule, found.overridable) == ("update-required", False)


def test_null_in_an_item_of_a_list_is_left_out_as_in_a_create() -> None:
    disk = {"lun": 0, "createOption": "Empty", "diskSizeGB": 8, "name": None, "caching": None}
    assert errors(check(profile(storageProfile={"dataDisks": [disk]}), LATEST, "update")) == []


# --- parts of a sound document ---------------------------------------------------------------------------------------


def parts(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from parts(inner, (*path, name))


def test_each_part_of_a_sound_document_is_a_sound_update() -> None:
    """A rule must not ask an update for what the scale set may have already."""
    tried = 0
    for case in (each for cases in CASES.values() for each in cases.fine if each.document):
        if case.operation == "update" or errors(check(case.document, case.version, target=case.target)):
            continue
        for part in parts(case.document):
            body: dict[str, Any] = {}
            paths.put(body, part, copy.deepcopy(paths.get(case.document, part)))
            refused = {each.path for each in refusals(body, case.version)}
            found = errors(check(body, case.version, "update", case.target))
            assert [each for each in found if each.path not in refused] == [], (part, case.version)
            tried += 1
    assert tried > 10_000


def test_a_create_with_null_is_judged_as_if_it_were_left_out() -> None:
    for case in (each for cases in CASES.values() for each in cases.fine[:1] if each.document):
        if case.operation == "update":
            continue
        written = copy.deepcopy(case.document)
        for where in list(parts(case.document)):
            node = tree(case.version).at(where)
            holder = paths.get(written, where)
            if node is not None and isinstance(holder, dict):
                for wire in node.children:
                    holder.setdefault(wire, None)
        written |= {wire: None for wire in tree(case.version).children if wire not in written}
        assert check(written, case.version, target=case.target) == check(
            case.document, case.version, target=case.target
        )


def test_null_where_a_create_needs_a_value_is_a_missing_one() -> None:
    body = {"location": None, "sku": {"name": None}}
    rules = {(each.rule, each.where) for each in errors(check(body, LATEST))}
    assert {("location-required", "location"), ("sku-name-required", "sku.name")} <= rules
    assert "wrong-type" not in {rule for rule, _where in rules}


def test_null_in_free_json_and_of_what_nobody_declares_stays_what_it_is() -> None:
    found = check({"location": "westeurope", "nobodys": None}, LATEST)
    assert "unknown-property" in {each.rule for each in found}
    (zones,) = [each for each in check({"zones": [None]}, LATEST, "update") if each.where == "zones[0]"]
    assert zones.rule == "wrong-type"
