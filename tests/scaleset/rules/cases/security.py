"""Cases of scaleset/rules/security.py."""

from __future__ import annotations

from typing import Any, Final

from . import (
    COMPUTE,
    DISKS,
    EXTENSIONS,
    GONE,
    GROUP,
    IMAGE,
    OS_DISK,
    PROFILE,
    Case,
    Cases,
    flexible,
    linux,
    patch,
    vhd,
    windows,
)

_PRIORITY: Final = f"{PROFILE}.priority"
_EVICTION: Final = f"{PROFILE}.evictionPolicy"
_PRICE: Final = f"{PROFILE}.billingProfile.maxPrice"
_SECURITY: Final = f"{PROFILE}.securityProfile"
_TYPE: Final = f"{_SECURITY}.securityType"
_DISK_SECURITY: Final = f"{OS_DISK}.managedDisk.securityProfile"
_VTPM: Final = f"{_SECURITY}.uefiSettings.vTpmEnabled"
_AT_HOST: Final = f"{_SECURITY}.encryptionAtHost"
_ENCRYPTION: Final = f"{_DISK_SECURITY}.securityEncryptionType"
_EPHEMERAL: Final = f"{OS_DISK}.diffDiskSettings.option"
_SPG: Final = "properties.singlePlacementGroup"
_FDS: Final = "properties.platformFaultDomainCount"
_RESTORE: Final = "properties.spotRestorePolicy"
_IDENTITY: Final = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web"
_URI: Final = f"{PROFILE}.diagnosticsProfile.bootDiagnostics.storageUri"
_HIBERNATE: Final = "properties.additionalCapabilities.hibernationEnabled"
_DES: Final = {"id": f"{COMPUTE}/diskEncryptionSets/des"}
_SLEEPLESS: Final = {
    _PRIORITY: "Spot",
    _EPHEMERAL: "Local",
    IMAGE: {"id": f"{COMPUTE}/images/golden"},
    f"{PROFILE}.capacityReservation.capacityReservationGroup.id": f"{COMPUTE}/capacityReservationGroups/crg",
}
"""What keeps instances from hibernating."""
_DATA: Final = {"lun": 0, "createOption": "Empty", "diskSizeGB": 64}


def _spot(changes: dict[str, Any] | None = None) -> Case:
    return linux({_PRIORITY: "Spot", **(changes or {})})


def _priced(price: float) -> Case:
    return _spot({_PRICE: price})


def _confidential(encryption: str | None, **firmware: bool) -> Case:
    disk = {"securityEncryptionType": encryption} if encryption else {}
    return linux({_TYPE: "ConfidentialVM", f"{_SECURITY}.uefiSettings": firmware, _DISK_SECURITY: disk})


def _keyed(changes: dict[str, Any] | None = None) -> Case:
    """A confidential VM with a key of its own, that does not say how its disk is encrypted."""
    return linux({_TYPE: "ConfidentialVM", f"{_DISK_SECURITY}.diskEncryptionSet": _DES, **(changes or {})})


def _data(kind: str) -> dict[str, Any]:
    return _DATA | {"managedDisk": {"storageAccountType": kind}}


def _identity(kind: str | None, listed: Any = None, version: str = "2026-04-01") -> Case:
    member = "userAssignedIdentities" if version > "2018-05" else "identityIds"
    identity = ({} if kind is None else {"type": kind}) | ({} if listed is None else {member: listed})
    return linux({"identity": identity}, version=version)


