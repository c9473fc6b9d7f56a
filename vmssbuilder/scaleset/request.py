"""A request: where a scale set is to be, what is to be done with it, in which API version, with which document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from . import versions

Operation = Literal["create", "update"]


@dataclass(frozen=True, slots=True)
class Target:
    """The address of a scale set. Any part may still be empty while the request is being filled in."""

    subscription: str = ""
    resource_group: str = ""
    name: str = ""

    @property
    def resource_id(self) -> str:
        """The ARM resource id, in canonical spelling."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{self.name}"
        )


@dataclass(frozen=True, slots=True)
class Request:
    """Target, operation, API version and document. The document is never changed in place."""

    target: Target = field(default_factory=Target)
    operation: Operation = "create"
    api_version: str = versions.DEFAULT
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """The HTTP method that carries it: PATCH for an update where the API version has it, else PUT."""
        patched = self.operation == "update" and versions.within(self.api_version, versions.PATCH_SINCE)
        return "PATCH" if patched else "PUT"
