from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.azure.helpers import ADDRESS, NEW, OLD, azure_at_a_standstill, briefly, document
from vmssbuilder.azure import ArmClient, Operation, step, wait
from vmssbuilder.azure.errors import AzureError, BadAnswer, ServiceTrouble
from vmssbuilder.azure.explaining import explain
from vmssbuilder.azure.operations import DEFAULT_PAUSE, LONGEST_PAUSE
from vmssbuilder.sandbox.server import Running

ClientFor = Callable[..., ArmClient]
PATH = "/virtualMachineScaleSets/web-prod$"
HOST = "https://management.sandbox.invalid"
STATUS_URL = f"{HOST}/subscriptions/status/1"


def finished(client: ArmClient, operation: Operation) -> Operation:
    return wait(client, operation, timeout=60, sleep=briefly)


def answered(
    sandbox: Running, status: int, headers: dict[str, str], body: Any = "", method: str = "PUT"
) -> None:
    """Azure accepts the write, and answers with this."""
    text = body if isinstance(body, str) else json.dumps(body)
    sandbox.fault("replaced", method=method, path=PATH, status=status, headers=headers, body=text)


def polled(sandbox: Running, *bodies: Any, path: str = "/status/1$", **options: Any) -> None:
    """The next polls are answered with these."""
    for body in bodies:
        text = body if isinstance(body, str) else json.dumps(body)
        sandbox.fault("status", method="GET", path=path, body=text, **{"status": 200, **options})


# --- the ordinary road -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [OLD, "2017-03-30", NEW])
def test_a_create_runs_to_its_end(client: ArmClient, sandbox: Running, version: str) -> None:
    with azure_at_a_standstill(sandbox):
        operation = client.create(ADDRESS, version, document())
        assert (operation.strategy, operation.status, operation.azure_status) == (
            "azure-async-operation",
            "running",
            "Creating",
        )
        first = step(client, operation)
    assert (first.status, first.azure_status, first.polls) == ("running", "InProgress", 1)
    last = finished(client, first)
    assert (last.status, last.azure_status) == ("succeeded", "Succeeded")
    assert last.resource is not None
    assert last.resource["properties"]["provisioningState"] == "Succeeded"
    assert last.failure is None
    assert step(client, last) is last, "an ended operation asks nothing"


def test_one_step_is_one_request(client: ArmClient, sandbox: Running) -> None:
    operation = client.create(ADDRESS, NEW, document())
    seen = len(sandbox.requests())
    while not operation.ended:
        operation = step(client, operation)
        assert len(sandbox.requests()) == seen + 1
        seen += 1


def test_an_operation_survives_its_worker(client_for: ClientFor, sandbox: Running) -> None:
    """Kept as JSON after every step, and taken up by another client each time."""
    kept = json.dumps(client_for().create(ADDRESS, NEW, document()).to_json())
    while not (operation := Operation.from_json(json.loads(kept))).ended:
        kept = json.dumps(step(client_for(), operation).to_json())
    assert operation.status == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


def test_a_kept_operation_of_another_version_of_the_product_can_be_read(client: ArmClient) -> None:
    kept = client.create(ADDRESS, NEW, document()).to_json()
    assert Operation.from_json({**kept, "invented_later": 1}).poll_url == kept["poll_url"]
    del kept["note"], kept["percent"]
    assert Operation.from_json(kept).note == ""


def test_updates_and_deletes_run_to_their_end(client: ArmClient) -> None:
    finished(client, client.create(ADDRESS, NEW, document()))
    updated = finished(client, client.update(ADDRESS, NEW, {"sku": {"capacity": 3}}))
    assert updated.resource is not None
    assert updated.resource["sku"] == {"name": "Standard_D2_v2", "tier": "Standard", "capacity": 3}
    deleted = finished(client, client.delete(ADDRESS, NEW))
    assert (deleted.status, deleted.resource) == ("succeeded", None)


def test_a_failed_create_leaves_a_scale_set_that_can_be_sent_again(
    client: ArmClient, sandbox: Running
) -> None:
    error = {
        "code": "OverconstrainedAllocationRequest",
        "message": "Allocation failed. VM(s) with the following constraints cannot be allocated.",
        "target": "sku.name",
    }
    sandbox.fault("failed-operation", method="PUT", path=PATH, error=error)
    failed = finished(client, client.create(ADDRESS, NEW, document()))
    assert failed.status == "failed"
    assert failed.error == error
    assert failed.failure is not None
    assert failed.failure.code == "OverconstrainedAllocationRequest"
    assert failed.failure.correlation_id == client.correlation_id
    assert explain(failed.failure, document()).path == ("sku", "name")
    left = client.get(ADDRESS, NEW)
    assert left is not None
    assert left.provisioning_state == "Failed"
    again = finished(client, client.create(ADDRESS, NEW, document(), overwrite=True))
    assert again.status == "succeeded"


