"""The sandbox behind TLS, for programs that talk to nothing else."""

from __future__ import annotations

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from typing import Any

from tests.accounts.certificates import Files
from vmssbuilder.sandbox.server import SandboxServer


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Lets the server work in a thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class TlsSandbox(SandboxServer):
    """The sandbox as a server on the internet would be."""

    def __init__(self, files: Files) -> None:
        super().__init__("127.0.0.1", 0, logs=False, delay=0.02)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        # The handshake is left to the thread of the connection: who breaks it off must not stop the server.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever does not trust the certificate breaks off."""
