"""What a check reports: findings, and the fixes that some of them carry."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from . import paths
from .paths import Path

Severity = Literal["error", "warning"]
Confidence = Literal["A", "C", "I", "U"]

OVERRIDABLE: Final[frozenset[str]] = frozenset("CI")
"""Confidence grades whose errors a person may override with a reason: enforced by tools or inferred, not by Azure's text."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a document: `set` a value, `remove` it, or `move` it to another path."""

    action: Literal["set", "remove", "move"]
    path: Path
    value: Any = None
    to: Path = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """A mechanical cure: its title on the button, and the changes it makes."""

    title: str
    changes: tuple[Change, ...]

    def apply(self, document: dict[str, Any]) -> dict[str, Any]:
        """A new document with the changes made. It shares with the old one what no change touches: change neither in place."""
        changed = document
        for change in self.changes:
            for path in (change.path, change.to):
                changed = _copied_along(changed, path)
            if change.action == "set":
                paths.put(changed, change.path, copy.deepcopy(change.value))
            elif change.action == "remove":
                paths.remove(changed, change.path, prune=True)
            else:
                value = paths.get(changed, change.path)
                if value is not paths.MISSING:
                    paths.remove(changed, change.path, prune=True)
                    paths.put(changed, change.to, value)
        return changed


def _copied_along(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """The document with copies of the objects and lists on the way to a place, so that the place can be changed."""
    top = document.copy()
    here: Any = top
    for step in path[:-1]:
        inner = paths.get(here, (step,), None)
        if not isinstance(inner, dict | list):
            break
        here[step] = inner = inner.copy()
        here = inner
    return top


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check.

    rule: the rule's id. path: the place in the document, or ("$target", ...) for the address. message: what is wrong
    and the cure. confidence: A from Microsoft's own text or errors, C enforced by tools, I inferred, U not sourced.
    """

    rule: str
    severity: Severity
    path: Path
    message: str
    confidence: Confidence = "A"
    fix: Fix | None = None

    @property
    def where(self) -> str:
        """The path as text."""
        return paths.text(self.path)

    @property
    def overridable(self) -> bool:
        """Whether a person may send the request all the same, with a reason."""
        return self.severity == "error" and self.confidence in OVERRIDABLE


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The errors among the findings, order kept."""
    return [finding for finding in findings if finding.severity == "error"]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    """The warnings among the findings, order kept."""
    return [finding for finding in findings if finding.severity == "warning"]


def in_words(value: Any) -> str:
    """A value as messages speak of it, shortened: “the text “x””, “a list”."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text “{shortened(value)}”"
    return f"the number {shortened(str(value))}"


def shortened(value: str, limit: int = 60) -> str:
    """The text, or its beginning where it is longer than `limit` characters."""
    return value if len(value) <= limit else value[: limit - 1] + "…"
