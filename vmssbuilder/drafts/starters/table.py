"""The starters that come with the product, commonest first."""

from __future__ import annotations

from typing import Any, Final

from .declaration import Starter
from .questions import ADDRESS, IMAGE, PASSWORD, POOL, SECURITY_GROUP, SSH_KEY, SUBNET

Body = dict[str, Any]

_USER: Final = "azureuser"
_STORAGE: Final = "properties.virtualMachineProfile.storageProfile"
_PROFILE: Final = "properties.virtualMachineProfile"

_UBUNTU: Final = {
    "publisher": "Canonical",
    "offer": "0001-com-ubuntu-server-jammy",
    "sku": "22_04-lts-gen2",
    "version": "latest",
}
_WINDOWS: Final = {
    "publisher": "MicrosoftWindowsServer",
    "offer": "WindowsServer",
    "sku": "2022-datacenter-g2",
    "version": "latest",
}


def _linux(prefix: str) -> Body:
    """Sign-in with the SSH key alone."""
    key = {"path": f"/home/{_USER}/.ssh/authorized_keys"}
    return {
        "computerNamePrefix": prefix,
        "adminUsername": _USER,
        "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [key]}},
    }


def _windows(prefix: str, **more: Any) -> Body:
    return {
        "computerNamePrefix": prefix,
        "adminUsername": _USER,
        "windowsConfiguration": {"provisionVMAgent": True, "enableAutomaticUpdates": True, **more},
    }


def _disk(kind: str, size: int | None = None) -> Body:
    disk: Body = {
        "createOption": "FromImage",
        "caching": "ReadWrite",
        "managedDisk": {"storageAccountType": kind},
    }
    return disk if size is None else {**disk, "diskSizeGB": size}


def _interface(**more: Any) -> Body:
    """One network interface with one address; its subnet is asked for."""
    address = {"name": "ip1", "properties": {"primary": True}}
    return {
        "networkInterfaceConfigurations": [
            {"name": "nic1", "properties": {"primary": True, "ipConfigurations": [address], **more}}
        ]
    }


def _extension(name: str, publisher: str, kind: str, version: str, settings: Body, **more: Any) -> Body:
    properties = {
        "publisher": publisher,
        "type": kind,
        "typeHandlerVersion": version,
        "autoUpgradeMinorVersion": True,
        "settings": settings,
    }
    return {"name": name, "properties": {**properties, **more}}


def _health(settings: Body, **more: Any) -> Body:
    return _extension(
        "health", "Microsoft.ManagedServices", "ApplicationHealthLinux", "1.0", settings, **more
    )


_NGINX: Final = _extension(
    "script",
    "Microsoft.Azure.Extensions",
    "CustomScript",
    "2.1",
    {"commandToExecute": "apt-get update && apt-get install -y nginx"},
)
_WEB: Final = {
    "extensions": [
        _NGINX,
        _health({"protocol": "http", "port": 80, "requestPath": "/"}, provisionAfterExtensions=["script"]),
    ]
}
"""A script that installs a web server, and the question whether it answers."""

_ROLLING: Final = {
    "mode": "Rolling",
    "rollingUpgradePolicy": {
        "maxBatchInstancePercent": 20,
        "maxUnhealthyInstancePercent": 20,
        "maxUnhealthyUpgradedInstancePercent": 20,
        "pauseTimeBetweenBatches": "PT0S",
    },
}


def _document(size: str, count: int, profile: Body, *properties: Body, zones: tuple[str, ...] = ()) -> Body:
    """properties: members of `properties` beside the profile, in parts."""
    placed = {"zones": list(zones)} if zones else {}
    body: Body = {"virtualMachineProfile": profile}
    for part in reversed(properties):
        body = {**part, **body}
    return {**placed, "sku": {"name": size, "tier": "Standard", "capacity": count}, "properties": body}


_ZONES: Final = ("1", "2", "3")
_UNIFORM: Final[Body] = {"orchestrationMode": "Uniform", "overprovision": False}
_MANUAL: Final[Body] = {"upgradePolicy": {"mode": "Manual"}}
_AUTOMATIC: Final[Body] = {
    "upgradePolicy": {**_ROLLING, "automaticOSUpgradePolicy": {"enableAutomaticOSUpgrade": True}}
}

_LATEST: Final = {
    "image-version-latest-warn": "instances added later take the newest version of the image at that time"
}
_FIREWALL: Final = {
    "spg-false-standard-lb-nsg": "a network security group of the subnet has to let the traffic through"
}

