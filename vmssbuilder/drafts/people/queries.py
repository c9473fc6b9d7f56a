"""Reading the people of a draft, those who could be, and what others share with somebody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Count, Q, When

from vmssbuilder.accounts.backends import may_sign_in
from vmssbuilder.accounts.models import User
from vmssbuilder.clock import Now
from vmssbuilder.drafts.access import memberships
from vmssbuilder.drafts.models import Draft, DraftRole, Member, ShareLink

from .actions import MOST_LINKS

OFFERED: Final = 10
"""How many people a name offers; whoever means another types more of it."""
SHORTEST: Final = 2
"""Fewer letters find nobody: the page is for finding people one knows, not for looking at all there are."""
_OPENINGS: Final = 200
_WHO: Final = 10


def matching(text: str, draft: Draft) -> list[User]:
    """People known here whose name or address begins so, OFFERED and one more at most; the owner is left out.

    A whole address or user name is one person, whoever else it begins.
    """
    text = text.strip()
    if len(text) < SHORTEST:
        return []
    # The user name of who came from Entra ID is an id.
    local = Q(object_id="")
    known = (
        User.objects.filter(is_active=True).exclude(pk=draft.owner_id).order_by("display_name", "username")
    )
    whole = known.filter(Q(email__iexact=text) | Q(username__iexact=text) & local)
    begins = known.filter(
        Q(display_name__istartswith=text)
        | Q(display_name__icontains=f" {text}")
        | Q(email__istartswith=text)
        | Q(username__istartswith=text) & local
    )
    found = list(whole[: OFFERED + 1]) or list(begins[: OFFERED + 1])
    return [person for person in found if may_sign_in(person)]


def is_known(text: str) -> bool:
    """Whether an account has that whole address or user name, be it switched off or not."""
    text = text.strip()
    return User.objects.filter(Q(email__iexact=text) | Q(username__iexact=text, object_id="")).exists()


def named(draft: Draft) -> list[Member]:
    """Those who were added by name, in the order of their names: all of them, which `actions.MOST_MEMBERS` bounds."""
    return list(
        draft.members.filter(link=None)
        .select_related("user", "added_by")
        .order_by("user__display_name", "user__username")
    )


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A link of a draft, and who came by it: the last few, and how many more."""

    link: ShareLink
    people: tuple[Member, ...]
    more: int


def links(draft: Draft) -> list[OpenedLink]:
    """The draft's links, those that are live first, then the newest, with who opened them. Two queries, however many."""
    closed = Case(When(revoked=None, expires__gt=Now(), then=0), default=1)
    counted = draft.share_links.annotate(came=Count("members"))
    found = list(counted.order_by(closed, "-created")[:MOST_LINKS])
    came: defaultdict[int | None, list[Member]] = defaultdict(list)
    rows = draft.members.filter(link__in=found).select_related("user").order_by("-opened")
    for row in rows[:_OPENINGS] if found else ():
        came[row.link_id].append(row)
    return [
        OpenedLink(link, tuple(who := came[link.pk][:_WHO]), max(0, link.came - len(who))) for link in found
    ]


@dataclass(frozen=True, slots=True)
class Shared:
    """A draft of somebody else's: what one may do with it, and who shared it."""

    draft: Draft
    role: DraftRole
    by: User


def shared_with(user: User, most: int) -> list[Shared]:
    """The drafts that others share with the person, those changed last first, `most` and one more. One query."""
    rows = (
        memberships(user)
        .filter(draft__discarded=None)
        .exclude(draft__owner=user)
        .select_related("draft__owner", "link", "added_by")
        .defer("draft__document", "draft__filled")
        .order_by("-draft__updated", "-draft__pk")
    )
    found: dict[int, Shared] = {}
    # Somebody may have come to a draft in several ways.
    for row in rows[: 3 * (most + 1)]:
        role = DraftRole(row.role or (row.link.role if row.link else DraftRole.VIEW))
        before = found.get(row.draft_id)
        if before is None or _ORDER.index(role) < _ORDER.index(before.role):
            found[row.draft_id] = Shared(row.draft, role, row.added_by)
    return list(found.values())[: most + 1]


_ORDER: Final = list(DraftRole)
