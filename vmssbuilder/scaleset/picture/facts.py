"""What a scale set consists of, read from its document: instances, zones, entries, subnets, disks, image.

A document may be half done, or hold anything at any place; what is not there is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, Literal

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.demand import demand
from vmssbuilder.scaleset.systems import evidence_in

EntryKind = Literal["balancer", "gateway", "public"]
StateKind = Literal["ok", "busy", "off", "bad"]

DISK_KINDS: Final = {
    "Premium_LRS": "Premium SSD",
    "Premium_ZRS": "zone-redundant Premium SSD",
    "PremiumV2_LRS": "Premium SSD v2",
    "StandardSSD_LRS": "Standard SSD",
    "StandardSSD_ZRS": "zone-redundant Standard SSD",
    "Standard_LRS": "Standard HDD",
    "UltraSSD_LRS": "Ultra Disk",
}
"""What Azure calls the kinds of managed disks."""

_PROFILE: Final = ("properties", "virtualMachineProfile")


@dataclass(frozen=True, slots=True)
class PicturedEntry:
    """How traffic comes in. pools: each with the interface that is in it. A public address of each instance has no name."""

    kind: EntryKind
    name: str = ""
    pools: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PicturedSubnet:
    """A subnet, the network that it is part of, and how many interfaces of one instance are in it."""

    name: str
    network: str
    interfaces: int = 1


@dataclass(frozen=True, slots=True)
class PicturedDisk:
    """A disk of each instance. kind: in words. gigabytes: 0 where nothing says it."""

    kind: str
    gigabytes: int = 0


@dataclass(frozen=True, slots=True)
class PicturedInstance:
    """An instance that there is. zone: "" for none. state: Azure's word; kind: what it means."""

    name: str
    zone: str
    state: str
    kind: StateKind


