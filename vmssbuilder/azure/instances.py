"""The instances of a scale set: which of them run its latest model."""

from __future__ import annotations

from dataclasses import dataclass

from .client import ArmClient, ScaleSetAddress


@dataclass(frozen=True, slots=True)
class InstanceCounts:
    """total: how many there are. latest: how many run the latest model. behind: the ids of those that do not.

    Azure does not say it of every instance, not of those of a flexible scale set: those are in the total only.
    """

    total: int
    latest: int
    behind: tuple[str, ...]

    @property
    def unknown(self) -> int:
        """How many instances Azure says nothing about."""
        return self.total - self.latest - len(self.behind)


def instances(client: ArmClient, address: ScaleSetAddress, api_version: str) -> InstanceCounts:
    """The instances as they are now. Raises AzureError."""
    total, latest, behind = 0, 0, []
    for each in client.pages(f"{address.resource_id}/virtualMachines", api_version):
        total += 1
        properties = each.get("properties")
        applied = properties.get("latestModelApplied") if isinstance(properties, dict) else None
        if applied is True:
            latest += 1
        elif applied is False:
            behind.append(str(each.get("instanceId") or each.get("name") or ""))
    return InstanceCounts(total, latest, tuple(behind))
