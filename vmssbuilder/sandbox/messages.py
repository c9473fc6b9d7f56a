"""A request and an answer, as the sandbox's parts hand them on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. headers: by lower-case name. query and form: the last value of each name."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

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
class Answer:
    """What goes out. broken: how the connection is to fail instead, for a fault that tests ask for."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    broken: str = ""


def json_answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer with a JSON body."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def redirect(url: str) -> Answer:
    """303 to the address."""
    return Answer(303, b"", {"Location": url, "Cache-Control": "no-store"})


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

    def answer(self) -> Answer:
        return json_answer(self.status, {"error": self.error}, self.headers)
