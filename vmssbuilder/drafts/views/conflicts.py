"""Two values for one place: both are shown, and the person chooses."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any, Final

from django.http import QueryDict

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, merging
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms.conflicts import TwoValues, shown
from vmssbuilder.drafts.models import Revision
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import MISSING, Path, PathError

from .form import Form

LOOKED_AT: Final = 30
"""How many revisions are looked through for who changed a place last."""


def resolved(
    post: QueryDict, changes: list[Changed], filled_in: Collection[Path]
) -> tuple[list[Changed], list[Changed]]:
    """The changes to save, and those that wait for a choice.

    A form says `unsettled` for each place whose two values it shows; the button of one says `settle`, with "mine:" or
    "theirs:" before the place. filled_in: the places that hold what nobody chose, so that there is nothing to ask.
    """
    side, _, place = post.get("settle", "").partition(":")
    unsettled = set(post.getlist("unsettled")) - {place, *map(paths.text, filled_in)}
    named = [(paths.text(change.path), change) for change in changes]
    if side == "theirs":
        named = [(name, change) for name, change in named if name != place]
    return (
        [change for name, change in named if name not in unsettled],
        [change for name, change in named if name in unsettled],
    )


def settled(post: QueryDict) -> Path:
    """The place that was just decided about, () when the form names none."""
    try:
        return paths.parse(post.get("settle", "").partition(":")[2])
    except PathError:
        return ()


def still_open(held: list[Changed], now: dict[str, Any]) -> list[actions.SaveConflict]:
    """The conflicts that wait for a choice, less those in which both sides want the same by now."""
    return [
        actions.SaveConflict(change.path, theirs, MISSING if change.secret else change.wanted)
        for change in held
        if not merging.same(theirs := paths.get(now, change.path), change.wanted)
    ]


def questions(
    user: User, form: Form, conflicts: list[actions.SaveConflict]
) -> tuple[list[Finding], dict[Path, TwoValues]]:
    """What is said at each field, and the two values to choose from, by path."""
    found, values = [], {}
    for conflict in conflicts:
        node = contents.node_at(conflict.path, form.draft.api_version)
        label = contents.label(conflict.path, form.draft.api_version)
        secret = node is not None and node.property.secret
        revision = _who_changed(form, conflict.path)
        who = (
            "Someone"
            if revision is None
            else "You"
            if revision.author_id == user.pk
            else str(revision.author)
        )
        where = " in another window" if who == "You" else ""
        if secret:
            message = (
                f"{label}: {_small(who)} changed it{where} meanwhile. What you typed was not saved, and nobody can be "
                "shown either value. To use yours, type it again."
            )
        elif conflict.moved:
            message = (
                f"{label}: {_small(who)} added, removed or moved items of this list{where} meanwhile. Below is what "
                "stands in this place now. Choose what it is to hold."
            )
        else:
            message = f"{label}: {_small(who)} changed it{where} while you were editing. Choose which value to keep."
        found.append(Finding("conflict", "error", conflict.path, message))
        if not secret:
            values[conflict.path] = TwoValues(
                paths.text(conflict.path),
                label,
                shown(node, conflict.theirs),
                shown(node, conflict.wanted),
                revision.at if revision is not None else None,
            )
    return found, values


def _small(who: str) -> str:
    return who.lower() if who in ("Someone", "You") else who


def _who_changed(form: Form, path: Path) -> Revision | None:
    """The newest revision that changed the place, if that was not long ago."""
    found = form.draft.revisions.filter(number__lte=form.draft.head).select_related("author")
    newest = list(found[:LOOKED_AT])
    for revision, before in pairwise(newest):
        if not merging.same(paths.get(contents.of(revision), path), paths.get(contents.of(before), path)):
            return revision
    return None
