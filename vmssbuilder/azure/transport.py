"""The one way out: an HTTP session with timeouts on everything, no redirects, no cookies, and the sandbox's addresses."""

from __future__ import annotations

import os
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from .clouds import Cloud, is_loopback

__all__ = ["SandboxAdapter", "Session", "is_loopback", "loopback_only", "open_session"]

CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 75.0
"""Longer than the 60 s after which Resource Manager's front door itself gives up with 504."""

SANDBOX_URL_VARIABLE: Final = "VMSSBUILDER_SANDBOX_URL"


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
            self.mount(prefix, HTTPAdapter(pool_maxsize=20))

    # requests spells out sixteen parameters here; they are passed on as they come.
    def request(self, method: str | bytes, url: str | bytes, *rest: Any, **named: Any) -> requests.Response:
        named["allow_redirects"] = False
        if named.get("timeout") is None:
            named["timeout"] = (CONNECT_TIMEOUT, READ_TIMEOUT)
        return super().request(method, url, *rest, **named)


class _NoPasswordFile(AuthBase):
    """Keeps requests from putting a password of ~/.netrc where the token belongs."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class SandboxAdapter(HTTPAdapter):
    """Carries requests for the sandbox's https hosts to its loopback address.

    The code that signs in and talks to Resource Manager is thereby the same as against Azure: https, host by name.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(pool_maxsize=20)
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
