"""Combinations of settings that Azure refuses, each as somebody met it and published the answer.

Each function judges the whole scale set with Azure's defaults filled in; `stated` is what the request itself says where
that makes a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from vmssbuilder.scaleset import paths, versions

from .messages import Refusal

_PROFILE: Final = ("properties", "virtualMachineProfile")
_STORAGE: Final = (*_PROFILE, "storageProfile")
LUN_LIMIT: Final = 63

Rule = Callable[[Mapping[str, Any], str], None]
"""Takes the model and the API version. Raises Refusal."""

RULES: Final[list[Rule]] = []


def _rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


def combinations(model: Mapping[str, Any], api_version: str) -> None:
    """Refuses what does not go together."""
    for function in RULES:
        function(model, api_version)


def _get(model: Any, *path: str | int) -> Any:
    return paths.get(model, path, None)


def _is(value: Any, word: str) -> bool:
    return isinstance(value, str) and value.casefold() == word.casefold()


def _flexible(model: Mapping[str, Any]) -> bool:
    return _is(_get(model, "properties", "orchestrationMode"), "Flexible")


def _spot(model: Mapping[str, Any]) -> bool:
    priority = _get(model, *_PROFILE, "priority")
    return _is(priority, "Spot") or _is(priority, "Low")


def _zones_by_azure(model: Mapping[str, Any]) -> bool:
    return _is(_get(model, "placement", "zonePlacementPolicy"), "Auto")


def _extensions(model: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    listed = _get(model, *_PROFILE, "extensionProfile", "extensions")
    for each in listed if isinstance(listed, list) else ():
        properties = _get(each, "properties")
        if isinstance(properties, Mapping):
            yield properties


@_rule
def _service_fabric(model: Mapping[str, Any], _api_version: str) -> None:
    """terraform-provider-azurerm#11360, service-fabric-issues#1577"""
    if _flexible(model) or _get(model, "properties", "overprovision") is not True:
        return
    if any(
        str(each.get("type")).casefold() in {"servicefabricnode", "servicefabriclinuxnode"}
        for each in _extensions(model)
    ):
        message = "Overprovisioning not allowed on Virtual Machine Scale Sets with Service Fabric extension."
        raise Refusal(409, "OperationNotAllowed", message)


@_rule
def _flexible_sizes(model: Mapping[str, Any], _api_version: str) -> None:
    """azure-docs#102050"""
    mix = _get(model, "properties", "skuProfile", "vmSizes")
    sizes = [
        _get(model, "sku", "name"),
        *(_get(each, "name") for each in (mix if isinstance(mix, list) else ())),
    ]
    refused = next((each for each in sizes if _is(each, "Standard_B1ls")), None)
    if refused and _flexible(model):
        message = (
            "Virtual Machine Scale Sets with Flexible Orchestration Mode or Virtual Machines referencing such Virtual"
            f" Machine Scale Sets cannot use VM Size '{refused}'"
        )
        raise Refusal(400, "BadRequest", message, "vmSize")


@_rule
def _spot_settings(model: Mapping[str, Any], _api_version: str) -> None:
    """azure-cli#20576, error codes of Azure Spot, terraform-azurerm-swfw-modules#58"""
    if _spot(model):
        if _get(model, *_PROFILE, "capacityReservation", "capacityReservationGroup") is not None:
            message = "Capacity reservation is not supported with Azure Spot Virtual Machines."
            raise Refusal(400, "BadRequest", message, "capacityReservation")
        return
    mixed = _get(model, "properties", "priorityMixPolicy") is not None
    if _get(model, "properties", "spotRestorePolicy") is not None:
        message = "Spot restoration feature is supported only for Azure Spot Virtual Machine Scale Sets."
        raise Refusal(400, "BadRequest", message, "spotRestorePolicy")
    if _get(model, *_PROFILE, "evictionPolicy") is not None and not mixed:
        message = "Eviction policy can be set only on Azure Spot Virtual Machines."
        raise Refusal(400, "EvictionPolicyCanBeSetOnlyOnLowPriorityVirtualMachines", message)


@_rule
def _zone_balance(model: Mapping[str, Any], _api_version: str) -> None:
    """azure-rest-api-specs#11805"""
    if _get(model, "properties", "zoneBalance") is None or _zones_by_azure(model):
        return
    if len(model.get("zones") or ()) < 2:
        message = "The value of parameter zoneBalance is invalid."
        raise Refusal(400, "InvalidParameter", message, "zoneBalance")


@_rule
def _spreading(model: Mapping[str, Any], _api_version: str) -> None:
    """azure-cli#5920"""
    regional = not model.get("zones") and not _zones_by_azure(model)
    properties = _get(model, "properties")
    if (
        regional
        and not _flexible(model)
        and _get(properties, "platformFaultDomainCount") == 1
        and _get(properties, "singlePlacementGroup") is True
    ):
        message = (
            "With platform fault domain count 1, multiple placement groups have to be used: singlePlacementGroup has to"
            " be false."
        )
        raise Refusal(400, "InvalidParameter", message, "platformFaultDomainCount")


@_rule
def _identities(model: Mapping[str, Any], api_version: str) -> None:
    """azure-powershell#7713"""
    identity = model.get("identity")
    if (
        api_version == "2018-06-01"
        and _is(_get(identity, "type"), "SystemAssigned")
        and _get(identity, "userAssignedIdentities") == {}
    ):
        message = (
            "The assigned managed identity could not be processed: userAssignedIdentities must not be specified with the"
            " identity type 'SystemAssigned'."
        )
        raise Refusal(400, "InvalidRequestContent", message, "identity")


@_rule
def _own_vhd(model: Mapping[str, Any], api_version: str) -> None:
    """azure-powershell#3388"""
    if not versions.within(api_version, versions.FIRST, "2016-03-30"):
        return
    if (
        _get(model, *_STORAGE, "osDisk", "image") is not None
        and _get(model, "properties", "overprovision") is True
    ):
        message = "The value of parameter overProvisionEnabled is invalid."
        raise Refusal(400, "InvalidParameter", message, "overProvisionEnabled")


@_rule
def _luns(model: Mapping[str, Any], _api_version: str) -> None:
    """learn.microsoft.com, Disks of a virtual machine: LUNs from 0 to 63"""
    disks = _get(model, *_STORAGE, "dataDisks")
    for each in disks if isinstance(disks, list) else ():
        lun = _get(each, "lun")
        if isinstance(lun, int) and not isinstance(lun, bool) and not 0 <= lun <= LUN_LIMIT:
            message = f"The value '{lun}' of parameter 'dataDisk.lun' is out of range. The value must be between 0 and {LUN_LIMIT}."
            raise Refusal(400, "InvalidParameter", message, "dataDisk.lun")
