"""The checks: each asks Azure one thing and says what it found. None changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.demand import addresses, demand, get
from vmssbuilder.scaleset.paths import Path

from ..errors import Forbidden, NotFound
from ..pickers.suggestions import Suggestion, Where, region_name
from .context import CheckContext, NotSaid
from .referred import unfit
from .results import PreflightFinding

Check = Callable[[CheckContext], Iterator[PreflightFinding]]

_PROVIDERS: Final = "2021-04-01"
_PREVIEWS: Final = "2021-07-01"
_COMPUTE: Final = "2024-07-01"
_NETWORK: Final = "2025-05-01"
_AGREEMENTS: Final = "2021-01-01"
_VERSIONS: Final = {
    "microsoft.network": _NETWORK,
    "microsoft.compute": _COMPUTE,
    "microsoft.compute/galleries": "2024-03-03",
    "microsoft.compute/diskencryptionsets": "2025-01-02",
    "microsoft.compute/disks": "2025-01-02",
    "microsoft.compute/snapshots": "2025-01-02",
    "microsoft.keyvault": "2025-05-01",
    "microsoft.managedidentity": "2023-01-31",
}
"""The API version by which a resource is read, by its provider or, where it has one of its own, its type."""

_RESERVATION: Final = (
    "properties",
    "virtualMachineProfile",
    "capacityReservation",
    "capacityReservationGroup",
    "id",
)
_IMAGE: Final = ("properties", "virtualMachineProfile", "storageProfile", "imageReference")


def passed(sentence: str, path: str = "") -> PreflightFinding:
    return PreflightFinding("passed", sentence, path=path)


# --- where -----------------------------------------------------------------------------------------------------------


def name(context: CheckContext) -> Iterator[PreflightFinding]:
    """A new scale set goes over none; an update finds one."""
    address = context.address
    found = context.live()
    if context.updates and found is None:
        yield PreflightFinding(
            "failed",
            f"There is no scale set “{address.name}” in “{address.resource_group}” to update.",
            "Check the name and the resource group, or make the request a create.",
            "$target.name",
        )
    elif context.updates:
        yield passed(f"“{address.name}” is there to be updated.", "$target.name")
    elif found is not None:
        yield PreflightFinding(
            "failed",
            f"There is already a scale set “{address.name}” in “{address.resource_group}”.",
            "Choose another name, or make the request an update.",
            "$target.name",
        )
    else:
        yield passed(f"The name “{address.name}” is free in “{address.resource_group}”.", "$target.name")


def provider(context: CheckContext) -> Iterator[PreflightFinding]:
    """The subscription may make scale sets in this API version, in this region, and has the features that they need."""
    path = f"/subscriptions/{context.subscription}/providers/Microsoft.Compute"
    body = context.client.send("GET", context.client.url(path, _PROVIDERS)).json()
    if str(body.get("registrationState")).lower() != "registered":
        yield PreflightFinding(
            "failed",
            "The subscription is not registered for Microsoft.Compute.",
            "Have an owner register the resource provider: az provider register --namespace Microsoft.Compute",
            "$target.subscription",
        )
        return
    types = body.get("resourceTypes")
    mine: Mapping[str, Any] = next(
        (
            each
            for each in (types if isinstance(types, list) else ())
            if isinstance(each, dict) and str(each.get("resourceType")).lower() == "virtualmachinescalesets"
        ),
        {},
    )
    served, version = mine.get("apiVersions"), context.request.api_version
    if isinstance(served, list) and served and version not in served:
        yield PreflightFinding(
            "failed",
            f"Azure does not serve API version {version} to this subscription.",
            f"Choose another version, for example {served[0]}.",
            "$target.apiVersion",
        )
    regions, region = mine.get("locations"), get(context.request.document, "location")
    if isinstance(regions, list) and regions and isinstance(region, str) and region.strip():
        known = {region_name(each) for each in regions if isinstance(each, str)}
        if region_name(region) not in known:
            yield PreflightFinding(
                "failed", f"Scale sets are not offered in “{region}”.", "Choose another region.", "location"
            )
    yield passed("Microsoft.Compute is registered.", "$target.subscription")
    yield from _features(context)


_FEATURES: Final[tuple[tuple[str, Path, str, str], ...]] = (
    (
        "EncryptionAtHost",
        ("properties", "virtualMachineProfile", "securityProfile", "encryptionAtHost"),
        "true",
        "Encryption at host",
    ),
    (
        "VmssAutomaticZonePlacement",
        ("placement", "zonePlacementPolicy"),
        "auto",
        "That Azure picks the zones",
    ),
)
"""What a subscription has to be registered for: Azure's name, where it is asked for with which value, and words for it."""


