from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.conftest import GetPage
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.pages.home import PAGE_SIZE
from vmssbuilder.reviews.models import Review
from vmssbuilder.submissions.models import Submission


def draft(owner: User, name: str = "web-prod") -> Draft:
    """A draft with one revision, as an action would have left it."""
    made = Draft.objects.create(owner=owner, name=name, resource_group="rg-shop", head=1)
    Revision.objects.create(draft=made, number=1, author=owner, name=name, resource_group="rg-shop")
    return made


def review(of: Draft, state: str = Review.State.WAITING) -> Review:
    revision = of.revisions.get(number=of.head)
    return Review.objects.create(draft=of, revision=revision, requested_by=of.owner, state=state)


def submission(of: Draft, state: str = Submission.State.RUNNING) -> Submission:
    revision = of.revisions.get(number=of.head)
    return Submission.objects.create(draft=of, revision=revision, submitter=of.owner, state=state)


def test_someone_new_is_told_how_to_begin(as_requester: Client, page_of: GetPage) -> None:
    page = page_of(as_requester, "/")
    assert page.heading == "What needs you"
    assert "No drafts yet" in page.text
    assert page.links()["New scale set"] == "/drafts/new/"
    assert "Waiting for your review" not in page.text


def test_my_drafts_and_nobody_elses(
    as_requester: Client, requester: User, stranger: User, page_of: GetPage
) -> None:
    mine, untitled, theirs = draft(requester), draft(requester, ""), draft(stranger, "secret-project")
    gone = draft(requester, "discarded-one")
    gone.discarded = gone.created
    gone.save()
    page = page_of(as_requester, "/")
    links = page.links()
    assert links["web-prod"] == f"/drafts/{mine.code}/"
    assert links["Untitled scale set"] == f"/drafts/{untitled.code}/"
    assert theirs.name not in page.html
    assert gone.name not in page.html
    assert "rg-shop" in page.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Review.State.WAITING, "In review"),
        (Review.State.APPROVED, "Approved"),
        (Review.State.CHANGES_REQUESTED, "Changes requested"),
        (Review.State.REJECTED, "Rejected"),
        (Review.State.WITHDRAWN, "Draft"),
    ],
)
def test_a_draft_says_where_its_review_stands(
    as_requester: Client, requester: User, page_of: GetPage, state: str, words: str
) -> None:
    review(draft(requester), state)
    assert words in page_of(as_requester, "/").text


def test_an_edit_takes_the_review_back(as_requester: Client, requester: User, page_of: GetPage) -> None:
    mine = draft(requester)
    review(mine, Review.State.APPROVED)
    mine.head = 2
    mine.save()
    text = page_of(as_requester, "/").text
    assert "Approved" not in text
    assert "Draft" in text


@pytest.mark.parametrize("state", Submission.State.values)
def test_a_draft_says_where_its_submission_stands(
    as_requester: Client, requester: User, page_of: GetPage, state: str
) -> None:
    mine = draft(requester)
    review(mine, Review.State.APPROVED)
    sent = submission(mine, state)
    page = page_of(as_requester, "/")
    assert "Approved" not in page.text
    finished = state in Submission.FINISHED
    assert ("On their way to Azure" in page.text) is not finished
    assert (f"/submissions/{sent.code}/" in page.addresses()) is not finished


def test_reviewers_see_what_waits_for_them(
    requester: User, reviewer: User, as_reviewer: Client, as_stranger: Client, page_of: GetPage
) -> None:
    asked, own = review(draft(requester)), review(draft(reviewer, "my-own"))
    page = page_of(as_reviewer, "/")
    assert f"/reviews/{asked.pk}/" in page.addresses()
    assert "Rita Requester" in page.text
    assert f"/reviews/{own.pk}/" not in page.addresses(), "nobody reviews their own"
    assert "Waiting for your review" not in page_of(as_stranger, "/").text


def test_long_lists_come_in_pages_with_the_same_queries(
    as_reviewer: Client,
    requester: User,
    reviewer: User,
    page_of: GetPage,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def fill(times: int) -> None:
        for _ in range(times):
            review(draft(requester))
            submission(draft(reviewer))

    fill(2)
    with django_assert_num_queries(6):
        as_reviewer.get("/")
    fill(PAGE_SIZE)
    with django_assert_num_queries(6):
        as_reviewer.get("/")
    page = page_of(as_reviewer, "/")
    assert "Page 1 of 2" in page.text
    assert "More reviews wait for you" in page.text
    assert "More submissions" in page.text
    assert len(page.all("li", class_="list__item")) == 3 * PAGE_SIZE
    second = page_of(as_reviewer, "/?page=2")
    assert len(second.all("li", class_="list__item")) == 2 * PAGE_SIZE + 2


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "999999", "9" * 500, "1.5", "٣"])
def test_a_page_that_is_not_there_shows_the_nearest(
    as_requester: Client, number: str, page_of: GetPage
) -> None:
    page_of(as_requester, f"/?page={number}")


def test_names_are_text(as_requester: Client, requester: User, page_of: GetPage) -> None:
    draft(requester, "<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in page_of(as_requester, "/").text
