"""The requests of Microsoft's page *Create or update a scale set*, put right so that Azure would take them.

The page's own examples do not parse, mix Linux with Windows settings and name three image sources at once. Each request
here keeps the page's values and structure, with one operating system, one image source, and values in place of `{...}`.
"""

from __future__ import annotations

import copy
from typing import Any, Final

SUBSCRIPTION: Final = "11111111-1111-4111-8111-111111111111"
GROUP: Final = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/myrg1"
NETWORK: Final = f"{GROUP}/providers/Microsoft.Network"
CERTIFICATE: Final = "https://mykeyvault1.vault.azure.net/secrets/web/0123456789abcdef0123456789abcdef"

CANARIES: Final = {
    "adminPassword": "Canary-passw0rd-one",
    "customData": "canary-custom-data-two",
    "storageAccountKey": "canary-storage-key-three",
    "content": "<FirstLogonCommands>canary-unattend-four</FirstLogonCommands>",
}
"""One value for each of the four kinds of secret, to look for where none may be."""

SECRETS: Final[list[dict[str, Any]]] = [
    {
        "sourceVault": {"id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/mykeyvault1"},
        "vaultCertificates": [{"certificateUrl": CERTIFICATE, "certificateStore": "certificateStoreName"}],
    }
]

OS_PROFILE: Final[dict[str, Any]] = {
    "computerNamePrefix": "myvmss",
    "adminUsername": "username1",
    "adminPassword": CANARIES["adminPassword"],
    "secrets": SECRETS,
    "windowsConfiguration": {
        "provisionVMAgent": True,
        "winRM": {"listeners": [{"protocol": "Https", "certificateUrl": CERTIFICATE}]},
        "additionalUnattendContent": [
            {
                "passName": "OobeSystem",
                "componentName": "Microsoft-Windows-Shell-Setup",
                "settingName": "FirstLogonCommands",
                "content": CANARIES["content"],
            }
        ],
        "enableAutomaticUpdates": True,
    },
}

EXTENSIONS: Final[dict[str, Any]] = {
    "extensions": [
        {
            "name": "extensionName",
            "properties": {
                "publisher": "Microsoft.Compute",
                "type": "CustomScriptExtension",
                "typeHandlerVersion": "1.1",
                "autoUpgradeMinorVersion": False,
                "settings": {
                    "fileUris": ["https://mystorage1.blob.core.windows.net/winvmextekfacnt/SampleCmd_1.cmd"],
                    "commandToExecute": "SampleCmd_1.cmd",
                },
                "protectedSettings": {
                    "storageAccountName": "mystorage1",
                    "storageAccountKey": CANARIES["storageAccountKey"],
                },
            },
        }
    ]
}

IMAGE: Final[dict[str, Any]] = {
    "publisher": "MicrosoftWindowsServer",
    "offer": "WindowsServer",
    "sku": "2016-Datacenter",
    "version": "latest",
}

NETWORK_PROFILE: Final[dict[str, Any]] = {
    "networkInterfaceConfigurations": [
        {
            "name": "nicconfig1",
            "properties": {
                "primary": True,
                "ipConfigurations": [
                    {
                        "name": "ipconfig1",
                        "properties": {
                            "subnet": {"id": f"{NETWORK}/virtualNetworks/vnet1/subnets/subnet1"},
                            "loadBalancerBackendAddressPools": [
                                {"id": f"{NETWORK}/loadBalancers/lb1/backendAddressPools/pool1"}
                            ],
                            "loadBalancerInboundNatPools": [
                                {"id": f"{NETWORK}/loadBalancers/lb1/inboundNatPools/pool1"}
                            ],
                            "applicationGatewayBackendAddressPools": [
                                {"id": f"{NETWORK}/applicationGateways/appGate1/backendAddressPools/pool1"}
                            ],
                        },
                    }
                ],
            },
        }
    ]
}

MANAGED_DISKS: Final[dict[str, Any]] = {
    "tags": {"key": "value"},
    "location": "East US",
    "sku": {"name": "Standard_A1", "tier": "Standard", "capacity": 10},
    "properties": {
        "singlePlacementGroup": True,
        "overProvision": True,
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {
            "osProfile": OS_PROFILE,
            "extensionProfile": EXTENSIONS,
            "storageProfile": {
                "imageReference": IMAGE,
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
            "networkProfile": NETWORK_PROFILE,
        },
    },
}
"""The first example: managed disks."""


def _second() -> dict[str, Any]:
    document = copy.deepcopy(MANAGED_DISKS)
    document["properties"]["virtualMachineProfile"]["storageProfile"] = {
        "osDisk": {
            "name": "OSDiskName",
            "image": {"uri": "https://mystorage1.blob.core.windows.net/container/myosdisk1.vhd"},
            "caching": "ReadWrite",
            "osType": "Windows",
            "createOption": "FromImage",
        }
    }
    return document


STORAGE_ACCOUNT: Final = _second()
"""The second example: the disks in a storage account, from an image of one's own, whose operating system is stated."""

UPDATE: Final[dict[str, Any]] = {
    "tags": {"key": "value"},
    "sku": {"name": "Standard_A1", "tier": "Standard", "capacity": 10},
    "properties": {
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {
            "osProfile": {"secrets": SECRETS},
            "extensionProfile": EXTENSIONS,
            "storageProfile": {"imageReference": IMAGE},
            "networkProfile": NETWORK_PROFILE,
        },
    },
}
"""The update example, its network profile where it belongs."""

PLAN: Final[dict[str, Any]] = {
    "location": "East US",
    "tags": {"department": "finance"},
    "plan": {"name": "imageName", "publisher": "imagePublisher", "product": "imageProduct"},
    "sku": {"name": "Standard_A1", "tier": "Standard", "capacity": 2},
    "properties": {
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {
            "osProfile": {
                "computerNamePrefix": "myvmss",
                "adminUsername": "username1",
                "adminPassword": CANARIES["adminPassword"],
                "customData": CANARIES["customData"],
            },
            "storageProfile": {
                "imageReference": {
                    "publisher": "imagePublisher",
                    "offer": "imageProduct",
                    "sku": "imageName",
                    "version": "latest",
                }
            },
            "networkProfile": NETWORK_PROFILE,
        },
    },
}
"""A scale set with the purchase plan of the marketplace example."""
