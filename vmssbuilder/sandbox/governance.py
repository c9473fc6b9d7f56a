"""What stands in the way of a sound scale set: policies, registration, quota, sizes, resources that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import inventory, world
from .marketplace import cores, usages
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


def within_quota(
    memory: Memory, subscription: str, model: Mapping[str, Any], held: Mapping[str, Any] | None
) -> None:
    """Refuses more cores than are left. held: what the scale set already has."""
    region = world.region(str(model.get("location")))
    if region is None:
        return
    wanted, has = cores(memory, model), cores(memory, held or {})
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


def references(memory: Memory, model: Mapping[str, Any], resource_id: str) -> None:
    """Refuses a reference to what is not there, or not in the region. An image has a refusal of its own, see `offers`."""
    region = world.region(str(model.get("location")))
    for path, written in inventory.references(model):
        if path.endswith("imageReference.id"):
            continue
        known = inventory.find(memory, written)
        if known is None and not (
            "/galleries/" in written.lower() and inventory.gallery_versions(memory, written)
        ):
            message = (
                f"Resource {written} referenced by resource {resource_id} was not found. Please make sure that the"
                " referenced resource exists, and that both resources are in the same region."
            )
            raise Refusal(400, "InvalidResourceReference", message, path)
        holder = inventory.find(memory, "/".join(written.split("/")[:9])) or {}
        if (holder.get("sku") or {}).get("name") == "Basic" and _needs_standard(model):
            message = f"VM scale set cannot use a basic SKU load balancer {holder['id']} when LargeScale or CrossAZ is enabled."
            raise Refusal(400, "VMScaleSetCannotReferenceLoadbalancerWhenLargeScaleOrCrossAZ", message)
        place = world.region(str(holder.get("location", "")))
        if _regional(written) and place is not None and region is not None and place.name != region.name:
            message = (
                f"Resource {written} is in location {place.name}, but the scale set {resource_id} is in {region.name}."
                " Both have to be in the same region."
            )
            raise Refusal(400, "InvalidResourceReference", message, path)


def _needs_standard(model: Mapping[str, Any]) -> bool:
    """Whether a scale set is spread so far that its load balancer has to be a standard one."""
    return bool(model.get("zones")) or (model.get("properties") or {}).get("singlePlacementGroup") is False


def _regional(written: str) -> bool:
    """Whether a resource serves its own region only. Galleries, identities and groups of theirs serve others too."""
    kind = inventory.type_of(written)
    return kind.startswith(("microsoft.network", "microsoft.keyvault")) or (
        kind.startswith("microsoft.compute") and "/galleries" not in kind
    )
