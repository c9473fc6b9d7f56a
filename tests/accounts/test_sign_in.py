from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.auth import get_user
from django.test import Client
from pytest_django import Settings

from tests.accounts.entra import begin, browser, choose, refuse, sign_in
from tests.conftest import GetPage, person
from tests.web.strict import Page, problems_of
from vmssbuilder.accounts import entra
from vmssbuilder.accounts.models import EntraSession, Role, TokenCache, User
from vmssbuilder.audit.models import Event
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

pytestmark = pytest.mark.django_db

ROLES = {"rita": Role.REQUESTER, "rolf": Role.REVIEWER, "sam": Role.REQUESTER, "ada": Role.ADMINISTRATOR}


def who(client: Client) -> User | None:
    found = get_user(client)
    return found if isinstance(found, User) else None


# --- With Microsoft ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", sorted(world.ACCOUNTS))
def test_each_demo_person_signs_in_with_their_role(sandbox: Running, account: str) -> None:
    client = browser()
    response = sign_in(client, account)
    assert (response.status_code, response["Location"]) == (302, "/")
    user = who(client)
    assert user is not None
    expected = world.ACCOUNTS[account]
    assert (user.object_id, user.tenant_id) == (expected.oid, world.TENANT)
    assert (str(user), user.email, user.role) == (expected.name, expected.username, ROLES[account])
    assert user.is_staff == user.is_superuser == (account == "ada")
    assert not user.has_usable_password()


def test_the_token_cache_is_kept_encrypted(sandbox: Running) -> None:
    sign_in(browser(), "rita")
    kept = TokenCache.objects.get()
    assert "RefreshToken" in kept.open()
    assert b"RefreshToken" not in bytes(kept.ciphertext)
    session = browser()
    sign_in(session, "rita")
    assert "RefreshToken" not in str(dict(session.session))


def test_signing_in_again_is_the_same_person_with_todays_role(sandbox: Running) -> None:
    sign_in(browser(), "rolf")
    User.objects.update(role=Role.ADMINISTRATOR, display_name="Somebody else", is_superuser=True)
    sign_in(browser(), "rolf")
    user = User.objects.get()
    assert (str(user), user.role, user.is_superuser) == ("Rolf Reviewer", Role.REVIEWER, False)
    given = Event.objects.filter(what="account.role-given").first()
    assert given is not None
    assert given.details == {"role": "Reviewer", "before": "Administrator"}


def test_a_local_account_of_the_same_name_is_someone_else(sandbox: Running) -> None:
    local = person("rita@contoso.example", "Rita", Role.ADMINISTRATOR)
    client = browser()
    sign_in(client, "rita")
    user = who(client)
    assert user is not None
    assert user.pk != local.pk
    assert user.role == Role.REQUESTER


def test_the_way_leads_back_to_where_the_person_wanted_to_go(sandbox: Running) -> None:
    client = browser()
    wanted = client.get("/reviews/?show=decided")
    assert wanted.status_code == 302
    page = Page(client.get(wanted["Location"]))
    link = page.links()["Sign in with Microsoft"]
    response = client.get(choose(client.get(link)["Location"], "rita"))
    assert response["Location"] == "/reviews/?show=decided"


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil",
        "\x07/",
    ],
)
def test_nobody_is_sent_to_another_site(sandbox: Running, then: str) -> None:
    assert sign_in(browser(), "rita", then)["Location"] == "/"


def test_two_tabs_sign_in_independently(sandbox: Running) -> None:
    client = browser()
    first, second = begin(client, "/reviews/"), begin(client, "/drafts/new/")
    assert client.get(choose(first, "rita"))["Location"] == "/reviews/"
    assert client.get(choose(second, "rita"))["Location"] == "/drafts/new/"


def test_the_session_changes_its_key(sandbox: Running) -> None:
    client = browser()
    address = begin(client)
    before = client.session.session_key
    client.get(choose(address, "rita"))
    assert client.session.session_key != before


