"""One layer of the client at a time, without a server: what is asked of the next one, and what becomes of its answers."""

from __future__ import annotations

import io
import random
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from http.cookies import CookieError
from typing import Any, cast

import pytest
import requests
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import HTTPError, InvalidHeader, NewConnectionError, ProtocolError

from vmssbuilder.azure import sending, stand_in
from vmssbuilder.azure.errors import (
    AzureError,
    BadAnswer,
    ClaimsChallenge,
    ForeignAddress,
    GatewayAnswer,
    LostAnswer,
    NotFound,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    TooSlow,
    Unreachable,
)
from vmssbuilder.azure.receiving import Answer
from vmssbuilder.azure.sending import (
    ArmRequest,
    Retry,
    SingleSend,
    Throttle,
    Token,
    backoff,
    custom,
    unconditional,
)
from vmssbuilder.azure.signin import NEW_TOKEN
from vmssbuilder.azure.throttling import Bucket
from vmssbuilder.azure.transport import within

CLOUD = stand_in("http://127.0.0.1:3000")
URL = f"{CLOUD.arm_url}/subscriptions/s1/thing"
ANSWER = cast(Answer, object())
"""What a layer is answered and hands on without a look."""


def test_the_limits_are_these() -> None:
    assert (sending.ANSWER_TIME, sending.LONGEST_REQUEST) == (80.0, 260.0)
    assert (sending.COOKIES_KEPT, sending.COOKIE_LIMIT) == (20, 4096)


# --- a single send ----------------------------------------------------------------------------------------------------


class Wire:
    """A session that notes what it is asked, and answers with a body, or fails."""

    def __init__(self, *cookies: str, error: Exception | None = None, **headers: str) -> None:
        self.asked: list[tuple[str, str, Any, CaseInsensitiveDict[str], bool]] = []
        self.cookies = cookies
        self.error = error
        self.headers = headers

    def request(
        self, method: str, url: str, *, data: Any, headers: CaseInsensitiveDict[str], stream: bool
    ) -> requests.Response:
        self.asked.append((method, url, data, headers, stream))
        if self.error is not None:
            raise self.error
        told = HTTPHeaderDict({name.replace("_", "-"): value for name, value in self.headers.items()})
        for cookie in self.cookies:
            told.add("Set-Cookie", cookie)
        answer = requests.Response()
        answer.status_code = 200
        answer.headers.update(told)
        answer.raw = HTTPResponse(io.BytesIO(b"{}"), told, 200, preload_content=False)
        return answer


def single(wire: Wire, **more: Any) -> SingleSend:
    return SingleSend(CLOUD, cast(requests.Session, wire), "vmssbuilder/1", "correlation-1", **more)


def test_a_request_has_these_headers_and_no_other() -> None:
    wire = Wire()
    call = ArmRequest(
        "PUT", URL, b"{}", {"If-Match": "*", "Accept-Language": "de"}, "secret", cookies={"a": "1", "b": "2"}
    )
    answer = single(wire)(call)
    ((method, url, data, headers, stream),) = wire.asked
    assert (method, url, data, stream) == ("PUT", URL, b"{}", True)
    own = headers.pop("x-ms-client-request-id")
    assert len(own) == 36
    assert answer.client_request_id == own
    assert dict(headers) == {
        "Accept": "application/json",
        "Accept-Language": "de",
        "User-Agent": "vmssbuilder/1",
        "x-ms-return-client-request-id": "true",
        "x-ms-correlation-request-id": "correlation-1",
        "If-Match": "*",
        "Authorization": "Bearer secret",
        "Content-Type": "application/json",
        "Cookie": "a=1; b=2",
    }
    single(wire)(ArmRequest("GET", URL, token="secret", cookies={}))
    assert dict(wire.asked[1][3]).keys() == {
        "Accept",
        "Accept-Language",
        "User-Agent",
        "x-ms-client-request-id",
        "x-ms-return-client-request-id",
        "x-ms-correlation-request-id",
        "Authorization",
    }
    assert wire.asked[1][3]["Accept-Language"] == "en"


@pytest.mark.parametrize(
    ("call", "reads"),
    [
        (ArmRequest("GET", URL), True),
        (ArmRequest("HEAD", URL), True),
        (ArmRequest("POST", URL, harmless=True), True),
        (ArmRequest("POST", URL), False),
        (ArmRequest("PUT", URL), False),
        (ArmRequest("PATCH", URL), False),
        (ArmRequest("DELETE", URL), False),
    ],
)
def test_whoever_wants_to_know_is_told_before_a_write_and_only_then(call: ArmRequest, reads: bool) -> None:
    wire, told = Wire(), []
    assert call.reads is reads
    single(wire, before_write=lambda: told.append(len(wire.asked)))(call)
    assert told == ([] if reads else [0])
    single(wire)(call)
    assert len(wire.asked) == 2


