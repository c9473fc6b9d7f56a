"""The way from a field to a list of what Azure has on offer. Which kinds have one is said by whoever has the lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from django.http import Http404

from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import Suggestion, Where
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import with_article

Usable = Callable[[User, str, Where, float, str], tuple[Suggestion, ...]]
"""What can be used of a list at a place: takes the person, the kind, the place, the seconds to wait for Azure, and the one
value that is looked for, "" for all.
"""

Zones = Callable[[User, dict[str, Any]], tuple["ZoneOption", ...]]
"""The zones of a content's region as a person may see them, none where nobody knows them."""


class Doubts(Protocol):
    """Warnings about values that are not on the lists which a person has. Never waits for Azure."""

    def __call__(self, user: User, content: dict[str, Any], *, without_query: bool = False) -> list[Finding]:
        """without_query: only by lists that are at hand."""
        ...


class SubscriptionName(Protocol):
    """The name of a subscription as a person may see it, "" where it is not known. Never waits for Azure."""

    def __call__(self, user: User, subscription: str, *, without_query: bool = False) -> str:
        """without_query: only if it is at hand."""
        ...


_OFFERED: Final[dict[str, str]] = {}
_ZONES: Final[list[Zones]] = []
_USABLE: Final[list[Usable]] = []
_NAMES: Final[list[SubscriptionName]] = []
_DOUBTS: Final[list[Doubts]] = []
_SEARCHED: Final[dict[Path, ObjectSearch]] = {}


@dataclass(frozen=True, slots=True)
class ObjectSearch:
    """A search that fills in all members of an object. one: what is chosen. example: what people type.

    named: what the members choose now, in words, "" for nothing.
    """

    one: str
    title: str
    help: str
    example: str
    named: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class ZoneOption:
    """One zone of a region. note: why it does not do, "" where it does."""

    zone: str
    note: str = ""


def offer(
    kinds: Mapping[str, str],
    objects: Mapping[Path, ObjectSearch],
    usable: Usable,
    zones: Zones,
    names: SubscriptionName,
    doubts: Doubts,
) -> None:
    """From now on there are lists for these kinds of properties. kinds: what is chosen, in words, by kind.

    objects: those whose members are chosen together.
    """
    _OFFERED.update(kinds)
    _SEARCHED.update(objects)
    _USABLE[:] = [usable]
    _ZONES[:] = [zones]
    _NAMES[:] = [names]
    _DOUBTS[:] = [doubts]


def subscription_name(user: User, subscription: str, *, without_query: bool = False) -> str:
    """The name of a subscription, "" where nobody knows it. without_query: only if it is at hand."""
    return _NAMES[0](user, subscription, without_query=without_query) if _NAMES else ""


def doubts(user: User, content: dict[str, Any], *, without_query: bool = False) -> list[Finding]:
    """Warnings about values that the lists of a person lack. without_query: only by lists that are at hand."""
    return _DOUBTS[0](user, content, without_query=without_query) if _DOUBTS else []


def zones(user: User, content: dict[str, Any]) -> tuple[ZoneOption, ...]:
    """The zones of the content's region, as far as they are known; none else."""
    return _ZONES[0](user, content) if _ZONES else ()


def usable(user: User, kind: str, where: Where, wait: float, value: str = "") -> tuple[Suggestion, ...]:
    """What of a list a person can use at a place, as far as it is known within the seconds to wait: the first few of it,
    or the one of that value.
    """
    return _USABLE[0](user, kind, where, wait, value) if kind in _OFFERED else ()


def suggestions_for(kind: str) -> str:
    """The address at which an input that is no draft's yet finds its suggestions; "" where there are none."""
    return f"/drafts/new/suggest/{kind}/" if kind in _OFFERED else ""


def search(step_url: str, path: Path, value: Any) -> dict[str, Any] | None:
    """What the search for an object shows above its members; None where there is none. value: the object."""
    found = _SEARCHED.get(path)
    if found is None:
        return None
    return {
        "name": paths.text(path),
        "label": found.title,
        "help": found.help,
        "example": found.example,
        "now": found.named(value),
        "suggest": f"{_base(step_url)}/suggest/{paths.to_url(path)}/",
        "choose": Link(f"{_base(step_url)}/choose/{paths.to_url(path)}/", with_article(found.one)),
    }


def found(step_url: str, written: str, words: str) -> str:
    """The address of the page that lists what the words find for an object. written: its path. Raises Http404 for others."""
    path = next((each for each in _SEARCHED if paths.text(each) == written), None)
    if path is None:
        raise Http404("There is nothing to search for there.")
    return f"{_base(step_url)}/choose/{paths.to_url(path)}/?{urlencode({'q': words[:200]})}"


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
    words = "from a list" if several else with_article(_OFFERED[kind])
    return Link(f"{_base(step_url)}/choose/{paths.to_url(path)}/", words)


def _base(step_url: str) -> str:
    return step_url.rstrip("/").rpartition("/")[0]
