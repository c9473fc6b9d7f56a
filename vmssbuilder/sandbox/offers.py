"""Whether what a scale set asks for is on offer: its size in the region and zones, its image, what both can do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from vmssbuilder.scaleset import paths

from . import images, inventory, world
from .memory import Memory
from .messages import Refusal
from .sizes import Size

_PROFILE: Final = ("properties", "virtualMachineProfile")
_STORAGE: Final = (*_PROFILE, "storageProfile")
MIX: Final = "Mix"
"""What `sku.name` says where `skuProfile` names the sizes."""


def _get(model: Any, *path: str | int) -> Any:
    return paths.get(model, path, None)


def names(model: Mapping[str, Any]) -> Iterator[str]:
    """The names of the sizes that a scale set asks for: of its SKU, or of its mix."""
    name = _get(model, "sku", "name")
    mix = _get(model, "properties", "skuProfile", "vmSizes")
    if isinstance(name, str) and name and not (name.casefold() == MIX.casefold() and mix):
        yield name
    for each in mix if isinstance(mix, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("name"), str):
            yield each["name"]


def size(memory: Memory, resource_id: str, subscription: str, model: Mapping[str, Any]) -> None:
    """Refuses a size that there is none of, or that the region, a zone or the subscription does not have."""
    region = world.region(str(model.get("location")))
    if region is None:
        return
    zones = [str(each) for each in model.get("zones") or ()]
    if zones and not region.zones:
        message = (
            f"The resource '{resource_id.split('/providers/')[1]}' does not support availability zones at location"
            f" '{region.name}'."
        )
        raise Refusal(400, "ResourceTypeNotSupportAvailabilityZones", message)
    unknown = [zone for zone in zones if zone not in {"1", "2", "3"}]
    if unknown:
        message = (
            f"The zone(s) '{', '.join(unknown)[:80]}' for resource '{resource_id.split('/providers/')[1]}' is not"
            f" supported. The supported zones for location '{region.name}' are '1,2,3'"
        )
        raise Refusal(400, "InvalidAvailabilityZone", message)
    for name in names(model):
        known = memory.size(name)
        if known is None:
            raise Refusal(400, "InvalidParameter", _not_valid(memory, name, region), "vmSize")
        if not _offered(known, subscription, region, set(zones)):
            message = (
                f"The requested size for resource '{resource_id}' is currently not available in location '{region.name}'"
                f" zones '{','.join(zones)}' for subscription '{subscription}'. Please try another size or deploy to a"
                " different location or zones. See https://aka.ms/azureskunotavailable for details."
            )
            raise Refusal(409, "SkuNotAvailable", message)


def _offered(known: Size, subscription: str, region: world.Region, zones: set[str]) -> bool:
    """Whether the subscription can have the size in the region and all of the zones."""
    restrictions = known.restrictions(subscription, region)
    closed = {zone for each in restrictions for zone in each["restrictionInfo"].get("zones", ())}
    gone = any(each["type"] == "Location" for each in restrictions) or not known.offered(region)
    return not gone and zones <= set(known.zones(region)) - closed


def suits(known: Size, model: Mapping[str, Any]) -> bool:
    """Whether a size is to be had, in every subscription, and can do what a scale set asks of it."""
    region = world.region(str(model.get("location")))
    zones = {str(each) for each in model.get("zones") or ()}
    try:
        _can(known, "", model)
    except Refusal:
        return False
    return region is None or all(_offered(known, each, region, zones) for each in world.SUBSCRIPTIONS)


def _not_valid(memory: Memory, name: str, region: world.Region) -> str:
    there = ",".join(each.name for each in memory.all_sizes().values() if each.offered(region))
    return (
        f"The value {name[:80]} provided for the VM size is not valid. The valid sizes in the current region are:"
        f" {there[:4000]}. Find out more on the valid VM sizes in each region at https://aka.ms/azure-regions."
    )


# --- images ----------------------------------------------------------------------------------------------------------


def image(memory: Memory, model: Mapping[str, Any]) -> None:
    """Refuses an image that there is none of, or that is elsewhere."""
    reference = _get(model, *_STORAGE, "imageReference")
    if not isinstance(reference, Mapping):
        return
    if reference.get("id"):
        _own_image(memory, str(reference["id"]), model)
    elif any(reference.get(each) for each in ("publisher", "offer", "sku")):
        _platform_image(memory, reference)


def _platform_image(memory: Memory, reference: Mapping[str, Any]) -> None:
    names = [str(reference.get(each) or "") for each in ("publisher", "offer", "sku", "version")]
    for name, value in zip(("publisher", "offer", "sku", "version"), names, strict=True):
        if not value:
            raise Refusal(
                400, "InvalidParameter", f"Required parameter 'imageReference.{name}' is missing (null).",
                f"imageReference.{name}",
            )  # fmt: skip
    publisher, offer, sku, version = names
    found = images.find(memory.publishers, publisher, offer, sku)
    if found is None or (
        version.lower() != "latest" and version not in images.versions_of(publisher, offer, found[2])
    ):
        message = (
            f"The platform image '{':'.join(names)}' is not available. Verify that all fields in the storage profile are"
            " correct. For more details about storage profile information, please refer to https://aka.ms/storageprofile"
        )
        raise Refusal(404, "PlatformImageNotFound", message, "imageReference")


def _own_image(memory: Memory, written: str, model: Mapping[str, Any]) -> None:
    if not inventory.is_reference(written):
        return
    if "/galleries/" not in written.lower():
        if inventory.find(memory, written) is None:
            raise Refusal(404, "NotFound", f"The Image '{written}' cannot be found.", "imageReference")
        return
    region = world.region(str(model.get("location")))
    versions = inventory.gallery_versions(memory, written)
    if not any(region is None or _replicated(each, region) for each in versions):
        message = (
            f"The gallery image {written} is not available in {region.name if region else ''} region. Please contact image"
            " owner to replicate to this region, or change your requested region."
        )
        raise Refusal(404, "GalleryImageNotFound", message, "imageReference")


def _replicated(version: Mapping[str, Any], region: world.Region) -> bool:
    """Whether a version of a gallery's image is in the region; one of which nothing is told is everywhere."""
    targets = _get(version, "properties", "publishingProfile", "targetRegions")
    return targets is None or any(world.region(str(each.get("name"))) == region for each in targets)


