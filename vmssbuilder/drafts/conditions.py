"""Where a setting applies: what it goes with, and what stands in its way. What is set and does not apply is never dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Node

from .content import TARGET
from .steps import Field

PROPERTIES: Final = "properties."
PROFILE: Final = "properties.virtualMachineProfile."


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """What some settings go with.

    choice: the place of the value that decides. fits: whether it lets them apply; `default` is what Azure takes where
    there is none. hidden_for: the state in which they do not apply, in words; why: the reason, and what would show them.
    near: whether the choice is a member of the item that the page is about. settings: the patterns of what they are,
    all below included. also: a place where true lets them apply as well.
    """

    choice: Path
    fits: Callable[[Any], bool]
    default: Any
    hidden_for: str
    why: str
    settings: tuple[str, ...]
    near: bool = False
    also: Path = ()

    def applies(self, content: dict[str, Any], place: Path) -> bool:
        """Whether they apply on the page of an item, () for a step's. An update tells only what it changes."""
        if self.also and paths.get(content, self.also) is True:
            return True
        value = paths.get(content, place + self.choice if self.near else self.choice)
        if value in (MISSING, "", None):
            if paths.get(content, (TARGET, "operation"), "") == "update":
                return True
            value = self.default
        # What is no choice at all is for the check to tell.
        return not isinstance(value, str | bool | list) or self.fits(value)


def _one_of(*values: str) -> Callable[[Any], bool]:
    wanted = {value.casefold() for value in values}
    return lambda value: not isinstance(value, str) or value.casefold() in wanted


def _holds(part: str) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, str) or part.casefold() in value.casefold()


def _yes(value: Any) -> bool:
    return value is not False and value != "false"


def _any(value: Any) -> bool:
    return bool(value)


def _when(
    choice: str,
    fits: Callable[[Any], bool],
    default: Any,
    hidden_for: str,
    why: str,
    *settings: str,
    near: bool = False,
    also: str = "",
) -> FieldCondition:
    return FieldCondition(
        paths.parse(choice), fits, default, hidden_for, why, settings, near, paths.parse(also)
    )


_MODE: Final = PROPERTIES + "orchestrationMode"
_NICS: Final = PROFILE + "networkProfile.networkInterfaceConfigurations[]."
_IPS: Final = _NICS + "properties.ipConfigurations[]."
_DISK: Final = PROFILE + "storageProfile.osDisk."
_DATA: Final = PROFILE + "storageProfile.dataDisks[]."

