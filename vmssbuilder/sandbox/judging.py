"""What Resource Manager makes of a request that creates or changes a scale set: one judgement for all that ask.

PUT, PATCH, validate, what-if and deployments ask here, so that what one of them refuses, all of them refuse.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from vmssbuilder.scaleset import versions

from . import defaults, governance, intake, offers, refusals, validation, world
from .access import region_of
from .memory import Memory, ScaleSet, scale_set_key, timestamp
from .messages import Refusal
from .shapes import merged, without_nulls, without_read_only

NAME_LIMIT: Final = 64
_NAME: Final = re.compile(rf"[A-Za-z0-9](?:[\w.-]{{0,{NAME_LIMIT - 2}}}[A-Za-z0-9_])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ScaleSetWrite:
    """A request to create or change a scale set. body, text: what came, read and as it was written. method: PUT or PATCH."""

    subscription: str
    group: str
    name: str
    api_version: str
    body: Mapping[str, Any]
    text: str
    method: str = "PUT"

    @property
    def key(self) -> tuple[str, str, str]:
        return scale_set_key(self.subscription, self.group, self.name)

    @property
    def resource_id(self) -> str:
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{self.name}"
        )


def served(api_version: str) -> None:
    """Refuses an API version that there is none of."""
    if api_version not in versions.API_VERSIONS:
        message = (
            f"No registered resource provider found for API version '{api_version[:40]}' for type"
            f" 'virtualMachineScaleSets'. The supported api-versions are '{', '.join(versions.API_VERSIONS)}'."
        )
        raise Refusal(400, "NoRegisteredProviderFound", message)


def judge(memory: Memory, asked: ScaleSetWrite, existing: ScaleSet | None) -> dict[str, Any]:
    """The scale set as it would be, Azure's defaults filled in. Raises Refusal for what Azure refuses."""
    served(asked.api_version)
    governance.registered(memory, asked.subscription)
    read = intake.normalised(without_read_only(asked.body), asked.api_version)
    wanted = read if asked.method == "PATCH" else without_nulls(read)
    if asked.method == "PUT":
        wanted["location"] = region_of(wanted, "virtualMachineScaleSets")
    if existing is not None:
        _stays_where_it_is(asked, existing, wanted)
    validation.structure(without_nulls(wanted), asked.text, asked.api_version, partial=existing is not None)
    if existing is None and not _NAME.fullmatch(asked.name):
        message = f"The entity name '{asked.name}' is invalid according to its validation rule."
        raise Refusal(400, "InvalidParameter", message, "name")
    wanted = intake.normalised(wanted, versions.LATEST)
    model = merged(existing.model, wanted) if existing is not None else wanted
    model = defaults.filled(memory, asked.name, model, asked.api_version)
    validation.semantics(model, asked.api_version, creating=existing is None)
    if existing is not None:
        validation.changes(existing.model, model, asked.api_version, asked.method)
    refusals.combinations(model, asked.api_version)
    governance.features(asked.subscription, model)
    governance.policies(asked.subscription, asked.group, asked.name, model)
    offers.size(memory, asked.resource_id, asked.subscription, model)
    offers.image(memory, model)
    offers.features(memory, asked.resource_id, model)
    governance.references(memory, model, asked.resource_id)
    governance.within_quota(memory, asked.subscription, model, existing.model if existing else None)
    return model


def carry_out(memory: Memory, asked: ScaleSetWrite, existing: ScaleSet | None) -> ScaleSet:
    """The scale set once it is as asked; its operation begins apart from this. Raises Refusal."""
    model = judge(memory, asked, existing)
    if existing is None:
        group = memory.groups[asked.key[:2]][0]
        made = ScaleSet(asked.subscription, group, asked.name, model, timestamp(), str(uuid.uuid4()))
        memory.scale_sets[asked.key] = made
        return made
    before = defaults.filled(memory, asked.name, existing.model, asked.api_version)
    old, new = before.get("properties", {}), model.get("properties", {})
    sizes_before, sizes_after = ((each.get("sku") or {}).get("name") for each in (before, model))
    if old.get("virtualMachineProfile") != new.get("virtualMachineProfile") or sizes_before != sizes_after:
        # By a manual upgrade policy all instances that there are go on as they are, by others none.
        manual = (new.get("upgradePolicy") or {}).get("mode", "Manual") == "Manual"
        existing.behind = len(existing.instances) if manual else 0
    existing.model = model
    existing.etag += 1
    return existing


def _stays_where_it_is(asked: ScaleSetWrite, existing: ScaleSet, wanted: dict[str, Any]) -> None:
    location = wanted.get("location")
    if location is None or world.region(str(location)) == world.region(existing.model["location"]):
        wanted.pop("location", None)
        return
    if asked.method == "PATCH":
        raise Refusal(
            409, "PropertyChangeNotAllowed", "Changing property 'location' is not allowed.", "vmss.location"
        )
    message = (
        f"The resource '{existing.name}' already exists in location '{existing.model['location']}' in resource"
        f" group '{existing.resource_group}'. A resource with the same name cannot be created in location"
        f" '{location}'. Please select a new resource name."
    )
    raise Refusal(409, "InvalidResourceLocation", message)
