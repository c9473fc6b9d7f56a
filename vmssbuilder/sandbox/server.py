"""The sandbox's web server: one loopback port for Entra ID, Resource Manager and the pages that tests use."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import ssl
import struct
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from vmssbuilder.azure.transport import is_loopback

from . import faults, faults_page, metadata, pages, prices, stocking, world
from .arm import Arm
from .entra import Entra
from .memory import Memory
from .messages import OWN_HOSTS, IncomingRequest, OutgoingResponse, json_answer
from .persistence import StateFile

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8001
DEFAULT_DELAY: Final = 4.0
"""Seconds that an operation takes: long enough to be watched."""

TOKEN_LIFETIME: Final = 3600.0
BODY_LIMIT: Final = 4 * 1024 * 1024
"""Resource Manager takes no more either."""


class NotLoopback(ValueError):
    """The address is not on this machine only; the sandbox knows no passwords and must not be reached from elsewhere."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"The sandbox listens on this computer only: use 127.0.0.1, ::1 or localhost, not “{host}”."
        )


class Sandbox:
    """All parts together. delay: seconds an operation takes. token_lifetime: seconds an access token is good for.
    keep: the file in which all of it stays over a restart.
    """

    def __init__(
        self,
        base_url: str,
        *,
        delay: float = DEFAULT_DELAY,
        token_lifetime: float = TOKEN_LIFETIME,
        client_id: str = "",
        client_secret: str = "",
        keep: Path | None = None,
    ) -> None:
        self.base_url = base_url
        self.memory = Memory(delay)
        self.entra = Entra(
            self.memory,
            base_url,
            client_id or world.CLOUD.default_client_id,
            client_secret or world.CLOUD.default_client_secret,
            token_lifetime,
        )
        self.arm = Arm(self.memory)
        self._keeper = StateFile(keep, self.memory, self.entra) if keep is not None else None
        if self._keeper is not None and (trouble := self._keeper.load()):
            print(f"sandbox: {trouble}", flush=True)

    def answer(self, request: IncomingRequest) -> OutgoingResponse:
        """The answer to any request."""
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if host not in OWN_HOSTS and not is_loopback(host):
            # A web page elsewhere could otherwise reach this port under a name of its own.
            return json_answer(421, {"error": "The sandbox answers on this computer only."})
        if request.path.startswith("/_sandbox/"):
            return self._kept(request, self._own)
        if request.path == faults_page.PATH:
            return faults_page.answer(self.memory, request)
        broken = faults.before(self.memory, request.method, request.path)
        if broken is not None:
            return self._marked(request, broken)
        answer = self._kept(request, lambda asked: self._answered(asked, host))
        return faults.after(self.memory, request.method, request.path, self._marked(request, answer))

    def _kept(
        self, request: IncomingRequest, answered: Callable[[IncomingRequest], OutgoingResponse]
    ) -> OutgoingResponse:
        """The answer to a request; what it changed is written to the file before anybody hears of it or can see it, so that
        it is not forgotten, whatever happens next.
        """
        if self._keeper is None or request.method in ("GET", "HEAD"):
            return answered(request)
        with self.memory.lock:
            answer = answered(request)
            try:
                self._keeper.save()
            except OSError as error:
                print(f"sandbox: its Azure could not be kept: {error.strerror}", flush=True)
        return answer

    def _answered(self, request: IncomingRequest, host: str) -> OutgoingResponse:
        if host == world.CLOUD.prices_host:
            return prices.answer(self.memory, request)
        answer = metadata.answer(request) or self.entra.answer(request)
        if answer is not None:
            return answer
        return self.arm.answer(request) if request.path != "/" else self._welcome()

    def _marked(self, request: IncomingRequest, answer: OutgoingResponse) -> OutgoingResponse:
        """The ids that every answer of Azure carries."""
        headers = request.headers
        correlation = headers.get("x-ms-correlation-request-id") or str(uuid.uuid4())
        if not re.fullmatch(r"[0-9a-fA-F-]{36}", correlation):
            correlation = str(uuid.uuid4())
        request_id = str(uuid.uuid4())
        answer.headers.setdefault("x-ms-request-id", request_id)
        answer.headers.setdefault("x-ms-correlation-request-id", correlation)
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        answer.headers.setdefault("x-ms-routing-request-id", f"UKSOUTH:{moment}:{request_id}")
        own = headers.get("x-ms-client-request-id", "")
        if headers.get("x-ms-return-client-request-id", "").lower() == "true" and re.fullmatch(
            r"[\w-]{1,64}", own
        ):
            answer.headers.setdefault("x-ms-client-request-id", own)
        return answer

    def _welcome(self) -> OutgoingResponse:
        body = """<h1>The sandbox is running</h1>
<p>It stands in for Microsoft Entra ID and Azure Resource Manager. Open vmssbuilder itself to use it.</p>
<p><a href="/faults">Let something go wrong</a></p>"""
        return pages.page(200, "The sandbox is running", body)

    # --- for tests -------------------------------------------------------------------------------------------------

    def _own(self, request: IncomingRequest) -> OutgoingResponse:
        if request.path == pages.STYLES_PATH:
            return pages.styles()
        if request.headers.get("origin") or request.headers.get("sec-fetch-site", "none") not in {
            "none",
            "same-origin",
        }:
            # What was received holds secrets: no page in a browser gets to see it.
            return json_answer(403, {"error": "Not for web pages."})
        what = (request.method, request.path.removeprefix("/_sandbox/"))
        if what == ("GET", "health"):
            return json_answer(200, {"status": "ok"})
        if what == ("GET", "requests"):
            return json_answer(200, self.memory.received(), {"Cache-Control": "no-store"})
        if what == ("POST", "reset"):
            self.memory.reset()
            return json_answer(200, {})
        if what == ("POST", "world"):
            return self._changed_world(request)
        if what == ("POST", "stock"):
            return self._stocked(request)
        if what in {("POST", "faults"), ("POST", "revoke")}:
            try:
                value = json.loads(request.body or b"null")
                if what[1] == "faults":
                    fault = faults.parse(value)
                    with self.memory.lock:
                        self.memory.faults.append(fault)
                else:
                    self.entra.revoke(str(value["account"]))
            except (ValueError, TypeError, KeyError) as error:
                return json_answer(400, {"error": str(error)})
            return json_answer(200, {})
        return json_answer(404, {"error": "not_found"})

    def _changed_world(self, request: IncomingRequest) -> OutgoingResponse:
        """How much there is: sizes, subnets and the longest page of a list; and whether limits are enforced."""
        try:
            value = json.loads(request.body or b"null")
            self.memory.change_world(**value)
        except (ValueError, TypeError) as error:
            return json_answer(400, {"error": str(error)})
        return json_answer(200, {})

    def _stocked(self, request: IncomingRequest) -> OutgoingResponse:
        """Puts things there: `resources` by id, `images` and `sizes` as `stocking` takes them, and what `named` names."""
        try:
            value = json.loads(request.body or b"null")
            for resource_id, body in dict(value.get("resources", {})).items():
                stocking.add(self.memory, resource_id, body)
            for image in value.get("images", ()):
                stocking.add_image(self.memory, **image)
            for size in value.get("sizes", ()):
                stocking.add_size(self.memory, **size)
            stocking.provide(self.memory, dict(value.get("named", {})))
        except (ValueError, TypeError, AttributeError) as error:
            return json_answer(400, {"error": str(error)})
        return json_answer(200, {})


