"""Faults on request: what goes wrong, and at which moment of a request.

A test asks with POST /_sandbox/faults: {"kind": "lost-answer", "method": "PUT", "path": "virtualMachineScaleSets"}.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import world
from .memory import Fault, Memory
from .messages import OutgoingResponse, json_answer

BEFORE: Final = frozenset({"latency", "status", "reset", "expired-token", "claims-challenge"})
"""latency: wait `seconds`, then go on. status: answer with `status`, `error` or `body`, `headers`. reset: cut the
connection before anything was done. expired-token, claims-challenge: 401, as Resource Manager words it."""

DURING: Final = frozenset({"failed-operation", "canceled-operation", "endless-operation"})
"""The write is accepted, and its operation fails, is cancelled (both with `error`), or never ends."""

AFTER: Final = frozenset({"lost-answer", "truncated", "replaced"})
"""The request is carried out; then the connection is cut, the body is cut in half, or `status` and `body` are sent."""

KINDS: Final = BEFORE | DURING | AFTER


def parse(value: Any) -> Fault:
    """The fault of a test's wish. Raises ValueError."""
    if not isinstance(value, dict) or value.get("kind") not in KINDS:
        raise ValueError(f"kind must be one of: {', '.join(sorted(KINDS))}")
    try:
        fault = Fault(**value)
        re.compile(fault.path)
    except (TypeError, re.error) as error:
        raise ValueError(str(error)) from error
    return fault


def before(memory: Memory, method: str, path: str) -> OutgoingResponse | None:
    """What goes wrong before the request is looked at; None when nothing does."""
    for fault in memory.take_faults(BEFORE, method, path):
        if fault.kind == "latency":
            time.sleep(min(fault.seconds, 60.0))
            continue
        if fault.kind == "reset":
            return OutgoingResponse(0, broken="reset")
        return _refused_token(fault.kind) if fault.kind in _TOKENS else _spoken(fault)
    return None


def after(memory: Memory, method: str, path: str, answer: OutgoingResponse) -> OutgoingResponse:
    """What goes wrong with the answer."""
    fault = memory.take_fault(AFTER, method, path)
    if fault is None:
        return answer
    if fault.kind == "replaced":
        return _spoken(fault)
    answer.broken = "reset" if fault.kind == "lost-answer" else "truncated"
    return answer


_TOKENS: Final = {
    "expired-token": (
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time is earlier than current UTC time.",
    ),
    "claims-challenge": ("InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge."),
}

CLAIMS: Final = '{"access_token":{"nbf":{"essential":true,"value":"1760000000"}}}'


def _refused_token(kind: str) -> OutgoingResponse:
    code, message = _TOKENS[kind]
    place = f'authorization_uri="{world.CLOUD.authority_url}/{world.TENANT}"'
    challenge = f'Bearer {place}, error="invalid_token", error_description="{message}"'
    if kind == "claims-challenge":
        claims = base64.urlsafe_b64encode(CLAIMS.encode()).decode().rstrip("=")
        challenge = f'Bearer realm="", {place}, error="insufficient_claims", claims="{claims}"'
    error = {"error": {"code": code, "message": message}}
    return json_answer(401, error, {"WWW-Authenticate": challenge})


def _spoken(fault: Fault) -> OutgoingResponse:
    headers: Mapping[str, str] = {"Content-Type": "application/json; charset=utf-8", **fault.headers}
    if fault.body is not None:
        return OutgoingResponse(fault.status, fault.body.encode(), dict(headers))
    error = fault.error or {
        "code": _CODES.get(fault.status, "InternalServerError"),
        "message": "Encountered an error.",
    }
    return OutgoingResponse(fault.status, json.dumps({"error": error}).encode(), dict(headers))


