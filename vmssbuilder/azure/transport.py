"""The one way out: an HTTP session with timeouts on everything, no redirects, no cookies, and the sandbox's addresses."""

from __future__ import annotations

import contextlib
import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError

from .clouds import Cloud, is_loopback

__all__ = ["Clock", "SandboxAdapter", "Session", "is_loopback", "loopback_only", "open_session", "within"]

CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 75.0
"""Longer than the 60 s after which Resource Manager's front door itself gives up with 504."""

REQUEST_TIME: Final = 80.0
"""Seconds for a whole request where nobody says how many: see `within`."""

SIGN_IN_TIME: Final = 20.0
"""Seconds for a whole request to Microsoft Entra ID."""

CONNECTIONS: Final = 64
"""Connections to one host that are kept for use again: more than there are threads that talk to it."""

SANDBOX_URL_VARIABLE: Final = "VMSSBUILDER_SANDBOX_URL"


# --- one deadline for a whole request --------------------------------------------------------------------------------


class Clock:
    """The time of one request. When it is over the connection is shut, and whoever waits for it goes on with an error.

    A timeout of a socket counts anew with each byte, so that a server may let its head or its body drip for ever.
    """

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds that are left; none when it is over."""
        return max(0.0, self.until - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.left == 0.0

    def watch(self, connection: socket.socket) -> None:
        """From now on this connection is the request's."""
        # A handle of our own: TLS takes the socket over, and a pool may give the connection to somebody else afterwards.
        with contextlib.suppress(OSError):
            own = socket.socket(fileno=os.dup(connection.fileno()))
            with self._lock:
                self._sockets.append(own)
            _alarm.set_for(self)

    def stop(self) -> None:
        """The request is done with."""
        if self._sockets:
            _alarm.drop(self)
            with self._lock:
                for each in self._sockets:
                    each.close()
                self._sockets.clear()

    def end(self) -> None:
        """Its time is up."""
        with self._lock:
            for each in self._sockets:
                _shut(each)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Alarm:
    """One thread that ends the requests whose time is up; a timer for each would be a thread for each."""

    def __init__(self) -> None:
        self._clocks: set[Clock] = set()
        self._changed = threading.Condition()
        self._wakes = 0.0
        self._thread: threading.Thread | None = None

    def set_for(self, clock: Clock) -> None:
        with self._changed:
            self._clocks.add(clock)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            elif clock.until < self._wakes:
                self._changed.notify()

    def drop(self, clock: Clock) -> None:
        with self._changed:
            self._clocks.discard(clock)

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._wakes = min((each.until for each in self._clocks), default=math.inf)
                left = self._wakes - time.monotonic()
                if left > 0:
                    self._changed.wait(min(left, threading.TIMEOUT_MAX))
                over = {each for each in self._clocks if each.is_over}
                self._clocks -= over
            for each in over:
                each.end()


_alarm: Final = _Alarm()
# A process that forks leaves its threads behind.
os.register_at_fork(after_in_child=_alarm.__init__)  # type: ignore[misc] # it begins anew


class _Own(threading.local):
    clock: Clock | None = None


_own: Final = _Own()


@contextlib.contextmanager
def within(seconds: float) -> Iterator[Clock]:
    """What this thread sends meanwhile is over after so many seconds: sending, the answer's head, and its body.

    Within another one, no later than that one is over.
    """
    before = _own.clock
    clock = Clock(seconds if before is None else min(seconds, before.left))
    _own.clock = clock
    try:
        yield clock
    finally:
        _own.clock = before
        clock.stop()


class _Watched(HTTPConnection):
    """A connection that knows whose time it takes."""

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        _watch(made)
        return made

    def _tunnel(self) -> None:
        try:
            super()._tunnel()
        finally:
            if _own.clock is not None and _own.clock.is_over:
                # The proxy's answer was cut, which looks like one that has nothing more to say, or like a broken line.
                raise ConnectTimeoutError(self, "The proxy's answer did not come in time.")

    def request(self, *rest: Any, **named: Any) -> None:
        # A connection that is used again. A new one is made in here, which watches itself.
        if self.sock is not None:
            _watch(self.sock)
        super().request(*rest, **named)


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


def _watch(connection: socket.socket) -> None:
    if _own.clock is not None:
        _own.clock.watch(connection)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


