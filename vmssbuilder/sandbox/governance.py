"""What stands in the way of a sound scale set: policies, registration, quota, sizes, resources that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import inventory, world
from .marketplace import usages
from .memory import Memory
from .messages import Refusal


def registered(memory: Memory, subscription: str) -> None:
    """Refuses where Microsoft.Compute is not registered."""
    if memory.registration(subscription) != "Registered":
        message = (
            "The subscription is not registered to use namespace 'Microsoft.Compute'. See https://aka.ms/rps-not-found"
            " for how to register subscriptions."
        )
        raise Refusal(409, "MissingSubscriptionRegistration", message, "Microsoft.Compute")


def policies(subscription: str, group: str, name: str, model: Mapping[str, Any]) -> None:
    """Refuses what a policy of the world denies."""
    size = str((model.get("sku") or {}).get("name", ""))
    tags = {str(tag).lower() for tag in model.get("tags") or {}}
    for policy in world.POLICIES:
        if policy.subscription != subscription or policy.group.lower() not in {"", group.lower()}:
            continue
        denied = bool(policy.sizes) and size.startswith(policy.sizes)
        if not denied and (not policy.tag or policy.tag.lower() in tags):
            continue
        assignment = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/policyAssignments/{policy.title.replace(' ', '-').lower()}"
        information = {
            "policyDefinitionDisplayName": policy.definition,
            "policyDefinitionId": f"/providers/Microsoft.Authorization/policyDefinitions/{policy.definition.replace(' ', '-').lower()}",
            "policyDefinitionEffect": "deny",
            "policyAssignmentDisplayName": policy.title,
            "policyAssignmentName": policy.title.replace(" ", "-").lower(),
            "policyAssignmentId": assignment,
            "policyAssignmentScope": f"/subscriptions/{subscription}"
            + (f"/resourceGroups/{policy.group}" if policy.group else ""),
        }
        message = (
            f"Resource '{name}' was disallowed by policy. Policy identifiers:"
            f' \'[{{"policyAssignment":{{"name":"{policy.title}","id":"{assignment}"}}}}]\'.'
        )
        more = {"additionalInfo": [{"type": "PolicyViolation", "info": information}]}
        raise Refusal(403, "RequestDisallowedByPolicy", message, name, more=more)


def on_offer(memory: Memory, subscription: str, model: Mapping[str, Any]) -> None:
    """Refuses a size that the region, a zone of it or the subscription does not have."""
    name = str((model.get("sku") or {}).get("name", ""))
    size, region = memory.size(name), world.region(str(model.get("location")))
    if size is None or region is None or not name:
        if name:
            message = f"The value {name} provided for the VM size is not valid."
            raise Refusal(400, "InvalidParameter", message, "vmSize")
        return
    restrictions = size.restrictions(subscription, region)
    zones = {str(each) for each in model.get("zones") or ()}
    closed = {zone for each in restrictions for zone in each["restrictionInfo"].get("zones", ())}
    gone = any(each["type"] == "Location" for each in restrictions) or not size.offered(region)
    missing = zones - set(size.zones(region)) | zones & closed
    if gone or missing:
        where = f" in zone(s) '{', '.join(sorted(missing))}'" if missing and not gone else ""
        message = (
            f"The requested VM size '{size.name}' is currently not available in location '{region.name}'{where}. Please"
            " try another size or deploy to a different location or different zone. See"
            " https://aka.ms/azureskunotavailable for details."
        )
        raise Refusal(409, "SkuNotAvailable", message, "sku.name")


def within_quota(
    memory: Memory, subscription: str, model: Mapping[str, Any], held: Mapping[str, Any] | None
) -> None:
    """Refuses more cores than are left. held: what the scale set already has."""
    region = world.region(str(model.get("location")))
    if region is None:
        return
    wanted, has = _cores(memory, model), _cores(memory, held or {})
    for usage in usages(memory, subscription, region.name):
        name, limit, used = usage["name"]["value"], usage["limit"], usage["currentValue"]
        needed = wanted.get(name, 0) - has.get(name, 0)
        if needed > 0 and used + needed > limit:
            message = (
                f"Operation could not be completed as it results in exceeding approved {usage['name']['localizedValue']}"
                f" Cores quota. Additional details - Deployment Model: Resource Manager, Location: {region.name}, Current"
                f" Limit: {limit}, Current Usage: {used}, Additional Required: {needed}, (Minimum) New Limit Required:"
                f" {used + needed}."
            )
            raise Refusal(409, "OperationNotAllowed", message, name)


def _cores(memory: Memory, model: Mapping[str, Any]) -> dict[str, int]:
    sku = model.get("sku") or {}
    size = memory.size(sku.get("name"))
    capacity = sku.get("capacity")
    if size is None or not isinstance(capacity, int):
        return {}
    return {"cores": capacity * size.vcpus, size.series.family: capacity * size.vcpus}


def references(memory: Memory, model: Mapping[str, Any], name: str) -> None:
    """Refuses a reference to what is not there, or not in the region."""
    region = world.region(str(model.get("location")))
    for path, written in inventory.references(model):
        if inventory.find(memory, written) is None:
            message = (
                f"Resource {written} referenced by resource {name} was not found. Please make sure that the referenced"
                " resource exists, and that both resources are in the same region."
            )
            raise Refusal(400, "InvalidResourceReference", message, path)
        holder = inventory.find(memory, "/".join(written.split("/")[:9])) or {}
        place = world.region(str(holder.get("location", "")))
        regional = inventory.type_of(written).startswith(("microsoft.network", "microsoft.keyvault"))
        if regional and place is not None and region is not None and place.name != region.name:
            message = (
                f"Resource {written} is in location {place.name}, but the scale set {name} is in {region.name}. Both have"
                " to be in the same region."
            )
            raise Refusal(400, "InvalidResourceReference", message, path)
