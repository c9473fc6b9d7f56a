"""People who are invited to a draft by their mail address before they ever signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.http import Http404
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.accounts.entra import browser, sign_in
from tests.conftest import GetPage, person, signed_in
from tests.reviews.making import draft as made
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.access import Access, access
from vmssbuilder.drafts.models import Draft, DraftRole, Invitation, Member
from vmssbuilder.drafts.people import actions, queries
from vmssbuilder.sandbox import tokens, world
from vmssbuilder.sandbox.server import Running

pytestmark = pytest.mark.django_db

ROLF = world.ACCOUNTS["rolf"]


@pytest.fixture
def draft(requester: User) -> Draft:
    return made(requester)


@pytest.fixture
def claims(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Entra ID's ID tokens say otherwise; None for what they do not say."""
    changed: dict[str, Any] = {}
    signed = tokens.signed

    def other(said: dict[str, Any], **more: Any) -> str:
        said = said | changed if "preferred_username" in said else said
        return signed({name: value for name, value in said.items() if value is not None}, **more)

    monkeypatch.setattr(tokens, "signed", other)
    return changed


def level(account: Any, draft: Draft) -> Access:
    return access(User.objects.get(object_id=account.oid), Draft.objects.get(pk=draft.pk))


@pytest.mark.parametrize("verified", [True, 1, "1", "true"])
def test_who_signs_in_with_the_address_is_one_of_the_people_from_then_on(
    sandbox: Running, requester: User, draft: Draft, claims: dict[str, Any], verified: Any
) -> None:
    claims |= {"xms_edov": verified, "email": ROLF.username.upper()}
    actions.invite(requester, draft, f" {ROLF.username} ", DraftRole.EDIT)
    client = browser()
    sign_in(client, "rolf")
    assert level(ROLF, draft) == Access.EDIT
    assert not Invitation.objects.exists()
    member = Member.objects.get()
    assert (member.user.object_id, member.user.tenant_id) == (ROLF.oid, world.TENANT)
    told = Event.objects.get(what="draft.invitation-accepted")
    assert (told.about, told.actor) == (draft.code, member.user)
    # The account counts by then, whatever address it has; and nobody else who gets the address.
    claims |= {"email": "else@contoso.example", "preferred_username": "else@contoso.example"}
    sign_in(browser(), "rolf")
    assert level(ROLF, draft) == Access.EDIT
    claims |= {"email": ROLF.username}
    sign_in(browser(), "sam")
    assert level(world.ACCOUNTS["sam"], draft) == Access.NONE


@pytest.mark.parametrize(
    "said",
    [
        {"xms_edov": None},
        {"xms_edov": False},
        {"xms_edov": "0"},
        {"email": None},
        {"email": "else@contoso.example"},
        {"xms_edov": None, "email_verified": True},
        {"xms_edov": None, "upn": ROLF.username, "verified_primary_email": [ROLF.username]},
    ],
    ids=str,
)
def test_an_address_that_is_not_verified_matches_nothing(
    sandbox: Running, requester: User, draft: Draft, claims: dict[str, Any], said: dict[str, Any]
) -> None:
    claims |= said
    actions.invite(requester, draft, ROLF.username, DraftRole.EDIT)
    assert sign_in(browser(), "rolf").status_code == 302, "they sign in as ever"
    assert level(ROLF, draft) == Access.NONE
    assert Invitation.objects.count() == 1


def test_where_every_tenant_gets_in_an_address_proves_nothing(
    sandbox: Running, requester: User, draft: Draft, settings: Settings
) -> None:
    actions.invite(requester, draft, ROLF.username, DraftRole.EDIT)
    settings.VMSSBUILDER_ALLOWED_TENANTS = ["*"]
    sign_in(browser(), "rolf")
    assert level(ROLF, draft) == Access.NONE
    with pytest.raises(actions.PeopleRefused, match="a mail address proves nothing"):
        actions.invite(requester, draft, "ola@example.org", DraftRole.EDIT)


