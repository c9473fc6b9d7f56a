"""What of a draft is sent: all that it holds, or only its changes. Which, is said by whoever knows what it was opened from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from vmssbuilder.scaleset import Request
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.kept import KeptSecret, KnownUpdate
from vmssbuilder.scaleset.sending import with_body

from .models import Draft, Revision


@dataclass(frozen=True, slots=True)
class Update:
    """What an update sends of a draft that holds a whole scale set.

    findings: what of the draft no update can do, and what instances lose by it.
    """

    difference: KnownUpdate
    findings: tuple[Finding, ...] = ()

    @property
    def changes(self) -> dict[str, Any]:
        """What is to change, null for what is to go; secrets are references."""
        return self.difference.changes


UpdateOf = Callable[[Draft | Revision], Update | None]
"""The update that a draft or revision of a whole scale set is; None for one that is sent as it stands."""

_UPDATES_BY: Final[list[UpdateOf]] = []


def updates_by(update_of: UpdateOf) -> None:
    """From now on this is asked, too."""
    _UPDATES_BY.append(update_of)


def update(source: Draft | Revision) -> Update | None:
    """What is sent of a draft that holds a whole scale set; None where the draft itself is what is sent."""
    if source.operation != "update":
        return None
    return next((found for each in _UPDATES_BY if (found := each(source)) is not None), None)


def kept(source: Draft | Revision) -> tuple[KeptSecret, ...]:
    """The secrets that Azure keeps of the scale set that an update was opened from."""
    found = update(source)
    return found.difference.kept if found is not None else ()


def changes(source: Draft | Revision) -> Request:
    """The request as a create's whole scale set, or an update's changes alone; secrets are references."""
    found = update(source)
    return source.request if found is None else replace(source.request, document=found.changes)


def is_changes_alone(source: Draft | Revision) -> bool:
    """Whether it is an update that was started blank: it holds changes alone, and nothing says what they change."""
    return source.operation == "update" and update(source) is None


def request(source: Draft | Revision, live: dict[str, Any] | None = None) -> Request:
    """The request with the body that is sent; secrets are references.

    live: the scale set as it is, for an API version without PATCH; else what the draft was opened from stands for it.
    """
    found = update(source)
    if found is None:
        return with_body(source.request, live)
    wanted = replace(source.request, document=found.changes)
    return with_body(wanted, found.difference.before if live is None else live)
