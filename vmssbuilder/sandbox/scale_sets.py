"""Scale sets of the sandbox: reading and writing them as wholes."""

from __future__ import annotations

from typing import Final

from vmssbuilder.scaleset import versions

from . import judging, world
from .access import (
    existing_scale_set,
    known_group,
    known_subscription,
    no_such_method,
    not_busy,
    object_of,
    writable_scale_set,
)
from .judging import ScaleSetWrite, served
from .memory import Memory, ScaleSet
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer
from .operations import Operations
from .routes import GROUP, SUBSCRIPTION, Route, listed
from .shapes import etag_header, shown

_TYPE: Final = "/providers/microsoft.compute/virtualmachinescalesets"


class ScaleSets:
    """Reading and writing scale sets."""

    def __init__(self, memory: Memory, operations: Operations) -> None:
        self._memory = memory
        self._operations = operations

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            (rf"/subscriptions/([^/]+){_TYPE}", {"GET": self._list_scale_sets}),
            (rf"{GROUP}{_TYPE}", {"GET": self._list_scale_sets}),
            (
                rf"{GROUP}{_TYPE}/([^/]+)",
                {
                    "GET": self._get_scale_set,
                    "PUT": self._put_scale_set,
                    "PATCH": self._patch_scale_set,
                    "DELETE": self._delete_scale_set,
                },
            ),
            (rf"{GROUP}{_TYPE}/([^/]+)/skus", {"GET": self._skus}),
            (
                rf"{SUBSCRIPTION}/providers/microsoft\.compute/locations/([^/]+)/virtualmachinescalesets",
                {"GET": self._list_in_region},
            ),
        )

    # --- scale sets ------------------------------------------------------------------------------------------------

    def _list_scale_sets(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        served(request.api_version)
        subscription = known_subscription(found[0])
        group = known_group(self._memory, found[0], found[1])[1] if len(found) > 1 else None
        found_sets = [
            shown(each, request.api_version)
            for key, each in sorted(self._memory.scale_sets.items())
            if key[0] == subscription and group in {None, key[1]}
        ]
        return listed(request, found_sets, self._memory.page_size(100))

    def _list_in_region(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        served(request.api_version)
        subscription, region = known_subscription(found[0]), world.region(found[1])
        there = [
            shown(each, request.api_version)
            for key, each in sorted(self._memory.scale_sets.items())
            if key[0] == subscription and world.region(str(each.model["location"])) == region
        ]
        return listed(request, there, self._memory.page_size(100))

    def _get_scale_set(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        return json_answer(
            200,
            shown(
                scale_set,
                request.api_version,
                user_data=request.query.get("$expand", "").lower() == "userdata",
            ),
            etag_header(scale_set, request.api_version),
        )

    def _put_scale_set(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        key = writable_scale_set(self._memory, account, found, "write")
        served(request.api_version)
        body, text = object_of(request)
        existing = self._memory.scale_sets.get(key)
        self._precondition(request, existing)
        not_busy(self._memory, key)
        asked = ScaleSetWrite(key[0], found[1], found[2], request.api_version, body, text, request.method)
        scale_set = judging.carry_out(self._memory, asked, existing)
        kind, status = ("create", 201) if existing is None else ("update", 200)
        return self._operations.accepted(request, scale_set, kind, status)

    def _patch_scale_set(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        key = writable_scale_set(self._memory, account, found, "write")
        served(request.api_version)
        if not versions.within(request.api_version, versions.PATCH_SINCE):
            raise no_such_method("PATCH")
        body, text = object_of(request)
        existing = existing_scale_set(self._memory, found)
        self._precondition(request, existing)
        not_busy(self._memory, key)
        asked = ScaleSetWrite(key[0], found[1], found[2], request.api_version, body, text, request.method)
        scale_set = judging.carry_out(self._memory, asked, existing)
        return self._operations.accepted(request, scale_set, "update", 200)

    def _delete_scale_set(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        key = writable_scale_set(self._memory, account, found, "delete")
        served(request.api_version)
        existing = self._memory.scale_sets.get(key)
        if existing is None:
            return OutgoingResponse(204)
        running = self._memory.busy(key)
        if running is not None and running.kind != "delete":
            # A delete takes the place of whatever was at work.
            running.settled, running.outcome = True, "Canceled"
        return self._operations.accepted(request, existing, "delete", 202)

    @staticmethod
    def _precondition(request: IncomingRequest, existing: ScaleSet | None) -> None:
        if not versions.within(request.api_version, versions.ETAG_SINCE):
            return
        none_match, match = request.headers.get("if-none-match"), request.headers.get("if-match")
        if none_match is not None and none_match != "*":
            message = (
                f"The value '{none_match[:40]}' of the header If-None-Match is not supported; only '*' is."
            )
            raise Refusal(400, "InvalidHeaderValue", message)
        if none_match == "*" and existing is not None:
            raise Refusal(
                412, "PreconditionFailed", "Resource already exists, and the if-none-match header is '*'."
            )
        if match is None:
            return
        current = None if existing is None else str(existing.etag)
        if current is None or match not in {"*", f'"{current}"'}:
            message = f'Etag provided in if-match header {match[:40]} does not match etag "{current or ""}" of resource.'
            raise Refusal(412, "PreconditionFailed", message)

    # --- sizes ----------------------------------------------------------------------------------------------------

    def _skus(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        served(request.api_version)
        scale_set = existing_scale_set(self._memory, found)
        region = world.region(str(scale_set.model["location"]))
        assert region is not None
        now = self._memory.size(scale_set.model.get("sku", {}).get("name"))
        can = [
            {
                "resourceType": "Microsoft.Compute/virtualMachineScaleSets",
                "sku": {"name": size.name, "tier": "Standard"},
                "capacity": {"minimum": 0, "maximum": 1000, "defaultCapacity": 1, "scaleType": "Automatic"},
            }
            for size in self._memory.all_sizes().values()
            # Sizes that the running one can be exchanged for.
            if size.offered(region)
            and (now is None or ("local" in size.series.can) == ("local" in now.series.can))
        ]
        return listed(request, can, self._memory.page_size(1000))
