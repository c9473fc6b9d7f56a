"""Templates of deployments: the one scale set in them, with its expressions worked out as Resource Manager does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from vmssbuilder.scaleset.expressions import (
    Budget,
    Unresolved,
    evaluate,
    is_expression,
    unescaped,
)
from vmssbuilder.scaleset.functions import Function, TooLarge, resource_id

from . import world
from .messages import Refusal

TYPE: Final = "Microsoft.Compute/virtualMachineScaleSets"
_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str,
    "securestring": str,
    "int": int,
    "bool": bool,
    "array": list,
    "object": dict,
    "secureobject": dict,
}
_ABOUT_THE_DEPLOYMENT: Final = frozenset({"type", "apiversion", "name", "dependson", "comments", "condition"})


@dataclass(frozen=True, slots=True)
class Resource:
    """The scale set of a template. body: as a PUT of it would be."""

    name: str
    api_version: str
    body: dict[str, Any]


def scale_set(properties: Mapping[str, Any], subscription: str, group: str, region: str) -> Resource:
    """The scale set of a deployment's template. group, region: of the resource group. Raises Refusal."""
    template = properties.get("template")
    if (
        not isinstance(template, Mapping)
        or "deploymenttemplate.json" not in str(template.get("$schema", "")).lower()
    ):
        raise _invalid("the template is missing or has no $schema.")
    found = template.get("resources")
    # A template with symbolic names has an object of resources.
    resources = list(found.values()) if isinstance(found, Mapping) else found
    if not isinstance(resources, list) or len(resources) != 1 or not isinstance(resources[0], Mapping):
        raise _invalid("one resource is expected.")
    resource = resources[0]
    if str(_member(resource, "type")).lower() != TYPE.lower():
        raise _invalid(f"'{str(_member(resource, 'type'))[:80]}' is not a type that is known here.")
    place = _Place(template, properties.get("parameters"), subscription, group, region)
    filled = place.filled(resource)
    if _member(filled, "condition") is False:
        raise _invalid("the only resource is left out by its condition.")
    body = {name: value for name, value in filled.items() if name.lower() not in _ABOUT_THE_DEPLOYMENT}
    return Resource(str(_member(filled, "name") or ""), str(_member(filled, "apiVersion") or ""), body)


def shown_parameters(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a deployment as Resource Manager returns them: secure ones without their values."""
    declared, given = _names(properties.get("template"), "parameters"), properties.get("parameters")
    found: dict[str, Any] = {}
    for name, about in declared.items():
        kind = str(_member(about, "type"))
        found[name] = {"type": kind[:1].upper() + kind[1:]}
        value = _member(_member(given, name), "value")
        if not kind.lower().startswith("secure"):
            found[name]["value"] = _member(about, "defaultValue") if value is None else value
    return found


class _Place:
    """What the expressions of a template may refer to."""

    def __init__(
        self, template: Mapping[str, Any], given: Any, subscription: str, group: str, region: str
    ) -> None:
        self._budget = Budget()
        self._declared = _names(template, "parameters")
        self._given = (
            {name.lower(): each for name, each in given.items()} if isinstance(given, Mapping) else {}
        )
        self._variables = _names(template, "variables")
        for name in self._given:
            if name not in {each.lower() for each in self._declared}:
                raise _invalid(f"the parameter '{name}' is not declared in the template.")
        for name, about in self._declared.items():
            self._check(name, about)
        around = {
            "id": f"/subscriptions/{subscription}/resourceGroups/{group}",
            "name": group,
            "type": "Microsoft.Resources/resourceGroups",
            "location": region,
            "tags": {},
            "properties": {"provisioningState": "Succeeded"},
        }
        account = {
            "id": f"/subscriptions/{subscription}",
            "subscriptionId": subscription,
            "tenantId": world.TENANT,
            "displayName": world.SUBSCRIPTIONS[subscription].title,
        }
        self._functions: dict[str, Function] = {
            "parameters": self._parameter,
            "variables": self._variable,
            "resourcegroup": lambda: around,
            "subscription": lambda: account,
            "resourceid": lambda *parts: resource_id(*parts, subscription=subscription, group=group),
        }

    def filled(self, value: Any) -> Any:
        """The value with its expressions worked out; `[[` means a plain bracket."""
        if isinstance(value, Mapping):
            return {self.filled(name): self.filled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if not is_expression(value):
            return unescaped(value)
        try:
            found = evaluate(value, self._functions, self._budget)
        except TooLarge as error:
            raise _invalid(str(error)) from None
        if _is_open(found):
            message = (
                f"Unable to process template language expressions: '{value[:80]}' is not understood here."
            )
            raise Refusal(400, "InvalidTemplate", message)
        return found

    def _parameter(self, name: str) -> Any:
        about = _member(self._declared, name)
        if about is None:
            raise _invalid(f"the template parameter '{name}' is not found.")
        value = _member(self._given.get(name.lower()), "value")
        return self.filled(_member(about, "defaultValue")) if value is None else value

    def _variable(self, name: str) -> Any:
        if name.lower() not in {each.lower() for each in self._variables}:
            raise _invalid(f"the template variable '{name}' is not found.")
        self._budget.enter()
        value = self.filled(_member(self._variables, name))
        self._budget.leave()
        return value

    def _check(self, name: str, about: Any) -> None:
        entry = self._given.get(name.lower())
        value = _member(entry, "value")
        if value is None:
            if _member(about, "defaultValue") is None and not _member(about, "nullable"):
                raise _invalid(f"the value for the template parameter '{name}' is not provided.")
            return
        kind = str(_member(about, "type")).lower()
        expected = _KINDS.get(kind)
        if expected is not None and (
            not isinstance(value, expected) or (kind == "int" and isinstance(value, bool))
        ):
            raise _invalid(
                f"the provided value for the template parameter '{name}' is not valid. Expected a value of type '{kind}'."
            )
        allowed = _member(about, "allowedValues")
        if isinstance(allowed, list) and value not in allowed:
            raise _invalid(
                f"the provided value for the template parameter '{name}' is not valid. It is not part of the allowed"
                " value(s)."
            )


def _is_open(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_open, value.values()))
    if isinstance(value, list):
        return any(map(_is_open, value))
    return isinstance(value, Unresolved)


def _names(template: Any, kind: str) -> Mapping[str, Any]:
    found = _member(template, kind)
    return found if isinstance(found, Mapping) else {}


def _member(holder: Any, name: str) -> Any:
    """A member in any case, None where there is none."""
    if not isinstance(holder, Mapping):
        return None
    return next((value for each, value in holder.items() if each.lower() == name.lower()), None)


def _invalid(why: str) -> Refusal:
    return Refusal(400, "InvalidTemplate", f"Deployment template validation failed: {why}")
