"""One request on its way to Resource Manager: token, retries, throttling and a single send, one layer each."""

from __future__ import annotations

import contextlib
import json
import random
import re
import ssl
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from .clouds import Cloud
from .errors import (
    AzureError,
    BadAnswer,
    ClaimsChallenge,
    ForeignAddress,
    LostAnswer,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
    refusal,
)
from .signin import NEW_TOKEN, decoded_claims
from .throttling import DEFAULT_PAUSE, LONGEST_PAUSE, SharedGate, bucket
from .transport import CONNECT_TIMEOUT, READ_TIMEOUT

ANSWER_LIMIT: Final = 16_000_000
ANSWER_TIME: Final = 90.0
"""Longest time, in seconds, from sending to the whole answer: a read timeout alone lets it drip for ever."""

LONGEST_REQUEST: Final = CONNECT_TIMEOUT + ANSWER_TIME + READ_TIMEOUT
"""No single request takes longer than this, in seconds: the last read may begin just before the time is up."""

COOKIES_KEPT: Final = 20
COOKIE_LIMIT: Final = 4096

TokenProvider = Callable[[str | None], str]
"""Gives an access token. Its argument: None; claims that Azure demands; or NEW_TOKEN, "not the one you had"."""


@dataclass(frozen=True, slots=True)
class Call:
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


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with status below 300."""

    status: int
    url: str
    headers: Mapping[str, str]
    text: str
    request_id: str
    correlation_id: str
    client_request_id: str
    routing_id: str = ""
    date: str = ""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one for an empty body. Raises BadAnswer."""
        value = self.value()
        if not isinstance(value, dict):
            raise self._bad("Azure's answer is not a JSON object.")
        return value

    def value(self) -> Any:
        """The body as JSON; an empty object for an empty body. Raises BadAnswer."""
        text = self.text.lstrip("\ufeff")
        if not text.strip():
            return {}
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise self._bad("Azure's answer is not JSON.") from None

    def _bad(self, message: str) -> BadAnswer:
        return BadAnswer(message, status=self.status, raw=self.text, retryable=True, **self.ids)

    @property
    def ids(self) -> dict[str, Any]:
        """The ids that Microsoft support asks for."""
        return {
            "request_id": self.request_id,
            "correlation_id": self.correlation_id,
            "client_request_id": self.client_request_id,
            "routing_id": self.routing_id,
            "date": self.date,
        }

    @property
    def retry_after(self) -> float | None:
        """Seconds that Azure asks to wait before the next request."""
        return asked_pause(self.headers)


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """The seconds that the headers of an answer ask to wait, None when they ask for nothing that makes sense."""
    return seconds(headers.get("Retry-After"), headers.get("Date"))


def seconds(header: str | None, date: str | None = None) -> float | None:
    """The seconds of a Retry-After header, which may also be a moment. date: the answer's own, so that our clock may be off."""
    if header is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}(\.\d{1,6})?\s*", header):
        return float(header)
    then = _moment(header)
    if then is None:
        return None
    return max(0.0, (then - (_moment(date) or datetime.now(UTC))).total_seconds())


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    # A date without a zone cannot be subtracted from one that has it.
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


_LIMITS: Final = "x-ms-ratelimit-remaining-"


def remaining(headers: Mapping[str, str]) -> dict[str, int]:
    """How many requests are left, by limit: `subscription-reads`, `Microsoft.Compute/GetVMScaleSet3Min` and so on."""
    left: dict[str, int] = {}
    for name, value in headers.items():
        if not name.lower().startswith(_LIMITS):
            continue
        if value.strip().isdecimal():
            left[name.lower().removeprefix(_LIMITS)] = int(value)
        for limit, count in re.findall(r"([\w./]{1,200});\s*(\d{1,9})\b", value):
            left[limit] = int(count)
    return left


