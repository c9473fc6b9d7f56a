"""Rules about network interfaces, IP configurations and what they refer to."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any, Final

from ..paths import Path
from .base import CREATE, Hit, Hits, rule
from .shapes import ids, repeated, resource_id, set_to, without
from .view import NETWORK, NICS, PROPERTIES, View, filled, placeholder_in

_LABEL: Final = re.compile(r"[a-z][a-z0-9-]{1,24}[a-z0-9]\Z")
_LONG_LABEL: Final = re.compile(r"[a-z][a-z0-9-]{1,61}[a-z0-9]\Z")
_BACKEND: Final = "loadBalancerBackendAddressPools"
_NAT: Final = "loadBalancerInboundNatPools"
_GATEWAY: Final = "applicationGatewayBackendAddressPools"


def _virtual_network(subnet: str) -> str:
    return subnet.casefold().partition("/subnets/")[0]


def _subnet(properties: dict[str, Any]) -> Any:
    return (properties.get("subnet") or {}).get("id")


def _public(properties: dict[str, Any]) -> dict[str, Any]:
    return properties.get("publicIPAddressConfiguration") or {}


# ------------------------------------------------------------------------------------------------ network interfaces


@rule(
    "nic-required", "Add a network interface: without one the instances cannot be reached.", operations=CREATE
)
def nic_required(view: View) -> Hits:
    if view.nics:
        return None
    # A Flexible scale set without a profile gets its machines, interfaces and all, one by one.
    return Hit(NICS) if view.uniform or (view.profile and "networkProfile" not in view.profile) else None


@rule("nic-name-required", "Give the network interface a name.")
def nic_name_required(view: View) -> Hits:
    return [Hit((*path, "name")) for path, nic, _properties in view.nic_items if not nic.get("name")]


@rule(
    "nic-name-unique", "Another network interface is called “{name}” too. Rename one of them.", confidence="I"
)
def nic_name_unique(view: View) -> Hits:
    if not view.nics:
        return None
    names = [(path, nic["name"]) for path, nic, _properties in view.nic_items if filled(nic.get("name"))]
    return [Hit((*path, "name"), {"name": name}) for path, name in repeated(names)]


@rule("nic-one-primary", "Exactly one network interface must be primary. {cure}.")
def nic_one_primary(view: View) -> Hits:
    if not view.nics:
        return None
    primary = [path for path, _nic, properties in view.nic_items if properties.get("primary") is True]
    if len(primary) == 1:
        return None
    if not primary:
        place = (*NICS, 0, "properties", "primary")
        return Hit(
            place, {"cure": "Mark one of them"}, set_to(place, True, "Make the first interface primary")
        )
    return [
        Hit(
            place := (*path, "properties", "primary"),
            {"cure": "Unmark this one or the one above"},
            set_to(place, False, "Unmark this one"),
        )
        for path in primary[1:]
    ]


@rule(
    "nic-same-vnet",
    "All network interfaces must be in one virtual network, and this subnet is in another one. Choose a subnet of the first.",
)
def nic_same_vnet(view: View) -> Hits:
    if not view.ip_items:
        return None
    subnets = [
        (path, _virtual_network(subnet))
        for path, _configuration, properties in view.ip_items
        if filled(subnet := _subnet(properties))
    ]
    return [
        Hit((*path, "properties", "subnet", "id")) for path, network in subnets if network != subnets[0][1]
    ]


# ------------------------------------------------------------------------------------------------- IP configurations


@rule("ipconfig-required", "Add an IP configuration: it connects the network interface to a subnet.")
def ipconfig_required(view: View) -> Hits:
    return [
        Hit((*path, "properties", "ipConfigurations"))
        for path, _nic, properties in view.nic_items
        if not properties.get("ipConfigurations")
    ]


@rule("ipconfig-name-required", "Give the IP configuration a name.")
def ipconfig_name_required(view: View) -> Hits:
    return [
        Hit((*path, "name"))
        for path, configuration, _properties in view.ip_items
        if not configuration.get("name")
    ]


@rule(
    "ipconfig-name-unique",
    "Another IP configuration of this interface is called “{name}” too. Rename one of them.",
    confidence="I",
)
def ipconfig_name_unique(view: View) -> Hits:
    hits = []
    for path, _nic, properties in view.nic_items:
        configurations = properties.get("ipConfigurations") or ()
        names = [
            (position, configuration["name"])
            for position, configuration in enumerate(configurations)
            if filled(configuration.get("name"))
        ]
        hits += [
            Hit((*path, "properties", "ipConfigurations", position, "name"), {"name": name})
            for position, name in repeated(names)
        ]
    return hits


@rule(
    "ipconfig-one-primary",
    "Exactly one IP configuration of an interface must be primary. {cure}.",
    since="2017-03-30",
)
def ipconfig_one_primary(view: View) -> Hits:
    hits = []
    for path, _nic, properties in view.nic_items:
        configurations = properties.get("ipConfigurations") or ()
        marks = [(configuration.get("properties") or {}).get("primary") for configuration in configurations]
        # Azure takes a lone configuration for the primary one unless it says that it is not.
        if not marks or marks == [None]:
            continue
        above = (*path, "properties", "ipConfigurations")
        if True not in marks:
            place = (*above, 0, "properties", "primary")
            hits.append(
                Hit(
                    place,
                    {"cure": "Mark one of them"},
                    set_to(place, True, "Make the first configuration primary"),
                )
            )
            continue
        for position in [position for position, mark in enumerate(marks) if mark is True][1:]:
            place = (*above, position, "properties", "primary")
            cure = {"cure": "Unmark this one or the one above"}
            hits.append(Hit(place, cure, set_to(place, False, "Unmark this one")))
    return hits


@rule("subnet-required", "Choose the subnet from which the instances get their addresses.")
def subnet_required(view: View) -> Hits:
    return [
        Hit((*path, "properties", "subnet", "id"))
        for path, _configuration, properties in view.ip_items
        if not _subnet(properties) and properties.get("privateIPAddressVersion") != "IPv6"
    ]


@rule(
    "subnet-id-format",
    "This is not the ID of a subnet. It ends in Microsoft.Network/virtualNetworks, a name, subnets and a name.",
)
def subnet_id_format(view: View) -> Hits:
    return [
        Hit((*path, "properties", "subnet", "id"))
        for path, _configuration, properties in view.ip_items
        if filled(subnet := _subnet(properties))
        and resource_id(subnet, "Microsoft.Network", "virtualNetworks", "subnets") is None
    ]


@rule("subnet-gateway", "GatewaySubnet is kept for gateways. Choose another subnet.", confidence="C")
def subnet_gateway(view: View) -> Hits:
    return [
        Hit((*path, "properties", "subnet", "id"))
        for path, _configuration, properties in view.ip_items
        if (subnet := _subnet(properties)) and subnet.casefold().endswith("/subnets/gatewaysubnet")
    ]


@rule(
    "subnet-region",
    "The subnet belongs to another subscription. A scale set needs a virtual network of its own subscription and region.",
    confidence="I",
)
def subnet_region(view: View) -> Hits:
    # Only Azure knows the region of the network; the preflight looks there.
    mine = view.address("subscription").casefold()
    if not filled(mine):
        return None
    return [
        Hit((*path, "properties", "subnet", "id"))
        for path, _configuration, properties in view.ip_items
        if filled(subnet := _subnet(properties))
        and (names := resource_id(subnet, "Microsoft.Network", "virtualNetworks", "subnets")) is not None
        and names[0].casefold() != mine
    ]


@rule(
    "ipv6-version",
    "{problem}. An instance needs IPv4 for its primary address.",
    severity="warning",
    confidence="U",
    since="2017-03-30",
)
def ipv6_version(view: View) -> Hits:
    hits = []
    for path, _nic, properties in view.nic_items:
        configurations = properties.get("ipConfigurations") or ()
        kinds = [configuration.get("properties") or {} for configuration in configurations]
        six = [
            position for position, kind in enumerate(kinds) if kind.get("privateIPAddressVersion") == "IPv6"
        ]
        if not six:
            continue
        above = (*path, "properties", "ipConfigurations")
        if len(six) == len(kinds):
            hits.append(Hit(above, {"problem": "This interface has IPv6 only"}))
        else:
            hits += [
                Hit(
                    (*above, position, "properties", "privateIPAddressVersion"),
                    {"problem": "The primary configuration is IPv6"},
                )
                for position in six
                if kinds[position].get("primary") is True
            ]
    return hits


# ---------------------------------------------------------------------------- load balancers, gateways, groups, probe


def _pool_hits(view: View, member: str, provider_type: str, pool_type: str) -> list[Hit]:
    return [
        Hit((*path, "properties", member, position, "id"))
        for path, _configuration, properties in view.ip_items
        if member in properties
        for position, pool in ids(properties[member])
        if filled(pool) and resource_id(pool, "Microsoft.Network", provider_type, pool_type) is None
    ]


@rule(
    "lb-pool-id",
    "This is not the ID of a backend pool. It ends in Microsoft.Network/loadBalancers, a name, backendAddressPools and a name.",
)
def lb_pool_id(view: View) -> Hits:
    return _pool_hits(view, _BACKEND, "loadBalancers", "backendAddressPools")


@rule(
    "natpool-id",
    "This is not the ID of an inbound NAT pool. It ends in Microsoft.Network/loadBalancers, a name, inboundNatPools and a name.",
)
def natpool_id(view: View) -> Hits:
    return _pool_hits(view, _NAT, "loadBalancers", "inboundNatPools")


@rule(
    "appgw-pool-id",
    "This is not the ID of a gateway's backend pool. It ends in Microsoft.Network/applicationGateways, a name, "
    "backendAddressPools and a name.",
    since="2016-03-30",
)
def appgw_pool_id(view: View) -> Hits:
    return _pool_hits(view, _GATEWAY, "applicationGateways", "backendAddressPools")


def _balancer(pool: str) -> str:
    """The load balancer of a pool, a NAT pool or a probe."""
    return pool.casefold().rsplit("/", 2)[0]


def _balancers(properties: dict[str, Any], member: str) -> list[str]:
    return [_balancer(pool) for _position, pool in ids(properties.get(member)) if filled(pool)]


@rule(
    "lb-one-public-one-internal",
    "These pools belong to {count} load balancers. An instance can serve one public and one internal load balancer; remove the rest.",
)
def lb_one_public_one_internal(view: View) -> Hits:
    hits = []
    for path, _configuration, properties in view.ip_items:
        count = len(set(_balancers(properties, _BACKEND))) if _BACKEND in properties else 0
        if count > 2:
            hits.append(Hit((*path, "properties", _BACKEND), {"count": count}))
    return hits


@rule(
    "natpool-same-lb",
    "This NAT pool belongs to a load balancer that has no backend pool here. Normally both are of one load balancer.",
    severity="warning",
    confidence="I",
)
def natpool_same_lb(view: View) -> Hits:
    hits = []
    for path, _configuration, properties in view.ip_items:
        if _NAT in properties and (known := _balancers(properties, _BACKEND)):
            hits += [
                Hit((*path, "properties", _NAT, position, "id"))
                for position, pool in ids(properties[_NAT])
                if filled(pool) and _balancer(pool) not in known
            ]
    return hits


@rule(
    "healthprobe-id",
    "{problem}. Choose a probe of the load balancer that serves the instances.",
    since="2017-03-30",
)
def healthprobe_id(view: View) -> Hits:
    probe = (view.network.get("healthProbe") or {}).get("id")
    if not filled(probe):
        return None
    place = (*NETWORK, "healthProbe", "id")
    if resource_id(probe, "Microsoft.Network", "loadBalancers", "probes") is None:
        return Hit(place, {"problem": "This is not the ID of a load balancer's probe"})
    pools = [
        pool
        for _path, _configuration, properties in view.ip_items
        for member in (_BACKEND, _NAT)
        for _position, pool in ids(properties.get(member))
    ]
    if (not pools and not view.creating) or any(
        placeholder_in(pool) or _balancer(pool) == _balancer(probe) for pool in pools
    ):
        return None
    return Hit(place, {"problem": "The instances do not serve the load balancer of this probe"})


@rule(
    "nsg-id",
    "This is not the ID of a network security group. It ends in Microsoft.Network/networkSecurityGroups and a name.",
    since="2017-03-30",
)
def nsg_id(view: View) -> Hits:
    return [
        Hit((*path, "properties", "networkSecurityGroup", "id"))
        for path, _nic, properties in view.nic_items
        if filled(group := (properties.get("networkSecurityGroup") or {}).get("id"))
        and resource_id(group, "Microsoft.Network", "networkSecurityGroups") is None
    ]


@rule(
    "asg-max-20",
    "An IP configuration can be in at most 20 application security groups and this is in {count}. Remove some.",
    confidence="C",
    since="2018-06-01",
)
def asg_max_20(view: View) -> Hits:
    return [
        Hit((*path, "properties", "applicationSecurityGroups"), {"count": len(groups)})
        for path, _configuration, properties in view.ip_items
        if len(groups := properties.get("applicationSecurityGroups") or ()) > 20
    ]


# -------------------------------------------------------------------------------------------------- public addresses


@rule("public-ip-name", "Give the public IP configuration a name.", since="2017-03-30")
def public_ip_name(view: View) -> Hits:
    return [
        Hit((*path, "properties", "publicIPAddressConfiguration", "name"))
        for path, _configuration, properties in view.ip_items
        if "publicIPAddressConfiguration" in properties and not _public(properties).get("name")
    ]


@rule(
    "public-ip-idle",
    "An idle connection can be kept for 4 to 30 minutes. Choose a number between them.",
    confidence="C",
    since="2017-03-30",
)
def public_ip_idle(view: View) -> Hits:
    return [
        Hit((*path, "properties", "publicIPAddressConfiguration", "properties", "idleTimeoutInMinutes"))
        for path, _configuration, properties in view.ip_items
        if (minutes := (_public(properties).get("properties") or {}).get("idleTimeoutInMinutes")) is not None
        and not 4 <= minutes <= 30
    ]


@rule(
    "public-ip-dns-label",
    "A DNS label has 3 to 26 small letters, numbers or hyphens, starts with a letter and does not end with a hyphen. Correct it.",
    confidence="C",
    since="2017-03-30",
)
def public_ip_dns_label(view: View) -> Hits:
    return [
        Hit(
            (
                *path,
                "properties",
                "publicIPAddressConfiguration",
                "properties",
                "dnsSettings",
                "domainNameLabel",
            ),
            # Public templates deploy with longer ones; 63 is what the system of names itself allows.
            severity="warning" if _LONG_LABEL.match(label) else None,
        )
        for path, _configuration, properties in view.ip_items
        if filled(
            label := ((_public(properties).get("properties") or {}).get("dnsSettings") or {}).get(
                "domainNameLabel"
            )
        )
        and not _LABEL.match(label)
    ]


@rule(
    "public-ip-500",
    "Microsoft advises against more than 500 public addresses in one scale set. Use a load balancer, or several scale sets.",
    severity="warning",
    since="2017-03-30",
)
def public_ip_500(view: View) -> Hits:
    if view.capacity is None or view.capacity <= 500:
        return None
    return [
        Hit((*path, "properties", "publicIPAddressConfiguration"))
        for path, _configuration, properties in view.ip_items
        if _public(properties)
    ]


@rule(
    "public-ip-lb-sku",
    "Behind a load balancer the addresses take its SKU, whatever is chosen here. Remove it.",
    severity="warning",
    since="2021-03-01",
)
def public_ip_lb_sku(view: View) -> Hits:
    return [
        Hit(
            place := (*path, "properties", "publicIPAddressConfiguration", "sku"),
            fix=without(place, "Remove the SKU"),
        )
        for path, _configuration, properties in view.ip_items
        if _public(properties).get("sku") and _is_balanced(properties)
    ]


@rule(
    "public-ip-basic",
    "Azure no longer creates Basic public addresses. Write Standard.",
    since="2021-03-01",
)
def public_ip_basic(view: View) -> Hits:
    hits = []
    for path, _configuration, properties in view.ip_items:
        if "publicIPAddressConfiguration" not in properties:
            continue
        place = (*path, "properties", "publicIPAddressConfiguration", "sku", "name")
        sku = (_public(properties).get("sku") or {}).get("name")
        fix = set_to(place, "Standard", "Write Standard")
        if sku is not None and sku.casefold() == "basic":
            hits.append(Hit(place, fix=fix))
        elif not sku and view.creating and view.uniform and not _is_balanced(properties):
            message = "In Uniform mode an address is Basic unless its SKU is stated, and Azure no longer creates those. Write Standard."
            hits.append(Hit(place, fix=fix, message=message, severity="warning"))
    return hits


def _is_balanced(properties: dict[str, Any]) -> bool:
    """Whether the configuration serves a load balancer, whose SKU its addresses take."""
    return bool(properties.get(_BACKEND) or properties.get(_NAT))


@rule("dns-servers", "“{server}” is not an IP address. Enter addresses, not names.", since="2017-03-30")
def dns_servers(view: View) -> Hits:
    return [
        Hit((*path, "properties", "dnsSettings", "dnsServers", position), {"server": server[:60]})
        for path, _nic, properties in view.nic_items
        for position, server in enumerate((properties.get("dnsSettings") or {}).get("dnsServers") or ())
        if (filled(server) or not server) and not _is_address(server)
    ]


def _is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


@rule(
    "aux-mode-sku",
    "{problem}.",
    confidence="C",
    since="2023-07-01",
)
def aux_mode_sku(view: View) -> Hits:
    hits = []
    for path, _nic, properties in view.nic_items:
        mode = (properties.get("auxiliaryMode") or "None") != "None"
        sku = (properties.get("auxiliarySku") or "None") != "None"
        if mode and not sku:
            problem = "An auxiliary mode needs an auxiliary SKU: choose one"
            hits.append(Hit((*path, "properties", "auxiliarySku"), {"problem": problem}))
        elif sku and not mode:
            problem = "An auxiliary SKU needs an auxiliary mode: choose one"
            hits.append(Hit((*path, "properties", "auxiliaryMode"), {"problem": problem}))
        elif mode and view.network.get("networkApiVersion") == "2020-11-01":
            place = (*NETWORK, "networkApiVersion")
            problem = "An auxiliary mode needs network API version 2022-11-01"
            hits.append(Hit(place, {"problem": problem}, set_to(place, "2022-11-01", "Write 2022-11-01")))
    return hits


# --------------------------------------------------------------------------------------------------------- all alike


@rule(
    "id-cross-subscription",
    "This belongs to another subscription. Most of what a scale set refers to must be in its own; check that this may differ.",
    severity="warning",
    confidence="U",
)
def id_cross_subscription(view: View) -> Hits:
    mine = view.address("subscription").casefold()
    if not filled(mine):
        return None
    hits: list[Hit] = []
    waiting: list[tuple[Path, Any]] = [(PROPERTIES, view.properties)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, list):
            waiting += [((*path, position), value[position]) for position in reversed(range(len(value)))]
        elif isinstance(value, dict):
            identifier = value.get("id")
            # Images may be shared across subscriptions, and a subnet in another one is an error of its own.
            if isinstance(identifier, str) and path[-1] not in ("subnet", "imageReference"):
                parts = identifier.casefold().split("/", 3)
                if len(parts) == 4 and parts[1] == "subscriptions" and filled(parts[2]) and parts[2] != mine:
                    hits.append(Hit((*path, "id")))
            waiting += [
                ((*path, name), value[name])
                for name in reversed(value)
                if name not in ("settings", "protectedSettings")
            ]
    return hits
