"""The sandbox's template deployments, for templates that hold one scale set: made, validated, rehearsed by what-if."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from . import judging, templates, world
from .access import authorised, known_group, not_busy, object_of
from .judging import ScaleSetWrite
from .memory import Deployment, Memory, ScaleSet, timestamp
from .messages import IncomingRequest, OutgoingResponse, Refusal, json_answer
from .operations import Operations
from .routes import GROUP, SUBSCRIPTION, Route, listed
from .shapes import shown

_PROVIDER: Final = r"/providers/microsoft\.resources/deployments"
_DEPLOYMENT: Final = rf"{GROUP}{_PROVIDER}/([^/]+)"
_NAME: Final = re.compile(r"[-\w._()]{1,64}", re.ASCII)


class Deployments:
    """Makes deployments, validates templates, and says what they would do."""

    def __init__(self, memory: Memory, operations: Operations) -> None:
        self._memory = memory
        self._operations = operations

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            (rf"{GROUP}{_PROVIDER}", {"GET": self._list}),
            (_DEPLOYMENT, {"GET": self._get, "HEAD": self._exists, "PUT": self._put, "DELETE": self._delete}),
            (rf"{_DEPLOYMENT}/validate", {"POST": self._validate}),
            (rf"{_DEPLOYMENT}/whatif", {"POST": self._what_if}),
            (rf"{_DEPLOYMENT}/operations", {"GET": self._operations_of}),
            (rf"{_DEPLOYMENT}/operationstatuses/([^/]+)", {"GET": self._status}),
            (
                rf"{SUBSCRIPTION}/providers/microsoft\.resources/operationresults/([^/]+)",
                {"GET": self._result},
            ),
        )

    # --- making one ------------------------------------------------------------------------------------------------

    def _put(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        key = self._key(found)
        old = self._memory.deployments.get(key)
        if old is not None and old.status == "Running":
            message = (
                f"Unable to edit or replace deployment '{old.name}': previous deployment from '{old.began}' is still active"
                " (expiration time is 7 days). Please see https://aka.ms/arm-deploy for usage details."
            )
            raise Refusal(409, "DeploymentActive", message)
        properties, asked, existing = self._asked(request, account, found, "write")
        try:
            not_busy(self._memory, asked.key)
            authorised(account, "Microsoft.Compute/virtualMachineScaleSets/write", asked.resource_id)
            scale_set = judging.carry_out(self._memory, asked, existing)
        except Refusal as refusal:
            raise _wrapped(found[2], refusal) from None
        operation = self._operations.begin(request, scale_set, "create" if existing is None else "update")
        group = self._memory.groups[key[:2]][0]
        made = Deployment(
            found[2], group, scale_set.resource_id, properties, operation, str(uuid.uuid4()), timestamp(),
            existing is None,
        )  # fmt: skip
        self._memory.deployments[key] = made
        place = f"{request.arm_url}{_place(key[0], made)}/operationStatuses/{operation.id}"
        headers = {
            "Azure-AsyncOperation": f"{place}?api-version={request.api_version}",
            "Retry-After": self._operations.retry_after(),
        }
        return json_answer(201 if old is None else 200, _shown(key[0], made, state="Accepted"), headers)

    def _get(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        key = self._key(found)
        return json_answer(200, _shown(key[0], self._known(key, found[2])))

    def _exists(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        self._known(self._key(found), found[2])
        return OutgoingResponse(204)

    def _list(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        group = known_group(self._memory, found[0], found[1])
        made = [
            _shown(group[0], each)
            for key, each in sorted(self._memory.deployments.items())
            if key[:2] == group
        ]
        return listed(request, made, self._memory.page_size(100))

    def _delete(
        self, _request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        key = self._key(found)
        authorised(account, "Microsoft.Resources/deployments/delete", f"/subscriptions/{key[0]}")
        # What it made stays.
        return (
            OutgoingResponse(204)
            if self._memory.deployments.pop(key, None) is None
            else OutgoingResponse(200)
        )

    def _status(
        self, _request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        made = self._known(self._key(found), found[2])
        if made.operation.id != found[3].lower():
            raise Refusal(404, "NotFound", f"The operation '{found[3][:80]}' was not found.")
        retry = {} if made.status != "Running" else {"Retry-After": self._operations.retry_after()}
        error = made.error
        return json_answer(200, {"status": made.status, **({"error": error} if error else {})}, retry)

    def _operations_of(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        key = self._key(found)
        made = self._known(key, found[2])
        number = uuid.uuid5(uuid.NAMESPACE_URL, made.operation.id).hex[:16].upper()
        properties: dict[str, Any] = {
            "provisioningOperation": "Create",
            "provisioningState": made.status,
            "timestamp": timestamp(),
            "duration": "PT1S",
            "trackingId": made.operation.id,
            "statusCode": {"Running": "Accepted", "Failed": "Conflict"}.get(
                made.status, "Created" if made.created else "OK"
            ),
            "targetResource": {
                "id": made.resource_id,
                "resourceType": templates.TYPE,
                "resourceName": made.resource_id.rsplit("/", 1)[-1],
            },
        }
        if made.status == "Failed":
            properties["statusMessage"] = {"status": "Failed", "error": made.operation.error}
        place = f"{_place(key[0], made)}/operations/{number}"
        return listed(request, [{"id": place, "operationId": number, "properties": properties}], 100)

    def _key(self, found: tuple[str, ...]) -> tuple[str, str, str]:
        return (*known_group(self._memory, found[0], found[1]), found[2].lower())

    def _known(self, key: tuple[str, str, str], name: str) -> Deployment:
        made = self._memory.deployments.get(key)
        if made is None:
            raise Refusal(404, "DeploymentNotFound", f"Deployment '{name[:80]}' could not be found.")
        return made

    # --- asking what would be --------------------------------------------------------------------------------------

    def _validate(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        _properties, asked, existing = self._asked(request, account, found, "validate/action")
        try:
            judging.judge(self._memory, asked, existing)
        except Refusal as refusal:
            raise _wrapped(found[2], refusal) from None
        properties = {
            "provisioningState": "Succeeded",
            "mode": "Incremental",
            "correlationId": str(uuid.uuid4()),
            "timestamp": timestamp(),
            "duration": "PT0S",
            "validatedResources": [{"id": asked.resource_id}],
        }
        return json_answer(
            200, {"id": request.path.rsplit("/", 1)[0], "name": found[2], "properties": properties}
        )

    def _what_if(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        try:
            _properties, asked, existing = self._asked(request, account, found, "whatIf/action")
            change = _change(asked, judging.judge(self._memory, asked, existing), existing)
        except Refusal as refusal:
            if refusal.status not in {400, 404, 409} or refusal.error["code"] == "InvalidRequestContent":
                raise
            result: dict[str, Any] = {"status": "Failed", "error": _wrapped(found[2], refusal).error}
        else:
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
        return OutgoingResponse(202, b"", self._onward(request, found[0], key))

    def _result(
        self, request: IncomingRequest, _account: world.Account, found: tuple[str, ...]
    ) -> OutgoingResponse:
        kept = self._memory.whatifs.get(found[1].lower())
        if kept is None:
            raise Refusal(404, "NotFound", f"The operation '{found[1][:80]}' was not found.")
        ready, result = kept
        if self._memory.clock() < ready:
            return OutgoingResponse(202, b"", self._onward(request, found[0], found[1]))
        return json_answer(200, result)

    @staticmethod
    def _onward(request: IncomingRequest, subscription: str, key: str) -> dict[str, str]:
        place = f"{request.arm_url}/subscriptions/{subscription}/providers/Microsoft.Resources/operationresults/{key}"
        return {"Location": f"{place}?api-version={request.api_version}", "Retry-After": "0"}

    def _asked(
        self, request: IncomingRequest, account: world.Account, found: tuple[str, ...], act: str
    ) -> tuple[Mapping[str, Any], ScaleSetWrite, ScaleSet | None]:
        """What was asked, what its template asks for, and the scale set that is there. Raises Refusal."""
        key = known_group(self._memory, found[0], found[1])
        scope = f"/subscriptions/{key[0]}/resourceGroups/{found[1]}/providers/Microsoft.Resources/deployments/{found[2]}"
        authorised(account, f"Microsoft.Resources/deployments/{act}", scope)
        if not _NAME.fullmatch(found[2]):
            message = f"The deployment name '{found[2][:80]}' is not valid."
            raise Refusal(400, "InvalidDeploymentName", message)
        body, text = object_of(request)
        properties = body.get("properties")
        if not isinstance(properties, Mapping) or str(properties.get("mode")).lower() != "incremental":
            raise Refusal(400, "InvalidRequestContent", "Deployment mode must be 'Incremental' here.")
        group, region = self._memory.groups[key]
        resource = templates.scale_set(properties, key[0], group, region)
        asked = ScaleSetWrite(key[0], found[1], resource.name, resource.api_version, resource.body, text)
        return properties, asked, self._memory.scale_sets.get(asked.key)


def _place(subscription: str, made: Deployment) -> str:
    group = f"/subscriptions/{subscription}/resourceGroups/{made.resource_group}"
    return f"{group}/providers/Microsoft.Resources/deployments/{made.name}"


def _shown(subscription: str, made: Deployment, state: str = "") -> dict[str, Any]:
    properties: dict[str, Any] = {
        "templateHash": str(
            uuid.uuid5(uuid.NAMESPACE_URL, str(made.properties.get("template"))).int % 10**19
        ),
        "parameters": templates.shown_parameters(made.properties),
        "mode": "Incremental",
        "provisioningState": state or made.status,
        "timestamp": made.began,
        "duration": "PT0S",
        "correlationId": made.correlation,
        "providers": [
            {
                "namespace": "Microsoft.Compute",
                "resourceTypes": [
                    {"resourceType": "virtualMachineScaleSets", "locations": [made.operation.region]}
                ],
            }
        ],
        "dependencies": [],
    }
    if properties["provisioningState"] == "Succeeded":
        properties["outputs"] = {}
        properties["outputResources"] = [{"id": made.resource_id}]
    if made.error is not None:
        properties["error"] = made.error
    return {
        "id": _place(subscription, made),
        "name": made.name,
        "type": "Microsoft.Resources/deployments",
        "properties": properties,
    }


def _wrapped(name: str, refusal: Refusal) -> Refusal:
    """The refusal of a template for what its resource is refused."""
    if refusal.status not in {400, 403, 404, 409} or refusal.error["code"] in {
        "AuthorizationFailed",
        "InvalidRequestContent",
        "InvalidTemplate",
    }:
        return refusal
    message = f"The template deployment '{name}' is not valid according to the validation procedure. See inner errors for details."
    return Refusal(400, "InvalidTemplateDeployment", message, more={"details": [refusal.error]})


# --- what-if ---------------------------------------------------------------------------------------------------------


def _change(asked: ScaleSetWrite, model: dict[str, Any], existing: ScaleSet | None) -> dict[str, Any]:
    """What a deployment would change, member by member."""
    would_be = ScaleSet(
        asked.subscription, asked.group, asked.name, model, timestamp(), "", state="Succeeded"
    )
    after = _plain(shown(would_be, asked.api_version))
    change: dict[str, Any] = {"resourceId": asked.resource_id, "unsupportedReason": None}
    if existing is None:
        return change | {"changeType": "Create", "before": None, "after": after, "delta": None}
    before = _plain(shown(existing, asked.api_version))
    delta = list(_delta(before, after, ""))
    kind = "Modify" if delta else "NoChange"
    return change | {"changeType": kind, "before": before, "after": after, "delta": delta}


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
