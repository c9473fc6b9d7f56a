from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from tests.reviews.making import approved, document, draft, edit, person
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions, queries
from vmssbuilder.reviews.models import Decision, Review

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    return person("rita")


@pytest.fixture
def rolf() -> User:
    return person("rolf", Role.REVIEWER)


def with_overridable_error() -> dict[str, object]:
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    return wanted


def sent(owner: User, of: Draft) -> Review:
    return actions.request_review(owner, of, "Please look", of.head)


# --- sending ----------------------------------------------------------------------------------------------------------


def test_a_sound_draft_is_sent_for_review(rita: User) -> None:
    of = draft(rita)
    review = sent(rita, of)
    assert (review.state, review.note, review.revision.number) == ("waiting", "Please look", of.head)
    assert queries.state_of(of).waiting
    assert Event.objects.filter(what="review.requested", about=of.code, actor=rita).count() == 1


def test_an_error_that_cannot_be_overridden_stands_in_the_way_and_is_named(rita: User) -> None:
    wanted = document()
    wanted["sku"]["capacity"] = 5000
    with pytest.raises(actions.ReviewRefused) as refused:
        actions.request_review(rita, draft(rita, wanted), "", 1, {"sku-tier-consistent:sku.tier": "I insist"})
    assert any("1,000 instances" in message for _field, message in refused.value.problems)
    assert not Review.objects.exists()


TIER = "sku-tier-consistent:sku.tier"


def test_an_error_that_can_be_overridden_needs_a_reason(rita: User) -> None:
    of = draft(rita, with_overridable_error())
    with pytest.raises(actions.ReviewRefused) as refused:
        actions.request_review(rita, of, "", of.head, {TIER: "  "})
    assert [field for field, _message in refused.value.problems] == ["override-1"]
    review = actions.request_review(rita, of, "", of.head, {TIER: "Azure took it last week."})
    [kept] = review.overrides
    assert (kept["rule"], kept["where"]) == ("sku-tier-consistent", "sku.tier")
    assert kept["reason"] == "Azure took it last week."
    assert "Basic" in kept["message"]
    event = Event.objects.get(what="review.requested")
    assert event.details["overridden"] == ["sku-tier-consistent"]


def test_a_reason_without_errors_is_not_kept(rita: User) -> None:
    of = draft(rita)
    assert actions.request_review(rita, of, "", of.head, {TIER: "No need"}).overrides == []


def test_only_the_owner_sends(rita: User, rolf: User) -> None:
    of = draft(rita)
    with pytest.raises(Http404):
        sent(rolf, of)
    with pytest.raises(PermissionDenied):
        sent(person("ada", Role.ADMINISTRATOR), of)
    assert not Review.objects.exists()


def test_what_was_edited_meanwhile_is_not_sent(rita: User) -> None:
    of = draft(rita)
    edit(rita, of, "sku.capacity", 3)
    with pytest.raises(actions.ReviewRefused) as refused:
        actions.request_review(rita, of, "", 1)
    assert refused.value.moved_on


def test_a_revision_waits_only_once(rita: User) -> None:
    of = draft(rita)
    review = sent(rita, of)
    with pytest.raises(actions.ReviewRefused, match="waiting for review already"):
        sent(rita, of)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(draft=of, revision=review.revision, requested_by=rita)


def test_an_approved_revision_is_not_sent_again(rita: User, rolf: User) -> None:
    of = draft(rita)
    approved(rita, rolf, of)
    with pytest.raises(actions.ReviewRefused, match="approved already"):
        sent(rita, of)


@pytest.mark.parametrize("verdict", ["request-changes", "reject"])
def test_what_was_not_approved_can_be_sent_again_as_it_is(rita: User, rolf: User, verdict: str) -> None:
    of = draft(rita)
    actions.decide(rolf, sent(rita, of), verdict, "Say why you need it.")
    assert sent(rita, of).state == "waiting"


def test_sending_a_new_revision_takes_the_old_one_out_of_the_queue(rita: User, rolf: User) -> None:
    of = draft(rita)
    first = sent(rita, of)
    of = edit(rita, of, "sku.capacity", 3)
    second = sent(rita, of)
    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert list(queries.queue(rolf, "waiting")) == [second]


def test_sending_a_new_revision_leaves_what_was_decided_about_earlier_ones(rita: User, rolf: User) -> None:
    of = draft(rita)
    first = approved(rita, rolf, of)
    second = sent(rita, edit(rita, of, "sku.capacity", 3))
    assert dict(Review.objects.values_list("pk", "state")) == {first.pk: "approved", second.pk: "waiting"}


# --- deciding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("approve", "approved"), ("request-changes", "changes-requested"), ("reject", "rejected")],
)
def test_a_reviewer_decides(rita: User, rolf: User, verdict: str, state: str) -> None:
    of = draft(rita)
    review = sent(rita, of)
    decision = actions.decide(rolf, review, verdict, " Because. ")
    review.refresh_from_db()
    assert (review.state, decision.reason, decision.reviewer) == (state, "Because.", rolf)
    assert (queries.approval(of) is not None) == (verdict == "approve")
    assert Event.objects.filter(what=f"review.{state}", about=of.code, actor=rolf).count() == 1


