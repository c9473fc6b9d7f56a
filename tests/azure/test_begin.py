"""Any long-running operation, begun with PUT, PATCH, DELETE or POST, against a server that follows a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.azure.helpers import trap
from tests.azure.scripted import CUT, Scripted, scripted
from vmssbuilder.azure import Operation, step, wait
from vmssbuilder.azure.errors import (
    AzureError,
    BadAnswer,
    ChangedMeanwhile,
    Conflict,
    Forbidden,
    ForeignAddress,
    GatewayAnswer,
    LostAnswer,
    NotFound,
    Refused,
    ServiceTrouble,
)

THING = {"id": "/things/1", "name": "thing", "properties": {"provisioningState": "Succeeded"}}
WANTED = {"location": "uksouth"}
ASYNC = {"Azure_AsyncOperation": "{url}/status"}
LOCATION = {"Location": "{url}/result"}


@pytest.fixture
def arm() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


def thing(state: str) -> dict[str, Any]:
    return {**THING, "properties": {"provisioningState": state}}


def run(arm: Scripted, method: str, document: Any = WANTED, **options: Any) -> Operation:
    """The whole operation, from its request to its end."""
    sent = None if method == "DELETE" else document
    operation = arm.client.begin(method, f"{arm.url}/thing", sent, **options)
    return wait(arm.client, operation, sleep=arm.pauses.append)


# --- which way to ask ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    ("headers", "strategy"),
    [
        (ASYNC, "azure-async-operation"),
        (LOCATION, "location"),
        ({**ASYNC, **LOCATION}, "azure-async-operation"),
        ({**ASYNC, "Location": "/relative"}, "azure-async-operation"),
        ({"Azure_AsyncOperation": "/relative", **LOCATION}, "location"),
        ({"Azure_AsyncOperation": "https://evil.example/x", **LOCATION}, "location"),
        ({"Azure_AsyncOperation": "/relative", "Location": "relative"}, "provisioning-state"),
        ({}, "provisioning-state"),
    ],
)
def test_every_accepted_status_and_every_way_to_ask(
    arm: Scripted, method: str, status: int, headers: dict[str, str], strategy: str
) -> None:
    arm.on(f"{method} /thing", status, thing("Creating"), **headers)
    arm.on("GET /status", 200, {"status": "InProgress"}).on("GET /status", 200, {"status": "Succeeded"})
    arm.on("GET /result", 202).on("GET /result", 200, THING)
    arm.on("GET /thing", 200, thing("Updating" if strategy == "provisioning-state" else "Succeeded"))
    arm.on("GET /thing", 200, THING)
    operation = arm.client.begin(method, f"{arm.url}/thing", WANTED)
    assert operation.strategy == strategy
    done = wait(arm.client, operation, sleep=arm.pauses.append)
    assert (done.status, done.resource) == ("succeeded", THING)
    polled = {"azure-async-operation": "/status", "location": "/result"}.get(strategy, "/thing")
    asked = [f"{method} /thing", f"GET {polled}", f"GET {polled}"]
    assert arm.requests[:3] == asked
    assert arm.requests[-1] == "GET /thing", "the resource is read at the end"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(("status", "body"), [(200, THING), (201, THING), (200, {"name": "thing"})])
def test_what_is_done_at_once_is_read_once_more(
    arm: Scripted, method: str, status: int, body: dict[str, Any]
) -> None:
    arm.on(f"{method} /thing", status, body).on("GET /thing", 200, {**body, "etag": "1"})
    done = run(arm, method)
    assert (done.status, done.resource) == ("succeeded", {**body, "etag": "1"})
    assert arm.requests == [f"{method} /thing", "GET /thing"]


@pytest.mark.parametrize("headers", [ASYNC, LOCATION])
@pytest.mark.parametrize(("status", "body"), [(200, ""), (204, "")])
def test_a_delete_ends_without_reading_what_is_gone(
    arm: Scripted, headers: dict[str, str], status: int, body: str
) -> None:
    arm.on("DELETE /thing", 202, **headers)
    arm.on("GET /status", 200, {"status": "Succeeded"}).on("GET /result", status, body)
    assert run(arm, "DELETE").status == "succeeded"
    assert "GET /thing" not in arm.requests


def test_a_delete_at_once(arm: Scripted) -> None:
    arm.on("DELETE /thing", 204)
    assert (run(arm, "DELETE").status, arm.requests) == ("succeeded", ["DELETE /thing"])


@pytest.mark.parametrize("state", ["Failed", "Canceled"])
def test_a_location_may_tell_that_a_delete_failed(arm: Scripted, state: str) -> None:
    arm.on("DELETE /thing", 202, **LOCATION).on("GET /result", 202, thing("Deleting"))
    arm.on("GET /result", 200, thing(state))
    assert run(arm, "DELETE").status == state.lower()


def test_polls_without_any_header_go_on_where_they_were(arm: Scripted) -> None:
    arm.on("PUT /thing", 202, None, Location="{url}/result", Retry_After=7)
    arm.on("GET /result", 202).on("GET /result", 202, None, Location="{url}/moved", Retry_After=3)
    arm.on("GET /moved", 200, THING).on("GET /thing", 200, THING)
    assert run(arm, "PUT").status == "succeeded"
    assert arm.requests == ["PUT /thing", "GET /result", "GET /result", "GET /moved", "GET /thing"]
    assert arm.pauses == [7.0, 30.0, 3.0, 0.0]


def test_the_pause_without_one_of_azures_is_the_callers_choice() -> None:
    with scripted(pause=2.0) as arm:
        arm.on("PUT /thing", 202, None, **ASYNC).on("GET /status", 200, {"status": "InProgress"})
        arm.on("GET /status", 200, {"status": "Succeeded"}).on("GET /thing", 200, THING)
        assert run(arm, "PUT").status == "succeeded"
        assert arm.pauses == [2.0, 2.0, 0.0]


# --- POST ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "requests"),
    [
        (LOCATION, ["GET /result", "GET /result"]),
        (ASYNC, ["GET /status"]),
        ({**ASYNC, **LOCATION}, ["GET /status", "GET /result", "GET /result"]),
    ],
)
def test_a_post_has_a_result(arm: Scripted, headers: dict[str, str], requests: list[str]) -> None:
    result = {"status": "Succeeded", "properties": {"changes": []}}
    arm.on("POST /thing", 202, None, **headers)
    arm.on("GET /status", 200, result)
    if "GET /result" in requests:
        arm.on("GET /result", 202).on("GET /result", 200, result)
    done = run(arm, "POST")
    assert (done.status, done.resource) == ("succeeded", result)
    assert arm.requests == ["POST /thing", *requests]


def test_the_result_of_a_post_may_be_told_with_the_status(arm: Scripted) -> None:
    arm.on("POST /thing", 202, None, **ASYNC, **LOCATION)
    arm.on("GET /status", 200, {"status": "Succeeded", "id": "100"})
    done = run(arm, "POST", result="status")
    assert done.resource == {"status": "Succeeded", "id": "100"}
    assert arm.requests == ["POST /thing", "GET /status"]


def test_a_post_that_is_done_at_once_and_one_whose_result_is_a_list(arm: Scripted) -> None:
    arm.on("POST /thing", 200, {"valid": True})
    assert run(arm, "POST").resource == {"valid": True}
    arm.answers.clear()
    arm.on("POST /thing", 200, [1, 2])
    assert run(arm, "POST").resource == {"value": [1, 2]}


def test_a_result_may_say_that_it_failed(arm: Scripted) -> None:
    error = {"code": "InvalidTemplate", "message": "No."}
    arm.on("POST /thing", 202, None, **LOCATION)
    arm.on("GET /result", 200, {"status": "Failed", "error": error})
    done = run(arm, "POST")
    assert (done.status, done.error) == ("failed", error)


@pytest.mark.parametrize("headers", [{}, {"Location": "/relative"}, {"Azure_AsyncOperation": "/foo"}])
def test_a_post_that_names_no_address_is_said_to_be_uncertain(arm: Scripted, headers: dict[str, str]) -> None:
    arm.on("POST /thing", 202, None, **headers)
    with pytest.raises(BadAnswer) as caught:
        run(arm, "POST")
    assert caught.value.uncertain


def test_a_result_that_azure_forgot(arm: Scripted) -> None:
    arm.on("POST /thing", 202, None, **LOCATION)
    done = run(arm, "POST")
    assert done.failure is not None
    assert done.failure.code == "OperationForgotten"


# --- cookies and headers ---------------------------------------------------------------------------------------------


def test_cookies_stay_with_their_operation(arm: Scripted) -> None:
    arm.on("PUT /thing", 201, None, "slice=a; Path=/; Max-Age=900; HttpOnly", "other=x", **ASYNC)
    arm.on("GET /status", 200, {"status": "InProgress"}, "slice=b")
    arm.on("GET /status", 200, {"status": "InProgress"}, "other=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    arm.on("GET /status", 200, {"status": "Succeeded"}, "slice=; Max-Age=0").on("GET /thing", 200, THING)
    operation = arm.client.begin("PUT", f"{arm.url}/thing", WANTED)
    while not operation.ended:
        # As a worker keeps it between two steps.
        operation = step(arm.client, Operation.from_json(json.loads(json.dumps(operation.to_json()))))
    assert arm.headers("Cookie") == [None, "slice=a; other=x", "slice=b; other=x", "slice=b", None]
    arm.asked.clear()
    arm.client.send("GET", f"{arm.url}/thing")
    assert arm.headers("Cookie") == [None], "no other request sees them"


def test_a_cookie_set_by_a_refusal_goes_with_the_next_attempt(arm: Scripted) -> None:
    arm.on("PUT /thing", 500, None, "scenario=one").on("PUT /thing", 201, thing("Creating"))
    arm.on("GET /thing", 404, {"error": {"code": "ResourceNotFound"}}).on("GET /thing", 200, THING)
    assert run(arm, "PUT").status == "succeeded"
    assert arm.requests == ["PUT /thing", "GET /thing", "PUT /thing", "GET /thing"]
    assert arm.headers("Cookie")[1:] == ["scenario=one"] * 3


def test_cookies_without_end_are_not_kept(arm: Scripted) -> None:
    many = [f"c{number}=1" for number in range(50)]
    arm.on("PUT /thing", 201, None, f"big={'x' * 5000}", "=bad", *many, **ASYNC)
    operation = arm.client.begin("PUT", f"{arm.url}/thing", WANTED)
    assert len(operation.cookies) == 20
    assert "big" not in operation.cookies


def test_the_callers_headers_go_with_every_question_but_conditions_do_not(arm: Scripted) -> None:
    arm.on("PUT /thing", 201, None, **ASYNC).on("GET /status", 200, {"status": "InProgress"})
    arm.on("GET /status", 200, {"status": "Succeeded"}).on("GET /thing", 200, THING)
    own = "9C4D50EE-2D56-4CD3-8152-34347DC9F2B0"
    done = run(arm, "PUT", headers={"X-Ms-Client-Request-Id": own, "x-custom": "1", "If-None-Match": "*"})
    assert arm.headers("x-ms-client-request-id") == [own] * 4
    assert arm.headers("x-custom") == ["1"] * 4
    assert arm.headers("If-None-Match") == ["*", None, None, None]
    assert done.client_request_id == own


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Host", "Content-Length", "Content-Type"])
def test_headers_that_are_the_clients_business_cannot_be_given(arm: Scripted, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        arm.client.begin("PUT", f"{arm.url}/thing", WANTED, headers={name: "x"})
    assert arm.requests == []


# --- what is wrong with the answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
@pytest.mark.parametrize("word", ["Failed", "Canceled"])
def test_failed_and_canceled(arm: Scripted, method: str, word: str) -> None:
    arm.on(f"{method} /thing", 202, None, **ASYNC)
    arm.on("GET /status", 200, {"status": word, "error": {"code": "AllocationFailed", "message": "No room."}})
    done = run(arm, method)
    assert (done.status, done.azure_status) == (word.lower(), word)
    assert done.failure is not None
    assert done.failure.message == "No room."


@pytest.mark.parametrize("word", ["Failed", "Canceled"])
def test_a_resource_may_say_so_too(arm: Scripted, word: str) -> None:
    arm.on("PUT /thing", 201, thing("Creating")).on("GET /thing", 200, thing(word))
    assert run(arm, "PUT").status == word.lower()


@pytest.mark.parametrize("body", ["", "{}", '{"status": ', "<html>busy</html>", '{"properties": {}}'])
def test_a_status_that_says_nothing_is_asked_a_few_times(arm: Scripted, body: str) -> None:
    arm.on("PUT /thing", 201, None, **ASYNC).on("GET /status", 200, body)
    with pytest.raises(BadAnswer):
        run(arm, "PUT")
    assert arm.requests == ["PUT /thing", *["GET /status"] * 4]


@pytest.mark.parametrize("body", ["", "{}", '{ "properties": { "provisioningState": "Succ'])
def test_a_resource_that_says_nothing_is_no_success(arm: Scripted, body: str) -> None:
    arm.on("PUT /thing", 200, '{ "properties": { "provi').on("GET /thing", 200, body)
    with pytest.raises(BadAnswer):
        run(arm, "PUT")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("header", ["Azure_AsyncOperation", "Location"])
def test_a_header_that_is_no_address_leaves_the_resource_to_tell(
    arm: Scripted, method: str, header: str
) -> None:
    arm.on(f"{method} /thing", 202, None, Retry_After="/bar", **{header: "/foo"})
    arm.on("GET /thing", 404, "<html>Cannot GET /thing</html>")
    with pytest.raises(GatewayAnswer):
        # A web page is not Resource Manager: it proves neither success nor failure.
        run(arm, method)
    arm.answers.clear()
    arm.on(f"{method} /thing", 202, None, **{header: "/foo"}).on("GET /thing", 200, THING)
    assert run(arm, method).status == ("succeeded" if method == "PUT" else "failed")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE"])
def test_a_location_may_end_with_a_refusal(arm: Scripted, method: str) -> None:
    error = {"code": "InvalidParameter", "message": "No.", "target": "sku.name", "details": []}
    arm.on(f"{method} /thing", 202, None, **LOCATION)
    arm.on("GET /result", 400, {"error": error}, x_ms_request_id="r1")
    done = run(arm, method)
    assert (done.status, done.error, done.request_id) == ("failed", error, "r1")


def test_a_status_that_is_refused_says_nothing_about_the_operation(arm: Scripted) -> None:
    arm.on("PUT /thing", 201, None, **ASYNC).on("GET /status", 400, {"error": {"code": "BadRequest"}})
    with pytest.raises(Refused):
        run(arm, "PUT")


def test_trouble_while_asking_is_sat_out(arm: Scripted) -> None:
    arm.on("PUT /thing", 201, None, **ASYNC)
    arm.on("GET /status", 500).on("GET /status", CUT).on("GET /status", 429, None, Retry_After=2)
    arm.on("GET /status", 200, {"status": "Succeeded"}).on("GET /thing", 200, THING)
    assert run(arm, "PUT").status == "succeeded"


def test_a_resource_that_is_not_there_yet_and_one_that_is_gone_after_all(arm: Scripted) -> None:
    missing = {"error": {"code": "ResourceNotFound"}}
    arm.on("PUT /thing", 201, thing("Creating"))
    arm.on("GET /thing", 404, missing).on("GET /thing", 404, missing).on("GET /thing", 200, THING)
    assert run(arm, "PUT").status == "succeeded"
    arm.answers.clear()
    arm.on("PUT /thing", 201, thing("Creating"))
    done = run(arm, "PUT")
    assert done.failure is not None
    assert done.failure.code == "GoneMeanwhile"


def test_a_404_of_a_proxy_says_nothing_about_the_resource(arm: Scripted) -> None:
    arm.on("PUT /thing", 201, thing("Creating")).on("GET /thing", 404, {"error": {"code": "NoRoute"}})
    begun = arm.client.begin("PUT", f"{arm.url}/thing", {})
    with pytest.raises(NotFound):
        step(arm.client, begun)


def test_who_waits_hears_of_a_refusal_at_once(arm: Scripted) -> None:
    arm.on("PUT /thing", 201, thing("Creating")).on(
        "GET /thing", 403, {"error": {"code": "AuthorizationFailed"}}
    )
    with pytest.raises(Forbidden):
        run(arm, "PUT")
    assert arm.requests == ["PUT /thing", "GET /thing"]


def test_a_success_is_a_success_though_the_resource_cannot_be_found(arm: Scripted) -> None:
    arm.on("PUT /thing", 202, None, **LOCATION).on("GET /result", 200, THING)
    done = run(arm, "PUT")
    assert (done.status, done.resource, done.note) == ("succeeded", THING, "")
    arm.answers.clear()
    arm.on("PUT /thing", 202, None, **ASYNC).on("GET /status", 200, {"status": "Succeeded"})
    done = run(arm, "PUT")
    assert (done.status, done.resource) == ("succeeded", None)
    assert "could not be read" in done.note


# --- what is sent again ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [CUT, 408, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_write_looks_before_it_is_sent_again(arm: Scripted, method: str, trouble: int) -> None:
    arm.on(f"{method} /thing", trouble).on(f"{method} /thing", trouble).on(f"{method} /thing", 200, THING)
    arm.on("GET /thing", 200, {**THING, "location": "elsewhere"})
    assert run(arm, method).status == "succeeded"
    assert arm.requests == [*[f"{method} /thing", "GET /thing"] * 2, f"{method} /thing", "GET /thing"]


@pytest.mark.parametrize("trouble", [CUT, 500, 504])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_write_that_arrived_is_not_sent_again(arm: Scripted, method: str, trouble: int) -> None:
    arm.on(f"{method} /thing", trouble).on("GET /thing", 200, {**THING, **WANTED})
    done = run(arm, method, {**WANTED, "tags": None})
    assert (done.status, done.presumed) == ("succeeded", False)
    assert arm.requests == [f"{method} /thing", "GET /thing"]


def test_a_change_under_way_is_presumed_to_be_ours_and_marked_so(arm: Scripted) -> None:
    arm.on("PATCH /thing", 504).on("GET /thing", 200, thing("Updating")).on("GET /thing", 200, THING)
    done = run(arm, "PATCH")
    assert (done.status, done.presumed, done.resource) == ("succeeded", True, THING)


def test_a_write_that_arrived_after_the_look(arm: Scripted) -> None:
    arm.on("PUT /thing", CUT).on("PUT /thing", 412, {"error": {"code": "PreconditionFailed"}})
    arm.on("GET /thing", 404, {"error": {"code": "ResourceNotFound"}}).on("GET /thing", 200, THING)
    assert run(arm, "PUT", headers={"If-None-Match": "*"}).status == "succeeded"


@pytest.mark.parametrize(("status", "kind"), [(409, Conflict), (412, ChangedMeanwhile)])
def test_a_collision_at_the_first_attempt_is_somebody_elses(
    arm: Scripted, status: int, kind: type[AzureError]
) -> None:
    arm.on("PUT /thing", status).on("GET /thing", 200, THING)
    with pytest.raises(kind):
        run(arm, "PUT", headers={"If-None-Match": "*"})
    assert arm.requests == ["PUT /thing"]


def test_a_delete_is_sent_again_without_a_look(arm: Scripted) -> None:
    arm.on("DELETE /thing", CUT).on("DELETE /thing", 500).on("DELETE /thing", 204)
    assert run(arm, "DELETE").status == "succeeded"
    assert arm.requests == ["DELETE /thing"] * 3


@pytest.mark.parametrize("trouble", [CUT, 500, 504])
def test_a_post_is_sent_again_only_when_it_is_harmless(arm: Scripted, trouble: int) -> None:
    arm.on("POST /thing", trouble).on("POST /thing", 200, {"valid": True})
    with pytest.raises((LostAnswer, ServiceTrouble)) as caught:
        run(arm, "POST")
    assert (caught.value.uncertain, arm.requests) == (True, ["POST /thing"])
    assert run(arm, "POST", harmless=True).resource == {"valid": True}


def test_a_look_that_a_proxy_answers_leaves_the_doubt(arm: Scripted) -> None:
    arm.on("PUT /thing", CUT).on("GET /thing", 404, "<html>Not found</html>")
    with pytest.raises(LostAnswer) as caught:
        run(arm, "PUT")
    assert caught.value.uncertain
    assert arm.requests == ["PUT /thing", "GET /thing"]


def test_an_error_that_the_caller_was_handling_does_not_count(arm: Scripted) -> None:
    """Unreachable before, a lost answer now: the write may have arrived, whatever was there before."""
    arm.on("POST /thing", CUT)
    with scripted() as away:
        gone = away.client, f"{away.url}/thing"
    try:
        gone[0].send("GET", gone[1])
    except AzureError:
        with pytest.raises(LostAnswer) as caught:
            run(arm, "POST")
        assert caught.value.uncertain
    else:
        pytest.fail("nobody should be there")


def test_backoff_doubles_with_a_random_part(arm: Scripted) -> None:
    arm.on("GET /thing", 503)
    rounds = []
    for _ in range(3):
        arm.pauses.clear()
        with pytest.raises(ServiceTrouble):
            arm.client.send("GET", f"{arm.url}/thing")
        rounds.append(list(arm.pauses))
        for pause, ceiling in zip(arm.pauses, (0.5, 1.0, 2.0, 4.0), strict=True):
            assert ceiling / 2 <= pause <= ceiling
    assert rounds[0] != rounds[1] or rounds[1] != rounds[2]


def test_retry_after_of_an_outage_is_kept(arm: Scripted) -> None:
    arm.on("GET /thing", 503, None, Retry_After=4).on("GET /thing", 200, THING)
    assert arm.client.send("GET", f"{arm.url}/thing").json() == THING
    assert arm.pauses == [4.0]


# --- the connection --------------------------------------------------------------------------------------------------


def test_one_connection_serves_many_requests(arm: Scripted) -> None:
    arm.on("GET /thing", 200, THING)
    for _ in range(5):
        arm.client.send("GET", f"{arm.url}/thing")
    assert arm.connections == 1


def test_a_body_shorter_than_announced_is_lost(arm: Scripted) -> None:
    arm.on("GET /thing", 200, "{}", Content_Length=4000, Connection="close")
    arm.on("GET /thing", 200, THING)
    assert arm.client.send("GET", f"{arm.url}/thing").json() == THING


def test_a_stand_in_is_asked_nowhere_else(arm: Scripted) -> None:
    with trap() as elsewhere:
        arm.on(
            "PUT /thing", 202, None, Azure_AsyncOperation=f"{elsewhere.url}/x", Location=f"{elsewhere.url}/y"
        )
        arm.on("GET /thing", 200, THING)
        assert run(arm, "PUT").status == "succeeded"
        with pytest.raises(ForeignAddress):
            arm.client.send("GET", f"{elsewhere.url}/x")
        assert elsewhere.fell_in == []
