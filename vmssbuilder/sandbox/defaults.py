"""What Azure fills in where a request says nothing: the noise that every answer of it has."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vmssbuilder.scaleset import paths, versions

from . import images, inventory
from .memory import Memory

_PROFILE: Final = ("properties", "virtualMachineProfile")
_STORAGE: Final = (*_PROFILE, "storageProfile")

MANAGED_SINCE: Final = "2016-04-30-preview"
MODE_STATED_SINCE: Final = "2021-11-01"
SPREAD_BY_DEFAULT_SINCE: Final = "2017-12-01"
"""From then on a zonal scale set has one fault domain when nothing is said."""


def filled(memory: Memory, name: str, model: Mapping[str, Any], api_version: str) -> dict[str, Any]:
    """The model with Azure's defaults. Members that a version does not know are not shown by it, see `shapes.shown`."""
    made = copy.deepcopy(dict(model))
    properties = made.get("properties")
    if not isinstance(properties, dict):
        return made
    _envelope(made)
    if _takes_machines(properties, api_version):
        _default(properties, "orchestrationMode", "Flexible")
    flexible = str(properties.get("orchestrationMode")).casefold() == "flexible"
    _placement(made, properties, flexible=flexible, api_version=api_version)
    profile = properties.get("virtualMachineProfile")
    if isinstance(profile, dict):
        system = _system(memory, made)
        _os(profile.get("osProfile"), system)
        _disks(memory, profile, name, made, system, api_version)
        _network(profile.get("networkProfile"), flexible=flexible)
        _extensions(profile.get("extensionProfile"))
        _security(profile)
    return made


def _takes_machines(properties: Mapping[str, Any], api_version: str) -> bool:
    """Whether the scale set is one that machines are added to, as it was asked for while modes were not stated yet."""
    early = not versions.within(api_version, MODE_STATED_SINCE)
    return early and "platformFaultDomainCount" in properties and not properties.get("virtualMachineProfile")


def _default(holder: Any, name: str, value: Any) -> None:
    if isinstance(holder, dict) and holder.get(name) is None:
        holder[name] = value


def _envelope(model: dict[str, Any]) -> None:
    sku = model.get("sku")
    if (
        isinstance(sku, dict)
        and isinstance(sku.get("name"), str)
        and not _get(model, "properties", "skuProfile")
    ):
        _default(sku, "tier", "Basic" if sku["name"].lower().startswith("basic_") else "Standard")
    if isinstance(sku, dict):
        _default(sku, "capacity", 1)


def _placement(
    model: dict[str, Any], properties: dict[str, Any], *, flexible: bool, api_version: str
) -> None:
    zonal = bool(model.get("zones")) or _get(model, "placement", "zonePlacementPolicy") == "Auto"
    _default(properties, "orchestrationMode", "Uniform")
    _default(properties, "singlePlacementGroup", not flexible and not zonal)
    spread = zonal and versions.within(api_version, SPREAD_BY_DEFAULT_SINCE)
    _default(properties, "platformFaultDomainCount", 1 if flexible or spread else 5)
    if flexible or _get(properties, "lifecycleHooksProfile"):
        _default(properties, "upgradePolicy", {})
        _default(properties["upgradePolicy"], "mode", "Manual")
    if flexible:
        return
    _default(properties, "overprovision", True)
    _default(properties, "doNotRunExtensionsOnOverprovisionedVMs", False)
    policy = properties.get("upgradePolicy")
    if isinstance(policy, dict) and str(policy.get("mode")).casefold() == "rolling":
        _default(policy, "rollingUpgradePolicy", {})
        for name, value in (
            ("maxBatchInstancePercent", 20),
            ("maxUnhealthyInstancePercent", 20),
            ("maxUnhealthyUpgradedInstancePercent", 20),
            ("pauseTimeBetweenBatches", "PT0S"),
        ):
            _default(policy["rollingUpgradePolicy"], name, value)
    repairs = properties.get("automaticRepairsPolicy")
    if isinstance(repairs, dict) and repairs.get("enabled") is True:
        _default(repairs, "gracePeriod", "PT10M")
        _default(repairs, "repairAction", "Replace")


# --- the model of the instances --------------------------------------------------------------------------------------


def _system(memory: Memory, model: Mapping[str, Any]) -> str:
    """Linux or Windows, empty where nobody can tell."""
    for name, system in (("linuxConfiguration", "Linux"), ("windowsConfiguration", "Windows")):
        if _get(model, *_PROFILE, "osProfile", name) is not None:
            return system
    stated = _get(model, *_STORAGE, "osDisk", "osType")
    if isinstance(stated, str):
        return stated
    reference = _get(model, *_STORAGE, "imageReference") or {}
    if reference.get("id"):
        kept = inventory.find(memory, str(reference["id"]).split("/versions/")[0])
        own = _get(kept, "properties", "osType") or _get(
            kept, "properties", "storageProfile", "osDisk", "osType"
        )
        return str(own or "")
    names = (str(reference.get(each) or "") for each in ("publisher", "offer", "sku"))
    found = images.find(memory.publishers, *names)
    return found[2].system if found else ""


