"""The sandbox's Azure Resource Manager: finds who answers a request, and gives every answer what all of them carry."""

from __future__ import annotations

import json
import re
from typing import Any

from . import world
from .access import authenticated, no_such_method
from .deployments import Deployments
from .groups import Groups
from .instances import InstanceResources
from .marketplace import Marketplace
from .memory import Memory, Received, timestamp
from .messages import IncomingRequest, OutgoingResponse, Refusal
from .operations import Operations
from .scale_sets import ScaleSets
from .stock import Stock


class Arm:
    """Resource Manager for the world of this sandbox."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        # The order counts: what comes last answers for every type that has no route of its own.
        operations = Operations(memory)
        parts = (
            Groups(memory),
            ScaleSets(memory, operations),
            InstanceResources(memory, operations),
            operations,
            Marketplace(memory),
            Deployments(memory, operations),
            Stock(memory),
        )
        self._routes = [
            (re.compile(pattern, re.IGNORECASE), methods)
            for part in parts
            for pattern, methods in part.routes
        ]

    def answer(self, request: IncomingRequest) -> OutgoingResponse:
        """The answer to any request; what is refused is refused in Azure's shape."""
        received = self._remember(request)
        try:
            answer = self._routed(request)
        except Refusal as refusal:
            answer = refusal.answer()
        except RecursionError:
            answer = Refusal(
                400, "InvalidRequestContent", "The request content is nested too deeply."
            ).answer()
        answer.headers.setdefault("Cache-Control", "no-cache")
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        received.status = answer.status
        return answer

    def _remember(self, request: IncomingRequest) -> Received:
        body: Any = None
        if request.body:
            try:
                body = json.loads(request.body)
            except (ValueError, RecursionError):
                body = request.body.decode("utf-8", errors="replace")
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        received = Received(request.method, request.path, request.api_version, body, timestamp(), headers)
        with self._memory.lock:
            self._memory.requests.append(received)
        return received

    def _routed(self, request: IncomingRequest) -> OutgoingResponse:
        for pattern, methods in self._routes:
            match = pattern.fullmatch(request.path.rstrip("/"))
            if match is None:
                continue
            account = authenticated(request)
            if not request.api_version:
                message = "The api-version query parameter (?api-version=) is required for all requests."
                raise Refusal(400, "MissingApiVersionParameter", message)
            handler = methods.get(request.method)
            if handler is None:
                raise no_such_method(request.method)
            with self._memory.lock:
                headers = self._counted(request, account)
                self._memory.settle()
                try:
                    answer = handler(request, account, match.groups())
                except Refusal as refusal:
                    answer = refusal.answer()
            for name, value in headers.items():
                answer.headers.setdefault(name, value)
            return answer
        raise Refusal(
            404,
            "NotFound",
            f"No HTTP resource was found that matches the request path '{request.path[:300]}'.",
        )

    def _counted(self, request: IncomingRequest, account: world.Account) -> dict[str, str]:
        """The headers that tell what is left of the person's requests. Refuses when nothing is."""
        parts = request.path.split("/")
        subscription = parts[2].lower() if len(parts) > 2 else ""
        kind, left, pause = self._memory.limits.take(account.oid, subscription, request.method)
        scope = "subscription" if subscription else "tenant"
        headers = {f"x-ms-ratelimit-remaining-{scope}-{kind}": str(left)}
        if "/microsoft.compute/" in request.path.lower():
            headers["x-ms-ratelimit-remaining-resource"] = f"Microsoft.Compute/{kind.capitalize()}3Min;{left}"
        if pause:
            message = "The request was throttled. Please try again after the time that Retry-After names."
            raise Refusal(429, "TooManyRequests", message, headers={**headers, "Retry-After": str(pause)})
        return headers
