"""Rules about zones that Azure picks, and about keeping the instances balanced over zones."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from ..paths import Path
from .base import CREATE, Hit, Hits, rule
from .mixes import SKU_PROFILE, held_in_place
from .shapes import set_to, without
from .view import PROPERTIES, View

ZONES: Final[Path] = ("zones",)
POLICY: Final[Path] = ("placement", "zonePlacementPolicy")
_RESILIENCY: Final[Path] = (*PROPERTIES, "resiliencyPolicy")
_ALLOCATION: Final[Path] = (*_RESILIENCY, "zoneAllocationPolicy")
_SHARE: Final[Path] = (*_ALLOCATION, "maxInstancePercentPerZonePolicy")
_REBALANCING: Final[Path] = (*_RESILIENCY, "automaticZoneRebalancingPolicy", "enabled")

_USUAL_SHARE: Final = 50
"""The percentage of instances that Azure puts into one zone at most when nothing is said."""

_USUAL_ZONES: Final = 3
"""How many zones Azure spreads instances over when nothing is said."""


def _allocation(view: View) -> dict[str, Any]:
    return (view.properties.get("resiliencyPolicy") or {}).get("zoneAllocationPolicy") or {}


@rule(
    "auto-zones-api",
    "Azure picks zones from API version 2026-03-01 on. Choose that version or a newer one, or list the zones.",
    confidence="I",
    since="2025-04-01",
    until="2025-11-01",
)
def auto_zones_api(view: View) -> Hits:
    return Hit(POLICY) if view.automatic_zones else None


@rule(
    "auto-zones-with-zones",
    "Azure picks the zones here, so none may be listed. Remove them.",
    since="2025-04-01",
)
def auto_zones_with_zones(view: View) -> Hits:
    if not view.automatic_zones or not view.zones:
        return None
    # In an update an empty list takes away those that the scale set has.
    fix = without(ZONES, "Remove the zones") if view.creating else set_to(ZONES, [], "Remove the zones")
    return Hit(ZONES, fix=fix)


@rule(
    "auto-zones-overprovision",
    "Automatic zones do not work with overprovisioning, which is on unless stated. Switch it off.",
    since="2025-04-01",
)
def auto_zones_overprovision(view: View) -> Hits:
    if not view.automatic_zones or view.flexible or view.overprovision is False:
        return None
    if view.overprovision is None and not view.creating:
        return None
    place = (*PROPERTIES, "overprovision")
    return Hit(place, fix=set_to(place, False, "Switch overprovisioning off"))


@rule(
    "auto-zones-placement",
    "Automatic zones do not work with {what}. {cure}, or list the zones.",
    since="2025-04-01",
)
def auto_zones_placement(view: View) -> Hits:
    if not view.automatic_zones:
        return None
    hits = [
        Hit(place, {"what": what, "cure": "Remove it"}, without(place, "Remove it"))
        for place, what in held_in_place(view)
    ]
    if view.document.get("extendedLocation"):
        place = ("extendedLocation",)
        hits.append(Hit(place, {"what": "an edge zone", "cure": "Remove it"}, without(place, "Remove it")))
    if view.sku_profile:
        hits.append(Hit(SKU_PROFILE, {"what": "a mix of sizes", "cure": "Choose one size"}))
    if view.service_fabric:
        hits.append(Hit(POLICY, {"what": "Service Fabric", "cure": "Remove this policy"}))
    return hits


@rule(
    "auto-zones-include-exclude",
    "Zones can be included or excluded, not both. Remove one of the lists.",
    since="2025-04-01",
)
def auto_zones_include_exclude(view: View) -> Hits:
    if not view.placement.get("includeZones") or not view.placement.get("excludeZones"):
        return None
    place = ("placement", "excludeZones")
    return Hit(place, fix=without(place, "Remove the excluded zones"))


@rule(
    "auto-zones-balance",
    "Strict zone balance over zones that Azure picks needs the most zones there may be. State how many.",
    since="2025-04-01",
    operations=CREATE,
)
def auto_zones_balance(view: View) -> Hits:
    if not view.automatic_zones or view.properties.get("zoneBalance") is not True:
        return None
    if _allocation(view).get("maxZoneCount") is not None:
        return None
    place = (*_ALLOCATION, "maxZoneCount")
    return Hit(place, fix=set_to(place, _USUAL_ZONES, f"Use {_USUAL_ZONES} zones"))


@rule("zone-count-least", "There must be at least 1 zone. Write how many there may be.", since="2025-04-01")
def zone_count_least(view: View) -> Hits:
    most = _allocation(view).get("maxZoneCount")
    return Hit((*_ALLOCATION, "maxZoneCount")) if most is not None and most < 1 else None


@rule("zone-share", "{problem}.", since="2025-04-01")
def zone_share(view: View) -> Hits:
    share = _allocation(view).get("maxInstancePercentPerZonePolicy")
    if not share or share.get("enabled") is False:
        return None
    hits = []
    enabled = share.get("enabled") is True
    if enabled and view.properties.get("zoneBalance") is True:
        place = (*_SHARE, "enabled")
        problem = (
            "Strict zone balance leaves no room for a share of each zone: switch this or the balance off"
        )
        hits.append(Hit(place, {"problem": problem}, set_to(place, False, "Switch the share off")))
    place, value, zones = (*_SHARE, "value"), share.get("value"), _zones_at_most(view)
    least = ceil(100 / zones) if zones else 1
    if value is None:
        if view.creating:
            usual = max(_USUAL_SHARE, least)
            problem = "Say how many percent of the instances one zone may hold"
            hits.append(Hit(place, {"problem": problem}, set_to(place, usual, f"Write {usual} percent")))
    elif value < 1:
        hits.append(
            Hit(place, {"problem": "One zone may hold 1 to 100 percent of the instances: correct it"})
        )
    elif value < least:
        problem = f"Zones of at most {value} percent each have no room for every instance: allow at least {least} percent"
        hits.append(Hit(place, {"problem": problem}, set_to(place, least, f"Allow {least} percent")))
    return hits


def _zones_at_most(view: View) -> int:
    """How many zones the instances are spread over at most, 0 when only Azure knows."""
    counts = [_allocation(view).get("maxZoneCount"), len(set(view.zones)) or None]
    counts.append(len(set(view.placement.get("includeZones") or ())) or None)
    return min((count for count in counts if count), default=0)


@rule(
    "zone-rebalancing",
    "Rebalancing of zones needs {needs}. {cure}, or switch it off.",
    since="2024-11-01",
)
def zone_rebalancing(view: View) -> Hits:
    policy = (view.properties.get("resiliencyPolicy") or {}).get("automaticZoneRebalancingPolicy")
    if not policy or policy.get("enabled") is not True:
        return None
    needs, cures = [], []
    if view.creating and len(view.zones) < 2 and not view.automatic_zones:
        needs.append("two zones")
        cures.append("list them")
    if view.creating and not view.health_source:
        needs.append("a health signal")
        cures.append("add the Application Health extension")
    if view.properties.get("zoneBalance") is True:
        needs.append("zone balance that is not strict")
        cures.append("switch zone balance off")
    if not needs:
        return None
    cure = _together(cures)
    values = {"needs": _together(needs), "cure": cure[0].upper() + cure[1:]}
    return Hit(_REBALANCING, values, set_to(_REBALANCING, False, "Switch rebalancing off"))


def _together(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
