"""The network interfaces of the instances."""

from __future__ import annotations

from ..properties import Boolean, List, Part, Single, Text
from .references import (
    SUBSCRIPTION,
    ApplicationGatewayPoolReference,
    LoadBalancerPoolReference,
    NatPoolReference,
    SubnetReference,
)


class IPConfigurationProperties(Part):
    """Where an address comes from, and the pools its instances join."""

    subnet = Single("Subnet", SubnetReference, inline=True)
    load_balancer_backend_address_pools = List(
        "Load balancer backend pools",
        LoadBalancerPoolReference,
        rows=True,
        singular="load balancer backend pool",
        essential=True,
        help=(
            "Pools that instances join: of at most one public and one internal load balancer. A Basic load balancer "
            "serves one scale set only, a Standard one several."
        ),
    )
    load_balancer_inbound_nat_pools = List(
        "Inbound NAT pools",
        NatPoolReference,
        rows=True,
        singular="inbound NAT pool",
        help="Give each instance ports of its own on the load balancer's front end. Flexible scale sets use NAT rules instead.",
    )
    application_gateway_backend_address_pools = List(
        "Application gateway backend pools",
        ApplicationGatewayPoolReference,
        rows=True,
        singular="application gateway backend pool",
        since="2016-03-30",
        help="Pools of application gateways that instances join. Several scale sets cannot share one gateway.",
    )


class IPConfiguration(Part):
    """One IP configuration of a network interface."""

    summary = ("name", "properties.subnet.id")

    name = Text(
        "IP configuration name",
        required=True,
        essential=True,
        help="Tells the IP configurations of one network interface apart.",
        example="ipconfig1",
    )
    properties = Single("IP configuration settings", IPConfigurationProperties, inline=True)
    id = Text(
        "IP configuration resource ID",
        until="2022-08-01",
        help="Written by old tools. Azure derives it, so leave it out.",
        example=f"{SUBSCRIPTION}/Microsoft.Compute/virtualMachineScaleSets/web/ipConfigurations/ipconfig1",
    )


class NetworkInterfaceProperties(Part):
    """The settings of a network interface."""

    primary = Boolean(
        "Primary interface",
        essential=True,
        help="Exactly one network interface of a scale set is primary: the one through which instances are addressed first.",
    )
    ip_configurations = List(
        "IP configurations",
        IPConfiguration,
        singular="IP configuration",
        required=True,
        essential=True,
        help="The addresses of this network interface. At least one.",
    )


class NetworkInterface(Part):
    """One network interface that every instance gets."""

    summary = ("name", "properties.primary")

    name = Text(
        "Network interface name",
        required=True,
        essential=True,
        help="Tells the network interfaces of an instance apart.",
        example="nic-web",
    )
    properties = Single("Network interface settings", NetworkInterfaceProperties, inline=True)
    id = Text(
        "Network interface resource ID",
        until="2022-08-01",
        help="Written by old tools. Azure derives it, so leave it out.",
        example=f"{SUBSCRIPTION}/Microsoft.Compute/virtualMachineScaleSets/web/networkInterfaceConfigurations/nic-web",
    )


class NetworkProfile(Part):
    """The network of the instances."""

    network_interface_configurations = List(
        "Network interfaces",
        NetworkInterface,
        singular="network interface",
        essential=True,
        help="Every instance gets all of these. One is enough for most; the size limits how many there may be.",
    )
