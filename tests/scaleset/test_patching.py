"""Updates: the body is small, does what is wanted, and whatever it cannot do is named."""

from __future__ import annotations

import copy
from typing import Any

import azure.mgmt.compute.models as sdk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scaleset.documents import documents
from tests.scaleset.test_catalogue import described
from vmssbuilder.scaleset import API_VERSIONS, Patch, apply_patch, merge_patch, paths, secrets
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.updating import LIMITS, carried_leaves
from vmssbuilder.scaleset.versions import LATEST, PATCH_SINCE, UnknownVersion, within

PATCHED = [version for version in API_VERSIONS if within(version, PATCH_SINCE)]

OS = ("properties", "virtualMachineProfile", "osProfile")
STORAGE = ("properties", "virtualMachineProfile", "storageProfile")
IMAGE = (*STORAGE, "imageReference")
NICS = ("properties", "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations")
EXTENSIONS = ("properties", "virtualMachineProfile", "extensionProfile", "extensions")


def live(**changes: Any) -> dict[str, Any]:
    """A scale set as Azure answers with it."""
    return {
        "name": "web-prod",
        "id": "/subscriptions/1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachineScaleSets/web-prod",
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "location": "uksouth",
        "etag": '"7"',
        "tags": {"team": "shop", "cost": "1"},
        "sku": {"name": "Standard_D2s_v5", "tier": "Standard", "capacity": 2},
        "zones": ["1", "2"],
        "properties": {
            "singlePlacementGroup": False,
            "upgradePolicy": {"mode": "Manual"},
            "provisioningState": "Succeeded",
            "virtualMachineProfile": {
                "osProfile": {"computerNamePrefix": "web", "adminUsername": "azureuser"},
                "storageProfile": {
                    "imageReference": {
                        "publisher": "Canonical",
                        "offer": "ubuntu-24_04-lts",
                        "sku": "server",
                        "version": "latest",
                    },
                    "osDisk": {"createOption": "FromImage", "caching": "ReadWrite"},
                },
                "networkProfile": {
                    "networkInterfaceConfigurations": [
                        {"name": "nic", "properties": {"primary": True, "ipConfigurations": [{"name": "ip"}]}}
                    ]
                },
                "extensionProfile": {
                    "extensions": [
                        {"name": "script", "properties": {"publisher": "Microsoft.Azure.Extensions"}}
                    ]
                },
            },
        },
        **changes,
    }


def edited(*changes: tuple[Path, Any], start: dict[str, Any] | None = None) -> dict[str, Any]:
    """The live document with some values set; MISSING removes."""
    document = copy.deepcopy(start if start is not None else live())
    for path, value in changes:
        if value is MISSING:
            paths.remove(document, path)
        else:
            paths.put(document, path, value)
    return document


def patch(*changes: tuple[Path, Any], start: dict[str, Any] | None = None, version: str = LATEST) -> Patch:
    start = start if start is not None else live()
    return merge_patch(start, edited(*changes, start=start), version)


