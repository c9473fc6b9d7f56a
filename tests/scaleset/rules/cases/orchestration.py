"""Cases of scaleset/rules/orchestration.py."""

from __future__ import annotations

from typing import Any, Final

from . import (
    DISKS,
    EXTENSIONS,
    GONE,
    IP,
    NET,
    NETWORK,
    NIC,
    NICS,
    OS_DISK,
    PROFILE,
    UPGRADE,
    Case,
    Cases,
    flexible,
    linux,
    patch,
)

_MODE: Final = "properties.orchestrationMode"
_API: Final = f"{NET}.networkApiVersion"
_FDS: Final = "properties.platformFaultDomainCount"
_SPG: Final = "properties.singlePlacementGroup"
_PUBLIC: Final = f"{IP}.publicIPAddressConfiguration"
_MIX: Final = "properties.priorityMixPolicy"
_SIZES: Final = "properties.skuProfile.vmSizes"
_POOL: Final = {"id": f"{NETWORK}/loadBalancers/lb/backendAddressPools/web"}
_NAT: Final = {"id": f"{NETWORK}/loadBalancers/lb/inboundNatPools/ssh"}
_PROBE: Final = {"id": f"{NETWORK}/loadBalancers/lb/probes/http"}
_FABRIC: Final = {
    "name": "fabric",
    "properties": {
        "publisher": "Microsoft.Azure.ServiceFabric",
        "type": "ServiceFabricLinuxNode",
        "typeHandlerVersion": "1.1",
    },
}
_DISK: Final = {"lun": 0, "createOption": "Empty", "diskSizeGB": 64}


def _mixed(*sizes: Any, **more: Any) -> Case:
    return flexible({"sku.name": "Mix", "properties.skuProfile": {"vmSizes": list(sizes), **more}})


def _spread(count: Any) -> Case:
    return flexible({"sku.name": "Mix", f"{_SIZES}[0].name": "Standard_D2s_v5", _FDS: count})


