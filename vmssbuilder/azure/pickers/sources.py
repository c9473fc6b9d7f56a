"""The lists that pickers are made of: one function each, which asks Azure and shapes what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from .. import prices
from ..client import ArmClient
from ..errors import AzureError, BadAnswer, Forbidden, NotFound
from .suggestions import Suggestion, Where, region_name, segment

# The newest stable version of each provider that carries what is read here.
_RESOURCES: Final = "2021-04-01"
_LOCATIONS: Final = "2022-12-01"
_SKUS: Final = "2021-07-01"
_COMPUTE: Final = "2024-07-01"
_GALLERIES: Final = "2024-03-03"
_DISKS: Final = "2025-01-02"
_NETWORK: Final = "2025-05-01"
_VAULTS: Final = "2025-05-01"
_IDENTITIES: Final = "2023-01-31"

_MINUTE: Final = 60.0
DAY: Final = 24 * 60 * _MINUTE

CALLS: Final = 60
"""Most requests that one list is put together from, where each thing has to be asked for by itself."""

Fetch = Callable[[ArmClient, Where], Iterator[Suggestion]]


@dataclass(frozen=True, slots=True)
class Source:
    """One list. needs: what has to be known to ask for it. lasts: seconds for which it is as good as new."""

    name: str
    needs: tuple[str, ...]
    lasts: float
    fetch: Fetch


SOURCES: Final[dict[str, Source]] = {}


def source(name: str, *needs: str, lasts: float = _MINUTE) -> Callable[[Fetch], Fetch]:
    def keep(fetch: Fetch) -> Fetch:
        SOURCES[name] = Source(name, needs, lasts, fetch)
        return fetch

    return keep


# --- small helps -----------------------------------------------------------------------------------------------------


def _get(value: Any, *names: str) -> Any:
    """The member at the end of the names, None where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _of_subscription(where: Where, path: str) -> str:
    return f"/subscriptions/{where.subscription.strip()}/{path}"


def in_region(where: Where, path: str) -> str:
    region = region_name(where.region)
    return _of_subscription(where, f"providers/Microsoft.Compute/locations/{region}/{path}")


def _resources(client: ArmClient, where: Where, kind: str, version: str) -> Iterator[dict[str, Any]]:
    """The resources of a type, those left out that are being deleted."""
    for each in client.pages(_of_subscription(where, f"providers/{kind}"), version):
        if _get(each, "properties", "provisioningState") != "Deleting" and isinstance(each.get("id"), str):
            yield each


def names_at(client: ArmClient, path: str, **query: str) -> list[str]:
    """The names of a list that comes as a bare array."""
    answer = client.send("GET", client.url(path, _COMPUTE, **query))
    value = answer.value()
    if not isinstance(value, list):
        message = "Azure's answer is not the list that was asked for."
        raise BadAnswer(message, status=answer.status, raw=answer.text, retryable=True, **answer.ids)
    return [each["name"] for each in _dicts(value) if isinstance(each.get("name"), str)]


def _named(resource: dict[str, Any], detail: str = "", **more: Any) -> Suggestion:
    """A resource by its id; its group tells it from others of its name."""
    resource_id = resource["id"]
    group = segment(resource_id, "resourceGroups")
    return Suggestion(
        resource_id,
        _text(resource.get("name")) or resource_id.rsplit("/", 1)[-1],
        f"{group} · {detail}" if detail else group,
        region_name(_text(resource.get("location"))),
        **more,
    )


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# --- where -----------------------------------------------------------------------------------------------------------

_STATES: Final = {
    "Disabled": "Disabled: Azure takes no changes",
    "Deleted": "Deleted",
    "Expired": "Expired: Azure takes no changes",
    "PastDue": "",
    "Warned": "",
    "Enabled": "",
}


@source("subscriptions", lasts=10 * _MINUTE)
def subscriptions(client: ArmClient, _where: Where) -> Iterator[Suggestion]:
    for each in client.pages("/subscriptions", _LOCATIONS):
        own = _text(each.get("subscriptionId"))
        state = _text(each.get("state"))
        yield Suggestion(own, _text(each.get("displayName")) or own, own, reason=_STATES.get(state, state))


