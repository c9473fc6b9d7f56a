"""The network interfaces of the instances."""

from __future__ import annotations

from ..properties import Boolean, Choice, Integer, List, Map, Part, Single, Text, Value
from ..retirements import retired
from ..wording import Said
from .placement import InterconnectGroupProfile
from .references import (
    PROVIDERS,
    ApplicationGatewayPoolReference,
    ApplicationSecurityGroupReference,
    HealthProbeReference,
    LoadBalancerPoolReference,
    NatPoolReference,
    NetworkSecurityGroupReference,
    PublicIPPrefixReference,
    SubnetReference,
)

IP_VERSION = (
    Value("IPv4", "IPv4", "The default."),
    Value("IPv6", "IPv6", "Only beside an IPv4 configuration, in a subnet with IPv6 addresses."),
)

DELETE_OPTION = (
    Value("Delete", "Delete", "It goes with the instance."),
    Value("Detach", "Detach", "It stays, and stays billed, when the instance is deleted."),
)

LABEL_SCOPE = (
    Value(
        "TenantReuse",
        "Same label in the tenant",
        "The same label gives the same name everywhere in the tenant.",
    ),
    Value(
        "SubscriptionReuse",
        "Same label in the subscription",
        "The same label gives the same name in the subscription.",
    ),
    Value(
        "ResourceGroupReuse",
        "Same label in the resource group",
        "The same label gives the same name in the resource group.",
    ),
    Value("NoReuse", "Never the same", "A different name each time; it can never be claimed again."),
)

PUBLIC_IP_SKU = (
    Value("Basic", "Basic", retired("basic-public-ip")),
    Value(
        "Standard",
        "Standard",
        "Static and zone redundant; closed to inbound traffic until a security group opens it.",
    ),
)

PUBLIC_IP_TIER = (
    Value("Regional", "Regional", "For use in one region. The default."),
    Value("Global", "Global", "For cross-region load balancers."),
)

AUXILIARY_MODE = (
    Value("None", "None", "No auxiliary mode. The default."),
    Value(
        "AcceleratedConnections",
        "Accelerated connections",
        "Handles far more connections at once. For firewalls and other network appliances.",
    ),
    Value("Floating", "Floating", "Microsoft does not say what it does."),
)

AUXILIARY_SKU = (
    Value("None", "None", "No acceleration."),
    Value("A1", "A1", "The smallest number of connections."),
    Value("A2", "A2", "Twice that of A1."),
    Value("A4", "A4", "Four times that of A1. Needs a larger size."),
    Value("A8", "A8", "Eight times that of A1. Needs a larger size still."),
)

NETWORK_API_VERSION = (
    Value("2020-11-01", "2020-11-01", "What a Flexible scale set usually sends."),
    Value("2022-11-01", "2022-11-01", "Needed for auxiliary modes.", since="2024-11-01"),
)


class PublicIPDns(Part):
    """The DNS names of the public addresses."""

    domain_name_label = Text(
        "DNS name label",
        required=True,
        help=(
            "The start of each address's DNS name; Azure adds the instance number. 3 to 26 lower-case letters, digits "
            "and hyphens."
        ),
        example="shopweb",
    )
    domain_name_label_scope = Choice(
        "DNS label reuse",
        LABEL_SCOPE,
        open=True,
        since="2023-07-01",
        help="Adds a hash to the name so that nobody else can claim it later. No hash if not set.",
    )


class IPTag(Part):
    """One IP tag."""

    summary = ("ipTagType", "tag")

    ip_tag_type = Text(
        "IP tag type",
        help="What the tag is about: RoutingPreference, or FirstPartyUsage for Microsoft's own services.",
        example="RoutingPreference",
    )
    tag = Text(
        "IP tag value",
        help=(
            "The value. With RoutingPreference, Internet sends traffic over the public internet instead of "
            "Microsoft's network."
        ),
        example="Internet",
    )
    first_party_service_tag_id = Text(
        "Service tag resource",
        since="2026-04-01",
        kind="serviceTag",
        help="A service tag of Microsoft's own services. Others do not set it.",
    )


