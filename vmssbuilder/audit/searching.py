"""Finding events: by who, what, about and when, newest first, at a cost that does not grow with the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import Event

CHUNK: Final = 1_000
"""Events that an export has in memory at a time."""

PEOPLE: Final = 50
"""People that a part of a name may mean."""


class EventSearch(forms.Form):
    """What the page of the log is narrowed to. What cannot be meant is an error at its field, and finds nothing."""

    use_required_attribute = False

    who = forms.CharField(
        label="Who", required=False, max_length=150, help_text="User name, or part of a name."
    )
    what = forms.ChoiceField(label="What", required=False)
    about = forms.CharField(
        label="About", required=False, max_length=80, help_text="Code of a draft, or user name, as a whole."
    )
    address = forms.GenericIPAddressField(label="Address", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="Up to", required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = [("", "Everything"), *((each, each) for each in known_kinds())]

    def found(self) -> QuerySet[Event]:
        """The events, newest first. None where something cannot be meant."""
        events = Event.objects.select_related("actor", "link").order_by("-at", "-id")
        if not self.is_valid():
            return events.none() if self.is_bound else events
        sent = self.cleaned_data
        if sent["who"]:
            users = get_user_model()._default_manager.order_by("pk")
            named = users.filter(Q(username__iexact=sent["who"]) | Q(display_name__icontains=sent["who"]))
            events = events.filter(actor__in=list(named.values_list("pk", flat=True)[:PEOPLE]))
        events = events.filter(**{name: sent[name] for name in ("what", "about", "address") if sent[name]})
        if sent["since"]:
            events = events.filter(at__gte=_midnight(sent["since"]))
        if sent["until"]:
            events = events.filter(at__lt=_midnight(sent["until"] + timedelta(days=1)))
        return events

    def asked(self) -> dict[str, str]:
        """What it is narrowed to, for the record of an export."""
        sent = self.cleaned_data if self.is_valid() else {}
        return {name: str(value) for name, value in sent.items() if value}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def after(events: QuerySet[Event], last: Event) -> QuerySet[Event]:
    """Those that come after that one in the order of the page, so those that are older."""
    return events.filter(at__lte=last.at).filter(Q(at__lt=last.at) | Q(pk__lt=last.pk))


def in_chunks(events: QuerySet[Event], last: Event) -> Iterator[Event]:
    """All that come after that one, with bounded memory."""
    while found := list(after(events, last)[:CHUNK]):
        yield from found
        last = found[-1]


def known_kinds() -> list[str]:
    """What events there are, from one to the next in the index: as many steps as there are kinds, be there as many events
    as there may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE kind(what) AS (SELECT min(what) FROM audit_event UNION ALL "
            "SELECT (SELECT min(what) FROM audit_event WHERE what > kind.what) FROM kind WHERE kind.what IS NOT NULL) "
            "SELECT what FROM kind WHERE what IS NOT NULL"
        )
        return [what for (what,) in cursor.fetchall()]
