from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.accounts.entra import browser, sign_in
from tests.conftest import GetPage, person, signed_in
from tests.reviews.making import draft, edit
from tests.web.strict import Page
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews.actions import decide, request_review
from vmssbuilder.reviews.models import Review
from vmssbuilder.reviews.queries import approval
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions.actions import SubmissionRefused, submit

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/user/"


def form(client: Client, address: str) -> dict[str, str]:
    """What a browser would send for the form as it stands."""
    page = Page(client.get(address))
    found = {}
    for field in page.root.iter():
        name = field.get("name")
        if not name or field.tag not in ("input", "select"):
            continue
        if field.tag == "select":
            chosen = [option for option in field.iter("option") if option.get("selected") is not None]
            found[name] = chosen[0].get("value", "") if chosen else ""
        elif field.get("type") not in ("submit", "checkbox") or field.get("checked") is not None:
            found[name] = field.get("value", "on" if field.get("type") == "checkbox" else "")
    return found


def test_an_administrator_gives_a_role(as_administrator: Client, administrator: User, stranger: User) -> None:
    address = f"{LIST}{stranger.pk}/change/"
    data = form(as_administrator, address)
    assert data["username"] == "sam"
    assert as_administrator.post(address, data | {"role": "Reviewer"}).status_code == 302
    stranger.refresh_from_db()
    assert stranger.role == Role.REVIEWER
    event = Event.objects.get(what="account.changed")
    assert (event.actor, event.about, event.details["fields"]) == (administrator, "sam", ["role"])


