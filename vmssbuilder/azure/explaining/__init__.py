"""From an error to words: what happened, the field it belongs to, what to do about it, whose turn it is.

The order: what the status says by itself (429 is never a quota), the code, what the message says, the schema for what a
document lacks. `codes` has what is known of each code, `shapes` what messages say whatever their code, `places` finds
fields, `words` takes sentences out of messages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from vmssbuilder.scaleset.paths import Path

from ..errors import (
    AlreadyExists,
    AzureError,
    BadAnswer,
    ChangedMeanwhile,
    ClaimsChallenge,
    Conflict,
    Forbidden,
    ForeignAddress,
    GatewayAnswer,
    LostAnswer,
    NotFound,
    OperationFailed,
    Policy,
    Refused,
    RegistrationRefused,
    ServiceTrouble,
    SignInNeeded,
    SignInRefused,
    Throttled,
    TokenRefused,
    TooSlow,
    Unreachable,
    Unreadable,
    described,
    siblings,
)
from . import locator, shapes, words
from .causes import TURNS, Cause, Explanation
from .codes import COARSE, CODES, REFUSING, VAGUE, family
from .locator import Locator

__all__ = ["TURNS", "Cause", "Explanation", "document_path", "explain", "explain_all", "locate", "parts"]

LOOKED_AT: Final = 20_000
"""Characters of a message in which fields are looked for: a longer one is no sentence, but a log."""

_PATH_IN_MESSAGE: Final = re.compile(r"\bpath:? '([^']{1,500})'", re.IGNORECASE)
_BARE_PATH: Final = re.compile(r"\bpath:? (\w[\w\[\]]*(?:\.[\w\[\]]+)+)", re.IGNORECASE)
_MEMBER_IN_MESSAGE: Final = re.compile(
    r"(?:parameter|property|member|field)s? ['\"“]?([A-Za-z$][\w.$\[\]-]{0,300})['\"”]?", re.IGNORECASE
)
_NOT_A_NAME: Final = frozenset(
    "id ids key keys is was are of in on for to with and or cannot can must may that value values name names".split()
)
_REQUIRED_AT: Final = re.compile(
    r"required property '([\w$]{1,100})' not found in json\. path '([^']{0,500})'", re.IGNORECASE
)


def locate(error: AzureError, document: Any = None) -> Path | None:
    """The place in the document that the error is about, or None.

    Azure names a place in full (`vmss.properties.overprovision`), or only its end (`osDisk.diskSizeGB`); the latter is
    looked up in the document, then in the schema, and counts only when it fits one place.
    """
    there = Locator(document)
    return _named(error, there) or there.referred(error.message[:LOOKED_AT])


def document_path(target: str, document: Any = None) -> Path | None:
    """The path of an error's target, or None when it names no place in a document."""
    return Locator(document).named(target)


def _named(error: AzureError, there: Locator) -> Path | None:
    message = error.message[:LOOKED_AT]
    for name in (error.target, *_names_in(message)):
        place = there.named(name, message) if name else None
        if place:
            return place
    return None


def _names_in(message: str) -> list[str]:
    required = _REQUIRED_AT.search(message)
    if required:
        return [f"{required[2]}.{required[1]}" if required[2] else required[1], required[2]]
    names = [found[1] for found in (_PATH_IN_MESSAGE.search(message), _BARE_PATH.search(message)) if found]
    names += [
        found[1]
        for found in _MEMBER_IN_MESSAGE.finditer(message[: words.LOOKED_AT])
        if found[1].lower() not in _NOT_A_NAME
    ]
    return names[:10]


# --- what is no answer about the request -----------------------------------------------------------------------------

