"""What an update does to what runs: when instances get a change, and what is lost with it.

The sources are Azure's pages on modifying scale sets, zones and images, what the portal says of sign-in settings, and what
the Azure CLI says of identities.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from . import paths
from .catalogue import tree
from .findings import Finding
from .paths import Path
from .properties import List, Map, Node, Single

Reach = Literal["now", "upgrade", "replaced", "reimage", "new", "unknown"]
"""now: with the update itself. upgrade: once an instance is upgraded. replaced: the same, and the upgrade replaces its OS
disk. reimage: only instances that are made or reimaged afterwards. new: only instances that are made afterwards.
unknown: Azure does not say."""

_PROFILE: Final[Path] = ("properties", "virtualMachineProfile")
_OS_PROFILE: Final[Path] = (*_PROFILE, "osProfile")
_STORAGE: Final[Path] = (*_PROFILE, "storageProfile")
_IMAGE: Final[Path] = (*_STORAGE, "imageReference")
_VHD: Final[Path] = (*_STORAGE, "osDisk", "image")
_DISKS: Final[Path] = (*_STORAGE, "dataDisks")
_EXTENSIONS: Final[Path] = (*_PROFILE, "extensionProfile", "extensions")
_NICS: Final[Path] = (*_PROFILE, "networkProfile", "networkInterfaceConfigurations")
_CAPACITY: Final[Path] = ("sku", "capacity")
_SIZE: Final[Path] = ("sku", "name")
_IDENTITY_TYPE: Final[Path] = ("identity", "type")
_IDENTITIES: Final[Path] = ("identity", "userAssignedIdentities")

_REACHES: Final[dict[Path, Reach]] = {
    ("tags",): "now",
    ("sku",): "now",
    _SIZE: "upgrade",
    ("sku", "tier"): "upgrade",
    ("identity",): "upgrade",
    ("zones",): "new",
    ("placement",): "new",
    ("properties",): "now",
    ("properties", "proximityPlacementGroup"): "unknown",
    ("properties", "hostGroup"): "unknown",
    ("properties", "additionalCapabilities"): "unknown",
    ("properties", "skuProfile"): "unknown",
    ("properties", "priorityMixPolicy"): "new",
    _PROFILE: "upgrade",
    (*_OS_PROFILE, "adminUsername"): "reimage",
    (*_OS_PROFILE, "adminPassword"): "reimage",
    (*_OS_PROFILE, "customData"): "reimage",
    (*_OS_PROFILE, "linuxConfiguration", "ssh"): "reimage",
    _IMAGE: "replaced",
    _VHD: "replaced",
    (*_PROFILE, "capacityReservation"): "unknown",
}


def reach(path: Path, mode: str) -> Reach:
    """When instances get a change of the place. mode: the upgrade mode, or "Flexible" where a flexible one has none."""
    for depth in range(len(path), 0, -1):
        found = _REACHES.get(path[:depth])
        if found is not None:
            by_upgrade = found in ("upgrade", "replaced", "reimage")
            return "new" if by_upgrade and mode == "Flexible" else found
    return "unknown"


LOSSES: Final = frozenset(
    (
        "update-loses-instances",
        "update-loses-disk",
        "update-detaches-disk",
        "update-replaces-os-disk",
        "update-loses-temporary",
        "update-loses-extension",
        "update-loses-interface",
        "update-loses-identity",
    )
)
"""The rules of the findings that `losses` and `cautions` name."""


# --- what is lost ----------------------------------------------------------------------------------------------------


def losses(before: dict[str, Any], after: dict[str, Any]) -> list[Finding]:
    """What instances lose when the one scale set becomes the other, as warnings. Both in Azure's spelling."""
    return [
        *_instances(before, after),
        *_disks(before, after),
        *_os_disk(before, after),
        *_size(before, after),
        *_named(before, after, _EXTENSIONS, "update-loses-extension", _DROPPED),
        *_named(before, after, _NICS, "update-loses-interface", _TAKEN_OFF),
        *_identity(before, after),
    ]


def _warning(rule: str, path: Path, message: str) -> Finding:
    return Finding(rule, "warning", path, message)


