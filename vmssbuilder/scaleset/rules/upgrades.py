"""Rules about upgrades, health, repairs, notices and scaling in."""

from __future__ import annotations

import re
from typing import Any, Final

from ..findings import Change, Fix, Severity
from ..paths import Path
from ..wording import Said
from .base import CREATE, Hit, Hits, rule
from .shapes import seconds, set_to, without
from .view import IMAGE, LINUX, NETWORK, PROFILE, PROPERTIES, WINDOWS, View, filled

UPGRADE: Final[Path] = (*PROPERTIES, "upgradePolicy")
MODE: Final[Path] = (*UPGRADE, "mode")
ROLLING: Final[Path] = (*UPGRADE, "rollingUpgradePolicy")
AUTOMATIC: Final[Path] = (*UPGRADE, "automaticOSUpgradePolicy", "enableAutomaticOSUpgrade")
REPAIRS: Final[Path] = (*PROPERTIES, "automaticRepairsPolicy")
TERMINATE: Final[Path] = (*PROFILE, "scheduledEventsProfile", "terminateNotificationProfile")
OS_IMAGE_NOTICE: Final[Path] = (*PROFILE, "scheduledEventsProfile", "osImageNotificationProfile")
EXTERNAL: Final[Path] = (*PROPERTIES, "externalHealthPolicy")

_REPAIRS: Final = ("Replace", "Restart", "Reimage")
_SCALE_IN: Final = ("Default", "NewestVM", "OldestVM")
_BEFORE_1_1: Final = re.compile(r"(?:0(?:\.\d+)?|1(?:\.0+)?)(?:\.0+)*\Z", re.ASCII)
# Publishers whose images Microsoft lists for automatic upgrades.
_UPGRADED_PUBLISHERS: Final = frozenset(
    "canonical microsoftwindowsserver microsoftcblmariner microsoftsqlserver".split()
)


def _outside(written: Any, least: int, most: int) -> bool:
    """Whether the duration is none, or not within these seconds."""
    if not filled(written):
        return False
    length = seconds(written)
    return length is None or not least <= length <= most


# ------------------------------------------------------------------------------------------------------ upgrade policy


@rule(
    "upgrade-mode-required",
    "Choose how changes of the model reach the instances: Manual, Automatic or Rolling.",
    operations=CREATE,
)
def upgrade_mode_required(view: View) -> Hits:
    if view.flexible or view.upgrade.get("mode"):
        return None
    # Microsoft's own bodies with lifecycle hooks leave it out.
    return Hit(MODE, confidence="I" if view.properties.get("lifecycleHooksProfile") else None)


@rule(
    "upgrade-mode-enum",
    "Rolling upgrades need API version 2017-03-30 or newer. Choose Manual or Automatic, or a newer version.",
    until="2016-04-30-preview",
)
def upgrade_mode_enum(view: View) -> Hits:
    return Hit(MODE) if view.upgrade.get("mode") == "Rolling" else None


@rule(
    "rolling-needs-health",
    (
        "A rolling upgrade must see whether instances are healthy.",
        Said("Choose the probe of a load balancer.", until="2018-06-01"),
        Said("Add the Application Health extension{probe}.", since="2018-10-01"),
    ),
    since="2017-03-30",
    operations=CREATE,
    deferred=True,
)
def rolling_needs_health(view: View) -> Hits:
    if view.upgrade.get("mode") != "Rolling" or view.health_source:
        return None
    return Hit(MODE, _or_probe(view))


def _or_probe(view: View) -> dict[str, str]:
    """The other source of health beside the extension, for a message. A Flexible scale set does not use a probe."""
    return {"probe": "" if view.flexible else ", or choose the probe of a load balancer"}


@rule(
    "rolling-policy-manual",
    "With mode Manual the rolling policy serves automatic OS and extension upgrades only, and other tools refuse it. "
    "Choose Rolling if model changes should follow it.",
    severity="warning",
    confidence="C",
    since="2017-03-30",
)
def rolling_policy_manual(view: View) -> Hits:
    return Hit(ROLLING) if view.rolling and view.upgrade.get("mode") == "Manual" else None


def _percent(view: View, member: str, least: int) -> Hits:
    value = view.rolling.get(member)
    return Hit((*ROLLING, member)) if value is not None and not least <= value <= 100 else None


@rule(
    "rolling-batch",
    "A batch is 5 to 100 percent of the instances. Choose a number between them.",
    since="2017-03-30",
)
def rolling_batch(view: View) -> Hits:
    return _percent(view, "maxBatchInstancePercent", 5)


