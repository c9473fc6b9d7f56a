"""Rules about the orchestration mode."""

from __future__ import annotations

from typing import Final

from ..paths import Path
from .base import CREATE, Hit, Hits, rule
from .mixes import SKU_PROFILE
from .shapes import set_to, without
from .view import DATA_DISKS, NETWORK, NICS, OS_DISK, PROFILE, PROPERTIES, View

MODE: Final[Path] = (*PROPERTIES, "orchestrationMode")
NETWORK_API: Final[Path] = (*NETWORK, "networkApiVersion")
SIZES: Final[Path] = (*SKU_PROFILE, "vmSizes")

_NOT_FLEXIBLE: Final = frozenset(("standard_b1ls",))
"""Sizes that Azure refuses in Flexible mode, in small letters."""


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
    "flex-service-fabric",
    "Instances of a Flexible scale set cannot be nodes of a Service Fabric cluster. Choose Uniform, or remove the extension.",
    confidence="I",
    since="2020-12-01",
)
def flex_service_fabric(view: View) -> Hits:
    if not view.flexible:
        return None
    return [Hit((*path, "type")) for path, _properties in view.service_fabric_items]


@rule("flex-size", "A Flexible scale set cannot use {size}. Choose another size.", since="2020-12-01")
def flex_size(view: View) -> Hits:
    if not view.flexible:
        return None
    return [Hit(place, {"size": size}) for place, size in _sizes(view) if size.casefold() in _NOT_FLEXIBLE]


def _sizes(view: View) -> list[tuple[Path, str]]:
    """Place and name of the one size, or of each of a mix."""
    mixed = enumerate(view.sku_profile.get("vmSizes") or ())
    sizes: list[tuple[Path, str]] = [(("sku", "name"), view.size)]
    sizes += [((*SIZES, position, "name"), size.get("name") or "") for position, size in mixed]
    return sizes


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
    "Microsoft lists this as not supported in Flexible mode, although other tools send it. Remove it if Azure refuses it.",
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
