"""Rules about size, number and placement of the instances."""

from __future__ import annotations

import re
from math import ceil
from typing import Final

from .. import versions
from ..paths import Path
from ..wording import Said
from .base import CREATE, UPDATE, Hit, Hits, rule
from .shapes import moved, set_to, without
from .view import OS_DISK, PROPERTIES, View, filled

SKU_NAME: Final[Path] = ("sku", "name")
SKU_TIER: Final[Path] = ("sku", "tier")
CAPACITY: Final[Path] = ("sku", "capacity")
SINGLE_PLACEMENT_GROUP: Final[Path] = ("properties", "singlePlacementGroup")
FAULT_DOMAINS: Final[Path] = ("properties", "platformFaultDomainCount")
VHD_CONTAINERS: Final[Path] = (*OS_DISK, "vhdContainers")

# Families whose updates do not preserve memory.
_NOT_PRESERVING: Final = frozenset("GHLMN")
_FAMILY: Final = re.compile(r"(?:Standard|Basic)_([A-Z])", re.IGNORECASE)
# Sizes with InfiniBand: the H families, and those whose name carries an r for RDMA.
INFINIBAND: Final = re.compile(r"Standard_(?:H[BCX]|H\d+\w*r|N[CDV]\d+\w*r|A[89](?:_|\Z))", re.IGNORECASE)
_LAST_OLD_SPELLING: Final = "2016-04-30-preview"


@rule("sku-name-required", "Choose a VM size for the instances.", operations=CREATE)
def sku_name_required(view: View) -> Hits:
    return Hit(SKU_NAME) if not view.size and view.uniform else None


@rule("sku-tier-value", "The tier must be Standard or Basic. Remove it and Azure takes it from the size.")
def sku_tier_value(view: View) -> Hits:
    tier = view.sku.get("tier")
    if not filled(tier) or tier.casefold() in ("standard", "basic"):
        return None
    return Hit(SKU_TIER, fix=without(SKU_TIER, "Remove the tier"))


@rule(
    "sku-tier-consistent",
    "Tier {tier} does not match size {size}. Change one of them, or leave the tier out.",
    confidence="I",
)
def sku_tier_consistent(view: View) -> Hits:
    tier = view.sku.get("tier")
    prefix, underscore, _rest = view.size.partition("_")
    if not tier or not underscore or prefix.casefold() not in ("standard", "basic"):
        return None
    if tier.casefold() not in ("standard", "basic") or tier.casefold() == prefix.casefold():
        return None
    fix = set_to(SKU_TIER, prefix.capitalize(), f"Set the tier to {prefix.capitalize()}")
    return Hit(SKU_TIER, {"tier": tier, "size": view.size}, fix)


@rule(
    "capacity-integer",
    "The number of instances must be a whole number, 0 or more.",
    raw=True,
)
def capacity_integer(view: View) -> Hits:
    sku = view.raw.get("sku")
    if not isinstance(sku, dict) or "capacity" not in sku:
        return None
    # A text that says a number is read as one.
    capacity = view.capacity if isinstance(sku["capacity"], str) else sku["capacity"]
    if (
        isinstance(capacity, int | float)
        and not isinstance(capacity, bool)
        and capacity >= 0
        and capacity % 1 == 0
    ):
        return None
    return Hit(CAPACITY)


@rule(
    "capacity-max-1000",
    "A scale set can have at most 1,000 instances. Ask for fewer, or spread them over several scale sets.",
    since="2016-04-30-preview",
)
def capacity_max_1000(view: View) -> Hits:
    return Hit(CAPACITY) if view.capacity is not None and view.capacity > 1000 else None