_CODES: Final = {
    401: "ExpiredAuthenticationToken",
    403: "AuthorizationFailed",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


@dataclass(frozen=True, slots=True)
class OfferedFault:
    """A fault as people ask for it. options: what the fault is made of, without where and how often."""

    title: str
    what: str
    options: Mapping[str, Any]


_HTML: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"

OFFERED: Final = {
    "latency": OfferedFault("Slow answer", "Waits before it does anything.", {"kind": "latency"}),
    "429": OfferedFault(
        "429 Too many requests",
        "Refuses, and asks to come back in 3 seconds.",
        {"kind": "status", "status": 429, "headers": {"Retry-After": "3"}},
    ),
    "500": OfferedFault(
        "500 Internal error", "Refuses as a failing provider does.", {"kind": "status", "status": 500}
    ),
    "502": OfferedFault(
        "502 with a page of HTML",
        "Answers as a proxy in between does.",
        {"kind": "status", "status": 502, "body": _HTML, "headers": {"Content-Type": "text/html"}},
    ),
    "403": OfferedFault(
        "403 No permission", "Refuses as when a role is missing.", {"kind": "status", "status": 403}
    ),
    "reset": OfferedFault("Connection reset", "Cuts the connection; nothing is done.", {"kind": "reset"}),
    "truncated": OfferedFault(
        "Truncated body", "Does it, and sends half of the answer.", {"kind": "truncated"}
    ),
    "lost-answer": OfferedFault(
        "Lost answer after an accepted write", "Does it, and cuts the connection.", {"kind": "lost-answer"}
    ),
    "expired-token": OfferedFault("Expired token", "401: the token has expired.", {"kind": "expired-token"}),
    "claims-challenge": OfferedFault(
        "Claims challenge", "401: a new sign-in with more proof is demanded.", {"kind": "claims-challenge"}
    ),
    "failed": OfferedFault(
        "Operation that fails", "Accepts the write; its operation fails.", {"kind": "failed-operation"}
    ),
    "canceled": OfferedFault(
        "Operation that is canceled",
        "Accepts the write; its operation is canceled.",
        {
            "kind": "canceled-operation",
            "error": {"code": "OperationPreempted", "message": "The operation was canceled by another one."},
        },
    ),
    "endless": OfferedFault(
        "Operation without end", "Accepts the write; its operation never ends.", {"kind": "endless-operation"}
    ),
}

PLACES: Final = {
    "anything": ("Everything", ""),
    "subscriptions": ("Subscriptions", r"^/subscriptions/?$"),
    "groups": ("Resource groups", r"/resourcegroups(/[^/]+)?/?$"),
    "locations": ("Regions", r"/subscriptions/[^/]+/locations/?$"),
    "sizes": ("VM sizes", r"/microsoft\.compute/skus"),
    "usages": ("Quota", r"/locations/[^/]+/usages"),
    "images": ("Images and extensions", r"/publishers|/images|/galleries"),
    "networks": ("Networks, load balancers and gateways", r"/microsoft\.network/"),
    "vaults": ("Key vaults", r"/microsoft\.keyvault/"),
    "identities": ("Identities", r"/microsoft\.managedidentity/"),
    "providers": ("Registration of providers", r"/subscriptions/[^/]+/providers/[^/]+(/register)?/?$"),
    "deployments": ("Deployments, validate and what-if", r"/microsoft\.resources/"),
    "prices": ("List prices", r"^/api/retail/prices"),
    "scale-sets": ("Scale sets", r"/virtualmachinescalesets"),
    "operations": ("Operations under way", r"/operations/"),
    "tokens": ("Tokens of Entra ID", r"/oauth2/v2\.0/token"),
}
"""Routes by the name that the page has for them: their title, and the pattern of their paths."""


def offered(name: str, place: str, *, method: str = "", times: int = 1, seconds: float = 0.0) -> Fault:
    """The fault of a wish, for the requests of a place. Raises ValueError."""
    if name not in OFFERED:
        raise ValueError(f"Choose a fault: {', '.join(OFFERED)}.")
    if place not in PLACES:
        raise ValueError(f"Choose a route: {', '.join(PLACES)}.")
    options = {**OFFERED[name].options, "method": method, "path": PLACES[place][1], "times": times}
    return parse({**options, "seconds": seconds} if name == "latency" else options)
