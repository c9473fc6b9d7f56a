"""Rules about spare capacity, security of the instances, identities and diagnostics."""

from __future__ import annotations

import re
from typing import Any, Final

from .. import paths
from ..findings import Severity
from ..paths import Path
from ..retirements import retired
from ..versions import order
from ..wording import Said
from .base import CREATE, Hit, Hits, rule
from .shapes import either, moved, resource_id, set_to, url, without
from .sizing import INFINIBAND, needs_one_group
from .storage import DATA_ONLY, disk_type
from .view import OS_DISK, PROFILE, PROPERTIES, View, filled

PRIORITY: Final[Path] = (*PROFILE, "priority")
EVICTION: Final[Path] = (*PROFILE, "evictionPolicy")
SECURITY: Final[Path] = (*PROFILE, "securityProfile")
IDENTITY_TYPE: Final[Path] = ("identity", "type")
SPOT_RESTORE: Final[Path] = (*PROPERTIES, "spotRestorePolicy")

_NOT_SPOT: Final = re.compile(r"Standard_B\d|.*_Promo\Z", re.IGNORECASE)
_PRIORITIES: Final = {
    "Regular": "2017-12-01",
    "Low": "2017-12-01",
    "Spot": "2019-03-01",
    "SpotPlus": "2026-04-01",
}
_SECURITY_TYPES: Final = {
    "TrustedLaunch": "2020-12-01",
    "ConfidentialVM": "2021-11-01",
    "Standard": "2025-11-01",
}
_IDENTITIES: Final = {
    "SystemAssigned": "2016-03-30",
    "UserAssigned": "2017-12-01",
    "SystemAssigned, UserAssigned": "2017-12-01",
    "None": "2017-12-01",
}


def _value_hit(view: View, place: Path, value: Any, known: dict[str, str], what: str) -> Hit | None:
    """The hit for a value that no API version has, or that needs a newer one."""
    if not filled(value):
        return None
    since = known.get(value)
    if since is not None:
        if order(since) <= view.order:
            return None
        message = f"{value} needs API version {since} or newer. Choose another {what}, or a newer version."
        return Hit(place, message=message)
    right = next(
        (
            name
            for name in known
            if name.casefold() == value.replace(",", ", ").replace(",  ", ", ").casefold()
        ),
        None,
    )
    usable = [name for name, first in known.items() if order(first) <= view.order]
    fix = set_to(place, right, f"Write {right}") if right in usable else None
    return Hit(place, {"value": value, "usable": either([f"“{name}”" for name in usable])}, fix)


# ------------------------------------------------------------------------------------------------------ spare capacity


@rule("priority-enum", "“{value}” is no priority. Choose {usable}.", since="2017-12-01")
def priority_enum(view: View) -> Hits:
    return _value_hit(view, PRIORITY, view.priority, _PRIORITIES, "priority")


@rule(
    "priority-low",
    "Low priority was replaced by Spot, which has the same use and better names. Choose Spot.",
    severity="warning",
    confidence="I",
    since="2019-03-01",
)
def priority_low(view: View) -> Hits:
    return Hit(PRIORITY, fix=set_to(PRIORITY, "Spot", "Choose Spot")) if view.priority == "Low" else None


@rule(
    "eviction-needs-spot",
    (
        Said(
            "Only low-priority instances are evicted. Remove the eviction policy, or choose Low.",
            until="2018-10-01",
        ),
        Said(
            "Only Spot instances are evicted. Remove the eviction policy, or choose Spot.", since="2019-03-01"
        ),
    ),
    since="2017-12-01",
    operations=CREATE,
)
def eviction_needs_spot(view: View) -> Hits:
    if not view.profile.get("evictionPolicy") or view.spot or not filled(view.priority or "Regular"):
        return None
    return Hit(EVICTION, fix=without(EVICTION, "Remove the eviction policy"))