def test_a_signed_in_person_signs_in_anew_as_themselves(sandbox: Running) -> None:
    client = browser()
    sign_in(client, "rita")
    TokenCache.objects.update(claims='{"access_token": {"nbf": {"essential": true}}}')
    asked = parse_qs(urlsplit(begin(client)).query)
    assert asked["login_hint"] == ["rita@contoso.example"]
    assert "nbf" in asked["claims"][0]
    assert "prompt" not in asked
    sign_in(client, "rita")
    assert TokenCache.objects.get().claims == ""


# --- What goes wrong at Entra ID -------------------------------------------------------------------------------------


def refusal(client: Client, url: str, status: int) -> str:
    response = client.get(url)
    assert response.status_code == status, response.content.decode()
    assert problems_of(response) == []
    assert who(client) is None
    return Page(response).text


def test_a_forged_answer_signs_nobody_in_and_shows_nothing_of_it(sandbox: Running) -> None:
    client = browser()
    begin(client)
    text = refusal(
        client, "/sign-in/callback/?state=forged&code=x&error=e&error_description=Call+this+number", 400
    )
    assert "not begun in this browser" in text
    assert "Call this number" not in text


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?error=server_error", "?code=x&state="])
def test_an_answer_to_no_question_is_explained(sandbox: Running, query: str) -> None:
    assert "not begun in this browser" in refusal(browser(), f"/sign-in/callback/{query}", 400)


def test_an_answer_given_to_another_browser_is_refused(sandbox: Running) -> None:
    mine, theirs = browser(), browser()
    begin(mine)
    refusal(mine, choose(begin(theirs), "ada"), 400)


def test_an_answer_serves_once(sandbox: Running) -> None:
    client = browser()
    answer = choose(begin(client), "rita")
    assert client.get(answer).status_code == 302
    assert client.get(answer)["Location"] == "/", "going back to the address does no harm while signed in"
    client.post("/sign-out/")
    refusal(client, answer, 400)