@pytest.mark.parametrize("ended", ["expired", "taken back", "discarded"])
def test_an_invitation_that_ended_lets_nobody_in(
    sandbox: Running, requester: User, draft: Draft, ended: str
) -> None:
    invitation = actions.invite(requester, draft, ROLF.username, DraftRole.EDIT)
    if ended == "expired":
        Invitation.objects.update(expires=timezone.now())
    elif ended == "taken back":
        actions.take_back(requester, invitation)
    else:
        Draft.objects.update(discarded=timezone.now())
    sign_in(browser(), "rolf")
    assert not Member.objects.exists()


def test_an_address_alone_lets_nobody_in(requester: User, draft: Draft, page_of: GetPage) -> None:
    actions.invite(requester, draft, "ola@example.org", DraftRole.EDIT)
    local = person("ola", "Ola Operator", Role.REQUESTER)
    User.objects.filter(pk=local.pk).update(email="ola@example.org")
    page_of(signed_in(local), f"/drafts/{draft.code}/", status=404)
    assert User.objects.count() == 2, "no account is made for who is invited"


def test_who_is_there_already_keeps_what_they_have(requester: User, stranger: User, draft: Draft) -> None:
    actions.add(requester, draft, stranger, DraftRole.EDIT)
    for user in (stranger, requester):
        actions.invite(requester, draft, "sam@example.org", DraftRole.VIEW)
        actions.accept_invitations(user, "SAM@example.org")
    assert Member.objects.get().role == DraftRole.EDIT
    assert not Invitation.objects.exists()