def _instances(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Finding]:
    was, wanted = _number(before), _number(after)
    # A number below 0 is refused as such.
    if wanted is None or wanted < 0 or (was is None and wanted > 0) or (was is not None and was <= wanted):
        return
    detached = any(
        _detached(disk) for disk in (*_items(before, _DISKS), paths.get(before, (*_STORAGE, "osDisk"), {}))
    )
    disks = (
        "what is on their disks"
        if not detached
        else "what is on those of their disks that are not to be detached"
    )
    if wanted == 0:
        all_of = (
            "all instances"
            if was is None
            else "the one instance that there is"
            if was == 1
            else f"all {was:,} instances"
        )
        disks = disks.replace("their", "its") if was == 1 else disks
        message = f"Azure deletes {all_of} at once, with {disks}."
    else:
        fewer = (was or 0) - wanted
        them = "one" if fewer == 1 else f"{fewer:,}"
        disks = disks.replace("their", "its") if fewer == 1 else disks
        which = "which one it is" if fewer == 1 else "which they are"
        message = f"Azure deletes {them} of the {was:,} instances at once, with {disks}. The scale-in policy decides {which}."
    yield _warning("update-loses-instances", _CAPACITY, message)


def _number(document: dict[str, Any]) -> int | None:
    number = paths.get(document, _CAPACITY, None)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _detached(disk: Any) -> bool:
    return isinstance(disk, dict) and disk.get("deleteOption") == "Detach"


