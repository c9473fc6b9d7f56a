"""Two values for one place: both are shown, and the person chooses."""

from __future__ import annotations

import json
from html import escape
from itertools import pairwise
from typing import Any, Final

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, merging
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.models import Revision
from vmssbuilder.drafts.submitted import Changed
from vmssbuilder.pages import times
from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import MISSING, Path, PathError
from vmssbuilder.scaleset.properties import Boolean, Choice, Node

from .form import Form

LOOKED_AT: Final = 30
"""How many revisions are looked through for who changed a place last."""


def chosen(post: QueryDict, changes: list[Changed]) -> tuple[list[Changed], list[Changed]]:
    """The changes to save, and those that wait for a choice.

    A form says `unsettled` for each place whose two values it shows; the button of one says `settle`, with "mine:" or
    "theirs:" before the place.
    """
    side, _, place = post.get("settle", "").partition(":")
    unsettled = set(post.getlist("unsettled")) - {place}
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


def still_open(held: list[Changed], now: dict[str, Any]) -> list[actions.Conflict]:
    """The conflicts that wait for a choice, less those in which both sides want the same by now."""
    return [
        actions.Conflict(change.path, theirs, MISSING if change.secret else change.wanted)
        for change in held
        if not merging.same(theirs := paths.get(now, change.path), change.wanted)
    ]


def questions(
    user: User, form: Form, conflicts: list[actions.Conflict]
) -> tuple[list[Finding], dict[Path, str]]:
    """What is said at each field, and the two values with their buttons as HTML, by path."""
    found, asides = [], {}
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
            asides[conflict.path] = _both(conflict, node, label, revision)
    return found, asides


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


def _both(conflict: actions.Conflict, node: Node | None, label: str, revision: Revision | None) -> str:
    name = escape(paths.text(conflict.path))
    when = ""
    if revision is not None:
        when = f", {times.when(revision.at, 'clock')}"
    return (
        f'<div class="conflict" role="group" aria-label="{escape(label)}: two values">'
        f'<input type="hidden" name="unsettled" value="{name}"><dl class="conflict__values">'
        f"<div><dt>Saved{when}</dt><dd>{shown_value(node, conflict.theirs)}</dd></div>"
        f"<div><dt>Yours, not saved</dt><dd>{shown_value(node, conflict.wanted)}</dd></div></dl>"
        '<p class="actions">'
        f'<button class="btn btn-secondary btn--small" name="settle" value="mine:{name}">Keep mine'
        f'<span class="visually-hidden">: {escape(label)}</span></button>'
        f'<button class="btn btn-secondary btn--small" name="settle" value="theirs:{name}">Take theirs'
        f'<span class="visually-hidden">: {escape(label)}</span></button></p></div>'
    )


LONGEST: Final = 2_000


def shown_value(node: Node | None, value: Any) -> SafeString:
    """A value for comparing, as HTML. Stored secrets in it are hidden."""
    return mark_safe(_written(node, value))  # noqa: S308 - every text in it was escaped


def _written(node: Node | None, value: Any) -> str:
    if value is MISSING or value == "":
        return '<span class="muted">Nothing</span>'
    if isinstance(value, dict | list):
        text = json.dumps(_masked(value), ensure_ascii=False, indent=1)
        return f'<pre class="conflict__text" tabindex="0">{escape(_cut(text))}</pre>'
    prop = node.property if node is not None else None
    if isinstance(prop, Boolean) and isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(prop, Choice):
        return escape(next((entry.label for entry in prop.values if entry.wire == value), str(value)))
    text = prop.to_text(value) if prop is not None else str(value)
    if "\n" in text:
        return f'<pre class="conflict__text" tabindex="0">{escape(_cut(text))}</pre>'
    return f"<code>{escape(_cut(text))}</code>"


def _masked(value: Any) -> Any:
    """The value with stored secrets hidden; what lies in a list of rows or in settings holds none in clear."""
    if secrets.is_reference(value):
        return secrets.MASK
    if isinstance(value, dict):
        return {name: _masked(inner) for name, inner in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
