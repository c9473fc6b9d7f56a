"""Sound request bodies of our own: together they set every member that a person can set, in every API version."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from tests.scaleset.rules.cases import (
    COMPUTE,
    DISKS,
    ED25519_KEY,
    EXTENSIONS,
    GONE,
    GROUP,
    IMAGE,
    IP,
    IPS,
    LINUX,
    NET,
    NETWORK,
    NIC,
    NICS,
    OS,
    OS_DISK,
    PROFILE,
    STORAGE,
    SUBNET,
    UPGRADE,
    VAULT,
    WINDOWS,
    Case,
    containers,
    flexible,
    linux,
    vhd,
    windows,
)
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.properties import Json, Node
from vmssbuilder.scaleset.versions import API_VERSIONS, LATEST, within

Body = dict[str, Any]

_CERTIFICATE: Final = "https://kv-shop.vault.azure.net/secrets/web/0123456789abcdef0123456789abcdef"
_IDENTITY: Final = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-shop"
_DES: Final = {"id": f"{COMPUTE}/diskEncryptionSets/des-shop"}
_PUBLIC: Final = f"{IP}.publicIPAddressConfiguration"
_SECURITY: Final = f"{PROFILE}.securityProfile"
_ROLLING: Final = {
    "maxBatchInstancePercent": 20,
    "maxUnhealthyInstancePercent": 20,
    "maxUnhealthyUpgradedInstancePercent": 20,
    "pauseTimeBetweenBatches": "PT30S",
}
_POLICY: Final = f"{UPGRADE}.rollingUpgradePolicy"
_AUTOMATIC: Final = f"{UPGRADE}.automaticOSUpgradePolicy"
_PROBE: Final = f"{NETWORK}/loadBalancers/lb-shop/probes/http"
_HEALTH: Final[dict[str, Any]] = {
    "name": "health",
    "properties": {
        "publisher": "Microsoft.ManagedServices",
        "type": "ApplicationHealthLinux",
        "typeHandlerVersion": "2.0",
        "autoUpgradeMinorVersion": True,
        "settings": {"protocol": "http", "port": 80, "requestPath": "/health"},
    },
}
_HEALTH_OF_WINDOWS: Final[dict[str, Any]] = {
    "name": "health",
    "properties": {**_HEALTH["properties"], "type": "ApplicationHealthWindows"},
}
_SCRIPT: Final = {
    "publisher": "Microsoft.Azure.Extensions",
    "type": "CustomScript",
    "typeHandlerVersion": "2.1",
    "autoUpgradeMinorVersion": True,
}


_STATUS: Final = {
    "code": "ProvisioningState/succeeded",
    "level": "Info",
    "displayStatus": "Ready",
    "message": "Done",
    "time": "2023-10-01T12:00:00Z",
}
_ACCESS: Final = f"{COMPUTE}/galleries/gal_shop/inVMAccessControlProfiles"
_MORE_OF_A_DISK: Final = {
    "tier": "P30",
    "burstingEnabled": True,
    "performancePlus": True,
    "maxShares": 1,
    "networkAccessPolicy": "AllowPrivate",
    "diskAccessId": f"{COMPUTE}/diskAccesses/da-shop",
    "diskIOPSReadOnly": 3000,
    "diskMBpsReadOnly": 125,
    "logicalSectorSize": 4096,
}

_OF_DATA_DISKS_ALONE: Final = {
    "optimizedForFrequentAttach": True,
    "availabilityPolicy": {"actionOnDiskDelay": "AutomaticReattach"},
}


def _script(**properties: Any) -> dict[str, Any]:
    return {"name": "setup", "properties": _SCRIPT | properties}


def _disk(lun: int, kind: str = "Premium_LRS", **more: Any) -> dict[str, Any]:
    managed = {"storageAccountType": kind} | more.pop("managedDisk", {})
    return {
        "lun": lun,
        "createOption": "Empty",
        "diskSizeGB": 128,
        "managedDisk": managed,
        **more,
    }


def _flexible_windows(configuration: dict[str, Any], changes: dict[str, Any] | None = None) -> Case:
    return windows(
        {
            "properties.orchestrationMode": "Flexible",
            "properties.platformFaultDomainCount": 1,
            UPGRADE: GONE,
            f"{NET}.networkApiVersion": "2020-11-01",
            _PUBLIC: {"name": "public"},
            f"{EXTENSIONS}[0]": _HEALTH_OF_WINDOWS,
            WINDOWS: {"provisionVMAgent": True, "enableAutomaticUpdates": True, **configuration},
            **(changes or {}),
        }
    )


_CASES: Final[dict[str, Case]] = {
    "unmanaged disks in containers": containers(
        {
            "tags": {"team": "shop", "cost centre": "4711"},
            f"{OS_DISK}.osType": "Linux",
            f"{OS}.customData": "I2Nsb3VkLWNvbmZpZwo=",
            f"{OS}.secrets": [
                {"sourceVault": {"id": VAULT}, "vaultCertificates": [{"certificateUrl": _CERTIFICATE}]}
            ],
            f"{EXTENSIONS}[0]": _script(
                settings={"fileUris": ["https://stshop.blob.core.windows.net/scripts/setup.sh"]},
                protectedSettings={"commandToExecute": "sh setup.sh"},
            ),
            f"{IP}.loadBalancerBackendAddressPools": [
                {"id": f"{NETWORK}/loadBalancers/lb-shop/backendAddressPools/web"}
            ],
            f"{IP}.loadBalancerInboundNatPools": [
                {"id": f"{NETWORK}/loadBalancers/lb-shop/inboundNatPools/ssh"}
            ],
        }
    ),
    "unmanaged disks from a disk image": vhd(
        {
            f"{OS_DISK}.name": "os",
            f"{OS}.adminPassword": GONE,
            LINUX: {
                "disablePasswordAuthentication": True,
                "ssh": {
                    "publicKeys": [{"path": "/home/shopkeeper/.ssh/authorized_keys", "keyData": ED25519_KEY}]
                },
            },
            "sku.capacity": 2,
        }
    ),
    "unmanaged disks with overprovisioning as it was spelled first": containers(
        {"properties.overProvision": False}
    ),
    "network parts that carry ids": containers(
        {
            f"{NICS}[0].id": f"{COMPUTE}/virtualMachineScaleSets/web/networkInterfaces/nic",
            f"{IPS}[0].id": f"{COMPUTE}/virtualMachineScaleSets/web/networkInterfaces/nic/ipConfigurations/ip",
        }
    ),
    "Windows with certificates and an answer file": windows(
        {
            f"{OS_DISK}.managedDisk": GONE,
            f"{OS_DISK}.name": "os",
            f"{OS_DISK}.vhdContainers": ["https://stshop.blob.core.windows.net/vhds"],
            f"{OS}.secrets": [
                {
                    "sourceVault": {"id": VAULT},
                    "vaultCertificates": [{"certificateUrl": _CERTIFICATE, "certificateStore": "My"}],
                }
            ],
            WINDOWS: {
                "provisionVMAgent": True,
                "enableAutomaticUpdates": False,
                "timeZone": "W. Europe Standard Time",
                "winRM": {
                    "listeners": [
                        {"protocol": "Http"},
                        {"protocol": "Https", "certificateUrl": _CERTIFICATE},
                    ]
                },
                "additionalUnattendContent": [
                    {
                        "passName": "OobeSystem",
                        "componentName": "Microsoft-Windows-Shell-Setup",
                        "settingName": "FirstLogonCommands",
                        "content": "<FirstLogonCommands></FirstLogonCommands>",
                    }
                ],
            },
        }
    ),
    "an application gateway and an identity of Azure's": containers(
        {
            "identity.type": "SystemAssigned",
            f"{IP}.applicationGatewayBackendAddressPools": [
                {"id": f"{NETWORK}/applicationGateways/agw-shop/backendAddressPools/web"}
            ],
        }
    ),
    "an image with a plan": linux(
        {
            "plan": {
                "name": "9-base",
                "publisher": "resf",
                "product": "rockylinux-x86_64",
                "promotionCode": "X",
            },
            IMAGE: {
                "publisher": "resf",
                "offer": "rockylinux-x86_64",
                "sku": "9-base",
                "version": "9.3.2023",
            },
            "properties.singlePlacementGroup": True,
        }
    ),
    "an image of one's own with data disks": linux(
        {
            IMAGE: {"id": f"{COMPUTE}/images/golden"},
            DISKS: [_disk(0, name="data-one", caching="ReadOnly"), _disk(7, caching="None")],
        }
    ),
    "rolling upgrades behind a load balancer": linux(
        {
            UPGRADE: {"mode": "Rolling", "rollingUpgradePolicy": _ROLLING},
            "properties.overprovision": True,
            f"{NET}.healthProbe.id": _PROBE,
            f"{IP}.loadBalancerBackendAddressPools": [
                {"id": f"{NETWORK}/loadBalancers/lb-shop/backendAddressPools/web"}
            ],
            f"{PROFILE}.diagnosticsProfile.bootDiagnostics": {
                "enabled": True,
                "storageUri": "https://stshop.blob.core.windows.net/",
            },
        }
    ),
    "upgrades of the image by their first name": linux(
        {
            f"{UPGRADE}.automaticOSUpgrade": True,
            f"{UPGRADE}.autoOSUpgradePolicy.disableAutoRollback": False,
            f"{IMAGE}.version": "latest",
            f"{NET}.healthProbe.id": _PROBE,
            f"{IP}.loadBalancerBackendAddressPools": [
                {"id": f"{NETWORK}/loadBalancers/lb-shop/backendAddressPools/web"}
            ],
        }
    ),
    "upgrades of the image before they could be rolled back": linux({f"{UPGRADE}.automaticOSUpgrade": False}),
    "two addresses in three zones": linux(
        {
            "zones": ["1", "2", "3"],
            f"{EXTENSIONS}[0]": _script(
                forceUpdateTag="2025-06-01", settings={"commandToExecute": "sh setup.sh"}
            ),
            f"{NIC}.enableAcceleratedNetworking": True,
            f"{NIC}.networkSecurityGroup.id": f"{NETWORK}/networkSecurityGroups/nsg-shop",
            f"{NIC}.dnsSettings.dnsServers": ["10.0.0.4", "10.0.0.5"],
            IPS: [
                {
                    "name": "four",
                    "properties": {
                        "primary": True,
                        "privateIPAddressVersion": "IPv4",
                        "subnet": {"id": SUBNET},
                        "publicIPAddressConfiguration": {
                            "name": "public",
                            "properties": {
                                "idleTimeoutInMinutes": 15,
                                "dnsSettings": {"domainNameLabel": "shopweb"},
                            },
                        },
                    },
                },
                {
                    "name": "six",
                    "properties": {
                        "primary": False,
                        "privateIPAddressVersion": "IPv6",
                        "subnet": {"id": SUBNET},
                    },
                },
            ],
        }
    ),
    "Windows with a licence": windows({f"{PROFILE}.licenseType": "Windows_Server"}),
    "identities in a list": linux({"identity": {"type": "UserAssigned", "identityIds": [_IDENTITY]}}),
    "spread over fault domains in zones": linux(
        {
            "zones": ["1", "2"],
            "properties.zoneBalance": True,
            "properties.platformFaultDomainCount": 5,
            f"{NIC}.enableIPForwarding": True,
        }
    ),
    "write accelerator": linux(
        {
            "sku.name": "Standard_M64s",
            f"{OS_DISK}.writeAcceleratorEnabled": True,
            f"{OS_DISK}.caching": "ReadOnly",
            DISKS: [_disk(0, caching="None", writeAcceleratorEnabled=True)],
        }
    ),
    "instances of low priority": linux(
        {f"{PROFILE}.priority": "Low", f"{PROFILE}.evictionPolicy": "Deallocate"}
    ),
    "near each other, with tagged addresses": linux(
        {
            "properties.proximityPlacementGroup.id": f"{COMPUTE}/proximityPlacementGroups/ppg-shop",
            f"{OS_DISK}.diskSizeGB": 64,
            _PUBLIC: {
                "name": "public",
                "properties": {"ipTags": [{"ipTagType": "FirstPartyUsage", "tag": "/Shop"}]},
            },
        }
    ),
    "identities of one's own": linux(
        {"identity": {"type": "UserAssigned", "userAssignedIdentities": {_IDENTITY: {}}}}
    ),
    "an ephemeral disk and extensions in order": linux(
        {
            "sku.name": "Standard_DS3_v2",
            f"{OS_DISK}.managedDisk": GONE,
            f"{OS_DISK}.caching": "ReadOnly",
            f"{OS_DISK}.diffDiskSettings.option": "Local",
            f"{LINUX}.provisionVMAgent": True,
            EXTENSIONS: [
                _script(settings={"commandToExecute": "sh setup.sh"}),
                {
                    "name": "health",
                    "properties": _HEALTH["properties"] | {"provisionAfterExtensions": ["setup"]},
                },
            ],
            _PUBLIC: {
                "name": "public",
                "properties": {"publicIPPrefix": {"id": f"{NETWORK}/publicIPPrefixes/prefix-shop"}},
            },
            f"{IP}.applicationSecurityGroups": [{"id": f"{NETWORK}/applicationSecurityGroups/asg-web"}],
        }
    ),
    "ultra disks where they were first allowed": linux(
        {
            "zones": ["1"],
            f"{PROFILE}.additionalCapabilities.ultraSSDEnabled": True,
            DISKS: [_disk(0, "UltraSSD_LRS", caching="None")],
        }
    ),
    "upgrades of the image and repairs": linux(
        {
            _AUTOMATIC: {"enableAutomaticOSUpgrade": True, "disableAutomaticRollback": False},
            f"{IMAGE}.version": "latest",
            "properties.overprovision": True,
            "properties.doNotRunExtensionsOnOverprovisionedVMs": True,
            "properties.automaticRepairsPolicy": {"enabled": True, "gracePeriod": "PT30M"},
            f"{EXTENSIONS}[0]": _HEALTH,
        }
    ),
    "a highest price": linux(
        {
            f"{PROFILE}.priority": "Spot",
            f"{PROFILE}.evictionPolicy": "Delete",
            f"{PROFILE}.billingProfile.maxPrice": 0.01538,
        }
    ),
    "a word before the end": linux(
        {
            "zones": ["1"],
            "properties.scaleInPolicy.rules": ["OldestVM"],
            f"{PROFILE}.scheduledEventsProfile.terminateNotificationProfile": {
                "enable": True,
                "notBeforeTimeout": "PT10M",
            },
            "properties.additionalCapabilities.ultraSSDEnabled": True,
            DISKS: [_disk(0, "UltraSSD_LRS", caching="None")],
        }
    ),
    "ultra disks": linux(
        {
            "zones": ["1"],
            "properties.additionalCapabilities.ultraSSDEnabled": True,
            DISKS: [_disk(0, "UltraSSD_LRS", caching="None", diskIOPSReadWrite=2000, diskMBpsReadWrite=100)],
            _PUBLIC: {"name": "public", "properties": {"publicIPAddressVersion": "IPv4"}},
        }
    ),
    "disks under keys of one's own": linux(
        {
            f"{OS_DISK}.managedDisk.diskEncryptionSet": _DES,
            DISKS: [_disk(0, managedDisk={"diskEncryptionSet": _DES})],
        }
    ),
    "an ephemeral disk on the resource disk": linux(
        {
            f"{OS_DISK}.managedDisk": GONE,
            f"{OS_DISK}.caching": "ReadOnly",
            f"{OS_DISK}.diffDiskSettings": {"option": "Local", "placement": "ResourceDisk"},
        }
    ),
    "hosts of one's own": linux(
        {
            "properties.hostGroup.id": f"{COMPUTE}/hostGroups/hosts-shop",
            "properties.singlePlacementGroup": False,
            f"{_SECURITY}.encryptionAtHost": True,
            f"{NIC}.enableFpga": False,
            f"{PROFILE}.extensionProfile.extensionsTimeBudget": "PT1H30M",
            f"{EXTENSIONS}[0]": {
                "name": "agent",
                "properties": {
                    "publisher": "Microsoft.Azure.Monitor",
                    "type": "AzureMonitorLinuxAgent",
                    "typeHandlerVersion": "1.29",
                    "autoUpgradeMinorVersion": True,
                    "enableAutomaticUpgrade": True,
                },
            },
        }
    ),
    "Windows that nobody patches": windows(
        {
            WINDOWS: {
                "provisionVMAgent": True,
                "patchSettings": {"patchMode": "Manual", "enableHotpatching": False},
                "enableAutomaticUpdates": False,
            }
        }
    ),
    "Windows that patches itself": windows(
        {WINDOWS: {"provisionVMAgent": True, "patchSettings": {"patchMode": "AutomaticByOS"}}}
    ),
    "an edge zone": linux({"extendedLocation": {"name": "losangeles", "type": "EdgeZone"}}),
    "trusted launch": linux(
        {
            _SECURITY: {
                "securityType": "TrustedLaunch",
                "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
            },
            "properties.orchestrationMode": "Uniform",
            "zones": ["1", "2"],
            UPGRADE: {
                "mode": "Rolling",
                "rollingUpgradePolicy": _ROLLING
                | {"enableCrossZoneUpgrade": True, "prioritizeUnhealthyInstances": True},
            },
            f"{EXTENSIONS}[0]": _HEALTH,
            f"{LINUX}.patchSettings.patchMode": "ImageDefault",
        }
    ),
    "Windows that is patched while it runs": _flexible_windows(
        {"patchSettings": {"patchMode": "AutomaticByPlatform", "enableHotpatching": True}},
        {f"{IMAGE}.sku": "2022-datacenter-azure-edition-core"},
    ),
    "Flexible, with what is deleted with an instance": flexible(
        {
            f"{NIC}.deleteOption": "Delete",
            _PUBLIC: {
                "name": "public",
                "sku": {"name": "Standard", "tier": "Regional"},
                "properties": {"deleteOption": "Delete"},
            },
            f"{LINUX}.patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"},
            f"{PROFILE}.userData": "ZW52aXJvbm1lbnQ9cHJvZHVjdGlvbg==",
        }
    ),
    "Flexible Windows that is assessed": _flexible_windows(
        {"patchSettings": {"patchMode": "AutomaticByPlatform", "assessmentMode": "AutomaticByPlatform"}}
    ),
    "reserved capacity": linux(
        {
            f"{PROFILE}.capacityReservation.capacityReservationGroup.id": (
                f"{COMPUTE}/capacityReservationGroups/crg-shop"
            ),
            "properties.singlePlacementGroup": False,
        }
    ),
    "evicted instances that are tried again": linux(
        {
            f"{PROFILE}.priority": "Spot",
            f"{PROFILE}.evictionPolicy": "Deallocate",
            "properties.spotRestorePolicy": {"enabled": True, "restoreTimeout": "PT1H"},
        }
    ),
    "instances that sleep, from a shared image": flexible(
        {
            IMAGE: {
                "sharedGalleryImageId": (
                    "/SharedGalleries/11111111-2222-3333-4444-555555555555-SHOP/Images/web/Versions/1.0.0"
                )
            },
            "properties.additionalCapabilities.hibernationEnabled": True,
        }
    ),
    "applications of a gallery": linux(
        {
            "properties.scaleInPolicy": {"rules": ["NewestVM"], "forceDeletion": True},
            f"{EXTENSIONS}[0]": _script(settings={"commandToExecute": "sh setup.sh"}, suppressFailures=True),
            f"{PROFILE}.applicationProfile.galleryApplications": [
                {
                    "packageReferenceId": f"{COMPUTE}/galleries/gal_shop/applications/till/versions/1.0.0",
                    "configurationReference": "https://stshop.blob.core.windows.net/configuration/till.json",
                    "tags": "till",
                    "order": 1,
                }
            ],
        }
    ),
    "an image of a community": linux(
        {
            IMAGE: {"communityGalleryImageId": "/CommunityGalleries/shop-1a2b3c/Images/web/Versions/1.0.0"},
            "properties.automaticRepairsPolicy": {
                "enabled": True,
                "gracePeriod": "PT30M",
                "repairAction": "Restart",
            },
            f"{EXTENSIONS}[0]": _HEALTH,
            f"{OS}.allowExtensionOperations": True,
        }
    ),
    "fewer processors than the size has": linux(
        {
            "sku.name": "Standard_D8s_v5",
            f"{PROFILE}.hardwareProfile.vmSizeProperties": {"vCPUsAvailable": 4, "vCPUsPerCore": 1},
        }
    ),
    "a confidential virtual machine": linux(
        {
            "sku.name": "Standard_DC2as_v5",
            f"{IMAGE}.offer": "0001-com-ubuntu-confidential-vm-jammy",
            f"{IMAGE}.sku": "22_04-lts-cvm",
            _SECURITY: {
                "securityType": "ConfidentialVM",
                "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
            },
            f"{OS_DISK}.managedDisk.securityProfile": {
                "securityEncryptionType": "DiskWithVMGuestState",
                "diskEncryptionSet": _DES,
            },
            DISKS: [
                _disk(
                    0,
                    managedDisk={
                        "securityProfile": {
                            "securityEncryptionType": "DiskWithVMGuestState",
                            "diskEncryptionSet": _DES,
                        }
                    },
                )
            ],
        }
    ),
    "settings in a vault": linux(
        {
            f"{EXTENSIONS}[0]": _script(
                protectedSettingsFromKeyVault={"secretUrl": _CERTIFICATE, "sourceVault": {"id": VAULT}}
            )
        }
    ),
    "upgrades of the image batch by batch": linux(
        {
            UPGRADE: {
                "mode": "Rolling",
                "rollingUpgradePolicy": _ROLLING,
                "automaticOSUpgradePolicy": {
                    "enableAutomaticOSUpgrade": True,
                    "useRollingUpgradePolicy": True,
                },
            },
            f"{IMAGE}.version": "latest",
            f"{EXTENSIONS}[0]": _HEALTH,
            f"{PROFILE}.applicationProfile.galleryApplications": [
                {
                    "packageReferenceId": f"{COMPUTE}/galleries/gal_shop/applications/till/versions/latest",
                    "treatFailureAsDeploymentFailure": True,
                    "enableAutomaticUpgrade": True,
                }
            ],
        }
    ),
    "Flexible, disks deleted with their instance": flexible(
        {
            f"{OS_DISK}.deleteOption": "Delete",
            DISKS: [_disk(0, deleteOption="Detach")],
            f"{EXTENSIONS}[0]": _HEALTH,
            f"{LINUX}": {
                "provisionVMAgent": True,
                "patchSettings": {
                    "patchMode": "AutomaticByPlatform",
                    "assessmentMode": "AutomaticByPlatform",
                    "automaticByPlatformSettings": {"rebootSetting": "IfRequired"},
                },
            },
        }
    ),
    "Flexible Windows that starts again when it must": _flexible_windows(
        {
            "patchSettings": {
                "patchMode": "AutomaticByPlatform",
                "automaticByPlatformSettings": {"rebootSetting": "Never"},
            }
        }
    ),
    "a mix of priorities": flexible(
        {
            f"{PROFILE}.priority": "Spot",
            f"{PROFILE}.evictionPolicy": "Delete",
            "properties.priorityMixPolicy": {
                "baseRegularPriorityCount": 2,
                "regularPriorityPercentageAboveBase": 25,
            },
        }
    ),
    "NVMe, and an agent that Azure updates": linux(
        {
            "sku.name": "Standard_E8bds_v5",
            f"{STORAGE}.diskControllerType": "NVMe",
            f"{NIC}.disableTcpStateTracking": False,
            f"{LINUX}": {"provisionVMAgent": True, "enableVMAgentPlatformUpdates": True},
        }
    ),
    "Windows with an agent that Azure updates": windows(
        {WINDOWS: {"provisionVMAgent": True, "enableVMAgentPlatformUpdates": True}}
    ),
    "one instance more during an upgrade": linux(
        {
            "properties.constrainedMaximumCapacity": True,
            "properties.overprovision": False,
            UPGRADE: {
                "mode": "Rolling",
                "rollingUpgradePolicy": _ROLLING
                | {"maxSurge": True, "rollbackFailedInstancesOnPolicyBreach": True},
            },
            f"{EXTENSIONS}[0]": _HEALTH,
            f"{OS}.requireGuestProvisionSignal": True,
            f"{PROFILE}.scheduledEventsProfile.osImageNotificationProfile": {
                "enable": True,
                "notBeforeTimeout": "PT15M",
            },
            f"{PROFILE}.serviceArtifactReference.id": (
                f"{COMPUTE}/galleries/gal_shop/serviceArtifacts/sa/vmArtifactsProfiles/vap"
            ),
            IMAGE: {"id": f"{COMPUTE}/galleries/gal_shop/images/web"},
            f"{_AUTOMATIC}.enableAutomaticOSUpgrade": True,
        }
    ),
    "Flexible Linux that is patched when it is planned": flexible(
        {
            f"{EXTENSIONS}[0]": _HEALTH,
            LINUX: {
                "provisionVMAgent": True,
                "patchSettings": {
                    "patchMode": "AutomaticByPlatform",
                    "assessmentMode": "AutomaticByPlatform",
                    "automaticByPlatformSettings": {
                        "rebootSetting": "Always",
                        "bypassPlatformSafetyChecksOnUserSchedule": True,
                    },
                },
            },
        }
    ),
    "Flexible Windows that is patched when it is planned": _flexible_windows(
        {
            "patchSettings": {
                "patchMode": "AutomaticByPlatform",
                "automaticByPlatformSettings": {
                    "rebootSetting": "IfRequired",
                    "bypassPlatformSafetyChecksOnUserSchedule": True,
                },
            }
        }
    ),
    "a security posture without some extensions, each in full": linux(
        {
            f"{PROFILE}.securityPostureReference": {
                "id": "/CommunityGalleries/shop-baseline/securityPostures/base/versions/1.0.0",
                "excludeExtensions": [
                    {
                        "location": "westeurope",
                        "tags": {"team": "shop"},
                        "properties": _SCRIPT
                        | {
                            "forceUpdateTag": "1",
                            "enableAutomaticUpgrade": False,
                            "settings": {"a": 1},
                            "protectedSettings": {"commandToExecute": "sh setup.sh"},
                            "suppressFailures": False,
                            "protectedSettingsFromKeyVault": {
                                "secretUrl": _CERTIFICATE,
                                "sourceVault": {"id": VAULT},
                            },
                            "provisionAfterExtensions": ["other"],
                            "instanceView": {
                                "name": "setup",
                                "type": "CustomScript",
                                "typeHandlerVersion": "2.1",
                                "substatuses": [_STATUS],
                                "statuses": [_STATUS],
                            },
                        },
                    }
                ],
            }
        }
    ),
    "more connections, and names that nobody takes over": linux(
        {
            "sku.name": "Standard_D8s_v5",
            f"{NIC}.enableAcceleratedNetworking": True,
            f"{NIC}.auxiliaryMode": "AcceleratedConnections",
            f"{NIC}.auxiliarySku": "A1",
            _PUBLIC: {
                "name": "public",
                "sku": {"name": "Standard", "tier": "Regional"},
                "properties": {
                    "dnsSettings": {"domainNameLabel": "shopweb", "domainNameLabelScope": "TenantReuse"}
                },
            },
        }
    ),
    "instances made and deleted until it works": linux(
        {
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {_IDENTITY: {}}},
            _AUTOMATIC: {"enableAutomaticOSUpgrade": True, "osRollingUpgradeDeferral": True},
            f"{IMAGE}.version": "latest",
            f"{EXTENSIONS}[0]": _HEALTH,
            "properties.resiliencyPolicy": {
                "resilientVMCreationPolicy": {"enabled": True},
                "resilientVMDeletionPolicy": {"enabled": True},
            },
            _SECURITY: {
                "encryptionIdentity": {"userAssignedIdentityResourceId": _IDENTITY},
                "proxyAgentSettings": {"enabled": True, "mode": "Enforce", "keyIncarnationId": 1},
            },
        }
    ),
    "events that are approved at once": linux(
        {
            "properties.scheduledEventsPolicy": {
                "userInitiatedRedeploy": {"automaticallyApprove": True},
                "userInitiatedReboot": {"automaticallyApprove": True},
                "scheduledEventsAdditionalPublishingTargets": {"eventGridAndResourceGraph": {"enable": True}},
            }
        }
    ),
    "a security posture without some extensions, by name": linux(
        {
            f"{PROFILE}.securityPostureReference": {
                "id": "/CommunityGalleries/shop-baseline/securityPostures/base/versions/1.0.0",
                "excludeExtensions": ["AzureMonitorLinuxAgent"],
                "isOverridable": True,
            }
        }
    ),
    "a mix of sizes": flexible(
        {
            "sku.name": "Mix",
            "sku.tier": GONE,
            "properties.skuProfile": {
                "vmSizes": [{"name": "Standard_D2s_v5"}, {"name": "Standard_D2as_v5"}],
                "allocationStrategy": "LowestPrice",
            },
        }
    ),
    "fault domains aligned in zones": linux(
        {
            "zones": ["1", "2"],
            "properties.platformFaultDomainCount": 5,
            "properties.zonalPlatformFaultDomainAlignMode": "Aligned",
        }
    ),
    "a mix of sizes in an order, balanced over zones": flexible(
        {
            "zones": ["1", "2", "3"],
            "sku.name": "Mix",
            "sku.tier": GONE,
            "properties.skuProfile": {
                "vmSizes": [
                    {"name": "Standard_D2s_v5", "rank": 0},
                    {"name": "Standard_D2as_v5", "rank": 1},
                ],
                "allocationStrategy": "Prioritized",
            },
            "properties.scaleInPolicy": {"rules": ["Default"], "prioritizeUnhealthyVMs": True},
            "properties.resiliencyPolicy.automaticZoneRebalancingPolicy": {
                "enabled": True,
                "rebalanceStrategy": "Recreate",
                "rebalanceBehavior": "CreateBeforeDelete",
            },
            f"{EXTENSIONS}[0]": _HEALTH,
        }
    ),
    "who may ask for metadata": linux(
        {
            f"{_SECURITY}.proxyAgentSettings": {
                "enabled": True,
                "wireServer": {"mode": "Audit"},
                "imds": {"mode": "Enforce"},
            }
        }
    ),
    "who may ask for metadata, in profiles": linux(
        {
            f"{_SECURITY}.proxyAgentSettings": {
                "enabled": True,
                "wireServer": {"inVMAccessControlProfileReferenceId": f"{_ACCESS}/wire/versions/1.0.0"},
                "imds": {"inVMAccessControlProfileReferenceId": f"{_ACCESS}/imds/versions/1.0.0"},
            }
        }
    ),
    "zones that Azure chooses": linux(
        {
            "placement": {"zonePlacementPolicy": "Auto", "excludeZones": ["3"]},
            "properties.overprovision": False,
            "properties.resiliencyPolicy.zoneAllocationPolicy.maxZoneCount": 2,
        },
        "2026-03-01",
    ),
    "zones that Azure avoids, and how many instances go into each": linux(
        {
            "placement": {"zonePlacementPolicy": "Any", "excludeZones": ["3"]},
            "properties.resiliencyPolicy.zoneAllocationPolicy": {
                "maxZoneCount": 2,
                "maxInstancePercentPerZonePolicy": {"enabled": True, "value": 60},
            },
            f"{NICS}[0].tags": {"team": "shop"},
            _PUBLIC: {"name": "public", "tags": {"team": "shop"}},
        }
    ),
    "zones to choose from, and events for others": linux(
        {
            "placement": {"zonePlacementPolicy": "Any", "includeZones": ["1", "2"]},
            "properties.highSpeedInterconnectPlacement": "None",
            "properties.additionalCapabilities.enableFips1403Encryption": True,
            "properties.scheduledEventsPolicy": {
                "allInstancesDown": {"automaticallyApprove": True},
                "scheduledEventsAdditionalPublishingTargets": {
                    "eventGridAndResourceGraph": {
                        "enable": True,
                        "scheduledEventsApiVersion": "2020-07-01",
                    }
                },
            },
            f"{_SECURITY}.proxyAgentSettings": {"enabled": True, "addProxyAgentExtension": True},
        }
    ),
    "health that is told from outside, and hooks": linux(
        {
            "properties.externalHealthPolicy": {
                "enabled": True,
                "expiryDuration": "PT30M",
                "gracePeriod": "PT30M",
            },
            "properties.resiliencyPolicy.operationRecoverySettings": {
                "restartRecoveryPolicy": {"enabled": True},
                "startRecoveryPolicy": {"enabled": True},
                "reimageRecoveryPolicy": {"enabled": True},
            },
            "properties.lifecycleHooksProfile.lifecycleHooks": [
                {
                    "type": "UpgradeAutoOSScheduling",
                    "waitDuration": "PT30M",
                    "defaultAction": "Approve",
                }
            ],
        }
    ),
    "an ephemeral disk that is cached in full": linux(
        {
            "sku.name": "Standard_D8ds_v5",
            f"{OS_DISK}.managedDisk": GONE,
            f"{OS_DISK}.caching": "ReadOnly",
            f"{OS_DISK}.diffDiskSettings": {"option": "Local", "enableFullCaching": True},
        }
    ),
    "disks that share the fault domain of their instance": linux(
        {
            f"{OS_DISK}.storageFaultDomainAlignment": "Aligned",
            DISKS: [_disk(0, storageFaultDomainAlignment="BestEffortAligned")],
            "zones": ["1"],
        }
    ),
    "a mix of sizes that changes by itself": flexible(
        {
            "sku.name": "Mix",
            "sku.tier": GONE,
            "properties.skuProfile": {
                "vmSizes": [{"name": "Standard_D2s_v5"}, {"name": "Standard_D2as_v5"}],
                "allocationStrategy": "CapacityOptimized",
                "automaticSkuMigrationPolicy": {"enabled": True},
            },
        }
    ),
    "connected with each other": linux(
        {
            f"{NET}.interconnectGroupProfile": {
                "interconnectGroup": {"id": f"{NETWORK}/interconnectGroups/ig-shop"},
                "subgroups": [{"id": f"{NETWORK}/interconnectGroups/ig-shop/subgroups/one"}],
            },
            f"{PROFILE}.interconnectBlockProfile.interconnectBlock.id": (
                f"{COMPUTE}/interconnectGroups/ig-shop/interconnectBlocks/one"
            ),
        }
    ),
    "disks with all that there is": linux(
        {
            f"{STORAGE}.diskApiVersion": "2026-03-02",
            f"{OS_DISK}.managedDisk.additionalDiskProperties.managedDiskProperties": _MORE_OF_A_DISK,
            DISKS: [
                _disk(
                    0,
                    managedDisk={
                        "additionalDiskProperties": {
                            "managedDiskProperties": _MORE_OF_A_DISK | _OF_DATA_DISKS_ALONE
                        },
                    },
                )
            ],
            f"{IP}.privateIPAddressPrefixLength": 28,
            _PUBLIC: {
                "name": "public",
                "properties": {
                    "ipTags": [
                        {
                            "ipTagType": "FirstPartyUsage",
                            "tag": "/Shop",
                            "firstPartyServiceTagId": "shop",
                        }
                    ]
                },
            },
            f"{_SECURITY}.proxyAgentSettings": {
                "enabled": True,
                "wireServer": {"mode": "Audit", "useLocalFileRules": True},
                "imds": {"mode": "Audit", "useLocalFileRules": True},
            },
            f"{PROFILE}.capacityReservation.disableCapacityReservationAssignment": True,
            f"{PROFILE}.hardwareProfile.processorMode": "Deterministic",
        }
    ),
}
"""Those with a version are for it and newer ones, those without for each that has their members."""

BODIES: Final[dict[str, Body]] = {title: case.document for title, case in _CASES.items()}

NEVER_SOUND: Final = {
    f"{OS_DISK}.managedDisk.additionalDiskProperties.managedDiskProperties.{member}"
    for member in ("optimizedForFrequentAttach", "availabilityPolicy.actionOnDiskDelay")
}
"""Members that the API has and Azure refuses wherever they are set."""


def writable(node: Node) -> Iterator[str]:
    """The places below a node that a person can set and that hold no others."""
    for child in (*node.children.values(), *([node.item] if node.item else [])):
        if child.property.read_only:
            continue
        if child.children or child.item:
            yield from writable(child)
        else:
            yield child.pattern


def places(node: Node, value: Any) -> Iterator[str | None]:
    """The places that the value sets, by pattern; None for each that the version lacks or writes itself."""
    if isinstance(value, dict) and node.children:
        for name, inner in value.items():
            child = node.children.get(name)
            if child is None or child.property.read_only:
                yield None
            else:
                yield from places(child, inner)
    elif isinstance(value, list | dict) and node.item is not None:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from places(node.item, inner)
    elif isinstance(value, list | dict) and value and not isinstance(node.property, Json):
        yield None
    else:
        yield node.pattern


@cache
def versions_of(title: str) -> tuple[str, ...]:
    """The API versions in which the body of that title is sound: those that have its members."""
    case = _CASES[title]
    return tuple(
        version
        for version in API_VERSIONS
        if (case.version == LATEST or within(version, case.version))
        and None not in set(places(tree(version), case.document))
    )
