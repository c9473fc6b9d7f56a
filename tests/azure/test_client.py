from __future__ import annotations

import base64
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate

import pytest

from tests.azure.helpers import ADDRESS, NEW, OLD, PASSWORD, SUBSCRIPTION, Tokens, briefly, document, trap
from vmssbuilder.azure import ArmClient, ScaleSetAddress, SignIn, cloud, open_session, operations
from vmssbuilder.azure.errors import (
    AlreadyExists,
    AzureError,
    BadAnswer,
    ChangedMeanwhile,
    ClaimsChallenge,
    Conflict,
    Forbidden,
    ForeignAddress,
    LostAnswer,
    NotFound,
    Refused,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
    Unreadable,
)
from vmssbuilder.azure.receiving import challenged_claims
from vmssbuilder.azure.sending import ArmRequest, SingleSend
from vmssbuilder.azure.signin import NEW_TOKEN
from vmssbuilder.azure.throttling import Gate, seconds
from vmssbuilder.azure.transport import Session
from vmssbuilder.sandbox.server import Running, running

ClientFor = Callable[..., ArmClient]
PATH = "/virtualMachineScaleSets/web-prod$"


@pytest.fixture
def existing(client: ArmClient, sandbox: Running) -> ArmClient:
    """A client, and a scale set that is there."""
    operations.wait(client, client.create(ADDRESS, NEW, document()), sleep=briefly)
    sandbox.sandbox.memory.requests.clear()
    return client


# --- section 1: the request ------------------------------------------------------------------------------------------


def test_a_create_is_a_put_at_the_documented_address(client: ArmClient, sandbox: Running) -> None:
    client.create(ADDRESS, OLD, document())
    (put,) = sandbox.requests("PUT")
    assert put["path"] == (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachineScaleSets/web-prod"
    )
    assert put["apiVersion"] == OLD
    assert put["body"] == document()


def test_headers_of_a_request(client: ArmClient, sandbox: Running) -> None:
    client.create(ADDRESS, NEW, document())
    get, put = sandbox.requests("GET")[0]["headers"], sandbox.requests("PUT")[0]["headers"]
    assert put["content-type"] == "application/json"
    assert "content-type" not in get
    assert get["accept-language"] == "en"
    assert get["user-agent"].startswith("vmssbuilder")
    assert uuid.UUID(get["x-ms-client-request-id"]) != uuid.UUID(put["x-ms-client-request-id"])
    assert get["x-ms-correlation-request-id"] == put["x-ms-correlation-request-id"] == client.correlation_id
    assert get["x-ms-return-client-request-id"] == "true"


@pytest.mark.parametrize(("version", "none_match"), [("2023-07-01", None), ("2023-09-01", "*"), (OLD, None)])
def test_a_create_carries_if_none_match_where_the_version_has_it(
    client: ArmClient, sandbox: Running, version: str, none_match: str | None
) -> None:
    client.create(ADDRESS, version, document())
    assert sandbox.requests("PUT")[0]["headers"].get("if-none-match") == none_match


@pytest.mark.parametrize(("version", "match"), [("2023-07-01", None), ("2023-09-01", '"2"')])
def test_an_update_carries_the_etag_where_the_version_has_it(
    existing: ArmClient, sandbox: Running, version: str, match: str | None
) -> None:
    existing.update(ADDRESS, version, {"tags": {"a": "b"}}, etag='"2"')
    assert sandbox.requests("PATCH")[0]["headers"].get("if-match") == match


def test_an_update_is_a_put_where_the_version_has_no_patch(existing: ArmClient, sandbox: Running) -> None:
    existing.update(ADDRESS, OLD, document(tags={"a": "b"}))
    assert [each["method"] for each in sandbox.requests()] == ["PUT"]
    with pytest.raises(ValueError, match="2017-03-30"):
        existing.update(ADDRESS, OLD, {}, method="PATCH")


def test_get_of_what_is_not_there_is_none_but_a_missing_group_is_an_error(client: ArmClient) -> None:
    assert client.get(ADDRESS, NEW) is None
    with pytest.raises(NotFound) as caught:
        client.get(ScaleSetAddress(SUBSCRIPTION, "rg-none", "web"), NEW)
    assert caught.value.code == "ResourceGroupNotFound"


