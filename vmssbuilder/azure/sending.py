"""One request on its way to Resource Manager: token, retries, throttling and a single send, one layer each."""

from __future__ import annotations

import contextlib
import random
import re
import ssl
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from .clouds import Cloud
from .errors import (
    PASSING,
    AzureError,
    ClaimsChallenge,
    ForeignAddress,
    GatewayAnswer,
    LostAnswer,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    TooSlow,
    Unreachable,
)
from .receiving import Answer, receive, remaining
from .signin import NEW_TOKEN
from .throttling import DEFAULT_PAUSE, SharedGate, bucket, moment
from .transport import CONNECT_TIMEOUT, SIGN_IN_TIME, within

ANSWER_TIME: Final = 80.0
"""Seconds for one request, from its beginning to the end of its answer. Resource Manager's front door itself gives up
after 60, with 504."""

LONGEST_REQUEST: Final = 2 * (ANSWER_TIME + 2 * SIGN_IN_TIME + CONNECT_TIMEOUT)
"""Seconds after which a request is over for sure, with its token, and sent once more because that token was refused."""

COOKIES_KEPT: Final = 20
COOKIE_LIMIT: Final = 4096

TokenProvider = Callable[[str | None], str]
"""Gives an access token. Its argument: None; claims that Azure demands; or NEW_TOKEN, "not the one you had"."""


@dataclass(frozen=True, slots=True)
class ArmRequest:
    """One request on its way through the layers.

    harmless: it changes nothing although it is a POST. cookies: of the operation it belongs to; what the answer sets is
    put there. No other operation sees them.
    """

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    harmless: bool = False
    cookies: dict[str, str] | None = None

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, so that it may be sent any number of times."""
        return self.harmless or self.method in {"GET", "HEAD"}


Send = Callable[[ArmRequest], Answer]


# --- the layers, innermost first -------------------------------------------------------------------------------------


class SingleSend:
    """Sends once and reads the answer whole; whatever goes wrong becomes an error of ours."""

    def __init__(
        self,
        cloud: Cloud,
        session: requests.Session,
        user_agent: str,
        correlation_id: str,
        seen: dict[str, int] | None = None,
        before_write: Callable[[], None] | None = None,
    ) -> None:
        self._cloud = cloud
        self._session = session
        self._user_agent = user_agent
        self._correlation_id = correlation_id
        self._seen = {} if seen is None else seen
        self._before_write = before_write

    def __call__(self, call: ArmRequest) -> Answer:
        if not self._cloud.is_arm(call.url):
            raise foreign(call.url, self._cloud)
        headers = self._headers(call)
        ids: dict[str, Any] = {
            "correlation_id": headers["x-ms-correlation-request-id"],
            "client_request_id": headers["x-ms-client-request-id"],
        }
        if self._before_write is not None and not call.reads:
            self._before_write()
        with within(ANSWER_TIME) as clock:
            if clock.is_over:
                # Of whatever this request is a part of.
                raise Unreachable("There was no time left to ask Azure.", retryable=True, **ids)
            try:
                with self._session.request(
                    call.method, call.url, data=call.body, headers=headers, stream=True
                ) as response:
                    if call.cookies is not None:
                        _take_cookies(response, call.cookies)
                    self._seen.update(remaining(response.headers))
                    return receive(response, call.url, ids, clock, reads=call.reads)
            except (OSError, HTTPError, UnicodeError) as error:  # those of requests are OSErrors
                raise _no_answer(error, call, ids, late=clock.is_over) from error

    def _headers(self, call: ArmRequest) -> CaseInsensitiveDict[str]:
        headers = CaseInsensitiveDict(
            {
                "Accept": "application/json",
                # Azure translates its messages; ours are recognised by their English words.
                "Accept-Language": "en",
                "User-Agent": self._user_agent,
                "x-ms-client-request-id": str(uuid.uuid4()),
                "x-ms-return-client-request-id": "true",
                "x-ms-correlation-request-id": self._correlation_id,
            }
        )
        headers.update(call.headers)
        headers["Authorization"] = f"Bearer {call.token}"
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        if call.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in call.cookies.items())
        return headers


def foreign(url: str, cloud: Cloud) -> ForeignAddress:
    """The refusal to send anything to an address that is not Resource Manager's."""
    return ForeignAddress(f"“{url[:200]}” is not an address of {cloud.arm_host}. Nothing was sent there.")


def _take_cookies(response: requests.Response, cookies: dict[str, str]) -> None:
    for header in response.raw.headers.getlist("Set-Cookie"):
        try:
            parsed = SimpleCookie(header)
        except CookieError:
            continue
        for name, morsel in parsed.items():
            value = morsel.coded_value
            if _is_over(morsel["max-age"], morsel["expires"]):
                cookies.pop(name, None)
            elif (
                len(value) <= COOKIE_LIMIT
                and (name in cookies or len(cookies) < COOKIES_KEPT)
                # It goes back as it came, and is kept meanwhile.
                and re.fullmatch(r"[ -~]*", name + value)
            ):
                cookies[name] = value


def _is_over(max_age: str, expires: str) -> bool:
    if max_age:
        return not max_age.isdecimal() or set(max_age) == {"0"}
    until = moment(expires)
    return until is not None and until <= datetime.now(UTC)


def _no_answer(error: Exception, call: ArmRequest, ids: Mapping[str, Any], *, late: bool) -> AzureError:
    if _was_never_on_the_wire(error):
        return Unreachable("The request has an address or a header that cannot be sent.", **ids)
    if _never_connected(error):
        code = _failure_code(error) or type(error).__name__
        return Unreachable("No connection to Azure came about.", code=code, retryable=True, **ids)
    kind, message = LostAnswer, "The connection broke before Azure's answer was complete."
    if late or isinstance(error, requests.exceptions.ReadTimeout):
        kind, message = TooSlow, "Azure's answer did not come in time."
    return kind(message, code=type(error).__name__, retryable=True, uncertain=not call.reads, **ids)


