"""People of a draft: by name and by links, what each role may do, who may not, and another owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from tests.conftest import QUERIES, GetPage, person, signed_in
from tests.reviews.making import draft as made
from tests.reviews.making import edit
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.comments.actions import begin
from vmssbuilder.drafts import actions as drafts
from vmssbuilder.drafts import searching
from vmssbuilder.drafts.access import Access, access, find, visible
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft, DraftRole, Member, ShareLink
from vmssbuilder.drafts.people import actions, queries

pytestmark = pytest.mark.django_db

LEVELS = {DraftRole.EDIT: Access.EDIT, DraftRole.COMMENT: Access.COMMENT, DraftRole.VIEW: Access.VIEW}


@pytest.fixture
def draft(requester: User) -> Draft:
    return made(requester)


@pytest.fixture
def beside(requester: User) -> Draft:
    """Another draft of the same owner, which nobody is let into."""
    return made(requester, name="web-beside")


def anew(of: Draft) -> Draft:
    return Draft.objects.get(pk=of.pk)


def at(of: Draft, below: str = "") -> str:
    return f"/drafts/{of.code}/{below}"


# --- What a role lets do ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", DraftRole)
@pytest.mark.parametrize("way", ["name", "link"])
def test_a_role_lets_do_what_it_says_in_that_draft_alone(
    requester: User, stranger: User, draft: Draft, beside: Draft, role: DraftRole, way: str
) -> None:
    assert access(stranger, anew(draft)) == Access.NONE
    if way == "name":
        actions.add(requester, draft, stranger, role)
    else:
        actions.open_link(stranger, actions.share(requester, draft, role))
    assert access(stranger, anew(draft)) == LEVELS[role]
    assert access(stranger, anew(beside)) == Access.NONE
    assert list(visible(stranger)) == [draft]
    assert find(stranger, draft.code, Access.VIEW).owner == requester


def test_the_strongest_of_several_ways_counts_and_a_role_never_takes_away(
    requester: User, stranger: User, administrator: User, draft: Draft
) -> None:
    actions.add(requester, draft, stranger, DraftRole.VIEW)
    actions.open_link(stranger, actions.share(requester, draft, DraftRole.EDIT))
    actions.add(requester, draft, administrator, DraftRole.VIEW)
    assert access(stranger, anew(draft)) == Access.EDIT
    assert access(administrator, anew(draft)) == Access.COMMENT


@pytest.mark.parametrize("who", ["owner", "editor", "editor by link"])
def test_access_costs_one_query_a_request_and_none_for_the_owner(
    requester: User, stranger: User, draft: Draft, who: str
) -> None:
    if who == "editor":
        actions.add(requester, draft, stranger, DraftRole.EDIT)
    elif who == "editor by link":
        actions.open_link(stranger, actions.share(requester, draft, DraftRole.EDIT))
    with CaptureQueriesContext(connection) as asked:
        found = find(requester if who == "owner" else stranger, draft.code, Access.EDIT)
        access(requester if who == "owner" else stranger, found)
    assert len(asked) == (1 if who == "owner" else 2)


def test_an_editor_fills_in_and_replaces_secrets_and_nobody_reads_them(
    page_of: GetPage, requester: User, as_stranger: Client, stranger: User, draft: Draft
) -> None:
    actions.add(requester, draft, stranger, DraftRole.EDIT)
    for below in ("", "instances/", "disks/", "check/", "json/", "history/", "people/", "export/rest/"):
        page = page_of(as_stranger, at(draft, below), follow=True)
        assert "Canary-7-Correct-Horse" not in page.html
    before = draft.secrets.get().code
    edit(stranger, draft, "properties.virtualMachineProfile.osProfile.adminPassword", "Another-Passw0rd-8")
    assert draft.secrets.exclude(code=before).count() == 1
    assert "Another-Passw0rd-8" not in as_stranger.get(at(draft, "json/")).content.decode()


@pytest.mark.parametrize("below", ["instances/", "json/"])
def test_who_may_look_cannot_change(
    requester: User, stranger: User, as_stranger: Client, draft: Draft, below: str
) -> None:
    actions.add(requester, draft, stranger, DraftRole.COMMENT)
    answer = as_stranger.get(at(draft, below))
    assert answer.status_code == 403
    assert b"You may look at this draft but not change it" in answer.content
    with pytest.raises(PermissionDenied):
        edit(stranger, draft, "sku.capacity", 9)


def test_sharing_discarding_and_sending_stay_with_the_owner(
    page_of: GetPage, requester: User, stranger: User, as_stranger: Client, draft: Draft
) -> None:
    actions.add(requester, draft, stranger, DraftRole.EDIT)
    page = page_of(as_stranger, at(draft))
    assert "Discard" not in page.text
    assert "Send for review" not in page_of(as_stranger, at(draft, "check/")).text
    for below in ("people/", "links/", "discard/", "review/"):
        assert as_stranger.post(at(draft, below), {"who": "sam", "role": "edit"}).status_code in (403, 404)
    assert set(Event.objects.filter(actor=stranger).values_list("what", flat=True)) == {"access.refused"}


# --- The page ---------------------------------------------------------------------------------------------------------


def test_somebody_is_added_given_another_role_and_removed(
    page_of: GetPage, as_requester: Client, requester: User, stranger: User, draft: Draft
) -> None:
    page = page_of(as_requester, at(draft, "people/"), post={"who": "sam s", "role": "comment"}, follow=True)
    assert "Sam Stranger is one of the people of this draft now." in page.text
    member = Member.objects.get()
    assert (member.user, member.role, member.added_by) == (stranger, "comment", requester)
    page = page_of(as_requester, at(draft, f"people/{member.code}/"), post={"role": "edit"}, follow=True)
    assert "Sam Stranger is an editor now." in page.text
    page = page_of(as_requester, at(draft, f"people/{member.code}/"), post={"act": "remove"}, follow=True)
    assert "Sam Stranger is not among the people" in page.text
    assert access(stranger, anew(draft)) == Access.NONE
    told = Event.objects.exclude(what="draft.created").order_by("id").values_list("what", flat=True)
    assert list(told) == ["draft.member-added", "draft.role-given", "draft.member-removed"]


def test_who_is_removed_and_came_by_a_link_too_is_said_to_be_let_in_by_it(
    page_of: GetPage, as_requester: Client, requester: User, stranger: User, draft: Draft
) -> None:
    actions.open_link(stranger, actions.share(requester, draft))
    member = actions.add(requester, draft, stranger, DraftRole.EDIT)
    page = page_of(as_requester, at(draft, f"people/{member.code}/"), post={"act": "remove"}, follow=True)
    assert "still lets them in until you revoke it" in page.text
    assert access(stranger, anew(draft)) == Access.VIEW


def test_anybody_leaves_by_themselves(
    requester: User, stranger: User, as_stranger: Client, administrator: User, draft: Draft
) -> None:
    member = actions.add(requester, draft, stranger, DraftRole.VIEW)
    other = actions.add(requester, draft, administrator, DraftRole.VIEW)
    assert as_stranger.post(at(draft, f"people/{other.code}/"), {"act": "remove"}).status_code == 403
    assert as_stranger.post(at(draft, f"people/{member.code}/"), {"role": "edit"}).status_code == 403
    assert as_stranger.post(at(draft, f"people/{member.code}/"), {"act": "remove"}).status_code == 302
    assert list(Member.objects.all()) == [other]
    assert as_stranger.get(at(draft)).status_code == 404


def test_one_of_several_people_of_a_name_is_asked_for(
    page_of: GetPage, as_requester: Client, draft: Draft
) -> None:
    people = [person(f"ola{number}", f"Ola Nordmann {number}", Role.REQUESTER) for number in (1, 2)]
    page = page_of(as_requester, at(draft, "people/"), post={"who": "nordmann", "role": "view"}, status=422)
    assert "Several people are called so" in page.text
    assert not Member.objects.exists()
    chosen = {"who": "nordmann", "role": "view", "person": str(people[1].pk)}
    assert as_requester.post(at(draft, "people/"), chosen).status_code == 302
    assert Member.objects.get().user == people[1]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("", "Enter a name or a mail address."),
        ("s", "Type at least 2 letters."),
        ("nobody at all", "Nobody who has signed in here is called “nobody at all”."),
        ("tranger", "Nobody who has signed in here"),
        ("rita", "Rita Requester owns this draft."),
        ("rolf", "Rolf Reviewer is here already."),
        ("olga", "olga cannot sign in here any more. Name somebody else."),
        ("x" * 300, "at most 254 characters"),
        ("bert", "More than 10 people are called so."),
    ],
)
def test_who_cannot_be_added_is_said_in_a_sentence_and_what_was_typed_stays(
    page_of: GetPage,
    as_requester: Client,
    requester: User,
    reviewer: User,
    stranger: User,
    draft: Draft,
    who: str,
    said: str,
) -> None:
    person("olga", "Olga Gone", Role.REQUESTER)
    User.objects.filter(username="olga").update(is_active=False)
    User.objects.bulk_create(
        [User(username=f"bert{number}", display_name=f"Bert {number}") for number in range(11)]
    )
    actions.add(requester, draft, reviewer, DraftRole.VIEW)
    page = page_of(as_requester, at(draft, "people/"), post={"who": who, "role": "view"}, status=422)
    assert said in page.text
    assert not who or f'value="{who}"' in page.html
    assert Member.objects.count() == 1


def test_the_search_shows_nobody_but_whom_the_letters_begin(requester: User, draft: Draft) -> None:
    person("anna@contoso.example", "Anna Berg", Role.REQUESTER)
    person("hanna@contoso.example", "Hanna Anders", Role.REQUESTER)
    assert [str(each) for each in queries.matching("an", draft)] == ["Anna Berg", "Hanna Anders"]
    assert [str(each) for each in queries.matching("contoso", draft)] == []
    assert [str(each) for each in queries.matching("anna@contoso.example", draft)] == ["Anna Berg"]
    User.objects.filter(display_name="Anna Berg").update(object_id="1234-oid", username="1234-oid@tid")
    assert queries.matching("1234", draft) == [], "an id of Entra is no name"


def test_people_and_links_are_bounded(
    page_of: GetPage,
    as_requester: Client,
    requester: User,
    stranger: User,
    draft: Draft,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("MOST_MEMBERS", "MOST_LINKS", "MOST_BY_LINK"):
        monkeypatch.setattr(actions, name, 1)
    friend = person("fay", "Fay Friend", Role.REQUESTER)
    actions.add(requester, draft, stranger, DraftRole.VIEW)
    page = page_of(as_requester, at(draft, "people/"), post={"who": "fay", "role": "view"}, status=422)
    assert "A draft has at most 1 people." in page.text
    link = actions.share(requester, draft)
    page = page_of(as_requester, at(draft, "links/"), post={"link_role": "view", "days": "3"}, status=422)
    assert "A draft has at most 1 links." in page.text
    actions.open_link(stranger, link)
    page = page_of(signed_in(friend), f"/s/{link.token}/", status=410)
    assert "It was opened by 1 people" in page.text


def test_two_hundred_people_and_their_openings_cost_no_more_queries_than_two(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    def queries_of_the_page() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert as_requester.get(at(draft, "people/")).status_code == 200
        return len(asked)

    def come(number: int) -> None:
        actions.add(requester, draft, person(f"n{number}", f"Nora {number}", Role.REQUESTER), DraftRole.VIEW)
        link = actions.share(requester, draft, label=f"Link {number}")
        actions.open_link(person(f"l{number}", f"Leo {number}", Role.REQUESTER), link)

    come(1)
    few = queries_of_the_page()
    for number in range(2, 12):
        come(number)
    assert queries_of_the_page() == few


# --- Links ------------------------------------------------------------------------------------------------------------


def test_a_link_opens_the_draft_with_its_role_and_counts_who_came(
    page_of: GetPage, as_requester: Client, as_stranger: Client, draft: Draft
) -> None:
    sent = {"label": "For the network team", "link_role": "view", "days": "7"}
    assert as_requester.post(at(draft, "links/"), sent).status_code == 302
    link = ShareLink.objects.get()
    assert timedelta(days=6, hours=23) < link.expires - timezone.now() <= timedelta(days=7)
    page = page_of(as_stranger, f"/s/{link.token}/", follow=True, queries=2 * QUERIES)
    assert "web-prod" in page.text
    assert "Change" not in page.text.split()
    page_of(as_stranger, f"/s/{link.token}/", follow=True, queries=2 * QUERIES)
    assert Event.objects.filter(what="draft.link-opened").count() == 1, "once an hour"
    Member.objects.update(opened=timezone.now() - actions.OPENING)
    page_of(as_stranger, f"/s/{link.token}/", follow=True, queries=2 * QUERIES)
    page = page_of(as_requester, at(draft, "people/"))
    assert "For the network team" in page.text
    assert "opened 2 times" in page.text
    assert "Sam Stranger (2 times)" in page.text


def test_looking_for_the_head_of_a_link_lets_nobody_in(
    requester: User, as_stranger: Client, draft: Draft
) -> None:
    as_stranger.head(f"/s/{actions.share(requester, draft).token}/")
    assert not Member.objects.exists()


def test_the_owner_who_follows_a_link_of_their_own_is_not_counted(
    as_requester: Client, requester: User, draft: Draft
) -> None:
    link = actions.share(requester, draft)
    assert as_requester.get(f"/s/{link.token}/").headers["Location"] == at(draft)
    assert (ShareLink.objects.get().openings, Member.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (
            {"revoked": timezone.now()},
            "The link by which you came was revoked. Ask Rita Requester for a new one.",
        ),
        (
            {"expires": timezone.now()},
            "The link by which you came has expired. Ask Rita Requester for a new one.",
        ),
    ],
)
def test_a_link_that_ends_closes_the_pages_that_are_open_by_it(
    page_of: GetPage,
    requester: User,
    stranger: User,
    as_stranger: Client,
    draft: Draft,
    ended: dict[str, object],
    said: str,
) -> None:
    link = actions.share(requester, draft, DraftRole.EDIT)
    actions.open_link(stranger, link)
    page_of(as_stranger, at(draft, "instances/"))
    ShareLink.objects.update(**ended)
    page = page_of(as_stranger, at(draft, "instances/"), post={"base": "1", "sku.capacity": "9"}, status=404)
    assert said in page.text
    assert "web-prod" not in page.text
    page_of(as_stranger, f"/s/{link.token}/", status=410)
    assert anew(draft).head == 1
    assert list(visible(stranger)) == []


def test_revoking_is_for_good_and_once(requester: User, draft: Draft) -> None:
    link = actions.share(requester, draft)
    actions.revoke(requester, link)
    first = ShareLink.objects.get().revoked
    actions.revoke(requester, link)
    assert first is not None
    assert ShareLink.objects.get().revoked == first
    assert not ShareLink.objects.get().is_live


@pytest.mark.parametrize("forge", ["{0}x", "x{0}", "abc:def", "{0}:{0}"])
def test_a_forged_link_opens_nothing(
    page_of: GetPage, requester: User, as_stranger: Client, draft: Draft, forge: str
) -> None:
    page_of(as_stranger, f"/s/{forge.format(actions.share(requester, draft).token)}/", status=404)


@pytest.mark.parametrize(
    ("days", "most"), [("0", 90), ("91", 90), ("8", 7), ("", 90), ("soon", 90), ("1e9", 90)]
)
def test_a_link_lasts_no_longer_than_the_installation_allows(
    page_of: GetPage,
    as_requester: Client,
    requester: User,
    draft: Draft,
    settings: Settings,
    days: str,
    most: int,
) -> None:
    settings.VMSSBUILDER_LINK_DAYS = most
    sent = {"link_role": "view", "days": days}
    page = page_of(as_requester, at(draft, "links/"), post=sent, status=422)
    assert f"Enter a number of days from 1 to {most}." in page.text
    if days.isdecimal():
        with pytest.raises(actions.PeopleRefused):
            actions.share(requester, draft, days=int(days))
    assert not ShareLink.objects.exists()


def test_a_link_for_one_tenant_opens_for_its_people_alone(
    page_of: GetPage, requester: User, draft: Draft
) -> None:
    ours, others = (
        User.objects.create_user(f"e{tenant}", display_name="Ellen", object_id="o", tenant_id=tenant)
        for tenant in "ab"
    )
    link = actions.share(requester, draft, tenant="a")
    with pytest.raises(actions.PeopleRefused, match="It is for people of one organization"):
        actions.open_link(others, link)
    actions.open_link(ours, link)
    assert access(ours, anew(draft)) == Access.VIEW
    # Of another tenant since: no row lets in whom the link would not.
    User.objects.filter(pk=ours.pk).update(tenant_id="c")
    assert access(User.objects.get(pk=ours.pk), anew(draft)) == Access.NONE


# --- The start page ---------------------------------------------------------------------------------------------------


def test_shared_drafts_stand_on_the_start_page_and_are_found(
    page_of: GetPage, requester: User, stranger: User, as_stranger: Client, draft: Draft, beside: Draft
) -> None:
    assert "Shared with you" not in page_of(as_stranger, "/").text
    actions.add(requester, draft, stranger, DraftRole.COMMENT)
    actions.open_link(stranger, actions.share(requester, draft, DraftRole.VIEW))
    page = page_of(as_stranger, "/")
    assert page.text.count("Shared by Rita Requester") == 1
    assert "Commenter" in page.text
    assert "web-beside" not in page.text
    assert "web-prod" in page_of(as_stranger, "/?q=web").text
    assert searching.matching_for(stranger, "web") == [draft.pk]
    assert page_of(as_stranger, "/drafts/new/copy/").text.count("Copy web-prod") == 1
    drafts.discard(requester, draft)
    assert "Shared with you" not in page_of(as_stranger, "/").text


def test_what_is_shared_is_one_query_and_bounded(requester: User, stranger: User) -> None:
    for number in range(4):
        actions.add(requester, made(requester, name=f"web-{number}"), stranger, DraftRole.VIEW)
    with CaptureQueriesContext(connection) as asked:
        found = queries.shared_with(stranger, 2)
    assert [str(each.draft) for each in found] == ["web-3", "web-2", "web-1"]
    assert [str(each.by) for each in found] == ["Rita Requester"] * 3
    assert len(asked) == 1


# --- Another owner ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stays", [True, False])
def test_a_draft_is_handed_over_and_the_former_owner_stays_or_leaves(
    page_of: GetPage, as_requester: Client, requester: User, stranger: User, draft: Draft, stays: bool
) -> None:
    actions.add(requester, draft, stranger, DraftRole.VIEW)
    sent = {"to": "Sam Stranger", "former": "stays" if stays else "leaves"}
    page = page_of(as_requester, at(draft, "hand-over/"), post=sent, follow=True, queries=2 * QUERIES)
    assert "web-prod belongs to Sam Stranger now." in page.text
    assert anew(draft).owner == stranger
    assert access(requester, anew(draft)) == (Access.EDIT if stays else Access.NONE)
    assert Member.objects.count() == stays
    assert searching.matching_for(stranger, "web") == [draft.pk]
    assert searching.matching_for(requester, "web") == ([draft.pk] if stays else [])


def test_an_administrator_hands_over_with_a_reason_for_who_has_left(
    page_of: GetPage, as_administrator: Client, stranger: User, requester: User, draft: Draft
) -> None:
    User.objects.filter(pk=requester.pk).update(is_active=False)
    sent = {"to": "sam", "former": "leaves", "reason": " "}
    page = page_of(as_administrator, at(draft, "hand-over/"), post=sent, status=422)
    assert "Enter why you hand over a draft that is not yours." in page.text
    assert (
        as_administrator.post(at(draft, "hand-over/"), sent | {"reason": "Rita has left."}).status_code == 302
    )
    assert anew(draft).owner == stranger
    told = Event.objects.filter(what="draft.handed-over")[0]
    assert told.actor is not None
    assert told.actor.username == "ada"
    assert told.details == {"to": "sam", "before": "rita", "stays": False, "reason": "Rita has left."}


def test_nobody_else_hands_over_and_nobody_gets_it_who_cannot_sign_in(
    requester: User, stranger: User, reviewer: User, draft: Draft
) -> None:
    actions.add(requester, draft, stranger, DraftRole.EDIT)
    with pytest.raises(PermissionDenied):
        actions.hand_over(stranger, draft, stranger, stays=True, reason="Mine")
    with pytest.raises(Http404):
        actions.hand_over(reviewer, draft, reviewer, stays=True, reason="Mine")
    with pytest.raises(actions.PeopleRefused, match="owns this draft"):
        actions.hand_over(requester, draft, requester, stays=True)
    stranger.is_active = False
    with pytest.raises(actions.PeopleRefused, match="cannot sign in here any more"):
        actions.hand_over(requester, draft, stranger, stays=True)
    assert anew(draft).owner == requester


def test_what_a_former_owner_had_begun_asks_again_once_the_draft_is_handed_over(
    requester: User, stranger: User, draft: Draft
) -> None:
    seen, discarding, editing = anew(draft), anew(draft), anew(draft)
    actions.hand_over(requester, draft, stranger, stays=True)
    with pytest.raises(PermissionDenied):
        drafts.discard(requester, discarding)
    assert anew(draft).discarded is None
    # An editor by now, whose save names the group: the words by which it is found are the new owner's.
    path = ("$target", "resourceGroup")
    drafts.save(requester, editing, 1, [Changed(path, "rg-shop", "rg-elsewhere")])
    assert set(draft.search_words.values_list("owner", flat=True)) == {stranger.pk}
    draft.members.all().delete()
    with pytest.raises(Http404):
        drafts.save(requester, seen, 1, [Changed(path, "rg-shop", "rg-nowhere")])


# --- What a page says -------------------------------------------------------------------------------------------------


def test_live_links_stand_before_all_that_have_ended(requester: User, stranger: User, draft: Draft) -> None:
    live = actions.share(requester, draft, DraftRole.VIEW)
    actions.open_link(stranger, live)
    day = timedelta(days=1)
    ShareLink.objects.bulk_create(
        ShareLink(
            draft=draft,
            created_by=requester,
            expires=timezone.now() + (day if number % 2 else -day),
            revoked=timezone.now() if number % 2 else None,
        )
        for number in range(actions.MOST_LINKS + 5)
    )
    first, *others = queries.links(draft)
    assert (first.link, [each.user for each in first.people], first.more) == (live, [stranger], 0)
    assert len(others) == actions.MOST_LINKS - 1


def test_who_leaves_and_came_by_a_link_too_is_told_so(
    requester: User, stranger: User, as_stranger: Client, draft: Draft
) -> None:
    member = actions.add(requester, draft, stranger, DraftRole.VIEW)
    actions.open_link(stranger, actions.share(requester, draft, DraftRole.VIEW))
    answer = as_stranger.post(at(draft, f"people/{member.code}/"), {"act": "remove"}, follow=True)
    assert "The link by which you came still lets you in." in answer.content.decode()


def test_nothing_is_on_offer_for_a_draft_that_was_discarded(
    requester: User, as_requester: Client, draft: Draft
) -> None:
    begin(requester, draft, 1, "sku.capacity", "Is this enough?")
    drafts.discard(requester, draft)
    for page in ("people/", "comments/"):
        html = as_requester.get(at(draft, page)).content.decode()
        for words in ("Create a link", "Resolve", "Post comment", "Hand the draft over"):
            assert words not in html, (page, words)