CASES: Final = {
    "priority-enum": Cases(
        breaks=[
            (_PRIORITY, linux({_PRIORITY: "Cheap"})),
            (_PRIORITY, linux({_PRIORITY: "spot"})),
            (_PRIORITY, linux({_PRIORITY: "Spot"}, version="2018-10-01")),
            (_PRIORITY, linux({_PRIORITY: "SpotPlus"}, version="2026-03-01")),
        ],
        fine=[
            linux({_PRIORITY: "Spot"}, version="2019-03-01"),
            linux({_PRIORITY: "SpotPlus"}, version="2026-04-01"),
            linux({_PRIORITY: "Regular"}),
            linux({_PRIORITY: "{priority}"}),
            linux(),
        ],
        fixes=[
            (linux({_PRIORITY: "spot"}), (_PRIORITY, "Spot")),
            (linux({_PRIORITY: "spotplus"}), (_PRIORITY, "SpotPlus")),
            (linux({_PRIORITY: "spotplus"}, version="2026-03-01"), None),
            (linux({_PRIORITY: "Cheap"}), None),
        ],
    ),
    "priority-low": Cases(
        breaks=[(_PRIORITY, linux({_PRIORITY: "Low"}))],
        fine=[linux({_PRIORITY: "Low"}, version="2018-10-01"), _spot(), linux()],
    ),
    "eviction-needs-spot": Cases(
        breaks=[
            (_EVICTION, linux({_EVICTION: "Delete"})),
            (_EVICTION, linux({_EVICTION: "Delete", _PRIORITY: "Regular"})),
        ],
        fine=[
            _spot({_EVICTION: "Delete"}),
            linux({_EVICTION: "Delete", _PRIORITY: "Low"}),
            linux({_EVICTION: "Delete", _PRIORITY: "{priority}"}),
            linux(),
            patch({_EVICTION: "Delete"}),
        ],
    ),
    "eviction-required": Cases(
        breaks=[(_EVICTION, _spot()), (_EVICTION, _spot({_EPHEMERAL: "Local"}))],
        fine=[_spot({_EVICTION: "Delete"}), linux(), patch({_PRIORITY: "Spot"})],
        fixes=[(_spot(), None), (_spot({_EPHEMERAL: "Local"}), (_EVICTION, "Delete"))],
        grades=[(_spot(), "warning"), (_spot({_EPHEMERAL: "Local"}), "error")],
    ),
    "maxprice-needs-spot": Cases(
        breaks=[(_PRICE, linux({_PRICE: -1})), (_PRICE, linux({_PRICE: 0.1, _PRIORITY: "Regular"}))],
        fine=[_priced(-1), linux(), linux({_PRICE: -1, _PRIORITY: "{priority}"}), patch({_PRICE: -1})],
    ),
    "maxprice-range": Cases(
        breaks=[(_PRICE, _priced(price)) for price in (0, -2, 0.000009, 0.123456, -0.5)],
        fine=[_priced(price) for price in (-1, 0.00001, 0.12345, 7, -1.0)] + [linux()],
    ),
    "spot-size": Cases(
        breaks=[
            ("sku.name", _spot({"sku.name": size}))
            for size in ("Standard_B2s", "standard_b1ms", "Standard_D2_v2_Promo")
        ],
        fine=[_spot(), _spot({"sku.name": "Standard_Big"}), linux({"sku.name": "Standard_B2s"})],
    ),
    "spot-restore-key": Cases(
        breaks=[
            (f"{PROFILE}.spotRestorePolicy", linux({f"{PROFILE}.spotRestorePolicy": {"enabled": True}})),
            (f"{PROFILE}.spotRestoryPolicy", linux({f"{PROFILE}.spotRestoryPolicy": {"enabled": True}})),
            ("properties.spotRestoryPolicy", linux({"properties.spotRestoryPolicy": {"enabled": True}})),
            (
                "properties.spotRestoryPolicy",
                linux({"properties.spotRestoryPolicy": {}, _RESTORE: {"enabled": True}}),
            ),
        ],
        fine=[linux({_RESTORE: {"enabled": True}}), linux(), linux({"properties": 3})],
        fixes=[
            (linux({f"{PROFILE}.spotRestorePolicy": {"enabled": True}}), (_RESTORE, {"enabled": True})),
            (linux({"properties.spotRestoryPolicy": {}, _RESTORE: {"enabled": True}}), None),
        ],
    ),
    "spot-restore-needs-spot": Cases(
        breaks=[
            (_RESTORE, linux({_RESTORE: {"enabled": False}})),
            (_RESTORE, linux({_RESTORE: {}, _PRIORITY: "Regular"})),
        ],
        fine=[
            linux({_RESTORE: {"enabled": True}, _PRIORITY: "Spot"}),
            linux({_RESTORE: {"enabled": True}, _PRIORITY: "{priority}"}),
            linux(),
            patch({_RESTORE: {"enabled": True}}),
        ],
        fixes=[(linux({_RESTORE: {"enabled": False}}), (_RESTORE, GONE))],
    ),
    "spot-spg": Cases(
        breaks=[
            (_SPG, _spot({_SPG: True})),
            (_SPG, flexible({_PRIORITY: "Spot", _SPG: True, "sku.name": "Standard_L8s_v3"})),
            (_SPG, flexible({_PRIORITY: "Spot", _SPG: True, _FDS: 2})),
            (_SPG, _spot({_SPG: True, "sku.name": "Standard_L8s_v3", _FDS: 2})),
        ],
        fine=[
            _spot({_SPG: False}),
            _spot(),
            linux({_SPG: True}),
            _spot({_SPG: True, "sku.name": "Standard_H16r"}),
            flexible({_PRIORITY: "Spot", _SPG: True, "sku.name": "Standard_L8s_v3", _FDS: 2}),
            vhd({_PRIORITY: "Spot", _SPG: True}),
        ],
    ),
    "uefi-needs-type": Cases(
        breaks=[
            (_TYPE, linux({f"{_SECURITY}.uefiSettings.vTpmEnabled": True})),
            (_TYPE, linux({f"{_SECURITY}.uefiSettings": {}})),
            (_TYPE, linux({f"{_SECURITY}.uefiSettings.vTpmEnabled": True, _TYPE: "Standard"})),
        ],
        fine=[
            linux({f"{_SECURITY}.uefiSettings.vTpmEnabled": True, _TYPE: "TrustedLaunch"}),
            linux({f"{_SECURITY}.encryptionAtHost": True}),
            patch({f"{_SECURITY}.uefiSettings.vTpmEnabled": True}),
        ],
    ),
    "security-type-enum": Cases(
        breaks=[
            (_TYPE, linux({_TYPE: "Standard"}, version="2025-04-01")),
            (_TYPE, linux({_TYPE: "ConfidentialVM"}, version="2021-07-01")),
            (_TYPE, linux({_TYPE: "trustedLaunch"})),
        ],
        fine=[
            linux({_TYPE: "Standard"}, version="2025-11-01"),
            linux({_TYPE: "ConfidentialVM"}, version="2021-11-01"),
            linux({_TYPE: "TrustedLaunch"}, version="2020-12-01"),
            linux({_TYPE: "{type}"}),
            linux(),
        ],
        grades=[
            (linux({_TYPE: "Standard"}, version="2025-04-01"), "warning"),
            (patch({_TYPE: "Standard"}, version="2020-12-01"), "warning"),
            (linux({_TYPE: "standard"}, version="2025-04-01"), "error"),
            (linux({_TYPE: "ConfidentialVM"}, version="2021-07-01"), "error"),
        ],
    ),
    "confidential-vtpm": Cases(
        breaks=[
            (_VTPM, _confidential("VMGuestStateOnly", vTpmEnabled=False)),
            (_VTPM, _confidential(None, vTpmEnabled=False)),
            (_VTPM, linux({_VTPM: False, _ENCRYPTION: "VMGuestStateOnly", _TYPE: "TrustedLaunch"})),
            (_VTPM, _confidential("NonPersistedTPM")),
        ],
        fine=[
            _confidential("VMGuestStateOnly", vTpmEnabled=True),
            _confidential("VMGuestStateOnly"),
            _confidential("NonPersistedTPM", vTpmEnabled=True),
            _confidential(None),
            linux({_VTPM: False}),
            patch({_ENCRYPTION: "NonPersistedTPM"}),
        ],
    ),
    "confidential-encryption": Cases(
        breaks=[
            (_ENCRYPTION, _confidential(None)),
            (_ENCRYPTION, linux({_TYPE: "ConfidentialVM"})),
            (_ENCRYPTION, linux({_TYPE: "ConfidentialVM", f"{_DISK_SECURITY}.diskEncryptionSet": _DES})),
        ],
        fine=[
            _confidential("VMGuestStateOnly"),
            linux({_TYPE: "TrustedLaunch"}),
            linux(),
            vhd({_TYPE: "ConfidentialVM"}),
            patch({_TYPE: "ConfidentialVM"}),
        ],
        fixes=[
            (_confidential(None), (_ENCRYPTION, "VMGuestStateOnly")),
            (_keyed(), (_ENCRYPTION, "DiskWithVMGuestState")),
            (
                _keyed({f"{_SECURITY}.uefiSettings.secureBootEnabled": True}),
                (_ENCRYPTION, "DiskWithVMGuestState"),
            ),
            (_keyed({f"{_SECURITY}.uefiSettings.secureBootEnabled": False}), None),
            (_keyed({_AT_HOST: True}), None),
        ],
    ),
    "encryption-at-host-confidential": Cases(
        breaks=[(_AT_HOST, linux({_AT_HOST: True, _ENCRYPTION: "DiskWithVMGuestState"}))],
        fine=[
            linux({_AT_HOST: True, _ENCRYPTION: "VMGuestStateOnly"}),
            linux({_AT_HOST: False, _ENCRYPTION: "DiskWithVMGuestState"}),
            linux({_AT_HOST: True}),
        ],
    ),
    "ade-data-disks": Cases(
        breaks=[
            (
                f"{EXTENSIONS}[0].properties.type",
                linux(
                    {f"{DISKS}[0]": _data(kind), f"{EXTENSIONS}[0].properties.type": "AzureDiskEncryption"}
                ),
            )
            for kind in ("UltraSSD_LRS", "PremiumV2_LRS")
        ],
        fine=[
            linux(
                {
                    f"{DISKS}[0]": _data("Premium_LRS"),
                    f"{EXTENSIONS}[0].properties.type": "AzureDiskEncryption",
                }
            ),
            linux({f"{DISKS}[0]": _data("UltraSSD_LRS"), f"{EXTENSIONS}[0].properties.type": "CustomScript"}),
            linux({f"{EXTENSIONS}[0].properties.type": "AzureDiskEncryption"}),
            linux({f"{DISKS}[0]": _data("UltraSSD_LRS")}),
        ],
    ),
    "hibernation-needs": Cases(
        breaks=[
            (_HIBERNATE, linux({_HIBERNATE: True})),
            (_HIBERNATE, patch({_HIBERNATE: True, "properties.orchestrationMode": "Uniform"})),
            *(
                (_HIBERNATE, flexible({_HIBERNATE: True, place: value}))
                for place, value in _SLEEPLESS.items()
            ),
        ],
        fine=[
            flexible({_HIBERNATE: True}),
            flexible({_HIBERNATE: False, **_SLEEPLESS}),
            flexible({_HIBERNATE: True, IMAGE: {"id": f"{COMPUTE}/galleries/shop/images/golden"}}),
            patch({_HIBERNATE: True}),
            linux(),
        ],
    ),
    "confidential-secureboot": Cases(
        breaks=[
            (
                f"{_SECURITY}.uefiSettings.secureBootEnabled",
                _confidential("DiskWithVMGuestState", secureBootEnabled=False),
            )
        ],
        fine=[
            _confidential("DiskWithVMGuestState", secureBootEnabled=True),
            _confidential("DiskWithVMGuestState"),
            _confidential("VMGuestStateOnly", secureBootEnabled=False),
            linux({f"{_SECURITY}.uefiSettings.secureBootEnabled": False}),
        ],
    ),
    "confidential-type-only": Cases(
        breaks=[
            (_DISK_SECURITY, linux({f"{_DISK_SECURITY}.securityEncryptionType": "VMGuestStateOnly"})),
            (
                f"{DISKS}[0].managedDisk.securityProfile",
                linux(
                    {
                        _TYPE: "TrustedLaunch",
                        f"{DISKS}[0]": _DATA,
                        f"{DISKS}[0].managedDisk.securityProfile.securityEncryptionType": "VMGuestStateOnly",
                    }
                ),
            ),
        ],
        fine=[
            _confidential("VMGuestStateOnly"),
            linux({_DISK_SECURITY: {}}),
            linux(),
            patch({f"{_DISK_SECURITY}.securityEncryptionType": "VMGuestStateOnly"}),
        ],
    ),
    "confidential-des": Cases(
        breaks=[
            (
                f"{_DISK_SECURITY}.diskEncryptionSet",
                linux(
                    {
                        _DISK_SECURITY: {
                            "diskEncryptionSet": _DES,
                            "securityEncryptionType": "VMGuestStateOnly",
                        }
                    }
                ),
            ),
            (f"{_DISK_SECURITY}.diskEncryptionSet", linux({_DISK_SECURITY: {"diskEncryptionSet": _DES}})),
        ],
        fine=[
            linux(
                {
                    _DISK_SECURITY: {
                        "diskEncryptionSet": _DES,
                        "securityEncryptionType": "DiskWithVMGuestState",
                    }
                }
            ),
            _confidential("VMGuestStateOnly"),
            linux(),
        ],
    ),
    "encryption-at-host-ade": Cases(
        breaks=[
            (
                f"{EXTENSIONS}[0].properties.type",
                linux({f"{_SECURITY}.encryptionAtHost": True, f"{EXTENSIONS}[0].properties.type": kind}),
            )
            for kind in ("AzureDiskEncryption", "azureDiskEncryptionForLinux")
        ],
        fine=[
            linux(
                {
                    f"{_SECURITY}.encryptionAtHost": False,
                    f"{EXTENSIONS}[0].properties.type": "AzureDiskEncryption",
                }
            ),
            linux(
                {f"{_SECURITY}.encryptionAtHost": True, f"{EXTENSIONS}[0].properties.type": "CustomScript"}
            ),
            linux({f"{_SECURITY}.encryptionAtHost": True, f"{EXTENSIONS}[0]": {}}),
        ],
    ),
    "hibernation-linux-tl": Cases(
        breaks=[(_HIBERNATE, linux({_HIBERNATE: True, _TYPE: "TrustedLaunch"}))],
        fine=[
            windows({_HIBERNATE: True, _TYPE: "TrustedLaunch"}),
            linux({_HIBERNATE: True}),
            linux({_HIBERNATE: False, _TYPE: "TrustedLaunch"}),
            linux({_TYPE: "TrustedLaunch"}),
        ],
    ),
    "identity-type": Cases(
        breaks=[
            ("identity.type", _identity("UserAssigned", version="2016-04-30-preview")),
            ("identity.type", _identity("systemAssigned")),
            ("identity.type", _identity("SystemAssigned,UserAssigned")),
            ("identity.type", _identity("Both")),
        ],
        fine=[
            _identity("SystemAssigned", version="2016-04-30-preview"),
            _identity("UserAssigned", version="2017-12-01"),
            _identity("SystemAssigned, UserAssigned"),
            _identity("None"),
            _identity("{identity}"),
            linux(),
        ],
        fixes=[
            (_identity("SystemAssigned,UserAssigned"), ("identity.type", "SystemAssigned, UserAssigned")),
            (_identity("userassigned"), ("identity.type", "UserAssigned")),
        ],
    ),
    "identity-user-ids": Cases(
        breaks=[
            ("identity.userAssignedIdentities", _identity("UserAssigned")),
            ("identity.userAssignedIdentities", _identity("SystemAssigned, UserAssigned", {})),
            ("identity.identityIds", _identity("UserAssigned", version="2018-04-01")),
            ("identity.type", _identity("SystemAssigned", {_IDENTITY: {}})),
            ("identity.type", _identity(None, {_IDENTITY: {}})),
        ],
        fine=[
            _identity("UserAssigned", {_IDENTITY: {}}),
            _identity("UserAssigned", [_IDENTITY], version="2018-04-01"),
            _identity("SystemAssigned"),
            _identity("{identity}", {_IDENTITY: {}}),
            patch({"identity.type": "UserAssigned"}),
            patch({"identity.userAssignedIdentities": {_IDENTITY: {}}}),
            patch({"identity": {"type": "UserAssigned", "userAssignedIdentities": {_IDENTITY: None}}}),
            linux(),
        ],
    ),
    "identity-user-ids-empty": Cases(
        breaks=[("identity.userAssignedIdentities", _identity("SystemAssigned", {}))],
        fine=[
            _identity("SystemAssigned"),
            _identity("UserAssigned", {}),
            _identity("SystemAssigned", {_IDENTITY: {}}),
            _identity("{identity}", {}),
            linux({"identity.userAssignedIdentities": {}}),
            patch({"identity": {"type": "SystemAssigned", "userAssignedIdentities": {}}}),
        ],
        grades=[
            (_identity("SystemAssigned", {}), "warning"),
            (_identity("SystemAssigned", {}, version="2018-06-01"), "error"),
            (_identity("SystemAssigned", {}, version="2018-10-01"), "warning"),
        ],
    ),
    "identity-id-format": Cases(
        breaks=[
            ("identity.userAssignedIdentities.web", _identity("UserAssigned", {_IDENTITY: {}, "web": {}})),
            ("identity.userAssignedIdentities['']", _identity("UserAssigned", {"": {}})),
        ],
        fine=[
            _identity("UserAssigned", {_IDENTITY.lower(): {}, "/subscriptions/{subscription-id}/web": {}}),
            _identity("SystemAssigned"),
        ],
    ),
    "boot-diag-uri": Cases(
        breaks=[
            (_URI, linux({_URI: uri}))
            for uri in (
                "shop",
                "https://shop.example.com",
                "https://shop.blob.core.windows.net/logs",
                "http://shop.blob.core.windows.net",
            )
        ],
        fine=[
            linux({_URI: uri})
            for uri in (
                "https://shop.blob.core.windows.net",
                "https://shop.blob.core.windows.net/",
                "http://{account}.blob.core.windows.net",
                "",
            )
        ]
        + [linux()],
    ),
}