def nested(path: Path, value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    assert isinstance(value, dict)
    return value


def rules(found: Patch) -> dict[str, str]:
    """The rule of each finding, by where it is."""
    return {finding.where: finding.rule for finding in found.findings}


# --------------------------------------------------------------------------------------------------------------- apply


@pytest.mark.parametrize(
    ("target", "change", "result"),
    [
        # The examples of RFC 7396, appendix A, as far as documents are objects.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": "text"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_a_patch_merges_as_the_standard_says(
    target: dict[str, Any], change: dict[str, Any], result: dict[str, Any]
) -> None:
    assert apply_patch(target, change) == result


@pytest.mark.parametrize(
    ("change", "result"),
    [({"a": "1"}, {"a": "1"}), ({}, {}), ({"a": None, "b": "2"}, {"b": "2"})],
)
def test_tags_are_replaced_as_a_whole(change: dict[str, Any], result: dict[str, Any]) -> None:
    assert apply_patch({"tags": {"old": "x"}}, {"tags": change}) == {"tags": result}
    assert apply_patch({"Tags": {"old": "x"}}, {"tags": change}) == {"Tags": result}


def test_removing_tags_with_null_removes_them() -> None:
    assert apply_patch({"tags": {"old": "x"}, "location": "x"}, {"tags": None}) == {"location": "x"}


def test_members_match_in_any_case_as_in_azure() -> None:
    assert apply_patch({"SKU": {"Capacity": 2}}, {"sku": {"capacity": 3}}) == {"SKU": {"Capacity": 3}}
    assert apply_patch({"a": 1}, {"A": 2, "a": None}) == {"A": 2}


def test_a_reference_to_a_secret_is_one_value() -> None:
    old, new = secrets.reference("1"), secrets.reference("2")
    assert apply_patch({"x": {"password": "p"}}, {"x": new}) == {"x": new}
    assert apply_patch({"x": old}, {"x": {"password": "p"}}) == {"x": {"password": "p"}}


def test_neither_document_is_changed_or_shared() -> None:
    target, change = {"a": {"b": [1]}}, {"a": {"c": [2]}}
    result = apply_patch(target, change)
    result["a"]["c"].append(3)
    assert (target, change) == ({"a": {"b": [1]}}, {"a": {"c": [2]}})


# --------------------------------------------------------------------------------------------------------------- merge


def test_nothing_differs_nothing_is_sent() -> None:
    assert patch() == Patch({})


def test_only_what_differs_is_sent() -> None:
    found = patch((("sku", "capacity"), 5), ((*STORAGE, "osDisk", "caching"), "None"))
    assert found.body == {
        "sku": {"capacity": 5},
        **nested((*STORAGE, "osDisk", "caching"), "None"),
    }
    assert found.blocked == []


def test_what_is_removed_is_null_and_goes_back_to_azures_default() -> None:
    found = patch(((*STORAGE, "osDisk", "caching"), MISSING), (("sku", "tier"), MISSING))
    assert found.body == {"sku": {"tier": None}, **nested((*STORAGE, "osDisk", "caching"), None)}
    assert set(found.resets) == {("sku", "tier"), (*STORAGE, "osDisk", "caching")}


def test_an_object_is_removed_by_one_null() -> None:
    start = edited((("properties", "scaleInPolicy"), {"rules": ["Default"], "forceDeletion": True}))
    found = patch((("properties", "scaleInPolicy"), MISSING), start=start)
    assert found.body == {"properties": {"scaleInPolicy": None}}


def test_an_object_that_holds_what_cannot_go_is_removed_member_by_member() -> None:
    start = edited(((*OS, "customData"), secrets.reference("1")), ((*OS, "windowsConfiguration"), {}))
    found = patch((OS, MISSING), start=start)
    assert found.body == nested((*OS, "windowsConfiguration"), None)
    assert [path[-1] for path, _ in found.blocked] == ["computerNamePrefix", "adminUsername", "customData"]


def test_what_azure_needs_can_be_replaced_but_not_removed() -> None:
    posture = ("properties", "virtualMachineProfile", "securityPostureReference")
    start = edited((posture, {"id": "/a", "isOverridable": True}))
    assert rules(patch(((*posture, "id"), MISSING), start=start)) == {
        paths.text((*posture, "id")): "update-required"
    }
    assert patch(((*posture, "id"), "/b"), start=start).body == nested((*posture, "id"), "/b")
    assert patch((posture, MISSING), start=start).body == nested(posture, None)


def test_a_list_is_sent_whole_and_without_what_azure_wrote() -> None:
    start = edited(((*EXTENSIONS, 0, "id"), "/x"), ((*EXTENSIONS, 0, "type"), "y"))
    more = {"name": "health", "properties": {"protectedSettings": secrets.reference("1")}}
    found = patch(((*EXTENSIONS, 1), more), start=start)
    assert found.body == nested(
        EXTENSIONS, [{"name": "script", "properties": {"publisher": "Microsoft.Azure.Extensions"}}, more]
    )


def test_tags_are_sent_whole_and_removed_by_an_empty_object() -> None:
    assert patch((("tags", "cost"), "2")).body == {"tags": {"team": "shop", "cost": "2"}}
    assert patch((("tags", "cost"), MISSING)).body == {"tags": {"team": "shop"}}
    found = patch((("tags",), MISSING))
    assert found.body == {"tags": {}}
    assert found.resets == (("tags",),)


def test_identities_go_by_null_and_the_last_one_by_the_type_none() -> None:
    ids = {"/subscriptions/1/a": {"principalId": "p"}, "/subscriptions/1/b": {"principalId": "q"}}
    start = live(identity={"type": "UserAssigned", "userAssignedIdentities": ids, "tenantId": "t"})
    path = ("identity", "userAssignedIdentities", "/subscriptions/1/a")
    found = patch((path, MISSING), start=start)
    assert found.body == {"identity": {"userAssignedIdentities": {"/subscriptions/1/a": None}}}
    found = patch((("identity",), MISSING), start=start)
    assert found.body == {"identity": {"type": "None", "userAssignedIdentities": None}}
    assert patch((("identity",), MISSING), start=live(identity={"type": "None"})) == Patch({})
    found = patch(
        (("identity",), MISSING), start=live(identity={"type": "SystemAssigned"}), version=PATCH_SINCE
    )
    assert rules(found) == {"identity": "update-required"}


def test_an_identity_that_azure_spells_in_another_case_is_the_same() -> None:
    before = live(
        identity={"type": "UserAssigned", "userAssignedIdentities": {"/SUBSCRIPTIONS/1/A": {"clientId": "x"}}}
    )
    after = live(identity={"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/1/a": {}}})
    assert merge_patch(before, after, LATEST) == Patch({})


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (("location",), "uksouth", "UK South"),
        (("properties", "upgradePolicy", "mode"), "Manual", "manual"),
        (("name",), "web-prod", "WEB-prod"),
        (("etag",), '"7"', '"6"'),
        (("properties", "provisioningState"), "Succeeded", "Updating"),
        (("properties", "proximityPlacementGroup", "id"), "/subscriptions/1/RG", "/subscriptions/1/rg"),
        (("properties", "overprovision"), MISSING, None),
        (("properties", "virtualMachineProfile", "billingProfile", "maxPrice"), 1, 1.0),
    ],
)
def test_what_azure_takes_for_the_same_is_not_sent(path: Path, before: Any, after: Any) -> None:
    assert patch((path, after), start=edited((path, before))) == Patch({})


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (("tags", "team"), "shop", "Shop"),
        (("properties", "overprovision"), True, 1),
        ((*EXTENSIONS, 0, "properties", "settings"), {"a": True}, {"a": 1}),
        ((*EXTENSIONS, 0, "properties", "settings"), {"a": None}, {}),
        ((*EXTENSIONS, 0, "properties", "protectedSettings"), secrets.reference("1"), secrets.reference("2")),
        ((*EXTENSIONS, 0, "properties", "protectedSettings"), secrets.reference("1"), {"a": 1}),
        ((*OS, "customData"), MISSING, secrets.reference("1")),
        (("properties", "userMade"), "a", "A"),
    ],
)
def test_what_differs_is_sent(path: Path, before: Any, after: Any) -> None:
    start = edited((path, before))
    found = patch((path, after), start=start)
    assert found.body != {}
    assert paths.get(apply_patch(start, found.body), path) == after


