"""Small documents by which the rules are tried: a sound one, and changes that break one rule or just do not."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.request import Target
from vmssbuilder.scaleset.versions import LATEST

SUBSCRIPTION: Final = "/subscriptions/11111111-2222-3333-4444-555555555555"
GROUP: Final = f"{SUBSCRIPTION}/resourceGroups/rg-shop"
COMPUTE: Final = f"{GROUP}/providers/Microsoft.Compute"
NETWORK: Final = f"{GROUP}/providers/Microsoft.Network"
SUBNET: Final = f"{NETWORK}/virtualNetworks/vnet-shop/subnets/web"
VAULT: Final = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-shop"
PASSWORD: Final = "Correct-Horse-9-Battery"

# Made for these tests; nobody holds the private halves.
RSA_KEY: Final = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDUbddWPC/EBRpKmVOZkomcjY+UnRjgu9KyD8dZHToc63exB6tPG28dJnUqE5GlzYK2to/1wQWx"
    "bWUwgSlA89sjraRNawnuU1K3p+vuklPm0/+vqWn65m6a1WqEfHYcluTrNRVdIgjCQNa5DFOWwvgt+2halaNrDxfdZNaYUgBauv6rle/SiorgmJab"
    "N6ql74vk99HVM8M7HH7v0kcA1l/8FyCNb66U0+gQ3xbgSV7fG/PsxLhb1YZ5kb495wkDVo6sSFsMLy69sOoSsMeWQ/gJQ2C/2H+6f7HmNu71A+8P"
    "pRd5j4Q8ihcUcoR8krG1jzwL2LbJt1Me6pIwnXva6UDz shopkeeper@example"
)
SHORT_RSA_KEY: Final = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDMapJBZvudDHDAyiU9wHGOLSdPEgGTISTWhsEEnh//NbKo9goaFSjsTh3Hu6V/lZBTwN8LSY1Z"
    "b/n/yToC6kM/vJK8xm4IQCNMnseXbmnZ/dK3pa9x656AEC+EgBsSWP74wai2bgqXsVB1R+yISuCgYOw85Qy9Kp+satjJbnVdOw=="
)
ED25519_KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5WXpgxmCio4uHketOVZdjHpJbkXlNsdXPHweV570Pd"
ECDSA_KEY: Final = (
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIOLU3FlBPKvvn8pZs55oMbbGMKseMAFFa06fRFj"
    "Gjb1K+qQrV0VSxBCNKMunA6VnZ9Tfd1ckl/GbnEpZzE5N5c="
)

PROFILE: Final = "properties.virtualMachineProfile"
OS: Final = f"{PROFILE}.osProfile"
LINUX: Final = f"{OS}.linuxConfiguration"
WINDOWS: Final = f"{OS}.windowsConfiguration"
STORAGE: Final = f"{PROFILE}.storageProfile"
IMAGE: Final = f"{STORAGE}.imageReference"
OS_DISK: Final = f"{STORAGE}.osDisk"
DISKS: Final = f"{STORAGE}.dataDisks"
NET: Final = f"{PROFILE}.networkProfile"
NICS: Final = f"{NET}.networkInterfaceConfigurations"
NIC: Final = f"{NICS}[0].properties"
IPS: Final = f"{NIC}.ipConfigurations"
IP: Final = f"{IPS}[0].properties"
EXTENSIONS: Final = f"{PROFILE}.extensionProfile.extensions"
UPGRADE: Final = "properties.upgradePolicy"

GONE: Final[Any] = object()
"""In changes: takes the member out."""

_SOUND: Final[dict[str, Any]] = {
    "location": "westeurope",
    "sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 3},
    "properties": {
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {
            "osProfile": {
                "computerNamePrefix": "web",
                "adminUsername": "shopkeeper",
                "adminPassword": PASSWORD,
            },
            "storageProfile": {
                "imageReference": {
                    "publisher": "Canonical",
                    "offer": "0001-com-ubuntu-server-jammy",
                    "sku": "22_04-lts-gen2",
                    "version": "22.04.202401010",
                },
                "osDisk": {
                    "createOption": "FromImage",
                    "caching": "ReadWrite",
                    "managedDisk": {"storageAccountType": "Premium_LRS"},
                },
            },
            "networkProfile": {
                "networkInterfaceConfigurations": [
                    {
                        "name": "nic",
                        "properties": {
                            "primary": True,
                            "ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": SUBNET}}}],
                        },
                    }
                ]
            },
        },
    },
}

Changes = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One document, or one address, to be checked."""

    document: dict[str, Any] = field(default_factory=dict)
    version: str = LATEST
    operation: str = "create"
    target: Target | None = None