@source("resourceGroups", "subscription")
def resource_groups(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in client.pages(_of_subscription(where, "resourcegroups"), _RESOURCES):
        if _get(each, "properties", "provisioningState") != "Deleting":
            place = region_name(_text(each.get("location")))
            # A group's region is only that of its records: a scale set may be anywhere.
            yield Suggestion(
                _text(each.get("name")), _text(each.get("name")), place, facts={"location": place}
            )


@source("scaleSets", "subscription")
def scale_sets(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.Compute/virtualMachineScaleSets", _COMPUTE):
        size, number = _text(_get(each, "sku", "name")), _get(each, "sku", "capacity")
        counted = _plural(number, "instance") if isinstance(number, int) else ""
        yield _named(each, " · ".join(filter(None, (_text(each.get("location")), size, counted))))


@source("locations", "subscription", lasts=DAY)
def locations(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in client.pages(_of_subscription(where, "locations"), _LOCATIONS):
        if _get(each, "metadata", "regionType") == "Logical":
            continue
        zones = sorted(
            _text(zone.get("logicalZone")) for zone in _dicts(each.get("availabilityZoneMappings"))
        )
        geography = _text(_get(each, "metadata", "geographyGroup"))
        detail = f"{geography} · {_plural(len(zones), 'zone')}" if zones else f"{geography} · no zones"
        facts = {
            "zones": zones,
            "category": _text(_get(each, "metadata", "regionCategory")),
            "paired": [_text(pair.get("name")) for pair in _dicts(_get(each, "metadata", "pairedRegion"))],
        }
        yield Suggestion(_text(each.get("name")), _text(each.get("displayName")), detail, facts=facts)


# --- sizes -----------------------------------------------------------------------------------------------------------

_REASONS: Final = {
    "NotAvailableForSubscription": "Not available to this subscription{where}: ask Azure support, or choose another",
    "QuotaId": "The kind of subscription does not include it{where}",
}

FEATURES: Final = {
    "premium": ("PremiumIO", "Premium disks"),
    "accelerated": ("AcceleratedNetworkingEnabled", "Accelerated networking"),
    "ephemeral": ("EphemeralOSDiskSupported", "Ephemeral OS disk"),
    "encryption": ("EncryptionAtHostSupported", "Encryption at host"),
    "spot": ("LowPriorityCapable", "Spot"),
    "reservation": ("CapacityReservationSupported", "Capacity reservation"),
}
"""What people look for in a size: the capability that says so, and its title."""

MORE_FEATURES: Final = {
    "gen2": "Generation 2",
    "trusted": "Trusted launch",
    "arm64": "Arm processor",
    "gpu": "GPU",
    "confidential": "Confidential",
    "ultra": "Ultra disks",
}
"""Further features, which more than one capability decides about."""


@source("sizes", "subscription", "region", lasts=DAY)
def sizes(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    region = region_name(where.region)
    path = _of_subscription(where, "providers/Microsoft.Compute/skus")
    found = [
        _size(each, region)
        for each in client.pages(path, _SKUS, **{"$filter": f"location eq '{region}'"})
        if each.get("resourceType") == "virtualMachines" and isinstance(each.get("name"), str)
    ]
    yield from sorted(found, key=_popular)


_USUAL: Final = ("D", "E", "F", "B", "L", "M", "N", "DC", "EC", "HB", "A")


def _popular(suggestion: Suggestion) -> tuple[Any, ...]:
    """General purpose before special purpose, newer before older, small before large."""
    facts = suggestion.facts
    letters = (
        "".join(each for each in suggestion.title.split("_")[1] if not each.isdigit() and each.isupper())
        if "_" in suggestion.title
        else ""
    )
    kind = next((place for place, each in enumerate(_USUAL) if letters == each), len(_USUAL))
    version = suggestion.title.rsplit("_v", 1)
    newest = -int(version[1]) if len(version) == 2 and version[1].isdigit() else 0
    return kind, newest, facts["family"], facts["vcpus"], suggestion.title


def _size(sku: dict[str, Any], region: str) -> Suggestion:
    can = {_text(each.get("name")): _text(each.get("value")) for each in _dicts(sku.get("capabilities"))}
    vcpus, memory = _number(can.get("vCPUsAvailable") or can.get("vCPUs")), _number(can.get("MemoryGB"))
    here = next(
        (
            each
            for each in _dicts(sku.get("locationInfo"))
            if region_name(_text(each.get("location"))) == region
        ),
        {},
    )
    zones = sorted(each for each in here.get("zones") or () if isinstance(each, str))
    reason, closed = _restricted(_dicts(sku.get("restrictions")))
    features = [name for name, (capability, _title) in FEATURES.items() if can.get(capability) == "True"]
    features += _further(can, here)
    facts = {
        "vcpus": vcpus,
        "memory": memory,
        "family": _text(sku.get("family")),
        "zones": [zone for zone in zones if zone not in closed],
        "features": features,
        "disks": _number(can.get("MaxDataDiskCount")),
        "nics": _number(can.get("MaxNetworkInterfaces")),
        "architecture": can.get("CpuArchitectureType", ""),
        "generations": can.get("HyperVGenerations", ""),
        "local": _local(can),
        "room": _on_host(can),
        "interfaces": [
            *filter(None, (each.strip() for each in can.get("DiskControllerTypes", "").split(",")))
        ],
    }
    detail = f"{vcpus:g} vCPU{'' if vcpus == 1 else 's'} · {memory:g} GB memory"
    if closed and not reason:
        detail += f" · not in zone {', '.join(sorted(closed))}"
    return Suggestion(_text(sku.get("name")), _text(sku.get("name")), detail, reason=reason, facts=facts)


def _number(written: str | None) -> float:
    try:
        number = float(written or 0)
    except ValueError:
        return 0
    return int(number) if number == int(number) else number


def _local(can: dict[str, str]) -> list[str]:
    """Where on the host an ephemeral OS disk can be."""
    named = can.get("SupportedEphemeralOSDiskPlacements", "").split(",")
    nvme = ["NvmeDisk"] if _number(can.get("NvmeDiskSizeInMiB")) else []
    return [*dict.fromkeys([*filter(None, (each.strip() for each in named)), *nvme])]


_ROOM: Final = (
    ("CacheDisk", "CachedDiskBytes", 2**30),
    ("ResourceDisk", "MaxResourceVolumeMB", 2**10),
    ("NvmeDisk", "NvmeDiskSizeInMiB", 2**10),
)
"""The places on the host for an ephemeral OS disk, in the order in which Azure takes them: the capability that tells how
large each is, and what makes a GiB of it."""


def _on_host(can: dict[str, str]) -> dict[str, int]:
    """The GiB of each place on the host that the size has."""
    sizes = {place: int(_number(can.get(capability)) / unit) for place, capability, unit in _ROOM}
    return {place: size for place, size in sizes.items() if size}


def _further(can: dict[str, str], here: dict[str, Any]) -> Iterator[str]:
    second = "V2" in can.get("HyperVGenerations", "")
    if second:
        yield "gen2"
    arm = can.get("CpuArchitectureType") == "Arm64"
    # Azure says only where it is missing, and says it of x64 sizes of the second generation.
    if second and not arm and can.get("TrustedLaunchDisabled") != "True":
        yield "trusted"
    if arm:
        yield "arm64"
    if _number(can.get("GPUs")):
        yield "gpu"
    if can.get("ConfidentialComputingType"):
        yield "confidential"
    zonal = [each for zone in _dicts(here.get("zoneDetails")) for each in _dicts(zone.get("capabilities"))]
    if can.get("UltraSSDAvailable") == "True" or {"name": "UltraSSDAvailable", "value": "True"} in zonal:
        yield "ultra"


def _restricted(restrictions: list[dict[str, Any]]) -> tuple[str, set[str]]:
    """Why the size cannot be had, empty when it can; and the zones in which it cannot."""
    reason, closed = "", set[str]()
    for each in restrictions:
        zones = [zone for zone in _get(each, "restrictionInfo", "zones") or () if isinstance(zone, str)]
        if each.get("type") == "Zone":
            closed.update(zones)
            continue
        code = _text(each.get("reasonCode"))
        reason = _REASONS.get(code, "Azure does not offer it here" + (f" ({code})" if code else "")).format(
            where=""
        )
    return reason, closed


@source("usages", "subscription", "region", lasts=5 * _MINUTE)
def usages(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """What is left of each quota of the region: vCPUs of a family, of all families, of Spot."""
    for each in client.pages(in_region(where, "usages"), _COMPUTE):
        name, limit, used = _text(_get(each, "name", "value")), each.get("limit"), each.get("currentValue")
        if name and isinstance(limit, int) and isinstance(used, int) and limit >= 0:
            title = _text(_get(each, "name", "localizedValue")) or name
            yield Suggestion(name.lower(), title, facts={"left": max(0, limit - used), "limit": limit})


@source("hourlyPrices", "region", lasts=DAY)
def hourly_prices(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """What an hour of each size costs by list prices, in USD. They are on another host, which gets no token."""
    names = {
        (False, False): "linux",
        (True, False): "windows",
        (False, True): "linuxSpot",
        (True, True): "windowsSpot",
    }
    for size, by in prices.hourly(client.session, client.cloud, region_name(where.region)).items():
        yield Suggestion(size.lower(), size, facts={names[key]: price for key, price in by.items()})


# --- images ----------------------------------------------------------------------------------------------------------

_KNOWN: Final = (
    "Canonical",
    "MicrosoftWindowsServer",
    "RedHat",
    "SUSE",
    "Debian",
    "MicrosoftCBLMariner",
    "almalinux",
    "Oracle",
    "MicrosoftSQLServer",
)
"""Publishers that most scale sets take their images from; they come first among thousands."""


def _publishers(client: ArmClient, where: Where, first: tuple[str, ...]) -> Iterator[Suggestion]:
    names = names_at(client, in_region(where, "publishers"))
    place = {name.lower(): number for number, name in enumerate(first)}
    for name in sorted(names, key=lambda each: (place.get(each.lower(), len(place)), each.lower())):
        yield Suggestion(name, name)


@source("imagePublishers", "subscription", "region", lasts=DAY)
def image_publishers(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    yield from _publishers(client, where, _KNOWN)


@source("imageOffers", "subscription", "region", "publisher", lasts=DAY)
def image_offers(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for name in names_at(
        client, in_region(where, f"publishers/{where.publisher.strip()}/artifacttypes/vmimage/offers")
    ):
        yield Suggestion(name, name)


@source("imageSkus", "subscription", "region", "publisher", "offer", lasts=DAY)
def image_skus(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    path = f"publishers/{where.publisher.strip()}/artifacttypes/vmimage/offers/{where.offer.strip()}/skus"
    for name in names_at(client, in_region(where, path)):
        yield Suggestion(name, name)


@source("imageVersions", "subscription", "region", "publisher", "offer", "sku", lasts=60 * _MINUTE)
def image_versions(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """The newest versions, “latest” first; what the newest says of itself holds for all of them."""
    path = in_region(
        where,
        f"publishers/{where.publisher.strip()}/artifacttypes/vmimage/offers/{where.offer.strip()}"
        f"/skus/{where.sku.strip()}/versions",
    )
    names = names_at(client, path, **{"$top": "20", "$orderby": "name desc"})
    if not names:
        return
    answer = client.send("GET", client.url(f"{path}/{names[0]}", _COMPUTE))
    properties = _get(answer.json(), "properties")
    facts, also = _image_facts(properties), _plan(_get(properties, "plan"))
    words = _image_words(facts)
    yield Suggestion(
        "latest", "latest", f"The newest at each deployment, now {names[0]} · {words}", facts=facts, also=also
    )
    for name in names:
        yield Suggestion(name, name, words, facts=facts, also=also)


def _image_facts(properties: Any) -> dict[str, Any]:
    deprecation = _text(_get(properties, "imageDeprecationStatus", "imageState"))
    return {
        "system": _text(_get(properties, "osDiskImage", "operatingSystem")),
        "generation": _text(_get(properties, "hyperVGeneration")),
        "architecture": _text(_get(properties, "architecture")),
        "size": _get(properties, "osDiskImage", "sizeInGb"),
        "deprecation": deprecation if deprecation not in {"", "Active"} else "",
        "plan": isinstance(_get(properties, "plan"), dict),
    }


def _image_words(facts: dict[str, Any]) -> str:
    words = [
        facts["system"],
        f"generation {facts['generation'][1:]}" if facts["generation"] else "",
        facts["architecture"],
    ]
    words += [
        "needs a purchase plan" if facts["plan"] else "",
        "to be withdrawn" if facts["deprecation"] else "",
    ]
    return " · ".join(word for word in words if word)


def _plan(plan: Any) -> dict[str, str]:
    """The members of the scale set's plan that an image demands."""
    return (
        {f"plan.{name}": _text(plan.get(name)) for name in ("name", "publisher", "product")}
        if isinstance(plan, dict)
        else {}
    )


@source("plans", "subscription", "region", "publisher", "offer", "sku", lasts=60 * _MINUTE)
def plans(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """The plan that the image of the draft is sold under, if there is one."""
    for each in image_versions(client, where):
        if each.also:
            title = f"{each.also['plan.publisher']} / {each.also['plan.product']} / {each.also['plan.name']}"
            yield Suggestion(each.also["plan.name"], title, "The plan of the chosen image", also=each.also)
        return


OWN: Final = 100
"""The rank of images of one's own among all images; that of their versions is one more. Lower ones come first."""


@source("images", "subscription")
def own_images(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """Managed images, and those of compute galleries with their versions."""
    for each in _resources(client, where, "Microsoft.Compute/images", _COMPUTE):
        disk = _get(each, "properties", "storageProfile", "osDisk")
        generation = _text(_get(each, "properties", "hyperVGeneration"))
        words = f"own managed image · {_text(_get(disk, 'osType'))}" + (
            f" · generation {generation[1:]}" if generation else ""
        )
        facts = {"what": "own", "rank": OWN, "system": _text(_get(disk, "osType")), "generation": generation}
        yield _named(each, words, facts=facts)
    for definition, versions in _in_galleries(client, where, "images"):
        yield from _gallery_image(definition, versions)


def _in_galleries(
    client: ArmClient, where: Where, kind: str
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """What galleries hold of a kind (images, applications), each with its versions, as far as the requests go."""
    calls = 0
    for gallery in _resources(client, where, "Microsoft.Compute/galleries", _GALLERIES):
        calls += 1
        if calls > CALLS:
            return
        for definition in client.pages(f"{gallery['id']}/{kind}", _GALLERIES):
            calls += 1
            yield definition, _gallery_versions(client, definition) if calls <= CALLS else []


def _gallery_versions(client: ArmClient, definition: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        return list(client.pages(f"{definition['id']}/versions", _GALLERIES))
    except (Forbidden, NotFound):
        # The image itself can still be named.
        return []


def _gallery_image(definition: dict[str, Any], versions: list[dict[str, Any]]) -> Iterator[Suggestion]:
    properties = definition.get("properties")
    system, state = _text(_get(properties, "osType")), _text(_get(properties, "osState"))
    generation = _text(_get(properties, "hyperVGeneration"))
    facts: dict[str, Any] = {
        "what": "gallery",
        "rank": OWN,
        "system": system,
        "generation": generation,
        "architecture": _text(_get(properties, "architecture")),
        "state": state,
    }
    also = _plan(_get(properties, "purchasePlan"))
    gallery = segment(definition["id"], "galleries")
    words = " · ".join(
        word
        for word in (
            system,
            state.lower(),
            f"generation {generation[1:]}" if generation else "",
            facts["architecture"],
        )
        if word
    )
    regions = sorted({place for version in versions for place in _targets(version)})
    reason = "" if versions else "It has no version yet"
    yield Suggestion(
        definition["id"],
        f"{gallery} / {definition.get('name')}",
        f"own gallery image, newest version · {words}",
        reason=reason,
        facts=facts | {"regions": regions},
        also=also,
    )
    for version in reversed(versions):
        excluded = _get(version, "properties", "publishingProfile", "excludeFromLatest") is True
        note = " · not counted as newest" if excluded else ""
        yield Suggestion(
            _text(version.get("id")),
            f"{gallery} / {definition.get('name')} / {version.get('name')}",
            f"own gallery image, fixed version{note} · {words}",
            facts=facts | {"rank": OWN + 1, "regions": sorted(_targets(version))},
            also=also,
        )


@source("galleryApplications", "subscription")
def gallery_applications(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """Applications of compute galleries: the newest version of each, and every version for itself."""
    for definition, versions in _in_galleries(client, where, "applications"):
        title = f"{segment(definition['id'], 'galleries')} / {definition.get('name')}"
        facts: dict[str, Any] = {"system": _text(_get(definition, "properties", "supportedOSType"))}
        regions = sorted({place for version in versions for place in _targets(version)})
        yield Suggestion(
            f"{definition['id']}/versions/latest",
            title,
            f"newest version · {facts['system']}",
            reason="" if versions else "It has no version yet",
            facts=facts | {"regions": regions},
        )
        for version in reversed(versions):
            excluded = _get(version, "properties", "publishingProfile", "excludeFromLatest") is True
            note = " · not counted as newest" if excluded else ""
            yield Suggestion(
                _text(version.get("id")),
                f"{title} / {version.get('name')}",
                f"fixed version{note} · {facts['system']}",
                facts=facts | {"regions": sorted(_targets(version))},
            )


def _targets(version: dict[str, Any]) -> set[str]:
    regions = _dicts(_get(version, "properties", "publishingProfile", "targetRegions"))
    return {region_name(_text(each.get("name"))) for each in regions}


# --- network ---------------------------------------------------------------------------------------------------------

_RESERVED: Final = 5
"""Addresses of every subnet that Azure keeps for itself."""

_KEPT: Final = {
    "azurebastionsubnet": "Kept for Azure Bastion",
    "gatewaysubnet": "Kept for virtual network gateways",
    "azurefirewallsubnet": "Kept for Azure Firewall",
    "azurefirewallmanagementsubnet": "Kept for Azure Firewall",
    "routeserversubnet": "Kept for Azure Route Server",
}


@source("subnets", "subscription")
def subnets(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for network in _resources(client, where, "Microsoft.Network/virtualNetworks", _NETWORK):
        for subnet in _dicts(_get(network, "properties", "subnets")):
            if isinstance(subnet.get("id"), str):
                yield _subnet(network, subnet)


def _subnet(network: dict[str, Any], subnet: dict[str, Any]) -> Suggestion:
    properties = subnet.get("properties")
    name = _text(subnet.get("name"))
    prefixes = _get(properties, "addressPrefixes") or [_get(properties, "addressPrefix")]
    prefixes = [each for each in prefixes if isinstance(each, str)]
    free = _free(prefixes, len(_dicts(_get(properties, "ipConfigurations"))))
    reason = _KEPT.get(name.lower(), "")
    delegations = [
        _text(_get(each, "properties", "serviceName")) for each in _dicts(_get(properties, "delegations"))
    ]
    if delegations:
        reason = f"Delegated to {', '.join(delegations)}"
    elif _dicts(_get(properties, "applicationGatewayIPConfigurations")):
        reason = "An application gateway has it to itself"
    elif free == 0 and not reason:
        reason = "No address is free"
    # Prefixes of IPv6 are never short of addresses.
    room = f"{free:,} of {_room(prefixes):,} addresses free" if free is not None else ""
    detail = " · ".join(
        word for word in (segment(network["id"], "resourceGroups"), ", ".join(prefixes), room) if word
    )
    return Suggestion(
        subnet["id"],
        f"{_text(network.get('name'))} / {name}",
        detail,
        region_name(_text(network.get("location"))),
        reason,
        {
            "free": free,
            "network": network["id"],
            "group": segment(network["id"], "resourceGroups"),
            "securityGroup": _text(_get(properties, "networkSecurityGroup", "id")),
            "outbound": _get(properties, "defaultOutboundAccess") is not False,
        },
    )


def _room(prefixes: list[str]) -> int:
    """Addresses of the IPv4 prefixes that Azure leaves for use."""
    room = 0
    for each in prefixes:
        base, _, bits = each.partition("/")
        if ":" not in base and bits.isascii() and bits.isdigit() and int(bits) <= 32:
            room += max(0, 2 ** (32 - int(bits)) - _RESERVED)
    return room


def _free(prefixes: list[str], used: int) -> int | None:
    room = _room(prefixes)
    return max(0, room - used) if room or any(":" not in each for each in prefixes) else None


@source("loadBalancers", "subscription")
def load_balancers(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """Backend pools, NAT pools and probes; `what` in the facts tells which."""
    for balancer in _resources(client, where, "Microsoft.Network/loadBalancers", _NETWORK):
        properties, tier = balancer.get("properties"), _text(_get(balancer, "sku", "name")) or "Basic"
        fronts = _dicts(_get(properties, "frontendIPConfigurations"))
        public = any(_get(each, "properties", "publicIPAddress") for each in fronts)
        side = "public" if public else "internal"
        reason = "Basic load balancers were retired" if tier == "Basic" else ""
        for what, member in (
            ("pool", "backendAddressPools"),
            ("natPool", "inboundNatPools"),
            ("probe", "probes"),
        ):
            for each in _dicts(_get(properties, member)):
                if isinstance(each.get("id"), str):
                    words = (
                        f"{segment(balancer['id'], 'resourceGroups')} · {tier} · {side}{_more(what, each)}"
                    )
                    facts = {"what": what, "tier": tier, "side": side, "balancer": balancer["id"]}
                    title = f"{_text(balancer.get('name'))} / {_text(each.get('name'))}"
                    place = region_name(_text(balancer.get("location")))
                    yield Suggestion(each["id"], title, words, place, reason, facts)


def _more(what: str, item: dict[str, Any]) -> str:
    properties = item.get("properties")
    if what == "natPool":
        first, last = _get(properties, "frontendPortRangeStart"), _get(properties, "frontendPortRangeEnd")
        return f" · ports {first} to {last} onto {_get(properties, 'backendPort')}"
    if what == "probe":
        path = _text(_get(properties, "requestPath"))
        return f" · {_text(_get(properties, 'protocol'))} {_get(properties, 'port')} {path}".rstrip()
    return ""


@source("applicationGateways", "subscription")
def application_gateways(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for gateway in _resources(client, where, "Microsoft.Network/applicationGateways", _NETWORK):
        properties = gateway.get("properties")
        stopped = _text(_get(properties, "operationalState")) == "Stopped"
        configured = _dicts(_get(properties, "gatewayIPConfigurations"))
        subnet = _text(_get(configured[0], "properties", "subnet", "id")) if configured else ""
        for each in _dicts(_get(properties, "backendAddressPools")):
            if isinstance(each.get("id"), str):
                words = (
                    f"{segment(gateway['id'], 'resourceGroups')} · {_text(_get(properties, 'sku', 'name'))}"
                )
                if stopped:
                    words += " · stopped"
                title = f"{_text(gateway.get('name'))} / {_text(each.get('name'))}"
                place = region_name(_text(gateway.get("location")))
                facts = {"network": subnet.rsplit("/subnets/", 1)[0], "subnet": subnet}
                yield Suggestion(each["id"], title, words, place, facts=facts)


@source("networkSecurityGroups", "subscription")
def network_security_groups(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.Network/networkSecurityGroups", _NETWORK):
        yield _named(each, _plural(len(_dicts(_get(each, "properties", "securityRules"))), "rule"))


@source("applicationSecurityGroups", "subscription")
def application_security_groups(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.Network/applicationSecurityGroups", _NETWORK):
        yield _named(each)


@source("publicIPPrefixes", "subscription")
def public_ip_prefixes(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.Network/publicIPPrefixes", _NETWORK):
        length = _get(each, "properties", "prefixLength")
        prefix = _text(_get(each, "properties", "ipPrefix")) or f"/{length}"
        number = 2 ** (32 - length) if isinstance(length, int) and 0 <= length <= 32 else 0
        yield _named(each, f"{prefix} · {_plural(number, 'address').replace('addresss', 'addresses')}")


# --- keys, identities, placement -------------------------------------------------------------------------------------


@source("vaults", "subscription")
def vaults(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.KeyVault/vaults", _VAULTS):
        deployment = _get(each, "properties", "enabledForDeployment") is True
        reason = "" if deployment else "Not enabled for deployment: virtual machines cannot fetch from it"
        uri = _text(_get(each, "properties", "vaultUri"))
        yield _named(each, uri.removeprefix("https://").rstrip("/"), reason=reason, facts={"uri": uri})


@source("vaultSecrets", "subscription")
def vault_secrets(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """Certificates and other secrets of vaults, by name only: their values are never asked for."""
    refused: AzureError | None = None
    asked = 0
    for vault in _resources(client, where, "Microsoft.KeyVault/vaults", _VAULTS):
        asked += 1
        if asked > CALLS:
            break
        try:
            held = list(client.pages(f"{vault['id']}/secrets", _VAULTS))
        except (Forbidden, NotFound) as error:
            # One closed vault must not hide what is in the others.
            refused = error
            continue
        deployment = _get(vault, "properties", "enabledForDeployment") is True
        for each in held:
            yield _secret(vault, each, deployment=deployment)
        refused = None if held else refused
    if refused is not None:
        raise refused


def _secret(vault: dict[str, Any], secret: dict[str, Any], *, deployment: bool) -> Suggestion:
    properties = secret.get("properties")
    content = _text(_get(properties, "contentType"))
    certificate = content in {"application/x-pkcs12", "application/x-pem-file"}
    reason = "" if deployment else "Its vault is not enabled for deployment"
    if _get(properties, "attributes", "enabled") is False:
        reason = "Disabled"
    return Suggestion(
        _text(_get(properties, "secretUriWithVersion")) or _text(_get(properties, "secretUri")),
        f"{_text(vault.get('name'))} / {_text(secret.get('name'))}",
        f"{segment(vault['id'], 'resourceGroups')} · {'certificate' if certificate else content or 'secret'}",
        region_name(_text(vault.get("location"))),
        reason,
        {"what": "certificate" if certificate else "secret", "vault": vault["id"]},
    )


@source("diskEncryptionSets", "subscription")
def disk_encryption_sets(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    words = {
        "EncryptionAtRestWithCustomerKey": "own key",
        "EncryptionAtRestWithPlatformAndCustomerKeys": "own key and Azure's",
        "ConfidentialVmEncryptedWithCustomerKey": "confidential VMs",
    }
    for each in _resources(client, where, "Microsoft.Compute/diskEncryptionSets", _DISKS):
        kind = _text(_get(each, "properties", "encryptionType"))
        yield _named(each, words.get(kind, kind), facts={"encryption": kind})


@source("proximityPlacementGroups", "subscription")
def proximity_placement_groups(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.Compute/proximityPlacementGroups", _COMPUTE):
        zones = [zone for zone in each.get("zones") or () if isinstance(zone, str)]
        intended = [
            size for size in _get(each, "properties", "intent", "vmSizes") or () if isinstance(size, str)
        ]
        words = [
            f"zone {', '.join(zones)}" if zones else "",
            f"for {', '.join(intended)}" if intended else "",
        ]
        yield _named(each, " · ".join(word for word in words if word), facts={"zones": zones})


@source("capacityReservationGroups", "subscription")
def capacity_reservation_groups(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.Compute/capacityReservationGroups", _COMPUTE):
        zones = [zone for zone in each.get("zones") or () if isinstance(zone, str)]
        yield _named(each, f"zones {', '.join(zones)}" if zones else "", facts={"zones": zones})


@source("hostGroups", "subscription")
def host_groups(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.Compute/hostGroups", _COMPUTE):
        automatic = _get(each, "properties", "supportAutomaticPlacement") is True
        domains = _get(each, "properties", "platformFaultDomainCount")
        reason = "" if automatic else "It does not place instances automatically"
        yield _named(each, f"{domains} fault domains" if domains else "", reason=reason)


@source("identities", "subscription")
def identities(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    for each in _resources(client, where, kind, _IDENTITIES):
        # An identity may serve in any region.
        suggestion = _named(each, region_name(_text(each.get("location"))))
        yield Suggestion(suggestion.value, suggestion.title, suggestion.detail)


@source("sshPublicKeys", "subscription")
def ssh_public_keys(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    for each in _resources(client, where, "Microsoft.Compute/sshPublicKeys", _COMPUTE):
        key = _text(_get(each, "properties", "publicKey")).strip()
        if key:
            words = key.split(maxsplit=1)[0]
            yield Suggestion(
                key, _text(each.get("name")), f"{segment(each['id'], 'resourceGroups')} · {words}"
            )


# --- extensions ------------------------------------------------------------------------------------------------------

_EXTENDERS: Final = (
    "Microsoft.Azure.Extensions",
    "Microsoft.Compute",
    "Microsoft.ManagedServices",
    "Microsoft.Azure.Monitor",
    "Microsoft.Azure.KeyVault",
    "Microsoft.Azure.ActiveDirectory",
    "Microsoft.Azure.Security",
    "Microsoft.GuestConfiguration",
)


@source("extensionPublishers", "subscription", "region", lasts=DAY)
def extension_publishers(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    yield from _publishers(client, where, _EXTENDERS)


@source("extensionTypes", "subscription", "region", "publisher", lasts=DAY)
def extension_types(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    path = in_region(where, f"publishers/{where.publisher.strip()}/artifacttypes/vmextension/types")
    for number, name in enumerate(names_at(client, path)):
        yield _extension(client, path, name) if number < CALLS // 2 else Suggestion(name, name)


def _extension(client: ArmClient, path: str, name: str) -> Suggestion:
    """The type with what its newest version says: some are for single machines only."""
    try:
        newest = _newest(names_at(client, f"{path}/{name}/versions"))
        if not newest:
            return Suggestion(name, name, reason="It has no version")
        detail = client.send("GET", client.url(f"{path}/{name}/versions/{newest}", _COMPUTE)).json()
    except (Forbidden, NotFound):
        return Suggestion(name, name)
    system = _text(_get(detail, "properties", "operatingSystem"))
    suits = _get(detail, "properties", "vmScaleSetEnabled") is not False
    reason = "" if suits else "For single virtual machines only, not for scale sets"
    return Suggestion(name, name, f"{system} · newest {newest}", reason=reason, facts={"system": system})


@source("extensionVersions", "subscription", "region", "publisher", "type", lasts=DAY)
def extension_versions(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """Major and minor only: Azure chooses the rest."""
    path = (
        f"publishers/{where.publisher.strip()}/artifacttypes/vmextension/types/{where.type.strip()}/versions"
    )
    seen: dict[str, str] = {}
    for name in sorted(names_at(client, in_region(where, path)), key=_parts, reverse=True):
        seen.setdefault(".".join(name.split(".")[:2]), name)
    for short, newest in seen.items():
        yield Suggestion(short, short, f"now {newest}" if newest != short else "")


def _newest(names: list[str]) -> str:
    return max(names, key=_parts, default="")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isascii() and part.isdigit() else 0 for part in version.split("."))
