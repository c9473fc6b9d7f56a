"""A suggestion, and what has to be known before Azure can be asked for any."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value on offer.

    value: what goes into the document. title: what people know it by. detail: one more line. region: where it is, empty
    when it is nowhere in particular. reason: why it cannot be used, empty when it can. facts: JSON values by which it is
    found and told from others. also: what has to go into other members with it, by their path as text.
    """

    value: str
    title: str
    detail: str = ""
    region: str = ""
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)


# A part of a path on Resource Manager's host: whatever could lead elsewhere on it is no part.
_PART: Final = re.compile(r"[^\x00-\x1f\x7f/\\?#%]{1,200}")


@dataclass(frozen=True, slots=True)
class Where:
    """What a draft says about the place of its scale set; empty where it says nothing.

    publisher, offer, sku: of its image, or of an extension (publisher, type). zones: what it has chosen already.
    """

    subscription: str = ""
    region: str = ""
    publisher: str = ""
    offer: str = ""
    sku: str = ""
    type: str = ""
    zones: tuple[str, ...] = ()

    def missing(self, needs: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the needs that are not known, or that cannot stand in an address."""
        return tuple(need for need in needs if not _usable(getattr(self, need)))

    def key(self, needs: tuple[str, ...]) -> str:
        """The needs as one text: the same for what Azure takes for the same."""
        return "|".join(getattr(self, need).strip().lower() for need in needs)


def _usable(value: str) -> bool:
    stripped = value.strip()
    return bool(stripped.strip(".")) and _PART.fullmatch(stripped) is not None


def region_name(location: str) -> str:
    """The name of a region as Azure compares it: “UK South” is uksouth."""
    return "".join(location.split()).lower()


def segment(resource_id: str, kind: str) -> str:
    """What follows a word in a resource id: the group after `resourceGroups`. Empty when it is not there."""
    parts = resource_id.split("/")
    for place, part in enumerate(parts[:-1]):
        if part.lower() == kind.lower():
            return parts[place + 1]
    return ""