def test_the_body_is_in_azures_order() -> None:
    wanted = {"sku": {"capacity": 3, "name": "Standard_D4s_v5"}, "tags": {"b": "1", "a": "2"}}
    assert list(merge_patch({}, wanted, LATEST).body) == ["tags", "sku"]


# ------------------------------------------------------------------------------------------------- what stays as it is

DISK_TYPE = (*STORAGE, "osDisk", "managedDisk", "storageAccountType")
UNATTEND = (*OS, "windowsConfiguration", "additionalUnattendContent")
SINGLE = ("properties", "singlePlacementGroup")


@pytest.mark.parametrize(
    ("rule", "path", "before", "after"),
    [
        ("location-immutable", ("location",), "uksouth", "ukwest"),
        ("update-fixed", ("name",), "web-prod", "web-test"),
        ("update-fixed", ("type",), "Microsoft.Compute/virtualMachineScaleSets", "Microsoft.Compute/disks"),
        ("update-fixed", ("extendedLocation",), MISSING, {"name": "edge"}),
        ("update-plan", ("plan",), MISSING, {"name": "p"}),
        ("orchestration-immutable", ("properties", "orchestrationMode"), "Uniform", "Flexible"),
        ("fd-count-immutable", ("properties", "platformFaultDomainCount"), 5, 1),
        ("update-zone-balance", ("properties", "zoneBalance"), MISSING, True),
        ("spg-immutable", SINGLE, False, True),
        ("zones-cannot-remove", ("zones",), ["1", "2"], ["2"]),
        ("zones-cannot-remove", ("zones",), ["1", "2"], MISSING),
        ("update-prefix", (*OS, "computerNamePrefix"), "web", "api"),
        ("update-prefix", (*OS, "computerNamePrefix"), "web", MISSING),
        ("update-priority", ("properties", "virtualMachineProfile", "priority"), "Regular", "Spot"),
        ("update-priority", ("properties", "virtualMachineProfile", "evictionPolicy"), MISSING, "Delete"),
        ("custom-data-update", (*OS, "customData"), secrets.reference("1"), MISSING),
        ("osdisk-type-immutable", DISK_TYPE, "Standard_LRS", "Premium_LRS"),
        ("ephemeral-immutable", (*STORAGE, "osDisk", "diffDiskSettings"), MISSING, {"option": "Local"}),
        ("unattend-immutable", UNATTEND, MISSING, [{"passName": "OobeSystem"}]),
        ("update-publisher-offer", (*IMAGE, "offer"), "ubuntu-24_04-lts", MISSING),
        ("update-not-carried", (*OS, "adminPassword"), MISSING, secrets.reference("1")),
        ("update-not-carried", (*OS, "adminUsername"), "azureuser", "root2"),
        ("update-not-carried", ("properties", "hostGroup"), {"id": "/subscriptions/1"}, MISSING),
    ],
)
def test_what_cannot_change_is_named_and_left_out(rule: str, path: Path, before: Any, after: Any) -> None:
    start = edited((path, before))
    found = patch((path, after), start=start)
    assert found.body == {}
    assert rules(found) == {paths.text(path): rule}
    assert [place for place, _ in found.blocked] == [path]
    assert patch((path, before), start=start) == Patch({})


