"""The page on which people let things go wrong, and each fault as a client meets it."""

from __future__ import annotations

import base64
import json
import re
import time
from urllib.parse import urlsplit

import html5lib
import pytest
import requests

from tests.azure.helpers import document
from tests.sandbox.conftest import Arm
from vmssbuilder.sandbox import faults, world
from vmssbuilder.sandbox.server import Running

SCALE_SET = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachineScaleSets/web"


def switch(sandbox: Running, fault: str, **fields: str) -> requests.Response:
    form = {"act": "add", "fault": fault, "place": "anything", "times": "1", "seconds": "0", **fields}
    return requests.post(f"{sandbox.url}/faults", data=form, timeout=5, allow_redirects=False)


def page(sandbox: Running) -> str:
    answer = requests.get(f"{sandbox.url}/faults", timeout=5)
    assert answer.status_code == 200
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(answer.text)
    return answer.text


def test_every_fault_can_be_switched_on_and_off(sandbox: Running) -> None:
    assert "Nothing goes wrong at the moment." in page(sandbox)
    for name, wish in faults.OFFERED.items():
        assert switch(sandbox, name, place="sizes", method="GET").status_code == 303
        assert wish.title in page(sandbox)
    active = sandbox.sandbox.memory.faults
    assert len(active) == len(faults.OFFERED)
    first = re.search(r'name="fault" value="(\d+)"', page(sandbox))
    assert first is not None
    requests.post(f"{sandbox.url}/faults", data={"act": "drop", "fault": first[1]}, timeout=5)
    assert len(sandbox.sandbox.memory.faults) == len(faults.OFFERED) - 1
    requests.post(f"{sandbox.url}/faults", data={"act": "clear"}, timeout=5)
    assert "Nothing goes wrong at the moment." in page(sandbox)


@pytest.mark.parametrize(
    "fields",
    [
        {"times": "0"},
        {"times": "x"},
        {"seconds": "61"},
        {"method": "BREW"},
        {"place": "mars"},
        {"fault": "gremlins"},
    ],
    ids=str,
)
def test_a_wish_that_cannot_be_is_refused_in_words(sandbox: Running, fields: dict[str, str]) -> None:
    answer = switch(sandbox, fields.pop("fault", "500"), **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert not sandbox.sandbox.memory.faults


def test_pages_of_others_cannot_use_it(sandbox: Running) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = requests.post(f"{sandbox.url}/faults", data={"act": "clear"}, headers=headers, timeout=5)
        assert answer.status_code == 403
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert (
        requests.post(f"{sandbox.url}/faults", data={"act": "clear"}, headers=own, timeout=5).status_code
        == 200
    )


def test_a_fault_hits_its_route_alone_and_as_often_as_asked(arm: Arm, sandbox: Running) -> None:
    switch(sandbox, "500", place="subscriptions", times="2")
    assert arm("GET", f"/subscriptions/{world.DEVELOPMENT}/locations").status_code == 200
    assert [arm("GET", "/subscriptions").status_code for _ in range(3)] == [500, 500, 200]


def test_a_fault_spends_itself_once_a_request(arm: Arm, sandbox: Running) -> None:
    sandbox.fault("latency", path="^/subscriptions$", times=3, seconds=0.001)
    sandbox.fault("latency", path="^/subscriptions$", seconds=0.001)
    sandbox.fault("status", path="^/subscriptions$", skip=2, times=1)
    slow, _other, status = sandbox.sandbox.memory.faults
    left = []
    for _ in range(4):
        answer = arm("GET", "/subscriptions")
        left.append((answer.status_code, slow.times, status.skip, status.times))
    assert left == [(200, 2, 1, 1), (200, 1, 0, 1), (500, 0, 0, 0), (200, 0, 0, 0)]


def test_answers_go_wrong_as_asked(arm: Arm, sandbox: Running) -> None:
    switch(sandbox, "429", place="subscriptions")
    assert arm("GET", "/subscriptions").headers["Retry-After"] == "3"
    switch(sandbox, "502", place="subscriptions")
    answer = arm("GET", "/subscriptions")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    switch(sandbox, "403", place="subscriptions")
    assert arm("GET", "/subscriptions").json()["error"]["code"] == "AuthorizationFailed"
    for fault in ("reset", "truncated", "lost-answer"):
        switch(sandbox, fault, place="subscriptions")
        with pytest.raises(requests.exceptions.RequestException):
            arm("GET", "/subscriptions")
    switch(sandbox, "latency", place="subscriptions", seconds="1")
    started = time.monotonic()
    arm("GET", "/subscriptions")
    assert time.monotonic() - started >= 1


def test_tokens_go_wrong_as_asked(arm: Arm, sandbox: Running) -> None:
    switch(sandbox, "expired-token", place="subscriptions")
    answer = arm("GET", "/subscriptions")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "ExpiredAuthenticationToken")
    assert "claims=" not in answer.headers["WWW-Authenticate"]
    switch(sandbox, "claims-challenge", place="subscriptions")
    challenge = arm("GET", "/subscriptions").headers["WWW-Authenticate"]
    assert 'error="insufficient_claims"' in challenge
    claims = re.search(r'claims="([^"]+)"', challenge)
    assert claims is not None
    assert json.loads(base64.urlsafe_b64decode(claims[1] + "==")) == json.loads(faults.CLAIMS)


def test_a_write_may_be_accepted_without_a_word(arm: Arm, sandbox: Running) -> None:
    switch(sandbox, "lost-answer", place="scale-sets", method="PUT")
    with pytest.raises(requests.exceptions.RequestException):
        arm("PUT", SCALE_SET, document())
    assert arm("GET", SCALE_SET).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("failed", "Failed", "AllocationFailed"), ("canceled", "Canceled", "OperationPreempted"), ("endless", "InProgress", "")],
)  # fmt: skip
def test_operations_end_as_asked(arm: Arm, sandbox: Running, fault: str, status: str, code: str) -> None:
    sandbox.sandbox.memory.delay = 0
    switch(sandbox, fault, place="scale-sets")
    place = arm("PUT", SCALE_SET, document()).headers["Azure-AsyncOperation"]
    path = urlsplit(place).path
    found = arm("GET", path).json()
    assert found["status"] == status
    assert found.get("error", {}).get("code", "") == code


def test_the_world_can_be_changed_over_http_and_comes_back(sandbox: Running) -> None:
    def change(value: object) -> int:
        return requests.post(f"{sandbox.url}/_sandbox/world", json=value, timeout=5).status_code

    assert change({"sizes": 500, "subnets": 10, "page": 7, "limits": True}) == 200
    memory = sandbox.sandbox.memory
    assert (memory.sizes, memory.subnets, memory.page_size(100), memory.limits.enforced) == (500, 10, 7, True)
    assert [change(value) for value in ({"sizes": 0}, {"moons": 2}, None, [1], {"page": "x"})] == [400] * 5
    sandbox.reset()
    assert (memory.sizes, memory.subnets, memory.page_size(100), memory.limits.enforced) == (
        300,
        0,
        100,
        False,
    )
