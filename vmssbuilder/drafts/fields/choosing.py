"""The way from a field to a list of what Azure has on offer. Which kinds have one is said by whoever has the lists."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

from .page import Page

_OFFERED: Final[dict[str, str]] = {}


def offer(kinds: Mapping[str, str]) -> None:
    """From now on there are lists for these kinds of properties. kinds: what is chosen, in words, by kind."""
    _OFFERED.update(kinds)


def suggesting(page: Page, kind: str, path: Path) -> str:
    """The attribute by which an input finds its suggestions; empty where there are none."""
    return f' data-suggest="{_base(page)}/suggest/{escape(paths.to_url(path))}/"' if kind in _OFFERED else ""


def link(page: Page, kind: str, path: Path, *, several: bool = False) -> str:
    """The link to the page on which the value can be chosen; empty where there is none. several: a list of them."""
    if kind not in _OFFERED:
        return ""
    one = _OFFERED[kind]
    words = "from a list" if several else f"{'an' if one[0] in 'aeiouAEIO' else 'a'} {one}"
    return f'<a class="choose" href="{_base(page)}/choose/{escape(paths.to_url(path))}/">Choose {escape(words)}</a>'


def _base(page: Page) -> str:
    return page.step_url.rstrip("/").rpartition("/")[0]
