"""Signing in over real TLS with a private certificate authority, through a proxy: nothing of the code knows a sandbox."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.accounts.certificates import Files, private_authority
from tests.azure.helpers import ADDRESS, CALLBACK, NEW
from tests.sandbox.tls import TlsSandbox, serving
from vmssbuilder.azure import ArmClient, SignIn, cloud, open_session
from vmssbuilder.azure.errors import Unreachable
from vmssbuilder.sandbox import world

# Another name, the same hosts: sessions for it reach out as for any cloud.
PRIVATE: Final = dataclasses.replace(cloud("sandbox"), name="private")
HOSTS: Final = (PRIVATE.authority_host, PRIVATE.arm_host)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return private_authority(tmp_path_factory.mktemp("authority"), *HOSTS)


class Tunnel(socketserver.StreamRequestHandler):
    """One CONNECT of a proxy: whatever host is asked for, it leads to the sandbox."""

    def handle(self) -> None:
        method, target, _version = self.rfile.readline().decode().split()
        while self.rfile.readline().strip():
            pass
        assert isinstance(self.server, Proxy)
        self.server.asked.append(f"{method} {target}")
        with socket.create_connection(("127.0.0.1", self.server.leads_to)) as there:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._copy, args=(there, self.connection), daemon=True)
            back.start()
            self._copy(self.connection, there)
            back.join(5)

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


class Proxy(socketserver.ThreadingTCPServer):
    """The way out that companies have."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, leads_to: int) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.leads_to = leads_to
        self.asked: list[str] = []


@pytest.fixture
def proxy(files: Files, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with TlsSandbox(files) as server, serving(server), Proxy(server.server_port) as out, serving(out):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{out.server_address[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        yield out


def test_signing_in_over_tls_with_a_private_authority(
    proxy: Proxy, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(files.authority))
    with open_session(PRIVATE) as session:
        sign_in = SignIn(PRIVATE, "", "", "", session)
        flow = sign_in.start(CALLBACK)
        # The browser's own way: by TLS as well, straight to this machine.
        page = f"https://127.0.0.1:{proxy.leads_to}{flow['auth_uri'].partition(str(proxy.leads_to))[2]}"
        with requests.Session() as browser:
            browser.trust_env = False
            chosen = browser.post(
                page, data={"account": "rita"}, verify=str(files.authority), allow_redirects=False, timeout=10
            )
        done = sign_in.finish(flow, dict(parse_qsl(urlsplit(chosen.headers["Location"]).query)))
        assert (done.identity.name, done.identity.tid) == ("Rita Requester", world.TENANT)
        token = sign_in.token(done.cache, done.identity.home_account_id)
        client = ArmClient(PRIVATE, lambda _claims: token.value, session)
        assert client.get(ADDRESS, NEW) is None, "asked and answered: there is none"
    assert set(proxy.asked) == {f"CONNECT {host}:443" for host in HOSTS}


def test_a_server_that_nobody_vouches_for_is_not_believed(proxy: Proxy) -> None:
    with open_session(PRIVATE) as session, pytest.raises(Unreachable) as caught:
        SignIn(PRIVATE, "", "", "", session).start(CALLBACK)
    assert caught.value.code == "SSLError"


def test_another_hosts_certificate_is_not_believed(
    proxy: Proxy, files: Files, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same authority, but the certificate names other hosts."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(files.authority))
    elsewhere = dataclasses.replace(PRIVATE, authority_host="login.example.invalid")
    with open_session(elsewhere) as session, pytest.raises(Unreachable) as caught:
        SignIn(elsewhere, "", "", "", session).start(CALLBACK)
    assert caught.value.code == "SSLError"
