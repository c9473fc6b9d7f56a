"""The way from a field to a list of what Azure has on offer. Which kinds have one is said by whoever has the lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

_OFFERED: Final[dict[str, str]] = {}


def offer(kinds: Mapping[str, str]) -> None:
    """From now on there are lists for these kinds of properties. kinds: what is chosen, in words, by kind."""
    _OFFERED.update(kinds)


def suggestions(step_url: str, kind: str, path: Path) -> str:
    """The address at which an input finds its suggestions; "" where there are none. step_url: of the form's step."""
    return f"{_base(step_url)}/suggest/{paths.to_url(path)}/" if kind in _OFFERED else ""


@dataclass(frozen=True, slots=True)
class Link:
    """The way to the page on which a value can be chosen, with what is chosen in words."""

    url: str
    words: str


def link(step_url: str, kind: str, path: Path, *, several: bool = False) -> Link | None:
    """The link to the page on which the value can be chosen; None where there is none. several: a list of them."""
    if kind not in _OFFERED:
        return None
    one = _OFFERED[kind]
    words = "from a list" if several else f"{'an' if one[0] in 'aeiouAEIO' else 'a'} {one}"
    return Link(f"{_base(step_url)}/choose/{paths.to_url(path)}/", words)


def _base(step_url: str) -> str:
    return step_url.rstrip("/").rpartition("/")[0]