def test_a_cancelled_operation(client: ArmClient, sandbox: Running) -> None:
    sandbox.fault(
        "canceled-operation",
        method="PUT",
        path=PATH,
        error={"code": "OperationPreempted", "message": "Preempted."},
    )
    canceled = finished(client, client.create(ADDRESS, NEW, document()))
    assert (canceled.status, canceled.azure_status) == ("canceled", "Canceled")
    assert canceled.failure is not None
    assert canceled.failure.code == "OperationPreempted"


def test_an_endless_operation_stays_running(client: ArmClient, sandbox: Running) -> None:
    sandbox.fault("endless-operation", method="PUT", path=PATH)
    sandbox.sandbox.memory.delay = 0
    operation = client.create(ADDRESS, NEW, document())
    for _ in range(4):
        operation = step(client, operation)
    assert (operation.status, operation.polls) == ("running", 4)
    assert wait(client, operation, timeout=0.02, sleep=briefly).status == "running"


# --- which way to ask ------------------------------------------------------------------------------------------------


def test_azure_async_operation_goes_before_location(client: ArmClient, sandbox: Running) -> None:
    answered(
        sandbox, 201, {"Azure-AsyncOperation": STATUS_URL, "Location": f"{HOST}/subscriptions/elsewhere"}, {}
    )
    operation = client.create(ADDRESS, NEW, document())
    assert (operation.strategy, operation.poll_url) == ("azure-async-operation", STATUS_URL)


@pytest.mark.parametrize(
    "bad",
    [
        "/relative",
        "http://management.sandbox.invalid/x",
        "https://evil.example/x",
        "rubbish",
        HOST + "/" + "x" * 20_000,
    ],
)
def test_a_bad_address_leaves_the_next_way(client: ArmClient, sandbox: Running, bad: str) -> None:
    answered(sandbox, 201, {"Azure-AsyncOperation": bad, "Location": STATUS_URL}, {})
    assert client.create(ADDRESS, NEW, document()).strategy == "location"
    sandbox.reset()
    answered(sandbox, 201, {"Azure-AsyncOperation": STATUS_URL, "Location": bad}, {})
    assert client.create(ADDRESS, NEW, document()).strategy == "azure-async-operation"
    sandbox.reset()
    answered(sandbox, 201, {"Location": bad}, {})
    operation = client.create(ADDRESS, NEW, document())
    assert operation.strategy == "provisioning-state"
    assert finished(client, operation).status == "succeeded"


def test_long_addresses_are_kept_whole(client: ArmClient, sandbox: Running) -> None:
    url = f"{STATUS_URL}?{'x' * 4000}"
    answered(sandbox, 201, {"Azure-AsyncOperation": url}, {})
    operation = client.create(ADDRESS, NEW, document())
    assert Operation.from_json(operation.to_json()).poll_url == url


@pytest.mark.parametrize(
    ("status", "body", "strategy"),
    [
        (201, {}, "provisioning-state"),
        (201, {"properties": {"provisioningState": "Creating"}}, "provisioning-state"),
        (202, "", "provisioning-state"),
        (200, {"properties": {"provisioningState": "Updating"}}, "provisioning-state"),
        (200, {}, "final-get"),
        (200, {"properties": {"provisioningState": "Succeeded"}}, "final-get"),
        (201, {"properties": {"provisioningState": "Succeeded"}}, "final-get"),
        (204, "", "final-get"),
    ],
)
def test_without_an_address_the_resource_tells(
    client: ArmClient, sandbox: Running, status: int, body: Any, strategy: str
) -> None:
    answered(sandbox, status, {}, body)
    operation = client.create(ADDRESS, NEW, document())
    assert (operation.strategy, operation.poll_url) == (strategy, operation.resource_url)
    assert finished(client, operation).status == "succeeded"


def test_a_create_that_failed_at_once(client: ArmClient, sandbox: Running) -> None:
    answered(sandbox, 201, {}, {"properties": {"provisioningState": "Failed"}})
    operation = client.create(ADDRESS, NEW, document())
    assert operation.status == "failed"
    assert operation.failure is not None
    assert "gives no reason" in operation.failure.message


# --- reading the status ----------------------------------------------------------------------------------------------


