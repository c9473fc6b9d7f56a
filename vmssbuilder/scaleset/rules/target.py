"""Rules about the address of a scale set: subscription, resource group and name."""

from __future__ import annotations

import re
from typing import Final

from .. import versions
from ..findings import Finding
from ..paths import Path
from ..request import Target
from .base import REGISTRY, Hit, Hits, rule
from .shapes import is_guid
from .view import View, filled

SUBSCRIPTION: Final[Path] = ("$target", "subscription")
RESOURCE_GROUP: Final[Path] = ("$target", "resourceGroup")
NAME: Final[Path] = ("$target", "name")

_NOT_IN_GROUP: Final = re.compile(r"[^\w.()-]")
_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")


def check_target(target: Target) -> list[Finding]:
    """Every finding of the address. What is empty is reported as missing."""
    parts = {"subscription": target.subscription, "resourceGroup": target.resource_group, "name": target.name}
    view = View({"$target": parts}, versions.LATEST, target=target)
    return [
        finding
        for entry in REGISTRY.values()
        if entry.subject != "document"
        for finding in entry.findings(view)
    ]


@rule(
    "subscription-id-guid",
    "A subscription ID looks like 11111111-2222-3333-4444-555555555555. Copy it from the subscription's page in the portal.",
    subject="target",
)
def subscription_id_guid(view: View) -> Hits:
    subscription = view.address("subscription")
    if not subscription:
        return Hit(SUBSCRIPTION, message="Enter the ID of the subscription that the scale set belongs to.")
    return Hit(SUBSCRIPTION) if filled(subscription) and not is_guid(subscription) else None


@rule(
    "rg-name-length",
    "A resource group name has at most 90 characters and this has {count}. Enter the name of an existing group.",
    subject="target",
)
def rg_name_length(view: View) -> Hits:
    name = view.address("resource_group")
    if not name:
        return Hit(
            RESOURCE_GROUP, message="Enter the name of the resource group that the scale set belongs to."
        )
    return Hit(RESOURCE_GROUP, {"count": len(name)}) if len(name) > 90 else None


@rule(
    "rg-name-chars",
    "A resource group name cannot contain “{character}”. It has letters, numbers and _ - . ( ) only.",
    subject="target",
)
def rg_name_chars(view: View) -> Hits:
    name = view.address("resource_group")
    found = _NOT_IN_GROUP.search(name) if filled(name) else None
    return Hit(RESOURCE_GROUP, {"character": found[0]}) if found else None


@rule("rg-name-trailing-dot", "A resource group name cannot end with a period. Remove it.", subject="target")
def rg_name_trailing_dot(view: View) -> Hits:
    return Hit(RESOURCE_GROUP) if view.address("resource_group").endswith(".") else None


@rule("vmss-name-required", "Enter a name for the scale set.", subject="target")
def vmss_name_required(view: View) -> Hits:
    return None if view.address("name") else Hit(NAME)


@rule(
    "vmss-name-length",
    "A scale set name has at most 64 characters and this has {count}. Shorten it.",
    subject="target",
)
def vmss_name_length(view: View) -> Hits:
    name = view.address("name")
    return Hit(NAME, {"count": len(name)}) if len(name) > 64 else None


@rule(
    "vmss-name-chars",
    "A scale set name cannot contain “{character}”. Use letters A to Z, numbers, hyphens, underscores and periods.",
    subject="target",
)
def vmss_name_chars(view: View) -> Hits:
    name = view.address("name")
    found = _NOT_IN_NAME.search(name) if filled(name) else None
    return Hit(NAME, {"character": found[0]}) if found else None


@rule(
    "vmss-name-start",
    "A scale set name must start with a letter or a number. Change its first character.",
    subject="target",
)
def vmss_name_start(view: View) -> Hits:
    name = view.address("name")
    return Hit(NAME) if name.startswith(("_", ".", "-")) else None


@rule(
    "vmss-name-end",
    "A scale set name cannot end with a period or a hyphen. Change its last character.",
    subject="target",
)
def vmss_name_end(view: View) -> Hits:
    return Hit(NAME) if view.address("name").endswith((".", "-")) else None


@rule(
    "vmss-name-all-digits",
    "The Azure portal refuses names made of numbers only. Add a letter so that the scale set can be managed there.",
    severity="warning",
    confidence="C",
    subject="target",
)
def vmss_name_all_digits(view: View) -> Hits:
    name = view.address("name")
    return Hit(NAME) if name.isascii() and name.isdigit() else None
