"""The instances of a scale set: reading them, switching them on and off, bringing them up to date, taking them away."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any, Final

from . import world
from .access import existing_scale_set, not_busy, object_of, writable_scale_set
from .judging import served
from .memory import Instance, Memory, ScaleSet, timestamp
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer
from .operations import Operations
from .routes import GROUP, Route, listed
from .shapes import known_to, without_secrets

_SCALE_SET: Final = rf"{GROUP}/providers/microsoft\.compute/virtualmachinescalesets/([^/]+)"
_INSTANCE: Final = rf"{_SCALE_SET}/virtualmachines/([^/]+)"

_POWER: Final = {
    "start": "running",
    "restart": "running",
    "redeploy": "running",
    "poweroff": "stopped",
    "deallocate": "deallocated",
}
"""The power state that an action leaves behind; reimaging leaves it as it is."""

_SPELT: Final = {"poweroff": "powerOff", "reimageall": "reimageAll", "manualupgrade": "manualUpgrade"}
_TITLES: Final = {"running": "VM running", "stopped": "VM stopped", "deallocated": "VM deallocated"}


class InstanceResources:
    """Everything below a scale set."""

    def __init__(self, memory: Memory, operations: Operations) -> None:
        self._memory = memory
        self._operations = operations

    @property
    def routes(self) -> tuple[Route, ...]:
        actions = r"(start|restart|poweroff|deallocate|redeploy|reimage|reimageall|delete|manualupgrade)"
        single = r"(start|restart|poweroff|deallocate|redeploy|reimage|reimageall)"
        return (
            (rf"{_SCALE_SET}/virtualmachines", {"GET": self._list}),
            (rf"{_SCALE_SET}/instanceview", {"GET": self._view}),
            (rf"{_SCALE_SET}/rollingupgrades/latest", {"GET": self._rolling}),
            (rf"{_SCALE_SET}/{actions}", {"POST": self._act}),
            (_INSTANCE, {"GET": self._one, "DELETE": self._delete_one}),
            (rf"{_INSTANCE}/instanceview", {"GET": self._view_of_one}),
            (rf"{_INSTANCE}/{single}", {"POST": self._act_on_one}),
        )

    # --- reading ---------------------------------------------------------------------------------------------------

    def _list(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        shown_ones = [_shown(scale_set, each, request) for each in scale_set.instances]
        return listed(request, shown_ones, self._memory.page_size(100))

    def _one(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        return json_answer(200, _shown(scale_set, _instance(scale_set, found[3]), request))

    def _view_of_one(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        return json_answer(200, _instance_view(scale_set, _instance(scale_set, found[3])))

    def _view(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        counted: dict[str, int] = {}
        for each in scale_set.instances:
            for code in ("ProvisioningState/succeeded", f"PowerState/{each.power}"):
                counted[code] = counted.get(code, 0) + 1
        summary = [{"code": code, "count": count} for code, count in sorted(counted.items(), reverse=True)]
        state = {"Succeeded": "succeeded", "Failed": "failed"}.get(scale_set.state, "updating")
        statuses = [
            {
                "code": f"ProvisioningState/{state}",
                "level": "Error" if state == "failed" else "Info",
                "displayStatus": f"Provisioning {state}",
                "time": timestamp(),
            }
        ]
        return json_answer(200, {"virtualMachine": {"statusesSummary": summary}, "statuses": statuses})

    def _rolling(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        """The last rolling upgrade: the one of an update by a rolling policy."""
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        operation = self._memory.operations.get(scale_set.rolling)
        if operation is None:
            raise Refusal(404, "NotFound", "The entity was not found in this Azure location.")
        number = len(scale_set.instances)
        done = operation.settled and operation.outcome == "Succeeded"
        code = {"Succeeded": "Completed", "Failed": "Faulted", "Canceled": "Cancelled"}[operation.outcome]
        progress = {
            "successfulInstanceCount": number if done else 0,
            "failedInstanceCount": number if operation.settled and not done else 0,
            "inProgressInstanceCount": 0 if operation.settled else number,
            "pendingInstanceCount": 0,
        }
        running = {
            "code": code if operation.settled else "RollingForward",
            "startTime": operation.since,
            "lastAction": "Start",
            "lastActionTime": operation.since,
        }
        policy = (scale_set.model["properties"].get("upgradePolicy") or {}).get("rollingUpgradePolicy") or {}
        properties = {"policy": policy, "runningStatus": running, "progress": progress}
        if operation.settled and operation.error:
            properties["error"] = operation.error
        return json_answer(
            200,
            {
                "id": f"{scale_set.resource_id}/rollingUpgrades/latest",
                "name": "latest",
                "type": "Microsoft.Compute/virtualMachineScaleSets/rollingUpgrades",
                "location": scale_set.model["location"],
                "properties": properties,
            },
        )

    # --- acting ----------------------------------------------------------------------------------------------------

    def _act(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        action = found[3].lower()
        writable_scale_set(self._memory, account, found, f"{_SPELT.get(action, action)}/action")
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        chosen = _chosen(scale_set, request, needed=action in {"delete", "manualupgrade"})
        not_busy(self._memory, scale_set.key)
        effect = self._effect(scale_set, action, chosen)
        return self._operations.accepted(request, scale_set, "action", 202, effect)

    def _act_on_one(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        action = found[4].lower()
        right = f"virtualMachines/{_SPELT.get(action, action)}/action"
        writable_scale_set(self._memory, account, found, right)
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        effect = self._effect(scale_set, action, [_instance(scale_set, found[3])])
        return self._operations.accepted(request, scale_set, "instance", 202, effect)

    def _delete_one(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        writable_scale_set(self._memory, account, found, "virtualMachines/delete")
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        gone = [each for each in scale_set.instances if found[3].lower() in _names(scale_set, each)]
        if not gone:
            return OutgoingResponse(204)
        not_busy(self._memory, scale_set.key)
        effect = self._effect(scale_set, "delete", gone)
        return self._operations.accepted(request, scale_set, "action", 202, effect)

    @staticmethod
    def _effect(scale_set: ScaleSet, action: str, chosen: Iterable[Instance]) -> Callable[[], None]:
        ids = {each.id for each in chosen}

        def done() -> None:
            if action == "delete":
                scale_set.take_away(ids)
                return
            for each in scale_set.instances:
                if each.id in ids:
                    each.power = _POWER.get(action, each.power)
                    each.latest = each.latest or action in {"manualupgrade", "reimage", "reimageall"}

        return done


def _chosen(scale_set: ScaleSet, request: IncomingRequest, *, needed: bool) -> list[Instance]:
    """The instances that a request names: all when it names none, or `*`. needed: whether it has to name some."""
    asked = object_of(request)[0].get("instanceIds") if request.body.strip() else None
    if not isinstance(asked, list) or not asked:
        if needed:
            raise Refusal(
                400, "InvalidParameter", "Required parameter 'instanceIds' is missing (null).", "instanceIds"
            )
        return scale_set.instances
    if "*" in asked:
        return scale_set.instances
    wanted = {str(each).lower() for each in asked}
    chosen = [each for each in scale_set.instances if wanted & _names(scale_set, each)]
    unknown = wanted - {name for each in chosen for name in _names(scale_set, each)}
    if unknown:
        message = f"The instance(s) {', '.join(sorted(unknown))[:80]} are not in the scale set."
        raise Refusal(400, "InvalidParameter", message, "instanceIds")
    return chosen


def _instance(scale_set: ScaleSet, written: str) -> Instance:
    for each in scale_set.instances:
        if written.lower() in _names(scale_set, each):
            return each
    message = f"The entity {written[:80]} was not found in this Azure location."
    raise Refusal(404, "NotFound", message)


def _names(scale_set: ScaleSet, instance: Instance) -> set[str]:
    """What an instance answers to: its number and its name."""
    return {str(instance.id), f"{scale_set.name}_{instance.id}".lower()}


def _shown(scale_set: ScaleSet, instance: Instance, request: IncomingRequest) -> dict[str, Any]:
    model = known_to(without_secrets(scale_set.model), request.api_version)
    profile = model["properties"].get("virtualMachineProfile") or {}
    own = scale_set.resource_id
    name = f"{scale_set.name}_{instance.id}"
    properties: dict[str, Any] = {
        "latestModelApplied": instance.latest,
        "provisioningState": "Succeeded",
        "vmId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{own}/{instance.id}")),
        "hardwareProfile": {},
        "resources": [],
        "modelDefinitionApplied": "VirtualMachineScaleSet",
    }
    system = profile.get("osProfile")
    if isinstance(system, dict):
        prefix = system.get("computerNamePrefix") or scale_set.name[:9]
        kept = {each: value for each, value in system.items() if each != "computerNamePrefix"}
        properties["osProfile"] = {"computerName": f"{prefix}{_base36(instance.id)}", **kept}
    if "storageProfile" in profile:
        properties["storageProfile"] = profile["storageProfile"]
    if "networkProfile" in profile:
        interfaces = profile["networkProfile"].get("networkInterfaceConfigurations") or []
        place = f"{own}/virtualMachines/{instance.id}/networkInterfaces"
        properties["networkProfile"] = {
            "networkInterfaces": [
                {"id": f"{place}/{each.get('name')}", "properties": {"primary": position == 0}}
                for position, each in enumerate(interfaces)
            ]
        }
        properties["networkProfileConfiguration"] = {"networkInterfaceConfigurations": interfaces}
    if request.query.get("$expand", "").lower() == "instanceview":
        properties["instanceView"] = _instance_view(scale_set, instance)
    value: dict[str, Any] = {
        "id": f"{own}/virtualMachines/{instance.id}",
        "name": name,
        "type": "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
        "instanceId": str(instance.id),
        "location": model["location"],
        "sku": {each: inner for each, inner in model.get("sku", {}).items() if each != "capacity"},
        "properties": properties,
    }
    zones = model.get("zones")
    if zones:
        value["zones"] = [zones[instance.id % len(zones)]]
    if model.get("tags"):
        value["tags"] = model["tags"]
    return value


def _instance_view(scale_set: ScaleSet, instance: Instance) -> dict[str, Any]:
    count = scale_set.model["properties"].get("platformFaultDomainCount") or 1
    return {
        "placementGroupId": str(uuid.uuid5(uuid.NAMESPACE_URL, scale_set.resource_id)),
        "platformUpdateDomain": instance.id % 5,
        "platformFaultDomain": instance.id % count,
        "vmAgent": {"vmAgentVersion": "Unknown", "statuses": []},
        "disks": [],
        "statuses": [
            {
                "code": "ProvisioningState/succeeded",
                "level": "Info",
                "displayStatus": "Provisioning succeeded",
                "time": scale_set.created,
            },
            {
                "code": f"PowerState/{instance.power}",
                "level": "Info",
                "displayStatus": _TITLES[instance.power],
            },
        ],
    }


def _base36(number: int) -> str:
    """Six characters, as Azure counts its computer names."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    found = ""
    for _ in range(6):
        number, rest = divmod(number, 36)
        found = digits[rest] + found
    return found
