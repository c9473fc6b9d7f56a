"""A scale set as Azure takes it in and gives it out."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from vmssbuilder.scaleset import versions

from .memory import ScaleSet

_READ_ONLY: Final = frozenset({"id", "name", "type", "etag", "systemData"})
_READ_ONLY_PROPERTIES: Final = frozenset({"provisioningState", "uniqueId", "timeCreated"})


def without_read_only(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without the members that Azure sets itself; it ignores them when they come in."""
    kept = {name: copy.deepcopy(value) for name, value in body.items() if name not in _READ_ONLY}
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {
            name: value for name, value in kept["properties"].items() if name not in _READ_ONLY_PROPERTIES
        }
    return kept


_WITHHELD: Final = frozenset({"adminPassword", "customData", "protectedSettings", "userData"})
"""Azure takes these, and never returns them."""


def shown(scale_set: ScaleSet, api_version: str, *, user_data: bool = False) -> dict[str, Any]:
    """The scale set as Azure returns it: read-only members added, secrets withheld."""
    withheld = _WITHHELD - {"userData"} if user_data else _WITHHELD
    model = _without_secrets(scale_set.model, withheld)
    properties = {"provisioningState": scale_set.state, "uniqueId": scale_set.unique_id}
    if versions.within(api_version, "2021-11-01"):
        properties["timeCreated"] = scale_set.created
    value: dict[str, Any] = {
        "name": scale_set.name,
        "id": (
            f"/subscriptions/{scale_set.subscription}/resourceGroups/{scale_set.resource_group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{scale_set.name}"
        ),
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        **model,
        "properties": {**model.get("properties", {}), **properties},
    }
    if versions.within(api_version, versions.ETAG_SINCE):
        value["etag"] = f'"{scale_set.etag}"'
    return value


def _without_secrets(value: Any, withheld: frozenset[str], inside: str = "") -> Any:
    if inside in {"tags", "settings"}:
        return copy.deepcopy(value)
    if isinstance(value, dict):
        hidden = withheld | {"content"} if inside == "additionalUnattendContent" else withheld
        return {
            name: _without_secrets(inner, withheld, name)
            for name, inner in value.items()
            if name not in hidden
        }
    if isinstance(value, list):
        return [_without_secrets(inner, withheld, inside) for inner in value]
    return value


def etag_header(scale_set: ScaleSet, api_version: str) -> dict[str, str]:
    return {"ETag": f'"{scale_set.etag}"'} if versions.within(api_version, versions.ETAG_SINCE) else {}


def merged(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """JSON merge patch (RFC 7396), except that tags are replaced as a whole.

    Compute treats a PUT over an existing scale set alike: what it does not name stays.
    """
    result = dict(copy.deepcopy(old))
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        elif (
            isinstance(value, dict)
            and isinstance(result.get(name), dict)
            and name not in {"tags", "settings", "protectedSettings"}
        ):
            result[name] = merged(result[name], value)
        else:
            result[name] = without_nulls(value)
    return result


def without_nulls(value: Any) -> Any:
    """The value without members that are null: for Resource Manager they are not there."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return copy.deepcopy(value)
