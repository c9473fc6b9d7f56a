"""Cases of scaleset/rules/storage.py."""

from __future__ import annotations

from typing import Any, Final

from . import (
    COMPUTE,
    DISKS,
    GONE,
    IMAGE,
    OS_DISK,
    PROFILE,
    STORAGE,
    SUBNET,
    UPGRADE,
    Case,
    Cases,
    containers,
    flexible,
    linux,
    patch,
    vhd,
    windows,
)

_TYPE: Final = f"{OS_DISK}.managedDisk.storageAccountType"
_BELOW: Final = "managedDisk.additionalDiskProperties.managedDiskProperties"
_RESOURCE: Final = f"{OS_DISK}.{_BELOW}"
_EMPTY: Final = {"lun": 0, "createOption": "Empty", "diskSizeGB": 64}
_DATA_ONLY: Final[tuple[tuple[str, Any], ...]] = (
    ("maxShares", 2),
    ("optimizedForFrequentAttach", True),
    ("availabilityPolicy.actionOnDiskDelay", "AutomaticReattach"),
)
"""What only a data disk has."""
_CONTAINERS: Final = f"{OS_DISK}.vhdContainers"
_EPHEMERAL: Final = f"{OS_DISK}.diffDiskSettings"
_EVICTION: Final = f"{PROFILE}.evictionPolicy"
_SIZE: Final = f"{OS_DISK}.diskSizeGB"
_DELETE: Final = f"{OS_DISK}.deleteOption"
_URI: Final = f"{OS_DISK}.image.uri"
_MANAGED_IMAGE: Final = f"{COMPUTE}/images/golden"
_GALLERY_IMAGE: Final = f"{COMPUTE}/galleries/shop/images/golden"
_DES: Final = {"id": f"{COMPUTE}/diskEncryptionSets/des"}
_DISK: Final = {"lun": 0, "createOption": "Empty", "diskSizeGB": 64}
_PLAN: Final = {"name": "22_04-lts-gen2", "publisher": "Canonical", "product": "0001-com-ubuntu-server-jammy"}
_ULTRA: Final = {"managedDisk": {"storageAccountType": "UltraSSD_LRS"}}
_V2: Final = {"managedDisk": {"storageAccountType": "PremiumV2_LRS"}}
_PREMIUM: Final = {"managedDisk": {"storageAccountType": "Premium_LRS"}}


def _disk(changes: dict[str, Any] | None = None, version: str = "2026-04-01", **more: Any) -> Case:
    return linux({f"{DISKS}[0]": _DISK | (changes or {}) | more}, version=version)


def _without(member: str) -> Case:
    return linux({f"{DISKS}[0]": {name: value for name, value in _DISK.items() if name != member}})


_FAULT_DOMAINS: Final = "properties.platformFaultDomainCount"
_MODE: Final = "properties.orchestrationMode"

