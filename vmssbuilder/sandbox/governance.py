"""What stands in the way of a sound scale set: policies, registration, quota, sizes, resources that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from vmssbuilder.scaleset import paths

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


_FEATURES: Final = {
    "EncryptionAtHost": (
        ("properties", "virtualMachineProfile", "securityProfile", "encryptionAtHost"),
        "true",
    ),
    "VmssAutomaticZonePlacement": (("placement", "zonePlacementPolicy"), "auto"),
}
"""What has to be registered for each feature to be used: where it is asked for, and with which value."""


def features(subscription: str, model: Mapping[str, Any]) -> None:
    """Refuses a feature that the subscription is not registered for."""
    for feature, (place, value) in _FEATURES.items():
        asked = str(paths.get(model, place, None)).lower() == value
        if asked and feature not in world.SUBSCRIPTIONS[subscription].features:
            name = ".".join(place[-2:])
            message = (
                f"The property '{name}' is not valid because the 'Microsoft.Compute/{feature}' feature is not enabled for"
                " this subscription."
            )
            raise Refusal(400, "InvalidParameter", message, name)


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
        _suits(holder, written, model, resource_id)
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


def _suits(holder: Mapping[str, Any], written: str, model: Mapping[str, Any], resource_id: str) -> None:
    """Refuses a resource that is there and not as it has to be. holder: the resource that a part of it is referred to."""
    kind = inventory.type_of(written)
    if kind.startswith("microsoft.network/loadbalancers") and "/probes/" in written.lower():
        _probe(holder, written, model, resource_id)
    elif kind == "microsoft.compute/hostgroups":
        _hosts(holder, model)
    elif kind == "microsoft.keyvault/vaults":
        groups = paths.get(model, ("properties", "virtualMachineProfile", "osProfile", "secrets"), None)
        named = {str(paths.get(each, ("sourceVault", "id"), "")).lower() for each in groups or ()}
        if written.lower() in named and holder["properties"].get("enabledForDeployment") is not True:
            message = (
                f"Key Vault {holder['name']} either has not been enabled for deployment or the vault id"
                f" provided, {written}, does not match the Key Vault's true resource id."
            )
            raise Refusal(403, "KeyVaultAccessForbidden", message)


def _probe(balancer: Mapping[str, Any], probe: str, model: Mapping[str, Any], resource_id: str) -> None:
    """Azure refuses a probe that no rule uses which sends to the instances. ARO-RP#547"""
    rules = balancer["properties"].get("loadBalancingRules")
    if rules is None:
        # One that a test put there and told nothing of.
        return
    sending = {
        rule["properties"]["backendAddressPool"]["id"].lower()
        for rule in rules
        if rule["properties"]["probe"]["id"].lower() == probe.lower()
    }
    pools = {
        written.lower() for path, written in inventory.references(model) if "BackendAddressPools" in path
    }
    if not sending & pools:
        message = (
            f"VM scale set {resource_id} cannot use probe {probe} as a HealthProbe because load balancing rules that send"
            " traffic to the scale set IPs do not use this probe. Please attach the probe to such rules."
        )
        raise Refusal(400, "CannotUseInactiveHealthProbe", message)


def _hosts(group: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    """Dedicated hosts serve the scale sets of their zone, and spread them over no more fault domains than they have."""
    properties = model.get("properties") or {}
    count, most = (each.get("platformFaultDomainCount") for each in (properties, group["properties"]))
    if isinstance(count, int) and isinstance(most, int) and count > most:
        message = (
            f"The fault domain count {count} of the virtual machine scale set exceeds the fault domain count {most} of the"
            " host group."
        )
        raise Refusal(400, "BadRequest", message, "platformFaultDomainCount")
    if sorted(group.get("zones") or ()) != sorted(model.get("zones") or ()):
        message = "The zones of the virtual machine scale set and of its host group have to be the same."
        raise Refusal(400, "BadRequest", message, "zones")


def _needs_standard(model: Mapping[str, Any]) -> bool:
    """Whether a scale set is spread so far that its load balancer has to be a standard one."""
    properties = model.get("properties") or {}
    flexible = str(properties.get("orchestrationMode")).casefold() == "flexible"
    return flexible or bool(model.get("zones")) or properties.get("singlePlacementGroup") is False


def _regional(written: str) -> bool:
    """Whether a resource serves its own region only. Galleries, identities and groups of theirs serve others too."""
    kind = inventory.type_of(written)
    return kind.startswith(("microsoft.network", "microsoft.keyvault")) or (
        kind.startswith("microsoft.compute") and "/galleries" not in kind
    )
