"""The board of the pre-flight over real HTTP: what each check finds, what pages show of it, who may run it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage, signed_in
from tests.reviews.making import PASSWORD, document, draft, edit
from tests.submissions.conftest import drive
from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.models import Event
from vmssbuilder.azure import preflight as checks
from vmssbuilder.azure.preflight import Result
from vmssbuilder.drafts.models import Draft
from vmssbuilder.preflight import actions, board, checking
from vmssbuilder.preflight.models import Preflight
from vmssbuilder.reviews.actions import request_review
from vmssbuilder.sandbox import faults, world
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import paths
from vmssbuilder.workers import heartbeats
from vmssbuilder.workers.models import Worker

pytestmark = pytest.mark.django_db

GROUP = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop"


def ran(user: User, of: Draft) -> dict[str, Result]:
    """The results of a pre-flight, by check."""
    run = actions.start(user, of)
    checking.run(run.pk)
    return {each["check"]: Result.from_json(each) for each in Preflight.objects.get(pk=run.pk).results}


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The sound document with other values in some places."""
    made = document()
    for place, value in changes:
        here: Any = made
        *way, last = paths.parse(place)
        for step in way:
            here = here.setdefault(step, {}) if isinstance(step, str) else here[step]
        here[last] = value
    return made


def said(result: Result) -> str:
    return " ".join(f"{each.sentence} {each.cure}" for each in result.findings)


IMAGE = "properties.virtualMachineProfile.storageProfile.imageReference"
SIZES = "properties.skuProfile.vmSizes"
SECURITY = "properties.virtualMachineProfile.securityProfile.securityType"
EPHEMERAL = "properties.virtualMachineProfile.storageProfile.osDisk.diffDiskSettings"
COMPUTE = f"{GROUP}/providers/Microsoft.Compute"
PROFILE = "properties.virtualMachineProfile"
DISKS = f"{PROFILE}.storageProfile.dataDisks"
AT_HOST = f"{PROFILE}.securityProfile.encryptionAtHost"
PRIORITY = f"{PROFILE}.priority"
RESERVED = f"{PROFILE}.capacityReservation.capacityReservationGroup.id"
PLACED = "placement.zonePlacementPolicy"
SURGE = "properties.upgradePolicy.rollingUpgradePolicy.maxSurge"
PREMIUM = {
    "lun": 0,
    "createOption": "Empty",
    "diskSizeGB": 8,
    "managedDisk": {"storageAccountType": "Premium_LRS"},
}
GEN2 = {
    "publisher": "Canonical",
    "offer": "0001-com-ubuntu-server-jammy",
    "sku": "22_04-lts-gen2",
    "version": "latest",
}
OS_SIZE = f"{PROFILE}.storageProfile.osDisk.diskSizeGB"
CACHED = {"option": "Local", "placement": "CacheDisk", "enableFullCaching": True}
PROBE = f"{PROFILE}.networkProfile.healthProbe.id"
HOSTS = "properties.hostGroup.id"
FAULT_DOMAINS = "properties.platformFaultDomainCount"
BALANCERS = f"{GROUP}/providers/Microsoft.Network/loadBalancers"
VAULTS = f"{GROUP}/providers/Microsoft.KeyVault/vaults"
NIC = "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations[0].properties"
POOLS = f"{NIC}.ipConfigurations[0].properties.loadBalancerBackendAddressPools"


def test_a_sound_request_passes_everything(sandbox: Running, rita: User) -> None:
    found = ran(rita, draft(rita))
    assert {key: each.status for key, each in found.items()} == dict.fromkeys(
        [key for key in checks.TITLES if key != "what-if"], "passed"
    ), {key: said(each) for key, each in found.items()}
    assert not sandbox.requests("PUT"), "nothing was changed"


