from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
import requests

from tests.azure.helpers import PASSWORD, document
from tests.sandbox.conftest import Arm, access_token
from vmssbuilder.sandbox import __main__ as command
from vmssbuilder.sandbox import pages
from vmssbuilder.sandbox.server import NotLoopback, Running, SandboxServer, running

ROOT = Path(__file__).resolve().parents[2]
SCALE_SET = (
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop"
    "/providers/Microsoft.Compute/virtualMachineScaleSets/web"
)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.1.example.org"])
def test_it_listens_on_this_machine_only(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotLoopback):
        SandboxServer(host, 0, logs=False)
    assert command.main(["--host", host]) == 2
    assert "this computer only" in capsys.readouterr().err


def test_a_taken_port_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert command.main(["--port", str(port)]) == 1
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_ipv6_loopback_will_do_where_there_is_one() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        with pytest.raises(OSError, match=r"."), running(host="::1"):
            pass
        return
    with running(host="::1") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert requests.get(f"{sandbox.url}/_sandbox/health", timeout=5).json() == {"status": "ok"}


def test_the_command_serves_logs_without_secrets_and_stops(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "vmssbuilder.sandbox", "--port", str(port)],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "VMSSBUILDER_SANDBOX_DELAY": "0.1",
                "VMSSBUILDER_CLIENT_SECRET": "a secret of the environment",
            },
        )
        try:
            until = time.monotonic() + 10
            while "listening on" not in log.read_text() and time.monotonic() < until:
                time.sleep(0.02)
            assert requests.get(f"{url}/?canary=query-canary", timeout=5).status_code == 200
            headers = {"Authorization": "Bearer token-canary"}
            requests.put(
                f"{url}{SCALE_SET}?api-version=2024-07-01&p=query-canary",
                json=document(),
                headers=headers,
                timeout=5,
            )
            requests.post(
                f"{url}/common/oauth2/v2.0/token",
                data={"code": "code-canary", "client_secret": "secret-canary"},
                timeout=5,
            )
            requests.get(f"{url}/odd\x1b[31m/%0d%0aforged", timeout=5)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    said = log.read_text()
    assert f"sandbox: PUT {SCALE_SET} 401" in said
    assert "canary" not in said
    assert PASSWORD not in said
    assert "\x1b" not in said
    assert all(line.startswith("sandbox: ") for line in said.splitlines())


# --- hosts and bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "sandbox.invalid", ""])
def test_another_host_name_is_refused(sandbox: Running, host: str) -> None:
    for path in ("/subscriptions", "/_sandbox/requests", "/common/v2.0/.well-known/openid-configuration"):
        assert requests.get(f"{sandbox.url}{path}", headers={"Host": host}, timeout=5).status_code == 421


@pytest.mark.parametrize(
    "header",
    [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_no_web_page_sees_what_was_received(sandbox: Running, header: dict[str, str]) -> None:
    assert requests.get(f"{sandbox.url}/_sandbox/requests", headers=header, timeout=5).status_code == 403
    assert requests.post(f"{sandbox.url}/_sandbox/reset", headers=header, timeout=5).status_code == 403


def raw(sandbox: Running, text: bytes) -> bytes:
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"PUT /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        (b"PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n", 400),
        (b"GET /x HTTP/1.1\r\n\r\n", 421),
        (b"BREW /x HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not http\r\n\r\n", 400),
    ],
)
def test_odd_requests_are_refused_and_it_lives_on(sandbox: Running, request_text: bytes, status: int) -> None:
    answer = raw(sandbox, request_text)
    assert f" {status} " in answer.splitlines()[0].decode() or f"Error code: {status}" in answer.decode()
    assert requests.get(f"{sandbox.url}/_sandbox/health", timeout=5).status_code == 200


def test_a_connection_serves_several_requests(sandbox: Running) -> None:
    both = b"GET /_sandbox/health HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2
    assert raw(sandbox, both).count(b"200 OK") == 2


# --- what tests look at ----------------------------------------------------------------------------------------------