# --- HTTP ------------------------------------------------------------------------------------------------------------


class SandboxHandler(BaseHTTPRequestHandler):
    """Reads a request, has it answered, writes the answer. Its log lines hold no query, body, header or token."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = 60
    # Head and body leave in one piece: two small ones would wait for each other (Nagle and delayed acknowledgement).
    wbufsize = -1
    disable_nagle_algorithm = True

    server: SandboxServer

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the names are http.server's

    def _serve(self) -> None:
        started = time.monotonic()
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if isinstance(self.connection, ssl.SSLSocket):
            headers["x-forwarded-proto"] = "https"
        body = self._body(headers)
        if isinstance(body, OutgoingResponse):
            answer = body
            self.close_connection = True
        else:
            path = unquote(parts.path, errors="replace")
            answer = self.server.sandbox.answer(
                IncomingRequest(self.command, path, parts.query, headers, body)
            )
        self._write(answer)
        if self.server.logs:
            self._say(parts.path, answer, time.monotonic() - started)

    def _body(self, headers: Mapping[str, str]) -> bytes | OutgoingResponse:
        if "transfer-encoding" in headers:
            return json_answer(
                411, {"error": {"code": "LengthRequired", "message": "The request has no Content-Length."}}
            )
        written = headers.get("content-length", "0")
        if not written.isascii() or not written.isdigit():
            return json_answer(
                400, {"error": {"code": "BadRequest", "message": "The Content-Length is not a number."}}
            )
        length = int(written)
        if length > BODY_LIMIT:
            message = f"The request content size exceeds the maximum size of {BODY_LIMIT} bytes."
            return json_answer(413, {"error": {"code": "RequestContentTooLarge", "message": message}})
        return self.rfile.read(length)

    def _write(self, answer: OutgoingResponse) -> None:
        if answer.broken == "reset":
            self._cut()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value.replace("\r", " ").replace("\n", " "))
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(
                answer.body[: len(answer.body) // 2] if answer.broken == "truncated" else answer.body
            )
        self.wfile.flush()
        if answer.broken == "truncated":
            self._cut()

    def _cut(self) -> None:
        """Ends the connection the hard way (RST), as a failing network does."""
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection = True
        # What is still buffered has nowhere to go.
        self.wfile = io.BytesIO()

    def _say(self, path: str, answer: OutgoingResponse, took: float) -> None:
        printable = path.encode("ascii", "backslashreplace").decode()[:300]
        outcome = answer.broken or str(answer.status)
        print(f"sandbox: {self.command} {printable} {outcome} {took * 1000:.0f} ms", flush=True)

    def log_message(self, format: str, *args: Any) -> None:
        """http.server's own lines hold the whole address, its query included."""


