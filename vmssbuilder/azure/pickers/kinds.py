"""Which list serves which kind of property, and what can be used where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .marketplace import POPULAR_IMAGES
from .search_index import Row, Rows, as_they_are, zones_of_region
from .sources import SOURCES, Source
from .suggestions import Where, region_name

Reason = Callable[[dict[str, Any], str, Where], str]
"""Why something cannot be used at a place, by its facts and its region; empty when it can."""


@dataclass(frozen=True, slots=True)
class Picker:
    """A way to choose the value of a kind of property.

    kind: as the catalogue names it. one, plural: what is chosen, in words. only: which of a mixed list. depends: what of
    the place decides about use, besides what the list needs. onward: the member beside it that is chosen next.
    """

    kind: str
    one: str
    plural: str
    source: Source
    only: str = ""
    depends: tuple[str, ...] = ()
    rows: Rows = as_they_are
    reason: Reason = lambda _facts, _region, _where: ""
    onward: str = ""

    def place(self, where: Where) -> Where:
        """Only what of the place makes a difference here."""
        return Where(**{name: getattr(where, name) for name in {*self.source.needs, *self.depends}})

    @property
    def filtered(self) -> bool:
        """Whether people look for it by its properties, not only by name."""
        return self.kind == "vmSize"


def _elsewhere(_facts: dict[str, Any], region: str, where: Where) -> str:
    """Resources serve scale sets of their own region only."""
    if region and where.region and region != region_name(where.region):
        return f"In {region}, but the scale set is in {region_name(where.region)}"
    return ""


def _zonal(facts: dict[str, Any], _region: str, where: Where) -> str:
    missing = [zone for zone in where.zones if zone not in facts.get("zones", ())]
    return f"Not on offer in zone {' and '.join(missing)}" if missing else ""


def _not_replicated(facts: dict[str, Any], region: str, where: Where) -> str:
    regions = facts.get("regions")
    if regions is None:
        return _elsewhere(facts, region, where)
    if where.region and region_name(where.region) not in regions:
        return f"Not replicated to {region_name(where.region)}"
    return ""


def _made_for_other_zones(facts: dict[str, Any], region: str, where: Where) -> str:
    zones = facts.get("zones") or []
    missing = [zone for zone in where.zones if zones and zone not in zones]
    return _elsewhere(facts, region, where) or (f"Not in zone {' and '.join(missing)}" if missing else "")


def _plan_member(member: str) -> Rows:
    """The plan of the image, with the value of one of its members in front."""

    def rows(found: list[Row], _where: Where) -> list[Row]:
        return [[row[6].get(f"plan.{member}", row[0]), *row[1:]] for row in found]

    return rows


def _regional(
    kind: str,
    one: str,
    plural: str,
    source: str,
    only: str = "",
    reason: Reason = _elsewhere,
    depends: tuple[str, ...] = ("region",),
) -> Picker:
    return Picker(kind, one, plural, SOURCES[source], only, depends, reason=reason)


IMAGE: Final = "imageReference"
"""The kind of the object that names an image, whose members are chosen together."""

_ZONED: Final = ("region", "zones")

_ALL: Final = (
    Picker("subscription", "subscription", "subscriptions", SOURCES["subscriptions"]),
    Picker("resourceGroup", "resource group", "resource groups", SOURCES["resourceGroups"]),
    Picker("location", "region", "regions", SOURCES["locations"]),
    Picker("zone", "zone", "zones", SOURCES["locations"], depends=("region",), rows=zones_of_region),
    Picker("vmSize", "VM size", "VM sizes", SOURCES["sizes"], depends=("zones",), reason=_zonal),
    Picker(
        "imagePublisher", "image publisher", "image publishers", SOURCES["imagePublishers"], onward="offer"
    ),
    Picker("imageOffer", "image offer", "image offers", SOURCES["imageOffers"], onward="sku"),
    Picker("imageSku", "image SKU", "image SKUs", SOURCES["imageSkus"], onward="version"),
    Picker("imageVersion", "image version", "image versions", SOURCES["imageVersions"]),
    Picker(IMAGE, "image", "images", POPULAR_IMAGES, reason=_not_replicated),
    Picker("planName", "plan", "plans", SOURCES["plans"], rows=_plan_member("name")),
    Picker(
        "planPublisher", "plan publisher", "plan publishers", SOURCES["plans"], rows=_plan_member("publisher")
    ),
    Picker("planProduct", "plan product", "plan products", SOURCES["plans"], rows=_plan_member("product")),
    _regional("image", "image", "images of your own", "images", reason=_not_replicated),
    _regional(
        "galleryApplicationVersion",
        "gallery application",
        "gallery applications",
        "galleryApplications",
        reason=_not_replicated,
    ),
    _regional("subnet", "subnet", "subnets", "subnets"),
    _regional(
        "loadBalancerBackendPool", "backend pool", "backend pools of load balancers", "loadBalancers", "pool"
    ),
    _regional("natPool", "NAT pool", "NAT pools", "loadBalancers", "natPool"),
    _regional("loadBalancerProbe", "health probe", "health probes", "loadBalancers", "probe"),
    _regional(
        "applicationGatewayPool",
        "backend pool",
        "backend pools of application gateways",
        "applicationGateways",
    ),
    _regional(
        "networkSecurityGroup", "network security group", "network security groups", "networkSecurityGroups"
    ),
    _regional(
        "applicationSecurityGroup",
        "application security group",
        "application security groups",
        "applicationSecurityGroups",
    ),
    _regional("publicIPPrefix", "public IP prefix", "public IP prefixes", "publicIPPrefixes"),
    _regional("keyVault", "key vault", "key vaults", "vaults"),
    _regional("keyVaultSecret", "certificate or secret", "certificates and secrets", "vaultSecrets"),
    _regional("diskEncryptionSet", "disk encryption set", "disk encryption sets", "diskEncryptionSets"),
    _regional(
        "proximityPlacementGroup",
        "proximity placement group",
        "proximity placement groups",
        "proximityPlacementGroups",
        reason=_made_for_other_zones,
        depends=_ZONED,
    ),
    _regional(
        "capacityReservationGroup",
        "capacity reservation group",
        "capacity reservation groups",
        "capacityReservationGroups",
        reason=_made_for_other_zones,
        depends=_ZONED,
    ),
    _regional("hostGroup", "dedicated host group", "dedicated host groups", "hostGroups"),
    Picker("userAssignedIdentity", "identity", "user-assigned identities", SOURCES["identities"]),
    Picker("sshPublicKey", "SSH public key", "SSH public keys", SOURCES["sshPublicKeys"]),
    Picker(
        "extensionPublisher",
        "extension publisher",
        "extension publishers",
        SOURCES["extensionPublishers"],
        onward="type",
    ),
    Picker(
        "extensionType",
        "extension type",
        "extension types",
        SOURCES["extensionTypes"],
        onward="typeHandlerVersion",
    ),
    Picker("extensionVersion", "extension version", "extension versions", SOURCES["extensionVersions"]),
)

PICKERS: Final = {each.kind: each for each in _ALL}
"""The picker of each kind of property that has one."""

SCALE_SETS: Final = Picker("scaleSet", "scale set", "scale sets", SOURCES["scaleSets"])
"""What runs already, to be opened as a draft; no property of a scale set refers to another."""

QUOTA: Final = Picker("quota", "quota", "quotas", SOURCES["usages"])
HOURLY_PRICES: Final = Picker("hourlyPrice", "price", "prices", SOURCES["hourlyPrices"])
"""What is known of sizes besides their own list; nobody chooses from it."""