def test_what_was_received_is_told_and_forgotten(sandbox: Running, arm: Arm) -> None:
    arm("PUT", SCALE_SET, document())
    arm("GET", SCALE_SET, account="sam")
    put, get = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=5).json()
    assert (put["method"], put["path"], put["apiVersion"], put["body"], put["status"]) == (
        "PUT",
        SCALE_SET,
        "2024-07-01",
        document(),
        201,
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", put["time"])
    assert (get["method"], get["body"], get["status"]) == ("GET", None, 200)
    assert "authorization" not in put["headers"]
    assert requests.post(f"{sandbox.url}/_sandbox/reset", timeout=5).status_code == 200
    assert requests.get(f"{sandbox.url}/_sandbox/requests", timeout=5).json() == []
    assert arm("GET", SCALE_SET).status_code == 404


def test_faults_are_asked_for_over_http(sandbox: Running, arm: Arm) -> None:
    wish = {
        "kind": "status",
        "method": "GET",
        "path": "virtualMachineScaleSets/web$",
        "status": 418,
        "times": 2,
    }
    assert requests.post(f"{sandbox.url}/_sandbox/faults", json=wish, timeout=5).status_code == 200
    assert arm("GET", "/subscriptions").status_code == 200
    assert [arm("GET", SCALE_SET).status_code for _ in range(3)] == [418, 418, 404]


@pytest.mark.parametrize(
    "wish",
    [
        None,
        [],
        {},
        {"kind": "earthquake"},
        {"kind": "status", "colour": "red"},
        {"kind": "status", "path": "("},
    ],
)
def test_a_fault_that_is_none_is_refused(sandbox: Running, wish: object) -> None:
    assert requests.post(f"{sandbox.url}/_sandbox/faults", json=wish, timeout=5).status_code == 400


def test_latency_delays_and_then_goes_on(sandbox: Running, arm: Arm) -> None:
    sandbox.fault("latency", path="/subscriptions", seconds=0.15)
    started = time.monotonic()
    assert arm("GET", "/subscriptions").status_code == 200
    assert time.monotonic() - started >= 0.15


def test_a_lost_answer_is_lost_after_the_write(sandbox: Running, arm: Arm) -> None:
    sandbox.fault("lost-answer", method="PUT")
    with pytest.raises(requests.ConnectionError):
        arm("PUT", SCALE_SET, document())
    assert arm("GET", SCALE_SET).status_code == 200


def test_a_reset_comes_before_the_write(sandbox: Running, arm: Arm) -> None:
    sandbox.fault("reset", method="PUT")
    with pytest.raises(requests.ConnectionError):
        arm("PUT", SCALE_SET, document())
    assert arm("GET", SCALE_SET).status_code == 404


def test_a_truncated_answer_breaks_off(sandbox: Running, arm: Arm) -> None:
    sandbox.fault("truncated", method="GET")
    with pytest.raises(requests.RequestException):
        arm("GET", "/subscriptions")


def test_revoking_needs_an_account(sandbox: Running) -> None:
    assert (
        requests.post(f"{sandbox.url}/_sandbox/revoke", json={"account": "rita"}, timeout=5).status_code
        == 200
    )
    assert requests.post(f"{sandbox.url}/_sandbox/revoke", json={}, timeout=5).status_code == 400


# --- pages -----------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Just enough to judge a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_pages_are_plain_and_strict(sandbox: Running) -> None:
    trouble = f"{sandbox.url}/common/oauth2/v2.0/authorize?client_id=%3Cscript%3E"
    for url, status in ((f"{sandbox.url}/", 200), (trouble, 400), (f"{sandbox.url}/logout", 200)):
        answer = requests.get(url, timeout=5)
        assert answer.status_code == status
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        page = Page(answer.text)
        names = [tag for tag, _ in page.tags]
        assert names.count("h1") == names.count("main") == names.count("title") == 1
        assert "script" not in names
        assert "style" not in names
        assert not any("style" in attributes for _, attributes in page.tags)
        assert ("html", {"lang": "en"}) in page.tags
        for _, attributes in page.tags:
            for name in ("src", "href", "action"):
                assert not (attributes.get(name) or "").startswith(("http:", "https:", "//"))
    assert (
        requests.get(f"{sandbox.url}{pages.STYLES_PATH}", timeout=5)
        .headers["Content-Type"]
        .startswith("text/css")
    )


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_are_readable_in_light_and_dark() -> None:
    for theme in pages.STYLES.split("@media")[:2]:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", theme))
        for ink, ground in (
            ("ink", "page"),
            ("ink", "surface"),
            ("quiet", "surface"),
            ("quiet", "soft"),
            ("accent", "surface"),
            ("accent-ink", "accent"),
            ("warn-ink", "warn"),
            ("ink", "soft"),
        ):
            light, dark = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_every_answer_has_azures_ids(arm: Arm) -> None:
    own = "5f0c7a3e-0000-4000-8000-000000000000"
    answer = arm(
        "GET",
        "/subscriptions",
        headers={
            "x-ms-client-request-id": own,
            "x-ms-return-client-request-id": "true",
            "x-ms-correlation-request-id": own,
        },
    )
    assert answer.headers["x-ms-client-request-id"] == answer.headers["x-ms-correlation-request-id"] == own
    assert answer.headers["x-ms-request-id"]
    assert answer.headers["x-ms-routing-request-id"].startswith("UKSOUTH:")
    assert answer.headers["x-ms-ratelimit-remaining-tenant-reads"]
    silent = arm("GET", "/subscriptions", headers={"x-ms-client-request-id": own})
    assert "x-ms-client-request-id" not in silent.headers


def test_tokens_are_worthless_in_another_process(sandbox: Running) -> None:
    script = "from tests.sandbox.conftest import access_token; print(access_token())"
    foreign = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    for token, status in ((access_token(), 200), (foreign, 401)):
        answer = requests.get(
            f"{sandbox.url}/subscriptions?api-version=2022-12-01",
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
        assert answer.status_code == status, json.dumps(answer.json())