def _features(context: CheckContext) -> Iterator[PreflightFinding]:
    whole = context.whole()
    for feature, place, value, words in _FEATURES:
        if str(get(whole, *place)).lower() != value:
            continue
        path = f"/subscriptions/{context.subscription}/providers/Microsoft.Features/providers/Microsoft.Compute/features/{feature}"
        try:
            body = context.client.send("GET", context.client.url(path, _PREVIEWS)).json()
        except (NotFound, Forbidden) as error:
            sentence = f"{words} needs the feature {feature}, and Azure does not say whether the subscription has it."
            cure = f"Ask an owner: az feature show --namespace Microsoft.Compute --name {feature}"
            yield PreflightFinding("unknown", sentence, cure, paths.text(place), error.said)
            continue
        state = str(get(body, "properties", "state"))
        if state.lower() != "registered":
            yield PreflightFinding(
                "failed",
                f"{words} needs the feature {feature}, which is {_STATES.get(state.lower(), 'not registered')} in this subscription.",
                f"Have an owner register it: az feature register --namespace Microsoft.Compute --name {feature}",
                paths.text(place),
            )
        else:
            yield passed(f"The feature {feature} is registered.", paths.text(place))


_STATES: Final = {"pending": "still being approved", "registering": "still being registered"}
"""The states of a feature that may soon be there, in words."""


# --- sizes and quota -------------------------------------------------------------------------------------------------


def size(context: CheckContext) -> Iterator[PreflightFinding]:
    """Each size is on offer in the region and in each zone, or in enough zones for Azure to pick from."""
    whole = context.whole()
    zones = _texts(get(whole, "zones"))
    picked = str(get(whole, "placement", "zonePlacementPolicy")).lower() == "auto"
    for path, wanted, known in context.wanted_sizes():
        told = _on_offer(paths.text(path), wanted, known, context.where.region, zones)
        few = _few_zones(known, whole, context.where.region) if known and picked else None
        yield few if few is not None and told.status == "passed" else told


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _few_zones(known: Suggestion, whole: Mapping[str, Any], region: str) -> PreflightFinding | None:
    """That Azure has less than two zones to pick from for the size."""
    included, excluded = (_texts(get(whole, "placement", each)) for each in ("includeZones", "excludeZones"))
    there = [
        each for each in known.facts["zones"] if (not included or each in included) and each not in excluded
    ]
    if len(there) > 1:
        return None
    path = (
        f"placement.{'includeZones' if included else 'excludeZones' if excluded else 'zonePlacementPolicy'}"
    )
    if not there:
        sentence = f"There is no zone of {region} to pick from for {known.value}."
        return PreflightFinding("failed", sentence, "Choose another size or region, or other zones.", path)
    sentence = (
        f"For {known.value} there is zone {there[0]} of {region} only, and Azure spreads instances over two."
    )
    return PreflightFinding("warning", sentence, "Choose another size or region, or list the zone.", path)


