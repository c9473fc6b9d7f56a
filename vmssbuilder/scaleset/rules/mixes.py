"""Rules about mixes of sizes and of priorities."""

from __future__ import annotations

import re
from typing import Final

from ..findings import Change, Fix
from ..paths import Path
from .base import CREATE, Hit, Hits, rule
from .shapes import either, repeated, set_to, without
from .view import OS_DISK, PROFILE, PROPERTIES, View, filled

SKU_PROFILE: Final[Path] = (*PROPERTIES, "skuProfile")
_SIZES: Final[Path] = (*SKU_PROFILE, "vmSizes")
_STRATEGY: Final[Path] = (*SKU_PROFILE, "allocationStrategy")

_MIXABLE: Final = re.compile(r"(?:(?:Standard|Basic)_)?(?:[ABF]|[DE](?!C))", re.IGNORECASE)
_CONFIDENTIAL: Final = re.compile(r"(?:Standard_)?[DE]C", re.IGNORECASE)
# After the number of cores a p stands for a processor with the Arm architecture.
_ARM: Final = re.compile(r"(?:Standard_)?[A-Z]+\d+(?:-\d+)?p", re.IGNORECASE)
_STRATEGIES: Final = {
    "LowestPrice": "2024-07-01",
    "CapacityOptimized": "2024-07-01",
    "Prioritized": "2024-11-01",
}


# --------------------------------------------------------------------------------------------------------- priorities


@rule(
    "priority-mix-needs-spot",
    "A mix of priorities needs Flexible mode and Spot priority. {cure}.",
    since="2022-08-01",
    operations=CREATE,
)
def priority_mix_needs_spot(view: View) -> Hits:
    place = (*PROPERTIES, "priorityMixPolicy")
    if not view.properties.get("priorityMixPolicy"):
        return None
    if not view.flexible:
        return Hit(place, {"cure": "Choose Flexible, or remove the mix"})
    return None if view.spot else Hit(place, {"cure": "Choose Spot, or remove the mix"})


@rule("priority-mix-range", "{name} must be from 0 to {most:,}. Correct it.", since="2022-08-01")
def priority_mix_range(view: View) -> Hits:
    mix = view.properties.get("priorityMixPolicy")
    if not mix:
        return None
    return [
        Hit((*PROPERTIES, "priorityMixPolicy", member), {"name": name, "most": most})
        for member, name, most in (
            ("baseRegularPriorityCount", "The number of regular instances", 1000),
            ("regularPriorityPercentageAboveBase", "The share of regular instances", 100),
        )
        if mix.get(member) is not None and not 0 <= mix[member] <= most
    ]


# -------------------------------------------------------------------------------------------------------------- sizes


@rule(
    "sku-mix-profile",
    "A mix of sizes is the size “Mix” together with a list of sizes. {cure}.",
    since="2024-07-01",
    operations=CREATE,
)
def sku_mix_profile(view: View) -> Hits:
    mixed = view.size.casefold() == "mix"
    if not mixed and "skuProfile" not in view.properties:
        return None
    if not view.sku_profile.get("vmSizes"):
        return Hit(_SIZES, {"cure": "Add the sizes"})
    if mixed or not filled(view.size or "Mix"):
        return None
    place = ("sku", "name")
    changes = [Change("set", place, "Mix")]
    if "tier" in view.sku:
        # Azure refuses a tier beside a mix.
        changes.append(Change("remove", ("sku", "tier")))
    return Hit(place, {"cure": "Write Mix as the size"}, Fix("Write Mix", tuple(changes)))


@rule(
    "sku-mix-no-tier",
    "With a mix of sizes the tier must not be set. Remove it.",
    since="2024-07-01",
)
def sku_mix_no_tier(view: View) -> Hits:
    if not view.sku_profile or not view.sku.get("tier"):
        return None
    place = ("sku", "tier")
    return Hit(place, fix=without(place, "Remove the tier"))


@rule(
    "sku-mix-flexible",
    "Only a Flexible scale set can mix sizes. Choose Flexible, or one size.",
    since="2024-07-01",
)
def sku_mix_flexible(view: View) -> Hits:
    return Hit(SKU_PROFILE) if view.sku_profile and view.surely_uniform else None


@rule(
    "sku-mix-sizes",
    "{problem}. A mix has up to five sizes of the families A, B, D, E and F.",
    since="2024-07-01",
)
def sku_mix_sizes(view: View) -> Hits:
    sizes = view.sku_profile.get("vmSizes")
    if not sizes:
        return None
    hits = [
        Hit((*_SIZES, position, "name"), {"problem": problem.format(name)})
        for position, size in enumerate(sizes)
        if filled(name := size.get("name")) and (problem := _unmixable(name))
    ]
    if len(sizes) > 5:
        hits.append(Hit(_SIZES, {"problem": f"These are {len(sizes)} sizes"}))
    return hits


