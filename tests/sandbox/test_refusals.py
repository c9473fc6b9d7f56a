"""What the sandbox refuses with nothing switched on, as Azure does; and what lies just beside it, which it takes."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.azure.helpers import SUBNET, document
from tests.sandbox.conftest import Arm
from tests.sandbox.test_arm import SCALE_SET, changed, error, settled
from tests.sandbox.test_deployments import inner, template, validate
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

GROUP = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers"
GALLERY = f"{GROUP}/Microsoft.Compute/galleries/gal_shop/images"
LINUX = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}
FABRIC = {
    "name": "fabric",
    "properties": {
        "publisher": "Microsoft.Azure.ServiceFabric",
        "type": "ServiceFabricNode",
        "typeHandlerVersion": "1.1",
    },
}


def with_(changes: dict[str, Any], size: str = "Standard_D2ds_v5", **envelope: Any) -> dict[str, Any]:
    """A Linux scale set of that size with values at paths, `None` for taken away; P stands for the model of instances."""
    body = document(sku={"name": size, "tier": "Standard", "capacity": 2}, **envelope)
    profile = body["properties"]["virtualMachineProfile"]
    profile["storageProfile"]["imageReference"] = copy.deepcopy(LINUX)
    del profile["osProfile"]["windowsConfiguration"], profile["extensionProfile"]
    profile["osProfile"]["linuxConfiguration"] = {"disablePasswordAuthentication": False}
    for path, value in changes.items():
        steps = path.replace("P.", "properties.virtualMachineProfile.").split(".")
        here: Any = body
        for step in steps[:-1]:
            here = here[int(step)] if step.isdigit() else here.setdefault(step, {})
        here[steps[-1]] = value
    return body


NIC = "P.networkProfile.networkInterfaceConfigurations.0.properties"
IP = f"{NIC}.ipConfigurations.0.properties"
IMAGE = "P.storageProfile.imageReference"
DISK = "P.storageProfile.osDisk"
TRUSTED = {"P.securityProfile.securityType": "TrustedLaunch"}
EPHEMERAL = {
    f"{DISK}.createOption": "FromImage",
    f"{DISK}.caching": "ReadOnly",
    f"{DISK}.diffDiskSettings.option": "Local",
}
BALANCER = f"{GROUP}/Microsoft.Network/loadBalancers/lb-shop"
POOLS = f"{IP}.loadBalancerBackendAddressPools"
POOL = [{"id": f"{BALANCER}/backendAddressPools/web"}]
HOSTS: dict[str, Any] = {"properties.hostGroup.id": f"{GROUP}/Microsoft.Compute/hostGroups/hg-shop"}


def flexible(size: str, **changes: Any) -> dict[str, Any]:
    """A scale set in Flexible mode."""
    body = with_({"properties.orchestrationMode": "Flexible", "properties.platformFaultDomainCount": 1}, size)
    del body["properties"]["upgradePolicy"]
    body["properties"]["virtualMachineProfile"]["networkProfile"]["networkApiVersion"] = "2020-11-01"
    body["properties"] |= changes
    return body


def mixed(*sizes: str) -> dict[str, Any]:
    """A mix of sizes."""
    body = flexible("Mix", skuProfile={"vmSizes": [{"name": each} for each in sizes]})
    del body["sku"]["tier"]
    return body


def vault(name: str) -> list[dict[str, Any]]:
    """Certificates of that key vault."""
    return [{"sourceVault": {"id": f"{GROUP}/Microsoft.KeyVault/vaults/{name}"}, "vaultCertificates": []}]


FAST = {f"{NIC}.enableAcceleratedNetworking": True}
SPOT = {"P.priority": "Spot", "P.evictionPolicy": "Delete"}
RESERVED = {
    "P.capacityReservation.capacityReservationGroup.id": f"{GROUP}/Microsoft.Compute/capacityReservationGroups/crg-shop"
}
VAULT: dict[str, Any] = {"vaultCertificates": []}


def signed_in(*, keys_only: bool) -> dict[str, Any]:
    """An SSH key, and the same text as the password, as templates send it that leave the choice to a parameter."""
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKmC2kXa0k2w0n3yJmZr4pQ7Yl6v2b8c1d5e9f3a7b0c rita@example.com"
    keys = [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": key}]
    return {
        "P.osProfile.adminPassword": key,
        "P.osProfile.linuxConfiguration": {
            "disablePasswordAuthentication": keys_only,
            "ssh": {"publicKeys": keys},
        },
    }


def lun(number: int) -> dict[str, Any]:
    return {"P.storageProfile.dataDisks": [{"lun": number, "createOption": "Empty", "diskSizeGB": 8}]}


def other(kind: str, name: str) -> str:
    return f"{GROUP}/{kind}/{name}"


OFFERS = [
    # the size, the region, the zones
    (with_({}, "Standard_D2s_v99"), 400, "InvalidParameter", "Standard_D2s_v99 provided for the VM size is not valid", with_({})),
    (with_({}, "Standard_ND96isr_H100_v5"), 409, "SkuNotAvailable", "not available in location 'uksouth' zones ''", with_({})),
    (with_({}, zones=["1"], location="ukwest"), 400, "ResourceTypeNotSupportAvailabilityZones", "at location 'ukwest'", with_({}, zones=["1"])),
    (with_({}, zones=["1", "4"]), 400, "InvalidAvailabilityZone", "'1,2,3'", with_({}, zones=["1", "3"])),
    # the image
    (with_({f"{IMAGE}.publisher": "Canonica"}), 404, "PlatformImageNotFound", "'Canonica:ubuntu-24_04-lts:server:latest'", with_({f"{IMAGE}.publisher": "canonical"})),
    (with_({f"{IMAGE}.offer": "ubuntu"}), 404, "PlatformImageNotFound", "Canonical:ubuntu:server", with_({})),
    (with_({f"{IMAGE}.sku": "serverr"}), 404, "PlatformImageNotFound", "serverr", with_({f"{IMAGE}.sku": "minimal"})),
    (with_({f"{IMAGE}.version": "1.2.3"}), 404, "PlatformImageNotFound", ":1.2.3'", with_({f"{IMAGE}.version": "LATEST"})),
    (with_({IMAGE: {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server"}}), 400, "InvalidParameter", "'imageReference.version'", with_({})),
    (with_({IMAGE: {"id": other("Microsoft.Compute/images", "img-none")}}), 404, "NotFound", "The Image", with_({IMAGE: {"id": other("Microsoft.Compute/images", "img-web")}})),
    (with_({IMAGE: {"id": f"{GALLERY}/none"}}), 404, "GalleryImageNotFound", "uksouth", with_({IMAGE: {"id": f"{GALLERY}/web"}})),
    (with_({IMAGE: {"id": f"{GALLERY}/empty"}}), 404, "GalleryImageNotFound", "uksouth", with_({IMAGE: {"id": f"{GALLERY}/web/versions/latest"}})),
    (with_({IMAGE: {"id": f"{GALLERY}/web/versions/9.9.9"}}), 404, "GalleryImageNotFound", "9.9.9", with_({IMAGE: {"id": f"{GALLERY}/web/versions/1.0.0"}})),
    # what it refers to
    (with_({f"{IP}.subnet.id": SUBNET.replace("/web", "/none")}), 400, "InvalidResourceReference", "subnets/none", with_({f"{IP}.subnet.id": SUBNET.upper().replace("/SUBSCRIPTIONS", "/subscriptions")})),
    (with_({f"{IP}.loadBalancerBackendAddressPools": [{"id": other("Microsoft.Network/loadBalancers", "lb-shop/backendAddressPools/none")}]}), 400, "InvalidResourceReference", "backendAddressPools/none", with_({f"{IP}.loadBalancerBackendAddressPools": [{"id": other("Microsoft.Network/loadBalancers", "lb-shop/backendAddressPools/web")}]})),
    (with_({f"{IP}.loadBalancerBackendAddressPools": [{"id": other("Microsoft.Network/loadBalancers", "lb-old/backendAddressPools/web")}]}, zones=["1"]), 400, "VMScaleSetCannotReferenceLoadbalancerWhenLargeScaleOrCrossAZ", "basic SKU", with_({f"{IP}.loadBalancerBackendAddressPools": [{"id": other("Microsoft.Network/loadBalancers", "lb-old/backendAddressPools/web")}]})),
    (with_({f"{NIC}.networkSecurityGroup.id": other("Microsoft.Network/networkSecurityGroups", "none")}), 400, "InvalidResourceReference", "networkSecurityGroups/none", with_({f"{NIC}.networkSecurityGroup.id": other("Microsoft.Network/networkSecurityGroups", "nsg-web")})),
    (with_({}, identity={"type": "UserAssigned", "userAssignedIdentities": {other("Microsoft.ManagedIdentity/userAssignedIdentities", "none"): {}}}), 400, "InvalidResourceReference", "userAssignedIdentities/none", with_({}, identity={"type": "UserAssigned", "userAssignedIdentities": {other("Microsoft.ManagedIdentity/userAssignedIdentities", "id-web"): {}}})),
    (with_({f"{DISK}.createOption": "FromImage", f"{DISK}.managedDisk.diskEncryptionSet.id": other("Microsoft.Compute/diskEncryptionSets", "none")}), 400, "InvalidResourceReference", "diskEncryptionSets/none", with_({f"{DISK}.createOption": "FromImage", f"{DISK}.managedDisk.diskEncryptionSet.id": other("Microsoft.Compute/diskEncryptionSets", "des-shop")})),
    (with_({"P.osProfile.secrets": [{"sourceVault": {"id": other("Microsoft.KeyVault/vaults", "none")}, **VAULT}]}), 400, "InvalidResourceReference", "vaults/none", with_({"P.osProfile.secrets": [{"sourceVault": {"id": other("Microsoft.KeyVault/vaults", "kv-shop")}, **VAULT}]})),
    (with_({"properties.proximityPlacementGroup.id": other("Microsoft.Compute/proximityPlacementGroups", "ppg-lab")}), 400, "InvalidResourceReference", "westeurope", with_({"properties.proximityPlacementGroup.id": other("Microsoft.Compute/proximityPlacementGroups", "ppg-shop")})),
    (with_(RESERVED | {"P.capacityReservation.capacityReservationGroup.id": other("Microsoft.Compute/capacityReservationGroups", "none")}), 400, "InvalidResourceReference", "capacityReservationGroups/none", with_(RESERVED)),
    (with_({"P.applicationProfile.galleryApplications": [{"packageReferenceId": other("Microsoft.Compute/galleries", "gal_shop/applications/agent/versions/7.0.0")}]}), 400, "InvalidResourceReference", "7.0.0", with_({"P.applicationProfile.galleryApplications": [{"packageReferenceId": other("Microsoft.Compute/galleries", "gal_shop/applications/agent/versions/1.1.0")}]})),
    # what sizes and images can do
    (with_({**TRUSTED, f"{IMAGE}.sku": "server-gen1"}), 400, "BadRequest", "Use of TrustedLaunch setting is not supported for the provided image", with_(TRUSTED)),
    (with_(TRUSTED, "Standard_D2ps_v5"), 400, "BadRequest", "'Standard_D2ps_v5' is not supported for creation", with_(TRUSTED)),
    (with_(TRUSTED, "Standard_D2_v2"), 400, "BadRequest", "'TrustedLaunch' security type", with_({}, "Standard_D2_v2")),
    (with_(EPHEMERAL, "Standard_D2s_v5"), 409, "NotSupported", "Ephemeral OS disk is not supported for VM size Standard_D2s_v5", with_(EPHEMERAL)),
    (with_({**EPHEMERAL, f"{DISK}.diffDiskSettings.placement": "NvmeDisk"}), 400, "NotSupported", "NvmeDisk", with_({**EPHEMERAL, f"{DISK}.diffDiskSettings.placement": "CacheDisk"})),
    (with_(FAST, "Standard_A2_v2"), 400, "VMSizeIsNotPermittedToEnableAcceleratedNetworkingForVmss", "Standard_A2_v2, which is not compatible", with_(FAST)),
    # what does not go together
    (with_({"P.extensionProfile.extensions": [FABRIC]}), 409, "OperationNotAllowed", "Overprovisioning not allowed", with_({"P.extensionProfile.extensions": [FABRIC], "properties.overprovision": False})),
    (with_({"P.extensionProfile.extensions": [FABRIC], "properties.overprovision": True}), 409, "OperationNotAllowed", "Overprovisioning not allowed", with_({"properties.overprovision": True})),
    (with_({"properties.spotRestorePolicy": {"enabled": False}}), 400, "BadRequest", "Spot restoration feature", with_({**SPOT, "properties.spotRestorePolicy": {"enabled": True}})),
    (with_({"P.evictionPolicy": "Delete"}), 400, "EvictionPolicyCanBeSetOnlyOnLowPriorityVirtualMachines", "Eviction policy", with_(SPOT)),
    (with_({**SPOT, **RESERVED}), 400, "BadRequest", "Capacity reservation", with_(SPOT)),
    (with_({"properties.zoneBalance": False}, zones=["1"]), 400, "InvalidParameter", "zoneBalance", with_({"properties.zoneBalance": False}, zones=["1", "2"])),
    (with_({"properties.zoneBalance": True}), 400, "InvalidParameter", "zoneBalance", with_({"properties.zoneBalance": True}, zones=["1", "2", "3"])),
    (with_({"properties.platformFaultDomainCount": 1}), 400, "InvalidParameter", "singlePlacementGroup", with_({"properties.platformFaultDomainCount": 1, "properties.singlePlacementGroup": False})),
    (with_({"properties.platformFaultDomainCount": 1, "properties.singlePlacementGroup": True}), 400, "InvalidParameter", "singlePlacementGroup", with_({"properties.platformFaultDomainCount": 1}, zones=["1"])),
    (with_({**EPHEMERAL, f"{DISK}.diskSizeGB": 51}), 400, "NotSupported", "greater than 50 GB is not allowed for VM size Standard_D2ds_v5 when the DiffDiskPlacement is CacheDisk", with_({**EPHEMERAL, f"{DISK}.diskSizeGB": 50})),
    (with_({**EPHEMERAL, **TRUSTED, f"{DISK}.diffDiskSettings.placement": "ResourceDisk", f"{DISK}.diskSizeGB": 36}), 400, "NotSupported", "greater than 35 GB", with_({**EPHEMERAL, **TRUSTED, f"{DISK}.diffDiskSettings.placement": "ResourceDisk", f"{DISK}.diskSizeGB": 35})),
    (mixed("Standard_D2s_v5", "Standard_D2ps_v5"), 400, "InvalidParameter", "different CPU architectures", mixed("Standard_D2s_v5", "Standard_D4as_v5")),
    (mixed("Standard_D2s_v3", "Standard_D2_v3"), 400, "InvalidParameter", "different premium storage support", mixed("Standard_D2s_v3", "Standard_F2s_v2")),
    (mixed("Standard_D2s_v5", "Standard_D2ds_v5"), 400, "InvalidParameter", "different local disk configurations", mixed("Standard_D2ds_v5", "Standard_E2bds_v5")),
    (mixed("Standard_D2s_v5", "Standard_D2s_v6"), 400, "InvalidParameter", "different storage interfaces", mixed("Standard_D2s_v6", "Standard_D2as_v6")),
    (flexible("Standard_B1ls"), 400, "BadRequest", "cannot use VM Size 'Standard_B1ls'", flexible("Standard_D2s_v5")),
    (with_({"P.networkProfile.healthProbe.id": f"{BALANCER}/probes/tcp", POOLS: POOL}), 400, "CannotUseInactiveHealthProbe", "do not use this probe", with_({"P.networkProfile.healthProbe.id": f"{BALANCER}/probes/http", POOLS: POOL})),
    (with_({"P.networkProfile.healthProbe.id": f"{BALANCER}/probes/http"}), 400, "CannotUseInactiveHealthProbe", "do not use this probe", with_({POOLS: POOL})),
    (with_({"P.osProfile.secrets": vault("kv-private")}), 403, "KeyVaultAccessForbidden", "has not been enabled for deployment", with_({"P.osProfile.secrets": vault("kv-shop")})),
    (with_({**HOSTS, "properties.platformFaultDomainCount": 3}, zones=["1"]), 400, "BadRequest", "exceeds the fault domain count 2", with_({**HOSTS, "properties.platformFaultDomainCount": 2}, zones=["1"])),
    (with_({**HOSTS, "properties.platformFaultDomainCount": 2}), 400, "BadRequest", "have to be the same", with_({"properties.platformFaultDomainCount": 2})),
    (with_(lun(64)), 400, "InvalidParameter", "between 0 and 63", with_(lun(63))),
    (with_(signed_in(keys_only=False)), 400, "InvalidParameter", "The supplied password must be between 6-72", with_(signed_in(keys_only=True))),
    (with_({"properties.upgradePolicy": {}}), 400, "InvalidParameter", "'upgradePolicy.mode' is missing", with_({})),
]  # fmt: skip


@pytest.mark.parametrize(("refused", "status", "code", "words", "taken"), OFFERS)
def test_what_azure_refuses_is_refused_and_what_lies_beside_it_is_taken(
    arm: Arm, refused: dict[str, Any], status: int, code: str, words: str, taken: dict[str, Any]
) -> None:
    found = error(arm("PUT", SCALE_SET, refused), status)
    assert found["code"] == code, found
    assert words in found["message"]
    assert arm("GET", SCALE_SET).status_code == 404, "nothing was made"
    assert inner(validate(arm, template(refused))) == found, "validate says the same"
    answer = arm("PUT", SCALE_SET, taken)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("body", "version", "words", "other_version"),
    [
        (
            document(identity={"type": "SystemAssigned", "userAssignedIdentities": {}}),
            "2018-06-01",
            "userAssignedIdentities",
            "2018-10-01",
        ),
        (
            changed("properties", "overProvision", to=True),
            "2016-03-30",
            "overProvisionEnabled is invalid",
            "2016-04-30-preview",
        ),
        (document(), "2016-03-30", "overProvisionEnabled is invalid", "2016-04-30-preview"),
    ],
)
def test_some_versions_refuse_what_others_take(
    arm: Arm, body: dict[str, Any], version: str, words: str, other_version: str
) -> None:
    if version == "2016-03-30":
        body = copy.deepcopy(body)
        body["properties"]["virtualMachineProfile"]["storageProfile"] = {
            "osDisk": {
                "name": "os",
                "createOption": "FromImage",
                "osType": "Windows",
                "image": {"uri": "https://a.example/b.vhd"},
            }
        }
    assert words in error(arm("PUT", SCALE_SET, body, version=version), 400)["message"]
    assert arm("PUT", SCALE_SET, body, version=other_version).status_code == 201


@pytest.mark.parametrize(
    ("changes", "feature"),
    [
        ({"P.securityProfile.encryptionAtHost": True}, "EncryptionAtHost"),
        (
            {"placement.zonePlacementPolicy": "auto", "properties.overprovision": False},
            "VmssAutomaticZonePlacement",
        ),
    ],
)
def test_a_feature_has_to_be_registered(arm: Arm, changes: dict[str, Any], feature: str) -> None:
    path = f"providers/Microsoft.Features/providers/Microsoft.Compute/features/{feature}"
    states = {}
    for subscription in (world.DEVELOPMENT, world.PRODUCTION):
        states[subscription] = arm("GET", f"/subscriptions/{subscription}/{path}").json()["properties"][
            "state"
        ]
    assert states == {world.DEVELOPMENT: "Registered", world.PRODUCTION: "NotRegistered"}
    place = f"/subscriptions/{world.PRODUCTION}/resourceGroups/rg-shop-prod/providers/Microsoft.Compute/virtualMachineScaleSets/x"
    found = error(arm("PUT", place, with_(changes), version="2026-03-01"), 400)
    assert (found["code"], f"'Microsoft.Compute/{feature}' feature is not enabled" in found["message"]) == (
        "InvalidParameter",
        True,
    )
    assert arm("PUT", SCALE_SET, with_(changes), version="2026-03-01").status_code == 201


def test_a_feature_that_there_is_none_of_is_not_found(arm: Arm) -> None:
    path = "providers/Microsoft.Features/providers/Microsoft.Compute/features/Nonsense"
    assert error(arm("GET", f"/subscriptions/{world.DEVELOPMENT}/{path}"), 404)["code"] == "FeatureNotFound"


def test_a_change_is_judged_by_what_it_would_leave(arm: Arm) -> None:
    assert arm("PUT", SCALE_SET, with_({})).status_code == 201
    before = settled(arm)
    for change, status, code in (
        ({"sku": {"name": "Standard_None"}}, 400, "InvalidParameter"),
        ({"sku": {"capacity": 90}}, 409, "OperationNotAllowed"),
        ({"properties": {"spotRestorePolicy": {"enabled": True}}}, 400, "BadRequest"),
        ({"zones": ["1"]}, 409, "PropertyChangeNotAllowed"),
        ({"properties": {"virtualMachineProfile": {"priority": "Spot"}}}, 409, "PropertyChangeNotAllowed"),
        (
            {
                "properties": {
                    "virtualMachineProfile": {"storageProfile": {"imageReference": {"sku": "none"}}}
                }
            },
            404,
            "PlatformImageNotFound",
        ),
    ):
        for method, body in (("PATCH", change), ("PUT", {"location": "uksouth", **change})):
            found = error(
                arm(method, SCALE_SET, body, version="2022-11-01" if "zones" in change else "2024-07-01"),
                status,
            )
            assert found["code"] == code, found
    assert settled(arm) == before


def test_zones_are_added_and_never_taken_away(arm: Arm) -> None:
    arm("PUT", SCALE_SET, with_({}, zones=["1"]))
    settled(arm)
    change = {"zones": ["1", "2"]}
    assert (
        error(arm("PATCH", SCALE_SET, change, version="2023-03-01"), 409)["code"]
        == "PropertyChangeNotAllowed"
    )
    assert arm("PUT", SCALE_SET, {"location": "uksouth", **change}, version="2023-03-01").status_code == 200
    settled(arm)
    assert arm("PATCH", SCALE_SET, {"zones": ["1", "2", "3"]}).status_code == 200
    settled(arm)
    assert error(arm("PATCH", SCALE_SET, {"zones": ["1", "3"]}), 409)["code"] == "PropertyChangeNotAllowed"


def test_spot_instances_and_hosts_have_quotas_of_their_own(arm: Arm) -> None:
    host = {**HOSTS, "zones": ["1"]}
    for number, (changes, capacity, status) in enumerate(
        (({}, 51, 409), (SPOT, 51, 409), (SPOT, 50, 201), ({}, 50, 201), (host, 60, 201), (RESERVED, 60, 201))
    ):
        body = with_({**changes, "sku.capacity": capacity, "properties.platformFaultDomainCount": 2})
        assert arm("PUT", f"{SCALE_SET}{number}", body).status_code == status, (changes, capacity)


def test_a_size_that_was_put_there_can_do_what_is_said_of_it(arm: Arm, sandbox: Running) -> None:
    body = with_({**EPHEMERAL, **TRUSTED, **FAST}, "Standard_Q2")
    sandbox.add_size("Standard_Q2", can="gen2 trusted")
    assert error(arm("PUT", SCALE_SET, body), 409)["code"] == "NotSupported"
    sandbox.provide(body)
    assert arm("PUT", SCALE_SET, body).status_code == 201