def test_get_gives_the_scale_set_with_etag_and_without_secrets(existing: ArmClient) -> None:
    found = existing.get(ADDRESS, NEW)
    assert found is not None
    assert (found.etag, found.provisioning_state) == ('"2"', "Succeeded")
    assert PASSWORD not in json.dumps(found.document)
    old = existing.get(ADDRESS, OLD)
    assert old is not None
    assert old.etag is None


def test_user_data_is_returned_on_request_only(client: ArmClient) -> None:
    wanted = document()
    wanted["properties"]["virtualMachineProfile"]["userData"] = "dXNlcg=="
    operations.wait(client, client.create(ADDRESS, NEW, wanted), sleep=briefly)
    plain, full = client.get(ADDRESS, NEW), client.get(ADDRESS, NEW, user_data=True)
    assert plain is not None
    assert full is not None
    assert "userData" not in plain.document["properties"]["virtualMachineProfile"]
    assert full.document["properties"]["virtualMachineProfile"]["userData"] == "dXNlcg=="


def test_a_delete_may_be_forced_and_nothing_there_is_success(existing: ArmClient, sandbox: Running) -> None:
    gone = operations.wait(existing, existing.delete(ADDRESS, NEW, force=True), sleep=briefly)
    assert gone.status == "succeeded"
    assert existing.get(ADDRESS, NEW) is None
    assert existing.delete(ADDRESS, NEW).status == "succeeded"
    assert existing.delete(ScaleSetAddress(SUBSCRIPTION, "rg-shop", "never"), NEW).ended


@pytest.mark.parametrize(
    "parts",
    [("", "g", "n"), ("s", "..", "n"), ("s", "g", "."), ("s", "g", "a/b"), ("s", "g", "a?b"), ("s", "g#", "n"), ("s", "g", "%2e"), ("s", "g", "a\nb"), (" ", "g", "n")],
)  # fmt: skip
def test_an_address_cannot_lead_elsewhere(parts: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="cannot be the"):
        ScaleSetAddress(*parts)


def test_lists_are_read_page_by_page(client: ArmClient, sandbox: Running) -> None:
    second = "https://management.sandbox.invalid/subscriptions?api-version=2022-12-01&page=2"
    page = {"value": [{"subscriptionId": "first"}], "nextLink": second}
    sandbox.fault("status", path="^/subscriptions$", status=200, body=json.dumps(page))
    names = [each["subscriptionId"] for each in client.subscriptions()]
    assert names[0] == "first"
    assert SUBSCRIPTION in names
    assert {"rg-shop", "rg-lab", "myrg1"} <= {each["name"] for each in client.resource_groups(SUBSCRIPTION)}
    assert "uksouth" in {each["name"] for each in client.locations(SUBSCRIPTION)}


@pytest.mark.parametrize("page", ["{}", '{"value": {}}', '{"error": {"code": "X"}}'])
def test_half_a_list_is_never_taken_for_a_whole_one(client: ArmClient, sandbox: Running, page: str) -> None:
    sandbox.fault("status", path="^/subscriptions$", status=200, body=page)
    with pytest.raises(BadAnswer):
        client.subscriptions()


def test_a_list_that_goes_on_for_ever_is_given_up(
    client: ArmClient, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = "https://management.sandbox.invalid/subscriptions?api-version=2022-12-01"
    page: dict[str, object] = {"value": [{"n": 1}]}
    monkeypatch.setattr("vmssbuilder.azure.client.PAGES_LIMIT", 4)
    for number in range(4):
        page["nextLink"] = f"{first}&page={number}"
        sandbox.fault("status", path="^/subscriptions$", status=200, body=json.dumps(page))
    with pytest.raises(BadAnswer, match="without end"):
        client.subscriptions()


# --- a create never overwrites ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_create_does_not_overwrite_what_is_there(
    existing: ArmClient, sandbox: Running, version: str
) -> None:
    with pytest.raises(AlreadyExists):
        existing.create(ADDRESS, version, document())
    assert sandbox.requests("PUT") == []