_BY_KIND: Final[tuple[tuple[type[AzureError], Cause, str, str], ...]] = (
    (AlreadyExists, "conflict", "A scale set of this name already exists there.", "Choose another name, or open the existing one to change it."),
    (ClaimsChallenge, "sign-in", "Azure asks you to sign in again.", "Sign in; nothing you entered is lost."),
    (SignInNeeded, "sign-in", "Your sign-in has ended.", "Sign in again; nothing you entered is lost."),
    (RegistrationRefused, "sign-in", "Microsoft Entra ID does not accept this installation.", "Tell the people who run this service: its client secret or certificate may have expired."),
    (SignInRefused, "sign-in", "Signing in did not work.", "Try again. If it keeps failing, ask those who run this service."),
    (TokenRefused, "sign-in", "Azure does not accept your sign-in.", "Sign in again."),
    (Forbidden, "permission", "You may not do this.", "Ask an owner of the subscription for the role it needs."),
    (NotFound, "missing", "Azure does not find what the request names.", "Check names and ids."),
    (ChangedMeanwhile, "changed", "The scale set changed since it was read.", "Look at what is different now, then send again."),
    (Throttled, "throttled", "Azure asks for a pause: too many requests.", "Wait for the pause that Azure asks for; a submission here goes on by itself."),
    (ServiceTrouble, "outage", "Azure has trouble handling the request.", "Try again later. If it lasts, look at Azure status."),
    (Unreachable, "network", "Azure cannot be reached from here.", "Nothing was sent. Check the network, then try again."),
    (TooSlow, "network", "Azure's answer did not come in time.", "The request may have been accepted: look at the scale set before sending again."),
    (LostAnswer, "network", "The connection broke before Azure's answer came.", "The request may have been accepted: look at the scale set before sending again."),
    (ForeignAddress, "unknown", "Azure's answer points to an address that is not Azure's.", "Nothing was sent there. Tell those who run this service."),
    (BadAnswer, "outage", "Azure's answer could not be understood.", "Try again later."),
)  # fmt: skip


_LASTING: Final = "If it lasts, tell the people who run this service, and give them the correlation id."
_ON_THE_WAY: Final = "tell the people who run this service, or its network."


def _unusable(error: GatewayAnswer | Unreadable) -> str:
    """What to do about an answer that is not Azure's, or that cannot be read."""
    if isinstance(error, Unreadable):
        return _LASTING
    if error.status in {401, 407, 511} or 300 <= (error.status or 0) < 400:
        return f"It seems to want a sign-in of its own: {_ON_THE_WAY}"
    if error.status == 403:
        return f"It seems to block the request, as a firewall does: {_ON_THE_WAY}"
    return f"If it lasts, {_ON_THE_WAY}"


# --- several at once -------------------------------------------------------------------------------------------------

PARTS_LIMIT: Final = 20
"""How many errors side by side are told one by one."""


def parts(error: AzureError) -> list[AzureError]:
    """The errors that Azure names side by side under one roof, such as MultipleErrorsOccurred; none for a single one."""
    together = siblings(error.raw)[:PARTS_LIMIT] if error.spoken else []
    if len(together) < 2:
        return []
    kind = OperationFailed if error.status is None else Refused
    explained: list[AzureError] = []
    for each in together:
        fields = described(json.dumps({"error": each}))
        if fields["code"] or fields["message"]:
            explained.append(kind(**fields, status=error.status))
    return explained


def explain_all(
    error: AzureError, document: Any = None
) -> tuple[Explanation, list[tuple[AzureError, Explanation]]]:
    """What `explain` says, and each of `parts` with its own explanation; the document is looked through once."""
    there = Locator(document)
    several = [(part, _explain(part, there)) for part in parts(error)]
    if not several:
        return _explain(error, there), []
    explained = [each for _part, each in several]
    if len({(each.sentence, each.cure, each.path) for each in explained}) == 1:
        return explained[0], several
    causes = {each.cause for each in explained}
    cause: Cause = "form" if "form" in causes else explained[0].cause
    retryable = error.retryable or all(each.retryable for each in explained)
    return Explanation(
        "Azure names several reasons.", "See to each of them.", cause, None, retryable
    ), several


def explain(error: AzureError, document: Any = None) -> Explanation:
    """The error in our words, with its field and its cure. document: what was sent, to find the field in."""
    return explain_all(error, document)[0]


