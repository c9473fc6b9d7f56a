"""What can go wrong between us and Azure, and what to tell the person about it.

AzureError                      everything below; carries Azure's own words and the ids to quote to support
├── SignInError
│   ├── SignInRefused           a sign-in could not be completed, or its answer cannot be trusted
│   └── SignInNeeded            no token can be had without the person
│       └── ClaimsChallenge     Azure wants a token with certain claims
├── Unreachable                 nothing was sent: no connection came about
├── LostAnswer                  sent, but no whole answer came back: a write may have been accepted
├── BadAnswer                   an answer that is not what Azure documents
├── ForeignAddress              an answer named an address that is not Azure Resource Manager's
├── Refused                     Azure answered with an error
│   ├── TokenRefused            401
│   ├── Forbidden               403
│   ├── NotFound                404
│   ├── Conflict                409
│   │   └── AlreadyExists       a create would have overwritten what is there
│   ├── ChangedMeanwhile        412, the scale set is not the one that was read
│   ├── Throttled               429
│   └── ServiceTrouble          408 and 5xx
└── OperationFailed             Azure accepted the request, and it failed or was cancelled later
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

_NESTING_LIMIT: Final = 8
"""Errors wrapped more often than this are shown as they are."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The Azure Policy assignment that denied a request."""

    definition: str
    assignment: str
    assignment_id: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """One error, as Azure words it."""

    code: str
    message: str
    target: str = ""


class AzureError(Exception):
    """Something between us and Azure went wrong.

    status: HTTP status, None when there was no answer. code, message, target: of the deepest error Azure names.
    details: every error Azure names, outermost first. raw: the body as text. request_id, correlation_id,
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

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message

    def to_json(self) -> dict[str, Any]:
        """What is worth keeping of the error, as JSON values."""
        return {
            "kind": type(self).__name__,
            "status": self.status,
            "code": self.code,
            "message": self.message,
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


class BadAnswer(AzureError):
    """An answer that is not what Azure documents."""


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


def refusal(status: int, body: str, **ids: Any) -> Refused:
    """The error of an answer with status 400 or above. ids: what AzureError carries beside Azure's words."""
    kind = _BY_STATUS.get(status, ServiceTrouble if status >= 500 else Refused)
    fields = described(body)
    if not fields["message"]:
        fields["message"] = f"Azure answered with status {status}{_in_words(body)}."
    retryable = kind in {Throttled, ServiceTrouble} or fields["code"].lower() in _RETRYABLE_CODES
    return kind(**fields, status=status, raw=body, retryable=retryable, **ids)


def failure(error: Any, *, outcome: str, **ids: Any) -> OperationFailed:
    """The error of an operation that ended with the outcome (Failed, Canceled). error: Azure's error object, or None."""
    raw = json.dumps({"error": error}, ensure_ascii=False, indent=2) if error else ""
    fields = described(raw)
    if not fields["message"]:
        fields["message"] = f"The operation ended with “{outcome}”, and Azure gives no reason."
    return OperationFailed(**fields, raw=raw, retryable=fields["code"].lower() in _RETRYABLE_CODES, **ids)


def error_object(body: str) -> dict[str, Any] | None:
    """The error object of a body, as Azure wrote it; None where it has none."""
    error = (_parsed(body) or {}).get("error")
    return error if isinstance(error, dict) else None


def described(body: str) -> dict[str, Any]:
    """code, message, target, details and policies of a body; empty where it has none."""
    details: list[Detail] = []
    policies: list[Policy] = []
    for error in _errors(_parsed(body), 0):
        code, message = _text(error.get("code")), _text(error.get("message"))
        if code or message:
            details.append(Detail(code, message, _text(error.get("target"))))
        policies += _policies(error)
    spoken = [each for each in details if _parsed(each.message) is None]
    deepest = spoken[-1] if spoken else Detail("", "")
    if spoken and spoken[0].code and len(_siblings(body)) > 1:
        # Several errors side by side: none of them is *the* cause, so the one above them speaks for all.
        deepest = spoken[0]
    target = deepest.target or next((each.target for each in reversed(details) if each.target), "")
    return {
        "code": deepest.code or next((each.code for each in reversed(details) if each.code), ""),
        "message": deepest.message.strip(),
        "target": target,
        "details": details,
        "policies": policies,
    }


