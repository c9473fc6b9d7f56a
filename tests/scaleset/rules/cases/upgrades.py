"""Cases of scaleset/rules/upgrades.py."""

from __future__ import annotations

from typing import Any, Final

from . import (
    COMPUTE,
    EXTENSIONS,
    GONE,
    IMAGE,
    LINUX,
    NET,
    NETWORK,
    PROFILE,
    UPGRADE,
    WINDOWS,
    Case,
    Cases,
    flexible,
    linux,
    patch,
    windows,
)

_MODE: Final = f"{UPGRADE}.mode"
_ROLLING: Final = f"{UPGRADE}.rollingUpgradePolicy"
_AUTO: Final = f"{UPGRADE}.automaticOSUpgradePolicy.enableAutomaticOSUpgrade"
_REPAIRS: Final = "properties.automaticRepairsPolicy"
_EVENTS: Final = f"{PROFILE}.scheduledEventsProfile"
_EXTERNAL: Final = "properties.externalHealthPolicy"
_SCALE_IN: Final = "properties.scaleInPolicy"
_PROBE: Final = {"id": f"{NETWORK}/loadBalancers/lb/probes/http"}
_GALLERY: Final = f"{COMPUTE}/galleries/shop/images/golden"


def _extension(kind: str) -> dict[str, Any]:
    properties = {"publisher": "Microsoft.ManagedServices", "type": kind, "typeHandlerVersion": "2.0"}
    return {"name": "health", "properties": properties}


_HEALTH: Final = _extension("ApplicationHealthLinux")
_BOTH: Final = {f"{NET}.healthProbe": _PROBE, f"{EXTENSIONS}[0]": _HEALTH}


_BY_OS: Final = {f"{WINDOWS}.patchSettings.patchMode": "AutomaticByOS"}


def _rolling(**policy: Any) -> Case:
    return linux({_ROLLING: policy})


def _auto(**changes: Any) -> Case:
    return linux({_AUTO: True, **changes})


def _node(version: str) -> Case:
    return _auto(
        **{f"{EXTENSIONS}[0].properties": {"type": "ServiceFabricNode", "typeHandlerVersion": version}}
    )


def _repairs(**policy: Any) -> Case:
    return linux({_REPAIRS: policy})


def _durations(place: str, values: tuple[str, ...], version: str = "2026-04-01") -> list[tuple[str, Case]]:
    return [(place, linux({place: value}, version=version)) for value in values]


def _lasting(place: str, values: tuple[str, ...]) -> list[Case]:
    return [linux({place: value}) for value in (*values, "{duration}", "")]


