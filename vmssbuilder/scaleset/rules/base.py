"""The rule: one small function, its id, and where and when it applies.

    @rule("capacity-max-1000", "A scale set can have at most 1,000 instances.")
    def capacity_max_1000(view: View) -> Hits:
        if view.capacity is not None and view.capacity > 1000:
            return Hit(CAPACITY)
        return None

A rule sees a document that holds only what the API version declares, with the right types (the check has taken
everything else out beforehand), in which anything may be missing. It answers None, one Hit, or a list of them. It
never raises and never puts a secret's value in a message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from .. import versions
from ..findings import Confidence, Finding, Fix, Severity
from ..paths import Path
from ..wording import Words, in_version
from .unknown import Unknown
from .view import View

Operation = Literal["create", "update"]
Subject = Literal["document", "target", "both"]

CREATE: Final[tuple[Operation, ...]] = ("create",)
"""For rules about something that is missing: an update may leave out whatever stays as it is."""

UPDATE: Final[tuple[Operation, ...]] = ("update",)


@dataclass(slots=True)
class Hit:
    """One place where a rule is broken.

    values: what the message's `{names}` stand for. message, severity, confidence: replace the rule's.
    """

    path: Path
    values: dict[str, Any] | None = None
    fix: Fix | None = None
    message: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None


Hits = Hit | list[Hit] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule.

    message: what it says; sentences that hold in some API versions only are `Said`.
    since, until: the API versions in which it applies. operations: what it is asked about. raw: it looks at the
    document as it was given, and stands where a value is of the wrong type. misfit: the same, but it is asked only when
    the document does not fit the JSON Schema. deferred: it only warns while
    the document holds placeholders. Azure's own examples leave such things to be filled in, and a document with
    placeholders cannot be sent as it stands anyway. subject: what it judges, the document, the address of the scale
    set, or both, each in its own check.
    """

    id: str
    message: Words
    function: Callable[[View], Hits]
    severity: Severity
    confidence: Confidence
    since: str
    until: str | None
    operations: tuple[Operation, ...]
    raw: bool
    misfit: bool
    deferred: bool
    subject: Subject

    def applies(self, api_version: str, operation: str) -> bool:
        return operation in self.operations and versions.within(api_version, self.since, self.until)

    def findings(self, view: View) -> list[Finding]:
        """What the rule finds; nothing where it would have to judge what nobody knows."""
        try:
            hits = self.function(view)
        except Unknown:
            return []
        return self.report(hits, view) if hits else []

    def report(self, hits: Hit | list[Hit], view: View) -> list[Finding]:
        """The findings of these hits."""
        hits = hits if isinstance(hits, list) else [hits]
        if view.unknown and self.subject != "both":
            # What nobody knows yet has its one finding, so not even its name is judged.
            hits = [hit for hit in hits if hit.path not in view.unknown]
        severity: Severity = "warning" if self.deferred and view.placeholders else self.severity
        own = in_version(self.message, view.api_version)
        return [
            Finding(
                self.id,
                hit.severity or severity,
                hit.path,
                (hit.message or own).format_map(hit.values) if hit.values else hit.message or own,
                hit.confidence or self.confidence,
                hit.fix,
            )
            for hit in hits
        ]


REGISTRY: Final[dict[str, Rule]] = {}

_Function = Callable[[View], Hits]


def rule(
    id: str,
    message: Words,
    *,
    severity: Severity = "error",
    confidence: Confidence = "A",
    since: str = versions.FIRST,
    until: str | None = None,
    operations: tuple[Operation, ...] = ("create", "update"),
    raw: bool = False,
    misfit: bool = False,
    deferred: bool = False,
    subject: Subject = "document",
) -> Callable[[_Function], _Function]:
    """Registers a rule under its id. A message's `{names}` are filled from Hit.values, where it has any."""

    def register(function: _Function) -> _Function:
        if id in REGISTRY:
            raise ValueError(f"rule {id} is registered twice")
        REGISTRY[id] = Rule(
            id,
            message,
            function,
            severity,
            confidence,
            since,
            until,
            operations,
            raw or misfit,
            misfit,
            deferred,
            subject,
        )
        return function

    return register