def _siblings(body: str) -> list[Any]:
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
                _text(info.get("policyDefinitionDisplayName")) or _text(info.get("policyDefinitionName")),
                _text(info.get("policyAssignmentDisplayName")) or _text(info.get("policyAssignmentName")),
                _text(info.get("policyAssignmentId")),
            )


def _parsed(text: str) -> dict[str, Any] | None:
    if not text.lstrip("\ufeff \r\n\t").startswith("{"):
        return None
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _in_words(body: str) -> str:
    if not body.strip():
        return " and no further words"
    if re.match(r"\s*(<!doctype|<html|<\?xml)", body, re.IGNORECASE):
        title = re.search(r"<title[^>]*>(.{1,200}?)</title>", body[:20_000], re.IGNORECASE | re.DOTALL)
        return f" and a web page “{' '.join(title[1].split())}”" if title else " and a web page"
    return ""


# --- from an error to a field ----------------------------------------------------------------------------------------

_PATH_IN_MESSAGE: Final = re.compile(r"Path '([^']{1,500})'")
_PARAMETER_IN_MESSAGE: Final = re.compile(
    r"(?:Required parameter|value of parameter|parameter|property) '([A-Za-z$][\w.$\[\]-]{0,300})'",
    re.IGNORECASE,
)


def locate(error: AzureError, document: Any = None) -> Path | None:
    """The place in the document that the error is about, or None.

    Azure names a place in full (`vmss.properties.overprovision`), or only its end (`osDisk.diskSizeGB`); the latter is
    looked up in the document, and counts only when it fits one place.
    """
    for named in (error.target, *_named_in(error.message)):
        path = document_path(named, document)
        if path:
            return path
    return None


def _named_in(message: str) -> Iterator[str]:
    for found in (_PATH_IN_MESSAGE.search(message), _PARAMETER_IN_MESSAGE.search(message)):
        if found:
            yield found[1]


def document_path(target: str, document: Any = None) -> Path | None:
    """The path of an error's target, or None when it names no place in a document."""
    written = target.strip().removeprefix("$.").removeprefix("/")
    written = re.sub(r"^(vmss|virtualMachineScaleSets?|resource)\.", "", written, flags=re.IGNORECASE)
    if "/" in written and "." not in written:
        written = written.replace("/", ".")
    try:
        path = paths.parse(written)
    except paths.PathError:
        return None
    if not path:
        return None
    if not isinstance(document, dict):
        return path if str(path[0]) in _TOP_LEVEL else None
    exact = _in_document(document, path)
    if exact is not None:
        return exact
    ends = [here for here in _places(document, ()) if _ends_with(here, path)]
    if len(ends) == 1:
        return ends[0]
    return path if str(path[0]) in _TOP_LEVEL else None


_TOP_LEVEL: Final = frozenset(
    "location tags sku plan properties identity zones extendedLocation placement".split()
)


def _in_document(document: Any, path: Path) -> Path | None:
    """The path in the document's own spelling of names, or None where the document has nothing there."""
    here, spelt = document, []
    for step in path:
        if isinstance(step, int):
            if not isinstance(here, list) or step >= len(here):
                return None
            name: str | int = step
        else:
            names = (
                [name for name in here if name.casefold() == step.casefold()]
                if isinstance(here, dict)
                else []
            )
            if not names:
                return None
            name = names[0]
        spelt.append(name)
        here = here[name]
    return tuple(spelt)


def _places(value: Any, path: Path) -> Iterator[Path]:
    if len(path) > paths.MAX_DEPTH:
        return
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, inner in items:
        yield (*path, step)
        yield from _places(inner, (*path, step))


def _ends_with(place: Path, end: Path) -> bool:
    if not any(isinstance(step, int) for step in end):
        place = tuple(step for step in place if isinstance(step, str)) if isinstance(place[-1], str) else ()
    tail = place[-len(end) :]
    return len(tail) == len(end) and all(
        str(a).casefold() == str(b).casefold() for a, b in zip(tail, end, strict=True)
    )


# --- from an error to words ------------------------------------------------------------------------------------------

Cause = Literal[
    "form", "permission", "policy", "quota", "capacity", "conflict", "changed", "missing", "registration", "sign-in",
    "throttled", "outage", "network", "unknown",
]  # fmt: skip
"""Who has to act: the person in the form, somebody with more rights, or nobody but time."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error in our words.

    sentence: what happened. cure: what to do about it, empty when unknown. cause: what kind of trouble it is.
    path: the field it belongs to. retryable: whether sending the same again may succeed.
    """

    sentence: str
    cure: str
    cause: Cause
    path: Path | None
    retryable: bool


