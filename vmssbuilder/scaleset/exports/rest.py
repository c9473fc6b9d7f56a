"""The HTTP request as text, in the form of .http files, with variables in double braces."""

from __future__ import annotations

from ..request import Request
from .endpoint import Endpoint
from .prepared import Placeholder, prepare


def write(request: Request, endpoint: Endpoint) -> str:
    prepared = prepare(request)
    lines = [
        *(f"# {each}" for each in (endpoint.note,) if each),
        f"# {{{{accessToken}}}}: from {endpoint.token}",
        *(f"# {_variable(each)}: {each.title}{_kind(each)}" for each in prepared.placeholders),
        f"{request.method} {endpoint.address}{prepared.address} HTTP/1.1",
        "Authorization: Bearer {{accessToken}}",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in prepared.conditions.items()),
        "",
        prepared.json(_variable),
    ]
    return "\n".join(lines) + "\n"


def _variable(placeholder: Placeholder) -> str:
    return f"{{{{{placeholder.camel}}}}}"


def _kind(placeholder: Placeholder) -> str:
    return ", a JSON object in place of the quoted words" if placeholder.is_object else ""