@rule(
    "eviction-required",
    "Without an eviction policy evicted instances are kept, deallocated, and their disks cost money. Choose Deallocate or Delete.",
    severity="warning",
    since="2019-03-01",
    operations=CREATE,
)
def eviction_required(view: View) -> Hits:
    if not view.spot or view.profile.get("evictionPolicy"):
        return None
    if not view.ephemeral:
        return Hit(EVICTION)
    message = (
        "Spot instances with an ephemeral OS disk cannot be kept after eviction, which Azure does unless told otherwise. "
        "Choose Delete."
    )
    return Hit(EVICTION, message=message, severity="error", fix=set_to(EVICTION, "Delete", "Choose Delete"))


@rule(
    "maxprice-needs-spot",
    "A maximum price only matters for Spot instances. Remove it, or choose Spot.",
    since="2019-03-01",
    operations=CREATE,
)
def maxprice_needs_spot(view: View) -> Hits:
    place = (*PROFILE, "billingProfile", "maxPrice")
    if view.max_price is None or view.spot or not filled(view.priority or "Regular"):
        return None
    return Hit(place, fix=without(place, "Remove the price"))


@rule(
    "maxprice-range",
    "Enter -1 for no limit, or a price in US dollars per hour from 0.00001 with at most five decimals.",
    since="2019-03-01",
)
def maxprice_range(view: View) -> Hits:
    price = view.max_price
    if price is None or price == -1 or (price >= 0.00001 and round(price, 5) == price):
        return None
    return Hit((*PROFILE, "billingProfile", "maxPrice"))


@rule(
    "spot-size",
    "Azure does not offer {size} as Spot. Choose another size, or Regular priority.",
    since="2019-03-01",
)
def spot_size(view: View) -> Hits:
    return Hit(("sku", "name"), {"size": view.size}) if view.spot and _NOT_SPOT.match(view.size) else None


@rule(
    "spot-restore-key",
    "This is spelled spotRestorePolicy, and belongs under properties. Move it there.",
    since="2021-04-01",
    misfit=True,
)
def spot_restore_key(view: View) -> Hits:
    properties = view.raw.get("properties")
    taken = isinstance(properties, dict) and "spotRestorePolicy" in properties
    return [
        Hit(place, fix=None if taken else moved(place, SPOT_RESTORE, "Move it"))
        for place in (
            (*PROFILE, "spotRestorePolicy"),
            (*PROFILE, "spotRestoryPolicy"),
            (*PROPERTIES, "spotRestoryPolicy"),
        )
        if paths.get(view.raw, place) is not paths.MISSING
    ]


@rule(
    "spot-restore-needs-spot",
    "Only Spot instances are restored, and Azure refuses the policy without them even when it is off. Remove it, or choose "
    "Spot.",
    since="2021-04-01",
    operations=CREATE,
)
def spot_restore_needs_spot(view: View) -> Hits:
    if "spotRestorePolicy" not in view.properties or view.spot or not filled(view.priority or "Regular"):
        return None
    return Hit(SPOT_RESTORE, fix=without(SPOT_RESTORE, "Remove the policy"))


@rule(
    "spot-spg",
    "Spot capacity is easier to find without “single placement group”. Switch it off unless instances need InfiniBand.",
    severity="warning",
    since="2019-03-01",
)
def spot_spg(view: View) -> Hits:
    # Several placement groups need managed disks first.
    if not view.spot or view.single_placement_group is not True or view.unmanaged:
        return None
    if INFINIBAND.match(view.size) or needs_one_group(view):
        return None
    place = (*PROPERTIES, "singlePlacementGroup")
    return Hit(place, fix=set_to(place, False, "Switch single placement group off"))


# ------------------------------------------------------------------------------------------------------------ security


