"""References to other Azure resources: objects of the form `{"id": "/subscriptions/..."}`, one part per kind."""

from __future__ import annotations

from typing import Final

from ..properties import Part, Text

SUBSCRIPTION: Final = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers"
"""Start of every example id."""


def reference(title: str, *, kind: str, help: str, example: str, essential: bool = False) -> type[Part]:
    """A part whose only member is the resource id. example: what follows the provider's name space root."""

    class Reference(Part):
        summary = ("id",)
        id = Text(title, kind=kind, help=help, example=f"{SUBSCRIPTION}/{example}", essential=essential)

    Reference.__name__ = Reference.__qualname__ = f"{kind[:1].upper()}{kind[1:]}Reference"
    return Reference


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
        "Maps a range of front-end ports of a load balancer to one port of each instance, for example for SSH or "
        "Remote Desktop. Only for Uniform scale sets."
    ),
    example="Microsoft.Network/loadBalancers/lb-shop/inboundNatPools/ssh",
)

ApplicationGatewayPoolReference = reference(
    "Application gateway backend pool",
    kind="applicationGatewayPool",
    help="Instances join this pool. The gateway must be in the same virtual network but in a subnet of its own.",
    example="Microsoft.Network/applicationGateways/agw-shop/backendAddressPools/web",
)

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
