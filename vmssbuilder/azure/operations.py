"""A long-running operation as a value: made from the first answer, stepped by one request at a time, kept as JSON.

Nothing sleeps here except `wait`, so that a worker can put the operation into its database between any two steps,
die, and have another worker go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from .errors import AzureError, BadAnswer, NotFound, OperationFailed, Refused, error_object, failure

if TYPE_CHECKING:
    from .client import ArmClient
    from .clouds import Cloud
    from .receiving import Answer

Status = Literal["running", "succeeded", "failed", "canceled"]
RUNNING: Final = "running"
SUCCEEDED: Final = "succeeded"

ENDED_BADLY: Final = frozenset({"failed", "canceled"})
TERMINAL: Final = frozenset({SUCCEEDED}) | ENDED_BADLY
"""Azure's final states, in lower case; anything else, also words of tomorrow, means that it is still going on."""

Strategy = Literal["azure-async-operation", "location", "provisioning-state", "final-get", "none"]
"""How the next step asks, in order of preference. final-get: it is over, only the resource remains to be read."""

Result = Literal["location", "status"]
"""Where the result of a POST is told: at its Location, or together with the status."""

DEFAULT_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 600.0
LONGEST_URL: Final = 16_384


@dataclass(frozen=True, slots=True)
class Operation:
    """Where a long-running operation stands.

    method: PUT, PATCH, DELETE or POST. resource_url: what the request was sent to. poll_url: what the next step asks.
    strategy: how it reads the answer. status: running, succeeded, failed or canceled. azure_status: Azure's own word,
    empty where it has said none. retry_after: seconds to wait before the next step. percent: how far it is, from 0 to
    100, where Azure says so. error: Azure's error object when it failed. ours: that object is in our words, because Azure
    gave none. resource: after a success, the resource as Azure returns it; of a POST, its result. location:
    where the result of a POST is told. headers: the caller's own, sent with every question. cookies: what Azure set on
    the way. polls: questions asked. misses: how many in a row found nothing. presumed: the answer to the write was lost,
    and that it arrived is taken from a change being under way: compare the resource with what was sent. note: what was
    odd.
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
    ours: bool = False
    resource: dict[str, Any] | None = None
    request_id: str = ""
    correlation_id: str = ""
    client_request_id: str = ""
    routing_id: str = ""
    date: str = ""
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    polls: int = 0
    misses: int = 0
    presumed: bool = False
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
            ours=self.ours,
            request_id=self.request_id,
            correlation_id=self.correlation_id,
            client_request_id=self.client_request_id,
            routing_id=self.routing_id,
            date=self.date,
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


def begun(
    method: str,
    resource_url: str,
    answer: Answer,
    cloud: Cloud,
    *,
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    result: Result = "location",
    pause: float = DEFAULT_PAUSE,
) -> Operation:
    """The operation that an accepted request started; already ended when there is nothing to wait for.

    headers: to repeat with every question. cookies: that came with the answer. result: where a POST that names two
    addresses tells its result. pause: seconds between questions where Azure names none. Raises BadAnswer for a POST that
    Azure accepted without saying where to ask for its result.
    """
    operation = Operation(
        method,
        resource_url,
        resource_url,
        "none",
        retry_after=_pause(answer.retry_after, pause),
        headers=dict(headers or {}),
        cookies=dict(cookies or {}),
        **answer.ids,
    )
    for strategy, header in STRATEGIES:
        url = answer.headers.get(header)
        if url is None:
            continue
        if not _usable(url, cloud):
            operation = replace(
                operation, note=f"The {header} header names an address that is not Azure's; it was not used."
            )
        elif operation.strategy == "none":
            state = _state(_body(answer)) or ""
            operation = replace(operation, poll_url=url, strategy=strategy, azure_status=state)
        if strategy == "location" and result == "location" and _usable(url, cloud):
            operation = replace(operation, location=url)
    return operation if operation.strategy != "none" else _begun_without_address(operation, answer)


STRATEGIES: Final[tuple[tuple[Strategy, str], ...]] = (
    ("azure-async-operation", "Azure-AsyncOperation"),
    ("location", "Location"),
)
"""Where an answer may say what to ask, by header, the better one first. Without either, the resource itself is asked."""


def _usable(url: str, cloud: Cloud) -> bool:
    return len(url) <= LONGEST_URL and cloud.is_arm(url)


def _begun_without_address(operation: Operation, answer: Answer) -> Operation:
    """Without an address to ask, the resource itself tells."""
    if answer.status == 204:
        return _over(operation, SUCCEEDED, "")
    if operation.method == "POST":
        if answer.status == 202:
            message = "Azure accepted the request without saying where to ask for its result."
            raise BadAnswer(message, status=answer.status, raw=answer.text, uncertain=True, **answer.ids)
        return _with_result(operation, answer)
    body = answer.json() if operation.method == "DELETE" else _resource_of(answer)
    state = _state(body)
    if state is None and answer.status == 200:
        state = "Succeeded"
    if state is not None and state.lower() in TERMINAL:
        return _over(replace(operation, resource=body or None), state.lower(), _state(body), _error(body))
    return replace(operation, strategy="provisioning-state", azure_status=state or "")


def _resource_of(answer: Answer) -> dict[str, Any]:
    """The resource that the answer to a write shows, or {}. Raises BadAnswer where it shows anything else."""
    try:
        body = answer.json()
    except BadAnswer as error:
        error.uncertain = True
        raise
    if body and not is_resource(body):
        message = "What Azure answered is not the resource that was sent."
        raise BadAnswer(
            message, status=answer.status, raw=answer.text, retryable=True, uncertain=True, **answer.ids
        )
    return body


def is_resource(document: Mapping[str, Any]) -> bool:
    """Whether an answer's object can be a resource: anybody may answer with some object."""
    return not _RESOURCES.isdisjoint(document)


