"""The sandbox's answers about resources that scale sets refer to: lists of a type, and single ones by id."""

from __future__ import annotations

import re
from typing import Any, Final

from . import inventory, world
from .access import known_group, known_subscription
from .memory import Memory
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer
from .routes import GROUP, SUBSCRIPTION, Route, listed

_NAMED: Final = r"([^/]+)/([^/]+)"
PAGE: Final = 200


class Stock:
    """Every resource of the inventory. Azure's own routes below a provider come first; these answer what is left."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @property
    def routes(self) -> tuple[Route, ...]:
        below = rf"{GROUP}/providers/([^/]+)"
        return (
            (rf"{below}/virtualnetworks/([^/]+)/usages", {"GET": self._usages}),
            (rf"{SUBSCRIPTION}/providers/{_NAMED}", {"GET": self._list}),
            (rf"{below}/([^/]+)", {"GET": self._list_in_group}),
            (rf"{below}/{_NAMED}", {"GET": self._one}),
            (rf"{below}/{_NAMED}/([^/]+)", {"GET": self._children}),
            (rf"{below}/{_NAMED}/{_NAMED}", {"GET": self._one}),
            (rf"{below}/{_NAMED}/{_NAMED}/([^/]+)", {"GET": self._children}),
            (rf"{below}/{_NAMED}/{_NAMED}/{_NAMED}", {"GET": self._one}),
        )

    def find(self, resource_id: str) -> dict[str, Any] | None:
        """The resource of an id, None when there is none."""
        return inventory.find(self._memory, resource_id)

    def _list(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        return self._listed(request, account, known_subscription(found[0]), found[1], found[2])

    def _list_in_group(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription, group = known_group(self._memory, found[0], found[1])
        return self._listed(request, account, subscription, found[2], found[3], group)

    def _listed(
        self,
        request: IncomingRequest,
        account: world.Account,
        subscription: str,
        provider: str,
        kind: str,
        group: str = "",
    ) -> OutgoingResponse:
        _served(request, provider, kind)
        wanted = f"{provider}/{kind}".lower()
        if world.SUBSCRIPTIONS[subscription].no_vaults and wanted == "microsoft.keyvault/vaults":
            scope = f"/subscriptions/{subscription}"
            message = (
                f"The client '{account.username}' with object id '{account.oid}' does not have authorization to perform"
                f" action 'Microsoft.KeyVault/vaults/read' over scope '{scope}' or the scope is invalid. If access was"
                " recently granted, please refresh your credentials."
            )
            raise Refusal(403, "AuthorizationFailed", message)
        prefix = f"/subscriptions/{subscription}/resourcegroups/{group}/" if group else ""
        items = [
            body
            for key, body in inventory.known(self._memory, subscription).items()
            if body["type"].lower() == wanted and key.startswith(prefix)
        ]
        return listed(request, items, self._memory.page_size(PAGE))

    def _one(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        known_group(self._memory, found[0], found[1])
        _served(request, found[2], found[3])
        body = self.find(request.path)
        if body is None:
            raise _absent(request.path, found[1])
        return json_answer(200, body)

    def _children(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        subscription, _group = known_group(self._memory, found[0], found[1])
        _served(request, found[2], found[3])
        parent, _, kind = request.path.rstrip("/").rpartition("/")
        if self.find(parent) is None:
            raise _absent(parent, found[1])
        start = f"{parent}/{kind}/".lower()
        items = [
            body
            for key, body in inventory.known(self._memory, subscription).items()
            if key.startswith(start) and "/" not in key.removeprefix(start)
        ]
        return listed(request, items, self._memory.page_size(PAGE))

    def _usages(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        known_group(self._memory, found[0], found[1])
        _served(request, found[2], "virtualNetworks")
        network = self.find(request.path.rstrip("/").rpartition("/")[0])
        if network is None:
            raise _absent(request.path, found[1])
        shown = [
            {
                "id": subnet["id"],
                "currentValue": len(subnet["properties"].get("ipConfigurations", ())),
                "limit": 2 ** (32 - int(subnet["properties"]["addressPrefix"].rsplit("/", 1)[1])) - 5,
                "name": {"localizedValue": "Subnet size and usage", "value": "SubnetSpace"},
                "unit": "Count",
            }
            for subnet in network["properties"]["subnets"]
        ]
        return json_answer(200, {"value": shown})


def _served(request: IncomingRequest, provider: str, kind: str) -> None:
    newest = inventory.NEWEST.get(provider.lower())
    if newest is None:
        message = f"The resource namespace '{provider[:80]}' is invalid."
        raise Refusal(404, "InvalidResourceNamespace", message)
    asked = request.api_version
    if not re.fullmatch(r"20\d\d-\d\d-\d\d(-preview)?", asked) or asked > newest:
        message = (
            f"No registered resource provider found for location 'global' and API version '{asked[:40]}' for type"
            f" '{kind}'. The supported api-versions are '{newest}'."
        )
        raise Refusal(400, "NoRegisteredProviderFound", message)


def _absent(resource_id: str, group: str) -> Refusal:
    kind = inventory.type_of(resource_id)
    name = resource_id.rstrip("/").rsplit("/", 1)[-1]
    message = (
        f"The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to"
        " https://aka.ms/ARMResourceNotFoundFix"
    )
    return Refusal(404, "ResourceNotFound", message)
