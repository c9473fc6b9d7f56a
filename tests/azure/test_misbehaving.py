"""Whatever answers in Azure's place, or answers as Azure never would: over real HTTP, one line of the contract each."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.accounts.certificates import private_authority
from tests.azure.helpers import ADDRESS, NEW, document
from tests.azure.scripted import Scripted, scripted
from vmssbuilder.azure import ArmClient, Gate, cleaning, cloud, explain, open_session, stand_in, step, wait
from vmssbuilder.azure.clouds import Cloud
from vmssbuilder.azure.errors import (
    AzureError,
    BadAnswer,
    Forbidden,
    ForeignAddress,
    GatewayAnswer,
    Refused,
    ServiceTrouble,
    Throttled,
    TokenRefused,
    TooSlow,
    Unreachable,
    Unreadable,
)
from vmssbuilder.azure.throttling import DEFAULT_PAUSE, LONGEST_PAUSE, Bucket

THING: Final = {"name": "thing", "properties": {"provisioningState": "Succeeded"}}
MISSING: Final = {"error": {"code": "ResourceNotFound", "message": "Not there."}}
PAGE: Final = "<!DOCTYPE html><html><head><title>Access &amp; sign-in</title></head><body>No.</body></html>"


@pytest.fixture
def arm() -> Iterator[Scripted]:
    with scripted() as server:
        yield server


def caught(act: Callable[[], Any]) -> AzureError:
    with pytest.raises(AzureError) as error:
        act()
    return error.value


# --- how long to wait ------------------------------------------------------------------------------------------------

PAUSES: Final = {
    "1000000000": LONGEST_PAUSE,
    "86400": LONGEST_PAUSE,
    "9" * 400: LONGEST_PAUSE,
    "Fri, 31 Dec 9999 23:59:59 GMT": LONGEST_PAUSE,
    "Fri, 31 Dec 9999 23:59:59 -1200": None,
    "120": 120.0,
    "5, 30": 30.0,
    "1e5": None,
    "-7": None,
    "nan": None,
    "Infinity": None,
    "tomorrow": None,
    "٣": None,
}
"""What Retry-After says, and the seconds that come of it."""


@pytest.mark.parametrize(("says", "waits"), PAUSES.items())
def test_no_pause_is_longer_than_reason_wherever_it_is_asked_for(says: str, waits: float | None) -> None:
    header = says.encode().decode("latin-1")
    gate = Gate()
    with scripted(attempts=1, gate=gate) as arm:
        arm.on("GET /busy", 429, None, Retry_After=header)
        arm.on("GET /down", 503, None, Retry_After=header)
        arm.on("PUT /thing", 202, None, Azure_AsyncOperation="{url}/status", Retry_After=header)
        busy = caught(lambda: arm.client.send("GET", f"{arm.url}/busy"))
        assert isinstance(busy, Throttled)
        assert busy.retry_after == waits
        closed = DEFAULT_PAUSE if waits is None else waits
        assert gate.wait_for(Bucket("", "", "reads")) == pytest.approx(closed, abs=5)
    with scripted(attempts=1) as arm:
        arm.on("GET /down", 503, None, Retry_After=header)
        arm.on("PUT /thing", 202, None, Azure_AsyncOperation="{url}/status", Retry_After=header)
        assert caught(lambda: arm.client.send("GET", f"{arm.url}/down")).retry_after == waits
        assert arm.client.begin("PUT", f"{arm.url}/thing", {}).retry_after <= 600


@pytest.mark.parametrize("name", ["x_ms_retry_after_ms", "retry_after_ms"])
def test_a_pause_may_be_told_in_thousandths_and_more_than_once(name: str) -> None:
    with scripted(attempts=1) as arm:
        arm.on("GET /a", 503, None, **{name: 2500})
        arm.on("GET /b", 503, None, **{name: 10**15})
        arm.on("GET /c", 503, None, **{name: 2500, "Retry_After": 1})
        arm.on("GET /d", 503, None, Retry_After="4\n9\nsoon")
        asked = [caught(lambda: arm.client.send("GET", f"{arm.url}/{each}")).retry_after for each in "abcd"]  # noqa: B023 - called at once
    assert asked == [2.5, LONGEST_PAUSE / 1000, 2.5, 9.0]


def test_who_waits_for_an_operation_waits_no_longer_than_their_own_patience(arm: Scripted) -> None:
    arm.on("PUT /thing", 202, None, Azure_AsyncOperation="{url}/status")
    arm.on("GET /status", 503, None, Retry_After=500).on("GET /status", 200, {"status": "Succeeded"})
    slept: list[float] = []
    clock = iter(float(each) for each in range(100))
    operation = arm.client.begin("PUT", f"{arm.url}/thing", {})
    wait(arm.client, operation, timeout=40, sleep=slept.append, now=lambda: next(clock))
    assert max(slept) <= 40


# --- a gateway in Azure's place --------------------------------------------------------------------------------------

NOT_JSON: Final = [
    PAGE,
    "  <html>",
    "OK",
    "\ufeff<p>",
    "nginx",
    "<?xml version='1.0'?><Error/>",
    "true story",
]


@pytest.mark.parametrize("body", NOT_JSON)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_page_with_status_200_is_no_success_and_the_write_is_looked_for(
    arm: Scripted, method: str, body: str
) -> None:
    arm.on(f"{method} /thing", 200, body).on(f"{method} /thing", 200, THING)
    arm.on("GET /thing", 404, MISSING).on("GET /thing", 200, THING)
    done = wait(arm.client, arm.client.begin(method, f"{arm.url}/thing", THING), sleep=arm.pauses.append)
    assert done.status == "succeeded"
    assert arm.requests[:3] == [f"{method} /thing", "GET /thing", f"{method} /thing"]
    assert done.resource == THING


def test_a_write_that_a_gateway_hid_the_answer_of_is_found_and_followed(arm: Scripted) -> None:
    under_way = {"name": "thing", "properties": {"provisioningState": "Updating"}}
    arm.on("PATCH /thing", 200, PAGE).on("GET /thing", 200, under_way).on("GET /thing", 200, THING)
    done = wait(arm.client, arm.client.begin("PATCH", f"{arm.url}/thing", {}), sleep=arm.pauses.append)
    assert done.status == "succeeded"
    assert arm.requests.count("PATCH /thing") == 1


@pytest.mark.parametrize("body", [{"ok": True}, {"status": "success"}, [], "null", '"fine"', "7", "true"])
def test_json_that_is_no_resource_is_no_success_either(body: Any) -> None:
    with scripted(attempts=1) as arm:
        arm.on("PUT /thing", 200, body)
        error = caught(lambda: arm.client.begin("PUT", f"{arm.url}/thing", {}))
    assert isinstance(error, BadAnswer)
    assert error.uncertain, "the caller looks for the write"


def test_an_empty_success_of_what_is_not_there_is_none(arm: Scripted) -> None:
    arm.on("PUT /thing", 200, "").on("GET /thing", 404, MISSING)
    done = wait(arm.client, arm.client.begin("PUT", f"{arm.url}/thing", {}), sleep=arm.pauses.append)
    assert done.status == "failed"
    assert done.failure is not None
    assert not done.failure.said, "these are not Azure's words"


@pytest.mark.parametrize("status", [401, 403, 404, 407, 502, 503, 504, 511])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST"])
def test_a_gateways_refusal_blames_nobody(method: str, status: int) -> None:
    with scripted(attempts=1, token_provider=lambda _claims: "token") as arm:
        arm.on(f"{method} /thing", status, PAGE)
        error = caught(lambda: arm.client.send(method, f"{arm.url}/thing"))
        assert len(arm.requests) == 1
    assert isinstance(error, GatewayAnswer)
    assert error.uncertain == (method != "GET")
    told = explain(error)
    assert told.cause == "gateway"
    assert "Something between here and Azure" in told.sentence
    assert str(status) in told.sentence
    assert not error.said
    assert not error.spoken


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (401, "", {}),
        (401, "", {"WWW_Authenticate": 'Basic realm="proxy"'}),
        (403, "", {}),
        (403, {"message": "Forbidden"}, {}),
        (404, {"statusCode": 404, "message": None}, {}),
        (407, {"error": {"code": "AuthorizationFailed", "message": "No."}}, {}),
        (302, "", {"Location": "https://login.example/"}),
        (307, "", {"Location": "http://[never"}),
    ],
)
def test_other_marks_of_a_gateway(status: int, body: Any, headers: dict[str, str]) -> None:
    with scripted(attempts=1) as arm:
        arm.on("GET /thing", status, body, **headers)
        error = caught(lambda: arm.client.send("GET", f"{arm.url}/thing"))
    if status == 403 and body:
        # Words with Azure's own name for them could be Azure's.
        assert isinstance(error, GatewayAnswer | Forbidden)
        return
    assert isinstance(error, GatewayAnswer), error


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind"),
    [
        (403, {"error": {"code": "AuthorizationFailed", "message": "No."}}, {}, Forbidden),
        (403, "", {"x_ms_request_id": "1"}, Forbidden),
        (401, "", {"WWW_Authenticate": 'Bearer authorization_uri="https://login.example/"'}, TokenRefused),
        (429, PAGE, {"Retry_After": "3"}, Throttled),
    ],
)
def test_azures_own_refusals_stay_azures(
    status: int, body: Any, headers: dict[str, str], kind: type[Refused]
) -> None:
    with scripted(attempts=1) as arm:
        arm.on("GET /thing", status, body, **headers)
        error = caught(lambda: arm.client.send("GET", f"{arm.url}/thing"))
    assert type(error) is kind


@pytest.mark.parametrize("header", ["Azure_AsyncOperation", "Location"])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_page_in_place_of_a_poll_ends_nothing(arm: Scripted, method: str, header: str) -> None:
    arm.on(f"{method} /thing", 202, None, **{header: "{url}/status"})
    for status in (200, 403, 404, 409, 400):
        arm.on("GET /status", status, PAGE)
    last = {"status": "Succeeded"} if header != "Location" else THING
    arm.on("GET /status", 200, last).on("GET /thing", 200, THING)
    operation = arm.client.begin(method, f"{arm.url}/thing", {})
    for _ in range(5):
        assert isinstance(caught(lambda: step(arm.client, operation)), GatewayAnswer)
    assert wait(arm.client, operation, sleep=arm.pauses.append).status == "succeeded"


def test_a_page_in_place_of_a_list_is_no_list(arm: Scripted) -> None:
    arm.on("GET /subscriptions", 200, PAGE)
    assert isinstance(caught(arm.client.subscriptions), GatewayAnswer)


def test_a_header_of_the_answer_that_breaks_the_rules_leaves_the_doubt(arm: Scripted) -> None:
    arm.on("PUT /thing", 200, THING, Content_Length="10\n20")
    error = caught(lambda: arm.client.send("PUT", f"{arm.url}/thing", {}))
    assert error.uncertain, "the request was on the wire"


@contextlib.contextmanager
def answering_once(answer: bytes) -> Iterator[int]:
    """A server that says the same to whoever connects, whatever they ask; the port it listens on."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"])