_RESOURCES: Final = frozenset({"id", "name", "type", "properties"})


def following(
    found: Mapping[str, Any],
    method: str,
    resource_url: str,
    *,
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
) -> Operation:
    """The operation at work on a resource whose own address to ask was lost: the resource itself tells.

    found: the resource as it was read. While a change of it is under way, that it is ours is presumed.
    """
    operation = Operation(
        method,
        resource_url,
        resource_url,
        "provisioning-state",
        headers=dict(headers or {}),
        cookies=dict(cookies or {}),
        presumed=is_running(found),
    )
    return _from_resource(operation, dict(found))


def is_running(resource: Mapping[str, Any]) -> bool:
    """Whether a change of the resource is under way."""
    return (_state(resource) or SUCCEEDED).lower() not in TERMINAL


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
    cookies = dict(operation.cookies)
    try:
        answer = client.send("GET", operation.poll_url, headers=operation.headers, cookies=cookies)
    except NotFound as error:
        return _gone(replace(operation, cookies=cookies), error)
    except AzureError as error:
        final = isinstance(error, Refused) and error.status in _FINAL_REFUSALS and not error.retryable
        if operation.strategy != "location" or not final:
            raise
        # Unlike a status, a Location ends with the very answer that the request would have got.
        return _refused(replace(operation, cookies=cookies), error)
    operation = replace(
        operation,
        polls=operation.polls + 1,
        misses=0,
        retry_after=_pause(answer.retry_after, client.pause),
        cookies=cookies,
    )
    return _STEPS[operation.strategy](operation, answer, client)


_FINAL_REFUSALS: Final = frozenset({400, 409, 412, 422})


def _refused(operation: Operation, error: AzureError) -> Operation:
    reported = error_object(error.raw) or {"code": error.code, "message": error.message}
    return replace(
        _over(operation, "failed", "", reported),
        ours=not error.spoken,
        polls=operation.polls + 1,
        request_id=error.request_id,
        correlation_id=error.correlation_id,
        client_request_id=error.client_request_id,
        routing_id=error.routing_id,
        date=error.date,
    )


def _step_async_operation(operation: Operation, answer: Answer, _client: ArmClient) -> Operation:
    body = answer.json()
    state = body.get("status")
    if not isinstance(state, str) or not state:
        message = "Azure's answer about the operation does not say where it stands."
        raise BadAnswer(message, status=answer.status, raw=answer.text, retryable=True, **answer.ids)
    percent = body.get("percentComplete")
    if isinstance(percent, int | float) and not isinstance(percent, bool) and 0 <= percent <= 100:
        operation = replace(operation, percent=float(percent))
    if state.lower() not in TERMINAL:
        return replace(operation, azure_status=state)
    if operation.method == "POST" and not operation.location:
        return replace(_with_result(operation, answer), azure_status=state)
    return _over(operation, state.lower(), state, _error(body))


