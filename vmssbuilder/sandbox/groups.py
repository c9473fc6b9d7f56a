"""Subscriptions, resource groups, regions and resource providers of the sandbox."""

from __future__ import annotations

from typing import Any, Final

from vmssbuilder.scaleset import versions

from . import inventory, world
from .access import authorised, known_group, known_subscription, object_of, region_of
from .memory import Memory
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer
from .routes import GROUP, SUBSCRIPTION, Route, listed

_TYPES: Final = {
    "microsoft.compute": (
        "virtualMachineScaleSets",
        "virtualMachines",
        "disks",
        "images",
        "galleries",
        "diskEncryptionSets",
        "proximityPlacementGroups",
    ),
    "microsoft.network": ("virtualNetworks", "loadBalancers", "applicationGateways", "networkSecurityGroups"),
    "microsoft.keyvault": ("vaults",),
    "microsoft.managedidentity": ("userAssignedIdentities",),
    "microsoft.resources": ("deployments", "resourceGroups"),
}
_SPELT: Final = {
    "microsoft.compute": "Microsoft.Compute",
    "microsoft.network": "Microsoft.Network",
    "microsoft.keyvault": "Microsoft.KeyVault",
    "microsoft.managedidentity": "Microsoft.ManagedIdentity",
    "microsoft.resources": "Microsoft.Resources",
}