@pytest.mark.parametrize("name", ["publisher", "offer"])
def test_another_publisher_or_offer_is_sent_with_a_warning(name: str) -> None:
    """From one Ubuntu to the next, as Microsoft's own example does."""
    start = edited(((*IMAGE, name), "before"))
    found = patch(((*IMAGE, name), "after"), start=start)
    assert paths.get(found.body, (*IMAGE, name)) == "after"
    assert rules(found)[paths.text((*IMAGE, name))] == "update-publisher-offer"
    assert found.blocked == []


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (SINGLE, True, False),
        (SINGLE, MISSING, True),
        ((*STORAGE, "osDisk", "writeAcceleratorEnabled"), False, True),
        (("zones",), ["1", "2"], ["2", "1", "3"]),
        (("zones",), MISSING, ["1"]),
        ((*IMAGE, "sku"), "server", "minimal"),
        ((*IMAGE, "version"), "latest", "24.04.1"),
        ((*STORAGE, "osDisk", "diskSizeGB"), 30, 64),
        ((*OS, "linuxConfiguration", "disablePasswordAuthentication"), MISSING, True),
    ],
)
def test_what_is_close_to_it_can_change(path: Path, before: Any, after: Any) -> None:
    start = edited((path, before))
    found = patch((path, after), start=start)
    assert found.blocked == []
    assert apply_patch(start, found.body) == edited((path, after), start=start)


def test_the_image_of_a_purchase_plan_keeps_its_sku() -> None:
    start = live(plan={"name": "p"})
    found = patch(((*IMAGE, "sku"), "other"), start=start)
    assert rules(found) == {paths.text((*IMAGE, "sku")): "update-image-sku"}
    assert found.body == {}


@pytest.mark.parametrize(
    "image",
    [{"id": "/subscriptions/1/images/a"}, {"sharedGalleryImageId": "/x"}, {"communityGalleryImageId": "/y"}],
)
def test_a_scale_set_keeps_its_type_of_image(image: dict[str, Any]) -> None:
    marketplace, vhd = (
        live(),
        edited((IMAGE, MISSING), ((*STORAGE, "osDisk", "image"), {"uri": "https://a/b.vhd"})),
    )
    own = edited((IMAGE, image))
    for start, wanted, said in (
        (marketplace, own, "a marketplace image"),
        (own, marketplace, "an image of your own"),
    ):
        found = merge_patch(start, wanted, LATEST)
        assert rules(found) == {paths.text(IMAGE): "update-image-type"}
        assert said in found.blocked[0][1]
        assert found.body == {}
    found = merge_patch(vhd, own, LATEST)
    assert rules(found) == {
        paths.text(IMAGE): "update-image-type",
        paths.text((*STORAGE, "osDisk", "image")): "update-image-type",
    }
    assert found.body == {}
    assert merge_patch(own, edited((IMAGE, {"id": "/subscriptions/1/images/b"})), LATEST).blocked == []
    assert merge_patch(edited((IMAGE, MISSING)), own, LATEST).blocked == []