def test_azure_guards_a_create_against_one_who_came_between(client_for: ClientFor, sandbox: Running) -> None:
    rita, ada = client_for("rita"), client_for("ada")
    waited = threading.Event()

    def sneak(_claims: str | None) -> str:
        token = Tokens(ada_sign_in, "ada")(None)
        if len(sandbox.requests("GET")) == 1 and not waited.is_set():
            waited.set()
            ada.create(ADDRESS, NEW, document(tags={"by": "ada"}))
        return token

    with open_session(cloud("sandbox"), sandbox.url) as session:
        ada_sign_in = SignIn(cloud("sandbox"), "", "", "", session)
        late = ArmClient(cloud("sandbox"), sneak, session, sleep=lambda _: None)
        with pytest.raises(ChangedMeanwhile):
            late.create(ADDRESS, NEW, document(tags={"by": "rita"}))
    found = rita.get(ADDRESS, NEW)
    assert found is not None
    assert found.document["tags"] == {"by": "ada"}


def test_a_create_may_overwrite_when_told_to(existing: ArmClient, sandbox: Running) -> None:
    existing.create(ADDRESS, NEW, document(tags={"new": "yes"}), overwrite=True)
    (put,) = sandbox.requests("PUT")
    assert "if-none-match" not in put["headers"]


def test_a_stale_etag_is_refused(existing: ArmClient) -> None:
    with pytest.raises(ChangedMeanwhile) as caught:
        existing.update(ADDRESS, NEW, {"tags": {"a": "b"}}, etag='"1"')
    assert caught.value.message == 'Etag provided in if-match header "1" does not match etag "2" of resource.'
    assert not caught.value.retryable


# --- lost answers and resuming ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("kind", ["lost-answer", "truncated", "replaced"])
def test_a_lost_answer_to_a_create_is_found_out_not_sent_twice(
    client: ArmClient, sandbox: Running, version: str, kind: str
) -> None:
    sandbox.fault(kind, method="PUT", path=PATH, status=504)
    operation = operations.wait(client, client.create(ADDRESS, version, document()), sleep=briefly)
    assert operation.status == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("kind", ["reset", "status"])
def test_a_write_that_never_arrived_is_sent_again(
    client: ArmClient, sandbox: Running, version: str, kind: str
) -> None:
    sandbox.fault(kind, method="PUT", path=PATH, status=503)
    operation = operations.wait(client, client.create(ADDRESS, version, document()), sleep=briefly)
    assert operation.status == "succeeded"
    assert len(sandbox.requests("PUT")) == 1, "the first one never reached Resource Manager's own code"


def test_when_even_looking_fails_the_caller_hears_that_it_is_uncertain(
    client: ArmClient, sandbox: Running
) -> None:
    sandbox.fault("lost-answer", method="PUT", path=PATH)
    # The look before the create is answered; all the looks after it are not.
    sandbox.fault("status", method="GET", path=PATH, status=500, skip=1, times=5)
    with pytest.raises(LostAnswer) as caught:
        client.create(ADDRESS, NEW, document())
    assert caught.value.uncertain
    assert caught.value.retryable
    assert len(sandbox.requests("PUT")) == 1
    # Later, when the network is back:
    operation = operations.wait(
        client, client.create(ADDRESS, NEW, document(), resuming=True), sleep=time.sleep
    )
    assert operation.status == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


def test_a_lost_answer_to_an_update_is_found_out(existing: ArmClient, sandbox: Running) -> None:
    sandbox.fault("lost-answer", method="PATCH", path=PATH)
    operation = operations.wait(
        existing, existing.update(ADDRESS, NEW, {"tags": {"a": "b"}}), sleep=time.sleep
    )
    assert operation.status == "succeeded"
    assert operation.resource is not None
    assert operation.resource["tags"] == {"a": "b"}
    assert len(sandbox.requests("PATCH")) == 1


def test_an_update_that_never_arrived_is_sent_again(existing: ArmClient, sandbox: Running) -> None:
    sandbox.fault("reset", method="PATCH", path=PATH)
    operation = operations.wait(
        existing, existing.update(ADDRESS, NEW, {"tags": {"a": "b"}}, etag='"2"'), sleep=time.sleep
    )
    assert operation.status == "succeeded"
    assert len(sandbox.requests("PATCH")) == 1