# --- one error -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Explained:
    """What a code or a message says. looks: how its field is found; place: where it is when it is not found so.

    quoting: whether the sentence or the cure is made of Azure's words.
    """

    cause: Cause
    sentence: str
    cure: str
    place: Path | None = None
    looks: tuple[str, ...] = ("named", "referred")
    quoting: bool = False


def _explain(error: AzureError, there: Locator) -> Explanation:
    message = words.heart(error.said)
    explained = _explained_by(error, message, there)
    path = _place(explained, error, message, there)
    if path and path[0] != "$target" and explained.sentence == _REFUSED:
        explained = replace(explained, sentence="Azure does not accept this value.")
    retryable = error.retryable or error.code.casefold() in _MAY_PASS
    return Explanation(
        explained.sentence, explained.cure, explained.cause, path, retryable, explained.quoting
    )


_MAY_PASS: Final = frozenset(
    code.casefold()
    for code in (
        "OSProvisioningTimedOut", "OSProvisioningClientError", "OSProvisioningInternalError", "VMStartTimedOut",
        "VMExtensionProvisioningTimeout", "VMExtensionHandlerTransientError", "VMAgentStatusCommunicationError",
    )
)  # fmt: skip
"""Codes of instances that were made and did not come up: the same may do so the next time."""


def _explained_by(error: AzureError, message: str, there: Locator) -> _Explained:
    """In the order of what can be trusted: who answered, the status, the code, the message, what kind of answer it is."""
    code = error.code.casefold()
    if isinstance(error, GatewayAnswer | Unreadable):
        # Whatever it says, it is none of Azure's words about the request.
        cause: Cause = "gateway" if isinstance(error, GatewayAnswer) else "unusable"
        return _Explained(cause, error.message, _unusable(error), looks=())
    if error.status == 429 and error.spoken:
        row = CODES.get(code)
        row = row if row is not None and row.cause in {"throttled", "conflict"} else CODES["toomanyrequests"]
        return _Explained("throttled", row.sentence, row.cure, looks=())
    if error.spoken and (code not in CODES or code in VAGUE):
        said = _of_message(error, message, there)
        if said is not None:
            return said
    return _of_code(error, message, there) if code in CODES else _of_kind(error, message, there)


def _of_code(error: AzureError, message: str, there: Locator) -> _Explained:
    row = CODES[error.code.casefold()]
    close = _CLOSER.get(row.name.casefold())
    inner = (
        _of_message(error, message, there)
        if row.name in _SAYING_WHY and message != error.said.strip()
        else None
    )
    if inner is not None and inner.cause not in {row.cause, "outage"}:
        return inner
    sentence, cure = close(error, message) if close else ("", "")
    first, advice = words.first(message), words.advice(message)
    quoting = bool(sentence or not row.sentence or not row.cure)
    sentence = sentence or row.sentence or first or _REFUSED
    cure = cure or row.cure or (advice if advice != sentence else "") or _CORRECT
    looks: tuple[str, ...] = ("named", "referred")
    if row.cause == "form" and (row.place is None or row.place in COARSE):
        looks = (
            ("named", "referred", "extension") if row.name.startswith("VMExtension") else shapes.EVERYWHERE
        )
    if row.name.startswith("KeyVault"):
        looks = ("named", "referred", "quoted")
    if row.name in _NO_FIELD_BY_NAME:
        looks = ("referred",)
    if row.place and row.place[0] == "$target":
        looks = ()
    if row.cause == "capacity":
        looks = ("named", "size", "referred") if row.place == shapes.SIZE else ("named", "referred")
    place = _closer_place(row.name, error, message, there) or row.place
    return _Explained(row.cause, sentence, cure, place, looks, quoting)