_POOLS: Final = {"http": _Pool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    """Makes such connections, through a proxy too."""

    def init_poolmanager(self, *rest: Any, **named: Any) -> None:
        super().init_poolmanager(*rest, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = _POOLS
        return manager


# --- the session -----------------------------------------------------------------------------------------------------


class Session(requests.Session):
    """A requests session that cannot wait for ever and cannot be led elsewhere.

    Proxies and a private CA come from the environment, as usual with requests. A redirect is an answer, never
    followed: it would carry the token along. Cookies are refused: a session is shared by people.
    """

    def __init__(self) -> None:
        super().__init__()
        self.auth = _NoPasswordFile()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.clear()
        self.headers.update({"Accept-Encoding": "gzip, deflate", "Accept": "*/*"})
        for prefix in ("https://", "http://"):
            self.mount(prefix, _Adapter(pool_maxsize=CONNECTIONS))
        self._environment: dict[tuple[str, str], dict[str, Any]] = {}

    def merge_environment_settings(
        self, url: str | bytes | None, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        """As requests does it, which reads the whole environment for each request; here once for each host."""
        if proxies or verify is not None or cert is not None:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        place = urlsplit(str(url))[:2]
        if place not in self._environment:
            found = super().merge_environment_settings(url, {}, None, None, None)
            self._environment[place] = dict(found)
        kept = self._environment[place]
        return kept | {"proxies": dict(kept["proxies"]), "stream": bool(stream)}

    # requests spells out sixteen parameters here; they are passed on as they come.
    def request(self, method: str | bytes, url: str | bytes, *rest: Any, **named: Any) -> requests.Response:
        named["allow_redirects"] = False
        if named.get("timeout") is None:
            named["timeout"] = (CONNECT_TIMEOUT, READ_TIMEOUT)
        if _own.clock is None:
            with within(REQUEST_TIME):
                return self.request(method, url, *rest, **named)
        answer = super().request(method, url, *rest, **named)
        if _own.clock.is_over:
            # A head that was cut looks like one that has nothing more to say.
            answer.close()
            raise requests.exceptions.ReadTimeout("The answer did not come in time.")
        return answer

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: requests would read a redirect's body without end, and fail at an address that is none."""


class _NoPasswordFile(AuthBase):
    """Keeps requests from putting a password of ~/.netrc where the token belongs."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class SandboxAdapter(_Adapter):
    """Carries requests for the sandbox's https hosts to its loopback address.

    The code that signs in and talks to Resource Manager is thereby the same as against Azure: https, host by name.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(pool_maxsize=CONNECTIONS)
        self.base = urlsplit(loopback_only(base_url))

    def send(self, request: requests.PreparedRequest, *rest: Any, **named: Any) -> requests.Response:
        mapped = request.copy()
        parts = urlsplit(str(request.url))
        mapped.url = urlunsplit((self.base.scheme, self.base.netloc, parts.path, parts.query, ""))
        mapped.headers["Host"] = parts.netloc
        # The way to loopback never leads through the environment's proxy.
        named["proxies"] = None
        answer = super().send(mapped, *rest, **named)
        answer.request, answer.url = request, str(request.url)
        return answer


def loopback_only(url: str) -> str:
    """The address, when it is http on this machine. Raises ValueError otherwise."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or not is_loopback(host) or parts.path.strip("/") or "@" in parts.netloc:
        raise ValueError(
            f"{SANDBOX_URL_VARIABLE} must be an http address on this machine, for example http://127.0.0.1:8001, not “{url}”."
        )
    return url


def open_session(cloud: Cloud, sandbox_url: str | None = None) -> Session:
    """A session for the cloud. sandbox_url: where the sandbox listens; from VMSSBUILDER_SANDBOX_URL when not given.

    Make one for a process or thread and keep it: connections are reused. Raises ValueError when the sandbox is wanted
    and its address is missing or not on this machine.
    """
    session = Session()
    if cloud.is_sandbox:
        adapter = SandboxAdapter(sandbox_url or os.environ.get(SANDBOX_URL_VARIABLE, ""))
        for url in (cloud.authority_url, cloud.arm_url, f"https://{cloud.prices_host}"):
            session.mount(f"{url}/", adapter)
    return session
