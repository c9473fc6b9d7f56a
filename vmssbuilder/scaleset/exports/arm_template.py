"""An ARM template that creates the scale set; secrets are secure parameters."""

from __future__ import annotations

import json
from typing import Any, Final

from ..paths import Path
from ..request import Request
from .endpoint import Endpoint
from .prepared import RESOURCE_TYPE, Placeholder, filled, prepare

SCHEMA: Final = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def write(request: Request, _endpoint: Endpoint) -> str:
    return json.dumps(template(request)[0], indent=2, ensure_ascii=False) + "\n"


def template(request: Request) -> tuple[dict[str, Any], dict[str, Path]]:
    """The template, and by the name of each secure parameter the place of the secret that it stands for."""
    prepared = prepare(request)
    made: dict[str, Any] = {"$schema": SCHEMA, "contentVersion": "1.0.0.0"}
    if prepared.placeholders:
        made["parameters"] = {
            each.camel: {
                "type": "secureObject" if each.is_object else "securestring",
                "metadata": {"description": each.title},
            }
            for each in prepared.placeholders
        }
    made["resources"] = [
        {
            "type": RESOURCE_TYPE,
            "apiVersion": request.api_version,
            "name": _escaped(prepared.name),
            **filled(_escaped(prepared.body), _parameter),
        }
    ]
    return made, {each.camel: each.path for each in prepared.placeholders}


def _parameter(placeholder: Placeholder) -> str:
    return f"[parameters('{placeholder.camel}')]"


def _escaped(value: Any) -> Any:
    """The value with texts in brackets kept from being read as expressions, names of members too.

    Resource Manager takes a text for an expression when brackets enclose it; a second bracket at the start says that
    it is none. A text that only starts with a bracket is left alone by Resource Manager, and has to be here.
    """
    if isinstance(value, str):
        return f"[{value}" if value.startswith("[") and value.endswith("]") else value
    if isinstance(value, dict):
        return {_escaped(name): _escaped(inner) for name, inner in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else value