@rule(
    "rolling-unhealthy",
    "The share of unhealthy instances is 5 to 100 percent. Choose a number between them.",
    since="2017-03-30",
)
def rolling_unhealthy(view: View) -> Hits:
    return _percent(view, "maxUnhealthyInstancePercent", 5)


@rule(
    "rolling-unhealthy-upgraded",
    "The share of unhealthy upgraded instances is 0 to 100 percent. Choose a number between them.",
    since="2017-03-30",
)
def rolling_unhealthy_upgraded(view: View) -> Hits:
    return _percent(view, "maxUnhealthyUpgradedInstancePercent", 0)


@rule(
    "rolling-batch-vs-unhealthy",
    "A batch is larger than the share of instances that may be unhealthy, so one batch may stop the upgrade. Raise this, "
    "or make batches smaller.",
    severity="warning",
    confidence="U",
    since="2017-03-30",
)
def rolling_batch_vs_unhealthy(view: View) -> Hits:
    batch = view.rolling.get("maxBatchInstancePercent")
    unhealthy = view.rolling.get("maxUnhealthyInstancePercent")
    if batch is None or unhealthy is None or batch <= unhealthy:
        return None
    return Hit((*ROLLING, "maxUnhealthyInstancePercent"))


@rule("rolling-pause", "Write the pause as an ISO 8601 duration, such as PT30S or PT5M.", since="2017-03-30")
def rolling_pause(view: View) -> Hits:
    pause = view.rolling.get("pauseTimeBetweenBatches")
    return Hit((*ROLLING, "pauseTimeBetweenBatches")) if filled(pause) and seconds(pause) is None else None


@rule(
    "rolling-cross-zone",
    "An upgrade across zones needs zones. Add them, or switch this off.",
    confidence="C",
    since="2020-12-01",
    operations=CREATE,
)
def rolling_cross_zone(view: View) -> Hits:
    if view.rolling.get("enableCrossZoneUpgrade") is not True or view.zonal:
        return None
    return Hit((*ROLLING, "enableCrossZoneUpgrade"))


# ----------------------------------------------------------------------------------------------- automatic OS upgrades


@rule(
    "autoos-image-latest",
    "Automatic OS upgrades need an image without a fixed version. {cure}.",
    since="2018-10-01",
)
def autoos_image_latest(view: View) -> Hits:
    if not view.automatic_os_upgrade:
        return None
    version = view.image.get("version")
    if filled(version) and version.casefold() != "latest" and not view.image.get("id"):
        place = (*IMAGE, "version")
        return Hit(place, {"cure": "Write latest"}, set_to(place, "latest", "Write latest"))
    image = view.image.get("id")
    if image and "/galleries/" in image.casefold() and "/versions/" in image.casefold():
        pinned = image.casefold().rpartition("/versions/")[2]
        if pinned != "latest":
            place = (*IMAGE, "id")
            short = image[: -len("/versions/" + pinned)]
            return Hit(
                place, {"cure": "Leave the version off the ID"}, set_to(place, short, "Leave the version off")
            )
    return None


@rule(
    "autoos-health",
    "Automatic OS upgrades must see whether instances are healthy. Add the Application Health extension{probe}.",
    since="2018-10-01",
    operations=CREATE,
    deferred=True,
)
def autoos_health(view: View) -> Hits:
    if not view.automatic_os_upgrade or view.health_source:
        return None
    # Service Fabric looks after the health of its own nodes.
    return None if view.service_fabric else Hit(AUTOMATIC, _or_probe(view))


@rule(
    "autoos-windows-updates",
    "Windows must not update itself while Azure upgrades the image. Switch automatic updates off.",
    since="2019-03-01",
    operations=CREATE,
    deferred=True,
)
def autoos_windows_updates(view: View) -> Hits:
    if not view.automatic_os_upgrade or view.os != "Windows":
        return None
    updates = view.windows.get("enableAutomaticUpdates")
    if updates is False:
        return None
    place = (*WINDOWS, "enableAutomaticUpdates")
    # Azure switches them off itself, and refuses only that they are on.
    severity: Severity | None = None if updates else "warning"
    return Hit(place, fix=set_to(place, False, "Switch automatic updates off"), severity=severity)