CASES: Final = {
    "upgrade-mode-required": Cases(
        breaks=[(_MODE, linux({_MODE: GONE})), (_MODE, linux({UPGRADE: GONE})), (_MODE, linux({_MODE: ""}))],
        fine=[linux(), flexible(), patch({"sku.capacity": 3})],
        grades=[
            (linux({UPGRADE: GONE}), "error"),
            (
                linux({UPGRADE: GONE, "properties.lifecycleHooksProfile": {"lifecycleHooks": []}}),
                "overridable",
            ),
        ],
    ),
    "upgrade-mode-enum": Cases(
        breaks=[(_MODE, linux({_MODE: "Rolling"}, version="2016-04-30-preview"))],
        fine=[linux({_MODE: "Rolling"}, version="2017-03-30"), linux(version="2016-04-30-preview")],
    ),
    "rolling-needs-health": Cases(
        breaks=[
            (_MODE, linux({_MODE: "Rolling"})),
            (_MODE, linux({_MODE: "Rolling", f"{EXTENSIONS}[0]": _extension("CustomScript")})),
            (_MODE, linux({_MODE: "Rolling", f"{NET}.healthProbe": {}})),
            (_MODE, linux({_MODE: "Rolling", f"{_EXTERNAL}.enabled": False})),
            (_MODE, flexible({_MODE: "Rolling", f"{NET}.healthProbe": _PROBE})),
        ],
        fine=[
            linux({_MODE: "Rolling", f"{NET}.healthProbe": _PROBE}),
            linux({_MODE: "Rolling", f"{EXTENSIONS}[0]": _HEALTH}),
            linux({_MODE: "Rolling", f"{_EXTERNAL}.enabled": True}),
            linux({_MODE: "Automatic"}),
            patch({_MODE: "Rolling"}),
        ],
    ),
    "rolling-policy-manual": Cases(
        breaks=[(_ROLLING, _rolling(maxBatchInstancePercent=20))],
        fine=[linux({_MODE: "Rolling", f"{_ROLLING}.maxBatchInstancePercent": 20}), linux(), _rolling()],
    ),
    "rolling-batch": Cases(
        breaks=[
            (f"{_ROLLING}.maxBatchInstancePercent", _rolling(maxBatchInstancePercent=value))
            for value in (4, 101)
        ],
        fine=[_rolling(maxBatchInstancePercent=value) for value in (5, 100)] + [linux()],
    ),
    "rolling-unhealthy": Cases(
        breaks=[
            (f"{_ROLLING}.maxUnhealthyInstancePercent", _rolling(maxUnhealthyInstancePercent=value))
            for value in (4, 101)
        ],
        fine=[_rolling(maxUnhealthyInstancePercent=value) for value in (5, 100)] + [linux()],
    ),
    "rolling-unhealthy-upgraded": Cases(
        breaks=[
            (
                f"{_ROLLING}.maxUnhealthyUpgradedInstancePercent",
                _rolling(maxUnhealthyUpgradedInstancePercent=value),
            )
            for value in (-1, 101)
        ],
        fine=[_rolling(maxUnhealthyUpgradedInstancePercent=value) for value in (0, 100)] + [linux()],
    ),
    "rolling-batch-vs-unhealthy": Cases(
        breaks=[
            (
                f"{_ROLLING}.maxUnhealthyInstancePercent",
                _rolling(maxBatchInstancePercent=21, maxUnhealthyInstancePercent=20),
            )
        ],
        fine=[
            _rolling(maxBatchInstancePercent=20, maxUnhealthyInstancePercent=20),
            _rolling(maxBatchInstancePercent=21),
            _rolling(maxUnhealthyInstancePercent=20),
        ],
    ),
    "rolling-pause": Cases(
        breaks=_durations(f"{_ROLLING}.pauseTimeBetweenBatches", ("30", "PT", "30s", "P1Y")),
        fine=[*_lasting(f"{_ROLLING}.pauseTimeBetweenBatches", ("PT30S", "PT0S", "P1DT2H", "P1W")), linux()],
    ),
    "rolling-cross-zone": Cases(
        breaks=[(f"{_ROLLING}.enableCrossZoneUpgrade", _rolling(enableCrossZoneUpgrade=True))],
        fine=[
            linux({f"{_ROLLING}.enableCrossZoneUpgrade": True, "zones": ["1"]}),
            linux({f"{_ROLLING}.enableCrossZoneUpgrade": True, "placement.zonePlacementPolicy": "Auto"}),
            _rolling(enableCrossZoneUpgrade=False),
            patch({f"{_ROLLING}.enableCrossZoneUpgrade": True}),
        ],
    ),
    "autoos-image-latest": Cases(
        breaks=[
            (f"{IMAGE}.version", _auto()),
            (f"{IMAGE}.id", _auto(**{IMAGE: {"id": f"{_GALLERY}/Versions/1.2.3"}})),
        ],
        fine=[
            _auto(**{f"{IMAGE}.version": "Latest"}),
            _auto(**{f"{IMAGE}.version": "{version}"}),
            _auto(**{IMAGE: {"id": _GALLERY}}),
            _auto(**{IMAGE: {"id": f"{_GALLERY}/versions/latest"}}),
            _auto(**{IMAGE: {"id": f"{COMPUTE}/images/versions/versions/1"}}),
            _auto(**{IMAGE: {"id": _GALLERY, "version": "1.2.3"}}),
            linux(),
        ],
    ),
    "autoos-health": Cases(
        breaks=[(_AUTO, _auto()), (_AUTO, _auto(**{f"{EXTENSIONS}[0]": {"name": "a", "properties": {}}}))],
        fine=[
            _auto(**{f"{EXTENSIONS}[0]": _HEALTH}),
            _auto(**{f"{EXTENSIONS}[0]": _extension("ServiceFabricLinuxNode")}),
            _auto(**{f"{NET}.healthProbe": _PROBE}),
            linux({_AUTO: False}),
            linux(),
            patch({_AUTO: True}),
        ],
    ),
    "autoos-windows-updates": Cases(
        breaks=[
            (
                f"{WINDOWS}.enableAutomaticUpdates",
                windows({_AUTO: True, f"{WINDOWS}.enableAutomaticUpdates": True}),
            ),
            (f"{WINDOWS}.enableAutomaticUpdates", windows({_AUTO: True})),
        ],
        grades=[
            (windows({_AUTO: True, f"{WINDOWS}.enableAutomaticUpdates": True}), "error"),
            (windows({_AUTO: True}), "warning"),
        ],
        fine=[
            windows({_AUTO: True, f"{WINDOWS}.enableAutomaticUpdates": False}),
            _auto(),
            windows(),
            patch({_AUTO: True, WINDOWS: {}}),
        ],
    ),
    "autoos-service-fabric": Cases(
        breaks=[
            (f"{EXTENSIONS}[0].properties.typeHandlerVersion", _node(version))
            for version in ("1.0", "1", "0.9", "1.0.0")
        ],
        fine=[
            *(_node(version) for version in ("1.1", "1.10", "2.0", "10.0", "", "{version}", "newest")),
            linux(
                {f"{EXTENSIONS}[0].properties": {"type": "ServiceFabricNode", "typeHandlerVersion": "1.0"}}
            ),
            _auto(**{f"{EXTENSIONS}[0].properties": {"type": "CustomScript", "typeHandlerVersion": "1.0"}}),
        ],
    ),
    "autoos-flex-surge": Cases(
        breaks=[(f"{_ROLLING}.maxSurge", flexible({_AUTO: True, f"{_ROLLING}.maxSurge": True}))],
        fine=[
            flexible({_AUTO: True, f"{_ROLLING}.maxSurge": False}),
            flexible({f"{_ROLLING}.maxSurge": True}),
            linux({_AUTO: True, f"{_ROLLING}.maxSurge": True}),
        ],
    ),
    "autoos-patchmode": Cases(
        breaks=[
            (f"{WINDOWS}.patchSettings.patchMode", windows({_AUTO: True, **_BY_OS})),
            (
                f"{LINUX}.patchSettings.patchMode",
                _auto(**{f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform"}),
            ),
            (
                f"{WINDOWS}.patchSettings.patchMode",
                _auto(**{f"{WINDOWS}.patchSettings.patchMode": "AutomaticByPlatform"}),
            ),
        ],
        fine=[
            _auto(**{f"{LINUX}.patchSettings.patchMode": "ImageDefault"}),
            linux({f"{LINUX}.patchSettings.patchMode": "AutomaticByPlatform"}),
            windows(_BY_OS),
            windows({_AUTO: True, f"{WINDOWS}.patchSettings.patchMode": "Manual"}),
            _auto(),
        ],
        fixes=[
            (windows({_AUTO: True, **_BY_OS}), (f"{WINDOWS}.patchSettings.patchMode", "Manual")),
            (windows({_AUTO: True, **_BY_OS}), (f"{WINDOWS}.enableAutomaticUpdates", False)),
        ],
    ),
    "autoos-image-supported": Cases(
        breaks=[(f"{IMAGE}.publisher", _auto(**{f"{IMAGE}.publisher": "someone"}))],
        fine=[
            _auto(),
            windows({_AUTO: True}),
            _auto(**{IMAGE: {"id": _GALLERY}}),
            _auto(**{f"{IMAGE}.publisher": "{publisher}"}),
            linux({f"{IMAGE}.publisher": "someone"}),
        ],
    ),
    "autoos-flex": Cases(breaks=[(_AUTO, flexible({_AUTO: True}))], fine=[_auto(), flexible()]),
    "autoos-mode": Cases(breaks=[(_MODE, _auto())], fine=[_auto(**{_MODE: "Automatic"}), linux()]),
    "one-health-source": Cases(
        breaks=[(f"{NET}.healthProbe", linux({f"{NET}.healthProbe": _PROBE, f"{EXTENSIONS}[0]": _HEALTH}))],
        fine=[
            linux({f"{NET}.healthProbe": _PROBE}),
            linux({f"{EXTENSIONS}[0]": _HEALTH}),
            linux({f"{NET}.healthProbe": _PROBE, f"{EXTENSIONS}[0]": _extension("CustomScript")}),
        ],
        grades=[
            (linux(_BOTH), "warning"),
            (linux(_BOTH | {_MODE: "Rolling"}), "warning"),
            (linux(_BOTH | {f"{_REPAIRS}.enabled": False}), "warning"),
            (linux(_BOTH | {f"{_REPAIRS}.enabled": True}), "error"),
            (linux(_BOTH | {_AUTO: True}), "error"),
        ],
    ),
    "repair-needs-health": Cases(
        breaks=[
            (f"{_REPAIRS}.enabled", _repairs(enabled=True)),
            (f"{_REPAIRS}.enabled", flexible({f"{_REPAIRS}.enabled": True})),
        ],
        fine=[
            linux({f"{_REPAIRS}.enabled": True, f"{NET}.healthProbe": _PROBE}),
            linux({f"{_REPAIRS}.enabled": True, f"{EXTENSIONS}[0]": _extension("applicationHealthWindows")}),
            _repairs(enabled=False),
            linux(),
            patch({f"{_REPAIRS}.enabled": True}),
        ],
    ),
    "repair-service-fabric": Cases(
        breaks=[
            (
                f"{_REPAIRS}.enabled",
                linux({f"{_REPAIRS}.enabled": True, f"{EXTENSIONS}[0]": _extension("ServiceFabricNode")}),
            )
        ],
        fine=[
            linux({f"{_REPAIRS}.enabled": True, f"{EXTENSIONS}[0]": _HEALTH}),
            linux({f"{_REPAIRS}.enabled": False, f"{EXTENSIONS}[0]": _extension("ServiceFabricNode")}),
            linux(),
        ],
    ),
    "repair-grace": Cases(
        breaks=_durations(f"{_REPAIRS}.gracePeriod", ("PT9M59S", "PT90M1S", "30 minutes")),
        fine=[*_lasting(f"{_REPAIRS}.gracePeriod", ("PT10M", "PT90M", "PT1H30M")), linux()],
    ),
    "repair-action-api": Cases(
        breaks=_durations(f"{_REPAIRS}.repairAction", ("reimage", "Delete")),
        fine=[*_lasting(f"{_REPAIRS}.repairAction", ("Replace", "Restart", "Reimage")), linux()],
        fixes=[
            (_repairs(repairAction="reimage"), (f"{_REPAIRS}.repairAction", "Reimage")),
            (_repairs(repairAction="Delete"), None),
        ],
    ),
    "external-health-exclusive": Cases(
        breaks=[
            (f"{_EXTERNAL}.enabled", linux({f"{_EXTERNAL}.enabled": True, f"{NET}.healthProbe": _PROBE})),
            (f"{_EXTERNAL}.enabled", linux({f"{_EXTERNAL}.enabled": True, f"{EXTENSIONS}[0]": _HEALTH})),
        ],
        fine=[
            linux({f"{_EXTERNAL}.enabled": True}),
            linux({f"{_EXTERNAL}.enabled": False, f"{NET}.healthProbe": _PROBE}),
            linux({f"{NET}.healthProbe": _PROBE}),
        ],
    ),
    "external-health-range": Cases(
        breaks=_durations(f"{_EXTERNAL}.expiryDuration", ("PT4M59S", "PT3H1S", "1h"))
        + _durations(f"{_EXTERNAL}.gracePeriod", ("PT4M59S", "PT4H1S")),
        fine=_lasting(f"{_EXTERNAL}.expiryDuration", ("PT5M", "PT3H"))
        + _lasting(f"{_EXTERNAL}.gracePeriod", ("PT5M", "PT4H"))
        + [linux()],
    ),
    "terminate-range": Cases(
        breaks=_durations(
            f"{_EVENTS}.terminateNotificationProfile.notBeforeTimeout", ("PT4M59S", "PT15M1S", "5")
        ),
        fine=[
            *_lasting(f"{_EVENTS}.terminateNotificationProfile.notBeforeTimeout", ("PT5M", "PT15M")),
            linux(),
        ],
    ),
    "terminate-spot": Cases(
        breaks=[
            (
                f"{_EVENTS}.terminateNotificationProfile.enable",
                linux({f"{_EVENTS}.terminateNotificationProfile.enable": True, f"{PROFILE}.priority": kind}),
            )
            for kind in ("Spot", "Low", "SpotPlus")
        ],
        fine=[
            linux({f"{_EVENTS}.terminateNotificationProfile.enable": True}),
            linux({f"{_EVENTS}.terminateNotificationProfile.enable": True, f"{PROFILE}.priority": "Regular"}),
            linux({f"{_EVENTS}.terminateNotificationProfile.enable": False, f"{PROFILE}.priority": "Spot"}),
        ],
    ),
    "osimage-notify": Cases(
        breaks=_durations(f"{_EVENTS}.osImageNotificationProfile.notBeforeTimeout", ("PT10M", "15")),
        fine=[*_lasting(f"{_EVENTS}.osImageNotificationProfile.notBeforeTimeout", ("PT15M",)), linux()],
    ),
    "scalein-rules": Cases(
        breaks=[
            (f"{_SCALE_IN}.rules", linux({f"{_SCALE_IN}.rules": ["Default", "OldestVM"]})),
            (f"{_SCALE_IN}.rules[0]", linux({f"{_SCALE_IN}.rules": ["Oldest"]})),
        ],
        fine=[linux({f"{_SCALE_IN}.rules": [name]}) for name in ("Default", "NewestVM", "OldestVM", "{rule}")]
        + [linux({f"{_SCALE_IN}.rules": []}), linux()],
    ),
    "scalein-flex-cli": Cases(
        breaks=[(_SCALE_IN, flexible({f"{_SCALE_IN}.rules": ["Default"]}))],
        fine=[linux({f"{_SCALE_IN}.rules": ["Default"]}), flexible(), flexible({_SCALE_IN: {}})],
    ),
}
