"""Scale sets of the sandbox, with long-running operations."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from vmssbuilder.scaleset import versions

from . import faults, governance, validation, world
from .access import authorised, known_group, known_subscription, no_such_method, object_of, region_of
from .memory import Fault, Memory, Operation, ScaleSet, scale_set_key, timestamp
from .messages import Answer, Refusal, Request, json_answer
from .routes import GROUP, SUBSCRIPTION, Route, listed
from .shapes import etag_header, merged, shown, without_nulls, without_read_only

_TYPE: Final = "/providers/microsoft.compute/virtualmachinescalesets"
NAME_LIMIT: Final = 64


class ScaleSets:
    """Reading and writing scale sets, and looking at their operations."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            (rf"/subscriptions/([^/]+){_TYPE}", {"GET": self._list_scale_sets}),
            (rf"{GROUP}{_TYPE}", {"GET": self._list_scale_sets}),
            (
                rf"{GROUP}{_TYPE}/([^/]+)",
                {
                    "GET": self._get_scale_set,
                    "PUT": self._put_scale_set,
                    "PATCH": self._patch_scale_set,
                    "DELETE": self._delete_scale_set,
                },
            ),
            (rf"{GROUP}{_TYPE}/([^/]+)/skus", {"GET": self._skus}),
            (rf"{GROUP}{_TYPE}/([^/]+)/virtualmachines", {"GET": self._instances}),
            (rf"{GROUP}{_TYPE}/([^/]+)/instanceview", {"GET": self._instance_view}),
            (rf"{GROUP}{_TYPE}/([^/]+)/manualupgrade", {"POST": self._upgrade}),
            (
                rf"{SUBSCRIPTION}/providers/microsoft\.compute/locations/([^/]+)/virtualmachinescalesets",
                {"GET": self._list_in_region},
            ),
            (
                rf"{SUBSCRIPTION}/providers/microsoft\.compute/locations/([^/]+)/operations/([^/]+)",
                {"GET": self._operation},
            ),
        )

    # --- scale sets ------------------------------------------------------------------------------------------------

    def _list_scale_sets(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        _served(request.api_version)
        subscription = known_subscription(found[0])
        group = known_group(self._memory, found[0], found[1])[1] if len(found) > 1 else None
        found_sets = [
            shown(each, request.api_version)
            for key, each in sorted(self._memory.scale_sets.items())
            if key[0] == subscription and group in {None, key[1]}
        ]
        return listed(request, found_sets, self._memory.page_size(100))

    def _list_in_region(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        _served(request.api_version)
        subscription, region = known_subscription(found[0]), world.region(found[1])
        there = [
            shown(each, request.api_version)
            for key, each in sorted(self._memory.scale_sets.items())
            if key[0] == subscription and world.region(str(each.model["location"])) == region
        ]
        return listed(request, there, self._memory.page_size(100))

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
            etag_header(scale_set, request.api_version),
        )

    def _put_scale_set(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        key = self._writable(account, found, "write")
        _served(request.api_version)
        body, text = object_of(request)
        region = region_of(body, "virtualMachineScaleSets")
        existing = self._memory.scale_sets.get(key)
        self._precondition(request, existing)
        governance.registered(self._memory, key[0])
        self._not_busy(key)
        if existing is not None and world.region(existing.model["location"]) != world.region(region):
            message = (
                f"The resource '{existing.name}' already exists in location '{existing.model['location']}' in resource"
                f" group '{existing.resource_group}'. A resource with the same name cannot be created in location"
                f" '{region}'. Please select a new resource name."
            )
            raise Refusal(409, "InvalidResourceLocation", message)
        wanted: dict[str, Any] = without_nulls(without_read_only(body)) | {"location": region}
        validation.structure(wanted, text, request.api_version, partial=existing is not None)
        if existing is None:
            if not re.fullmatch(
                rf"[A-Za-z0-9](?:[\w.-]{{0,{NAME_LIMIT - 2}}}[A-Za-z0-9_])?", found[2], re.ASCII
            ):
                message = f"The entity name '{found[2]}' is invalid according to its validation rule."
                raise Refusal(400, "InvalidParameter", message, "name")
            validation.semantics(wanted, request.api_version, creating=True)
            governance.policies(key[0], key[1], found[2], wanted)
            self._fits(key[0], found[2], wanted, None)
            group_name = self._memory.groups[(key[0], key[1])][0]
            existing = ScaleSet(key[0], group_name, found[2], wanted, timestamp(), str(uuid.uuid4()))
            self._memory.scale_sets[key] = existing
            return self._accepted(request, existing, "create", 201)
        return self._changed(request, existing, merged(existing.model, wanted))

    def _patch_scale_set(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        key = self._writable(account, found, "write")
        _served(request.api_version)
        if not versions.within(request.api_version, versions.PATCH_SINCE):
            raise no_such_method("PATCH")
        body, text = object_of(request)
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
        validation.structure(without_nulls(wanted), text, request.api_version, partial=True)
        return self._changed(request, existing, merged(existing.model, wanted))

    def _changed(self, request: Request, existing: ScaleSet, model: dict[str, Any]) -> Answer:
        validation.semantics(model, request.api_version, creating=False)
        validation.changes(existing.model, model)
        governance.policies(existing.subscription, existing.resource_group, existing.name, model)
        self._fits(existing.subscription, existing.name, model, existing.model)
        self._leave_behind(existing, model)
        existing.model = model
        existing.etag += 1
        return self._accepted(request, existing, "update", 200)

    def _fits(
        self, subscription: str, name: str, model: Mapping[str, Any], held: Mapping[str, Any] | None
    ) -> None:
        """Refuses what does not fit the rest of the world; only where that is asked for, see `change_world`."""
        if self._memory.strict:
            governance.on_offer(self._memory, subscription, model)
            governance.within_quota(self._memory, subscription, model, held)
            governance.references(self._memory, model, name)

    @staticmethod
    def _leave_behind(existing: ScaleSet, model: Mapping[str, Any]) -> None:
        """Which instances go on as they are: by a manual upgrade policy all that there were, by others none."""
        old, new = existing.model.get("properties", {}), model.get("properties", {})
        sizes_before, sizes_after = ((each.get("sku") or {}).get("name") for each in (existing.model, model))
        same_model = old.get("virtualMachineProfile") == new.get("virtualMachineProfile")
        if same_model and sizes_before == sizes_after:
            return
        manual = (new.get("upgradePolicy") or {}).get("mode", "Manual") == "Manual"
        existing.behind = _capacity(existing.model) if manual else 0

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
        place = f"{request.arm_url}/subscriptions/{scale_set.subscription}/providers/Microsoft.Compute/locations/{operation.region}"
        query = f"p={uuid.uuid4()}&api-version={quote(request.api_version)}"
        headers = {
            "Azure-AsyncOperation": f"{place}/operations/{operation.id}?{query}",
            "Azure-AsyncNotification": "Enabled",
            "Retry-After": self._retry_after(),
            **etag_header(scale_set, request.api_version),
        }
        if kind == "delete":
            headers["Location"] = f"{place}/operations/{operation.id}?{query}&monitor=true"
        return json_answer(status, shown(scale_set, request.api_version), headers)

    def _retry_after(self) -> str:
        # Whole seconds, as Azure sends them; four looks or so at an operation.
        return str(math.floor(self._memory.delay / 4) if self._memory.delay < 120 else 30)

    def _existing(self, found: tuple[str, ...]) -> ScaleSet:
        known_group(self._memory, found[0], found[1])
        scale_set = self._memory.scale_sets.get(scale_set_key(*found[:3]))
        if scale_set is None:
            message = (
                f"The Resource 'Microsoft.Compute/virtualMachineScaleSets/{found[2]}' under resource group"
                f" '{found[1]}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
            )
            raise Refusal(404, "ResourceNotFound", message)
        return scale_set

    def _writable(self, account: world.Account, found: tuple[str, ...], right: str) -> tuple[str, str, str]:
        subscription = known_subscription(found[0])
        scope = f"/subscriptions/{subscription}/resourceGroups/{found[1]}/providers/Microsoft.Compute/virtualMachineScaleSets/{found[2]}"
        authorised(account, f"Microsoft.Compute/virtualMachineScaleSets/{right}", scope)
        known_group(self._memory, found[0], found[1])
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

    # --- instances -------------------------------------------------------------------------------------------------

    def _instances(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        _served(request.api_version)
        scale_set = self._existing(found)
        whole = shown(scale_set, request.api_version)
        shown_ones = [
            {
                "id": f"{whole['id']}/virtualMachines/{number}",
                "name": f"{scale_set.name}_{number}",
                "instanceId": str(number),
                "location": scale_set.model["location"],
                "sku": {**scale_set.model.get("sku", {})},
                "properties": {
                    "latestModelApplied": number >= scale_set.behind,
                    "provisioningState": "Succeeded",
                    "vmId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{whole['id']}/{number}")),
                },
            }
            for number in range(_capacity(scale_set.model))
        ]
        return listed(request, shown_ones, self._memory.page_size(100))

    def _instance_view(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        _served(request.api_version)
        scale_set = self._existing(found)
        number = _capacity(scale_set.model)
        done = {
            "code": "ProvisioningState/succeeded",
            "level": "Info",
            "displayStatus": "Provisioning succeeded",
        }
        summary = {"statusesSummary": [{"code": "ProvisioningState/succeeded", "count": number}]}
        return json_answer(200, {"virtualMachine": summary, "statuses": [{**done, "time": timestamp()}]})

    def _upgrade(self, request: Request, account: world.Account, found: tuple[str, ...]) -> Answer:
        key = self._writable(account, found, "manualupgrade/action")
        _served(request.api_version)
        scale_set = self._existing(found)
        asked = object_of(request)[0].get("instanceIds")
        if not isinstance(asked, list) or not asked:
            raise Refusal(
                400, "InvalidParameter", "Required parameter 'instanceIds' is missing (null).", "instanceIds"
            )
        self._not_busy(key)
        numbers = {str(number) for number in range(_capacity(scale_set.model))}
        unknown = {str(each) for each in asked} - numbers - {"*"}
        if unknown:
            message = f"The instance(s) {', '.join(sorted(unknown))[:80]} are not in the scale set."
            raise Refusal(400, "InvalidParameter", message, "instanceIds")
        scale_set.behind = 0 if "*" in asked else max(0, scale_set.behind - len(asked))
        answer = self._accepted(request, scale_set, "update", 202)
        answer.body = b""
        return answer

    def _skus(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        _served(request.api_version)
        scale_set = self._existing(found)
        region = world.region(str(scale_set.model["location"]))
        assert region is not None
        now = self._memory.size(scale_set.model.get("sku", {}).get("name"))
        can = [
            {
                "resourceType": "Microsoft.Compute/virtualMachineScaleSets",
                "sku": {"name": size.name, "tier": "Standard"},
                "capacity": {"minimum": 0, "maximum": 1000, "defaultCapacity": 1, "scaleType": "Automatic"},
            }
            for size in self._memory.all_sizes().values()
            # Sizes that the running one can be exchanged for.
            if size.offered(region)
            and (now is None or ("local" in size.series.can) == ("local" in now.series.can))
        ]
        return listed(request, can, self._memory.page_size(1000))

    # --- operations ------------------------------------------------------------------------------------------------

    def _operation(self, request: Request, _account: world.Account, found: tuple[str, ...]) -> Answer:
        operation = self._memory.operations.get(found[2].lower())
        if operation is None or known_subscription(found[0]) != operation.key[0]:
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
                202, b"", {**retry, "Location": f"{request.arm_url}{request.path}?{request.query_string}"}
            )
        scale_set = self._memory.scale_sets.get(operation.key)
        if scale_set is None:
            return Answer(204)
        return json_answer(200, shown(scale_set, request.api_version))


def _served(api_version: str) -> None:
    if api_version not in versions.API_VERSIONS:
        message = (
            f"No registered resource provider found for API version '{api_version[:40]}' for type"
            f" 'virtualMachineScaleSets'. The supported api-versions are '{', '.join(versions.API_VERSIONS)}'."
        )
        raise Refusal(400, "NoRegisteredProviderFound", message)


def _capacity(model: Mapping[str, Any]) -> int:
    capacity = (model.get("sku") or {}).get("capacity")
    return capacity if isinstance(capacity, int) and not isinstance(capacity, bool) else 1