CONDITIONS: Final[tuple[FieldCondition, ...]] = (
    _when(
        _MODE,
        _one_of("Flexible"),
        "Uniform",
        "Uniform orchestration",
        "Only a Flexible scale set has these.",
        PROPERTIES + "skuProfile",
        PROPERTIES + "priorityMixPolicy",
        PROPERTIES + "additionalCapabilities.hibernationEnabled",
        PROFILE + "networkProfile.networkApiVersion",
        _NICS + "properties.deleteOption",
        _IPS + "properties.publicIPAddressConfiguration.properties.deleteOption",
        _DISK + "deleteOption",
        _DATA + "deleteOption",
    ),
    _when(
        _MODE,
        _one_of("Uniform"),
        "Uniform",
        "Flexible orchestration",
        "Only a Uniform scale set has these.",
        PROPERTIES + "overprovision",
        PROPERTIES + "doNotRunExtensionsOnOverprovisionedVMs",
        PROPERTIES + "upgradePolicy.rollingUpgradePolicy.rollbackFailedInstancesOnPolicyBreach",
        PROFILE + "networkProfile.healthProbe",
        _IPS + "properties.loadBalancerInboundNatPools",
        _DISK + "image",
        _DISK + "vhdContainers",
    ),
    _when(
        PROFILE + "priority",
        _one_of("Spot", "Low"),
        "Regular",
        "priority Regular",
        "These are for Spot instances, which older API versions call Low. Choose that priority to use them.",
        PROFILE + "evictionPolicy",
        PROFILE + "billingProfile",
        PROPERTIES + "spotRestorePolicy",
        PROPERTIES + "priorityMixPolicy",
    ),
    _when(
        PROPERTIES + "spotRestorePolicy.enabled",
        _yes,
        False,
        "Spot restore switched off",
        "Switch on restoring evicted instances to use this.",
        PROPERTIES + "spotRestorePolicy.restoreTimeout",
    ),
    _when(
        "zones",
        _any,
        "",
        "a scale set without zones",
        "These are for a scale set with zones. Add zones under Basics to use them.",
        PROPERTIES + "zoneBalance",
        PROPERTIES + "resiliencyPolicy.automaticZoneRebalancingPolicy",
    ),
    _when(
        "placement.zonePlacementPolicy",
        _one_of("Auto"),
        "",
        "zones that are listed",
        "These are for zones that Azure chooses. Choose Auto for the zone selection to use them.",
        "placement.includeZones",
        "placement.excludeZones",
    ),
    _when(
        PROPERTIES + "upgradePolicy.mode",
        _one_of("Rolling"),
        "",
        "an upgrade mode that is not Rolling",
        "These are for upgrades in batches. Choose the upgrade mode Rolling, or automatic OS upgrades, to use them.",
        PROPERTIES + "upgradePolicy.rollingUpgradePolicy",
        also=PROPERTIES + "upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade",
    ),
    _when(
        PROPERTIES + "upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade",
        _yes,
        False,
        "automatic OS upgrades switched off",
        "Switch on automatic OS upgrades to use these.",
        PROPERTIES + "upgradePolicy.automaticOSUpgradePolicy.disableAutomaticRollback",
        PROPERTIES + "upgradePolicy.automaticOSUpgradePolicy.useRollingUpgradePolicy",
        PROPERTIES + "upgradePolicy.automaticOSUpgradePolicy.osRollingUpgradeDeferral",
    ),
    _when(
        PROPERTIES + "automaticRepairsPolicy.enabled",
        _yes,
        False,
        "automatic repairs switched off",
        "Switch on repairs of unhealthy instances to use these.",
        PROPERTIES + "automaticRepairsPolicy.gracePeriod",
        PROPERTIES + "automaticRepairsPolicy.repairAction",
    ),
    _when(
        PROPERTIES + "externalHealthPolicy.enabled",
        _yes,
        False,
        "external health switched off",
        "Switch on external health reports to use these.",
        PROPERTIES + "externalHealthPolicy.expiryDuration",
        PROPERTIES + "externalHealthPolicy.gracePeriod",
    ),
    _when(
        PROFILE + "diagnosticsProfile.bootDiagnostics.enabled",
        _yes,
        False,
        "boot diagnostics switched off",
        "Switch on boot diagnostics to use this.",
        PROFILE + "diagnosticsProfile.bootDiagnostics.storageUri",
    ),
    _when(
        PROFILE + "scheduledEventsProfile.terminateNotificationProfile.enable",
        _yes,
        False,
        "termination notifications switched off",
        "Switch on the termination notification to use this.",
        PROFILE + "scheduledEventsProfile.terminateNotificationProfile.notBeforeTimeout",
    ),
    _when(
        PROFILE + "scheduledEventsProfile.osImageNotificationProfile.enable",
        _yes,
        False,
        "OS image notifications switched off",
        "Switch on the OS image notification to use this.",
        PROFILE + "scheduledEventsProfile.osImageNotificationProfile.notBeforeTimeout",
    ),
    _when(
        PROPERTIES + "resiliencyPolicy.automaticZoneRebalancingPolicy.enabled",
        _yes,
        False,
        "zone rebalancing switched off",
        "Switch on automatic zone rebalancing to use these.",
        PROPERTIES + "resiliencyPolicy.automaticZoneRebalancingPolicy.rebalanceStrategy",
        PROPERTIES + "resiliencyPolicy.automaticZoneRebalancingPolicy.rebalanceBehavior",
    ),
    _when(
        PROFILE + "securityProfile.securityType",
        _one_of("TrustedLaunch", "ConfidentialVM"),
        "",
        "the security type Standard",
        "These are for Trusted Launch and confidential instances. Choose such a security type to use them.",
        PROFILE + "securityProfile.uefiSettings",
    ),
    _when(
        PROFILE + "securityProfile.securityType",
        _one_of("ConfidentialVM"),
        "",
        "a security type that is not ConfidentialVM",
        "These are for confidential instances. Choose the security type ConfidentialVM to use them.",
        _DISK + "managedDisk.securityProfile",
        _DATA + "managedDisk.securityProfile",
    ),
    _when(
        PROFILE + "securityProfile.proxyAgentSettings.enabled",
        _yes,
        False,
        "the proxy agent switched off",
        "Switch on the proxy agent to use these.",
        PROFILE + "securityProfile.proxyAgentSettings.mode",
        PROFILE + "securityProfile.proxyAgentSettings.keyIncarnationId",
        PROFILE + "securityProfile.proxyAgentSettings.wireServer",
        PROFILE + "securityProfile.proxyAgentSettings.imds",
        PROFILE + "securityProfile.proxyAgentSettings.addProxyAgentExtension",
    ),
    _when(
        "identity.type",
        _holds("UserAssigned"),
        "",
        "an identity type without UserAssigned",
        "These are for user-assigned identities. Choose such an identity type to use them.",
        "identity.userAssignedIdentities",
    ),
    _when(
        _DISK + "diffDiskSettings.option",
        _one_of("Local"),
        "",
        "an OS disk that is not ephemeral",
        "These are for an ephemeral OS disk. Choose the option Local to use them.",
        _DISK + "diffDiskSettings.placement",
        _DISK + "diffDiskSettings.enableFullCaching",
    ),
    _when(
        "managedDisk.storageAccountType",
        _one_of("UltraSSD_LRS", "PremiumV2_LRS"),
        "",
        "a disk type with fixed performance",
        "Only Ultra and Premium SSD v2 disks let you set these.",
        _DATA + "diskIOPSReadWrite",
        _DATA + "diskMBpsReadWrite",
        near=True,
    ),
    *(
        _when(
            f"{PROFILE}osProfile.{system}.patchSettings.patchMode",
            _one_of("AutomaticByPlatform"),
            "",
            "a patch mode that is not AutomaticByPlatform",
            "These are for patching by Azure. Choose the patch mode AutomaticByPlatform to use them.",
            f"{PROFILE}osProfile.{system}.patchSettings.automaticByPlatformSettings",
        )
        for system in ("linuxConfiguration", "windowsConfiguration")
    ),
)


@lru_cache(maxsize=2_000)
def _of(pattern: str) -> tuple[FieldCondition, ...]:
    return tuple(
        condition
        for condition in CONDITIONS
        if any(pattern == each or pattern.startswith((f"{each}.", f"{each}[")) for each in condition.settings)
    )


def of(node: Node) -> tuple[FieldCondition, ...]:
    """What the setting goes with, nothing for one that always applies."""
    return _of(node.pattern)


def in_the_way(entry: Field, content: dict[str, Any], place: Path) -> FieldCondition | None:
    """The first condition of a field that is not met, None for one that applies. Settings of extensions have none."""
    if entry.within:
        return None
    return next((each for each in of(entry.node) if not each.applies(content, place)), None)