FAILING: list[tuple[str, str, list[tuple[str, Any]], str, str]] = [
    ("size", "failed", [("sku.name", "Standard_Nope_v9")], "not on offer", "sku.name"),
    ("size", "failed", [("location", "ukwest"), ("zones", ["1"])], "zone 1", "zones"),
    (
        "size",
        "failed",
        [("sku.name", "Mix"), (SIZES, [{"name": "Standard_D2s_v3"}, {"name": "Standard_Nope_v9"}])],
        "Standard_Nope_v9 is not on offer",
        f"{SIZES}[1].name",
    ),
    ("fit", "failed", [(SECURITY, "TrustedLaunch")], "is an image of generation 1", IMAGE),
    (
        "fit",
        "failed",
        [(SECURITY, "TrustedLaunch"), ("sku.name", "Standard_D2_v3")],
        "Standard_D2_v3 has no Trusted Launch",
        SECURITY,
    ),
    (
        "fit",
        "failed",
        [(SECURITY, "TrustedLaunch"), ("sku.name", "Standard_D2ps_v5")],
        "Standard_D2ps_v5 has no Trusted Launch",
        SECURITY,
    ),
    (
        "fit",
        "failed",
        [(SECURITY, "TrustedLaunch"), (IMAGE, {"id": f"{COMPUTE}/galleries/gal_shop/images/empty"})],
        "“empty” is an image of generation 1",
        IMAGE,
    ),
    (
        "fit",
        "failed",
        [(IMAGE, {"id": f"{COMPUTE}/galleries/gal_shop/images/web-arm/versions/1.0.0"})],
        "Standard_D2s_v3 does not start images of Arm64, as “web-arm” is",
        IMAGE,
    ),
    (
        "fit",
        "failed",
        [("sku.name", "Standard_D2s_v6"), (IMAGE, {"id": f"{COMPUTE}/images/img-win"})],
        "Standard_D2s_v6 does not start images of generation 1, as “img-win” is",
        IMAGE,
    ),
    (
        "fit",
        "failed",
        [(f"{EPHEMERAL}.option", "Local"), ("sku.name", "Standard_D2s_v5")],
        "Standard_D2s_v5 has no room for an ephemeral OS disk",
        EPHEMERAL,
    ),
    (
        "fit",
        "failed",
        [(EPHEMERAL, {"option": "Local", "placement": "NvmeDisk"})],
        "Standard_D2s_v3 has no NVMe disk",
        f"{EPHEMERAL}.placement",
    ),
    (
        "fit",
        "failed",
        [(f"{NIC}.enableAcceleratedNetworking", True), ("sku.name", "Standard_B2ms")],
        "Standard_B2ms has no accelerated networking",
        f"{NIC}.enableAcceleratedNetworking",
    ),
    (
        "fit",
        "failed",
        [
            ("sku.name", "Mix"),
            (SIZES, [{"name": "Standard_D2s_v5"}, {"name": "Standard_D4s_v5"}]),
            (f"{EPHEMERAL}.option", "Local"),
        ],
        "Standard_D2s_v5 has no room for an ephemeral OS disk",
        EPHEMERAL,
    ),
    (
        "fit",
        "failed",
        [(EPHEMERAL, {"option": "Local"}), (OS_SIZE, 51)],
        "Standard_D2s_v3 has 50 GiB for an ephemeral OS disk in its cache, and this one has 51",
        OS_SIZE,
    ),
    (
        "fit",
        "failed",
        [(EPHEMERAL, {"option": "Local"})],
        "in its cache, and this one has 127",
        OS_SIZE,
    ),
    (
        "fit",
        "failed",
        [(EPHEMERAL, {"option": "Local", "placement": "ResourceDisk"}), (OS_SIZE, 37)],
        "has 36 GiB for an ephemeral OS disk on its temporary disk",
        OS_SIZE,
    ),
    (
        "fit",
        "failed",
        [
            (EPHEMERAL, {"option": "Local", "placement": "NvmeDisk"}),
            ("sku.name", "Standard_L8s_v3"),
            (OS_SIZE, 441),
        ],
        "has 440 GiB for an ephemeral OS disk on its NVMe disk",
        OS_SIZE,
    ),
    (
        "fit",
        "failed",
        [(EPHEMERAL, {"option": "Local"}), (OS_SIZE, 50), (SECURITY, "TrustedLaunch"), (IMAGE, GEN2)],
        "has 49 GiB for an ephemeral OS disk in its cache, and this one has 50",
        OS_SIZE,
    ),
    (
        "fit",
        "failed",
        [(EPHEMERAL, CACHED), ("sku.name", "Standard_D8ds_v5"), (OS_SIZE, 100)],
        "has 200 of more than 201 GiB that full caching of the OS disk needs",
        f"{EPHEMERAL}.enableFullCaching",
    ),
    (
        "fit",
        "failed",
        [(EPHEMERAL, CACHED), ("sku.name", "Standard_D4ds_v5"), (OS_SIZE, 30)],
        "has 4 of the 8 vCPUs that full caching of the OS disk needs",
        f"{EPHEMERAL}.enableFullCaching",
    ),
    (
        "fit",
        "failed",
        [("sku.name", "Mix"), (SIZES, [{"name": "Standard_D2s_v5"}, {"name": "Standard_D2s_v6"}])],
        "Standard_D2s_v6 and Standard_D2s_v5 cannot be mixed: one has disks by SCSI, the other by NVMe",
        SIZES,
    ),
    (
        "fit",
        "failed",
        [("sku.name", "Mix"), (SIZES, [{"name": "Standard_D2s_v5"}, {"name": "Standard_D2ds_v5"}])],
        "Standard_D2ds_v5 and Standard_D2s_v5 cannot be mixed: only one of them has a local disk",
        SIZES,
    ),
    ("quota", "failed", [("sku.capacity", 60)], "120 needed, 100 of 100 left", "sku.capacity"),
    (
        "quota",
        "warning",
        [("sku.capacity", 48), (SURGE, True)],
        "96 needed, 100 of 100 left; with 20 more",
        "sku.capacity",
    ),
    ("quota", "unknown", [(RESERVED, f"{COMPUTE}/capacityReservationGroups/crg")], "reserved", RESERVED),
    ("size", "failed", [("location", "ukwest"), (PLACED, "Auto")], "no zone of ukwest", PLACED),
    (
        "size",
        "failed",
        [("placement", {"zonePlacementPolicy": "auto", "includeZones": ["9"]})],
        "no zone of uksouth",
        "placement.includeZones",
    ),
    (
        "size",
        "warning",
        [("placement", {"zonePlacementPolicy": "Auto", "excludeZones": ["1", "2"]})],
        "there is zone 3 of uksouth only",
        "placement.excludeZones",
    ),
    (
        "fit",
        "failed",
        [(SECURITY, "ConfidentialVM"), (IMAGE, GEN2)],
        "Standard_D2s_v3 has no confidential VMs",
        SECURITY,
    ),
    (
        "fit",
        "failed",
        [(SECURITY, "ConfidentialVM"), ("sku.name", "Standard_DC2as_v5")],
        "is an image of generation 1. Confidential VMs need generation 2",
        IMAGE,
    ),
    (
        "fit",
        "failed",
        [(AT_HOST, True), ("sku.name", "Standard_D2_v3")],
        "Standard_D2_v3 has no encryption at host",
        AT_HOST,
    ),
    (
        "fit",
        "failed",
        [(PRIORITY, "Spot"), ("sku.name", "Standard_B2ms")],
        "Standard_B2ms has no Spot instances",
        PRIORITY,
    ),
    (
        "fit",
        "failed",
        [(DISKS, [PREMIUM]), ("sku.name", "Standard_D2_v3")],
        "Standard_D2_v3 has no premium disks",
        f"{DISKS}[0].managedDisk.storageAccountType",
    ),
    (
        "fit",
        "failed",
        [("properties.additionalCapabilities.ultraSSDEnabled", True), ("sku.name", "Standard_B2ms")],
        "Standard_B2ms has no Ultra disks here",
        "properties.additionalCapabilities.ultraSSDEnabled",
    ),
    ("fit", "failed", [(DISKS, [PREMIUM] * 5)], "Standard_D2s_v3 takes 4 data disks, and these are 5", DISKS),
    (
        "fit",
        "failed",
        [("sku.name", "Mix"), (SIZES, [{"name": "Standard_D2s_v3"}, {"name": "Standard_D2ps_v5"}])],
        "cannot be mixed: their architecture differs",
        SIZES,
    ),
    (
        "fit",
        "failed",
        [("sku.name", "Mix"), (SIZES, [{"name": "Standard_D2s_v3"}, {"name": "Standard_D2_v3"}])],
        "Standard_D2_v3 and Standard_D2s_v3 cannot be mixed: only one of them has premium disks",
        SIZES,
    ),
    (
        "subnets",
        "failed",
        [("sku.capacity", 900)],
        "900 addresses needed",
        f"{NIC}.ipConfigurations[0].properties.subnet.id",
    ),
    (
        "subnets",
        "warning",
        [("sku.capacity", 235), ("properties.overprovision", True)],
        "more for a while during growth or upgrades it would be full",
        f"{NIC}.ipConfigurations[0].properties.subnet.id",
    ),
    (
        "references",
        "failed",
        [
            (
                f"{NIC}.networkSecurityGroup",
                {"id": f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/gone"},
            )
        ],
        "is not there",
        f"{NIC}.networkSecurityGroup.id",
    ),
    (
        "references",
        "failed",
        [("location", "eastus")],
        "is in uksouth, the scale set in eastus",
        f"{NIC}.ipConfigurations[0].properties.subnet.id",
    ),
    (
        "references",
        "failed",
        [(f"{NIC}.networkSecurityGroup", {"id": "/subscriptions/x/providers/odd"})],
        "not a resource id",
        f"{NIC}.networkSecurityGroup.id",
    ),
    *(
        (
            "references",
            "failed",
            [(POOLS, [{"id": f"{BALANCERS}/lb-old/backendAddressPools/web"}]), *changes],
            f"“lb-old” is a Basic load balancer, which does not serve {words}",
            f"{POOLS}[0].id",
        )
        for changes, words in (
            ([("zones", ["1"])], "scale sets in zones"),
            ([(PLACED, "Auto")], "scale sets in zones"),
            ([("properties.singlePlacementGroup", False)], "several placement groups"),
            ([("properties.orchestrationMode", "Flexible")], "scale sets in Flexible mode"),
        )
    ),
    (
        "references",
        "failed",
        [
            (POOLS, [{"id": f"{BALANCERS}/lb-shop/backendAddressPools/web"}]),
            (PROBE, f"{BALANCERS}/lb-shop/probes/tcp"),
        ],
        "No load balancing rule uses the probe “tcp”",
        PROBE,
    ),
    (
        "references",
        "failed",
        [
            (POOLS, [{"id": f"{BALANCERS}/lb-shop/backendAddressPools/admin"}]),
            (PROBE, f"{BALANCERS}/lb-shop/probes/http"),
        ],
        "No load balancing rule that uses the probe “http” sends to a backend pool of the scale set",
        PROBE,
    ),
    (
        "references",
        "failed",
        [(f"{PROFILE}.osProfile.secrets", [{"sourceVault": {"id": f"{VAULTS}/kv-private"}}])],
        "The key vault “kv-private” is not enabled for deployment",
        f"{PROFILE}.osProfile.secrets[0].sourceVault.id",
    ),
    (
        "references",
        "failed",
        [(HOSTS, f"{COMPUTE}/hostGroups/hg-shop"), ("zones", ["1"]), (FAULT_DOMAINS, 3)],
        "“hg-shop” have 2 fault domains, and the scale set spreads over 3",
        FAULT_DOMAINS,
    ),
    (
        "references",
        "failed",
        [(HOSTS, f"{COMPUTE}/hostGroups/hg-manual")],
        "“hg-manual” have 1 fault domain, and the scale set spreads over 5",
        FAULT_DOMAINS,
    ),
    *(
        ("references", "failed", [(HOSTS, f"{COMPUTE}/hostGroups/{group}"), *changes], words, "zones")
        for group, changes, words in (
            ("hg-shop", [(FAULT_DOMAINS, 1)], "“hg-shop” are in zone 1, the scale set in no zone"),
            ("hg-shop", [("zones", ["1", "2"])], "“hg-shop” are in zone 1, the scale set in zone 1, 2"),
            ("hg-manual", [("zones", ["1"])], "“hg-manual” are in no zone, the scale set in zone 1"),
        )
    ),
    (
        "plan",
        "warning",
        [(IMAGE, GEN2 | {"offer": "UbuntuServer", "sku": "18_04-lts-gen2"})],
        "Canonical / UbuntuServer / 18_04-lts-gen2 is going to be withdrawn",
        IMAGE,
    ),
    ("plan", "failed", [(f"{IMAGE}.sku", "never")], "not on offer", IMAGE),
    (
        "plan",
        "failed",
        [
            (
                IMAGE,
                {
                    "publisher": "fortinet",
                    "offer": "fortinet_fortigate-vm_v5",
                    "sku": "fortinet_fg-vm",
                    "version": "latest",
                },
            )
        ],
        "does not name it",
        "plan.name",
    ),
    ("provider", "failed", [("location", "atlantis")], "not offered in “atlantis”", "location"),
    ("validate", "failed", [("sku.capacity", 60)], "quota", ""),
]


@pytest.mark.parametrize(("check", "status", "changes", "words", "field"), FAILING)
def test_what_would_go_wrong_is_said_at_its_field(
    sandbox: Running,
    rita: User,
    check: str,
    status: str,
    changes: list[tuple[str, Any]],
    words: str,
    field: str,
) -> None:
    result = ran(rita, draft(rita, changed(*changes)))[check]
    assert result.status == status, said(result)
    worst = [each for each in result.findings if each.status == status]
    assert words in " ".join(each.sentence for each in worst)
    assert not field or worst[0].path == field
    assert result.at


@pytest.mark.parametrize(
    ("size", "cure"),
    [
        (50, "Choose a larger size, or another place for the disk."),
        (51, "Choose a larger size, or a smaller disk."),
    ],
)
def test_another_place_is_named_where_the_disk_fits_there(
    sandbox: Running, rita: User, size: int, cure: str
) -> None:
    """The size has 36 GiB on its temporary disk, and 50 in its cache."""
    wanted = changed((EPHEMERAL, {"option": "Local", "placement": "ResourceDisk"}), (OS_SIZE, size))
    result = ran(rita, draft(rita, wanted))["fit"]
    assert [each.cure for each in result.findings] == [cure]


MIX = [{"name": "Standard_D2s_v3"}, {"name": "Standard_D4s_v3"}, {}]


def test_each_size_of_a_mix_is_looked_up(sandbox: Running, rita: User) -> None:
    found = ran(rita, draft(rita, changed(("sku.name", "Mix"), (SIZES, MIX))))
    assert [each.path for each in found["size"].findings] == [f"{SIZES}[0].name", f"{SIZES}[1].name"]
    assert found["size"].status == "passed", said(found["size"])
    assert "With a mix of sizes Azure picks" in said(found["quota"])


def test_instances_on_dedicated_hosts_and_those_made_to_be_on_the_safe_side_use_no_quota(
    sandbox: Running, rita: User
) -> None:
    hosts = ("properties.hostGroup", {"id": f"{COMPUTE}/hostGroups/hosts"})
    found = ran(rita, draft(rita, changed(("sku.capacity", 900), hosts)))["quota"]
    assert (found.status, "dedicated hosts" in said(found)) == ("passed", True)
    found = ran(rita, draft(rita, changed(("sku.capacity", 48), ("properties.overprovision", True))))["quota"]
    assert found.status == "passed", said(found)


def test_azure_says_no_more_than_that_it_found_nothing_wrong(sandbox: Running, rita: User) -> None:
    assert said(ran(rita, draft(rita))["validate"]).startswith("Azure found nothing wrong.")


@pytest.mark.parametrize(
    "changes",
    [
        [(SECURITY, "Standard")],
        [(SECURITY, "TrustedLaunch"), (IMAGE, GEN2), ("sku.name", "Standard_D2s_v5")],
        [(SECURITY, "TrustedLaunch"), (IMAGE, {"id": f"{COMPUTE}/galleries/gal_shop/images/web"})],
        [(IMAGE, {"id": f"{COMPUTE}/images/img-win"})],
        [
            (IMAGE, {"id": f"{COMPUTE}/galleries/gal_shop/images/web-arm/versions/1.0.0"}),
            ("sku.name", "Standard_D2ps_v5"),
        ],
        [(IMAGE, {"id": f"{COMPUTE}/galleries/gal_shop/images/gone"})],
        [(IMAGE, {"id": "an image"})],
        [(f"{EPHEMERAL}.option", "Local"), ("sku.name", "Standard_D8ds_v5")],
        [(EPHEMERAL, {"option": "Local", "placement": "NvmeDisk"}), ("sku.name", "Standard_L8s_v3")],
        [(EPHEMERAL, {"option": "Local", "placement": "CacheDisk"}), (OS_SIZE, 50)],
        [(EPHEMERAL, {"option": "Local", "placement": "ResourceDisk"}), (OS_SIZE, 36)],
        [(EPHEMERAL, {"option": "Local"}), (OS_SIZE, 49), (SECURITY, "TrustedLaunch"), (IMAGE, GEN2)],
        [(EPHEMERAL, CACHED), ("sku.name", "Standard_D8ds_v5"), (OS_SIZE, 99)],
        [(OS_SIZE, 4000)],
        [
            ("sku.name", "Mix"),
            (SIZES, [{"name": "Standard_D2s_v6"}, {"name": "Standard_E4as_v6"}]),
            (IMAGE, GEN2),
        ],
        # One of them can do both.
        [("sku.name", "Mix"), (SIZES, [{"name": "Standard_E2bds_v5"}, {"name": "Standard_D2ds_v5"}])],
        [(f"{NIC}.enableAcceleratedNetworking", True)],
        [(f"{NIC}.enableAcceleratedNetworking", False), ("sku.name", "Standard_DC2as_v5"), (IMAGE, GEN2)],
        [("sku.name", "Mix"), (SIZES, MIX)],
    ],
)
def test_a_size_and_an_image_that_can_do_what_is_asked_pass(
    sandbox: Running, rita: User, changes: list[tuple[str, Any]]
) -> None:
    found = ran(rita, draft(rita, changed(*changes)))
    assert found["fit"].status == "passed", said(found["fit"])


@pytest.mark.parametrize(
    "changes",
    [
        [(POOLS, [{"id": f"{BALANCERS}/lb-old/backendAddressPools/web"}])],
        [
            (POOLS, [{"id": f"{BALANCERS}/lb-shop/backendAddressPools/web"}]),
            (PROBE, f"{BALANCERS}/lb-shop/probes/http"),
            ("zones", ["1"]),
        ],
        [(f"{PROFILE}.osProfile.secrets", [{"sourceVault": {"id": f"{VAULTS}/kv-shop"}}])],
        [
            (
                f"{PROFILE}.extensionProfile.extensions",
                [
                    {
                        "name": "x",
                        "properties": {
                            "protectedSettingsFromKeyVault": {"sourceVault": {"id": f"{VAULTS}/kv-private"}}
                        },
                    }
                ],
            )
        ],
        [(HOSTS, f"{COMPUTE}/hostGroups/hg-shop"), ("zones", ["1"]), (FAULT_DOMAINS, 2)],
        [(HOSTS, f"{COMPUTE}/hostGroups/hg-shop"), ("zones", ["1"])],
        [(HOSTS, f"{COMPUTE}/hostGroups/hg-manual"), ("properties.orchestrationMode", "Flexible")],
    ],
)
def test_resources_that_are_as_they_have_to_be_pass(
    sandbox: Running, rita: User, changes: list[tuple[str, Any]]
) -> None:
    found = ran(rita, draft(rita, changed(*changes)))
    assert found["references"].status == "passed", said(found["references"])


def test_a_probe_counts_where_one_of_several_pools_is_sent_to(sandbox: Running, rita: User) -> None:
    """A rule of a newer load balancer lists its pools."""
    own = f"{BALANCERS}/lb-shop"
    rule = {
        "probe": {"id": f"{own}/probes/HTTP"},
        "backendAddressPools": [{"id": f"{own}/backendAddressPools/ADMIN"}],
    }
    parts = {
        "probes": [{"id": f"{own}/probes/http"}],
        "backendAddressPools": [{"id": f"{own}/backendAddressPools/admin"}],
        "loadBalancingRules": [{"properties": rule}, {}],
    }
    sandbox.fault(
        "replaced",
        path=r"/loadBalancers/lb-shop$",
        status=200,
        body=json.dumps({"id": own, "properties": parts}),
    )
    pool = (POOLS, [{"id": f"{own}/backendAddressPools/admin"}])
    found = ran(rita, draft(rita, changed(pool, (PROBE, f"{own}/probes/http"))))["references"]
    assert found.status == "passed", said(found)


NEEDING = [(AT_HOST, True, "EncryptionAtHost"), (PLACED, "auto", "VmssAutomaticZonePlacement")]


@pytest.mark.parametrize(("place", "value", "feature"), NEEDING)
def test_a_feature_that_the_subscription_lacks_is_named_with_how_to_register_it(
    sandbox: Running, rita: User, place: str, value: Any, feature: str
) -> None:
    wanted = draft(rita, changed((place, value)))
    assert f"The feature {feature} is registered" in said(ran(rita, wanted)["provider"])
    found = ran(rita, edit(rita, wanted, "$target.subscription", world.PRODUCTION))["provider"]
    (told,) = [each for each in found.findings if each.status == "failed"]
    assert told.path == place
    assert f"needs the feature {feature}, which is not registered" in told.sentence
    assert told.cure.endswith(f"az feature register --namespace Microsoft.Compute --name {feature}")


def test_a_request_that_needs_no_feature_asks_for_none(sandbox: Running, rita: User) -> None:
    ran(rita, draft(rita, changed((AT_HOST, False), (PLACED, "None"))))
    assert not [each for each in sandbox.requests("GET") if "/features/" in each["path"]]


@pytest.mark.parametrize(
    ("status", "body", "told", "words"),
    [
        (200, {"properties": {"state": "Pending"}}, "failed", "is still being approved"),
        (200, {"properties": {"state": "Registering"}}, "failed", "is still being registered"),
        (200, {"properties": {"state": "Unregistered"}}, "failed", "is not registered"),
        (200, {}, "failed", "is not registered"),
        (
            404,
            {"error": {"code": "FeatureNotFound", "message": "None such."}},
            "unknown",
            "Azure does not say",
        ),
        (403, {"error": {"code": "AuthorizationFailed", "message": "No."}}, "unknown", "Azure does not say"),
    ],
)
def test_what_azure_says_of_a_feature_counts(
    sandbox: Running, rita: User, status: int, body: dict[str, Any], told: str, words: str
) -> None:
    sandbox.fault("replaced", path="/features/", status=status, body=json.dumps(body))
    found = ran(rita, draft(rita, changed((AT_HOST, True))))["provider"]
    assert [each.status for each in found.findings] == ["passed", told], said(found)
    assert words in said(found)


def test_an_image_that_is_withdrawn(sandbox: Running, rita: User) -> None:
    properties = {"imageDeprecationStatus": {"imageState": "Deprecated"}}
    sandbox.fault("replaced", path=r"/versions/\d", status=200, body=json.dumps({"properties": properties}))
    found = ran(rita, draft(rita))["plan"]
    assert found.status == "failed", said(found)
    assert "is withdrawn: Azure makes no new instances of it" in said(found)


@pytest.mark.parametrize(
    ("version", "status"), [("agent/versions/latest", "passed"), ("gone/versions/latest", "failed")]
)
def test_the_newest_version_of_an_application(
    sandbox: Running, rita: User, version: str, status: str
) -> None:
    place = "properties.virtualMachineProfile.applicationProfile"
    reference = f"{GROUP}/providers/Microsoft.Compute/galleries/gal_shop/applications/{version}"
    wanted = changed((place, {"galleryApplications": [{"packageReferenceId": reference}]}))
    result = ran(rita, draft(rita, wanted))["references"]
    (told,) = [each for each in result.findings if each.path.startswith(place)]
    assert told.status == status, said(result)


def test_a_provider_that_is_not_registered(sandbox: Running, rita: User) -> None:
    made = edit(rita, draft(rita), "$target.subscription", world.UNREGISTERED)
    result = ran(rita, made)["provider"]
    assert (result.status, result.findings[0].path) == ("failed", "$target.subscription")
    assert "az provider register --namespace Microsoft.Compute" in said(result)


def test_an_api_version_that_is_not_served(sandbox: Running, rita: User) -> None:
    types = [{"resourceType": "virtualMachineScaleSets", "apiVersions": ["2023-09-01"], "locations": []}]
    body = json.dumps({"registrationState": "Registered", "resourceTypes": types})
    sandbox.fault("replaced", path=SEEN["provider"], status=200, body=body)
    result = ran(rita, draft(rita))["provider"]
    assert (result.status, result.findings[0].path) == ("failed", "$target.apiVersion")
    assert "does not serve API version 2024-07-01" in said(result)
    assert "for example 2023-09-01" in said(result)


def test_terms_that_nobody_accepted(sandbox: Running, rita: User) -> None:
    image = {
        "publisher": "f5-networks",
        "offer": "f5-big-ip-byol",
        "sku": "f5-big-all-2slot-byol",
        "version": "latest",
    }
    plan = {"publisher": "f5-networks", "product": "f5-big-ip-byol", "name": "f5-big-all-2slot-byol"}
    result = ran(rita, draft(rita, changed((IMAGE, image), ("plan", plan))))["plan"]
    assert result.status == "failed"
    assert "az vm image terms accept --publisher f5-networks" in said(result)


def test_terms_that_are_accepted(sandbox: Running, rita: User) -> None:
    image = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "ubuntu-pro", "version": "latest"}
    plan = {"publisher": "Canonical", "product": "ubuntu-24_04-lts", "name": "ubuntu-pro"}
    result = ran(rita, draft(rita, changed((IMAGE, image), ("plan", plan))))["plan"]
    assert (result.status, "accepted" in said(result)) == ("passed", True)


