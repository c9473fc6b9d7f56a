"""How an approval ends, and who never counts as an approver."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from pytest_django import Settings

from tests.conftest import GetPage
from tests.reviews.making import CUSTOM_DATA, approved, draft, edit, person, resealed, with_script
from tests.web.strict import text_of
from vmssbuilder import clock
from vmssbuilder.accounts import keyholders
from vmssbuilder.accounts.models import KeyHolder, Role, User
from vmssbuilder.audit.actions import record
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.access import access
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions, approvals, queries
from vmssbuilder.reviews.models import OpenedScript, Review
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db


def why(review: Review) -> str:
    doubt = approvals.doubt(Review.objects.get(pk=review.pk))
    return doubt.sentence if doubt is not None else ""


def test_who_approved_revokes_with_a_reason(requester: User, reviewer: User) -> None:
    of = draft(requester)
    review = approved(requester, reviewer, of)
    with pytest.raises(actions.ReviewRefused, match="Enter why"):
        actions.revoke(reviewer, review, "  ")
    assert queries.approval(of) is not None
    actions.revoke(reviewer, review, "The budget is gone.")
    assert queries.approval(of) is None
    ended = Review.objects.get()
    assert (ended.state, ended.revoked_by, ended.revoked_reason, ended.seal) == (
        "revoked",
        reviewer,
        "The budget is gone.",
        {},
    )
    assert Event.objects.get(what="review.revoked").details == {"review": review.pk, "revision": 1}
    with pytest.raises(actions.ReviewRefused, match="no approval any more"):
        actions.revoke(reviewer, review, "Twice.")


def test_another_reviewer_does_not_revoke_and_an_administrator_does(
    requester: User, reviewer: User, administrator: User
) -> None:
    review = approved(requester, reviewer, draft(requester))
    with pytest.raises(PermissionDenied):
        actions.revoke(person("rosa", Role.REVIEWER), review, "No.")
    actions.revoke(administrator, review, "No.")
    assert why(review) == "Ada Administrator revoked the approval."


def test_an_approval_expires(requester: User, reviewer: User) -> None:
    of = draft(requester)
    review = approved(requester, reviewer, of)
    assert review.counts_until is not None
    assert timedelta(days=29) < review.counts_until - clock.now() <= timedelta(days=30)
    resealed(review, counts_until=clock.now() - timedelta(seconds=1))
    assert "The approval expired on" in why(review)
    assert queries.approval(of) is None
    assert actions.request_review(requester, of, "Again, please", of.head).state == "waiting"


def _owner(of: Draft, reviewer: User) -> None:
    Draft.objects.filter(pk=of.pk).update(owner=reviewer)


def _no_reviewer(_of: Draft, reviewer: User) -> None:
    User.objects.filter(pk=reviewer.pk).update(role=Role.REQUESTER)


def _off(_of: Draft, reviewer: User) -> None:
    User.objects.filter(pk=reviewer.pk).update(is_active=False)


def _author(of: Draft, reviewer: User) -> None:
    of.revisions.update(author=reviewer)


def _password(of: Draft, reviewer: User) -> None:
    record(of.owner, "account.password-set", reviewer.username)


@pytest.mark.parametrize(
    ("change", "words", "to_them"),
    [
        (_owner, "owns the draft now", "your own request"),
        (_no_reviewer, "no reviewer any more", "Only reviewers"),
        (_off, "is switched off", "is switched off"),
        (_author, "edited the draft", "You edited"),
        (_password, "was changed during the review", "Your account was changed"),
    ],
)
def test_who_does_not_count_when_deciding_does_not_count_afterwards(
    requester: User, reviewer: User, change: Callable[[Draft, User], None], words: str, to_them: str
) -> None:
    of = draft(requester)
    review = actions.request_review(requester, of, "Please", of.head)
    other = approved(requester, reviewer, draft(requester, name="web-other"))
    assert actions.may_not_decide(reviewer, review) == ""
    change(of, reviewer)
    change(other.draft, reviewer)
    again = Review.objects.get(pk=review.pk)
    assert to_them in actions.may_not_decide(User.objects.get(pk=reviewer.pk), again)
    assert words in why(other)


def test_what_an_uninvolved_administrator_or_nobody_did_before_is_no_hindrance(
    requester: User, reviewer: User, administrator: User
) -> None:
    record(requester, "account.password-set", reviewer.username)
    of = draft(requester)
    review = actions.request_review(requester, of, "Please", of.head)
    record(administrator, "account.password-set", reviewer.username)
    assert actions.may_not_decide(reviewer, review) == ""


def test_who_edits_after_the_approval_still_gave_it(requester: User, reviewer: User) -> None:
    of = draft(requester)
    review = approved(requester, reviewer, of)
    edit(requester, of, "sku.capacity", 3)
    of.revisions.filter(number=2).update(author=reviewer)
    assert why(review) == ""


def test_pages_say_how_an_approval_ended(
    requester: User, reviewer: User, as_requester: Client, as_reviewer: Client, page_of: GetPage
) -> None:
    of = draft(requester)
    review = approved(requester, reviewer, of)
    check, detail = f"/drafts/{of.code}/check/", f"/reviews/{review.pk}/"
    assert "It counts until" in page_of(as_requester, check).text
    assert "Revoke the approval" not in page_of(as_requester, detail).text
    assert "Revoke the approval" in page_of(as_reviewer, detail, queries=30).text
    page = page_of(as_reviewer, f"{detail}revoke/", post={}, status=422, queries=30)
    assert "Enter why you revoke the approval." in page.text
    page = page_of(
        as_reviewer, f"{detail}revoke/", post={"revoke_reason": "Too large."}, follow=True, queries=40
    )
    assert "Nothing is sent by it any more" in page.text
    page = page_of(as_requester, check)
    bar = text_of(page.all("section", id="status-bar")[0])
    assert "Approval ended" in bar
    assert "It was revoked" in bar
    assert "Rolf Reviewer revoked the approval." in page.text
    assert "Too large." in page_of(as_requester, detail).text
    assert "Approval ended" in page_of(as_requester, "/").text


# --- what was sent ----------------------------------------------------------------------------------------------------


def sent_by(review: Review, state: str = "unknown") -> Submission:
    """As the row stands once Azure may have the request."""
    return Submission.objects.create(
        draft=review.draft,
        revision=review.revision,
        submitter=review.requested_by,
        approval=review,
        state=state,
        may_exist=True,
    )


def test_another_approval_of_the_same_revision_is_not_at_azure_with_it(
    requester: User, reviewer: User
) -> None:
    of = draft(requester)
    first = approved(requester, reviewer, of)
    sent_by(first)
    resealed(first, counts_until=clock.now() - timedelta(seconds=1))
    second = approved(requester, reviewer, of)
    assert second.revision == first.revision
    assert (queries.is_at_azure(first), queries.is_at_azure(second)) == (True, False)
    actions.revoke(reviewer, second, "Not once more.")
    with pytest.raises(actions.ReviewRefused, match="Azure has the request already"):
        actions.revoke(reviewer, first, "Too late.")
    assert Review.objects.get(pk=first.pk).state == "approved"


@pytest.mark.parametrize(
    ("state", "shown"),
    [("succeeded", "Approved"), ("unknown", "Approved"), ("failed", "Expired"), ("", "Expired")],
)
def test_an_approval_that_did_what_it_was_given_for_has_not_expired(
    requester: User, reviewer: User, as_reviewer: Client, page_of: GetPage, state: str, shown: str
) -> None:
    review = approved(requester, reviewer, draft(requester))
    if state:
        sent_by(review, state)
    resealed(review, counts_until=clock.now() - timedelta(seconds=1))
    item = page_of(as_reviewer, "/reviews/?show=decided").all("div", class_="list__end")[0]
    head = page_of(as_reviewer, f"/reviews/{review.pk}/").all("li", id="review-status")[0]
    assert (text_of(item), text_of(head)) == (shown, shown)


# --- what came in between ---------------------------------------------------------------------------------------------


def test_a_role_sealed_by_a_key_of_another_process_is_waited_for(
    requester: User, reviewer: User, settings: Settings
) -> None:
    of = draft(requester)
    review = actions.request_review(requester, of, "Please", of.head)
    keyholders.beat("web", "restarted")
    settings.VMSSBUILDER_SECRET_KEYS = [Fernet.generate_key().decode()]
    assert "Try again in a moment." in actions.may_not_decide(reviewer, review)
    KeyHolder.objects.all().delete()
    assert "was not given by this service" in actions.may_not_decide(reviewer, review)


def _decide(_: User, reviewer: User, review: Review) -> None:
    actions.decide(reviewer, review, "approve", "Fits.")


def _withdraw(requester: User, _: User, review: Review) -> None:
    actions.withdraw(requester, review)


def _close(requester: User, _: User, review: Review) -> None:
    opened = OpenedScript.objects.get()
    opened.review = review
    actions.close_script(requester, opened)


@pytest.mark.parametrize("act", [_decide, _withdraw, _close])
def test_whose_draft_it_is_is_asked_of_the_row_that_is_held(
    requester: User, reviewer: User, act: Callable[[User, User, Review], None]
) -> None:
    of = draft(requester, with_script())
    review = actions.request_review(requester, of, "Please", of.head, people=[reviewer.pk])
    actions.open_script(requester, review, CUSTOM_DATA)
    # The draft is handed to the reviewer once the action has looked at what its page read.
    stale = Review.objects.select_related("draft").get()
    Draft.objects.update(owner=reviewer)
    known = Event.objects.count()
    with pytest.raises((PermissionDenied, Http404)):
        act(requester, reviewer, stale)
    assert (Review.objects.get().state, Event.objects.count()) == ("waiting", known)
    assert OpenedScript.objects.get().closed is None


def test_who_lost_the_draft_meanwhile_revokes_nothing(requester: User, reviewer: User) -> None:
    review = approved(requester, reviewer, draft(requester))
    access(reviewer, review.draft)
    reviewer.give(Role.REQUESTER)
    reviewer.save()
    with pytest.raises(Http404):
        actions.revoke(reviewer, review, "Too early.")
    assert Review.objects.get().state == "approved"
