"""What messages say, whatever code they come with: the shapes that Azure's sentences have, from the plainest on.

A shape is a way of speaking that many errors share, never one error's text. What a message of a shape says more closely
(a number, a name, a right) is read out of it here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from . import words
from .causes import Cause

Maker = Callable[[re.Match[str], str], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A way in which messages speak.

    name: for tests. pattern: what they hold. cause: what kind of trouble it is. sentence, cure: ours, made of what was
    found in the message; without them Azure's first sentence, and its advice. looks: how the field is found, in order:
    named, referred, size, quoted, extension, worded. place: the field where none is found.
    """

    name: str
    pattern: re.Pattern[str]
    cause: Cause
    sentence: Maker | None = None
    cure: Maker | None = None
    looks: tuple[str, ...] = ()
    place: tuple[str, ...] = ()


_F: Final = re.IGNORECASE | re.DOTALL
_NAME: Final = r"['\"“]?([A-Za-z$][\w.$\[\]-]{0,300}?)['\"”]?"
EVERYWHERE: Final = ("named", "referred", "size", "quoted", "camel", "worded", "chosen", "spoken")
NAMED_FIRST: Final = ("named", "camel", "worded", "chosen")
PROFILE: Final = ("properties", "virtualMachineProfile")
IMAGE: Final = (*PROFILE, "storageProfile", "imageReference")
SIZE: Final = ("sku", "name")
COUNT: Final = ("sku", "capacity")


def _say(text: str) -> Maker:
    return lambda _found, _message: text


# --- quotas ----------------------------------------------------------------------------------------------------------

_NUMBERS: Final = (
    re.compile(
        r"Current Limit: (?P<limit>\d+).{0,20}?Current Usage: (?P<used>\d+).{0,20}?Additional Required: (?P<more>\d+)",
        _F,
    ),
    re.compile(
        r"Maximum allowed: (?P<limit>\d+).{0,20}?Current in use: (?P<used>\d+).{0,20}?Additional requested: (?P<more>\d+)",
        _F,
    ),
    re.compile(
        r"limit (?:of|is) '?(?P<limit>\d+)'?.{0,80}?(?P<used>\d+) (?:are |is )?(?:in use|used).{0,60}?(?P<more>\d+)",
        _F,
    ),
)
_QUOTA_NAME: Final = re.compile(
    r"(?:exceed\w* (?:the )?(?:approved )?([\w .-]{1,80}?) quota\b|quota limit of ([\w-]{1,80})|quota '([^']{1,80})'|quota of ([\w-]{1,80}))",
    re.IGNORECASE,
)


def quota(message: str) -> str:
    """Limit, use and need of a quota; empty where the message does not give them."""
    for pattern in _NUMBERS:
        found = pattern.search(message)
        if found:
            named = _QUOTA_NAME.search(message)
            name = f"The quota “{next(filter(None, named.groups()))}”" if named else "A quota"
            return f"{name} allows {found['limit']}; {found['used']} are in use, and this needs {found['more']} more."
    return ""


def _quota(_found: re.Match[str], message: str) -> str:
    return quota(message) or words.first(message)


# --- rights, registration --------------------------------------------------------------------------------------------

_ACTION: Final = re.compile(
    r"perform action\(?s?\)? '([^']{1,200})'(?: (?:over|on|at) scope '([^']{1,1000})')?"
)
_LINKED: Final = re.compile(
    r"perform action\(?s?\)? '([^']{1,200})' on the linked scope\(s\) '([^']{1,1000})'"
)
_TENANT: Final = re.compile(
    r"perform action '([^']{1,200})'.{0,1200}tenant '([^']{1,100})' is not authorized to access linked subscription '([^']{1,100})'",
    _F,
)
_NAMESPACE: Final = re.compile(r"namespace '?([\w.]{1,100}\w)'?")
_FEATURE: Final = re.compile(
    r"(?:feature|preview)\s+['\"]?((?:Microsoft\.\w+/)?[\w.-]{2,80})['\"]?|['\"]?(Microsoft\.\w+/[\w.-]{2,80})['\"]?\s+feature",
    re.IGNORECASE,
)


