"""Somebody who is away: who stands in for them, for how long, and what it does not allow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from tests.conftest import GetPage, signed_in
from tests.reviews.making import draft, edit, person
from vmssbuilder import clock
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.models import Draft, DraftRole
from vmssbuilder.drafts.people import actions as people
from vmssbuilder.reviews import actions, approvals, queries, reminders
from vmssbuilder.reviews.away import actions as away
from vmssbuilder.reviews.away.queries import standing_in
from vmssbuilder.reviews.models import Decision, Delegation, Review
from vmssbuilder.submissions.management.commands.worker import WorkerLoop

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa() -> User:
    return person("rosa", Role.REVIEWER)


def today(more: int = 0) -> date:
    return clock.now().date() + timedelta(days=more)


def asked_of(owner: User, reviewer: User, of: Draft) -> Review:
    return actions.request_review(owner, of, "Please", of.head, people=[reviewer.pk])


def asked_of_them(user: User) -> list[tuple[bool, bool]]:
    """Of each review in the person's queue: whether it is asked of them, and whether for somebody else."""
    return [(each.asked_of_me, each.for_another) for each in queries.waiting_for(user)]


def test_what_is_asked_of_who_is_away_is_asked_of_who_stands_in_and_decided_for_them(
    requester: User, reviewer: User, rosa: User
) -> None:
    of = draft(requester)
    review = asked_of(requester, reviewer, of)
    assert asked_of_them(rosa) == [(False, False)]
    away.delegate(reviewer, rosa, today(), today(2))
    assert asked_of_them(rosa) == [(True, True)]
    assert asked_of_them(reviewer) == [(True, False)], "they are asked all the same"
    decision = actions.decide(rosa, review, "approve", "")
    assert (decision.reviewer, decision.on_behalf_of) == (rosa, reviewer)
    assert Event.objects.get(what="review.approved").details["on_behalf_of"] == reviewer.username
    assert queries.approval(of) is not None
    # For whom it was is sealed with who it was.
    Decision.objects.update(on_behalf_of=None)
    doubt = approvals.doubt(Review.objects.get())
    assert doubt is not None
    assert doubt.part == "approvers"


def test_it_begins_and_ends_by_itself(requester: User, reviewer: User, rosa: User) -> None:
    asked_of(requester, reviewer, draft(requester))
    made = away.delegate(reviewer, rosa, today(1), today(2))
    assert (asked_of_them(rosa), standing_in(rosa)) == ([(False, False)], [])
    Delegation.objects.update(starts=clock.now() - timedelta(days=2), ends=clock.now() + timedelta(minutes=1))
    assert (asked_of_them(rosa), standing_in(rosa)) == ([(True, True)], [made])
    Delegation.objects.update(ends=clock.now() - timedelta(seconds=1))
    assert (asked_of_them(rosa), standing_in(rosa)) == ([(False, False)], [])


@pytest.mark.parametrize("who", ["reviewer", "rosa", "administrator"])
def test_both_and_an_administrator_end_it_at_once(
    requester: User, reviewer: User, rosa: User, administrator: User, who: str
) -> None:
    asked_of(requester, reviewer, draft(requester))
    made = away.delegate(reviewer, rosa, today(), today(2))
    with pytest.raises(Http404):
        away.end(person("ron", Role.REVIEWER), made)
    user = {"reviewer": reviewer, "rosa": rosa, "administrator": administrator}[who]
    away.end(user, made)
    assert asked_of_them(rosa) == [(False, False)]
    told = [
        (each.actor, each.about, each.details["to"]) for each in Event.objects.filter(what__contains="deleg")
    ]
    assert sorted(told, key=str) == sorted([(reviewer, "rolf", "rosa"), (user, "rolf", "rosa")], key=str)
    with pytest.raises(away.DelegationRefused, match="ended already"):
        away.end(user, made)


def test_who_stands_in_gets_no_right_by_it(requester: User, reviewer: User, rosa: User) -> None:
    of = draft(requester)
    mine = asked_of(rosa, reviewer, draft(rosa, name="web-rosa"))
    away.delegate(reviewer, rosa, today(), today(2))
    # Her own is not hers to decide, nor what she edited.
    with pytest.raises(PermissionDenied, match="your own request"):
        actions.decide(rosa, mine, "approve", "")
    of.revisions.update(author=rosa)
    edited = asked_of(requester, reviewer, of)
    with pytest.raises(PermissionDenied, match="You edited this draft"):
        actions.decide(rosa, edited, "approve", "")
    # Who is a reviewer no more is asked no more.
    User.objects.filter(pk=rosa.pk).update(role=Role.REQUESTER)
    assert standing_in(User.objects.get(pk=rosa.pk)) == []


def test_for_whom_may_not_decide_themselves_nobody_decides(
    requester: User, reviewer: User, rosa: User
) -> None:
    of = draft(requester)
    review = asked_of(requester, reviewer, of)
    away.delegate(reviewer, rosa, today(), today(2))
    of.revisions.update(author=reviewer)
    assert actions.decide(rosa, review, "reject", "No.").on_behalf_of is None


