"""The HTTP request as text, in the form of .http files, with variables in double braces."""

from __future__ import annotations

import re
from typing import Final

from ..request import Request
from .endpoint import Endpoint
from .prepared import Placeholder, Prepared, prepare

_OPENING: Final = re.compile(r"\{(?=\{)")


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
        _body(prepared),
    ]
    return "\n".join(lines) + "\n"


def _body(prepared: Prepared) -> str:
    """The body, with braces in its own values written so that no editor takes them for a variable of the file."""
    mark = "\ue000"
    plain = prepared.json(lambda _each: "")
    while mark in plain:
        mark += "\ue000"
    # JSON has two braces in a row in texts only.
    text = _OPENING.sub(r"\\u007b", prepared.json(lambda each: mark + each.camel + mark))
    for each in prepared.placeholders:
        text = text.replace(mark + each.camel + mark, _variable(each))
    return text


def _variable(placeholder: Placeholder) -> str:
    return f"{{{{{placeholder.camel}}}}}"


def _kind(placeholder: Placeholder) -> str:
    return ", a JSON object in place of the quoted words" if placeholder.is_object else ""
