"""Exports of ours that are read again."""

from __future__ import annotations

import json
from typing import Any

from vmssbuilder.scaleset import Request, Target, export, paths, secrets
from vmssbuilder.scaleset.reading import Reading, read

BACK = ("rest", "curl", "az", "arm")
"""The formats that are read back."""


def without_secrets(document: dict[str, Any]) -> dict[str, Any]:
    """A copy without secrets, and without what no export carries."""
    copied: dict[str, Any] = json.loads(json.dumps(document))
    for path, _value in secrets.find(copied):
        paths.remove(copied, path)
    return {name: value for name, value in copied.items() if name not in ("id", "name", "type", "etag", "systemData")}  # fmt: skip


def read_back(request: Request, name: str) -> Reading:
    """The reading of an export, after looking that it is the request without its secrets, each of which is asked for."""
    reading = read(export(request, name))
    target = request.target if name != "arm" else Target(name=request.target.name)
    assert reading.document == without_secrets(request.document)
    assert (reading.request.target, reading.request.operation) == (target, request.operation)
    assert (reading.api_version, reading.stated, reading.choices) == (request.api_version,) * 2 + ((),)
    hidden = {path for path, value in secrets.find(request.document) if value is not None}
    asked = {note.path for note in reading.notes if note.kind == "withheld"}
    assert asked == hidden
    return reading
