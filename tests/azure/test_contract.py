"""What Resource Manager documents, row by row, over HTTP: conditions, limits, errors, ids.

Requests, operations and claims challenges have modules of their own: test_client, test_operations, test_begin.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.azure.helpers import ADDRESS, NEW, SUBNET, document
from tests.azure.scripted import CUT, Scripted, scripted
from vmssbuilder.azure import ArmClient, explain, open_session, stand_in
from vmssbuilder.azure.errors import (
    AzureError,
    ChangedMeanwhile,
    GatewayAnswer,
    LostAnswer,
    NotFound,
    Refused,
    ServiceTrouble,
    Throttled,
    Unreachable,
)
from vmssbuilder.azure.explaining import Cause, parts
from vmssbuilder.azure.receiving import remaining
from vmssbuilder.azure.throttling import Bucket, Gate
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import paths

PATH = "/virtualMachineScaleSets/web-prod$"
PROFILE = "properties.virtualMachineProfile"


@pytest.fixture
def arm() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


# --- section 1: conditions and what they come to ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "exists", "headers", "status"),
    [
        ("PUT", False, {}, 201),
        ("PUT", True, {}, 200),
        ("PUT", False, {"If-Match": '"1"'}, 412),
        ("PUT", True, {"If-Match": "current"}, 200),
        ("PUT", True, {"If-Match": '"999"'}, 412),
        ("PUT", False, {"If-None-Match": "*"}, 201),
        ("PUT", True, {"If-None-Match": "*"}, 412),
        ("PATCH", False, {"If-Match": '"1"'}, 404),
        ("PATCH", True, {"If-Match": "current"}, 200),
        ("PATCH", True, {"If-Match": '"999"'}, 412),
    ],
)
def test_what_a_condition_comes_to(
    client: ArmClient, sandbox: Running, method: str, exists: bool, headers: dict[str, str], status: int
) -> None:
    if exists:
        sandbox.sandbox.memory.delay = 0
        client.create(ADDRESS, NEW, document())
        found = client.get(ADDRESS, NEW)
        assert found is not None
        headers = {
            name: (found.etag or "") if value == "current" else value for name, value in headers.items()
        }
    url = client.url(ADDRESS.resource_id, NEW)
    sent = document() if method == "PUT" else {"tags": {"a": "b"}}
    try:
        assert client.send(method, url, sent, headers).status == status
    except (ChangedMeanwhile, NotFound) as error:
        assert error.status == status  # noqa: PT017 - one call, which either answers or raises


def test_a_forced_delete_says_so_in_its_address_and_asks_without(arm: Scripted) -> None:
    path = ADDRESS.resource_id
    arm.on(f"DELETE {path}", 202)
    operation = arm.client.delete(ADDRESS, NEW, force=True)
    assert "forceDeletion" not in operation.poll_url
    assert operation.poll_url.endswith(f"{path}?api-version={NEW}")


# --- section 3: every row of the table of errors ---------------------------------------------------------------------

QUOTA = (
    "Operation could not be completed as it results in exceeding approved standardDSv3Family Cores quota. Additional details"
    " - Deployment Model: Resource Manager, Location: uksouth, Current Limit: 10, Current Usage: 4, Additional Required: 8"
)
LACKING = (
    "The client 'rita' with object id '1' does not have authorization to perform action"
    " 'Microsoft.Compute/virtualMachineScaleSets/write' over scope"
    " '/subscriptions/s/resourceGroups/rg-shop' or the scope is invalid."
)
LINKED = (
    "The client 'rita' has permission to perform action 'Microsoft.Compute/virtualMachineScaleSets/write' on scope"
    " '/subscriptions/s/x'; however, it does not have permission to perform action"
    f" 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '{SUBNET}' or the linked scope(s) are invalid."
)
MEMBER = "Could not find member 'overprovision' on object of type 'Properties'. Path 'properties.overprovision', line 1, position 3."
SUBNET_PATH = f"{PROFILE}.networkProfile.networkInterfaceConfigurations[0].properties.ipConfigurations[0].properties.subnet.id"
NICS = f"{PROFILE}.networkProfile.networkInterfaceConfigurations"

# status, code, message, target | cause, field, a part of the sentence, a part of the cure, whether sending again may do
ROWS: list[tuple[int, str, str, str, Cause, str, str, str, bool]] = [
    (400, "InvalidParameter", "No.", "osProfile.adminUsername", "form", f"{PROFILE}.osProfile.adminUsername", "does not accept this value", "Correct", False),
    (400, "InvalidRequestContent", "Bad. Path 'sku.capacity', line 1.", "", "form", "sku.capacity", "does not accept this value", "Correct", False),
    (400, "BadRequest", "No.", "", "form", "", "does not accept the request", "Correct", False),
    (400, "BadRequest", MEMBER, "vmss.properties.overprovision", "form", "properties.overprovision", "“overprovision” does not exist", "newer API version", False),
    (400, "VMScaleSetNetworkInterfaceConfigurationMustHaveOneIpConfigAsPrimary", "No.", "", "form", NICS, "no primary IP", "primary", False),
    (400, "VMScaleSetCannotReferenceLoadbalancerWhenLargeScaleOrCrossAZ", "No.", "", "form", "properties.singlePlacementGroup", "Basic load balancer", "Standard", False),
    (400, "VMMarketplaceInvalidInput", "No.", "", "form", "plan", "purchase plan", "Fill in the plan", False),
    (400, "LinkedInvalidPropertyId", f"Property id 'x' at path '{SUBNET_PATH}' is invalid.", "", "form", SUBNET_PATH, "not a valid", "Correct the id", False),
    (409, "LinkedInvalidPropertyId", "Property id 'x' is invalid.", "", "form", "", "not a valid", "Correct the id", False),
    (400, "InvalidResourceReference", f"Resource {SUBNET} referenced by resource /subscriptions/s/x was not found.", "", "form", SUBNET_PATH, "does not exist", "same region", False),
    (401, "InvalidAuthenticationTokenTenant", "Wrong tenant.", "", "sign-in", "$target.subscription", "another directory", "Sign in", False),
    (401, "ExpiredAuthenticationToken", "Late.", "", "sign-in", "", "expired", "Sign in", False),
    (403, "AuthorizationFailed", LACKING, "", "permission", "", "virtualMachineScaleSets/write” at “resourceGroups/rg-shop”", "Ask an owner", False),
    (403, "LinkedAuthorizationFailed", LINKED, "", "permission", SUBNET_PATH, "subnets/join/action” on “subnets/web”", "Ask its owner", False),
    (403, "RequestDisallowedByPolicy", "No.", "", "policy", "", "Azure Policy", "exemption", False),
    (404, "ResourceGroupNotFound", "No.", "", "missing", "$target.resourceGroup", "resource group does not exist", "Choose another", False),
    (404, "SubscriptionNotFound", "No.", "", "missing", "$target.subscription", "subscription does not exist", "Choose another", False),
    (404, "NotFound", "No.", "", "missing", "", "does not find", "Check", False),
    (409, "PropertyChangeNotAllowed", "No.", "vmss.properties.upgradePolicy.mode", "form", "properties.upgradePolicy.mode", "cannot be changed", "Put the old value back", False),
    (409, "OperationNotAllowed", QUOTA, "", "quota", "sku.capacity", "“standardDSv3Family Cores” allows 10; 4 are in use, and this needs 8 more", "more quota", False),
    (409, "OperationNotAllowed", "A single placement group holds at most 100 instances.", "", "form", "sku.capacity", "100 instances at most", "switch “single placement group” off", False),
    (409, "Conflict", "No.", "", "unknown", "", "does not say why", "activity log", True),
    (409, "Conflict", "Another operation on this scale set is in progress.", "", "conflict", "", "in progress", "Wait", True),
    (409, "AnotherOperationInProgress", "No.", "", "conflict", "", "is running", "Wait", True),
    (409, "ResourceGroupBeingDeleted", "No.", "", "conflict", "$target.resourceGroup", "being deleted", "Choose another", True),
    (409, "SkuNotAvailable", "No.", "", "capacity", "sku.name", "not on offer", "another size", False),
    (409, "AllocationFailed", "No.", "", "capacity", "sku.name", "no room", "Try later", True),
    (409, "OverconstrainedAllocationRequest", "No.", "", "capacity", "sku.name", "all the wishes", "Loosen", True),
    (409, "MissingSubscriptionRegistration", "The subscription is not registered to use namespace 'Microsoft.Network'.", "", "registration", "$target.subscription", "not registered for Microsoft.Network", "register", False),
    (400, "NoRegisteredProviderFound", "No.", "", "registration", "$target.apiVersion", "not served", "newer API version", False),
    (412, "PreconditionFailed", "No.", "", "changed", "", "changed since", "different now", False),
    (429, "TooManyRequests", "No.", "", "throttled", "", "too many requests", "goes on by itself", True),
    (429, "RetryableErrorDueToAnotherOperation", "No.", "", "throttled", "", "network resource", "goes on by itself", True),
    (500, "InternalServerError", "No.", "", "outage", "", "trouble", "Try again later", True),
    (502, "", "", "", "gateway", "", "Something between here and Azure", "or its network", True),
    (503, "ServerUnavailable", "No.", "", "outage", "", "trouble", "Try again later", True),
    (504, "GatewayTimeout", "No.", "", "outage", "", "trouble", "Try again later", True),
    (408, "RequestTimeout", "No.", "", "outage", "", "trouble", "Try again later", True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}-{row[1]}-{row[4]}" for row in ROWS])
def test_every_row_becomes_a_sentence_a_field_and_a_cure(
    row: tuple[int, str, str, str, Cause, str, str, str, bool],
) -> None:
    status, code, message, target, cause, field, sentence, cure, retryable = row
    body = json.dumps({"error": {"code": code, "message": message, "target": target}}) if code else "<html>"
    with scripted(attempts=1, patience=0) as arm:
        arm.on(f"PUT {ADDRESS.resource_id}", status, body)
        with pytest.raises(AzureError) as caught:
            arm.client.update(ADDRESS, NEW, document(), method="PUT")
    told = explain(caught.value, document())
    assert (told.cause, told.retryable) == (cause, retryable)
    assert (paths.text(told.path) if told.path else "") == field
    assert sentence in told.sentence
    assert cure in told.cure
    assert caught.value.raw == body, "Azure's own answer is kept"


def test_errors_side_by_side_are_told_one_by_one(arm: Scripted) -> None:
    details = [
        {"code": "InvalidParameter", "message": "Too big.", "target": "sku.capacity"},
        {"code": "SkuNotAvailable", "message": "Not here."},
    ]
    error = {"code": "MultipleErrorsOccurred", "message": "Several.", "details": details}
    arm.on(f"PATCH {ADDRESS.resource_id}", 400, {"error": error})
    with pytest.raises(Refused) as caught:
        arm.client.update(ADDRESS, NEW, {})
    told = [explain(part, document()) for part in parts(caught.value)]
    assert [each.path for each in told] == [("sku", "capacity"), ("sku", "name")]
    assert [each.cause for each in told] == ["form", "capacity"]
    whole = explain(caught.value, document())
    assert (whole.cause, whole.path, whole.retryable) == ("form", None, False)


@pytest.mark.parametrize("details", [[], [{"code": "X", "message": "One."}]])
def test_a_single_error_has_no_parts(arm: Scripted, details: list[Any]) -> None:
    arm.on(f"PATCH {ADDRESS.resource_id}", 400, {"error": {"code": "X", "message": "M", "details": details}})
    with pytest.raises(Refused) as caught:
        arm.client.update(ADDRESS, NEW, {})
    assert parts(caught.value) == []


def test_a_policy_is_named_even_where_only_the_message_does(arm: Scripted) -> None:
    message = 'Disallowed by policy. Policy identifiers: \'[{"policyAssignment":{"name":"Europe only","id":"/x"}}]\'.'
    error = {"code": "RequestDisallowedByPolicy", "message": message}
    arm.on(f"PATCH {ADDRESS.resource_id}", 403, {"error": error})
    with pytest.raises(Refused) as caught:
        arm.client.update(ADDRESS, NEW, {})
    assert "“Europe only”" in explain(caught.value).sentence


# --- section 4: limits -----------------------------------------------------------------------------------------------


def test_what_is_left_of_the_limits_is_told(arm: Scripted) -> None:
    arm.on(
        "GET /thing",
        200,
        {"n": 1},
        x_ms_ratelimit_remaining_subscription_reads=249,
        x_ms_ratelimit_remaining_resource="Microsoft.Compute/GetVMScaleSet3Min;197,Microsoft.Compute/GetVMScaleSet30Min;1297",
        x_ms_ratelimit_remaining_tenant_writes="many",
    )
    arm.client.send("GET", f"{arm.url}/thing")
    assert arm.client.remaining == {
        "subscription-reads": 249,
        "Microsoft.Compute/GetVMScaleSet3Min": 197,
        "Microsoft.Compute/GetVMScaleSet30Min": 1297,
    }
    assert remaining({"Content-Type": "x"}) == {}


@pytest.mark.parametrize(
    ("headers", "region"),
    [
        ({}, ""),
        ({"x_ms_ratelimit_remaining_resource": "Microsoft.Compute/PutVMScaleSet3Min;0"}, "uksouth"),
    ],
)
def test_a_providers_limit_is_the_regions_and_resource_managers_is_everybodys(
    headers: dict[str, str], region: str
) -> None:
    gate = Gate()
    with scripted(gate=gate, region="UK South") as arm:
        arm.on(f"PATCH {ADDRESS.resource_id}", 429, None, Retry_After=120, **headers)
        with pytest.raises(Throttled) as caught:
            arm.client.update(ADDRESS, NEW, {})
        assert caught.value.retry_after == 120
        assert gate.wait_for(Bucket(ADDRESS.subscription, "uksouth", "writes")) > 100
        assert (gate.wait_for(Bucket(ADDRESS.subscription, "westeurope", "writes")) > 0) == (region == "")
        with pytest.raises(Throttled):
            arm.client.update(ADDRESS, NEW, {})
        assert len(arm.requests) == 1, "a request sent early would prolong the pause"


@pytest.mark.parametrize(("header", "expected"), [("Fri, 01 Jan 2100 00:00:00 GMT", 3600), ("86400", 3600)])
def test_a_pause_beyond_reason_does_not_close_the_gate_for_ever(header: str, expected: float) -> None:
    gate = Gate()
    with scripted(gate=gate) as arm:
        arm.on("GET /thing", 429, None, Retry_After=header)
        with pytest.raises(Throttled):
            arm.client.send("GET", f"{arm.url}/thing")
    assert gate.wait_for(Bucket("", "", "reads")) == pytest.approx(expected, abs=5)


def test_five_attempts_and_no_more(arm: Scripted) -> None:
    arm.on("GET /thing", 429, None, Retry_After=0)
    with pytest.raises(Throttled):
        arm.client.send("GET", f"{arm.url}/thing")
    assert len(arm.requests) == 5


@pytest.mark.parametrize(("pause", "requests"), [(10, 5), (11, 1)])
def test_a_pause_as_long_as_the_patience_is_sat_out_and_no_longer_one(
    arm: Scripted, pause: int, requests: int
) -> None:
    arm.on("GET /thing", 503, None, Retry_After=pause)
    with pytest.raises(ServiceTrouble):
        arm.client.send("GET", f"{arm.url}/thing")
    assert arm.pauses == [float(pause)] * (requests - 1)
    assert len(arm.requests) == requests


# --- section 6: ids --------------------------------------------------------------------------------------------------

IDS = {
    "x_ms_request_id": "request-1",
    "x_ms_correlation_request_id": "correlation-1",
    "x_ms_routing_request_id": "UKSOUTH:20261122T101112Z:1",
}


def test_every_id_is_kept_of_successes_failures_and_operations(arm: Scripted) -> None:
    arm.on("GET /thing", 200, {"n": 1}, **IDS)
    good = arm.client.send("GET", f"{arm.url}/thing").ids
    assert (good["request_id"], good["correlation_id"]) == ("request-1", "correlation-1")
    assert good["routing_id"].startswith("UKSOUTH:")
    assert good["date"].endswith("GMT")
    assert good["client_request_id"] == arm.headers("x-ms-client-request-id")[0]
    arm.on("PUT /thing", 202, None, Azure_AsyncOperation="{url}/status", **IDS)
    arm.on("GET /status", 200, {"status": "Failed", "error": {"code": "X", "message": "Y"}})
    failed = arm.client.begin("PUT", f"{arm.url}/thing", {})
    assert (failed.request_id, failed.routing_id) == ("request-1", IDS["x_ms_routing_request_id"])
    arm.on("DELETE /thing", 409, None, **IDS)
    with pytest.raises(AzureError) as caught:
        arm.client.send("DELETE", f"{arm.url}/thing")
    told = caught.value.to_json()
    assert (told["requestId"], told["correlationId"], told["routingId"]) == tuple(IDS.values())
    assert told["date"].endswith("GMT")
    assert told["clientRequestId"]


def test_without_an_answer_our_own_ids_remain(arm: Scripted) -> None:
    arm.on("POST /thing", CUT)
    with pytest.raises(LostAnswer) as caught:
        arm.client.send("POST", f"{arm.url}/thing")
    assert caught.value.correlation_id == arm.client.correlation_id
    assert caught.value.client_request_id == arm.headers("x-ms-client-request-id")[0]


# --- what surely was not sent, and what may have been ----------------------------------------------------------------


@pytest.mark.parametrize("value", ["mañana\n", "x\r\ny: z", "Ω"])
def test_a_header_that_cannot_be_sent_is_no_lost_answer(arm: Scripted, value: str) -> None:
    with pytest.raises(Unreachable) as caught:
        arm.client.send("PATCH", f"{arm.url}/thing", {}, {"If-Match": value})
    assert not caught.value.retryable
    assert arm.requests == []


@pytest.mark.parametrize("etag", ["Ω", "a b", "x" * 300, 7])
def test_an_etag_that_could_not_be_sent_back_is_none(arm: Scripted, etag: Any) -> None:
    arm.on(f"GET {ADDRESS.resource_id}", 200, {"name": "web-prod", "etag": etag})
    found = arm.client.get(ADDRESS, NEW)
    assert found is not None
    assert found.etag is None


def test_tls_that_breaks_after_the_request_may_have_let_it_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's TLS turns to rubbish once it has read the request: the write may have been accepted."""
    cloud = stand_in("http://127.0.0.1:9")
    with open_session(cloud) as session:

        def broken(*_args: Any, **_named: Any) -> None:
            raise requests.exceptions.SSLError(ssl.SSLError(1, "[SSL: BAD_RECORD_MAC] bad record mac"))

        monkeypatch.setattr(session, "request", broken)
        client = ArmClient(cloud, lambda _: "token", session, attempts=1)
        with pytest.raises(LostAnswer) as caught:
            client.send("PUT", "http://127.0.0.1:9/thing", {})
        assert caught.value.uncertain


