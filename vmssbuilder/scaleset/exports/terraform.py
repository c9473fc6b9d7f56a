"""A Terraform configuration for the AzAPI provider, which sends the body as it is; secrets are sensitive variables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from .. import paths
from ..request import Request
from .endpoint import Endpoint
from .prepared import Placeholder, Prepared, prepare

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_RESERVED: Final = frozenset({"true", "false", "null", "for", "if", "in"})
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}

WRITE_ONLY_SINCE: Final = "1.11"
"""First Terraform that can send a value without keeping it in its state."""


def write(request: Request, endpoint: Endpoint) -> str:
    prepared = prepare(request)
    body = prepared.body
    hidden: dict[str, Any] = {}
    if request.operation == "create":
        # Lists are merged item by item there, so a secret inside a list has to stay with its item.
        for each in prepared.placeholders:
            if not each.in_list:
                body = _without(body, each.path)
                paths.put(hidden, each.path, each)
    blocks = [_settings(write_only=bool(hidden)), *_provider(endpoint)]
    blocks += [_variable(each, ephemeral=bool(hidden) and not each.in_list) for each in prepared.placeholders]
    blocks.append(_resource(prepared, body, hidden))
    return "\n\n".join(blocks) + "\n"


def _settings(*, write_only: bool) -> str:
    lines = ["terraform {"]
    if write_only:
        lines += [f'  required_version = ">= {WRITE_ONLY_SINCE}"', ""]
    provider = {"source": "Azure/azapi", "version": "~> 2.4"}
    return "\n".join(
        (*lines, "  required_providers {", f"    azapi = {_value(provider, '    ')}", "  }", "}")
    )


def _provider(endpoint: Endpoint) -> Iterator[str]:
    """Where the provider finds Resource Manager, when that is not in the public cloud."""
    settings: dict[str, Any] = {}
    if endpoint.note:
        settings["endpoint"] = [{"resource_manager_endpoint": endpoint.address}]
    elif endpoint.terraform:
        settings["environment"] = endpoint.terraform
    if settings:
        note = (f"# {endpoint.note}",) if endpoint.note else ()
        yield "\n".join((*note, 'provider "azapi" {', *_members(settings, "  "), "}"))


def _variable(placeholder: Placeholder, *, ephemeral: bool) -> str:
    lines = [
        f'variable "{placeholder.snake}" {{',
        f"  description = {_text(placeholder.title)}",
        f"  type        = {'any' if placeholder.is_object else 'string'}",
        "  sensitive   = true",
    ]
    if ephemeral:
        lines.append("  ephemeral   = true")
    return "\n".join((*lines, "}"))


def _resource(prepared: Prepared, body: dict[str, Any], hidden: dict[str, Any]) -> str:
    if prepared.request.operation == "update":
        head: dict[str, Any] = {"type": prepared.type_at_version, "resource_id": prepared.resource_id}
        kind = "azapi_update_resource"
    else:
        head = {"type": prepared.type_at_version, "parent_id": prepared.group_id, "name": prepared.name}
        kind = "azapi_resource"
        # The provider wants these two outside the body when it compares and when it adds default tags.
        location, tags = body.get("location"), body.get("tags")
        if isinstance(location, str):
            head["location"] = location
        if isinstance(tags, dict) and all(isinstance(value, str) for value in tags.values()):
            head["tags"] = tags
        body = {name: value for name, value in body.items() if name not in head or name in ("type", "name")}
    lines = [f'resource "{kind}" "scale_set" {{', *_members(head, "  ")]
    if kind == "azapi_resource":
        lines += [
            "",
            "  # The provider may not know this API version yet; the request was checked against it before.",
            "  schema_validation_enabled = false",
        ]
    lines += ["", f"  body = {_value(body, '  ')}"]
    if hidden:
        lines += ["", "  # Sent, but not kept in the state.", f"  sensitive_body = {_value(hidden, '  ')}"]
    return "\n".join((*lines, "}"))


def _without(body: dict[str, Any], path: paths.Path) -> dict[str, Any]:
    """The body without one member; the objects around it stay."""
    name = path[0]
    assert isinstance(name, str)
    if len(path) == 1:
        return {own: value for own, value in body.items() if own != name}
    return {**body, name: _without(body[name], path[1:])}


def _members(members: dict[str, Any], indent: str) -> Iterator[str]:
    """The lines of attributes; neighbors of one line each have their signs in one column, as terraform fmt has them."""
    written = [(name, _value(value, indent)) for name, value in members.items()]
    for short, run in groupby(written, lambda member: "\n" not in member[1]):
        group = list(run)
        width = max(len(name) for name, _ in group) if short else 0
        for name, value in group:
            yield f"{indent}{name:<{width}} = {value}"


def _value(value: Any, indent: str) -> str:
    inside = f"{indent}  "
    if isinstance(value, Placeholder):
        return f"var.{value.snake}"
    if isinstance(value, dict):
        if not value:
            return "{}"
        named = {_name(name): inner for name, inner in value.items()}
        return "\n".join(("{", *_members(named, inside), f"{indent}}}"))
    if isinstance(value, list):
        if not value:
            return "[]"
        return "\n".join(("[", *(f"{inside}{_value(item, inside)}," for item in value), f"{indent}]"))
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _name(name: str) -> str:
    return name if _IDENTIFIER.match(name) and name not in _RESERVED else _text(name)


def _text(value: str) -> str:
    written = "".join(map(_letter, value))
    return f'"{written.replace("${", "$${").replace("%{", "%%{")}"'


def _letter(letter: str) -> str:
    escaped = _ESCAPES.get(letter)
    if escaped is not None:
        return escaped
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