def action(message: str) -> str:
    """The right that somebody lacks, and where."""
    found = _ACTION.search(message)
    if found is None:
        return ""
    where = f" at {words.short(found[2])}" if found[2] else ""
    return f"You lack the right “{found[1]}”{where}."


def linked(message: str) -> str:
    """The right that is lacking on something that the request refers to."""
    tenant = _TENANT.search(message)
    if tenant:
        return (
            f"The request refers to something in the subscription {tenant[3]}, and your directory (tenant) may not use"
            f" that subscription: it lacks “{tenant[1]}” there."
        )
    found = _LINKED.search(message)
    if found is None:
        return action(message)
    return f"You lack the right “{found[1]}” on {words.short(found[2])}, which the request refers to."


def linked_cure(message: str) -> str:
    """Who can give a right on something that the request refers to."""
    if _TENANT.search(message) or re.search(r"linked subscription", message, re.IGNORECASE):
        return (
            "Use a resource of a subscription in your own directory, or have its owner share it with your tenant;"
            " an account that has access in both directories may also do."
        )
    found = _LINKED.search(message)
    role = "Network Contributor" if found and found[1].lower().startswith("microsoft.network/") else ""
    role = "Managed Identity Operator" if found and "managedidentity" in found[1].lower() else role
    example = f", such as the role {role}" if role else ""
    return f"Ask its owner for that right{example}. A new role takes some minutes to count."


def namespace(message: str) -> str:
    """The resource provider that is to be registered."""
    found = _NAMESPACE.search(message)
    return found[1] if found else ""


def registration(message: str) -> str:
    """What the subscription is not registered for."""
    name = namespace(message)
    if name:
        return f"The subscription is not registered for {name}."
    found = _FEATURE.search(message)
    name = (found[1] or found[2]) if found else ""
    return f"The feature {name} is not enabled for this subscription." if name else ""


def registration_cure(message: str) -> str:
    """Who registers what."""
    name = namespace(message)
    if name:
        return f"Have an owner or contributor of the subscription register the resource provider {name}, then try again."
    found = _FEATURE.search(message)
    name = (found[1] or found[2]) if found else ""
    what = f"the feature {name}" if name else "what Azure names"
    return f"Have an owner of the subscription register {what}, or do without it."


def _registration(_found: re.Match[str], message: str) -> str:
    return registration(message) or words.first(message)


# --- the request -----------------------------------------------------------------------------------------------------


def _missing(found: re.Match[str], message: str) -> str:
    name = next(filter(None, found.groups()), "")
    return f"“{name}” is missing." if name else words.first(message)


def _instances(found: re.Match[str], message: str) -> str:
    if found[1] == "100":
        return "A scale set in a single placement group has 100 instances at most."
    return words.first(message)


def _instances_cure(found: re.Match[str], _message: str) -> str:
    if found[1] == "100":
        return "Ask for no more than 100 instances, or switch “single placement group” off."
    return f"Ask for no more than {found[1]} instances."


def _because(found: re.Match[str], _message: str) -> str:
    what = next(filter(None, found.groups()), "").strip()
    return f"Provide {what}, or do without what needs it."


def _set_to(found: re.Match[str], message: str) -> str:
    name, value = " ".join(found[1].split()), found[2].strip("'\"").lower()
    act = {"true": f"Switch {name} on", "false": f"Switch {name} off"}.get(value, f"Set {name} to {found[2]}")
    return f"{act}, or choose another size." if re.search(r"\bsize\b", message, re.IGNORECASE) else f"{act}."


def _size_cure(_found: re.Match[str], _message: str) -> str:
    return "Choose another size that supports it, or do without it."


def _only(found: re.Match[str], _message: str) -> str:
    return f"Use it only {' '.join(found[1].split()).rstrip('.')}, or remove it."


def _allowed(_found: re.Match[str], message: str) -> str:
    return words.advice(message) or "Correct the value, choose another one, or remove it."


