"""Who may do what with a draft."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tests.reviews.making import draft, edit, person
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.access import Access, access, find, lookers, require
from vmssbuilder.drafts.models import Draft, DraftRole, Member, ShareLink
from vmssbuilder.drafts.people import actions as people
from vmssbuilder.reviews.actions import request_review, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    return person("rita")


@pytest.mark.parametrize(
    ("role", "alone", "reviewed"),
    [
        (Role.REQUESTER, Access.NONE, Access.NONE),
        (Role.REVIEWER, Access.NONE, Access.COMMENT),
        (Role.ADMINISTRATOR, Access.COMMENT, Access.COMMENT),
    ],
)
def test_others_see_a_draft_by_their_role(rita: User, role: Role, alone: Access, reviewed: Access) -> None:
    of, other, user = draft(rita), draft(rita, name="web-beside"), person("sam", role)
    assert access(user, of) == alone
    withdraw(rita, request_review(rita, of, "Please", of.head))
    assert access(user, of) == reviewed, "also what was taken back"
    assert access(user, other) == alone, "each draft for itself"
    assert access(rita, of) == Access.OWN


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("owner", {Access.VIEW: None, Access.EDIT: None, Access.OWN: None}),
        ("administrator", {Access.VIEW: None, Access.EDIT: PermissionDenied, Access.OWN: PermissionDenied}),
        ("stranger", {Access.VIEW: Http404, Access.EDIT: Http404, Access.OWN: Http404}),
    ],
)
def test_a_draft_is_found_for_what_one_may_do_with_it(
    rita: User, who: str, answer: dict[Access, type[Exception] | None]
) -> None:
    draft(rita, name="web-beside")
    of = draft(rita)
    draft(rita, name="web-after")
    user = {"owner": rita, "administrator": person("ada", Role.ADMINISTRATOR), "stranger": person("sam")}[who]
    for wanted, refusal in answer.items():
        if refusal is None:
            found = find(user, of.code, wanted)
            assert found == of
            assert (found.owner is user) == (who == "owner"), "the owner is not read again"
        else:
            with pytest.raises(refusal):
                find(user, of.code, wanted)


@pytest.mark.parametrize("wanted", [Access.VIEW, Access.OWN])
def test_a_code_of_no_draft_finds_nothing(rita: User, wanted: Access) -> None:
    draft(rita)
    with pytest.raises(Http404, match="There is no such draft"):
        find(rita, "nowhere", wanted)


def test_what_was_discarded_can_be_looked_at_and_nothing_else(rita: User) -> None:
    of = edit(rita, draft(rita), "sku.capacity", 3)
    actions.discard(rita, of)
    held = Draft.objects.get()
    require(rita, held, Access.VIEW)
    assert find(rita, of.code, Access.VIEW).discarded is not None
    for wanted in (Access.EDIT, Access.OWN):
        with pytest.raises(Http404):
            require(rita, held, wanted)


@pytest.mark.parametrize("reviewed", [False, True])
def test_who_may_look_is_everybody_of_whom_access_says_so(rita: User, *, reviewed: bool) -> None:
    of, other = draft(rita), draft(rita, name="web-beside")
    named, gone, ended, elsewhere = (person(name) for name in ("nora", "gil", "eddy", "ellen"))
    here = person("hana", object_id="hana", tenant_id="tenant")
    for role in (Role.REVIEWER, Role.ADMINISTRATOR):
        person(role.lower(), role)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    people.add(rita, other, elsewhere, DraftRole.EDIT)
    Member.objects.create(draft=of, user=gone, role=DraftRole.EDIT, added_by=rita)
    people.add(rita, of, named, DraftRole.VIEW)
    for user, tenant in ((ended, ""), (here, "tenant")):
        link = people.share(rita, of, DraftRole.VIEW, tenant=tenant)
        people.open_link(user, link)
    people.revoke(rita, of.share_links.get(members__user=ended))
    ours = people.share(rita, of, DraftRole.VIEW)
    people.open_link(elsewhere, ours)
    ShareLink.objects.filter(pk=ours.pk).update(tenant="another")
    if reviewed:
        request_review(rita, of, "Please", of.head)
    may = {
        user.username
        for user in User.objects.filter(is_active=True)
        if access(user, Draft.objects.get(pk=of.pk))
    }
    assert {user.username for user in lookers(Draft.objects.get(pk=of.pk))} == may
    assert may == {"rita", "nora", "hana", "administrator", *(["reviewer"] if reviewed else [])}