@dataclass(frozen=True)
class Cases:
    """breaks: the place of the one finding expected, and the document. fine: documents that just do not break it.

    fixes: documents that break it, with what the fix puts at which place; None when there must be no fix. grades:
    documents that break it, and how grave that is there: "error", "overridable" (an error all the same) or "warning".
    """

    breaks: list[tuple[str, Case]]
    fine: list[Case]
    fixes: list[tuple[Case, tuple[str, Any] | None]] = field(default_factory=list)
    grades: list[tuple[Case, str]] = field(default_factory=list)


def _changed(document: dict[str, Any], changes: Changes) -> dict[str, Any]:
    document = copy.deepcopy(document)
    for place, value in changes.items():
        if value is GONE:
            assert paths.remove(document, paths.parse(place)), place
        else:
            paths.put(document, paths.parse(place), copy.deepcopy(value))
    return document


def _make(
    base: dict[str, Any], changes: Changes | None, version: str, operation: str, target: Target | None
) -> Case:
    return Case(_changed(base, changes or {}), version, operation, target)


_WINDOWS: Final = _changed(
    _SOUND,
    {
        f"{IMAGE}.publisher": "MicrosoftWindowsServer",
        f"{IMAGE}.offer": "WindowsServer",
        f"{IMAGE}.sku": "2022-datacenter",
        f"{IMAGE}.version": "20348.2227.240104",
    },
)
_VHD: Final = _changed(
    _SOUND,
    {
        IMAGE: GONE,
        f"{OS_DISK}.managedDisk": GONE,
        f"{OS_DISK}.osType": "Linux",
        f"{OS_DISK}.image.uri": "https://shop.blob.core.windows.net/images/golden.vhd",
    },
)
_CONTAINERS: Final = _changed(
    _SOUND,
    {
        f"{OS_DISK}.managedDisk": GONE,
        f"{OS_DISK}.name": "os",
        f"{OS_DISK}.vhdContainers": ["https://shop.blob.core.windows.net/vhds"],
    },
)
_FLEXIBLE: Final = _changed(
    _SOUND,
    {
        "properties.orchestrationMode": "Flexible",
        "properties.platformFaultDomainCount": 1,
        UPGRADE: GONE,
        f"{NET}.networkApiVersion": "2020-11-01",
        f"{IP}.publicIPAddressConfiguration": {"name": "public"},
    },
)


def linux(
    changes: Changes | None = None,
    version: str = LATEST,
    operation: str = "create",
    target: Target | None = None,
) -> Case:
    """A Linux scale set from a marketplace image, with a password, on managed disks."""
    return _make(_SOUND, changes, version, operation, target)


def windows(changes: Changes | None = None, version: str = LATEST, operation: str = "create") -> Case:
    """The same with Windows."""
    return _make(_WINDOWS, changes, version, operation, None)


def vhd(changes: Changes | None = None, version: str = LATEST, operation: str = "create") -> Case:
    """The same from a VHD in a storage account, with unmanaged disks."""
    return _make(_VHD, changes, version, operation, None)


def containers(changes: Changes | None = None, version: str = LATEST, operation: str = "create") -> Case:
    """The same from a marketplace image, with unmanaged disks in VHD containers."""
    return _make(_CONTAINERS, changes, version, operation, None)


def flexible(changes: Changes | None = None, version: str = LATEST, operation: str = "create") -> Case:
    """The same in Flexible orchestration mode."""
    return _make(_FLEXIBLE, changes, version, operation, None)


def patch(changes: Changes | None = None, version: str = LATEST) -> Case:
    """An update that holds nothing but the changes."""
    return _make({}, changes, version, "update", None)


def address(
    subscription: str = "11111111-2222-3333-4444-555555555555",
    resource_group: str = "rg-shop",
    name: str = "web",
) -> Case:
    """The address of a scale set."""
    return Case(target=Target(subscription, resource_group, name))