def _on_offer(
    path: str, wanted: str, known: Suggestion | None, region: str, zones: list[str]
) -> PreflightFinding:
    if known is None:
        return PreflightFinding(
            "failed", f"{wanted} is not on offer in {region}.", "Choose another size or region.", path
        )
    if known.reason:
        sentence = f"{wanted} cannot be used in {region}. {known.reason}."
        return PreflightFinding("failed", sentence, "Choose another size.", path)
    closed = [each for each in zones if each not in known.facts["zones"]]
    if closed:
        there = ", ".join(known.facts["zones"])
        return PreflightFinding(
            "failed",
            f"{wanted} is not on offer in zone {', '.join(closed)} of {region}.",
            f"Choose among zones {there}, or another size." if there else "Choose no zones, or another size.",
            "zones",
        )
    where = f"{region}, zone {', '.join(zones)}" if zones else region
    return passed(f"{wanted} is on offer in {where}.", path)


def quota(context: CheckContext) -> Iterator[PreflightFinding]:
    """Cores of the family and of the region, Spot cores, instances and scale sets, against what is left."""
    if get(context.whole(), "properties", "hostGroup", "id"):
        yield passed("Instances on dedicated hosts use no quota of their own.", "properties.hostGroup")
        return
    if get(context.whole(), *_RESERVATION):
        yield PreflightFinding(
            "unknown",
            "Instances use no quota up to the reserved quantity, so this was not checked.",
            "Compare the number of instances with the quantity of the reservation.",
            paths.text(_RESERVATION),
        )
        return
    wanted, known = context.size()
    if known is None:
        why = (
            "With a mix of sizes Azure picks which of them it makes"
            if wanted.strip().lower() == "mix"
            else f"Azure does not tell the cores of {wanted}"
        )
        yield PreflightFinding("unknown", f"{why}, so this was not checked.")
        return
    cores, family = int(known.facts["vcpus"]), str(known.facts["family"])
    asks = demand(context.whole())
    if not asks.instances:
        raise NotSaid("number of instances", "sku.capacity")
    live = context.live() if context.updates else None
    had = demand(live.document) if live else demand({})
    # What runs now counts as used already; with another size it is given back only as its instances go.
    same = live is not None and str(get(live.document, "sku", "name")).lower() == wanted.lower()
    regular = asks.instances - asks.spot
    before = had.instances - had.spot
    more = {
        "cores": cores * (regular - before if same else regular),
        family: cores * (regular - before if same else regular),
        "lowprioritycores": cores * (asks.spot - had.spot if same else asks.spot),
        "virtualmachines": asks.instances - had.instances,
        "virtualmachinescalesets": 0 if live else 1,
    }
    where = context.where
    path = f"/subscriptions/{where.subscription}/providers/Microsoft.Compute/locations/{where.region}/usages"
    lowered = {each.lower(): number for each, number in more.items()}
    told = 0
    for usage in context.client.pages(path, _COMPUTE):
        key, limit, used = (
            str(get(usage, "name", "value")).lower(),
            usage.get("limit"),
            usage.get("currentValue"),
        )
        needed = lowered.get(key, 0)
        if needed <= 0 or not isinstance(limit, int) or not isinstance(used, int) or limit < 0:
            continue
        title = get(usage, "name", "localizedValue") or key
        spot = key == "lowprioritycores"
        extra = 0
        if key != "virtualmachinescalesets":
            unit = 1 if key == "virtualmachines" else cores
            # Instances that are made only to be on the safe side use no quota, those of an upgrade do.
            extra = unit * asks.surge if spot or asks.spot < asks.instances else 0
        told += 1
        yield _of_quota(str(title), needed, extra, used, limit)
    if not told:
        yield passed("The request needs no more quota than it has.", "sku.capacity")