def test_a_lost_answer_to_a_delete(existing: ArmClient, sandbox: Running) -> None:
    sandbox.fault("lost-answer", method="DELETE", path=PATH)
    assert operations.wait(existing, existing.delete(ADDRESS, NEW), sleep=briefly).status == "succeeded"
    assert existing.get(ADDRESS, NEW) is None


# --- what is sent again, and what not --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_reads_are_sent_again_after_trouble(
    client: ArmClient, sandbox: Running, pauses: list[float], status: int
) -> None:
    sandbox.fault("status", method="GET", path=PATH, status=status, times=4)
    assert client.get(ADDRESS, NEW) is None
    assert len(pauses) == 4
    assert all(0 < pause <= 10 for pause in pauses)


def test_reads_are_sent_five_times_at_most(client: ArmClient, sandbox: Running) -> None:
    sandbox.fault("status", method="GET", path=PATH, status=503, times=5)
    with pytest.raises(ServiceTrouble) as caught:
        client.get(ADDRESS, NEW)
    assert caught.value.retryable
    assert not caught.value.uncertain


@pytest.mark.parametrize("kind", ["reset", "truncated", "lost-answer"])
def test_reads_are_sent_again_after_a_broken_connection(
    client: ArmClient, sandbox: Running, kind: str
) -> None:
    sandbox.fault(kind, method="GET", path=PATH, times=2)
    assert client.get(ADDRESS, NEW) is None


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412])
def test_refusals_are_not_sent_again(
    existing: ArmClient, sandbox: Running, pauses: list[float], status: int
) -> None:
    pauses.clear()
    sandbox.fault("status", method="PATCH", path=PATH, status=status)
    with pytest.raises(Refused) as caught:
        existing.update(ADDRESS, NEW, {"tags": {}})
    assert (caught.value.status, pauses) == (status, [])


def test_azure_out_of_reach() -> None:
    with running() as gone:
        url = gone.url
    with open_session(cloud("sandbox"), url) as session:
        pauses: list[float] = []
        client = ArmClient(cloud("sandbox"), lambda _: "token", session, sleep=pauses.append)
        with pytest.raises(Unreachable) as caught:
            client.update(ADDRESS, NEW, {})
        assert caught.value.retryable
        assert not caught.value.uncertain
        assert len(pauses) == 4, "nothing was sent, so a write may be tried again"


# --- throttling ------------------------------------------------------------------------------------------------------


def test_a_short_pause_that_azure_asks_for_is_sat_out(
    client: ArmClient, sandbox: Running, pauses: list[float]
) -> None:
    sandbox.fault("status", method="GET", path=PATH, status=429, headers={"Retry-After": "7"})
    assert client.get(ADDRESS, NEW) is None
    assert 4.0 < max(pauses) <= 7.5, "less what this machine took meanwhile"


def test_a_write_is_sent_again_after_429(client: ArmClient, sandbox: Running, pauses: list[float]) -> None:
    sandbox.fault("status", method="PUT", path=PATH, status=429, headers={"Retry-After": "0"}, times=2)
    assert client.create(ADDRESS, NEW, document()).status == "running"
    assert len(sandbox.requests("PUT")) == 1


def test_a_long_pause_is_for_the_caller_and_holds_for_everybody_of_the_gate(
    client_for: ClientFor, sandbox: Running
) -> None:
    gate = Gate()
    first, second = client_for(gate=gate), client_for(gate=gate)
    sandbox.fault("status", method="GET", path=PATH, status=429, headers={"Retry-After": "120"})
    with pytest.raises(Throttled) as caught:
        first.get(ADDRESS, NEW)
    assert (caught.value.retry_after, caught.value.retryable) == (120, True)
    before = len(sandbox.requests())
    with pytest.raises(Throttled) as held:
        second.get(ADDRESS, NEW)
    assert held.value.retry_after == pytest.approx(120, abs=5)
    assert len(sandbox.requests()) == before, "a request sent early would prolong the pause"
    # Writes and other subscriptions have their own bucket.
    second.create(ADDRESS, NEW, document(), overwrite=True)
    other = ScaleSetAddress("22222222-2222-4222-8222-222222222222", "rg-shop-prod", "web")
    assert second.get(other, NEW) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [("5", 5.0), (" 10 ", 10.0), ("1.5", 1.5), (None, None), ("", None), ("-1", None), ("9" * 30, 3600.0), ("soon", None), ("Wed, 21 Oct 2026 07:28:40 GMT", 40.0), ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0), ("Wed, 21 Oct 2026 07:28:40", 40.0), ("Wed, 99 Oct 2026 07:28:40 GMT", None)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_moment(header: str | None, expected: float | None) -> None:
    # Against the answer's own date: our clock may be off.
    assert seconds(header, "Wed, 21 Oct 2026 07:28:00 GMT") == expected


