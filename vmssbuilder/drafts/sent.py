"""What of a draft is sent: all that it holds, or only its changes. Which, is said by whoever knows what it was opened from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from vmssbuilder.scaleset import Request
from vmssbuilder.scaleset.findings import Finding

from .models import Draft, Revision


@dataclass(frozen=True, slots=True)
class Update:
    """What an update sends of a draft that holds a whole scale set. findings: what of the draft no update can do."""

    changes: dict[str, Any]
    findings: tuple[Finding, ...] = ()


Told = Callable[[Draft | Revision], Update | None]
"""The update that a draft or revision of a whole scale set is; None for one that is sent as it stands."""

_TOLD: Final[list[Told]] = []


def told_by(told: Told) -> None:
    """From now on this is asked, too."""
    _TOLD.append(told)


def update(source: Draft | Revision) -> Update | None:
    """What is sent of a draft that holds a whole scale set; None where the draft itself is what is sent."""
    if source.operation != "update":
        return None
    return next((found for each in _TOLD if (found := each(source)) is not None), None)


def request(source: Draft | Revision) -> Request:
    """The request with the body that is sent; secrets are references. What goes by PUT is always whole."""
    whole = source.request
    found = update(source) if whole.method == "PATCH" else None
    return whole if found is None else replace(whole, document=found.changes)
