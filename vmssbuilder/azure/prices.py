"""What a scale set costs by Azure's list prices: fetched without sign-in, added up with every assumption said.

    prices = fetch(open_session(azure), azure, wanted(document), currency="USD")
    estimate(document, prices).monthly

The list is on a host of its own. No token ever goes there, and a cloud without `prices_host` is never asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import requests
from urllib3.exceptions import HTTPError

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.systems import evidence_in

from . import bodies, cleaning
from .clouds import Cloud
from .errors import BadAnswer, LostAnswer, Throttled, Unreachable
from .throttling import asked_pause
from .transport import within

API_VERSION: Final = "2023-01-01-preview"
HOURS_A_MONTH: Final = 730
PAGES: Final = 10
REGION_PAGES: Final = 120
"""Pages of the list for all sizes of a region: some thousand meters, a hundred on each."""
ANSWER_TIME: Final = 10.0
"""Seconds for one page of the list."""

_PROFILE: Final = ("properties", "virtualMachineProfile")

_DISKS: Final = {
    "Premium_LRS": ("Premium SSD Managed Disks", "P"),
    "StandardSSD_LRS": ("Standard SSD Managed Disks", "E"),
    "Standard_LRS": ("Standard HDD Managed Disks", "S"),
}
"""The product and the letter of the sizes of each kind of disk that is sold by size."""

# A disk is billed as the next larger one: Azure's sizes in GB.
_TIERS: Final = (
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What prices are asked for. disks: as Azure names kinds of disks."""

    region: str
    size: str
    disks: frozenset[str] = frozenset()
    public_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Prices:
    """List prices in one currency. instances: for an hour, by (Windows, Spot). disks: for a month, by product and size.

    address: of one public IPv4 address, for an hour.
    """

    currency: str
    instances: Mapping[tuple[bool, bool], float]
    disks: Mapping[tuple[str, str], float] = field(default_factory=dict)
    address: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The prices as JSON values."""
        return {
            "currency": self.currency,
            "instances": [[*key, price] for key, price in self.instances.items()],
            "disks": [[*key, price] for key, price in self.disks.items()],
            "address": self.address,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Prices:
        """The prices that `to_json` gave."""
        instances = {(windows, spot): price for windows, spot, price in value["instances"]}
        disks = {(product, size): price for product, size, price in value["disks"]}
        return cls(value["currency"], instances, disks, value["address"])


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One part of the cost. amount: for a month, None where no price is known."""

    what: str
    amount: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a month costs. monthly: None when the instances themselves have no price. assumptions: to be shown with it."""

    currency: str
    monthly: float | None
    lines: tuple[PriceLine, ...]
    assumptions: tuple[str, ...]


# --- what a document uses --------------------------------------------------------------------------------------------


def _get(document: Any, *path: str | int) -> Any:
    return paths.get(document, path, None)


def wanted(document: Mapping[str, Any]) -> Wanted | None:
    """The prices that the document's scale set needs; None while it says too little."""
    region, size = _get(document, "location"), _get(document, "sku", "name")
    if not isinstance(region, str) or not isinstance(size, str) or not region.strip() or not size.strip():
        return None
    disks = frozenset(kind for _what, kind, _gb in _disks(document) if kind in _DISKS)
    return Wanted("".join(region.split()).lower(), size.strip(), disks, _addresses(document) > 0)


def is_windows(document: Mapping[str, Any]) -> bool:
    """Whether the instances run Windows, as far as the document tells."""
    evidence = evidence_in(document)
    return evidence is not None and evidence.system == "Windows"


