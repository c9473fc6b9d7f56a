"""Which fields have to be filled in: what the API version requires, and what the check asks of a request that lacks it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vmssbuilder.drafts.content import TARGET
from vmssbuilder.scaleset import check, paths
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Single

if TYPE_CHECKING:
    from .bound import BoundProperty


def required(bound: BoundProperty) -> bool:
    """Whether Azure takes no request without the field, as far as the request goes by now.

    What is required within a part that is not there is required by nobody. An update holds what it changes.
    """
    form, node = bound.form, bound.field.entry.node
    if bound.path[0] == TARGET:
        return bool(node.property.required)
    if form.updating:
        return False
    if not node.property.required:
        mode = paths.get(form.content, _MODE)
        return not form.place and bound.path in asked_for(form.api_version, flexible=mode == "Flexible")
    holder, path = node.parent, bound.path[:-1]
    while holder is not None and len(path) > len(form.place) and isinstance(holder.property, Single):
        optional = not holder.property.inline and not holder.property.required
        if optional and not isinstance(paths.get(form.content, path), dict):
            return False
        holder, path = holder.parent, path[:-1]
    return True


_MODE: Path = ("properties", "orchestrationMode")
_PROFILE: Path = ("properties", "virtualMachineProfile")


@lru_cache(maxsize=100)
def asked_for(api_version: str, *, flexible: bool) -> frozenset[Path]:
    """What the check misses in a scale set of which nothing is filled in."""
    empty: dict[str, Any] = {}
    if flexible:
        paths.put(empty, _MODE, "Flexible")
        paths.put(empty, (*_PROFILE, "networkProfile", "networkInterfaceConfigurations"), [])
    found = errors(check(empty, api_version))
    return frozenset(each.path for each in found if paths.get(empty, each.path) in (MISSING, []))
