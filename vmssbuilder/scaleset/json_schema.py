"""JSON Schema of a document, one per API version: for the check, for the sandbox, for people's editors."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs

from .catalogue import tree


@cache
def json_schema(api_version: str, operation: str = "create") -> dict[str, Any]:
    """The schema (draft 2020-12) of a document of that version. Raises UnknownVersion.

    For an update nothing at the top is required; what a list item needs is, since lists are replaced as a whole.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Virtual machine scale set, API version {api_version}",
        **tree(api_version).json_schema(required=operation == "create"),
    }


@cache
def validator(api_version: str, operation: str) -> jsonschema_rs.Draft202012Validator:
    """The compiled schema."""
    return jsonschema_rs.Draft202012Validator(json_schema(api_version, operation))