def _step_location(operation: Operation, answer: Answer, client: ArmClient) -> Operation:
    if answer.status == 202:
        moved = answer.headers.get("Location", "")
        if _usable(moved, client.cloud):
            operation = replace(operation, poll_url=moved)
        return operation
    if operation.method == "POST":
        return _with_result(operation, answer)
    body = _body(answer)
    reported = _state(body)
    state = reported or "Succeeded"
    if operation.method == "DELETE" and state.lower() not in ENDED_BADLY:
        return _over(operation, SUCCEEDED, "")
    if state.lower() not in TERMINAL:
        return replace(
            operation, strategy="provisioning-state", poll_url=operation.resource_url, azure_status=state
        )
    # The resource is read once more all the same; should it be gone by then, this is what it was.
    over = _over(operation, state.lower(), reported, _error(body))
    return replace(over, resource=body if is_resource(body) else None)


def _with_result(operation: Operation, answer: Answer) -> Operation:
    """A POST that is over: its result may say that it failed all the same. A result that is a list becomes its `value`."""
    value = answer.value()
    body = value if isinstance(value, dict) else {"value": value}
    state = body.get("status")
    if isinstance(state, str) and state.lower() in ENDED_BADLY:
        return _over(operation, state.lower(), state, _error(body))
    return replace(
        operation,
        status=SUCCEEDED,
        strategy="none",
        azure_status=state if isinstance(state, str) else "",
        resource=body,
        retry_after=0.0,
    )


def _step_provisioning_state(operation: Operation, answer: Answer, _client: ArmClient) -> Operation:
    return _from_resource(operation, whole(answer))


def whole(answer: Answer) -> dict[str, Any]:
    """The resource that an answer carries. Raises BadAnswer, for an empty body too: Azure never sends none."""
    document = answer.json()
    if not is_resource(document):
        message = "Azure's answer is not a resource." if document else "Azure's answer is empty."
        raise BadAnswer(message, status=answer.status, raw=answer.text, retryable=True, **answer.ids)
    return document


def _step_final_get(operation: Operation, answer: Answer, _client: ArmClient) -> Operation:
    if operation.method == "POST":
        # The result may be ready later than the status says.
        return operation if answer.status == 202 else _with_result(operation, answer)
    document = whole(answer)
    state = _state(document) or ""
    operation = replace(operation, resource=document)
    if state.lower() in ENDED_BADLY:
        # The operation was called a success, but what there is says otherwise, and it is what counts.
        error = _error(document)
        message = f"Azure called the operation a success, but the scale set is in the state “{state[:100]}”."
        if error is None:
            return _failed(operation, "FailedAfterAll", message, state)
        return _over(operation, state.lower(), state, error)
    return replace(operation, status=SUCCEEDED, strategy="none", retry_after=0.0)


_STEPS: Final[Mapping[str, Callable[[Operation, Answer, ArmClient], Operation]]] = {
    "azure-async-operation": _step_async_operation,
    "location": _step_location,
    "provisioning-state": _step_provisioning_state,
    "final-get": _step_final_get,
}


PATIENT_MISSES: Final = 3
"""How often in a row a resource may be missing that Azure accepted: its regions learn of it one after the other."""


def _gone(operation: Operation, error: NotFound) -> Operation:
    """404. Of the resource after a delete it is success; of a status address it means that Azure forgot the operation."""
    operation = replace(operation, polls=operation.polls + 1)
    if operation.strategy == "final-get" and (operation.azure_status or operation.resource):
        note = "" if operation.resource else "The operation succeeded, but what it made could not be read."
        return replace(operation, status=SUCCEEDED, strategy="none", retry_after=0.0, note=note)
    if operation.method == "POST":
        message = "Azure no longer knows the operation, nor its result."
        return _failed(operation, "OperationForgotten", message)
    if operation.strategy not in {"provisioning-state", "final-get"}:
        return replace(
            operation,
            strategy="provisioning-state",
            poll_url=operation.resource_url,
            retry_after=0.0,
            note="Azure no longer knows the operation; the scale set itself was asked.",
        )
    if error.code.lower() not in GONE:
        # Some proxy's 404: it tells nothing about the resource.
        raise error
    if operation.method == "DELETE":
        return _over(operation, SUCCEEDED, "")
    operation = replace(operation, misses=operation.misses + 1)
    if operation.misses < PATIENT_MISSES:
        return replace(operation, retry_after=DEFAULT_PAUSE)
    if operation.strategy == "final-get":
        # An empty answer with status 200, which anybody on the way can give, was all that there ever was.
        message = "The answer to the request was a success without any word, and the scale set is not there."
        return _failed(operation, "NotThereAfterAll", message)
    message = "The scale set is not there: somebody deleted it meanwhile."
    return _failed(operation, "GoneMeanwhile", message)