def test_a_write_that_must_not_leave_does_not() -> None:
    def refuse() -> None:
        raise RuntimeError

    wire = Wire()
    with pytest.raises(RuntimeError):
        single(wire, before_write=refuse)(ArmRequest("PUT", URL))
    assert not wire.asked


def test_what_is_left_of_the_limits_is_noted_where_somebody_looks() -> None:
    seen = {"other": 1}
    wire = Wire(x_ms_ratelimit_remaining_subscription_reads="7")
    single(wire, seen=seen)(ArmRequest("GET", URL))
    assert seen == {"other": 1, "subscription-reads": 7}
    single(wire)(ArmRequest("GET", URL))


def test_cookies_are_kept_for_an_operation_only() -> None:
    cookies: dict[str, str] = {}
    wire = Wire("a=1; path=/", "b=2")
    single(wire)(ArmRequest("GET", URL, cookies=cookies))
    assert cookies == {"a": "1", "b": "2"}
    single(wire)(ArmRequest("GET", URL))


def test_an_address_elsewhere_is_refused_with_its_beginning() -> None:
    wire = Wire()
    elsewhere = "https://evil.example/" + "x" * 300
    with pytest.raises(ForeignAddress) as caught:
        single(wire)(ArmRequest("GET", elsewhere))
    assert (
        str(caught.value)
        == f"“{elsewhere[:200]}” is not an address of {CLOUD.arm_host}. Nothing was sent there."
    )
    assert not wire.asked


def test_when_no_time_is_left_nothing_leaves() -> None:
    wire = Wire()
    with within(0.0), pytest.raises(Unreachable) as caught:
        single(wire)(ArmRequest("PUT", URL))
    error = caught.value
    assert (error.message, error.retryable, error.uncertain) == (
        "There was no time left to ask Azure.",
        True,
        False,
    )
    assert (error.correlation_id, len(error.client_request_id)) == ("correlation-1", 36)
    assert not wire.asked


NO_CONNECTION = NewConnectionError(None, "refused")  # type: ignore[arg-type] # of no pool
UNTRUSTED = ssl.SSLCertVerificationError("self-signed certificate")


class Circle(HTTPError):
    """An error that names itself as its reason."""

    reason: Any

    def __init__(self) -> None:
        super().__init__("round and round")
        self.reason = self