def _fewer(found: re.Match[str], message: str) -> str:
    number = next(filter(None, found.groups()), "")
    if re.match(r"'? (?:characters|letters|digits|bytes)", message[found.end() :]):
        return f"Correct it: no more than {number} characters, and whatever else Azure says of it."
    return f"Ask for fewer, smaller or less: no more than {number}."


def _invalid(found: re.Match[str], message: str) -> str:
    name = next(filter(None, found.groups()), "")
    return f"Azure does not accept the value of “{name}”." if name else words.first(message)


def _never(found: re.Match[str], _message: str) -> str:
    return f"“{found[1]}” is not allowed here."


def _fixed(found: re.Match[str], _message: str) -> str:
    return f"“{found[1]}” cannot be changed once the scale set exists."


_PAIR: Final = re.compile(r"\b(?:with|for|in|when|if|by|both|and|on)\b", re.IGNORECASE)
_NOT_BOTH: Final = "Remove one of what Azure says does not go together, or choose another value."
_ANOTHER: Final = "Choose another value, or remove it."
_OLD_VALUE: Final = _say("Put the old value back, or create a new scale set.")
_FILL_IN: Final = _say("Fill it in.")
_LATER: Final = _say("Try again later. If it lasts, look at Azure status.")
_LESS: Final = _say("Ask for fewer or smaller instances, or request more quota.")
_ROOM: Final = _say("Try later, or choose another size, region or zone.")
_ENDED: Final = _say("Wait until it has ended, then try again.")


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, _F)