@rule(
    "capacity-spg-100",
    "More than 100 instances do not fit into one placement group. Switch “single placement group” off, or ask for at most 100.",
)
def capacity_spg_100(view: View) -> Hits:
    if view.capacity is None or view.capacity <= 100 or view.flexible or view.unmanaged:
        return None
    single = view.single_placement_group
    if single is False or (single is None and (view.zonal or not view.creating)):
        return None
    fix = None
    if view.since("2016-04-30-preview"):
        fix = set_to(SINGLE_PLACEMENT_GROUP, False, "Switch single placement group off")
    return Hit(CAPACITY, fix=fix)


@rule(
    "capacity-managed-image-600",
    "A scale set built on a managed image has at most 600 instances. Use a Compute Gallery image for up to 1,000.",
    since="2016-04-30-preview",
)
def capacity_managed_image_600(view: View) -> Hits:
    if view.capacity is None or view.capacity <= 600:
        return None
    return Hit(CAPACITY) if view.managed_image else None


@rule(
    "capacity-unmanaged-100",
    "A scale set with disks in your own storage accounts has at most 100 instances. Use managed disks for more.",
)
def capacity_unmanaged_100(view: View) -> Hits:
    return Hit(CAPACITY) if view.unmanaged and view.capacity is not None and view.capacity > 100 else None


@rule(
    "capacity-unmanaged-custom-20",
    "All disks made from a VHD share one storage account. Keep to 20 instances while overprovisioning is on.",
    severity="warning",
)
def capacity_unmanaged_custom_20(view: View) -> Hits:
    if not view.vhd_image or view.overprovision is False:
        return None
    return Hit(CAPACITY) if view.capacity is not None and view.capacity > 20 else None


@rule(
    "capacity-unmanaged-custom-40",
    "All disks made from a VHD share one storage account. Keep to 40 instances, or use a managed image.",
    severity="warning",
)
def capacity_unmanaged_custom_40(view: View) -> Hits:
    if not view.vhd_image or view.overprovision is not False:
        return None
    return Hit(CAPACITY) if view.capacity is not None and view.capacity > 40 else None


@rule(
    "vhd-containers-count",
    "Azure needs at least {needed} VHD containers for {capacity} instances, each in its own storage account. Add {missing}.",
    confidence="I",
)
def vhd_containers_count(view: View) -> Hits:
    if not view.vhd_containers or view.capacity is None:
        return None
    needed = ceil(view.capacity / 40)
    given = len(view.vhd_containers)
    if given >= needed:
        return None
    return Hit(VHD_CONTAINERS, {"needed": needed, "capacity": view.capacity, "missing": needed - given})


@rule(
    "vhd-containers-20-per-account",
    "While overprovisioning is on, use one storage account for every 20 instances: {needed} containers for {capacity}.",
    severity="warning",
)
def vhd_containers_20_per_account(view: View) -> Hits:
    if not view.vhd_containers or view.capacity is None or view.overprovision is False:
        return None
    if view.capacity <= 20 * len(view.vhd_containers):
        return None
    return Hit(VHD_CONTAINERS, {"needed": ceil(view.capacity / 20), "capacity": view.capacity})


@rule(
    "flex-fixed-fd-200",
    "With more than one fault domain this size is limited to 200 instances. Set the fault domain count to 1 for more.",
    since="2020-12-01",
)
def flex_fixed_fd_200(view: View) -> Hits:
    if view.capacity is None or view.capacity <= 200 or not needs_one_group(view):
        return None
    return Hit(CAPACITY, fix=set_to(FAULT_DOMAINS, 1, "Set the fault domain count to 1"))


@rule(
    "spg-false-needs-managed",
    "A scale set of several placement groups needs managed disks. Replace the VHD by an image, or switch “single placement group” on.",
    since="2016-04-30-preview",
)
def spg_false_needs_managed(view: View) -> Hits:
    return Hit(SINGLE_PLACEMENT_GROUP) if view.unmanaged and view.single_placement_group is False else None