def _of_message(error: AzureError, message: str, there: Locator) -> _Explained | None:
    """What the message says whatever its code; None where it has no shape that is known."""
    found = shapes.shape(message)
    if found is None:
        return None
    shape, hit = found
    rest = message[hit.end() :].lstrip(". ")
    if shape.name == "unreadable" and shapes.shape(rest) is not None:
        # It goes on to say what cannot be read.
        return _of_message(error, rest, there)
    if shape.name == "member-of-another-place":
        return _of_member(hit[1], error, there)
    if shape.name == "hundred-instances" and hit[1] == "100" and there.unplaced:
        # It is not in a single placement group, so that is not why.
        return None
    made = shape.sentence(hit, message) if shape.sentence else words.first(message)
    cure = shape.cure(hit, message) if shape.cure else words.advice(message)
    cause = shape.cause
    if (
        shape.name == "not-found"
        and error.code.casefold() not in REFUSING
        and there.referred(message) is None
    ):
        cause = "missing"
    kind = family(error.code)
    if (
        kind is not None
        and error.code.casefold() not in VAGUE
        and kind[0] != cause
        and shape.name in shapes.GENERAL
    ):
        # The code's name tells whose turn it is better than a way of speaking does.
        explained = _of_family(error, message, there)
        return (
            replace(explained, cure=cure)
            if explained is not None and explained.cure == _CORRECT and cure
            else explained
        )
    if shape.name == "set-to" and (place := there.worded(hit[1])):
        # What has to be set, rather than what needs it.
        return _Explained(cause, made or _REFUSED, cure or _CORRECT, place, (), quoting=True)
    quoting = shape.sentence not in shapes.FIXED or shape.cure not in shapes.FIXED
    return _Explained(cause, made or _REFUSED, cure or _CORRECT, shape.place or None, shape.looks, quoting)


_PASSED_ON: Final = re.compile(r"updateGroups\[\d+\]", re.IGNORECASE)


def _of_member(name: str, error: AzureError, there: Locator) -> _Explained:
    """A member that Azure does not know where it stands: too new for the API version, or in a wrong place."""
    stated = _PATH_IN_MESSAGE.search(error.said)
    bare = locator.without_carrier(stated[1]) if stated else ""
    # Azure counts from the top of the request, so one name alone stands there.
    on_top = bare.casefold() == name.casefold()
    path: Path | None = (name,) if on_top else _named(error, there)
    if stated and _PASSED_ON.search(stated[1]):
        # Compute takes it and passes it on to another service, which refuses it.
        sentence = f"Azure does not take “{name}” here, in this API version or orchestration mode."
        return _Explained("form", sentence, "Remove it, or choose a newer API version.", path, ())
    if path is not None and locator.declared(path):
        sentence = f"“{name}” does not exist in the chosen API version."
        return _Explained("form", sentence, "Choose a newer API version, or remove the property.", path, ())
    sentence = f"“{name}” has no place where it stands."
    home = locator.known(name)
    if home is None:
        return _Explained("form", sentence, "Remove it, or correct its spelling.", path, ())
    where = ".".join(str(step) for step in home[:-1] if isinstance(step, str))
    near = f"Move it inside “{where}”" if where else "Move it to the top of the request"
    return _Explained("form", sentence, f"{near}, or remove it.", path, ())


def _of_family(error: AzureError, message: str, there: Locator) -> _Explained | None:
    kind = family(error.code)
    if kind is None:
        return None
    cause, place = kind
    if cause == "missing" and there.referred(message) is not None:
        cause = "form"
    first, advice = words.first(message), words.advice(message)
    sentence = first or _OF_CAUSE.get(cause, (_REFUSED, ""))[0]
    cure = (advice if advice != sentence else "") or _OF_CAUSE.get(cause, ("", ""))[1] or _CORRECT
    looks = (
        shapes.EVERYWHERE if cause == "form" else ("referred",) if cause in {"permission", "missing"} else ()
    )
    if place is not None and "extensionProfile" in place:
        sentence, looks = "The instances were made, but an extension failed on them.", ("extension",)
    return _Explained(cause, sentence, cure, place, looks, quoting=True)