def test_a_sign_in_that_took_too_long_is_explained(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    answer = choose(begin(client), "rita")
    late = time.time() + 16 * 60
    monkeypatch.setattr("vmssbuilder.accounts.views.time.time", lambda: late)
    assert "took too long" in refusal(client, answer, 400)


def test_a_code_that_entra_does_not_know_is_explained(sandbox: Running) -> None:
    client = browser()
    text = refusal(client, refuse(begin(client), code="made-up"), 403)
    assert "refused the sign-in" in text
    assert "AADSTS" in text


def test_denied_consent_is_explained(sandbox: Running) -> None:
    client = browser()
    answer = refuse(
        begin(client), error="access_denied", error_description="AADSTS65004: User declined to consent."
    )
    text = refusal(client, answer, 403)
    assert "you did not allow" in text
    assert "AADSTS65004" in text


def test_an_error_of_entra_is_shown_as_text(sandbox: Running) -> None:
    client = browser()
    answer = refuse(begin(client), error="server_error", error_description="<script>alert(1)</script>\x07")
    assert "<script>alert(1)</script>" in refusal(client, answer, 403)


def test_entra_out_of_reach_is_explained(settings: Settings) -> None:
    settings.VMSSBUILDER_SANDBOX_URL = "http://127.0.0.1:9"
    assert "does not answer" in refusal(browser(), "/sign-in/start/", 503)


@pytest.mark.parametrize(("cloud", "tenant"), [("moon", "x"), ("public", ""), ("public", "organizations")])
def test_settings_that_cannot_work_are_explained(settings: Settings, cloud: str, tenant: str) -> None:
    settings.VMSSBUILDER_CLOUD, settings.VMSSBUILDER_TENANT = cloud, tenant
    settings.VMSSBUILDER_CLIENT_ID = settings.VMSSBUILDER_CLIENT_SECRET = "something"
    assert "not set up" in refusal(browser(), "/sign-in/start/", 503)
    with pytest.raises(entra.NotSetUp):
        entra.sign_in()


def test_someone_switched_off_is_not_let_in(sandbox: Running) -> None:
    sign_in(browser(), "rita")
    User.objects.update(is_active=False)
    client = browser()
    assert "switched off" in refusal(client, choose(begin(client), "rita"), 403)


def test_switching_someone_off_ends_their_session(sandbox: Running) -> None:
    client = browser()
    sign_in(client, "rita")
    assert client.get("/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/")["Location"] == "/sign-in/?next=%2F"


# --- With a local account --------------------------------------------------------------------------------------------


def test_a_local_account_signs_in(requester: User, page_of: GetPage) -> None:
    client = browser()
    page = page_of(client, "/sign-in/?next=/reviews/")
    assert page.heading == "Sign in"
    response = client.post(
        "/sign-in/", {"username": "rita", "password": "correct-horse", "next": "/reviews/"}
    )
    assert response["Location"] == "/reviews/"
    assert who(client) == requester
    assert Event.objects.filter(what="account.signed-in", actor=requester).exists()


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [
        ("rita", "wrong", "The user name or the password is wrong."),
        ("nobody", "correct-horse", "The user name or the password is wrong."),
        ("", "x", "Enter your user name."),
        ("rita", "", "Enter your password."),
        ("x" * 200, "x", "at most 150 characters"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_above(
    requester: User, page_of: GetPage, username: str, password: str, words: str
) -> None:
    client = browser()
    page = page_of(client, "/sign-in/", post={"username": username, "password": password}, status=422)
    assert page.title.startswith("Error: Sign in")
    assert page.text.count(words) == 2
    assert page.all("div", class_="error-summary")
    assert who(client) is None
    assert password == "" or f'value="{password}"' not in page.html
    if username and len(username) < 150:
        assert f'value="{username}"' in page.html, "what was typed stays"


def test_someone_of_entra_cannot_use_a_password(sandbox: Running) -> None:
    sign_in(browser(), "rita")
    user = User.objects.get()
    user.set_password("correct-horse")
    user.save()
    client = browser()
    response = client.post("/sign-in/", {"username": user.username, "password": "correct-horse"})
    assert response.status_code == 422


def test_local_accounts_can_be_switched_off_with_their_sessions(
    as_requester: Client, settings: Settings, page_of: GetPage
) -> None:
    settings.VMSSBUILDER_LOCAL_ACCOUNTS = False
    assert as_requester.get("/").status_code == 302
    page = page_of(browser(), "/sign-in/")
    assert "local account" not in page.text
    page_of(browser(), "/sign-in/", post={"username": "rita", "password": "correct-horse"}, status=404)


def test_too_many_wrong_passwords_lock_the_name_out(
    requester: User, local_lockout: None, page_of: GetPage
) -> None:
    client = browser()
    for _attempt in range(9):
        page_of(client, "/sign-in/", post={"username": "rita", "password": "wrong"}, status=422, queries=40)
    page = page_of(
        client, "/sign-in/", post={"username": "rita", "password": "wrong"}, status=429, queries=40
    )
    assert page.heading == "Wait before you try again"
    assert page.response["Retry-After"] == "900"
    page_of(
        client, "/sign-in/", post={"username": "rita", "password": "correct-horse"}, status=429, queries=40
    )
    assert who(client) is None


def test_a_right_password_in_time_forgets_the_wrong_ones(requester: User, local_lockout: None) -> None:
    for password in [*["wrong"] * 9, "correct-horse", *["wrong"] * 9]:
        response = browser().post("/sign-in/", {"username": "rita", "password": password})
        assert response.status_code == (302 if password == "correct-horse" else 422)


# --- In and out -------------------------------------------------------------------------------------------------------


def test_someone_signed_in_needs_no_sign_in_page(as_requester: Client) -> None:
    assert as_requester.get("/sign-in/?next=/reviews/")["Location"] == "/reviews/"


def test_signing_out_ends_the_session_and_keeps_the_token_cache(sandbox: Running, page_of: GetPage) -> None:
    client = browser()
    sign_in(client, "rita")
    page = page_of(client, "/sign-out/", post={}, follow=True)
    assert page.heading == "You are signed out here"
    assert who(client) is None
    assert TokenCache.objects.count() == 1
    assert Event.objects.filter(what="account.signed-out").count() == 1


def test_signing_out_ends_the_session_at_microsoft_too(sandbox: Running, page_of: GetPage) -> None:
    client = browser()
    sign_in(client, "rita")
    page = page_of(client, "/sign-out/", post={}, follow=True)
    link = page.links()["Sign out of Microsoft"]
    assert page.response["Refresh"] == f"0; url={link}", "nobody has to choose the link"
    assert link.startswith(f"{sandbox.url}/")
    asked = parse_qs(urlsplit(link).query)
    assert asked["logout_hint"] == ["rita@contoso.example"]
    back = requests.get(link, allow_redirects=False, timeout=10).headers["Location"]
    assert back == "http://127.0.0.1/sign-in/"
    assert "You are signed out." in page_of(client, back).text


def test_signing_out_without_microsoft_says_so(
    sandbox: Running, page_of: GetPage, settings: Settings
) -> None:
    client = browser()
    sign_in(client, "rita")
    settings.VMSSBUILDER_SANDBOX_URL = "http://127.0.0.1:9"
    page = page_of(client, "/sign-out/", post={}, follow=True)
    assert "you may still be signed in there" in page.text
    assert "Refresh" not in page.response
    assert who(client) is None


def test_a_local_account_has_nothing_to_end_at_microsoft(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, "/sign-out/", post={}, follow=True)
    assert (page.heading, "You are signed out." in page.text) == ("Sign in", True)


@pytest.mark.parametrize("way", ["entra", "local"])
def test_signing_out_everywhere_ends_all_sessions_of_this_person_alone(sandbox: Running, way: str) -> None:
    first, second, other = browser(), browser(), browser()
    sign_in(other, "rolf")
    if way == "local":
        person("lars", "Lars Local", Role.REQUESTER)
    for client in (first, second):
        if way == "entra":
            sign_in(client, "rita")
        else:
            client.post("/sign-in/", {"username": "lars", "password": "correct-horse"})
    first.post("/sign-out/", {"everywhere": "yes"})
    assert second.get("/").status_code == 302
    assert other.get("/").status_code == 200
    if way == "entra":
        sign_in(first, "rita")
        assert first.get("/").status_code == 200, "who signs in anew stays in"
        assert TokenCache.objects.count() == 2


def test_signing_out_elsewhere_ends_the_session_here(sandbox: Running) -> None:
    """Entra ID asks in a frame of its own page, so the browser sends no cookie along."""
    mine, others = browser(), browser()
    sign_in(mine, "rita")
    sign_in(others, "rita")
    sid = EntraSession.objects.get(session_key=mine.session.session_key).sid
    for wrong in ("", "?sid=", "?sid=unknown", f"?sid={'x' * 5000}"):
        assert browser().get(f"/sign-out/front-channel/{wrong}").status_code == 204
    assert mine.get("/").status_code == 200
    assert browser().get(f"/sign-out/front-channel/?sid={sid}&iss=x").status_code == 204
    assert mine.get("/").status_code == 302
    assert others.get("/").status_code == 200
    assert not EntraSession.objects.filter(sid=sid).exists()
    assert Event.objects.filter(what="account.signed-out", details__by="Microsoft").count() == 1


def test_a_link_cannot_sign_anybody_out(as_requester: Client) -> None:
    assert as_requester.get("/sign-out/").status_code == 405
    assert who(as_requester) is not None


@pytest.mark.parametrize("status", [200, 403, 502])
def test_a_gateway_in_entra_ids_place_is_told_as_one(sandbox: Running, status: int) -> None:
    client = browser()
    address = choose(begin(client), "rita")
    sandbox.fault("status", method="POST", path="/token", status=status, body="<html><title>Log on</title>")
    answer = client.get(address)
    assert answer.status_code == 503
    assert f"answered in its place: status {status} and a web page “Log on”" in Page(answer).text
    assert "refused the sign-in" not in Page(answer).text
