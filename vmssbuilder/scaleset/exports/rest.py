"""The HTTP request as text, in the form of .http files, with variables in double braces."""

from __future__ import annotations

from ..request import Request
from .prepared import ARM, Placeholder, prepare


def write(request: Request) -> str:
    prepared = prepare(request)
    host = ARM.removeprefix("https://")
    lines = [
        "# {{accessToken}}: from az account get-access-token --query accessToken --output tsv",
        *(f"# {_variable(each)}: {each.title}{_kind(each)}" for each in prepared.placeholders),
        f"{request.method} https://{host}{prepared.address} HTTP/1.1",
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
