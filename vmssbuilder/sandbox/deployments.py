"""The sandbox's template deployments: validate and what-if, for a template that holds one scale set."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vmssbuilder.scaleset import versions

from . import governance, validation, world
from .access import authorised, known_group, object_of, region_of
from .memory import Memory, ScaleSet, scale_set_key, timestamp
from .messages import Answer, Refusal, Request, json_answer
from .routes import GROUP, SUBSCRIPTION, Route
from .shapes import merged, shown, without_nulls, without_read_only

_DEPLOYMENT: Final = rf"{GROUP}/providers/microsoft\.resources/deployments/([^/]+)"
_TYPE: Final = "Microsoft.Compute/virtualMachineScaleSets"
_NAME: Final = re.compile(r"[-\w._()]{1,64}", re.ASCII)
_EXPRESSION: Final = re.compile(r"\[\s*parameters\(\s*'([^']+)'\s*\)\s*\]")


class Deployments:
    """Validates a template, and says what it would do. It deploys none."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            (rf"{_DEPLOYMENT}/validate", {"POST": self._validate}),
            (rf"{_DEPLOYMENT}/whatif", {"POST": self._what_if}),
            (
                rf"{SUBSCRIPTION}/providers/microsoft\.resources/operationresults/([^/]+)",
                {"GET": self._result},
            ),
        )

    def _validate(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        try:
            resource, _existing = self._judged(request, account, found, "validate")
        except Refusal as refusal:
            if refusal.status not in {400, 403, 409} or refusal.error["code"] in {
                "AuthorizationFailed",
                "InvalidRequestContent",
            }:
                raise
            return json_answer(400, {"error": _wrapped(found[2], refusal)})
        properties = {
            "provisioningState": "Succeeded",
            "mode": "Incremental",
            "correlationId": str(uuid.uuid4()),
            "timestamp": timestamp(),
            "duration": "PT0S",
            "validatedResources": [{"id": self._id(found, resource["name"])}],
        }
        return json_answer(
            200, {"id": request.path.rsplit("/", 1)[0], "name": found[2], "properties": properties}
        )

    def _what_if(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        try:
            resource, existing = self._judged(request, account, found, "whatIf")
        except Refusal as refusal:
            if refusal.status not in {400, 409} or refusal.error["code"] == "InvalidRequestContent":
                raise
            result: dict[str, Any] = {"status": "Failed", "error": _wrapped(found[2], refusal)}
        else:
            change = self._change(self._id(found, resource["name"]), resource, existing)
            result = {
                "status": "Succeeded",
                "error": None,
                "properties": {
                    "correlationId": str(uuid.uuid4()),
                    "changes": [change],
                    "potentialChanges": [],
                    "diagnostics": [],
                },
            }
        key = str(uuid.uuid4())
        self._memory.whatifs[key] = (self._memory.clock() + self._memory.delay / 4, result)
        return Answer(202, b"", self._onward(request, found[0], key))

    def _result(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        kept = self._memory.whatifs.get(found[1].lower())
        if kept is None:
            raise Refusal(404, "NotFound", f"The operation '{found[1][:80]}' was not found.")
        ready, result = kept
        if self._memory.clock() < ready:
            return Answer(202, b"", self._onward(request, found[0], found[1]))
        return json_answer(200, result)

    @staticmethod
    def _onward(request: Request, subscription: str, key: str) -> dict[str, str]:
        place = f"{request.arm_url}/subscriptions/{subscription}/providers/Microsoft.Resources/operationresults/{key}"
        return {"Location": f"{place}?api-version={request.api_version}", "Retry-After": "0"}

    @staticmethod
    def _id(found: tuple[str, ...], name: str) -> str:
        return f"/subscriptions/{found[0]}/resourceGroups/{found[1]}/providers/{_TYPE}/{name}"

    # --- judging ---------------------------------------------------------------------------------------------------

    def _judged(
        self, request: Request, account: world.Account, found: tuple[str, ...], act: str
    ) -> tuple[dict[str, Any], ScaleSet | None]:
        """The scale set of the template with its parameters filled in, and the one that is there. Raises Refusal."""
        key = known_group(self._memory, found[0], found[1])
        scope = f"/subscriptions/{key[0]}/resourceGroups/{found[1]}/providers/Microsoft.Resources/deployments/{found[2]}"
        authorised(account, f"Microsoft.Resources/deployments/{act}/action", scope)
        if not _NAME.fullmatch(found[2]):
            message = f"The deployment name '{found[2][:80]}' is not valid."
            raise Refusal(400, "InvalidDeploymentName", message)
        properties = object_of(request)[0].get("properties")
        if not isinstance(properties, Mapping) or properties.get("mode") != "Incremental":
            raise Refusal(400, "InvalidRequestContent", "Deployment mode must be 'Incremental' here.")
        resource = _resource(properties)
        api_version = str(resource.get("apiVersion", ""))
        if api_version not in versions.API_VERSIONS:
            message = f"No registered resource provider found for API version '{api_version[:40]}' for type 'virtualMachineScaleSets'."
            raise Refusal(400, "NoRegisteredProviderFound", message)
        governance.registered(self._memory, key[0])
        name = str(resource.get("name", ""))
        body = {each: value for each, value in resource.items() if each not in {"type", "apiVersion", "name"}}
        wanted = without_nulls(without_read_only(body)) | {
            "location": region_of(body, "virtualMachineScaleSets")
        }
        existing = self._memory.scale_sets.get(scale_set_key(found[0], found[1], name))
        validation.structure(wanted, json.dumps(body), api_version, partial=existing is not None)
        model = merged(existing.model, wanted) if existing else wanted
        validation.semantics(model, api_version, creating=existing is None)
        if existing is not None:
            validation.changes(existing.model, model)
        governance.policies(key[0], found[1], name, model)
        governance.on_offer(self._memory, key[0], model)
        governance.within_quota(self._memory, key[0], model, existing.model if existing else None)
        governance.references(self._memory, model, self._id(found, name))
        return {**wanted, "name": name, "apiVersion": api_version}, existing

    def _change(
        self, resource_id: str, resource: dict[str, Any], existing: ScaleSet | None
    ) -> dict[str, Any]:
        api_version = resource["apiVersion"]
        wanted = {name: value for name, value in resource.items() if name not in {"name", "apiVersion"}}
        subscription, group, name = resource_id.split("/")[2], resource_id.split("/")[4], resource["name"]
        model = merged(existing.model, wanted) if existing else wanted
        after = shown(
            ScaleSet(subscription, group, name, model, timestamp(), "", state="Succeeded"), api_version
        )
        change: dict[str, Any] = {"resourceId": resource_id, "unsupportedReason": None}
        if existing is None:
            return change | {"changeType": "Create", "before": None, "after": _plain(after), "delta": None}
        before = shown(existing, api_version)
        delta = list(_delta(_plain(before), _plain(after), ""))
        kind = "Modify" if delta else "NoChange"
        return change | {"changeType": kind, "before": _plain(before), "after": _plain(after), "delta": delta}


def _resource(properties: Mapping[str, Any]) -> dict[str, Any]:
    template = properties.get("template")
    if not isinstance(template, Mapping) or "deploymentTemplate.json" not in str(template.get("$schema", "")):
        raise Refusal(
            400,
            "InvalidTemplate",
            "Deployment template validation failed: the template is missing or has no $schema.",
        )
    resources = template.get("resources")
    if not isinstance(resources, list) or len(resources) != 1 or not isinstance(resources[0], Mapping):
        raise Refusal(
            400, "InvalidTemplate", "Deployment template validation failed: one resource is expected."
        )
    if str(resources[0].get("type", "")).lower() != _TYPE.lower():
        message = f"Deployment template validation failed: '{resources[0].get('type')}' is not a type that is known here."
        raise Refusal(400, "InvalidTemplate", message)
    values = properties.get("parameters")
    declared = template.get("parameters")
    given = values if isinstance(values, Mapping) else {}
    known = declared if isinstance(declared, Mapping) else {}
    for name in given:
        if name not in known:
            message = f"Deployment template validation failed: the parameter '{name}' is not declared in the template."
            raise Refusal(400, "InvalidTemplate", message)
    filled: dict[str, Any] = _filled(dict(resources[0]), known, given)
    return filled


def _filled(value: Any, known: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """The value with its expressions worked out: parameters only; `[[` means a plain bracket."""
    if isinstance(value, dict):
        return {name: _filled(inner, known, given) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, known, given) for inner in value]
    if not isinstance(value, str) or not value.startswith("["):
        return value
    if value.startswith("[["):
        return value[1:]
    if not value.endswith("]"):
        return value
    expression = _EXPRESSION.fullmatch(value)
    if expression is None:
        message = f"Unable to process template language expressions: '{value[:80]}' is not understood here."
        raise Refusal(400, "InvalidTemplate", message)
    name = expression[1]
    if name not in known:
        message = f"Deployment template validation failed: the template parameter '{name}' is not found."
        raise Refusal(400, "InvalidTemplate", message)
    entry = given.get(name)
    if isinstance(entry, Mapping) and "value" in entry:
        return entry["value"]
    if isinstance(known[name], Mapping) and "defaultValue" in known[name]:
        return known[name]["defaultValue"]
    message = f"Deployment template validation failed: the value for the template parameter '{name}' is not provided."
    raise Refusal(400, "InvalidTemplate", message)


def _wrapped(name: str, refusal: Refusal) -> dict[str, Any]:
    if refusal.error["code"] == "InvalidTemplate":
        return refusal.error
    message = f"The template deployment '{name}' is not valid according to the validation procedure. See inner errors for details."
    return {"code": "InvalidTemplateDeployment", "message": message, "details": [refusal.error]}


_OWN: Final = frozenset({"etag", "provisioningState", "uniqueId", "timeCreated"})


def _plain(value: Any) -> Any:
    """What two states of a scale set are compared by."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in _OWN}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _delta(before: Any, after: Any, path: str) -> Iterator[dict[str, Any]]:
    for name in sorted({*before, *after}):
        where = f"{path}.{name}" if path else name
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _delta(old, new, where)
            continue
        kind = "Create" if name not in before else "Delete" if name not in after else "Modify"
        if isinstance(old, list) and isinstance(new, list):
            kind = "Array"
        yield {
            "path": where,
            "propertyChangeType": kind,
            "before": old,
            "after": new,
            "children": _items(old, new),
        }


def _items(old: Any, new: Any) -> list[dict[str, Any]]:
    if not isinstance(old, list) or not isinstance(new, list):
        return []
    found = []
    for number in range(max(len(old), len(new))):
        before = old[number] if number < len(old) else None
        after = new[number] if number < len(new) else None
        if before != after:
            kind = "Create" if before is None else "Delete" if after is None else "Modify"
            children = (
                list(_delta(before, after, ""))
                if isinstance(before, dict) and isinstance(after, dict)
                else []
            )
            found.append(
                {
                    "path": str(number),
                    "propertyChangeType": kind,
                    "before": before,
                    "after": after,
                    "children": children,
                }
            )
    return found
