"""From an error to words: what happened, the field it belongs to, what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

from .errors import (
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

# --- from an error to a field ----------------------------------------------------------------------------------------

LOOKED_AT: Final = 20_000
"""Characters of a message in which fields are looked for: a longer one is no sentence, but a log."""
IDS_LOOKED_FOR: Final = 10

_PATH_IN_MESSAGE: Final = re.compile(r"\bpath:? '([^']{1,500})'", re.IGNORECASE)
_PARAMETER_IN_MESSAGE: Final = re.compile(
    r"(?:Required parameter|value of parameter|parameter|property) '([A-Za-z$][\w.$\[\]-]{0,300})'",
    re.IGNORECASE,
)


def locate(error: AzureError, document: Any = None) -> Path | None:
    """The place in the document that the error is about, or None.

    Azure names a place in full (`vmss.properties.overprovision`), or only its end (`osDisk.diskSizeGB`); the latter is
    looked up in the document, and counts only when it fits one place.
    """
    message = error.message[:LOOKED_AT]
    for named in (error.target, *_named_in(message)):
        path = document_path(named, document)
        if path:
            return path
    for resource_id in _RESOURCE_ID.findall(message)[:IDS_LOOKED_FOR]:
        path = _place_of(resource_id.rstrip(".,;"), document)
        if path:
            return path
    return None


def _named_in(message: str) -> Iterator[str]:
    for found in (_PATH_IN_MESSAGE.search(message), _PARAMETER_IN_MESSAGE.search(message)):
        if found:
            yield found[1]


_RESOURCE_ID: Final = re.compile(r"/subscriptions/[^\s'\"“”<>()\[\]]{1,1000}", re.IGNORECASE)


def _place_of(resource_id: str, document: Any) -> Path | None:
    """Where the document refers to the resource, or to something inside it; None unless that is one place."""
    wanted = resource_id.casefold()
    exact, inside = [], []
    for path in _places(document, ()):
        value = paths.get(document, path)
        if isinstance(value, str) and value.casefold() == wanted:
            exact.append(path)
        elif isinstance(value, str) and value.casefold().startswith(f"{wanted}/"):
            inside.append(path)
    found = exact or inside
    return found[0] if len(found) == 1 else None


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
    "throttled", "outage", "network", "gateway", "unusable", "unknown",
]  # fmt: skip
"""Who has to act: the person in the form, somebody with more rights, or nobody but time.

