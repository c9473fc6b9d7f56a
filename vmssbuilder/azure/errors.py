"""What can go wrong between us and Azure. `explaining` has what to tell the person about it.

AzureError                      everything below; carries Azure's own words and the ids to quote to support
├── SignInError
│   ├── SignInRefused           a sign-in could not be completed, or its answer cannot be trusted
│   ├── RegistrationRefused     Entra ID does not accept the product itself: its secret, certificate or registration
│   └── SignInNeeded            no token can be had without the person
│       └── ClaimsChallenge     Azure wants a token with certain claims
├── Unreachable                 nothing was sent: no connection came about
├── LostAnswer                  sent, but no whole answer came back: a write may have been accepted
│   └── TooSlow             the answer did not come in time
├── BadAnswer                   an answer that is not what Azure documents
│   ├── GatewayAnswer       not Azure answered, but something on the way: a proxy, a firewall, a sign-in page
│   └── Unreadable          too long, nested too deep, or packed so that it cannot be read
├── ForeignAddress              an answer named an address that is not Azure Resource Manager's
├── Refused                     Azure answered with an error
│   ├── TokenRefused            401
│   ├── Forbidden               403
│   ├── NotFound                404
│   ├── Conflict                409
│   │   └── AlreadyExists       a create would have overwritten what is there
│   ├── ChangedMeanwhile        412, the scale set is not the one that was read
│   ├── Throttled               429
│   └── ServiceTrouble          408, 5xx, and what is no HTTP status
└── OperationFailed             Azure accepted the request, and it failed or was cancelled later
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from . import cleaning

_NESTING_LIMIT: Final = 8
"""Errors wrapped more often than this are shown as they are."""

DETAILS_LIMIT: Final = 100
"""Errors of one answer that are looked at."""

QUOTED: Final = 300
"""Characters of Azure's message that go into a sentence."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a policy looked at: the place of a member, as Azure writes it, and what to do for the policy to let it pass."""

    path: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The Azure Policy assignment that denied a request. conditions: what it looked at, where Azure tells."""

    definition: str
    assignment: str
    assignment_id: str = ""
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """One error, as Azure words it."""

    code: str
    message: str
    target: str = ""


class AzureError(Exception):
    """Something between us and Azure went wrong.

    status: HTTP status, None when there was no answer. code, message, target: of the deepest error Azure names; where it
    names none, message is in our words. said: Azure's own message, and never a word of ours. spoken: whether Azure named
    an error at all, so that the code is Azure's. details: every error Azure names, outermost first. raw: the body as text. request_id, correlation_id,
    client_request_id, routing_id, date: what Microsoft support asks for. retryable: whether the same request may succeed later.
    retry_after: seconds Azure asks to wait. uncertain: whether a write may have been accepted all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str = "",
        target: str = "",
        details: Iterable[Detail] = (),
        policies: Iterable[Policy] = (),
        raw: str = "",
        request_id: str = "",
        correlation_id: str = "",
        client_request_id: str = "",
        routing_id: str = "",
        date: str = "",
        retryable: bool = False,
        retry_after: float | None = None,
        uncertain: bool = False,
        said: str = "",
        spoken: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.target = target
        self.details = tuple(details)
        self.policies = tuple(policies)
        self.raw = raw
        self.request_id = request_id
        self.correlation_id = correlation_id
        self.client_request_id = client_request_id
        self.routing_id = routing_id
        self.date = date
        self.retryable = retryable
        self.retry_after = retry_after
        self.uncertain = uncertain
        self.said = said
        self.spoken = spoken

    @property
    def quote(self) -> str:
        """The beginning of what Azure said, for a sentence; empty when it said nothing."""
        return self.said if len(self.said) <= QUOTED else f"{self.said[:QUOTED]}…"

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message

    def to_json(self) -> dict[str, Any]:
        """What is worth keeping of the error, as JSON values."""
        return {
            "kind": type(self).__name__,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "said": self.said,
            "spoken": self.spoken,
            "target": self.target,
            "details": [
                {"code": each.code, "message": each.message, "target": each.target} for each in self.details
            ],
            "policies": [
                {
                    "definition": each.definition,
                    "assignment": each.assignment,
                    "assignmentId": each.assignment_id,
                }
                for each in self.policies
            ],
            "raw": self.raw,
            "requestId": self.request_id,
            "correlationId": self.correlation_id,
            "clientRequestId": self.client_request_id,
            "routingId": self.routing_id,
            "date": self.date,
        }


