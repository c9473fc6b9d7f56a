"""The network between the product and the sandbox: a forwarder of bytes that can be cut and mended."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from typing import Final

PIECE: Final = 65_536
_CUT_OFF: Final = struct.pack("ii", 1, 0)
"""Linger for no time: whoever has the other end is told by a reset, as when a way is lost."""


class Wire:
    """Listens on a port of its own and carries every connection on to another one. Cut, it takes no connection."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.port = 0
        self.cuts = 0
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self.mend()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Every connection is reset, and new ones are refused."""
        self.cuts += 1
        listener, self._listener = self._listener, None
        if listener is not None:
            # Wakes whoever waits for a connection; closing alone would not.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            gone, self._open = self._open, set()
        for each in gone:
            _reset(each)

    def mend(self) -> None:
        """Takes connections, on the same port as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._take, args=(listener,), name="wire", daemon=True).start()

    def _take(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            if self._listener is not listener:
                _reset(near)
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to), timeout=10)
            except OSError:
                _reset(near)
                continue
            far.settimeout(None)
            with self._lock:
                cut = self._listener is not listener
                if not cut:
                    self._open |= {near, far}
            if cut:
                _reset(near)
                _reset(far)
                return
            threading.Thread(target=self._carry, args=(near, far), name="wire", daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        """Both ways, until one side is done."""
        other = {near: far, far: near}
        with selectors.DefaultSelector() as ready, contextlib.suppress(OSError, ValueError):
            for each in other:
                ready.register(each, selectors.EVENT_READ)
            while True:
                for key, _event in ready.select(timeout=1):
                    here = key.fileobj
                    assert isinstance(here, socket.socket)
                    piece = here.recv(PIECE)
                    if not piece:
                        return self._done(near, far)
                    other[here].sendall(piece)
                if near.fileno() < 0:
                    return None
        return self._done(near, far)

    def _done(self, *ends: socket.socket) -> None:
        with self._lock:
            self._open -= set(ends)
        for each in ends:
            each.close()


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT_OFF)
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