@pytest.fixture
def polling(client: ArmClient, sandbox: Running) -> Operation:
    """A create whose status is at STATUS_URL."""
    answered(sandbox, 201, {"Azure-AsyncOperation": STATUS_URL, "Retry-After": "0"}, {})
    operation = client.create(ADDRESS, NEW, document())
    finish_for_real = sandbox.sandbox.memory
    finish_for_real.delay = 0
    return operation


@pytest.mark.parametrize("word", ["Succeeded", "succeeded", "SUCCEEDED"])
def test_succeeded_in_any_case(client: ArmClient, sandbox: Running, polling: Operation, word: str) -> None:
    polled(sandbox, {"status": word})
    assert step(client, polling).strategy == "final-get"


@pytest.mark.parametrize(
    ("word", "status"),
    [("Failed", "failed"), ("failed", "failed"), ("Canceled", "canceled"), ("CANCELED", "canceled")],
)
def test_ends_in_any_case(
    client: ArmClient, sandbox: Running, polling: Operation, word: str, status: str
) -> None:
    polled(sandbox, {"status": word, "error": {"code": "AllocationFailed", "message": "No room."}})
    ended = step(client, polling)
    assert (ended.status, ended.azure_status) == (status, word)
    assert ended.failure is not None
    assert ended.failure.message == "No room."


@pytest.mark.parametrize("word", ["InProgress", "Running", "Accepted", "Migrating", "SomethingNew"])
def test_any_other_word_means_still_running(
    client: ArmClient, sandbox: Running, polling: Operation, word: str
) -> None:
    polled(sandbox, {"status": word, "percentComplete": 40})
    going = step(client, polling)
    assert (going.status, going.azure_status, going.percent) == ("running", word, 40.0)


@pytest.mark.parametrize(
    "body", ["", "{}", '{"status": null}', '{"status": 3}', '{"status": ""}', "not json", "[]", '{"stat']
)
def test_a_status_without_a_word_is_trouble_to_be_tried_again(
    client: ArmClient, sandbox: Running, polling: Operation, body: str
) -> None:
    polled(sandbox, body)
    with pytest.raises(BadAnswer) as caught:
        step(client, polling)
    assert caught.value.retryable
    polled(sandbox, {"status": "InProgress"})
    assert step(client, polling).status == "running", "the operation is as it was"


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_an_error_of_the_status_is_not_the_operations(
    client: ArmClient, sandbox: Running, polling: Operation, status: int
) -> None:
    polled(sandbox, *["{}"] * (5 if status >= 500 else 1), status=status)
    with pytest.raises(AzureError) as caught:
        step(client, polling)
    assert caught.value.retryable == (status >= 500)
    assert isinstance(caught.value, ServiceTrouble) == (status >= 500)
    assert polling.status == "running"


def test_an_operation_that_azure_forgot_is_asked_at_the_resource(
    client: ArmClient, sandbox: Running, polling: Operation
) -> None:
    polled(sandbox, "{}", status=404)
    moved = step(client, polling)
    assert (moved.strategy, moved.poll_url) == ("provisioning-state", polling.resource_url)
    assert "no longer knows" in moved.note
    assert finished(client, moved).status == "succeeded"


