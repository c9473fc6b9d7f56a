"""The sandbox's Retail Prices API: no sign-in, its own host, its own way of paging. The amounts are made up."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from . import sizes, world
from .memory import Memory
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer

PATH: Final = "/api/retail/prices"
PAGE: Final = 100
_CURRENCIES: Final = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79}
_CONDITION: Final = re.compile(r"\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*")

_TIERS: Final = (1, 2, 3, 4, 6, 10, 15, 20, 30, 40, 50, 60, 70, 80)
_DISKS: Final[dict[str, tuple[str, tuple[float, ...]]]] = {
    "Premium SSD Managed Disks": (
        "P",
        (0.6, 1.2, 2.4, 5.28, 10.21, 19.71, 38.02, 73.22, 135.17, 259.05, 495.57, 946.08, 1802.06, 3604.11),
    ),
    "Standard SSD Managed Disks": (
        "E",
        (0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 19.2, 38.4, 76.8, 153.6, 307.2, 614.4, 1228.8, 2457.6),
    ),
    # Standard HDDs begin at 32 GB.
    "Standard HDD Managed Disks": (
        "S",
        (1.54, 3.01, 5.89, 11.33, 21.76, 40.96, 77.83, 143.36, 262.14, 524.29, 1048.58),
    ),
}
"""Of each product the letter of its sizes, and what a month of each size costs, up to the largest."""
_REDUNDANCY: Final = {"LRS": 1.0, "ZRS": 1.5}


def answer(memory: Memory, request: IncomingRequest) -> OutgoingResponse:
    """The prices that a filter asks for."""
    if request.path != PATH or request.method != "GET":
        return json_answer(404, {"Error": {"Code": "NotFound", "Message": "There is nothing here."}})
    query = request.query
    currency = query.get("currencyCode", "USD").strip("'")
    if currency not in _CURRENCIES:
        return json_answer(
            400, {"Error": {"Code": "BadRequest", "Message": f"Currency {currency[:20]} is not supported."}}
        )
    try:
        wanted = _conditions(query.get("$filter", ""))
        start = int(query.get("$skip", "0"))
    except (Refusal, ValueError):
        return json_answer(
            400, {"Error": {"Code": "BadRequest", "Message": "Invalid OData parameters supplied"}}
        )
    items = [
        _priced(item, currency)
        for item in _items(wanted.get("armRegionName", ""), memory.sizes)
        # Compared as they are written: since 2023-01-01-preview case counts.
        if all(item.get(name) == value for name, value in wanted.items() if name != "priceType")
    ]
    page = items[start : start + memory.page_size(PAGE)]
    following = None
    if start + len(page) < len(items):
        onward = urlencode({**query, "$skip": str(start + len(page))})
        following = f"https://{world.CLOUD.prices_host}{PATH}?{onward}"
    shown = {
        "BillingCurrency": currency,
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": page,
        "NextPageLink": following,
        "Count": len(page),
    }
    return json_answer(200, shown)


def _conditions(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in re.split(r"\s+and\s+", written.strip()) if written.strip() else ():
        condition = _CONDITION.fullmatch(part)
        if condition is None:
            raise Refusal(400, "BadRequest", "Invalid OData parameters supplied")
        found[condition[1]] = condition[2].replace("''", "'")
    return found


def _priced(item: dict[str, Any], currency: str) -> dict[str, Any]:
    amount = round(item["retailPrice"] * _CURRENCIES[currency], 6)
    return {**item, "currencyCode": currency, "retailPrice": amount, "unitPrice": amount}


@cache
def _items(region: str, number: int) -> tuple[dict[str, Any], ...]:
    regions = (region,) if region in world.REGIONS else () if region else tuple(world.REGIONS)
    return tuple(item for name in regions for item in _in_region(world.REGIONS[name], number))


def _in_region(region: world.Region, number: int) -> Iterator[dict[str, Any]]:
    factor = 1 + zlib.crc32(region.name.encode()) % 30 / 100
    for size in sizes.sizes(number).values():
        if not size.offered(region):
            continue
        short = size.name.removeprefix("Standard_").replace("_", " ")
        linux = size.vcpus * size.series.hourly * factor
        windows = linux + size.vcpus * 0.046
        for system, hourly in (("", linux), (" Windows", windows)):
            product = f"Virtual Machines {size.series.family.removeprefix('standard').removesuffix('Family')} Series{system}"
            for suffix, share in (("", 1.0), (" Spot", 0.25), (" Low Priority", 0.2)):
                if suffix and "spot" not in size.series.can:
                    continue
                yield _item(
                    region,
                    "Virtual Machines",
                    product,
                    f"{short}{suffix}",
                    hourly * share,
                    "1 Hour",
                    size.name,
                )
    for product, (letter, monthly) in _DISKS.items():
        for tier, amount in zip(_TIERS[-len(monthly) :], monthly, strict=True):
            for redundancy, share in _REDUNDANCY.items():
                if redundancy == "ZRS" and letter == "S":
                    continue
                sku, price = f"{letter}{tier} {redundancy}", amount * share * factor
                yield _item(region, "Storage", product, sku, price, "1/Month", "", meter=f"{sku} Disk")
    yield _item(
        region,
        "Virtual Network",
        "IP Addresses",
        "Standard",
        0.005,
        "1 Hour",
        "",
        meter="Standard IPv4 Static Public IP",
    )


def _item(
    region: world.Region,
    service: str,
    product: str,
    sku: str,
    price: float,
    unit: str,
    size: str,
    meter: str = "",
) -> dict[str, Any]:
    key = f"{zlib.crc32(f'{region.name}{product}{sku}'.encode()):08x}"
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": round(price, 6),
        "unitPrice": round(price, 6),
        "armRegionName": region.name,
        "location": region.title,
        "effectiveStartDate": "2026-01-01T00:00:00Z",
        "meterId": f"{key}-0000-4000-8000-000000000000",
        "meterName": meter or sku,
        "productId": f"DZH318Z{key[:5].upper()}",
        "skuId": f"DZH318Z{key[:5].upper()}/{key[5:].upper()}",
        "productName": product,
        "skuName": sku,
        "serviceName": service,
        "serviceFamily": "Compute" if service == "Virtual Machines" else service,
        "unitOfMeasure": unit,
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": size,
    }
