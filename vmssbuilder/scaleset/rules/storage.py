"""Rules about images, purchase plans and disks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from .. import paths
from ..paths import Path
from ..versions import order
from ..wording import Said
from .base import CREATE, Hit, Hits, rule
from .shapes import either, moved, resource_id, set_to, url, without
from .view import DATA_DISKS, IMAGE, OS_DISK, PROFILE, PROPERTIES, View, filled

MANAGED_DISK: Final[Path] = (*OS_DISK, "managedDisk")
OS_TYPE: Final[Path] = (*OS_DISK, "osType")
_RESOURCE: Final[Path] = (*MANAGED_DISK, "additionalDiskProperties", "managedDiskProperties")

_IMAGE_FIELDS: Final = ("publisher", "offer", "sku", "version")
_IMAGE_IDS: Final = ("id", "sharedGalleryImageId", "communityGalleryImageId")
_VERSION: Final = re.compile(r"(?:latest|\d+\.\d+\.\d+)\Z", re.IGNORECASE | re.ASCII)

DISK_TYPES: Final = {
    "Standard_LRS": "2016-04-30-preview",
    "Premium_LRS": "2016-04-30-preview",
    "StandardSSD_LRS": "2018-04-01",
    "UltraSSD_LRS": "2018-06-01",
    "Premium_ZRS": "2020-12-01",
    "StandardSSD_ZRS": "2020-12-01",
    "PremiumV2_LRS": "2022-03-01",
}
"""The kinds of managed disk, with the first API version that has each."""

_SPELT: Final = {name.casefold(): name for name in DISK_TYPES}


def _stated_type(disk: dict[str, Any]) -> Any:
    return (disk.get("managedDisk") or {}).get("storageAccountType")


def disk_type(disk: dict[str, Any]) -> Any:
    """The kind of a managed disk, None where none is stated. Azure reads any case, so it is spelled as Azure spells it."""
    written = _stated_type(disk)
    return _SPELT.get(written.casefold(), written) if isinstance(written, str) else written


_LAUNCHES: Final = {"TrustedLaunch": "Trusted Launch", "ConfidentialVM": "A confidential VM"}
DATA_ONLY: Final = ("UltraSSD_LRS", "PremiumV2_LRS")
"""The kinds of disk that hold data and no operating system."""

_M_SIZE: Final = re.compile(r"(?:Standard_)?M\d", re.IGNORECASE)
_DISK_NAMES: Final = {
    "UltraSSD_LRS": "Ultra",
    "PremiumV2_LRS": "Premium SSD v2",
}


# ------------------------------------------------------------------------------------------------------------- image


@rule(
    "image-required",
    "Choose the image from which the instances are made.",
    operations=CREATE,
)
def image_required(view: View) -> Hits:
    if view.image or view.vhd_image or (view.flexible and not view.profile):
        return None
    return Hit(IMAGE)


@rule(
    "image-vs-vhd",
    "An instance starts from an image or from a VHD, not from both. Remove one of them.",
    confidence="I",
)
def image_vs_vhd(view: View) -> Hits:
    return Hit((*OS_DISK, "image")) if view.image and view.vhd_image else None


def _is_gallery(identifier: Any) -> bool:
    return isinstance(identifier, str) and "/galleries/" in identifier.casefold()


@rule(
    "image-id-vs-urn",
    "Name the image by its ID or by publisher, offer, SKU and version, not by both. Remove one of them.",
    confidence="C",
    since="2016-04-30-preview",
)
def image_id_vs_urn(view: View) -> Hits:
    image = view.image
    if not (image.get("id") or image.get("sharedGalleryImageId") or image.get("communityGalleryImageId")):
        return None
    # A version beside the ID of a gallery image is a different mistake, with a rule of its own.
    fields = _IMAGE_FIELDS[:3] if _is_gallery(image.get("id")) else _IMAGE_FIELDS
    return Hit(IMAGE) if any(image.get(field) for field in fields) else None


@rule(
    "image-urn-complete",
    "The image also needs {missing}. Enter what the marketplace or the image list states.",
    confidence="C",
)
def image_urn_complete(view: View) -> Hits:
    image = view.image
    missing = [field for field in _IMAGE_FIELDS if not image.get(field)]
    if (
        not missing
        or len(missing) == 4
        or not view.creating
        or any(image.get(member) for member in _IMAGE_IDS)
    ):
        return None
    return Hit((*IMAGE, missing[0]), {"missing": either(missing).replace(" or ", " and ")})


@rule("image-version-format", "An image version is “latest” or three numbers such as 1.2.3. Correct it.")
def image_version_format(view: View) -> Hits:
    version = view.image.get("version")
    return Hit((*IMAGE, "version")) if filled(version) and not _VERSION.match(version) else None


@rule(
    "image-gallery-version-field",
    "Put the version of a gallery image at the end of its ID, or nothing for the latest. It is not read here.",
    since="2016-04-30-preview",
)
def image_gallery_version_field(view: View) -> Hits:
    if not view.image.get("version") or not _is_gallery(view.image.get("id")):
        return None
    place = (*IMAGE, "version")
    return Hit(place, fix=without(place, "Remove the version"))


@rule(
    "image-id-format",
    "This is not the ID of an image. It ends in Microsoft.Compute/images and a name, or in galleries, a gallery, images "
    "and a name, with versions and a version where one is wanted.",
    since="2016-04-30-preview",
)
def image_id_format(view: View) -> Hits:
    image = view.image.get("id")
    if not filled(image):
        return None
    for types in (("images",), ("galleries", "images"), ("galleries", "images", "versions")):
        if resource_id(image, "Microsoft.Compute", *types) is not None:
            return None
    return Hit((*IMAGE, "id"))


@rule(
    "image-version-latest-warn",
    "“latest” is settled anew for each instance: those added later may run a newer image than the first ones. "
    "State a version, or let Azure upgrade the image of all instances.",
    severity="warning",
)
def image_version_latest_warn(view: View) -> Hits:
    version = view.image.get("version")
    if not version or version.casefold() != "latest" or view.automatic_os_upgrade:
        return None
    if (view.profile.get("serviceArtifactReference") or {}).get("id"):
        # The artifact settles one version for all instances.
        return None
    return Hit((*IMAGE, "version"))


@rule(
    "image-trusted-launch",
    "{type} does not work with a managed image. Use an image of a Compute Gallery or of the marketplace.",
    since="2020-12-01",
)
def image_trusted_launch(view: View) -> Hits:
    kind = view.security.get("securityType")
    if kind not in _LAUNCHES:
        return None
    image = view.image.get("id")
    if not image or "/microsoft.compute/images/" not in image.casefold():
        return None
    return Hit((*IMAGE, "id"), {"type": _LAUNCHES[kind]})


# -------------------------------------------------------------------------------------------------------------- plan


@rule(
    "plan-complete",
    "The purchase plan also needs {missing}. Copy the plan as the image states it.",
    since="2016-04-30-preview",
)
def plan_complete(view: View) -> Hits:
    if not view.plan:
        return None
    missing = [member for member in ("name", "publisher", "product") if not view.plan.get(member)]
    return [Hit(("plan", member), {"missing": f"its {member}"}) for member in missing]


@rule(
    "plan-matches-image",
    "A purchase plan normally repeats the {field} of the image, “{value}”. Compare it with the plan that the image states.",
    severity="warning",
    since="2016-04-30-preview",
)
def plan_matches_image(view: View) -> Hits:
    if not view.plan:
        return None
    hits = []
    for member, field, label in (
        ("publisher", "publisher", "publisher"),
        ("product", "offer", "offer"),
        ("name", "sku", "SKU"),
    ):
        stated, wanted = view.plan.get(member), view.image.get(field)
        if filled(stated) and filled(wanted) and stated.casefold() != wanted.casefold():
            hits.append(Hit(("plan", member), {"field": label, "value": wanted}))
    return hits


# ----------------------------------------------------------------------------------------------------------- OS disk


@rule("osdisk-create-option", "The OS disk of a scale set is always made from an image. Write FromImage.")
def osdisk_create_option(view: View) -> Hits:
    option = view.os_disk.get("createOption")
    if option == "FromImage" or (option is None and (not view.creating or "osDisk" not in view.storage)):
        return None
    if option and not filled(option):
        return None
    place = (*OS_DISK, "createOption")
    return Hit(place, fix=set_to(place, "FromImage", "Write FromImage"))


@rule(
    "osdisk-name-managed",
    "Azure names managed OS disks itself. Remove the name.",
    confidence="C",
    since="2016-04-30-preview",
    deferred=True,
)
def osdisk_name_managed(view: View) -> Hits:
    if not view.os_disk.get("name") or view.unmanaged:
        return None
    place = (*OS_DISK, "name")
    return Hit(place, fix=without(place, "Remove the name"))


@rule(
    "osdisk-managed-vs-unmanaged",
    "Disks are managed by Azure or kept in your own storage accounts, not both. Remove one of them.",
    confidence="I",
    since="2016-04-30-preview",
)
def osdisk_managed_vs_unmanaged(view: View) -> Hits:
    if not view.unmanaged or "managedDisk" not in view.os_disk:
        return None
    return Hit(MANAGED_DISK, fix=without(MANAGED_DISK, "Remove the managed disk"))


@rule(
    "osdisk-vhd-custom-containers",
    "Disks made from a VHD are stored beside it. Remove the VHD containers.",
    confidence="I",
)
def osdisk_vhd_custom_containers(view: View) -> Hits:
    if not view.vhd_image or not view.vhd_containers:
        return None
    place = (*OS_DISK, "vhdContainers")
    return Hit(place, fix=without(place, "Remove the VHD containers"))


@rule(
    "osdisk-vhd-uri",
    "Enter the whole address of a VHD in a storage account, such as https://account.blob.core.windows.net/vhds/disk.vhd.",
    confidence="I",
)
def osdisk_vhd_uri(view: View) -> Hits:
    if not view.vhd_image:
        return None
    written = view.vhd_image.get("uri")
    if not filled(written):
        return None
    place = (*OS_DISK, "image", "uri")
    parts = url(written)
    if parts is None or ".blob." not in (parts.hostname or "") or not parts.path.lower().endswith(".vhd"):
        return Hit(place)
    return _over_http(place, written) if parts.scheme == "http" else None


def _over_http(place: Path, written: str) -> Hit:
    """A storage account may still allow http, so that is no error."""
    message = "Write https: most storage accounts refuse http."
    return Hit(
        place, message=message, severity="warning", fix=set_to(place, "https" + written[4:], "Write https")
    )


@rule(
    "osdisk-vhd-container-uri",
    "Enter the address of a container in a storage account, such as https://account.blob.core.windows.net/vhds.",
    confidence="I",
)
def osdisk_vhd_container_uri(view: View) -> Hits:
    if not view.vhd_containers:
        return None
    hits = []
    for position, written in enumerate(view.vhd_containers):
        if filled(written) or not written:
            place = (*OS_DISK, "vhdContainers", position)
            parts = url(written)
            # Templates join an endpoint, which ends with a slash, and a path, which begins with one.
            if parts is None or not re.fullmatch(r"/{1,2}[^/]+/?", parts.path):
                hits.append(Hit(place))
            elif parts.scheme == "http":
                hits.append(_over_http(place, written))
    return hits


@rule(
    "osdisk-ostype-custom",
    "Azure cannot see what a VHD holds. Choose Windows or Linux.",
    operations=CREATE,
    deferred=True,
)
def osdisk_ostype_custom(view: View) -> Hits:
    return Hit(OS_TYPE) if view.vhd_image and not view.os_disk.get("osType") else None


@rule(
    "osdisk-ostype-mismatch",
    "The image runs {os}, and this says {stated}. Choose {os}, leave the type out, or choose another image.",
    confidence="C",
)
def osdisk_ostype_mismatch(view: View) -> Hits:
    if view.stated_os is None or view.image_os is None or view.stated_os == view.image_os:
        return None
    # Which of them is meant, and what else follows from it, nobody but the person knows.
    return Hit(OS_TYPE, {"os": view.image_os, "stated": view.stated_os})


@rule(
    "osdisk-type",
    "{type} disks cannot hold the operating system. Choose another type here.",
    since="2016-04-30-preview",
)
def osdisk_type(view: View) -> Hits:
    kind = disk_type(view.os_disk)
    return (
        Hit((*MANAGED_DISK, "storageAccountType"), {"type": _DISK_NAMES[kind]}) if kind in DATA_ONLY else None
    )


def _type_hit(view: View, place: Path, kind: Any, kinds: Iterable[str] = DISK_TYPES) -> Hit | None:
    """The hit for a kind of disk that the API version does not have. kinds: those that may stand here."""
    if not filled(kind):
        return None
    since = DISK_TYPES.get(kind)
    if since is not None:
        if order(since) <= view.order:
            return None
        return Hit(place, {"type": kind, "since": since})
    known = [name for name in kinds if order(DISK_TYPES[name]) <= view.order]
    right = next((name for name in known if name.casefold() == kind.casefold()), None)
    message = f"“{{type}}” is not a disk type that we know. Choose {either(known)}."
    # Azure may know types that are newer than this program.
    return Hit(
        place,
        {"type": kind},
        set_to(place, right, f"Write {right}") if right else None,
        message,
        severity="warning",
    )


_OS_DISK_TYPE: Final[Path] = (*MANAGED_DISK, "storageAccountType")
_OS_DISK_TYPES: Final = tuple(name for name in DISK_TYPES if name not in DATA_ONLY)


@rule(
    "osdisk-type-by-version",
    "{type} needs API version {since} or newer. Choose another type, or a newer version.",
    since="2016-04-30-preview",
)
def osdisk_type_by_version(view: View) -> Hits:
    if disk_type(view.os_disk) in DATA_ONLY:
        # These are refused in every version, by a rule of their own.
        return None
    return _type_hit(view, _OS_DISK_TYPE, _stated_type(view.os_disk), _OS_DISK_TYPES)


@rule(
    "osdisk-data-only",
    "{what}, and the OS disk is none. Remove it.",
    confidence="I",
    since="2026-04-01",
)
def osdisk_data_only(view: View) -> Hits:
    wanted = (view.os_managed_disk.get("additionalDiskProperties") or {}).get("managedDiskProperties") or {}
    if not wanted:
        return None
    policy = wanted.get("availabilityPolicy") or {}
    return [
        Hit(place := (*_RESOURCE, *member), {"what": what}, without(place, "Remove it"))
        for member, what, asked in (
            (("maxShares",), "Only data disks can be shared", (wanted.get("maxShares") or 1) > 1),
            (
                ("optimizedForFrequentAttach",),
                "Only data disks are detached and attached often",
                wanted.get("optimizedForFrequentAttach") is True,
            ),
            (
                ("availabilityPolicy", "actionOnDiskDelay"),
                "Only data disks are attached again after a delay",
                policy.get("actionOnDiskDelay") == "AutomaticReattach",
            ),
        )
        if asked
    ]


@rule(
    "osdisk-size",
    "The OS disk has 1 to 4,095 GB, and at least the size of its image. Correct the size.",
    confidence="C",
    since="2018-04-01",
)
def osdisk_size(view: View) -> Hits:
    size = view.os_disk.get("diskSizeGB")
    return Hit((*OS_DISK, "diskSizeGB")) if size is not None and not 1 <= size <= 4095 else None


@rule(
    "osdisk-caching-none",
    "Azure caches reads of an OS disk even when told not to. Choose ReadOnly or ReadWrite.",
    severity="warning",
)
def osdisk_caching_none(view: View) -> Hits:
    # Write Accelerator asks for no caching, and ephemeral disks have a rule of their own.
    if view.os_disk.get("caching") != "None" or view.os_disk.get("writeAcceleratorEnabled"):
        return None
    return Hit((*OS_DISK, "caching"))


@rule(
    "osdisk-caching-default",
    "Neither the type nor the caching of the OS disk is stated. Azure picks both by the size: ReadOnly for premium disks, "
    "none for standard ones. State the caching if the application depends on it.",
    severity="warning",
    operations=CREATE,
)
def osdisk_caching_default(view: View) -> Hits:
    # With the type stated the default is plain, and the advice would only be noise.
    if not view.os_disk or view.os_disk.get("caching") or view.os_managed_disk.get("storageAccountType"):
        return None
    return None if view.unmanaged else Hit((*OS_DISK, "caching"))


# --------------------------------------------------------------------------------------------------- ephemeral disks


@rule(
    "ephemeral-caching",
    "An ephemeral OS disk needs ReadOnly caching. Write ReadOnly.",
    confidence="C",
    since="2018-06-01",
)
def ephemeral_caching(view: View) -> Hits:
    if not view.ephemeral or view.os_disk.get("caching") == "ReadOnly":
        return None
    if not view.creating and "caching" not in view.os_disk:
        return None
    place = (*OS_DISK, "caching")
    return Hit(place, fix=set_to(place, "ReadOnly", "Write ReadOnly"))


@rule(
    "ephemeral-managed",
    "An ephemeral OS disk must be managed. Remove the VHD or its containers.",
    since="2018-06-01",
)
def ephemeral_managed(view: View) -> Hits:
    return Hit((*OS_DISK, "diffDiskSettings")) if view.ephemeral and view.unmanaged else None


@rule("ephemeral-option", "The option can only be Local. Write it so.", since="2018-06-01")
def ephemeral_option(view: View) -> Hits:
    option = view.ephemeral.get("option")
    if not filled(option) or option == "Local":
        return None
    place = (*OS_DISK, "diffDiskSettings", "option")
    return Hit(place, fix=set_to(place, "Local", "Write Local"))


@rule(
    "ephemeral-nvme-api",
    "An ephemeral disk on NVMe needs API version 2024-03-01 or newer. Choose another place, or a newer version.",
    since="2019-12-01",
    until="2023-09-01",
)
def ephemeral_nvme_api(view: View) -> Hits:
    place = (*OS_DISK, "diffDiskSettings", "placement")
    return Hit(place) if view.ephemeral.get("placement") == "NvmeDisk" else None


@rule(
    "ephemeral-stop",
    "Instances with an ephemeral OS disk cannot be stopped without losing it, nor backed up, nor encrypted by "
    "Azure Disk Encryption. Keep what matters elsewhere.",
    severity="warning",
    since="2018-06-01",
)
def ephemeral_stop(view: View) -> Hits:
    return Hit((*OS_DISK, "diffDiskSettings")) if view.ephemeral else None


@rule(
    "ephemeral-spot-deallocate",
    "An instance with an ephemeral OS disk cannot be deallocated when it is evicted. Choose Delete.",
    since="2019-03-01",
)
def ephemeral_spot_deallocate(view: View) -> Hits:
    if not view.ephemeral or not view.spot or view.profile.get("evictionPolicy") != "Deallocate":
        return None
    place = (*PROFILE, "evictionPolicy")
    return Hit(place, fix=set_to(place, "Delete", "Choose Delete"))


@rule(
    "ephemeral-size-limit",
    "An ephemeral OS disk has 2,040 GiB at most. Make it smaller.",
    since="2018-06-01",
)
def ephemeral_size_limit(view: View) -> Hits:
    if not view.ephemeral or (view.os_disk.get("diskSizeGB") or 0) <= 2040:
        return None
    place = (*OS_DISK, "diskSizeGB")
    return Hit(place, fix=set_to(place, 2040, "Write 2,040"))


@rule(
    "ephemeral-detach",
    "An ephemeral OS disk goes with its instance and cannot be detached. Choose Delete.",
    since="2021-03-01",
)
def ephemeral_detach(view: View) -> Hits:
    if not view.ephemeral or view.os_disk.get("deleteOption") != "Detach":
        return None
    place = (*OS_DISK, "deleteOption")
    return Hit(place, fix=set_to(place, "Delete", "Choose Delete"))


@rule(
    "write-accelerator",
    "Write Accelerator needs a Premium_LRS disk with caching None or ReadOnly. Change them, or switch it off.",
    confidence="C",
    since="2017-12-01",
)
def write_accelerator(view: View) -> Hits:
    return [
        Hit((*path, "writeAcceleratorEnabled"))
        for path, disk in view.every_disk
        if disk.get("writeAcceleratorEnabled") is True
        and not (
            _holds(view, path, disk_type(disk), "Premium_LRS")
            and _holds(view, path, disk.get("caching"), "None", "ReadOnly")
        )
    ]


@rule(
    "write-accelerator-size",
    "Write Accelerator exists on M sizes only. Switch it off, or choose an M size.",
    since="2017-12-01",
)
def write_accelerator_size(view: View) -> Hits:
    if not filled(view.size) or _M_SIZE.match(view.size):
        return None
    return [
        Hit(
            place := (*path, "writeAcceleratorEnabled"),
            fix=set_to(place, False, "Switch Write Accelerator off"),
        )
        for path, disk in view.every_disk
        if disk.get("writeAcceleratorEnabled") is True
    ]


def _holds(view: View, disk: Path, value: Any, *wanted: str) -> bool:
    """Whether the disk has one of the values; an update may leave out what the OS disk has already."""
    return value in wanted or (value is None and disk == OS_DISK and not view.creating)


# -------------------------------------------------------------------------------------------------------- data disks


@rule(
    "datadisk-array",
    "Data disks are a list. Put the disk in square brackets.",
    since="2016-04-30-preview",
    misfit=True,
)
def datadisk_array(view: View) -> Hits:
    value = paths.get(view.raw, DATA_DISKS, [])
    if isinstance(value, list):
        return None
    fix = moved(DATA_DISKS, (*DATA_DISKS, 0), "Make it a list") if isinstance(value, dict) else None
    return Hit(DATA_DISKS, fix=fix)


@rule(
    "datadisk-lun-required",
    "Give the disk a LUN: a whole number from 0, by which the instances find it.",
    since="2016-04-30-preview",
)
def datadisk_lun_required(view: View) -> Hits:
    if not view.data_disks:
        return None
    used = {disk.get("lun") for disk in view.data_disks}
    free = next(lun for lun in range(len(view.data_disks) + 1) if lun not in used)
    return [
        Hit((*path, "lun"), fix=set_to((*path, "lun"), free, f"Use LUN {free}"))
        for path, disk in view.disk_items
        if disk.get("lun") is None or disk["lun"] < 0
    ]


@rule("datadisk-lun-max", "A LUN is a number from 0 to 63. Choose a free one.", since="2016-04-30-preview")
def datadisk_lun_max(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [Hit((*path, "lun")) for path, disk in view.disk_items if (disk.get("lun") or 0) > 63]


@rule("datadisk-lun-unique", "LUN {lun} is used above. Give each disk its own.", since="2016-04-30-preview")
def datadisk_lun_unique(view: View) -> Hits:
    if not view.data_disks:
        return None
    hits, seen = [], set()
    for path, disk in view.disk_items:
        lun = disk.get("lun")
        if lun is not None and lun in seen:
            hits.append(Hit((*path, "lun"), {"lun": lun}))
        seen.add(lun)
    return hits


@rule(
    "datadisk-create-required",
    "Say how the disk is made: Empty, or FromImage for a disk of the image.",
    since="2016-04-30-preview",
)
def datadisk_create_required(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [
        Hit((*path, "createOption"), fix=set_to((*path, "createOption"), "Empty", "Write Empty"))
        for path, disk in view.disk_items
        if not disk.get("createOption")
    ]


@rule(
    "datadisk-create-values",
    "The disks of a scale set are made Empty or FromImage. Choose one of them.",
    since="2016-04-30-preview",
)
def datadisk_create_values(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [
        Hit((*path, "createOption"))
        for path, disk in view.disk_items
        if filled(disk.get("createOption")) and disk["createOption"] not in ("Empty", "FromImage")
    ]


@rule(
    "datadisk-size-required", "Enter the size of the empty disk in GB, 1 or more.", since="2016-04-30-preview"
)
def datadisk_size_required(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [
        Hit((*path, "diskSizeGB"))
        for path, disk in view.disk_items
        if disk.get("createOption") == "Empty" and (disk.get("diskSizeGB") or 0) < 1
    ]


@rule(
    "datadisk-size-name", "Azure calls this diskSizeGB. Rename it.", since="2016-04-30-preview", misfit=True
)
def datadisk_size_name(view: View) -> Hits:
    disks = paths.get(view.raw, DATA_DISKS, [])
    if not isinstance(disks, list):
        return None
    hits = []
    for position, disk in enumerate(disks):
        if isinstance(disk, dict) and "diskSizeInGB" in disk:
            place = (*DATA_DISKS, position, "diskSizeInGB")
            right = (*DATA_DISKS, position, "diskSizeGB")
            hits.append(
                Hit(place, fix=None if "diskSizeGB" in disk else moved(place, right, "Rename to diskSizeGB"))
            )
    return hits


@rule(
    "datadisk-size-max",
    "This disk can have at most {most:,} GB. Make it smaller, or use several.",
    since="2016-04-30-preview",
)
def datadisk_size_max(view: View) -> Hits:
    if not view.data_disks:
        return None
    hits = []
    for path, disk in view.disk_items:
        # The documented 1,023 GB holds for the version that introduced the disks; later ones allow what disks can have.
        most = (
            1_023
            if view.api_version == "2016-04-30-preview"
            else 65_536
            if disk_type(disk) in DATA_ONLY
            else 32_767
        )
        if (disk.get("diskSizeGB") or 0) > most:
            hits.append(Hit((*path, "diskSizeGB"), {"most": most}))
    return hits


@rule(
    "datadisk-needs-managed",
    "Data disks need a managed OS disk. Use managed disks, or remove the data disks.",
    confidence="C",
    since="2016-04-30-preview",
)
def datadisk_needs_managed(view: View) -> Hits:
    return Hit(DATA_DISKS) if view.data_disks and view.unmanaged else None


@rule(
    "datadisk-type-enum",
    "{type} needs API version {since} or newer. Choose another type, or a newer version.",
    since="2016-04-30-preview",
)
def datadisk_type_enum(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [
        hit
        for path, disk in view.disk_items
        if (hit := _type_hit(view, (*path, "managedDisk", "storageAccountType"), _stated_type(disk)))
        is not None
    ]


@rule(
    "datadisk-ultra-enabled",
    "Ultra disks must be allowed for the whole scale set. Switch support for Ultra disks on.",
    since="2018-06-01",
    operations=CREATE,
)
def datadisk_ultra_enabled(view: View) -> Hits:
    if not any(disk_type(disk) == "UltraSSD_LRS" for disk in view.data_disks):
        return None
    holder, above = (view.properties, PROPERTIES) if view.since("2019-03-01") else (view.profile, PROFILE)
    if (holder.get("additionalCapabilities") or {}).get("ultraSSDEnabled") is True:
        return None
    place = (*above, "additionalCapabilities", "ultraSSDEnabled")
    return Hit(place, fix=set_to(place, True, "Allow Ultra disks"))


@rule(
    "ultra-zone-unstated",
    "{type} disks need a zone in most regions. Add zones, or check that the region has such disks without them.",
    severity="warning",
    confidence="C",
    since="2018-06-01",
    operations=CREATE,
)
def ultra_zone_unstated(view: View) -> Hits:
    if view.zonal:
        return None
    kinds = [kind for disk in view.data_disks if (kind := disk_type(disk)) in DATA_ONLY]
    return Hit(("zones",), {"type": _DISK_NAMES[kinds[0]]}) if kinds else None


@rule("datadisk-ultra-cache", "{type} disks cannot be cached. Set caching to None.", since="2018-06-01")
def datadisk_ultra_cache(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [
        Hit(
            (*path, "caching"),
            {"type": _DISK_NAMES[disk_type(disk)]},
            set_to((*path, "caching"), "None", "Switch caching off"),
        )
        for path, disk in view.disk_items
        if disk.get("caching") not in (None, "None") and disk_type(disk) in DATA_ONLY
    ]


@rule(
    "datadisk-cache-4tib",
    "A disk of 4 TiB or more cannot be cached. Set caching to None, or make it smaller.",
    since="2016-04-30-preview",
)
def datadisk_cache_4tib(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [
        Hit((*path, "caching"), fix=set_to((*path, "caching"), "None", "Switch caching off"))
        for path, disk in view.disk_items
        if (disk.get("diskSizeGB") or 0) >= 4096 and disk.get("caching") not in (None, "None")
    ]


@rule(
    "datadisk-cache-readwrite",
    "With ReadWrite caching, data that the application has not flushed is lost in a crash. ReadOnly or None is safer.",
    severity="warning",
    since="2016-04-30-preview",
)
def datadisk_cache_readwrite(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [Hit((*path, "caching")) for path, disk in view.disk_items if disk.get("caching") == "ReadWrite"]


@rule(
    "datadisk-iops-type",
    (
        Said("Only Ultra disks let you set this.", until="2021-11-01"),
        Said("Only Ultra and Premium SSD v2 disks let you set this.", since="2022-03-01"),
        "Remove it, or choose such a disk.",
    ),
    since="2019-07-01",
)
def datadisk_iops_type(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [
        Hit((*path, member), fix=without((*path, member), "Remove it"))
        for path, disk in view.disk_items
        for member in ("diskIOPSReadWrite", "diskMBpsReadWrite")
        if disk.get(member) is not None and disk_type(disk) not in DATA_ONLY
    ]


@rule(
    "datadisk-ultra-fromimage",
    "A disk of type {type} can only be made empty. Write Empty and a size, or choose another type.",
    since="2018-06-01",
)
def datadisk_ultra_fromimage(view: View) -> Hits:
    if not view.data_disks:
        return None
    return [
        Hit((*path, "createOption"), {"type": _DISK_NAMES[kind]})
        for path, disk in view.disk_items
        if disk.get("createOption") == "FromImage" and (kind := disk_type(disk)) in DATA_ONLY
    ]


@dataclass(frozen=True, slots=True)
class _Performance:
    """What disks of a kind can do: operations a second in all, by GiB, and however small; megabytes a second in all."""

    most: int
    by_size: int
    least: int
    throughput: int


_PERFORMANCE: Final = {
    "PremiumV2_LRS": _Performance(80_000, 500, 3_000, 2_000),
    "UltraSSD_LRS": _Performance(400_000, 1_000, 0, 10_000),
}


@rule(
    "datadisk-performance",
    "A {type} disk{of} has {most:,} {unit} at most. Ask for less, or {more}.",
    since="2019-07-01",
)
def datadisk_performance(view: View) -> Hits:
    if not view.data_disks:
        return None
    hits = []
    for path, disk in view.disk_items:
        operations, throughput = disk.get("diskIOPSReadWrite"), disk.get("diskMBpsReadWrite")
        can = _PERFORMANCE.get(disk_type(disk))
        if can is None:
            continue
        size = disk.get("diskSizeGB")
        most = can.most if not size else min(can.most, max(can.least, can.by_size * size))
        values = {"type": _DISK_NAMES[disk_type(disk)], "most": most, "unit": "IOPS", "of": ""}
        values["more"] = "use several disks"
        if most < can.most:
            values |= {"of": f" of {size:,} GiB", "more": "make the disk larger"}
        if operations is not None and operations > most:
            place = (*path, "diskIOPSReadWrite")
            hits.append(Hit(place, values, set_to(place, most, f"Write {most:,}")))
        # A quarter of a megabyte for each operation that the disk is given.
        given = can.least or most if operations is None else max(can.least, min(operations, most))
        fastest = min(can.throughput, given // 4)
        if throughput is not None and throughput > fastest:
            place = (*path, "diskMBpsReadWrite")
            values = {**values, "most": fastest, "unit": "MB/s", "of": f" with {given:,} IOPS"}
            values["more"] = "for more IOPS" if fastest < can.throughput else "use several disks"
            hits.append(Hit(place, values, set_to(place, fastest, f"Write {fastest:,}")))
    return hits


# -------------------------------------------------------------------------------------------------------- encryption


@rule(
    "des-exclusive",
    "The disk names two disk encryption sets. Keep the one of the security settings for a confidential VM, else the other.",
    confidence="C",
    since="2021-11-01",
)
def des_exclusive(view: View) -> Hits:
    return [
        Hit((*path, "managedDisk", "diskEncryptionSet"))
        for path, disk in view.every_disk
        if (managed := disk.get("managedDisk"))
        and managed.get("diskEncryptionSet")
        and (managed.get("securityProfile") or {}).get("diskEncryptionSet")
    ]


@rule(
    "des-id",
    "This is not the ID of a disk encryption set. It ends in Microsoft.Compute/diskEncryptionSets and a name.",
    since="2019-07-01",
)
def des_id(view: View) -> Hits:
    hits = []
    for path, disk in view.every_disk:
        managed = disk.get("managedDisk")
        if not managed:
            continue
        for holder, below in ((managed, ()), (managed.get("securityProfile") or {}, ("securityProfile",))):
            named = (holder.get("diskEncryptionSet") or {}).get("id")
            if filled(named) and resource_id(named, "Microsoft.Compute", "diskEncryptionSets") is None:
                hits.append(Hit((*path, "managedDisk", *below, "diskEncryptionSet", "id")))
    return hits
