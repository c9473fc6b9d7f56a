"""Who is on a page of a draft just now, and what they changed since somebody's page was made.

Nothing of it is in the database: a page that is seen says so every ten seconds, and who says nothing is forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.core.cache import caches
from django.urls import reverse

from vmssbuilder.accounts.models import User
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING

from . import addresses, diff, steps, turns
from .models import Draft, Revision

LASTS: Final = 25
"""Seconds after which somebody who was not heard of is not there any more."""
_MOST_PEOPLE: Final = 50
_MOST_REVISIONS: Final = 200
_MOST_CHANGES: Final = 3
_MOST_PLACES: Final = 4


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is on a page of a draft. where: the title of its step. at: seconds since the epoch."""

    name: str
    where: str
    at: float


def come(draft: Draft, user: User, where: str) -> list[Present]:
    """Notes that the person is on that page of the draft; answers who else is there, in the order of their names."""
    key, now = f"presence:{draft.pk}", time.time()
    there = {pk: each for pk, each in _kept(key).items() if now - LASTS < each.at}
    if user.pk in there or len(there) < _MOST_PEOPLE:
        there[user.pk] = Present(str(user), where, now)
    # Where nothing can be kept, nobody is shown, and all else goes on.
    try:
        caches["shared"].set(key, there, LASTS)
    except OSError:
        return []
    return sorted((each for pk, each in there.items() if pk != user.pk), key=lambda each: each.name)


def _kept(key: str) -> dict[int, Present]:
    try:
        found: dict[int, Present] = caches["shared"].get(key) or {}
    except OSError:
        return {}
    return found


@dataclass(frozen=True, slots=True)
class ChangeByOthers:
    """What somebody changed in revisions one after the other.

    places: titles of steps with the address of a field there, of the first few; more: how many other steps. url: of the
    page that compares what was with what is.
    """

    who: User
    places: tuple[tuple[str, str], ...]
    more: int
    url: str


def changes(draft: Draft, user: User, seen: int) -> list[ChangeByOthers]:
    """What others changed after revision `seen`, the newest first, a few. One query where nothing was changed."""
    if draft.head <= seen:
        return []
    rows = draft.revisions.filter(number__gt=seen).select_related("author").defer("document")
    newest = list(rows.order_by("-number")[:_MOST_REVISIONS])
    runs = [list(run) for _author, run in groupby(newest, key=lambda revision: revision.author_id)]
    others = [run for run in runs if run[0].author_id != user.pk]
    found = []
    for run in others[:_MOST_CHANGES]:
        change = _change(draft, run[-1].number - 1, run[0])
        if change is not None:
            found.append(change)
    return found


def _change(draft: Draft, before: int, last: Revision) -> ChangeByOthers | None:
    states = {each.number: each for each in draft.revisions.filter(number__in=[before, last.number])}
    if len(states) < 2:
        return None
    url = reverse("draft-compare", args=[draft.code, before, last.number])
    was, now = states[before], states[last.number]
    if turns.is_large(was.document) or turns.is_large(now.document):
        # Comparing takes too long for what a page asks by itself.
        return ChangeByOthers(last.author, (), 0, url)
    places = list(_places(draft.code, was, now))
    if not places:
        return None
    return ChangeByOthers(last.author, tuple(places[:_MOST_PLACES]), max(0, len(places) - _MOST_PLACES), url)


def _places(code: str, was: Revision, now: Revision) -> Iterator[tuple[str, str]]:
    """Each step in which something differs, with the address of the first field there."""
    for step, differences in groupby(diff.compare(was, now), key=lambda entry: steps.owner(entry.path)):
        first = next(differences).path
        held = paths.get(now.document, first) is not MISSING
        yield step.title, addresses.field_url(code, first, now.api_version, held=held)
