"""Rules about the orchestration mode, and about mixes of sizes and priorities."""

from __future__ import annotations

import re
from typing import Final

from ..paths import Path
from .base import CREATE, Hit, Hits, rule
from .shapes import set_to, without
from .view import DATA_DISKS, NETWORK, NICS, OS_DISK, PROFILE, PROPERTIES, View, filled

MODE: Final[Path] = (*PROPERTIES, "orchestrationMode")
NETWORK_API: Final[Path] = (*NETWORK, "networkApiVersion")
_SIZES: Final[Path] = (*PROPERTIES, "skuProfile", "vmSizes")

_MIXABLE: Final = re.compile(r"(?:Standard_)?[ABDEF]", re.IGNORECASE)


@rule(
    "orchestration-explicit",
    "The orchestration mode is not stated, and Azure's tools differ in what they take it for. Choose Uniform or Flexible.",
    severity="warning",
    since="2020-12-01",
    operations=CREATE,
)
def orchestration_explicit(view: View) -> Hits:
    # Only a Uniform scale set needs an upgrade policy; where there is one, the mode is plain enough.
    return Hit(MODE) if "orchestrationMode" not in view.properties and not view.upgrade else None


@rule(
    "flex-min-api",
    "A Flexible scale set with a profile needs API version 2021-03-01 or newer. Choose a newer version.",
    since="2020-12-01",
    until="2020-12-01",
)
def flex_min_api(view: View) -> Hits:
    return Hit(MODE) if view.flexible and view.profile else None


@rule(
    "flex-network-api-version",
    "A Flexible scale set states which version of the network API makes its interfaces. Write 2020-11-01 or newer.",
    since="2021-03-01",
    operations=CREATE,
    deferred=True,
)
def flex_network_api_version(view: View) -> Hits:
    if not view.flexible or not view.network or view.network.get("networkApiVersion"):
        return None
    return Hit(NETWORK_API, fix=set_to(NETWORK_API, "2020-11-01", "Write 2020-11-01"))


@rule(
    "uniform-no-network-api-version",
    "Only a Flexible scale set states a network API version. Remove it, or choose Flexible.",
    since="2021-03-01",
    operations=CREATE,
)
def uniform_no_network_api_version(view: View) -> Hits:
    if view.flexible or not view.network.get("networkApiVersion"):
        return None
    return Hit(NETWORK_API, fix=without(NETWORK_API, "Remove it"))


@rule(
    "flex-fd-required",
    "A Flexible scale set states its number of fault domains. 1 spreads the instances as widely as possible.",
    since="2020-12-01",
    operations=CREATE,
    deferred=True,
)
def flex_fd_required(view: View) -> Hits:
    if not view.flexible or view.fault_domains is not None:
        return None
    place = (*PROPERTIES, "platformFaultDomainCount")
    return Hit(place, fix=set_to(place, 1, "Use 1 fault domain"))


@rule(
    "flex-system-identity",
    "A Flexible scale set takes user-assigned identities only. Choose UserAssigned.",
    since="2020-12-01",
)
def flex_system_identity(view: View) -> Hits:
    kind = view.identity.get("type")
    return (
        Hit(("identity", "type")) if view.flexible and kind and "systemassigned" in kind.casefold() else None
    )


@rule(
    "flex-unmanaged",
    "A Flexible scale set needs managed disks. Replace the VHD or its containers.",
    since="2020-12-01",
)
def flex_unmanaged(view: View) -> Hits:
    if not view.flexible or not view.unmanaged:
        return None
    return Hit((*OS_DISK, "image" if view.vhd_image else "vhdContainers"))


@rule(
    "flex-nat-pool",
    "A Flexible scale set is reached by NAT rules, not by NAT pools. Remove the pools.",
    since="2020-12-01",
)
def flex_nat_pool(view: View) -> Hits:
    if not view.flexible:
        return None
    return [
        Hit(
            place := (*path, "properties", "loadBalancerInboundNatPools"),
            fix=without(place, "Remove the NAT pools"),
        )
        for path, _configuration, properties in view.ip_items
        if properties.get("loadBalancerInboundNatPools")
    ]


@rule(
    "flex-health-probe",
    "A Flexible scale set does not use the probe of a load balancer. Add the Application Health extension instead.",
    since="2020-12-01",
)
def flex_health_probe(view: View) -> Hits:
    if not view.flexible or not view.health_probe:
        return None
    place = (*NETWORK, "healthProbe")
    return Hit(place, fix=without(place, "Remove the probe"))


@rule(
    "flex-ultra-iops",
    "Microsoft lists this as not supported in Flexible mode, although other tools send it. Leave it out if Azure refuses it.",
    severity="warning",
    since="2020-12-01",
)
def flex_ultra_iops(view: View) -> Hits:
    if not view.flexible:
        return None
    return [
        Hit((*path, member))
        for path, disk in view.disk_items
        for member in ("diskIOPSReadWrite", "diskMBpsReadWrite")
        if disk.get(member) is not None
    ]


