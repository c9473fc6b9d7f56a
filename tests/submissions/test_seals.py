"""Whoever writes to the database past the product gets nothing sent that was not approved, and it is said what differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from tests.reviews.making import approved, draft, edit
from tests.submissions.conftest import drive, step
from vmssbuilder.accounts.models import Role, User
from vmssbuilder.audit.models import Event
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews import actions as reviewing
from vmssbuilder.reviews import approvals
from vmssbuilder.reviews.approvers import may_not_decide
from vmssbuilder.reviews.models import Decision, Review
from vmssbuilder.reviews.queries import approval
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import actions, leases, permits, transitions
from vmssbuilder.submissions.models import Submission

pytestmark = pytest.mark.django_db

Approve = Callable[..., Draft]
Submit = Callable[..., Submission]


def sql(statement: str, *values: Any) -> None:
    """What somebody does who can write to the database, and knows no key."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount == 1, statement


def other_document(of: Draft, capacity: int = 90) -> str:
    return json.dumps(of.document | {"sku": of.document["sku"] | {"capacity": capacity}})


def _revision(of: Draft, assignment: str, *values: Any) -> None:
    where = "draft_id = %s AND number = %s"
    sql(f"UPDATE drafts_revision SET {assignment} WHERE {where}", *values, of.pk, of.head)  # noqa: S608 - our words


def _review(of: Draft, assignment: str, *values: Any) -> None:
    where = "draft_id = %s"
    sql(f"UPDATE reviews_review SET {assignment} WHERE {where}", *values, of.pk)  # noqa: S608 - our words


def _approver(of: Draft) -> None:
    other = User.objects.create_user("mallory", role="Reviewer")
    review = Review.objects.get(draft=of)
    sql("UPDATE reviews_decision SET reviewer_id = %s WHERE review_id = %s", other.pk, review.pk)


def _another_approver(of: Draft) -> None:
    other = User.objects.create_user("mallory", role="Reviewer")
    sql(
        "INSERT INTO reviews_decision (review_id, reviewer_id, verdict, reason, at)"
        " SELECT d.review_id, %s, d.verdict, d.reason, d.at FROM reviews_decision d"
        " JOIN reviews_review r ON r.id = d.review_id WHERE r.draft_id = %s",
        other.pk,
        of.pk,
    )


def _identity(of: Draft) -> None:
    reviewer = Decision.objects.get(review__draft=of).reviewer
    sql("UPDATE accounts_user SET object_id = %s WHERE id = %s", "somebody-else", reviewer.pk)


def _role(of: Draft) -> None:
    reviewer = Decision.objects.get(review__draft=of).reviewer
    sql("UPDATE accounts_user SET role = 'Administrator' WHERE id = %s", reviewer.pk)


def _longer(of: Draft) -> None:
    _review(of, "counts_until = %s", "2099-01-01 00:00:00+00:00")


def _both_documents(of: Draft) -> None:
    _revision(of, "document = %s", other_document(of))
    sql("UPDATE drafts_draft SET document = %s WHERE id = %s", other_document(of), of.pk)


@dataclass(frozen=True, slots=True)
class Tampering:
    """Something that was changed past the product. words: of what differs."""

    name: str
    do: Callable[[Draft], None]
    part: str
    words: str

    def __str__(self) -> str:
        return self.name


TAMPERING = [
    Tampering("document", lambda of: _revision(of, "document = %s", other_document(of)), "document", "the document"),
    Tampering("both documents", _both_documents, "document", "the document"),
    Tampering(
        "draft alone",
        lambda of: sql("UPDATE drafts_draft SET document = %s WHERE id = %s", other_document(of), of.pk),
        "draft",
        "the draft's own copy",
    ),
    Tampering("name", lambda of: _revision(of, "name = 'other'"), "target", "where the scale set is"),
    Tampering("group", lambda of: _revision(of, "resource_group = 'other'"), "target", "where the scale set is"),
    Tampering("operation", lambda of: _revision(of, "operation = 'update'"), "operation", "the operation"),
    Tampering("version", lambda of: _revision(of, "api_version = '2024-03-01'"), "API version", "the API version"),
    Tampering("approver", _approver, "approvers", "who approved it"),
    Tampering("one approver more", _another_approver, "approvers", "who approved it"),
    Tampering("the approver's account", _identity, "approvers", "who approved it"),
    Tampering("the approver's role", _role, "approver", "was not given by this service"),
    Tampering("end", _longer, "counts until", "how long it counts"),
    Tampering(
        "reasons",
        lambda of: _review(of, "overrides = %s", '[{"rule": "x", "where": "", "message": "", "reason": "so"}]'),
        "overridden",
        "the errors to be let through",
    ),
    Tampering("requester", lambda of: _review(of, "requested_by_id = (SELECT MAX(id) FROM accounts_user)"), "place", "draft"),
    Tampering("no seal", lambda of: _review(of, "seal = '{}'"), "seal", "no seal"),
    Tampering("state alone", lambda of: _review(of, "state = 'approved', seal = '{}'"), "seal", "no seal"),
]  # fmt: skip


