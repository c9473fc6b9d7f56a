"""The sandbox's VM sizes: what they can do, where they are on offer, what holds them back. All of it is made up by rule."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from . import world

NUMBER: Final = 300
"""Sizes that there are, unless a test asks for a crowd."""


@dataclass(frozen=True, slots=True)
class Series:
    """A family of sizes. name: with {n} for the vCPUs. memory: GB for each vCPU. can: what all of them can do.

    gpus: vCPUs for each GPU, 0 for none. hourly: US dollars for each vCPU.
    """

    name: str
    family: str
    vcpus: tuple[int, ...]
    memory: float
    can: str
    hourly: float = 0.05
    gpus: int = 0


_EIGHT: Final = (2, 4, 8, 16, 32, 48, 64, 96)
_SEVEN: Final = (2, 4, 8, 16, 32, 48, 64)
_MODERN: Final = "premium accelerated encryption gen2 trusted spot ultra"
_BOTH: Final = f"{_MODERN} gen1"
_LOCAL: Final = f"{_BOTH} local"

SERIES: Final = (
    Series("Standard_D{n}s_v6", "standardDsv6Family", (*_EIGHT, 128), 4, f"{_MODERN} only-nvme", 0.050),
    Series(
        "Standard_D{n}ds_v6", "standardDdsv6Family", (*_EIGHT, 128), 4, f"{_MODERN} only-nvme local", 0.056
    ),
    Series("Standard_D{n}as_v6", "standardDav6Family", _EIGHT, 4, f"{_MODERN} only-nvme", 0.045),
    Series("Standard_D{n}s_v5", "standardDSv5Family", _EIGHT, 4, _BOTH, 0.048),
    Series("Standard_D{n}ds_v5", "standardDDSv5Family", _EIGHT, 4, _LOCAL, 0.0565),
    Series("Standard_D{n}as_v5", "standardDASv5Family", _EIGHT, 4, _BOTH, 0.043),
    Series("Standard_D{n}ads_v5", "standardDADSv5Family", _EIGHT, 4, _LOCAL, 0.0515),
    Series("Standard_D{n}ps_v6", "standardDpsv6Family", _EIGHT, 4, f"{_MODERN} arm only-nvme", 0.0385),
    Series("Standard_D{n}ps_v5", "standardDPSv5Family", _SEVEN, 4, f"{_MODERN} arm", 0.0385),
    Series("Standard_D{n}ls_v5", "standardDLSv5Family", _EIGHT, 2, _BOTH, 0.0425),
    Series(
        "Standard_D{n}_v5",
        "standardDv5Family",
        _EIGHT,
        4,
        "accelerated encryption gen1 gen2 trusted spot",
        0.048,
    ),
    Series("Standard_D{n}s_v4", "standardDSv4Family", _SEVEN, 4, _BOTH, 0.048),
    Series("Standard_D{n}s_v3", "standardDSv3Family", _SEVEN, 4, _LOCAL, 0.048),
    Series("Standard_D{n}_v3", "standardDv3Family", _SEVEN, 4, "accelerated gen1 gen2 local spot", 0.048),
    Series("Standard_E{n}s_v6", "standardEsv6Family", (*_EIGHT, 128), 8, f"{_MODERN} only-nvme", 0.066),
    Series("Standard_E{n}s_v5", "standardESv5Family", _EIGHT, 8, _BOTH, 0.063),
    Series("Standard_E{n}ds_v5", "standardEDSv5Family", _EIGHT, 8, _LOCAL, 0.072),
    Series("Standard_E{n}as_v5", "standardEASv5Family", _EIGHT, 8, _BOTH, 0.0565),
    Series("Standard_E{n}bds_v5", "standardEBDSv5Family", _EIGHT, 8, f"{_LOCAL} nvme", 0.083),
    Series("Standard_E{n}s_v4", "standardESv4Family", _SEVEN, 8, _BOTH, 0.063),
    Series("Standard_E{n}s_v3", "standardESv3Family", _SEVEN, 8, _LOCAL, 0.063),
    Series("Standard_E{n}ads_v5", "standardEADSv5Family", _EIGHT, 8, _LOCAL, 0.0655),
    Series("Standard_E{n}as_v6", "standardEav6Family", _EIGHT, 8, f"{_MODERN} only-nvme", 0.0595),
    Series("Standard_F{n}as_v6", "standardFasv6Family", _SEVEN, 4, f"{_MODERN} only-nvme", 0.0475),
    Series("Standard_F{n}s_v2", "standardFSv2Family", (2, 4, 8, 16, 32, 48, 64, 72), 2, _LOCAL, 0.0425),
    Series(
        "Standard_F{n}s", "standardFSFamily", (1, 2, 4, 8, 16), 2, "premium accelerated gen1 local spot", 0.05
    ),
    Series(
        "Standard_B{n}s_v2",
        "standardBsv2Family",
        (2, 4, 8, 16, 32),
        4,
        "premium accelerated encryption gen1 gen2 trusted",
        0.0416,
    ),
    Series(
        "Standard_B{n}as_v2",
        "standardBasv2Family",
        (2, 4, 8, 16, 32),
        4,
        "premium accelerated encryption gen1 gen2 trusted",
        0.0376,
    ),
    Series(
        "Standard_B{n}ps_v2",
        "standardBpsv2Family",
        (2, 4, 8, 16),
        4,
        "premium accelerated encryption gen2 arm",
        0.0336,
    ),
    Series(
        "Standard_B{n}ms",
        "standardBSFamily",
        (1, 2, 4, 8, 12, 16, 20),
        4,
        "premium encryption gen1 gen2 trusted local",
        0.0416,
    ),
    Series(
        "Standard_L{n}s_v3", "standardLSv3Family", (8, 16, 32, 48, 64, 80), 8, f"{_BOTH} local nvme", 0.0892
    ),
    Series(
        "Standard_L{n}as_v3", "standardLASv3Family", (8, 16, 32, 48, 64, 80), 8, f"{_BOTH} local nvme", 0.0785
    ),
    Series(
        "Standard_M{n}ms",
        "standardMSFamily",
        (8, 16, 32, 64, 128),
        28,
        "premium accelerated encryption gen1 gen2 local ultra",
        0.208,
    ),
    Series("Standard_M{n}s_v2", "standardMSMediumMemoryv2Family", (32, 64, 128, 192), 10, f"{_BOTH}", 0.19),
    Series(
        "Standard_DC{n}as_v5",
        "standardDCASv5Family",
        _SEVEN,
        4,
        "premium gen2 trusted confidential spot",
        0.043,
    ),
    Series(
        "Standard_DC{n}ads_v5",
        "standardDCADSv5Family",
        _SEVEN,
        4,
        "premium gen2 trusted confidential local spot",
        0.0515,
    ),
    Series(
        "Standard_EC{n}as_v5",
        "standardECASv5Family",
        _SEVEN,
        8,
        "premium gen2 trusted confidential spot",
        0.0565,
    ),
    Series("Standard_NC{n}as_T4_v3", "Standard NCASv3_T4 Family", (4, 8, 16, 64), 7, f"{_LOCAL}", 0.1315, 16),
    Series(
        "Standard_NC{n}ads_A100_v4",
        "StandardNCADSA100v4Family",
        (24, 48, 96),
        9.2,
        f"{_LOCAL} nvme",
        0.153,
        24,
    ),
    Series(
        "Standard_NV{n}ads_A10_v5",
        "StandardNVADSA10v5Family",
        (6, 12, 18, 36, 72),
        12,
        f"{_LOCAL}",
        0.0757,
        36,
    ),
    Series(
        "Standard_ND{n}isr_H100_v5",
        "standardNDSH100v5Family",
        (96,),
        19.8,
        "premium accelerated encryption gen2 trusted local nvme",
        1.024,
        12,
    ),
    Series(
        "Standard_HB{n}rs_v3",
        "standardHBrsv3Family",
        (16, 32, 64, 96, 120),
        3.7,
        "premium accelerated gen2 local",
        0.03,
    ),
    Series(
        "Standard_DS{n}_v2",
        "standardDSv2Family",
        (1, 2, 4, 8, 16),
        3.5,
        "premium accelerated gen1 gen2 local spot",
        0.073,
    ),
    Series(
        "Standard_D{n}_v2", "standardDv2Family", (1, 2, 4, 8, 16), 3.5, "accelerated gen1 local spot", 0.073
    ),
    Series("Standard_A{n}_v2", "standardAv2Family", (1, 2, 4, 8), 2, "gen1 local", 0.043),
    Series("Standard_A{n}", "standardA0_A7Family", (1, 2, 3, 4), 1.75, "gen1 local", 0.06),
)


_EVERYWHERE: Final = frozenset(
    {
        "standardDSv5Family",
        "standardDASv5Family",
        "standardDSv3Family",
        "standardDSv2Family",
        "standardDv2Family",
        "standardAv2Family",
        "standardA0_A7Family",
    }
)
"""Families that no region lacks and nobody is kept from."""

ADDED: Final = "addedFamily"
"""The family of sizes that a test put there: in every region and zone."""


@dataclass(frozen=True, slots=True)
class Size:
    """One VM size."""

    name: str
    vcpus: int
    series: Series

    @property
    def capabilities(self) -> dict[str, str]:
        """What Azure says of it, in its words: every value is text."""
        series, can = self.series, set(self.series.can.split())

        def truth(what: str) -> str:
            return "True" if what in can else "False"

        generations = ",".join(f"V{each}" for each in (1, 2) if f"gen{each}" in can)
        memory = self.vcpus * series.memory
        found = {
            "MaxResourceVolumeMB": str(self.vcpus * 18_750 if "local" in can else 0),
            "OSVhdSizeMB": "1047552",
            "vCPUs": str(self.vcpus),
            "MemoryPreservingMaintenanceSupported": truth("gen2"),
            "HyperVGenerations": generations,
            "SupportsAutoplacement": "True",
            "MemoryGB": f"{memory:g}",
            "MaxDataDiskCount": str(min(64, max(4, self.vcpus * 2))),
            "CpuArchitectureType": "Arm64" if "arm" in can else "x64",
            "LowPriorityCapable": truth("spot"),
            "PremiumIO": truth("premium"),
            "VMDeploymentTypes": "IaaS",
            "vCPUsAvailable": str(self.vcpus),
            "ACUs": "195",
            "vCPUsPerCore": "1" if "arm" in can else "2",
            "CombinedTempDiskAndCachedIOPS": str(self.vcpus * 4_500),
            "EphemeralOSDiskSupported": "True" if "local" in can and self.vcpus > 1 else "False",
            "EncryptionAtHostSupported": truth("encryption"),
            "CapacityReservationSupported": truth("gen2"),
            "AcceleratedNetworkingEnabled": truth("accelerated") if self.vcpus > 1 else "False",
            "RdmaEnabled": "True" if "HB" in self.name else "False",
            "MaxNetworkInterfaces": str(min(8, max(2, self.vcpus // 4))),
        }
        if "local" in can:
            found["CachedDiskBytes"] = str(self.vcpus * 26_843_545_600)
            found["SupportedEphemeralOSDiskPlacements"] = "ResourceDisk,CacheDisk"
        found["DiskControllerTypes"] = (
            "NVMe" if "only-nvme" in can else "SCSI, NVMe" if "nvme" in can else "SCSI"
        )
        if "NVMe" in found["DiskControllerTypes"] and "local" in can:
            found["NvmeDiskSizeInMiB"] = str(self.vcpus * 56_320)
        if "gen2" in can and "trusted" not in can:
            found["TrustedLaunchDisabled"] = "True"
        if "confidential" in can:
            found["ConfidentialComputingType"] = "SNP"
        if series.gpus:
            found["GPUs"] = str(max(1, self.vcpus // series.gpus))
        return found

    @property
    def _everywhere(self) -> bool:
        return self.series.family == ADDED or self.series.family in _EVERYWHERE

    def zones(self, region: world.Region) -> tuple[str, ...]:
        """The zones of a region in which it is on offer."""
        if not region.zones:
            return ()
        if self.series.family == ADDED:
            return ("1", "2", "3")
        draw = _draw(self.series.family, region.name, "zones")
        return ("1", "2", "3") if draw < 75 else (("1", "2"), ("2", "3"), ("1", "3"))[draw % 3]

    def offered(self, region: world.Region) -> bool:
        """Whether the region has it at all."""
        if self._everywhere:
            return True
        rare = self.series.gpus or "confidential" in self.series.can or self.name.startswith("Standard_M")
        return _draw(self.series.family, region.name) < (60 if rare else 92)

    def restrictions(self, subscription: str, region: world.Region) -> list[dict[str, Any]]:
        """Why a subscription cannot have it there."""
        if self._everywhere:
            return []
        # Only the researchers have the dearest accelerators.
        if self.series.gpus and self.series.hourly > 0.15 and subscription != world.UNREGISTERED:
            return [_restriction("Location", "QuotaId", region.name, ())]
        if _draw(self.series.family, region.name, subscription) < 6:
            return [_restriction("Location", "NotAvailableForSubscription", region.name, ())]
        zones = self.zones(region)
        if len(zones) == 3 and _draw(self.series.family, region.name, subscription, "zone") < 10:
            return [_restriction("Zone", "NotAvailableForSubscription", region.name, zones[-1:])]
        return []

    def shown(self, subscription: str, region: world.Region) -> dict[str, Any]:
        """The size as the list of SKUs has it."""
        zones = self.zones(region)
        details = [{"Name": list(zones), "capabilities": [{"name": "UltraSSDAvailable", "value": "True"}]}]
        return {
            "resourceType": "virtualMachines",
            "name": self.name,
            "tier": self.name.split("_", 1)[0],
            "size": self.name.split("_", 1)[1],
            "family": self.series.family,
            "locations": [region.name],
            "locationInfo": [
                {
                    "location": region.name,
                    "zones": list(zones),
                    "zoneDetails": details if zones and "ultra" in self.series.can else [],
                }
            ],
            "capabilities": [{"name": name, "value": value} for name, value in self.capabilities.items()],
            "restrictions": self.restrictions(subscription, region),
        }


def _restriction(kind: str, reason: str, region: str, zones: tuple[str, ...]) -> dict[str, Any]:
    info: dict[str, Any] = {"locations": [region]}
    if zones:
        info["zones"] = list(zones)
    return {"type": kind, "values": [region], "restrictionInfo": info, "reasonCode": reason}


def _draw(*words: str) -> int:
    """A number from 0 to 99 that is always the same for the same words."""
    return zlib.crc32(":".join(words).encode()) % 100


@cache
def sizes(number: int = NUMBER) -> dict[str, Size]:
    """So many sizes by name in lower case; beyond the believable ones they are invented."""
    found: dict[str, Size] = {}
    for size in _all():
        if len(found) == number:
            break
        found[size.name.lower()] = size
    return found


def _all() -> Iterator[Size]:
    for series in SERIES:
        for vcpus in series.vcpus:
            yield Size(series.name.format(n=vcpus), vcpus, series)
    generation = 10
    while True:
        for series in SERIES[:40]:
            invented = Series(
                f"{series.name}_x{generation}",
                f"{series.family}X{generation}",
                series.vcpus,
                series.memory,
                series.can,
                series.hourly,
                series.gpus,
            )
            for vcpus in series.vcpus:
                yield Size(invented.name.format(n=vcpus), vcpus, invented)
        generation += 1


def added(name: str, vcpus: int, can: str) -> Size:
    """A size of no family of Azure's; can: as of a series."""
    return Size(name, vcpus, Series(name, ADDED, (vcpus,), 4, can))


@cache
def by_region(subscription: str, region: str, number: int) -> tuple[dict[str, Any], ...]:
    """The SKUs of a region, in Azure's words. What is no VM size is among them, as it is with Azure."""
    place = world.REGIONS[region]
    others = (
        {
            "resourceType": "disks",
            "name": name,
            "tier": "Premium",
            "size": size,
            "locations": [region],
            "locationInfo": [{"location": region, "zones": []}],
            "capabilities": [],
            "restrictions": [],
        }
        for name, size in (("Premium_LRS", "P10"), ("Premium_LRS", "P20"), ("PremiumV2_LRS", ""))
    )
    found = (
        size.shown(subscription, place)
        for size in sizes(number).values()
        # Invented ones are everywhere: tests count them.
        if "_x" in size.name or size.offered(place)
    )
    return (*others, *found)
