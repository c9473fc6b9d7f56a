"""A long-running operation as a value: made from the first answer, stepped by one request at a time, kept as JSON.

Nothing sleeps here except `wait`, so that a worker can put the operation into its database between any two steps,
die, and have another worker go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from .errors import AzureError, BadAnswer, NotFound, OperationFailed, failure

if TYPE_CHECKING:
    from .client import Answer, ArmClient, ScaleSet
    from .clouds import Cloud

Status = Literal["running", "succeeded", "failed", "canceled"]
RUNNING: Final = "running"
SUCCEEDED: Final = "succeeded"

TERMINAL: Final = frozenset({"succeeded", "failed", "canceled"})
"""Azure's final states, in lower case; anything else, also words of tomorrow, means that it is still going on."""

Strategy = Literal["azure-async-operation", "location", "provisioning-state", "final-get", "none"]
"""How the next step asks, in order of preference. final-get: it is over, only the resource remains to be read."""

DEFAULT_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 600.0
LONGEST_URL: Final = 16_384


@dataclass(frozen=True, slots=True)
class Operation:
    """Where a long-running operation stands.

    method: PUT, PATCH or DELETE. resource_url: of the scale set. poll_url: what the next step asks. strategy: how it
    reads the answer. status: running, succeeded, failed or canceled. azure_status: Azure's own word. retry_after:
    seconds to wait before the next step. percent: how far it is, where Azure says so. error: Azure's error object when
    it failed. resource: the scale set after a success, as Azure returns it. polls: steps done. note: what was odd.
    """

    method: str
    resource_url: str
    poll_url: str
    strategy: Strategy
    status: Status = RUNNING
    azure_status: str = ""
    retry_after: float = 0.0
    percent: float | None = None
    error: dict[str, Any] | None = None
    resource: dict[str, Any] | None = None
    request_id: str = ""
    correlation_id: str = ""
    client_request_id: str = ""
    polls: int = 0
    note: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing is left to ask."""
        return self.status != RUNNING

    @property
    def failure(self) -> OperationFailed | None:
        """The error of an operation that failed or was cancelled, None otherwise."""
        if self.status not in {"failed", "canceled"}:
            return None
        return failure(
            self.error,
            outcome=self.azure_status or self.status,
            request_id=self.request_id,
            correlation_id=self.correlation_id,
            client_request_id=self.client_request_id,
        )

    def to_json(self) -> dict[str, Any]:
        """The operation as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Operation:
        """The operation that `to_json` gave; members of other versions of the product are ignored."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: inner for name, inner in value.items() if name in known})


# --- the beginning ---------------------------------------------------------------------------------------------------


def begun(method: str, resource_url: str, answer: Answer, cloud: Cloud) -> Operation:
    """The operation that an accepted PUT, PATCH or DELETE started; already ended when there is nothing to wait for."""
    operation = Operation(
        method,
        resource_url,
        resource_url,
        "none",
        retry_after=_pause(answer.retry_after),
        request_id=answer.request_id,
        correlation_id=answer.correlation_id,
        client_request_id=answer.client_request_id,
    )
    for header, strategy in _HEADERS:
        url = answer.headers.get(header)
        if url is None:
            continue
        if len(url) <= LONGEST_URL and cloud.is_arm(url):
            return replace(
                operation, poll_url=url, strategy=strategy, azure_status=_state(_body(answer)) or "Accepted"
            )
        operation = replace(
            operation, note=f"The {header} header names an address that is not Azure's; it was not used."
        )
    return _begun_without_address(operation, answer)


_HEADERS: Final[tuple[tuple[str, Strategy], ...]] = (
    ("Azure-AsyncOperation", "azure-async-operation"),
    ("Location", "location"),
)


def _begun_without_address(operation: Operation, answer: Answer) -> Operation:
    """Without an address to ask, the resource itself tells."""
    if answer.status == 204:
        return _over(operation, SUCCEEDED, "")
    state = _state(_body(answer))
    if state is None and answer.status == 200:
        state = "Succeeded"
    if state is not None and state.lower() in TERMINAL:
        return _over(operation, state.lower(), state)
    return replace(operation, strategy="provisioning-state", azure_status=state or "Accepted")


def following(found: ScaleSet, method: str, resource_url: str) -> Operation:
    """The operation that is at work on a scale set whose own address to ask was lost: the resource itself tells."""
    operation = Operation(method, resource_url, resource_url, "provisioning-state")
    return _from_resource(operation, found.document)


def ended(method: str, resource_url: str, status: Status) -> Operation:
    """An operation without any work."""
    return Operation(method, resource_url, resource_url, "none", status=status)


# --- one step --------------------------------------------------------------------------------------------------------


def step(client: ArmClient, operation: Operation) -> Operation:
    """Asks once, and answers with where the operation stands now.

    Raises AzureError when the asking itself failed; the operation is then as it was, and can be stepped again when the
    error is retryable.
    """
    if operation.ended:
        return operation
    try:
        answer = client.send("GET", operation.poll_url)
    except NotFound:
        return _gone(operation)
    operation = replace(operation, polls=operation.polls + 1, retry_after=_pause(answer.retry_after))
    return _STEPS[operation.strategy](operation, answer, client)


def _step_async_operation(operation: Operation, answer: Answer, _client: ArmClient) -> Operation:
    body = answer.json()
    state = body.get("status")
    if not isinstance(state, str) or not state:
        message = "Azure's answer about the operation does not say where it stands."
        raise BadAnswer(message, status=answer.status, raw=answer.text, retryable=True, **answer.ids)
    percent = body.get("percentComplete")
    if isinstance(percent, int | float) and not isinstance(percent, bool):
        operation = replace(operation, percent=float(percent))
    if state.lower() not in TERMINAL:
        return replace(operation, azure_status=state)
    error = body.get("error")
    return _over(operation, state.lower(), state, error if isinstance(error, dict) else None)


def _step_location(operation: Operation, answer: Answer, client: ArmClient) -> Operation:
    if answer.status == 202:
        moved = answer.headers.get("Location", "")
        if len(moved) <= LONGEST_URL and client.cloud.is_arm(moved):
            operation = replace(operation, poll_url=moved)
        return replace(operation, azure_status=operation.azure_status or "InProgress")
    if operation.method == "DELETE" or answer.status == 204:
        return _over(operation, SUCCEEDED, "Succeeded")
    state = _state(_body(answer)) or "Succeeded"
    if state.lower() not in TERMINAL:
        return replace(
            operation, strategy="provisioning-state", poll_url=operation.resource_url, azure_status=state
        )
    return _over(operation, state.lower(), state)


def _step_provisioning_state(operation: Operation, answer: Answer, _client: ArmClient) -> Operation:
    return _from_resource(operation, answer.json())


def _step_final_get(operation: Operation, answer: Answer, _client: ArmClient) -> Operation:
    return replace(operation, status=SUCCEEDED, strategy="none", resource=answer.json(), retry_after=0.0)


_STEPS: Final[Mapping[str, Callable[[Operation, Answer, ArmClient], Operation]]] = {
    "azure-async-operation": _step_async_operation,
    "location": _step_location,
    "provisioning-state": _step_provisioning_state,
    "final-get": _step_final_get,
}


def _gone(operation: Operation) -> Operation:
    """404. Of the resource after a delete it is success; of a status address it means that Azure forgot the operation."""
    polls = operation.polls + 1
    asked_resource = operation.poll_url == operation.resource_url
    if asked_resource and operation.method == "DELETE":
        return replace(
            operation,
            status=SUCCEEDED,
            strategy="none",
            azure_status="Succeeded",
            polls=polls,
            retry_after=0.0,
        )
    if asked_resource:
        error = {
            "code": "ResourceNotFound",
            "message": "The scale set is gone: somebody deleted it meanwhile.",
        }
        return replace(
            operation, status="failed", strategy="none", azure_status="Failed", error=error, polls=polls
        )
    return replace(
        operation,
        strategy="provisioning-state",
        poll_url=operation.resource_url,
        polls=polls,
        retry_after=0.0,
        note="Azure no longer knows the operation; the scale set itself was asked.",
    )


def _from_resource(operation: Operation, document: dict[str, Any]) -> Operation:
    state = _state(document) or "Succeeded"
    if state.lower() not in TERMINAL:
        return replace(operation, azure_status=state)
    if operation.method == "DELETE":
        # A scale set that is still there in a final state was not deleted.
        error = {"code": "DeleteFailed", "message": f"The scale set is still there, in the state “{state}”."}
        return _over(operation, "failed", state, error)
    operation = _over(operation, state.lower(), state)
    if operation.strategy == "final-get":
        # The resource has just been read; reading it again would tell nothing new.
        return replace(operation, status=SUCCEEDED, strategy="none", resource=document)
    return operation


def _over(
    operation: Operation, outcome: str, azure_status: str, error: dict[str, Any] | None = None
) -> Operation:
    operation = replace(operation, azure_status=azure_status or operation.azure_status, retry_after=0.0)
    if outcome == "failed":
        return replace(operation, status="failed", strategy="none", error=error)
    if outcome == "canceled":
        return replace(operation, status="canceled", strategy="none", error=error)
    if operation.method == "DELETE":
        return replace(operation, status=SUCCEEDED, strategy="none")
    return replace(operation, strategy="final-get", poll_url=operation.resource_url)


def _state(body: Mapping[str, Any]) -> str | None:
    properties = body.get("properties")
    state = properties.get("provisioningState") if isinstance(properties, dict) else None
    return state if isinstance(state, str) and state else None


def _body(answer: Answer) -> dict[str, Any]:
    try:
        return answer.json()
    except BadAnswer:
        return {}


def _pause(asked: float | None) -> float:
    return DEFAULT_PAUSE if asked is None else min(asked, LONGEST_PAUSE)


# --- for scripts -----------------------------------------------------------------------------------------------------


def wait(
    client: ArmClient,
    operation: Operation,
    *,
    timeout: float = 7200.0,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Operation:
    """Steps the operation to its end, pausing as Azure asks; for scripts, a worker schedules its steps itself.

    Answers with the operation still running when the time is up. Raises AzureError when asking fails for good.
    """
    until = now() + timeout
    troubles = 0
    while not operation.ended and now() < until:
        sleep(max(operation.retry_after, 0.05) if operation.strategy != "final-get" else 0.0)
        try:
            operation = step(client, operation)
            troubles = 0
        except AzureError as error:
            troubles += 1
            if not error.retryable or troubles > 5:
                raise
            sleep(min(error.retry_after or 2.0**troubles, LONGEST_PAUSE))
    return operation