def test_a_list_with_an_item_that_an_update_cannot_carry_is_not_sent() -> None:
    address = (*NICS, 0, "properties", "ipConfigurations", 0, "properties", "publicIPAddressConfiguration")
    start = edited((address, {"name": "pip", "sku": {"name": "Standard"}}))
    found = patch(((*NICS, 0, "properties", "enableAcceleratedNetworking"), True), start=start)
    assert found.body == {}
    assert [place for place, _ in found.blocked] == [(*address, "sku")]
    assert "as a whole" in found.blocked[0][1]
    assert patch(((*NICS, 0, "properties", "primary"), True), start=start) == Patch({})


def test_unattend_content_that_azure_hides_is_taken_for_what_it_was() -> None:
    shown = {"passName": "OobeSystem", "settingName": "AutoLogon"}
    start = edited((UNATTEND, [shown]))
    same = patch((UNATTEND, [{**shown, "content": secrets.reference("1")}]), start=start)
    assert same == Patch({})
    unknown = patch((UNATTEND, [{**shown, "more": [{"content": 1}]}]), start=start)
    assert rules(unknown) == {paths.text(UNATTEND): "unattend-immutable"}
    other = patch((UNATTEND, [{**shown, "settingName": "FirstLogonCommands"}]), start=start)
    assert rules(other) == {paths.text(UNATTEND): "unattend-immutable"}


def test_the_messages_name_the_property_and_the_cure() -> None:
    found = patch((("zones",), ["3"]), ((*OS, "adminPassword"), secrets.reference("s3cret-id")))
    messages = dict(found.blocked)
    assert (
        messages["zones",] == "Availability zones stays as it is. Zones can be added, not removed: keep 1, 2."
    )
    assert "VMAccess" in messages[*OS, "adminPassword"]
    assert "s3cret-id" not in str(found.findings)


# ------------------------------------------------------------------------------------------------------------ warnings


@pytest.mark.parametrize(
    ("mode", "rule"), [("Manual", "update-manual-note"), ("Automatic", "update-auto-note"), ("Rolling", None)]
)
def test_what_becomes_of_running_instances_is_said(mode: str, rule: str | None) -> None:
    start = live(properties=live()["properties"] | {"upgradePolicy": {"mode": mode}})
    found = patch(((*STORAGE, "osDisk", "caching"), "None"), start=start)
    assert set(rules(found).values()) == ({rule} if rule else set())
    assert patch((("sku", "capacity"), 9), start=start).findings == ()


def test_a_new_size_and_new_custom_data_are_warned_about() -> None:
    found = patch((("sku", "name"), "Standard_D4s_v5"), ((*OS, "customData"), "ZQ=="))
    assert [(each.where, each.rule) for each in found.findings] == [
        ("sku.name", "update-sku-dealloc"),
        (paths.text((*OS, "customData")), "custom-data-update"),
        ("properties.upgradePolicy.mode", "update-manual-note"),
        ("sku.name", "update-loses-temporary"),
    ]
    assert found.blocked == []
    assert len(found.notes) == 4


def test_secrets_that_a_list_would_lose_are_pointed_out() -> None:
    found = patch(((*EXTENSIONS, 0, "properties", "autoUpgradeMinorVersion"), True))
    place = (*EXTENSIONS, 0, "properties", "protectedSettings")
    assert rules(found)[paths.text(place)] == "update-put-secrets"
    entered = patch((place, secrets.reference("1")))
    another = {"name": "new", "properties": {}}
    added = patch(((*EXTENSIONS, 0), another), start=edited((EXTENSIONS, [])))
    for harmless in (entered, added):
        assert harmless.body != {}
        assert "update-put-secrets" not in rules(harmless).values()