@pytest.mark.parametrize("number", ["%22", "x", "999999999999999999999999", "1.5"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_password_of_no_account_is_not_there(as_administrator: Client, number: str, method: str) -> None:
    response = getattr(as_administrator, method)(f"{LIST}{number}/password/")
    assert response.status_code in (302, 404)


def test_an_administrator_makes_a_local_account(as_administrator: Client) -> None:
    data = form(as_administrator, f"{LIST}add/") | {
        "username": "nora",
        "usable_password": "true",
        "password1": "correct-horse-battery",
        "password2": "correct-horse-battery",
        "display_name": "Nora New",
        "role": "Administrator",
    }
    assert as_administrator.post(f"{LIST}add/", data).status_code == 302
    nora = User.objects.get(username="nora")
    assert (str(nora), nora.is_superuser) == ("Nora New", True)
    client = browser()
    assert (
        client.post("/sign-in/", {"username": "nora", "password": "correct-horse-battery"}).status_code == 302
    )


def test_what_entra_says_is_not_changed_here(sandbox: Running, as_administrator: Client) -> None:
    sign_in(browser(), "rita")
    rita = User.objects.get(email="rita@contoso.example")
    address = f"{LIST}{rita.pk}/change/"
    data = form(as_administrator, address)
    assert not {"username", "role", "email", "display_name", "password"} & data.keys()
    response = as_administrator.post(address, {**data, "role": "Administrator", "is_active": ""})
    assert response.status_code == 302
    rita.refresh_from_db()
    assert (rita.role, rita.is_active) == (Role.REQUESTER, False)


def test_people_are_switched_off_and_never_deleted(as_administrator: Client, stranger: User) -> None:
    assert as_administrator.post(f"{LIST}{stranger.pk}/delete/", {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": str(stranger.pk), "post": "yes"}
    as_administrator.post(LIST, data)
    assert User.objects.filter(pk=stranger.pk).exists()


def test_no_page_shows_a_token_cache(sandbox: Running, as_administrator: Client) -> None:
    sign_in(browser(), "rita")
    for address in (
        "/admin/",
        "/admin/accounts/",
        LIST,
        f"{LIST}{User.objects.get(email__startswith='rita').pk}/change/",
    ):
        assert "oken cache" not in as_administrator.get(address).content.decode()
    assert as_administrator.get("/admin/accounts/tokencache/").status_code == 404


def test_leaving_the_admin_pages_is_signing_out(as_administrator: Client) -> None:
    assert as_administrator.post("/admin/logout/")["Location"] == "/sign-in/"
    assert as_administrator.get("/")["Location"] == "/sign-in/?next=%2F"


def test_the_admin_pages_have_no_sign_in_of_their_own(
    client: Client, as_reviewer: Client, as_administrator: Client
) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/sign-in/")
    assert client.post("/admin/login/", {"username": "ada", "password": "correct-horse"}).status_code == 401
    assert as_reviewer.get("/admin/login/").status_code == 403
    assert as_administrator.get("/admin/login/")["Location"] == "/sign-in/?next=%2Fadmin%2F"


# --- Changes that end an account's approvals -------------------------------------------------------------------------


def set_password(client: Client, user: User) -> None:
    data = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    address = f"{LIST}{user.pk}/password/"
    assert client.post(address, data | {"usable_password": "true"}).status_code == 302


def give_role(client: Client, user: User) -> None:
    address = f"{LIST}{user.pk}/change/"
    assert client.post(address, form(client, address) | {"role": "Administrator"}).status_code == 302


def switch_off(client: Client, user: User) -> None:
    address = f"{LIST}{user.pk}/change/"
    data = {name: value for name, value in form(client, address).items() if name != "is_active"}
    assert client.post(address, data).status_code == 302


@pytest.mark.parametrize("change", [set_password, give_role, switch_off])
def test_an_administrators_change_is_in_the_log_and_voids_the_accounts_open_approvals(
    as_administrator: Client,
    administrator: User,
    requester: User,
    reviewer: User,
    page_of: GetPage,
    change: Callable[[Client, User], None],
) -> None:
    other = person("olga", "Olga Other", Role.REVIEWER)
    of_rolf, of_olga, edited = draft(requester), draft(requester), draft(requester)
    for made, by in ((of_rolf, reviewer), (of_olga, other), (edited, reviewer)):
        decide(by, request_review(requester, made, "", made.head), "approve", "Sound.")
    edit(requester, edited, "sku.capacity", 7)
    change(as_administrator, reviewer)

    event = Event.objects.filter(about="rolf", what__in=["account.changed", "account.password-set"]).get()
    assert event.actor == administrator
    assert "horse" not in str(event.details)
    (voided,) = Event.objects.filter(what="review.voided")
    assert Review.objects.get(draft=of_rolf).seal == {}, "no change of the state alone brings it back"
    assert (voided.about, voided.actor, voided.details["reviewer"]) == (of_rolf.code, administrator, "rolf")
    assert approval(Draft.objects.get(pk=of_rolf.pk)) is None
    assert approval(Draft.objects.get(pk=of_olga.pk)) is not None, "nobody else's"
    known_to_azure = User.objects.get(pk=requester.pk)
    known_to_azure.object_id = "rita"
    with pytest.raises(SubmissionRefused, match="The approval ended"):
        submit(known_to_azure, Draft.objects.get(pk=of_rolf.pk))
    page = page_of(signed_in(requester), f"/drafts/{of_rolf.code}/check/", queries=30)
    assert "The approval by Rolf Reviewer no longer counts" in page.text
    assert "Send for review" in page.text
    review = of_rolf.reviews.get()
    assert "The approval no longer counts" in page_of(signed_in(requester), f"/reviews/{review.pk}/").text


def test_a_change_that_lets_nobody_act_in_the_accounts_name_voids_nothing(
    as_administrator: Client, requester: User, reviewer: User
) -> None:
    made = draft(requester)
    decide(reviewer, request_review(requester, made, "", made.head), "approve", "Sound.")
    address = f"{LIST}{reviewer.pk}/change/"
    data = form(as_administrator, address) | {"display_name": "Rolf R."}
    assert as_administrator.post(address, data).status_code == 302
    wrong = {"password1": "one-horse-battery", "password2": "another", "usable_password": "true"}
    assert as_administrator.post(f"{LIST}{reviewer.pk}/password/", wrong).status_code == 200
    assert approval(Draft.objects.get(pk=made.pk)) is not None
    assert not Event.objects.filter(what="account.password-set").exists()