@pytest.mark.parametrize(
    ("header", "pause"),
    [("0", 0.0), ("10", 10.0), ("600", 600.0), ("86400", LONGEST_PAUSE), (None, DEFAULT_PAUSE), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("soon", DEFAULT_PAUSE)],
)  # fmt: skip
def test_the_pause_is_azures(
    client: ArmClient, sandbox: Running, polling: Operation, header: str | None, pause: float
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    polled(sandbox, {"status": "InProgress"}, headers=headers)
    assert step(client, polling).retry_after == pause


def test_waiting_pauses_as_azure_asks(client: ArmClient, sandbox: Running, polling: Operation) -> None:
    polled(sandbox, {"status": "InProgress"}, headers={"Retry-After": "7"})
    polled(sandbox, {"status": "Succeeded"})
    slept: list[float] = []
    assert wait(client, polling, sleep=slept.append).status == "succeeded"
    assert slept == [0.05, 7.0, 0.0]


def test_waiting_sits_out_trouble_but_not_for_ever(
    client: ArmClient, sandbox: Running, polling: Operation
) -> None:
    polled(sandbox, "{}", "{}", {"status": "Succeeded"})
    assert wait(client, polling, sleep=lambda _: None).status == "succeeded"
    polled(sandbox, *["{}"] * 4)
    with pytest.raises(BadAnswer):
        wait(client, polling, sleep=lambda _: None)


# --- Location --------------------------------------------------------------------------------------------------------


def test_location_is_followed_where_it_moves_and_ends_with_the_answer(
    client: ArmClient, sandbox: Running
) -> None:
    answered(sandbox, 202, {"Location": STATUS_URL}, "")
    operation = client.create(ADDRESS, NEW, document())
    assert operation.strategy == "location"
    second = f"{HOST}/subscriptions/status/2"
    polled(sandbox, "", status=202, headers={"Location": second, "Retry-After": "3"})
    moved = step(client, operation)
    assert (moved.poll_url, moved.retry_after, moved.status) == (second, 3.0, "running")
    polled(sandbox, {"name": "web-prod", "properties": {"provisioningState": "Succeeded"}}, path="/status/2$")
    assert finished(client, moved).status == "succeeded"


def test_location_may_stay_without_a_new_address(client: ArmClient, sandbox: Running) -> None:
    answered(sandbox, 202, {"Location": STATUS_URL}, "")
    operation = client.create(ADDRESS, NEW, document())
    polled(sandbox, "", status=202)
    assert step(client, operation).poll_url == STATUS_URL


def test_location_may_end_before_the_resource_is_ready(client: ArmClient, sandbox: Running) -> None:
    answered(sandbox, 202, {"Location": STATUS_URL}, "")
    operation = client.create(ADDRESS, NEW, document())
    polled(sandbox, {"properties": {"provisioningState": "Creating"}})
    asking = step(client, operation)
    assert (asking.strategy, asking.poll_url) == ("provisioning-state", operation.resource_url)


@pytest.mark.parametrize(("status", "body"), [(200, {}), (204, "")])
def test_location_of_a_delete_ends_without_a_final_get(
    client: ArmClient, sandbox: Running, status: int, body: Any
) -> None:
    finished(client, client.create(ADDRESS, NEW, document()))
    answered(sandbox, 202, {"Location": STATUS_URL}, "", method="DELETE")
    operation = client.delete(ADDRESS, NEW)
    polled(sandbox, body, status=status)
    assert step(client, operation).status == "succeeded"


def test_the_sandboxs_own_location_leads_to_the_end(client: ArmClient) -> None:
    finished(client, client.create(ADDRESS, NEW, document()))
    deleting = client.delete(ADDRESS, NEW)
    by_location = Operation.from_json(
        {**deleting.to_json(), "strategy": "location", "poll_url": f"{deleting.poll_url}&monitor=true"}
    )
    assert finished(client, by_location).status == "succeeded"


# --- provisioningState -----------------------------------------------------------------------------------------------


def test_a_delete_without_an_address_ends_when_the_resource_is_gone(
    client: ArmClient, sandbox: Running
) -> None:
    finished(client, client.create(ADDRESS, NEW, document()))
    answered(sandbox, 202, {}, "", method="DELETE")
    operation = client.delete(ADDRESS, NEW)
    assert operation.strategy == "provisioning-state"
    assert finished(client, operation).status == "succeeded"


def test_a_delete_that_left_the_resource_standing_failed(client: ArmClient, sandbox: Running) -> None:
    finished(client, client.create(ADDRESS, NEW, document()))
    sandbox.fault("failed-operation", method="DELETE", path=PATH)
    answered(sandbox, 202, {}, "", method="DELETE")
    operation = finished(client, client.delete(ADDRESS, NEW))
    assert operation.status == "failed"
    assert operation.failure is not None
    assert operation.failure.code == "DeleteFailed"


def test_a_scale_set_deleted_by_somebody_meanwhile(client: ArmClient, sandbox: Running) -> None:
    answered(sandbox, 201, {}, {})
    operation = client.create(ADDRESS, NEW, document())
    sandbox.sandbox.memory.scale_sets.clear()
    # The regions of Azure learn of a new resource one after the other: one 404 means nothing.
    going = step(client, step(client, operation))
    assert (going.status, going.misses) == ("running", 2)
    gone = step(client, going)
    assert (gone.status, gone.polls) == ("failed", 3)
    assert gone.failure is not None
    assert "deleted it meanwhile" in gone.failure.message


@pytest.mark.parametrize(
    ("status", "ends"), [(400, True), (409, True), (412, True), (422, True), (403, False)]
)
def test_a_location_ends_with_a_refusal_of_the_request_and_with_no_other(
    client: ArmClient, sandbox: Running, status: int, ends: bool
) -> None:
    answered(sandbox, 202, {"Location": STATUS_URL}, "")
    operation = client.create(ADDRESS, NEW, document())
    polled(sandbox, {"error": {"code": "NotThisTime", "message": "No."}}, status=status)
    if not ends:
        with pytest.raises(AzureError):
            step(client, operation)
        return
    over = step(client, operation)
    assert over.status == "failed"
    assert over.failure is not None
    assert over.failure.code == "NotThisTime"
