"""Cases of scaleset/rules/retirements.py, as they are on any day; tests/scaleset/test_retirements.py has the days."""

from __future__ import annotations

from typing import Any, Final

from . import EXTENSIONS, GONE, IP, NETWORK, OS_DISK, Cases, containers, linux, vhd, windows

_CONTAINERS: Final = f"{OS_DISK}.vhdContainers"
_TYPE: Final = f"{OS_DISK}.managedDisk.storageAccountType"
_POOLS: Final = f"{IP}.loadBalancerInboundNatPools"
_POOL: Final = {"id": f"{NETWORK}/loadBalancers/lb/inboundNatPools/ssh"}


def _extension(publisher: str, kind: str) -> dict[str, Any]:
    properties = {"publisher": publisher, "type": kind, "typeHandlerVersion": "1.0"}
    return {EXTENSIONS: [{"name": "one", "properties": properties}]}


CASES: dict[str, Cases] = {
    "unmanaged-retired": Cases(
        breaks=[(f"{OS_DISK}.image", vhd()), (_CONTAINERS, containers())],
        fine=[linux(), containers({_CONTAINERS: []})],
        grades=[(vhd(), "warning")],
    ),
    "osdisk-standard-hdd": Cases(
        breaks=[(_TYPE, linux({_TYPE: "Standard_LRS"}))],
        fine=[linux({_TYPE: "StandardSSD_LRS"}), linux({_TYPE: GONE})],
        grades=[(linux({_TYPE: "Standard_LRS"}), "warning")],
    ),
    "nat-pools-retired": Cases(
        breaks=[(_POOLS, linux({_POOLS: [_POOL]}))],
        fine=[linux(), linux({_POOLS: []})],
        grades=[(linux({_POOLS: [_POOL]}), "warning")],
    ),
    "extension-retired": Cases(
        breaks=[
            (f"{EXTENSIONS}[0].properties.type", windows(_extension("Microsoft.Powershell", "DSC"))),
            (
                f"{EXTENSIONS}[0].properties.type",
                linux(_extension("MICROSOFT.Azure.Security", "AzureDiskEncryptionForLinux")),
            ),
            (
                f"{EXTENSIONS}[0].properties.type",
                linux(_extension("Microsoft.Azure.Monitoring.DependencyAgent", "DependencyAgentLinux")),
            ),
        ],
        fine=[
            linux(),
            linux(_extension("Microsoft.Azure.Extensions", "CustomScript")),
            linux(_extension("Contoso", "DSC")),
        ],
        grades=[(windows(_extension("Microsoft.Powershell", "DSC")), "warning")],
    ),
}