def _of_kind(error: AzureError, message: str, there: Locator) -> _Explained:
    """What the code's family says, or the kind of answer; Azure's first sentence as ours, and nothing more claimed."""
    known = _of_family(error, message, there) if error.spoken and error.code.casefold() not in VAGUE else None
    if known is not None:
        return known
    first, advice = (words.first(message), words.advice(message)) if error.spoken else ("", "")
    if isinstance(error, ServiceTrouble) and not error.retryable:
        sentence = f"Azure answers with status {error.status}, which would be the same the next time."
        return _Explained("unusable", sentence, _LASTING)
    if isinstance(error, Throttled) and error.raw.strip() and not error.spoken:
        sentence = "Azure, or something on the way to it, asks for a pause: too many requests."
        return _Explained(
            "throttled", sentence, "Wait for the pause; a submission here goes on by itself.", looks=()
        )
    code = error.code.casefold()
    telling = first and isinstance(error, Forbidden | NotFound)
    for kind, cause, sentence, cure in () if telling else _BY_KIND:
        if isinstance(error, kind) and kind is not Conflict:
            return _Explained(cause, sentence, cure, looks=("named", "referred"))
    if first and (isinstance(error, Forbidden) or code == "forbidden"):
        return _Explained(
            "permission", first, advice or _OF_CAUSE["permission"][1], looks=("referred",), quoting=True
        )
    if first and (isinstance(error, NotFound) or code == "notfound"):
        return _Explained(
            "missing", first, advice or "Check names and ids.", looks=("referred",), quoting=True
        )
    if error.status == 400 or code in REFUSING:
        looks = shapes.EVERYWHERE
        if not first:
            return _Explained("form", _REFUSED, _CORRECT, looks=looks)
        return _Explained(
            "form", first, (advice if advice != first else "") or _CORRECT, looks=looks, quoting=True
        )
    if first:
        return _Explained(
            "unknown",
            first,
            (advice if advice != first else "") or _LOOK,
            looks=("named", "referred"),
            quoting=True,
        )
    if error.status == 409 or code in _SAYING_NO:
        return _Explained("unknown", "Azure does not allow this, and does not say why.", _LOOK)
    return _Explained("unknown", _COULD_NOT, _LOOK)


_SAYING_NO: Final = frozenset({"operationnotallowed", "notallowed", "notsupported", "conflict"})


_COULD_NOT: Final = "Azure could not carry out the request."
_REFUSED: Final = "Azure does not accept the request."
_CORRECT: Final = "Correct what Azure says, choose another value, or remove it."
_LOOK: Final = "Look at the scale set and its activity log in Azure; with the correlation id, Microsoft support can look into it."

_OF_CAUSE: Final[Mapping[Cause, tuple[str, str]]] = {
    "permission": ("You may not do this.", "Ask an owner of the subscription for the role it needs."),
    "policy": (
        "Azure Policy denies this request.",
        "Change what the policy forbids, or ask those who run it for an exemption.",
    ),
    "quota": (
        "A quota or limit of the subscription would be exceeded.",
        "Ask for fewer or smaller instances, or request more quota.",
    ),
    "capacity": (
        "Azure has no room for this right now.",
        "Try later, or choose another size, region or zone.",
    ),
    "conflict": ("Something else is at work there.", "Wait until it has ended, then try again."),
    "registration": (
        "The subscription is not registered for this.",
        "Have an owner of the subscription register what Azure names.",
    ),
    "throttled": (
        "Azure asks for a pause: too many requests.",
        "Wait for the pause that Azure asks for; a submission here goes on by itself.",
    ),
    "outage": ("Azure has trouble of its own.", "Try again later. If it lasts, look at Azure status."),
    "missing": (
        "Azure does not find what the request names.",
        "Check names and ids, and that what they name is there.",
    ),
}

_SAYING_WHY: Final = frozenset(
    {
        "MaxUnhealthyInstancePercentExceededInRollingUpgrade",
        "MaxUnhealthyUpgradedInstancePercentExceededInRollingUpgrade",
        "MaxUnhealthyInstancePercentExceededBeforeRollingUpgrade",
    }
)
"""Codes whose message may hold the error that is the reason."""