def test_without_a_date_of_the_answer_our_clock_counts() -> None:
    assert seconds(formatdate(time.time() + 100, usegmt=True)) == pytest.approx(100, abs=3)


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_a_refused_token_is_replaced_once(session: Session, sign_in: SignIn, sandbox: Running) -> None:
    tokens = Tokens(sign_in, "rita")
    client = ArmClient(cloud("sandbox"), tokens, session, sleep=lambda _: None)
    sandbox.fault("status", method="GET", path=PATH, status=401)
    assert client.get(ADDRESS, NEW) is None
    assert tokens.asked == [None, NEW_TOKEN]
    sandbox.fault("status", method="GET", path=PATH, status=401, times=2)
    with pytest.raises(TokenRefused):
        client.get(ADDRESS, NEW)


def test_an_expired_token_is_replaced(session: Session, sign_in: SignIn, sandbox: Running) -> None:
    sandbox.sandbox.entra.token_lifetime = -1
    expired = Tokens(sign_in, "rita")(None)
    sandbox.sandbox.entra.token_lifetime = 3600
    tokens = Tokens(sign_in, "rita")

    def provider(claims: str | None) -> str:
        return expired if claims is None else tokens(claims)

    client = ArmClient(cloud("sandbox"), provider, session, sleep=lambda _: None)
    assert SUBSCRIPTION in {each["subscriptionId"] for each in client.subscriptions()}


def test_the_same_token_again_is_not_sent_again(session: Session, sandbox: Running) -> None:
    client = ArmClient(cloud("sandbox"), lambda _: "rubbish", session, sleep=lambda _: None)
    with pytest.raises(TokenRefused) as caught:
        client.get(ADDRESS, NEW)
    assert caught.value.code == "InvalidAuthenticationToken"
    assert len(sandbox.requests()) == 1


def test_a_sign_in_that_ended_is_said_before_anything_is_sent(session: Session, sandbox: Running) -> None:
    def provider(_claims: str | None) -> str:
        raise SignInNeeded("ended")

    client = ArmClient(cloud("sandbox"), provider, session)
    with pytest.raises(SignInNeeded):
        client.create(ADDRESS, NEW, document())
    assert sandbox.requests() == []


CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'


def _challenge(claims: str) -> dict[str, str]:
    encoded = base64.urlsafe_b64encode(claims.encode()).rstrip(b"=").decode()
    return {
        "WWW-Authenticate": f'Bearer realm="", authorization_uri="https://x", error="insufficient_claims", claims="{encoded}"'
    }


def test_a_claims_challenge_is_met_silently_where_that_is_possible(
    session: Session, sign_in: SignIn, sandbox: Running
) -> None:
    tokens = Tokens(sign_in, "rita")
    client = ArmClient(cloud("sandbox"), tokens, session, sleep=lambda _: None)
    sandbox.fault("status", method="GET", path=PATH, status=401, headers=_challenge(CLAIMS))
    assert client.get(ADDRESS, NEW) is None
    assert tokens.asked == [None, CLAIMS]


def test_a_claims_challenge_that_needs_the_person_says_which_claims(
    session: Session, sign_in: SignIn, sandbox: Running
) -> None:
    tokens = Tokens(sign_in, "rita")
    client = ArmClient(cloud("sandbox"), tokens, session, sleep=lambda _: None)
    sandbox.sandbox.entra.revoke("rita")
    sandbox.fault("status", method="GET", path=PATH, status=401, headers=_challenge(CLAIMS))
    with pytest.raises(ClaimsChallenge) as caught:
        client.get(ADDRESS, NEW)
    assert caught.value.claims == CLAIMS
    assert isinstance(caught.value, SignInNeeded)


