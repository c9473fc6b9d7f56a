"""What the parts of Resource Manager share: how a route is written down, and lists that come page by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from . import world
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer

SUBSCRIPTION: Final = r"/subscriptions/([^/]+)"
GROUP: Final = rf"{SUBSCRIPTION}/resourcegroups/([^/]+)"

Handler = Callable[[IncomingRequest, world.Account, tuple[str, ...]], OutgoingResponse]
Route = tuple[str, Mapping[str, Handler]]
"""A pattern that the whole path matches, in any case; and what answers it, by method."""


def listed(request: IncomingRequest, items: Sequence[Any], size: int) -> OutgoingResponse:
    """One page of a list, with the address of the next one. size: items on a page; `$top` may ask for fewer."""
    query = request.query
    start = _start(query.get("$skiptoken", ""))
    top = query.get("$top", "")
    if top and (not top.isascii() or not top.isdigit() or not int(top)):
        raise Refusal(400, "InvalidQueryParameter", f"The value '{top[:40]}' of '$top' is not valid.")
    size = min(size, int(top)) if top else size
    page: dict[str, Any] = {"value": list(items[start : start + size])}
    if start + size < len(items):
        token = base64.urlsafe_b64encode(f"at:{start + size}".encode()).decode()
        following = urlencode({**query, "$skiptoken": token})
        page["nextLink"] = f"{request.arm_url}{quote(request.path)}?{following}"
    return json_answer(200, page)


def _start(token: str) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "at":
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise Refusal(400, "InvalidSkipToken", "The skip token is not valid.")