@rule(
    "uefi-needs-type",
    (
        Said(
            "Secure Boot and vTPM belong to Trusted Launch. Choose it as the security type.",
            until="2021-07-01",
        ),
        Said(
            "Secure Boot and vTPM belong to Trusted Launch or a confidential VM. Choose one of them as the security type.",
            since="2021-11-01",
        ),
    ),
    since="2020-12-01",
    operations=CREATE,
)
def uefi_needs_type(view: View) -> Hits:
    # Azure refuses empty settings, too.
    if "uefiSettings" not in view.security or view.security_type not in (None, "Standard"):
        return None
    return Hit((*SECURITY, "securityType"))


@rule("security-type-enum", "“{value}” is no security type. Choose {usable}.", since="2020-12-01")
def security_type_enum(view: View) -> Hits:
    place = (*SECURITY, "securityType")
    kind = view.security_type
    if kind == "Standard" and not view.since(_SECURITY_TYPES[kind]):
        # The way back from Trusted Launch, which the service takes and other tools use in these versions too.
        message = "Microsoft lists Standard from API version 2025-11-01 on, and Azure takes it before. Remove it unless the instances had Trusted Launch."
        return Hit(place, severity="warning", message=message)
    return _value_hit(view, place, kind, _SECURITY_TYPES, "security type")


def _disk_security(view: View) -> list[tuple[Path, dict[str, Any]]]:
    """Path and value of the security profile of each disk that has one."""
    return [
        ((*path, "managedDisk", "securityProfile"), profile)
        for path, disk in ((OS_DISK, view.os_disk), *view.disk_items)
        if (profile := (disk.get("managedDisk") or {}).get("securityProfile"))
    ]


_ENCRYPTION: Final[Path] = (*OS_DISK, "managedDisk", "securityProfile", "securityEncryptionType")


def _encryption(view: View) -> str | None:
    """How the OS disk of a confidential VM is encrypted."""
    kind: str | None = (view.os_managed_disk.get("securityProfile") or {}).get("securityEncryptionType")
    return kind


@rule(
    "confidential-encryption",
    "A confidential VM must say how its OS disk is encrypted. Choose VMGuestStateOnly or DiskWithVMGuestState.",
    since="2021-11-01",
    operations=CREATE,
)
def confidential_encryption(view: View) -> Hits:
    if view.security_type != "ConfidentialVM" or view.unmanaged or _encryption(view):
        return None
    kind = "VMGuestStateOnly"
    if (view.os_managed_disk.get("securityProfile") or {}).get("diskEncryptionSet"):
        # A key of one's own is for the whole disk, which asks for more.
        secure = (view.security.get("uefiSettings") or {}).get("secureBootEnabled")
        if secure is False or view.security.get("encryptionAtHost") is True:
            return Hit(_ENCRYPTION)
        kind = "DiskWithVMGuestState"
    return Hit(_ENCRYPTION, fix=set_to(_ENCRYPTION, kind, f"Write {kind}"))


@rule(
    "confidential-vtpm",
    "A confidential VM keeps its keys in the vTPM. Switch vTPM on.",
    since="2021-11-01",
)
def confidential_vtpm(view: View) -> Hits:
    enabled = (view.security.get("uefiSettings") or {}).get("vTpmEnabled")
    if enabled is None:
        # What the vTPM does not keep needs one all the same.
        needed = view.creating and _encryption(view) == "NonPersistedTPM"
    else:
        needed = not enabled and (view.security_type == "ConfidentialVM" or _encrypted(view))
    place = (*SECURITY, "uefiSettings", "vTpmEnabled")
    return Hit(place, fix=set_to(place, True, "Switch vTPM on")) if needed else None


def _encrypted(view: View) -> bool:
    return any(profile.get("securityEncryptionType") for _path, profile in _disk_security(view))


@rule(
    "encryption-at-host-confidential",
    "Encryption at host does not go with the whole disk of a confidential VM being encrypted. Switch it off, or choose "
    "VMGuestStateOnly.",
    confidence="C",
    since="2021-11-01",
)
def encryption_at_host_confidential(view: View) -> Hits:
    if view.security.get("encryptionAtHost") is not True or _encryption(view) != "DiskWithVMGuestState":
        return None
    place = (*SECURITY, "encryptionAtHost")
    return Hit(place, fix=set_to(place, False, "Switch encryption at host off"))