def test_an_address_is_invited_once_and_no_more_than_a_draft_has_people(
    requester: User, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.invite(requester, draft, "ola@example.org", DraftRole.VIEW)
    Invitation.objects.update(expires=timezone.now())
    monkeypatch.setattr(actions, "MOST_MEMBERS", 1)
    again = actions.invite(requester, draft, "Ola@Example.org", DraftRole.EDIT)
    assert Invitation.objects.get() == again
    assert again.role == DraftRole.EDIT
    assert again.expires > timezone.now() + timedelta(days=29)
    with pytest.raises(actions.PeopleRefused, match="at most 1 people"):
        actions.invite(requester, draft, "kim@example.org", DraftRole.VIEW)


@pytest.mark.parametrize("way", ["added", "invited", "handed over"])
def test_who_is_invited_has_a_place_until_the_invitation_expires(
    requester: User, stranger: User, draft: Draft, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(actions, "MOST_MEMBERS", 1)
    actions.invite(requester, draft, "ola@example.org", DraftRole.VIEW)

    def one_more() -> None:
        if way == "added":
            actions.add(requester, draft, stranger, DraftRole.VIEW)
        elif way == "invited":
            actions.invite(requester, draft, "kim@example.org", DraftRole.VIEW)
        else:
            actions.hand_over(requester, draft, stranger, stays=True)

    with pytest.raises(actions.PeopleRefused, match="Remove somebody first, or take an invitation back"):
        one_more()
    Invitation.objects.update(expires=timezone.now())
    one_more()
    if way == "invited":
        assert Invitation.objects.get().mail == "kim@example.org", "what expired does not pile up"


def test_all_people_can_be_seen_however_many_came(requester: User, draft: Draft) -> None:
    many = actions.MOST_MEMBERS + 1
    came = User.objects.bulk_create([User(username=f"kim{number}") for number in range(many)])
    Member.objects.bulk_create(
        [Member(draft=draft, user=each, role=DraftRole.VIEW, added_by=requester) for each in came]
    )
    assert len(queries.named(draft)) == many


def test_a_sign_in_is_written_before_its_invitations_and_outlives_their_errors(
    sandbox: Running, requester: User, draft: Draft, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    claims |= {"xms_edov": True, "email": ROLF.username}
    actions.invite(requester, draft, ROLF.username, DraftRole.EDIT)
    outside = list(connection.savepoint_ids)
    within: list[bool] = []

    def failing(user: User, mail: str) -> None:
        within.append(connection.savepoint_ids != outside)
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(actions, "accept_invitations", failing)
    client = browser()
    sign_in(client, "rolf")
    assert within == [False], "no row of the person is held"
    assert client.get("/").status_code == 200
    assert Invitation.objects.exists(), "the next sign-in answers it"


def test_the_owner_alone_invites_and_takes_back(
    requester: User, stranger: User, draft: Draft, administrator: User
) -> None:
    actions.add(requester, draft, stranger, DraftRole.EDIT)
    invitation = actions.invite(requester, draft, "ola@example.org", DraftRole.VIEW)
    for user in (stranger, administrator):
        for act in (
            lambda user: actions.invite(user, draft, "kim@example.org", DraftRole.VIEW),
            lambda user: actions.take_back(user, invitation),
        ):
            with pytest.raises((PermissionDenied, Http404)):
                act(user)


def test_an_invitation_is_made_and_taken_back_on_the_page_of_people(
    as_requester: Client, draft: Draft, page_of: GetPage
) -> None:
    where = f"/drafts/{draft.code}/people/"
    page = page_of(as_requester, where, post={"who": "ola@example.org", "role": "comment"}, status=422)
    assert "Nobody who has signed in here has the address ola@example.org. Check the spelling" in page.text
    assert "Invite ola@example.org" in page.text
    sent = {"who": "ola@example.org", "role": "comment", "act": "invite"}
    page = page_of(as_requester, where, post=sent, follow=True, queries=40)
    assert "ola@example.org is invited. No mail is sent: tell them yourself." in page.text
    assert f"http://testserver/drafts/{draft.code}/" in page.text
    invitation = Invitation.objects.get()
    take_back = f"/drafts/{draft.code}/invitations/{invitation.code}/take-back/"
    page = page_of(as_requester, take_back, post={}, follow=True, queries=40)
    assert "ola@example.org is not invited any more." in page.text
    page_of(as_requester, take_back, post={}, status=404)


@pytest.mark.parametrize("who", ["ola", "ola@", "@example.org", "ola@example.org, kim@example.org"])
def test_what_is_no_address_cannot_be_invited_and_stays_in_its_box(
    as_requester: Client, draft: Draft, page_of: GetPage, who: str
) -> None:
    sent = {"who": who, "role": "edit", "act": "invite"}
    page = page_of(as_requester, f"/drafts/{draft.code}/people/", post=sent, status=422)
    assert f'value="{who}"' in page.html
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("account", "who", "said"),
    [
        ("the owner", "rita@example.org", "Rita Requester owns this draft. Name somebody else."),
        ("switched off", "sam@example.org", "sam@example.org cannot sign in here any more."),
    ],
)
def test_an_address_of_an_account_is_not_invited(
    as_requester: Client,
    requester: User,
    stranger: User,
    draft: Draft,
    page_of: GetPage,
    account: str,
    who: str,
    said: str,
) -> None:
    User.objects.filter(pk=requester.pk).update(email="Rita@example.org")
    User.objects.filter(pk=stranger.pk).update(email="Sam@example.org", is_active=False)
    for act in ({}, {"act": "invite"}):
        sent = {"who": who, "role": "edit"} | act
        page = page_of(as_requester, f"/drafts/{draft.code}/people/", post=sent, status=422)
        assert said in page.text
        assert f"Invite {who}" not in page.text
    assert not Invitation.objects.exists()


def test_the_page_for_others_names_nobody_who_is_invited(
    requester: User, as_stranger: Client, stranger: User, draft: Draft, page_of: GetPage
) -> None:
    actions.add(requester, draft, stranger, DraftRole.EDIT)
    actions.invite(requester, draft, "ola@example.org", DraftRole.VIEW)
    assert "ola@example.org" not in page_of(as_stranger, f"/drafts/{draft.code}/people/").html
