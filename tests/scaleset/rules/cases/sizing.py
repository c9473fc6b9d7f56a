"""Cases of scaleset/rules/sizing.py."""

from __future__ import annotations

from typing import Any, Final

from . import (
    COMPUTE,
    EXTENSIONS,
    GONE,
    IMAGE,
    IP,
    NETWORK,
    NIC,
    OS_DISK,
    PROFILE,
    UPGRADE,
    Case,
    Cases,
    containers,
    flexible,
    linux,
    patch,
    vhd,
)

_SPG: Final = "properties.singlePlacementGroup"
_FDS: Final = "properties.platformFaultDomainCount"
_OVER: Final = "properties.overprovision"
_PPG: Final = "properties.proximityPlacementGroup"
_RESERVED: Final = f"{PROFILE}.capacityReservation"
_POOL: Final = {"id": f"{NETWORK}/loadBalancers/lb/backendAddressPools/web"}
_NAT: Final = {"id": f"{NETWORK}/loadBalancers/lb/inboundNatPools/ssh"}
_RESERVATION: Final = {"capacityReservationGroup": {"id": f"{COMPUTE}/capacityReservationGroups/crg"}}
_ALIGN: Final = "properties.zonalPlatformFaultDomainAlignMode"
_PLACEMENT: Final = "placement.zonePlacementPolicy"
_GROUP: Final = {"id": f"{COMPUTE}/proximityPlacementGroups/ppg"}


def _node(kind: str) -> dict[str, Any]:
    properties = {"publisher": "Microsoft.Azure.ServiceFabric", "type": kind, "typeHandlerVersion": "1.1"}
    return {"name": "node", "properties": properties}


def _sized(capacity: Any, **more: Any) -> Case:
    return linux({"sku.capacity": capacity, **{f"properties.{name}": value for name, value in more.items()}})


