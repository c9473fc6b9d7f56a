"""A long-running operation as a value: what each answer makes of it, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from requests.structures import CaseInsensitiveDict

from vmssbuilder.azure import ArmClient, Operation, operations, stand_in
from vmssbuilder.azure.errors import (
    AzureError,
    BadAnswer,
    Forbidden,
    NotFound,
    Refused,
    ServiceTrouble,
    refusal,
)
from vmssbuilder.azure.operations import begun, ended, following, is_resource, step, wait
from vmssbuilder.azure.receiving import Answer

CLOUD = stand_in("http://127.0.0.1:3000")
URL = f"{CLOUD.arm_url}/thing"
STATUS = f"{CLOUD.arm_url}/status"
RESULT = f"{CLOUD.arm_url}/result"
IDS: dict[str, Any] = {
    "request_id": "request",
    "correlation_id": "correlation",
    "client_request_id": "client",
    "routing_id": "routing",
    "date": "date",
}
ERROR = {"code": "AllocationFailed", "message": "No room."}


def answer(
    status: int = 200, body: Any = "", headers: Mapping[str, str] | None = None, pause: float | None = None
) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, URL, CaseInsensitiveDict(headers or {}), text, **IDS, retry_after=pause)


def thing(state: Any = "Succeeded", **more: Any) -> dict[str, Any]:
    return {"id": "/thing", "properties": {"provisioningState": state}, **more}


class Client:
    """What `step` needs of a client: it gives the answers one after the other."""

    cloud = CLOUD
    pause = 30.0

    def __init__(self, *replies: Answer | AzureError) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def send(self, method: str, url: str, *, headers: dict[str, str], cookies: dict[str, str]) -> Answer:
        self.asked.append((method, url, dict(headers)))
        cookies["set"] = str(len(self.asked))
        reply = self.replies.pop(0)
        if isinstance(reply, AzureError):
            raise reply
        return reply


def stepped(operation: Operation, reply: Answer | AzureError) -> Operation:
    return step(cast(ArmClient, Client(reply)), operation)


def operation(strategy: Any = "azure-async-operation", method: str = "PUT", **more: Any) -> Operation:
    where = {"azure-async-operation": STATUS, "location": RESULT}.get(strategy, URL)
    return Operation(method, URL, more.pop("poll_url", where), strategy, **more)


def start(method: str, reply: Answer, **more: Any) -> Operation:
    return begun(method, URL, reply, CLOUD, **more)


# --- the value --------------------------------------------------------------------------------------------------------


def test_the_words_and_limits_are_these() -> None:
    assert (operations.DEFAULT_PAUSE, operations.LONGEST_PAUSE, operations.LONGEST_URL) == (
        30.0,
        600.0,
        16_384,
    )
    assert {"succeeded", "failed", "canceled"} == operations.TERMINAL
    assert {"failed", "canceled"} == operations.ENDED_BADLY
    assert (operations.PATIENT_MISSES, operations.TROUBLES) == (3, 3)
    assert {"resourcenotfound", "notfound", "resourcegroupnotfound"} == operations.GONE
    assert operations.STRATEGIES == (
        ("azure-async-operation", "Azure-AsyncOperation"),
        ("location", "Location"),
    )


def test_a_new_value_says_nothing_yet() -> None:
    made = Operation("PUT", URL, STATUS, "none")
    assert (made.status, made.ended, made.failure) == ("running", False, None)
    assert made.to_json() == {
        "method": "PUT",
        "resource_url": URL,
        "poll_url": STATUS,
        "strategy": "none",
        "status": "running",
        "azure_status": "",
        "retry_after": 0.0,
        "percent": None,
        "error": None,
        "ours": False,
        "resource": None,
        "request_id": "",
        "correlation_id": "",
        "client_request_id": "",
        "routing_id": "",
        "date": "",
        "location": "",
        "headers": {},
        "cookies": {},
        "polls": 0,
        "misses": 0,
        "presumed": False,
        "note": "",
    }
    assert Operation.from_json(made.to_json() | {"later": 1}) == made


@pytest.mark.parametrize("status", ["running", "succeeded", "failed", "canceled"])
def test_an_operation_without_work(status: Any) -> None:
    made = ended("DELETE", URL, status)
    assert (made.method, made.poll_url, made.strategy, made.status) == ("DELETE", URL, "none", status)
    assert made.ended == (status != "running")
    assert (made.failure is not None) == (status in ("failed", "canceled"))


@pytest.mark.parametrize("ours", [False, True])
@pytest.mark.parametrize(("word", "outcome"), [("Failed", "Failed"), ("", "failed")])
def test_a_failure_carries_what_support_asks_for(word: str, outcome: str, ours: bool) -> None:
    made = replace(operation(), status="failed", azure_status=word, error=ERROR, ours=ours, **IDS)
    failure = made.failure
    assert failure is not None
    assert (failure.code, failure.message) == ("AllocationFailed", "No room.")
    assert {name: getattr(failure, name) for name in IDS} == IDS
    assert failure.said == ("" if ours else "No room.")
    nothing = replace(made, error=None).failure
    assert nothing is not None
    assert nothing.message == f"The operation ended with “{outcome}”, and Azure gives no reason."


# --- the beginning ----------------------------------------------------------------------------------------------------

ASYNC = {"Azure-AsyncOperation": STATUS}
LOCATION = {"Location": RESULT}
ELSEWHERE = "https://evil.example/x"
NOTE = "The {} header names an address that is not Azure's; it was not used."


@pytest.mark.parametrize(
    ("headers", "strategy", "poll_url", "location", "note"),
    [
        (ASYNC, "azure-async-operation", STATUS, "", ""),
        (LOCATION, "location", RESULT, RESULT, ""),
        (ASYNC | LOCATION, "azure-async-operation", STATUS, RESULT, ""),
        (ASYNC | {"Location": ELSEWHERE}, "azure-async-operation", STATUS, "", NOTE.format("Location")),
        (LOCATION | {"Azure-AsyncOperation": ELSEWHERE}, "location", RESULT, RESULT, NOTE.format("Azure-AsyncOperation")),
        ({"Location": ELSEWHERE}, "provisioning-state", URL, "", NOTE.format("Location")),
        ({"Location": RESULT + "?" + "x" * (16_383 - len(RESULT))}, "location", ..., ..., ""),
        ({"Location": RESULT + "?" + "x" * (16_384 - len(RESULT))}, "provisioning-state", URL, "", NOTE.format("Location")),
        ({}, "provisioning-state", URL, "", ""),
    ],
)  # fmt: skip
def test_an_answer_says_where_to_ask(
    headers: dict[str, str], strategy: str, poll_url: Any, location: Any, note: str
) -> None:
    made = start("PUT", answer(201, thing("Creating"), headers, 7.0), headers={"h": "1"}, cookies={"c": "2"})
    if poll_url is ...:
        poll_url = location = headers["Location"]
    assert (made.strategy, made.poll_url, made.location, made.note) == (strategy, poll_url, location, note)
    assert (made.method, made.resource_url, made.status, made.azure_status) == (
        "PUT",
        URL,
        "running",
        "Creating",
    )
    assert (made.headers, made.cookies, made.retry_after) == ({"h": "1"}, {"c": "2"}, 7.0)
    assert {name: getattr(made, name) for name in IDS} == IDS


def test_the_result_of_a_post_that_is_told_with_its_status_has_no_address() -> None:
    made = start("POST", answer(202, "", ASYNC | LOCATION), result="status")
    assert (made.strategy, made.location, made.azure_status) == ("azure-async-operation", "", "")


@pytest.mark.parametrize(("asked", "pause"), [(None, 5.0), (0.0, 0.0), (600.0, 600.0), (601.0, 600.0)])
def test_the_pause_is_azures_or_the_callers(asked: float | None, pause: float) -> None:
    assert start("PUT", answer(202, "", ASYNC, asked), pause=5.0).retry_after == pause
    assert start("PUT", answer(202, "", ASYNC)).retry_after == 30.0


@pytest.mark.parametrize(
    ("method", "status", "body", "expected"),
    [
        # strategy, status, Azure's word, resource
        ("PUT", 204, "", ("final-get", "running", "", None)),
        ("DELETE", 204, "", ("none", "succeeded", "", None)),
        ("PUT", 200, "", ("final-get", "running", "", None)),
        ("PUT", 201, "", ("provisioning-state", "running", "", None)),
        ("PUT", 202, "", ("provisioning-state", "running", "", None)),
        ("PUT", 200, {"id": "/thing"}, ("final-get", "running", "", {"id": "/thing"})),
        ("PUT", 200, thing("Updating"), ("provisioning-state", "running", "Updating", None)),
        ("PUT", 201, thing("SUCCEEDED"), ("final-get", "running", "SUCCEEDED", thing("SUCCEEDED"))),
        ("PATCH", 200, thing("Failed"), ("none", "failed", "Failed", thing("Failed"))),
        ("PUT", 200, thing("Canceled", error=ERROR), ("none", "canceled", "Canceled", thing("Canceled", error=ERROR))),
        ("PUT", 200, thing(""), ("final-get", "running", "", thing(""))),
        ("PUT", 200, thing(7), ("final-get", "running", "", thing(7))),
        ("PUT", 201, {"properties": "odd"}, ("provisioning-state", "running", "", None)),
        ("DELETE", 202, "", ("provisioning-state", "running", "", None)),
        ("DELETE", 200, {"odd": 1}, ("none", "succeeded", "", {"odd": 1})),
        ("POST", 200, {"a": 1}, ("none", "succeeded", "", {"a": 1})),
        ("POST", 200, [1], ("none", "succeeded", "", {"value": [1]})),
        ("POST", 200, {"status": "Failed", "error": ERROR}, ("none", "failed", "Failed", None)),
        ("POST", 200, {"status": "Fine"}, ("none", "succeeded", "Fine", {"status": "Fine"})),
        ("POST", 204, "", ("final-get", "running", "", None)),
    ],
)  # fmt: skip
def test_without_an_address_the_answer_itself_tells(
    method: str, status: int, body: Any, expected: tuple[str, str, str, Any]
) -> None:
    made = start(method, answer(status, body))
    assert (made.strategy, made.status, made.azure_status, made.resource) == expected
    assert made.error == (ERROR if "AllocationFailed" in str(body) else None)
    assert made.poll_url == (URL if method != "POST" or status == 200 else "")
    assert made.retry_after == (30.0 if made.strategy == "provisioning-state" else 0.0)


@pytest.mark.parametrize(
    ("method", "reply", "message", "retryable"),
    [
        (
            "POST",
            answer(202),
            "Azure accepted the request without saying where to ask for its result.",
            False,
        ),
        ("PUT", answer(200, {"odd": 1}), "What Azure answered is not the resource that was sent.", True),
        ("PUT", answer(200, "no JSON"), "Azure's answer is not JSON.", True),
        ("PUT", answer(201, [1]), "Azure's answer is not a JSON object.", True),
    ],
)
def test_an_answer_that_does_not_fit_leaves_the_doubt(
    method: str, reply: Answer, message: str, retryable: bool
) -> None:
    with pytest.raises(BadAnswer) as caught:
        start(method, reply)
    error = caught.value
    assert (error.message, error.uncertain, error.retryable) == (message, True, retryable)
    assert (error.status, error.raw) == (reply.status, reply.text)
    assert {name: getattr(error, name) for name in IDS} == IDS


@pytest.mark.parametrize(
    ("document", "fits"),
    [({"id": 1}, True), ({"name": 1}, True), ({"type": 1}, True), ({"properties": 1}, True), ({"odd": 1}, False), ({}, False)],
)  # fmt: skip
def test_what_can_be_a_resource(document: dict[str, Any], fits: bool) -> None:
    assert is_resource(document) is fits


@pytest.mark.parametrize(
    ("state", "running", "expected"),
    [
        ("Updating", True, ("provisioning-state", "running", "Updating")),
        ("Succeeded", False, ("none", "succeeded", "Succeeded")),
        ("", False, ("none", "succeeded", "")),
        ("Failed", False, ("none", "failed", "Failed")),
    ],
)
def test_a_resource_whose_operation_was_lost_is_followed(
    state: str, running: bool, expected: tuple[str, str, str]
) -> None:
    found = thing(state, error=ERROR)
    assert operations.is_running(found) is running
    made = following(found, "PATCH", URL, headers={"h": "1"}, cookies={"c": "2"})
    assert (made.strategy, made.status, made.azure_status) == expected
    assert (made.method, made.resource_url, made.poll_url, made.presumed) == ("PATCH", URL, URL, running)
    assert (made.headers, made.cookies) == ({"h": "1"}, {"c": "2"})
    assert made.error == (ERROR if state == "Failed" else None)


# --- a step -----------------------------------------------------------------------------------------------------------


def test_a_step_asks_once_and_counts() -> None:
    client = Client(answer(200, {"status": "InProgress"}, pause=7.0))
    before = operation(headers={"h": "1"}, cookies={"c": "2"}, polls=4, misses=2)
    after = step(cast(ArmClient, client), before)
    assert client.asked == [("GET", STATUS, {"h": "1"})]
    assert (after.polls, after.misses, after.retry_after) == (5, 0, 7.0)
    assert after.cookies == {"c": "2", "set": "1"}
    assert before.cookies == {"c": "2"}
    assert stepped(before, answer(200, {"status": "InProgress"})).retry_after == 30.0
    done = ended("PUT", URL, "succeeded")
    assert stepped(done, answer()) is done


@pytest.mark.parametrize(
    ("method", "body", "expected"),
    [
        # strategy, status, Azure's word, error
        ("PUT", {"status": "InProgress"}, ("azure-async-operation", "running", "InProgress", None)),
        ("PUT", {"status": "Succeeded"}, ("final-get", "running", "Succeeded", None)),
        ("PUT", {"status": "SUCCEEDED", "error": ERROR}, ("final-get", "running", "SUCCEEDED", None)),
        ("PUT", {"status": "Failed", "error": ERROR}, ("none", "failed", "Failed", ERROR)),
        ("PUT", {"status": "Failed", "error": "odd"}, ("none", "failed", "Failed", None)),
        ("PATCH", {"status": "Canceled", "error": ERROR}, ("none", "canceled", "Canceled", ERROR)),
        ("DELETE", {"status": "Succeeded"}, ("none", "succeeded", "Succeeded", None)),
        ("DELETE", {"status": "Failed", "error": ERROR}, ("none", "failed", "Failed", ERROR)),
        ("POST", {"status": "Succeeded", "a": 1}, ("none", "succeeded", "Succeeded", None)),
        ("POST", {"status": "succeeded"}, ("none", "succeeded", "succeeded", None)),
        ("POST", {"status": "Failed", "error": ERROR}, ("none", "failed", "Failed", ERROR)),
    ],
)
def test_a_status_says_where_the_operation_stands(
    method: str, body: dict[str, Any], expected: tuple[str, str, str, Any]
) -> None:
    after = stepped(operation(method=method, retry_after=9.0), answer(200, body, pause=4.0))
    assert (after.strategy, after.status, after.azure_status, after.error) == expected
    assert after.retry_after == (4.0 if body["status"] == "InProgress" else 0.0)
    assert after.poll_url == (URL if after.strategy == "final-get" else STATUS)
    done = method == "POST" and body["status"].lower() == "succeeded"
    assert after.resource == (body if done else None)


def test_a_post_with_a_location_is_read_there() -> None:
    before = operation(method="POST", location=RESULT)
    after = stepped(before, answer(200, {"status": "Succeeded", "a": 1}))
    assert (after.strategy, after.poll_url, after.resource) == ("final-get", RESULT, None)


@pytest.mark.parametrize(
    ("percent", "kept"),
    [(0, 0.0), (100, 100.0), (40, 40.0), (12.5, 12.5), (-1, None), (101, None), (True, None), ("40", None), (None, None)],
)  # fmt: skip
def test_how_far_it_is_counts_from_0_to_100(percent: Any, kept: float | None) -> None:
    assert stepped(operation(), answer(200, {"status": "Going", "percentComplete": percent})).percent == kept


@pytest.mark.parametrize("status", ["", None, 3, ["Succeeded"]])
def test_a_status_that_says_nothing_is_tried_again(status: Any) -> None:
    with pytest.raises(BadAnswer) as caught:
        stepped(operation(), answer(200, {"status": status}))
    error = caught.value
    assert error.message == "Azure's answer about the operation does not say where it stands."
    assert (error.retryable, error.status, error.uncertain) == (True, 200, False)
    assert {name: getattr(error, name) for name in IDS} == IDS


@pytest.mark.parametrize(
    ("method", "reply", "expected"),
    [
        # strategy, poll_url, status, Azure's word, resource, error
        ("PUT", answer(202), ("location", RESULT, "running", "", None, None)),
        ("PUT", answer(202, "", {"Location": STATUS}), ("location", STATUS, "running", "", None, None)),
        ("PUT", answer(202, "", {"Location": ELSEWHERE}), ("location", RESULT, "running", "", None, None)),
        ("PUT", answer(204), ("final-get", URL, "running", "", None, None)),
        ("DELETE", answer(204), ("none", RESULT, "succeeded", "", None, None)),
        ("DELETE", answer(200, {}), ("none", RESULT, "succeeded", "", None, None)),
        ("DELETE", answer(200, thing("Deleting")), ("none", RESULT, "succeeded", "", None, None)),
        ("DELETE", answer(200, thing("Failed", error=ERROR)), ("none", RESULT, "failed", "Failed", ..., ERROR)),
        ("PUT", answer(200, thing("Creating")), ("provisioning-state", URL, "running", "Creating", None, None)),
        ("PUT", answer(200, thing("Succeeded")), ("final-get", URL, "running", "Succeeded", ..., None)),
        ("PUT", answer(200, {"id": "/thing"}), ("final-get", URL, "running", "", ..., None)),
        ("PUT", answer(200, {"odd": 1}), ("final-get", URL, "running", "", None, None)),
        ("PUT", answer(200, "no JSON"), ("final-get", URL, "running", "", None, None)),
        ("PUT", answer(200, thing("Failed", error=ERROR)), ("none", RESULT, "failed", "Failed", ..., ERROR)),
        ("POST", answer(200, {"a": 1}), ("none", RESULT, "succeeded", "", ..., None)),
        ("POST", answer(202), ("location", RESULT, "running", "", None, None)),
        ("POST", answer(200, {"status": "Canceled", "error": ERROR}), ("none", RESULT, "canceled", "Canceled", None, ERROR)),
    ],
)  # fmt: skip
def test_a_location_ends_with_the_answer(
    method: str, reply: Answer, expected: tuple[str, str, str, str, Any, Any]
) -> None:
    after = stepped(operation("location", method), reply)
    *told, resource, error = expected
    assert [after.strategy, after.poll_url, after.status, after.azure_status] == told
    assert (after.resource, after.error) == (reply.json() if resource is ... else resource, error)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_the_last_word_of_azures_stays_where_there_is_no_other(method: str) -> None:
    assert stepped(operation("location", method, azure_status="Going"), answer(204)).azure_status == "Going"


@pytest.mark.parametrize(
    ("method", "state", "expected"),
    [
        ("PUT", "Creating", ("provisioning-state", "running", "Creating")),
        ("PUT", "Succeeded", ("none", "succeeded", "Succeeded")),
        ("PUT", None, ("none", "succeeded", "")),
        ("PUT", "failed", ("none", "failed", "failed")),
        ("PUT", "Canceled", ("none", "canceled", "Canceled")),
        ("DELETE", "Deleting", ("provisioning-state", "running", "Deleting")),
    ],
)
def test_the_resource_says_where_it_stands(
    method: str, state: str | None, expected: tuple[str, str, str]
) -> None:
    after = stepped(operation("provisioning-state", method), answer(200, thing(state, error=ERROR)))
    assert (after.strategy, after.status, after.azure_status) == expected
    assert after.error == (ERROR if after.status in ("failed", "canceled") else None)
    assert after.ours is False


@pytest.mark.parametrize(
    ("state", "status", "word"),
    [("Succeeded", "failed", "Succeeded"), ("Failed", "failed", "Failed"), ("Canceled", "canceled", "Canceled"), ("", "failed", "Succeeded")],
)  # fmt: skip
def test_what_still_stands_was_not_deleted(state: str, status: str, word: str) -> None:
    after = stepped(operation("provisioning-state", "DELETE"), answer(200, thing(state)))
    assert (after.status, after.azure_status, after.ours, after.strategy) == (status, word, True, "none")
    assert after.error == {
        "code": "DeleteFailed",
        "message": f"The scale set is still there, in the state “{word}”.",
    }


def test_a_success_of_what_failed_is_told_in_our_words() -> None:
    final = stepped(operation("final-get"), answer(200, thing("Failed")))
    assert final.error == {
        "code": "FailedAfterAll",
        "message": "Azure called the operation a success, but the scale set is in the state “Failed”.",
    }
    assert (final.status, final.ours, final.azure_status) == ("failed", True, "Failed")


@pytest.mark.parametrize("strategy", ["provisioning-state", "final-get"])
@pytest.mark.parametrize(("body", "message"), [("", "Azure's answer is empty."), ({}, "Azure's answer is empty."), ({"odd": 1}, "Azure's answer is not a resource.")])  # fmt: skip
def test_what_is_no_resource_is_tried_again(strategy: str, body: Any, message: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        stepped(operation(strategy), answer(200, body))
    assert (caught.value.message, caught.value.retryable, caught.value.status) == (message, True, 200)
    assert caught.value.request_id == "request"


@pytest.mark.parametrize(
    ("method", "reply", "expected"),
    [
        # strategy, status, Azure's word, resource, error
        ("PUT", answer(200, thing("Succeeded")), ("none", "succeeded", "Running", ..., None)),
        ("PUT", answer(200, thing("Updating")), ("none", "succeeded", "Running", ..., None)),
        ("PUT", answer(200, thing(None)), ("none", "succeeded", "Running", ..., None)),
        ("PUT", answer(200, thing("Canceled", error=ERROR)), ("none", "canceled", "Canceled", ..., ERROR)),
        ("POST", answer(202), ("final-get", "running", "Running", None, None)),
        ("POST", answer(200, {"a": 1}), ("none", "succeeded", "", ..., None)),
    ],
)
def test_the_last_look_is_what_counts(
    method: str, reply: Answer, expected: tuple[str, str, str, Any, Any]
) -> None:
    after = stepped(operation("final-get", method, azure_status="Running"), reply)
    strategy, status, word, resource, error = expected
    assert (after.strategy, after.status, after.azure_status, after.error) == (strategy, status, word, error)
    assert after.resource == (reply.json() if resource is ... else resource)
    assert after.retry_after == (30.0 if after.strategy == "final-get" else 0.0)


# --- 404 --------------------------------------------------------------------------------------------------------------


def gone(code: str = "ResourceNotFound") -> NotFound:
    return NotFound("Not there.", status=404, code=code)


FORGOTTEN = "Azure no longer knows the operation; the scale set itself was asked."


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        # strategy, status, note, code of our failure, pause
        (operation(), ("provisioning-state", "running", FORGOTTEN, "", 0.0)),
        (operation("location"), ("provisioning-state", "running", FORGOTTEN, "", 0.0)),
        (operation(method="DELETE"), ("provisioning-state", "running", FORGOTTEN, "", 0.0)),
        (operation(method="POST"), ("none", "failed", "", "OperationForgotten", 0.0)),
        (operation("provisioning-state", "DELETE"), ("none", "succeeded", "", "", 0.0)),
        (operation("provisioning-state"), ("provisioning-state", "running", "", "", 30.0)),
        (operation("provisioning-state", misses=1), ("provisioning-state", "running", "", "", 30.0)),
        (operation("provisioning-state", misses=2), ("none", "failed", "", "GoneMeanwhile", 0.0)),
        (operation("final-get"), ("final-get", "running", "", "", 30.0)),
        (operation("final-get", misses=2), ("none", "failed", "", "NotThereAfterAll", 0.0)),
        (
            operation("final-get", azure_status="Succeeded"),
            ("none", "succeeded", "The operation succeeded, but what it made could not be read.", "", 0.0),
        ),
        (
            operation("final-get", azure_status="Succeeded", resource=thing()),
            ("none", "succeeded", "", "", 0.0),
        ),
        (operation("final-get", resource=thing()), ("none", "succeeded", "", "", 0.0)),
    ],
)
def test_what_is_not_there(before: Operation, expected: tuple[str, str, str, str, float]) -> None:
    after = stepped(replace(before, retry_after=9.0), gone())
    strategy, status, note, code, pause = expected
    assert (after.strategy, after.status, after.note, after.retry_after) == (strategy, status, note, pause)
    assert (after.error or {}).get("code", "") == code
    assert (after.polls, after.cookies, after.ours) == (1, {"set": "1"}, bool(code))
    assert after.misses == (
        before.misses + 1 if code in ("GoneMeanwhile", "NotThereAfterAll") or pause else 0
    )
    if strategy == "provisioning-state":
        assert after.poll_url == URL


MESSAGES = {
    "OperationForgotten": "Azure no longer knows the operation, nor its result.",
    "GoneMeanwhile": "The scale set is not there: somebody deleted it meanwhile.",
    "NotThereAfterAll": "The answer to the request was a success without any word, and the scale set is not there.",
}


@pytest.mark.parametrize("code", MESSAGES)
def test_a_failure_in_our_words(code: str) -> None:
    before = {
        "OperationForgotten": operation(method="POST"),
        "GoneMeanwhile": operation("provisioning-state", misses=2),
        "NotThereAfterAll": operation("final-get", misses=2),
    }[code]
    assert stepped(before, gone()).error == {"code": code, "message": MESSAGES[code]}


@pytest.mark.parametrize("code", ["ResourceNotFound", "NOTFOUND", "ResourceGroupNotFound"])
@pytest.mark.parametrize("strategy", ["provisioning-state", "final-get"])
def test_only_azures_own_404_says_that_something_is_gone(strategy: str, code: str) -> None:
    before = operation(strategy, "DELETE" if strategy == "provisioning-state" else "PUT")
    assert stepped(before, gone(code)).polls == 1
    with pytest.raises(NotFound):
        stepped(before, gone("NoSuchRoute"))


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 409, 412, 422])
def test_a_location_ends_with_the_refusal_that_the_request_would_have_got(status: int) -> None:
    error = refusal(status, json.dumps({"error": {"code": "NotThisTime", "message": "No."}}), **IDS)
    after = stepped(operation("location", polls=2), error)
    assert (after.status, after.strategy, after.polls, after.ours) == ("failed", "none", 3, False)
    assert (after.error or {})["code"] == "NotThisTime"
    assert {name: getattr(after, name) for name in IDS} == IDS
    assert after.cookies == {"set": "1"}
    with pytest.raises(type(error)):
        stepped(operation(), error)
    with pytest.raises(type(error)):
        stepped(operation("provisioning-state"), error)


def test_a_refusal_without_words_of_azures_is_told_in_ours() -> None:
    error = Refused("Azure answered with status 400.", status=400, code="", raw="")
    after = stepped(operation("location"), error)
    assert (after.ours, after.error) == (True, {"code": "", "message": "Azure answered with status 400."})


@pytest.mark.parametrize(
    "error",
    [
        Forbidden("No.", status=403),
        ServiceTrouble("Trouble.", status=503, retryable=True),
        Refused("Again.", status=409, retryable=True),
        BadAnswer("Odd.", status=400),
        AzureError("Odd."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_other_trouble_with_a_location_is_the_askings_own(error: AzureError) -> None:
    with pytest.raises(type(error)) as caught:
        stepped(operation("location"), error)
    assert caught.value is error


# --- waiting ----------------------------------------------------------------------------------------------------------


class Watch:
    """A clock that goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def waited(before: Operation, *replies: Answer | AzureError, **more: Any) -> tuple[Any, list[float]]:
    watch = Watch()
    try:
        found: Any = wait(
            cast(ArmClient, Client(*replies)), before, sleep=watch.sleep, now=lambda: watch.at, **more
        )
    except AzureError as error:
        found = error
    return found, watch.slept


