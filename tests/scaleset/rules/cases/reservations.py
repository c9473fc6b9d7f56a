"""Cases of scaleset/rules/reservations.py."""

from __future__ import annotations

from typing import Any, Final

from . import COMPUTE, DISKS, GONE, PROFILE, Case, Cases, flexible, linux, patch, vhd

_SPG: Final = "properties.singlePlacementGroup"
_FDS: Final = "properties.platformFaultDomainCount"
_PPG: Final = "properties.proximityPlacementGroup"
_HOSTS: Final = "properties.hostGroup"
_ULTRA: Final = "properties.additionalCapabilities.ultraSSDEnabled"
_RESERVED: Final = f"{PROFILE}.capacityReservation"
_RESERVATION: Final = {"capacityReservationGroup": {"id": f"{COMPUTE}/capacityReservationGroups/crg"}}
_GROUP: Final = {"id": f"{COMPUTE}/proximityPlacementGroups/ppg"}
_HOST_GROUP: Final = {"id": f"{COMPUTE}/hostGroups/hosts"}
_TYPE: Final = f"{DISKS}[0].managedDisk.storageAccountType"


def _reserved(changes: dict[str, Any] | None = None) -> Case:
    return linux({_RESERVED: _RESERVATION, _SPG: False, **(changes or {})})


def _disk(kind: str) -> dict[str, Any]:
    return {"lun": 0, "createOption": "Empty", "diskSizeGB": 64, "managedDisk": {"storageAccountType": kind}}


CASES: Final = {
    "capacity-reservation-spot": Cases(
        breaks=[
            (_RESERVED, linux({_RESERVED: _RESERVATION, f"{PROFILE}.priority": kind}))
            for kind in ("Spot", "Low")
        ],
        fine=[
            linux({_RESERVED: _RESERVATION, f"{PROFILE}.priority": "Regular"}),
            linux({_RESERVED: _RESERVATION}),
            linux({_RESERVED: {}, f"{PROFILE}.priority": "Spot"}),
            linux({f"{PROFILE}.priority": "Spot"}),
        ],
    ),
    "ppg-vs-capacity-reservation": Cases(
        breaks=[(_RESERVED, linux({_PPG: _GROUP, _RESERVED: _RESERVATION}))],
        fine=[linux({_PPG: _GROUP}), linux({_RESERVED: _RESERVATION}), linux({_PPG: _GROUP, _RESERVED: {}})],
    ),
    "capacity-reservation-spg": Cases(
        breaks=[
            (_SPG, linux({_RESERVED: _RESERVATION, _SPG: True})),
            (_SPG, linux({_RESERVED: _RESERVATION})),
            (_SPG, patch({_RESERVED: _RESERVATION, _SPG: True})),
            (_SPG, vhd({_RESERVED: _RESERVATION, _SPG: True})),
        ],
        fixes=[
            (linux({_RESERVED: _RESERVATION}), (_SPG, False)),
            (vhd({_RESERVED: _RESERVATION, _SPG: True}), None),
            (vhd({_RESERVED: _RESERVATION}), None),
        ],
        grades=[
            (linux({_RESERVED: _RESERVATION, _SPG: True}), "error"),
            (linux({_RESERVED: _RESERVATION}), "warning"),
        ],
        fine=[
            linux({_RESERVED: _RESERVATION, _SPG: False}),
            linux({_SPG: True}),
            flexible({_RESERVED: _RESERVATION}),
            patch({_RESERVED: _RESERVATION}),
        ],
    ),
    "capacity-reservation-hosts": Cases(
        breaks=[(_HOSTS, _reserved({_HOSTS: _HOST_GROUP}))],
        fine=[_reserved(), linux({_HOSTS: _HOST_GROUP}), _reserved({_HOSTS: {}})],
    ),
    "capacity-reservation-fd": Cases(
        breaks=[
            (_FDS, _reserved({_FDS: 4})),
            (_FDS, _reserved({_FDS: 5, "zones": ["1"]})),
            (_FDS, _reserved()),
        ],
        fine=[
            _reserved({_FDS: 3}),
            _reserved({"zones": ["1"]}),
            linux({_FDS: 5}),
            linux(),
            flexible({_RESERVED: _RESERVATION, _FDS: GONE}),
            patch({_RESERVED: _RESERVATION}),
        ],
        grades=[(_reserved({_FDS: 4}), "error"), (_reserved(), "warning")],
    ),
    "capacity-reservation-ultra": Cases(
        breaks=[
            (_ULTRA, _reserved({_ULTRA: True})),
            (_TYPE, _reserved({f"{DISKS}[0]": _disk("UltraSSD_LRS"), _ULTRA: True})),
            (_TYPE, _reserved({f"{DISKS}[0]": _disk("ultrassd_lrs")})),
        ],
        fine=[
            _reserved({_ULTRA: False}),
            _reserved({f"{DISKS}[0]": _disk("Premium_LRS")}),
            linux({_ULTRA: True, f"{DISKS}[0]": _disk("UltraSSD_LRS")}),
            linux(),
        ],
        fixes=[
            (_reserved({_ULTRA: True}), (_ULTRA, False)),
            (_reserved({f"{DISKS}[0]": _disk("UltraSSD_LRS"), _ULTRA: True}), None),
        ],
    ),
}