@rule(
    "spg-false-standard-lb-nsg",
    "A Standard load balancer lets no inbound traffic through unless a network security group allows it. "
    "Name one here, or make sure that the subnet has one.",
    severity="warning",
    since="2017-03-30",
)
def spg_false_standard_lb_nsg(view: View) -> Hits:
    # Only a Standard load balancer serves several placement groups or zones, so its kind follows from the document.
    if view.single_placement_group is not False and not view.zones:
        return None
    behind = {
        path[:-3]
        for path, _configuration, properties in view.ip_items
        if properties.get("loadBalancerBackendAddressPools") or properties.get("loadBalancerInboundNatPools")
    }
    return [
        Hit((*path, "properties", "networkSecurityGroup"))
        for path, _nic, properties in view.nic_items
        if path in behind and not properties.get("networkSecurityGroup")
    ]


@rule(
    "spg-false-no-infiniband",
    "InfiniBand does not reach across placement groups. Switch “single placement group” on if instances of {size} talk over it.",
    severity="warning",
    since="2016-04-30-preview",
)
def spg_false_no_infiniband(view: View) -> Hits:
    if view.single_placement_group is not False or not INFINIBAND.match(view.size):
        return None
    return Hit(SINGLE_PLACEMENT_GROUP, {"size": view.size})


@rule(
    "max-spread-needs-multi-pg",
    "Microsoft says that spreading over as many fault domains as possible (count 1) needs “single placement group” switched "
    "off{default}. Switch it off.",
    severity="warning",
    since="2017-12-01",
)
def max_spread_needs_multi_pg(view: View) -> Hits:
    # An error once, but Microsoft's own templates deploy with both.
    single = view.single_placement_group
    if view.fault_domains != 1 or view.flexible or single is False or view.unmanaged:
        return None
    if single is None and (view.zonal or not view.creating):
        return None
    default = "" if single else ", and without zones it is on unless stated"
    fix = set_to(SINGLE_PLACEMENT_GROUP, False, "Switch single placement group off")
    return Hit(SINGLE_PLACEMENT_GROUP, {"default": default}, fix)


@rule(
    "flex-fixed-fd-spg",
    "With more than one fault domain this size needs a single placement group in Flexible mode. Switch it on, or use one "
    "fault domain.",
    since="2020-12-01",
    operations=CREATE,
)
def flex_fixed_fd_spg(view: View) -> Hits:
    if view.single_placement_group is True or not needs_one_group(view):
        return None
    fix = set_to(SINGLE_PLACEMENT_GROUP, True, "Switch single placement group on")
    return Hit(SINGLE_PLACEMENT_GROUP, fix=fix)


def needs_one_group(view: View) -> bool:
    """Whether Azure wants a single placement group: it spreads such sizes over fault domains in no other way."""
    return view.flexible and (view.fault_domains or 1) > 1 and _not_preserving(view.size)


def _not_preserving(size: str) -> bool:
    """Whether the size belongs to a family whose updates do not preserve memory."""
    family = _FAMILY.match(size)
    return family is not None and family[1].upper() in _NOT_PRESERVING


@rule(
    "overprovision-name-by-version",
    "API version {version} spells this “{right}”. Azure has used a small p since 2017-03-30.",
    misfit=True,
)
def overprovision_name_by_version(view: View) -> Hits:
    properties = view.raw.get("properties")
    if not isinstance(properties, dict):
        return None
    right, wrong = "overprovision", "overProvision"
    if view.order <= versions.order(_LAST_OLD_SPELLING):
        right, wrong = wrong, right
    if wrong not in properties:
        return None
    place = (*PROPERTIES, wrong)
    if right in properties:
        return Hit(place, {"version": view.api_version, "right": right}, without(place, f"Remove {wrong}"))
    return Hit(
        place,
        {"version": view.api_version, "right": right},
        moved(place, (*PROPERTIES, right), f"Rename to {right}"),
    )


