"""Keeping threads with what they are about: every revision that is written moves their places along."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Case, Count, F, Q, Value, When

from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import merging, steps
from vmssbuilder.drafts.forms.cards import item_title
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.paths import MISSING, Path

from .models import LONGEST_PLACE, CommentThread

WHOLE: Final = "The whole draft"
_LONGEST_TITLE: Final = 300
_LONGEST_QUOTE: Final = 500
_LOOKS_BACK: Final = 3
"""How many revisions are read, at most, to see whether an item that went is back."""


def marks(draft: Draft) -> dict[Path, int]:
    """How many open threads stand at each place that is still there. One query."""
    found = CommentThread.objects.filter(draft=draft, is_open=True, gone=None).order_by().values_list("place")
    return {paths.parse(place): count for place, count in found.annotate(count=Count("pk"))}


def follow(draft: Draft, before: dict[str, Any], now: dict[str, Any], automatic: bool) -> dict[Path, int]:
    """Moves the threads of a draft from one content to the next. One query, and one more for what moved or went.

    Threads at one place move as one, so the work grows with the places that people speak about, not with what they say.
    """
    places = list(
        CommentThread.objects.filter(draft=draft)
        .order_by()
        .values_list("place", "gone")
        .annotate(count=Count("pk", filter=Q(is_open=True)))
    )
    moved: dict[str, str] = {}
    gone: list[str] = []
    found: dict[Path, int] = {}
    for place, since, count in places:
        if since is not None:
            continue
        path = paths.parse(place)
        there = merging.follow(path, before, now)
        if there is None or len(paths.text(there)) > LONGEST_PLACE:
            gone.append(place)
            continue
        if there != path:
            moved[place] = _text(there)
        if count:
            found[there] = found.get(there, 0) + count
    _write(draft, before, moved, gone)
    if not automatic:
        for place, since, count in _back(draft, now, [each for each in places if each[1] is not None]):
            CommentThread.objects.filter(draft=draft, gone=since, place=place[0]).update(
                place=place[1], gone=None, was="", quoted=""
            )
            if count:
                path = paths.parse(place[1])
                found[path] = found.get(path, 0) + count
    return found


def _write(draft: Draft, before: dict[str, Any], moved: dict[str, str], gone: list[str]) -> None:
    """In one statement each, so that places that change with each other do not get mixed up."""
    present = CommentThread.objects.filter(draft=draft, gone=None)
    if gone:
        masked = secrets.mask(before)
        present.filter(place__in=gone).update(
            gone=draft.head,
            was=_by_place({place: title(paths.parse(place), before, draft.api_version) for place in gone}),
            quoted=_by_place({place: quote(paths.get(masked, paths.parse(place))) for place in gone}),
        )
    if moved:
        present.filter(place__in=moved).update(place=_by_place(moved))


def _by_place(values: dict[str, str]) -> Case:
    return Case(
        *(When(place=place, then=Value(value)) for place, value in values.items()), default=F("place")
    )


def _back(
    draft: Draft, now: dict[str, Any], lost: Iterable[tuple[str, int | None, int]]
) -> list[tuple[tuple[str, str], int, int]]:
    """Of the places that went, those whose item is back as it was: (before, now), revision it went in, open threads.

    *Undo* and restoring an earlier revision put items back.
    """
    found = []
    by_revision: dict[int, list[tuple[str, int]]] = {}
    for place, since, count in lost:
        if since is not None:
            by_revision.setdefault(since, []).append((place, count))
    newest = sorted(by_revision, reverse=True)[:_LOOKS_BACK]
    if not newest:
        return []
    for revision in Revision.objects.filter(draft=draft, number__in=[each - 1 for each in newest]):
        was = contents.of(revision)
        for place, count in by_revision[revision.number + 1]:
            path = paths.parse(place)
            there = merging.follow(path, was, now)
            item = _item(path)
            if there is not None and merging.same(paths.get(was, item), paths.get(now, there[: len(item)])):
                found.append(((place, _text(there)), revision.number + 1, count))
    return found


def _item(path: Path) -> Path:
    """The path up to the innermost item of a list."""
    while path and not isinstance(path[-1], int):
        path = path[:-1]
    return path


def _text(path: Path) -> str:
    return paths.text(path) if path else ""


# --- in words ---------------------------------------------------------------------------------------------------------


def title(path: Path, content: dict[str, Any], api_version: str) -> str:
    """What a place is called: “Disks, Data disk 2: Caching”."""
    if not path:
        return WHOLE
    around = [steps.owner(path).title]
    page = steps.item_page(path, api_version)
    for depth, step in enumerate(page, start=1):
        node = contents.node_at(page[:depth], api_version)
        if isinstance(step, int) and node is not None:
            around.append(item_title(node, paths.get(content, page[:depth], {}), step)[0])
    own = "" if path == page else own_title(path, api_version)
    words = ", ".join(around)
    return (f"{words}: {own}" if own else words)[:_LONGEST_TITLE]


def own_title(path: Path, api_version: str) -> str:
    """What the place itself is called: the title of its property, else its name."""
    node = contents.node_at(path, api_version)
    if node is None or node.parent is None:
        return str(path[-1])
    return node.property.title


def quote(value: Any) -> str:
    """A value, secrets masked, in a line or a few; "" where nothing stands."""
    if value is MISSING:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
