"""Whom a review is asked of: who can be asked, what names that were typed mean, and who is in a group.

Asking opens nothing and closes nothing: every other reviewer may still decide, so that nobody waits for one who is away.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from vmssbuilder.accounts.models import Role, User
from vmssbuilder.drafts.models import Draft

from .models import Review, ReviewGroup

OFFERED: Final = 10
"""How many people a form lists, and whoever was asked before; others are asked by their names."""
GROUPS_OFFERED: Final = 100
"""How many groups a form lists, by name."""
NAMED: Final = 10
"""How many people are asked by names that were typed; each name is a query."""
AT_MOST: Final = 50
"""How many people one review is asked of."""
LONGEST_NAMES: Final = 2_000


class UnknownName(Exception):
    """A name that was typed means nobody, or several people; in words, with the cure."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Who can be asked about a draft: groups and people, the first of them.

    more, more_groups: whether there are more people, and more groups. again: who was asked before, by their ids.
    """

    groups: tuple[ReviewGroup, ...] = ()
    people: tuple[User, ...] = ()
    more: bool = False
    more_groups: bool = False
    again: tuple[int, ...] = ()


def everybody() -> QuerySet[User]:
    """Everybody who may decide about reviews, by name."""
    reviewers = User.objects.filter(is_active=True, role__in=(Role.REVIEWER, Role.ADMINISTRATOR))
    return reviewers.order_by("display_name", "username")


def askable(draft: Draft) -> QuerySet[User]:
    """Everybody who may decide about the draft: reviewers who neither own it nor edited it, by name."""
    authors = draft.revisions.order_by().values("author_id")
    return everybody().exclude(pk=draft.owner_id).exclude(pk__in=authors)


def offer(draft: Draft, last: Review | None = None) -> Offer:
    """Who can be asked about the draft: first, and all of them, those who were asked in its last review. Three queries."""
    before = list(last.asked.order_by().values_list("pk", flat=True)) if last is not None else []
    again = list(askable(draft).filter(pk__in=before)[:AT_MOST]) if before else []
    others = list(askable(draft).exclude(pk__in=before)[: OFFERED + 1])
    people = [*again, *others][: max(OFFERED, len(again))]
    groups = list(ReviewGroup.objects.all()[: GROUPS_OFFERED + 1]) if people else []
    return Offer(
        tuple(groups[:GROUPS_OFFERED]),
        tuple(people),
        len(again) + len(others) > len(people),
        len(groups) > GROUPS_OFFERED,
        tuple(each.pk for each in again),
    )


def named(draft: Draft, text: str) -> list[User]:
    """The people whose names stand in the text, one a line or with commas. Raises UnknownName."""
    names = [name for part in re.split(r"[\n,;]", text) if (name := part.strip())]
    if len(names) > NAMED:
        raise UnknownName(f"Name no more than {NAMED} people; these are {len(names)}. Ask a group instead.")
    return [_person(draft, name) for name in dict.fromkeys(names)]


def _person(draft: Draft, name: str) -> User:
    """The one person who may decide about the draft and is called so."""
    nobody = "No reviewer here who may decide about this draft is called “{}”. Enter the name or the mail address of one."
    return called(askable(draft), name, nobody.format(name))


def called(among: QuerySet[User], name: str, nobody: str) -> User:
    """The one of these who is called so: by user name, mail address or name, in whatever letters.

    nobody: what to say when nobody is. Raises UnknownName.
    """
    whole = Q(username__iexact=name) | Q(email__iexact=name) | Q(display_name__iexact=name)
    part = Q(username__icontains=name) | Q(email__icontains=name) | Q(display_name__icontains=name)
    order = ("-whole", "display_name", "username")
    found = list(among.filter(part).annotate(whole=Q(whole)).order_by(*order)[:4])
    # Who is called just that goes before whose name it is a part of.
    found = [each for each in found if each.whole] or found
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{each} ({each.email or each.username})" for each in found[:3])
        raise UnknownName(f"Several reviewers are called “{name}”: {several}. Enter a mail address.")
    raise UnknownName(nobody)


def asked(draft: Draft, people: Collection[int], groups: Collection[int]) -> tuple[list[User], list[str]]:
    """The people who are asked, those of the groups too, as they are now, and the names of the groups.

    A group that changes later changes nothing about a review that was asked for. Whoever cannot decide is left out.
    """
    if not people and not groups:
        return [], []
    chosen = Q(pk__in=people) | Q(review_groups__in=groups)
    found = list(askable(draft).filter(chosen).distinct()[: AT_MOST + 1])
    names = list(ReviewGroup.objects.filter(pk__in=groups).values_list("name", flat=True))
    return found, names
