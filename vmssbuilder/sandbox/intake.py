"""JSON as Azure takes it in: comments, names without quotes or in any case, numbers as texts and texts as numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.nulls import says_nothing
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, List, Map, Node, Number, Single, Text

# --- text ------------------------------------------------------------------------------------------------------------

_TOKEN: Final = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<single>'(?:[^'\\]|\\.)*')
    |(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<comma>,(?=(?:\s|//[^\n]*\n|/\*.*?\*/)*[}\]]))
    |(?P<name>[A-Za-z_$][\w$]*)(?=\s*:)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def parse(text: str) -> Any:
    """The value of a text; the Azure CLI sends templates with comments, and the name of one without quotes. Raises
    ValueError and RecursionError, as json.loads does.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        try:
            # Line breaks in texts are taken as well.
            return json.loads("".join(_strict(text)), strict=False)
        except ValueError:
            raise error from None


def _strict(text: str) -> Iterator[str]:
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[0]
        if kind == "single":
            yield json.dumps(re.sub(r"\\(.)", r"\1", token[1:-1]))
        elif kind == "name":
            yield f'"{token}"'
        elif kind not in {"comment", "comma"}:
            yield token


# --- values ----------------------------------------------------------------------------------------------------------


def normalised(body: dict[str, Any], api_version: str) -> dict[str, Any]:
    """The body with the names and values of that version's type, as Compute reads them; what it does not know stays."""
    found: dict[str, Any] = _value(body, tree(api_version))
    return found


def _value(value: Any, node: Node | None) -> Any:
    if node is None or value is None:
        return value
    kind = node.property
    if isinstance(value, dict):
        if isinstance(kind, Single):
            return _members(value, node)
        if isinstance(kind, Map):
            return {name: _value(inner, node.item) for name, inner in value.items()}
        return value
    if isinstance(value, list):
        return [_value(inner, node.item) for inner in value] if isinstance(kind, List) else value
    return _scalar(value, kind, node)


def _members(value: dict[str, Any], node: Node) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, inner in value.items():
        child = node.child(name)
        made[child.property.wire if child else name] = _value(inner, child)
    return made


def _scalar(value: Any, kind: Any, node: Node) -> Any:
    if isinstance(value, str):
        return None if says_nothing(value, node) else _from_text(value, kind, node)
    if isinstance(value, float) and isinstance(kind, Integer) and value.is_integer():
        return int(value)
    if isinstance(kind, Text):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _from_text(value: str, kind: Any, node: Node) -> Any:
    if isinstance(kind, Boolean):
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    if isinstance(kind, Integer) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", value, re.ASCII):
        return int(value)
    if isinstance(kind, Number) and re.fullmatch(r"\s*[+-]?\d{1,18}(\.\d{1,18})?\s*", value, re.ASCII):
        return float(value)
    if isinstance(kind, Choice):
        spelled = {each.wire.casefold(): each.wire for each in kind.values_in(node.api_version)}
        return spelled.get(value.casefold(), value)
    return value
