"""List prices of Azure, fetched without sign-in: what an hour of a size, a month of a disk, an hour of an address costs.

    fetch(open_session(azure), azure, PriceTopic("size", "uksouth", "Standard_D2s_v5"))

The list is on a host of its own. No token ever goes there, and a cloud without `prices_host` is never asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit

import requests
from urllib3.exceptions import HTTPError

from . import bodies, cleaning
from .clouds import Cloud
from .errors import BadAnswer, LostAnswer, Throttled, Unreachable
from .throttling import asked_pause
from .transport import within

API_VERSION: Final = "2023-01-01-preview"
CURRENCY: Final = "USD"
PAGES: Final = 10
REGION_PAGES: Final = 120
"""Pages of the list for all sizes of a region: some thousand meters, a hundred on each."""
ANSWER_TIME: Final = 10.0
"""Seconds for one page of the list."""

ADDRESS: Final = "IPv4"
"""What a public IPv4 address is called among prices."""

Prices = Mapping[str, float]
"""Prices by what they are for: of a size for an hour, by `instance_key`; of disks for a month, such as "P10 LRS"; of an
address for an hour."""


@dataclass(frozen=True, slots=True)
class PriceTopic:
    """What one question to the list is about: a size, or a product of managed disks, or addresses, in a region."""

    kind: Literal["size", "disks", "addresses"]
    region: str
    name: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        """What the items of the list have to fulfil."""
        own = {
            "size": {"serviceName": "Virtual Machines", "armSkuName": self.name},
            "disks": {"serviceName": "Storage", "productName": self.name},
            "addresses": {"serviceName": "Virtual Network", "productName": "IP Addresses"},
        }[self.kind]
        return {**own, "armRegionName": self.region, "priceType": "Consumption"}


def instance_key(*, windows: bool, spot: bool) -> str:
    """What the price of an instance is called: "Linux", "Windows Spot"."""
    return f"{'Windows' if windows else 'Linux'}{' Spot' if spot else ''}"


def fetch(
    session: requests.Session, cloud: Cloud, topic: PriceTopic, *, currency: str = CURRENCY
) -> dict[str, float] | None:
    """The prices, empty where the list has none, None where the cloud tells none. Raises AzureError."""
    if not cloud.prices_host:
        return None
    found: dict[str, float] = {}
    for item in _items(session, cloud, currency, topic.conditions):
        name, price = _NAMES[topic.kind](item), _price(item)
        if name and price is not None:
            found.setdefault(name, price)
    return found


def _size_name(item: Mapping[str, Any]) -> str:
    sku = str(item.get("skuName", ""))
    if sku.endswith(" Low Priority"):
        return ""
    return instance_key(windows="Windows" in str(item.get("productName", "")), spot=sku.endswith(" Spot"))


def _disk_name(item: Mapping[str, Any]) -> str:
    # The same product also holds snapshots and mounts.
    return str(item.get("skuName", "")) if str(item.get("meterName", "")).endswith(" Disk") else ""


def _address_name(item: Mapping[str, Any]) -> str:
    return ADDRESS if item.get("meterName") == "Standard IPv4 Static Public IP" else ""


_NAMES: Final = {"size": _size_name, "disks": _disk_name, "addresses": _address_name}


def hourly(
    session: requests.Session, cloud: Cloud, region: str, *, currency: str = "USD"
) -> dict[str, dict[tuple[bool, bool], float]]:
    """The prices for an hour of all sizes of a region, by size and then by (Windows, Spot). Raises AzureError."""
    found: dict[str, dict[tuple[bool, bool], float]] = {}
    if not cloud.prices_host:
        return found
    conditions = {"serviceName": "Virtual Machines", "armRegionName": region, "priceType": "Consumption"}
    for item in _items(session, cloud, currency, conditions, pages=REGION_PAGES):
        size, sku, price = str(item.get("armSkuName", "")), str(item.get("skuName", "")), _price(item)
        if size and price is not None and not sku.endswith(" Low Priority"):
            windows = "Windows" in str(item.get("productName", ""))
            found.setdefault(size, {}).setdefault((windows, sku.endswith(" Spot")), price)
    return found


def _price(item: Mapping[str, Any]) -> float | None:
    price = item.get("retailPrice")
    return float(price) if isinstance(price, int | float) and not isinstance(price, bool) else None


def _items(
    session: requests.Session,
    cloud: Cloud,
    currency: str,
    conditions: Mapping[str, str],
    *,
    pages: int = PAGES,
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
