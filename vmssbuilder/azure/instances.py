"""The instances of a scale set: how each is, and which of them run its latest model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.picture import PicturedInstance, StateKind

from .client import ArmClient, ScaleSetAddress
from .errors import AzureError


@dataclass(frozen=True, slots=True)
class InstanceCounts:
    """total: how many there are. latest: how many run the latest model. behind: the ids of those that do not. each: all
    of them with their zones and states.

    Azure does not say it of every instance, not of those of a flexible scale set: those are in the total only.
    """

    total: int
    latest: int
    behind: tuple[str, ...]
    each: tuple[PicturedInstance, ...] = ()

    @property
    def unknown(self) -> int:
        """How many instances Azure says nothing about."""
        return self.total - self.latest - len(self.behind)


def instances(client: ArmClient, address: ScaleSetAddress, api_version: str) -> InstanceCounts:
    """The instances as they are now. Raises AzureError."""
    total, latest, behind, found = 0, 0, [], []
    for each in _listed(client, address, api_version):
        total += 1
        applied = paths.get(each, ("properties", "latestModelApplied"), None)
        if applied is True:
            latest += 1
        elif applied is False:
            behind.append(str(each.get("instanceId") or each.get("name") or ""))
        found.append(_pictured(each))
    return InstanceCounts(total, latest, tuple(behind), tuple(found))


def _listed(client: ArmClient, address: ScaleSetAddress, api_version: str) -> Iterator[dict[str, Any]]:
    """The instances with their power states, or without where Azure does not tell those of such a scale set."""
    path = f"{address.resource_id}/virtualMachines"
    try:
        found = list(client.pages(path, api_version, **{"$expand": "instanceView"}))
    except AzureError as error:
        if error.status != 400:
            raise
        found = list(client.pages(path, api_version))
    yield from found


_LONGEST: Final = 40
"""Characters of a name or a state."""
_BUSY: Final = frozenset("creating updating deleting migrating starting stopping deallocating".split())
_OFF: Final = frozenset(("stopped", "deallocated"))


def _pictured(instance: dict[str, Any]) -> PicturedInstance:
    state = _state(instance.get("properties"))[:_LONGEST]
    lowered = state.lower()
    kind: StateKind = "busy" if lowered in _BUSY else "off" if lowered in _OFF else "ok"
    zone = paths.get(instance, ("zones", 0), None)
    return PicturedInstance(
        name=str(instance.get("name") or instance.get("instanceId") or "")[:_LONGEST],
        zone=zone[:_LONGEST] if isinstance(zone, str) else "",
        state=state,
        kind="bad" if lowered in {"failed", "canceled"} else kind,
    )


def _state(properties: Any) -> str:
    """How an instance is: what Azure does with it, else whether it runs, as far as Azure says."""
    provisioning = paths.get(properties, ("provisioningState",), None)
    if isinstance(provisioning, str) and provisioning.lower() != "succeeded":
        return provisioning
    statuses = paths.get(properties, ("instanceView", "statuses"), None)
    for each in statuses if isinstance(statuses, list) else ():
        code = paths.get(each, ("code",), None)
        if isinstance(code, str) and code.lower().startswith("powerstate/"):
            return code.partition("/")[2].capitalize()
    return "Provisioned"
