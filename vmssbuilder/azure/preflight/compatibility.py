"""Whether the size and the image can do what the request asks of them, by the lists that Azure keeps of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.demand import get
from vmssbuilder.scaleset.paths import Path

from ..errors import Forbidden, NotFound
from ..pickers.suggestions import Suggestion
from .context import CheckContext
from .results import PreflightFinding

_GALLERIES: Final = "2024-03-03"
_COMPUTE: Final = "2024-07-01"

_PROFILE: Final[Path] = ("properties", "virtualMachineProfile")
_SECURITY: Final[Path] = (*_PROFILE, "securityProfile", "securityType")
_IMAGE: Final[Path] = (*_PROFILE, "storageProfile", "imageReference")
_AT_HOST: Final[Path] = (*_PROFILE, "securityProfile", "encryptionAtHost")
_PRIORITY: Final[Path] = (*_PROFILE, "priority")
_RESERVATION: Final[Path] = (*_PROFILE, "capacityReservation")
_ULTRA: Final[Path] = ("properties", "additionalCapabilities", "ultraSSDEnabled")
_MIX: Final[Path] = ("properties", "skuProfile", "vmSizes")
_OS_DISK: Final[Path] = (*_PROFILE, "storageProfile", "osDisk")
_DATA_DISKS: Final[Path] = (*_PROFILE, "storageProfile", "dataDisks")
_EPHEMERAL: Final[Path] = (*_OS_DISK, "diffDiskSettings")
_NICS: Final[Path] = (*_PROFILE, "networkProfile", "networkInterfaceConfigurations")

Facts = Mapping[str, Any]


def fit(context: CheckContext) -> Iterator[PreflightFinding]:
    """The size and the image can do what the request asks of them, and go together."""
    whole = context.whole()
    sizes = [known for _path, _name, known in context.wanted_sizes() if known is not None]
    image = _image(context, whole)
    problems = list(_mixed(sizes))
    problems += [problem for known in sizes for problem in _of_size(known, image, whole)]
    problems += _of_image(image, whole)
    problems += [problem for known in sizes for problem in _together(known, image)]
    yield from dict.fromkeys(problems)
    if not problems:
        yield PreflightFinding(
            "passed", "The size and the image can do what the request asks of them.", path="sku.name"
        )


def _failed(path: Path, sentence: str, cure: str) -> PreflightFinding:
    return PreflightFinding("failed", sentence, cure, paths.text(path))


_NEEDS: Final[dict[str, tuple[str, str]]] = {
    "TrustedLaunch": ("trusted", "Trusted Launch"),
    "ConfidentialVM": ("confidential", "confidential VMs"),
}
"""The security types that ask something of size and image: what a size with them can do, and their names in words."""


def _of_size(known: Suggestion, image: tuple[str, Facts] | None, whole: Any) -> Iterator[PreflightFinding]:
    can = known.facts["features"]
    for path, feature, words, cure in _demands(whole):
        if feature not in can:
            yield _failed(path, f"{known.value} has no {words}.", f"Choose another size, or {cure}.")
    if get(whole, *_EPHEMERAL, "option") is not None:
        yield from _ephemeral(known, image, whole)
    for path, fact, words in (
        (_DATA_DISKS, "disks", "data disks"),
        (_NICS, "nics", "network interfaces"),
    ):
        count, most = len(_items(get(whole, *path))), known.facts[fact]
        if most and count > most:
            yield _failed(
                path,
                f"{known.value} takes {most:g} {words}, and these are {count}.",
                "Choose another size, or remove some.",
            )


def _demands(whole: Any) -> Iterator[tuple[Path, str, str, str]]:
    """What the request asks of its size: where, the feature, its name in words, and what to do without it."""
    kind = get(whole, *_SECURITY)
    if isinstance(kind, str) and kind in _NEEDS:
        yield (_SECURITY, *_NEEDS[kind], "another security type")
    if get(whole, *_AT_HOST) is True:
        yield _AT_HOST, "encryption", "encryption at host", "switch it off"
    if str(get(whole, *_PRIORITY)).lower() in {"spot", "low"}:
        yield _PRIORITY, "spot", "Spot instances", "Regular priority"
    if get(whole, *_RESERVATION, "capacityReservationGroup", "id"):
        yield _RESERVATION, "reservation", "capacity reservations", "remove the reservation"
    if get(whole, *_ULTRA) is True:
        yield _ULTRA, "ultra", "Ultra disks here", "switch support for them off"
    for path, disk in _disks(whole):
        type_of = (*path, "managedDisk", "storageAccountType")
        if str(get(disk, "managedDisk", "storageAccountType")).lower().startswith("premium"):
            yield type_of, "premium", "premium disks", "another type of disk"
    for position, nic in enumerate(_items(get(whole, *_NICS))):
        member = ("properties", "enableAcceleratedNetworking")
        if get(nic, *member) is True:
            yield (*_NICS, position, *member), "accelerated", "accelerated networking", "switch it off"


def _disks(whole: Any) -> Iterator[tuple[Path, Any]]:
    yield _OS_DISK, get(whole, *_OS_DISK)
    for position, disk in enumerate(_items(get(whole, *_DATA_DISKS))):
        yield (*_DATA_DISKS, position), disk


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mixed(sizes: list[Suggestion]) -> Iterator[PreflightFinding]:
    """The sizes of a mix are alike where Azure wants them to be."""
    for each in sizes[1:]:
        unlike = _unlike(sizes[0].facts, each.facts)
        if unlike is not None:
            why, cure = unlike
            yield _failed(_MIX, f"{each.value} and {sizes[0].value} cannot be mixed: {why}.", cure)


def _unlike(one: Facts, other: Facts) -> tuple[str, str] | None:
    """In what two sizes of a mix must not differ and do, and the cure."""
    if len({one["architecture"], other["architecture"]} - {""}) > 1:
        return "their architecture differs", "Choose sizes of one architecture."
    alike = "Choose sizes that are alike in this."
    if ("premium" in one["features"]) != ("premium" in other["features"]):
        return "only one of them has premium disks", alike
    first, second = set(one["interfaces"]), set(other["interfaces"])
    if first and second and not first & second:
        return "one has disks by SCSI, the other by NVMe", alike
    if _has_local_disk(one) != _has_local_disk(other):
        return "only one of them has a local disk", alike
    return None


def _has_local_disk(facts: Facts) -> bool:
    return not facts["room"].keys().isdisjoint(("ResourceDisk", "NvmeDisk"))


_FULL_CACHING_CORES: Final = 8


def _ephemeral(known: Suggestion, image: tuple[str, Facts] | None, whole: Any) -> Iterator[PreflightFinding]:
    """The OS disk finds a place on the host, and is not larger than that."""
    if "ephemeral" not in known.facts["features"]:
        sentence = (
            f"{known.value} has no room for an ephemeral OS disk: neither a cache nor a temporary disk is "
            "large enough."
        )
        yield _failed(_EPHEMERAL, sentence, "Choose another size, or a disk that is not ephemeral.")
        return
    placement = get(whole, *_EPHEMERAL, "placement")
    if placement == "NvmeDisk" and "NvmeDisk" not in known.facts["local"]:
        yield _failed(
            (*_EPHEMERAL, "placement"),
            f"{known.value} has no NVMe disk for the ephemeral OS disk.",
            "Choose another size, or another place for the disk.",
        )
        return
    room: dict[str, int] = known.facts["room"]
    place = placement if isinstance(placement, str) else next(iter(room), "")
    if place not in room:
        return
    # The state of the firmware is kept beside the disk.
    beside = 1 if get(whole, *_SECURITY) == "TrustedLaunch" else 0
    most = room[place] - beside
    size = get(whole, *_OS_DISK, "diskSizeGB") or (image[1].get("size") if image else None)
    if not isinstance(size, int) or isinstance(size, bool):
        return
    if size > most:
        elsewhere = any(size <= each - beside for each in room.values())
        yield _failed(
            (*_OS_DISK, "diskSizeGB"),
            f"{known.value} has {most:,} GiB for an ephemeral OS disk {_PLACES[place]}, and this one has {size:,}.",
            "Choose a larger size"
            + (", or another place for the disk." if elsewhere else ", or a smaller disk."),
        )
    elif get(whole, *_EPHEMERAL, "enableFullCaching") is True:
        yield from _full_caching(known, most, size)


_PLACES: Final = {
    "CacheDisk": "in its cache",
    "ResourceDisk": "on its temporary disk",
    "NvmeDisk": "on its NVMe disk",
}


def _full_caching(known: Suggestion, most: int, size: int) -> Iterator[PreflightFinding]:
    """The whole image is kept on the host too."""
    cores = known.facts["vcpus"]
    if cores >= _FULL_CACHING_CORES and most > 2 * size + 1:
        return
    short = (
        f"{known.value} has {cores:g} of the {_FULL_CACHING_CORES} vCPUs"
        if cores < _FULL_CACHING_CORES
        else f"{known.value} has {most:,} of more than {2 * size + 1:,} GiB"
    )
    yield _failed(
        (*_EPHEMERAL, "enableFullCaching"),
        f"{short} that full caching of the OS disk needs.",
        "Choose a larger size, or switch full caching off.",
    )


def _of_image(image: tuple[str, Facts] | None, whole: Any) -> Iterator[PreflightFinding]:
    kind = get(whole, *_SECURITY)
    if image is None or not isinstance(kind, str) or kind not in _NEEDS:
        return
    if image[1].get("generation") == "V1":
        name = _NEEDS[kind][1]
        needs = f"{name[0].upper()}{name[1:]} need{'' if name.endswith('s') else 's'}"
        yield _failed(
            _IMAGE,
            f"{image[0]} is an image of generation 1. {needs} generation 2.",
            "Choose an image of generation 2, or another security type.",
        )


def _together(known: Suggestion, image: tuple[str, Facts] | None) -> Iterator[PreflightFinding]:
    """The size can start the image."""
    if image is None:
        return
    title, facts = image
    for fact, each in (("generation", "generations"), ("architecture", "architecture")):
        wanted, offered = facts.get(fact), known.facts[each]
        if wanted and offered and wanted not in offered.split(","):
            said = wanted if fact == "architecture" else f"generation {wanted[1:]}"
            yield _failed(
                _IMAGE,
                f"{known.value} does not start images of {said}, as {title} is.",
                "Choose another one.",
            )


def _image(context: CheckContext, whole: Any) -> tuple[str, Facts] | None:
    """Name of the image and what is known of it, None where nothing is."""
    own = get(whole, *_IMAGE, "id")
    if isinstance(own, str) and own.strip():
        return _own_image(context, own.strip())
    newest = context.image()
    return None if newest is None else (newest[0], newest[1].facts)


def _own_image(context: CheckContext, resource_id: str) -> tuple[str, Facts] | None:
    parts = resource_id.split("/")
    gallery = "/galleries/" in resource_id.lower()
    if len(parts) < 9 or any(not part.strip(". ") or set(part) & set("?#%\\") for part in parts[1:]):
        return None
    asked = "/".join(parts[:11] if gallery else parts[:9])
    try:
        body = context.client.send(
            "GET", context.client.url(asked, _GALLERIES if gallery else _COMPUTE)
        ).json()
    except (NotFound, Forbidden):
        # Whether it is there is told by the check of resources referred to.
        return None
    known = {
        "generation": get(body, "properties", "hyperVGeneration"),
        "architecture": get(body, "properties", "architecture"),
    }
    facts = {name: value for name, value in known.items() if isinstance(value, str)}
    return f"“{asked.rpartition('/')[2]}”", facts