@rule(
    "flex-outbound",
    "Instances in Flexible mode reach the internet only where you provide for it. Give them public addresses, a load "
    "balancer, or a NAT gateway on the subnet.",
    severity="warning",
    since="2020-12-01",
    operations=CREATE,
)
def flex_outbound(view: View) -> Hits:
    if not view.flexible or not view.ip_items:
        return None
    for _path, _configuration, properties in view.ip_items:
        if properties.get("publicIPAddressConfiguration") or properties.get(
            "loadBalancerBackendAddressPools"
        ):
            return None
    return Hit(NICS)


@rule(
    "flex-delete-option",
    "Only a Flexible scale set reads this; in Uniform mode everything goes with its instance. Leave the option out.",
    severity="warning",
    since="2021-03-01",
    operations=CREATE,
)
def flex_delete_option(view: View) -> Hits:
    if view.flexible:
        return None
    places = [
        (*path, "properties", "deleteOption")
        for path, _nic, properties in view.nic_items
        if "deleteOption" in properties
    ]
    places += [
        (*path, "properties", "publicIPAddressConfiguration", "properties", "deleteOption")
        for path, _configuration, properties in view.ip_items
        if "deleteOption" in ((properties.get("publicIPAddressConfiguration") or {}).get("properties") or ())
    ]
    if "deleteOption" in view.os_disk:
        places.append((*OS_DISK, "deleteOption"))
    places += [
        (*DATA_DISKS, position, "deleteOption")
        for position, disk in enumerate(view.data_disks)
        if "deleteOption" in disk
    ]
    return [Hit(place, fix=without(place, "Remove the option")) for place in places]


@rule(
    "flex-profile-less",
    "A Flexible scale set has a size and a profile with an image, or neither of them for instances that are added one by one. {cure}.",
    confidence="C",
    since="2020-12-01",
    operations=CREATE,
)
def flex_profile_less(view: View) -> Hits:
    if not view.flexible:
        return None
    if view.size and not view.profile:
        return Hit(PROFILE, {"cure": "Describe the instances, or remove the size"})
    if view.profile and not view.size and not view.properties.get("skuProfile"):
        return Hit(("sku", "name"), {"cure": "Choose a size, or remove the profile"})
    return None


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


@rule(
    "sku-mix-profile",
    "A mix of sizes is the size “Mix” together with a list of sizes. {cure}.",
    confidence="C",
    since="2024-07-01",
    operations=CREATE,
)
def sku_mix_profile(view: View) -> Hits:
    listed = (view.properties.get("skuProfile") or {}).get("vmSizes")
    mixed = view.size.casefold() == "mix"
    if mixed and not listed:
        return Hit(_SIZES, {"cure": "Add the sizes"})
    if listed and not mixed and filled(view.size or "Mix"):
        place = ("sku", "name")
        return Hit(place, {"cure": "Write Mix as the size"}, set_to(place, "Mix", "Write Mix"))
    return None


@rule(
    "sku-mix-sizes",
    "{problem}. A mix has up to five sizes of the families A, B, D, E and F.",
    confidence="C",
    since="2024-07-01",
)
def sku_mix_sizes(view: View) -> Hits:
    sizes = (view.properties.get("skuProfile") or {}).get("vmSizes")
    if not sizes:
        return None
    hits = [
        Hit((*_SIZES, position, "name"), {"problem": f"“{name}” cannot be mixed"})
        for position, size in enumerate(sizes)
        if filled(name := size.get("name")) and not _MIXABLE.match(name)
    ]
    if len(sizes) > 5:
        hits.append(Hit(_SIZES, {"problem": f"These are {len(sizes)} sizes"}))
    return hits


@rule(
    "sku-mix-fault-domains",
    "Other tools refuse a mix of sizes with more than 1 fault domain, and Azure may. Use 1.",
    severity="warning",
    confidence="C",
    since="2024-07-01",
)
def sku_mix_fault_domains(view: View) -> Hits:
    if (view.fault_domains or 1) <= 1 or not view.properties.get("skuProfile"):
        return None
    place = (*PROPERTIES, "platformFaultDomainCount")
    return Hit(place, fix=set_to(place, 1, "Use 1 fault domain"))


@rule(
    "sku-mix-rank",
    "Ranks are only read with the allocation strategy Prioritized. Choose it, or remove the rank.",
    confidence="C",
    since="2024-11-01",
)
def sku_mix_rank(view: View) -> Hits:
    profile = view.properties.get("skuProfile")
    if not profile or profile.get("allocationStrategy") == "Prioritized":
        return None
    if profile.get("allocationStrategy") is None and not view.creating:
        return None
    return [
        Hit((*_SIZES, position, "rank"), fix=without((*_SIZES, position, "rank"), "Remove the rank"))
        for position, size in enumerate(profile.get("vmSizes") or ())
        if size.get("rank") is not None
    ]
