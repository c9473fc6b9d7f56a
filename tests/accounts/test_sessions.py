from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings

from tests.accounts.entra import begin, browser, choose, sign_in
from tests.web.strict import Page
from vmssbuilder.accounts import sessions
from vmssbuilder.accounts.models import EntraSession, User
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions.management.commands.worker import SESSIONS_EVERY, WorkerLoop

pytestmark = pytest.mark.django_db


def test_sessions_that_ran_out_are_removed_by_the_worker(sandbox: Running) -> None:
    gone, here = browser(), browser()
    sign_in(gone, "rita")
    sign_in(here, "rita")
    Session.objects.filter(pk=gone.session.session_key).update(
        expire_date=timezone.now() - timedelta(hours=1)
    )
    EntraSession.objects.filter(session_key=gone.session.session_key).update(
        begun=timezone.now() - timedelta(days=40)
    )
    worker = WorkerLoop(lanes=1, interval=0.1)
    worker._keep_house()
    assert [each.pk for each in Session.objects.all()] == [here.session.session_key]
    assert [each.session_key for each in EntraSession.objects.all()] == [here.session.session_key]
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))
    worker._keep_house()
    assert Session.objects.exists(), f"not more often than every {SESSIONS_EVERY} seconds"


@pytest.mark.parametrize("sid", ["", "x" * 201])
def test_a_session_without_a_usable_id_of_entra_is_tied_to_nothing(requester: User, sid: str) -> None:
    client = browser()
    client.force_login(requester, backend="vmssbuilder.accounts.backends.LocalAccounts")
    sessions.tie(client.session, requester, sid)
    assert not EntraSession.objects.exists()


def test_an_older_secret_key_still_knows_the_sessions_it_began(requester: User, settings: Settings) -> None:
    requester.sessions_ended = 3
    before = requester.get_session_auth_hash()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" * 5
    assert requester.get_session_auth_hash() != before
    assert list(requester.get_session_auth_fallback_hash()) == [before]


def test_an_installation_that_entra_refuses_says_whom_to_tell(sandbox: Running, settings: Settings) -> None:
    client = browser()
    at_entra = begin(client)
    settings.VMSSBUILDER_CLIENT_SECRET = "ended"
    response = client.get(choose(at_entra, "rita"))
    assert response.status_code == 503
    text = Page(response).text
    assert "Tell the people who run this service" in text
    assert "AADSTS7000215" in text
    assert "ended" not in text


def test_a_session_ends_twelve_hours_after_the_sign_in_whatever_is_opened_meanwhile(sandbox: Running) -> None:
    client = browser()
    sign_in(client, "rita")
    begun = Session.objects.get()
    left = begun.expire_date - timezone.now()
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)
    for address in ("/sign-in/start/", "/sign-in/start/?switch", "/", "/drafts/new/"):
        client.get(address)
    client.post("/theme/", {"theme": "dark"})
    assert Session.objects.get().expire_date == begun.expire_date
    later = begun.expire_date - timedelta(hours=1)
    Session.objects.update(expire_date=later)
    store = client.session
    store.set_expiry(later)
    store.save()
    client.get("/sign-in/start/")
    assert Session.objects.get().expire_date == later
    sign_in(client, "rita")
    assert Session.objects.get(pk=client.session.session_key).expire_date > later, "a sign-in begins anew"


def test_a_local_sign_in_lasts_as_long(requester: User) -> None:
    client = browser()
    client.post("/sign-in/", {"username": "rita", "password": "correct-horse"})
    begun = Session.objects.get().expire_date
    client.get("/sign-in/start/")
    assert Session.objects.get().expire_date == begun
    assert abs(begun - timezone.now() - timedelta(hours=12)) < timedelta(minutes=1)