def test_a_certificate_that_goes_stays_on_instances() -> None:
    kept, gone = {"certificateUrl": "https://v/a"}, {"certificateUrl": "https://v/b"}
    vault = {"sourceVault": {"id": "/subscriptions/1"}}
    start = edited(((*OS, "secrets"), [{**vault, "vaultCertificates": [kept, gone]}]))
    fewer = patch(((*OS, "secrets"), [{**vault, "vaultCertificates": [kept]}]), start=start)
    assert rules(fewer)[paths.text((*OS, "secrets"))] == "secrets-not-removed"
    more = patch(
        ((*OS, "secrets", 0, "vaultCertificates", 2), {"certificateUrl": "https://v/c"}), start=start
    )
    assert "secrets-not-removed" not in rules(more).values()


# ------------------------------------------------------------------------------------------------------------ versions


@pytest.mark.parametrize("version", [version for version in API_VERSIONS if version not in PATCHED])
def test_versions_without_patch_say_so(version: str) -> None:
    found = patch((("sku", "capacity"), 9), version=version)
    assert found.body == {}
    assert rules(found) == {"$": "patch-min-api"}
    assert patch(version=version) == Patch({})


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        merge_patch({}, {}, "2020-01-01")


def test_a_place_that_updates_came_to_have_names_the_version() -> None:
    found = patch((("zones",), ["1", "2", "3"]), version="2024-03-01")
    assert "2024-07-01 or newer" in found.blocked[0][1]
    assert patch((("zones",), ["1", "2", "3"]), version="2024-07-01").body == {"zones": ["1", "2", "3"]}


def test_updates_carry_what_azures_own_package_says() -> None:
    theirs = {
        pattern
        for pattern, member in described(sdk.VirtualMachineScaleSetUpdate)
        if member.kind not in ("object", "array", "map") and not member.read_only
    }
    ours = {node.pattern for node in tree(LATEST).leaves()}
    assert carried_leaves(LATEST) == theirs & ours
    assert len(ours - theirs) == 42


LACKING = {
    "2017-03-30": 9, "2017-12-01": 13, "2018-04-01": 15, "2018-06-01": 18, "2018-10-01": 18, "2019-03-01": 16,
    "2019-07-01": 17, "2019-12-01": 18, "2020-06-01": 19, "2020-12-01": 22, "2021-03-01": 24, "2021-04-01": 27,
    "2021-07-01": 31, "2021-11-01": 33, "2022-03-01": 35, "2022-08-01": 35, "2022-11-01": 38, "2023-03-01": 62,
    "2023-07-01": 62, "2023-09-01": 62, "2024-03-01": 35, "2024-07-01": 34, "2024-11-01": 34, "2025-04-01": 40,
    "2025-11-01": 40, "2026-03-01": 40, "2026-04-01": 42,
}  # fmt: skip
"""How many values of a create the update of each version has no place for, counted in Azure's packages of that time."""


def test_updates_of_every_version_lack_as_many_values_as_they_did() -> None:
    found = {
        version: len({node.pattern for node in tree(version).leaves()} - carried_leaves(version))
        for version in PATCHED
    }
    assert found == LACKING
    assert carried_leaves(API_VERSIONS[0]) == frozenset()


def test_every_limit_is_about_a_place_that_exists() -> None:
    places = {node.pattern for version in PATCHED for node in tree(version).walk()}
    assert [limit.pattern for limit in LIMITS if limit.pattern not in places] == []


# ---------------------------------------------------------------------------------------------------- random documents


def bare(value: Any) -> Any:
    """Without members that are null or empty objects: a merge patch cannot tell them from absent ones."""
    if isinstance(value, dict):
        held = {name: bare(inner) for name, inner in value.items()}
        return {name: inner for name, inner in held.items() if inner is not None and inner != {}}
    return value


def reverted(wanted: dict[str, Any], before: dict[str, Any], found: Patch) -> dict[str, Any]:
    """The wanted document with every blocked place as it was; a place inside a list keeps the whole list."""
    result = copy.deepcopy(wanted)
    for path, _ in found.blocked:
        outer = next((path[:depth] for depth, step in enumerate(path) if isinstance(step, int)), path)
        was = paths.get(before, outer)
        if was is MISSING:
            paths.remove(result, outer)
        else:
            for depth in range(1, len(outer)):
                if not isinstance(paths.get(result, outer[:depth]), dict):
                    paths.put(result, outer[:depth], {})
            paths.put(result, outer, copy.deepcopy(was))
    return result


