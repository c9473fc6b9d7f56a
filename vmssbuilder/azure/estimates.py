"""What a scale set costs by list prices: an hour and a month, part by part, with every assumption and what is left out.

    wanted = topics(document)
    made = estimate(document, {topic: fetch(session, azure, topic) for topic in wanted})
    made.monthly

Each amount is rounded before it is added up, so that the parts shown add to the sums shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.demand import demand
from vmssbuilder.scaleset.systems import evidence_in

from .pickers.suggestions import region_name
from .prices import ADDRESS, CURRENCY, Prices, PriceTopic, instance_key

HOURS_A_MONTH: Final = 730
SIZES: Final = 5
"""The most sizes of a mix that are reckoned with: Azure takes no more."""
MOST: Final = 1_000_000
"""Instances; a larger number is none that anybody means."""
LONGEST: Final = 80
"""Characters of the name of a size; longer ones are none, and no page shows them."""

_PROFILE: Final = ("properties", "virtualMachineProfile")
_CENT: Final = Decimal("0.01")
_SMALL: Final = Decimal("0.0001")

_DISKS: Final = {
    "Premium_LRS": ("Premium SSD Managed Disks", "P", "LRS"),
    "Premium_ZRS": ("Premium SSD Managed Disks", "P", "ZRS"),
    "StandardSSD_LRS": ("Standard SSD Managed Disks", "E", "LRS"),
    "StandardSSD_ZRS": ("Standard SSD Managed Disks", "E", "ZRS"),
    "Standard_LRS": ("Standard HDD Managed Disks", "S", "LRS"),
}
"""Of each kind of disk that is sold by size: the product, the letter of its sizes, and the redundancy."""

_TIERS: Final = (
    (4, 1),
    (8, 2),
    (16, 3),
    (32, 4),
    (64, 6),
    (128, 10),
    (256, 15),
    (512, 20),
    (1_024, 30),
    (2_048, 40),
    (4_096, 50),
    (8_192, 60),
    (16_384, 70),
    (32_767, 80),
)
"""A disk is billed as the next larger one: Azure's sizes in GB. Standard HDDs begin at the fourth."""
_SMALLEST: Final = {"S": 32}

_USUAL: Final = {"Windows": 127, "Linux": 30}
"""GB of the OS disk that most images of a system bring along."""

_OWN_LICENSES: Final = frozenset(("windows_server", "windows_client"))
_BROUGHT: Final = frozenset(("rhel_byos", "sles_byos"))
_PAID: Final = {"redhat": "Red Hat", "suse": "SUSE", "microsoftsqlserver": "SQL Server"}
"""Publishers whose images have a price of their own beside that of the instance."""


@dataclass(frozen=True, slots=True)
class CostPart:
    """One part of the cost, for an hour and for a month. None where no price is known."""

    what: str
    hourly: Decimal | None = None
    monthly: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a scale set costs. one: that it is the cost of one instance, because nothing says how many there are."""

    currency: str
    parts: tuple[CostPart, ...]
    assumptions: tuple[str, ...]
    left_out: tuple[str, ...]
    one: bool = False

    @property
    def hourly(self) -> Decimal:
        """The parts with a price, added up."""
        return sum((each.hourly for each in self.parts if each.hourly is not None), Decimal(0))

    @property
    def monthly(self) -> Decimal:
        """The parts with a price, added up."""
        return sum((each.monthly for each in self.parts if each.monthly is not None), Decimal(0))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts without a price."""
        return tuple(each.what for each in self.parts if each.monthly is None)

    @property
    def tells_nothing(self) -> bool:
        """Whether no part has a price."""
        return all(each.monthly is None for each in self.parts) and bool(self.parts)


# --- what a document uses --------------------------------------------------------------------------------------------


def _get(document: Any, *path: str | int) -> Any:
    return paths.get(document, path, None)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _sizes(document: Mapping[str, Any]) -> list[str]:
    """The size of all instances, or those of a mix in the order of their ranks."""
    name = _text(_get(document, "sku", "name"))
    mix = _objects(_get(document, "properties", "skuProfile", "vmSizes"))
    if name.lower() in {"", "mix"} and mix:
        ranked = sorted(mix, key=lambda each: each["rank"] if isinstance(each.get("rank"), int) else 99)
        named = [_text(each.get("name")) for each in ranked]
    else:
        named = [name]
    return [each for each in named if each and len(each) <= LONGEST][:SIZES]


def is_windows(document: Mapping[str, Any]) -> bool:
    """Whether the instances run Windows, as far as the document tells."""
    told = evidence_in(document)
    return told is not None and told.system == "Windows"


