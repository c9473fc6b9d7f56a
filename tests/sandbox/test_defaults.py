"""What Azure fills in, and what each API version shows of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.azure.helpers import document
from tests.sandbox.conftest import Arm
from tests.sandbox.test_arm import SCALE_SET, settled
from tests.sandbox.test_refusals import DISK, IMAGE, NIC, TRUSTED, with_
from vmssbuilder.sandbox import world
from vmssbuilder.scaleset import API_VERSIONS, outcome, paths
from vmssbuilder.scaleset.catalogue import tree

P = "properties.virtualMachineProfile"
HEALTH = {
    "name": "health",
    "properties": {"publisher": "P", "type": "ApplicationHealthLinux", "typeHandlerVersion": "1.0"},
}


def at(value: Any, path: str) -> Any:
    return paths.get(
        value, paths.parse(path.replace("P.", f"{P}.", 1) if path.startswith("P.") else path), None
    )


@pytest.mark.parametrize(
    ("body", "filled"),
    [
        (
            with_({}),
            {
                "properties.orchestrationMode": "Uniform",
                "properties.overprovision": True,
                "properties.doNotRunExtensionsOnOverprovisionedVMs": False,
                "properties.singlePlacementGroup": True,
                "properties.platformFaultDomainCount": 5,
                "P.osProfile.secrets": [],
                "P.osProfile.allowExtensionOperations": True,
                "P.osProfile.linuxConfiguration.provisionVMAgent": True,
                "P.storageProfile.osDisk.osType": "Linux",
                "P.storageProfile.osDisk.caching": "ReadWrite",
                "P.storageProfile.osDisk.createOption": "FromImage",
                "P.storageProfile.osDisk.diskSizeGB": 30,
                "P.storageProfile.osDisk.managedDisk.storageAccountType": "Premium_LRS",
                "P.storageProfile.osDisk.name": None,
                "P.networkProfile.networkApiVersion": None,
                "P.networkProfile.networkInterfaceConfigurations[0].properties.enableAcceleratedNetworking": False,
                "P.networkProfile.networkInterfaceConfigurations[0].properties.dnsSettings.dnsServers": [],
                "P.networkProfile.networkInterfaceConfigurations[0].properties.ipConfigurations[0].properties.primary": True,
                "P.networkProfile.networkInterfaceConfigurations[0].properties.ipConfigurations[0].properties.privateIPAddressVersion": "IPv4",
            },
        ),
        (
            document(),
            {
                "P.osProfile.windowsConfiguration.enableAutomaticUpdates": True,
                "P.storageProfile.osDisk.osType": "Windows",
                "P.storageProfile.osDisk.diskSizeGB": 127,
                "P.storageProfile.osDisk.managedDisk.storageAccountType": "Standard_LRS",
                "P.extensionProfile.extensions[0].properties.autoUpgradeMinorVersion": True,
                "P.extensionProfile.extensions[0].properties.suppressFailures": False,
            },
        ),
        (document(sku={"name": "Standard_D2_v2"}), {"sku.tier": "Standard", "sku.capacity": 1}),
        (with_({}, zones=["1"]), {"properties.singlePlacementGroup": False, "properties.platformFaultDomainCount": 1}),
        (
            with_({"properties.orchestrationMode": "Flexible", f"{NIC}.primary": True}),
            {
                "properties.overprovision": None,
                "properties.singlePlacementGroup": False,
                "properties.platformFaultDomainCount": 1,
                "properties.upgradePolicy.mode": "Manual",
                "P.networkProfile.networkApiVersion": "2020-11-01",
            },
        ),
        (
            with_({"properties.upgradePolicy.mode": "Rolling", "P.extensionProfile.extensions": [HEALTH]}),
            {
                "properties.upgradePolicy.rollingUpgradePolicy.maxBatchInstancePercent": 20,
                "properties.upgradePolicy.rollingUpgradePolicy.pauseTimeBetweenBatches": "PT0S",
                "P.extensionProfile.extensions[0].properties.autoUpgradeMinorVersion": False,
                "P.extensionProfile.extensions[0].properties.settings": {},
            },
        ),
        (
            with_({"properties.automaticRepairsPolicy.enabled": True, "P.extensionProfile.extensions": [HEALTH]}),
            {"properties.automaticRepairsPolicy.gracePeriod": "PT10M", "properties.automaticRepairsPolicy.repairAction": "Replace"},
        ),
        (with_(TRUSTED), {"P.securityProfile.uefiSettings.vTpmEnabled": True}),
        (
            with_({"P.storageProfile.dataDisks": [{"lun": 0, "createOption": "Empty", "diskSizeGB": 8}]}),
            {"P.storageProfile.dataDisks[0].caching": "None", "P.storageProfile.dataDisks[0].managedDisk.storageAccountType": "Premium_LRS"},
        ),
    ],
)  # fmt: skip
def test_azure_fills_in_what_nobody_said(arm: Arm, body: dict[str, Any], filled: dict[str, Any]) -> None:
    answer = arm("PUT", SCALE_SET, body)
    assert answer.status_code == 201, answer.text
    got = settled(arm)
    assert {path: at(got, path) for path in filled} == filled
    assert not outcome(body, got, "2024-07-01").deviations, "a default is no difference"


def test_a_disk_in_a_storage_account_gets_a_name(arm: Arm) -> None:
    body = with_(
        {
            IMAGE: None,
            DISK: {
                "createOption": "FromImage",
                "osType": "Linux",
                "image": {"uri": "https://a.example/b.vhd"},
            },
        }
    )
    assert arm("PUT", SCALE_SET, body).status_code == 201
    got = settled(arm)
    assert at(got, "P.storageProfile.osDisk.name") == "web-osdisk"
    assert at(got, "P.storageProfile.osDisk.managedDisk") is None


def test_what_latest_is_and_who_an_identity_is_are_told(arm: Arm) -> None:
    identity = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-web"
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {identity: {}}}
    assert arm("PUT", SCALE_SET, with_({}, identity=both)).status_code == 201
    got = settled(arm)
    assert at(got, "P.storageProfile.imageReference.exactVersion").startswith("24.04.")
    assert got["identity"]["tenantId"] == world.TENANT
    assert (
        got["identity"]["principalId"] != got["identity"]["userAssignedIdentities"][identity]["principalId"]
    )
    assert not outcome(with_({}, identity=both), got, "2024-07-01").deviations


@pytest.mark.parametrize("version", API_VERSIONS)
def test_each_version_shows_what_it_knows(arm: Arm, version: str) -> None:
    """But for two members that Azure shows before a version knows them."""
    arm(
        "PUT",
        SCALE_SET,
        with_({**TRUSTED, "properties.zoneBalance": True}, zones=["1", "2"]),
        version="2024-07-01",
    )
    got = settled(arm, version=version)
    unknown = {
        name for node, value in _members(got, tree(version)) for name in value if node.child(name) is None
    }
    early = {"allowExtensionOperations", "requireGuestProvisionSignal"} if version >= "2019-03-01" else set()
    assert unknown <= early
    names = got["properties"].keys()
    assert ("overProvision" in names) == (version <= "2016-04-30-preview")
    assert ("overprovision" in names) == (version >= "2017-03-30")


def _members(value: Any, node: Any) -> Any:
    """Every object of declared members in a body, with what is declared of it."""
    if isinstance(value, dict) and node.children:
        yield node, value
        for name, inner in value.items():
            if node.child(name) is not None:
                yield from _members(inner, node.child(name))
    elif isinstance(value, list) and node.item is not None:
        for inner in value:
            yield from _members(inner, node.item)


def test_what_was_said_stays_through_a_change_by_an_older_version(arm: Arm) -> None:
    body = with_({**TRUSTED, "properties.scaleInPolicy": {"rules": ["OldestVM"]}})
    arm("PUT", SCALE_SET, copy.deepcopy(body))
    before = settled(arm)
    assert arm("PATCH", SCALE_SET, {"sku": {"capacity": 3}}, version="2017-03-30").status_code == 200
    after = settled(arm)
    before["sku"]["capacity"] = 3
    assert {**after, "etag": ""} == {**before, "etag": ""}
