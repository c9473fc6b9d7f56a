"""A small HTTP client for one purpose: it adds little time of its own, and it counts bytes as they come."""

from __future__ import annotations

import gzip
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

import brotli

Form = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back. `size` is everything on the wire, head and body."""

    status: int
    headers: dict[str, str]
    raw: bytes
    size: int

    @property
    def text(self) -> str:
        """The body, decompressed."""
        encoding = self.headers.get("content-encoding", "")
        if encoding == "br":
            return str(brotli.decompress(self.raw), "utf-8")
        return (gzip.decompress(self.raw) if encoding == "gzip" else self.raw).decode()


@dataclass(frozen=True)
class Client:
    """One person's browser, signed in when it has a session."""

    port: int
    cookies: str = ""

    def prepared(self, path: str, form: Form | None = None, headers: dict[str, str] | None = None) -> bytes:
        """The bytes of a request, built before the clock starts."""
        head = {
            "Host": f"127.0.0.1:{self.port}",
            "Accept": "text/html",
            "Accept-Encoding": "br, gzip",
            "Connection": "close",
            **({"Cookie": self.cookies} if self.cookies else {}),
            **(headers or {}),
        }
        body = b""
        if form is not None:
            body = urlencode(form).encode()
            head |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        lines = [
            f"{'GET' if form is None else 'POST'} {path} HTTP/1.1",
            *(f"{k}: {v}" for k, v in head.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def send(self, request: bytes) -> bytes:
        """Sends prepared bytes and answers everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            pieces = []
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)

    def get(self, path: str) -> Answer:
        """Fetches a page."""
        return parsed(self.send(self.prepared(path)))

    def post(self, path: str, form: Form, headers: dict[str, str] | None = None) -> Answer:
        """Sends a form."""
        return parsed(self.send(self.prepared(path, form, headers)))


def parsed(received: bytes) -> Answer:
    """Takes an answer apart."""
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        whole = b""
        while body:
            length, _, body = body.partition(b"\r\n")
            size = int(length, 16)
            whole, body = whole + body[:size], body[size + 2 :]
        body = whole
    return Answer(int(status.split()[1]), headers, body, len(received))
