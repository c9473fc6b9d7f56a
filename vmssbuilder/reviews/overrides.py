"""Errors that a person lets through, each with a reason: what the form asks, and what a review keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from vmssbuilder.scaleset.findings import Finding

PREFIX = "override:"
"""What the names of their inputs start with; the name of the finding follows."""


AT_MOST: Final = 100
"""For how many errors a form asks why; who has more fixes some first."""


@dataclass(frozen=True, slots=True)
class Override:
    """One error, and why the request is to be sent despite it. id: of its input."""

    finding: Finding
    id: str
    reason: str = ""

    @property
    def name(self) -> str:
        return PREFIX + named(self.finding)

    @property
    def kept(self) -> dict[str, str]:
        """What the review keeps of it."""
        finding = self.finding
        return {
            "rule": finding.rule,
            "where": finding.where,
            "message": finding.message,
            "reason": self.reason,
        }


def named(finding: Finding) -> str:
    return f"{finding.rule}:{finding.where}"


def too_many(blocking: list[Finding], overridable: list[Finding]) -> list[Finding]:
    """What has to be fixed before a review can be asked for: also those errors for which reasons would be too many."""
    return blocking if len(overridable) <= AT_MOST else blocking + overridable


def asked(found: Iterable[Finding], reasons: Mapping[str, str] | None = None) -> list[Override]:
    """One for each error that may be let through. reasons: by name of the finding."""
    listed = [finding for finding in found if finding.overridable]
    return [
        Override(finding, f"override-{number}", (reasons or {}).get(named(finding), "").strip())
        for number, finding in enumerate(listed, 1)
    ]
