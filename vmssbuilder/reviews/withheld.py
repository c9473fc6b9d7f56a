"""What of a request nobody is shown: its secrets by name, who set them and when; and the scripts that its owner may open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import OuterRef, Subquery

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts import summary, vault
from vmssbuilder.drafts.forms.fields import text_of
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.scaleset import paths, scripts, secrets
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.scripts import SecretScript

from .approvers import bar
from .models import OpenedScript, Review, ReviewState

AT_MOST: Final = 50
"""How many secrets the page of a review names; it counts the others."""


@dataclass(frozen=True, slots=True)
class HiddenScript:
    """A script that is set. opened: how it is open now, None where it is not."""

    script: SecretScript
    title: str
    opened: OpenedScript | None


@dataclass(frozen=True, slots=True)
class HiddenSecret:
    """A secret of the request. within: what it lies in, in words. by, at, number: the revision that set it, if it is known."""

    title: str
    within: str
    by: User | None
    at: datetime | None
    number: int | None
    scripts: list[HiddenScript]


@dataclass(frozen=True, slots=True)
class HiddenSecrets:
    """The secrets of a request. more: how many of them are not named; more_scripts: how many of those hold a script."""

    secrets: list[HiddenSecret] = field(default_factory=list)
    more: int = 0
    more_scripts: int = 0

    @property
    def has_scripts(self) -> bool:
        """Whether a script is among them."""
        return any(each.scripts for each in self.secrets)


def withheld(review: Review) -> HiddenSecrets:
    """The secrets of the reviewed revision, in its order. Five queries at most, none where there are none.

    Where they are more than AT_MOST, those that hold scripts are named before others.
    """
    revision = review.revision
    places = secrets.references(revision.document)
    if not places:
        return HiddenSecrets()
    found = _scripts(review)
    holders = {each.script.path for each in found}
    first = sorted(places, key=lambda code: places[code] not in holders)[:AT_MOST]
    left = [path for code, path in places.items() if code not in first]
    setters = _setters(review.draft, first)
    made: list[HiddenSecret] = []
    for code in sorted(first, key=list(places).index):
        path, setter = places[code], setters.get(code)
        title, within = contents.label(path, revision.api_version), _within(revision, path)
        own = [each for each in found if each.script.path == path]
        made.append(
            HiddenSecret(title, within, setter.author, setter.at, setter.number, own)
            if setter is not None
            else HiddenSecret(title, within, None, None, None, own)
        )
    return HiddenSecrets(made, len(left), len(holders.intersection(left)))


def _setters(draft: Draft, codes: list[str]) -> dict[str, Revision]:
    """The revision that each secret came with, by its id: the first one that was saved after the secret was."""
    after = Revision.objects.filter(draft=OuterRef("draft"), at__gte=OuterRef("created")).order_by("number")
    rows = draft.secrets.filter(code__in=codes).annotate(came=Subquery(after.values("pk")[:1]))
    came = dict(rows.values_list("code", "came"))
    revisions = (
        Revision.objects.select_related("author").defer("document").in_bulk(set(came.values()) - {None})
    )
    return {code: revisions[pk] for code, pk in came.items() if pk in revisions}


def _within(revision: Revision, path: Path) -> str:
    """What an item that holds the secret is called: “Extension script”; "" for what lies in no item."""
    depth = next((number for number in range(len(path) - 1, 0, -1) if isinstance(path[number], int)), None)
    return summary.page_title(revision, path).split(", ", 1)[-1] if depth is not None else ""


def _scripts(review: Review) -> list[HiddenScript]:
    """The scripts that are set, in the order of the document. What they say stays here."""
    revision = review.revision
    declared = scripts.find(revision.document, revision.api_version)
    if not declared:
        return []
    clear = vault.put_back(review.draft, revision.document)
    # With the review everything that was opened for it has ended, though nobody closed it.
    open_ones = review.opened_scripts.filter(closed=None) if under_way(review) else ()
    opened = {each.place: each for each in open_ones}
    for each in opened.values():
        each.review = review
    return [
        HiddenScript(script, script.node.property.title, opened.get(script.place))
        for script in declared
        if script.of(paths.get(clear, script.path)) is not None
    ]


def script_at(review: Review, place: str) -> SecretScript | None:
    """The script of that place that is set in the reviewed revision."""
    return next((each.script for each in _scripts(review) if each.script.place == place), None)


def under_way(review: Review) -> bool:
    """Whether the review waits for a decision about the newest revision: no script is open longer."""
    living = review.draft.discarded is None
    return living and review.state == ReviewState.WAITING and not review.is_outdated


def may_read(user: User, opened: OpenedScript) -> bool:
    """Whether the script is open to the person now: to who is asked for that review and may decide about it, and nobody else."""
    review = opened.review
    return (
        opened.closed is None
        and under_way(review)
        and review.asked.filter(pk=user.pk).exists()
        and bar(user, review) is None
        and not opened.broken_part()
    )


def text(opened: OpenedScript) -> str | None:
    """The script in clear, for who may read it alone; None where it cannot be opened. Never store it."""
    revision = opened.review.revision
    for script in scripts.find(revision.document, revision.api_version):
        if script.place == opened.place:
            secret = vault.revealed(opened.review.draft, paths.get(revision.document, script.path))
            found = script.of(secret)
            return None if found is None else text_of(script.node.property, found)
    return None