@rule(
    "autoos-patchmode",
    "Azure patches the instances or upgrades their image, not both. Choose another patch mode, or switch automatic OS upgrades off.",
    since="2020-06-01",
)
def autoos_patchmode(view: View) -> Hits:
    if not view.automatic_os_upgrade:
        return None
    hits = [
        Hit((*path, "patchSettings", "patchMode"))
        for path, configuration in ((LINUX, view.linux), (WINDOWS, view.windows))
        if (configuration.get("patchSettings") or {}).get("patchMode") == "AutomaticByPlatform"
    ]
    if view.windows_patch_mode == "AutomaticByOS":
        place, updates = (*WINDOWS, "patchSettings", "patchMode"), (*WINDOWS, "enableAutomaticUpdates")
        message = (
            "Azure upgrades the image here, so Windows cannot patch itself. Set the patch mode to Manual."
        )
        changes = (Change("set", place, "Manual"), Change("set", updates, False))
        hits.append(Hit(place, message=message, fix=Fix("Set the patch mode to Manual", changes)))
    return hits


@rule(
    "autoos-service-fabric",
    "Automatic OS upgrades need version 1.1 of the Service Fabric extension or a newer one. Write 1.1.",
    since="2018-10-01",
)
def autoos_service_fabric(view: View) -> Hits:
    if not view.automatic_os_upgrade:
        return None
    return [
        Hit(place := (*path, "typeHandlerVersion"), fix=set_to(place, "1.1", "Write 1.1"))
        for path, properties in view.service_fabric_items
        if _BEFORE_1_1.match(properties.get("typeHandlerVersion") or "")
    ]


@rule(
    "autoos-flex-surge",
    "In Flexible mode automatic OS upgrades cannot use max surge. Switch one of them off.",
    since="2022-11-01",
)
def autoos_flex_surge(view: View) -> Hits:
    if not view.automatic_os_upgrade or not view.flexible or view.rolling.get("maxSurge") is not True:
        return None
    place = (*ROLLING, "maxSurge")
    return Hit(place, fix=set_to(place, False, "Switch max surge off"))


@rule(
    "autoos-image-supported",
    "Images of this publisher are not on Microsoft's list for automatic OS upgrades. Check the list, or use an image of a "
    "Compute Gallery.",
    severity="warning",
    since="2018-10-01",
)
def autoos_image_supported(view: View) -> Hits:
    publisher = view.image.get("publisher")
    if not view.automatic_os_upgrade or not filled(publisher) or publisher.casefold() in _UPGRADED_PUBLISHERS:
        return None
    return Hit((*IMAGE, "publisher"))


@rule(
    "autoos-flex",
    "Microsoft's pages disagree on automatic OS upgrades in Flexible mode. Try it on a small scale set first.",
    severity="warning",
    since="2020-12-01",
)
def autoos_flex(view: View) -> Hits:
    return Hit(AUTOMATIC) if view.automatic_os_upgrade and view.flexible else None


@rule(
    "autoos-mode",
    "Other tools refuse automatic OS upgrades with mode Manual. Azure takes them; choose Automatic or Rolling for use with such tools.",
    severity="warning",
    confidence="C",
    since="2018-10-01",
)
def autoos_mode(view: View) -> Hits:
    return Hit(MODE) if view.automatic_os_upgrade and view.upgrade.get("mode") == "Manual" else None


# ----------------------------------------------------------------------------------------------------- health, repairs


@rule(
    "one-health-source",
    "Health is reported by the probe or by the Application Health extension, not by both. Remove one of them.",
    since="2018-10-01",
)
def one_health_source(view: View) -> Hits:
    if not view.health_probe or not view.health_extension:
        return None
    place = (*NETWORK, "healthProbe")
    # The Azure CLI writes both for rolling upgrades, and Azure takes them unless it has to choose one.
    refused = view.automatic_os_upgrade or view.repairs.get("enabled") is True
    return Hit(place, fix=without(place, "Remove the probe"), severity=None if refused else "warning")


@rule(
    "repair-needs-health",
    "Automatic repairs must see which instances are ill. Add the Application Health extension{probe}.",
    since="2018-10-01",
    operations=CREATE,
    deferred=True,
)
def repair_needs_health(view: View) -> Hits:
    if view.repairs.get("enabled") is not True or view.health_source:
        return None
    return Hit((*REPAIRS, "enabled"), _or_probe(view))


@rule(
    "repair-service-fabric",
    "Automatic repairs do not work with Service Fabric, which repairs its nodes itself. Switch them off.",
    since="2018-10-01",
)
def repair_service_fabric(view: View) -> Hits:
    if view.repairs.get("enabled") is not True or not view.service_fabric:
        return None
    place = (*REPAIRS, "enabled")
    return Hit(place, fix=set_to(place, False, "Switch repairs off"))