_UNKNOWN_MEMBER: Final = re.compile(r"Could not find member '([^']{1,200})' on object of type")

# code (lower case) -> cause, sentence, cure. The codes are those of Microsoft's "Common Azure deployment errors" and of
# reported issues; the HTTP status of some of them varies, so the code decides.
_SAYINGS: Final[Mapping[str, tuple[Cause, str, str]]] = {
    "vmscalesetnetworkinterfaceconfigurationmusthaveoneipconfigasprimary": (
        "form",
        "A network interface has no primary IP configuration.",
        "Mark exactly one IP configuration of each network interface as primary.",
    ),
    "vmscalesetcannotreferenceloadbalancerwhenlargescaleorcrossaz": (
        "form",
        "A Basic load balancer cannot serve a scale set that is large or spread over zones.",
        "Use a Standard load balancer, or keep to a single placement group without zones.",
    ),
    "vmmarketplaceinvalidinput": (
        "form",
        "The image comes from the marketplace and needs its purchase plan.",
        "Fill in the plan: its name, product and publisher, as the image's page in the marketplace gives them.",
    ),
    "linkedinvalidpropertyid": (
        "form",
        "A resource id in the request is not a valid one.",
        "Correct the id: /subscriptions/…/resourceGroups/…/providers/…, without placeholders.",
    ),
    "invalidresourcereference": (
        "form",
        "The request refers to a resource that does not exist, or lies in another region.",
        "Check the id, and that the resource is in the same region as the scale set.",
    ),
    "propertychangenotallowed": (
        "form",
        "This property cannot be changed once the scale set exists.",
        "Put the old value back, or create a new scale set.",
    ),
    "invalidresourcelocation": (
        "form",
        "A scale set of this name already exists in another region.",
        "Use its region, or another name.",
    ),
    "locationnotavailableforresourcetype": (
        "form",
        "Scale sets are not offered in this region.",
        "Choose another region.",
    ),
    "locationrequired": ("form", "The request names no region.", "Choose a region."),
    "authorizationfailed": (
        "permission",
        "You may not do this in the chosen subscription and resource group.",
        "Ask an owner for a role there such as Virtual Machine Contributor. A new role takes some minutes to count.",
    ),
    "linkedauthorizationfailed": (
        "permission",
        "You may not use one of the resources that the request refers to.",
        "Ask its owner for the right to join or use it, for example Network Contributor on the subnet.",
    ),
    "requestdisallowedbypolicy": (
        "policy",
        "Azure Policy denies this request.",
        "Change what the policy forbids, or ask those who run it for an exemption.",
    ),
    "resourcegroupnotfound": (
        "missing",
        "The resource group does not exist in this subscription.",
        "Choose another resource group, or create it first.",
    ),
    "subscriptionnotfound": (
        "missing",
        "The subscription does not exist, or you cannot see it.",
        "Choose another subscription, or sign in with an account that has it.",
    ),
    "resourcenotfound": ("missing", "The scale set does not exist.", "Check its name and resource group."),
    "notfound": ("missing", "Azure does not find what the request names.", "Check names and ids."),
    "operationnotallowed": (
        "quota",
        "Azure does not allow this: a quota or a limit would be exceeded.",
        "Ask for fewer or smaller instances, request more quota, or switch “single placement group” off above 100.",
    ),
    "resourcequotaexceeded": (
        "quota",
        "A quota of the subscription would be exceeded.",
        "Ask for fewer or smaller instances, or request more quota.",
    ),
    "quotaexceeded": (
        "quota",
        "A quota of the subscription would be exceeded.",
        "Ask for fewer or smaller instances, or request more quota.",
    ),
    "skunotavailable": (
        "capacity",
        "This size is not on offer here for your subscription.",
        "Choose another size, region or zone.",
    ),
    "allocationfailed": (
        "capacity",
        "Azure has no room for these instances right now.",
        "Try later, or choose another size, region or zone.",
    ),
    "zonalallocationfailed": (
        "capacity",
        "The chosen zone has no room for these instances right now.",
        "Try later, or choose another zone or size.",
    ),
    "overconstrainedallocationrequest": (
        "capacity",
        "No place in Azure meets all the wishes of this request at once.",
        "Loosen one of them: size, zone, placement group, accelerated networking or disk type.",
    ),
    "missingsubscriptionregistration": (
        "registration",
        "The subscription is not registered for Microsoft.Compute.",
        "Have an owner register the resource provider Microsoft.Compute, then try again.",
    ),
    "noregisteredproviderfound": (
        "registration",
        "This API version is not served in the region, or Microsoft.Compute is not registered.",
        "Choose a newer API version, or have an owner register Microsoft.Compute.",
    ),
    "resourcegroupbeingdeleted": (
        "conflict",
        "The resource group is being deleted.",
        "Choose another one, or wait until it is gone and create it anew.",
    ),
    "anotheroperationinprogress": (
        "conflict",
        "Another change of this scale set is running.",
        "Wait until it has ended, then try again.",
    ),
    "conflict": (
        "conflict",
        "Another change gets in the way of this one.",
        "Wait until it has ended, then try again.",
    ),
    "operationpreempted": (
        "conflict",
        "A newer change of the scale set took the place of this one.",
        "Look at the scale set as it is now, then decide whether to send this again.",
    ),
    "preconditionfailed": (
        "changed",
        "The scale set changed since it was read.",
        "Look at what is different now, then send again. The mark also changes while instances come and go.",
    ),
    "invalidauthenticationtokentenant": (
        "sign-in",
        "The subscription belongs to another directory than the one you signed in to.",
        "Sign in to the directory of the subscription.",
    ),
    "expiredauthenticationtoken": ("sign-in", "Your sign-in has expired.", "Sign in again."),
}