def refusals(of: Draft) -> list[Any]:
    """What the log says of why nothing was sent."""
    events = Event.objects.filter(what="submission.refused", about=of.code)
    return [each.details.get("part", each.details["why"]) for each in events]


@pytest.mark.parametrize("tampering", TAMPERING, ids=str)
def test_what_was_changed_after_the_approval_is_not_even_queued(
    rita: User, approved_draft: Approve, tampering: Tampering
) -> None:
    of = approved_draft()
    assert approval(of) is not None
    tampering.do(of)
    of.refresh_from_db()
    assert approval(of) is None
    with pytest.raises(actions.SubmissionRefused, match=tampering.words):
        actions.submit(rita, of)
    assert not Submission.objects.exists()
    assert refusals(of) == [tampering.part]


@pytest.mark.parametrize("tampering", TAMPERING, ids=str)
def test_what_was_changed_while_it_waited_for_a_worker_is_not_sent(
    sandbox: Running, submitted: Submit, tampering: Tampering
) -> None:
    submission = submitted()
    looked = step(submission)
    assert looked.state == "sending"
    tampering.do(submission.draft)
    done = drive(looked)
    assert done.state == "failed"
    assert done.error is not None
    assert tampering.words in done.error["sentence"]
    assert "Nothing was sent." in done.error["sentence"]
    assert (sandbox.requests("PUT"), sandbox.requests("PATCH")) == ([], [])
    assert refusals(submission.draft) == [tampering.part]


def _inserted(of: Submission) -> None:
    Submission.objects.filter(pk=of.pk).delete()
    sql(
        "INSERT INTO submissions_submission (code, draft_id, revision_id, approval_id, submitter_id, state, created,"
        " next_step, lease, attempts, may_exist, correlation_id, replaces, etag, seal)"
        " SELECT 'forged', draft_id, revision_id, id, requested_by_id, 'sending', requested, requested, '', 0, %s, '',"
        " %s, '', '{}' FROM reviews_review WHERE draft_id = %s",
        False, False, of.draft_id,
    )  # fmt: skip


def _copied(of: Submission) -> None:
    sql("UPDATE submissions_submission SET code = 'copied' WHERE id = %s", of.pk)


def _earlier_revision(of: Submission) -> None:
    """The revision before the approved one, which nobody approved."""
    assert of.revision.number == 2
    sql(
        "UPDATE submissions_submission SET revision_id = (SELECT id FROM drafts_revision WHERE draft_id = %s AND number = 1)"
        " WHERE id = %s",
        of.draft_id,
        of.pk,
    )


def _other_submitter(of: Submission) -> None:
    other = Decision.objects.get(review__draft=of.draft).reviewer
    sql("UPDATE submissions_submission SET submitter_id = %s WHERE id = %s", other.pk, of.pk)


def _without_approval(of: Submission) -> None:
    sql("UPDATE submissions_submission SET approval_id = NULL WHERE id = %s", of.pk)


def _copied_approval_of_it(of: Submission) -> None:
    copied = _copied_approval(of.draft, of.draft)
    sql("UPDATE submissions_submission SET approval_id = %s WHERE id = %s", copied.pk, of.pk)


def _over_another(of: Submission) -> None:
    sql("UPDATE submissions_submission SET etag = '9' WHERE id = %s", of.pk)


def _over_what_is_there(of: Submission) -> None:
    sql("UPDATE submissions_submission SET replaces = %s WHERE id = %s", True, of.pk)


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (_inserted, "not asked for here"),
        (_copied, "not the one that was written"),
        (_earlier_revision, "another revision"),
        (_other_submitter, "somebody else"),
        (_without_approval, "another approval"),
        (_copied_approval_of_it, "another approval"),
        (_over_another, "something else than was found"),
        (_over_what_is_there, "something else than was found"),
    ],
)
def test_a_row_that_was_written_past_the_product_sends_nothing(
    sandbox: Running, rita: User, rolf: User, do: Callable[[Submission], None], words: str
) -> None:
    of = edit(rita, draft(rita), "sku.capacity", 3)
    approved(rita, rolf, of)
    submission = step(actions.submit(rita, Draft.objects.get(pk=of.pk)))
    assert submission.state == "sending"
    do(submission)
    done = drive(Submission.objects.get())
    assert done.state == "failed"
    assert words in (done.error or {})["sentence"]
    assert sandbox.requests("PUT") == []
    assert len(refusals(of)) == 1


