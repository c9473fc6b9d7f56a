"""What an update does to what runs: when instances get it, and what they lose."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scaleset.documents import documents
from vmssbuilder.scaleset import API_VERSIONS, check, merge_patch, paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.effects import LOSSES, cautions, losses, reach
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.versions import LATEST

VM: Path = ("properties", "virtualMachineProfile")
DISKS: Path = (*VM, "storageProfile", "dataDisks")
IMAGE: Path = (*VM, "storageProfile", "imageReference")
EXTENSIONS: Path = (*VM, "extensionProfile", "extensions")
NICS: Path = (*VM, "networkProfile", "networkInterfaceConfigurations")
IDENTITIES: Path = ("identity", "userAssignedIdentities")
ID = "/subscriptions/1/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"


def held() -> dict[str, Any]:
    """A scale set that has something to lose."""
    return {
        "location": "norwayeast",
        "sku": {"name": "Standard_D4s_v5", "capacity": 6},
        "identity": {
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {f"{ID}backup": {}, f"{ID}web": {}},
        },
        "properties": {
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "storageProfile": {
                    "imageReference": {"publisher": "Debian", "offer": "debian-12", "sku": "12", "version": "0.1"},
                    "osDisk": {"createOption": "FromImage"},
                    "dataDisks": [
                        {"lun": 0, "createOption": "Empty", "diskSizeGB": 32},
                        {"lun": 3, "createOption": "Empty", "diskSizeGB": 32},
                        {"lun": 7, "createOption": "Empty", "diskSizeGB": 32, "deleteOption": "Detach"},
                    ],
                },
                "networkProfile": {
                    "networkInterfaceConfigurations": [{"name": "front"}, {"name": "back"}],
                },
                "extensionProfile": {"extensions": [{"name": "monitor"}, {"name": "setup"}]},
            },
        },
    }  # fmt: skip


def becoming(*changes: tuple[Path, Any], start: dict[str, Any] | None = None) -> dict[str, Any]:
    document = copy.deepcopy(start if start is not None else held())
    for path, value in changes:
        if value is MISSING:
            paths.remove(document, path)
        else:
            paths.put(document, path, value)
    return document


def said(*changes: tuple[Path, Any], start: dict[str, Any] | None = None) -> dict[str, str]:
    """What is lost, by rule."""
    before = start if start is not None else held()
    return {each.rule: each.message for each in losses(before, becoming(*changes, start=before))}


def test_nothing_is_lost_where_nothing_goes() -> None:
    disks = held()["properties"]["virtualMachineProfile"]["storageProfile"]["dataDisks"]
    extension = paths.get(held(), EXTENSIONS)
    assert said() == {}
    assert said((("sku", "capacity"), 9), ((*DISKS, 3), {"lun": 9, "createOption": "Empty"})) == {}
    assert said((DISKS, disks[::-1]), (EXTENSIONS, extension[::-1]), ((*VM, "licenseType"), "None")) == {}
    assert said(((*IMAGE, "exactVersion"), "0.1"), ((*IMAGE, "publisher"), "DEBIAN")) == {}
    assert said((("tags",), {"a": "b"}), (("sku", "name"), "STANDARD_D4S_V5")) == {}


@pytest.mark.parametrize(
    ("was", "wanted", "words"),
    [
        (6, 2, "Azure deletes 4 of the 6 instances at once, with what is on their disks"),
        (6, 5, "Azure deletes one of the 6 instances at once, with what is on its disks"),
        (6, 0, "Azure deletes all 6 instances at once"),
        (1, 0, "Azure deletes the one instance that there is at once, with what is on its disks"),
        (MISSING, 0, "Azure deletes all instances at once"),
        (1500, 200, "1,300 of the 1,500"),
    ],
)
def test_scaling_in_says_how_many_go(was: Any, wanted: int, words: str) -> None:
    start = becoming((("sku", "capacity"), was), (DISKS, []))
    found = said((("sku", "capacity"), wanted), start=start)
    assert list(found) == ["update-loses-instances"]
    assert words in found["update-loses-instances"]


@pytest.mark.parametrize("was", [6, None])
def test_a_number_below_nothing_takes_no_instances(was: int | None) -> None:
    before = held()
    before["sku"] = {"name": "Standard_D4s_v5"} | ({} if was is None else {"capacity": was})
    after = becoming((("sku", "capacity"), -1), start=before)
    assert [finding.rule for finding in losses(before, after)] == []


def test_disks_that_are_only_detached_are_not_said_to_be_deleted_with_instances() -> None:
    assert "not to be detached" in said((("sku", "capacity"), 1))["update-loses-instances"]


def test_a_data_disk_that_goes_is_named_by_its_lun_and_one_that_is_detached_stays() -> None:
    disks = paths.get(held(), DISKS)
    found = said((DISKS, [disks[0], disks[2]]))
    assert list(found) == ["update-loses-disk"]
    assert (
        "The data disk at LUN 3 is taken away. Each instance loses it, with all data on it"
        in found["update-loses-disk"]
    )
    found = said((DISKS, MISSING))
    assert "LUN 0 and LUN 3 are taken away" in found["update-loses-disk"]
    assert "LUN 7 is detached" in found["update-detaches-disk"]
    assert "stays in Azure" in found["update-detaches-disk"]


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ([((*IMAGE, "version"), "0.2")], "update-replaces-os-disk", "new OS disk once it is upgraded"),
        ([((*IMAGE, "sku"), "12-arm64")], "update-replaces-os-disk", "data disks stay"),
        ([((EXTENSIONS), [{"name": "SETUP"}])], "update-loses-extension", "The extension “monitor” is dropped"),
        ([((EXTENSIONS), [])], "update-loses-extension", "“monitor” and “setup” are dropped"),
        ([((NICS), [{"name": "front"}])], "update-loses-interface", "The network interface “back” is taken away"),
        ([(("identity", "type"), "UserAssigned")], "update-loses-identity", "own identity is deleted"),
        ([((*IDENTITIES, f"{ID}web"), MISSING)], "update-loses-identity", "The identity “web” is taken away"),
        ([(("sku", "name"), "Standard_E4s_v5")], "update-loses-temporary", "its temporary disk is lost"),
    ],
)  # fmt: skip
def test_what_else_is_lost_is_said_in_words(changes: list[tuple[Path, Any]], rule: str, words: str) -> None:
    found = said(*changes)
    assert list(found) == [rule]
    assert words in found[rule]


def test_an_os_disk_on_local_storage_is_lost_with_another_size() -> None:
    start = becoming(((*VM, "storageProfile", "osDisk", "diffDiskSettings"), {"option": "Local"}))
    assert "ephemeral" in said((("sku", "name"), "Standard_E4s_v5"), start=start)["update-loses-temporary"]


def test_identities_that_a_type_switches_off_are_lost_too() -> None:
    found = [each.message for each in losses(held(), becoming((("identity",), {"type": "None"})))]
    assert len(found) == 2
    assert "“backup” and “web”" in found[1]


def test_a_list_of_many_names_is_cut_short() -> None:
    start = becoming((EXTENSIONS, [{"name": f"e{number}"} for number in range(9)]))
    assert "and 4 more" in said((EXTENSIONS, []), start=start)["update-loses-extension"]


def test_the_update_itself_warns_of_what_it_costs() -> None:
    wanted = becoming((("sku", "capacity"), 0), (EXTENSIONS, MISSING))
    found = merge_patch(held(), wanted, LATEST)
    assert [each.rule for each in found.findings if each.rule in LOSSES] == [
        "update-loses-instances",
        "update-loses-extension",
    ]
    assert found.blocked == []


def test_what_an_update_leaves_as_it_is_is_not_lost() -> None:
    """What cannot change is not in the request, so nothing follows from it."""
    before = becoming((("sku", "capacity"), 2))
    found = merge_patch(
        before, becoming(((*IMAGE,), {"id": "/subscriptions/1/images/own"}), start=before), LATEST
    )
    assert [each.rule for each in found.findings] == ["update-image-type"]


# --- changes alone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "value", "rule", "words"),
    [
        (("sku", "capacity"), 0, "update-loses-instances", "all instances"),
        (DISKS, [{"lun": 0, "createOption": "Empty"}], "update-patch-arrays", "not in it is taken away, with its data"),
        (DISKS, [], "update-loses-disk", "All data disks"),
        (DISKS, None, "update-loses-disk", "All data disks"),
        (EXTENSIONS, [{"name": "a"}], "update-patch-arrays", "removed from the instances"),
        (EXTENSIONS, [], "update-loses-extension", "All extensions"),
        (EXTENSIONS[:-1], None, "update-loses-extension", "All extensions"),
        (("zones",), ["1"], "update-patch-arrays", "none can be removed"),
        ((*VM, "osProfile", "secrets"), [], "update-patch-arrays", "replaces the list as a whole"),
        (IMAGE, {"version": "2"}, "update-replaces-os-disk", "If this is another image"),
        (("sku", "name"), "Standard_D2s_v5", "update-loses-temporary", "If this is another size"),
        ((*IDENTITIES, f"{ID}web"), None, "update-loses-identity", "“web” is taken away"),
        (("identity", "type"), "None", "update-loses-identity", "If the scale set has an identity of its own"),
    ],
)  # fmt: skip
def test_changes_alone_say_what_they_may_cost(where: Path, value: Any, rule: str, words: str) -> None:
    body: dict[str, Any] = {}
    paths.put(body, where, value)
    found = [each for each in check(body, LATEST, "update") if each.rule == rule]
    assert [each.path for each in found] == [where]
    assert words in found[0].message
    assert found[0].severity == "warning"
    assert rule not in {each.rule for each in check(body, LATEST, "update", whole=True)}
    assert rule not in {each.rule for each in check(body, LATEST)}


def test_changes_that_cost_nothing_are_not_warned_about() -> None:
    assert (
        cautions({"sku": {"capacity": 3}, "tags": {"a": "b"}, "identity": {"type": "SystemAssigned"}}, LATEST)
        == []
    )


# --- when instances get it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "when"),
    [
        (("sku", "capacity"), "now"),
        (("tags", "team"), "now"),
        (("properties", "upgradePolicy", "mode"), "now"),
        (("properties", "automaticRepairsPolicy", "enabled"), "now"),
        (("sku", "name"), "upgrade"),
        (("identity", "type"), "upgrade"),
        ((*VM, "licenseType"), "upgrade"),
        ((*EXTENSIONS, 0, "properties", "settings"), "upgrade"),
        ((*IMAGE, "version"), "replaced"),
        ((*VM, "osProfile", "customData"), "reimage"),
        ((*VM, "osProfile", "linuxConfiguration", "ssh", "publicKeys", 0, "keyData"), "reimage"),
        ((*VM, "osProfile", "linuxConfiguration", "patchSettings"), "upgrade"),
        (("zones",), "new"),
        (("properties", "proximityPlacementGroup", "id"), "unknown"),
        (("nobodys",), "unknown"),
    ],
)
def test_each_change_says_when_instances_get_it(where: Path, when: str) -> None:
    assert reach(where, "Manual") == when
    of_a_model = when in ("upgrade", "replaced", "reimage")
    assert reach(where, "Flexible") == ("new" if of_a_model else when)


def test_every_place_of_the_catalogue_has_an_answer() -> None:
    for version in API_VERSIONS:
        for node in tree(version).leaves():
            where = paths.parse(node.pattern.replace("[]", "[0]").replace("{}", ".a"))
            fixed = node.pattern.split(".")[0].split("{")[0] in ("location", "plan", "extendedLocation")
            assert fixed or reach(where, "Manual") != "unknown" or where[1] in (
                "proximityPlacementGroup", "hostGroup", "additionalCapabilities", "skuProfile", "virtualMachineProfile"
            ), node.pattern  # fmt: skip


# --- anything --------------------------------------------------------------------------------------------------------


@given(st.data())
def test_whatever_changes_no_loss_is_told_of_two_that_are_alike(data: st.DataObject) -> None:
    before, after = data.draw(documents(LATEST)), data.draw(documents(LATEST))
    assert losses(before, before) == []
    assert {each.rule for each in losses(before, after)} <= LOSSES
    cautions(after, LATEST)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["sku", "capacity", "name", "identity", "type", "userAssignedIdentities", "properties", "lun",
                         "virtualMachineProfile", "storageProfile", "dataDisks", "osDisk", "image", "imageReference"]),
        inner, max_size=4,
    ),
    max_leaves=20,
).filter(lambda value: isinstance(value, dict))  # fmt: skip


@given(ODD, ODD)
def test_odd_documents_are_looked_at_without_an_error(before: dict[str, Any], after: dict[str, Any]) -> None:
    losses(before, after)
    cautions(after, LATEST)