def _of_quota(title: str, needed: int, extra: int, used: int, limit: int) -> PreflightFinding:
    left = limit - used
    sums = f"{needed:,} needed, {left:,} of {limit:,} left"
    if needed > left:
        return PreflightFinding(
            "failed",
            f"{title}: {sums}.",
            "Ask for fewer or smaller instances, or request more quota.",
            "sku.capacity",
        )
    if extra and needed + extra > left:
        return PreflightFinding(
            "warning",
            f"{title}: {sums}; with {extra:,} more for a while during upgrades it would not suffice.",
            "Request more quota, or turn max surge off.",
            "sku.capacity",
        )
    more = f", and room for {extra:,} more for a while" if extra else ""
    return passed(f"{title}: {sums}{more}.", "sku.capacity")


# --- networks --------------------------------------------------------------------------------------------------------


def subnets(context: CheckContext) -> Iterator[PreflightFinding]:
    """Each subnet has addresses for all instances, those that are there only for a while included."""
    whole = context.whole()
    asks, wanted = demand(whole), addresses(whole)
    if not wanted:
        raise NotSaid(
            "subnet", "properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"
        )
    if not asks.instances:
        raise NotSaid("number of instances", "sku.capacity")
    live = context.live() if context.updates else None
    held = addresses(live.document) if live else {}
    had = demand(live.document).instances if live else 0
    by_network: dict[str, dict[str, tuple[int, int]]] = {}
    for key, each in wanted.items():
        place = paths.text(each.path)
        network = each.subnet.rpartition("/subnets/")[0]
        if not network or not network.startswith("/") or "virtualnetworks/" not in network.lower():
            yield PreflightFinding(
                "failed", f"“{each.subnet}” is not the id of a subnet.", "Correct the id.", place
            )
            continue
        try:
            room = by_network.setdefault(network.lower(), {}) or _room(context, network)
        except NotFound:
            yield PreflightFinding(
                "failed", f"The network of {_short(each.subnet)} is not there.", "Correct the id.", place
            )
            continue
        by_network[network.lower()] = room
        if key not in room:
            yield PreflightFinding(
                "failed", f"{_short(each.subnet)} is not there.", "Choose another subnet.", place
            )
            continue
        used, limit = room[key]
        own = held[key].each * had if key in held else 0
        needed, extra = each.each * asks.instances - own, each.each * asks.extra
        yield _of_subnet(_short(each.subnet), place, needed, extra, limit - used)


def _room(context: CheckContext, network: str) -> dict[str, tuple[int, int]]:
    """Addresses in use and usable, by subnet."""
    return {
        each["id"].lower(): (int(each["currentValue"]), int(each["limit"]))
        for each in context.client.pages(f"{network}/usages", _NETWORK)
        if isinstance(each.get("id"), str)
        and isinstance(each.get("currentValue"), int | float)
        and isinstance(each.get("limit"), int | float)
    }


def _of_subnet(title: str, place: str, needed: int, extra: int, free: int) -> PreflightFinding:
    sums = f"{max(0, needed):,} address{'' if needed == 1 else 'es'} needed, {free:,} free"
    if needed > free:
        return PreflightFinding(
            "failed", f"{title}: {sums}.", "Choose a larger subnet, or ask for fewer instances.", place
        )
    if needed + extra > free:
        return PreflightFinding(
            "warning",
            f"{title}: {sums}; with {extra:,} more for a while during growth or upgrades it would be full.",
            "Choose a larger subnet, or turn overprovisioning and max surge off.",
            place,
        )
    more = f", and room for {extra:,} more for a while" if extra else ""
    return passed(f"{title}: {sums}{more}.", place)


def _short(resource_id: str) -> str:
    return f"“{'/'.join(resource_id.rstrip('/').split('/')[-2:])}”"


# --- references ------------------------------------------------------------------------------------------------------

_FREE_TEXT: Final = frozenset({"tags", "settings", "protectedSettings"})
MOST_REFERENCES: Final = 50