CASES: Final = {
    "image-required": Cases(
        breaks=[
            (IMAGE, linux({IMAGE: GONE})),
            (IMAGE, linux({IMAGE: {}})),
            (IMAGE, linux({PROFILE: GONE})),
            (IMAGE, flexible({IMAGE: GONE})),
            (IMAGE, linux({PROFILE: GONE, _FAULT_DOMAINS: 2}, version="2021-11-01")),
            (IMAGE, linux({IMAGE: GONE, _FAULT_DOMAINS: 2}, version="2020-12-01")),
            (IMAGE, linux({PROFILE: GONE}, version="2020-12-01")),
            (IMAGE, linux({PROFILE: GONE, _FAULT_DOMAINS: 2, _MODE: "Uniform"}, version="2020-12-01")),
        ],
        fine=[
            linux(),
            vhd(),
            flexible({PROFILE: GONE}),
            patch({"sku.capacity": 3}),
            linux({PROFILE: GONE, _FAULT_DOMAINS: 2}, version="2021-07-01"),
            linux({PROFILE: GONE, _FAULT_DOMAINS: 2}, version="2018-06-01"),
        ],
    ),
    "image-vs-vhd": Cases(
        breaks=[(f"{OS_DISK}.image", vhd({f"{IMAGE}.publisher": "Canonical"}))],
        fine=[vhd(), linux(), vhd({IMAGE: {}})],
    ),
    "image-id-vs-urn": Cases(
        breaks=[
            (IMAGE, linux({f"{IMAGE}.id": _MANAGED_IMAGE})),
            (IMAGE, linux({IMAGE: {"id": _MANAGED_IMAGE, "version": "1.2.3"}})),
            (IMAGE, linux({IMAGE: {"id": _GALLERY_IMAGE, "sku": "x"}})),
            (IMAGE, linux({IMAGE: {"sharedGalleryImageId": "/sharedGalleries/a/images/b", "offer": "x"}})),
            (
                IMAGE,
                linux(
                    {IMAGE: {"communityGalleryImageId": "/CommunityGalleries/a/images/b", "publisher": "x"}}
                ),
            ),
        ],
        fine=[
            linux({IMAGE: {"id": _MANAGED_IMAGE}}),
            linux({IMAGE: {"id": _GALLERY_IMAGE, "version": "1.2.3"}}),
            linux(),
            linux({IMAGE: {"id": _MANAGED_IMAGE, "sku": ""}}),
        ],
    ),
    "image-urn-complete": Cases(
        breaks=[
            (f"{IMAGE}.{field}", linux({f"{IMAGE}.{field}": GONE}))
            for field in ("publisher", "offer", "sku", "version")
        ],
        fine=[
            linux(),
            linux({IMAGE: {}}),
            linux({IMAGE: {"id": _MANAGED_IMAGE, "version": "1.2.3"}}),
            linux({IMAGE: {"communityGalleryImageId": "/CommunityGalleries/a/images/b", "version": "1.2.3"}}),
            patch({f"{IMAGE}.version": "1.2.3"}),
        ],
    ),
    "image-version-format": Cases(
        breaks=[
            (f"{IMAGE}.version", linux({f"{IMAGE}.version": value}))
            for value in ("newest", "1.2", "1.2.3.4", "v1.2.3")
        ],
        fine=[
            linux({f"{IMAGE}.version": value})
            for value in ("latest", "Latest", "22.04.202401010", "17763.2183.2109130127", "{version}", "")
        ],
    ),
    "image-gallery-version-field": Cases(
        breaks=[(f"{IMAGE}.version", linux({IMAGE: {"id": _GALLERY_IMAGE, "version": "1.2.3"}}))],
        fine=[
            linux({IMAGE: {"id": _GALLERY_IMAGE}}),
            linux({IMAGE: {"id": _MANAGED_IMAGE, "version": "1.2.3"}}),
            linux(),
        ],
    ),
    "image-id-format": Cases(
        breaks=[
            (f"{IMAGE}.id", linux({IMAGE: {"id": value}}))
            for value in (
                "golden",
                SUBNET,
                f"{COMPUTE}/galleries/shop",
                f"{_GALLERY_IMAGE}/versions",
                f"{_MANAGED_IMAGE}/",
            )
        ],
        fine=[
            linux({IMAGE: {"id": value}})
            for value in (
                _MANAGED_IMAGE,
                _MANAGED_IMAGE.upper(),
                _GALLERY_IMAGE,
                f"{_GALLERY_IMAGE}/versions/1.2.3",
                "/subscriptions/{subscription-id}/images/golden",
            )
        ]
        + [linux()],
    ),
    "image-version-latest-warn": Cases(
        breaks=[
            (f"{IMAGE}.version", linux({f"{IMAGE}.version": "latest"})),
            (
                f"{IMAGE}.version",
                linux({f"{IMAGE}.version": "Latest", f"{UPGRADE}.automaticOSUpgradePolicy": {}}),
            ),
        ],
        fine=[
            linux(),
            linux({f"{IMAGE}.version": GONE}),
            linux({f"{IMAGE}.version": "latest", f"{PROFILE}.serviceArtifactReference.id": "artifact"}),
            linux(
                {
                    f"{IMAGE}.version": "latest",
                    f"{UPGRADE}.automaticOSUpgradePolicy.enableAutomaticOSUpgrade": True,
                }
            ),
            linux(
                {f"{IMAGE}.version": "latest", f"{UPGRADE}.automaticOSUpgrade": True}, version="2018-06-01"
            ),
        ],
    ),
    "image-trusted-launch": Cases(
        breaks=[
            (
                f"{IMAGE}.id",
                linux({IMAGE: {"id": _MANAGED_IMAGE}, f"{PROFILE}.securityProfile.securityType": kind}),
            )
            for kind in ("TrustedLaunch", "ConfidentialVM")
        ],
        fine=[
            linux(
                {IMAGE: {"id": _GALLERY_IMAGE}, f"{PROFILE}.securityProfile.securityType": "TrustedLaunch"}
            ),
            linux({IMAGE: {"id": _MANAGED_IMAGE}, f"{PROFILE}.securityProfile.securityType": "Standard"}),
            linux({f"{PROFILE}.securityProfile.securityType": "TrustedLaunch"}),
            linux({IMAGE: {"id": _MANAGED_IMAGE}}),
        ],
    ),
    "plan-complete": Cases(
        breaks=[
            (f"plan.{member}", linux({"plan": _PLAN, f"plan.{member}": GONE}))
            for member in ("name", "publisher", "product")
        ],
        fine=[linux({"plan": _PLAN}), linux({"plan": {}}), linux()],
    ),
    "plan-matches-image": Cases(
        breaks=[
            (f"plan.{member}", linux({"plan": _PLAN, f"plan.{member}": "other"}))
            for member in ("name", "publisher", "product")
        ],
        fine=[
            linux({"plan": {name: value.upper() for name, value in _PLAN.items()}}),
            linux({"plan": _PLAN | {"name": "{plan}"}}),
            linux({"plan": _PLAN | {"name": "other"}, IMAGE: {"id": _MANAGED_IMAGE}}),
            linux({"plan": _PLAN | {"name": "other"}, IMAGE: {"publisher": "canonical", "sku": "{sku}"}}),
            linux(),
        ],
    ),
    "osdisk-create-option": Cases(
        breaks=[
            (f"{OS_DISK}.createOption", linux({f"{OS_DISK}.createOption": GONE})),
            (f"{OS_DISK}.createOption", linux({f"{OS_DISK}.createOption": ""})),
            (f"{OS_DISK}.createOption", linux({f"{OS_DISK}.createOption": "Attach"})),
            (f"{OS_DISK}.createOption", linux({OS_DISK: {}})),
        ],
        fine=[
            linux(),
            linux({OS_DISK: GONE}),
            linux({f"{OS_DISK}.createOption": "{option}"}),
            patch({f"{OS_DISK}.caching": "ReadOnly"}),
        ],
    ),
    "osdisk-name-managed": Cases(
        breaks=[(f"{OS_DISK}.name", linux({f"{OS_DISK}.name": "os"}))],
        fine=[containers(), linux(), linux({f"{OS_DISK}.name": "os"}, version="2016-03-30")],
    ),
    "osdisk-managed-vs-unmanaged": Cases(
        breaks=[
            (f"{OS_DISK}.managedDisk", vhd({f"{OS_DISK}.managedDisk": {}})),
            (f"{OS_DISK}.managedDisk", containers({_TYPE: "Premium_LRS"})),
        ],
        fine=[vhd(), linux()],
    ),
    "osdisk-vhd-custom-containers": Cases(
        breaks=[(_CONTAINERS, vhd({_CONTAINERS: ["https://shop.blob.core.windows.net/vhds"]}))],
        fine=[vhd(), containers()],
    ),
    "osdisk-vhd-uri": Cases(
        breaks=[
            (_URI, vhd({_URI: uri}))
            for uri in (
                "golden.vhd",
                "https://shop.example.com/golden.vhd",
                "https://shop.blob.core.windows.net/vhds/golden",
                "https://[shop.blob.core.windows.net/golden.vhd",
                "https://shop.blob.core.windows.net/a b.vhd",
                "ftp://shop.blob.core.windows.net/golden.vhd",
                "https:///golden.vhd",
                "http://shop.blob.core.windows.net/vhds/golden.vhd",
            )
        ],
        fine=[
            vhd(),
            vhd({_URI: "https://shop.blob.core.chinacloudapi.cn/vhds/a/golden.VHD"}),
            vhd({_URI: "http://{account}.blob.core.windows.net/golden.vhd"}),
            vhd({_URI: "", f"{OS_DISK}.image.uri": ""}),
            linux(),
        ],
        fixes=[
            (
                vhd({_URI: "http://shop.blob.core.windows.net/vhds/golden.vhd"}),
                (_URI, "https://shop.blob.core.windows.net/vhds/golden.vhd"),
            ),
            (vhd({_URI: "golden.vhd"}), None),
        ],
    ),
    "osdisk-vhd-container-uri": Cases(
        breaks=[
            (f"{_CONTAINERS}[0]", containers({_CONTAINERS: [uri]}))
            for uri in (
                "vhds",
                "",
                "https://shop.blob.core.windows.net",
                "https://shop.blob.core.windows.net/vhds/deep",
                "https://shop.blob.core.windows.net///vhds",
                "https://shop.blob.core.windows.net//",
                "http://shop.blob.core.windows.net/vhds",
            )
        ],
        fine=[
            containers(),
            containers({_CONTAINERS: ["https://shop.blob.core.windows.net/vhds/"]}),
            containers({_CONTAINERS: ["https://shop.blob.core.windows.net//vhds"]}),
            containers({_CONTAINERS: ["http://{account}.blob.core.windows.net"]}),
            linux(),
        ],
    ),
    "osdisk-ostype-custom": Cases(
        breaks=[(f"{OS_DISK}.osType", vhd({f"{OS_DISK}.osType": GONE}))],
        fine=[
            vhd(),
            containers(),
            linux(),
            patch({f"{OS_DISK}.image.uri": "https://shop.blob.core.windows.net/i/b.vhd"}),
        ],
    ),
    "osdisk-ostype-mismatch": Cases(
        breaks=[
            (f"{OS_DISK}.osType", linux({f"{OS_DISK}.osType": "Windows"})),
            (f"{OS_DISK}.osType", windows({f"{OS_DISK}.osType": "Linux"})),
        ],
        fine=[
            linux({f"{OS_DISK}.osType": "Linux"}),
            linux(),
            linux({f"{OS_DISK}.osType": "Windows", f"{IMAGE}.publisher": "someone"}),
        ],
        fixes=[(linux({f"{OS_DISK}.osType": "Windows"}), None)],
    ),
    "osdisk-type": Cases(
        breaks=[(_TYPE, linux({_TYPE: kind})) for kind in ("UltraSSD_LRS", "PremiumV2_LRS", "ultrassd_lrs")],
        fine=[
            linux({_TYPE: "StandardSSD_LRS"}),
            linux({f"{OS_DISK}.managedDisk": GONE}),
            linux({f"{OS_DISK}.managedDisk.storageAccountType": GONE}),
        ],
    ),
    "osdisk-type-by-version": Cases(
        breaks=[
            (_TYPE, linux({_TYPE: "StandardSSD_LRS"}, version="2017-12-01")),
            (_TYPE, linux({_TYPE: "Premium_ZRS"}, version="2020-06-01")),
            (_TYPE, linux({_TYPE: "premium_lrs"})),
            (_TYPE, linux({_TYPE: "Fast_LRS"})),
        ],
        fine=[
            linux({_TYPE: "StandardSSD_LRS"}, version="2018-04-01"),
            linux({_TYPE: "Premium_ZRS"}, version="2020-12-01"),
            linux({_TYPE: "{type}"}),
            linux({_TYPE: GONE}),
            linux({_TYPE: "PremiumV2_LRS"}, version="2021-11-01"),
            linux({_TYPE: "premiumv2_lrs"}),
            linux(version="2016-04-30-preview"),
        ],
        fixes=[
            (linux({_TYPE: "premium_lrs"}), (_TYPE, "Premium_LRS")),
            (linux({_TYPE: "Fast_LRS"}), None),
        ],
    ),
    "osdisk-data-only": Cases(
        breaks=[
            (f"{_RESOURCE}.{member}", linux({f"{_RESOURCE}.{member}": value}, operation=operation))
            for member, value in _DATA_ONLY
            for operation in ("create", "update")
        ],
        fine=[
            linux({f"{_RESOURCE}.maxShares": 1}),
            linux({f"{_RESOURCE}.optimizedForFrequentAttach": False}),
            linux({f"{_RESOURCE}.availabilityPolicy": {"actionOnDiskDelay": "None"}}),
            linux({_RESOURCE: {}}),
            linux({f"{_RESOURCE}.burstingEnabled": True}),
            linux(),
            linux({f"{_RESOURCE}.maxShares": 2}, version="2025-11-01"),
        ]
        + [
            linux({f"{DISKS}[0]": _EMPTY, f"{DISKS}[0].{_BELOW}.{member}": value})
            for member, value in _DATA_ONLY
        ],
        fixes=[(linux({f"{_RESOURCE}.maxShares": 2}), (f"{_RESOURCE}.maxShares", GONE))],
        grades=[(linux({f"{_RESOURCE}.{member}": value}), "overridable") for member, value in _DATA_ONLY],
    ),
    "osdisk-size": Cases(
        breaks=[(f"{OS_DISK}.diskSizeGB", linux({f"{OS_DISK}.diskSizeGB": size})) for size in (0, 4096)],
        fine=[linux({f"{OS_DISK}.diskSizeGB": size}) for size in (1, 4095)] + [linux()],
    ),
    "osdisk-caching-none": Cases(
        breaks=[(f"{OS_DISK}.caching", linux({f"{OS_DISK}.caching": "None"}))],
        fine=[linux(), linux({f"{OS_DISK}.caching": "None", f"{OS_DISK}.writeAcceleratorEnabled": True})],
    ),
    "osdisk-caching-default": Cases(
        breaks=[(f"{OS_DISK}.caching", linux({f"{OS_DISK}.caching": GONE, f"{OS_DISK}.managedDisk": GONE}))],
        fine=[
            linux({f"{OS_DISK}.caching": GONE}),
            linux({f"{OS_DISK}.managedDisk": GONE}),
            vhd({f"{OS_DISK}.caching": GONE}),
            linux({OS_DISK: GONE}),
            patch({f"{OS_DISK}.createOption": "FromImage"}),
        ],
    ),
    "ephemeral-caching": Cases(
        breaks=[
            (f"{OS_DISK}.caching", linux({f"{_EPHEMERAL}.option": "Local"})),
            (f"{OS_DISK}.caching", linux({f"{_EPHEMERAL}.option": "Local", f"{OS_DISK}.caching": GONE})),
            (
                f"{OS_DISK}.caching",
                patch({f"{_EPHEMERAL}.option": "Local", f"{OS_DISK}.caching": "None"}),
            ),
        ],
        fine=[
            linux({f"{_EPHEMERAL}.option": "Local", f"{OS_DISK}.caching": "ReadOnly"}),
            linux(),
            patch({f"{_EPHEMERAL}.option": "Local"}),
        ],
    ),
    "ephemeral-managed": Cases(
        breaks=[(_EPHEMERAL, vhd({f"{_EPHEMERAL}.option": "Local"}))],
        fine=[linux({f"{_EPHEMERAL}.option": "Local"}), vhd()],
    ),
    "ephemeral-option": Cases(
        breaks=[
            (f"{_EPHEMERAL}.option", linux({f"{_EPHEMERAL}.option": value})) for value in ("local", "Remote")
        ],
        fine=[linux({f"{_EPHEMERAL}.option": "Local"}), linux({f"{_EPHEMERAL}.option": "{option}"}), linux()],
    ),
    "ephemeral-nvme-api": Cases(
        breaks=[
            (f"{_EPHEMERAL}.placement", linux({f"{_EPHEMERAL}.placement": "NvmeDisk"}, version="2023-09-01"))
        ],
        fine=[
            linux({f"{_EPHEMERAL}.placement": "NvmeDisk"}, version="2024-03-01"),
            linux({f"{_EPHEMERAL}.placement": "CacheDisk"}, version="2023-09-01"),
            linux(version="2023-09-01"),
        ],
    ),
    "ephemeral-stop": Cases(breaks=[(_EPHEMERAL, linux({f"{_EPHEMERAL}.option": "Local"}))], fine=[linux()]),
    "ephemeral-spot-deallocate": Cases(
        breaks=[
            (
                _EVICTION,
                linux(
                    {f"{_EPHEMERAL}.option": "Local", f"{PROFILE}.priority": "Spot", _EVICTION: "Deallocate"}
                ),
            )
        ],
        fine=[
            linux({f"{_EPHEMERAL}.option": "Local", f"{PROFILE}.priority": "Spot", _EVICTION: "Delete"}),
            linux({f"{_EPHEMERAL}.option": "Local", _EVICTION: "Deallocate"}),
            linux({f"{PROFILE}.priority": "Spot", _EVICTION: "Deallocate"}),
        ],
    ),
    "ephemeral-size-limit": Cases(
        breaks=[(_SIZE, linux({f"{_EPHEMERAL}.option": "Local", _SIZE: 2041}))],
        fine=[
            linux({f"{_EPHEMERAL}.option": "Local", _SIZE: 2040}),
            linux({f"{_EPHEMERAL}.option": "Local"}),
            linux({_SIZE: 2041}),
        ],
        fixes=[(linux({f"{_EPHEMERAL}.option": "Local", _SIZE: 5000}), (_SIZE, 2040))],
    ),
    "ephemeral-detach": Cases(
        breaks=[(_DELETE, flexible({f"{_EPHEMERAL}.option": "Local", _DELETE: "Detach"}))],
        fine=[
            flexible({f"{_EPHEMERAL}.option": "Local", _DELETE: "Delete"}),
            flexible({_DELETE: "Detach"}),
            flexible({f"{_EPHEMERAL}.option": "Local"}),
        ],
    ),
    "write-accelerator-size": Cases(
        breaks=[
            (f"{OS_DISK}.writeAcceleratorEnabled", linux({f"{OS_DISK}.writeAcceleratorEnabled": True})),
            (f"{DISKS}[0].writeAcceleratorEnabled", _disk(_PREMIUM, writeAcceleratorEnabled=True)),
            (
                f"{OS_DISK}.writeAcceleratorEnabled",
                linux({f"{OS_DISK}.writeAcceleratorEnabled": True, "sku.name": "Mix"}),
            ),
        ],
        fine=[
            *(
                linux({f"{OS_DISK}.writeAcceleratorEnabled": True, "sku.name": size})
                for size in ("Standard_M64s", "standard_m8ms_v3", "M128", "{size}", GONE)
            ),
            linux({f"{OS_DISK}.writeAcceleratorEnabled": False}),
            _disk(),
        ],
    ),
    "write-accelerator": Cases(
        breaks=[
            (f"{OS_DISK}.writeAcceleratorEnabled", linux({f"{OS_DISK}.writeAcceleratorEnabled": True})),
            (
                f"{OS_DISK}.writeAcceleratorEnabled",
                linux({f"{OS_DISK}.writeAcceleratorEnabled": True, f"{OS_DISK}.caching": GONE}),
            ),
            (
                f"{OS_DISK}.writeAcceleratorEnabled",
                linux(
                    {
                        f"{OS_DISK}.writeAcceleratorEnabled": True,
                        f"{OS_DISK}.caching": "None",
                        _TYPE: "Premium_ZRS",
                    }
                ),
            ),
            (
                f"{DISKS}[0].writeAcceleratorEnabled",
                _disk(_PREMIUM, writeAcceleratorEnabled=True, caching="ReadWrite"),
            ),
            (
                f"{OS_DISK}.writeAcceleratorEnabled",
                patch({f"{OS_DISK}.writeAcceleratorEnabled": True, f"{OS_DISK}.caching": "ReadWrite"}),
            ),
            (
                f"{DISKS}[0].writeAcceleratorEnabled",
                patch({f"{DISKS}[0]": {"lun": 0, "createOption": "Empty", "writeAcceleratorEnabled": True}}),
            ),
        ],
        fine=[
            patch({f"{OS_DISK}.writeAcceleratorEnabled": True}),
            linux({f"{OS_DISK}.writeAcceleratorEnabled": True, f"{OS_DISK}.caching": "None"}),
            linux({f"{OS_DISK}.writeAcceleratorEnabled": False}),
            _disk(_PREMIUM, writeAcceleratorEnabled=True, caching="None"),
            _disk(_PREMIUM, writeAcceleratorEnabled=True, caching="ReadOnly"),
        ],
    ),
    "datadisk-array": Cases(
        breaks=[(DISKS, linux({DISKS: _DISK})), (DISKS, linux({DISKS: "x"}))],
        fine=[_disk(), linux({DISKS: [3]}), linux({STORAGE: 3})],
    ),
    "datadisk-lun-required": Cases(
        breaks=[
            (f"{DISKS}[0].lun", _without("lun")),
            (f"{DISKS}[0].lun", _disk(lun=-1)),
            (f"{DISKS}[1].lun", linux({DISKS: [_DISK, {"createOption": "Empty"}]})),
        ],
        fine=[_disk(), linux()],
    ),
    "datadisk-lun-max": Cases(
        breaks=[(f"{DISKS}[0].lun", _disk(lun=64))],
        fine=[_disk(lun=63), _without("lun"), linux()],
    ),
    "datadisk-lun-unique": Cases(
        breaks=[(f"{DISKS}[1].lun", linux({DISKS: [_DISK, _DISK]}))],
        fine=[linux({DISKS: [_DISK, _DISK | {"lun": 1}]}), linux({DISKS: [{}, {}]}), _disk()],
    ),
    "datadisk-create-required": Cases(
        breaks=[(f"{DISKS}[0].createOption", _without("createOption"))], fine=[_disk(), linux()]
    ),
    "datadisk-create-values": Cases(
        breaks=[
            (f"{DISKS}[0].createOption", _disk(createOption=value)) for value in ("Attach", "Copy", "empty")
        ],
        fine=[
            _disk(),
            _disk(createOption="FromImage"),
            _disk(createOption="{option}"),
            _without("createOption"),
            linux(),
        ],
    ),
    "datadisk-size-required": Cases(
        breaks=[
            (f"{DISKS}[0].diskSizeGB", _without("diskSizeGB")),
            (f"{DISKS}[0].diskSizeGB", _disk(diskSizeGB=0)),
        ],
        fine=[
            _disk(diskSizeGB=1),
            linux({f"{DISKS}[0]": {"lun": 0, "createOption": "FromImage"}}),
            _without("createOption"),
            linux(),
        ],
    ),
    "datadisk-size-name": Cases(
        breaks=[
            (f"{DISKS}[0].diskSizeInGB", linux({f"{DISKS}[0]": {"lun": 0, "diskSizeInGB": 64}})),
            (f"{DISKS}[0].diskSizeInGB", _disk(diskSizeInGB=64)),
        ],
        fine=[_disk(), linux({DISKS: ["diskSizeInGB"]}), linux({DISKS: "diskSizeInGB"}), linux()],
        fixes=[
            (linux({f"{DISKS}[0]": {"lun": 0, "diskSizeInGB": 64}}), (f"{DISKS}[0].diskSizeGB", 64)),
            (_disk(diskSizeInGB=65), None),
        ],
    ),
    "datadisk-size-max": Cases(
        breaks=[
            (f"{DISKS}[0].diskSizeGB", _disk(version="2016-04-30-preview", diskSizeGB=1024)),
            (f"{DISKS}[0].diskSizeGB", _disk(diskSizeGB=32_768)),
            (f"{DISKS}[0].diskSizeGB", _disk(_ULTRA, diskSizeGB=65_537)),
            (f"{DISKS}[0].diskSizeGB", _disk(_V2, diskSizeGB=65_537)),
        ],
        fine=[
            _disk(version="2016-04-30-preview", diskSizeGB=1023),
            _disk(version="2017-03-30", diskSizeGB=1024),
            _disk(diskSizeGB=32_767),
            _disk(_ULTRA, diskSizeGB=65_536),
            _disk(_V2, diskSizeGB=65_536),
            _without("diskSizeGB"),
            linux(),
        ],
    ),
    "datadisk-needs-managed": Cases(
        breaks=[(DISKS, vhd({DISKS: [_DISK]})), (DISKS, containers({DISKS: [_DISK]}))],
        fine=[_disk(), vhd({DISKS: []}), vhd()],
    ),
    "datadisk-type-enum": Cases(
        breaks=[
            (f"{DISKS}[0].managedDisk.storageAccountType", _disk(_ULTRA, version="2018-04-01")),
            (
                f"{DISKS}[0].managedDisk.storageAccountType",
                _disk(managedDisk={"storageAccountType": "ultrassd_lrs"}),
            ),
        ],
        fine=[_disk(_ULTRA, version="2018-06-01"), _disk(), linux()],
        fixes=[
            (
                _disk(managedDisk={"storageAccountType": "premiumv2_lrs"}, version="2022-03-01"),
                (f"{DISKS}[0].managedDisk.storageAccountType", "PremiumV2_LRS"),
            ),
            (_disk(managedDisk={"storageAccountType": "premiumv2_lrs"}, version="2021-11-01"), None),
        ],
    ),
    "datadisk-ultra-enabled": Cases(
        breaks=[
            ("properties.additionalCapabilities.ultraSSDEnabled", _disk(_ULTRA)),
            (
                "properties.additionalCapabilities.ultraSSDEnabled",
                linux(
                    {
                        f"{DISKS}[0]": _DISK | _ULTRA,
                        "properties.additionalCapabilities.ultraSSDEnabled": False,
                    }
                ),
            ),
            ("properties.additionalCapabilities.ultraSSDEnabled", _disk(_ULTRA, version="2019-03-01")),
            (f"{PROFILE}.additionalCapabilities.ultraSSDEnabled", _disk(_ULTRA, version="2018-10-01")),
        ],
        fine=[
            linux({f"{DISKS}[0]": _DISK | _ULTRA, "properties.additionalCapabilities.ultraSSDEnabled": True}),
            linux(
                {f"{DISKS}[0]": _DISK | _ULTRA, f"{PROFILE}.additionalCapabilities.ultraSSDEnabled": True},
                version="2018-10-01",
            ),
            _disk(_V2),
            patch({f"{DISKS}[0]": _DISK | _ULTRA}),
            linux(),
        ],
    ),
    "ultra-zone-unstated": Cases(
        breaks=[("zones", _disk(_ULTRA)), ("zones", _disk(_V2))],
        fine=[
            linux({f"{DISKS}[0].managedDisk.storageAccountType": "UltraSSD_LRS", "zones": ["1"]}),
            linux(
                {
                    f"{DISKS}[0].managedDisk.storageAccountType": "UltraSSD_LRS",
                    "placement.zonePlacementPolicy": "Auto",
                }
            ),
            _disk(_PREMIUM),
            patch({f"{DISKS}[0].managedDisk.storageAccountType": "UltraSSD_LRS"}),
        ],
    ),
    "datadisk-ultra-cache": Cases(
        breaks=[
            (f"{DISKS}[0].caching", _disk(_ULTRA, caching="ReadOnly")),
            (f"{DISKS}[0].caching", _disk(_V2, caching="ReadWrite")),
        ],
        fine=[_disk(_ULTRA, caching="None"), _disk(_V2), _disk(_PREMIUM, caching="ReadOnly"), linux()],
    ),
    "datadisk-cache-4tib": Cases(
        breaks=[(f"{DISKS}[0].caching", _disk(diskSizeGB=4096, caching="ReadOnly"))],
        fine=[
            _disk(diskSizeGB=4095, caching="ReadOnly"),
            _disk(diskSizeGB=4096, caching="None"),
            _disk(diskSizeGB=4096),
            linux({f"{DISKS}[0]": {"caching": "ReadOnly"}}),
            linux(),
        ],
    ),
    "datadisk-cache-readwrite": Cases(
        breaks=[(f"{DISKS}[0].caching", _disk(caching="ReadWrite"))],
        fine=[_disk(caching="ReadOnly"), _disk(), linux()],
    ),
    "datadisk-iops-type": Cases(
        breaks=[
            (f"{DISKS}[0].diskIOPSReadWrite", _disk(diskIOPSReadWrite=500)),
            (f"{DISKS}[0].diskMBpsReadWrite", _disk(_PREMIUM, diskMBpsReadWrite=100)),
        ],
        fine=[_disk(_ULTRA, diskIOPSReadWrite=500), _disk(_V2, diskMBpsReadWrite=100), _disk(), linux()],
    ),
    "datadisk-ultra-fromimage": Cases(
        breaks=[
            (f"{DISKS}[0].createOption", _disk(kind, createOption="FromImage")) for kind in (_ULTRA, _V2)
        ],
        fine=[_disk(_ULTRA), _disk(_V2), _disk(_PREMIUM, createOption="FromImage"), linux()],
    ),
    "datadisk-performance": Cases(
        breaks=[
            (f"{DISKS}[0].{member}", _disk(kind | {"diskSizeGB": size, member: value}))
            for kind, size, member, value in (
                (_V2, 8, "diskIOPSReadWrite", 4_001),
                (_V2, 6, "diskIOPSReadWrite", 3_001),
                (_V2, 1, "diskIOPSReadWrite", 3_001),
                (_V2, 200, "diskIOPSReadWrite", 80_001),
                (_V2, 200, "diskMBpsReadWrite", 751),
                (_ULTRA, 4, "diskIOPSReadWrite", 4_001),
                (_ULTRA, 512, "diskIOPSReadWrite", 400_001),
                (_ULTRA, 4, "diskMBpsReadWrite", 1_001),
                (_ULTRA, 512, "diskMBpsReadWrite", 10_001),
            )
        ]
        + [
            (
                f"{DISKS}[0].diskMBpsReadWrite",
                _disk(kind, diskSizeGB=1024, diskIOPSReadWrite=given, diskMBpsReadWrite=value),
            )
            for kind, given, value in (
                (_V2, 4_000, 1_001),
                (_V2, 80_000, 2_001),
                (_V2, 100, 751),
                (_ULTRA, 1_000, 251),
                (_ULTRA, 400_000, 10_001),
            )
        ]
        + [
            (
                f"{DISKS}[0].diskIOPSReadWrite",
                linux({f"{DISKS}[0]": _DISK | _V2 | {"diskSizeGB": 0, "diskIOPSReadWrite": 80_001}}),
            )
        ],
        fine=[
            _disk(_V2, diskSizeGB=8, diskIOPSReadWrite=4_000, diskMBpsReadWrite=1_000),
            _disk(_V2, diskSizeGB=1, diskIOPSReadWrite=3_000, diskMBpsReadWrite=750),
            _disk(_V2, diskSizeGB=160, diskIOPSReadWrite=80_000, diskMBpsReadWrite=2_000),
            _disk(_V2, diskSizeGB=200, diskMBpsReadWrite=750),
            _disk(_V2, diskSizeGB=0, diskIOPSReadWrite=80_000),
            _disk(_ULTRA, diskSizeGB=4, diskIOPSReadWrite=4_000, diskMBpsReadWrite=1_000),
            _disk(_ULTRA, diskSizeGB=512, diskIOPSReadWrite=400_000, diskMBpsReadWrite=10_000),
            _disk(_ULTRA, diskSizeGB=512, diskMBpsReadWrite=10_000),
            _disk(_ULTRA),
            _disk(_PREMIUM, diskIOPSReadWrite=400_001),
            linux(),
        ],
        fixes=[
            (_disk(_V2, diskSizeGB=8, diskIOPSReadWrite=80_000), (f"{DISKS}[0].diskIOPSReadWrite", 4_000)),
            (_disk(_V2, diskMBpsReadWrite=800), (f"{DISKS}[0].diskMBpsReadWrite", 750)),
            (
                _disk(_ULTRA, diskIOPSReadWrite=1_002, diskMBpsReadWrite=400),
                (f"{DISKS}[0].diskMBpsReadWrite", 250),
            ),
        ],
    ),
    "des-exclusive": Cases(
        breaks=[
            (
                f"{where}.managedDisk.diskEncryptionSet",
                linux(
                    {
                        f"{DISKS}[0]": _DISK,
                        f"{where}.managedDisk": {
                            "diskEncryptionSet": _DES,
                            "securityProfile": {"diskEncryptionSet": _DES},
                        },
                    }
                ),
            )
            for where in (OS_DISK, f"{DISKS}[0]")
        ],
        fine=[
            linux({f"{OS_DISK}.managedDisk.diskEncryptionSet": _DES}),
            linux({f"{OS_DISK}.managedDisk.securityProfile.diskEncryptionSet": _DES}),
            linux({f"{OS_DISK}.managedDisk": GONE}),
        ],
    ),
    "des-id": Cases(
        breaks=[
            (f"{where}.id", linux({f"{DISKS}[0]": _DISK, where: {"id": "des"}}))
            for where in (
                f"{OS_DISK}.managedDisk.diskEncryptionSet",
                f"{DISKS}[0].managedDisk.diskEncryptionSet",
                f"{OS_DISK}.managedDisk.securityProfile.diskEncryptionSet",
            )
        ],
        fine=[
            linux({f"{OS_DISK}.managedDisk.diskEncryptionSet": _DES}),
            linux({f"{OS_DISK}.managedDisk.diskEncryptionSet.id": "{des}"}),
            linux({f"{OS_DISK}.managedDisk.diskEncryptionSet": {}}),
            linux({f"{OS_DISK}.managedDisk": GONE}),
        ],
    ),
}