class SignInError(AzureError):
    """Signing in did not work."""


class SignInRefused(SignInError):
    """A sign-in could not be completed, or its answer cannot be trusted."""


class RegistrationRefused(SignInError):
    """Entra ID does not accept the product itself: its secret has expired, or its registration is gone."""


class SignInNeeded(SignInError):
    """No token can be had without the person."""

    claims: str | None = None


class ClaimsChallenge(SignInNeeded):
    """Azure wants a token with certain claims; `claims` is what the next sign-in has to ask for."""

    def __init__(self, message: str, *, claims: str, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.claims = claims


class Unreachable(AzureError):
    """Nothing was sent: no connection came about."""


class LostAnswer(AzureError):
    """Sent, but no whole answer came back: a write may have been accepted."""


class TooSlow(LostAnswer):
    """The answer did not come in time, its head or its body."""


class BadAnswer(AzureError):
    """An answer that is not what Azure documents."""


class GatewayAnswer(BadAnswer):
    """Not Azure answered, but something on the way. It says nothing about the person, their rights or their request."""


class Unreadable(BadAnswer):
    """An answer that is too long, nested too deep, or packed so that it cannot be read; the message says which."""


class ForeignAddress(AzureError):
    """An answer named an address that is not Azure Resource Manager's; nothing was sent there."""


class Refused(AzureError):
    """Azure answered with an error."""


class TokenRefused(Refused):
    """401: the token is not accepted."""


class Forbidden(Refused):
    """403: the person may not do that, or a policy denies it."""


class NotFound(Refused):
    """404."""


class Conflict(Refused):
    """409."""


class AlreadyExists(Conflict):
    """A create would have overwritten what is there; nothing was sent."""


class ChangedMeanwhile(Refused):
    """412: the scale set is not the one that was read."""


class Throttled(Refused):
    """429. by_provider: the limit is the resource provider's in one region, not Resource Manager's."""

    by_provider = False


class ServiceTrouble(Refused):
    """408 and 5xx: Azure, or something on the way, could not handle the request."""


class OperationFailed(AzureError):
    """Azure accepted the request, and it failed or was cancelled later."""


# --- from an answer to an error --------------------------------------------------------------------------------------

_BY_STATUS: Final[Mapping[int, type[Refused]]] = {
    401: TokenRefused,
    403: Forbidden,
    404: NotFound,
    408: ServiceTrouble,
    409: Conflict,
    412: ChangedMeanwhile,
    429: Throttled,
}

PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that go by. Any other, 501 and those that nobody knows too, would be the same the next time."""

_OF_GATEWAYS: Final = frozenset({407, 511})
"""Statuses that Azure never has: a proxy or a network wants a sign-in of its own."""

_LOOKED_FOR: Final = frozenset({401, 403, 404, *_OF_GATEWAYS, *PASSING})
"""Statuses of gateways that may go by, and after which a write is looked for."""

_RETRYABLE_CODES: Final = frozenset(
    {
        "anotheroperationinprogress",
        "conflict",
        "operationpreempted",
        "resourcegroupbeingdeleted",
        "retryableerror",
        "retryableerrorduetoanotheroperation",
        "toomanyrequests",
        "internalservererror",
        "internalexecutionerror",
        "allocationfailed",
        "zonalallocationfailed",
        "overconstrainedallocationrequest",
    }
)


def refusal(
    status: int,
    body: str,
    *,
    marked: bool = False,
    challenged: bool = False,
    uncertain: bool = False,
    **ids: Any,
) -> AzureError:
    """The error of an answer with status 400 or above.

    marked: whether the answer carries ids of Azure's. challenged: whether it asks for a token. uncertain: whether the
    request changes something, so that it may have been accepted, where the status leaves that open. ids: what AzureError
    carries beside Azure's words.
    """
    if _is_a_gateways(status, body, marked=marked, challenged=challenged):
        return gateway(status, body, uncertain=uncertain, **ids)
    # They may come from the front door while the provider goes on with the write.
    uncertain = uncertain and status in PASSING and status != 429
    kind = _BY_STATUS.get(status, ServiceTrouble if status >= 500 else Refused)
    fields = described(body)
    if not fields["message"]:
        fields["message"] = f"Azure answered with status {status}{_in_words(body)}."
    retryable = status in PASSING or fields["code"].lower() in _RETRYABLE_CODES
    return kind(**fields, status=status, raw=body, retryable=retryable, uncertain=uncertain, **ids)


def _is_a_gateways(status: int, body: str, *, marked: bool, challenged: bool) -> bool:
    """Whether something between here and Azure gave the answer: Azure answers in JSON, and with its own ids."""
    if status == 429:
        return False
    if status in _OF_GATEWAYS:
        return True
    if not body.strip():
        return (status == 401 and not challenged) or (status == 403 and not marked)
    if not is_json(body):
        return True
    return status in {401, 403, 404} and not marked and not challenged and not described(body)["spoken"]


def is_json(body: str) -> bool:
    """Whether a text is JSON, or was until it was cut or garbled."""
    start = body.lstrip("\ufeff \r\n\t")[:1]
    if start in {"{", "["}:
        return True
    try:
        cleaning.parsed(body)
    except ValueError:
        return False
    return True


def gateway(status: int, body: str, *, uncertain: bool = False, **ids: Any) -> GatewayAnswer:
    """The error of an answer that is not Azure's. uncertain: see `refusal`."""
    what = f"status {status}{_in_words(body)}"
    if 300 <= status < 400:
        what = f"status {status}, which leads to another address and is not followed"
    # A redirect carries nothing out.
    open_question = status < 300 or status in _LOOKED_FOR
    return GatewayAnswer(
        f"Something between here and Azure, such as a proxy, answered in its place: {what}.",
        status=status,
        raw=body,
        retryable=open_question,
        uncertain=uncertain and open_question,
        **ids,
    )


def failure(error: Any, *, outcome: str, ours: bool = False, **ids: Any) -> OperationFailed:
    """The error of an operation that ended with the outcome (Failed, Canceled).

    error: Azure's error object, or None. ours: the error is in our words, because Azure gave none.
    """
    raw = json.dumps({"error": error}, ensure_ascii=False, indent=2) if error else ""
    fields = described(raw)
    if ours:
        fields |= {"said": "", "spoken": False}
        raw = ""
    if not fields["message"]:
        fields["message"] = f"The operation ended with “{outcome}”, and Azure gives no reason."
    return OperationFailed(**fields, raw=raw, retryable=fields["code"].lower() in _RETRYABLE_CODES, **ids)


def error_object(body: str) -> dict[str, Any] | None:
    """The error object of a body, as Azure wrote it; None where it has none."""
    error = (_parsed(body) or {}).get("error")
    return error if isinstance(error, dict) else None


def described(body: str) -> dict[str, Any]:
    """What a body says: code, message, target, details and policies; empty where it has none."""
    details: list[Detail] = []
    policies: list[Policy] = []
    for error in islice(_errors(_parsed(body), 0), DETAILS_LIMIT):
        code, message = _short(error.get("code")), _text(error.get("message"))
        if code or message:
            details.append(Detail(code, message, _short(error.get("target"))))
        policies += islice(_policies(error), DETAILS_LIMIT - len(policies))
    spoken = [each for each in details if _parsed(each.message) is None]
    deepest = spoken[-1] if spoken else Detail("", "")
    if spoken and spoken[0].code and len(siblings(body)) > 1:
        # Several errors side by side: none of them is *the* cause, so the one above them speaks for all.
        deepest = spoken[0]
    target = deepest.target or next((each.target for each in reversed(details) if each.target), "")
    return {
        "code": deepest.code or next((each.code for each in reversed(details) if each.code), ""),
        "message": deepest.message.strip(),
        "said": deepest.message.strip(),
        "spoken": bool(details),
        "target": target,
        "details": details,
        "policies": policies,
    }


def siblings(body: str) -> list[Any]:
    """The errors that a body names side by side, under one roof."""
    outer = next(_errors(_parsed(body), 0), {})
    details = outer.get("details")
    return details if isinstance(details, list) else []


def _errors(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Every error object, outermost first, those written as JSON inside a message included."""
    if depth > _NESTING_LIMIT or not isinstance(value, dict):
        return
    error = value.get("error") if isinstance(value.get("error"), dict) else value
    if not isinstance(error, dict) or not ({"code", "message", "details"} & error.keys()):
        return
    yield error
    yield from _errors(_parsed(_text(error.get("message"))), depth + 1)
    details = error.get("details")
    for each in details if isinstance(details, list) else []:
        yield from _errors(each, depth + 1)


_POLICY_IN_MESSAGE: Final = re.compile(r'"policyAssignment":\s*\{"name":\s*"([^"]{1,200})"')


def _policies(error: Mapping[str, Any]) -> Iterator[Policy]:
    additional = error.get("additionalInfo")
    for each in additional if isinstance(additional, list) else []:
        if (
            isinstance(each, dict)
            and each.get("type") == "PolicyViolation"
            and isinstance(each.get("info"), dict)
        ):
            info = each["info"]
            yield Policy(
                _short(info.get("policyDefinitionDisplayName")) or _short(info.get("policyDefinitionName")),
                _short(info.get("policyAssignmentDisplayName")) or _short(info.get("policyAssignmentName")),
                _short(info.get("policyAssignmentId")),
                tuple(_conditions(info.get("evaluationDetails"))),
            )
    if not additional:
        for name in _POLICY_IN_MESSAGE.findall(_text(error.get("message"))):
            yield Policy("", name)


CONDITIONS_LIMIT: Final = 20
VALUES_SHOWN: Final = 8
"""Values that a policy allows which are told."""


def _conditions(details: Any) -> Iterator[Condition]:
    """The expressions that Azure evaluated over members of the request; the resource's type is none that could differ."""
    expressions = details.get("evaluatedExpressions") if isinstance(details, dict) else None
    for each in expressions[:CONDITIONS_LIMIT] if isinstance(expressions, list) else []:
        if not isinstance(each, dict) or str(each.get("expressionKind", "")).casefold() != "field":
            continue
        path = _short(each.get("path")) or _short(each.get("expression"))
        if path and path.casefold() not in {"type", "kind", "name", "id"}:
            yield Condition(path, _cure(each))


def _cure(expression: Mapping[str, Any]) -> str:
    """What makes the expression come out otherwise, which is what the policy wants; empty where that is not plain."""
    operator = str(expression.get("operator", "")).casefold()
    held = str(expression.get("result", "")).casefold() == "true"
    wanted = expression.get("targetValue")
    values = wanted if isinstance(wanted, list) else [wanted]
    if operator == "exists":
        return "Fill it in." if (str(wanted).casefold() == "true") is not held else "Remove it."
    if not all(isinstance(each, str | int | float) for each in values) or not values:
        return ""
    listed = ", ".join(f"“{_short(str(each))}”" for each in values[:VALUES_SHOWN])
    more = " and others" if len(values) > VALUES_SHOWN else ""
    if (operator in {"in", "equals"} and not held) or (operator in {"notin", "notequals"} and held):
        return f"Set it to {listed}." if len(values) == 1 else f"Choose one of {listed}{more}."
    if operator in {"in", "equals", "notin", "notequals"}:
        return f"Choose another value than {listed}{more}."
    return ""


def _parsed(text: str) -> dict[str, Any] | None:
    if not text.lstrip("\ufeff \r\n\t").startswith("{"):
        return None
    try:
        value = cleaning.parsed(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _text(value: Any) -> str:
    return cleaning.words(value) if isinstance(value, str) else ""


def _short(value: Any) -> str:
    """A code or a target: a word or a path, whatever stands there."""
    return cleaning.line(_text(value), 500)


def _in_words(body: str) -> str:
    if not body.strip():
        return " and no further words"
    if body.lstrip("\ufeff \r\n\t").startswith("<"):
        title = re.search(r"<(title)\b[^>]*>(.{1,200}?)</\1", body[:20_000], re.IGNORECASE | re.DOTALL)
        return f" and a web page “{' '.join(title[2].split())}”" if title else " and a web page"
    return ""
