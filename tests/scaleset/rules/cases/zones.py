"""Cases of scaleset/rules/zones.py."""

from __future__ import annotations

from typing import Any, Final

from . import COMPUTE, EXTENSIONS, GONE, NET, NETWORK, PROFILE, Case, Cases, flexible, linux, patch

_POLICY: Final = "placement.zonePlacementPolicy"
_INCLUDED: Final = "placement.includeZones"
_EXCLUDED: Final = "placement.excludeZones"
_OVER: Final = "properties.overprovision"
_BALANCE: Final = "properties.zoneBalance"
_MOST: Final = "properties.resiliencyPolicy.zoneAllocationPolicy.maxZoneCount"
_SHARE: Final = "properties.resiliencyPolicy.zoneAllocationPolicy.maxInstancePercentPerZonePolicy"
_ENABLED: Final = f"{_SHARE}.enabled"
_VALUE: Final = f"{_SHARE}.value"
_REBALANCING: Final = "properties.resiliencyPolicy.automaticZoneRebalancingPolicy.enabled"
_PROXIMITY: Final = "properties.proximityPlacementGroup"
_HOSTS: Final = "properties.hostGroup"
_RESERVED: Final = f"{PROFILE}.capacityReservation"
_PROFILE: Final = "properties.skuProfile"
_EDGE: Final = "extendedLocation"
_HEALTH: Final = {
    "name": "health",
    "properties": {"publisher": "Microsoft.ManagedServices", "type": "ApplicationHealthLinux"},
}
_NODE: Final = {
    "name": "node",
    "properties": {"publisher": "Microsoft.Azure.ServiceFabric", "type": "ServiceFabricLinuxNode"},
}
_HELD: Final = {
    _PROXIMITY: {"id": f"{COMPUTE}/proximityPlacementGroups/ppg"},
    _HOSTS: {"id": f"{COMPUTE}/hostGroups/hosts"},
    _RESERVED: {"capacityReservationGroup": {"id": f"{COMPUTE}/capacityReservationGroups/crg"}},
    _EDGE: {"name": "losangeles", "type": "EdgeZone"},
}


def _auto(changes: dict[str, Any] | None = None, version: str = "2026-04-01") -> Case:
    return linux({_POLICY: "Auto", _OVER: False, **(changes or {})}, version)


def _balanced(changes: dict[str, Any]) -> Case:
    return linux({"zones": ["1", "2"], f"{EXTENSIONS}[0]": _HEALTH, _REBALANCING: True, **changes})