def references(context: CheckContext) -> Iterator[PreflightFinding]:
    """Each resource that the request refers to is there, in the region where it has to be, and as it has to be."""
    named = _named(context.request.document)
    region = get(context.whole(), "location")
    place = region_name(region) if isinstance(region, str) else ""
    known: dict[str, dict[str, Any]] = {}
    for resource_id, path in list(named.values())[:MOST_REFERENCES]:
        yield from _referred(context, resource_id, paths.text(path), place, known)
    if len(named) > MOST_REFERENCES:
        yield PreflightFinding(
            "unknown", f"Only the first {MOST_REFERENCES} of {len(named)} resources were looked at."
        )
    if not named:
        yield passed("The request refers to no other resource.")


def _named(document: Any) -> dict[str, tuple[str, Path]]:
    """Ids and their first places, by the id in lower case."""
    found: dict[str, tuple[str, Path]] = {}

    def walk(value: Any, path: Path) -> None:
        if secrets.is_reference(value):
            return
        if isinstance(value, dict):
            for member, inner in value.items():
                if member in _FREE_TEXT:
                    continue
                note(member, (*path, member))
                walk(inner, (*path, member))
        elif isinstance(value, list):
            for position, inner in enumerate(value):
                walk(inner, (*path, position))
        elif isinstance(value, str):
            note(value, path)

    def note(text: str, path: Path) -> None:
        if text.lower().startswith("/subscriptions/") and "/providers/" in text.lower():
            found.setdefault(text.rstrip("/").lower(), (text.rstrip("/"), path))

    walk(document, ())
    return found


def _referred(
    context: CheckContext, resource_id: str, path: str, region: str, known: dict[str, dict[str, Any]]
) -> Iterator[PreflightFinding]:
    parts = resource_id.split("/")
    if len(parts) < 9 or any(not part.strip(". ") or set(part) & set("?#%\\") for part in parts[1:]):
        yield PreflightFinding(
            "failed", f"“{resource_id[:200]}” is not a resource id.", "Correct the id.", path
        )
        return
    kind = f"{parts[6]}/{parts[7]}".lower()
    version = _VERSIONS.get(kind) or _VERSIONS.get(parts[6].lower())
    if version is None:
        yield PreflightFinding(
            "unknown", f"{_short(resource_id)} is of a kind that is not looked up here.", path=path
        )
        return
    # Pools, probes and subnets are members of the resource around them; images of a gallery stand for themselves.
    inside = kind.startswith("microsoft.network/")
    # “latest” is a word for a version and no resource: the application itself has to be there.
    newest = kind == "microsoft.compute/galleries" and resource_id.lower().endswith("/versions/latest")
    asked = "/".join(parts[:9] if inside else parts[:-2] if newest else parts)
    try:
        if asked.lower() not in known:
            known[asked.lower()] = context.client.send("GET", context.client.url(asked, version)).json()
    except NotFound as error:
        said = {
            "resourcegroupnotfound": "Its resource group does not exist",
            "subscriptionnotfound": "Its subscription does not exist",
        }
        why = said.get(error.code.lower(), "It does not exist")
        yield PreflightFinding(
            "failed", f"{_short(resource_id)} is not there. {why}.", "Choose another one.", path
        )
        return
    except Forbidden as error:
        yield PreflightFinding(
            "unknown",
            f"You may not look at {_short(resource_id)}, so it was not checked.",
            "Ask for the Reader role there.",
            path,
            error.said,
        )
        return
    body = known[asked.lower()]
    if inside and asked.lower() != resource_id.lower() and not _holds(body, resource_id.lower()):
        yield PreflightFinding("failed", f"{_short(resource_id)} is not there.", "Choose another one.", path)
        return
    elsewhere = _elsewhere(body, kind, resource_id, path, region)
    found = [elsewhere] if elsewhere else list(unfit(kind, resource_id, body, path, context.whole()))
    yield from found or [passed(f"{_short(resource_id)} is there.", path)]


def _holds(body: Any, wanted: str) -> bool:
    if isinstance(body, dict):
        return str(body.get("id")).lower() == wanted or any(_holds(each, wanted) for each in body.values())
    return isinstance(body, list) and any(_holds(each, wanted) for each in body)


