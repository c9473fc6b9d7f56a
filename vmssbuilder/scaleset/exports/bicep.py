"""A Bicep file that creates the scale set; secrets are secure parameters."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ..request import Request
from .endpoint import Endpoint
from .prepared import Placeholder, prepare

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RESERVED: Final = frozenset({"true", "false", "null", "if", "for", "resource"})
_ESCAPES: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LARGEST: Final = 2**63


def write(request: Request, _endpoint: Endpoint) -> str:
    prepared = prepare(request)
    lines = []
    for each in prepared.placeholders:
        kind = "object" if each.is_object else "string"
        lines += [f"@description({_text(each.title)})", "@secure()", f"param {each.camel} {kind}", ""]
    resource = {"name": prepared.name, **prepared.body}
    lines.append(f"resource scaleSet {_text(prepared.type_at_version)} = {_value(resource, '')}")
    return "\n".join(lines) + "\n"


def _value(value: Any, indent: str) -> str:
    inside = f"{indent}  "
    if isinstance(value, Placeholder):
        return value.camel
    if isinstance(value, dict):
        if not value:
            return "{}"
        members = (f"{inside}{_name(name)}: {_value(inner, inside)}" for name, inner in value.items())
        return "\n".join(("{", *members, f"{indent}}}"))
    if isinstance(value, list):
        if not value:
            return "[]"
        return "\n".join(("[", *(f"{inside}{_value(item, inside)}" for item in value), f"{indent}]"))
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) or (isinstance(value, int) and not -_LARGEST <= value < _LARGEST):
        # The language has no numbers but 64-bit integers.
        return f"json({_text(json.dumps(value))})"
    return json.dumps(value)


def _name(name: str) -> str:
    return name if _IDENTIFIER.match(name) and name not in _RESERVED else _text(name)


def _text(value: str) -> str:
    return f"'{''.join(map(_letter, value)).replace('${', chr(92) + '${')}'"


def _letter(letter: str) -> str:
    escaped = _ESCAPES.get(letter)
    if escaped is not None:
        return escaped
    return f"\\u{{{ord(letter):x}}}" if not letter.isprintable() else letter