@pytest.mark.parametrize(
    ("check", "field"),
    [
        ("size", "sku.name"),
        ("fit", "sku.name"),
        ("quota", "sku.name"),
        ("subnets", "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"),
    ],
)
def test_what_the_draft_does_not_say_yet_is_not_checked(
    sandbox: Running, rita: User, check: str, field: str
) -> None:
    result = ran(rita, draft(rita, {"tags": {"team": "shop"}}))[check]
    assert result.status == "unknown"
    assert result.findings[0].path == field, said(result)
    assert "yet, so this was not checked." in said(result)


SEEN = {
    "name": r"/virtualmachinescalesets/",
    "provider": r"/providers/microsoft\.compute$",
    "size": r"/skus$",
    "fit": r"/skus$",
    "quota": r"/usages$",
    "plan": r"/publishers/",
    "references": r"/virtualnetworks/[^/]+$",
    "subnets": r"/virtualnetworks/[^/]+/usages",
    "validate": r"/validate$",
}
DARK = {"403": "You may not look there", "500": "Azure has trouble", "429": "Azure asks for a pause"}


@pytest.mark.parametrize("check", SEEN)
@pytest.mark.parametrize("name", DARK)
def test_what_cannot_be_looked_at_is_not_checked_and_says_why(
    sandbox: Running, rita: User, check: str, name: str
) -> None:
    options: dict[str, Any] = {**faults.OFFERED[name].options, "path": SEEN[check], "times": 20}
    sandbox.fault(**options)
    result = ran(rita, draft(rita))[check]
    sandbox.sandbox.memory.faults.clear()
    assert result.status == "unknown", said(result)
    if (check, name) != ("references", "403"):
        assert DARK[name] in said(result) or "may not look at" in said(result)