def _generation(memory: Memory, model: Mapping[str, Any]) -> str:
    """V1 or V2, empty where nothing is known."""
    reference = _get(model, *_STORAGE, "imageReference") or {}
    if reference.get("id"):
        parent = re.sub(r"/versions/[^/]+$", "", str(reference["id"]), flags=re.IGNORECASE)
        return str(_get(inventory.find(memory, parent), "properties", "hyperVGeneration") or "")
    found = images.find(
        memory.publishers, *(str(reference.get(each) or "") for each in ("publisher", "offer", "sku"))
    )
    return found[2].generation if found else ""


# --- what sizes and images can do ------------------------------------------------------------------------------------


def features(memory: Memory, resource_id: str, model: Mapping[str, Any]) -> None:
    """Refuses what the size or the image cannot do."""
    if _wants_trusted(model) and _generation(memory, model) == "V1":
        message = (
            "Use of TrustedLaunch setting is not supported for the provided image. Please select Trusted Launch Supported"
            " Gen2 OS Image. For more information, see https://aka.ms/TrustedLaunch-FAQ."
        )
        raise Refusal(400, "BadRequest", message)
    wanted = [known for name in names(model) if (known := memory.size(name)) is not None]
    unlike = _unlike(wanted)
    if unlike:
        raise Refusal(
            400, "InvalidParameter", f"VM sizes with different {unlike} cannot be mixed.", "vmSizes"
        )
    for known in wanted:
        _can(known, resource_id, model)


def _can(known: Size, resource_id: str, model: Mapping[str, Any]) -> None:
    """Refuses what the size cannot do."""
    disk, can = _get(model, *_STORAGE, "osDisk") or {}, known.capabilities
    if _wants_trusted(model) and not _trusted(can):
        message = (
            f"The VM size '{known.name}' is not supported for creation of VMs and Virtual Machine Scale Set with"
            " 'TrustedLaunch' security type. For more information, see https://aka.ms/TrustedLaunch-FAQ"
        )
        raise Refusal(400, "BadRequest", message)
    if _get(disk, "diffDiskSettings", "option") is not None:
        _ephemeral(known.name, can, str(_get(disk, "diffDiskSettings", "placement") or ""))
        _room(known.name, can, disk, trusted=_wants_trusted(model))
    _network(known, can, resource_id, model)