GOING = answer(200, {"status": "Going"}, pause=7.0)
DONE = answer(200, {"status": "Failed", "error": ERROR})


def test_who_waits_sleeps_as_azure_asks() -> None:
    after, slept = waited(operation(), GOING, GOING, DONE)
    assert (after.status, slept) == ("failed", [0.05, 7.0, 7.0])
    after, slept = waited(operation("final-get"), answer(200, thing()))
    assert (after.status, slept) == ("succeeded", [0.0])


def test_who_waits_waits_no_longer_than_their_patience() -> None:
    after, slept = waited(operation(retry_after=5.0), GOING, GOING, timeout=8.0)
    assert (after.status, after.polls, slept) == ("running", 2, [5.0, 3.0])
    after, slept = waited(operation("final-get", retry_after=9.0), GOING, timeout=0.0)
    assert (after.polls, slept) == (0, [])
    after, slept = waited(operation("final-get", "POST", retry_after=9.0), answer(202), timeout=8.0)
    assert (after.status, slept) == ("running", [8.0])


def passing(retry_after: float | None = None) -> AzureError:
    return ServiceTrouble("Trouble.", status=503, retryable=True, retry_after=retry_after)


def test_trouble_is_sat_out_three_times_in_a_row() -> None:
    after, slept = waited(operation(), passing(), passing(), passing(), DONE)
    assert (after.status, slept) == ("failed", [0.05, 2.0, 0.05, 4.0, 0.05, 8.0, 0.05])
    found, slept = waited(operation(), passing(), passing(), passing(), passing(), DONE)
    assert isinstance(found, ServiceTrouble)
    assert slept == [0.05, 2.0, 0.05, 4.0, 0.05, 8.0, 0.05]
    round_: list[Answer | AzureError] = [passing(), passing(), passing(), GOING]
    after, _ = waited(operation(), *round_, *round_, DONE)
    assert after.status == "failed", "an answer makes up for it"
    found, _ = waited(operation(), GOING, passing(), passing(), passing(), passing(), DONE)
    assert isinstance(found, ServiceTrouble), "and no more than that"
    found, slept = waited(operation(), Forbidden("No.", status=403), DONE)
    assert isinstance(found, Forbidden)
    assert slept == [0.05]


@pytest.mark.parametrize(("asked", "slept"), [(9.0, 9.0), (700.0, 600.0)])
def test_trouble_may_ask_for_a_pause(asked: float, slept: float) -> None:
    after, pauses = waited(operation(), passing(asked), DONE)
    assert (after.status, pauses) == ("failed", [0.05, slept, 0.05])
    after, pauses = waited(operation(), passing(asked), timeout=5.0)
    assert (after.status, pauses) == ("running", [0.05, 4.95])
    late = SimpleNamespace(at=iter([0.0, 0.0, 9.0, 9.0]))
    slept_for: list[float] = []
    wait(
        cast(ArmClient, Client(passing(asked))),
        operation(),
        timeout=5.0,
        sleep=slept_for.append,
        now=lambda: cast(float, next(late.at)),
    )
    assert slept_for == [0.05, 0.0], "no pause is less than none"