class Groups:
    """What there is before any resource: subscriptions, groups, regions, providers."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            (r"/subscriptions", {"GET": self._subscriptions}),
            (SUBSCRIPTION, {"GET": self._subscription}),
            (rf"{SUBSCRIPTION}/locations", {"GET": self._locations}),
            (rf"{SUBSCRIPTION}/resourcegroups", {"GET": self._groups}),
            (GROUP, {"GET": self._group, "PUT": self._put_group}),
            (rf"{SUBSCRIPTION}/providers/([^/]+)", {"GET": self._provider}),
            (rf"{SUBSCRIPTION}/providers/([^/]+)/register", {"POST": self._register}),
            (
                rf"{SUBSCRIPTION}/providers/Microsoft\.Features/providers/Microsoft\.Compute/features/([^/]+)",
                {"GET": self._feature},
            ),
        )

    def _subscriptions(
        self, request: IncomingRequest, _account: world.Account, _found: tuple[str, ...]
    ) -> OutgoingResponse:
        return listed(
            request, [_subscription(each) for each in world.SUBSCRIPTIONS], self._memory.page_size(100)
        )

    def _subscription(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        return json_answer(200, _subscription(known_subscription(found[0])))

    def _locations(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription = known_subscription(found[0])
        return json_answer(200, {"value": [_location(subscription, each) for each in world.REGIONS.values()]})

    def _groups(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription = known_subscription(found[0])
        keys = sorted(key for key in self._memory.groups if key[0] == subscription)
        return listed(request, [self._shown_group(*key) for key in keys], self._memory.page_size(1000))

    def _group(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        return json_answer(200, self._shown_group(*known_group(self._memory, *found)))

    def _put_group(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription, name = known_subscription(found[0]), found[1]
        scope = f"/subscriptions/{subscription}/resourceGroups/{name}"
        authorised(account, "Microsoft.Resources/subscriptions/resourcegroups/write", scope)
        region = region_of(object_of(request)[0], "resourceGroups")
        key = (subscription, name.lower())
        existed = self._memory.groups.get(key)
        if existed is not None and existed[1] != region:
            message = f"Invalid resource group location '{region}'. The Resource group already exists in location '{existed[1]}'."
            raise Refusal(409, "InvalidResourceGroupLocation", message)
        self._memory.groups[key] = (name, region)
        return json_answer(200 if existed else 201, self._shown_group(*key))

    def _shown_group(self, subscription: str, lowered: str) -> dict[str, Any]:
        name, region = self._memory.groups[(subscription, lowered)]
        return {
            "id": f"/subscriptions/{subscription}/resourceGroups/{name}",
            "name": name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": region,
            "properties": {"provisioningState": "Succeeded"},
        }

    # --- providers -------------------------------------------------------------------------------------------------

    def _provider(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        return json_answer(200, self._shown_provider(known_subscription(found[0]), _known_provider(found[1])))

    def _feature(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription = known_subscription(found[0])
        name = next((each for each in world.FEATURES if each.lower() == found[1].lower()), None)
        if name is None:
            message = f"The feature '{found[1][:80]}' could not be found."
            raise Refusal(404, "FeatureNotFound", message)
        registered = name in world.SUBSCRIPTIONS[subscription].features
        path = "providers/Microsoft.Features/providers/Microsoft.Compute/features"
        return json_answer(
            200,
            {
                "id": f"/subscriptions/{subscription}/{path}/{name}",
                "name": f"Microsoft.Compute/{name}",
                "type": "Microsoft.Features/providers/features",
                "properties": {"state": "Registered" if registered else "NotRegistered"},
            },
        )

    def _register(
        self, _request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription, provider = known_subscription(found[0]), _known_provider(found[1])
        authorised(account, f"{_SPELT[provider]}/register/action", f"/subscriptions/{subscription}")
        if provider == "microsoft.compute":
            self._memory.register(subscription)
        return json_answer(200, self._shown_provider(subscription, provider))

    def _shown_provider(self, subscription: str, provider: str) -> dict[str, Any]:
        state = self._memory.registration(subscription) if provider == "microsoft.compute" else "Registered"
        return {
            "id": f"/subscriptions/{subscription}/providers/{_SPELT[provider]}",
            "namespace": _SPELT[provider],
            "registrationPolicy": "RegistrationRequired",
            "registrationState": state,
            "resourceTypes": [_resource_type(provider, each) for each in _TYPES[provider]],
        }


def _subscription(subscription: str) -> dict[str, Any]:
    known = world.SUBSCRIPTIONS[subscription]
    return {
        "id": f"/subscriptions/{subscription}",
        "subscriptionId": subscription,
        "tenantId": world.TENANT,
        "displayName": known.title,
        "state": known.state,
        "authorizationSource": "RoleBased",
    }


def _location(subscription: str, region: world.Region) -> dict[str, Any]:
    paired = [{"name": region.paired, "id": f"/subscriptions/{subscription}/locations/{region.paired}"}]
    metadata = {
        "regionType": "Physical",
        "regionCategory": "Recommended" if region.zones else "Other",
        "geographyGroup": region.geography,
        "pairedRegion": paired if region.paired else [],
    }
    shown: dict[str, Any] = {
        "id": f"/subscriptions/{subscription}/locations/{region.name}",
        "name": region.name,
        "type": "Region",
        "displayName": region.title,
        "regionalDisplayName": f"({region.geography}) {region.title}",
        "metadata": metadata,
    }
    if region.zones:
        shown["availabilityZoneMappings"] = [
            {"logicalZone": str(each), "physicalZone": f"{region.name}-az{(each + len(region.name)) % 3 + 1}"}
            for each in (1, 2, 3)
        ]
    return shown


def _known_provider(written: str) -> str:
    if written.lower() not in _SPELT:
        message = f"The resource namespace '{written[:80]}' is invalid."
        raise Refusal(404, "InvalidResourceNamespace", message)
    return written.lower()


def _resource_type(provider: str, name: str) -> dict[str, Any]:
    scale_sets = name == "virtualMachineScaleSets"
    return {
        "resourceType": name,
        "locations": [each.title for each in world.REGIONS.values()],
        "apiVersions": list(reversed(versions.API_VERSIONS)) if scale_sets else [inventory.NEWEST[provider]],
        "zoneMappings": [
            {"location": each.title, "zones": ["1", "2", "3"]}
            for each in world.REGIONS.values()
            if each.zones
        ],
    }
