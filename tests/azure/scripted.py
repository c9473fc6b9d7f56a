"""A Resource Manager that answers by a script, over real HTTP: for what the sandbox, being well-behaved, never says."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from requests.structures import CaseInsensitiveDict

from vmssbuilder.azure import ArmClient, open_session, stand_in

CUT = -1
"""As a status: the connection is cut without an answer."""


@dataclass(slots=True)
class Scripted:
    """The server. asked: what came in, as (method, path, headers, body)."""

    url: str
    client: ArmClient
    pauses: list[float] = field(default_factory=list)
    asked: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    answers: dict[tuple[str, str], list[tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    connections: int = 0

    def on(
        self, what: str, status: int = 200, body: Any = None, *cookies: str, **headers: str | int
    ) -> Scripted:
        """The next answer to `METHOD /path`; the last one stays. `{url}` in a header is the server's own."""
        method, path = what.split()
        text = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        written = {
            name.replace("_", "-"): str(value).replace("{url}", self.url) for name, value in headers.items()
        }
        if cookies:
            written["Set-Cookie"] = "\n".join(cookies)
        self.answers.setdefault((method, path), []).append(
            (status, written, text if isinstance(text, bytes) else text.encode())
        )
        return self

    @property
    def requests(self) -> list[str]:
        """What came in, as `METHOD /path`."""
        return [f"{method} {path}" for method, path, _headers, _body in self.asked]

    def headers(self, name: str) -> list[str | None]:
        """A header of each request."""
        return [headers.get(name) for _method, _path, headers, _body in self.asked]


@contextlib.contextmanager
def scripted(**options: Any) -> Iterator[Scripted]:
    """A server, and a client of it that notes its pauses instead of sleeping."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            script.connections += 1

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            script.asked.append((self.command, path, CaseInsensitiveDict(self.headers.items()), body))
            queue = script.answers.get((self.command, path))
            if not queue:
                missing = {"error": {"code": "ResourceNotFound", "message": "Not there."}}
                self.say(404, {}, json.dumps(missing).encode())
                return
            status, headers, text = queue.pop(0) if len(queue) > 1 else queue[0]
            if status == CUT:
                self.close_connection = True
                return
            self.say(status, headers, text)

        def say(self, status: int, headers: Mapping[str, str], text: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                for line in value.split("\n"):
                    self.send_header(name, line)
            if status != 204 and "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if status != 204:
                self.wfile.write(text)

        do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = answer

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Quiet: who gets too much to read hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    cloud = stand_in(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    with open_session(cloud) as session:
        pauses: list[float] = []
        provider = options.pop("token_provider", lambda _claims: "token")
        client = ArmClient(cloud, provider, session, **{"sleep": pauses.append, **options})
        script = Scripted(cloud.arm_url, client, pauses)
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