def differs_only_where_it_must(body: Any, before: Any) -> bool:
    """No member of the body equals the live one, lists and their inside left out of account."""
    if not isinstance(body, dict):
        return True
    return all(
        (differs_only_where_it_must(value, before.get(name)) and value != {})
        if isinstance(value, dict) and isinstance(before, dict) and isinstance(before.get(name), dict)
        else not isinstance(before, dict) or before.get(name, MISSING) != value
        for name, value in body.items()
        if name != "tags"
    )


def with_nulls(data: st.DataObject, document: dict[str, Any], version: str) -> dict[str, Any]:
    """The document with null in some places, where something stands and where nothing does."""
    written = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(0, 3))):
        node, here = tree(version), written
        path: Path = ()
        while node.children and isinstance(here, dict):
            name = data.draw(st.sampled_from(sorted(node.children)))
            node, path = node.children[name], (*path, name)
            if name not in here or data.draw(st.integers(0, 3)) == 0:
                if not node.property.read_only:
                    paths.put(written, path, None)
                break
            here = here[name]
    return written


# Building the strategies of a version takes longer than an example may, once.
@given(st.data())
def test_the_patch_makes_the_wanted_document_of_the_live_one(data: st.DataObject) -> None:
    # Every version of the API would build as many strategies, which takes a minute.
    version = data.draw(st.sampled_from([PATCH_SINCE, "2023-07-01", LATEST]))
    before = data.draw(documents(version))
    wanted = data.draw(documents(version))
    if data.draw(st.booleans()):
        wanted = apply_patch(before, wanted)
    wanted = with_nulls(data, wanted, version)
    found = merge_patch(before, wanted, version)
    expected = bare(reverted(wanted, before, found))
    result = bare(apply_patch(before, found.body))
    if "identity" not in expected and result.get("identity", {}).get("type") == "None":
        del result["identity"]  # what Azure shows of a scale set without identities
    assert result == expected
    assert differs_only_where_it_must(found.body, before)
    assert bare(merge_patch(result, expected, version).body) == {}


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["properties", "virtualMachineProfile", "storageProfile", "imageReference", "osDisk", "image", "zones",
             "identity", "type", "userAssignedIdentities", "tags", "osProfile", "secrets", "$secret", "sku", "X"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip
ANY_OBJECT = ANY_JSON.filter(lambda value: isinstance(value, dict))


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (EXTENSIONS, [{"name": []}], [{"name": []}, 1]),
        (EXTENSIONS, "no list", [{"name": "a"}]),
        (
            (*OS, "secrets"),
            [1, {"vaultCertificates": 2}, {"vaultCertificates": [{"certificateUrl": 3}, 4]}],
            [],
        ),
        (IMAGE, {"version": "latest"}, {"id": "/subscriptions/1"}),
        ((*STORAGE, "osDisk"), "no object", {"caching": "None"}),
    ],
)
def test_malformed_documents_are_compared_too(path: Path, before: Any, after: Any) -> None:
    start = edited((path, before))
    found = patch((path, after), start=start)
    assert bare(apply_patch(start, found.body)) == bare(edited((path, after), start=start))


@given(ANY_OBJECT, ANY_OBJECT)
def test_whatever_is_compared_nothing_is_raised(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = merge_patch(before, wanted, LATEST)
    apply_patch(before, found.body)


# --- changes that go by PUT -------------------------------------------------------------------------------------------


def test_a_put_has_a_place_for_what_a_patch_has_not_and_changes_nothing_fixed() -> None:
    before = {
        "location": "uksouth",
        "properties": {
            "overProvision": True,
            "virtualMachineProfile": {"osProfile": {"adminUsername": "azureuser"}},
        },
    }
    after = {
        "location": "ukwest",
        "properties": {"virtualMachineProfile": {"osProfile": {"adminUsername": "other"}}},
    }
    patch = merge_patch(before, after, "2016-04-30-preview", put=True)
    assert patch.body == {
        "properties": {
            "overProvision": None,
            "virtualMachineProfile": {"osProfile": {"adminUsername": "other"}},
        }
    }
    assert [path for path, _why in patch.blocked] == [("location",)]
    assert [(each.rule, each.path) for each in patch.findings if each.severity == "warning"] == [
        ("update-put-keeps", ("properties", "overProvision"))
    ]