SHAPES: Final = (
    Shape(
        "throttled",
        _compiled(r"too many requests|\bthrottl|rate limit|exceeded the backend storage limit|number of requests for .{0,200}exceeded"),
        "throttled",
        _say("Azure asks for a pause: too many requests."),
        _say("Wait for the pause that Azure asks for; nothing has to change."),
    ),
    Shape(
        "policy",
        _compiled(r"(?:disallowed|denied|blocked) by (?:azure )?policy|policy violation"),
        "policy",
        _say("Azure Policy denies this request."),
        _say("Change what the policy forbids, or ask those who run it for an exemption."),
    ),
    Shape(
        "locked",
        _compiled(r"scope\(?s?\)? (?:is|are) locked|cannot perform \w+ operation because .{0,40}lock|has a lock"),
        "permission",
        _say("A lock keeps this from being changed."),
        _say("Ask somebody who may do so to remove the lock, then try again."),
    ),
    Shape(
        "terms",
        _compiled(r"legal terms|accept(?:ed|ing)? (?:the |its )?terms|terms (?:have|has) not been accepted"),
        "permission",
        _say("The terms of the marketplace image have not been accepted in this subscription."),
        _say("Have somebody with rights on the subscription accept the terms of this plan, once, then try again."),
        place=("plan",),
    ),
    Shape(
        "purchase",
        _compiled(r"(?:not eligible|cannot be purchased|unable) .{0,60}purchas|purchas\w+ .{0,60}(?:not (?:allowed|eligible)|failed|errors)|marketplace purchase"),
        "permission",
        None,
        _say("Ask the owner of the subscription whether it may buy this from the marketplace, or choose another image."),
        place=("plan",),
    ),
    Shape(
        "quota",
        _compiled(r"\bquota\b|exceed\w* (?:the )?approved|cores? limit"),
        "quota",
        _quota,
        _LESS,
        place=COUNT,
    ),
    Shape(
        "limit-of-the-subscription",
        _compiled(r"(?:more than|exceed\w*|maximum|limit|cannot create).{0,120}\b(?:for|in|per|of) (?:this|the|your|a) subscription"),
        "quota",
        None,
        _LESS,
        place=COUNT,
    ),
    Shape(
        "not-registered",
        _compiled(
            r"not registered (?:to use|for|with)|registration is in|must be registered|is not registered|(?:register|enable) the (?:subscription|feature|provider)"
            r"|feature .{0,80}(?:is not|must be|to be|isn't) (?:enabled|registered)|not (?:enabled|registered|opted).{0,30}for (?:this|the|your) subscription"
            r"|subscription (?:must|needs to|does not) have .{0,80}(?:feature|registered|enabled)"
        ),
        "registration",
        _registration,
        lambda _found, message: registration_cure(message),
        NAMED_FIRST,
    ),
    Shape(
        "no-right",
        _compiled(r"not have (?:the )?(?:\w+ )?(?:authorization|permissions?|access|rights?)\b|not authorized to|access (?:is |was )?(?:denied|forbidden)|insufficient privileges|is forbidden|unauthorized"),
        "permission",
        lambda _found, message: linked(message) or words.first(message),
        lambda _found, message: linked_cure(message),
        ("referred",),
    ),
    Shape(
        "under-way",
        _compiled(
            r"already in progress|another (?:\w+ ){0,3}(?:operation|upgrade|update|change|request)\b.{0,60}(?:progress|running|under way|pending|execut)"
            r"|(?:concurrent|conflicting) (?:request|operation|update|write)|being (?:updated|deleted|created|deprovisioned|modified)|deprovisioning state"
            r"|marked for deletion|(?:is|are) in (?:a )?'?(?:updating|deleting|creating|deallocating|provisioning)'? state|not in succeeded state"
            r"|(?:ongoing|pending|running) (?:operation|upgrade)|(?:operation|upgrade|update) in progress|(?:operation|upgrade) .{0,60}(?:is|are) (?:still )?(?:running|ongoing|in progress|pending)|exclusive access|preempted"
        ),
        "conflict",
        None,
        _ENDED,
    ),
    Shape(
        "image",
        _compiled(
            r"\b(?:images?|artifacts?)\b.{0,300}(?:not (?:available|found|exist)|(?:can ?not|could not|cannot) be found|does not exist|no longer|deprecated|not valid)"
        ),
        "form",
        None,
        lambda _found, message: f"{words.advice(message)} Check publisher, offer, SKU and version, or choose another image.".strip(),
        ("named", "referred", "quoted"),
        IMAGE,
    ),
    Shape(
        "no-room",
        _compiled(
            r"allocation failed|(?:sufficient|enough|available) capacity (?:for|in|to|is)|out of capacity|capacity restrictions?|cannot be allocated|unable to allocate"
            r"|(?:size|sku|vm|capacity)\w*.{0,300}(?:currently not available|not available in (?:location|zone|region|the|this))|not available for subscription|insufficient capacity"
        ),
        "capacity",
        lambda _found, message: (
            "This size is not on offer here for your subscription."
            if re.search(r"not available|restriction", message, re.IGNORECASE)
            else "Azure has no room for these instances right now."
        ),
        _ROOM,
        ("size",),
        SIZE,
    ),
    Shape(
        "extension-failed",
        _compiled(r"(?:processing|of|for|handler for) (?:the )?(?:VM )?extension\b.{0,400}(?:fail|error|timed out|terminal)|extensions? failed|multiple VM extensions"),
        "form",
        _say("The instances were made, but an extension failed on them."),
        _say("Look at the extension's settings and its log on an instance, and at Azure's message below."),
        ("extension",),
        (*PROFILE, "extensionProfile"),
    ),
    Shape(
        "unhealthy-upgrade",
        _compiled(r"upgrade.{0,600}\bunhealthy\b|\bunhealthy\b.{0,300}upgrade"),
        "form",
        _say("Too many instances are unhealthy, so Azure stopped the rolling upgrade."),
        _say("Look why the instances do not report healthy; then correct the change, or put back what was there before."),
        place=("properties", "upgradePolicy", "rollingUpgradePolicy"),
    ),
    Shape(
        "unhealthy",
        _compiled(r"\bunhealthy\b|unreachable"),
        "form",
        None,
        _say("Look why the instances do not report healthy: the health probe or extension, and what it asks on them."),
        NAMED_FIRST,
    ),
    Shape(
        "failed-before",
        _compiled(r"\bin (?:a |the )?'?failed'? (?:provisioning )?state"),
        "conflict",
        None,
        _say("Have what failed there repaired or deleted first, then try again."),
        ("referred",),
    ),
    Shape(
        "hundred-instances",
        _compiled(r"(?:limit|maximum|more than|exceed\w*|at most|up to|beyond).{0,60}?'?\b(\d{2,4})\b'? (?:virtual machine |VM )?(?:instances|VMs|virtual machines)"),
        "form",
        _instances,
        _instances_cure,
        (),
        COUNT,
    ),
    Shape(
        "member-of-another-place",
        _compiled(r"could not find member '([^']{1,200})' on object of type '(\w+)'"),
        "form",
        looks=("named",),
    ),
    Shape(
        "fixed",
        _compiled(rf"changing property {_NAME} is not allowed"),
        "form",
        _fixed,
        _OLD_VALUE,
        ("named",),
    ),
    Shape(
        "fixed-in-words",
        _compiled(r"(?:can ?not|can't|may not|must not) be (?:changed|updated|modified|altered)|changing .{0,120}(?:is not|isn't) (?:allowed|supported)"),
        "form",
        None,
        _OLD_VALUE,
        EVERYWHERE,
    ),
    Shape(
        "missing",
        _compiled(rf"required (?:parameter|property|member|field) {_NAME} (?:is missing|is not|not found|was not|cannot)"),
        "form",
        _missing,
        _FILL_IN,
        ("named",),
    ),
    Shape(
        "choice",
        _compiled(rf"value .{{0,100}}?(?:of|for) (?:the )?(?:parameter|property|member|field) {_NAME} is (?:invalid|not (?:valid|allowed|supported))"),
        "form",
        _invalid,
        _allowed,
        ("named",),
    ),
    Shape(
        "not-allowed",
        _compiled(rf"(?:parameter|property|member|field) {_NAME} is not (?:allowed|supported|permitted|expected)"),
        "form",
        _never,
        _say("Remove it."),
        NAMED_FIRST,
    ),
    Shape(
        "wrong-type",
        _compiled(r"error converting value|cannot deserialize|unexpected character|could not convert|cannot convert|invalid type"),
        "form",
        None,
        _say("Correct the value: it has to be of the type that Azure expects there."),
        ("named",),
    ),
    Shape(
        "unreadable",
        _compiled(r"cannot parse the request|(?:could|can) ?not be (?:parsed|deserialized)|not (?:a )?valid JSON|malformed"),
        "form",
        _say("Azure cannot read the request: something in it has another shape than Azure expects."),
        _say("Check the request and correct its shape; Azure does not say where."),
        ("named",),
    ),
    Shape(
        "set-to",
        _compiled(r"(?:only )?(?:if|when|unless) ((?:\w+ ){1,5}?)(?:on such [\w ]{1,60})?(?:is|are|was) set to ('?\w+'?)"),
        "form",
        None,
        _set_to,
        ("worded", "size"),
    ),
    Shape(
        "because",
        _compiled(r"because (.{3,160}?) (?:was|were|is|are|has|have) (?:not been|not) (?:provided|specified|set|enabled|configured|defined|present|supplied)"
            r"|because .{3,160}? (?:does not have|has no|have no) (.{3,100}?)(?:\.|$)"),
        "form",
        None,
        _because,
        ("named", "worded", "quoted", "chosen", "spoken"),
    ),
    Shape(
        "must-be-there",
        _compiled(r"must (?:also )?be (?:specified|provided|set|present|supplied|defined)|(?:is|are) required\b|is missing|(?:can ?not|must not) be (?:null|empty)|was not (?:specified|provided)|requires? .{0,80} in the request"),
        "form",
        None,
        lambda _found, message: f"{words.advice(message)} Fill it in.".strip(),
        EVERYWHERE,
    ),
    Shape(
        "size-against-feature",
        _compiled(r"(?:\b(?:VM|instance|machine|requested|selected) sizes?\b|\bStandard_(?!LRS|ZRS)\w+).{0,200}(?:not (?:support|allow|compatible|permit|have)|cannot|can ?not|incompatible|invalid|not valid)"
            r"|(?:not (?:supported|allowed|compatible|permitted|available)|cannot).{0,200}\b(?:VM|instance|machine) size"),
        "form",
        None,
        lambda found, message: words.advice(message) or _size_cure(found, message),
        ("size", "named", "worded", "chosen"),
        SIZE,
    ),
    Shape(
        "only-with",
        _compiled(r"\bonly ((?:be used |be set |supported |allowed |available )?(?:on|with|when|if|for|in|supports? ).{3,240}?)(?:\.\s|\.?$)"),
        "form",
        None,
        _only,
        EVERYWHERE,
    ),
    Shape(
        "not-found",
        _compiled(r"(?:was|were|is|be|could) not (?:be )?found|can ?not be found|can't be found|does ?n[o']t exist|no longer exists?|not found"),
        "form",
        None,
        _say("Check the name or id, and that what it names is there, in the right region; or choose another."),
        ("referred", "named", "quoted"),
    ),
    Shape(
        "taken",
        _compiled(r"already (?:exists?|in use|used|being used|allocated|associated|taken|attached)|(?:is|are) (?:currently )?in use|(?:is|are) used by|in use by"),
        "form",
        None,
        _say("Choose another name or resource, or delete the one that is there."),
        EVERYWHERE,
    ),
    Shape(
        "range",
        _compiled(r"between '?(-?\d[\d.,]*?)'? and '?(-?\d[\d.,]*\d|\d)'?"),
        "form",
        None,
        lambda found, _message: f"Choose a value from {found[1]} to {found[2]}.",
        EVERYWHERE,
    ),
    Shape(
        "too-much",
        _compiled(
            r"(?:exceed\w*|greater than|larger than|longer than|more than|above|beyond).{0,120}?\b(?:of |is )?'?(\d[\d,]*)"
            r"|(?:maximum|largest|highest) (?:allowed |supported )?(?:number|size|length|count|value)?.{0,120}? is '?(\d[\d,]*)"
        ),
        "form",
        None,
        lambda found, message: words.advice(message) or _fewer(found, message),
        EVERYWHERE,
    ),
    Shape(
        "unsupported",
        _compiled(r"not (?:support|allow|compatible|permit)|unsupported|incompatible|can ?not (?:be used|use|have|reference|specify|enable|be set|be specified|be enabled|contain|mix)"),
        "form",
        None,
        lambda _found, message: words.advice(message) or (_NOT_BOTH if _PAIR.search(message) else _ANOTHER),
        (*EVERYWHERE, "extension"),
    ),
    Shape(
        "has-to-be",
        _compiled(r"\b(?:must|should|has to|have to|needs? to|requires?|invalid|not valid|expected)\b"),
        "form",
        None,
        lambda _found, message: words.advice(message) or "Correct it, so that what Azure says holds, or choose another value.",
        EVERYWHERE,
    ),
    Shape(
        "in-time",
        _compiled(r"in the allotted time|timed? ?out"),
        "outage",
        None,
        _say("Look whether it has ended well meanwhile; then try again later."),
    ),
    Shape(
        "azures-own",
        _compiled(r"internal (?:server |execution |operation )?error|unexpected(?:ly)? (?:error|fail)|an error occurred|temporar|transient|retry (?:later|the)|try again later|service is unavailable|server is busy"),
        "outage",
        _say("Azure has trouble of its own."),
        _LATER,
    ),
)  # fmt: skip


def shape(message: str) -> tuple[Shape, re.Match[str]] | None:
    """The first shape that a message has, with what of it shows that."""
    text = message[: words.LOOKED_AT]
    for each in SHAPES:
        found = each.pattern.search(text)
        if found:
            return each, found
    return None


GENERAL: Final = frozenset(
    "fixed-in-words must-be-there only-with not-found taken too-much unsupported has-to-be in-time azures-own set-to because".split()
)
"""Shapes of so many kinds of errors that the name of a code counts for more."""

FIXED: Final = frozenset({_LESS, _ROOM, _ENDED, _LATER, _FILL_IN, _OLD_VALUE})
"""Sentences and cures that hold no word of Azure's."""
