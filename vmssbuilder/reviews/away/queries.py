"""Who stands in for whom now."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from vmssbuilder.accounts.models import Role, User
from vmssbuilder.clock import Now
from vmssbuilder.reviews.models import Delegation, Review

LISTED: Final = 100
"""How many delegations the page shows; nobody has more than a few that have not ended."""


def open_ones() -> QuerySet[Delegation]:
    """Those that run or are to begin."""
    return Delegation.objects.filter(ended=None, ends__gt=Now())


def running() -> QuerySet[Delegation]:
    """Those that run now, between two people who both may decide about reviews."""
    able = {"is_active": True, "role__in": (Role.REVIEWER, Role.ADMINISTRATOR)}
    people = {f"{who}__{name}": value for who in ("person", "delegate") for name, value in able.items()}
    return open_ones().filter(starts__lte=Now(), **people)


def persons_of(delegate: User) -> QuerySet[User]:
    """Those for whom the person stands in."""
    return User.objects.filter(delegations__in=running().filter(delegate=delegate).order_by()).order_by()


def standing_in(user: User) -> list[Delegation]:
    """For whom the person stands in now."""
    return list(running().filter(delegate=user).select_related("person")[:LISTED])


def shown_to(user: User) -> list[Delegation]:
    """What the page lists: those of the person, and for an administrator everybody's."""
    mine = Q() if user.is_administrator else Q(person=user) | Q(delegate=user)
    return list(open_ones().filter(mine).select_related("person", "delegate")[:LISTED])


def for_asked(review: Review) -> list[Delegation]:
    """Who stands in for whom of those that the review is asked of. No query where it is asked of nobody."""
    asked = list(review.asked.all())
    if not asked:
        return []
    return list(running().filter(person__in=[each.pk for each in asked]).select_related("person", "delegate"))


def asked_in_place_of(user: User, review: Review) -> User | None:
    """For whom the person decides about the review: one of those asked who is away.

    None when they were asked themselves, or stand in for none of them.
    """
    asked = set(review.asked.values_list("pk", flat=True))
    if not asked or user.pk in asked:
        return None
    found = running().filter(delegate=user, person__in=asked).select_related("person").first()
    return found.person if found is not None else None