class PublicIPProperties(Part):
    """Settings of the public addresses."""

    idle_timeout_in_minutes = Integer(
        "Idle timeout",
        unit="minutes",
        help="How long an idle TCP connection is kept, from 4 to 30 minutes. 4 if not set.",
        example="15",
    )
    dns_settings = Single("Public DNS name", PublicIPDns, help="Gives each public address a DNS name.")
    ip_tags = List(
        "IP tags",
        IPTag,
        rows=True,
        singular="IP tag",
        since="2018-04-01",
        help="Tags that steer routing, for example over the internet instead of Microsoft's network.",
    )
    public_ip_prefix = Single(
        "Public IP prefix",
        PublicIPPrefixReference,
        wire="publicIPPrefix",
        since="2018-06-01",
        taken_since="2017-12-01",
        inline=True,
    )
    public_ip_address_version = Choice(
        "Public IP version",
        IP_VERSION,
        open=True,
        wire="publicIPAddressVersion",
        since="2019-07-01",
        help="Whether the public address is IPv4 or IPv6. It must match the private address. IPv4 if not set.",
    )
    delete_option = Choice(
        "Public IP when the instance is deleted",
        DELETE_OPTION,
        open=True,
        since="2021-03-01",
        help="What happens to the public address. Only for Flexible scale sets.",
    )


class PublicIPSku(Part):
    """The kind of the public addresses."""

    name = Choice(
        "Public IP SKU",
        PUBLIC_IP_SKU,
        open=True,
        help=("Basic or Standard. Only for Flexible scale sets; it must match the load balancer's SKU."),
    )
    tier = Choice(
        "Public IP tier",
        PUBLIC_IP_TIER,
        open=True,
        help="Whether the address belongs to one region or to all. Regional if not set.",
    )


class PublicIPConfiguration(Part):
    """A public address for each instance."""

    name = Text(
        "Public IP configuration name",
        required=True,
        help="Names the public address of each instance.",
        example="pip-web",
    )
    properties = Single("Public IP settings", PublicIPProperties, inline=True)
    sku = Single("Public IP kind", PublicIPSku, since="2021-03-01", inline=True)
    tags = Map(
        "Public IP tags",
        Text("Tag value", help="Up to 256 characters. Not for secrets."),
        key_title="Tag name",
        singular="tag",
        since="2025-04-01",
        help="Tags on the public address of each instance.",
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
            f"Pools that instances join: of at most one public and one internal load balancer. Several scale sets can share a Standard load balancer. Basic load balancers: {retired('basic-load-balancer')[0].lower()}{retired('basic-load-balancer')[1:]}"
        ),
    )
    load_balancer_inbound_nat_pools = List(
        "Inbound NAT pools",
        NatPoolReference,
        rows=True,
        singular="inbound NAT pool",
        help=(
            "Give each instance its own ports on the load balancer's front end.",
            retired("nat-pools"),
            Said("Flexible scale sets use NAT rules instead.", since="2020-12-01"),
        ),
    )
    application_gateway_backend_address_pools = List(
        "Application gateway backend pools",
        ApplicationGatewayPoolReference,
        rows=True,
        singular="application gateway backend pool",
        since="2016-03-30",
        help="Pools of application gateways that instances join. Several scale sets cannot share one gateway.",
    )
    primary = Boolean(
        "Primary IP configuration",
        since="2017-03-30",
        essential=True,
        help=(
            "Exactly one IP configuration of a network interface is primary. Mark it even if there is only one: "
            "no if not set."
        ),
    )
    public_ip_address_configuration = Single(
        "Public IP per instance",
        PublicIPConfiguration,
        wire="publicIPAddressConfiguration",
        since="2017-03-30",
        help="Gives each instance its own public address. Mostly not needed behind a load balancer.",
    )
    private_ip_address_version = Choice(
        "IP version",
        IP_VERSION,
        open=True,
        wire="privateIPAddressVersion",
        since="2017-03-30",
        help=(
            "Whether the private address is IPv4 or IPv6. The primary configuration must be IPv4. IPv4 if not "
            "set."
        ),
    )
    private_ip_address_prefix_length = Integer(
        "Private address prefix length",
        wire="privateIPAddressPrefixLength",
        since="2026-04-01",
        help=(
            "Gives each instance a block of private addresses of this size instead of one, for containers for "
            "example. One address if not set."
        ),
        example="28",
    )
    application_security_groups = List(
        "Application security groups",
        ApplicationSecurityGroupReference,
        rows=True,
        singular="application security group",
        since="2018-06-01",
        help="Labels by which security rules can name these instances. At most 20.",
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
        help="Written by old tools. Azure derives it: do not set it.",
        example=f"{PROVIDERS}/Microsoft.Compute/virtualMachineScaleSets/web/ipConfigurations/ipconfig1",
    )


