"""A request and an answer, as the sandbox's parts hand them on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from . import world

OWN_HOSTS: Final = frozenset({world.CLOUD.authority_host, world.CLOUD.arm_host, world.CLOUD.prices_host})
"""The names under which the product's transport calls the sandbox."""


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """What came in. headers: by lower-case name. query and form: the last value of each name."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def origin(self) -> str:
        """Scheme and host under which the sandbox was called: what an address in its answer has to begin with.

        "" when it was called by a name of Azure's, which only the product's own transport can follow.
        """
        host = self.headers.get("host", "")
        if (urlsplit(f"//{host}").hostname or "") in OWN_HOSTS:
            return ""
        return f"{self.headers.get('x-forwarded-proto', 'http')}://{host}"

    @property
    def arm_url(self) -> str:
        """Resource Manager's address as the caller reaches it."""
        return self.origin or world.CLOUD.arm_url

    @property
    def authority_url(self) -> str:
        """Entra ID's address as the caller reaches it."""
        return self.origin or world.CLOUD.authority_url

    @property
    def query(self) -> dict[str, str]:
        return _last_values(self.query_string)

    @property
    def form(self) -> dict[str, str]:
        return _last_values(self.body.decode("utf-8", errors="replace"))

    @property
    def api_version(self) -> str:
        return next((value for name, value in self.query.items() if name.lower() == "api-version"), "")


def _last_values(encoded: str) -> dict[str, str]:
    try:
        return {
            name: values[-1]
            for name, values in parse_qs(encoded, keep_blank_values=True, max_num_fields=200).items()
        }
    except ValueError:
        return {}


@dataclass(slots=True)
class OutgoingResponse:
    """What goes out. broken: how the connection is to fail instead, for a fault that tests ask for."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    broken: str = ""


def json_answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> OutgoingResponse:
    """An answer with a JSON body."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return OutgoingResponse(
        status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    )


def redirect(url: str) -> OutgoingResponse:
    """303 to the address."""
    return OutgoingResponse(303, b"", {"Location": url, "Cache-Control": "no-store"})


class Refusal(Exception):
    """Ends a request with an error in Azure's shape. more: further members of the error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        target: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.error: dict[str, Any] = {"code": code, "message": message}
        if target:
            self.error["target"] = target
        self.error.update(more or {})

    def answer(self) -> OutgoingResponse:
        return json_answer(self.status, {"error": self.error}, self.headers)
