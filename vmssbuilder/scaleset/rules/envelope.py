"""Rules about the outside of the document: location, read-only members, and what is left to be filled in."""

from __future__ import annotations

from typing import Final

from .. import paths
from ..findings import Change, Fix
from ..paths import Path
from ..request import Target
from ..versions import order
from .base import CREATE, Hit, Hits, rule
from .shapes import moved, set_to, without
from .view import IMAGE, PROFILE, View, filled

_SECRET_MEMBERS: Final = frozenset(
    ("adminPassword", "customData", "protectedSettings", "content", "userData")
)

_READ_ONLY: Final[tuple[Path, ...]] = (
    ("id",),
    ("name",),
    ("type",),
    ("etag",),
    ("systemData",),
    ("properties", "uniqueId"),
    ("properties", "timeCreated"),
    (*PROFILE, "timeCreated"),
    ("identity", "principalId"),
    ("identity", "tenantId"),
    (*IMAGE, "exactVersion"),
)


# Where properties that are gone went, with the first version without them.
_MOVED: Final[tuple[tuple[str, Path, Path], ...]] = (
    (
        "2018-10-01",
        ("properties", "upgradePolicy", "automaticOSUpgrade"),
        ("properties", "upgradePolicy", "automaticOSUpgradePolicy", "enableAutomaticOSUpgrade"),
    ),
    (
        "2018-10-01",
        ("properties", "upgradePolicy", "autoOSUpgradePolicy", "disableAutoRollback"),
        ("properties", "upgradePolicy", "automaticOSUpgradePolicy", "disableAutomaticRollback"),
    ),
    ("2019-03-01", (*PROFILE, "additionalCapabilities"), ("properties", "additionalCapabilities")),
)
_IDENTITY_IDS: Final[Path] = ("identity", "identityIds")


@rule("placeholder", "Replace {placeholder} with a real value.", subject="both")
def placeholder(view: View) -> Hits:
    if not view.placeholders:
        return None
    return [
        Hit(path, message="Replace the placeholder in braces with the real value.")
        if not _SECRET_MEMBERS.isdisjoint(path)
        else Hit(path, {"placeholder": found})
        for path, found in view.placeholders
    ]


@rule(
    "template-expression",
    "Replace the template expression with the value it stands for: outside a template Azure takes it as it is written.",
    subject="both",
)
def template_expression(view: View) -> Hits:
    return [Hit(path) for path, expression in view.unknown.items() if expression]


@rule(
    "secret-placeholder",
    "Enter the real value: asterisks only stand for a secret that was not shown.",
    raw=True,
    subject="both",
)
def secret_placeholder(view: View) -> Hits:
    return [Hit(path) for path, expression in view.unknown.items() if not expression]


@rule("location-required", "Choose the Azure region in which the scale set is created.", operations=CREATE)
def location_required(view: View) -> Hits:
    return None if view.document.get("location") else Hit(("location",))


@rule(
    "location-normalise",
    "Azure writes this region “{short}”. Capitals and spaces do not matter to it; the short form compares and searches better.",
    severity="warning",
)
def location_normalise(view: View) -> Hits:
    location = view.document.get("location")
    if not filled(location):
        return None
    short = "".join(location.split()).lower()
    if location == short or not short:
        return None
    return Hit(("location",), {"short": short}, set_to(("location",), short, f"Write {short}"))


@rule(
    "body-name-id-match",
    "The {member} in the document is not that of the address. Remove it: the address alone says which scale set is meant.",
    confidence="I",
    raw=True,
)
def body_name_id_match(view: View) -> Hits:
    raw = view.raw
    stated = [member for member in ("type", "name", "id") if isinstance(raw.get(member), str)]
    if not stated:
        return None
    wanted = {"type": "Microsoft.Compute/virtualMachineScaleSets"}
    target = Target(*(view.address(part) for part in ("subscription", "resource_group", "name")))
    if target.name:
        wanted |= {"name": target.name, "id": target.resource_id}
    return [
        Hit((member,), {"member": member}, without((member,), f"Remove {member}"))
        for member in stated
        if member in wanted and raw[member].casefold() != wanted[member].casefold()
    ]


@rule(
    "provisioning-state-readonly",
    "Remove provisioningState: only Azure writes it, and it refuses a request that states another value.",
    raw=True,
)
def provisioning_state_readonly(view: View) -> Hits:
    place = ("properties", "provisioningState")
    if paths.get(view.raw, place) is paths.MISSING:
        return None
    return Hit(place, fix=without(place, "Remove provisioningState"))


@rule(
    "readonly-strip",
    "Only Azure writes {member}; it has no effect in a request. Remove it.",
    severity="warning",
    raw=True,
)
def readonly_strip(view: View) -> Hits:
    raw = view.raw
    return [
        Hit(place, {"member": paths.text(place)}, without(place, f"Remove {place[-1]}"))
        for place in _READ_ONLY
        if place[0] in raw and paths.get(raw, place) is not paths.MISSING
    ]


@rule(
    "property-removed",
    "API version {version} does not have this any more. It became {right}; move it there.",
    since="2018-06-01",
    misfit=True,
)
def property_removed(view: View) -> Hits:
    hits = []
    for since, old, new in _MOVED:
        if order(since) <= view.order and paths.get(view.raw, old) is not paths.MISSING:
            # An object whose only known member moved is named as a whole, as the check names it.
            shown = old[:3]
            taken = paths.get(view.raw, new) is not paths.MISSING
            hits.append(
                Hit(
                    shown,
                    {"version": view.api_version, "right": paths.text(new)},
                    without(shown, "Remove it") if taken else moved(old, new, f"Move it to {new[-1]}"),
                )
            )
    identities = paths.get(view.raw, _IDENTITY_IDS)
    if identities is not paths.MISSING:
        place: Path = ("identity", "userAssignedIdentities")
        fix = None
        if isinstance(identities, list) and all(isinstance(identity, str) for identity in identities):
            listed = Change("set", place, {identity: {} for identity in identities})
            fix = Fix("Write them as userAssignedIdentities", (listed, Change("remove", _IDENTITY_IDS)))
        hits.append(Hit(_IDENTITY_IDS, {"version": view.api_version, "right": paths.text(place)}, fix))
    return hits
