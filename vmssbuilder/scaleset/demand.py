"""What a scale set asks of its region and its subnets: instances, cores and addresses. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import paths

EXTRA_SHARE: Final = 20
"""Percent that Azure makes more for a while when it overprovisions, and upgrades at a time when nothing else is said."""

_PROFILE: Final = ("properties", "virtualMachineProfile")


def get(document: Any, *path: str | int) -> Any:
    """The value of a place, None where there is none."""
    return paths.get(document, path, None)


@dataclass(frozen=True, slots=True)
class Demand:
    """Instances that a scale set has all the time, and for a while.

    spot: how many of `instances` are Spot. overprovisioned, surge: how many more there may be while it grows, and while it is upgraded.
    """

    instances: int = 0
    spot: int = 0
    overprovisioned: int = 0
    surge: int = 0

    @property
    def extra(self) -> int:
        """The most that there are beyond `instances`; the two do not come together."""
        return max(self.overprovisioned, self.surge)


def demand(document: Mapping[str, Any]) -> Demand:
    """What the document asks for; nothing where it does not say how many instances."""
    count = get(document, "sku", "capacity")
    if isinstance(count, bool) or not isinstance(count, int) or count <= 0:
        return Demand()
    return Demand(count, _spot(document, count), _overprovisioned(document, count), _surge(document, count))


def _spot(document: Mapping[str, Any], count: int) -> int:
    if str(get(document, *_PROFILE, "priority")).lower() not in {"spot", "low"}:
        return 0
    mix = get(document, "properties", "priorityMixPolicy")
    if not isinstance(mix, dict):
        return count
    base = min(count, _whole(mix.get("baseRegularPriorityCount")))
    regular = base + math.ceil(
        (count - base) * min(100, _whole(mix.get("regularPriorityPercentageAboveBase"))) / 100
    )
    return count - regular


def _overprovisioned(document: Mapping[str, Any], count: int) -> int:
    flexible = str(get(document, "properties", "orchestrationMode")).lower() == "flexible"
    said = get(document, "properties", "overprovision")
    return 0 if flexible or said is False else _share(count, EXTRA_SHARE)


def _surge(document: Mapping[str, Any], count: int) -> int:
    policy = get(document, "properties", "upgradePolicy", "rollingUpgradePolicy")
    if not isinstance(policy, dict) or policy.get("maxSurge") is not True:
        return 0
    return _share(count, _whole(policy.get("maxBatchInstancePercent")) or EXTRA_SHARE)


def _share(count: int, percent: int) -> int:
    return max(1, math.ceil(count * min(percent, 100) / 100))


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of one subnet that an instance takes. path: where the document names the subnet first."""

    subnet: str
    each: int
    path: paths.Path


def addresses(document: Mapping[str, Any]) -> dict[str, Addresses]:
    """The IPv4 addresses of each subnet, by its id in lower case. IPv6 is never short of them."""
    found: dict[str, Addresses] = {}
    nics = (*_PROFILE, "networkProfile", "networkInterfaceConfigurations")
    for i, nic in enumerate(_items(get(document, *nics))):
        for j, ip in enumerate(_items(get(nic, "properties", "ipConfigurations"))):
            subnet = get(ip, "properties", "subnet", "id")
            if not isinstance(subnet, str) or get(ip, "properties", "privateIPAddressVersion") == "IPv6":
                continue
            place = (*nics, i, "properties", "ipConfigurations", j, "properties", "subnet", "id")
            before = found.get(subnet.lower(), Addresses(subnet, 0, place))
            found[subnet.lower()] = Addresses(subnet, before.each + 1, before.path)
    return found


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
