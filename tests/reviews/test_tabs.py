"""What the page of a review shows as new, and what was said of the draft before."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import GetPage, signed_in
from tests.reviews.making import approved, draft, edit, person, with_commands
from tests.web.strict import text_of
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.comments import actions as commenting
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions, tabs
from vmssbuilder.reviews.models import Review, ReviewLook

MOST_BYTES: Final = 14_000
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


def ask(owner: User, of: Draft) -> Review:
    return actions.request_review(owner, of, "", of.head)


def address(review: Review, show: str = "") -> str:
    return f"/reviews/{review.pk}/" + (f"?show={show}" if show else "")


def test_a_second_review_shows_what_changed_since_ones_own_look(
    rita: User, rolf: User, ruth: User, page_of: GetPage
) -> None:
    of = draft(rita)
    first = ask(rita, of)
    seen = page_of(signed_in(rolf), address(first))
    assert "Since" not in seen.text
    assert "2 Windows instances" in seen.text
    actions.decide(rolf, first, "request-changes", "Three instances, please.")
    second = ask(rita, edit(rita, of, "sku.capacity", 3))
    for _again in range(2):
        page = page_of(signed_in(rolf), address(second), queries=25)
        assert "1 change since revision 1" in page.text
        assert "You looked at revision 1" in page.text
        assert "Instance count Changed 2 3" in page.text
        assert "Computer name prefix" not in page.text
    assert "nic-web" in page_of(signed_in(rolf), address(second, "values"), queries=25).text
    assert '"nic-web"' in page_of(signed_in(rolf), address(second, "sent"), queries=25).text
    # Who sees the draft for the first time has no other revision to compare with.
    for somebody in (ruth, rita):
        page = page_of(signed_in(somebody), address(second), queries=25)
        assert "At a glance" in page.text
        assert "Since" not in page.text


def test_a_look_is_one_row_for_each_revision_of_who_may_decide(rita: User, rolf: User) -> None:
    of = draft(rita)
    review = ask(rita, of)
    for client in (signed_in(rita), signed_in(rolf), signed_in(rolf)):
        client.get(address(review))
        client.head(address(review))
    assert list(ReviewLook.objects.values_list("user", "revision")) == [(rolf.pk, 1)]
    tabs.looked(review, rolf)
    actions.decide(rolf, review, "approve", "")
    signed_in(person("ruth", Role.REVIEWER)).get(address(review))
    assert ReviewLook.objects.count() == 1, "what is decided is nothing to decide about"


def test_since_the_last_approval_even_where_that_counts_no_more(
    rita: User, rolf: User, ruth: User, page_of: GetPage
) -> None:
    of = draft(rita)
    actions.revoke(rolf, approved(rita, rolf, of), "The budget is cut.")
    edit(rita, of, "sku.capacity", 3)
    secret = edit(rita, of, "properties.virtualMachineProfile.osProfile.adminPassword", "Canary-8-Other")
    review = ask(rita, secret)
    page = page_of(signed_in(ruth), address(review), queries=25)
    assert "2 changes since revision 1" in page.text
    assert "Rolf approved revision 1" in page.text
    assert "Secret changed" in page.text
    assert "Canary" not in page.html
    # With the words of then.
    assert "Earlier decisions" in page.text
    assert "Fits the plan." in page.text
    assert "The budget is cut." in page.text


def test_an_unknown_way_to_look_is_the_first_one(rita: User, rolf: User, page_of: GetPage) -> None:
    review = ask(rita, draft(rita))
    for show in ("look", "<x>"):
        [current] = page_of(signed_in(rolf), address(review, show)).all("a", **{"aria-current": "page"})[-1:]
        assert text_of(current) == "At a glance"


def test_comments_stand_on_the_page_and_can_be_answered_there(
    rita: User, rolf: User, page_of: GetPage
) -> None:
    of = draft(rita)
    review = ask(rita, of)
    commenting.begin(rolf, of, of.head, "sku.capacity", "Is this enough?")
    page = page_of(signed_in(rolf), address(review), queries=25)
    assert "Is this enough?" in page.text
    assert page.all("textarea", name="text")


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_queries_do_not_grow_with_what_was_said_before(rita: User, rolf: User) -> None:
    of = draft(rita)
    client = signed_in(rolf)

    def another_round(number: int) -> Review:
        review = ask(rita, edit(rita, of, "sku.capacity", 10 + number))
        client.get(address(review))
        actions.decide(rolf, review, "request-changes" if number % 2 else "approve", f"No. {number}")
        return ask(rita, edit(rita, of, "sku.capacity", 40 + number))

    few = queries_of(client, address(another_round(1)))
    last: Any = None
    for number in range(2, 12):
        last = another_round(number)
    assert queries_of(client, address(last)) == few
    text = client.get(address(last)).content.decode()
    assert text.count("No. ") == tabs.EARLIER_SHOWN


@pytest.mark.parametrize("show", ["", "glance", "values", "sent"])
def test_the_page_is_light(show: str, rita: User, rolf: User) -> None:
    of = draft(rita, with_commands())
    actions.decide(rolf, ask(rita, of), "request-changes", "More of them. " * 20)
    review = ask(rita, edit(rita, of, "sku.capacity", 3))
    page = signed_in(rolf).get(address(review, show), headers={"accept-encoding": "br"})
    assert page.headers["Content-Encoding"] == "br"
    assert len(page.content) <= MOST_BYTES