def test_a_404_of_a_proxy_does_not_say_that_a_name_is_free(arm: Scripted) -> None:
    arm.on(f"GET {ADDRESS.resource_id}", 404, "<html>Not found</html>")
    with pytest.raises(GatewayAnswer):
        arm.client.create(ADDRESS, "2016-04-30-preview", document())
    assert arm.requests == [f"GET {ADDRESS.resource_id}"], "nothing is written over what may be there"


def test_an_answer_whose_head_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmssbuilder.azure.transport.READ_TIMEOUT", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))
    accepted: list[socket.socket] = []
    thread = threading.Thread(target=lambda: accepted.append(listener.accept()[0]), daemon=True)
    thread.start()
    cloud = stand_in(f"http://127.0.0.1:{listener.getsockname()[1]}")
    with open_session(cloud) as session, listener:
        client = ArmClient(cloud, lambda _: "token", session, attempts=1)
        with pytest.raises(LostAnswer) as caught:
            client.send("PUT", f"{cloud.arm_url}/thing", {})
    assert caught.value.uncertain
    thread.join(5)
    for connection in accepted:
        connection.close()


def test_trouble_that_a_proxy_words_in_html_is_told_with_its_ids(arm: Scripted) -> None:
    page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    arm.on("GET /thing", 502, page, **IDS)
    with pytest.raises(GatewayAnswer) as caught:
        arm.client.send("GET", f"{arm.url}/thing")
    assert "502 Bad Gateway" in caught.value.message
    assert (caught.value.raw, caught.value.request_id) == (page, "request-1")