def test_one_slow_answer_costs_its_own_check_only(
    sandbox: Running, rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "LIMIT", 1.0)
    sandbox.fault(kind="latency", path=r"/validate$", seconds=2.5)
    found = ran(rita, draft(rita))
    assert found["validate"].status == "unknown"
    assert "did not answer within 1 seconds" in said(found["validate"])
    assert {each.status for key, each in found.items() if key != "validate"} == {"passed"}


@pytest.mark.parametrize("kind", ["expired-token", "claims-challenge"])
def test_a_refused_token_is_renewed(sandbox: Running, rita: User, kind: str) -> None:
    sandbox.fault(kind=kind, path=r"/skus$")
    found = ran(rita, draft(rita))
    assert {each.status for each in found.values()} == {"passed"}


def test_secrets_travel_as_secure_parameters_and_stay_out_of_results(sandbox: Running, rita: User) -> None:
    message = f"The password '{PASSWORD}' is too well known."
    sandbox.fault(
        kind="status",
        status=400,
        error={"code": "InvalidParameter", "message": message, "target": "adminPassword"},
        path=r"/validate$",
    )
    bracketed = changed(("tags", {"note": "[not an expression]"}))
    made = draft(rita, bracketed)
    result = ran(rita, made)["validate"]
    assert result.status == "failed"
    assert "********" in result.findings[0].said
    assert PASSWORD not in json.dumps(list(Preflight.objects.values()), default=str)
    assert ran(rita, made)["validate"].status == "passed"
    bodies = [each["body"] for each in sandbox.requests("POST") if each["path"].endswith("/validate")]
    sent = bodies[-1]["properties"]
    assert sent["parameters"]["adminPassword"]["value"] == PASSWORD
    assert sent["template"]["parameters"]["adminPassword"]["type"] == "securestring"
    assert PASSWORD not in json.dumps(sent["template"])
    assert sent["template"]["resources"][0]["tags"]["note"] == "[[not an expression]"


