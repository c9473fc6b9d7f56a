"""Asking people or groups for a review, and which decisions need a reason."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import GetPage, signed_in
from tests.reviews.making import document, draft, edit, person
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions, queries, reviewers
from vmssbuilder.reviews.models import Review, ReviewGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    return person("rita")


@pytest.fixture
def rolf() -> User:
    return person("rolf", Role.REVIEWER)


@pytest.fixture
def ruth() -> User:
    return person("ruth", Role.REVIEWER)


def ask(owner: User, of: Draft, *people: User, group: ReviewGroup | None = None) -> Review:
    groups = [group.pk] if group else []
    return actions.request_review(owner, of, "", of.head, people=[each.pk for each in people], groups=groups)


def test_who_is_asked_sees_it_first_and_others_may_still_decide(
    rita: User, rolf: User, ruth: User, page_of: GetPage
) -> None:
    earlier = ask(rita, draft(rita, name="earlier"))
    asked = ask(rita, draft(rita, name="asked"), rolf)
    assert [each.pk for each in queries.waiting_for(rolf)] == [asked.pk, earlier.pk]
    assert [each.pk for each in queries.waiting_for(ruth)] == [earlier.pk, asked.pk]
    queue = page_of(signed_in(rolf), "/reviews/")
    assert queue.text.index("Asked of you") < queue.text.index("asked ") < queue.text.index("earlier")
    assert "asked of Rolf" in page_of(signed_in(ruth), "/reviews/").text
    home = page_of(signed_in(rolf), "/")
    assert "Review it: asked" in home.text
    assert (
        home.text.index("Your turn")
        < home.text.index("Review it: asked")
        < home.text.index("Waiting for your")
    )
    assert "Review it" not in page_of(signed_in(ruth), "/").text
    assert "Any other reviewer may decide, too." in page_of(signed_in(rita), f"/reviews/{asked.pk}/").text
    actions.decide(ruth, asked, "approve", "")


def test_a_group_is_asked_as_it_is_when_it_is_asked(rita: User, rolf: User, ruth: User) -> None:
    group = ReviewGroup.objects.create(name="Platform")
    group.members.set([rolf, rita])
    review = ask(rita, draft(rita), group=group)
    group.members.add(ruth)
    assert list(review.asked.all()) == [rolf], "nobody is asked about their own draft, or later"
    assert review.asked_words == "Platform (Rolf)"
    assert Event.objects.filter(what="review.requested").latest("pk").details["asked"] == ["rolf"]


def test_only_who_may_decide_can_be_asked(rita: User, rolf: User, ruth: User) -> None:
    of = draft(rita)
    empty = ReviewGroup.objects.create(name="Nobody")
    empty.members.set([rita])
    for people, group in (([rita], None), ([], empty), ([person("stranger")], None), ([rolf, rita], None)):
        with pytest.raises(actions.ReviewRefused):
            ask(rita, of, *people, group=group)
    assert not Review.objects.exists()


def test_who_was_asked_is_offered_to_be_asked_again(
    rita: User, rolf: User, ruth: User, page_of: GetPage
) -> None:
    of = draft(rita)
    actions.decide(rolf, ask(rita, of, rolf), "request-changes", "More.")
    edit(rita, of, "sku.capacity", 3)
    page = page_of(signed_in(rita), f"/drafts/{of.code}/check/", queries=30)
    chosen = [each.get("value") for each in page.all("input", name="people") if "checked" in each.attrib]
    assert chosen == [str(rolf.pk)]
    assert "open" in page.all("details", id="ask")[0].attrib


def test_all_who_were_asked_stand_first_however_many_reviewers_there_are(
    rita: User, ruth: User, page_of: GetPage
) -> None:
    for number in range(reviewers.OFFERED):
        person(f"many{number}", Role.REVIEWER)
    zoe = person("zoe", Role.REVIEWER)
    members = [person(f"z{number:02}", Role.REVIEWER) for number in range(reviewers.OFFERED)]
    group = ReviewGroup.objects.create(name="Platform")
    group.members.set(members)
    of = draft(rita)
    for asked_group, before in ((None, [zoe]), (group, [*members, zoe])):
        actions.withdraw(rita, ask(rita, of, zoe, group=asked_group))
        page = page_of(signed_in(rita), f"/drafts/{of.code}/check/", queries=30)
        boxes = page.all("input", name="people")
        assert [each.get("value") for each in boxes[: len(before)]] == [str(each.pk) for each in before]
        assert [each.get("value") for each in boxes if "checked" in each.attrib] == [
            str(each.pk) for each in before
        ]
        assert len(boxes) == max(reviewers.OFFERED, len(before))
        assert page.all("input", name="others")
    again = {"base": "1", "people": [str(each.pk) for each in (*members, zoe)]}
    assert signed_in(rita).post(f"/reviews/request/{of.code}/", again).status_code == 302
    assert set(Review.objects.latest("pk").asked.all()) == {*members, zoe}


def test_every_group_can_be_asked(rita: User, rolf: User, page_of: GetPage) -> None:
    made = [ReviewGroup.objects.create(name=f"Team {number:03}") for number in range(12)]
    made[-1].members.set([rolf])
    of = draft(rita)
    address = f"/reviews/request/{of.code}/"
    page = page_of(signed_in(rita), address)
    assert len(page.all("input", name="groups")) == len(made)
    assert "Groups, the first of them" not in page.text
    signed_in(rita).post(address, {"base": "1", "groups": str(made[-1].pk)})
    assert Review.objects.get().asked_words == "Team 011 (Rolf)"


def test_more_groups_than_are_listed_are_said(
    rita: User, rolf: User, page_of: GetPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewers, "GROUPS_OFFERED", 2)
    for number in range(3):
        ReviewGroup.objects.create(name=f"Team {number}")
    page = page_of(signed_in(rita), f"/reviews/request/{draft(rita).code}/")
    assert "Groups, the first of them" in page.text
    assert len(page.all("input", name="groups")) == 2


def test_names_that_are_typed(rita: User, rolf: User, ruth: User) -> None:
    of = draft(rita)
    ruth.email = "ruth.long@example.com"
    ruth.save()
    assert reviewers.named(of, " ROLF, ruth.long@example.com\nRu") == [rolf, ruth, ruth]
    for text, said in (
        ("Nobody", "No reviewer here"),
        ("r", "Several reviewers are called “r”: Rolf (rolf), Ruth (ruth.long@example.com)"),
        ("rita", "No reviewer here"),
        (",".join(f"n{number}" for number in range(11)), "no more than 10"),
    ):
        with pytest.raises(reviewers.UnknownName) as refused:
            reviewers.named(of, text)
        assert said in str(refused.value)
    # Who is called just that goes before whose name it is a part of; each name is one query.
    short = person("ru", Role.REVIEWER)
    with CaptureQueriesContext(connection) as asked:
        assert reviewers.named(of, "Ru, rolf, olf") == [short, rolf, rolf]
    assert len(asked) == 3


def test_the_form_lists_the_first_and_takes_names_of_others(
    rita: User, rolf: User, ruth: User, page_of: GetPage
) -> None:
    for number in range(reviewers.OFFERED):
        person(f"many{number}", Role.REVIEWER)
    of = draft(rita)
    address = f"/reviews/request/{of.code}/"
    page = page_of(signed_in(rita), address)
    assert len(page.all("input", type="checkbox")) == reviewers.OFFERED
    page = page_of(signed_in(rita), address, post={"base": "1", "others": "Who?"}, status=422)
    assert "is called “Who?”" in page.text
    assert page.all("input", name="others")[0].get("value") == "Who?"
    page = page_of(signed_in(rita), address, post={"base": "1", "people": "x"}, status=422)
    assert "Choose again" in page.text
    signed_in(rita).post(address, {"base": "1", "others": "Ruth; Rolf"})
    assert set(Review.objects.get().asked.all()) == {rolf, ruth}


def test_lists_take_as_many_queries_however_many_are_asked(rita: User, rolf: User, ruth: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/reviews/")
        return len(asked)

    client = signed_in(rolf)
    ask(rita, draft(rita, name="one"), rolf, ruth)
    client.get("/reviews/")
    before = count()
    for number in range(5):
        ask(rita, draft(rita, name=f"web-{number}"), rolf, ruth)
    assert count() == before


def test_a_plain_approval_needs_no_reason_and_everything_else_does(rita: User, rolf: User) -> None:
    plain = ask(rita, draft(rita))
    for verdict in ("request-changes", "reject"):
        with pytest.raises(actions.ReviewRefused, match="Enter the reason"):
            actions.decide(rolf, plain, verdict, " ")
        answer = signed_in(rolf).post(f"/reviews/{plain.pk}/decide/", {"verdict": verdict})
        assert (answer.status_code, "Enter the reason" in answer.content.decode()) == (422, True)
    assert signed_in(rolf).post(f"/reviews/{plain.pk}/decide/", {"verdict": "approve"}).status_code == 302
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    of = draft(rita, wanted)
    because = {"sku-tier-consistent:sku.tier": "It worked last week."}
    review = actions.request_review(rita, of, "", of.head, because)
    with pytest.raises(actions.ReviewRefused, match="Enter the reason"):
        actions.decide(rolf, review, "approve", "")
    assert signed_in(rolf).post(f"/reviews/{review.pk}/decide/", {"verdict": "approve"}).status_code == 422


def test_administrators_keep_groups_and_the_log_says_who_is_in_them(rolf: User, rita: User) -> None:
    client = signed_in(person("ada", Role.ADMINISTRATOR))
    page = client.get("/admin/reviews/reviewgroup/add/").content.decode()
    assert "Rolf" in page
    assert "Rita" not in page, "a requester decides about nothing"
    client.post("/admin/reviews/reviewgroup/add/", {"name": "Platform", "members": [str(rolf.pk)]})
    group = ReviewGroup.objects.get()
    assert Event.objects.get(what="review-group.made").details["members"] == ["rolf"]
    client.post(f"/admin/reviews/reviewgroup/{group.pk}/delete/", {"post": "yes"})
    assert Event.objects.filter(what="review-group.deleted").exists()
    assert signed_in(rolf).get("/admin/reviews/reviewgroup/").status_code == 403


def test_an_edit_by_somebody_who_is_asked_makes_them_no_reviewer(rita: User, rolf: User) -> None:
    of = draft(rita)
    Draft.objects.filter(pk=of.pk).update(owner=rolf)
    edited = edit(rolf, of, "sku.capacity", 3)
    Draft.objects.filter(pk=of.pk).update(owner=rita)
    edited.owner = rita
    with pytest.raises(actions.ReviewRefused):
        ask(rita, edited, rolf)
