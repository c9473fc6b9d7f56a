"""Naming somebody who stands in, and ending that: checks permission, writes, records the event, in one transaction."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.reviews.models import Delegation

from . import queries

LONGEST: Final = timedelta(days=366)
"""How far ahead somebody can say that they are away."""


class DelegationRefused(Exception):
    """It is not made; field and message say why and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def delegate(user: User, to: User, first: date, last: date) -> Delegation:
    """Has somebody stand in for the person on these days, the last one included, by UTC.

    Raises DelegationRefused, PermissionDenied.
    """
    if not user.is_reviewer:
        raise PermissionDenied(
            "Only reviewers are asked for reviews, so that only they name somebody who stands in."
        )
    with transaction.atomic():
        # Both are held, so that no two that overlap are made at once.
        held = {
            each.pk: each
            for each in User.objects.select_for_update().filter(pk__in=(user.pk, to.pk)).order_by("pk")
        }
        _refuse_days(first, last)
        starts, ends = _midnight(first), _midnight(last + timedelta(days=1))
        _refuse_person(user, held[to.pk], starts, ends)
        made = Delegation.objects.create(person=user, delegate=to, starts=starts, ends=ends)
        days = {"first": first.isoformat(), "last": last.isoformat()}
        record(user, "account.delegated", user.username, to=to.username, **days)
    return made


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _refuse_days(first: date, last: date) -> None:
    today = clock.now().date()
    if last < first:
        raise DelegationRefused("until", "The last day is before the first one. Enter a later one.")
    if first < today:
        raise DelegationRefused("from", "Enter today or a later day.")
    if last > today + LONGEST:
        raise DelegationRefused("until", "Enter a day within a year from today.")


def _refuse_person(user: User, to: User, starts: datetime, ends: datetime) -> None:
    if to.pk == user.pk:
        raise DelegationRefused("who", "Name somebody else.")
    if not to.is_active or not to.is_reviewer:
        raise DelegationRefused("who", f"{to} may not decide about requests. Name a reviewer.")
    meanwhile = queries.open_ones().filter(starts__lt=ends, ends__gt=starts)
    if (other := meanwhile.filter(person=user).select_related("delegate").first()) is not None:
        raise DelegationRefused(
            "from", f"{other.delegate} stands in for you {other.days} already. End that first."
        )
    if (away := meanwhile.filter(person=to).first()) is not None:
        raise DelegationRefused("who", f"{to} is away {away.days}. Name somebody else, or other days.")


def end(user: User, delegation: Delegation) -> None:
    """Ends it at once, or before it began. Raises DelegationRefused, Http404, PermissionDenied.

    The two people may, and administrators.
    """
    if user.pk not in (delegation.person_id, delegation.delegate_id) and not user.is_administrator:
        raise Http404("There is nobody who stands in.")
    with transaction.atomic():
        open_ones = queries.open_ones().filter(pk=delegation.pk)
        if not open_ones.update(ended=clock.now(), ended_by=user):
            raise DelegationRefused("", "That has ended already.")
        person, to = delegation.person, delegation.delegate
        record(user, "account.delegation-ended", person.username, to=to.username)