gateway: not Azure answered, but something on the way. unusable: Azure's answer cannot be used, now or later.
"""


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
        "Ask for fewer or smaller instances, or request more quota.",
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
    "subnetisfull": (
        "capacity",
        "The subnet has too few free addresses for the instances.",
        "Choose a larger subnet, or ask for fewer instances.",
    ),
    "platformimagenotfound": (
        "form",
        "The image does not exist in this region.",
        "Check publisher, offer, SKU and version, or choose another image.",
    ),
    "imagenotfound": ("form", "The image does not exist, or you cannot see it.", "Choose another image."),
    "keyvaultaccessforbidden": (
        "permission",
        "Azure may not read a certificate or key in the key vault.",
        "Ask the vault's owner to enable it for deployment, and to let the scale set's identity read it.",
    ),
    "vmextensionprovisioningerror": (
        "form",
        "The instances were made, but an extension failed on them.",
        "Look at the extension's settings and at Azure's message below.",
    ),
    "vmextensionhandlernonretryableerror": (
        "form",
        "The instances were made, but an extension failed on them.",
        "Look at the extension's settings and at Azure's message below.",
    ),
    "osprovisioningtimedout": (
        "form",
        "The instances were made, but their operating system did not report in time.",
        "Check that the image is generalized and has an agent; then try again.",
    ),
    "retryableerrorduetoanotheroperation": (
        "throttled",
        "Another operation is at work on a network resource that the request uses.",
        "Nothing to do; it goes on by itself once that operation has ended.",
    ),
    "internalservererror": (
        "outage",
        "Azure has trouble of its own.",
        "Try again later. If it lasts, look at Azure status.",
    ),
    "internalexecutionerror": (
        "outage",
        "Azure has trouble of its own.",
        "Try again later. If it lasts, look at Azure status.",
    ),
    "gonemeanwhile": (
        "missing",
        "The scale set is not there: somebody deleted it meanwhile.",
        "Look into the activity log in Azure, then send the request again.",
    ),
    "proxyrefuses": (
        "gateway",
        "A proxy on the way refuses to connect to Azure. Nothing was sent.",
        "Tell the people who run this service, or its network.",
    ),
    "certificatenottrusted": (
        "gateway",
        "What answered in Azure's place has a certificate that is not trusted here. Nothing was sent.",
        "Tell the people who run this service, or its network: a proxy may look into connections.",
    ),
    "notthereafterall": (
        "unknown",
        "The answer to the request was a success without any word, and the scale set is not there.",
        "Something between here and Azure may have given it. Send the request again.",
    ),
    "failedafterall": (
        "unknown",
        "Azure called the operation a success, but the scale set is in a failed state.",
        "Look at it in Azure: its instances may say what went wrong. Then send the request again.",
    ),
    "deletefailed": (
        "conflict",
        "The scale set is still there.",
        "Look at it in Azure, then delete it again.",
    ),
    "keynothere": (
        "unknown",
        "A part of this service was started before a key was added, and cannot read what that key encrypts.",
        "Nothing is lost: it goes on once those who run the service have restarted that part.",
    ),
    "expiredauthenticationtoken": ("sign-in", "Your sign-in has expired.", "Sign in again."),
}

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
    (Throttled, "throttled", "Azure asks for a pause: too many requests.", "Nothing to do; it goes on by itself after the pause."),
    (ServiceTrouble, "outage", "Azure has trouble handling the request.", "Try again later. If it lasts, look at Azure status."),
    (Conflict, "conflict", "The request does not fit the state that Azure is in.", ""),
    (Unreachable, "network", "Azure cannot be reached from here.", "Nothing was sent. Check the network, then try again."),
    (TooSlow, "network", "Azure's answer did not come in time.", "The request may have been accepted: look at the scale set before sending again."),
    (LostAnswer, "network", "The connection broke before Azure's answer came.", "The request may have been accepted: look at the scale set before sending again."),
    (ForeignAddress, "unknown", "Azure's answer points to an address that is not Azure's.", "Nothing was sent there. Tell those who run this service."),
    (BadAnswer, "outage", "Azure's answer could not be understood.", "Try again later."),
)  # fmt: skip


# code (lower case) -> the field that such an error is about when Azure names none.
_PROFILE: Final = ("properties", "virtualMachineProfile")
_SIZE: Final = ("sku", "name")
_FIELDS: Final[Mapping[str, Path]] = {
    "vmscalesetnetworkinterfaceconfigurationmusthaveoneipconfigasprimary": (
        *_PROFILE, "networkProfile", "networkInterfaceConfigurations",
    ),
    "vmscalesetcannotreferenceloadbalancerwhenlargescaleorcrossaz": ("properties", "singlePlacementGroup"),
    "vmmarketplaceinvalidinput": ("plan",),
    "platformimagenotfound": (*_PROFILE, "storageProfile", "imageReference"),
    "imagenotfound": (*_PROFILE, "storageProfile", "imageReference"),
    "vmextensionprovisioningerror": (*_PROFILE, "extensionProfile"),
    "vmextensionhandlernonretryableerror": (*_PROFILE, "extensionProfile"),
    "invalidresourcelocation": ("location",),
    "locationnotavailableforresourcetype": ("location",),
    "locationrequired": ("location",),
    "operationnotallowed": ("sku", "capacity"),
    "resourcequotaexceeded": ("sku", "capacity"),
    "quotaexceeded": ("sku", "capacity"),
    "skunotavailable": _SIZE,
    "allocationfailed": _SIZE,
    "zonalallocationfailed": _SIZE,
    "overconstrainedallocationrequest": _SIZE,
}  # fmt: skip

_QUOTA: Final = re.compile(
    r"Current Limit: (?P<limit>\d+), Current Usage: (?P<used>\d+), Additional Required: (?P<more>\d+)",
    re.IGNORECASE,
)
_QUOTA_NAME: Final = re.compile(r"approved ([\w .-]{1,80}?) quota", re.IGNORECASE)
_PLACEMENT: Final = re.compile(
    r"single ?placement ?group|\b100 (?:VMs|instances|virtual machines)", re.IGNORECASE
)
_ACTION: Final = re.compile(r"perform action\(?s?\)? '([^']{1,200})'(?: (?:over|on) scope '([^']{1,1000})')?")
_LINKED: Final = re.compile(
    r"perform action\(?s?\)? '([^']{1,200})' on the linked scope\(s\) '([^']{1,1000})'"
)
_NAMESPACE: Final = re.compile(r"namespace '([\w.]{1,100})'")


def explain(error: AzureError, document: Any = None) -> Explanation:
    """The error in our words, with its field and its cure. document: what was sent, to find the field in."""
    several = [explain(part, document) for part in parts(error)]
    if several:
        causes = {each.cause for each in several}
        cause: Cause = "form" if "form" in causes else several[0].cause
        retryable = error.retryable or all(each.retryable for each in several)
        return Explanation("Azure names several reasons.", "See to each of them.", cause, None, retryable)
    path, message = locate(error, document), error.message[:LOOKED_AT]
    if isinstance(error, GatewayAnswer | Unreadable):
        # Whatever it says, it is none of Azure's words about the request.
        cause = "gateway" if isinstance(error, GatewayAnswer) else "unusable"
        return Explanation(error.message, _unusable(error), cause, None, error.retryable)
    unknown = _UNKNOWN_MEMBER.search(message)
    if unknown:
        sentence = f"“{unknown[1]}” does not exist in the chosen API version."
        return Explanation(
            sentence, "Choose a newer API version, or remove the property.", "form", path, False
        )
    code = error.code.lower()
    saying = _SAYINGS.get(code)
    if saying:
        cause, sentence, cure = saying
        if path is None and document is not None:
            path = _FIELDS.get(code)
        if error.policies:
            names = ", ".join(f"“{each.assignment or each.definition}”" for each in error.policies)
            sentence = f"Azure Policy denies this request: {names}."
        sentence = _CLOSER[code](message) or sentence if code in _CLOSER else sentence
        if code == "operationnotallowed" and _PLACEMENT.search(message):
            sentence = "A scale set in a single placement group has 100 instances at most."
            cure = "Ask for no more than 100 instances, or switch “single placement group” off."
            return Explanation(sentence, cure, "form", path, False)
        return Explanation(sentence, cure, cause, path, error.retryable)
    if isinstance(error, ServiceTrouble) and not error.retryable:
        sentence = f"Azure answers with status {error.status}, which would be the same the next time."
        return Explanation(sentence, _LASTING, "unusable", path, False)
    if isinstance(error, Throttled) and error.raw.strip() and not error.spoken:
        sentence = "Azure, or something on the way to it, asks for a pause: too many requests."
        return Explanation(
            sentence, "Nothing to do; it goes on by itself after the pause.", "throttled", path, True
        )
    for kind, cause, sentence, cure in _BY_KIND:
        if isinstance(error, kind):
            return Explanation(sentence, cure, cause, path, error.retryable)
    if path is not None or error.status == 400:
        sentence = "Azure does not accept this value." if path else "Azure does not accept the request."
        return Explanation(sentence, "Correct it as Azure's message says.", "form", path, False)
    sentence = "Azure could not carry out the request."
    cure = "Azure's own message says more; with the correlation id, Microsoft support can look into it."
    return Explanation(sentence, cure, "unknown", path, error.retryable)


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


PARTS_LIMIT: Final = 20
"""How many errors side by side are told one by one."""


def parts(error: AzureError) -> list[AzureError]:
    """The errors that Azure names side by side under one roof, such as MultipleErrorsOccurred; none for a single one."""
    together = siblings(error.raw)[:PARTS_LIMIT] if error.spoken else []
    if len(together) < 2:
        return []
    kind = OperationFailed if error.status is None else Refused
    told: list[AzureError] = []
    for each in together:
        fields = described(json.dumps({"error": each}))
        if fields["code"] or fields["message"]:
            told.append(kind(**fields, status=error.status))
    return told


def _quota_in(message: str) -> str:
    found = _QUOTA.search(message)
    if found is None:
        return ""
    named = _QUOTA_NAME.search(message)
    name = f"The quota “{named[1]}”" if named else "A quota"
    return f"{name} allows {found['limit']}; {found['used']} are in use, and this needs {found['more']} more."


def _action_in(message: str) -> str:
    found = _ACTION.search(message)
    if found is None:
        return ""
    where = f" at {_short(found[2])}" if found[2] else ""
    return f"You lack the right “{found[1]}”{where}."


def _linked_action_in(message: str) -> str:
    found = _LINKED.search(message)
    return (
        f"You lack the right “{found[1]}” on {_short(found[2])}, which the request refers to."
        if found
        else ""
    )


def _namespace_in(message: str) -> str:
    found = _NAMESPACE.search(message)
    return f"The subscription is not registered for {found[1]}." if found else ""


def _short(resource_id: str) -> str:
    """The end of a resource id, as people call it: “subnets/web”."""
    return f"“{'/'.join(resource_id.rstrip('/').split('/')[-2:])}”"


# code (lower case) -> what its message lets us say more closely; empty when it has another shape.
_CLOSER: Final[Mapping[str, Callable[[str], str]]] = {
    "operationnotallowed": _quota_in,
    "resourcequotaexceeded": _quota_in,
    "quotaexceeded": _quota_in,
    "authorizationfailed": _action_in,
    "linkedauthorizationfailed": _linked_action_in,
    "missingsubscriptionregistration": _namespace_in,
}