GONE: Final = frozenset({"resourcenotfound", "notfound", "resourcegroupnotfound"})
"""Codes by which Resource Manager itself says that there is no such resource; a proxy's 404 has none of them."""


def _from_resource(operation: Operation, document: dict[str, Any]) -> Operation:
    reported = _state(document)
    state = reported or "Succeeded"
    if state.lower() not in TERMINAL:
        return replace(operation, azure_status=state)
    if operation.method == "DELETE":
        # A scale set that is still there in a final state was not deleted.
        message = f"The scale set is still there, in the state “{state[:100]}”."
        return _failed(operation, "DeleteFailed", message, state)
    operation = _over(operation, state.lower(), reported, _error(document))
    if operation.strategy == "final-get":
        # The resource has just been read; reading it again would tell nothing new.
        return replace(operation, status=SUCCEEDED, strategy="none", resource=document)
    return operation


def _over(
    operation: Operation, outcome: str, azure_status: str | None, error: dict[str, Any] | None = None
) -> Operation:
    operation = replace(operation, azure_status=azure_status or operation.azure_status, retry_after=0.0)
    if outcome in ENDED_BADLY:
        status: Status = "failed" if outcome == "failed" else "canceled"
        return replace(operation, status=status, strategy="none", error=error)
    if operation.method == "DELETE":
        return replace(operation, status=SUCCEEDED, strategy="none")
    if operation.method == "POST":
        return replace(operation, strategy="final-get", poll_url=operation.location)
    return replace(operation, strategy="final-get", poll_url=operation.resource_url)


def _failed(operation: Operation, code: str, message: str, azure_status: str = "") -> Operation:
    """A failure that we tell in our own words, because Azure says nothing of it."""
    outcome = azure_status.lower() if azure_status.lower() in ENDED_BADLY else "failed"
    over = _over(operation, outcome, azure_status, {"code": code, "message": message})
    return replace(over, ours=True)


def _error(body: Mapping[str, Any]) -> dict[str, Any] | None:
    error = body.get("error")
    return error if isinstance(error, dict) else None


def _state(body: Mapping[str, Any]) -> str | None:
    properties = body.get("properties")
    state = properties.get("provisioningState") if isinstance(properties, dict) else None
    return state if isinstance(state, str) and state else None


def _body(answer: Answer) -> dict[str, Any]:
    try:
        return answer.json()
    except BadAnswer:
        return {}


def _pause(asked: float | None, otherwise: float) -> float:
    return otherwise if asked is None else min(asked, LONGEST_PAUSE)


# --- for scripts -----------------------------------------------------------------------------------------------------


TROUBLES: Final = 3
"""How often in a row asking may fail while `wait` goes on; the client has tried each of them several times."""


def wait(
    client: ArmClient,
    operation: Operation,
    *,
    timeout: float = 7200.0,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Operation:
    """Steps the operation to its end, pausing as Azure asks; for scripts, a worker schedules its steps itself.

    Answers with the operation still running when the time is up: that is no failure, and it can be waited for again.
    Raises AzureError when asking fails for good.
    """
    until = now() + timeout
    troubles = 0
    while not operation.ended and (left := until - now()) > 0:
        sleep(
            min(operation.retry_after, left)
            if operation.strategy == "final-get"
            else min(max(operation.retry_after, 0.05), left)
        )
        try:
            operation = step(client, operation)
            troubles = 0
        except AzureError as error:
            troubles += 1
            if not error.retryable or troubles > TROUBLES:
                raise
            sleep(min(error.retry_after or 2.0**troubles, LONGEST_PAUSE, max(until - now(), 0.0)))
    return operation
