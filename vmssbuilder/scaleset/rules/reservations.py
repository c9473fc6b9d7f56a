"""Rules about capacity that is reserved for the instances."""

from __future__ import annotations

from typing import Final

from ..findings import Fix
from ..paths import Path
from .base import Hit, Hits, rule
from .shapes import set_to, without
from .sizing import FAULT_DOMAINS, SINGLE_PLACEMENT_GROUP
from .storage import disk_type
from .view import PROFILE, PROPERTIES, View

RESERVATION: Final[Path] = (*PROFILE, "capacityReservation")

_UNMANAGED: Final = (
    "A capacity reservation needs several placement groups, and those need managed disks. Use an image in place of the VHD "
    "or its containers, or remove the reservation."
)


@rule(
    "ppg-vs-capacity-reservation",
    "A capacity reservation cannot be combined with a proximity placement group. Leave one of them out.",
    since="2021-04-01",
)
def ppg_vs_capacity_reservation(view: View) -> Hits:
    return Hit(RESERVATION) if view.reserved and view.in_proximity_group else None


@rule(
    "capacity-reservation-hosts",
    "A capacity reservation does not work with dedicated hosts. Remove one of them.",
    since="2021-04-01",
)
def capacity_reservation_hosts(view: View) -> Hits:
    return Hit((*PROPERTIES, "hostGroup")) if view.reserved and view.on_dedicated_hosts else None


@rule(
    "capacity-reservation-spg",
    "A capacity reservation needs “single placement group” switched off.",
    since="2021-04-01",
)
def capacity_reservation_spg(view: View) -> Hits:
    if not view.reserved or view.single_placement_group is False or view.flexible:
        return None
    fix: Fix | None = set_to(SINGLE_PLACEMENT_GROUP, False, "Switch single placement group off")
    message = ""
    if view.unmanaged:
        # Several placement groups need managed disks first.
        fix, message = None, _UNMANAGED
    if view.single_placement_group:
        return Hit(SINGLE_PLACEMENT_GROUP, fix=fix, message=message)
    # Only other tools insist when it is left out; Azure's own example leaves it out.
    if not view.creating:
        return None
    return Hit(SINGLE_PLACEMENT_GROUP, fix=fix, message=message, severity="warning", confidence="C")


@rule(
    "capacity-reservation-spot",
    "A capacity reservation is not for Spot instances. Remove it, or choose Regular priority.",
    since="2021-04-01",
)
def capacity_reservation_spot(view: View) -> Hits:
    if not view.reserved or not view.spot:
        return None
    return Hit(RESERVATION, fix=without(RESERVATION, "Remove the reservation"))


@rule(
    "capacity-reservation-fd",
    "With a capacity reservation there are 3 fault domains at most{default}. Use 1, which spreads the instances as widely as "
    "possible.",
    since="2021-04-01",
)
def capacity_reservation_fd(view: View) -> Hits:
    if not view.reserved:
        return None
    fix = set_to(FAULT_DOMAINS, 1, "Use 1 fault domain")
    if view.fault_domains is None:
        if view.flexible or view.zonal or not view.creating:
            return None
        # Azure's own example leaves it out, too.
        default = ", and without zones there are 5 unless stated"
        return Hit(FAULT_DOMAINS, {"default": default}, fix, severity="warning")
    return Hit(FAULT_DOMAINS, {"default": ""}, fix) if view.fault_domains > 3 else None


@rule(
    "capacity-reservation-ultra",
    "Ultra disks do not work with a capacity reservation. {cure}, or remove the reservation.",
    since="2021-04-01",
)
def capacity_reservation_ultra(view: View) -> Hits:
    if not view.reserved:
        return None
    disks = [
        Hit(
            (*path, "managedDisk", "storageAccountType"),
            {"cure": "Choose another type for this disk"},
        )
        for path, disk in view.disk_items
        if disk_type(disk) == "UltraSSD_LRS"
    ]
    if disks or view.capabilities.get("ultraSSDEnabled") is not True:
        return disks
    place = (*PROPERTIES, "additionalCapabilities", "ultraSSDEnabled")
    return Hit(place, {"cure": "Switch them off"}, set_to(place, False, "Switch Ultra disks off"))