def _elsewhere(
    body: Mapping[str, Any], kind: str, resource_id: str, path: str, region: str
) -> PreflightFinding | None:
    """That the resource is in another region than the scale set."""
    if kind == "microsoft.compute/galleries":
        targets = get(body, "properties", "publishingProfile", "targetRegions")
        there = {region_name(str(each.get("name"))) for each in targets or () if isinstance(each, dict)}
        if there and region and region not in there:
            return PreflightFinding(
                "failed",
                f"{_short(resource_id)} is not replicated to {region}.",
                "Replicate the image version there, or choose another one.",
                path,
            )
    elif not kind.startswith("microsoft.managedidentity/"):
        own = region_name(str(body.get("location") or ""))
        if own and region and own not in {region, "global"}:
            return PreflightFinding(
                "failed",
                f"{_short(resource_id)} is in {own}, the scale set in {region}.",
                "Choose one in the same region.",
                path,
            )
    return None


# --- the marketplace -------------------------------------------------------------------------------------------------


def plan(context: CheckContext) -> Iterator[PreflightFinding]:
    """The image is there, and where it is sold with terms, the plan is named and the terms are accepted."""
    whole = context.whole()
    image = {each: get(whole, *_IMAGE, each) for each in ("publisher", "offer", "sku")}
    place = paths.text(_IMAGE)
    if not all(isinstance(each, str) and each.strip() for each in image.values()):
        yield passed("The image is none of the marketplace's, so it needs no plan.", place)
        return
    where = Where(context.where.subscription, context.where.region, *image.values())
    if where.missing(("publisher", "offer", "sku")):
        yield PreflightFinding(
            "failed", "The image's publisher, offer or SKU cannot be right.", "Correct it.", place
        )
        return
    found = context.image()
    if found is None:
        title = " / ".join(image.values())
        yield PreflightFinding(
            "failed", f"The image {title} is not on offer in {where.region}.", "Choose another image.", place
        )
        return
    title, newest = found
    if newest.facts["deprecation"]:
        yield _withdrawn(title, str(newest.facts["deprecation"]), place)
    if not newest.facts["plan"]:
        yield passed(f"{title} needs no plan.", place)
        return
    yield from _terms(context, whole, title, newest)


def _withdrawn(title: str, state: str, place: str) -> PreflightFinding:
    if state.lower() == "deprecated":
        sentence = f"{title} is withdrawn: Azure makes no new instances of it."
        return PreflightFinding("failed", sentence, "Choose a newer image.", place)
    return PreflightFinding("warning", f"{title} is going to be withdrawn.", "Choose a newer image.", place)


def _terms(
    context: CheckContext, whole: Mapping[str, Any], title: str, image: Suggestion
) -> Iterator[PreflightFinding]:
    for path, value in image.also.items():
        said = get(whole, *paths.parse(path))
        if not isinstance(said, str) or said.lower() != value.lower():
            yield PreflightFinding(
                "failed",
                f"{title} is sold with a plan, and the request does not name it.",
                f"Set {path} to “{value}”.",
                path,
            )
            return
    publisher, offer, name = (image.also[f"plan.{each}"] for each in ("publisher", "product", "name"))
    path = (
        f"/subscriptions/{context.subscription}/providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine"
        f"/publishers/{publisher}/offers/{offer}/plans/{name}/agreements/current"
    )
    body = context.client.send("GET", context.client.url(path, _AGREEMENTS)).json()
    if get(body, "properties", "accepted") is True:
        yield passed(f"The terms of {title} are accepted.", "plan")
    else:
        yield PreflightFinding(
            "failed",
            f"Nobody has accepted the terms of {title} in this subscription yet.",
            f"Have an owner accept them: az vm image terms accept --publisher {publisher} --offer {offer} --plan {name}",
            "plan",
        )
