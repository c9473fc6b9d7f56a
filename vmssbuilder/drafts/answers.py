"""What Azure answered about a draft, as findings at its fields. Whoever asks Azure tells it here, so that `drafts` need not know."""

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
_SOURCES: Final[list[AnswerSource]] = []


def take_from(source: AnswerSource) -> None:
    """From now on this is asked."""
    _SOURCES.append(source)


def answer(draft: Draft) -> AzureAnswer:
    """What is known of Azure's answer; an empty one where nobody asked."""
    return next((source(draft) for source in _SOURCES), AzureAnswer())
