"""What a resource that a scale set refers to must be like, beyond being there. Judged by what Azure shows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.demand import get
from vmssbuilder.scaleset.paths import Path

from .results import PreflightFinding

_PROFILE: Final[Path] = ("properties", "virtualMachineProfile")
_NICS: Final[Path] = (*_PROFILE, "networkProfile", "networkInterfaceConfigurations")
_SECRETS: Final[Path] = (*_PROFILE, "osProfile", "secrets")
_FAULT_DOMAINS: Final[Path] = ("properties", "platformFaultDomainCount")

_USUAL_FAULT_DOMAINS: Final = 5
"""Fault domains of a Uniform scale set without zones that does not say how many."""


def unfit(
    kind: str, resource_id: str, body: Mapping[str, Any], path: str, whole: Any
) -> Iterator[PreflightFinding]:
    """What keeps the scale set from using the resource.

    kind: its type in small letters. resource_id: what the request names, the resource or a part of it. body: the resource.
    path: where it is named. whole: the scale set as it is wanted.
    """
    check = _CHECKS.get(kind)
    if check is not None:
        yield from check(resource_id, body, path, whole)


def _name(resource_id: str) -> str:
    return f"“{resource_id.rpartition('/')[2]}”"


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _id(value: Any) -> str:
    """The id that a reference holds, in small letters."""
    return str(get(value, "id") or "").lower()


# --- load balancers --------------------------------------------------------------------------------------------------


def _balancer(resource_id: str, body: Mapping[str, Any], path: str, whole: Any) -> Iterator[PreflightFinding]:
    asks = _too_much_for_basic(whole)
    if str(get(body, "sku", "name")).lower() == "basic" and asks:
        yield PreflightFinding(
            "failed",
            f"{_name(str(body.get('id')))} is a Basic load balancer, which does not serve {asks}.",
            "Use a Standard load balancer.",
            path,
        )
    if "/probes/" in resource_id.lower():
        yield from _probe(resource_id, body, path, whole)


def _too_much_for_basic(whole: Any) -> str:
    """What only a Standard load balancer serves, in words; empty where nothing of it is asked for."""
    if str(get(whole, "properties", "orchestrationMode")).lower() == "flexible":
        return "scale sets in Flexible mode"
    if _items(whole.get("zones")) or str(get(whole, "placement", "zonePlacementPolicy")).lower() == "auto":
        return "scale sets in zones"
    if get(whole, "properties", "singlePlacementGroup") is False:
        return "several placement groups"
    return ""


def _probe(resource_id: str, body: Mapping[str, Any], path: str, whole: Any) -> Iterator[PreflightFinding]:
    """Azure takes the health from a probe only where a load balancing rule uses it for these instances."""
    known = get(body, "properties", "loadBalancingRules")
    if not isinstance(known, list):
        return
    rules = [
        properties
        for rule in known
        if _id(get(properties := get(rule, "properties"), "probe")) == resource_id.lower()
    ]
    if not rules:
        yield PreflightFinding(
            "failed",
            f"No load balancing rule uses the probe {_name(resource_id)}.",
            "Have a rule use it, or choose a probe that one uses.",
            path,
        )
    elif not _pools(whole) & {
        _id(pool)
        for rule in rules
        for pool in (get(rule, "backendAddressPool"), *_items(get(rule, "backendAddressPools")))
    }:
        yield PreflightFinding(
            "failed",
            f"No load balancing rule that uses the probe {_name(resource_id)} sends to a backend pool of the scale set.",
            "Put the network interfaces into the pool of such a rule, or choose another probe.",
            path,
        )


def _pools(whole: Any) -> set[str]:
    """The backend pools that the instances are in."""
    return {
        _id(pool)
        for nic in _items(get(whole, *_NICS))
        for ip in _items(get(nic, "properties", "ipConfigurations"))
        for pool in _items(get(ip, "properties", "loadBalancerBackendAddressPools"))
    }


# --- key vaults ------------------------------------------------------------------------------------------------------


def _vault(resource_id: str, body: Mapping[str, Any], path: str, whole: Any) -> Iterator[PreflightFinding]:
    certificates = any(
        _id(get(group, "sourceVault")) == resource_id.lower() for group in _items(get(whole, *_SECRETS))
    )
    if certificates and get(body, "properties", "enabledForDeployment") is not True:
        name = resource_id.rpartition("/")[2]
        yield PreflightFinding(
            "failed",
            f"The key vault “{name}” is not enabled for deployment, so Azure cannot put its certificates on instances.",
            f"Have its owner enable it: az keyvault update --name {name} --enabled-for-deployment",
            path,
        )


# --- dedicated hosts -------------------------------------------------------------------------------------------------


def _hosts(resource_id: str, body: Mapping[str, Any], _path: str, whole: Any) -> Iterator[PreflightFinding]:
    there, wished = _zones(body), _zones(whole)
    if there != wished:
        yield PreflightFinding(
            "failed",
            f"The dedicated hosts {_name(resource_id)} are in {_in_words(there)}, the scale set in {_in_words(wished)}.",
            f"Choose {_in_words(there)}, or other hosts.",
            "zones",
        )
    most, count = get(body, "properties", "platformFaultDomainCount"), _fault_domains(whole)
    if isinstance(most, int) and count > most:
        yield PreflightFinding(
            "failed",
            f"The dedicated hosts {_name(resource_id)} have {_counted(most)}, and the scale set spreads over {count}.",
            f"Spread over {most} at most, or choose other hosts.",
            paths.text(_FAULT_DOMAINS),
        )


def _zones(value: Any) -> list[str]:
    return sorted(each for each in _items(get(value, "zones")) if isinstance(each, str))


def _in_words(zones: list[str]) -> str:
    return f"zone {', '.join(zones)}" if zones else "no zone"


def _counted(number: int) -> str:
    return f"{number} fault domain{'' if number == 1 else 's'}"


def _fault_domains(whole: Any) -> int:
    stated = get(whole, *_FAULT_DOMAINS)
    if isinstance(stated, int) and not isinstance(stated, bool):
        return stated
    flexible = str(get(whole, "properties", "orchestrationMode")).lower() == "flexible"
    return 1 if flexible or _zones(whole) else _USUAL_FAULT_DOMAINS


_CHECKS: Final[dict[str, Callable[[str, Mapping[str, Any], str, Any], Iterator[PreflightFinding]]]] = {
    "microsoft.network/loadbalancers": _balancer,
    "microsoft.keyvault/vaults": _vault,
    "microsoft.compute/hostgroups": _hosts,
}