@rule(
    "overprovision-flex",
    "Overprovisioning is for Uniform scale sets only. Remove it from a Flexible one.",
    since="2020-12-01",
)
def overprovision_flex(view: View) -> Hits:
    if view.overprovision is not True or not view.flexible:
        return None
    place = (*PROPERTIES, "overprovision")
    return Hit(place, fix=without(place, "Remove overprovisioning"))


@rule(
    "service-fabric-overprovision",
    "Nodes of a Service Fabric cluster must not be overprovisioned, which is on unless stated. Switch it off.",
)
def service_fabric_overprovision(view: View) -> Hits:
    if not view.service_fabric or not _overprovisions(view):
        return None
    spelling = "overProvision" if view.order <= versions.order(_LAST_OLD_SPELLING) else "overprovision"
    place = (*PROPERTIES, spelling)
    return Hit(place, fix=set_to(place, False, "Switch overprovisioning off"))


@rule(
    "overprovision-own-vhd",
    "This API version refuses overprovisioning with a VHD of your own. Switch it off, or choose a newer version.",
    until="2016-03-30",
)
def overprovision_own_vhd(view: View) -> Hits:
    if view.overprovision is not True or not view.vhd_image:
        return None
    place = (*PROPERTIES, "overProvision")
    return Hit(place, fix=set_to(place, False, "Switch overprovisioning off"))


@rule(
    "overprovision-maxsurge",
    "Max surge does not work with overprovisioning, which is on unless stated. Switch it off.",
    confidence="C",
    since="2022-11-01",
)
def overprovision_maxsurge(view: View) -> Hits:
    if view.rolling.get("maxSurge") is not True or not _overprovisions(view):
        return None
    place = (*PROPERTIES, "overprovision")
    return Hit(place, fix=set_to(place, False, "Switch overprovisioning off"))


def _overprovisions(view: View) -> bool:
    """Whether Azure makes extra instances for a while: a Uniform scale set does unless it says that it does not."""
    if view.flexible or view.overprovision is False:
        return False
    return view.overprovision is True or view.creating


@rule(
    "overprovision-ext-flag",
    "This has no effect while overprovisioning is off, since no extra instances are made. Remove it.",
    severity="warning",
    since="2018-10-01",
)
def overprovision_ext_flag(view: View) -> Hits:
    if (
        view.overprovision is not False
        or view.properties.get("doNotRunExtensionsOnOverprovisionedVMs") is not True
    ):
        return None
    place = (*PROPERTIES, "doNotRunExtensionsOnOverprovisionedVMs")
    return Hit(place, fix=without(place, "Remove it"))


@rule(
    "overprovision-billing-info",
    "Overprovisioning makes some extra instances for a short time. They cost nothing and use no quota, "
    "but each needs an address: leave about {room} free in the subnet.",
    severity="warning",
)
def overprovision_billing_info(view: View) -> Hits:
    # Below that the extra addresses fit into any sensible subnet, and the advice would only be noise.
    if view.overprovision is not True or view.capacity is None or view.capacity <= 50 or view.flexible:
        return None
    spelling = "overprovision" if "overprovision" in view.properties else "overProvision"
    return Hit((*PROPERTIES, spelling), {"room": ceil(view.capacity * 1.2)})


@rule(
    "zones-values",
    "“{zone}” is listed as a zone {problem}. List each zone once, by its number.",
    since="2017-03-30",
)
def zones_values(view: View) -> Hits:
    if not view.zones:
        return None
    hits, seen = [], set()
    for position, zone in enumerate(view.zones):
        if not filled(zone) and zone:
            continue
        problem = (
            "twice" if zone in seen else "" if zone.isascii() and zone.isdigit() else "but is not a number"
        )
        if problem:
            hits.append(Hit(("zones", position), {"zone": zone, "problem": problem}))
        seen.add(zone)
    return hits


