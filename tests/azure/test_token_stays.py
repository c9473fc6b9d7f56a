"""A bearer token goes to Resource Manager and to nobody else, whatever an answer says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.azure.helpers import Trap, trap
from tests.azure.scripted import Scripted, scripted
from vmssbuilder.azure import Operation, wait
from vmssbuilder.azure.errors import AzureError, BadAnswer, ForeignAddress

THING = {"id": "/thing", "properties": {"provisioningState": "Succeeded"}}

# {port}: of the trap. {own}: Resource Manager's own authority.
ELSEWHERE = [
    "http://127.0.0.1:{port}/x",
    "http://localhost:{port}/x",
    "HTTP://127.0.0.1:{port}/x",
    "http://{own}@127.0.0.1:{port}/x",
    "http://127.0.0.1:{port}\\@{own}/x",
    "http://127.0.0.1:{port}#@{own}/x",
    "http://127.0.0.1:{port}?@{own}/x",
    "http://{own}.127.0.0.1:{port}/x",
    " http://127.0.0.1:{port}/x",
    "//127.0.0.1:{port}/x",
    "https://{own}/x",
    "ftp://{own}/x",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "/x",
    "x",
    "",
    "http://",
    "http://[::1/x",
    "http://{own}:99999/x",
    "http://%31%32%37.0.0.1:{port}/x",
    "http://{own}%2f@127.0.0.1:{port}/x",
]


@pytest.fixture
def arm() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


@pytest.fixture
def elsewhere() -> Iterator[Trap]:
    with trap() as caught:
        yield caught


def address(form: str, arm: Scripted, elsewhere: Trap) -> str:
    return form.replace("{port}", elsewhere.url.rpartition(":")[2]).replace(
        "{own}", arm.url.removeprefix("http://")
    )


def only_resource_manager_was_asked(arm: Scripted, elsewhere: Trap) -> None:
    assert elsewhere.fell_in == []
    assert set(arm.headers("Authorization")) <= {"Bearer token"}
    assert not [path for _method, path, _headers, _body in arm.asked if path not in {"/thing", "/status"}]


@pytest.mark.parametrize("form", ELSEWHERE)
@pytest.mark.parametrize("header", ["Azure-AsyncOperation", "Location"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_whatever_the_first_answer_names(
    arm: Scripted, elsewhere: Trap, form: str, header: str, method: str
) -> None:
    arm.on(f"{method} /thing", 202, None, **{header: address(form, arm, elsewhere)})
    arm.on("GET /thing", 200, THING)
    try:
        operation = arm.client.begin(method, f"{arm.url}/thing", {})
    except BadAnswer:
        assert method == "POST", "only a POST has nothing else to ask"
    else:
        ended = wait(arm.client, operation, sleep=arm.pauses.append)
        assert ended.status == ("failed" if method == "DELETE" else "succeeded")
    only_resource_manager_was_asked(arm, elsewhere)


@pytest.mark.parametrize("form", ELSEWHERE)
def test_whatever_a_poll_moves_to(arm: Scripted, elsewhere: Trap, form: str) -> None:
    arm.on("PUT /thing", 202, None, Location="{url}/status")
    arm.on("GET /status", 202, None, Location=address(form, arm, elsewhere)).on("GET /status", 200, THING)
    arm.on("GET /thing", 200, THING)
    operation = arm.client.begin("PUT", f"{arm.url}/thing", {})
    assert wait(arm.client, operation, sleep=arm.pauses.append).status == "succeeded"
    only_resource_manager_was_asked(arm, elsewhere)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST"])
def test_no_redirect_is_followed(arm: Scripted, elsewhere: Trap, method: str, status: int) -> None:
    arm.on(f"{method} /thing", status, None, Location=f"{elsewhere.url}/x")
    with pytest.raises(BadAnswer) as caught:
        arm.client.send(method, f"{arm.url}/thing")
    assert not caught.value.uncertain, "a redirect carried nothing out"
    assert arm.requests == [f"{method} /thing"]
    only_resource_manager_was_asked(arm, elsewhere)


@pytest.mark.parametrize("form", [form for form in ELSEWHERE if form])
def test_whatever_the_next_link_names(arm: Scripted, elsewhere: Trap, form: str) -> None:
    arm.on("GET /thing", 200, {"value": [{"n": 1}], "nextLink": address(form, arm, elsewhere)})
    pages = arm.client.pages("/thing", "2024-07-01")
    assert next(pages) == {"n": 1}
    with pytest.raises(ForeignAddress):
        next(pages)
    only_resource_manager_was_asked(arm, elsewhere)


@pytest.mark.parametrize("form", ELSEWHERE)
def test_whatever_was_kept_in_the_database(arm: Scripted, elsewhere: Trap, form: str) -> None:
    url = address(form, arm, elsewhere)
    for strategy in ("azure-async-operation", "location", "provisioning-state", "final-get"):
        forged = Operation.from_json(
            {"method": "PUT", "resource_url": url, "poll_url": url, "strategy": strategy, "location": url}
        )
        with pytest.raises(AzureError):
            wait(arm.client, forged, sleep=arm.pauses.append)
    assert arm.requests == []
    only_resource_manager_was_asked(arm, elsewhere)


def test_no_token_is_even_asked_for(elsewhere: Trap) -> None:
    asked: list[str | None] = []

    def provider(claims: str | None) -> str:
        asked.append(claims)
        return "token"

    with scripted(token_provider=provider) as arm:
        with pytest.raises(ForeignAddress):
            arm.client.send("GET", f"{elsewhere.url}/x")
        arm.on("GET /thing", 200, THING)
        arm.client.send("GET", f"{arm.url}/thing")
    assert asked == [None], "the one for Resource Manager"