def _os(profile: Any, system: str) -> None:
    if not isinstance(profile, dict):
        return
    own = "linuxConfiguration" if system == "Linux" else "windowsConfiguration"
    if system:
        _default(profile, own, {})
        _default(profile[own], "provisionVMAgent", True)
        _default(profile[own], "enableVMAgentPlatformUpdates", False)
    if system == "Linux":
        _default(profile[own], "disablePasswordAuthentication", False)
    if system == "Windows":
        _default(profile[own], "enableAutomaticUpdates", True)
    _default(profile, "secrets", [])
    _default(profile, "allowExtensionOperations", True)
    _default(profile, "requireGuestProvisionSignal", True)


def _disks(
    memory: Memory, profile: dict[str, Any], name: str, model: dict[str, Any], system: str, api_version: str
) -> None:
    storage = profile.get("storageProfile")
    if not isinstance(storage, dict):
        return
    managed_by_default = versions.within(api_version, MANAGED_SINCE)
    if managed_by_default:
        _default(storage, "osDisk", {"createOption": "FromImage"})
    disk = storage.get("osDisk")
    if not isinstance(disk, dict):
        return
    unmanaged = disk.get("image") is not None or bool(disk.get("vhdContainers")) or not managed_by_default
    if system:
        _default(disk, "osType", system)
    _default(disk, "caching", "ReadWrite")
    size = memory.size(_get(model, "sku", "name"))
    usual = "Premium_LRS" if size and size.capabilities["PremiumIO"] == "True" else "Standard_LRS"
    if unmanaged:
        _default(disk, "name", f"{name}-osdisk")
    else:
        _default(disk, "managedDisk", {})
        _default(disk["managedDisk"], "storageAccountType", usual)
        _default(disk, "diskSizeGB", 127 if system == "Windows" else 30)
    for each in _objects(storage.get("dataDisks")):
        _default(each, "caching", "None")
        if str(each.get("createOption")).casefold() != "fromimage":
            _default(each, "managedDisk", {})
            _default(each["managedDisk"], "storageAccountType", usual)
    _default(storage, "diskControllerType", "SCSI")
    reference = storage.get("imageReference")
    if isinstance(reference, dict):
        reference.pop("exactVersion", None)
        exact = _exact_version(memory, reference)
        if exact:
            reference["exactVersion"] = exact


def _exact_version(memory: Memory, reference: Mapping[str, Any]) -> str:
    """Which version of an image the latest one is at present, empty where nobody knows."""
    names = (str(reference.get(each) or "") for each in ("publisher", "offer", "sku"))
    found = images.find(memory.publishers, *names)
    if found is None:
        return ""
    if str(reference.get("version")).casefold() != "latest":
        return str(reference.get("version") or "")
    return images.versions_of(found[0].name, found[1], found[2])[-1]


def _network(profile: Any, *, flexible: bool) -> None:
    if not isinstance(profile, dict):
        return
    interfaces = list(_objects(profile.get("networkInterfaceConfigurations")))
    if flexible and interfaces:
        _default(profile, "networkApiVersion", "2020-11-01")
    for interface in interfaces:
        properties = interface.get("properties")
        if not isinstance(properties, dict):
            continue
        if len(interfaces) == 1 and flexible:
            _default(properties, "primary", True)
        _default(properties, "enableAcceleratedNetworking", False)
        _default(properties, "disableTcpStateTracking", False)
        _default(properties, "dnsSettings", {})
        _default(properties["dnsSettings"], "dnsServers", [])
        _default(properties, "enableIPForwarding", False)
        configurations = list(_objects(properties.get("ipConfigurations")))
        for each in configurations:
            own = each.get("properties")
            _default(own, "privateIPAddressVersion", "IPv4")
            if len(configurations) == 1:
                _default(own, "primary", True)


def _extensions(profile: Any) -> None:
    for each in _objects(_get(profile, "extensions")):
        own = each.get("properties")
        _default(own, "autoUpgradeMinorVersion", False)
        _default(own, "suppressFailures", False)
        _default(own, "settings", {})


def _security(profile: dict[str, Any]) -> None:
    security = profile.get("securityProfile")
    if isinstance(security, dict) and security.get("securityType") == "TrustedLaunch":
        _default(security, "uefiSettings", {})
        _default(security["uefiSettings"], "secureBootEnabled", False)
        _default(security["uefiSettings"], "vTpmEnabled", True)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


def _get(model: Any, *path: str) -> Any:
    return paths.get(model, path, None)