def _succeeded(rita: User, of: Submission) -> None:
    drive(of)


def _failed(rita: User, of: Submission) -> None:
    held = leases.claim(of.pk)
    assert held is not None
    transitions.save(held, transitions.Transition("failed", "It does not fit."))


def _canceled_by_azure(rita: User, of: Submission) -> None:
    held = leases.claim(of.pk)
    assert held is not None
    transitions.save(held, transitions.Transition("canceled", "The operation was canceled in Azure."))


def _stopped(rita: User, of: Submission) -> None:
    actions.stop(rita, of)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (_succeeded, "succeeded"),
        (_failed, "failed"),
        (_canceled_by_azure, "canceled"),
        (_stopped, "canceled"),
    ],
)
def test_what_came_to_its_end_is_not_sent_by_its_state_alone(
    sandbox: Running, rita: User, submitted: Submit, end: Callable[[User, Submission], None], state: str
) -> None:
    submission = submitted()
    end(rita, submission)
    assert Submission.objects.get().state == state
    sent = len(sandbox.requests("PUT"))
    sql(
        "UPDATE submissions_submission SET state = 'sending', finished = NULL, may_exist = %s WHERE id = %s",
        False, submission.pk,
    )  # fmt: skip
    refused = permits.refusal(Submission.objects.get(), again=False)
    assert refused is not None
    assert "came to its end before" in refused.sentence
    assert drive(submission).state == "failed"
    assert len(sandbox.requests("PUT")) == sent


# --- approvals that end while a worker sends --------------------------------------------------------------------------


def _revoked(rolf: User) -> None:
    reviewing.revoke(rolf, Review.objects.get(), "Too early.")


def _voided(rolf: User) -> None:
    reviewing.void_approvals(rolf, rolf)


@pytest.mark.parametrize("end", [_revoked, _voided])
def test_an_approval_that_ends_before_the_request_leaves_sends_nothing(
    sandbox: Running,
    rolf: User,
    submitted: Submit,
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[User], None],
) -> None:
    """The worker has looked at the approval, and asks for a token before it sends."""
    submission = step(submitted())
    honest = leases.Held.about_to_send
    ended: list[str] = []

    def about_to_send(held: leases.Held) -> None:
        if not ended:
            end(rolf)
            ended.append(held.token)
        honest(held)

    monkeypatch.setattr(leases.Held, "about_to_send", about_to_send)
    step(submission)
    assert ended, "it came as far as sending"
    done = drive(submission)
    assert (done.state, done.may_exist) == ("failed", False)
    assert "approval" in (done.error or {})["sentence"]
    assert sandbox.requests("PUT") == []