NEVER = (
    Unreachable,
    "The request has an address or a header that cannot be sent.",
    "",
    False,
    False,
)
NOWHERE = (Unreachable, "No connection to Azure came about.")
BROKEN = (LostAnswer, "The connection broke before Azure's answer was complete.")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UnicodeEncodeError("latin-1", "ü", 0, 1, "no"), NEVER),
        (requests.exceptions.InvalidURL("no"), NEVER),
        (requests.exceptions.InvalidHeader("no"), NEVER),
        (
            requests.exceptions.InvalidHeader(InvalidHeader("of the answer")),
            (*BROKEN, "InvalidHeader", True, True),
        ),
        (requests.exceptions.ConnectTimeout("no"), (*NOWHERE, "ConnectTimeout", True, False)),
        (requests.exceptions.ProxyError("no"), (*NOWHERE, "ProxyError", True, False)),
        (requests.ConnectionError(NO_CONNECTION), (*NOWHERE, "ConnectionError", True, False)),
        (requests.exceptions.SSLError(UNTRUSTED), (*NOWHERE, "CertificateNotTrusted", True, False)),
        (
            requests.exceptions.ProxyError(OSError("Tunnel connection failed: 403")),
            (*NOWHERE, "ProxyRefuses", True, False),
        ),
        (
            requests.exceptions.ProxyError("Tunnel connection failed: 403"),
            (*NOWHERE, "ProxyRefuses", True, False),
        ),
        (
            requests.exceptions.ProxyError(ValueError("Tunnel connection failed")),
            (*NOWHERE, "ProxyRefuses", True, False),
        ),
        (requests.ConnectionError(ProtocolError("cut")), (*BROKEN, "ConnectionError", True, True)),
        (HTTPError("cut"), (*BROKEN, "HTTPError", True, True)),
        (ProtocolError("cut"), (*BROKEN, "ProtocolError", True, True)),
        (Circle(), (*BROKEN, "Circle", True, True)),
        (OSError("cut"), (*BROKEN, "OSError", True, True)),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "no"), (*BROKEN, "UnicodeDecodeError", True, True)),
        (requests.exceptions.ChunkedEncodingError("cut"), (*BROKEN, "ChunkedEncodingError", True, True)),
        (
            requests.exceptions.ReadTimeout("slow"),
            (TooSlow, "Azure's answer did not come in time.", "ReadTimeout", True, True),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_trouble_on_the_way_is_an_error_of_ours(
    error: Exception, expected: tuple[type[AzureError], str, str, bool, bool]
) -> None:
    kind, message, code, retryable, uncertain = expected
    for method in ("PUT", "GET"):
        with pytest.raises(AzureError) as caught:
            single(Wire(error=error))(ArmRequest(method, URL))
        told = caught.value
        assert (type(told), told.message, told.code, told.retryable) == (kind, message, code, retryable)
        assert told.uncertain is (uncertain and method == "PUT")
        assert (told.correlation_id, len(told.client_request_id)) == ("correlation-1", 36)
        assert told.__cause__ is error


def test_what_breaks_when_the_time_is_up_was_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    error = requests.ConnectionError("cut")
    late = sending._no_answer(error, ArmRequest("PUT", URL), {}, late=True)
    assert (type(late), late.message) == (TooSlow, "Azure's answer did not come in time.")


def test_a_fault_of_ours_is_no_trouble_on_the_way() -> None:
    with pytest.raises(ZeroDivisionError):
        single(Wire(error=ZeroDivisionError()))(ArmRequest("PUT", URL))


# --- cookies ----------------------------------------------------------------------------------------------------------


def after(cookies: dict[str, str], *headers: str) -> dict[str, str]:
    single(Wire(*headers))(ArmRequest("GET", URL, cookies=cookies))
    return cookies


TO_COME, OVER = "Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 2015 00:00:00 GMT"


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("a=2", {"a": "2"}),
        ("a=2; Max-Age=60", {"a": "2"}),
        ("a=2; Max-Age=1", {"a": "2"}),
        ("a=2; Max-Age=0", {}),
        ("a=2; Max-Age=00", {}),
        ("a=2; Max-Age=-1", {}),
        ("a=2; Max-Age=soon", {}),
        (f"a=2; Expires={TO_COME}", {"a": "2"}),
        (f"a=2; Expires={OVER}", {}),
        ("a=2; Expires=soon", {"a": "2"}),
        (f"a=2; Max-Age=60; Expires={OVER}", {"a": "2"}),
        ("b=" + "x" * 4096, {"a": "1", "b": "x" * 4096}),
        ("b=" + "x" * 4097, {"a": "1"}),
        ("b=ü", {"a": "1"}),
        ("b=\x7f", {"a": "1"}),
        ('b="quoted value"', {"a": "1", "b": '"quoted value"'}),
        ("", {"a": "1"}),
    ],
)
def test_a_cookie_is_kept_as_it_came_unless_it_is_over_or_no_cookie(
    header: str, kept: dict[str, str]
) -> None:
    assert after({"a": "1"}, header) == kept


