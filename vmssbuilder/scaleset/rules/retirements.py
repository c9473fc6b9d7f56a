"""Rules about what Microsoft retires: from two years before its date on. The dates are those of `scaleset/retirements`."""

from __future__ import annotations

from typing import Final

from ..paths import Path
from ..retirements import RETIREMENTS
from .base import Hit, rule
from .view import NICS, OS_DISK, View

_DISK_TYPE: Final[Path] = (*OS_DISK, "managedDisk", "storageAccountType")

_EXTENSIONS: Final = {
    "microsoft.enterprisecloud.monitoring/microsoftmonitoringagent": "log-analytics-agent",
    "microsoft.enterprisecloud.monitoring/omsagentforlinux": "log-analytics-agent",
    "microsoft.azure.diagnostics/iaasdiagnostics": "diagnostics-extension",
    "microsoft.azure.diagnostics/linuxdiagnostic": "diagnostics-extension",
    "microsoft.powershell/dsc": "dsc",
    "microsoft.azure.monitoring.dependencyagent/dependencyagentlinux": "dependency-agent",
    "microsoft.azure.monitoring.dependencyagent/dependencyagentwindows": "dependency-agent",
    "microsoft.azure.security/azurediskencryption": "disk-encryption",
    "microsoft.azure.security/azurediskencryptionforlinux": "disk-encryption",
}
"""The retirement of an extension, by publisher and type."""


def _hits(view: View, name: str, places: list[Path]) -> list[Hit]:
    message = RETIREMENTS[name].message(view.today) if places else None
    return [Hit(place, {"message": message}) for place in places] if message else []


@rule("unmanaged-retired", "{message}", severity="warning")
def unmanaged_retired(view: View) -> list[Hit]:
    holder = "image" if view.vhd_image else "vhdContainers"
    return _hits(view, "unmanaged-disks", [(*OS_DISK, holder)] if view.unmanaged else [])


@rule("osdisk-standard-hdd", "{message}", severity="warning", since="2016-04-30-preview")
def osdisk_standard_hdd(view: View) -> list[Hit]:
    standard = view.os_managed_disk.get("storageAccountType") == "Standard_LRS"
    return _hits(view, "standard-hdd", [_DISK_TYPE] if standard else [])


@rule("nat-pools-retired", "{message}", severity="warning")
def nat_pools_retired(view: View) -> list[Hit]:
    places: list[Path] = []
    for number, nic in enumerate(view.nics):
        for position, address in enumerate((nic.get("properties") or {}).get("ipConfigurations") or []):
            if (address.get("properties") or {}).get("loadBalancerInboundNatPools"):
                below = (
                    "properties",
                    "ipConfigurations",
                    position,
                    "properties",
                    "loadBalancerInboundNatPools",
                )
                places.append((*NICS, number, *below))
    return _hits(view, "nat-pools", places)


@rule("extension-retired", "{message}", severity="warning")
def extension_retired(view: View) -> list[Hit]:
    if not view.extensions:
        return []
    found: list[Hit] = []
    for path, _extension, properties in view.extension_items:
        handler = f"{properties.get('publisher') or ''}/{properties.get('type') or ''}".casefold()
        if handler in _EXTENSIONS:
            found += _hits(view, _EXTENSIONS[handler], [(*path, "properties", "type")])
    return found
