"""What an update (PATCH) of an existing scale set cannot carry, and what no request can change any more.

The body of an update is smaller than that of a create: it has no place for 42 of the newest version's values, and older
versions have no place for more. The sources are Azure's type definitions of both bodies in each of the 27 versions
that have PATCH; a test compares the newest with Azure's own Python package.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from . import paths, versions
from .catalogue import tree
from .findings import Confidence
from .properties import Node

_PROFILE: Final = "properties.virtualMachineProfile"
_OS: Final = f"{_PROFILE}.osProfile"
_OS_DISK: Final = f"{_PROFILE}.storageProfile.osDisk"
_NIC: Final = f"{_PROFILE}.networkProfile.networkInterfaceConfigurations[]"
_PUBLIC_IP: Final = f"{_NIC}.properties.ipConfigurations[].properties.publicIPAddressConfiguration"

ANOTHER: Final = "To have another, create a new scale set."
NO_PLACE: Final = "An update has no place for it. To change it, send the whole scale set with PUT."


@dataclass(frozen=True, slots=True)
class Limit:
    """A place, with all below it, that an update does not change.

    rule: the id of the finding. why: what follows the name of the place in its message, cure included. carried_since:
    the first API version whose update has the place, None when none has. fixed: no request can change it, although the
    update may have the place.
    """

    pattern: str
    rule: str = "update-not-carried"
    why: str = NO_PLACE
    carried_since: str | None = None
    fixed: bool = False
    confidence: Confidence = "A"

    def carried(self, api_version: str) -> bool:
        """Whether the update of that version has the place."""
        return self.carried_since is not None and versions.within(api_version, self.carried_since)

    def applies(self, api_version: str) -> bool:
        """Whether an update in that version leaves the place as it is."""
        return self.fixed or not self.carried(api_version)


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
    _later("zones", "2024-07-01"),
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


def looks_like_update(document: Any) -> bool:
    """Whether a body is plainly the changes of an update, and no new scale set that is not finished.

    Every new scale set states its region, and one with instances its image. A body without both changes what is there. So
    does one with an image but neither sign-in, network nor size: a new version of the image. document: in Azure's
    spelling.
    """
    if not isinstance(document, dict) or document.get("location") is not None:
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