Send = Callable[[Call], Answer]


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
    ) -> None:
        self._cloud = cloud
        self._session = session
        self._user_agent = user_agent
        self._correlation_id = correlation_id
        self._seen = {} if seen is None else seen

    def __call__(self, call: Call) -> Answer:
        if not self._cloud.is_arm(call.url):
            raise foreign(call.url, self._cloud)
        headers = self._headers(call)
        ids: dict[str, Any] = {
            "correlation_id": headers["x-ms-correlation-request-id"],
            "client_request_id": headers["x-ms-client-request-id"],
        }
        until = time.monotonic() + CONNECT_TIMEOUT + ANSWER_TIME
        try:
            with self._session.request(
                call.method, call.url, data=call.body, headers=headers, stream=True
            ) as response:
                if call.cookies is not None:
                    _take_cookies(response, call.cookies)
                text = _read(response, until)
                status, received = response.status_code, response.headers
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
            raise _no_answer(error, call, ids) from error
        ids |= {
            "correlation_id": received.get("x-ms-correlation-request-id") or ids["correlation_id"],
            "request_id": received.get("x-ms-request-id", ""),
            "routing_id": received.get("x-ms-routing-request-id", ""),
            "date": received.get("Date", ""),
        }
        self._seen.update(remaining(received))
        if status >= 400:
            raise _refusal(status, received, text, call, ids)
        if status >= 300:
            raise BadAnswer(
                "Azure redirects to another address, which is not followed.", status=status, raw=text, **ids
            )
        return Answer(status, call.url, received, text, **ids)

    def _headers(self, call: Call) -> CaseInsensitiveDict[str]:
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
            if _is_over(morsel["max-age"], morsel["expires"]):
                cookies.pop(name, None)
            elif len(morsel.coded_value) <= COOKIE_LIMIT and (name in cookies or len(cookies) < COOKIES_KEPT):
                cookies[name] = morsel.coded_value


def _is_over(max_age: str, expires: str) -> bool:
    if max_age:
        return not max_age.isdecimal() or int(max_age) == 0
    moment = _moment(expires)
    return moment is not None and moment <= datetime.now(UTC)


def _read(response: requests.Response, until: float) -> str:
    pieces: list[bytes] = []
    length = 0
    # What has come so far, not a full buffer: filling one can take for ever where each byte is just in time.
    while piece := response.raw.read1(65_536, decode_content=True):
        pieces.append(piece)
        length += len(piece)
        if length > ANSWER_LIMIT:
            raise requests.exceptions.ContentDecodingError(f"The answer is longer than {ANSWER_LIMIT} bytes.")
        if time.monotonic() > until:
            raise requests.exceptions.ReadTimeout(f"The answer took longer than {ANSWER_TIME} seconds.")
    return b"".join(pieces).decode("utf-8", errors="replace")


def _no_answer(error: Exception, call: Call, ids: Mapping[str, Any]) -> AzureError:
    if _was_never_on_the_wire(error):
        return Unreachable("The request has an address or a header that cannot be sent.", **ids)
    if _never_connected(error):
        return Unreachable(
            "No connection to Azure came about.", code=type(error).__name__, retryable=True, **ids
        )
    return LostAnswer(
        "The connection broke before Azure's answer was complete.",
        code=type(error).__name__,
        retryable=True,
        uncertain=not call.reads,
        **ids,
    )


def _was_never_on_the_wire(error: Exception) -> bool:
    """Whether the request could not even be written down: requests says so with its errors that are ValueErrors."""
    return isinstance(error, UnicodeEncodeError) or (
        isinstance(error, requests.RequestException) and isinstance(error, ValueError)
    )