@dataclass(frozen=True, slots=True)
class Picture:
    """What there is to be drawn. count: None while nothing says how many; spot: how many of them are Spot.

    instances: those that there are, None before there are any.
    """

    name: str
    region: str
    flexible: bool
    system: str
    sizes: tuple[str, ...]
    count: int | None
    spot: int
    zones: tuple[str, ...]
    azure_picks_zones: bool
    image: str
    os_disk: PicturedDisk | None
    data_disks: tuple[PicturedDisk, ...]
    entries: tuple[PicturedEntry, ...]
    subnets: tuple[PicturedSubnet, ...]
    instances: tuple[PicturedInstance, ...] | None = None

    @property
    def spread(self) -> list[tuple[int, int]]:
        """Regular and Spot instances of each zone, as even as they can be; one pair where there is no zone."""
        count, regular = self.count or 0, (self.count or 0) - self.spot
        parts = max(1, len(self.zones))
        found = []
        for number in range(parts):
            there, of_them = ((each - number + parts - 1) // parts for each in (count, regular))
            found.append((of_them, there - of_them))
        return found

    def live(self, instances: Sequence[PicturedInstance]) -> Picture:
        """The same with the instances that there are, in the zones that they are in."""
        there = {each.zone for each in instances if each.zone}
        zones = (*self.zones, *sorted(there - set(self.zones)))
        return replace(self, instances=tuple(instances), count=len(instances), spot=0, zones=zones)


def picture(document: Mapping[str, Any], name: str = "") -> Picture | None:
    """What the document's scale set consists of; None while it says nothing that could be drawn."""
    if not document:
        return None
    asked = demand(document)
    given = _get(document, "sku", "capacity")
    told = evidence_in(document)
    return Picture(
        name=name,
        region=_text(_get(document, "location")),
        flexible=_text(_get(document, "properties", "orchestrationMode")).lower() == "flexible",
        system=told.system if told is not None else "",
        sizes=_sizes(document),
        count=given if isinstance(given, int) and not isinstance(given, bool) and given >= 0 else None,
        spot=asked.spot,
        zones=tuple(dict.fromkeys(_texts(_get(document, "zones")))),
        azure_picks_zones=_text(_get(document, "placement", "zonePlacementPolicy")).lower() == "auto",
        image=_image(_get(document, *_PROFILE, "storageProfile")),
        os_disk=_os_disk(_get(document, *_PROFILE, "storageProfile", "osDisk")),
        data_disks=tuple(
            _disk(each) for each in _objects(_get(document, *_PROFILE, "storageProfile", "dataDisks"))
        ),
        entries=tuple(_entries(document)),
        subnets=tuple(_subnets(document)),
    )


# --- reading ---------------------------------------------------------------------------------------------------------


def _get(document: Any, *path: str | int) -> Any:
    return paths.get(document, path, None)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> Iterator[str]:
    return (each.strip() for each in _list(value) if isinstance(each, str) and each.strip())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    return (each for each in _list(value) if isinstance(each, dict))


def _sizes(document: Mapping[str, Any]) -> tuple[str, ...]:
    named = _text(_get(document, "sku", "name"))
    mixed = tuple(
        filter(
            None,
            (
                _text(each.get("name"))
                for each in _objects(_get(document, "properties", "skuProfile", "vmSizes"))
            ),
        )
    )
    if mixed and named.lower() in {"", "mix"}:
        return mixed
    return (named,) if named else ()


def _os_disk(value: Any) -> PicturedDisk | None:
    if not isinstance(value, dict):
        return None
    if _get(value, "diffDiskSettings", "option") is not None:
        return PicturedDisk("ephemeral, on the host", _whole(value.get("diskSizeGB")))
    return _disk(value)


def _disk(value: Mapping[str, Any]) -> PicturedDisk:
    kind = _text(_get(value, "managedDisk", "storageAccountType"))
    return PicturedDisk(DISK_KINDS.get(kind, kind), _whole(value.get("diskSizeGB")))


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _image(storage: Any) -> str:
    reference = _get(storage, "imageReference")
    names = [_text(_get(reference, each)) for each in ("publisher", "offer", "sku")]
    if any(names):
        return " ".join(filter(None, names))
    for member, words in (
        ("communityGalleryImageId", "community gallery"),
        ("sharedGalleryImageId", "shared gallery"),
        ("id", "gallery"),
    ):
        written = _text(_get(reference, member))
        if not written:
            continue
        parts = _parts(written)
        if "images" in parts and any("galleries" in each for each in parts):
            gallery = next(value for key, value in parts.items() if "galleries" in key)
            version = f", version {parts['versions']}" if "versions" in parts else ""
            return f"{parts['images']} of the {words} {gallery}{version}"
        return parts.get("images") or written.rpartition("/")[2]
    return _text(_get(storage, "osDisk", "image", "uri")).rpartition("/")[2]


def _parts(resource_id: str) -> dict[str, str]:
    """The names in a resource id by what they are names of, in lower case."""
    pieces = resource_id.strip("/").split("/")
    return {kind.lower(): name for kind, name in pairwise(pieces) if name}


def _addresses(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties of every IP configuration, with the name of its interface."""
    interfaces = list(_objects(_get(document, *_PROFILE, "networkProfile", "networkInterfaceConfigurations")))
    for interface in interfaces:
        name = _text(interface.get("name")) if len(interfaces) > 1 else ""
        for each in _objects(_get(interface, "properties", "ipConfigurations")):
            yield name, each.get("properties")


_POOLS: Final[tuple[tuple[str, EntryKind, str], ...]] = (
    ("loadBalancerBackendAddressPools", "balancer", "loadbalancers"),
    ("loadBalancerInboundNatPools", "balancer", "loadbalancers"),
    ("applicationGatewayBackendAddressPools", "gateway", "applicationgateways"),
)


def _entries(document: Mapping[str, Any]) -> Iterator[PicturedEntry]:
    found: dict[tuple[EntryKind, str], PicturedEntry] = {}
    public = False
    for interface, address in _addresses(document):
        public = public or isinstance(_get(address, "publicIPAddressConfiguration"), dict)
        for member, kind, holder in _POOLS:
            for each in _objects(_get(address, member)):
                written = _text(each.get("id"))
                parts = _parts(written)
                name = parts.get(holder) or written.rpartition("/")[2]
                if not name:
                    continue
                before = found.setdefault((kind, name.lower()), PicturedEntry(kind, name))
                pool = (parts.get("backendaddresspools", ""), interface)
                if pool[0] and pool not in before.pools:
                    found[kind, name.lower()] = replace(before, pools=(*before.pools, pool))
    yield from found.values()
    if public:
        yield PicturedEntry("public")


def _subnets(document: Mapping[str, Any]) -> Iterator[PicturedSubnet]:
    found: dict[str, PicturedSubnet] = {}
    seen: set[tuple[str, str]] = set()
    for interface, address in _addresses(document):
        written = _text(_get(address, "subnet", "id"))
        if not written:
            continue
        parts, key = _parts(written), written.lower()
        name = parts.get("subnets") or written.rpartition("/")[2]
        before = found.get(key)
        if before is None:
            found[key] = PicturedSubnet(name, parts.get("virtualnetworks", ""))
        elif (key, interface) not in seen:
            found[key] = replace(before, interfaces=before.interfaces + 1)
        seen.add((key, interface))
    yield from found.values()
