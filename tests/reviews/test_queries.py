"""Where a draft stands with its reviewers, who sees which reviews, and what an error that is let through leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.reviews.making import approved, document, draft, edit, person, resealed
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions, overrides, queries
from vmssbuilder.reviews.models import Decision, Review, ReviewState
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.status import queries as standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    return person("rita")


@pytest.fixture
def rolf() -> User:
    return person("rolf", Role.REVIEWER)


def sent(owner: User, of: Draft) -> Review:
    return actions.request_review(owner, of, "Please look", of.head)


# --- where it stands --------------------------------------------------------------------------------------------------

STANDS = {
    # outdated, voided, waiting, approved, sendable: as it is, then after an edit
    "waiting": ((False, False, True, False, False), (True, False, False, False, True)),
    "approved": ((False, False, False, True, False), (True, False, False, False, True)),
    "changes-requested": ((False, False, False, False, True), (True, False, False, False, True)),
    "rejected": ((False, False, False, False, True), (True, False, False, False, True)),
    "withdrawn": ((False, False, False, False, True), (False, False, False, False, True)),
    "revoked": ((False, True, False, False, True), (True, False, False, False, True)),
}


def test_each_state_is_here() -> None:
    assert set(STANDS) == set(ReviewState.values)


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize("state", STANDS)
def test_a_draft_stands_where_its_newest_review_says(
    rita: User, rolf: User, state: str, decided: bool, edited: bool
) -> None:
    of = draft(rita)
    first, review = sent(rita, of), None
    actions.withdraw(rita, first)
    review = sent(rita, of)
    decision = None
    if decided:
        for _ in range(2):
            decision = Decision.objects.create(
                review=review, reviewer=rolf, verdict="approve", reason="Fits."
            )
    resealed(review, state=state, counts_until=timezone.now() + timedelta(days=1))
    if edited:
        of = edit(rita, of, "sku.capacity", 3)
    stands = queries.state_of(of)
    assert (stands.review, stands.decision) == (review, decision)
    outdated, voided, *others = STANDS[state][edited]
    found = [stands.outdated, stands.voided, stands.waiting, stands.approved, stands.sendable]
    assert found == [outdated, voided, *others]
    counts = state == "approved" and not edited
    assert queries.approval(of) == (review if counts else None)


@pytest.mark.parametrize(
    "until", [timedelta(seconds=-1), None], ids=["expired", "from before there was an end"]
)
def test_an_approval_whose_time_is_over_can_be_asked_for_again(
    rita: User, rolf: User, client: Client, until: timedelta | None
) -> None:
    of = draft(rita)
    review = approved(rita, rolf, of)
    if until is None:
        Review.objects.update(counts_until=None, seal={})
    else:
        resealed(review, counts_until=timezone.now() + until)
    stands = queries.state_of(of)
    assert (stands.voided, stands.approved, stands.sendable) == (True, False, True)
    assert standing.of(Draft.objects.get(), rita).name == "approval-ended"
    client.force_login(rita)
    page = client.get(f"/drafts/{of.code}/check/").content.decode()
    assert "Send for review" in page
    assert "no longer" in page
    assert sent(rita, of).state == "waiting"


def test_a_draft_that_was_never_sent_stands_nowhere(rita: User) -> None:
    of = draft(rita)
    sent(rita, draft(rita, name="web-beside"))
    stands = queries.state_of(of)
    assert stands == queries.DraftReview(None, None)
    assert (stands.outdated, stands.voided, stands.waiting, stands.approved, stands.sendable) == (
        False,
        False,
        False,
        False,
        True,
    )
    assert queries.approval(of) is None


def test_where_a_draft_stands_is_read_at_once(
    rita: User, rolf: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    of = draft(rita)
    approved(rita, rolf, of)
    # The review and its decision; then whether Azure has it, and whether the approval counts.
    with django_assert_num_queries(10):
        stands = queries.state_of(of)
        assert stands.review is not None
        assert stands.decision is not None
        assert (stands.approved, stands.review.revision.number, stands.decision.reviewer) == (True, 1, rolf)
    # The review; the clock; who approved it and whether they may; and what the seal covers.
    with django_assert_num_queries(7):
        review = queries.approval(of)
        assert review is not None
        assert review.revision.number == 1


# --- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_of_reviews_reads_no_documents_and_no_row_twice(
    rita: User, rolf: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = sent(rita, draft(rita)), sent(rita, draft(rita, name="web-2"))
    decided = [approved(rita, rolf, draft(rita, name=name)) for name in ("web-3", "web-4")]
    with django_assert_num_queries(1):
        listed = list(queries.queue(rolf, "waiting"))
        assert [each.pk for each in listed] == [first.pk, second.pk], "the oldest first"
        assert [(str(each.draft), each.draft.owner, each.requested_by, each.revision.number) for each in listed] == [
            ("web-prod", rita, rita, 1),
            ("web-2", rita, rita, 1),
        ]  # fmt: skip
    assert [each.pk for each in queries.queue(rolf, "decided")] == [decided[1].pk, decided[0].pk], (
        "the newest first"
    )
    assert {"note", "overrides"} <= listed[0].get_deferred_fields()
    assert "document" in listed[0].draft.get_deferred_fields()
    assert "document" in listed[0].revision.get_deferred_fields()
    with django_assert_num_queries(3):
        [one, _] = queries.with_decisions(Review.objects.filter(state="approved").order_by("pk"))
        assert [each.reviewer for each in one.decisions.all()] == [rolf]
        assert (one.draft.owner, one.revision.number, one.requested_by) == (rita, 1, rita)


def test_nobody_is_asked_to_decide_about_their_own_work(
    rita: User, rolf: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada = person("ada", Role.ADMINISTRATOR)
    own, of = sent(rolf, draft(rolf)), draft(rita)
    edited = sent(rita, of)
    of.revisions.update(author=rolf)
    waiting = sent(rita, draft(rita, name="web-2"))
    assert [each.pk for each in queries.waiting_for(rolf)] == [waiting.pk]
    assert [each.pk for each in queries.waiting_for(ada)] == [own.pk, edited.pk, waiting.pk]
    Draft.objects.filter(pk=waiting.draft_id).update(owner=rolf)
    assert not queries.waiting_for(rolf).exists(), "an owner need not have edited it"
    with django_assert_num_queries(0):
        assert not queries.waiting_for(rita).exists()


# --- asking for it ----------------------------------------------------------------------------------------------------


def test_a_request_for_a_review_holds_what_was_asked(rita: User) -> None:
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    of = draft(rita, wanted)
    [finding] = overrides.asked(check_content(of))
    reasons = {overrides.named(finding.finding): "  It worked last week. "}
    review = Review.objects.get(pk=actions.request_review(rita, of, "  Please \n", 1, reasons).pk)
    assert (review.note, review.requested_by, review.revision.number) == ("Please", rita, 1)
    assert review.overrides == [finding.kept | {"reason": "It worked last week."}]
    event = Event.objects.get(what="review.requested")
    assert event.details == {"review": review.pk, "revision": 1, "overridden": [finding.finding.rule]}


@pytest.mark.parametrize("over", [0, 1])
def test_texts_have_a_length(rita: User, rolf: User, over: int) -> None:
    assert actions.LONGEST_TEXT == 5_000
    of, text = draft(rita), "x" * (5_000 + over)
    described = "Shorten the text to 5,000 characters; it has 5,001."
    if over:
        with pytest.raises(actions.ReviewRefused) as refused:
            actions.request_review(rita, of, text, 1)
        assert (refused.value.problems, refused.value.moved_on) == ((("note", described),), False)
        review = sent(rita, of)
        with pytest.raises(actions.ReviewRefused) as refused:
            actions.decide(rolf, review, "approve", text)
        assert refused.value.problems == (("reason", described),)
    else:
        actions.decide(rolf, actions.request_review(rita, of, text, 1), "approve", text)


def test_a_reason_has_a_length_too(rita: User) -> None:
    wanted = document()
    wanted["sku"]["tier"] = "Basic"
    of = draft(rita, wanted)
    [asked] = overrides.asked(check_content(of))
    with pytest.raises(actions.ReviewRefused) as refused:
        actions.request_review(rita, of, "", 1, {overrides.named(asked.finding): "x" * 5_001})
    assert [field for field, _ in refused.value.problems] == [asked.id]
    with pytest.raises(actions.ReviewRefused) as refused:
        actions.request_review(rita, of, "", 1)
    assert refused.value.problems == (
        (asked.id, f"Enter why to send it despite this error: {asked.finding.message}"),
    )
    assert str(refused.value) == refused.value.problems[0][1]


def test_reasons_are_asked_for_once_nothing_else_stands_in_the_way(rita: User) -> None:
    wanted = document()
    wanted["sku"] |= {"tier": "Basic", "capacity": 5000}
    with pytest.raises(actions.ReviewRefused) as refused:
        actions.request_review(rita, draft(rita, wanted), "", 1)
    assert {field for field, _ in refused.value.problems} == {""}
    assert refused.value.moved_on is False


@pytest.mark.parametrize(
    ("before", "refusal"),
    [
        ("waiting", "This revision is waiting for review already."),
        ("approved", "This revision is approved already."),
        ("rejected", None),
        ("changes-requested", None),
        ("withdrawn", None),
    ],
)
def test_a_revision_is_sent_again_where_no_review_of_it_counts(
    rita: User, rolf: User, before: str, refusal: str | None
) -> None:
    of = draft(rita)
    first, other = sent(rita, of), sent(rita, draft(rita, name="web-beside"))
    resealed(first, state=before, counts_until=timezone.now() + timedelta(days=1))
    if refusal is None:
        assert sent(rita, of).state == "waiting"
    else:
        with pytest.raises(actions.ReviewRefused) as refused:
            sent(rita, of)
        assert (str(refused.value), refused.value.moved_on) == (refusal, True)
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.state, other.state) == (before, "waiting")


# --- deciding and taking back -----------------------------------------------------------------------------------------


def test_why_somebody_may_not_decide_is_said(rita: User, rolf: User) -> None:
    rosa = person("rosa", Role.REVIEWER)
    of = draft(rita)
    review = sent(rita, of)
    Review.objects.update(requested_by=rosa)
    review.refresh_from_db()
    of.revisions.update(author=rolf)
    own = "This is your own request. Someone else has to decide about it."
    described = {
        rita: "Only reviewers decide about requests.",
        rosa: own,
        rolf: "You edited this draft. Someone else has to decide about it.",
        person("ada", Role.ADMINISTRATOR): "",
    }
    assert {user: actions.may_not_decide(user, review) for user in described} == described
    User.objects.filter(pk=rita.pk).update(role=Role.REVIEWER)
    assert actions.may_not_decide(User.objects.get(pk=rita.pk), review) == own


@pytest.mark.parametrize(
    ("verdict", "reason", "problems"),
    [
        ("maybe", "Fits.", {"verdict": "Choose what you decide."}),
        ("reject", " \n", {"reason": "Enter the reason for your decision."}),
    ],
)
def test_what_is_missing_of_a_decision_is_said_at_its_field(
    rita: User, rolf: User, verdict: str, reason: str, problems: dict[str, str]
) -> None:
    with pytest.raises(actions.ReviewRefused) as refused:
        actions.decide(rolf, sent(rita, draft(rita)), verdict, reason)
    assert (dict(refused.value.problems), refused.value.moved_on) == (problems, False)


def test_a_decision_is_recorded_with_its_revision(rita: User, rolf: User) -> None:
    of = edit(rita, draft(rita), "sku.capacity", 3)
    review, other = sent(rita, of), sent(rita, draft(rita, name="web-beside"))
    decision = actions.decide(rolf, review, "reject", " No. ")
    row = Decision.objects.get()
    assert (row, row.review, row.reviewer, row.verdict, row.reason) == (
        decision,
        review,
        rolf,
        "reject",
        "No.",
    )
    assert Event.objects.get(what="review.rejected").details == {"review": review.pk, "revision": 2}
    other.refresh_from_db()
    assert other.state == "waiting"


@pytest.mark.parametrize("state", ["approved", "rejected", "changes-requested", "withdrawn"])
def test_what_does_not_wait_is_neither_decided_nor_withdrawn(rita: User, rolf: User, state: str) -> None:
    review = sent(rita, draft(rita))
    Review.objects.update(state=state)
    for act in (
        lambda: actions.decide(rolf, review, "approve", "Fits."),
        lambda: actions.withdraw(rita, review),
    ):
        with pytest.raises(actions.ReviewRefused, match="not waiting for a decision any more") as refused:
            act()
        assert refused.value.moved_on
    assert Review.objects.get().state == state


def test_withdrawing_is_recorded(rita: User) -> None:
    review = sent(rita, draft(rita))
    actions.withdraw(rita, review)
    assert Event.objects.get(what="review.withdrawn").details == {"review": review.pk}


def test_what_an_account_approved_is_voided_where_it_counts(rita: User, rolf: User) -> None:
    ada, rosa = person("ada", Role.ADMINISTRATOR), person("rosa", Role.REVIEWER)
    counts = [approved(rita, rolf, draft(rita, name=f"web-{number}")) for number in range(2)]
    of = draft(rita)
    outdated = approved(rita, rolf, of)
    edit(rita, of, "sku.capacity", 3)
    rejected = sent(rita, draft(rita))
    actions.decide(rolf, rejected, "reject", "No.")
    theirs = approved(rita, rosa, draft(rita))
    # Rolf said no to what Rosa approved later.
    both = approved(rita, rosa, draft(rita))
    Decision.objects.create(review=both, reviewer=rolf, verdict="reject", reason="No.")
    assert actions.void_approvals(ada, rolf) == 2
    states = dict(Review.objects.values_list("pk", "state"))
    assert {states[each.pk] for each in counts} == {"revoked"}
    assert [states[each.pk] for each in (outdated, rejected, theirs, both)] == [
        "approved",
        "rejected",
        "approved",
        "approved",
    ]
    events = Event.objects.filter(what="review.voided").order_by("-pk")
    assert [(each.actor, each.details) for each in events] == [
        (ada, {"review": each.pk, "revision": 1, "reviewer": "rolf"}) for each in counts
    ]
    assert actions.void_approvals(ada, rolf) == 0


def test_what_is_approved_while_the_drafts_are_locked_is_left_alone(rita: User, rolf: User) -> None:
    """It would be voided although nobody holds its draft."""
    ada = person("ada", Role.ADMINISTRATOR)
    first = approved(rita, rolf, draft(rita))
    second = sent(rita, draft(rita, name="web-2"))
    Decision.objects.create(review=second, reviewer=rolf, verdict="approve", reason="Fits.")
    looked: list[str] = []

    def approve(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        answer = execute(sql, *more)
        if sql.startswith("SELECT") and not looked:
            looked.append(sql)
            Review.objects.filter(pk=second.pk).update(state="approved")
        return answer

    with connection.execute_wrapper(approve):
        assert actions.void_approvals(ada, rolf) == 1
    assert dict(Review.objects.values_list("pk", "state")) == {first.pk: "revoked", second.pk: "approved"}


# --- errors that are let through --------------------------------------------------------------------------------------

LET_THROUGH = Finding("sku-tier-consistent", "error", ("sku", "tier"), "It does not fit.", confidence="C")
FIRM = replace(LET_THROUGH, rule="firm", confidence="A")


def test_each_error_that_may_be_let_through_is_asked_about() -> None:
    other = replace(LET_THROUGH, path=("sku", "name"))
    assert (LET_THROUGH.overridable, FIRM.overridable) == (True, False)
    reasons = {"sku-tier-consistent:sku.name": "  Because. ", "firm:sku.tier": "No."}
    asked = overrides.asked([FIRM, LET_THROUGH, other], reasons)
    assert asked == [
        overrides.Override(LET_THROUGH, "override-1", ""),
        overrides.Override(other, "override-2", "Because."),
    ]
    assert [each.reason for each in overrides.asked([LET_THROUGH])] == [""]
    assert asked[1].name == "override:sku-tier-consistent:sku.name"
    assert asked[1].kept == {
        "rule": "sku-tier-consistent",
        "where": "sku.name",
        "message": "It does not fit.",
        "reason": "Because.",
    }


@pytest.mark.parametrize(("number", "more"), [(100, False), (101, True)])
def test_who_has_too_many_errors_fixes_some_first(number: int, more: bool) -> None:
    found = [LET_THROUGH] * number
    assert overrides.too_many([FIRM], found) == ([FIRM, *found] if more else [FIRM])
