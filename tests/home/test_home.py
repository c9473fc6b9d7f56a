from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.conftest import GetPage
from tests.web.strict import Page, text_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import searching
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.home.queries import NEEDS_OWNER, PAGE_SIZE
from vmssbuilder.reviews.models import Decision, Review, ReviewState
from vmssbuilder.status.standing import STANDINGS
from vmssbuilder.submissions.models import Submission, SubmissionState


def draft(owner: User, name: str = "web-prod") -> Draft:
    """A draft with one revision, as an action would have left it."""
    made = Draft.objects.create(owner=owner, name=name, resource_group="rg-shop", head=1)
    Revision.objects.create(draft=made, number=1, author=owner, name=name, resource_group="rg-shop")
    return made


def review(of: Draft, state: str = ReviewState.WAITING) -> Review:
    revision = of.revisions.get(number=of.head)
    until = timezone.now() + timedelta(days=1) if state == ReviewState.APPROVED else None
    return Review.objects.create(
        draft=of, revision=revision, requested_by=of.owner, state=state, counts_until=until
    )


def submission(of: Draft, state: str = SubmissionState.RUNNING) -> Submission:
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
        (ReviewState.WAITING, "In review"),
        (ReviewState.APPROVED, "Approved"),
        (ReviewState.CHANGES_REQUESTED, "Changes requested"),
        (ReviewState.REJECTED, "Rejected"),
        (ReviewState.WITHDRAWN, "Draft"),
    ],
)
def test_a_draft_says_where_its_review_stands(
    as_requester: Client, requester: User, page_of: GetPage, state: str, words: str
) -> None:
    review(draft(requester), state)
    assert words in page_of(as_requester, "/").text


def test_an_edit_takes_the_review_back(as_requester: Client, requester: User, page_of: GetPage) -> None:
    mine = draft(requester)
    review(mine, ReviewState.APPROVED)
    mine.head = 2
    mine.save()
    text = page_of(as_requester, "/").text
    assert "Approved" not in text
    assert "Draft" in text


@pytest.mark.parametrize("state", SubmissionState.values)
def test_a_draft_says_where_its_submission_stands(
    as_requester: Client, requester: User, page_of: GetPage, state: str
) -> None:
    mine = draft(requester)
    review(mine, ReviewState.APPROVED)
    sent = submission(mine, state)
    page = page_of(as_requester, "/")
    assert "Approved" not in page.text
    finished = state in Submission.FINISHED
    assert ("On their way to Azure" in page.text) is not finished
    assert (f"/submissions/{sent.code}/" in page.addresses()) is (not finished or state == "failed")


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
    with django_assert_num_queries(8):
        as_reviewer.get("/")
    fill(PAGE_SIZE)
    with django_assert_num_queries(8):
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


@pytest.mark.parametrize(
    ("query", "search"),
    [
        ("", False),
        ("page=3", False),
        ("whose=all", False),
        ("q=web", True),
        ("q=web+rg", True),
        ("q=web&whose=all", True),
    ],
)
def test_no_list_of_drafts_reads_or_sorts_them_all(
    as_administrator: Client, administrator: User, query: str, search: bool
) -> None:
    """What a page costs then does not grow with the number of drafts."""
    for number in range(3):
        made = draft(administrator, f"web-{number}")
        searching.index(made)
    with CaptureQueriesContext(connection) as captured:
        assert as_administrator.get(f"/?{query}").status_code == 200
    lists = ('FROM "drafts_draft"', 'FROM "drafts_searchword"')
    asked = [
        entry["sql"] for entry in captured.captured_queries if any(part in entry["sql"] for part in lists)
    ]
    plans = []
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plans += [line[3] for line in cursor.fetchall()]
    # Walking an index in its order stops with the page; a plain scan and a sort do not.
    assert not [line for line in plans if line.startswith("SCAN drafts_") and "USING" not in line]
    assert not [line for line in plans if "TEMP B-TREE" in line]
    assert any("drafts_of_" in line for line in plans) is not search
    assert any("words_of_" in line for line in plans) is search


# --- Where they stand -------------------------------------------------------------------------------------------------


def of_each_standing(owner: User) -> dict[str, Draft]:
    """A draft for each place where one can stand, named after it."""
    made = {name: draft(owner, f"is-{name}") for name in STANDINGS}
    for state in (
        ReviewState.WAITING,
        ReviewState.CHANGES_REQUESTED,
        ReviewState.REJECTED,
        ReviewState.APPROVED,
    ):
        review(made[state.value], state)
    review(made["approval-ended"], ReviewState.REVOKED)
    submission(made["under-way"], SubmissionState.SENDING)
    for ended in ("needs-sign-in", "succeeded", "failed", "canceled", "unknown"):
        # The approval that it was sent with is there too, and says less.
        review(made[ended], ReviewState.APPROVED)
        submission(made[ended], ended)
    return made


