from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.accounts.certificates import private_authority
from tests.azure.helpers import trap
from vmssbuilder.azure import cloud, open_session
from vmssbuilder.azure.transport import Session, is_loopback, within
from vmssbuilder.sandbox.server import Running


@pytest.fixture
def plain() -> Iterator[Session]:
    with open_session(cloud("public")) as session:
        yield session


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://sandbox.example:8001",
        "https://127.0.0.1:8001",
        "http://127.0.0.1.evil.example:8001",
        "http://0.0.0.0:8001",
        "http://10.0.0.1:8001",
        "http://127.0.0.1@evil.example",
        "http://localhost:8001/path",
        "127.0.0.1:8001",
    ],
)
def test_the_sandbox_can_only_be_on_this_machine(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VMSSBUILDER_SANDBOX_URL", raising=False)
    with pytest.raises(ValueError, match="must be an http address on this machine"):
        open_session(cloud("sandbox"), url)


def test_the_sandboxs_address_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, sandbox: Running
) -> None:
    monkeypatch.setenv("VMSSBUILDER_SANDBOX_URL", sandbox.url)
    with open_session(cloud("sandbox")) as session:
        assert (
            session.get(
                "https://login.sandbox.invalid/common/v2.0/.well-known/openid-configuration"
            ).status_code
            == 200
        )


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("10.1.1.1", False), ("a.example", False), ("", False)],
)  # fmt: skip
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_sandbox_hosts_reach_loopback_under_their_own_name_and_no_other_host_does(
    session: Session, sandbox: Running
) -> None:
    answer = session.get("https://management.sandbox.invalid/subscriptions?api-version=2022-12-01")
    assert answer.status_code == 401
    assert answer.url.startswith("https://management.sandbox.invalid/")
    assert sandbox.requests()[-1]["headers"]["host"] == "management.sandbox.invalid"
    with pytest.raises(requests.ConnectionError):
        session.get("https://management.sandbox.invalid.example.invalid/", timeout=1)


def test_the_sandbox_is_reached_past_the_environments_proxy(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert session.get("https://management.sandbox.invalid/subscriptions").status_code == 401


def test_a_proxy_of_the_environment_is_used_for_clouds(
    plain: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(requests.exceptions.ProxyError):
        plain.get("https://management.azure.com/", timeout=2)


def test_redirects_are_answers_and_never_followed(session: Session, sandbox: Running) -> None:
    with trap() as elsewhere:
        sandbox.fault(
            "status", path="/subscriptions", status=302, headers={"Location": elsewhere.url}, body=""
        )
        answer = session.get(
            "https://management.sandbox.invalid/subscriptions",
            headers={"Authorization": "Bearer x"},
            allow_redirects=True,
        )
        assert (answer.status_code, elsewhere.fell_in) == (302, [])


def test_no_password_file_takes_the_tokens_place(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine management.sandbox.invalid login someone password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    answer = session.get(
        "https://management.sandbox.invalid/subscriptions", headers={"Authorization": "Bearer mine"}
    )
    assert answer.request.headers["Authorization"] == "Bearer mine"


def test_cookies_are_not_kept(session: Session, sandbox: Running) -> None:
    sandbox.fault(
        "status", path="/subscriptions", status=200, headers={"Set-Cookie": "who=rita; Path=/"}, body="{}"
    )
    session.get("https://management.sandbox.invalid/subscriptions")
    assert list(session.cookies) == []


def test_nothing_waits_for_ever(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmssbuilder.azure.transport.READ_TIMEOUT", 0.1)
    sandbox.fault("latency", path="/subscriptions", seconds=3)
    with open_session(cloud("sandbox"), sandbox.url) as session:
        started = time.monotonic()
        with pytest.raises(requests.exceptions.Timeout):
            session.get("https://management.sandbox.invalid/subscriptions")
        assert time.monotonic() - started < 2.5


# --- one time for a whole request ------------------------------------------------------------------------------------


@contextlib.contextmanager
def dripping(context: ssl.SSLContext | None, begins: bytes) -> Iterator[int]:
    """A server, over TLS where there is a context, that answers one byte at a time; the port it listens on."""
    stop = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True) if context else connection as told:
                told.recv(65_536)
                told.sendall(begins)
                while not stop.wait(0.02):
                    told.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_the_time_of_a_request_ends_over_tls_as_well(plain: Session, tmp_path: Path) -> None:
    files = private_authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    with dripping(context, b"HTTP/1.1 200 OK\r\nX-Slow: ") as port, within(1.5) as clock:
        started = time.monotonic()
        with pytest.raises(requests.exceptions.RequestException):
            plain.get(f"https://localhost:{port}/", verify=str(files.authority))
        assert time.monotonic() - started < 3
        assert clock.is_over


def test_the_time_of_a_request_ends_at_a_proxy_as_well(
    plain: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dripping(None, b"HTTP/1.1 200 ") as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        started = time.monotonic()
        with within(0.3), pytest.raises(requests.exceptions.ConnectTimeout):
            plain.get("https://management.azure.com/")
        assert time.monotonic() - started < 3


def test_a_request_of_nobody_in_particular_ends_in_time_too(
    plain: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmssbuilder.azure.transport.REQUEST_TIME", 0.2)
    with (
        dripping(None, b"HTTP/1.1 200 OK\r\n\r\n") as port,
        pytest.raises(requests.exceptions.RequestException),
    ):
        plain.get(f"http://127.0.0.1:{port}/").raise_for_status()