def test_a_cookie_is_over_at_the_moment_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    class Still(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(2026, 1, 1, 12, 0, 0, tzinfo=tz)

    monkeypatch.setattr(sending, "datetime", Still)
    assert sending._is_over("", "Thu, 01 Jan 2026 12:00:00 GMT")
    assert not sending._is_over("", "Thu, 01 Jan 2026 12:00:01 GMT")


def test_cookies_have_a_number_and_known_ones_still_change() -> None:
    cookies = {str(number): "x" for number in range(19)}
    after(cookies, "last=1", "more=1")
    assert len(cookies) == 20
    assert after(cookies, "last=2")["last"] == "2"
    after(cookies, "last=; Max-Age=0")
    assert "more" in after(cookies, "more=1")
    assert after({}, "gone=; Max-Age=0") == {}


def test_a_header_that_is_no_cookie_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    class Strict:
        def __init__(self, header: str) -> None:
            raise CookieError(header)

    monkeypatch.setattr(sending, "SimpleCookie", Strict)
    assert after({"a": "1"}, "b=2") == {"a": "1"}


# --- pauses -----------------------------------------------------------------------------------------------------------


class Gate:
    """A gate that is closed for so many seconds, and notes who closes it."""

    def __init__(self, pause: float) -> None:
        self.pause = pause
        self.closed: list[tuple[Bucket, float]] = []
        self.asked: list[Bucket] = []

    def wait_for(self, bucket: Bucket) -> float:
        self.asked.append(bucket)
        return self.pause

    def close(self, bucket: Bucket, pause: float) -> None:
        self.closed.append((bucket, pause))


@pytest.fixture
def middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left to chance is in the middle."""
    monkeypatch.setattr(random, "uniform", lambda low, high: (low + high) / 2)


def replies(*given: Answer | AzureError) -> tuple[Callable[[ArmRequest], Answer], list[ArmRequest]]:
    """A layer that gives these answers one after the other, and the calls that it gets."""
    calls: list[ArmRequest] = []

    def send(call: ArmRequest) -> Answer:
        calls.append(call)
        reply = given[len(calls) - 1]
        if isinstance(reply, AzureError):
            raise reply
        return reply

    return send, calls


BUCKET = Bucket("s1", "uksouth", "writes")


@pytest.mark.usefixtures("middle")
@pytest.mark.parametrize(("pause", "slept"), [(0.0, []), (0.5, [0.6]), (1.5, [1.6]), (10.0, [10.1])])
def test_a_pause_within_the_patience_is_sat_out(pause: float, slept: list[float]) -> None:
    gate, pauses = Gate(pause), cast(list[float], [])
    send, calls = replies(ANSWER)
    call = ArmRequest("PUT", URL)
    assert Throttle(send, gate, "UK South", 10.0, pauses.append)(call) is ANSWER
    assert (gate.asked, calls, gate.closed) == ([BUCKET], [call], [])
    assert pauses == pytest.approx(slept)


def test_a_longer_pause_is_for_the_caller() -> None:
    send, calls = replies()
    with pytest.raises(Throttled) as caught:
        Throttle(send, Gate(10.6), "uksouth", 10.0, lambda _: None)(ArmRequest("PUT", URL))
    error = caught.value
    assert error.message == "Azure asked for a pause. It is asked again in 11 seconds."
    assert (error.status, error.code, error.retryable, error.retry_after) == (
        429,
        "TooManyRequests",
        True,
        10.6,
    )
    assert not calls


@pytest.mark.parametrize(
    ("by_provider", "asked", "closed"),
    [
        (True, 7.0, (BUCKET, 7.0)),
        (False, 7.0, (BUCKET.everywhere, 7.0)),
        (False, 0.0, (BUCKET.everywhere, 0.0)),
        (True, None, (BUCKET, 5.0)),
    ],
)
def test_who_is_refused_closes_the_gate_for_its_kind(
    by_provider: bool, asked: float | None, closed: tuple[Bucket, float]
) -> None:
    error = Throttled("Slowly.", retry_after=asked)
    error.by_provider = by_provider
    gate = Gate(0.0)
    with pytest.raises(Throttled):
        Throttle(replies(error)[0], gate, "uksouth", 10.0, lambda _: None)(ArmRequest("PUT", URL))
    assert gate.closed == [closed]


# --- sending again ----------------------------------------------------------------------------------------------------


def trouble(status: int, kind: type[AzureError] = ServiceTrouble, **more: Any) -> AzureError:
    return kind("Trouble.", status=status, retryable=True, **more)


@pytest.mark.parametrize(
    ("error", "read", "write"),
    [
        (Unreachable("No way.", retryable=True), True, True),
        (Unreachable("No address.", retryable=False), False, False),
        (Throttled("Slowly.", retry_after=0.0), True, True),
        (trouble(503), True, False),
        (trouble(501), False, False),
        (trouble(502, GatewayAnswer), True, False),
        (trouble(200, GatewayAnswer), False, False),
        (LostAnswer("Cut.", retryable=True), True, False),
        (TooSlow("Slow.", retryable=True), True, False),
        (BadAnswer("Odd.", retryable=True), False, False),
        (NotFound("Gone.", status=404), False, False),
        (TokenRefused("No.", status=401), False, False),
    ],
    ids=lambda value: f"{type(value).__name__}-{value.status}" if isinstance(value, AzureError) else "",
)
def test_what_is_sent_again(error: AzureError, read: bool, write: bool) -> None:
    for method, again in (("GET", read), ("PUT", write)):
        pauses: list[float] = []
        send, calls = replies(error, ANSWER)
        layer = Retry(send, 2, 10.0, pauses.append)
        if again:
            assert layer(ArmRequest(method, URL)) is ANSWER
        else:
            with pytest.raises(type(error)):
                layer(ArmRequest(method, URL))
        assert (len(calls), len(pauses)) == (1 + again, again)


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_it_is_sent_no_more_often_than_that(attempts: int) -> None:
    pauses: list[float] = []
    send, calls = replies(*[trouble(503)] * 9)
    with pytest.raises(ServiceTrouble):
        Retry(send, attempts, 10.0, pauses.append)(ArmRequest("GET", URL))
    assert (len(calls), len(pauses)) == (attempts, attempts - 1)


@pytest.mark.usefixtures("middle")
@pytest.mark.parametrize(
    ("error", "attempt", "pause"),
    [
        (Throttled("Slowly."), 1, 0.0),
        (Throttled("Slowly.", retry_after=10.0), 1, 0.0),
        (Throttled("Slowly.", retry_after=10.5), 1, 10.5),
        (trouble(503, retry_after=7.0), 1, 7.0),
        (trouble(503, retry_after=0.0), 3, 0.0),
        (trouble(503, retry_after=99.0), 1, 99.0),
        (trouble(503), 1, 0.375),
        (trouble(503), 2, 0.75),
        (trouble(503), 5, 6.0),
        (trouble(503), 6, 7.5),
        (trouble(503), 9, 7.5),
    ],
)
def test_pauses_double_up_to_the_patience(error: AzureError, attempt: int, pause: float) -> None:
    assert backoff(error, attempt, 10.0) == pause


def test_the_random_part_is_the_upper_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: (low, high))
    assert cast(Any, backoff(trouble(503), 3, 10.0)) == (1.0, 2.0)


# --- the token --------------------------------------------------------------------------------------------------------

CLAIMS = '{"access_token":{}}'


def challenge() -> ClaimsChallenge:
    return ClaimsChallenge("More proof.", claims=CLAIMS)


def refused() -> TokenRefused:
    return TokenRefused("No.", status=401)


@pytest.mark.parametrize(
    ("given", "asked", "sent"),
    [
        ([ANSWER], [None], ["1"]),
        ([refused(), ANSWER], [None, NEW_TOKEN], ["1", "2"]),
        ([challenge(), ANSWER], [None, CLAIMS], ["1", "2"]),
        ([refused(), challenge(), ANSWER], [None, NEW_TOKEN, CLAIMS], ["1", "2", "3"]),
        ([challenge(), refused(), ANSWER], [None, CLAIMS, NEW_TOKEN], ["1", "2", "3"]),
        ([refused(), refused()], [None, NEW_TOKEN], ["1", "2"]),
        ([challenge(), challenge()], [None, CLAIMS], ["1", "2"]),
        ([NotFound("Gone.", status=404)], [None], ["1"]),
    ],
)
def test_another_token_is_asked_for_once_of_each_kind(
    given: Sequence[Answer | AzureError], asked: list[str | None], sent: list[str]
) -> None:
    wanted: list[str | None] = []

    def provider(claims: str | None) -> str:
        wanted.append(claims)
        return str(len(wanted))

    send, calls = replies(*given)
    last = given[-1]
    if isinstance(last, AzureError):
        with pytest.raises(type(last)) as caught:
            Token(send, provider)(ArmRequest("GET", URL))
        assert caught.value is last
    else:
        assert Token(send, provider)(ArmRequest("GET", URL)) is last
    assert (wanted, [call.token for call in calls]) == (asked, sent)


@pytest.mark.parametrize("error", [refused(), challenge()], ids=["refused", "challenge"])
@pytest.mark.parametrize("ends", [False, True], ids=["the same token", "a sign-in that ended"])
def test_without_another_token_nothing_is_sent_again(error: AzureError, ends: bool) -> None:
    def provider(claims: str | None) -> str:
        if ends and claims is not None:
            raise SignInNeeded("ended")
        return "same"

    send, calls = replies(error)
    with pytest.raises(type(error)) as caught:
        Token(send, provider)(ArmRequest("GET", URL))
    assert caught.value is error
    assert len(calls) == 1


# --- headers of the caller --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "HOST", "Content-Length", "Content-Type", "Transfer-Encoding"]
)
def test_what_the_client_sets_itself_is_not_taken(name: str) -> None:
    with pytest.raises(ValueError, match="The client sets these headers itself") as caught:
        custom({"If-Match": "*", name: "x", "Via": "x"})
    assert str(caught.value) == f"The client sets these headers itself: {name}."
    assert custom({"If-Match": "*"}) == {"If-Match": "*"}


def test_conditions_are_the_writes_alone() -> None:
    assert unconditional({"If-Match": "*", "if-none-match": "*", "Via": "x"}) == {"Via": "x"}