@rule(
    "repair-grace",
    "The grace period is 10 to 90 minutes. Write a time such as PT30M.",
    since="2018-10-01",
)
def repair_grace(view: View) -> Hits:
    return Hit((*REPAIRS, "gracePeriod")) if _outside(view.repairs.get("gracePeriod"), 600, 5400) else None


@rule(
    "repair-action-api",
    "An instance is repaired by Replace, Restart or Reimage. Choose one of them.",
    since="2021-11-01",
)
def repair_action_api(view: View) -> Hits:
    action = view.repairs.get("repairAction")
    if not filled(action) or action in _REPAIRS:
        return None
    place = (*REPAIRS, "repairAction")
    right = next((known for known in _REPAIRS if known.casefold() == action.casefold()), None)
    return Hit(place, fix=set_to(place, right, f"Write {right}") if right else None)


@rule(
    "external-health-exclusive",
    "Health is reported from outside, or by a probe or extension, not both. Switch one of them off.",
    since="2025-11-01",
)
def external_health_exclusive(view: View) -> Hits:
    both = view.external_health and (view.health_probe or view.health_extension)
    return Hit((*EXTERNAL, "enabled")) if both else None


@rule(
    "external-health-range",
    "{problem}. Write a time such as PT30M.",
    since="2025-11-01",
)
def external_health_range(view: View) -> Hits:
    policy = view.properties.get("externalHealthPolicy")
    if not policy:
        return None
    hits = []
    if _outside(policy.get("expiryDuration"), 5 * 60, 3 * 3600):
        hits.append(
            Hit((*EXTERNAL, "expiryDuration"), {"problem": "A report is good for 5 minutes to 3 hours"})
        )
    if _outside(policy.get("gracePeriod"), 5 * 60, 4 * 3600):
        hits.append(Hit((*EXTERNAL, "gracePeriod"), {"problem": "The grace period is 5 minutes to 4 hours"}))
    return hits


# ------------------------------------------------------------------------------------------------- notices, scaling in


@rule(
    "terminate-range",
    "Azure waits 5 to 15 minutes before it deletes an instance. Write a time such as PT10M.",
    since="2019-03-01",
)
def terminate_range(view: View) -> Hits:
    delay = view.terminate_notice.get("notBeforeTimeout")
    return Hit((*TERMINATE, "notBeforeTimeout")) if _outside(delay, 300, 900) else None


@rule(
    "terminate-spot",
    "Spot instances are evicted without this notice. Switch it off.",
    since="2019-03-01",
)
def terminate_spot(view: View) -> Hits:
    if view.terminate_notice.get("enable") is not True or not view.spot:
        return None
    place = (*TERMINATE, "enable")
    return Hit(place, fix=set_to(place, False, "Switch the notice off"))


@rule(
    "osimage-notify", "The notice before a new image is always 15 minutes. Write PT15M.", since="2022-11-01"
)
def osimage_notify(view: View) -> Hits:
    notice = (view.profile.get("scheduledEventsProfile") or {}).get("osImageNotificationProfile") or {}
    delay = notice.get("notBeforeTimeout")
    if not filled(delay) or delay == "PT15M":
        return None
    place = (*OS_IMAGE_NOTICE, "notBeforeTimeout")
    return Hit(place, fix=set_to(place, "PT15M", "Write PT15M"))


@rule(
    "scalein-rules",
    "{problem}. Choose one of Default, NewestVM and OldestVM.",
    confidence="I",
    since="2019-03-01",
)
def scalein_rules(view: View) -> Hits:
    rules = (view.properties.get("scaleInPolicy") or {}).get("rules")
    if not rules:
        return None
    above = (*PROPERTIES, "scaleInPolicy", "rules")
    hits = [
        Hit((*above, position), {"problem": f"“{name}” is no rule for scaling in"})
        for position, name in enumerate(rules)
        if filled(name) and name not in _SCALE_IN
    ]
    if len(rules) > 1:
        hits.append(Hit(above, {"problem": "Instances are chosen for removal by one rule"}))
    return hits


@rule(
    "scalein-flex-cli",
    "The Azure CLI refuses a scale-in policy in Flexible mode, although Microsoft's pages allow it. Expect to manage it elsewhere.",
    severity="warning",
    since="2020-12-01",
)
def scalein_flex_cli(view: View) -> Hits:
    return (
        Hit((*PROPERTIES, "scaleInPolicy"))
        if view.flexible and view.properties.get("scaleInPolicy")
        else None
    )
