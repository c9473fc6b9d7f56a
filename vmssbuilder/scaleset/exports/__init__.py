"""Exports: a request in the words of the tools people deploy with. See docs/adding-an-export.md.

Nothing in them is a secret: where the request holds one, there is a parameter of that tool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..request import Request
from . import arm_template, az_cli, bicep, curl, rest, terraform
from .endpoint import PUBLIC, Endpoint
from .prepared import Placeholder, prepare


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a request.

    name: as `export` takes it. title, help: for the page that offers it. suffix, media_type: of a downloaded file.
    updates: whether it can say "change what exists" as well as "create". placed: whether it says where it is sent. parameter: what it calls a secret.
    """

    name: str
    title: str
    help: str
    suffix: str
    media_type: str
    write: Callable[[Request, Endpoint], str]
    parameter: Callable[[Placeholder], str]
    updates: bool = True
    placed: bool = True


FORMATS: Final[dict[str, Format]] = {
    each.name: each
    for each in (
        Format(
            "rest",
            "REST request",
            "The HTTP request as text, for editors that send .http files.",
            ".http",
            "text/plain",
            rest.write,
            lambda secret: f"{{{{{secret.camel}}}}}",
        ),
        Format(
            "arm",
            "ARM template",
            "A JSON template. Deploy it with: az deployment group create --template-file.",
            ".json",
            "application/json",
            arm_template.write,
            lambda secret: secret.camel,
            updates=False,
            placed=False,
        ),
        Format(
            "bicep",
            "Bicep",
            "A Bicep file. Deploy it with: az deployment group create --template-file.",
            ".bicep",
            "text/plain",
            bicep.write,
            lambda secret: secret.camel,
            updates=False,
            placed=False,
        ),
        Format(
            "terraform",
            "Terraform",
            "A configuration for the AzAPI provider, which sends the body as it is.",
            ".tf",
            "text/plain",
            terraform.write,
            lambda secret: secret.snake,
        ),
        Format(
            "az",
            "Azure CLI",
            "A shell script that sends the request with az rest.",
            ".sh",
            "text/x-shellscript",
            az_cli.write,
            lambda secret: secret.upper,
        ),
        Format(
            "curl",
            "curl",
            "A shell script that sends the request with curl.",
            ".sh",
            "text/x-shellscript",
            curl.write,
            lambda secret: secret.upper,
        ),
    )
}


class CannotExport(ValueError):
    """The format does not exist, or cannot say what the request asks for."""


def export(request: Request, format: str, endpoint: Endpoint = PUBLIC) -> str:
    """The request in one of the formats "rest", "arm", "bicep", "terraform", "az" and "curl". Raises CannotExport.

    endpoint: where it is to go, for the formats that say so.
    """
    chosen = FORMATS.get(format)
    if chosen is None:
        raise CannotExport(f"“{format}” is not a format. Choose one of {', '.join(FORMATS)}.")
    if request.operation == "update" and not chosen.updates:
        ways = ", ".join(each.title for each in FORMATS.values() if each.updates)
        raise CannotExport(
            f"{chosen.title} describes a whole scale set, but this request holds changes alone. Choose one of {ways}."
        )
    return chosen.write(request, endpoint)


def parameters(request: Request, format: str) -> list[tuple[str, str]]:
    """Name and title of each secret that is a parameter in an export of that format."""
    chosen = FORMATS[format]
    return [(chosen.parameter(secret), secret.title) for secret in prepare(request).placeholders]