@dataclass(frozen=True, slots=True)
class _Disk:
    """A disk of one instance. size: in GB, 0 where nothing says it."""

    what: str
    kind: str
    size: int

    @property
    def product(self) -> str:
        return _DISKS[self.kind][0] if self.kind in _DISKS else ""

    @property
    def tier(self) -> str:
        """The size that it is billed as: P10."""
        if not self.product or not self.size:
            return ""
        letter = _DISKS[self.kind][1]
        size = max(self.size, _SMALLEST.get(letter, 0))
        return next((f"{letter}{name}" for most, name in _TIERS if size <= most), "")

    @property
    def sold_as(self) -> str:
        """The product in words: “Premium SSD P10”."""
        zones = ", zone-redundant" if self.kind.endswith("_ZRS") else ""
        return f"{self.product.removesuffix(' Managed Disks')} {self.tier}{zones}" if self.tier else ""

    @property
    def key(self) -> str:
        """What its price is called."""
        return f"{self.tier} {_DISKS[self.kind][2]}" if self.tier else ""


def _disks(document: Mapping[str, Any]) -> Iterator[_Disk]:
    storage = _get(document, *_PROFILE, "storageProfile")
    system = _get(storage, "osDisk")
    if _get(system, "diffDiskSettings", "option") is None:
        usual = _USUAL["Windows" if is_windows(document) else "Linux"]
        yield _Disk("OS disk", _kind(system), _whole(_get(system, "diskSizeGB")) or usual)
    for disk in _objects(_get(storage, "dataDisks")):
        yield _Disk("data disk", _kind(disk), _whole(disk.get("diskSizeGB")))


def _kind(disk: Any) -> str:
    return _text(_get(disk, "managedDisk", "storageAccountType")) or "Standard_LRS"


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _addresses(document: Mapping[str, Any]) -> int:
    """Public addresses of one instance."""
    return sum(
        isinstance(_get(each, "properties", "publicIPAddressConfiguration"), dict)
        for interface in _objects(
            _get(document, *_PROFILE, "networkProfile", "networkInterfaceConfigurations")
        )
        for each in _objects(_get(interface, "properties", "ipConfigurations"))
    )


def topics(document: Mapping[str, Any]) -> frozenset[PriceTopic]:
    """What prices are asked for; nothing while the document names no region or no size."""
    region, sizes = region_name(_text(_get(document, "location"))), _sizes(document)
    if not region or not sizes or len(region) > LONGEST:
        return frozenset()
    products = {each.product for each in _disks(document) if each.product}
    return frozenset(
        (
            *(PriceTopic("size", region, each) for each in sizes),
            *(PriceTopic("disks", region, each) for each in products),
            *((PriceTopic("addresses", region),) if _addresses(document) else ()),
        )
    )


# --- adding up -------------------------------------------------------------------------------------------------------


def estimate(document: Mapping[str, Any], prices: Mapping[PriceTopic, Prices]) -> Estimate | None:
    """What the scale set costs by these prices; None while the document names no region or no size."""
    if not topics(document):
        return None
    return _Sum(document, prices).estimate()