def test_an_update_is_rehearsed(sandbox: Running, rita: User, submitted: Callable[..., Any]) -> None:
    drive(submitted())
    update = draft(
        rita, {"sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 3}}, operation="update"
    )
    found = ran(rita, update)
    assert {key: each.status for key, each in found.items()} == dict.fromkeys(checks.TITLES, "passed"), {
        key: said(each) for key, each in found.items()
    }
    assert "sku.capacity changes from “2” to “3”." in said(found["what-if"])
    told = [each.sentence.split(":")[1].split(",")[0].strip() for each in found["quota"].findings]
    assert sorted(told) == ["1 needed", "2 needed", "2 needed"], "only what is new counts"
    assert ": 1 address needed" in said(found["subnets"])
    taken = ran(rita, draft(rita))["name"]
    assert (taken.status, taken.findings[0].path) == ("failed", "$target.name")


@pytest.mark.parametrize(("name", "words"), DARK.items())
def test_an_update_that_cannot_be_rehearsed(
    sandbox: Running, rita: User, submitted: Callable[..., Any], name: str, words: str
) -> None:
    drive(submitted())
    update = draft(
        rita, {"sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 3}}, operation="update"
    )
    options: dict[str, Any] = {**faults.OFFERED[name].options, "path": r"/whatif$", "times": 20}
    sandbox.fault(**options)
    result = ran(rita, update)["what-if"]
    sandbox.sandbox.memory.faults.clear()
    assert result.status == "unknown"
    assert words in said(result)


def test_an_update_that_azure_would_refuse(
    sandbox: Running, rita: User, submitted: Callable[..., Any]
) -> None:
    drive(submitted())
    update = draft(
        rita, {"sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 3}}, operation="update"
    )
    error = {"code": "PropertyChangeNotAllowed", "message": "Not so.", "target": "sku.capacity"}
    sandbox.fault("status", status=409, error=error, path=r"/whatif$")
    result = ran(rita, update)["what-if"]
    assert (result.status, result.findings[0].path) == ("failed", "sku.capacity")


def test_every_outcome_of_every_line_is_here() -> None:
    failed = {row[0] for row in FAILING if row[1] == "failed"}
    # Those that a table cannot show: a name that is taken or missing, and what only an update has.
    assert failed | {"name", "what-if"} == set(checks.TITLES)
    assert SEEN.keys() | {"what-if"} == set(checks.TITLES)
    assert {row[0] for row in FAILING if row[1] == "warning"} == {"plan", "quota", "size", "subnets"}


def test_an_update_of_nothing(sandbox: Running, rita: User) -> None:
    found = ran(rita, draft(rita, {"sku": {"capacity": 3}}, operation="update"))
    assert found["name"].status == "failed"
    assert found["what-if"].status == "unknown"


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_walk_of_a_person(sandbox: Running, as_rita: Client, rita: User, page_of: GetPage) -> None:
    made = draft(rita, changed(("sku.capacity", 60)))
    url = f"/drafts/{made.code}/preflight/"
    assert "It has not been run yet" in page_of(as_rita, url).text
    assert "Not asked yet" in page_of(as_rita, f"/drafts/{made.code}/check/").text
    assert as_rita.post(url).status_code == 302
    assert Event.objects.filter(what="draft.preflight", about=made.code).exists()
    running = page_of(as_rita, url)
    assert "Running" in running.text
    again = actions.start(rita, made)
    assert Preflight.objects.count() == 1, "a second press does not start a second one"
    checking.run(again.pk)
    page = page_of(as_rita, url)
    assert "Failed" in page.text
    assert "120 needed, 100 of 100 left" in page.text
    assert any("/instances/#" in address for address in page.addresses())
    line = page_of(as_rita, f"/drafts/{made.code}/check/").text
    assert "Azure would refuse this" in line
    assert "It can be sent for review all the same" in line
    edit(rita, made, "sku.capacity", 2)
    assert "The draft was edited since" in page_of(as_rita, url).text
    assert "it counts no more" in page_of(as_rita, f"/drafts/{made.code}/check/").text


def test_htmx_hears_only_what_is_new(sandbox: Running, as_rita: Client, rita: User) -> None:
    heartbeats.beat("one")
    made = draft(rita)
    url = f"/drafts/{made.code}/preflight/"
    run = actions.start(rita, made)
    asking = {"HX-Request": "true"}
    assert b'id="board"' in as_rita.get(url, headers=asking).content
    assert as_rita.get(f"{url}?seen={run.version}", headers=asking).status_code == 204
    checking.run(run.pk)
    ended = as_rita.get(f"{url}?seen={run.version}", headers=asking).content
    assert b'id="board"' in ended
    assert b"hx-trigger" not in ended, "nothing more is to come"


def test_the_board_says_when_no_worker_is_there_to_run_it(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage
) -> None:
    made = draft(rita)
    url = f"/drafts/{made.code}/preflight/"
    heartbeats.beat("one")
    run = actions.start(rita, made)
    assert "No worker" not in page_of(as_rita, url).text
    Worker.objects.update(seen=clock.now() - timedelta(seconds=31))
    new = as_rita.get(f"{url}?seen={run.version}", headers={"HX-Request": "true"})
    assert "No worker has been alive for 30 seconds" in new.content.decode()
    checking.run(run.pk)
    assert "No worker" not in page_of(as_rita, url).text, "there is nothing to wait for"


def test_viewers_see_and_do_not_run(
    sandbox: Running, rita: User, administrator: User, stranger: User, page_of: GetPage
) -> None:
    made = draft(rita)
    ran(rita, made)
    url = f"/drafts/{made.code}/preflight/"
    page = page_of(signed_in(administrator), url)
    assert "Passed" in page.text
    assert "Run again" not in page.text
    assert not [each for each in page.addresses() if "#f-" in each], (
        "no links to fields that they cannot edit"
    )
    assert signed_in(administrator).post(url).status_code == 403
    assert signed_in(stranger).get(url).status_code == 404


def test_a_local_account_is_told_to_sign_in(requester: User, as_requester: Client, page_of: GetPage) -> None:
    made = draft(requester)
    page = page_of(as_requester, f"/drafts/{made.code}/preflight/", post={}, follow=True)
    assert "Sign in with Microsoft to run it" in page.text
    assert not Preflight.objects.exists()


def test_a_run_whose_worker_died_may_be_run_again(
    sandbox: Running, as_rita: Client, rita: User, page_of: GetPage
) -> None:
    made = draft(rita)
    first = actions.start(rita, made)
    Preflight.objects.filter(pk=first.pk).update(alive="2020-01-01T00:00:00Z")
    assert "did not come to its end" in page_of(as_rita, f"/drafts/{made.code}/preflight/").text
    assert actions.start(rita, made).pk != first.pk
    checking.run(first.pk)
    assert board.latest(made) is not None
    assert not Preflight.objects.get().results, "the old one writes nothing over the new one"


def test_a_review_says_what_azure_said_of_which_revision_and_how_long_ago(
    rita: User, as_rolf: Client, sandbox: Running, page_of: GetPage
) -> None:
    of = draft(rita)

    def shown() -> str:
        review = request_review(rita, of, "", of.head)
        return page_of(as_rolf, f"/reviews/{review.pk}/", queries=30).text

    assert "Nobody has asked Azure whether it would take this request." in shown()
    of = edit(rita, of, "sku.capacity", 4)
    ran(rita, of)
    now = shown()
    assert "Azure would take this" in now
    assert "by Rita" in now
    assert "more than a day ago" not in now
    Preflight.objects.update(asked=clock.now() - timedelta(days=2))
    of = edit(rita, of, "sku.capacity", 3)
    later = shown()
    assert "more than a day ago" in later
    assert "This is about revision 2, not about this one" in later
