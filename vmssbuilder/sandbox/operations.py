"""Long-running operations of Microsoft.Compute: how one begins, and the two addresses at which it is followed."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from . import faults, world
from .access import known_subscription
from .memory import Memory, SandboxOperation, ScaleSet, timestamp
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer
from .routes import SUBSCRIPTION, Route
from .shapes import etag_header, shown


class Operations:
    """Begins operations on scale sets, and answers who asks how they are doing."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @property
    def routes(self) -> tuple[Route, ...]:
        place = rf"{SUBSCRIPTION}/providers/microsoft\.compute/locations/([^/]+)/operations/([^/]+)"
        return ((place, {"GET": self._operation}),)

    def accepted(
        self,
        request: IncomingRequest,
        scale_set: ScaleSet,
        kind: str,
        status: int,
        effect: Callable[[], None] | None = None,
    ) -> OutgoingResponse:
        """Begins an operation, with the answer to the request that asked for it. effect: what its success does.

        A create or update answers with the scale set; everything else has no body, and a second address for its end.
        """
        operation = self.begin(request, scale_set, kind, effect)
        place = (
            f"{request.arm_url}/subscriptions/{scale_set.subscription}/providers/Microsoft.Compute/locations"
            f"/{operation.region}/operations/{operation.id}?p={uuid.uuid4()}&api-version={quote(request.api_version)}"
        )
        headers = {
            "Azure-AsyncOperation": place,
            "Azure-AsyncNotification": "Enabled",
            "Retry-After": self.retry_after(),
            **etag_header(scale_set, request.api_version),
        }
        if kind in {"create", "update"}:
            return json_answer(status, shown(scale_set, request.api_version), headers)
        return OutgoingResponse(status, b"", {**headers, "Location": f"{place}&monitor=true"})

    def begin(
        self,
        request: IncomingRequest,
        scale_set: ScaleSet,
        kind: str,
        effect: Callable[[], None] | None = None,
    ) -> SandboxOperation:
        """Begins an operation; a fault that was asked for decides how it will end."""
        fault = self._memory.take_fault(faults.DURING, request.method, request.path)
        return self._memory.start(scale_set, kind, scale_set.model["location"], fault, effect)

    def retry_after(self) -> str:
        """Whole seconds, as Azure sends them; four looks or so at an operation."""
        return str(math.floor(self._memory.delay / 4) if self._memory.delay < 120 else 30)

    def _operation(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        operation = self._memory.operations.get(found[2].lower())
        if operation is None or known_subscription(found[0]) != operation.key[0]:
            raise Refusal(404, "NotFound", f"The operation '{found[2]}' was not found.")
        retry = {} if operation.settled else {"Retry-After": self.retry_after()}
        if "monitor" in request.query:
            return self._monitored(request, operation, retry)
        value: dict[str, Any] = {
            "name": operation.id,
            "startTime": operation.since,
            "status": operation.outcome if operation.settled else "InProgress",
        }
        if operation.settled:
            value["endTime"] = timestamp()
            if operation.outcome != "Succeeded":
                value["error"] = operation.error
        return json_answer(200, value, retry)

    def _monitored(
        self, request: IncomingRequest, operation: SandboxOperation, retry: Mapping[str, str]
    ) -> OutgoingResponse:
        if not operation.settled:
            return OutgoingResponse(
                202,
                b"",
                {**retry, "Location": f"{request.arm_url}{quote(request.path)}?{request.query_string}"},
            )
        if operation.outcome != "Succeeded":
            return json_answer(409, {"error": operation.error})
        scale_set = self._memory.scale_sets.get(operation.key)
        if scale_set is None or operation.kind in {"action", "instance"}:
            return OutgoingResponse(204 if scale_set is None else 200)
        return json_answer(200, shown(scale_set, request.api_version))