def test_a_second_challenge_is_not_answered_for_ever(
    session: Session, sign_in: SignIn, sandbox: Running
) -> None:
    client = ArmClient(cloud("sandbox"), Tokens(sign_in, "rita"), session, sleep=lambda _: None)
    sandbox.fault("status", method="GET", path=PATH, status=401, headers=_challenge(CLAIMS), times=2)
    with pytest.raises(ClaimsChallenge):
        client.get(ADDRESS, NEW)


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        (_challenge(CLAIMS)["WWW-Authenticate"], CLAIMS),
        ('Bearer error="invalid_token"', None),
        ("", None),
        ('Bearer claims="!!!"', None),
        ('Bearer claims="bm90IGpzb24"', None),
        ('Bearer claims="e30", Bearer claims="e30"', None),
    ],
)
def test_claims_are_read_from_exactly_one_challenge(header: str, claims: str | None) -> None:
    assert challenged_claims(header) == claims


# --- the token goes nowhere else -------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["Azure-AsyncOperation", "Location"])
def test_an_operation_elsewhere_is_not_asked(client: ArmClient, sandbox: Running, header: str) -> None:
    with trap() as elsewhere:
        sandbox.fault(
            "replaced",
            method="PUT",
            path=PATH,
            status=201,
            headers={header: f"{elsewhere.url}/operations/1"},
            body="{}",
        )
        operation = client.create(ADDRESS, NEW, document())
        assert operation.poll_url == operation.resource_url
        assert header in operation.note
        assert operations.wait(client, operation, sleep=briefly).status == "succeeded"
        assert elsewhere.fell_in == []


def test_a_poll_that_moves_elsewhere_is_not_followed(existing: ArmClient, sandbox: Running) -> None:
    with trap() as elsewhere:
        location = "https://management.sandbox.invalid/subscriptions/moving"
        sandbox.fault(
            "replaced", method="DELETE", path=PATH, status=202, headers={"Location": location}, body=""
        )
        sandbox.fault(
            "status",
            path="/moving",
            status=202,
            headers={"Location": f"{elsewhere.url}/x", "Retry-After": "0"},
            body="",
        )
        operation = operations.step(existing, existing.delete(ADDRESS, NEW))
        assert operation.poll_url == location
        assert elsewhere.fell_in == []


def test_a_redirect_is_not_followed(client: ArmClient, sandbox: Running) -> None:
    with trap() as elsewhere:
        sandbox.fault(
            "status", method="GET", path=PATH, status=307, headers={"Location": f"{elsewhere.url}/x"}, body=""
        )
        with pytest.raises(BadAnswer):
            client.get(ADDRESS, NEW)
        assert elsewhere.fell_in == []


def test_a_next_page_elsewhere_is_not_read(client: ArmClient, sandbox: Running) -> None:
    with trap() as elsewhere:
        page = {"value": [], "nextLink": f"{elsewhere.url}/subscriptions"}
        sandbox.fault("status", path="^/subscriptions$", status=200, body=json.dumps(page))
        with pytest.raises(ForeignAddress):
            client.subscriptions()
        assert elsewhere.fell_in == []


def test_a_kept_operation_that_points_elsewhere_is_not_asked(session: Session) -> None:
    asked: list[str | None] = []

    def provider(claims: str | None) -> str:
        asked.append(claims)
        return "token"

    client = ArmClient(cloud("sandbox"), provider, session)
    with trap() as elsewhere:
        for url in (
            f"{elsewhere.url}/x",
            "http://management.sandbox.invalid/x",
            "/relative",
            "https://management.azure.com/x",
        ):
            forged = operations.Operation("PUT", url, url, "provisioning-state")
            with pytest.raises(ForeignAddress):
                operations.step(client, forged)
        assert (elsewhere.fell_in, asked) == ([], []), "no token is even asked for"


