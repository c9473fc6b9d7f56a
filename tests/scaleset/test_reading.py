"""Reading requests: what people have is read, each correction is noted, nothing is lost in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import SLOWER, effort
from tests.scaleset.bodies import BODIES, versions_of
from tests.scaleset.faulty_page import FRAGMENT, MANAGED, UNMANAGED, UPDATE
from vmssbuilder.scaleset import paths, versions
from vmssbuilder.scaleset.reading import Reading, ReadingError, read
from vmssbuilder.scaleset.request import Target
from vmssbuilder.scaleset.versions import UnknownVersion

SEED = "2016-04-30-preview"
PROFILE = "properties.virtualMachineProfile"
OS = f"{PROFILE}.osProfile"
STORAGE = f"{PROFILE}.storageProfile"
NETWORK = f"{PROFILE}.networkProfile"


def at(path: str, value: Any) -> dict[str, Any]:
    """A document with one value."""
    document: dict[str, Any] = {}
    paths.put(document, paths.parse(path), value)
    return document


def got(reading: Reading, path: str) -> Any:
    return paths.get(reading.document, paths.parse(path))


def notes(reading: Reading, *kinds: str) -> list[tuple[str, str]]:
    """Kind and place of the notes, those about versions and decisions left out unless asked for."""
    return [
        (note.kind, note.where)
        for note in reading.notes
        if (note.kind in kinds if kinds else note.kind not in ("version", "decide", "withheld"))
    ]


def read_json(document: Any, api_version: str | None = SEED) -> Reading:
    return read(json.dumps(document, indent=1), api_version)


# ---------------------------------------------------------------------------------------------------------- plain bodies


def test_a_plain_body_is_read_as_it_is_written() -> None:
    document = {
        "location": "uksouth",
        "sku": {"name": "Standard_A1", "capacity": 2},
        "properties": {"upgradePolicy": {}},
    }
    reading = read_json(document)
    assert reading.document == document
    assert list(reading.document) == list(document)
    assert reading.api_version == SEED
    assert reading.request.target == Target()
    assert reading.request.operation == "create"
    assert reading.notes == []


def test_unknown_members_survive_in_their_place() -> None:
    document = {"zebra": {"Mode": [1, {"x": None}]}, "location": "x", "sku": {"Colour": "red", "name": "a"}}
    reading = read_json(document)
    assert reading.document == document
    assert list(reading.document) == list(document)
    assert notes(reading) == []


def test_names_and_values_in_any_case_are_canonicalised_with_their_line() -> None:
    reading = read('{\n"LOCATION": "x",\n"properties": {\n"upgradepolicy":\n{"MODE": "manual"}}}', SEED)
    assert reading.document == {"location": "x", "properties": {"upgradePolicy": {"mode": "Manual"}}}
    assert [(note.kind, note.where, note.line) for note in reading.notes] == [
        ("canonicalised", "location", 2),
        ("canonicalised", "properties.upgradePolicy", 4),
        ("canonicalised", "properties.upgradePolicy.mode", 5),
        ("canonicalised", "properties.upgradePolicy.mode", 5),
    ]


def test_the_line_of_a_note_inside_tags_or_lists_is_that_of_its_item() -> None:
    user = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
    text = (
        f'{{"location": "x",\n"identity": {{"userAssignedIdentities": {{\n"{user}": {{"CLIENTID": "c"}}}}}}}}'
    )
    (note,) = [note for note in read(text, "2024-07-01").notes if note.kind == "removed"]
    assert note.line == 3


def test_bytes_are_read_as_text() -> None:
    assert read(b'\xef\xbb\xbf{"location": "x"}', SEED).document == {"location": "x"}


def test_secrets_in_clear_stay_for_the_caller_to_take_out_and_no_note_repeats_one() -> None:
    document = at(f"{OS}.ADMINPASSWORD", "Canary-123") | {"PASS": 1}
    reading = read_json(document)
    assert got(reading, f"{OS}.adminPassword") == "Canary-123"
    assert "Canary" not in repr(reading.notes)


# ---------------------------------------------------------------------------------------------------------------- faults


def test_what_cannot_be_read_names_the_place_and_shows_it() -> None:
    with pytest.raises(ReadingError) as caught:
        read('{\n  "location": uksouth\n}')
    error = caught.value
    assert (error.line, error.column) == (2, 15)
    assert "without quotes" in error.message
    assert error.expected == "a value"
    assert error.excerpt == '  "location": uksouth\n' + " " * 14 + "^"


def test_after_repairs_the_first_fault_beyond_repair_is_named() -> None:
    with pytest.raises(ReadingError) as caught:
        read('{\n"a": 1\n"b": 2,\n"c": what}')
    assert caught.value.line == 4


@pytest.mark.parametrize(
    "text", ["7", '"text"', "null", "[]", "[{}, 1]", "[1]", '{"value": []}', "", "{", "\0"]
)
def test_a_text_without_one_object_is_refused(text: str) -> None:
    with pytest.raises(ReadingError) as caught:
        read(text)
    assert caught.value.message
    assert caught.value.expected


def test_a_resource_of_another_type_is_refused() -> None:
    with pytest.raises(ReadingError, match=r"Microsoft\.Compute/virtualMachines, not a scale set"):
        read_json({"type": "Microsoft.Compute/virtualMachines", "location": "x"})


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        read("{}", "2020-01-01")


@given(st.recursive(st.none() | st.booleans() | st.integers(0, 9) | st.text("{}$aA/ []", max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("id name type sku Sku properties value resources virtualMachineProfile storageProfile imageReference storageAccountType osDisk networkProfile pass ssh winRM extensions settings apiVersion $schema copy parameters variables".split()), inner, max_size=4), max_leaves=30))  # fmt: skip
def test_whatever_json_is_given_only_a_reading_error_is_raised(value: Any) -> None:
    try:
        reading = read_json(value)
    except ReadingError:
        return
    assert isinstance(reading.document, dict)


# ---------------------------------------------------------------------------------------------------------- corrections


UNATTEND = f"{OS}.windowsConfiguration.additionalUnattendContent"
SUBNET = f"{NETWORK}.networkInterfaceConfigurations[0].properties.ipConfigurations[0].properties.subnet"
POOLS = f"{NETWORK}.networkInterfaceConfigurations[0].properties.ipConfigurations[0].properties.loadBalancerBackendAddressPools"
ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n"
NIC = {"name": "nic", "properties": {"primary": True, "ipConfigurations": []}}
EXTENSION = f"{PROFILE}.extensionProfile.extensions[0]"


@pytest.mark.parametrize(
    ("given_", "wanted", "noted"),
    [
        pytest.param(
            at(f"{STORAGE}.dataDisks[0]", {"lun": 0, "diskSizeInGB": 5}),
            at(f"{STORAGE}.dataDisks[0]", {"lun": 0, "diskSizeGB": 5}),
            [("renamed", f"{STORAGE}.dataDisks[0].diskSizeGB")],
            id="E1 diskSizeInGB is called diskSizeGB",
        ),
        pytest.param(
            at(f"{STORAGE}.osDisk", {"diskSizeInGB": 5}),
            at(f"{STORAGE}.osDisk", {"diskSizeGB": 5}),
            [("renamed", f"{STORAGE}.osDisk.diskSizeGB")],
            id="E1 diskSizeInGB is called diskSizeGB where a later version has it",
        ),
        pytest.param(
            at(UNATTEND, {"settingName": "AutoLogon"}),
            at(UNATTEND, [{"settingName": "AutoLogon"}]),
            [("wrapped", UNATTEND)],
            id="E2 one unattend entry becomes a list of one",
        ),
        pytest.param(
            at(UNATTEND, [{"pass": "OobeSystem", "Component": "Microsoft-Windows-Shell-Setup"}]),
            at(UNATTEND, [{"passName": "OobeSystem", "componentName": "Microsoft-Windows-Shell-Setup"}]),
            [("renamed", f"{UNATTEND}[0].passName"), ("renamed", f"{UNATTEND}[0].componentName")],
            id="E3 pass and component are called passName and componentName",
        ),
        pytest.param(
            at(UNATTEND, [{"passName": "oobesystem"}]),
            at(UNATTEND, [{"passName": "OobeSystem"}]),
            [("canonicalised", f"{UNATTEND}[0].passName")],
            id="E4 oobesystem is spelled OobeSystem",
        ),
        pytest.param(
            at(f"{STORAGE}.dataDisks", {"lun": 0}),
            at(f"{STORAGE}.dataDisks", [{"lun": 0}]),
            [("wrapped", f"{STORAGE}.dataDisks")],
            id="E5 one data disk becomes a list of one",
        ),
        pytest.param(
            at(f"{STORAGE}.osDisk.image", "https://a/b.vhd"),
            at(f"{STORAGE}.osDisk.image", {"uri": "https://a/b.vhd"}),
            [("wrapped", f"{STORAGE}.osDisk.image")],
            id="E6 a bare image address becomes an object",
        ),
        pytest.param(
            at(f"{STORAGE}.imageReference", {"Id": ID}),
            at(f"{STORAGE}.imageReference", {"id": ID}),
            [("canonicalised", f"{STORAGE}.imageReference.id")],
            id="E7 Id is spelled id",
        ),
        pytest.param(
            at(f"{STORAGE}", {"imageReference": {"sku": "x", "storageAccountType": "premium_lrs"}, "osDisk": {"createOption": "FromImage"}}),
            at(f"{STORAGE}", {"imageReference": {"sku": "x"}, "osDisk": {"createOption": "FromImage", "managedDisk": {"storageAccountType": "Premium_LRS"}}}),
            [("moved", f"{STORAGE}.osDisk.managedDisk.storageAccountType"), ("canonicalised", f"{STORAGE}.osDisk.managedDisk.storageAccountType")],
            id="E8 the disk type moves from the image to the OS disk",
        ),
        pytest.param(
            at(f"{STORAGE}.imageReference", {"sku": "x", "StorageAccountType": "Standard_LRS"}),
            at(f"{STORAGE}", {"imageReference": {"sku": "x"}, "osDisk": {"managedDisk": {"storageAccountType": "Standard_LRS"}, "createOption": "FromImage"}}),
            [("moved", f"{STORAGE}.osDisk.managedDisk.storageAccountType"), ("moved", f"{STORAGE}.osDisk.createOption"), ("canonicalised", f"{STORAGE}.osDisk.managedDisk.storageAccountType")],
            id="E8 the disk type moves to an OS disk that is made for it",
        ),
        pytest.param(
            at(f"{STORAGE}.dataDisks[0]", {"lun": 0, "storageAccountType": "Standard_LRS"}),
            at(f"{STORAGE}.dataDisks[0]", {"lun": 0, "managedDisk": {"storageAccountType": "Standard_LRS"}}),
            [("moved", f"{STORAGE}.dataDisks[0].managedDisk.storageAccountType")],
            id="E8 the type of a data disk moves into its managedDisk",
        ),
        pytest.param(
            {"properties": {"overprovision": True}},
            {"properties": {"overProvision": True}},
            [("canonicalised", "properties.overProvision")],
            id="E10 the overprovisioning switch has a capital in the first versions",
        ),
        pytest.param(
            at(f"{OS}.linuxConfiguration.ssh", [{"path": "p", "keyData": "k"}]),
            at(f"{OS}.linuxConfiguration.ssh", {"publicKeys": [{"path": "p", "keyData": "k"}]}),
            [("wrapped", f"{OS}.linuxConfiguration.ssh")],
            id="E11 a list of keys becomes publicKeys",
        ),
        pytest.param(
            at(f"{OS}.linuxConfiguration.ssh", {"path": "p", "keyData": "k"}),
            at(f"{OS}.linuxConfiguration.ssh", {"publicKeys": [{"path": "p", "keyData": "k"}]}),
            [("wrapped", f"{OS}.linuxConfiguration.ssh")],
            id="E11 one key becomes publicKeys",
        ),
        pytest.param(
            at(f"{OS}.windowsConfiguration.winRM", [{"protocol": "HTTPS"}]),
            at(f"{OS}.windowsConfiguration.winRM", {"listeners": [{"protocol": "Https"}]}),
            [("wrapped", f"{OS}.windowsConfiguration.winRM"), ("canonicalised", f"{OS}.windowsConfiguration.winRM.listeners[0].protocol")],
            id="E13 and E14 a list of listeners becomes listeners, their protocol takes its case",
        ),
        pytest.param(
            at(f"{OS}.secrets", {"sourceVault": {"id": "v"}, "vaultCertificates": {"certificateUrl": "u"}}),
            at(f"{OS}.secrets", [{"sourceVault": {"id": "v"}, "vaultCertificates": [{"certificateUrl": "u"}]}]),
            [("wrapped", f"{OS}.secrets"), ("wrapped", f"{OS}.secrets[0].vaultCertificates")],
            id="E15 one vault becomes a list of one, and so does its certificate",
        ),
        pytest.param(
            at(EXTENSION, {"name": "e", "publisher": "p", "type": "CustomScript", "fileUris": ["u"], "CommandToExecute": "c"}),
            at(EXTENSION, {"name": "e", "properties": {"type": "CustomScript", "publisher": "p", "settings": {"fileUris": ["u"], "commandToExecute": "c"}}}),
            [("moved", f"{EXTENSION}.properties.type"), ("moved", f"{EXTENSION}.properties.settings.fileUris"), ("moved", f"{EXTENSION}.properties.settings.CommandToExecute"), ("moved", f"{EXTENSION}.properties.publisher"), ("renamed", f"{EXTENSION}.properties.settings.commandToExecute")],
            id="E17 a flat extension is nested, the script's settings too",
        ),
        pytest.param(
            at(f"{EXTENSION}.properties", {"type": "CustomScriptExtension", "protectedSettings": {"StorageAccountKey": "k", "other": 1}}),
            at(f"{EXTENSION}.properties", {"type": "CustomScriptExtension", "protectedSettings": {"storageAccountKey": "k", "other": 1}}),
            [("renamed", f"{EXTENSION}.properties.protectedSettings.storageAccountKey")],
            id="E20 the script extension's own spelling",
        ),
        pytest.param(
            at(f"{EXTENSION}.properties", {"type": "CustomScript", "commandToExecute": "c"}),
            at(f"{EXTENSION}.properties", {"type": "CustomScript", "settings": {"commandToExecute": "c"}}),
            [("moved", f"{EXTENSION}.properties.settings.commandToExecute")],
            id="E17 a script's command moves into its settings",
        ),
        pytest.param(
            at(NETWORK, {"name": "nic", "primary": True, "ipConfigurations": {"name": "ip", "subnet": ID}}),
            at(NETWORK, {"networkInterfaceConfigurations": [{"name": "nic", "properties": {"primary": True, "ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": ID}}}]}}]}),
            None,
            id="E21 and E22 a flat network profile is nested",
        ),
        pytest.param(
            at(SUBNET, ID), at(SUBNET, {"id": ID}), [("wrapped", SUBNET)], id="E22 a bare subnet becomes an object"
        ),
        pytest.param(
            at(POOLS, ID), at(POOLS, ID), [], id="a bare text where a list of objects belongs is not plain"
        ),
        pytest.param(
            at(POOLS, [ID]), at(POOLS, [{"id": ID}]), [("wrapped", f"{POOLS}[0]")], id="E22 bare pools become objects"
        ),
        pytest.param(
            {"location": "x", "properties": {"networkProfile": {"networkInterfaceConfigurations": [NIC]}}},
            {"location": "x"} | at(f"{NETWORK}.networkInterfaceConfigurations", [NIC]),
            [("moved", NETWORK)],
            id="E43 networkProfile moves from properties to the profile",
        ),
        pytest.param(
            {"networkProfile": {"networkInterfaceConfigurations": [NIC]}, "Properties": {"VirtualMachineProfile": {"osProfile": {}}}},
            at(PROFILE, {"osProfile": {}, "networkProfile": {"networkInterfaceConfigurations": [NIC]}}),
            [("moved", NETWORK), ("canonicalised", "properties"), ("canonicalised", PROFILE)],
            id="E43 networkProfile moves from the root to the profile",
        ),
        pytest.param(
            at(SUBNET, {"id": f" {ID.replace('/v/', ' /v /')}\n"}), at(SUBNET, {"id": ID}), [("trimmed", f"{SUBNET}.id")],
            id="E47 spaces inside a resource id go",
        ),
        pytest.param(
            at(f"{STORAGE}.osDisk", [{"name": "x"}]), at(f"{STORAGE}.osDisk", {"name": "x"}), [("wrapped", f"{STORAGE}.osDisk")],
            id="one object in a list of one is taken out",
        ),
        pytest.param(
            at(f"{STORAGE}.osDisk.vhdContainers", "https://a/b"), at(f"{STORAGE}.osDisk.vhdContainers", ["https://a/b"]),
            [("wrapped", f"{STORAGE}.osDisk.vhdContainers")],
            id="one text where a list of texts belongs becomes a list of one",
        ),
        pytest.param(
            {"location": "x", "virtualMachineProfile": {"osProfile": {"adminUsername": "a"}}, "upgradePolicy": {"mode": "Manual"}},
            {"location": "x", "properties": {"virtualMachineProfile": {"osProfile": {"adminUsername": "a"}}, "upgradePolicy": {"mode": "Manual"}}},
            [("moved", PROFILE), ("moved", "properties.upgradePolicy")],
            id="members of properties found at the root move there, as the command line tool prints them",
        ),
    ],
)  # fmt: skip
def test_a_plain_mistake_is_corrected_and_noted(
    given_: Any, wanted: Any, noted: list[tuple[str, str]] | None
) -> None:
    reading = read_json(given_)
    assert reading.document == wanted
    if noted is None:
        assert {kind for kind, _ in notes(reading)} == {"moved", "wrapped"}
    else:
        assert sorted(notes(reading)) == sorted(noted)
    again = read_json(reading.document)
    assert again.document == reading.document
    assert notes(again) == []


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            at(f"{STORAGE}.dataDisks[0]", {"diskSizeInGB": 5, "diskSizeGB": 6}), id="both names are there"
        ),
        pytest.param({"location": "x", "pass": "y", "diskSizeInGB": 1}, id="the part has no such member"),
        pytest.param({"tags": {"pass": "y"}}, id="a tag has any name"),
        pytest.param(at(UNATTEND, {"frobnicate": 1}), id="an object that is no item of the list"),
        pytest.param(at(f"{STORAGE}.dataDisks", {}), id="an empty object"),
        pytest.param(at(f"{STORAGE}.osDisk", [{"name": "a"}, {"name": "b"}]), id="two objects for one"),
        pytest.param(at(f"{STORAGE}.osDisk", "https://a/b"), id="a text for an object with many members"),
        pytest.param(at(f"{STORAGE}.osDisk", []), id="an empty list for an object"),
        pytest.param(at(f"{OS}.linuxConfiguration.ssh", ["key"]), id="texts where keys belong"),
        pytest.param(
            {"properties": {"networkProfile": {}, "virtualMachineProfile": {"networkProfile": {}}}},
            id="the place is taken",
        ),
        pytest.param(
            {"networkProfile": {}, "properties": {"virtualMachineProfile": 7}}, id="the way there is barred"
        ),
        pytest.param(
            at(STORAGE, {"imageReference": {"storageAccountType": "x"}, "osDisk": {"vhdContainers": []}}),
            id="the OS disk is unmanaged",
        ),
        pytest.param(
            at(
                STORAGE,
                {
                    "imageReference": {"storageAccountType": "x"},
                    "osDisk": {"managedDisk": {"storageAccountType": "y"}},
                },
            ),
            id="the OS disk has a type already",
        ),
        pytest.param(
            at(f"{EXTENSION}.properties", {"type": "Other", "settings": {"FileUris": []}}),
            id="another extension's settings",
        ),
        pytest.param(
            at(
                f"{EXTENSION}.properties",
                {"type": "CustomScript", "settings": {"FILEURIS": [], "fileUris": []}},
            ),
            id="two spellings of a setting",
        ),
        pytest.param(at(f"{OS}.adminPassword", " /subscriptions/ x"), id="a secret is never trimmed"),
        pytest.param({"tags": {"a": "x / y"}, "location": " x "}, id="spaces outside resource ids"),
    ],
)
def test_what_is_not_plain_is_left_for_the_check(document: Any) -> None:
    reading = read_json(document)
    assert reading.document == document
    assert notes(reading) == []


def test_before_managed_disks_a_disk_type_has_no_place_to_go() -> None:
    document = at(f"{STORAGE}.imageReference", {"sku": "x", "storageAccountType": "Standard_LRS"})
    assert read_json(document, "2015-06-15").document == document


# -------------------------------------------------------------------------------------------------------- azure's answers

RESOURCE = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachineScaleSets/web"  # fmt: skip


def answer(**more: Any) -> dict[str, Any]:
    """What Azure answers to a GET."""
    return {
        "id": RESOURCE,
        "name": "web",
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "location": "uksouth",
        "identity": {"type": "SystemAssigned", "principalId": "p", "tenantId": "t"},
        "properties": {
            "provisioningState": "Succeeded",
            "virtualMachineProfile": {
                "osProfile": {"adminUsername": "azureuser", **more},
                "extensionProfile": {
                    "extensions": [
                        {
                            "name": "a",
                            "properties": {"publisher": "p", "type": "t", "provisioningState": "Succeeded"},
                        }
                    ]
                },
            },
        },
    }


def test_an_answer_of_azure_loses_what_azure_writes_and_names_its_target() -> None:
    reading = read_json(answer())
    assert reading.request.target == Target("11111111-2222-3333-4444-555555555555", "rg-shop", "web")
    assert reading.document == {
        "location": "uksouth",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "virtualMachineProfile": {
                "osProfile": {"adminUsername": "azureuser"},
                "extensionProfile": {
                    "extensions": [{"name": "a", "properties": {"publisher": "p", "type": "t"}}]
                },
            }
        },
    }
    assert [where for _, where in notes(reading, "removed")] == [
        "id",
        "name",
        "type",
        "identity.principalId",
        "identity.tenantId",
        "properties.provisioningState",
        f"{EXTENSION}.properties.provisioningState",
    ]


def test_the_secrets_that_azure_withholds_are_listed() -> None:
    assert [where for _, where in notes(read_json(answer()), "withheld")] == [
        f"{OS}.adminPassword",
        f"{OS}.customData",
        f"{EXTENSION}.properties.protectedSettings",
    ]


def test_a_password_that_cannot_have_been_set_is_not_listed() -> None:
    reading = read_json(answer(linuxConfiguration={"disablePasswordAuthentication": True}))
    assert f"{OS}.adminPassword" not in [where for _, where in notes(reading, "withheld")]


def test_a_secret_that_is_there_is_not_listed() -> None:
    wheres = [where for _, where in notes(read_json(answer(adminPassword="x")), "withheld")]
    assert wheres == [f"{OS}.customData", f"{EXTENSION}.properties.protectedSettings"]


def test_a_body_that_azure_did_not_write_lacks_nothing() -> None:
    assert notes(read_json(at(f"{OS}.adminUsername", "a")), "withheld") == []


def test_a_masked_secret_is_listed_and_kept() -> None:
    reading = read_json(at(f"{OS}.adminPassword", "********"))
    assert notes(reading, "withheld") == [("withheld", f"{OS}.adminPassword")]
    assert got(reading, f"{OS}.adminPassword") == "********"


@pytest.mark.parametrize(
    "wrap",
    [lambda body: [body], lambda body: {"value": [body]}, lambda body: {"value": [body], "nextLink": None}],
)
def test_a_list_of_one_scale_set_is_unwrapped(wrap: Any) -> None:
    reading = read_json(wrap({"location": "x"}))
    assert reading.document == {"location": "x"}
    assert notes(reading) == [("wrapped", "")]


def test_of_several_scale_sets_one_is_chosen() -> None:
    several = {
        "value": [{"name": "web", "location": "a"}, {"location": "b"}, {"name": "job", "location": "c"}]
    }
    first = read_json(several)
    assert [(each.number, each.title) for each in first.choices] == [
        (0, "web"),
        (1, "Scale set 2"),
        (2, "job"),
    ]
    assert (first.chosen, first.document) == (0, {"location": "a"})
    assert notes(first, "decide") == [("decide", "")]
    third = read(json.dumps(several), SEED, choice=2)
    assert (third.chosen, third.document, third.request.target.name) == (2, {"location": "c"}, "job")
    assert read_json({"location": "x"}).choices == ()


@pytest.mark.parametrize("choice", [-1, 1, 99])
def test_a_choice_that_is_not_there_is_refused(choice: int) -> None:
    with pytest.raises(ReadingError, match="no scale set number"):
        read("{}", SEED, choice=choice)


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"name": "web"}, Target("", "", "web")),
        ({"NAME": "web", "ID": RESOURCE.upper()}, Target("11111111-2222-3333-4444-555555555555", "RG-SHOP", "web")),
        ({"id": f" {RESOURCE} "}, Target("11111111-2222-3333-4444-555555555555", "rg-shop", "web")),
        ({"id": RESOURCE.replace("rg-shop", "{group}"), "name": "{vmss-name}"}, Target("11111111-2222-3333-4444-555555555555")),
        ({"id": "/subscriptions/{subscription-id/resourceGroups/g/providers/microsoft.compute/virtualmachinescalesets/n"}, Target("", "g", "n")),
        ({"id": "nonsense", "name": 7}, Target()),
    ],
)  # fmt: skip
def test_the_target_is_read_as_far_as_it_is_named(body: dict[str, Any], target: Target) -> None:
    reading = read_json(body)
    assert reading.request.target == target
    assert reading.document == {}


# -------------------------------------------------------------------------------------------------------------- decisions


def test_settings_for_both_operating_systems_ask_for_a_decision() -> None:
    document = {"location": "x"} | at(OS, {"linuxConfiguration": {}, "windowsConfiguration": {}})
    reading = read_json(document)
    assert notes(reading, "decide") == [("decide", OS)]
    assert reading.document == document


def test_two_sources_of_the_os_disk_ask_for_a_decision() -> None:
    document = {"location": "x"} | at(
        STORAGE, {"imageReference": {"sku": "x"}, "osDisk": {"image": {"uri": "u"}}}
    )
    assert notes(read_json(document), "decide") == [("decide", STORAGE)]


def test_a_body_without_a_region_asks_whether_it_is_new_or_a_change() -> None:
    assert notes(read_json({"properties": {}}), "decide") == [("decide", "")]
    assert notes(read_json({"location": "x", "properties": {}}), "decide") == []
    assert notes(read_json({}), "decide") == []


# --------------------------------------------------------------------------------------------------------------- versions


def test_without_a_version_the_default_is_taken_and_said() -> None:
    reading = read_json({"location": "x", "plan": {}}, None)
    assert reading.api_version == versions.DEFAULT
    (note,) = [note for note in reading.notes if note.kind == "version"]
    assert versions.DEFAULT in note.message
    assert "exist since 2016-04-30-preview" in note.message


def test_a_version_that_lacks_a_property_is_said() -> None:
    reading = read_json({"location": "x", "plan": {}}, "2015-06-15")
    (note,) = reading.notes
    assert (
        note.message
        == "Some of its properties exist in API version 2016-04-30-preview or newer only; it was read as 2015-06-15."
    )


def test_a_version_that_has_lost_a_property_is_said() -> None:
    document = {"location": "x", "properties": {"upgradePolicy": {"automaticOSUpgrade": True}}}
    (note,) = read_json(document, "2020-06-01").notes
    assert (
        note.message
        == "Some of its properties exist in API version 2018-06-01 or older only; it was read as 2020-06-01."
    )
    document["properties"]["virtualMachineProfile"] = {"userData": "eA=="}  # type: ignore[index] # JSON of any shape
    (note,) = read_json(document, "2020-06-01").notes
    assert note.message.startswith("No API version has all properties")


# -------------------------------------------------------------------------------------------------------- the REST page

# The faults of the page, in a document of our own: commas missing and too many, a curly quote, a list in braces, names,
# shapes and places that the API does not have.
BROKEN = """
{
  "location": "uksouth",
  "sku": {
    "name": "Standard_A1",
    "capacity": 2
  },
  "properties": {
    "overprovision": true,
    "virtualMachineProfile": {
      "osProfile": {
        "computerNamePrefix": "shop",
        "secrets": [ {
          "sourceVault": {
            "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
          }
          "vaultCertificates": [ {
            "certificateUrl": "https://v.vault.azure.net/secrets/a/b",
            "certificateStore": "My",
          } ]
        } ],
        "windowsConfiguration": {
          "additionalUnattendContent": {
            "pass": "oobesystem",
            "settingName": "AutoLogon"
          },
        }
      },
      "storageProfile": {
        "osDisk": { "caching": "ReadWrite”,
          "createOption": "FromImage" },
        "imageReference": { "publisher": "Canonical" }
        "dataDisks": {
          {
            "lun": 0,
            "createOption": "Empty",
            "diskSizeInGB": 100
          }
        }
      }
    }
    "networkProfile": {
      "networkInterfaceConfigurations": [ ]
    }
  }
}
"""


def test_a_document_with_the_faults_of_microsofts_page_is_read_with_every_repair_listed() -> None:
    reading = read(BROKEN, SEED)
    assert reading.document == {
        "location": "uksouth",
        "sku": {"name": "Standard_A1", "capacity": 2},
        "properties": {
            "overProvision": True,
            "virtualMachineProfile": {
                "osProfile": {
                    "computerNamePrefix": "shop",
                    "secrets": [
                        {
                            "sourceVault": {
                                "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
                            },
                            "vaultCertificates": [
                                {
                                    "certificateUrl": "https://v.vault.azure.net/secrets/a/b",
                                    "certificateStore": "My",
                                }
                            ],
                        }
                    ],
                    "windowsConfiguration": {
                        "additionalUnattendContent": [{"passName": "OobeSystem", "settingName": "AutoLogon"}]
                    },
                },
                "storageProfile": {
                    "osDisk": {"caching": "ReadWrite", "createOption": "FromImage"},
                    "imageReference": {"publisher": "Canonical"},
                    "dataDisks": [{"lun": 0, "createOption": "Empty", "diskSizeGB": 100}],
                },
                "networkProfile": {"networkInterfaceConfigurations": []},
            },
        },
    }
    assert [note.line for note in reading.repairs] == [16, 19, 26, 30, 32, 33, 41]
    corrected = [
        (note.kind, note.line)
        for note in reading.notes
        if note.kind in ("renamed", "moved", "wrapped", "canonicalised")
    ]
    assert corrected == [
        ("canonicalised", 9),
        ("wrapped", 23),
        ("renamed", 24),
        ("canonicalised", 24),
        ("renamed", 37),
        ("moved", 42),
    ]


def test_a_fragment_that_ends_in_dots_is_read_as_far_as_it_goes() -> None:
    text = f'{{\n"id": "{RESOURCE}",\n"name": "web",\n"plan": {{"name": "p"}},\n"properties": {{\n...\n'
    reading = read(text, SEED)
    assert reading.document == {"plan": {"name": "p"}, "properties": {}}
    assert reading.request.target.name == "web"
    assert [note.line for note in reading.repairs] == [6]


def test_what_was_made_by_judgement_is_to_be_accepted_and_what_follows_a_rule_is_not() -> None:
    kinds = {note.kind for note in read(BROKEN, SEED).to_accept}
    assert kinds == {"repaired", "renamed", "moved", "wrapped"}
    by_rule = read_json(answer() | {"SKU": {"name": "x"}})
    assert {note.kind for note in by_rule.notes} >= {"removed", "canonicalised", "withheld"}
    assert by_rule.to_accept == []


@pytest.mark.parametrize(
    ("sample", "repaired"),
    [(MANAGED, [16, 19, 23, 35, 36]), (UNMANAGED, [7, 8, 20]), (UPDATE, [6, 16]), (FRAGMENT, [8])],
    ids=["managed", "unmanaged", "update", "fragment"],
)
def test_faulty_samples_are_read_with_every_repair_listed(sample: str, repaired: list[int]) -> None:
    assert [note.line for note in read(sample, SEED).repairs] == repaired


def test_a_sample_for_both_systems_asks_for_a_decision_and_becomes_what_is_meant() -> None:
    reading = read(MANAGED, SEED)
    assert got(reading, f"{STORAGE}.dataDisks") == [
        {
            "lun": 0,
            "createOption": "Empty",
            "managedDisk": {"storageAccountType": "Standard_LRS"},
            "diskSizeGB": 64,
        }
    ]
    assert got(reading, UNATTEND) == [
        {
            "passName": "OobeSystem",
            "componentName": "Microsoft-Windows-Shell-Setup",
            "settingName": "AutoLogon",
        }
    ]
    assert got(reading, f"{OS}.windowsConfiguration.winRM.listeners[0].protocol") == "Https"
    assert notes(reading, "decide") == [("decide", OS)]


def test_a_sample_with_two_images_asks_which_source_of_the_os_disk_is_meant() -> None:
    reading = read(UNMANAGED, SEED)
    assert got(reading, f"{STORAGE}.osDisk.caching") == "ReadWrite"
    assert got(reading, f"{STORAGE}.osDisk.vhdContainers") == ["https://s.blob.core.windows.net/vhds"]
    assert notes(reading, "decide") == [("decide", OS), ("decide", STORAGE)]


def test_a_sample_that_closes_too_early_has_its_network_moved_and_its_ids_trimmed() -> None:
    reading = read(UPDATE, SEED)
    assert list(reading.document["properties"]) == ["upgradePolicy", "virtualMachineProfile"]
    assert list(got(reading, PROFILE)) == ["osProfile", "storageProfile", "networkProfile"]
    ip = got(
        reading, f"{NETWORK}.networkInterfaceConfigurations[0].properties.ipConfigurations[0].properties"
    )
    assert "/applicationGateways/agw/" in ip["applicationGatewayBackendAddressPools"][0]["id"]
    assert {"moved", "trimmed"} <= dict(notes(reading)).keys()


def test_a_sample_of_an_answer_names_its_target_though_its_id_lacks_a_brace() -> None:
    reading = read(FRAGMENT, SEED)
    assert reading.document == {"location": "uksouth", "plan": {"name": "p"}, "properties": {}}
    assert reading.request.target == Target("", "rg-shop", "web")


# ----------------------------------------------------------------------------------------------------- our sound bodies


def test_sound_bodies_are_read_as_they_are() -> None:
    for title, body in BODIES.items():
        for version in versions_of(title):
            reading = read_json(body, version)
            assert json.dumps(reading.document) == json.dumps(body), (version, title)
            assert notes(reading) == [], (version, title)


# ------------------------------------------------------------------------------------------------------------------ speed


def test_a_large_document_is_read_in_good_time() -> None:
    disks = [{"lun": number, "createOption": "Empty", "Caching": "readonly"} for number in range(1500)]
    text = json.dumps(at(f"{STORAGE}.dataDisks", disks), indent=2)
    assert len(text) > 100_000
    limit = 0.5 * SLOWER
    assert effort(lambda: read(text, SEED), enough=limit) <= limit