def test_an_approval_whose_request_left_is_not_revoked(
    sandbox: Running, rolf: User, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = step(submitted())
    honest, refused = leases.Held.about_to_send, []

    def about_to_send(held: leases.Held) -> None:
        honest(held)
        with pytest.raises(reviewing.ReviewRefused, match="Azure has the request already") as told:
            _revoked(rolf)
        refused.append(told)

    monkeypatch.setattr(leases.Held, "about_to_send", about_to_send)
    assert drive(submission).state == "succeeded"
    assert refused
    assert Review.objects.get().state == "approved"
    assert len(sandbox.requests("PUT")) == 1


def test_a_role_that_was_written_past_the_product_lets_nobody_decide(
    rita: User, approved_draft: Approve
) -> None:
    review = Review.objects.get(draft=approved_draft())
    mallory = User.objects.create_user("mallory")
    sql("UPDATE accounts_user SET role = 'Reviewer' WHERE id = %s", mallory.pk)
    forged = User.objects.get(pk=mallory.pk)
    assert "not given by this service" in may_not_decide(forged, review)
    # Nor with the seal of somebody who has the role.
    known = Decision.objects.get(review=review).reviewer
    sql(
        "UPDATE accounts_user SET seal = (SELECT seal FROM accounts_user WHERE id = %s) WHERE id = %s",
        known.pk,
        mallory.pk,
    )
    assert "not given by this service" in may_not_decide(User.objects.get(pk=mallory.pk), review)
    forged.give(Role.REVIEWER)
    forged.save()
    assert may_not_decide(forged, review) == ""


def _copied_approval(of: Draft, to: Draft) -> Review:
    """A copy of an approval's row and its decision, for the newest revision of a draft."""
    newest = to.revisions.get(number=to.head)
    sql(
        "INSERT INTO reviews_review (draft_id, revision_id, requested_by_id, requested, note, overrides, state,"
        " counts_until, asked_groups, revoked_reason, seal)"
        " SELECT %s, %s, requested_by_id, requested, note, overrides, state, counts_until, asked_groups, '', seal"
        " FROM reviews_review WHERE draft_id = %s",
        to.pk, newest.pk, of.pk,
    )  # fmt: skip
    copied = Review.objects.filter(draft=to).latest("pk")
    sql(
        "INSERT INTO reviews_decision (review_id, reviewer_id, verdict, reason, at)"
        " SELECT %s, reviewer_id, verdict, reason, at FROM reviews_decision",
        copied.pk,
    )
    return copied


@pytest.mark.parametrize("to", ["another draft", "what was edited since", "the same revision"])
def test_an_approval_copied_with_its_decision_approves_nothing(
    rita: User, approved_draft: Approve, to: str
) -> None:
    of = approved_draft()
    other = {
        "another draft": lambda: draft(rita, name="web-other"),
        "what was edited since": lambda: edit(rita, of, "sku.capacity", 90),
        "the same revision": lambda: of,
    }[to]()
    _copied_approval(of, other)
    assert approval(other) is None
    with pytest.raises(actions.SubmissionRefused, match="the draft and revision"):
        actions.submit(rita, other)


def test_a_secret_moved_between_rows_is_not_sent(sandbox: Running, rita: User, submitted: Submit) -> None:
    submission = step(submitted())
    theirs = draft(rita, name="web-other")
    for of in (submission.draft, theirs):
        assert of.secrets.count() == 1
    sql(
        "UPDATE drafts_secret SET ciphertext = (SELECT ciphertext FROM drafts_secret WHERE draft_id = %s) WHERE draft_id = %s",
        theirs.pk,
        submission.draft_id,
    )
    done = drive(submission)
    assert done.state == "failed"
    assert "cannot be read any more" in (done.error or {})["sentence"]
    assert sandbox.requests("PUT") == []


def test_a_secret_that_the_product_itself_holds_otherwise_is_not_sent(
    sandbox: Running, rita: User, submitted: Submit
) -> None:
    """As when somebody who has the keys writes another value in the place of the approved one."""
    submission = step(submitted())
    secret = submission.draft.secrets.get()
    secret.close(json.dumps("Another-9-Password"))
    secret.save()
    done = drive(submission)
    assert done.state == "failed"
    assert "a password or another secret is not as it was approved" in (done.error or {})["sentence"]
    assert "Another-9-Password" not in json.dumps(done.error)
    assert sandbox.requests("PUT") == []


# --- keys -------------------------------------------------------------------------------------------------------------


def test_older_keys_verify_and_rotating_voids_nothing(
    sandbox: Running, submitted: Submit, settings: Settings
) -> None:
    submission = submitted()
    old = settings.VMSSBUILDER_SECRET_KEYS
    new = [Fernet.generate_key().decode()]
    settings.VMSSBUILDER_SECRET_KEYS = new + old
    assert approval(submission.draft) is not None
    call_command("rotate_keys")
    settings.VMSSBUILDER_SECRET_KEYS = new
    assert approval(submission.draft) is not None
    assert drive(submission).state == "succeeded"


def test_rotating_heals_no_seal(approved_draft: Approve, settings: Settings) -> None:
    of = approved_draft()
    _both_documents(of)
    before = Review.objects.get().seal
    settings.VMSSBUILDER_SECRET_KEYS = [Fernet.generate_key().decode(), *settings.VMSSBUILDER_SECRET_KEYS]
    call_command("rotate_keys")
    assert Review.objects.get().seal == before
    of.refresh_from_db()
    assert approval(of) is None


def test_without_its_key_an_approval_does_not_count(approved_draft: Approve, settings: Settings) -> None:
    of = approved_draft()
    of.secrets.all().delete()
    settings.VMSSBUILDER_SECRET_KEYS = [Fernet.generate_key().decode()]
    doubt = approvals.doubt(Review.objects.get(draft=of))
    assert doubt is not None
    assert "is not among the keys" in doubt.sentence