def test_the_innermost_layer_does_not_rely_on_those_above_it(session: Session) -> None:
    send = SingleSend(cloud("sandbox"), session, "vmssbuilder", "")
    with trap() as elsewhere:
        with pytest.raises(ForeignAddress):
            send(ArmRequest("GET", f"{elsewhere.url}/x", token="token"))
        assert elsewhere.fell_in == []


# --- odd answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", "{", "<html></html>", "\ufeff", '"text"'])
def test_an_answer_that_is_no_scale_set(client: ArmClient, sandbox: Running, body: str) -> None:
    sandbox.fault("status", method="GET", path=PATH, status=200, body=body)
    with pytest.raises(BadAnswer) as caught:
        client.get(ADDRESS, NEW)
    assert caught.value.retryable


def test_a_byte_order_mark_is_no_obstacle(client: ArmClient, sandbox: Running) -> None:
    sandbox.fault("status", method="GET", path=PATH, status=200, body='\ufeff{"name": "web-prod"}')
    found = client.get(ADDRESS, NEW)
    assert found is not None
    assert found.document == {"name": "web-prod"}


def test_an_endless_answer_is_cut_off(
    client: ArmClient, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmssbuilder.azure.bodies.ANSWER_LIMIT", 1000)
    sandbox.fault("status", method="GET", path=PATH, status=200, body="x" * 100_000)
    with pytest.raises(Unreadable, match="not read to its end"):
        client.get(ADDRESS, NEW)


@contextmanager
def _dripping() -> Iterator[str]:
    """A server that sends one byte at a time, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
                )
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        break

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmssbuilder.azure.sending.ANSWER_TIME", 0.3)
    monkeypatch.setattr("vmssbuilder.azure.sending.CONNECT_TIMEOUT", 0.0)
    with _dripping() as url, open_session(cloud("sandbox"), url) as session:
        client = ArmClient(cloud("sandbox"), lambda _: "token", session, attempts=1)
        with pytest.raises(LostAnswer):
            client.get(ADDRESS, NEW)


# --- sections 3 and 6: errors and their ids --------------------------------------------------------------------------


def test_a_refusal_carries_the_ids_to_quote(client_for: ClientFor) -> None:
    sam = client_for("sam", correlation_id="0123abcd-0000-4000-8000-00000000beef")
    with pytest.raises(Forbidden) as caught:
        sam.create(ADDRESS, NEW, document())
    error = caught.value
    assert error.code == "AuthorizationFailed"
    assert "sam@contoso.example" in error.message
    assert error.correlation_id == "0123abcd-0000-4000-8000-00000000beef"
    assert str(uuid.UUID(error.request_id)) == error.request_id
    assert str(uuid.UUID(error.client_request_id)) == error.client_request_id
    assert json.loads(error.raw)["error"]["code"] == "AuthorizationFailed"
    assert error.to_json()["correlationId"] == error.correlation_id


def test_an_operation_keeps_the_ids(client: ArmClient) -> None:
    operation = client.create(ADDRESS, NEW, document())
    assert str(uuid.UUID(operation.request_id)) == operation.request_id
    assert operation.correlation_id == client.correlation_id


def test_two_changes_at_once(client: ArmClient, sandbox: Running) -> None:
    sandbox.sandbox.memory.delay = 60
    client.create(ADDRESS, NEW, document())
    with pytest.raises(Conflict) as caught:
        client.update(ADDRESS, NEW, {"tags": {}})
    assert caught.value.retryable


def test_no_error_holds_the_token_or_what_was_sent(
    session: Session, sign_in: SignIn, sandbox: Running
) -> None:
    tokens = Tokens(sign_in, "rita")
    client = ArmClient(cloud("sandbox"), tokens, session, sleep=lambda _: None, attempts=1)
    for kind in ("reset", "lost-answer", "truncated", "status"):
        sandbox.fault(kind, method="PUT", path=PATH)
        sandbox.fault("reset", method="GET", path=PATH, skip=1)
        with pytest.raises(AzureError) as caught:
            client.create(ADDRESS, NEW, document())
        told = json.dumps(caught.value.to_json()) + repr(caught.value) + str(caught.value)
        assert PASSWORD not in told
        assert tokens(None) not in told
        sandbox.reset()
