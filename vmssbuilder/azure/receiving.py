"""What comes back for a request: read whole but never without end, cleaned, and told apart from what is not Azure's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from requests.structures import CaseInsensitiveDict

from . import bodies, cleaning
from .errors import (
    PASSING,
    AzureError,
    BadAnswer,
    ClaimsChallenge,
    Throttled,
    Unreadable,
    gateway,
    is_json,
    refusal,
)
from .signin import decoded_claims
from .throttling import asked_pause
from .transport import Clock


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with status below 300. retry_after: seconds that Azure asks to wait before the next request."""

    status: int
    url: str
    headers: Mapping[str, str]
    text: str
    request_id: str
    correlation_id: str
    client_request_id: str
    routing_id: str = ""
    date: str = ""
    retry_after: float | None = None

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one for an empty body. Raises BadAnswer."""
        value = self.value()
        if not isinstance(value, dict):
            raise self._bad("Azure's answer is not a JSON object.")
        return value

    def value(self) -> Any:
        """The body as JSON; an empty object for an empty body. Raises BadAnswer."""
        if not self.text.lstrip("\ufeff").strip():
            return {}
        try:
            return cleaning.parsed(self.text)
        except cleaning.TooDeep:
            message = f"Azure's answer is nested more than {cleaning.NESTING_LIMIT} levels deep, so it was not read."
            raise Unreadable(message, status=self.status, raw=self.text, retryable=True, **self.ids) from None
        except ValueError:
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


def receive(
    response: requests.Response, url: str, ids: Mapping[str, Any], clock: Clock, *, reads: bool
) -> Answer:
    """Reads an answer to its end. Raises AzureError for all that is not a good answer of Azure's.

    ids: ours, where the answer has none. clock: of the request. reads: whether the request changes nothing. What breaks
    while it is read is raised as requests and urllib3 have it.
    """
    trouble = ""
    try:
        text = cleaning.body(bodies.read(response, clock))
    except bodies.CannotRead as error:
        text, trouble = "", str(error)
    headers = CaseInsensitiveDict(
        {name: cleaning.line(value, 20_000) for name, value in response.headers.items()}
    )
    details = {
        "correlation_id": cleaning.line(headers.get("x-ms-correlation-request-id", ""))
        or ids["correlation_id"],
        "client_request_id": ids["client_request_id"],
        "request_id": cleaning.line(headers.get("x-ms-request-id", "")),
        "routing_id": cleaning.line(headers.get("x-ms-routing-request-id", "")),
        "date": cleaning.line(headers.get("Date", "")),
    }
    pause = asked_pause(response)
    if not 200 <= response.status_code < 300:
        raise _refused(response.status_code, headers, text, trouble, details, pause, reads=reads)
    if trouble:
        raise Unreadable(
            trouble,
            status=response.status_code,
            retryable=True,
            uncertain=not reads,
            retry_after=pause,
            **details,
        )
    if _is_a_gateways(response.status_code, headers, text, reads=reads):
        raise gateway(response.status_code, text, uncertain=not reads, **details)
    return Answer(response.status_code, url, headers, text, **details, retry_after=pause)


def _is_a_gateways(status: int, headers: Mapping[str, str], text: str, *, reads: bool) -> bool:
    """Whether it is no JSON, such as a web page. Who takes a write and says where to ask for it is Azure all the same."""
    if not text.strip() or is_json(text):
        return False
    accepted = "Azure-AsyncOperation" in headers or (status in {201, 202} and "Location" in headers)
    return reads or not accepted


_AZURES_IDS: Final = ("x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id")


def _refused(
    status: int,
    headers: Mapping[str, str],
    text: str,
    trouble: str,
    ids: Mapping[str, Any],
    pause: float | None,
    *,
    reads: bool,
) -> AzureError:
    details = {**ids, "retry_after": pause, "uncertain": not reads}
    if status < 400:
        return gateway(status, text, **details)
    if trouble and status != 429:
        details["uncertain"] = not reads and status in PASSING
        return Unreadable(
            f"{trouble} Its status is {status}.", status=status, retryable=status in PASSING, **details
        )
    challenge = headers.get("WWW-Authenticate", "") if status == 401 else ""
    error = refusal(
        status,
        text,
        marked=any(name in headers for name in _AZURES_IDS),
        challenged=re.search(r"\bBearer\b", challenge, re.IGNORECASE) is not None,
        **details,
    )
    if isinstance(error, Throttled):
        error.by_provider = "x-ms-ratelimit-remaining-resource" in headers
    claims = challenged_claims(challenge)
    if claims is None:
        return error
    message = "Azure asks for a new sign-in with more proof."
    return ClaimsChallenge(message, claims=claims, status=status, code="insufficient_claims", raw=text, **ids)


def challenged_claims(header: str) -> str | None:
    """The claims that a WWW-Authenticate header demands, as JSON text; None when it demands none, or more than one set."""
    found = re.findall(r'\bclaims="([^"]*)"', header, re.IGNORECASE)
    return decoded_claims(found[0]) if len(found) == 1 else None


_LIMITS: Final = "x-ms-ratelimit-remaining-"


def remaining(headers: Mapping[str, str]) -> dict[str, int]:
    """How many requests are left, by limit: `subscription-reads`, `Microsoft.Compute/GetVMScaleSet3Min` and so on."""
    left: dict[str, int] = {}
    for name, value in headers.items():
        if not name.lower().startswith(_LIMITS):
            continue
        if re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
            left[name.lower().removeprefix(_LIMITS)] = int(value)
        for limit, count in re.findall(r"([\w./]{1,200});\s*([0-9]{1,9})\b", value):
            left[limit] = int(count)
    return left
