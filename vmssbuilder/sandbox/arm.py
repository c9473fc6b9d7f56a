"""The sandbox's Azure Resource Manager: subscriptions, groups, regions, and scale sets with long-running operations."""

from __future__ import annotations

import copy
import json
import math
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import jwt

from vmssbuilder.scaleset import versions

from . import entra, faults, tokens, validation, world
from .memory import Fault, Memory, Operation, Received, ScaleSet, scale_set_key, timestamp
from .messages import Answer, Refusal, Request, json_answer

AUDIENCES: Final = (world.CLOUD.arm_url, f"{world.CLOUD.arm_url}/")
_GUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_GROUP: Final = r"/subscriptions/([^/]+)/resourcegroups/([^/]+)"
_TYPE: Final = "/providers/microsoft.compute/virtualmachinescalesets"
NAME_LIMIT: Final = 64

Handler = Callable[[Request, world.Account, tuple[str, ...]], Answer]


class Arm:
    """Resource Manager for the world of this sandbox."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._routes: tuple[tuple[str, Mapping[str, Handler]], ...] = (
            (r"/subscriptions", {"GET": self._subscriptions}),
            (r"/subscriptions/([^/]+)", {"GET": self._subscription}),
            (r"/subscriptions/([^/]+)/locations", {"GET": self._locations}),
            (r"/subscriptions/([^/]+)/resourcegroups", {"GET": self._groups}),
            (_GROUP, {"GET": self._group, "PUT": self._put_group}),
            (rf"/subscriptions/([^/]+){_TYPE}", {"GET": self._list_scale_sets}),
            (rf"{_GROUP}{_TYPE}", {"GET": self._list_scale_sets}),
            (
                rf"{_GROUP}{_TYPE}/([^/]+)",
                {
                    "GET": self._get_scale_set,
                    "PUT": self._put_scale_set,
                    "PATCH": self._patch_scale_set,
                    "DELETE": self._delete_scale_set,
                },
            ),
            (
                r"/subscriptions/([^/]+)/providers/microsoft.compute/locations/([^/]+)/operations/([^/]+)",
                {"GET": self._operation},
            ),
        )

    def answer(self, request: Request) -> Answer:
        """The answer to any request; what is refused is refused in Azure's shape."""
        received = self._remember(request)
        try:
            answer = self._routed(request)
        except Refusal as refusal:
            answer = refusal.answer()
        except RecursionError:
            answer = Refusal(
                400, "InvalidRequestContent", "The request content is nested too deeply."
            ).answer()
        answer.headers.setdefault("x-ms-ratelimit-remaining-subscription-reads", "249")
        answer.headers.setdefault("x-ms-ratelimit-remaining-subscription-writes", "199")
        answer.headers.setdefault("Cache-Control", "no-cache")
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        received.status = answer.status
        return answer

    def _remember(self, request: Request) -> Received:
        body: Any = None
        if request.body:
            try:
                body = json.loads(request.body)
            except (ValueError, RecursionError):
                body = request.body.decode("utf-8", errors="replace")
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        received = Received(request.method, request.path, request.api_version, body, timestamp(), headers)
        with self._memory.lock:
            self._memory.requests.append(received)
        return received

    def _routed(self, request: Request) -> Answer:
        for pattern, methods in self._routes:
            match = re.fullmatch(pattern, request.path.rstrip("/"), re.IGNORECASE)
            if match is None:
                continue
            account = authenticated(request)
            if not request.api_version:
                message = "The api-version query parameter (?api-version=) is required for all requests."
                raise Refusal(400, "MissingApiVersionParameter", message)
            handler = methods.get(request.method)
            if handler is None:
                raise _no_such_method(request.method)
            with self._memory.lock:
                self._memory.settle()
                return handler(request, account, match.groups())
        raise Refusal(
            404,
            "NotFound",
            f"No HTTP resource was found that matches the request path '{request.path[:300]}'.",
        )

    # --- subscriptions, groups, regions ----------------------------------------------------------------------------

    def _subscriptions(self, _request: Request, _account: world.Account, _found: tuple[str, ...]) -> Answer:
        return json_answer(200, {"value": [_subscription(each) for each in world.SUBSCRIPTIONS]})

    def _subscription(self, _request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        return json_answer(200, _subscription(_known_subscription(found[0])))

    def _locations(self, _request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        subscription = _known_subscription(found[0])
        locations = [
            {
                "id": f"/subscriptions/{subscription}/locations/{each.name}",
                "name": each.name,
                "type": "Region",
                "displayName": each.title,
                "regionalDisplayName": each.title,
                "metadata": {
                    "regionType": "Physical",
                    "regionCategory": "Recommended" if each.zones else "Other",
                },
            }
            for each in world.REGIONS.values()
        ]
        return json_answer(200, {"value": locations})

    def _groups(self, _request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        subscription = _known_subscription(found[0])
        keys = sorted(key for key in self._memory.groups if key[0] == subscription)
        return json_answer(200, {"value": [self._shown_group(*key) for key in keys]})

    def _group(self, _request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        return json_answer(200, self._shown_group(*self._known_group(found)))

    def _put_group(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        subscription, name = _known_subscription(found[0]), found[1]
        scope = f"/subscriptions/{subscription}/resourceGroups/{name}"
        _authorised(account, "Microsoft.Resources/subscriptions/resourcegroups/write", scope)
        region = _region(_object(request)[0], "resourceGroups")
        key = (subscription, name.lower())
        existed = self._memory.groups.get(key)
        if existed is not None and existed[1] != region:
            message = f"Invalid resource group location '{region}'. The Resource group already exists in location '{existed[1]}'."
            raise Refusal(409, "InvalidResourceGroupLocation", message)
        self._memory.groups[key] = (name, region)
        return json_answer(200 if existed else 201, self._shown_group(*key))

    def _known_group(self, found: tuple[str, ...]) -> tuple[str, str]:
        key = (_known_subscription(found[0]), found[1].lower())
        if key not in self._memory.groups:
            raise Refusal(404, "ResourceGroupNotFound", f"Resource group '{found[1]}' could not be found.")
        return key

    def _shown_group(self, subscription: str, lowered: str) -> dict[str, Any]:
        name, region = self._memory.groups[(subscription, lowered)]
        return {
            "id": f"/subscriptions/{subscription}/resourceGroups/{name}",
            "name": name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": region,
            "properties": {"provisioningState": "Succeeded"},
        }

    # --- scale sets ------------------------------------------------------------------------------------------------

    def _list_scale_sets(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        _served(request.api_version)
        subscription = _known_subscription(found[0])
        group = self._known_group(found)[1] if len(found) > 1 else None
        listed = [
            shown(each, request.api_version)
            for key, each in sorted(self._memory.scale_sets.items())
            if key[0] == subscription and group in {None, key[1]}
        ]
        return json_answer(200, {"value": listed})

    def _get_scale_set(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        _served(request.api_version)
        scale_set = self._existing(found)
        return json_answer(
            200,
            shown(
                scale_set,
                request.api_version,
                user_data=request.query.get("$expand", "").lower() == "userdata",
            ),
            _etag_header(scale_set, request.api_version),
        )

    def _put_scale_set(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        key = self._writable(account, found, "write")
        _served(request.api_version)
        body, text = _object(request)
        region = _region(body, "virtualMachineScaleSets")
        existing = self._memory.scale_sets.get(key)
        self._precondition(request, existing)
        self._not_busy(key)
        if existing is not None and world.region(existing.model["location"]) != world.region(region):
            message = (
                f"The resource '{existing.name}' already exists in location '{existing.model['location']}' in resource"
                f" group '{existing.resource_group}'. A resource with the same name cannot be created in location"
                f" '{region}'. Please select a new resource name."
            )
            raise Refusal(409, "InvalidResourceLocation", message)
        wanted: dict[str, Any] = _without_nulls(without_read_only(body)) | {"location": region}
        validation.structure(wanted, text, request.api_version, partial=existing is not None)
        if existing is None:
            if not re.fullmatch(
                rf"[A-Za-z0-9](?:[\w.-]{{0,{NAME_LIMIT - 2}}}[A-Za-z0-9_])?", found[2], re.ASCII
            ):
                message = f"The entity name '{found[2]}' is invalid according to its validation rule."
                raise Refusal(400, "InvalidParameter", message, "name")
            validation.semantics(wanted, request.api_version, creating=True)
            group_name = self._memory.groups[(key[0], key[1])][0]
            existing = ScaleSet(key[0], group_name, found[2], wanted, timestamp(), str(uuid.uuid4()))
            self._memory.scale_sets[key] = existing
            return self._accepted(request, existing, "create", 201)
        return self._changed(request, existing, _merged(existing.model, wanted))

    def _patch_scale_set(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        key = self._writable(account, found, "write")
        _served(request.api_version)
        if not versions.within(request.api_version, versions.PATCH_SINCE):
            raise _no_such_method("PATCH")
        body, text = _object(request)
        existing = self._existing(found)
        self._precondition(request, existing)
        self._not_busy(key)
        wanted = without_read_only(body)
        location = wanted.pop("location", None)
        if location is not None and world.region(str(location)) != world.region(existing.model["location"]):
            raise Refusal(
                409,
                "PropertyChangeNotAllowed",
                "Changing property 'location' is not allowed.",
                "vmss.location",
            )
        validation.structure(_without_nulls(wanted), text, request.api_version, partial=True)
        return self._changed(request, existing, _merged(existing.model, wanted))

    def _changed(self, request: Request, existing: ScaleSet, model: dict[str, Any]) -> Answer:
        validation.semantics(model, request.api_version, creating=False)
        validation.changes(existing.model, model)
        existing.model = model
        existing.etag += 1
        return self._accepted(request, existing, "update", 200)

    def _delete_scale_set(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        key = self._writable(account, found, "delete")
        _served(request.api_version)
        existing = self._memory.scale_sets.get(key)
        if existing is None:
            return Answer(204)
        running = self._memory.busy(key)
        if running is not None and running.kind != "delete":
            # A delete takes the place of whatever was at work.
            running.settled, running.outcome = True, "Canceled"
        answer = self._accepted(request, existing, "delete", 202)
        answer.body = b""
        return answer

    def _accepted(self, request: Request, scale_set: ScaleSet, kind: str, status: int) -> Answer:
        fault: Fault | None = self._memory.take_fault(faults.DURING, request.method, request.path)
        operation = self._memory.start(scale_set, kind, scale_set.model["location"], fault)
        place = f"{world.CLOUD.arm_url}/subscriptions/{scale_set.subscription}/providers/Microsoft.Compute/locations/{operation.region}"
        query = f"p={uuid.uuid4()}&api-version={quote(request.api_version)}"
        headers = {
            "Azure-AsyncOperation": f"{place}/operations/{operation.id}?{query}",
            "Azure-AsyncNotification": "Enabled",
            "Retry-After": self._retry_after(),
            **_etag_header(scale_set, request.api_version),
        }
        if kind == "delete":
            headers["Location"] = f"{place}/operations/{operation.id}?{query}&monitor=true"
        return json_answer(status, shown(scale_set, request.api_version), headers)

    def _retry_after(self) -> str:
        # Whole seconds, as Azure sends them; four looks or so at an operation.
        return str(math.floor(self._memory.delay / 4) if self._memory.delay < 120 else 30)

    def _existing(self, found: tuple[str, ...]) -> ScaleSet:
        self._known_group(found)
        scale_set = self._memory.scale_sets.get(scale_set_key(*found[:3]))
        if scale_set is None:
            message = (
                f"The Resource 'Microsoft.Compute/virtualMachineScaleSets/{found[2]}' under resource group"
                f" '{found[1]}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
            )
            raise Refusal(404, "ResourceNotFound", message)
        return scale_set

    def _writable(self, account: world.Account, found: tuple[str, ...], right: str) -> tuple[str, str, str]:
        subscription = _known_subscription(found[0])
        scope = f"/subscriptions/{subscription}/resourceGroups/{found[1]}/providers/Microsoft.Compute/virtualMachineScaleSets/{found[2]}"
        _authorised(account, f"Microsoft.Compute/virtualMachineScaleSets/{right}", scope)
        self._known_group(found)
        return scale_set_key(subscription, found[1], found[2])

    def _not_busy(self, key: tuple[str, str, str]) -> None:
        if self._memory.busy(key) is not None:
            message = (
                f"The request failed due to conflict with a concurrent request on the scale set '{key[2]}'."
            )
            raise Refusal(409, "AnotherOperationInProgress", message)

    @staticmethod
    def _precondition(request: Request, existing: ScaleSet | None) -> None:
        if not versions.within(request.api_version, versions.ETAG_SINCE):
            return
        none_match, match = request.headers.get("if-none-match"), request.headers.get("if-match")
        if none_match is not None and none_match != "*":
            message = (
                f"The value '{none_match[:40]}' of the header If-None-Match is not supported; only '*' is."
            )
            raise Refusal(400, "InvalidHeaderValue", message)
        if none_match == "*" and existing is not None:
            raise Refusal(
                412, "PreconditionFailed", "Resource already exists, and the if-none-match header is '*'."
            )
        if match is None:
            return
        current = None if existing is None else str(existing.etag)
        if current is None or match not in {"*", f'"{current}"'}:
            message = f'Etag provided in if-match header {match[:40]} does not match etag "{current or ""}" of resource.'
            raise Refusal(412, "PreconditionFailed", message)

    # --- operations ------------------------------------------------------------------------------------------------

    def _operation(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        operation = self._memory.operations.get(found[2].lower())
        if operation is None or _known_subscription(found[0]) != operation.key[0]:
            raise Refusal(404, "NotFound", f"The operation '{found[2]}' was not found.")
        retry = {} if operation.settled else {"Retry-After": self._retry_after()}
        if "monitor" in request.query:
            return self._monitored(request, operation, retry)
        value: dict[str, Any] = {
            "name": operation.id,
            "startTime": timestamp(),
            "status": operation.outcome if operation.settled else "InProgress",
        }
        if operation.settled:
            value["endTime"] = timestamp()
            if operation.outcome != "Succeeded":
                value["error"] = operation.error
        return json_answer(200, value, retry)

    def _monitored(self, request: Request, operation: Operation, retry: Mapping[str, str]) -> Answer:
        if not operation.settled:
            return Answer(
                202, b"", {**retry, "Location": f"{world.CLOUD.arm_url}{request.path}?{request.query_string}"}
            )
        scale_set = self._memory.scale_sets.get(operation.key)
        if scale_set is None:
            return Answer(204)
        return json_answer(200, shown(scale_set, request.api_version))


# --- who may ---------------------------------------------------------------------------------------------------------


def authenticated(request: Request) -> world.Account:
    """The person of the bearer token. Refuses with 401 as Azure does."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorised(
            "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
        )
    try:
        claims = tokens.verified(token.strip(), audience=AUDIENCES, issuer=entra.ISSUER)
    except jwt.ExpiredSignatureError:
        raise _unauthorised(
            "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."
        ) from None
    except jwt.InvalidAudienceError:
        message = f"The access token has been obtained for wrong audience or resource. It should exactly match '{AUDIENCES[1]}'."
        raise _unauthorised("InvalidAuthenticationTokenAudience", message) from None
    except jwt.InvalidIssuerError:
        message = "The access token is from the wrong issuer. It must match the tenant associated with this subscription."
        raise _unauthorised("InvalidAuthenticationTokenTenant", message) from None
    except jwt.InvalidTokenError:
        raise _unauthorised("InvalidAuthenticationToken", "The access token is invalid.") from None
    account = next((each for each in world.ACCOUNTS.values() if each.oid == claims["oid"]), None)
    if account is None:
        raise _unauthorised("InvalidAuthenticationToken", "The access token names an unknown person.")
    return account


def _unauthorised(code: str, message: str) -> Refusal:
    place = f"{world.CLOUD.authority_url}/{world.TENANT}"
    challenge = f'Bearer authorization_uri="{place}", error="invalid_token", error_description="{message}"'
    return Refusal(401, code, message, headers={"WWW-Authenticate": challenge})


def _authorised(account: world.Account, action: str, scope: str) -> None:
    if account.azure_role == "Contributor":
        return
    message = (
        f"The client '{account.username}' with object id '{account.oid}' does not have authorization to perform action"
        f" '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your"
        " credentials."
    )
    raise Refusal(403, "AuthorizationFailed", message)


# --- what came -------------------------------------------------------------------------------------------------------


def _no_such_method(method: str) -> Refusal:
    return Refusal(
        405, "HttpMethodNotSupported", f"The requested resource does not support http method '{method}'."
    )


def _known_subscription(written: str) -> str:
    if not re.fullmatch(_GUID, written):
        message = f"The provided subscription identifier '{written[:80]}' is malformed or invalid."
        raise Refusal(400, "InvalidSubscriptionId", message)
    if written.lower() not in world.SUBSCRIPTIONS:
        raise Refusal(404, "SubscriptionNotFound", f"The subscription '{written}' could not be found.")
    return written.lower()


def _subscription(subscription: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{subscription}",
        "subscriptionId": subscription,
        "tenantId": world.TENANT,
        "displayName": world.SUBSCRIPTIONS[subscription],
        "state": "Enabled",
    }


def _served(api_version: str) -> None:
    if api_version not in versions.API_VERSIONS:
        message = (
            f"No registered resource provider found for API version '{api_version[:40]}' for type"
            f" 'virtualMachineScaleSets'. The supported api-versions are '{', '.join(versions.API_VERSIONS)}'."
        )
        raise Refusal(400, "NoRegisteredProviderFound", message)


def _object(request: Request) -> tuple[dict[str, Any], str]:
    text = request.body.decode("utf-8", errors="replace")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refusal(
            415,
            "UnsupportedMediaType",
            "The content media type is not supported. Only 'application/json' is supported.",
        )
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"The request content was invalid and could not be deserialized: '{error}'."
        raise Refusal(400, "InvalidRequestContent", message) from None
    if not isinstance(value, dict):
        message = (
            "The request content was invalid and could not be deserialized: 'a JSON object is expected'."
        )
        raise Refusal(400, "InvalidRequestContent", message)
    return value, text


def _region(body: Mapping[str, Any], resource_type: str) -> str:
    location = body.get("location")
    if not isinstance(location, str) or not location.strip():
        raise Refusal(400, "LocationRequired", "The location property is required for this definition.")
    region = world.region(location)
    if region is None:
        names = ",".join(world.REGIONS)
        message = (
            f"The provided location '{location[:80]}' is not available for resource type"
            f" 'Microsoft.Compute/{resource_type}'. List of available regions for the resource type is '{names}'."
        )
        raise Refusal(400, "LocationNotAvailableForResourceType", message)
    return region.name


# --- what goes out ---------------------------------------------------------------------------------------------------

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


def _etag_header(scale_set: ScaleSet, api_version: str) -> dict[str, str]:
    return {"ETag": f'"{scale_set.etag}"'} if versions.within(api_version, versions.ETAG_SINCE) else {}


def _merged(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """JSON merge patch (RFC 7396), except that tags are replaced as a whole.

    Compute treats a PUT over an existing scale set alike: what it does not name stays.
    """
    merged = dict(copy.deepcopy(old))
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        elif (
            isinstance(value, dict)
            and isinstance(merged.get(name), dict)
            and name not in {"tags", "settings", "protectedSettings"}
        ):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = _without_nulls(value)
    return merged


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return copy.deepcopy(value)