class _Sum:
    """One adding up of a document."""

    def __init__(self, document: Mapping[str, Any], prices: Mapping[PriceTopic, Prices]) -> None:
        self.document = document
        self.prices = prices
        self.region = region_name(_text(_get(document, "location")))
        given = _get(document, "sku", "capacity")
        self.one = not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= MOST
        self.count = 1 if self.one else given
        wants_spot = _text(_get(document, *_PROFILE, "priority")).lower() in {"spot", "low"}
        self.spot = (1 if wants_spot else 0) if self.one else demand(document).spot
        self.windows = is_windows(document)
        self.license = _text(_get(document, *_PROFILE, "licenseType")).lower()

    def estimate(self) -> Estimate:
        parts = (*self._instances(), *self._disk_parts(), *self._address_part())
        return Estimate(CURRENCY, parts, tuple(self._assumptions()), tuple(self._left_out()), self.one)

    @property
    def _billed_as_windows(self) -> bool:
        return self.windows and self.license not in _OWN_LICENSES

    def _price(self, topic: PriceTopic, name: str) -> Decimal | None:
        found = self.prices.get(topic, {}).get(name)
        return None if found is None else Decimal(str(found))

    def _instances(self) -> Iterator[CostPart]:
        system = "Windows" if self._billed_as_windows else ""
        for number, spot in ((self.count - self.spot, False), (self.spot, True)):
            if not number and (spot or self.spot):
                continue
            size, price = self._size(spot=spot)
            kinds = "".join(f", {each}" for each in (system, "Spot" if spot else "") if each)
            yield _by_hour(f"{_count(number, 'instance')} of {size}{kinds}", price, number)

    def _size(self, *, spot: bool) -> tuple[str, Decimal | None]:
        """The size that is reckoned with, and the price of an hour of it."""
        key = instance_key(windows=self._billed_as_windows, spot=spot)
        priced = [
            (name, self._price(PriceTopic("size", self.region, name), key)) for name in _sizes(self.document)
        ]
        strategy = self._strategy
        known = [(name, price) for name, price in priced if price is not None]
        if len(priced) == 1 or strategy == "prioritized" or not known:
            return priced[0]
        choose = max if strategy == "capacityoptimized" else min
        return choose(known, key=lambda each: each[1])

    @property
    def _strategy(self) -> str:
        return _text(_get(self.document, "properties", "skuProfile", "allocationStrategy")).lower()

    def _disk_parts(self) -> Iterator[CostPart]:
        for disk, each in Counter(_disks(self.document)).items():
            number = each * self.count
            size = f" ({disk.size:,} GB)" if disk.size else " of no said size"
            what = f"{_count(number, disk.what)}, {disk.sold_as or disk.kind}{size}"
            price = (
                self._price(PriceTopic("disks", self.region, disk.product), disk.key) if disk.key else None
            )
            monthly = None if price is None else _rounded(price * number, _CENT)
            yield CostPart(
                what, None if monthly is None else _rounded(monthly / HOURS_A_MONTH, _SMALL), monthly
            )

    def _address_part(self) -> Iterator[CostPart]:
        number = _addresses(self.document) * self.count
        if number:
            price = self._price(PriceTopic("addresses", self.region), ADDRESS)
            yield _by_hour(_count(number, "public IPv4 address"), price, number)

    # --- words ---

    def _assumptions(self) -> Iterator[str]:
        yield f"List prices, all {HOURS_A_MONTH} hours of a month; autoscale is not considered."
        if self.one:
            yield "Nothing says how many instances there are, so this is the cost of one."
        if self.spot:
            yield "Spot prices change at any time."
        if self.windows and not self._billed_as_windows:
            yield "Your own Windows licenses (Azure Hybrid Benefit)."
        if evidence_in(self.document) is None:
            yield "Nothing says which system the instances run, so Linux is taken."
        if len(_sizes(self.document)) > 1:
            yield {
                "prioritized": "Of the mix, the size of the first rank.",
                "capacityoptimized": "Of the mix, the dearest size.",
            }.get(self._strategy, "Of the mix, the cheapest size.")
        system = _get(self.document, *_PROFILE, "storageProfile", "osDisk")
        ephemeral = _get(system, "diffDiskSettings", "option") is not None
        if not ephemeral and not _whole(_get(system, "diskSizeGB")):
            usual = _USUAL["Windows" if self.windows else "Linux"]
            yield f"An OS disk of {usual} GB, as most such images bring along."
        if any(not _text(_get(each, "managedDisk", "storageAccountType")) for each in self._managed()):
            yield "Standard HDD for disks whose kind is not set."

    def _managed(self) -> list[dict[str, Any]]:
        storage = _get(self.document, *_PROFILE, "storageProfile")
        system = _get(storage, "osDisk")
        ephemeral = _get(system, "diffDiskSettings", "option") is not None
        own = [] if ephemeral else [system if isinstance(system, dict) else {}]
        return [*own, *_objects(_get(storage, "dataDisks"))]

    def _left_out(self) -> Iterator[str]:
        yield "Discounts, reservations and savings plans."
        yield "Load balancers, gateways and network traffic; disk operations, snapshots and backups."
        image = _get(self.document, *_PROFILE, "storageProfile", "imageReference")
        paid = _PAID.get(_text(_get(image, "publisher")).lower())
        if paid and self.license not in _BROUGHT:
            yield f"What {paid} costs beside the instance."
        if isinstance(_get(self.document, "plan"), dict):
            yield "What the image's publisher charges for its purchase plan."


def _by_hour(what: str, price: Decimal | None, number: int) -> CostPart:
    if price is None:
        return CostPart(what)
    hourly = price * number
    return CostPart(what, _rounded(hourly, _SMALL), _rounded(hourly * HOURS_A_MONTH, _CENT))


def _rounded(amount: Decimal, to: Decimal) -> Decimal:
    return amount.quantize(to, ROUND_HALF_UP)


def _count(number: int, noun: str) -> str:
    plural = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{plural}"
