"""The sandbox's answers about sizes, quota, images and extensions: everything that a region has on offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from . import images, sizes, world
from .access import known_subscription
from .memory import Memory
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer
from .routes import SUBSCRIPTION, Route, listed

_COMPUTE: Final = rf"{SUBSCRIPTION}/providers/microsoft\.compute"
_REGION: Final = rf"{_COMPUTE}/locations/([^/]+)"
_PUBLISHER: Final = rf"{_REGION}/publishers/([^/]+)/artifacttypes"
_AGREEMENT: Final = (
    rf"{SUBSCRIPTION}/providers/microsoft\.marketplaceordering/offertypes/virtualmachine"
    r"/publishers/([^/]+)/offers/([^/]+)/plans/([^/]+)/agreements/current"
)
NOT_ACCEPTED: Final = frozenset({"f5-networks", "fortinet", "bitnami"})
"""Publishers whose terms nobody has accepted yet, in any subscription."""
SKUS_A_PAGE: Final = 1_000
SKUS_VERSION: Final = "2021-07-01"

_LIMITS: Final = {
    "cores": 350,
    "virtualMachines": 25_000,
    "virtualMachineScaleSets": 2_500,
    "lowPriorityCores": 100,
}
FAMILY_LIMIT: Final = 100


class Marketplace:
    """Sizes, quota, images and extensions."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @property
    def routes(self) -> tuple[Route, ...]:
        image, extension = rf"{_PUBLISHER}/vmimage/offers", rf"{_PUBLISHER}/vmextension/types"
        return (
            (rf"{_COMPUTE}/skus", {"GET": self._skus}),
            (rf"{_REGION}/usages", {"GET": self._usages}),
            (rf"{_REGION}/publishers", {"GET": self._publishers}),
            (image, {"GET": self._offers}),
            (rf"{image}/([^/]+)/skus", {"GET": self._image_skus}),
            (rf"{image}/([^/]+)/skus/([^/]+)/versions", {"GET": self._image_versions}),
            (rf"{image}/([^/]+)/skus/([^/]+)/versions/([^/]+)", {"GET": self._image}),
            (extension, {"GET": self._types}),
            (rf"{extension}/([^/]+)/versions", {"GET": self._type_versions}),
            (rf"{extension}/([^/]+)/versions/([^/]+)", {"GET": self._type}),
            (_AGREEMENT, {"GET": self._agreement}),
        )

    # --- sizes and quota -------------------------------------------------------------------------------------------

    def _skus(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription = known_subscription(found[0])
        if request.api_version > SKUS_VERSION:
            message = (
                f"No registered resource provider found for API version '{request.api_version[:40]}' for type 'skus'."
                f" The supported api-versions are '{SKUS_VERSION}'."
            )
            raise Refusal(400, "NoRegisteredProviderFound", message)
        filtered = request.query.get("$filter", "")
        asked = re.fullmatch(r"\s*location\s+eq\s+'([^']*)'\s*", filtered)
        if filtered and asked is None:
            message = "The filter is not supported. Only 'location eq' is."
            raise Refusal(400, "InvalidFilter", message)
        regions: Iterable[str] = world.REGIONS
        if asked is not None:
            place = world.region(asked[1])
            regions = (place.name,) if place else ()
        shown: list[Any] = []
        for each in regions:
            shown.extend(sizes.by_region(subscription, each, self._memory.sizes))
            place = world.REGIONS[each]
            shown.extend(size.shown(subscription, place) for size in self._memory.added_sizes.values())
        return listed(request, shown, self._memory.page_size(SKUS_A_PAGE))

    def _usages(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription, region = known_subscription(found[0]), _known_region(found[1])
        return listed(request, usages(self._memory, subscription, region), self._memory.page_size(500))

    # --- images ----------------------------------------------------------------------------------------------------

    def _publishers(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        names = [each.name for each in self._memory.publishers.values()]
        return _names(request, found, names)

    def _offers(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        return _names(request, found, self._publisher(found[2]).offers)

    def _image_skus(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        _offer, skus = self._offer_of(found)
        return _names(request, found, [each.sku for each in skus])

    def _image_versions(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        offer, image = self._image_of(found)
        return _names(request, found, images.versions_of(found[2], offer, image))

    def _image(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription, region = known_subscription(found[0]), _known_region(found[1])
        offer, image = self._image_of(found)
        publisher = self._publisher(found[2]).name
        if found[5] not in images.versions_of(publisher, offer, image):
            raise _no_artifact(f"{publisher}:{offer}:{image.sku}:{found[5]}")
        properties: dict[str, Any] = {
            "osDiskImage": {
                "operatingSystem": image.system,
                "sizeInGb": 127 if image.system == "Windows" else 30,
            },
            "dataDiskImages": [{"lun": number} for number in range(image.disks)],
            "hyperVGeneration": image.generation,
            "architecture": image.architecture,
            "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": not image.plan},
            "disallowed": {"vmDiskType": "None"},
            "features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}]
            if image.generation == "V2"
            else [],
        }
        if image.plan:
            properties["plan"] = {"name": image.sku, "publisher": publisher, "product": offer}
        if image.deprecated:
            properties["imageDeprecationStatus"] = {
                "imageState": "ScheduledForDeprecation",
                "scheduledDeprecationTime": "2027-03-31T00:00:00Z",
            }
        return json_answer(200, _named(subscription, region, found[5]) | {"properties": properties})

    def _agreement(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription = known_subscription(found[0])
        _offer, image = self._image_of((found[0], "", *found[1:]))
        if not image.plan:
            raise _no_artifact(f"{found[1]}:{found[2]}:{found[3]}")
        agreement = {
            "id": f"/subscriptions/{subscription}/providers/Microsoft.MarketplaceOrdering/offerTypes/VirtualMachine"
            f"/publishers/{found[1]}/offers/{found[2]}/plans/{found[3]}/agreements/current",
            "name": found[3],
            "type": "Microsoft.MarketplaceOrdering/offertypes",
            "properties": {
                "publisher": found[1],
                "product": found[2],
                "plan": found[3],
                "accepted": found[1].lower() not in NOT_ACCEPTED,
            },
        }
        return json_answer(200, agreement)

    # --- extensions ------------------------------------------------------------------------------------------------

    def _types(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        return _names(request, found, [each.name for each in self._publisher(found[2]).extensions])

    def _type_versions(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        return _names(request, found, self._extension_of(found).versions)

    def _type(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription, region = known_subscription(found[0]), _known_region(found[1])
        extension = self._extension_of(found)
        if found[4] not in extension.versions:
            raise _no_artifact(f"{found[2]}:{found[3]}:{found[4]}")
        properties = {
            "operatingSystem": extension.system,
            "computeRole": "IaaS",
            "handlerSchema": "",
            "vmScaleSetEnabled": extension.scale_sets,
            "supportsMultipleExtensions": extension.several,
        }
        return json_answer(200, _named(subscription, region, found[4]) | {"properties": properties})

    # --- by name ---------------------------------------------------------------------------------------------------

    def _publisher(self, written: str) -> images.Publisher:
        found = self._memory.publishers.get(written.lower())
        if found is None:
            raise _no_artifact(written)
        return found

    def _offer_of(self, found: tuple[str, ...]) -> tuple[str, tuple[images.Image, ...]]:
        offers = {name.lower(): (name, skus) for name, skus in self._publisher(found[2]).offers.items()}
        if found[3].lower() not in offers:
            raise _no_artifact(f"{found[2]}:{found[3]}")
        return offers[found[3].lower()]

    def _image_of(self, found: tuple[str, ...]) -> tuple[str, images.Image]:
        offer, skus = self._offer_of(found)
        image = next((each for each in skus if each.sku.lower() == found[4].lower()), None)
        if image is None:
            raise _no_artifact(f"{found[2]}:{offer}:{found[4]}")
        return offer, image

    def _extension_of(self, found: tuple[str, ...]) -> images.ExtensionType:
        wanted = found[3].lower()
        extension = next(
            (each for each in self._publisher(found[2]).extensions if each.name.lower() == wanted), None
        )
        if extension is None:
            raise _no_artifact(f"{found[2]}:{found[3]}")
        return extension


def cores(memory: Memory, model: Mapping[str, Any]) -> dict[str, int]:
    """The cores that a scale set takes, by the name of the quota that they count against.

    Spot instances have a quota of their own; on dedicated hosts none is taken, and what a reservation holds was counted
    when it was made.
    """
    sku, properties = model.get("sku") or {}, model.get("properties") or {}
    size, capacity = memory.size(sku.get("name")), sku.get("capacity", 1)
    profile = properties.get("virtualMachineProfile") or {}
    if size is None or not isinstance(capacity, int) or properties.get("hostGroup"):
        return {}
    if profile.get("capacityReservation"):
        return {}
    number = capacity * size.vcpus
    if str(profile.get("priority")).lower() in {"spot", "low"}:
        return {"lowPriorityCores": number}
    return {"cores": number, size.series.family: number}


def usages(memory: Memory, subscription: str, region: str) -> list[dict[str, Any]]:
    """How much of what a subscription may have in a region is taken, by the scale sets that there are."""
    taken: dict[str, int] = {}
    for scale_set in memory.scale_sets.values():
        place = world.region(str(scale_set.model.get("location")))
        if scale_set.subscription != subscription or place is None or place.name != region:
            continue
        held = {"virtualMachineScaleSets": 1, "virtualMachines": scale_set.capacity}
        for name, number in (held | cores(memory, scale_set.model)).items():
            taken[name] = taken.get(name, 0) + number
    families = sorted({each.series.family for each in sizes.sizes().values()})
    limits = {**_LIMITS, **dict.fromkeys(families, FAMILY_LIMIT)}
    if memory.cores is not None:
        limits |= dict.fromkeys(("cores", *families), memory.cores)
    return [
        {
            "name": {"value": name, "localizedValue": _in_words(name)},
            "currentValue": taken.get(name, 0),
            "limit": limit,
            "unit": "Count",
        }
        for name, limit in limits.items()
    ]


def _in_words(name: str) -> str:
    titles = {
        "cores": "Total Regional vCPUs",
        "virtualMachines": "Virtual Machines",
        "virtualMachineScaleSets": "Virtual Machine Scale Sets",
        "lowPriorityCores": "Total Regional Spot vCPUs",
    }
    return titles.get(name) or f"{name.removesuffix('Family').removeprefix('standard').strip()} Family vCPUs"


def _known_region(written: str) -> str:
    place = world.region(written)
    if place is None:
        message = f"The provided location '{written[:80]}' is not available for the resource type."
        raise Refusal(400, "LocationNotAvailableForResourceType", message)
    return place.name


def _named(subscription: str, region: str, name: str) -> dict[str, Any]:
    return {
        "id": f"/Subscriptions/{subscription}/Providers/Microsoft.Compute/Locations/{region}/{name}",
        "name": name,
        "location": region,
    }


def _names(request: IncomingRequest, found: tuple[str, ...], names: Iterable[str]) -> OutgoingResponse:
    """A bare array, as these lists are. They know `$top` and `$orderby=name desc`."""
    subscription, region = known_subscription(found[0]), _known_region(found[1])
    chosen: Sequence[str] = list(names)
    if "desc" in request.query.get("$orderby", ""):
        chosen = chosen[::-1]
    top = request.query.get("$top", "")
    if top.isascii() and top.isdigit():
        chosen = chosen[: int(top)]
    return json_answer(200, [_named(subscription, region, each) for each in chosen])


def _no_artifact(what: str) -> Refusal:
    return Refusal(404, "NotFound", f"Artifact: VMImage was not found: '{what[:200]}'.")
