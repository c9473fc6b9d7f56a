"""What is recorded beside acts: where they came from, looks by administrators, exports, what was refused."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.conftest import signed_in
from tests.reviews.making import draft as make_draft
from vmssbuilder.accounts.models import User
from vmssbuilder.audit.actions import REFUSALS, record, record_refused
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.models import Draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(requester: User) -> Draft:
    return make_draft(requester)


def of(what: str) -> list[Event]:
    return list(Event.objects.filter(what=what).order_by("pk"))


def test_an_event_says_from_where(as_requester: Client, settings: Settings) -> None:
    settings.VMSSBUILDER_TRUSTED_PROXIES = 1
    as_requester.post(
        "/sign-out/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "6.6.6.6, 2001:db8::7"}
    )
    assert [each.address for each in of("account.signed-out")] == ["2001:db8::7"]


def test_what_no_request_did_is_from_nowhere_and_knows_its_revision(requester: User) -> None:
    record(requester, "draft.saved", "abc", revision=3)
    (event,) = of("draft.saved")
    assert (event.address, event.revision) == ("", 3)


def test_an_administrators_look_is_recorded_once_an_hour_and_revision(
    as_administrator: Client, as_requester: Client, administrator: User, draft: Draft
) -> None:
    for browser in (as_administrator, as_administrator, as_requester):
        assert browser.get(f"/drafts/{draft.code}/").status_code == 200
        assert browser.get(f"/drafts/{draft.code}/history/").status_code == 200
    (event,) = of("draft.read")
    assert (event.actor, event.about, event.revision) == (administrator, draft.code, draft.head)
    Draft.objects.filter(pk=draft.pk).update(head=draft.head + 1)
    as_administrator.get(f"/drafts/{draft.code}/check/")
    assert len(of("draft.read")) == 2


def test_an_export_says_who_took_which_revision_as_what(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    for way in ("export/bicep/", "export/bicep/?download=1", "export/terraform/", "document.json"):
        assert as_requester.get(f"/drafts/{draft.code}/{way}").status_code == 200
    told = [(each.actor, each.about, each.revision, each.details["to"]) for each in of("draft.exported")]
    assert told == [(requester, draft.code, draft.head, to) for to in ("bicep", "terraform", "json")]


def test_what_was_refused_is_recorded_though_all_of_it_was_rolled_back(
    as_stranger: Client, stranger: User, as_administrator: Client, administrator: User, draft: Draft
) -> None:
    assert as_stranger.get(f"/drafts/{draft.code}/").status_code == 404
    assert as_administrator.post(f"/drafts/{draft.code}/discard/").status_code == 403
    assert as_stranger.get("/admin/audit/event/").status_code == 403
    assert as_stranger.get("/drafts/there-is-none/").status_code == 404
    told = [
        (each.actor, each.about, each.details["page"], each.details["method"])
        for each in of("access.refused")
    ]
    assert told == [
        (stranger, draft.code, "draft", "GET"),
        (administrator, draft.code, "draft-discard", "POST"),
        (stranger, "admin:audit_event_changelist", "admin:audit_event_changelist", "GET"),
    ]
    assert not of("draft.read"), "nothing was shown"


def test_nobody_fills_the_log_with_what_is_refused(stranger: User, reviewer: User, draft: Draft) -> None:
    browser = signed_in(stranger)
    for _ in range(REFUSALS + 3):
        browser.get(f"/drafts/{draft.code}/")
    told = of("access.refused")
    assert [bool(each.details.get("more")) for each in told] == [False] * (REFUSALS - 1) + [True]
    record_refused(reviewer, "access.refused", draft.code)
    assert len(of("access.refused")) == REFUSALS + 1, "others are not held back"


def test_a_sign_in_that_fails_is_recorded_without_what_was_typed(client: Client, requester: User) -> None:
    for name in (requester.username, "correct-horse"):
        client.post("/sign-in/", {"username": name, "password": "wrong"}, REMOTE_ADDR="10.0.0.9")
    told = [(each.actor, each.about, each.address, each.details) for each in of("account.sign-in-failed")]
    assert told == [(None, name, "10.0.0.9", {"way": "local"}) for name in (requester.username, "unknown")]


def test_a_sign_in_that_is_not_even_looked_at_is_recorded_as_such(
    client: Client, requester: User, local_lockout: None, settings: Settings
) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT + 2):
        client.post("/sign-in/", {"username": requester.username, "password": "wrong"})
    assert of("account.sign-in-throttled")[0].about == requester.username
    assert len(of("account.sign-in-failed")) <= REFUSALS