def _unmixable(size: str) -> str:
    if _CONFIDENTIAL.match(size):
        return "“{}” is a confidential size, and these cannot be mixed"
    return "" if _MIXABLE.match(size) else "“{}” cannot be mixed"


@rule(
    "sku-mix-duplicates",
    "“{size}” is in the mix twice. Remove one of them.",
    since="2024-07-01",
)
def sku_mix_duplicates(view: View) -> Hits:
    sizes = view.sku_profile.get("vmSizes")
    if not sizes:
        return None
    names = [(position, size["name"]) for position, size in enumerate(sizes) if filled(size.get("name"))]
    return [
        Hit((*_SIZES, position, "name"), {"size": name}, without((*_SIZES, position), "Remove this one"))
        for position, name in repeated(names)
    ]


@rule(
    "sku-mix-architecture",
    "“{size}” has another architecture than “{other}”: Arm64 and x64 cannot be mixed. Choose sizes of one of them.",
    since="2024-07-01",
)
def sku_mix_architecture(view: View) -> Hits:
    sizes = view.sku_profile.get("vmSizes")
    if not sizes:
        return None
    names = [(position, size["name"]) for position, size in enumerate(sizes) if filled(size.get("name"))]
    return [
        Hit((*_SIZES, position, "name"), {"size": name, "other": names[0][1]})
        for position, name in names
        if (_ARM.match(name) is None) != (_ARM.match(names[0][1]) is None)
    ]


@rule(
    "sku-mix-placement",
    "A mix of sizes cannot use {what}. Remove it, or choose one size.",
    since="2024-07-01",
)
def sku_mix_placement(view: View) -> Hits:
    if not view.sku_profile:
        return None
    return [Hit(place, {"what": what}, without(place, "Remove it")) for place, what in held_in_place(view)]


def held_in_place(view: View) -> list[tuple[Path, str]]:
    """What keeps the instances to certain places: where it stands, and what it is."""
    if not (view.in_proximity_group or view.on_dedicated_hosts or view.reserved):
        return []
    return [
        (place, what)
        for there, place, what in (
            (
                view.in_proximity_group,
                (*PROPERTIES, "proximityPlacementGroup"),
                "a proximity placement group",
            ),
            (view.on_dedicated_hosts, (*PROPERTIES, "hostGroup"), "dedicated hosts"),
            (view.reserved, (*PROFILE, "capacityReservation"), "a capacity reservation"),
        )
        if there
    ]


@rule(
    "sku-mix-ephemeral",
    "A mix of sizes cannot have an ephemeral OS disk. Remove it, or choose one size.",
    since="2024-07-01",
)
def sku_mix_ephemeral(view: View) -> Hits:
    if not view.sku_profile or not view.ephemeral:
        return None
    place = (*OS_DISK, "diffDiskSettings")
    return Hit(place, fix=without(place, "Make it persistent"))


@rule(
    "sku-mix-fault-domains",
    "Other tools refuse a mix of sizes with more than 1 fault domain, and Azure may. Use 1.",
    severity="warning",
    confidence="C",
    since="2024-07-01",
)
def sku_mix_fault_domains(view: View) -> Hits:
    if (view.fault_domains or 1) <= 1 or not view.sku_profile:
        return None
    place = (*PROPERTIES, "platformFaultDomainCount")
    return Hit(place, fix=set_to(place, 1, "Use 1 fault domain"))


def _strategy(view: View) -> str | None:
    """The allocation strategy as Azure spells it; Azure reads any case."""
    written = view.sku_profile.get("allocationStrategy")
    if not filled(written):
        return None
    return next((known for known in _STRATEGIES if known.casefold() == written.casefold()), written)


@rule(
    "sku-mix-strategy",
    "“{value}” is no allocation strategy here. Choose {usable}.",
    since="2024-07-01",
)
def sku_mix_strategy(view: View) -> Hits:
    strategy = _strategy(view)
    if strategy is None:
        return None
    usable = [name for name, first in _STRATEGIES.items() if view.since(first)]
    return None if strategy in usable else Hit(_STRATEGY, {"value": strategy, "usable": either(usable)})


@rule(
    "sku-mix-rank",
    "Ranks are only read with the allocation strategy Prioritized. Choose it, or remove the rank.",
    confidence="C",
    since="2024-11-01",
)
def sku_mix_rank(view: View) -> Hits:
    if not view.sku_profile:
        return None
    if _strategy(view) == "Prioritized":
        return None
    if view.sku_profile.get("allocationStrategy") is None and not view.creating:
        return None
    return [
        Hit((*_SIZES, position, "rank"), fix=without((*_SIZES, position, "rank"), "Remove the rank"))
        for position, size in enumerate(view.sku_profile.get("vmSizes") or ())
        if size.get("rank") is not None
    ]