def test_what_is_passed_on_goes_no_further(requester: User, reviewer: User, rosa: User) -> None:
    ron = person("ron", Role.REVIEWER)
    asked_of(requester, reviewer, draft(requester))
    away.delegate(rosa, ron, today(), today(2))
    with pytest.raises(away.DelegationRefused, match="Rosa is away from"):
        away.delegate(reviewer, rosa, today(1), today(1))
    away.delegate(reviewer, rosa, today(3), today(4))
    Delegation.objects.update(starts=clock.now() - timedelta(days=1))
    assert asked_of_them(ron) == [(False, False)]


@pytest.mark.parametrize(
    ("name", "first", "last", "field", "words"),
    [
        ("rolf", 0, 1, "who", "Name somebody else"),
        ("rita", 0, 1, "who", "may not decide about requests"),
        ("rosa", 2, 1, "until", "before the first"),
        ("rosa", -1, 1, "from", "today or a later day"),
        ("rosa", 0, 400, "until", "within a year"),
        ("rosa", 5, 6, "from", "stands in for you from"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    requester: User, reviewer: User, rosa: User, name: str, first: int, last: int, field: str, words: str
) -> None:
    away.delegate(reviewer, rosa, today(6), today(7))
    before = Event.objects.count()
    with pytest.raises(away.DelegationRefused, match=words) as refused:
        away.delegate(reviewer, User.objects.get(username=name), today(first), today(last))
    assert refused.value.field == field
    assert (Delegation.objects.count(), Event.objects.count()) == (1, before)
    with pytest.raises(PermissionDenied):
        away.delegate(requester, reviewer, today(), today(1))


def test_the_page_keeps_what_was_typed_and_says_who_stands_in(
    requester: User,
    reviewer: User,
    rosa: User,
    as_requester: Client,
    as_reviewer: Client,
    as_administrator: Client,
    page_of: GetPage,
) -> None:
    page_of(as_requester, "/reviews/away/", status=403)
    page = page_of(as_reviewer, "/reviews/away/", post={"who": "Nobody", "from": "soon"}, status=422)
    assert "No other reviewer here is called “Nobody”." in page.text
    assert "Enter the first day as year, month and day" in page.text
    assert 'value="Nobody"' in page.html
    days = {"from": str(today()), "until": str(today(3))}
    page = page_of(as_reviewer, "/reviews/away/", post={"who": "rosa", **days}, follow=True)
    assert "Rosa for Rolf Reviewer (you)" in page.text
    of = draft(requester)
    review = asked_of(requester, reviewer, of)
    as_rosa = Client()
    as_rosa.force_login(rosa)
    for address in ("/", "/reviews/"):
        page = page_of(as_rosa, address)
        assert "You stand in for Rolf Reviewer until" in page.text
    assert "asked somebody for whom you stand in" in page_of(as_rosa, "/").text
    assert "Rosa stands in for Rolf Reviewer until" in page_of(as_requester, f"/reviews/{review.pk}/").text
    guest = person("gina")
    people.add(requester, of, guest, DraftRole.VIEW)
    assert "stands in for" not in page_of(signed_in(guest), f"/reviews/{review.pk}/").text
    actions.decide(rosa, review, "approve", "")
    assert "Rosa for Rolf Reviewer" in page_of(as_requester, f"/reviews/{review.pk}/").text
    assert "Approved by Rosa for Rolf Reviewer" in page_of(as_requester, f"/drafts/{of.code}/check/").text
    for address in (f"review/{review.pk}", f"decision/{Decision.objects.get().pk}"):
        text = as_administrator.get(f"/admin/reviews/{address}/change/").content.decode()
        assert ("On behalf of" in text, "Rolf Reviewer" in text) == (True, True), address
    made = Delegation.objects.get()
    assert "Rosa for Rolf Reviewer" in page_of(as_administrator, "/reviews/away/").text
    page_of(as_requester, f"/reviews/away/{made.pk}/end/", post={}, status=404)
    page = page_of(as_administrator, f"/reviews/away/{made.pk}/end/", post={}, follow=True)
    assert "Rosa does not stand in for Rolf Reviewer any more." in page.text


# --- waiting for long -------------------------------------------------------------------------------------------------


def test_what_waits_for_long_is_shown_and_reminded_of_once_a_period(
    requester: User, reviewer: User, as_reviewer: Client, page_of: GetPage
) -> None:
    of = draft(requester)
    review = asked_of(requester, reviewer, of)
    actions.request_review(
        requester, edit(requester, draft(requester, name="web-new"), "sku.capacity", 3), "", 2
    )
    assert reminders.send_due() == 0
    assert "Waiting for review" in page_of(as_reviewer, "/reviews/").text

    def earlier(**columns: int) -> None:
        past = {name: clock.now() - timedelta(days=days, minutes=1) for name, days in columns.items()}
        Review.objects.filter(pk=review.pk).update(**past)

    earlier(requested=3)
    for address in ("/", "/reviews/", f"/reviews/{review.pk}/"):
        assert "Waiting for 3 days" in page_of(as_reviewer, address).text
    # The worker does it among its other housekeeping.
    WorkerLoop(1, 0.0)._keep_house()
    assert reminders.send_due() == 0
    told = Event.objects.get(what="review.reminded")
    assert (told.about, told.details) == (of.code, {"review": review.pk, "days": 3, "asked": ["rolf"]})
    earlier(requested=6, reminded=3)
    assert (reminders.send_due(), reminders.send_due()) == (1, 0)
    # What was edited since waits for nobody.
    earlier(requested=9, reminded=3)
    edit(requester, of, "sku.capacity", 3)
    assert reminders.send_due() == 0