def _items(document: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    held = paths.get(document, path, None)
    return [item for item in held if isinstance(item, dict)] if isinstance(held, list) else []


def _disks(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Finding]:
    kept = {_text(disk.get("lun")) for disk in _items(after, _DISKS)}
    gone = [disk for disk in _items(before, _DISKS) if _text(disk.get("lun")) not in kept]
    for rule, disks, words in (
        ("update-loses-disk", [disk for disk in gone if not _detached(disk)], _LOST),
        ("update-detaches-disk", [disk for disk in gone if _detached(disk)], _LEFT),
    ):
        if disks:
            luns = _listed([f"LUN {_text(disk.get('lun'))}" for disk in disks])
            one = len(disks) == 1
            subject = f"The data disk at {luns} is" if one else f"The data disks at {luns} are"
            yield _warning(rule, _DISKS, f"{subject} {words[0 if one else 1]}")


_LOST: Final = (
    "taken away. Each instance loses it, with all data on it, once it is upgraded.",
    "taken away. Each instance loses them, with all data on them, once it is upgraded.",
)
_LEFT: Final = (
    "detached from each instance once it is upgraded. The disk stays in Azure with its data, and is paid for.",
    "detached from each instance once it is upgraded. The disks stay in Azure with their data, and are paid for.",
)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _listed(names: list[str], most: int = 5) -> str:
    shown = names[:most] + ([f"{len(names) - most:,} more"] if len(names) > most else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _os_disk(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Finding]:
    for path in (_IMAGE, _VHD):
        was, wanted = paths.get(before, path, None), paths.get(after, path, None)
        if was and wanted and _folded(was) != _folded(wanted):
            message = (
                "The image changes: each instance gets a new OS disk once it is upgraded. What was written to the old one is "
                "lost; data disks stay."
            )
            yield _warning("update-replaces-os-disk", path, message)


def _folded(value: Any) -> Any:
    """Without what only Azure writes, names of images in one case."""
    if isinstance(value, dict):
        return {
            name: _folded(inner)
            for name, inner in value.items()
            if name != "exactVersion" and inner is not None
        }
    return value.casefold() if isinstance(value, str) else value


def _size(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Finding]:
    was, wanted = paths.get(before, _SIZE, None), paths.get(after, _SIZE, None)
    if isinstance(was, str) and isinstance(wanted, str) and was.casefold() != wanted.casefold():
        local = isinstance(paths.get(before, (*_STORAGE, "osDisk", "diffDiskSettings"), None), dict)
        lost = "its temporary disk and on its OS disk, which is ephemeral," if local else "its temporary disk"
        message = f"Another size restarts each instance once it is upgraded, and what is on {lost} is lost."
        yield _warning("update-loses-temporary", _SIZE, message)


def _named(
    before: dict[str, Any], after: dict[str, Any], path: Path, rule: str, words: tuple[str, str]
) -> Iterator[Finding]:
    kept = {_text(item.get("name")).casefold() for item in _items(after, path)}
    names = [_text(item.get("name")) for item in _items(before, path)]
    gone = [f"“{name}”" for name in names if name.casefold() not in kept]
    if gone:
        yield _warning(rule, path, words[0 if len(gone) == 1 else 1].format(_listed(gone)))


_DROPPED: Final = (
    "The extension {} is dropped: it is removed from each instance once that is upgraded, and new instances do not get it.",
    "The extensions {} are dropped: they are removed from each instance once that is upgraded, and new ones do not get them.",
)
_TAKEN_OFF: Final = (
    "The network interface {} is taken away. Each instance loses it, with its addresses, once it is upgraded.",
    "The network interfaces {} are taken away. Each instance loses them, with their addresses, once it is upgraded.",
)


def _identity(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Finding]:
    if _own_identity(before) and not _own_identity(after):
        message = "The scale set's own identity is deleted, with its permissions. Switched on again, it is another one and has none."
        yield _warning("update-loses-identity", _IDENTITY_TYPE, message)
    kept = {name.casefold() for name in _identities(after)}
    gone = [name.rsplit("/", 1)[-1] for name in _identities(before) if name.casefold() not in kept]
    if gone:
        one = len(gone) == 1
        subject = (
            f"The identity “{gone[0]}” is"
            if one
            else f"The identities {_listed([f'“{name}”' for name in gone])} are"
        )
        message = f"{subject} taken away. What signs in with {'it' if one else 'them'} on the instances is refused afterwards."
        yield _warning("update-loses-identity", _IDENTITIES, message)


def _own_identity(document: dict[str, Any]) -> bool:
    kind = paths.get(document, _IDENTITY_TYPE, None)
    return isinstance(kind, str) and "systemassigned" in kind.casefold()


def _identities(document: dict[str, Any]) -> list[str]:
    kind = paths.get(document, _IDENTITY_TYPE, None)
    if isinstance(kind, str) and "userassigned" not in kind.casefold():
        return []
    held = paths.get(document, _IDENTITIES, None)
    return list(held) if isinstance(held, dict) else []


# --- what may be lost, of a body that holds changes alone ------------------------------------------------------------


def cautions(changes: dict[str, Any], api_version: str) -> list[Finding]:
    """What changes may cost, as far as they tell without the scale set that they are for. Raises UnknownVersion."""
    found = list(_lists(changes, tree(api_version), ()))
    if _number(changes) == 0:
        found += _instances({}, changes)
    if paths.get(changes, _IMAGE, None) or paths.get(changes, _VHD, None):
        path = _IMAGE if paths.get(changes, _IMAGE, None) else _VHD
        message = (
            "If this is another image than there is, each instance gets a new OS disk once it is upgraded, and what was "
            "written to the old one is lost."
        )
        found.append(_warning("update-replaces-os-disk", path, message))
    if paths.get(changes, _SIZE, None):
        message = (
            "If this is another size than there is, each instance restarts once it is upgraded, and what is on its temporary "
            "disk is lost."
        )
        found.append(_warning("update-loses-temporary", _SIZE, message))
    for name, value in _entries(paths.get(changes, _IDENTITIES, None)):
        if value is None:
            message = f"The identity “{name.rsplit('/', 1)[-1]}” is taken away. What signs in with it on the instances is refused afterwards."
            found.append(_warning("update-loses-identity", (*_IDENTITIES, name), message))
    kind = paths.get(changes, _IDENTITY_TYPE, None)
    if isinstance(kind, str) and not _own_identity(changes):
        message = "If the scale set has an identity of its own, it is deleted, with its permissions."
        found.append(_warning("update-loses-identity", _IDENTITY_TYPE, message))
    return found


def _entries(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


_REPLACED: Final[dict[Path, str]] = {
    _DISKS: "a data disk that is not in it is taken away, with its data",
    _EXTENSIONS: "an extension that is not in it is removed from the instances",
    _NICS: "a network interface that is not in it is taken away, with its addresses",
    ("zones",): "list the zones that the scale set has, too, since none can be removed",
}
_REMOVED: Final[dict[Path, tuple[str, str]]] = {
    _DISKS: ("update-loses-disk", "All data disks are taken away. Each instance loses them, with all data on them, once it is upgraded."),
    _EXTENSIONS: (
        "update-loses-extension",
        "All extensions are dropped. They are removed from each instance once that is upgraded, and new instances do not get them.",
    ),
    _EXTENSIONS[:-1]: (
        "update-loses-extension",
        "All extensions are dropped. They are removed from each instance once that is upgraded, and new instances do not get them.",
    ),
}  # fmt: skip


def _lists(value: dict[str, Any], node: Node, path: Path) -> Iterator[Finding]:
    """A list in the body of an update replaces the one that is there."""
    for name, inner in value.items():
        child = node.item if isinstance(node.property, Map) else node.children.get(name)
        place = (*path, name)
        if child is None or child.property.read_only:
            continue
        if (inner is None or inner == []) and place in _REMOVED:
            rule, message = _REMOVED[place]
            yield _warning(rule, place, message)
        elif isinstance(inner, list) and isinstance(child.property, List):
            what = _REPLACED.get(place, "what is not in it is removed")
            message = f"An update replaces the list as a whole: {what}."
            yield _warning("update-patch-arrays", place, message)
        elif isinstance(inner, dict) and isinstance(child.property, Single | Map):
            yield from _lists(inner, child, place)