def _was_never_on_the_wire(error: Exception) -> bool:
    """Whether the request could not even be written down: requests says so with its errors that are ValueErrors.

    It has the same error for a header of an answer; what urllib3 found wrong with that is its cause.
    """
    return isinstance(error, UnicodeEncodeError) or (
        isinstance(error, requests.RequestException)
        and isinstance(error, ValueError)
        and not any(isinstance(cause, HTTPError) for cause in error.args)
    )


def _never_connected(error: BaseException) -> bool:
    """Whether it is certain that nothing was sent.

    requests and urllib3 put the cause into `args` and `reason`. `__context__` must not be looked at: it leads to errors
    that the caller was handling before, and so to a write being sent twice.
    """
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    # Any other trouble with TLS may also come after the request went out.
    before = NewConnectionError | ConnectTimeoutError | ssl.SSLCertVerificationError
    return any(isinstance(each, before) for each in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    queue: list[Any] = [error]
    while queue:
        here = queue.pop()
        if isinstance(here, BaseException) and id(here) not in seen:
            yield here
            seen.add(id(here))
            queue += [getattr(here, "reason", None), *here.args]


def _failure_code(error: BaseException) -> str | None:
    """What on the way to Azure kept a connection from coming about, as a code of ours; None when nothing is known of it."""
    for each in _causes(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return "CertificateNotTrusted"
        if "Tunnel connection failed" in str(each):
            return "ProxyRefuses"
    return None


class Throttle:
    """Keeps to the pauses that Azure asks for: short ones are sat out, long ones are raised as Throttled."""

    def __init__(
        self, inner: Send, gate: SharedGate, region: str, patience: float, sleep: Callable[[float], None]
    ) -> None:
        self._inner = inner
        self._gate = gate
        self._region = region
        self._patience = patience
        self._sleep = sleep

    def __call__(self, call: ArmRequest) -> Answer:
        kind = bucket(call.method, call.url, self._region)
        pause = self._gate.wait_for(kind)
        if pause > self._patience:
            message = f"Azure asked for a pause. It is asked again in {pause:.0f} seconds."
            raise Throttled(message, status=429, code="TooManyRequests", retryable=True, retry_after=pause)
        if pause > 0:
            # Those who wait at the same gate must not all start at the same moment.
            self._sleep(pause + random.uniform(0.0, 0.2))  # noqa: S311 - spreads load, guards nothing
        try:
            return self._inner(call)
        except Throttled as error:
            pause = DEFAULT_PAUSE if error.retry_after is None else error.retry_after
            self._gate.close(kind if error.by_provider else kind.everywhere, pause)
            raise


class Retry:
    """Sends again what is safe to send again: reads on any trouble, writes only when they surely did not arrive."""

    def __init__(self, inner: Send, attempts: int, patience: float, sleep: Callable[[float], None]) -> None:
        self._inner = inner
        self._attempts = attempts
        self._patience = patience
        self._sleep = sleep

    def __call__(self, call: ArmRequest) -> Answer:
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._inner(call)
            except AzureError as error:
                pause = backoff(error, attempt, self._patience)
                if attempt == self._attempts or not _sendable_again(error, call) or pause > self._patience:
                    raise
                self._sleep(pause)


def backoff(error: AzureError, attempt: int, patience: float) -> float:
    """Seconds until the next attempt: what Azure asked for, or a random time that doubles. Up to the patience."""
    if isinstance(error, Throttled):
        # The gate waits for as long as Azure asked.
        asked = error.retry_after or 0.0
        return asked if asked > patience else 0.0
    if error.retry_after is not None:
        return error.retry_after
    ceiling = min(patience, 0.5 * 2 ** (attempt - 1))
    return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - spreads load, guards nothing


def _sendable_again(error: AzureError, call: ArmRequest) -> bool:
    if isinstance(error, Unreachable):
        return error.retryable
    if isinstance(error, Throttled):
        return True
    if isinstance(error, ServiceTrouble | GatewayAnswer):
        return call.reads and error.status in PASSING
    return call.reads and isinstance(error, LostAnswer)


class Token:
    """Puts the token on the call, and gets another one when Azure does not accept it: once anew, once with claims."""

    def __init__(self, inner: Send, provider: TokenProvider) -> None:
        self._inner = inner
        self._provider = provider

    def __call__(self, call: ArmRequest) -> Answer:
        token = self._provider(None)
        answered: set[type[AzureError]] = set()
        while True:
            try:
                return self._inner(replace(call, token=token))
            except (ClaimsChallenge, TokenRefused) as error:
                fresh = None if type(error) in answered else self._another(error)
                if fresh is None or fresh == token:
                    raise
                answered.add(type(error))
                token = fresh

    def _another(self, error: AzureError) -> str | None:
        wanted = error.claims if isinstance(error, ClaimsChallenge) else NEW_TOKEN
        with contextlib.suppress(SignInNeeded):
            return self._provider(wanted)
        return None


def custom(headers: Mapping[str, str]) -> dict[str, str]:
    """The caller's own headers. Raises ValueError for those that are the client's business."""
    reserved = {"authorization", "cookie", "host", "content-length", "content-type", "transfer-encoding"}
    taken = sorted(name for name in headers if name.lower() in reserved)
    if taken:
        raise ValueError(f"The client sets these headers itself: {', '.join(taken)}.")
    return dict(headers)


def unconditional(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that also go with each question about an operation: conditions are the write's alone."""
    return {name: value for name, value in headers.items() if not name.lower().startswith("if-")}
