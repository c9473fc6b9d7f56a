"""Azure wants more than the kept sign-in has: the person signs in anew, and everything is where it was."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.accounts.entra import begin, browser, choose, sign_in
from tests.conftest import GetPage
from tests.submissions.conftest import approved_draft, as_rita, as_rolf, drive, rita, rolf, step, submitted
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import TokenCache, User
from vmssbuilder.accounts.tokens import access_token, wanted_claims
from vmssbuilder.azure.signin import NEW_TOKEN
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.faults import CLAIMS
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions.models import Submission

__all__ = ["approved_draft", "as_rita", "as_rolf", "rita", "rolf", "submitted"]

pytestmark = pytest.mark.django_db

Submit = Callable[..., Submission]


def challenge(sandbox: Running, method: str, path: str) -> None:
    """Resource Manager wants claims, and Entra ID wants the person for them."""
    sandbox.fault("claims-challenge", method=method, path=path)
    sandbox.sandbox.entra.demand("rita", CLAIMS)


def answer(client: Client, link: str) -> str:
    """Follows the link to Microsoft, which knows who is asked for; where that leads in the end."""
    at_entra = client.get(link)["Location"]
    asked = parse_qs(urlsplit(at_entra).query)
    claims = json.loads(asked["claims"][0])["access_token"]
    assert claims["nbf"] == json.loads(CLAIMS)["access_token"]["nbf"]
    assert claims["xms_cc"] == {"values": ["cp1"]}
    assert asked["login_hint"] == ["rita@contoso.example"]
    assert "prompt" not in asked
    return str(client.get(choose(at_entra, "rita"))["Location"])


@pytest.mark.parametrize(
    ("at", "method", "path"),
    [
        ("queued", "GET", "virtualMachineScaleSets"),
        ("sending", "PUT", "virtualMachineScaleSets"),
        ("running", "GET", "operations"),
    ],
)
def test_in_the_middle_of_a_submission(
    sandbox: Running,
    as_rita: Client,
    rita: User,
    submitted: Submit,
    page_of: GetPage,
    at: str,
    method: str,
    path: str,
) -> None:
    submission = drive(submitted(), at)
    challenge(sandbox, method, path)
    submission = step(submission)
    assert submission.state == "needs-sign-in", submission.error
    assert json.loads(wanted_claims(rita) or "") == json.loads(CLAIMS)
    here = f"/submissions/{submission.code}/"
    page = page_of(as_rita, here)
    assert answer(as_rita, page.links()["Sign in again"]) == here
    assert wanted_claims(rita) is None
    as_rita.post(f"{here}continue/")
    assert drive(submission).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1, "nothing lost, nothing doubled"


def test_one_that_a_refresh_can_answer_needs_nobody(sandbox: Running, submitted: Submit) -> None:
    submission = drive(submitted(), "sending")
    sandbox.fault("claims-challenge", method="PUT")
    assert drive(submission).state == "succeeded"


def test_at_a_list_to_choose_from(
    sandbox: Running,
    as_rita: Client,
    rita: User,
    approved_draft: Callable[..., Draft],
    page_of: GetPage,
) -> None:
    lookups.forget_everything()
    draft = approved_draft()
    challenge(sandbox, "GET", "/subscriptions")
    here = f"/drafts/{draft.code}/choose/$target/subscription/"
    page = page_of(as_rita, here)
    until = time.monotonic() + 10
    while "Sign in with Microsoft" not in page.links() and time.monotonic() < until:
        page = page_of(as_rita, here)
    assert answer(as_rita, page.links()["Sign in with Microsoft"]) == here
    lookups.forget_everything()
    assert "Contoso Development" in page_of(as_rita, here).text


def test_a_revoked_sign_in_is_begun_anew_and_the_page_is_the_same(
    sandbox: Running, as_rita: Client, rita: User, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted(), "running")
    sandbox.sandbox.entra.revoke("rita")
    sandbox.fault("expired-token", path="operations")
    submission = step(submission)
    assert submission.state == "needs-sign-in"
    here = f"/submissions/{submission.code}/"
    at_entra = as_rita.get(page_of(as_rita, here).links()["Sign in again"])["Location"]
    assert as_rita.get(choose(at_entra, "rita"))["Location"] == here
    as_rita.post(f"{here}continue/")
    assert drive(submission).state == "succeeded"
    assert len(sandbox.requests("PUT")) == 1


def test_what_was_typed_in_another_tab_can_still_be_sent(
    sandbox: Running, approved_draft: Callable[..., Draft], rita: User
) -> None:
    """The token in a page that was opened before must outlive a new sign-in of the same person."""
    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    sign_in(client, "rita")
    page = client.get("/").content.decode()
    (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    sign_in(client, "rita")
    assert client.post("/sign-out/", {"csrfmiddlewaretoken": token}).status_code == 302
    sign_in(client, "rita")
    assert client.post("/sign-out/", {"csrfmiddlewaretoken": token}).status_code == 403, (
        "a session that was ended takes its pages with it"
    )


def test_somebody_else_who_signs_in_instead_is_told_so(
    sandbox: Running, as_rita: Client, page_of: GetPage
) -> None:
    at_entra = begin(as_rita)
    assert as_rita.get(choose(at_entra, "ada")).status_code == 302
    text = page_of(as_rita, "/").text
    assert "You are signed in as Ada Administrator now, no longer as Rita Requester." in text


def test_an_account_can_be_switched(sandbox: Running, as_rita: Client) -> None:
    asked = parse_qs(urlsplit(as_rita.get("/sign-in/start/?switch")["Location"]).query)
    assert asked["prompt"] == ["select_account"]
    assert "login_hint" not in asked


def test_a_session_id_planted_before_the_sign_in_is_worth_nothing(sandbox: Running) -> None:
    client = browser()
    at_entra = begin(client)
    planted = client.cookies["sessionid"].value
    client.get(choose(at_entra, "rita"))
    assert client.cookies["sessionid"].value != planted
    thief = browser()
    thief.cookies["sessionid"] = planted
    assert thief.get("/").status_code == 302


def test_nothing_goes_on_in_the_name_of_somebody_switched_off(
    sandbox: Running, rita: User, submitted: Submit
) -> None:
    submission = drive(submitted(), "sending")
    assert access_token(rita, NEW_TOKEN)
    User.objects.filter(pk=rita.pk).update(is_active=False)
    submission = step(submission)
    assert submission.state == "needs-sign-in"
    assert not sandbox.requests("PUT")
    assert TokenCache.objects.filter(user=rita).exists()
