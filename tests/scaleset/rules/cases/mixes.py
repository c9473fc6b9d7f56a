"""Cases of scaleset/rules/mixes.py."""

from __future__ import annotations

from typing import Any, Final

from . import COMPUTE, GONE, OS_DISK, PROFILE, Case, Cases, flexible, linux, patch

_FDS: Final = "properties.platformFaultDomainCount"
_MIX: Final = "properties.priorityMixPolicy"
_PROFILE: Final = "properties.skuProfile"
_SIZES: Final = f"{_PROFILE}.vmSizes"
_STRATEGY: Final = f"{_PROFILE}.allocationStrategy"
_EPHEMERAL: Final = f"{OS_DISK}.diffDiskSettings"
_PROXIMITY: Final = "properties.proximityPlacementGroup"
_HOSTS: Final = "properties.hostGroup"
_RESERVED: Final = f"{PROFILE}.capacityReservation"
_HELD: Final = {
    _PROXIMITY: {"id": f"{COMPUTE}/proximityPlacementGroups/ppg"},
    _HOSTS: {"id": f"{COMPUTE}/hostGroups/hosts"},
    _RESERVED: {"capacityReservationGroup": {"id": f"{COMPUTE}/capacityReservationGroups/crg"}},
}


def _mixed(*sizes: Any, **more: Any) -> Case:
    return flexible(
        {"sku.name": "Mix", "sku.tier": GONE, "properties.skuProfile": {"vmSizes": list(sizes), **more}}
    )


def _of(*names: str) -> Case:
    return _mixed(*({"name": name} for name in names))


def _spread(count: Any) -> Case:
    return flexible({"sku.name": "Mix", f"{_SIZES}[0].name": "Standard_D2s_v5", _FDS: count})


def _beside(changes: dict[str, Any]) -> Case:
    return flexible({"sku.name": "Mix", "sku.tier": GONE, f"{_SIZES}[0].name": "Standard_D2s_v5", **changes})