class SandboxServer(ThreadingHTTPServer):
    """Listens on loopback, one thread a connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, *, logs: bool, **options: Any) -> None:
        if not is_loopback(host):
            raise NotLoopback(host)
        self.logs = logs
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), SandboxHandler)
        shown = f"[{host}]" if ":" in host else host
        self.sandbox = Sandbox(f"http://{shown}:{self.server_port}", **options)

    def server_bind(self) -> None:
        # http.server would ask for the host's full name here, which can take seconds without a network.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that ends early is everyday life; anything else shows."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox at work in this process."""

    url: str
    sandbox: Sandbox

    def requests(self, method: str = "") -> list[dict[str, Any]]:
        """What Resource Manager received so far, oldest first; of one method when named."""
        return [each for each in self.sandbox.memory.received() if not method or each["method"] == method]

    def fault(self, kind: str, **options: Any) -> None:
        """Asks for something to go wrong with the next matching request; see `faults`."""
        fault = faults.parse({"kind": kind, **options})
        with self.sandbox.memory.lock:
            self.sandbox.memory.faults.append(fault)

    def world(self, **options: Any) -> None:
        """Changes how much there is; see `Memory.change_world`."""
        self.sandbox.memory.change_world(**options)

    def add(self, resource_id: str, body: Mapping[str, Any] | None = None, *, region: str = "") -> None:
        """Puts a resource there; see `stocking.add`."""
        stocking.add(self.sandbox.memory, resource_id, body, region=region)

    def add_image(self, publisher: str, offer: str, sku: str, version: str = "", **options: Any) -> None:
        """Puts an image on the marketplace; see `stocking.add_image`."""
        stocking.add_image(self.sandbox.memory, publisher, offer, sku, version, **options)

    def add_size(self, name: str, **options: Any) -> None:
        """Puts a VM size into every region; see `stocking.add_size`."""
        stocking.add_size(self.sandbox.memory, name, **options)

    def provide(self, body: Mapping[str, Any]) -> None:
        """Puts there what a scale set's body names and the sandbox lacks; see `stocking.provide`."""
        stocking.provide(self.sandbox.memory, body)

    def reset(self) -> None:
        """Forgets scale sets, requests and faults."""
        self.sandbox.memory.reset()
        self.sandbox.entra.reset()


@contextlib.contextmanager
def running(
    *, delay: float = 0.2, host: str = DEFAULT_HOST, port: int = 0, logs: bool = False, **options: Any
) -> Iterator[Running]:
    """A sandbox in a thread of this process, on a free port, for tests. options: as Sandbox takes them."""
    server = SandboxServer(host, port, logs=logs, delay=delay, **options)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="sandbox", daemon=True
    )
    thread.start()
    try:
        yield Running(server.sandbox.base_url, server.sandbox)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def serve(host: str, port: int, delay: float, keep: Path | None = None) -> None:
    """Runs the sandbox until it is told to stop. keep: see Sandbox."""
    options: dict[str, Any] = {
        "keep": keep,
        "client_id": os.environ.get("VMSSBUILDER_CLIENT_ID", ""),
        "client_secret": os.environ.get("VMSSBUILDER_CLIENT_SECRET", ""),
    }
    with SandboxServer(host, port, logs=True, delay=delay, **options) as server:
        print(f"sandbox: listening on {server.sandbox.base_url}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
