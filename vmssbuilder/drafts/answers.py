"""What is known of a draft that `drafts` need not know by itself: what Azure answered, as findings at its fields, and what
the status bar says. Whoever knows it tells it here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vmssbuilder.scaleset.findings import Finding

from .models import Draft

RULE: Final = "azure"
"""The rule of such a finding: it stands at its field from the start, and stands in the way of no review."""


@dataclass(frozen=True, slots=True)
class AzureAnswer:
    """findings: what Azure would refuse or warned of. words: how it went, for the task list. ready: whether Azure takes it.

    Both say nothing of a draft that was changed since.
    """

    findings: tuple[Finding, ...] = ()
    words: str = ""
    ready: bool = False


AnswerSource = Callable[[Draft], AzureAnswer]
BarSource = Callable[[Draft, list[Finding]], str]
_SOURCES: Final[list[tuple[AnswerSource, BarSource]]] = []


def take_from(source: AnswerSource, bar: BarSource) -> None:
    """From now on these are asked. bar: takes the draft with its check, and answers what its owner reads in the bar."""
    _SOURCES.append((source, bar))


def answer(draft: Draft) -> AzureAnswer:
    """What is known of Azure's answer; an empty one where nobody asked."""
    return next((source(draft) for source, _ in _SOURCES), AzureAnswer())


def bar(draft: Draft, found: list[Finding]) -> str:
    """A text that is another one as soon as the bar reads otherwise to the owner. found: the check of the draft."""
    return next((source(draft, found) for _, source in _SOURCES), "")
