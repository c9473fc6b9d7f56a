"""A scale set as Azure takes it in and gives it out."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping
from typing import Any, Final

from vmssbuilder.scaleset import paths, versions
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.properties import List, Map, Node, Single

from . import world
from .memory import ScaleSet

_READ_ONLY: Final = frozenset({"id", "name", "type", "etag", "systemdata"})
_READ_ONLY_PROPERTIES: Final = frozenset({"provisioningstate", "uniqueid", "timecreated"})


def without_read_only(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without the members that Azure sets itself, in any case; it ignores them when they come in."""
    kept = {name: copy.deepcopy(value) for name, value in body.items() if name.lower() not in _READ_ONLY}
    for name, value in kept.items():
        if name.lower() == "properties" and isinstance(value, dict):
            kept[name] = {
                each: inner for each, inner in value.items() if each.lower() not in _READ_ONLY_PROPERTIES
            }
    return kept


WITHHELD: Final = frozenset({"adminPassword", "customData", "protectedSettings", "userData"})
"""Azure takes these, and never returns them."""


def shown(scale_set: ScaleSet, api_version: str, *, user_data: bool = False) -> dict[str, Any]:
    """The scale set as Azure returns it: read-only members added, secrets and what the version does not know left out."""
    withheld = WITHHELD - {"userData"} if user_data else WITHHELD
    model = known_to(without_secrets(scale_set.model, withheld), api_version)
    resource_id = scale_set.resource_id
    properties = {"provisioningState": scale_set.state}
    if versions.within(api_version, "2017-03-30"):
        properties["uniqueId"] = scale_set.unique_id
    if versions.within(api_version, "2021-11-01"):
        properties["timeCreated"] = scale_set.created
    value: dict[str, Any] = {
        "name": scale_set.name,
        "id": resource_id,
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        **model,
        "properties": {**model.get("properties", {}), **properties},
    }
    if isinstance(value.get("identity"), dict):
        value["identity"] = _identity(value["identity"], resource_id)
    if versions.within(api_version, versions.ETAG_SINCE):
        value["etag"] = f'"{scale_set.etag}"'
    return value


_SHOWN_EARLY: Final = ("allowExtensionOperations", "requireGuestProvisionSignal")
_SHOWN_EARLY_SINCE: Final = "2019-03-01"
"""Answers of Azure hold these two although their version does not know them; recorded ones from that version on do."""


def known_to(model: Mapping[str, Any], api_version: str) -> dict[str, Any]:
    """The model as an API version shows it: in its spelling, without what it does not know."""
    found: dict[str, Any] = _known_to(model, tree(api_version))
    place = ("properties", "virtualMachineProfile", "osProfile")
    shown_profile = paths.get(found, place, None)
    if isinstance(shown_profile, dict) and versions.within(api_version, _SHOWN_EARLY_SINCE):
        held = paths.get(model, place)
        shown_profile |= {name: held[name] for name in _SHOWN_EARLY if name in held}
    return found


def _known_to(value: Any, node: Node) -> Any:
    if isinstance(value, Mapping) and isinstance(node.property, Single):
        members = ((node.child(name), inner) for name, inner in value.items())
        return {child.property.wire: _known_to(inner, child) for child, inner in members if child is not None}
    if isinstance(value, Mapping) and isinstance(node.property, Map) and node.item is not None:
        return {name: _known_to(inner, node.item) for name, inner in value.items()}
    if isinstance(value, list) and isinstance(node.property, List) and node.item is not None:
        return [_known_to(inner, node.item) for inner in value]
    return value


def _identity(identity: dict[str, Any], resource_id: str) -> dict[str, Any]:
    """Identities with the ids that Microsoft Entra ID gave them."""

    def made_up(what: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, what.lower()))

    shown_one = dict(identity)
    if "systemassigned" in str(identity.get("type")).lower():
        shown_one |= {"principalId": made_up(resource_id), "tenantId": world.TENANT}
    if isinstance(identity.get("userAssignedIdentities"), dict):
        shown_one["userAssignedIdentities"] = {
            each: {"principalId": made_up(f"{each}#principal"), "clientId": made_up(f"{each}#client")}
            for each in identity["userAssignedIdentities"]
        }
    return shown_one


def without_secrets(value: Any, withheld: frozenset[str] = WITHHELD, inside: str = "") -> Any:
    """The value without what Azure never returns."""
    if inside in {"tags", "settings"}:
        return copy.deepcopy(value)
    if isinstance(value, dict):
        hidden = withheld | {"content"} if inside == "additionalUnattendContent" else withheld
        return {
            name: without_secrets(inner, withheld, name)
            for name, inner in value.items()
            if name not in hidden
        }
    if isinstance(value, list):
        return [without_secrets(inner, withheld, inside) for inner in value]
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
        elif isinstance(value, dict) and name not in {"tags", "settings", "protectedSettings"}:
            held = result.get(name)
            result[name] = merged(held if isinstance(held, dict) else {}, value)
        else:
            result[name] = without_nulls(value)
    return result


def without_nulls(value: Any) -> Any:
    """The value without members that are null: for Resource Manager they are not there."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return copy.deepcopy(value)
