"""Texts whose sentences depend on the API version: what a version lacks is not spoken of in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import versions


@dataclass(frozen=True, slots=True)
class Said:
    """Sentences that hold in some API versions only, from `since` to `until`, both included."""

    text: str
    since: str = versions.FIRST
    until: str | None = None

    def __post_init__(self) -> None:
        for version in (self.since, self.until):
            if version is not None:
                versions.order(version)


Words = str | tuple[str | Said, ...]
"""A text, or its sentences in order; plain ones hold in every version."""


def in_version(words: Words, api_version: str) -> str:
    """The text in that API version. Raises UnknownVersion."""
    if isinstance(words, str):
        return words
    return " ".join(_holding(words, api_version))


def _holding(words: tuple[str | Said, ...], api_version: str) -> Iterator[str]:
    for each in words:
        if isinstance(each, str):
            yield each
        elif versions.within(api_version, each.since, each.until):
            yield each.text
