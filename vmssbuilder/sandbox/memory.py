"""What the sandbox knows: groups, scale sets, running operations, what it received, and the faults asked for."""

from __future__ import annotations

import copy
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from . import images, sizes, world
from .limits import Limits

REQUESTS_KEPT: Final = 1000


@dataclass(slots=True)
class Received:
    """One request to Resource Manager, as it came in, for tests to look at."""

    method: str
    path: str
    api_version: str
    body: Any
    time: str
    headers: dict[str, str]
    status: int = 0


@dataclass(slots=True)
class Instance:
    """One instance. power: running, stopped or deallocated. latest: whether it has the newest model."""

    id: int
    power: str = "running"
    latest: bool = True


@dataclass(slots=True)
class ScaleSet:
    """A scale set. model: what was put in, secrets included; they never leave again. rolling: the id of the operation
    of its last rolling upgrade.
    """

    subscription: str
    resource_group: str
    name: str
    model: dict[str, Any]
    created: str
    unique_id: str
    etag: int = 1
    state: str = "Creating"
    rolling: str = ""
    _instances: list[Instance] = field(default_factory=list)
    _next_instance: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        return scale_set_key(self.subscription, self.resource_group, self.name)

    @property
    def resource_id(self) -> str:
        """Its id, as Azure spells it."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{self.name}"
        )

    @property
    def capacity(self) -> int:
        """How many instances its model asks for."""
        given = (self.model.get("sku") or {}).get("capacity")
        return given if isinstance(given, int) and not isinstance(given, bool) else 1

    @property
    def instances(self) -> list[Instance]:
        """As many as its model asks for: the newest go first, and numbers are never used again."""
        while len(self._instances) < self.capacity:
            self._instances.append(Instance(self._next_instance))
            self._next_instance += 1
        del self._instances[self.capacity :]
        return self._instances

    def take_away(self, ids: set[int]) -> None:
        """Deletes instances, and asks for fewer from now on."""
        self._instances = [each for each in self.instances if each.id not in ids]
        self.model = {
            **self.model,
            "sku": {**(self.model.get("sku") or {}), "capacity": len(self._instances)},
        }

    @property
    def behind(self) -> int:
        """How many instances do not have the newest model yet."""
        return sum(not each.latest for each in self.instances)

    @behind.setter
    def behind(self, number: int) -> None:
        for position, each in enumerate(self.instances):
            each.latest = position >= number


@dataclass(slots=True)
class SandboxOperation:
    """A long-running operation. outcome, error: how it ends once its time is up. effect: what its success does. since:
    when it began, as Azure writes it.
    """

    id: str
    key: tuple[str, str, str]
    kind: str
    started: float
    ends: float
    region: str
    outcome: str = "Succeeded"
    error: dict[str, Any] | None = None
    settled: bool = False
    effect: Callable[[], None] | None = None
    since: str = ""


@dataclass(slots=True)
class Deployment:
    """A deployment that was made. resource_id: of its scale set. properties: what was asked. operation: what became of
    it; state: when it ended by other means.
    """

    name: str
    resource_group: str
    resource_id: str
    properties: Mapping[str, Any]
    operation: SandboxOperation
    correlation: str
    began: str
    created: bool
    state: str = ""

    @property
    def status(self) -> str:
        return self.state or (self.operation.outcome if self.operation.settled else "Running")

    @property
    def error(self) -> dict[str, Any] | None:
        """Why it failed, as Resource Manager wraps what the resource's operation said."""
        if self.status != "Failed":
            return None
        inner = {
            "code": "ResourceDeploymentFailure",
            "target": self.resource_id,
            "message": "The resource write operation failed to complete successfully, because it reached terminal"
            " provisioning state 'Failed'.",
            "details": [self.operation.error],
        }
        message = (
            "At least one resource deployment operation failed. Please list deployment operations for details. Please see"
            " https://aka.ms/arm-deployment-operations for usage details."
        )
        return {"code": "DeploymentFailed", "message": message, "details": [inner]}