@rule(
    "confidential-secureboot",
    "Encrypting the whole disk of a confidential VM needs Secure Boot. Switch it on.",
    since="2021-11-01",
)
def confidential_secureboot(view: View) -> Hits:
    if (view.security.get("uefiSettings") or {}).get("secureBootEnabled") is not False:
        return None
    if not needs_secure_boot(view):
        return None
    place = (*SECURITY, "uefiSettings", "secureBootEnabled")
    return Hit(place, fix=set_to(place, True, "Switch Secure Boot on"))


def needs_secure_boot(view: View) -> bool:
    """Whether a whole disk of a confidential VM is encrypted."""
    return any(
        profile.get("securityEncryptionType") == "DiskWithVMGuestState"
        for _path, profile in _disk_security(view)
    )


@rule(
    "confidential-type-only",
    "Only confidential VMs encrypt their disks this way. Remove it, or choose ConfidentialVM as the security type.",
    since="2021-11-01",
    operations=CREATE,
)
def confidential_type_only(view: View) -> Hits:
    if view.security_type == "ConfidentialVM":
        return None
    return [Hit(path, fix=without(path, "Remove it")) for path, _profile in _disk_security(view)]


@rule(
    "confidential-des",
    "A key of your own is only used to encrypt the whole disk. Choose DiskWithVMGuestState, or remove the encryption set.",
    confidence="C",
    since="2021-11-01",
)
def confidential_des(view: View) -> Hits:
    return [
        Hit((*path, "diskEncryptionSet"))
        for path, profile in _disk_security(view)
        if profile.get("diskEncryptionSet")
        and profile.get("securityEncryptionType") != "DiskWithVMGuestState"
    ]


@rule(
    "encryption-at-host-ade",
    "Encryption at host and Azure Disk Encryption exclude each other. Remove this extension. "
    + retired("disk-encryption"),
    since="2020-06-01",
)
def encryption_at_host_ade(view: View) -> Hits:
    if view.security.get("encryptionAtHost") is not True:
        return None
    return [Hit(path) for path in _disk_encryption(view)]


@rule(
    "ade-data-disks",
    (
        Said("Azure Disk Encryption leaves Ultra disks as they are.", until="2021-11-01"),
        Said("Azure Disk Encryption leaves Ultra and Premium SSD v2 disks as they are.", since="2022-03-01"),
        Said("Use encryption at host for all disks.", since="2020-06-01"),
    ),
    severity="warning",
    since="2018-06-01",
)
def ade_data_disks(view: View) -> Hits:
    if not any(disk_type(disk) in DATA_ONLY for disk in view.data_disks):
        return None
    return [Hit(path) for path in _disk_encryption(view)]


def _disk_encryption(view: View) -> list[Path]:
    """The type of each extension for Azure Disk Encryption."""
    return [
        (*path, "properties", "type")
        for path, _extension, properties in view.extension_items
        if (properties.get("type") or "").casefold().startswith("azurediskencryption")
    ]


HIBERNATION: Final[Path] = (*PROPERTIES, "additionalCapabilities", "hibernationEnabled")


@rule(
    "hibernation-linux-tl",
    "Linux instances with Trusted Launch cannot hibernate. Switch hibernation off.",
    since="2021-07-01",
)
def hibernation_linux_tl(view: View) -> Hits:
    if view.capabilities.get("hibernationEnabled") is not True or view.os != "Linux":
        return None
    if view.security_type != "TrustedLaunch":
        return None
    return Hit(HIBERNATION, fix=set_to(HIBERNATION, False, "Switch hibernation off"))


