from __future__ import annotations

import pytest

from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import record
from vmssbuilder.audit.models import Event

pytestmark = pytest.mark.django_db


def test_an_event_says_who_did_what_and_when(requester: User) -> None:
    record(requester, "draft.saved", "abc", revision=2)
    event = Event.objects.get()
    assert (event.actor, event.what, event.about, event.details) == (
        requester,
        "draft.saved",
        "abc",
        {"revision": 2},
    )
    assert event.at is not None
    record(None, "submission.failed", "abc")
    assert Event.objects.get(what="submission.failed").actor is None, "the product itself acts too"


def test_the_newest_comes_first(requester: User) -> None:
    for what in "ab":
        record(requester, what, "x")
    assert [event.what for event in Event.objects.filter(about="x")] == ["b", "a"]


def test_events_are_never_changed_or_deleted(requester: User) -> None:
    record(requester, "draft.saved", "abc")
    event = Event.objects.get()
    event.what = "draft.discarded"
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    with pytest.raises(TypeError):
        Event.objects.update(what="x")
    with pytest.raises(TypeError):
        Event.objects.all().delete()
    with pytest.raises(TypeError):
        Event.objects.bulk_update([event], ["what"])
    assert Event.objects.get(pk=event.pk).what == "draft.saved"


def test_people_with_events_cannot_be_deleted(requester: User) -> None:
    from django.db.models import ProtectedError

    record(requester, "draft.saved", "abc")
    with pytest.raises(ProtectedError):
        requester.delete()