CASES: Final = {
    "auto-zones-api": Cases(
        breaks=[(_POLICY, _auto(version="2025-04-01")), (_POLICY, _auto(version="2025-11-01"))],
        fine=[
            _auto(version="2026-03-01"),
            linux({_POLICY: "Any"}, "2025-04-01"),
            linux(version="2025-04-01"),
        ],
    ),
    "auto-zones-with-zones": Cases(
        breaks=[
            ("zones", _auto({"zones": ["1"]})),
            ("zones", _auto({"zones": ["1"], _POLICY: "auto"})),
            ("zones", patch({"zones": ["1"], _POLICY: "Auto"})),
        ],
        fine=[
            _auto(),
            _auto({"zones": []}),
            linux({"zones": ["1"]}),
            linux({"zones": ["1"], _POLICY: "Any"}),
        ],
        fixes=[
            (_auto({"zones": ["1"]}), ("zones", GONE)),
            (patch({"zones": ["1"], _POLICY: "Auto"}), ("zones", [])),
        ],
    ),
    "auto-zones-overprovision": Cases(
        breaks=[
            (_OVER, linux({_POLICY: "Auto"})),
            (_OVER, linux({_POLICY: "auto", _OVER: True})),
            (_OVER, patch({_POLICY: "Auto", _OVER: True})),
        ],
        fine=[_auto(), linux({_OVER: True}), flexible({_POLICY: "Auto"}), patch({_POLICY: "Auto"})],
    ),
    "auto-zones-placement": Cases(
        breaks=[(place, _auto({place: value})) for place, value in _HELD.items()]
        + [
            (_PROFILE, flexible({_POLICY: "Auto", f"{_PROFILE}.vmSizes[0].name": "Standard_D2s_v5"})),
            (_POLICY, _auto({f"{EXTENSIONS}[0]": _NODE})),
        ],
        fine=[
            _auto(),
            linux({**_HELD, f"{EXTENSIONS}[0]": _NODE}),
            flexible({f"{_PROFILE}.vmSizes[0].name": "Standard_D2s_v5"}),
        ],
    ),
    "auto-zones-include-exclude": Cases(
        breaks=[(_EXCLUDED, _auto({_INCLUDED: ["1"], _EXCLUDED: ["2"]}))],
        fine=[
            _auto({_INCLUDED: ["1"]}),
            _auto({_EXCLUDED: ["1"]}),
            _auto({_INCLUDED: [], _EXCLUDED: ["1"]}),
            linux(),
        ],
    ),
    "auto-zones-balance": Cases(
        breaks=[(_MOST, _auto({_BALANCE: True}))],
        fine=[
            _auto({_BALANCE: True, _MOST: 2}),
            _auto({_BALANCE: False}),
            linux({_BALANCE: True, "zones": ["1", "2"]}),
            patch({_POLICY: "Auto", _BALANCE: True}),
        ],
    ),
    "zone-count-least": Cases(
        breaks=[(_MOST, _auto({_MOST: 0}))], fine=[_auto({_MOST: 1}), linux({_SHARE: {}}), linux()]
    ),
    "zone-share": Cases(
        breaks=[
            (_VALUE, _auto({_SHARE: {"enabled": True}})),
            (_VALUE, _auto({_SHARE: {"enabled": True, "value": 0}})),
            (_VALUE, _auto({_SHARE: {"value": 0}})),
            (_VALUE, _auto({_SHARE: {"enabled": True, "value": 33}, _MOST: 3})),
            (_VALUE, _auto({_SHARE: {"enabled": True, "value": 49}, _MOST: 3, _INCLUDED: ["1", "2"]})),
            (_VALUE, _auto({_SHARE: {"enabled": True, "value": 49}, _MOST: 2, _INCLUDED: ["1", "2", "4"]})),
            (_VALUE, linux({_SHARE: {"enabled": True, "value": 49}, "zones": ["1", "2", "2"]})),
            (_ENABLED, _auto({_SHARE: {"enabled": True, "value": 50}, _MOST: 2, _BALANCE: True})),
            (_VALUE, patch({_SHARE: {"enabled": True, "value": 33}, _MOST: 3})),
        ],
        fine=[
            _auto({_SHARE: {"enabled": True, "value": 1}}),
            _auto({_SHARE: {"enabled": True, "value": 1}, _EXCLUDED: ["3"]}),
            _auto({_SHARE: {"enabled": True, "value": 1}, _MOST: 0}),
            _auto({_SHARE: {"enabled": True, "value": 100}, _MOST: 1}),
            _auto({_SHARE: {"enabled": True, "value": 34}, _MOST: 3, _BALANCE: False}),
            _auto({_SHARE: {"enabled": False, "value": 1}, _MOST: 3, _BALANCE: True}),
            _auto({_SHARE: {"value": 50}, _MOST: 2, _BALANCE: True}),
            _auto({_SHARE: {}}),
            _auto({_MOST: 3}),
            patch({_SHARE: {"enabled": True}}),
        ],
        fixes=[
            (_auto({_SHARE: {"enabled": True}}), (_VALUE, 50)),
            (_auto({_SHARE: {"enabled": True}, _MOST: 1}), (_VALUE, 100)),
            (_auto({_SHARE: {"enabled": True, "value": 10}, _MOST: 3}), (_VALUE, 34)),
            (_auto({_SHARE: {"enabled": True, "value": 0}}), None),
        ],
    ),
    "zone-rebalancing": Cases(
        breaks=[
            (_REBALANCING, linux({_REBALANCING: True})),
            (_REBALANCING, _balanced({"zones": ["1"]})),
            (_REBALANCING, _balanced({EXTENSIONS: []})),
            (_REBALANCING, _balanced({_BALANCE: True})),
            (_REBALANCING, patch({_REBALANCING: True, _BALANCE: True})),
        ],
        fine=[
            _balanced({}),
            _balanced({"zones": [], _POLICY: "Auto"}),
            _balanced({EXTENSIONS: [], f"{NET}.healthProbe.id": f"{NETWORK}/loadBalancers/lb/probes/http"}),
            _balanced({_BALANCE: False}),
            linux({_REBALANCING: False}),
            patch({_REBALANCING: True}),
            linux(),
        ],
    ),
}