CASES: Final = {
    "priority-mix-needs-spot": Cases(
        breaks=[
            (_MIX, flexible({_MIX: {"baseRegularPriorityCount": 1}})),
            (_MIX, linux({_MIX: {"baseRegularPriorityCount": 1}, f"{PROFILE}.priority": "Spot"})),
        ],
        fine=[
            flexible({_MIX: {"baseRegularPriorityCount": 1}, f"{PROFILE}.priority": "Spot"}),
            flexible(),
            linux({_MIX: {}}),
            patch({_MIX: {"baseRegularPriorityCount": 1}}),
        ],
    ),
    "priority-mix-range": Cases(
        breaks=[
            (f"{_MIX}.{member}", flexible({f"{_MIX}.{member}": value}))
            for member, value in (
                ("baseRegularPriorityCount", -1),
                ("baseRegularPriorityCount", 1001),
                ("regularPriorityPercentageAboveBase", -1),
                ("regularPriorityPercentageAboveBase", 101),
            )
        ],
        fine=[
            flexible({_MIX: {"baseRegularPriorityCount": base, "regularPriorityPercentageAboveBase": share}})
            for base, share in ((0, 0), (1000, 100))
        ]
        + [flexible(), flexible({_MIX: {}})],
    ),
    "sku-mix-profile": Cases(
        breaks=[
            (_SIZES, flexible({"sku.name": "mix"})),
            (_SIZES, _mixed()),
            (_SIZES, flexible({_PROFILE: {}})),
            ("sku.name", flexible({_SIZES: [{"name": "Standard_D2s_v5"}]})),
            ("sku.name", flexible({"sku.name": GONE, _SIZES: [{"name": "Standard_D2s_v5"}]})),
        ],
        fine=[
            _of("Standard_D2s_v5"),
            flexible(),
            flexible({"sku.name": "{size}", _SIZES: [{"name": "Standard_D2s_v5"}]}),
            patch({"sku.name": "Mix"}),
        ],
        fixes=[
            (flexible({_SIZES: [{"name": "Standard_D2s_v5"}]}), ("sku.name", "Mix")),
            (flexible({_SIZES: [{"name": "Standard_D2s_v5"}]}), ("sku.tier", GONE)),
            (flexible({"sku.tier": GONE, _SIZES: [{"name": "Standard_D2s_v5"}]}), ("sku.name", "Mix")),
            (flexible({"sku.name": "Mix"}), None),
        ],
    ),
    "sku-mix-no-tier": Cases(
        breaks=[
            ("sku.tier", _beside({"sku.tier": "Standard"})),
            ("sku.tier", patch({"sku.tier": "Standard", f"{_SIZES}[0].name": "Standard_D2s_v5"})),
        ],
        fine=[_of("Standard_D2s_v5"), flexible(), _beside({"sku.tier": ""})],
    ),
    "sku-mix-flexible": Cases(
        breaks=[
            (_PROFILE, linux({"sku.name": "Mix", f"{_SIZES}[0].name": "Standard_D2s_v5"})),
            (
                _PROFILE,
                patch({"properties.orchestrationMode": "Uniform", f"{_SIZES}[0].name": "Standard_D2s_v5"}),
            ),
        ],
        fine=[_of("Standard_D2s_v5"), linux(), patch({f"{_SIZES}[0].name": "Standard_D2s_v5"})],
    ),
    "sku-mix-sizes": Cases(
        breaks=[
            (_SIZES, _of(*(f"Standard_D{size}s_v5" for size in range(6)))),
            (f"{_SIZES}[1].name", _of("Standard_D2s_v5", "Standard_NC6")),
            (f"{_SIZES}[0].name", _of("Standard_DC2as_v5")),
            (f"{_SIZES}[0].name", _of("standard_ec2as_v5")),
            (f"{_SIZES}[0].name", _of("Standard_M8ms")),
            (f"{_SIZES}[0].name", _of("Standard_L8s_v3")),
        ],
        fine=[
            _of(*(f"Standard_{family}2" for family in "ABDEF")),
            _of("Basic_A1", "D2s_v5", "Standard_DS2_v2"),
            _mixed({"name": "{size}"}, {}),
            flexible(),
        ],
    ),
    "sku-mix-duplicates": Cases(
        breaks=[(f"{_SIZES}[1].name", _of("Standard_D2s_v5", "standard_d2s_v5"))],
        fine=[_of("Standard_D2s_v5", "Standard_D4s_v5"), _mixed({}, {}), _of("{size}", "{size}"), flexible()],
        fixes=[
            (
                _of("Standard_D2s_v5", "Standard_D2s_v5", "Standard_D4s_v5"),
                (f"{_SIZES}[1].name", "Standard_D4s_v5"),
            )
        ],
    ),
    "sku-mix-architecture": Cases(
        breaks=[
            (f"{_SIZES}[1].name", _of("Standard_D2s_v5", "Standard_D2ps_v5")),
            (f"{_SIZES}[2].name", _of("Standard_E2-1pds_v5", "Standard_B2pls_v2", "Standard_D2s_v5")),
        ],
        fine=[
            _of("Standard_D2s_v5", "Standard_D4s_v5_Promo"),
            _of("Standard_D2ps_v5", "standard_d2pds_v5"),
            _of("{size}", "Standard_D2ps_v5"),
            flexible(),
        ],
    ),
    "sku-mix-placement": Cases(
        breaks=[(place, _beside({place: value})) for place, value in _HELD.items()],
        fine=[_of("Standard_D2s_v5"), flexible(_HELD), _beside({_PROXIMITY: {}, _HOSTS: {}, _RESERVED: {}})],
    ),
    "sku-mix-ephemeral": Cases(
        breaks=[(_EPHEMERAL, _beside({f"{_EPHEMERAL}.option": "Local"}))],
        fine=[_of("Standard_D2s_v5"), flexible({f"{_EPHEMERAL}.option": "Local"}), _beside({_EPHEMERAL: {}})],
    ),
    "sku-mix-strategy": Cases(
        breaks=[
            (_STRATEGY, _beside({_STRATEGY: "Cheapest"})),
            (
                _STRATEGY,
                Case(_beside({_STRATEGY: "Prioritized"}).document, "2024-07-01"),
            ),
        ],
        fine=[
            *(_beside({_STRATEGY: known}) for known in ("LowestPrice", "capacityOptimized", "Prioritized")),
            _beside({_STRATEGY: "{strategy}"}),
            _of("Standard_D2s_v5"),
        ],
    ),
    "sku-mix-fault-domains": Cases(
        breaks=[
            (_FDS, _spread(2)),
        ],
        fine=[
            _spread(1),
            _spread(GONE),
            flexible({_FDS: 2}),
        ],
    ),
    "sku-mix-rank": Cases(
        breaks=[
            (f"{_SIZES}[0].rank", _mixed({"name": "Standard_D2s_v5", "rank": 0})),
            (
                f"{_SIZES}[0].rank",
                _mixed({"name": "Standard_D2s_v5", "rank": 1}, allocationStrategy="LowestPrice"),
            ),
        ],
        fine=[
            _mixed({"name": "Standard_D2s_v5", "rank": 0}, allocationStrategy="Prioritized"),
            _mixed({"name": "Standard_D2s_v5", "rank": 0}, allocationStrategy="prioritized"),
            _mixed({"name": "Standard_D2s_v5"}),
            flexible({"properties.skuProfile.allocationStrategy": "LowestPrice"}),
            flexible(),
            patch({f"{_SIZES}[0]": {"name": "Standard_D2s_v5", "rank": 0}}),
        ],
    ),
}