@rule(
    "hibernation-needs",
    "{problem} cannot hibernate. Switch hibernation off{or_else}.",
    since="2021-07-01",
)
def hibernation_needs(view: View) -> Hits:
    if view.capabilities.get("hibernationEnabled") is not True:
        return None
    for there, problem, or_else in (
        (view.surely_uniform, "Instances of a Uniform scale set", ", or choose Flexible"),
        (view.spot, "Spot instances", ", or choose Regular priority"),
        (view.ephemeral, "Instances with an ephemeral OS disk", ""),
        (view.managed_image, "Instances of a managed image", ", or use an image of a Compute Gallery"),
        (view.reserved, "Instances with a capacity reservation", ", or remove the reservation"),
    ):
        if there:
            fix = set_to(HIBERNATION, False, "Switch hibernation off")
            return Hit(HIBERNATION, {"problem": problem, "or_else": or_else}, fix)
    return None


# ------------------------------------------------------------------------------------------- identities, diagnostics


@rule("identity-type", "“{value}” is no kind of identity here. Choose {usable}.", since="2016-03-30")
def identity_type(view: View) -> Hits:
    return _value_hit(view, IDENTITY_TYPE, view.identity.get("type"), _IDENTITIES, "kind of identity")


@rule("identity-user-ids", "{cure}.", since="2017-12-01")
def identity_user_ids(view: View) -> Hits:
    kind = view.identity.get("type")
    member = "userAssignedIdentities" if view.since("2018-06-01") else "identityIds"
    listed = view.identity.get(member)
    wanted = isinstance(kind, str) and "userassigned" in kind.casefold()
    if wanted and not listed and view.creating:
        return Hit(("identity", member), {"cure": "Add at least one user-assigned identity"})
    if kind is None and not view.creating:
        return None
    if listed and not wanted and filled(kind or "None"):
        cure = "Identities are listed but not switched on: choose a type with UserAssigned, or remove them"
        return Hit(IDENTITY_TYPE, {"cure": cure})
    return None


@rule(
    "identity-user-ids-empty",
    "An empty list of user-assigned identities beside {kind} is refused by API version 2018-06-01, and has no effect in others. "
    "Remove it.",
    since="2018-06-01",
    operations=CREATE,
)
def identity_user_ids_empty(view: View) -> Hits:
    kind = view.identity.get("type")
    if view.identity.get("userAssignedIdentities") != {} or not filled(kind):
        return None
    if "userassigned" in kind.casefold():
        return None
    place = ("identity", "userAssignedIdentities")
    severity: Severity = "error" if view.api_version == "2018-06-01" else "warning"
    return Hit(place, {"kind": kind}, without(place, "Remove the empty list"), severity=severity)


@rule(
    "identity-id-format",
    "This is not the ID of an identity. It ends in Microsoft.ManagedIdentity/userAssignedIdentities and a name.",
    since="2018-06-01",
)
def identity_id_format(view: View) -> Hits:
    listed = view.identity.get("userAssignedIdentities")
    if not listed:
        return None
    return [
        Hit(("identity", "userAssignedIdentities", identity))
        for identity in listed
        if (filled(identity) or not identity)
        and resource_id(identity, "Microsoft.ManagedIdentity", "userAssignedIdentities") is None
    ]


@rule(
    "boot-diag-uri",
    "Enter the blob address of a storage account of this region and subscription, such as "
    "https://account.blob.core.windows.net. Leave it empty for storage that Azure manages.",
    since="2017-03-30",
)
def boot_diag_uri(view: View) -> Hits:
    written = ((view.profile.get("diagnosticsProfile") or {}).get("bootDiagnostics") or {}).get("storageUri")
    if not filled(written):
        return None
    place = (*PROFILE, "diagnosticsProfile", "bootDiagnostics", "storageUri")
    parts = url(written)
    if parts is None or ".blob." not in (parts.hostname or "") or parts.path not in ("", "/"):
        return Hit(place)
    if parts.scheme == "http":
        message = "Write https: most storage accounts refuse http."
        return Hit(
            place,
            message=message,
            severity="warning",
            fix=set_to(place, "https" + written[4:], "Write https"),
        )
    return None