def test_a_proxy_that_lets_nobody_through_is_no_lost_answer(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    answer = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    with answering_once(answer) as port, open_session(cloud("public")) as session:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        client = ArmClient(cloud("public"), lambda _claims: "token", session, attempts=1)
        error = caught(lambda: client.send("PUT", "https://management.azure.com/thing", {}))
    assert isinstance(error, Unreachable)
    assert not error.uncertain
    told = explain(error)
    assert told.cause == "gateway"
    assert told.sentence == "A proxy on the way refuses to connect to Azure. Nothing was sent."


def test_a_certificate_that_nobody_trusts_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As behind a proxy that looks into connections, with an authority of its own."""
    files = private_authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection, context.wrap_socket(connection, server_side=True):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener, open_session(cloud("public")) as session:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        here = Cloud("here", "Here", "", f"localhost:{listener.getsockname()[1]}", "")
        client = ArmClient(here, lambda _claims: "token", session, attempts=1)
        error = caught(lambda: client.send("PUT", f"{here.arm_url}/thing", {}))
        thread.join(5)
    assert isinstance(error, Unreachable)
    assert "has a certificate that is not trusted here" in explain(error).sentence


# --- text from outside -----------------------------------------------------------------------------------------------


def test_what_no_database_takes_never_comes_in(arm: Scripted) -> None:
    raw = (
        r'{"name": "web \ud83d", "tags": {"cut\udc00": "a\u0000b", "whole": "\ud83d\ude00", "bell": "\u0007"},'
        r' "properties": {"n": NaN, "i": Infinity, "m": -Infinity, "huge": 1e999, "digits": '
        + "9" * 5000
        + r', "max": 9223372036854775807, "lines": "a'
        + "\n"
        + r'b"}}'
    )
    arm.on(f"GET {ADDRESS.resource_id}", 200, raw, x_ms_request_id="id\x00\x1b[31m" + "x" * 5000)
    found = arm.client.get(ADDRESS, NEW)
    assert found is not None
    written = json.dumps(found.document, allow_nan=False, ensure_ascii=False).encode()
    assert b"\\u0000" not in written
    assert found.document["name"] == "web \ufffd"
    assert found.document["tags"] == {"cut\ufffd": "a\ufffdb", "whole": "😀", "bell": "\u0007"}
    properties = found.document["properties"]
    assert [properties[each] for each in ("n", "i", "m", "huge", "digits")] == [None] * 5
    assert properties["max"] == 2**63 - 1
    assert properties["lines"] == "a\nb"


def test_errors_and_their_ids_are_cleaned_as_well(arm: Scripted) -> None:
    raw = r'{"error": {"code": "Bad\u0000", "message": "Cut \ud83d\u001b[31m here.", "target": "a\u0007"}}'
    arm.on("GET /thing", 400, raw, x_ms_request_id="id\x01\x1b" + "x" * 5000)
    error = caught(lambda: arm.client.send("GET", f"{arm.url}/thing"))
    told = json.dumps(error.to_json(), ensure_ascii=False)
    told.encode()
    assert "\\u0000" not in told.replace(json.dumps(error.raw)[1:-1], "")
    assert error.message == "Cut \ufffd\ufffd[31m here."
    assert len(error.request_id) <= 200
    assert error.request_id.isprintable()


@pytest.mark.parametrize("percent", ["NaN", "1e999", "-3", "1" + "0" * 300, '"40"', "true", "null"])
def test_a_percentage_beyond_reason_is_none(arm: Scripted, percent: str) -> None:
    arm.on("PUT /thing", 202, None, Azure_AsyncOperation="{url}/status")
    arm.on("GET /status", 200, f'{{"status": "InProgress", "percentComplete": {percent}}}')
    operation = wait(
        arm.client, arm.client.begin("PUT", f"{arm.url}/thing", {}), timeout=0.001, sleep=arm.pauses.append
    )
    assert operation.percent is None
    json.dumps(operation.to_json(), allow_nan=False)


def test_cookies_that_could_not_be_kept_are_not(arm: Scripted) -> None:
    arm.on(
        "PUT /thing", 202, None, 'a="x\x01y"', "b=fine", f"c=1; Max-Age={'9' * 5000}", Location="{url}/status"
    )
    assert arm.client.begin("PUT", f"{arm.url}/thing", {}).cookies == {"b": "fine", "c": "1"}


# --- too much of it --------------------------------------------------------------------------------------------------


def nested(depth: int) -> str:
    return '{"name": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@pytest.mark.parametrize("depth", [cleaning.NESTING_LIMIT + 1, 900, 5_000, 200_000])
def test_nesting_without_end_has_its_own_sentence(arm: Scripted, depth: int) -> None:
    arm.on(f"GET {ADDRESS.resource_id}", 200, nested(depth))
    error = caught(lambda: arm.client.get(ADDRESS, NEW))
    assert isinstance(error, Unreadable)
    assert (
        explain(error).sentence == "Azure's answer is nested more than 128 levels deep, so it was not read."
    )


def test_nesting_up_to_the_limit_is_read_whatever_texts_hold(arm: Scripted) -> None:
    for body in (
        nested(cleaning.NESTING_LIMIT),
        json.dumps({"name": "[{" * 300}),
        json.dumps({"name": "}" * 300}),
    ):
        arm.on(f"GET {ADDRESS.resource_id}", 200, body)
        assert arm.client.get(ADDRESS, NEW) is not None
        arm.answers.clear()


def bomb(times: int = 1, how: Callable[[bytes], bytes] = gzip.compress) -> bytes:
    packed = b" " * 40_000_000
    for _ in range(times):
        packed = how(packed)
    return packed


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", bomb(), "unpacks to more than 16 MB"),
        ("x-gzip", gzip.compress(b" " * 9_000_000) * 2, "unpacks to more than 16 MB"),
        ("deflate", bomb(how=zlib.compress), "unpacks to more than 16 MB"),
        ("deflate", bomb(how=raw_deflate), "unpacks to more than 16 MB"),
        ("gzip, gzip", bomb(2), "packed in a way that was not asked for (“gzip, gzip”)"),
        ("br", b"\x0b\x02\x80", "packed in a way that was not asked for (“br”)"),
        ("zstd", b"\x28\xb5\x2f\xfd", "packed in a way that was not asked for (“zstd”)"),
        ("gzip", b"no gzip at all", "cannot be unpacked"),
        ("gzip", gzip.compress(b'{"name": "x"}', mtime=0)[:-9], "cannot be unpacked"),
        ("", b" " * 16_000_001, "is more than 16 MB"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_body_that_is_too_much_has_its_own_sentence(
    arm: Scripted, method: str, encoding: str, body: bytes, words: str
) -> None:
    arm.on(f"{method} /thing", 200, body, **({"Content_Encoding": encoding} if encoding else {}))
    started = time.monotonic()
    error = caught(lambda: arm.client.send(method, f"{arm.url}/thing"))
    assert time.monotonic() - started < 5
    assert isinstance(error, Unreadable)
    assert words in explain(error).sentence
    assert error.uncertain == (method == "PUT")
    assert len(arm.requests) == 1, "it would be as much the next time"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate)],
)
def test_what_is_packed_as_asked_is_unpacked_whole(
    arm: Scripted, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    value = {"name": "x", "more": ["é" * 1000, "y"] * 100}
    data = json.dumps(value).encode()
    whole = pack(data) if encoding == "deflate" else pack(data[:70_000]) + pack(data[70_000:])
    arm.on("GET /thing", 200, whole, Content_Encoding=encoding)
    assert arm.client.send("GET", f"{arm.url}/thing").json() == value


def test_a_pause_is_kept_to_though_its_words_are_too_much(arm: Scripted) -> None:
    arm.on("GET /thing", 429, bomb(), Content_Encoding="gzip", Retry_After=50)
    error = caught(lambda: arm.client.send("GET", f"{arm.url}/thing"))
    assert isinstance(error, Throttled)
    assert error.retry_after == 50


@pytest.mark.parametrize("where", ["message", "details", "nested"])
def test_a_message_of_three_megabytes_costs_no_more_than_a_moment(arm: Scripted, where: str) -> None:
    ids = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v "
    error: dict[str, Any] = {"code": "Failed", "message": ids * 38_000}
    if where == "details":
        error = {
            "code": "Failed",
            "message": "Many.",
            "details": [{"code": f"C{n}", "message": ids} for n in range(30_000)],
        }
    if where == "nested":
        error = {"code": "Failed", "message": json.dumps({"error": error})}
    arm.on("PUT /thing", 400, {"error": error})
    started = time.monotonic()
    told = caught(lambda: arm.client.send("PUT", f"{arm.url}/thing", {}))
    explained = explain(told, document())
    assert time.monotonic() - started < 5
    assert len(explained.sentence) < 500
    assert len(told.raw) > 2_000_000, "it is kept whole for whoever wants it"
    assert len(told.details) <= 100
    assert len(told.quote) <= 301


# --- one deadline ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def dripping(head: bytes, drop: bytes) -> Iterator[ArmClient]:
    """A server that says its head at once, and then one drop after the other, each just in time."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.recv(65_536)
                connection.sendall(head)
                while not stop.wait(0.02):
                    connection.sendall(drop)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    here = stand_in(f"http://127.0.0.1:{listener.getsockname()[1]}")
    try:
        with open_session(here) as session:
            yield ArmClient(here, lambda _claims: "token", session, attempts=1)
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIPS: Final = {
    "status": (b"H", b"T"),
    "header": (HEAD + b"X-Slow: ", b"x"),
    "headers": (HEAD, b"X-Slow: x\r\n"),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
    "endless body": (HEAD + b"Connection: close\r\n\r\n{}", b" "),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "chunk size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "silence": (b"", b""),
}


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("drip", DRIPS)
def test_a_request_is_over_in_time_wherever_it_drips(
    monkeypatch: pytest.MonkeyPatch, method: str, drip: str
) -> None:
    monkeypatch.setattr("vmssbuilder.azure.sending.ANSWER_TIME", 0.25)
    with dripping(*DRIPS[drip]) as client:
        started = time.monotonic()
        error = caught(lambda: client.send(method, f"{client.cloud.arm_url}/thing"))
        assert time.monotonic() - started < 2
    assert isinstance(error, TooSlow)
    assert error.uncertain == (method == "PUT")
    assert explain(error).sentence == "Azure's answer did not come in time."


def test_a_connection_that_was_cut_for_its_time_serves_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(attempts=1) as arm:
        arm.on("GET /thing", 200, THING)
        for _ in range(3):
            assert arm.client.send("GET", f"{arm.url}/thing").json() == THING
        assert arm.connections == 1, "and one that was not is used again"
        monkeypatch.setattr("vmssbuilder.azure.sending.ANSWER_TIME", 0.0)
        assert isinstance(caught(lambda: arm.client.send("GET", f"{arm.url}/thing")), AzureError)
        monkeypatch.setattr("vmssbuilder.azure.sending.ANSWER_TIME", 5.0)
        assert arm.client.send("GET", f"{arm.url}/thing").json() == THING


# --- ends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["Azure_AsyncOperation", "Location"])
@pytest.mark.parametrize("state", ["Failed", "failed", "Canceled"])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_resource_that_says_failed_after_a_success_is_a_failure(
    arm: Scripted, method: str, state: str, header: str
) -> None:
    arm.on(f"{method} /thing", 202, None, **{header: "{url}/status"})
    arm.on("GET /status", 200, {"status": "Succeeded"} if header != "Location" else THING)
    arm.on("GET /thing", 200, {"name": "thing", "properties": {"provisioningState": state}})
    done = wait(arm.client, arm.client.begin(method, f"{arm.url}/thing", {}), sleep=arm.pauses.append)
    assert done.status == state.lower()
    assert done.failure is not None
    assert "Azure called the operation a success" in done.failure.message
    assert not done.failure.said, "Azure did not say that"


@pytest.mark.parametrize("status", [501, 505, 506, 510, 520, 599, 600, 999])
@pytest.mark.parametrize("body", [{"error": {"code": "NotImplemented", "message": "No."}}, "", PAGE])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_status_that_does_not_go_by_is_not_tried_again(
    arm: Scripted, method: str, status: int, body: Any
) -> None:
    arm.on(f"{method} /thing", status, body)
    error = caught(lambda: arm.client.begin(method, f"{arm.url}/thing", {}))
    assert arm.requests == [f"{method} /thing"]
    assert not error.retryable
    assert not error.uncertain
    assert isinstance(error, GatewayAnswer if body == PAGE else ServiceTrouble)
    told = explain(error)
    assert str(status) in told.sentence
    assert "Try again later" not in told.cure


# --- lists -----------------------------------------------------------------------------------------------------------


def numbers(arm: Scripted) -> list[int]:
    return [each["n"] for each in arm.client.pages("/things", "2024-07-01")]


@pytest.mark.parametrize("name", ["nextLink", "odata.nextLink", "@odata.nextLink"])
def test_a_list_goes_on_by_any_name_of_its_next_page(arm: Scripted, name: str) -> None:
    arm.on("GET /things", 200, {"value": [{"n": 1}], name: f"{arm.url}/more?$skiptoken=1"})
    arm.on("GET /more", 200, {"value": [{"n": 2}], name: None})
    assert numbers(arm) == [1, 2]


@pytest.mark.parametrize("name", ["nextLink", "odata.nextLink", "@odata.nextLink"])
def test_a_list_that_leads_back_ends_after_one_round(arm: Scripted, name: str) -> None:
    first = f"{arm.url}/things?api-version=2024-07-01"
    arm.on("GET /things", 200, {"value": [{"n": 1}], name: f"{arm.url}/b"})
    arm.on("GET /b", 200, {"value": [{"n": 2}], name: f"{arm.url}/c"})
    arm.on("GET /c", 200, {"value": [{"n": 3}], name: f"{arm.url}/b"})
    assert numbers(arm) == [1, 2, 3]
    arm.answers.clear()
    arm.on("GET /things", 200, {"value": [{"n": 1}], name: first})
    assert numbers(arm) == [1]


@pytest.mark.parametrize("name", ["nextLink", "odata.nextLink", "@odata.nextLink"])
def test_no_name_of_a_next_page_leads_elsewhere(arm: Scripted, name: str) -> None:
    arm.on("GET /things", 200, {"value": [], name: "https://management.example/things"})
    assert isinstance(caught(lambda: numbers(arm)), ForeignAddress)


def test_a_next_page_that_is_no_address_is_no_end(arm: Scripted) -> None:
    arm.on("GET /things", 200, {"value": [{"n": 1}], "nextLink": {"href": "x"}})
    assert isinstance(caught(lambda: numbers(arm)), BadAnswer)