def _disks(document: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """The disks of one instance: what it is, its kind and its size in GB, 0 where nothing says it."""
    storage = _get(document, *_PROFILE, "storageProfile")
    system = _get(storage, "osDisk")
    if _get(system, "diffDiskSettings", "option") is None:
        kind = _get(system, "managedDisk", "storageAccountType")
        size = _get(system, "diskSizeGB")
        usual = 127 if is_windows(document) else 30
        yield "OS disk", kind if isinstance(kind, str) else "Standard_LRS", _size(size) or usual
    data = _get(storage, "dataDisks")
    for disk in data if isinstance(data, list) else ():
        kind = _get(disk, "managedDisk", "storageAccountType")
        yield "data disk", kind if isinstance(kind, str) else "Standard_LRS", _size(_get(disk, "diskSizeGB"))


def _size(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _addresses(document: Mapping[str, Any]) -> int:
    """Public addresses of one instance."""
    interfaces = _get(document, *_PROFILE, "networkProfile", "networkInterfaceConfigurations")
    return sum(
        _get(each, "properties", "publicIPAddressConfiguration") is not None
        for interface in (interfaces if isinstance(interfaces, list) else ())
        for each in _get(interface, "properties", "ipConfigurations") or ()
    )


# --- adding up -------------------------------------------------------------------------------------------------------


def estimate(document: Mapping[str, Any], prices: Prices, *, capacity: int | None = None) -> Estimate:
    """What a month of the scale set costs. capacity: instances to reckon with instead of the document's."""
    given = _get(document, "sku", "capacity")
    number = capacity if capacity is not None else _size(given)
    windows = is_windows(document)
    spot = str(_get(document, *_PROFILE, "priority")).lower() == "spot"
    licensed = str(_get(document, *_PROFILE, "licenseType")).lower() in {"windows_server", "windows_client"}
    hourly = prices.instances.get((windows and not licensed, spot))
    size = _get(document, "sku", "name")
    instances = (
        f"{_count(number, 'instance')} of {size}"
        + (", Windows" if windows and not licensed else "")
        + (", Spot" if spot else "")
    )
    lines = [PriceLine(instances, None if hourly is None else hourly * HOURS_A_MONTH * number)]
    lines += _disk_lines(document, prices, number)
    addresses = _addresses(document)
    if addresses:
        amount = None if prices.address is None else prices.address * HOURS_A_MONTH * number * addresses
        lines.append(PriceLine(_count(number * addresses, "public IPv4 address"), amount))
    known = sum(line.amount for line in lines if line.amount is not None)
    return Estimate(
        prices.currency,
        None if hourly is None else known,
        tuple(lines),
        tuple(_assumptions(number, given, lines, windows=windows, licensed=licensed, spot=spot)),
    )


def _count(number: int, noun: str) -> str:
    plural = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{plural}"


def _disk_lines(document: Mapping[str, Any], prices: Prices, number: int) -> Iterator[PriceLine]:
    for what, kind, size in _disks(document):
        product, letter = _DISKS.get(kind, ("", ""))
        tier = (
            next((f"{letter}{name}" for most, name in _TIERS if size <= most), "") if size and product else ""
        )
        monthly = prices.disks.get((product, tier))
        title = f"{_count(number, what)}, {tier or kind}" + (f" ({size:,} GB)" if size else "")
        yield PriceLine(title, None if monthly is None else monthly * number)


def _assumptions(
    number: int, given: Any, lines: list[PriceLine], *, windows: bool, licensed: bool, spot: bool
) -> Iterator[str]:
    yield "List prices before discounts, reservations and savings plans."
    if given is None:
        yield "No instance count is given, so none is reckoned with."
    yield f"{_count(number, 'instance')} all {HOURS_A_MONTH} hours of the month; autoscale is not considered."
    if spot:
        yield "Spot prices change at any time."
    if windows and licensed:
        yield "Windows licenses are your own."
    yield "Network traffic, load balancers, disk operations, backups and software of third parties are not included."
    missing = [line.what for line in lines if line.amount is None]
    if missing:
        yield f"No list price was found for: {'; '.join(missing)}."


# --- asking ----------------------------------------------------------------------------------------------------------


def fetch(session: requests.Session, cloud: Cloud, asked: Wanted, *, currency: str = "USD") -> Prices | None:
    """The prices, None where the cloud tells none. Raises AzureError."""
    if not cloud.prices_host:
        return None
    instances: dict[tuple[bool, bool], float] = {}
    for item in _items(
        session,
        cloud,
        currency,
        serviceName="Virtual Machines",
        armRegionName=asked.region,
        armSkuName=asked.size,
        priceType="Consumption",
    ):
        sku, product = str(item.get("skuName", "")), str(item.get("productName", ""))
        price = _price(item)
        if price is not None and not sku.endswith(" Low Priority"):
            instances.setdefault(("Windows" in product, sku.endswith(" Spot")), price)
    disks: dict[tuple[str, str], float] = {}
    for kind in sorted(asked.disks & _DISKS.keys()):
        product, _letter = _DISKS[kind]
        for item in _items(
            session,
            cloud,
            currency,
            serviceName="Storage",
            armRegionName=asked.region,
            productName=product,
            priceType="Consumption",
        ):
            # Locally redundant disks; the same product also holds zone-redundant ones, snapshots and mounts.
            sku, price = str(item.get("skuName", "")), _price(item)
            if (
                price is not None
                and sku.endswith(" LRS")
                and str(item.get("meterName", "")).endswith(" Disk")
            ):
                disks.setdefault((product, sku.removesuffix(" LRS")), price)
    address = None
    if asked.public_addresses:
        found = _items(
            session,
            cloud,
            currency,
            serviceName="Virtual Network",
            armRegionName=asked.region,
            productName="IP Addresses",
            priceType="Consumption",
        )
        address = next(
            (_price(item) for item in found if item.get("meterName") == "Standard IPv4 Static Public IP"),
            None,
        )
    return Prices(currency, instances, disks, address)


def hourly(
    session: requests.Session, cloud: Cloud, region: str, *, currency: str = "USD"
) -> dict[str, dict[tuple[bool, bool], float]]:
    """The prices for an hour of all sizes of a region, by size and then by (Windows, Spot). Raises AzureError."""
    found: dict[str, dict[tuple[bool, bool], float]] = {}
    if not cloud.prices_host:
        return found
    conditions = {"serviceName": "Virtual Machines", "armRegionName": region, "priceType": "Consumption"}
    for item in _items(session, cloud, currency, pages=REGION_PAGES, **conditions):
        size, sku, price = str(item.get("armSkuName", "")), str(item.get("skuName", "")), _price(item)
        if size and price is not None and not sku.endswith(" Low Priority"):
            windows = "Windows" in str(item.get("productName", ""))
            found.setdefault(size, {}).setdefault((windows, sku.endswith(" Spot")), price)
    return found


def _price(item: Mapping[str, Any]) -> float | None:
    price = item.get("retailPrice")
    return float(price) if isinstance(price, int | float) and not isinstance(price, bool) else None


def _items(
    session: requests.Session, cloud: Cloud, currency: str, *, pages: int = PAGES, **conditions: str
) -> Iterator[dict[str, Any]]:
    """The items that fulfil all conditions, page after page, from the host of prices only."""
    # Quotes are doubled, as OData wants them; values are compared with regard to case.
    filtered = " and ".join(
        f"{name} eq '{value.replace(chr(39), chr(39) * 2)}'" for name, value in conditions.items()
    )
    query = {
        "api-version": API_VERSION,
        "currencyCode": f"'{currency}'",
        "meterRegion": "'primary'",
        "$filter": filtered,
    }
    url: str | None = f"https://{cloud.prices_host}/api/retail/prices?{urlencode(query)}"
    for _page in range(pages):
        page = _page_of(session, str(url))
        items = page.get("Items")
        yield from (item for item in items if isinstance(item, dict)) if isinstance(items, list) else ()
        following = page.get("NextPageLink")
        url = following if isinstance(following, str) and following else None
        if url is None:
            return
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.netloc != cloud.prices_host:
            raise BadAnswer("The price list leads to another address, which is not followed.")


def _page_of(session: requests.Session, url: str) -> dict[str, Any]:
    try:
        with (
            within(ANSWER_TIME) as clock,
            session.get(url, stream=True, headers={"Accept": "application/json"}) as response,
        ):
            text = bodies.read(response, clock)
            status, pause = response.status_code, asked_pause(response)
    except requests.ConnectionError as error:
        raise Unreachable("The price list cannot be reached.", retryable=True) from error
    except bodies.CannotRead as error:
        raise BadAnswer("The price list did not give a proper answer.") from error
    except (requests.RequestException, HTTPError, OSError) as error:
        raise LostAnswer("The price list did not answer whole.", retryable=True) from error
    if status == 429:
        raise Throttled("The price list asks for a pause.", status=429, retryable=True, retry_after=pause)
    try:
        page = cleaning.parsed(cleaning.body(text))
    except ValueError:
        page = None
    if status != 200 or not isinstance(page, dict):
        raise BadAnswer(
            "The price list did not give a proper answer.", status=status, retryable=status >= 500
        )
    return page
