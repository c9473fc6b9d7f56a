"""Nothing that was typed is lost to a sign-in that ended, with scripts and without."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.conftest import GetPage, signed_in
from tests.forms import entries
from tests.reviews.making import draft
from tests.web.strict import Page, problems_of
from vmssbuilder.accounts.models import User
from vmssbuilder.reviews.actions import request_review
from vmssbuilder.reviews.models import Decision
from vmssbuilder.web.lasting import SOON

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).parents[2] / "templates"
OURS = {"Sec-Fetch-Site": "same-origin"}
COPY = "0123456789abcdef" * 2


def form_of(response: Any) -> dict[str, str]:
    """What the last form of the page sends."""
    html = response.content.decode()
    return dict(entries(html[html.rindex("<form") : html.rindex("</form>")]))


def with_token(browser: Client, url: str, form: dict[str, str]) -> dict[str, str]:
    html = browser.get(url).content.decode()
    found = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found is not None
    return form | {"csrfmiddlewaretoken": unescape(found[1])}


def test_without_scripts_a_reason_survives_signing_in_in_another_tab(
    requester: User, reviewer: User, local_lockout: None
) -> None:
    reviewer.set_password("correct horse battery")
    reviewer.save()
    asked = draft(requester)
    review = request_review(requester, asked, "Please", asked.head)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(reviewer, backend="vmssbuilder.accounts.backends.LocalAccounts")
    typed = {"verdict": "reject", "reason": "It has “no” <b>owner</b>"}
    form = with_token(browser, f"/reviews/{review.pk}/", typed)
    decide = f"/reviews/{review.pk}/decide/"
    del browser.cookies["sessionid"]

    refused = browser.post(decide, form, headers=OURS)
    assert refused.status_code == 401
    assert problems_of(refused) == []
    assert form_of(refused) == form
    assert "Nothing was saved" in Page(refused).text

    # In another tab, which gives the browser another token.
    local = {"username": reviewer.username, "password": "correct horse battery"}
    assert browser.post("/sign-in/", with_token(browser, "/sign-in/", local)).status_code == 302
    unchecked = browser.post(decide, form_of(refused), headers=OURS)
    assert unchecked.status_code == 403
    assert problems_of(unchecked) == []
    again = form_of(unchecked)
    assert {name: again[name] for name in typed} == typed
    assert browser.post(decide, again, headers=OURS).status_code == 302
    assert Decision.objects.get().reason == typed["reason"]


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_what_another_site_sent_is_not_offered_to_be_sent_again(
    requester: User, headers: dict[str, str]
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(requester, backend="vmssbuilder.accounts.backends.LocalAccounts")
    response = browser.post("/drafts/new/", {"text": "made by somebody else"}, headers=headers)
    assert response.status_code == 403
    assert b"made by somebody else" not in response.content


def test_what_nobody_sent_with_a_secret_does_not_show_it(client: Client) -> None:
    upload = SimpleUploadedFile("a.json", b"{}")
    text = '{"adminPassword": "Canary-1"}'
    form = {"text": text, "password": "Canary-2", "file": upload, "csrfmiddlewaretoken": "as it was"}
    response = client.post("/drafts/new/", form)
    assert response.status_code == 401
    assert problems_of(response) == []
    page = Page(response)
    assert "Canary" not in page.text
    assert b"Canary-2" not in response.content
    assert form_of(response)["text"] == text
    assert [each.get("type") for each in page.all("input", name="password")] == ["password"]
    assert page.all("input", type="file", name="file"), "the file is asked for again"


def test_a_copy_is_named_as_saved_by_the_answer_to_what_was_saved_alone(
    requester: User, as_requester: Client, client: Client
) -> None:
    asked = draft(requester)
    url = f"/drafts/{asked.code}/discard/"
    assert "saved-copies" not in client.post(url, {"kept_copy": COPY}).cookies
    assert (
        "saved-copies" not in as_requester.post("/drafts/new/", {"start": "text", "kept_copy": COPY}).cookies
    )
    assert "saved-copies" not in as_requester.post(url, {"kept_copy": "of <somebody>"}).cookies
    assert "saved-copies" not in as_requester.get(f"/theme/?kept_copy={COPY}").cookies


def test_the_answer_to_what_was_saved_names_its_copy(requester: User, as_requester: Client) -> None:
    url = f"/drafts/{draft(requester).code}/discard/"
    as_requester.cookies["saved-copies"] = "f" * 32
    response = as_requester.post(url, {"kept_copy": COPY})
    assert response.status_code == 302
    assert response.cookies["saved-copies"].value == f"{'f' * 32}.{COPY}"
    assert response.cookies["saved-copies"]["samesite"] == "Lax"


# --- The end of a sign-in ---------------------------------------------------------------------------------------------


def ending(user: User, seconds: int) -> Client:
    browser = signed_in(user)
    session = browser.session
    session.set_expiry(timezone.now() + timedelta(seconds=seconds))
    session.save()
    return browser


def test_a_page_says_so_when_the_sign_in_is_about_to_end(requester: User, page_of: GetPage) -> None:
    soon = page_of(ending(requester, SOON - 10), "/")
    region = soon.all("div", id="session-end")[0]
    assert region.get("role") == "status"
    assert "Your sign-in ends at" in "".join(region.itertext())
    assert SOON - 15 <= int(region.get("data-left", "0")) <= SOON - 10
    later = page_of(ending(requester, SOON + 60), "/")
    assert "".join(later.all("div", id="session-end")[0].itertext()) == ""


def test_how_long_a_sign_in_lasts_is_told_and_not_made_longer(requester: User, client: Client) -> None:
    browser = ending(requester, 100)
    told = browser.get("/sign-in/lasting/").json()
    assert 95 <= told["left"] <= 100
    assert browser.get("/").status_code == 200
    assert browser.get("/sign-in/lasting/").json()["left"] <= told["left"]
    assert client.get("/sign-in/lasting/").json()["left"] == 0
    assert client.get("/sign-in/lasting/").json()["account"] == ""


def test_accounts_are_told_apart(requester: User, reviewer: User) -> None:
    told = [
        signed_in(each).get("/sign-in/lasting/").json()["account"]
        for each in (requester, reviewer, requester)
    ]
    assert told[0] == told[2] != told[1]
    assert requester.username not in told


def test_a_local_account_signs_in_again_before_the_end(
    requester: User, local_lockout: None, settings: Settings, page_of: GetPage
) -> None:
    requester.set_password("correct horse battery")
    requester.save()
    browser = ending(requester, 100)
    again = page_of(browser, "/").all("a", target="_blank")[0].get("href", "")
    form = form_of(browser.get(again)) | {"username": requester.username, "password": "correct horse battery"}
    token = browser.cookies["csrftoken"].value
    response = browser.post("/sign-in/", form)
    assert response["Location"] == "/sign-in/renewed/"
    assert browser.get("/sign-in/lasting/").json()["left"] > settings.SESSION_COOKIE_AGE - 60
    assert browser.cookies["csrftoken"].value == token, "forms in other tabs can still be sent"
    page_of(browser, "/sign-in/renewed/")


# --- Every form ---------------------------------------------------------------------------------------------------------


def test_every_form_into_which_people_type_is_kept() -> None:
    """By its template: one that posts and has a box for text, or is drawn by a form."""
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = path.read_text()
        for form in re.findall(r'<form [^>]*method="post".*?</form>', text, re.DOTALL):
            types = BOX.search(form)
            told = f"{path.relative_to(TEMPLATES)}: {form.partition(chr(10))[0]}"
            if types and "data-keep" not in told and not any(each in told for each in NOT_KEPT):
                found.append(told)
    assert found == []


BOX = re.compile(
    r'<textarea|{% crispy|text_box|parameters\.html|{{ fields? }}|<input class="input"(?![^>]*type="(?:file|password)")'
)
NOT_KEPT = {
    "sign_in.html": "who signs in has nothing to lose",
    "sent_again.html": "is what was kept",
    "{% url 'explain' %}": "what is pasted to be explained is kept nowhere, as its page says",
}
"""What tells a form that is not kept, by its template or its address, with the reason."""
