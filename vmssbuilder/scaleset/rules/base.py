"""The rule: one small function, its id, and where and when it applies.

    @rule("capacity-max-1000", "A scale set can have at most 1,000 instances.")
    def capacity_max_1000(view: View) -> Hits:
        if view.capacity is not None and view.capacity > 1000:
            return Hit(SKU_CAPACITY)

A rule sees a document whose declared members have the right types (the check has taken others out beforehand), in
which anything may be missing. It answers None, one Hit, or several. It never raises and never puts a secret's value
in a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .. import versions
from ..findings import Confidence, Finding, Fix, Severity
from ..paths import Path
from .view import View

Operation = Literal["create", "update"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule is broken. values: what the message's `{names}` stand for. message: replaces the rule's."""

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    fix: Fix | None = None
    message: str = ""


Hits = Hit | Iterable[Hit] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule. since, until: the API versions in which it applies; operations: what it is asked about."""

    id: str
    message: str
    function: Callable[[View], Hits]
    severity: Severity
    confidence: Confidence
    since: str
    until: str | None
    operations: tuple[Operation, ...]
    raw: bool

    def applies(self, api_version: str, operation: str) -> bool:
        return operation in self.operations and versions.within(api_version, self.since, self.until)

    def findings(self, view: View) -> list[Finding]:
        """What the rule finds in the document."""
        hits = self.function(view)
        if hits is None:
            return []
        return [
            Finding(
                self.id,
                self.severity,
                hit.path,
                (hit.message or self.message).format_map(hit.values) if hit.values else (hit.message or self.message),
                self.confidence,
                hit.fix,
            )
            for hit in ((hits,) if isinstance(hits, Hit) else hits)
        ]


REGISTRY: Final[dict[str, Rule]] = {}


def rule(
    id: str,
    message: str,
    *,
    severity: Severity = "error",
    confidence: Confidence = "A",
    since: str = versions.FIRST,
    until: str | None = None,
    operations: tuple[Operation, ...] = ("create", "update"),
    raw: bool = False,
) -> Callable[[Callable[[View], Hits]], Callable[[View], Hits]]:
    """Registers a rule under its id. raw: it looks at `view.raw`, the document before wrong types were taken out.

    A message with `{names}` is filled from Hit.values; write a literal brace as `{{` only in such a message.
    """

    def register(function: Callable[[View], Hits]) -> Callable[[View], Hits]:
        if id in REGISTRY:
            raise ValueError(f"rule {id} is registered twice")
        REGISTRY[id] = Rule(id, message, function, severity, confidence, since, until, operations, raw)
        return function

    return register
