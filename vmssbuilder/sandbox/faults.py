"""Faults on request: what goes wrong, and at which moment of a request.

A test asks with POST /_sandbox/faults: {"kind": "lost-answer", "method": "PUT", "path": "virtualMachineScaleSets"}.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any, Final

from .memory import Fault, Memory
from .messages import Answer

BEFORE: Final = frozenset({"latency", "status", "reset"})
"""latency: wait `seconds`, then go on. status: answer with `status`, `error` or `body`, `headers`. reset: cut the
connection before anything was done."""

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


def before(memory: Memory, method: str, path: str) -> Answer | None:
    """What goes wrong before the request is looked at; None when nothing does."""
    while fault := memory.take_fault(BEFORE, method, path):
        if fault.kind == "latency":
            time.sleep(min(fault.seconds, 60.0))
            continue
        return Answer(0, broken="reset") if fault.kind == "reset" else _spoken(fault)
    return None


def after(memory: Memory, method: str, path: str, answer: Answer) -> Answer:
    """What goes wrong with the answer."""
    fault = memory.take_fault(AFTER, method, path)
    if fault is None:
        return answer
    if fault.kind == "replaced":
        return _spoken(fault)
    answer.broken = "reset" if fault.kind == "lost-answer" else "truncated"
    return answer


def _spoken(fault: Fault) -> Answer:
    headers: Mapping[str, str] = {"Content-Type": "application/json; charset=utf-8", **fault.headers}
    if fault.body is not None:
        return Answer(fault.status, fault.body.encode(), dict(headers))
    error = fault.error or {
        "code": _CODES.get(fault.status, "InternalServerError"),
        "message": "Encountered an error.",
    }
    return Answer(fault.status, json.dumps({"error": error}).encode(), dict(headers))


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