CASES: Final = {
    "orchestration-explicit": Cases(
        breaks=[(_MODE, linux({UPGRADE: GONE})), (_MODE, linux({UPGRADE: {}}))],
        fine=[linux(), flexible(), linux({UPGRADE: GONE}, version="2020-06-01"), patch({"sku.capacity": 3})],
    ),
    "flex-min-api": Cases(
        breaks=[(_MODE, flexible(version="2020-12-01"))],
        fine=[
            flexible(version="2021-03-01"),
            flexible({PROFILE: GONE}, version="2020-12-01"),
            linux(version="2020-12-01"),
            linux({_FDS: 1}, version="2020-12-01"),
        ],
    ),
    "flex-network-api-version": Cases(
        breaks=[(_API, flexible({_API: GONE}))],
        fine=[flexible(), flexible({NET: GONE}), linux(), patch({_MODE: "Flexible"})],
    ),
    "uniform-no-network-api-version": Cases(
        breaks=[(_API, linux({_API: "2020-11-01"}))], fine=[flexible(), linux(), patch({_API: "2020-11-01"})]
    ),
    "flex-fd-required": Cases(
        breaks=[(_FDS, flexible({_FDS: GONE}))],
        fine=[flexible({_FDS: 0}), linux(), patch({_MODE: "Flexible"})],
    ),
    "flex-system-identity": Cases(
        breaks=[
            ("identity.type", flexible({"identity.type": kind}))
            for kind in ("SystemAssigned", "SystemAssigned, UserAssigned")
        ],
        fine=[
            flexible({"identity.type": "UserAssigned"}),
            linux({"identity.type": "SystemAssigned"}),
            flexible(),
        ],
    ),
    "flex-unmanaged": Cases(
        breaks=[
            (
                f"{OS_DISK}.image",
                flexible({f"{OS_DISK}.image.uri": "https://shop.blob.core.windows.net/a/b.vhd"}),
            ),
            (
                f"{OS_DISK}.vhdContainers",
                flexible({f"{OS_DISK}.vhdContainers": ["https://shop.blob.core.windows.net/a"]}),
            ),
        ],
        fine=[flexible(), linux({f"{OS_DISK}.vhdContainers": ["https://shop.blob.core.windows.net/a"]})],
    ),
    "flex-service-fabric": Cases(
        breaks=[
            (f"{EXTENSIONS}[0].properties.type", flexible({f"{EXTENSIONS}[0]": _FABRIC})),
            (
                f"{EXTENSIONS}[0].properties.type",
                patch({_MODE: "Flexible", f"{EXTENSIONS}[0]": _FABRIC}, version="2020-12-01"),
            ),
        ],
        fine=[
            flexible(),
            linux({f"{EXTENSIONS}[0]": _FABRIC}),
            patch({f"{EXTENSIONS}[0]": _FABRIC}),
            flexible({f"{EXTENSIONS}[0].properties.type": "CustomScript"}),
            flexible({f"{EXTENSIONS}[0]": _FABRIC}, version="2020-06-01"),
        ],
        grades=[(flexible({f"{EXTENSIONS}[0]": _FABRIC}), "overridable")],
    ),
    "flex-size": Cases(
        breaks=[
            ("sku.name", flexible({"sku.name": "Standard_B1ls"})),
            ("sku.name", flexible({"sku.name": "standard_b1LS"}, version="2020-12-01")),
            (f"{_SIZES}[1].name", _mixed({"name": "Standard_B1s"}, {"name": "Standard_B1ls"})),
        ],
        fine=[
            flexible({"sku.name": "Standard_B1s"}),
            _mixed({"name": "Standard_B1s"}, {"rank": 1}),
            linux({"sku.name": "Standard_B1ls"}),
            patch({"sku.name": "Standard_B1ls"}),
            flexible({"sku.name": "Standard_B1ls"}, version="2020-06-01"),
        ],
        grades=[(flexible({"sku.name": "Standard_B1ls"}), "error")],
    ),
    "flex-nat-pool": Cases(
        breaks=[
            (f"{IP}.loadBalancerInboundNatPools", flexible({f"{IP}.loadBalancerInboundNatPools": [_NAT]}))
        ],
        fine=[
            flexible({f"{IP}.loadBalancerInboundNatPools": []}),
            flexible(),
            linux({f"{IP}.loadBalancerInboundNatPools": [_NAT]}),
        ],
    ),
    "flex-health-probe": Cases(
        breaks=[(f"{NET}.healthProbe", flexible({f"{NET}.healthProbe": _PROBE}))],
        fine=[flexible({f"{NET}.healthProbe": {}}), flexible(), linux({f"{NET}.healthProbe": _PROBE})],
    ),
    "flex-ultra-iops": Cases(
        breaks=[
            (f"{DISKS}[0].{member}", flexible({f"{DISKS}[0]": _DISK | {member: 500}}))
            for member in ("diskIOPSReadWrite", "diskMBpsReadWrite")
        ],
        fine=[flexible({f"{DISKS}[0]": _DISK}), linux({f"{DISKS}[0]": _DISK | {"diskIOPSReadWrite": 500}})],
    ),
    "flex-outbound": Cases(
        breaks=[
            (NICS, flexible({_PUBLIC: GONE})),
            (NICS, flexible({_PUBLIC: GONE, f"{IP}.loadBalancerBackendAddressPools": []})),
        ],
        fine=[
            flexible(),
            flexible({_PUBLIC: GONE, f"{IP}.loadBalancerBackendAddressPools": [_POOL]}),
            flexible({NICS: []}),
            linux(),
            patch({_MODE: "Flexible", f"{NICS}[0].properties.ipConfigurations": [{}]}),
        ],
    ),
    "flex-delete-option": Cases(
        breaks=[
            (place, linux({f"{DISKS}[0]": _DISK, place: "Delete"}))
            for place in (
                f"{NIC}.deleteOption",
                f"{_PUBLIC}.properties.deleteOption",
                f"{OS_DISK}.deleteOption",
                f"{DISKS}[0].deleteOption",
            )
        ],
        fine=[
            flexible({f"{NIC}.deleteOption": "Delete", f"{OS_DISK}.deleteOption": "Delete"}),
            linux({f"{DISKS}[0]": _DISK}),
            patch({f"{OS_DISK}.deleteOption": "Delete"}),
        ],
    ),
    "flex-profile-less": Cases(
        breaks=[(PROFILE, flexible({PROFILE: GONE})), ("sku.name", flexible({"sku.name": GONE}))],
        fine=[
            flexible(),
            flexible({PROFILE: GONE, "sku": GONE}),
            flexible({"sku.name": GONE, _SIZES: [{"name": "Standard_D2s_v5"}]}),
            linux({PROFILE: GONE}),
            patch({_MODE: "Flexible", f"{PROFILE}.priority": "Spot"}),
        ],
    ),
}