@pytest.mark.parametrize("name", STANDINGS)
def test_drafts_by_where_they_stand(
    as_requester: Client, requester: User, page_of: GetPage, name: str
) -> None:
    made = of_each_standing(requester)
    again = draft(requester, f"also-{name}")
    if name != "draft":
        again.delete()
    page = page_of(as_requester, f"/?status={name}")
    # Submissions on their way have links of their own, above.
    shown = [
        each
        for each, url in page.links().items()
        if url.startswith("/drafts/") and each.startswith(("is-", "also-"))
    ]
    assert sorted(shown) == sorted([f"is-{name}", *(["also-draft"] if name == "draft" else [])])
    chip = next(each for each in page.all("a", class_="chip") if each.get("aria-current"))
    assert chip.get("href") == f"/?status={name}#drafts-title"
    assert text_of(chip) == f"{STANDINGS[name]} {len(shown)}"
    assert text_of(page.all("a", class_="chip")[0]) == f"All {len(made) + (name == 'draft')}"


def test_an_edit_makes_it_a_draft_again(as_requester: Client, requester: User, page_of: GetPage) -> None:
    mine = draft(requester)
    review(mine, ReviewState.APPROVED)
    mine.head = 2
    mine.save()
    assert "web-prod" in page_of(as_requester, "/?status=draft").links()
    page = page_of(as_requester, "/?status=approved")
    assert "web-prod" not in page.links()
    assert page.links()["Show all statuses"] == "/?#drafts-title"


def test_nothing_to_choose_where_all_stand_the_same(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft(requester)
    assert not page_of(as_requester, "/").all("a", class_="chip")
    # What is no status is not asked for.
    assert "web-prod" in page_of(as_requester, "/?status=%3Cb%3E").links()


def test_status_and_search_go_together(as_requester: Client, requester: User, page_of: GetPage) -> None:
    for name in ("web-one", "web-two", "api"):
        made = draft(requester, name)
        searching.index(made)
        if name != "web-two":
            review(made)
    page = page_of(as_requester, "/?q=web&status=waiting")
    assert {"web-one", "web-two", "api"} & page.links().keys() == {"web-one"}
    chips = [text_of(each) for each in page.all("a", class_="chip")]
    assert chips == ["All 2", "Draft 1", "In review 1"]
    assert page.all("input", name="status")[0].get("value") == "waiting"
    assert page.links()["Draft 1"] == "/?q=web&status=draft#drafts-title"


def test_pages_keep_the_status(as_requester: Client, requester: User, page_of: GetPage) -> None:
    for number in range(PAGE_SIZE + 1):
        review(draft(requester, f"web-{number}"))
    draft(requester, "other")
    page = page_of(as_requester, "/?status=waiting")
    assert page.links()["Next"] == "?status=waiting&page=2"
    assert "web-0" in page_of(as_requester, "/?status=waiting&page=2").links()


# --- What needs me ----------------------------------------------------------------------------------------------------


def turn(page: Page) -> dict[str, str]:
    """What is listed as the person's turn: words to address."""
    part = page.all("section", **{"aria-labelledby": "needs-title"})
    return {text_of(link): link.get("href", "") for link in part[0].iter("a")} if part else {}


def test_what_waits_for_me_is_listed_with_what_i_can_do(
    as_requester: Client, requester: User, as_stranger: Client, page_of: GetPage
) -> None:
    made = of_each_standing(requester)
    page = page_of(as_requester, "/")
    acts = {
        "needs-sign-in": "Sign in again",
        "failed": "See what went wrong",
        "unknown": "See what is known",
        "changes-requested": "See what to change",
        "rejected": "See what to change",
        "approval-ended": "Send for review",
        "approved": "Send to Azure",
    }
    assert list(acts) == list(NEEDS_OWNER)
    assert list(turn(page)) == [f"{act}: is-{name}" for name, act in acts.items()]
    assert turn(page)["Send to Azure: is-approved"] == f"/drafts/{made['approved'].code}/check/#submit-title"
    assert any(text_of(each).startswith("Home 7") for each in page.all("a", href="/"))
    assert not turn(page_of(as_stranger, "/"))


def test_the_words_of_the_reviewer_are_there(
    as_requester: Client, requester: User, reviewer: User, page_of: GetPage
) -> None:
    sent = review(draft(requester), ReviewState.CHANGES_REQUESTED)
    Decision.objects.create(
        review=sent, reviewer=reviewer, verdict="request-changes", reason="Four instances, please."
    )
    assert "“Four instances, please.”" in page_of(as_requester, "/").text


def test_drafts_of_one_name_are_told_apart(as_requester: Client, requester: User, page_of: GetPage) -> None:
    one, other, third = draft(requester), draft(requester), draft(requester, "alone")
    Draft.objects.filter(pk=one.pk).update(document={"location": "uksouth"})
    text = page_of(as_requester, "/").text
    assert "rg-shop · uksouth · changed" in text
    assert one.code in text
    assert other.code in text
    assert third.code not in text, "its name tells"