_BY_KIND: Final[tuple[tuple[type[AzureError], Cause, str, str], ...]] = (
    (AlreadyExists, "conflict", "A scale set of this name already exists there.", "Choose another name, or open the existing one to change it."),
    (ClaimsChallenge, "sign-in", "Azure asks you to sign in again.", "Sign in; nothing you entered is lost."),
    (SignInNeeded, "sign-in", "Your sign-in has ended.", "Sign in again; nothing you entered is lost."),
    (SignInRefused, "sign-in", "Signing in did not work.", "Try again. If it keeps failing, ask those who run this service."),
    (TokenRefused, "sign-in", "Azure does not accept your sign-in.", "Sign in again."),
    (Forbidden, "permission", "You may not do this.", "Ask an owner of the subscription for the role it needs."),
    (NotFound, "missing", "Azure does not find what the request names.", "Check names and ids."),
    (ChangedMeanwhile, "changed", "The scale set changed since it was read.", "Look at what is different now, then send again."),
    (Throttled, "throttled", "Azure asks for a pause: too many requests.", "Nothing to do; it goes on by itself after the pause."),
    (ServiceTrouble, "outage", "Azure has trouble handling the request.", "Try again later. If it lasts, look at Azure status."),
    (Conflict, "conflict", "The request does not fit the state that Azure is in.", ""),
    (Unreachable, "network", "Azure cannot be reached from here.", "Nothing was sent. Check the network, then try again."),
    (LostAnswer, "network", "The connection broke before Azure's answer came.", "The request may have been accepted: look at the scale set before sending again."),
    (ForeignAddress, "unknown", "Azure's answer points to an address that is not Azure's.", "Nothing was sent there. Tell those who run this service."),
    (BadAnswer, "outage", "Azure's answer could not be understood.", "Try again later."),
)  # fmt: skip


def explain(error: AzureError, document: Any = None) -> Explanation:
    """The error in our words, with its field and its cure. document: what was sent, to find the field in."""
    path = locate(error, document)
    unknown = _UNKNOWN_MEMBER.search(error.message)
    if unknown:
        sentence = f"“{unknown[1]}” does not exist in the chosen API version."
        return Explanation(
            sentence, "Choose a newer API version, or remove the property.", "form", path, False
        )
    saying = _SAYINGS.get(error.code.lower())
    if saying:
        cause, sentence, cure = saying
        if error.policies:
            names = ", ".join(f"“{each.assignment or each.definition}”" for each in error.policies)
            sentence = f"Azure Policy denies this request: {names}."
        return Explanation(sentence, cure, cause, path, error.retryable)
    for kind, cause, sentence, cure in _BY_KIND:
        if isinstance(error, kind):
            return Explanation(sentence, cure, cause, path, error.retryable)
    if path is not None or error.status == 400:
        sentence = "Azure does not accept this value." if path else "Azure does not accept the request."
        return Explanation(sentence, "Correct it as Azure's message says.", "form", path, False)
    return Explanation("Azure could not carry out the request.", "", "unknown", path, error.retryable)