CASES: Final = {
    "sku-name-required": Cases(
        breaks=[
            ("sku.name", linux({"sku.name": GONE})),
            ("sku.name", linux({"sku": GONE})),
            ("sku.name", linux({"sku.name": ""})),
        ],
        fine=[linux(), patch({"sku.capacity": 2}), flexible({"sku.name": GONE})],
    ),
    "sku-tier-value": Cases(
        breaks=[("sku.tier", linux({"sku.tier": "Premium"}))],
        fine=[
            linux({"sku.tier": "standard"}),
            linux({"sku.tier": "Basic", "sku.name": "Basic_A1"}),
            linux({"sku.tier": "{tier}"}),
            linux({"sku.tier": GONE}),
        ],
    ),
    "sku-tier-consistent": Cases(
        breaks=[
            ("sku.tier", linux({"sku.tier": "Basic"})),
            ("sku.tier", linux({"sku.name": "Basic_A1"})),
        ],
        fine=[
            linux({"sku.tier": "standard"}),
            linux({"sku.tier": "Basic", "sku.name": "basic_A1"}),
            linux({"sku.tier": "Basic", "sku.name": "Mix"}),
            linux({"sku.tier": "Basic", "sku.name": "Standard"}),
            linux({"sku.tier": "Basic", "sku.name": "{some_size}"}),
            linux({"sku.tier": "Premium"}),
            linux({"sku.tier": GONE}),
        ],
    ),
    "capacity-integer": Cases(
        breaks=[("sku.capacity", _sized(value)) for value in ("three", -1, 1.5, True, [3], "٣", "1.5", "")],
        fine=[_sized(0), _sized(1000), linux({"sku.capacity": GONE}), linux({"sku": GONE})],
    ),
    "capacity-max-1000": Cases(
        breaks=[("sku.capacity", _sized(1001))],
        fine=[
            _sized(1000),
            linux({"sku.capacity": 1001}, version="2016-03-30"),
            linux({"sku.capacity": GONE}),
        ],
    ),
    "capacity-spg-100": Cases(
        breaks=[
            ("sku.capacity", _sized(101)),
            ("sku.capacity", _sized(101, singlePlacementGroup=True)),
            ("sku.capacity", linux({"sku.capacity": 101}, version="2016-03-30")),
            ("sku.capacity", linux({"sku.capacity": 101, "zones": ["1"], _SPG: True})),
            ("sku.capacity", patch({"sku.capacity": 101, _SPG: True})),
        ],
        fine=[
            _sized(100),
            _sized(101, singlePlacementGroup=False),
            linux({"sku.capacity": 101, "zones": ["1"]}),
            linux({"sku.capacity": 101, _PLACEMENT: "Auto"}),
            flexible({"sku.capacity": 101}),
            patch({"sku.capacity": 101}),
            containers({"sku.capacity": 101}),
            linux({"sku.capacity": GONE}),
        ],
    ),
    "capacity-managed-image-600": Cases(
        breaks=[
            ("sku.capacity", linux({"sku.capacity": 601, IMAGE: {"id": f"{COMPUTE}/images/golden"}})),
            (
                "sku.capacity",
                linux({"sku.capacity": 601, IMAGE: {"id": f"{COMPUTE}/Images/{{name}}".upper()}}),
            ),
        ],
        fine=[
            linux({"sku.capacity": 600, IMAGE: {"id": f"{COMPUTE}/images/golden"}}),
            linux({"sku.capacity": 601, IMAGE: {"id": f"{COMPUTE}/galleries/shop/images/golden"}}),
            linux({"sku.capacity": GONE, IMAGE: {"id": f"{COMPUTE}/images/golden"}}),
            _sized(601),
        ],
    ),
    "capacity-unmanaged-100": Cases(
        breaks=[
            ("sku.capacity", vhd({"sku.capacity": 101})),
            ("sku.capacity", containers({"sku.capacity": 101})),
        ],
        fine=[vhd({"sku.capacity": 100}), _sized(101), vhd({"sku.capacity": GONE})],
    ),
    "capacity-unmanaged-custom-20": Cases(
        breaks=[
            ("sku.capacity", vhd({"sku.capacity": 21})),
            ("sku.capacity", vhd({"sku.capacity": 21, _OVER: True})),
            (
                "sku.capacity",
                vhd({"sku.capacity": 21, "properties.overProvision": True}, version="2016-04-30-preview"),
            ),
        ],
        fine=[
            vhd({"sku.capacity": 20}),
            vhd({"sku.capacity": 21, _OVER: False}),
            vhd({"sku.capacity": 21, "properties.overProvision": False}, version="2016-04-30-preview"),
            containers({"sku.capacity": 21}),
            vhd({"sku.capacity": GONE}),
        ],
    ),
    "capacity-unmanaged-custom-40": Cases(
        breaks=[("sku.capacity", vhd({"sku.capacity": 41, _OVER: False}))],
        fine=[
            vhd({"sku.capacity": 40, _OVER: False}),
            vhd({"sku.capacity": 41}),
            containers({"sku.capacity": 41, _OVER: False}),
            vhd({"sku.capacity": GONE, _OVER: False}),
        ],
    ),
    "vhd-containers-count": Cases(
        breaks=[(f"{OS_DISK}.vhdContainers", containers({"sku.capacity": 41}))],
        fine=[
            containers({"sku.capacity": 40}),
            containers({"sku.capacity": 0}),
            containers({"sku.capacity": GONE}),
            containers(
                {"sku.capacity": 41, f"{OS_DISK}.vhdContainers[1]": "https://b.blob.core.windows.net/vhds"}
            ),
            vhd({"sku.capacity": 41}),
        ],
    ),
    "vhd-containers-20-per-account": Cases(
        breaks=[(f"{OS_DISK}.vhdContainers", containers({"sku.capacity": 21}))],
        fine=[
            containers({"sku.capacity": 20}),
            containers({"sku.capacity": 21, _OVER: False}),
            containers(
                {"sku.capacity": 40, f"{OS_DISK}.vhdContainers[1]": "https://b.blob.core.windows.net/vhds"}
            ),
            containers({"sku.capacity": GONE}),
            vhd({"sku.capacity": 21}),
        ],
    ),
    "flex-fixed-fd-200": Cases(
        breaks=[
            ("sku.capacity", flexible({"sku.capacity": 201, _FDS: 2, "sku.name": "Standard_M64s"})),
            ("sku.capacity", flexible({"sku.capacity": 201, _FDS: 3, "sku.name": "standard_nc6s_v3"})),
        ],
        fine=[
            flexible({"sku.capacity": 200, _FDS: 2, "sku.name": "Standard_M64s"}),
            flexible({"sku.capacity": 201, _FDS: 1, "sku.name": "Standard_M64s"}),
            flexible({"sku.capacity": 201, _FDS: GONE, "sku.name": "Standard_M64s"}),
            flexible({"sku.capacity": 201, _FDS: 2}),
            flexible({"sku.capacity": 201, _FDS: 2, "sku.name": "Mix"}),
            flexible({"sku.capacity": GONE, _FDS: 2, "sku.name": "Standard_M64s"}),
            linux({"sku.capacity": 201, _FDS: 2, "sku.name": "Standard_M64s"}),
        ],
    ),
    "spg-false-needs-managed": Cases(
        breaks=[(_SPG, vhd({_SPG: False})), (_SPG, containers({_SPG: False}))],
        fine=[vhd({_SPG: True}), vhd(), linux({_SPG: False})],
    ),
    "spg-false-standard-lb-nsg": Cases(
        breaks=[
            (
                f"{NIC}.networkSecurityGroup",
                linux({_SPG: False, f"{IP}.loadBalancerBackendAddressPools": [_POOL]}),
            ),
            (
                f"{NIC}.networkSecurityGroup",
                linux({"zones": ["1"], f"{IP}.loadBalancerInboundNatPools": [_NAT]}),
            ),
        ],
        fine=[
            linux({f"{IP}.loadBalancerBackendAddressPools": [_POOL]}),
            linux({_SPG: False}),
            linux({_SPG: False, f"{IP}.loadBalancerBackendAddressPools": []}),
            linux(
                {
                    _SPG: False,
                    f"{IP}.loadBalancerBackendAddressPools": [_POOL],
                    f"{NIC}.networkSecurityGroup.id": f"{NETWORK}/networkSecurityGroups/web",
                }
            ),
        ],
    ),
    "spg-false-no-infiniband": Cases(
        breaks=[
            (_SPG, linux({_SPG: False, "sku.name": size}))
            for size in ("Standard_H16r", "Standard_HB120rs_v3", "Standard_NC24rs_v3", "Standard_A9")
        ],
        fine=[
            linux({_SPG: False}),
            linux({_SPG: False, "sku.name": "Standard_H16"}),
            linux({_SPG: False, "sku.name": "Standard_NC24s_v3"}),
            linux({_SPG: False, "sku.name": "Standard_A8m_v2"}),
            linux({_SPG: True, "sku.name": "Standard_H16r"}),
            linux({"sku.name": "Standard_H16r"}),
        ],
    ),
    "overprovision-name-by-version": Cases(
        breaks=[
            (_OVER, linux({_OVER: True}, version="2016-04-30-preview")),
            ("properties.overProvision", linux({"properties.overProvision": True}, version="2017-03-30")),
            ("properties.overProvision", linux({"properties.overProvision": True, _OVER: True})),
        ],
        fine=[
            linux({"properties.overProvision": True}, version="2016-04-30-preview"),
            linux({_OVER: True}, version="2017-03-30"),
            linux({_OVER: 3}),
            linux({"properties": []}),
        ],
        fixes=[
            (linux({"properties.overProvision": True}, version="2017-03-30"), (_OVER, True)),
            (linux({"properties.overProvision": True, _OVER: False}), (_OVER, False)),
        ],
    ),
    "overprovision-flex": Cases(
        breaks=[(_OVER, flexible({_OVER: True}))],
        fine=[flexible({_OVER: False}), flexible(), linux({_OVER: True})],
    ),
    "max-spread-needs-multi-pg": Cases(
        breaks=[
            (_SPG, linux({_FDS: 1, _SPG: True})),
            (_SPG, linux({_FDS: 1})),
            (_SPG, linux({_FDS: 1, _SPG: True, "zones": ["1", "2"]})),
            (_SPG, patch({_FDS: 1, _SPG: True})),
        ],
        fine=[
            linux({_FDS: 1, _SPG: False}),
            linux({_FDS: 1, "zones": ["1"]}),
            linux({_FDS: 1, _PLACEMENT: "Auto"}),
            linux({_FDS: 2, _SPG: True}),
            flexible({_FDS: 1, _SPG: True}),
            patch({_FDS: 1}),
            vhd({_FDS: 1}),
        ],
        fixes=[(linux({_FDS: 1}), (_SPG, False))],
    ),
    "zone-balance-needs-zones": Cases(
        breaks=[
            ("properties.zoneBalance", linux({"properties.zoneBalance": True})),
            ("properties.zoneBalance", linux({"properties.zoneBalance": False})),
            ("properties.zoneBalance", linux({"properties.zoneBalance": False, "zones": ["1"]})),
            ("properties.zoneBalance", linux({"properties.zoneBalance": True, _PLACEMENT: "Any"})),
        ],
        fine=[
            linux({"properties.zoneBalance": True, "zones": ["1", "2"]}),
            linux({"properties.zoneBalance": False, "zones": ["1", "2"]}),
            linux({"properties.zoneBalance": True, _PLACEMENT: "Auto"}),
            linux(),
            patch({"properties.zoneBalance": True}),
        ],
        fixes=[(linux({"properties.zoneBalance": False}), ("properties.zoneBalance", GONE))],
    ),
    "flex-fixed-fd-spg": Cases(
        breaks=[
            (_SPG, flexible({_FDS: 2, "sku.name": "Standard_M64s"})),
            (_SPG, flexible({_FDS: 3, "sku.name": "standard_nc6s_v3", _SPG: False})),
        ],
        fine=[
            flexible({_FDS: 2, "sku.name": "Standard_M64s", _SPG: True}),
            flexible({_FDS: 1, "sku.name": "Standard_M64s"}),
            flexible({_FDS: GONE, "sku.name": "Standard_M64s"}),
            flexible({_FDS: 2}),
            flexible({_FDS: 2, "sku.name": "Mix"}),
            linux({_FDS: 2, "sku.name": "Standard_M64s"}),
            patch({"properties.orchestrationMode": "Flexible", _FDS: 2, "sku.name": "Standard_M64s"}),
        ],
    ),
    "service-fabric-overprovision": Cases(
        breaks=[
            (_OVER, linux({f"{EXTENSIONS}[0]": _node("ServiceFabricLinuxNode")})),
            (_OVER, linux({f"{EXTENSIONS}[0]": _node("servicefabricnode"), _OVER: True})),
            (_OVER, patch({f"{EXTENSIONS}[0]": _node("ServiceFabricNode"), _OVER: True})),
            (
                "properties.overProvision",
                linux({f"{EXTENSIONS}[0]": _node("ServiceFabricNode")}, version="2016-04-30-preview"),
            ),
            (_OVER, linux({f"{EXTENSIONS}[0]": _node("ServiceFabricNode")}, version="2017-03-30")),
        ],
        fine=[
            linux({f"{EXTENSIONS}[0]": _node("ServiceFabricNode"), _OVER: False}),
            linux({f"{EXTENSIONS}[0]": _node("CustomScript")}),
            linux({_OVER: True}),
            flexible({f"{EXTENSIONS}[0]": _node("ServiceFabricNode")}),
            patch({f"{EXTENSIONS}[0]": _node("ServiceFabricNode")}),
        ],
    ),
    "overprovision-own-vhd": Cases(
        breaks=[("properties.overProvision", vhd({"properties.overProvision": True}, version="2016-03-30"))],
        fine=[
            vhd({"properties.overProvision": False}, version="2016-03-30"),
            vhd(version="2016-03-30"),
            vhd({"properties.overProvision": True}, version="2016-04-30-preview"),
            containers({"properties.overProvision": True}, version="2016-03-30"),
        ],
    ),
    "overprovision-maxsurge": Cases(
        breaks=[(_OVER, linux({_OVER: True, f"{UPGRADE}.rollingUpgradePolicy.maxSurge": True}))],
        fine=[
            linux({_OVER: False, f"{UPGRADE}.rollingUpgradePolicy.maxSurge": True}),
            linux({_OVER: True, f"{UPGRADE}.rollingUpgradePolicy.maxSurge": False}),
            linux({_OVER: True}),
        ],
    ),
    "overprovision-ext-flag": Cases(
        breaks=[
            (
                "properties.doNotRunExtensionsOnOverprovisionedVMs",
                linux({_OVER: False, "properties.doNotRunExtensionsOnOverprovisionedVMs": True}),
            )
        ],
        fine=[
            linux({_OVER: True, "properties.doNotRunExtensionsOnOverprovisionedVMs": True}),
            linux({"properties.doNotRunExtensionsOnOverprovisionedVMs": True}),
            linux({_OVER: False, "properties.doNotRunExtensionsOnOverprovisionedVMs": False}),
        ],
    ),
    "overprovision-billing-info": Cases(
        breaks=[
            (_OVER, _sized(51, overprovision=True)),
            (
                "properties.overProvision",
                linux({"sku.capacity": 51, "properties.overProvision": True}, version="2016-04-30-preview"),
            ),
        ],
        fine=[
            _sized(50, overprovision=True),
            _sized(51),
            _sized(51, overprovision=False),
            flexible({"sku.capacity": 51, _OVER: True}),
            linux({"sku.capacity": GONE, _OVER: True}),
        ],
    ),
    "zones-values": Cases(
        breaks=[
            ("zones[1]", linux({"zones": ["1", "1"]})),
            ("zones[0]", linux({"zones": ["west"]})),
            ("zones[1]", linux({"zones": ["1", ""]})),
            ("zones[0]", linux({"zones": ["٣"]})),
        ],
        fine=[
            linux({"zones": ["1", "2", "3"]}),
            linux({"zones": []}),
            linux({"zones": ["{zone}", "{zone}"]}),
        ],
    ),
    "fd-count-uniform-zonal": Cases(
        breaks=[
            (_FDS, linux({_FDS: 2, "zones": ["1"]})),
            (_FDS, linux({_FDS: 6, "zones": ["1"]})),
            (_FDS, linux({_FDS: 2, _PLACEMENT: "Auto"})),
        ],
        fine=[
            linux({_FDS: 1, "zones": ["1"]}),
            linux({_FDS: 5, "zones": ["1"]}),
            linux({_FDS: 2}),
            linux({"zones": ["1"]}),
            flexible({_FDS: 2, "zones": ["1"]}),
        ],
    ),
    "fd-count-uniform-regional": Cases(
        breaks=[(_FDS, linux({_FDS: 0})), (_FDS, linux({_FDS: 6}))],
        fine=[
            linux({_FDS: 6, _PLACEMENT: "Auto"}),
            linux({_FDS: 1}),
            linux({_FDS: 5}),
            linux({_FDS: 6, "zones": ["1"]}),
            linux(),
            flexible({_FDS: 6}),
        ],
    ),
    "fd-count-flex-zonal": Cases(
        breaks=[
            (_FDS, flexible({_FDS: 2, "zones": ["1"]})),
            (_FDS, flexible({_FDS: 2, _PLACEMENT: "Auto"})),
        ],
        grades=[
            (flexible({_FDS: 2, "zones": ["1"]}), "error"),
            (flexible({_FDS: 2, "zones": ["1"], _ALIGN: "Unaligned"}), "error"),
            (flexible({_FDS: 2, "zones": ["1"], _ALIGN: "Aligned"}), "warning"),
            (flexible({_FDS: 2, "zones": ["1"], _ALIGN: "BestEffortAligned"}), "warning"),
        ],
        fine=[
            flexible({_FDS: 1, "zones": ["1"]}),
            flexible({_FDS: 2}),
            flexible({_FDS: GONE, "zones": ["1"]}),
            linux({_FDS: 2, "zones": ["1"]}),
        ],
    ),
    "fd-count-flex-regional": Cases(
        breaks=[(_FDS, flexible({_FDS: 0})), (_FDS, flexible({_FDS: 4}))],
        fine=[
            flexible({_FDS: 1}),
            flexible({_FDS: 3}),
            flexible({_FDS: 4, "zones": ["1"]}),
            flexible({_FDS: 4, _PLACEMENT: "Auto"}),
            flexible({_FDS: GONE}),
            linux({_FDS: 4}),
        ],
    ),
    "ppg-one-zone": Cases(
        breaks=[(_PPG, linux({_PPG: _GROUP, "zones": ["1", "2"]}))],
        fine=[
            linux({_PPG: _GROUP, "zones": ["1"]}),
            linux({_PPG: _GROUP}),
            linux({_PPG: {}, "zones": ["1", "2"]}),
            linux({"zones": ["1", "2"]}),
        ],
    ),
    "constrained-max-capacity": Cases(
        breaks=[
            (
                "properties.constrainedMaximumCapacity",
                linux({"properties.constrainedMaximumCapacity": False}),
            ),
        ],
        fine=[linux({"properties.constrainedMaximumCapacity": True}), linux()],
    ),
    "host-group-zone-expand": Cases(
        breaks=[
            ("zones", patch({"zones": ["1", "2"], "properties.hostGroup.id": f"{COMPUTE}/hostGroups/hosts"})),
        ],
        fine=[
            patch({"zones": ["1", "2"]}),
            patch({"properties.hostGroup.id": f"{COMPUTE}/hostGroups/hosts"}),
            linux({"zones": ["1", "2"], "properties.hostGroup.id": f"{COMPUTE}/hostGroups/hosts"}),
        ],
    ),
}