_TRUSTED: Final = {
    "securityType": "TrustedLaunch",
    "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
}
_SECURITY_TYPE: Final = f"{_PROFILE}.securityProfile"

TABLE: Final = (
    Starter(
        "linux-web",
        "Linux web tier behind a load balancer",
        "Three Ubuntu servers in three zones with nginx, a data disk and rolling upgrades, behind a load balancer of yours.",
        {
            "tags": {"role": "web"},
            **_document(
                "Standard_D2s_v5",
                3,
                {
                    "osProfile": _linux("web"),
                    "storageProfile": {
                        "imageReference": _UBUNTU,
                        "osDisk": _disk("Premium_LRS", 64),
                        "dataDisks": [
                            {
                                "lun": 0,
                                "createOption": "Empty",
                                "caching": "ReadOnly",
                                "diskSizeGB": 64,
                                "managedDisk": {"storageAccountType": "Premium_LRS"},
                            }
                        ],
                    },
                    "networkProfile": _interface(),
                    "extensionProfile": _WEB,
                },
                _AUTOMATIC,
                _UNIFORM,
                zones=_ZONES,
            ),
        },
        (*ADDRESS, SUBNET, POOL, SSH_KEY),
        ("zones", "properties.upgradePolicy", f"{_PROFILE}.extensionProfile"),
        _FIREWALL,
    ),
    Starter(
        "windows",
        "Windows with RDP or WinRM",
        "Two Windows Server 2022 servers that answer RDP, and WinRM over HTTP, inside of the virtual network.",
        _document(
            "Standard_D2s_v5",
            2,
            {
                "osProfile": _windows("win", winRM={"listeners": [{"protocol": "Http"}]}),
                "storageProfile": {"imageReference": _WINDOWS, "osDisk": _disk("Premium_LRS")},
                "networkProfile": _interface(),
            },
            _MANUAL,
            _UNIFORM,
        ),
        (*ADDRESS, SUBNET, PASSWORD),
        (f"{_PROFILE}.osProfile.windowsConfiguration.winRM", f"{_STORAGE}.osDisk.managedDisk"),
        _LATEST,
    ),
    Starter(
        "spot-batch",
        "Spot batch",
        "Ubuntu workers on spare capacity, at most at the usual price: Azure may take them away, and tries to bring them back.",
        _document(
            "Standard_D2s_v5",
            4,
            {
                "priority": "Spot",
                "evictionPolicy": "Delete",
                "billingProfile": {"maxPrice": -1},
                "osProfile": _linux("batch"),
                "storageProfile": {"imageReference": _UBUNTU, "osDisk": _disk("StandardSSD_LRS")},
                "networkProfile": _interface(),
            },
            {
                "singlePlacementGroup": False,
                "spotRestorePolicy": {"enabled": True, "restoreTimeout": "PT1H"},
            },
            _MANUAL,
            _UNIFORM,
        ),
        (*ADDRESS, SUBNET, SSH_KEY),
        (f"{_PROFILE}.priority", f"{_PROFILE}.evictionPolicy", "properties.spotRestorePolicy"),
        _LATEST,
    ),
    Starter(
        "zone-redundant",
        "Zone-redundant",
        "Three Ubuntu servers, one in each zone, kept even; one that stops answering on port 22 is replaced.",
        _document(
            "Standard_D2s_v5",
            3,
            {
                "osProfile": _linux("zone"),
                "storageProfile": {"imageReference": _UBUNTU, "osDisk": _disk("Premium_LRS")},
                "networkProfile": _interface(),
                "extensionProfile": {"extensions": [_health({"protocol": "tcp", "port": 22})]},
            },
            {
                "zoneBalance": True,
                "platformFaultDomainCount": 1,
                "automaticRepairsPolicy": {"enabled": True, "gracePeriod": "PT30M"},
            },
            _AUTOMATIC,
            _UNIFORM,
            zones=_ZONES,
        ),
        (*ADDRESS, SUBNET, SSH_KEY),
        ("zones", "properties.zoneBalance", "properties.automaticRepairsPolicy", "properties.upgradePolicy"),
    ),
    Starter(
        "flexible",
        "Flexible orchestration",
        "Two Ubuntu machines in two zones that are virtual machines of their own, each managed like any other.",
        {
            **_document(
                "Standard_D2s_v5",
                2,
                {
                    "osProfile": _linux("flex"),
                    "storageProfile": {"imageReference": _UBUNTU, "osDisk": _disk("Premium_LRS")},
                    "networkProfile": {"networkApiVersion": "2020-11-01", **_interface()},
                },
                {"orchestrationMode": "Flexible", "platformFaultDomainCount": 1},
                zones=("1", "2"),
            ),
        },
        (*ADDRESS, SUBNET, SSH_KEY),
        (
            "properties.orchestrationMode",
            "properties.platformFaultDomainCount",
            f"{_PROFILE}.networkProfile.networkApiVersion",
        ),
        _LATEST
        | {
            "flex-outbound": "for the internet they need a NAT gateway on the subnet, or addresses of their own"
        },
    ),
    Starter(
        "own-image",
        "Own image from a gallery",
        "Two Linux servers made of an image that your team built.",
        _document(
            "Standard_D2s_v5",
            2,
            {
                "osProfile": _linux("own"),
                "storageProfile": {"osDisk": _disk("Premium_LRS")},
                "networkProfile": _interface(),
            },
            _MANUAL,
            _UNIFORM,
        ),
        (*ADDRESS, IMAGE, SUBNET, SSH_KEY),
        (f"{_STORAGE}.osDisk", f"{_PROFILE}.osProfile.linuxConfiguration.disablePasswordAuthentication"),
    ),
    Starter(
        "trusted-launch",
        "Hardened Trusted Launch",
        "Two Ubuntu servers with secure boot, a virtual TPM and attestation, behind a network security group of yours.",
        _document(
            "Standard_D2s_v5",
            2,
            {
                "osProfile": _linux("safe"),
                "storageProfile": {"imageReference": _UBUNTU, "osDisk": _disk("Premium_LRS")},
                "networkProfile": _interface(),
                "securityProfile": _TRUSTED,
                "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
                "extensionProfile": {
                    "extensions": [
                        _extension(
                            "attestation",
                            "Microsoft.Azure.Security.LinuxAttestation",
                            "GuestAttestation",
                            "1.0",
                            {},
                            enableAutomaticUpgrade=True,
                        )
                    ]
                },
            },
            _MANUAL,
            _UNIFORM,
        ),
        (*ADDRESS, SUBNET, SECURITY_GROUP, SSH_KEY),
        (_SECURITY_TYPE, f"{_PROFILE}.extensionProfile"),
        _LATEST,
    ),
    Starter(
        "gpu",
        "GPU",
        "One Ubuntu machine with an NVIDIA T4 and its driver, for inference and small trainings.",
        _document(
            "Standard_NC4as_T4_v3",
            1,
            {
                "osProfile": _linux("gpu"),
                "storageProfile": {"imageReference": _UBUNTU, "osDisk": _disk("Premium_LRS", 128)},
                "networkProfile": _interface(),
                "extensionProfile": {
                    "extensions": [
                        _extension("gpu-driver", "Microsoft.HpcCompute", "NvidiaGpuDriverLinux", "1.6", {})
                    ]
                },
            },
            _MANUAL,
            _UNIFORM,
        ),
        (*ADDRESS, SUBNET, SSH_KEY),
        ("sku.name", f"{_STORAGE}.osDisk.managedDisk", f"{_PROFILE}.extensionProfile"),
        _LATEST,
    ),
    Starter(
        "rest-example",
        "The REST page's own example",
        "Ten Windows servers with a data disk behind a load balancer, as Microsoft shows them on the page “Create or update a scale set”.",
        {
            "tags": {"key": "value"},
            **_document(
                "Standard_D2s_v3",
                10,
                {
                    "osProfile": _windows("myvmss"),
                    "storageProfile": {
                        "imageReference": {**_WINDOWS, "sku": "2019-Datacenter"},
                        "dataDisks": [
                            {
                                "lun": 0,
                                "createOption": "Empty",
                                "caching": "None",
                                "managedDisk": {"storageAccountType": "Standard_LRS"},
                                "diskSizeGB": 100,
                            }
                        ],
                    },
                    "networkProfile": {
                        "networkInterfaceConfigurations": [
                            {
                                "name": "nicconfig1",
                                "properties": {
                                    "primary": True,
                                    "ipConfigurations": [{"name": "ipconfig1", "properties": {}}],
                                },
                            }
                        ]
                    },
                },
                {"singlePlacementGroup": True, "overprovision": True},
                _MANUAL,
            ),
        },
        (*ADDRESS, SUBNET, POOL, PASSWORD),
        ("properties.singlePlacementGroup", f"{_STORAGE}.dataDisks"),
        _LATEST,
        api_version="2016-04-30-preview",
    ),
)