def test_the_owner_cannot_decide_even_as_a_reviewer(rolf: User) -> None:
    review = sent(rolf, draft(rolf))
    with pytest.raises(PermissionDenied, match="your own request"):
        actions.decide(rolf, review, "approve", "Mine is fine")


def test_an_administrator_cannot_approve_their_own_work(rita: User) -> None:
    ada = person("ada", Role.ADMINISTRATOR)
    review = sent(ada, draft(ada))
    with pytest.raises(PermissionDenied):
        actions.decide(ada, review, "approve", "Mine is fine")


def test_whoever_saved_a_revision_cannot_decide(rita: User, rolf: User) -> None:
    of = draft(rita)
    # As an editor by link would: the author of an earlier revision, though not the owner.
    of.revisions.filter(number=1).update(author=rolf)
    of = edit(rita, of, "sku.capacity", 3)
    review = sent(rita, of)
    with pytest.raises(PermissionDenied, match="You edited this draft"):
        actions.decide(rolf, review, "approve", "Half mine")
    assert not Decision.objects.exists()


def test_a_requester_cannot_decide(rita: User) -> None:
    review = sent(rita, draft(rita))
    with pytest.raises((PermissionDenied, Http404)):
        actions.decide(person("sam"), review, "approve", "Why not")
    assert not Decision.objects.exists()


def test_a_decision_needs_a_choice_and_a_reason(rita: User, rolf: User) -> None:
    review = sent(rita, draft(rita))
    with pytest.raises(actions.ReviewRefused) as refused:
        actions.decide(rolf, review, "maybe", "  \n ")
    assert [field for field, _message in refused.value.problems] == ["verdict", "reason"]


def test_an_outdated_request_cannot_be_approved(rita: User, rolf: User) -> None:
    of = draft(rita)
    review = sent(rita, of)
    edit(rita, of, "sku.capacity", 3)
    # The reviewer's page still holds the review as it was before the edit.
    with pytest.raises(actions.ReviewRefused, match="edited since") as refused:
        actions.decide(rolf, review, "approve", "Looks right")
    assert refused.value.moved_on
    assert not Decision.objects.exists()


def test_a_review_is_decided_once(rita: User, rolf: User) -> None:
    review = sent(rita, draft(rita))
    actions.decide(rolf, review, "reject", "No")
    with pytest.raises(actions.ReviewRefused, match="not waiting"):
        actions.decide(person("rosa", Role.REVIEWER), review, "approve", "Yes")
    assert Decision.objects.count() == 1


def test_an_edit_voids_the_approval_and_says_so(rita: User, rolf: User) -> None:
    of = draft(rita)
    approved(rita, rolf, of)
    assert queries.approval(of) is not None
    of = edit(rita, of, "sku.capacity", 3)
    assert queries.approval(of) is None
    state = queries.state_of(of)
    assert (state.approved, state.outdated, state.sendable) == (False, True, True)


def test_a_later_rejection_of_the_same_revision_counts_over_an_earlier_approval(
    rita: User, rolf: User
) -> None:
    of = draft(rita)
    review = approved(rita, rolf, of)
    Review.objects.create(draft=of, revision=review.revision, requested_by=rita, state="rejected")
    assert queries.approval(of) is None


# --- withdrawing ------------------------------------------------------------------------------------------------------


def test_the_owner_withdraws_a_waiting_request(rita: User, rolf: User) -> None:
    of = draft(rita)
    review = sent(rita, of)
    with pytest.raises(PermissionDenied):
        actions.withdraw(rolf, review)
    actions.withdraw(rita, review)
    with pytest.raises(actions.ReviewRefused):
        actions.withdraw(rita, review)
    with pytest.raises(actions.ReviewRefused):
        actions.decide(rolf, review, "approve", "Too late")
    assert queries.state_of(of).sendable


# --- the queue --------------------------------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_what_is_over(rita: User, rolf: User) -> None:
    waiting = sent(rita, draft(rita))
    outdated_draft = draft(rita)
    outdated = sent(rita, outdated_draft)
    edit(rita, outdated_draft, "sku.capacity", 3)
    decided = approved(rita, rolf, draft(rita))
    own = sent(rolf, draft(rolf))
    assert list(queries.queue(rolf, "waiting")) == [waiting, own]
    assert list(queries.queue(rolf, "decided")) == [decided, outdated]
    assert list(queries.waiting_for(rolf)) == [waiting]
    assert list(queries.queue(rita, "waiting")) == [waiting]
    assert list(queries.queue(person("sam"), "waiting")) == []
    assert list(queries.waiting_for(rita)) == []


def test_reviews_of_what_was_discarded_are_shown_to_nobody(rita: User, rolf: User) -> None:
    of = draft(rita)
    approved(rita, rolf, of)
    editing.discard(rita, Draft.objects.get())
    for somebody in (rita, rolf):
        assert not queries.visible(somebody).exists()
        assert not queries.queue(somebody, "decided").exists()
