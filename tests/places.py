"""Places in the sandbox's Azure where a scale set finds all that it may refer to, in its own world and in another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.world import Subscription


@dataclass(frozen=True)
class Place:
    """A resource group with a network, a load balancer, a security group and a gallery, all of a region, named as it likes."""

    subscription: str
    group: str
    region: str
    stem: str

    def __str__(self) -> str:
        return self.region

    def id(self, resource_type: str, name: str) -> str:
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}/providers/{resource_type}/{name}"
        )

    @property
    def subnet(self) -> str:
        return f"{self.id('Microsoft.Network/virtualNetworks', f'{self.stem}-net')}/subnets/{self.stem}-hosts"

    @property
    def pool(self) -> str:
        return f"{self.id('Microsoft.Network/loadBalancers', f'{self.stem}-lb')}/backendAddressPools/{self.stem}-pool"

    @property
    def security_group(self) -> str:
        return self.id("Microsoft.Network/networkSecurityGroups", f"{self.stem}-nsg")

    @property
    def image(self) -> str:
        return f"{self.id('Microsoft.Compute/galleries', f'{self.stem}_gallery')}/images/{self.stem}-image"

    def resources(self) -> dict[str, dict[str, Any]]:
        """What there is, by id, as the sandbox takes it."""
        network, balancer = (
            self.subnet.partition("/subnets/")[0],
            self.pool.partition("/backendAddressPools/")[0],
        )
        subnet = {"id": self.subnet, "name": f"{self.stem}-hosts"} | {
            "properties": {"addressPrefix": "10.9.0.0/20", "delegations": []}
        }
        pool = {"id": self.pool, "name": f"{self.stem}-pool", "properties": {}}
        definition = {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "architecture": "x64",
        }
        published = {"publishingProfile": {"targetRegions": [{"name": self.region}]}}
        found: dict[str, dict[str, Any]] = {
            network: {
                "properties": {"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}, "subnets": [subnet]}
            },
            self.subnet: {"properties": subnet["properties"]},
            balancer: {
                "sku": {"name": "Standard", "tier": "Regional"},
                "properties": {"backendAddressPools": [pool]},
            },
            self.pool: {},
            self.security_group: {"properties": {"securityRules": []}},
            self.image: {"properties": definition},
            f"{self.image}/versions/1.0.0": {"properties": published},
        }
        return {resource_id: {"location": self.region, **body} for resource_id, body in found.items()}


HOME: Final = tuple(
    Place(world.DEVELOPMENT, f"rg-{region}", region, f"st-{region}")
    for region in ("uksouth", "japaneast", "brazilsouth")
)
"""Regions that have all sizes that starters name, in the world that the sandbox begins with."""

ELSEWHERE: Final = tuple(
    Place("9d1f9f0e-77c2-4a41-9d4f-2f6f0c7f5a10", f"{region}-apps", region, f"fab{number}")
    for number, region in enumerate(("eastus2euap", "canadacentral", "centralus"))
)
"""The same of another company, in other regions."""


@contextmanager
def another_world() -> Iterator[None]:
    """The subscriptions and resource groups of ELSEWHERE and no others, until the end of the block."""
    before = (list(world.SUBSCRIPTIONS.values()), dict(world.RESOURCE_GROUPS))
    world.become(
        [Subscription(ELSEWHERE[0].subscription, "Fabrikam")],
        {ELSEWHERE[0].subscription: {place.group: place.region for place in ELSEWHERE}},
    )
    try:
        yield
    finally:
        world.become(*before)
