"""The document that is measured: the first example of Azure's page on creating a scale set, made sound."""

from __future__ import annotations

from typing import Any, Final

API_VERSION: Final = "2016-04-30-preview"
SUBSCRIPTION: Final = "5f9d3f34-6a4b-4a4e-9a0b-6d7c3d1e2f10"
RESOURCE_GROUP: Final = "myrg1"
NAME: Final = "myvmss"

_GROUP: Final = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}/providers"
_BALANCER: Final = f"{_GROUP}/Microsoft.Network/loadBalancers/lb1"
_CERTIFICATE: Final = "https://mykeyvault1.vault.azure.net/secrets/web/0123456789abcdef0123456789abcdef"


def document() -> dict[str, Any]:
    """A fresh copy, so that nobody measures what another has changed."""
    return {
        "tags": {"key": "value"},
        "location": "East US",
        "sku": {"name": "Standard_A1", "tier": "Standard", "capacity": 10},
        "properties": {
            "singlePlacementGroup": True,
            "overProvision": True,
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "osProfile": {
                    "computerNamePrefix": "myvmss",
                    "adminUsername": "username1",
                    "adminPassword": "Winter-2017-Rain!",
                    "secrets": [
                        {
                            "sourceVault": {"id": f"{_GROUP}/Microsoft.KeyVault/vaults/mykeyvault1"},
                            "vaultCertificates": [{"certificateUrl": _CERTIFICATE, "certificateStore": "My"}],
                        }
                    ],
                    "windowsConfiguration": {
                        "provisionVMAgent": True,
                        "winRM": {"listeners": [{"protocol": "Https", "certificateUrl": _CERTIFICATE}]},
                        "additionalUnattendContent": [
                            {
                                "passName": "OobeSystem",
                                "componentName": "Microsoft-Windows-Shell-Setup",
                                "settingName": "FirstLogonCommands",
                                "content": "<FirstLogonCommands></FirstLogonCommands>",
                            }
                        ],
                        "enableAutomaticUpdates": True,
                    },
                },
                "extensionProfile": {
                    "extensions": [
                        {
                            "name": "extensionName",
                            "properties": {
                                "publisher": "Microsoft.Compute",
                                "type": "CustomScriptExtension",
                                "typeHandlerVersion": "1.1",
                                "autoUpgradeMinorVersion": False,
                                "settings": {
                                    "fileUris": [
                                        "https://mystorage1.blob.core.windows.net/scripts/first.cmd"
                                    ],
                                    "commandToExecute": "first.cmd",
                                },
                                "protectedSettings": {
                                    "storageAccountName": "mystorage1",
                                    "storageAccountKey": "c3RvcmFnZWFjY291bnQta2V5",
                                },
                            },
                        }
                    ]
                },
                "storageProfile": {
                    "imageReference": {
                        "publisher": "MicrosoftWindowsServer",
                        "offer": "WindowsServer",
                        "sku": "2012-R2-Datacenter",
                        "version": "latest",
                    },
                    "osDisk": {
                        "createOption": "FromImage",
                        "caching": "ReadWrite",
                        "managedDisk": {"storageAccountType": "Standard_LRS"},
                    },
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
                                "ipConfigurations": [
                                    {
                                        "name": "ipconfig1",
                                        "properties": {
                                            "subnet": {
                                                "id": f"{_GROUP}/Microsoft.Network/virtualNetworks/vnet1/subnets/subnet1"
                                            },
                                            "loadBalancerBackendAddressPools": [
                                                {"id": f"{_BALANCER}/backendAddressPools/pool1"}
                                            ],
                                            "loadBalancerInboundNatPools": [
                                                {"id": f"{_BALANCER}/inboundNatPools/pool1"}
                                            ],
                                            "applicationGatewayBackendAddressPools": [
                                                {
                                                    "id": f"{_GROUP}/Microsoft.Network/applicationGateways/appGate1"
                                                    "/backendAddressPools/pool1"
                                                }
                                            ],
                                        },
                                    }
                                ],
                            },
                        }
                    ]
                },
            },
        },
    }