@dataclass(slots=True)
class Fault:
    """Something to go wrong with the next matching requests.

    kind: one of `faults.KINDS`. method, path: what they must match; the path by regular expression, anywhere in it.
    skip: so many of them pass unharmed first. times: how often then. What else it takes depends on the kind.
    """

    kind: str
    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    status: int = 500
    seconds: float = 0.0
    error: dict[str, Any] | None = None
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def matches(self, method: str, path: str) -> bool:
        wanted = not self.method or self.method.upper() == method
        return self.times > 0 and wanted and re.search(self.path, path, re.IGNORECASE) is not None


class Memory:
    """Everything of one sandbox; `lock` guards it."""

    def __init__(self, delay: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.delay = delay
        self.requests: deque[Received] = deque(maxlen=REQUESTS_KEPT)
        self.groups: dict[tuple[str, str], tuple[str, str]] = {}
        self.scale_sets: dict[tuple[str, str, str], ScaleSet] = {}
        self.operations: dict[str, SandboxOperation] = {}
        self.faults: list[Fault] = []
        self.revoked_before: dict[str, float] = {}
        self.limits = Limits(clock)
        self.reset()

    def reset(self) -> None:
        """Back to the beginning. Sign-ins stay valid."""
        with self.lock:
            self.requests.clear()
            self.scale_sets.clear()
            self.operations.clear()
            self.faults.clear()
            self.deployments: dict[tuple[str, str, str], Deployment] = {}
            self.whatifs: dict[str, tuple[float, dict[str, Any]]] = {}
            self.sizes, self.subnets, self.longest_page = sizes.NUMBER, 0, 1_000_000
            self.added: dict[str, dict[str, Any]] = {}
            self.added_sizes: dict[str, sizes.Size] = {}
            self.publishers = dict(images.PUBLISHERS)
            self.limits.enforced = False
            self.cores: int | None = None
            self.limits.forget()
            self._registered = {each.id: 0.0 for each in world.SUBSCRIPTIONS.values() if each.registered}
            self.groups = {
                (subscription, name.lower()): (name, region)
                for subscription, groups in world.RESOURCE_GROUPS.items()
                for name, region in groups.items()
            }

    def change_world(
        self,
        *,
        sizes: int | None = None,
        subnets: int | None = None,
        page: int | None = None,
        limits: bool | None = None,
        cores: int | None = None,
    ) -> None:
        """Sets how many sizes there are, how many more subnets, how long a page of a list is at most, whether limits
        are enforced, and how many cores a subscription may have in a region and in a family. Raises ValueError.
        """
        with self.lock:
            for name, value, lowest, highest in (
                ("sizes", sizes, 1, 20_000),
                ("subnets", subnets, 0, 20_000),
                ("page", page, 1, 1_000_000),
                ("cores", cores, 0, 1_000_000),
            ):
                if value is not None and not lowest <= value <= highest:
                    raise ValueError(f"{name} must be from {lowest} to {highest}")
            self.sizes = self.sizes if sizes is None else sizes
            self.subnets = self.subnets if subnets is None else subnets
            self.longest_page = self.longest_page if page is None else page
            self.limits.enforced = self.limits.enforced if limits is None else limits
            self.cores = self.cores if cores is None else cores

    def page_size(self, usual: int) -> int:
        """How many items a page of a list holds; tests make pages short."""
        return min(usual, self.longest_page)

    # --- sizes -----------------------------------------------------------------------------------------------------

    def all_sizes(self) -> Mapping[str, sizes.Size]:
        """Every VM size by name in lower case."""
        made = sizes.sizes(self.sizes)
        return made | self.added_sizes if self.added_sizes else made

    def size(self, name: Any) -> sizes.Size | None:
        """The VM size of that name in any case, None when there is none."""
        return self.all_sizes().get(name.lower()) if isinstance(name, str) else None

    # --- providers -------------------------------------------------------------------------------------------------

    def register(self, subscription: str, *, at_once: bool = False) -> None:
        """Begins to register Microsoft.Compute; it takes as long as an operation."""
        self._registered.setdefault(subscription, 0.0 if at_once else self.clock() + self.delay)

    def registered_subscriptions(self) -> list[str]:
        """Where Microsoft.Compute is registered, or is being registered."""
        return sorted(self._registered)

    def registration(self, subscription: str) -> str:
        """How far the registration of Microsoft.Compute is."""
        since = self._registered.get(subscription)
        if since is None:
            return "NotRegistered"
        return "Registered" if since <= self.clock() else "Registering"

    # --- operations ------------------------------------------------------------------------------------------------

    def start(
        self,
        scale_set: ScaleSet,
        kind: str,
        region: str,
        fault: Fault | None,
        effect: Callable[[], None] | None = None,
    ) -> SandboxOperation:
        """Begins an operation on the scale set; `settle` ends it when its time is up.

        kind: create, update, delete, action for what is done to instances, instance for what is done to one of them,
        which leaves the scale set free for other requests.
        """
        now = self.clock()
        operation = SandboxOperation(str(uuid.uuid4()), scale_set.key, kind, now, now + self.delay, region)
        operation.effect, operation.since = effect, timestamp()
        if fault is not None:
            operation.outcome = "Canceled" if fault.kind == "canceled-operation" else "Failed"
            operation.error = fault.error or {
                "code": "AllocationFailed",
                "message": "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.",
            }
            if fault.kind == "endless-operation":
                operation.ends = float("inf")
        if kind != "instance":
            scale_set.state = {"create": "Creating", "delete": "Deleting"}.get(kind, "Updating")
        mode = (scale_set.model.get("properties", {}).get("upgradePolicy") or {}).get("mode")
        if kind == "update" and mode == "Rolling":
            scale_set.rolling = operation.id
        self.operations[operation.id] = operation
        return operation

    def settle(self) -> None:
        """Ends the operations whose time is up."""
        now = self.clock()
        for operation in self.operations.values():
            if operation.settled or operation.ends > now:
                continue
            operation.settled = True
            scale_set = self.scale_sets.get(operation.key)
            if scale_set is None:
                continue
            if operation.kind == "delete" and operation.outcome == "Succeeded":
                del self.scale_sets[operation.key]
                continue
            if operation.effect is not None and operation.outcome == "Succeeded":
                operation.effect()
            if operation.kind == "instance":
                continue
            scale_set.state = operation.outcome
            # Instances came and went: Azure's mark moves on with them.
            scale_set.etag += 1

    def busy(self, key: tuple[str, str, str]) -> SandboxOperation | None:
        """The operation at work on the scale set."""
        under_way = (each for each in self.operations.values() if each.key == key and not each.settled)
        return next((each for each in under_way if each.kind != "instance"), None)

    # --- what tests look at ----------------------------------------------------------------------------------------

    def take_faults(self, kinds: frozenset[str], method: str, path: str) -> Iterator[Fault]:
        """The faults of these kinds asked for such a request, each once; those taken count as used."""
        for fault in tuple(self.faults):
            with self.lock:
                if fault.kind not in kinds or not fault.matches(method, path):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
            yield fault

    def take_fault(self, kinds: frozenset[str], method: str, path: str) -> Fault | None:
        """The first of them."""
        return next(self.take_faults(kinds, method, path), None)

    def received(self) -> list[dict[str, Any]]:
        """The requests to Resource Manager so far, oldest first."""
        with self.lock:
            return [
                {
                    "method": each.method,
                    "path": each.path,
                    "apiVersion": each.api_version,
                    "body": copy.deepcopy(each.body),
                    "time": each.time,
                    "headers": dict(each.headers),
                    "status": each.status,
                }
                for each in self.requests
            ]


def scale_set_key(subscription: str, resource_group: str, name: str) -> tuple[str, str, str]:
    """Azure compares names without regard to case."""
    return subscription.lower(), resource_group.lower(), name.lower()


def timestamp() -> str:
    """Now, as Azure writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