def _never_connected(error: BaseException) -> bool:
    """Whether it is certain that nothing was sent.

    requests and urllib3 put the cause into `args` and `reason`. `__context__` must not be looked at: it leads to errors
    that the caller was handling before, and so to a write being sent twice.
    """
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    seen: set[int] = set()
    queue: list[Any] = [error]
    while queue:
        here = queue.pop()
        # Any other trouble with TLS may also come after the request went out.
        if isinstance(here, NewConnectionError | ConnectTimeoutError | ssl.SSLCertVerificationError):
            return True
        if isinstance(here, BaseException) and id(here) not in seen:
            seen.add(id(here))
            queue += [getattr(here, "reason", None), *here.args]
    return False


def _refusal(
    status: int, headers: Mapping[str, str], text: str, call: Call, ids: Mapping[str, Any]
) -> AzureError:
    error = refusal(
        status,
        text,
        retry_after=asked_pause(headers),
        # 408, 500, 502 and 504 may come from the front door while the provider goes on with the write; 503 likewise.
        uncertain=not call.reads and (status >= 500 or status == 408),
        **ids,
    )
    if isinstance(error, Throttled):
        error.by_provider = any(name.lower() == "x-ms-ratelimit-remaining-resource" for name in headers)
    challenge = headers.get("WWW-Authenticate", "") if status == 401 else ""
    claims = challenged_claims(challenge)
    if claims is None:
        return error
    message = "Azure asks for a new sign-in with more proof."
    return ClaimsChallenge(message, claims=claims, status=status, code="insufficient_claims", raw=text, **ids)


def challenged_claims(header: str) -> str | None:
    """The claims that a WWW-Authenticate header demands, as JSON text; None when it demands none, or more than one set."""
    found = re.findall(r'\bclaims="([^"]*)"', header, re.IGNORECASE)
    return decoded_claims(found[0]) if len(found) == 1 else None


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

    def __call__(self, call: Call) -> Answer:
        kind = bucket(call.method, call.url, self._region)
        pause = self._gate.wait_for(kind)
        if pause > self._patience:
            message = f"Azure asked for a pause; {pause:.0f} seconds of it are left."
            raise Throttled(message, status=429, code="TooManyRequests", retryable=True, retry_after=pause)
        if pause > 0:
            # Those who wait at the same gate must not all start at the same moment.
            self._sleep(pause + random.uniform(0.0, 0.2))  # noqa: S311 - spreads load, guards nothing
        try:
            return self._inner(call)
        except Throttled as error:
            pause = DEFAULT_PAUSE if error.retry_after is None else min(error.retry_after, LONGEST_PAUSE)
            self._gate.close(kind if error.by_provider else kind.everywhere, pause)
            raise


class Retry:
    """Sends again what is safe to send again: reads on any trouble, writes only when they surely did not arrive."""

    def __init__(self, inner: Send, attempts: int, patience: float, sleep: Callable[[float], None]) -> None:
        self._inner = inner
        self._attempts = attempts
        self._patience = patience
        self._sleep = sleep

    def __call__(self, call: Call) -> Answer:
        for attempt in range(1, self._attempts + 1):
            try:
                return self._inner(call)
            except AzureError as error:
                pause = backoff(error, attempt, self._patience)
                if attempt == self._attempts or not _sendable_again(error, call) or pause > self._patience:
                    raise
                self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")


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


def _sendable_again(error: AzureError, call: Call) -> bool:
    if isinstance(error, Unreachable):
        return error.retryable
    if isinstance(error, Throttled):
        return True
    return call.reads and isinstance(error, LostAnswer | ServiceTrouble)


class Token:
    """Puts the token on the call, and gets another one when Azure does not accept it: once anew, once with claims."""

    def __init__(self, inner: Send, provider: TokenProvider) -> None:
        self._inner = inner
        self._provider = provider

    def __call__(self, call: Call) -> Answer:
        token = self._provider(None)
        answered: set[type[AzureError]] = set()
        while True:
            try:
                return self._inner(replace(call, token=token))
            except (ClaimsChallenge, TokenRefused) as error:
                fresh = None if type(error) in answered else self._another(error)
                if fresh is None or (fresh == token and isinstance(error, TokenRefused)):
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