def _wants_trusted(model: Mapping[str, Any]) -> bool:
    return str(_get(model, *_PROFILE, "securityProfile", "securityType")).casefold() == "trustedlaunch"


def _trusted(can: Mapping[str, str]) -> bool:
    return (
        "V2" in can["HyperVGenerations"]
        and can["CpuArchitectureType"] != "Arm64"
        and can.get("TrustedLaunchDisabled") != "True"
    )


def _ephemeral(name: str, can: Mapping[str, str], placement: str) -> None:
    if can["EphemeralOSDiskSupported"] != "True":
        message = f"Ephemeral OS disk is not supported for VM size {name}."
        raise Refusal(409, "NotSupported", message)
    if placement.casefold() == "nvmedisk" and "NvmeDiskSizeInMiB" not in can:
        message = (
            f"Ephemeral OS disk placement 'NvmeDisk' is not supported for VM size {name}. Please refer to"
            " https://aka.ms/Ephemeral for more details."
        )
        raise Refusal(400, "NotSupported", message)


_ROOM: Final = {
    "cachedisk": ("CachedDiskBytes", 2**30, "CacheDisk"),
    "resourcedisk": ("MaxResourceVolumeMB", 2**10, "ResourceDisk"),
    "nvmedisk": ("NvmeDiskSizeInMiB", 2**10, "NvmeDisk"),
}
"""The places for an ephemeral disk in the order in which Azure takes them, with what makes a GiB of their capability."""


def _room(name: str, can: Mapping[str, str], disk: Mapping[str, Any], *, trusted: bool) -> None:
    """Refuses an ephemeral disk that is larger than its place on the host."""
    there = {
        place: int(can[capability]) // unit
        for place, (capability, unit, _title) in _ROOM.items()
        if int(can.get(capability, 0))
    }
    wanted = str(_get(disk, "diffDiskSettings", "placement") or next(iter(there), "")).casefold()
    most, size = there.get(wanted, 0) - trusted, disk.get("diskSizeGB")
    if isinstance(size, int) and size > most:
        message = (
            f"OS disk of Ephemeral VM with size greater than {max(0, most)} GB is not allowed for VM size {name} when the"
            f" DiffDiskPlacement is {_ROOM[wanted][2]}. Please refer to https://aka.ms/Ephemeral for more details."
        )
        raise Refusal(400, "NotSupported", message)


def alike(sizes: Sequence[Size]) -> bool:
    """Whether sizes can be mixed."""
    return not _unlike(sizes)


def _unlike(sizes: Sequence[Size]) -> str:
    """In what sizes differ that a mix must not differ in. learn.microsoft.com, Instance mix: limitations"""
    can = [each.capabilities for each in sizes]
    for what, values in (
        ("CPU architectures", {each["CpuArchitectureType"] for each in can}),
        ("premium storage support", {each["PremiumIO"] for each in can}),
        (
            "local disk configurations",
            {each["MaxResourceVolumeMB"] != "0" or "NvmeDiskSizeInMiB" in each for each in can},
        ),
    ):
        if len(values) > 1:
            return what
    interfaces = [set(each["DiskControllerTypes"].split(", ")) for each in can]
    return "storage interfaces" if interfaces and not set.intersection(*interfaces) else ""


def _network(size: Size, can: Mapping[str, str], resource_id: str, model: Mapping[str, Any]) -> None:
    if can["AcceleratedNetworkingEnabled"] == "True":
        return
    interfaces = _get(model, *_PROFILE, "networkProfile", "networkInterfaceConfigurations")
    for each in interfaces if isinstance(interfaces, list) else ():
        if _get(each, "properties", "enableAcceleratedNetworking") is True:
            message = (
                f"Virtual machine at index 0 of VM scale set {resource_id} has size {size.name}, which is not compatible"
                " with enabling accelerated networking in the network profile on the scale set."
            )
            raise Refusal(400, "VMSizeIsNotPermittedToEnableAcceleratedNetworkingForVmss", message)
