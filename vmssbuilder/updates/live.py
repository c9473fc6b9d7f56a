"""A live scale set as a draft can hold it: its address, its document, what Azure does not show of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from vmssbuilder.azure import LiveScaleSet, ScaleSetAddress
from vmssbuilder.scaleset import Target, paths
from vmssbuilder.scaleset.answers import plain
from vmssbuilder.scaleset.paths import Path

_RESOURCE_ID: Final = re.compile(
    r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.Compute/virtualMachineScaleSets/([^/]+)",
    re.IGNORECASE,
)


class NoResourceId(ValueError):
    """A text that is not the resource id of a scale set; the message says what is wrong and what to do."""


def parse_id(written: str) -> ScaleSetAddress:
    """The address in a resource id, also one copied out of an address of the portal or of Resource Manager."""
    written = written.strip().strip("\"'")
    if not written:
        raise NoResourceId("Choose a scale set, or paste its resource id.")
    found = _RESOURCE_ID.search(written.split("?", 1)[0])
    if found is None:
        raise NoResourceId(
            "This is not the resource id of a scale set. It begins with /subscriptions/ and ends with "
            "/virtualMachineScaleSets/ and the name; the Azure portal shows it under Properties."
        )
    try:
        return ScaleSetAddress(*found.groups())
    except ValueError as error:
        raise NoResourceId(f"This resource id cannot be used: {error}") from None


def address_of(target: Target) -> ScaleSetAddress | None:
    """The address that a draft says, None while a part is missing or cannot stand in one."""
    try:
        return ScaleSetAddress(target.subscription, target.resource_group, target.name)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Live:
    """A scale set as it was read at a moment.

    document: without what only Azure writes and without secrets. withheld: the places of secrets that it may have.
    state, instances: as Azure said.
    """

    address: ScaleSetAddress
    api_version: str
    document: dict[str, Any]
    withheld: tuple[Path, ...]
    etag: str
    state: str
    read: datetime

    @property
    def instances(self) -> int | None:
        """How many instances Azure says that there are."""
        number = paths.get(self.document, ("sku", "capacity"))
        return number if isinstance(number, int) and not isinstance(number, bool) else None


def of(found: LiveScaleSet, at: datetime) -> Live:
    """What Azure answered, as a draft can hold it."""
    document, withheld = plain(found.document, found.api_version)
    return Live(
        found.address, found.api_version, document, withheld, found.etag or "", found.provisioning_state, at
    )