_NO_FIELD_BY_NAME: Final = frozenset(
    {"AuthorizationFailed", "LinkedAuthorizationFailed", "RequestDisallowedByPolicy"}
)
"""Codes whose messages name rights, resources and rules, which are no fields."""


# --- the field -------------------------------------------------------------------------------------------------------


def _place(explained: _Explained, error: AzureError, message: str, there: Locator) -> Path | None:
    """The field, by the ways that the explanation allows, in their order."""
    looks = explained.looks
    if "extension" in looks and re.search(r"\bextension", message, re.IGNORECASE):
        looks = ("extension", *looks)
    for look in looks:
        if look == "named":
            found = _named(error, there)
        else:
            found = getattr(there, look)(message)
        if found:
            return found
    place = explained.place
    if place is not None and place[0] != "$target" and there.document is None and not error.spoken:
        return None
    return place


# --- what is said more closely ---------------------------------------------------------------------------------------

_LOCKED: Final = re.compile(r"locked:? '([^']{1,500})'", re.IGNORECASE)


def _closer_place(name: str, error: AzureError, message: str, there: Locator) -> Path | None:
    if name == "ScopeLocked":
        found = _LOCKED.search(message)
        scope = found[1].casefold().rstrip("/") if found else ""
        if "/virtualmachinescalesets/" in scope:
            return ("$target", "name")
        if scope and "/resourcegroups/" not in scope:
            return ("$target", "subscription")
    if name == "DnsRecordInUse":
        return there.named("domainNameLabel") or there.named("dnsSettings")
    if name == "KeyVaultAccessForbidden" and re.search("disk encryption set", message, re.IGNORECASE):
        return there.standing("diskEncryptionSet.id")
    if name == "RequestDisallowedByPolicy":
        return next((place for each in _broken(error.policies) if (place := there.named(each.path))), None)
    return None


def _broken(policies: tuple[Policy, ...]) -> list[Any]:
    """The conditions of policies that speak of a member of the request."""
    return [each for policy in policies for each in policy.conditions]


def _policy(error: AzureError, message: str) -> tuple[str, str]:
    names = ", ".join(
        f"“{each.assignment or each.definition}”"
        for each in error.policies
        if each.assignment or each.definition
    )
    sentence = f"Azure Policy denies this request: {names}." if names else ""
    reason = re.search(r"Reasons?: '([^']{5,300})'", message)
    if reason:
        sentence = f"{sentence or 'Azure Policy denies this request.'} {reason[1].rstrip('.')}."
    wanted = next((each.cure for each in _broken(error.policies) if each.cure), "")
    return sentence, f"{wanted} Or ask those who run the policy for an exemption." if wanted else ""


# code (lower case) -> sentence and cure that its message lets us say more closely; empty where it has another shape.
_CLOSER: Final[Mapping[str, Callable[[AzureError, str], tuple[str, str]]]] = {
    "resourcequotaexceeded": lambda _error, message: (shapes.quota(message), ""),
    "quotaexceeded": lambda _error, message: (shapes.quota(message), ""),
    "authorizationfailed": lambda _error, message: (shapes.action(message), ""),
    "linkedauthorizationfailed": lambda _error, message: (
        shapes.linked(message),
        shapes.linked_cure(message),
    ),
    "missingsubscriptionregistration": lambda _error, message: (
        shapes.registration(message),
        shapes.registration_cure(message),
    ),
    "subscriptionnotregistered": lambda _error, message: (
        shapes.registration(message),
        shapes.registration_cure(message),
    ),
    "invalidsubscriptionregistrationstate": lambda _error, message: (
        shapes.registration(message),
        shapes.registration_cure(message),
    ),
    "requestdisallowedbypolicy": _policy,
    "propertychangenotallowed": lambda _error, message: (_fixed(message), ""),
}


def _fixed(message: str) -> str:
    found = re.search(r"property '([^']{1,200})'", message, re.IGNORECASE)
    return f"“{found[1]}” cannot be changed once the scale set exists." if found else ""
