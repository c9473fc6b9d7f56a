"""References to other Azure resources: objects of the form `{"id": "/subscriptions/..."}`, one part per kind."""

from __future__ import annotations

from typing import Final

from ..properties import Part, Text
from ..retirements import retired
from ..wording import Said, Words

SUBSCRIPTION: Final = "/subscriptions/11111111-2222-3333-4444-555555555555"
PROVIDERS: Final = f"{SUBSCRIPTION}/resourceGroups/rg-shop/providers"
"""Start of every example id."""


def reference(title: str, *, kind: str, help: Words, example: str, essential: bool = False) -> type[Part]:
    """A part whose only member is the resource id. example: the id after `.../providers/`."""

    class Reference(Part):
        summary = ("id",)
        id = Text(title, kind=kind, help=help, example=f"{PROVIDERS}/{example}", essential=essential)

    Reference.__name__ = Reference.__qualname__ = f"{kind[:1].upper()}{kind[1:]}Reference"
    return Reference


# Network.

SubnetReference = reference(
    "Subnet",
    kind="subnet",
    essential=True,
    help=(
        "The subnet from which instances take their private addresses. It must be in the scale set's region; all "
        "network interfaces must use the same virtual network."
    ),
    example="Microsoft.Network/virtualNetworks/vnet-shop/subnets/web",
)

LoadBalancerPoolReference = reference(
    "Load balancer backend pool",
    kind="loadBalancerBackendPool",
    help="Instances join this pool and receive its traffic. At most one public and one internal load balancer.",
    example="Microsoft.Network/loadBalancers/lb-shop/backendAddressPools/web",
)

NatPoolReference = reference(
    "Inbound NAT pool",
    kind="natPool",
    help=(
        (
            (
                "Maps a range of front-end ports of a load balancer to one port of each instance, for example for SSH "
                "or Remote Desktop."
            ),
            retired("nat-pools"),
            Said("Only for Uniform scale sets.", since="2020-12-01"),
        )
    ),
    example="Microsoft.Network/loadBalancers/lb-shop/inboundNatPools/ssh",
)

ApplicationGatewayPoolReference = reference(
    "Application gateway backend pool",
    kind="applicationGatewayPool",
    help="Instances join this pool. The gateway must be in the same virtual network but in another subnet.",
    example="Microsoft.Network/applicationGateways/agw-shop/backendAddressPools/web",
)

HealthProbeReference = reference(
    "Health probe",
    kind="loadBalancerProbe",
    help=(
        (
            Said(
                (
                    "A probe of the load balancer in front of the instances, by which Azure tells whether an instance is "
                    "healthy. Rolling upgrades need it."
                ),
                until="2018-06-01",
            ),
            Said(
                (
                    "A probe of the load balancer in front of the instances, by which Azure tells whether an instance is "
                    "healthy. Rolling upgrades and automatic repairs need this or the Application Health extension, not "
                    "both."
                ),
                since="2018-10-01",
            ),
            Said("Only for Uniform scale sets: a Flexible one needs the extension.", since="2020-12-01"),
        )
    ),
    example="Microsoft.Network/loadBalancers/lb-shop/probes/http",
)

NetworkSecurityGroupReference = reference(
    "Network security group",
    kind="networkSecurityGroup",
    essential=True,
    help=(
        "Filters the traffic of this network interface. Behind a Standard load balancer nothing gets in unless a "
        "group on the interface or the subnet allows it."
    ),
    example="Microsoft.Network/networkSecurityGroups/nsg-web",
)

ApplicationSecurityGroupReference = reference(
    "Application security group",
    kind="applicationSecurityGroup",
    help="A label by which security rules can name these instances.",
    example="Microsoft.Network/applicationSecurityGroups/asg-web",
)

PublicIPPrefixReference = reference(
    "Public IP prefix",
    kind="publicIPPrefix",
    help="Takes the public addresses from this range, so that others can allow it by one rule.",
    example="Microsoft.Network/publicIPPrefixes/ippre-shop",
)

InterconnectGroupReference = reference(
    "Interconnect group",
    kind="interconnectGroup",
    help="The group of closely connected hardware in which the instances are placed.",
    example="Microsoft.Network/interconnectGroups/icg-train",
)

InterconnectSubgroupReference = reference(
    "Interconnect subgroup",
    kind="interconnectSubgroup",
    help="A part of the interconnect group in which instances may be placed.",
    example="Microsoft.Network/interconnectGroups/icg-train/subgroups/rack1",
)

InterconnectBlockReference = reference(
    "Interconnect block",
    kind="interconnectBlock",
    help="The reserved block of connected hardware from which instances take their capacity.",
    example="Microsoft.Compute/interconnectBlocks/icb-train",
)

# Compute.

DiskEncryptionSetReference = reference(
    "Disk encryption set",
    kind="diskEncryptionSet",
    help="Encrypts the disk with your own key from a key vault. With none, Azure encrypts it with keys it manages.",
    example="Microsoft.Compute/diskEncryptionSets/des-shop",
)

ConfidentialDiskEncryptionSetReference = reference(
    "Confidential disk encryption set",
    kind="diskEncryptionSet",
    help=(
        "Your own key for the OS disk and guest state of a confidential VM. Only together with encryption of the disk "
        "and the guest state."
    ),
    example="Microsoft.Compute/diskEncryptionSets/des-confidential",
)

ProximityPlacementGroupReference = reference(
    "Proximity placement group",
    kind="proximityPlacementGroup",
    help=(
        "Keeps the instances physically close to other resources of the group, for low latency. It cannot span zones, "
        "and makes capacity harder to find."
    ),
    example="Microsoft.Compute/proximityPlacementGroups/ppg-shop",
)

HostGroupReference = reference(
    "Dedicated host group",
    kind="hostGroup",
    help=(
        "Runs the instances on physical servers that only you use. The group must be in the same region and zones, "
        "with automatic placement on."
    ),
    example="Microsoft.Compute/hostGroups/hg-shop",
)

CapacityReservationGroupReference = reference(
    "Capacity reservation group",
    kind="capacityReservationGroup",
    help=(
        "Takes capacity from a reservation you already pay for. It needs the single placement group switched off, and "
        "no proximity placement group."
    ),
    example="Microsoft.Compute/capacityReservationGroups/crg-shop",
)

ServiceArtifactReference = reference(
    "Service artifact",
    kind="serviceArtifact",
    help=(
        "Pins what the image version latest means, so that all instances get the same version however late they are "
        "created. A profile of a service artifact in a compute gallery."
    ),
    example="Microsoft.Compute/galleries/gal_shop/serviceArtifacts/web/vmArtifactsProfiles/stable",
)

# Key Vault.

KeyVaultReference = reference(
    "Key vault",
    kind="keyVault",
    essential=True,
    help=(
        "The vault that holds the certificates, in the same subscription. It must allow virtual machines to "
        "retrieve certificates (enabled for deployment)."
    ),
    example="Microsoft.KeyVault/vaults/kv-shop",
)

SettingsVaultReference = reference(
    "Key vault",
    kind="keyVault",
    essential=True,
    help="The vault that holds the secret. It must be enabled for deployment.",
    example="Microsoft.KeyVault/vaults/kv-shop",
)
