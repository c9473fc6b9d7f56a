"""What an update (PATCH) of an existing scale set cannot carry, what no request can change, and what null cannot remove.

The body of an update is smaller than that of a create: it has no place for 42 of the newest version's values, and older
versions have no place for more. The sources are Azure's type definitions of both bodies in each of the 27 versions
that have PATCH; a test compares the newest with Azure's own Python package.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from . import paths, versions
from .catalogue import tree
from .findings import Change, Confidence, Finding, Fix
from .paths import Path
from .properties import Choice, List, Map, Node, Single

_PROFILE: Final = "properties.virtualMachineProfile"
_OS: Final = f"{_PROFILE}.osProfile"
_OS_DISK: Final = f"{_PROFILE}.storageProfile.osDisk"
_NIC: Final = f"{_PROFILE}.networkProfile.networkInterfaceConfigurations[]"
_PUBLIC_IP: Final = f"{_NIC}.properties.ipConfigurations[].properties.publicIPAddressConfiguration"

ANOTHER: Final = "To have another, create a new scale set."
IN_A_LIST: Final = (
    "It stands in a list that an update sends as a whole, but an update has no place for it. Send the whole scale set with "
    "PUT."
)
NO_PLACE: Final = "An update has no place for it. To change it, send the whole scale set with PUT."


@dataclass(frozen=True, slots=True)
class Limit:
    """A place, with all below it, that an update does not change.

    rule: the id of the finding. why: what follows the name of the place in its message, cure included. carried_since:
    the first API version whose update has the place, None when none has. fixed: no request can change it, although the
    update may have the place. taken_since: the first version in which Azure is known to take it in an update all the same.
    """

    pattern: str
    rule: str = "update-not-carried"
    why: str = NO_PLACE
    carried_since: str | None = None
    fixed: bool = False
    confidence: Confidence = "A"
    taken_since: str | None = None

    def carried(self, api_version: str) -> bool:
        """Whether the update of that version has the place."""
        return self.carried_since is not None and versions.within(api_version, self.carried_since)

    def applies(self, api_version: str) -> bool:
        """Whether an update in that version leaves the place as it is."""
        return self.fixed or not self.carried(api_version)

    def grade(self, api_version: str) -> Confidence:
        """How sure it is that Azure refuses the place in the body of an update."""
        if self.carried(api_version):
            return "I"  # it may repeat what the scale set has
        taken = self.taken_since is not None and versions.within(api_version, self.taken_since)
        return "I" if taken else self.confidence


def _fixed(
    pattern: str,
    rule: str,
    *,
    why: str = f"It is fixed once the scale set exists. {ANOTHER}",
    carried_since: str | None = None,
    confidence: Confidence = "A",
) -> Limit:
    return Limit(pattern, rule, why, carried_since, fixed=True, confidence=confidence)


def _later(pattern: str, carried_since: str) -> Limit:
    why = f"An update can change it in API version {carried_since} or newer."
    return Limit(pattern, why=why, carried_since=carried_since)


LIMITS: Final[tuple[Limit, ...]] = (
    _fixed(
        "location", "location-immutable", why=f"A scale set cannot move to another region. {ANOTHER}"
    ),
    _fixed("extendedLocation", "update-fixed"),
    _fixed("plan", "update-plan", carried_since=versions.PATCH_SINCE, confidence="I"),
    Limit(
        "zones",
        why=(
            "An update can add zones in API version 2024-07-01 or newer. In 2023-03-01 or newer a PUT of the whole scale "
            "set can, too."
        ),
        carried_since="2024-07-01",
        taken_since="2023-03-01",
    ),
    _later("placement", "2025-11-01"),
    _fixed("properties.orchestrationMode", "orchestration-immutable"),
    _fixed("properties.platformFaultDomainCount", "fd-count-immutable"),
    _fixed("properties.zoneBalance", "update-zone-balance", confidence="C"),
    Limit("properties.hostGroup"),
    Limit("properties.highSpeedInterconnectPlacement"),
    Limit("properties.constrainedMaximumCapacity"),
    Limit("properties.externalHealthPolicy"),
    Limit("properties.scheduledEventsPolicy"),
    _later("properties.spotRestorePolicy", "2023-03-01"),
    _later("properties.priorityMixPolicy", "2023-03-01"),
    _fixed(f"{_PROFILE}.priority", "update-priority", confidence="C"),
    _fixed(f"{_PROFILE}.evictionPolicy", "update-priority", confidence="C"),
    Limit(f"{_PROFILE}.additionalCapabilities"),
    Limit(f"{_PROFILE}.applicationProfile"),
    Limit(f"{_PROFILE}.capacityReservation"),
    Limit(f"{_PROFILE}.serviceArtifactReference"),
    _later(f"{_PROFILE}.hardwareProfile", "2022-08-01"),
    _later(f"{_PROFILE}.networkProfile.healthProbe", "2019-03-01"),
    _later(f"{_PROFILE}.securityPostureReference", "2024-03-01"),
    _fixed(f"{_OS}.computerNamePrefix", "update-prefix", confidence="C"),
    Limit(f"{_OS}.adminUsername"),
    Limit(
        f"{_OS}.adminPassword",
        why=(
            "An update has no place for it. Leave it out; to set a new password on the instances, add the VMAccess "
            "extension."
        ),
    ),
    Limit(f"{_OS}.allowExtensionOperations"),
    Limit(f"{_OS}.requireGuestProvisionSignal"),
    _fixed(
        f"{_OS}.windowsConfiguration.additionalUnattendContent",
        "unattend-immutable",
        carried_since=versions.PATCH_SINCE,
    ),
    _fixed(f"{_OS_DISK}.name", "update-fixed"),
    _fixed(f"{_OS_DISK}.createOption", "update-fixed"),
    _fixed(f"{_OS_DISK}.osType", "update-fixed"),
    _fixed(f"{_OS_DISK}.diffDiskSettings", "ephemeral-immutable", carried_since="2024-03-01", confidence="C"),
    _fixed(
        f"{_OS_DISK}.managedDisk.storageAccountType",
        "osdisk-type-immutable",
        carried_since=versions.PATCH_SINCE,
    ),
    Limit(f"{_PUBLIC_IP}.sku"),
    Limit(f"{_PUBLIC_IP}.properties.ipTags"),
    Limit(f"{_PUBLIC_IP}.properties.publicIPAddressVersion"),
    _later(f"{_PUBLIC_IP}.properties.publicIPPrefix", "2021-11-01"),
)  # fmt: skip

_BY_PATTERN: Final = {limit.pattern: limit for limit in LIMITS}


@cache
def limits(api_version: str) -> dict[str, Limit]:
    """The limits that apply in that version, by pattern. Raises UnknownVersion."""
    return {limit.pattern: limit for limit in LIMITS if limit.applies(api_version)}


@cache
def fixed() -> dict[str, Limit]:
    """The limits that hold for every request, a PUT of the whole scale set too, by pattern."""
    return {limit.pattern: limit for limit in LIMITS if limit.fixed}


@cache
def carried_leaves(api_version: str) -> frozenset[str]:
    """The patterns of the writable values that an update of that version has a place for; none before PATCH."""
    if not versions.within(api_version, versions.PATCH_SINCE):
        return frozenset()
    return frozenset(node.pattern for node in tree(api_version).leaves() if _carried(node, api_version))


def _carried(node: Node, api_version: str) -> bool:
    above: Node | None = node
    while above is not None:
        limit = _BY_PATTERN.get(above.pattern)
        if limit is not None and not limit.carried(api_version):
            return False
        above = above.parent
    return True


# --- a body that holds changes alone ---------------------------------------------------------------------------------


def refusals(changes: dict[str, Any], api_version: str) -> list[Finding]:
    """What Azure does not take in a body that holds changes alone: what an update has no place for, what is fixed, and
    null for what cannot be removed. Raises UnknownVersion.

    Before PATCH the changes go into the live scale set and by PUT, which has a place for everything.
    """
    patched = versions.within(api_version, versions.PATCH_SINCE)
    applying = limits(api_version) if patched else fixed()
    return list(_refusals(changes, tree(api_version), (), applying, inside_list=False))


def _refusals(
    value: Any, node: Node, path: Path, applying: dict[str, Limit], *, inside_list: bool
) -> Iterator[Finding]:
    prop = node.property
    if isinstance(value, dict) and isinstance(prop, Single | Map):
        for name, inner in value.items():
            child = node.item if isinstance(prop, Map) else node.child(name)
            if child is None or child.property.read_only:
                continue
            place = (*path, name)
            limit = applying.get(child.pattern)
            if limit is not None:
                yield _limited(place, child, limit, inside_list=inside_list)
            elif inner is None:
                found = None if inside_list else _not_removed(place, child)
                if found is not None:
                    yield found
            else:
                yield from _refusals(inner, child, place, applying, inside_list=inside_list)
    elif isinstance(value, list) and isinstance(prop, List) and node.item is not None:
        for position, item in enumerate(value):
            yield from _refusals(item, node.item, (*path, position), applying, inside_list=True)


def _limited(path: Path, node: Node, limit: Limit, *, inside_list: bool) -> Finding:
    label = node.property.title
    if inside_list:
        why = IN_A_LIST
    elif limit.fixed and limit.carried(node.api_version):
        why = f"It is fixed once the scale set exists: leave it out if it says what there is. {ANOTHER}"
    else:
        why = limit.why
    fix = None if inside_list else Fix("Leave it out", (Change("remove", path),))
    return Finding(
        limit.rule, "error", path, f"{label} stays as it is. {why}", limit.grade(node.api_version), fix
    )


_NEEDED: Final = frozenset(
    (
        "sku",
        "sku.name",
        "sku.capacity",
        "properties",
        "properties.upgradePolicy",
        "properties.upgradePolicy.mode",
        _PROFILE,
        _OS,
        f"{_PROFILE}.storageProfile",
        f"{_PROFILE}.storageProfile.imageReference",
        _OS_DISK,
        f"{_PROFILE}.networkProfile",
        _NIC.removesuffix("[]"),
    )
)
"""What every scale set with instances has, although no type definition says that it is required."""


def _not_removed(path: Path, node: Node) -> Finding | None:
    """Why null at the place removes nothing, None where it removes."""
    label = node.property.title
    leave_out = Fix("Leave it out", (Change("remove", path),))
    if node.pattern == "tags":
        message = "null leaves the tags as they are. To remove all of them, write an empty object, {}."
        fix = Fix("Remove all tags", (Change("set", path, {}),))
        return Finding("update-null", "error", path, message, "I", fix)
    if node.pattern == "tags{}":
        message = "Tags are replaced as a whole: a tag that is not listed is removed, so leave this one out."
        return Finding("update-null", "error", path, message, "I", leave_out)
    if node.pattern == "identity":
        return _identity_not_removed(path, node, leave_out)
    if node.pattern == "zones":
        message = "Zones can be added, not removed. Leave them out."
        return Finding("zones-cannot-remove", "error", path, message, fix=leave_out)
    if node.pattern == f"{_OS}.customData":
        message = f"{label} can be replaced but not removed once it is set. Leave it out."
        return Finding("custom-data-update", "error", path, message, fix=leave_out)
    if node.property.required:
        message = f"Azure needs {label}, so it can be replaced but not removed. Leave it out."
        return Finding("update-required", "error", path, message, fix=leave_out)
    if node.pattern in _NEEDED:
        message = f"{label} cannot be removed: every scale set needs it. Leave it out, or remove what is in it member by member."
        if node.is_leaf or isinstance(node.property, List):
            message = f"{label} cannot be removed: every scale set needs it. Leave it out."
        return Finding("update-required", "error", path, message, "I", leave_out)
    return None


def _identity_not_removed(path: Path, node: Node, leave_out: Fix) -> Finding:
    """Identities go by naming the type None."""
    kind = node.children.get("type")
    known = kind.property.values_in(kind.api_version) if kind and isinstance(kind.property, Choice) else ()
    if any(value.wire == "None" for value in known):
        message = "null leaves the identities as they are. To remove all of them, write the type None."
        fix = Fix("Remove all identities", (Change("set", path, {"type": "None"}),))
        return Finding("update-null", "error", path, message, "I", fix)
    message = "This API version cannot remove the identities. Leave them out."
    return Finding("update-required", "error", path, message, fix=leave_out)


# --- telling an update from a create ---------------------------------------------------------------------------------

_IMAGES: Final = (
    ("properties", "virtualMachineProfile", "storageProfile", "imageReference"),
    ("properties", "virtualMachineProfile", "storageProfile", "osDisk", "image"),
)
_MACHINE: Final = (
    ("properties", "virtualMachineProfile", "osProfile"),
    ("properties", "virtualMachineProfile", "networkProfile"),
    ("sku", "name"),
)
_NO_CHANGE: Final = frozenset(("name", "type", "id", "etag"))


_CHANGED: Final = (("sku", "capacity"), ("properties", "virtualMachineProfile"))
"""What templates change of a scale set that is there."""
_NEW: Final = (
    ("properties", "upgradePolicy", "mode"),
    ("properties", "orchestrationMode"),
    ("properties", "platformFaultDomainCount"),
)
"""What is stated of a new one: how it is run, also when machines are added to it later, so that it needs no image."""


def looks_like_update(document: Any, *, finished: bool = False) -> bool:
    """Whether a body is plainly the changes of an update, and no new scale set that is not finished.

    Every new scale set states its region, and one with instances its image. A body without both changes what is there. So
    does one with an image but neither sign-in, network nor size: a new version of the image. document: in Azure's
    spelling. finished: nothing is to be added, as in a template, which states the region of what is there too.
    """
    if not isinstance(document, dict):
        return False
    if finished:
        named = any(paths.get(document, place, None) for place in (*_IMAGES, *_MACHINE[:2], *_NEW))
        return not named and any(paths.get(document, place, None) for place in _CHANGED)
    if document.get("location") is not None:
        return False
    if not any(
        node.pattern in document for node in tree(versions.LATEST).children.values() if _changes(node)
    ):
        return False
    if not any(paths.get(document, place, None) for place in _IMAGES):
        return True
    return not any(paths.get(document, place, None) for place in _MACHINE)


def _changes(node: Node) -> bool:
    """Whether a member of the envelope says what is to change, and not what it is about."""
    return not node.property.read_only and node.pattern not in _NO_CHANGE