class InterfaceDns(Part):
    """The DNS servers of a network interface."""

    dns_servers = List(
        "DNS servers",
        Text("DNS server", help="The IP address of a server.", example="10.0.0.4"),
        singular="DNS server",
        help="Used instead of the virtual network's servers. If not set, those of the network.",
    )


class NetworkInterfaceProperties(Part):
    """The settings of a network interface."""

    primary = Boolean(
        "Primary interface",
        essential=True,
        help="Exactly one interface is primary: it carries the default route. No if not set, so mark one.",
    )
    ip_configurations = List(
        "IP configurations",
        IPConfiguration,
        singular="IP configuration",
        required=True,
        essential=True,
        help="The addresses of this network interface. At least one.",
    )
    enable_accelerated_networking = Boolean(
        "Accelerated networking",
        since="2017-03-30",
        essential=True,
        help=(
            "Lower latency and less processor load, by direct access to the host's network card. Free; most sizes of 2 "
            "vCPUs and more have it. Off if not set."
        ),
    )
    network_security_group = Single(
        "Network security group",
        NetworkSecurityGroupReference,
        since="2017-03-30",
        taken_since="2016-04-30-preview",
        inline=True,
    )
    dns_settings = Single("DNS settings", InterfaceDns, since="2017-03-30", inline=True)
    enable_ip_forwarding = Boolean(
        "IP forwarding",
        wire="enableIPForwarding",
        since="2017-12-01",
        help=(
            "Lets instances pass on traffic that is not meant for them. For firewalls, routers and NAT instances. "
            "Off if not set."
        ),
    )
    enable_fpga = Boolean(
        "FPGA networking",
        since="2020-06-01",
        help="Direct access to the host's FPGA. Only on the few sizes that offer it. Off if not set.",
    )
    delete_option = Choice(
        "When the instance is deleted",
        DELETE_OPTION,
        open=True,
        since="2021-03-01",
        help="What happens to the network interface. Only for Flexible scale sets.",
    )
    disable_tcp_state_tracking = Boolean(
        "No TCP state tracking",
        since="2022-08-01",
        help=(
            "Switches the host's connection tracking off. For network appliances that track connections "
            "themselves. Off if not set: connections are tracked."
        ),
    )
    auxiliary_mode = Choice(
        "Auxiliary mode",
        AUXILIARY_MODE,
        open=True,
        since="2023-07-01",
        help=(
            "Acceleration for very many connections. None if not set. Needs an auxiliary SKU.",
            Said("Needs network API version 2022-11-01.", since="2024-11-01"),
        ),
    )
    auxiliary_sku = Choice(
        "Auxiliary SKU",
        AUXILIARY_SKU,
        open=True,
        since="2023-07-01",
        help="How many connections the acceleration can hold. Billed for each network interface. None if not set.",
    )


class NetworkInterface(Part):
    """One network interface that every instance gets."""

    summary = ("name", "properties.primary")
    in_sight = (
        "properties.ipConfigurations[0].properties.subnet.id",
        "properties.ipConfigurations[0].properties.loadBalancerBackendAddressPools",
    )

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
        help="Written by old tools. Azure derives it: do not set it.",
        example=f"{PROVIDERS}/Microsoft.Compute/virtualMachineScaleSets/web/networkInterfaceConfigurations/nic-web",
    )
    tags = Map(
        "Network interface tags",
        Text("Tag value", help="Up to 256 characters. Not for secrets."),
        key_title="Tag name",
        singular="tag",
        since="2025-04-01",
        help="Tags on the network interface of each instance.",
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
    health_probe = Single("Health probe", HealthProbeReference, since="2017-03-30", inline=True)
    network_api_version = Choice(
        "Network API version",
        NETWORK_API_VERSION,
        open=True,
        since="2021-03-01",
        help=(
            "The version with which Azure creates network resources for instances. Flexible scale sets need it, "
            "Uniform ones refuse it."
        ),
    )
    interconnect_group_profile = Single(
        "Interconnect",
        InterconnectGroupProfile,
        since="2026-03-01",
        help="Places instances on closely connected hardware, for large parallel work.",
    )