@rule(
    "zone-balance-needs-zones",
    "Azure refuses any word on zone balance, even false, with fewer than two zones. Add zones, or remove it.",
    since="2017-12-01",
    operations=CREATE,
)
def zone_balance_needs_zones(view: View) -> Hits:
    if view.properties.get("zoneBalance") is None or len(view.zones) > 1 or view.automatic_zones:
        return None
    place = (*PROPERTIES, "zoneBalance")
    return Hit(place, fix=without(place, "Remove zone balance"))


_IN_ZONES: Final = (
    "in zones spreads over 1 fault domain (as many as possible) or exactly 5. Choose one of them."
)
_IN_NO_ZONE: Final = "without zones spreads over 1 to 5 fault domains. Choose a number from 1 to 5."


@rule(
    "fd-count-uniform-zonal",
    (
        Said(f"A scale set {_IN_ZONES}", until="2020-06-01"),
        Said(f"A Uniform scale set {_IN_ZONES}", since="2020-12-01"),
    ),
    since="2017-12-01",
)
def fd_count_uniform_zonal(view: View) -> Hits:
    if view.fault_domains is None or not view.zonal or view.flexible or view.fault_domains in (1, 5):
        return None
    return Hit(FAULT_DOMAINS)


@rule(
    "fd-count-uniform-regional",
    (
        Said(f"A scale set {_IN_NO_ZONE}", until="2020-06-01"),
        Said(f"A Uniform scale set {_IN_NO_ZONE}", since="2020-12-01"),
    ),
    since="2017-12-01",
)
def fd_count_uniform_regional(view: View) -> Hits:
    if view.fault_domains is None or view.zonal or view.flexible or 1 <= view.fault_domains <= 5:
        return None
    return Hit(FAULT_DOMAINS)


@rule(
    "fd-count-flex-zonal",
    "A Flexible scale set in zones always has 1 fault domain. Set the count to 1.",
    since="2020-12-01",
)
def fd_count_flex_zonal(view: View) -> Hits:
    if view.fault_domains is None or not view.zonal or not view.flexible or view.fault_domains == 1:
        return None
    # Where zones are aligned to fault domains, Azure takes more.
    aligned = view.properties.get("zonalPlatformFaultDomainAlignMode") in ("Aligned", "BestEffortAligned")
    fix = set_to(FAULT_DOMAINS, 1, "Set the fault domain count to 1")
    return Hit(FAULT_DOMAINS, fix=fix, severity="warning" if aligned else None)


@rule(
    "fd-count-flex-regional",
    "A Flexible scale set without zones has 1, 2 or 3 fault domains. Choose one of these numbers.",
    since="2020-12-01",
)
def fd_count_flex_regional(view: View) -> Hits:
    if view.fault_domains is None or view.zonal or not view.flexible or 1 <= view.fault_domains <= 3:
        return None
    return Hit(FAULT_DOMAINS)


@rule(
    "ppg-one-zone",
    "A proximity placement group keeps instances close together and cannot span zones. Choose one zone, or leave the group out.",
    since="2018-04-01",
)
def ppg_one_zone(view: View) -> Hits:
    if len(view.zones) < 2 or not view.in_proximity_group:
        return None
    return Hit((*PROPERTIES, "proximityPlacementGroup"))


@rule(
    "constrained-max-capacity",
    "Remove this or set it to true: Azure knows no other value.",
    since="2022-11-01",
)
def constrained_max_capacity(view: View) -> Hits:
    value = view.properties.get("constrainedMaximumCapacity")
    place = (*PROPERTIES, "constrainedMaximumCapacity")
    return Hit(place, fix=without(place, "Remove it")) if value is not None and value is not True else None


@rule(
    "host-group-zone-expand",
    "A scale set on dedicated hosts cannot be spread over more zones later. Keep the zones that it has.",
    severity="warning",
    since="2023-03-01",
    operations=UPDATE,
)
def host_group_zone_expand(view: View) -> Hits:
    return Hit(("zones",)) if view.zones and view.on_dedicated_hosts else None
