"""Every change of a review: checks permission, writes, records the event, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q

from vmssbuilder import clock
from vmssbuilder.accounts.models import User
from vmssbuilder.audit import origin
from vmssbuilder.audit.actions import record
from vmssbuilder.drafts import vault
from vmssbuilder.drafts.access import Access, require
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset.findings import Finding, errors

from . import overrides, reviewers, withheld
from .approvers import may_not_decide as may_not_decide  # noqa: PLC0414 - it is for views, too
from .away.queries import asked_in_place_of
from .models import Decision, OpenedScript, Review, ReviewState
from .queries import approval, is_at_azure

LONGEST_TEXT: Final = 5_000
"""Characters of a note or a reason; more is an essay, or an attack on the database."""

_OUTCOMES: Final = {
    Decision.Verdict.APPROVE: ReviewState.APPROVED,
    Decision.Verdict.REQUEST_CHANGES: ReviewState.CHANGES_REQUESTED,
    Decision.Verdict.REJECT: ReviewState.REJECTED,
}


class ReviewRefused(Exception):
    """The change is not made; problems say why. Each names the form's field it belongs to, "" for the whole form.

    moved_on: the review or draft is no longer as the person saw it, so that correcting the form does not help.
    """

    def __init__(self, *problems: tuple[str, str], moved_on: bool = False) -> None:
        super().__init__(" ".join(message for _field, message in problems))
        self.problems = problems
        self.moved_on = moved_on


def request_review(
    user: User,
    draft: Draft,
    note: str,
    base: int,
    reasons: Mapping[str, str] | None = None,
    *,
    people: Collection[int] = (),
    groups: Collection[int] = (),
) -> Review:
    """Sends the draft's newest revision for review. base: the revision that the person saw when they did.

    reasons: why each error that may be overridden is to be let through, by rule and place as `overrides.named` writes
    them. people, groups: whom it is asked of, by their ids; nobody for any reviewer. Raises ReviewRefused, Http404,
    PermissionDenied.
    """
    require(user, draft, Access.OWN)
    note = note.strip()
    with transaction.atomic():
        # The same row that every edit locks: no revision can appear between the look and the write.
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        require(user, locked, Access.OWN)
        if locked.head != base:
            raise ReviewRefused(
                ("", "The draft was edited since you opened the page. Look at it again."), moved_on=True
            )
        current = locked.reviews.filter(revision__number=locked.head).first()
        if current is not None and current.state == ReviewState.WAITING:
            raise ReviewRefused(("", "This revision is waiting for review already."), moved_on=True)
        if approval(locked) is not None:
            raise ReviewRefused(("", "This revision is approved already."), moved_on=True)
        found = check_content(locked)
        overridden = overrides.asked(found, reasons)
        problems = _blocking(found)
        # Reasons are asked for once nothing else stands in the way.
        if not problems:
            problems = [
                (each.id, f"Enter why to send it despite this error: {each.finding.message}")
                for each in overridden
                if not each.reason
            ]
        problems += _lengths(note=note, **{each.id: each.reason for each in overridden})
        asked, names = reviewers.asked(locked, people, groups)
        problems += _asked(asked, people, groups)
        if problems:
            raise ReviewRefused(*problems)
        locked.reviews.filter(state=ReviewState.WAITING).update(state=ReviewState.WITHDRAWN)
        review = Review.objects.create(
            draft=locked,
            revision=locked.revisions.get(number=locked.head),
            requested_by=user,
            note=note,
            overrides=[each.kept for each in overridden],
            asked_groups=", ".join(names),
        )
        review.asked.set(asked)
        record(
            user,
            "review.requested",
            locked.code,
            review=review.pk,
            revision=locked.head,
            overridden=sorted({each.finding.rule for each in overridden}),
            **({"asked": [each.username for each in asked]} if asked else {}),
        )
    return review


def _blocking(found: Iterable[Finding]) -> list[tuple[str, str]]:
    """What stands in the way of a review: every error that nobody may override, in words."""
    return [("", each.message) for each in errors(found) if not each.overridable]


def _asked(asked: list[User], people: Collection[int], groups: Collection[int]) -> list[tuple[str, str]]:
    """What is wrong with whom it is asked of."""
    place = "people" if people else "groups"
    if (people or groups) and not asked:
        return [
            (place, "Nobody whom you chose may decide about this draft. Choose somebody else, or nobody.")
        ]
    if not set(people) <= {each.pk for each in asked} and len(asked) <= reviewers.AT_MOST:
        return [("people", "Somebody whom you chose may not decide about this draft any more. Choose again.")]
    if len(asked) > reviewers.AT_MOST:
        return [(place, f"Ask no more than {reviewers.AT_MOST} people.")]
    return []


def _lengths(**texts: str) -> list[tuple[str, str]]:
    return [
        (field, f"Shorten the text to {LONGEST_TEXT:,} characters; it has {len(text):,}.")
        for field, text in texts.items()
        if len(text) > LONGEST_TEXT
    ]


def decide(user: User, review: Review, verdict: str, reason: str) -> Decision:
    """Approves, asks for changes or rejects. Raises ReviewRefused, Http404, PermissionDenied.

    Nobody decides about their own work, see `approvers`. An approval needs a reason only where the request is sent
    despite errors.
    """
    why_not = may_not_decide(user, review)
    require(user, review.draft, Access.VIEW)
    if why_not:
        raise PermissionDenied(why_not)
    reason = reason.strip()
    problems = []
    if verdict not in Decision.Verdict.values:
        problems.append(("verdict", "Choose what you decide."))
    if not reason and (verdict != Decision.Verdict.APPROVE or review.overrides):
        problems.append(("reason", "Enter the reason for your decision."))
    problems += _lengths(reason=reason)
    if problems:
        raise ReviewRefused(*problems)
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=review.draft_id)
        locked = Review.objects.select_for_update().get(pk=review.pk)
        locked.draft = draft
        require(user, draft, Access.VIEW)
        if locked.state != ReviewState.WAITING:
            raise ReviewRefused(("", "This review is not waiting for a decision any more."), moved_on=True)
        if draft.head != locked.revision.number or draft.discarded is not None:
            raise ReviewRefused(
                ("", "The draft was edited since. Ask its owner to send it again."), moved_on=True
            )
        if why_not := may_not_decide(user, locked):
            raise PermissionDenied(why_not)
        person = asked_in_place_of(user, locked)
        if person is not None and may_not_decide(person, locked):
            person = None
        decision = Decision.objects.create(
            review=locked, reviewer=user, verdict=verdict, reason=reason, on_behalf_of=person
        )
        locked.state = _OUTCOMES[Decision.Verdict(verdict)]
        if locked.state == ReviewState.APPROVED:
            _seal(locked)
        locked.save(update_fields=["state", "counts_until", "seal"])
        details = {"on_behalf_of": person.username} if person is not None else {}
        record(
            user,
            f"review.{locked.state}",
            draft.code,
            review=locked.pk,
            revision=locked.revision.number,
            **details,
        )
    return decision


def _seal(review: Review) -> None:
    """Seals what is approved, by whom and until when; the row is saved by whoever calls."""
    if vault.opened(review.draft, review.revision.document).unreadable:
        raise ReviewRefused(
            ("", "A secret of the request cannot be read now, so that nobody can approve it.")
        )
    review.counts_until = clock.now() + timedelta(days=settings.VMSSBUILDER_APPROVAL_DAYS)
    review.close_seal()


def may_not_revoke(user: User, review: Review) -> str:
    """Why the person may not take the approval back, "" when they may: who gave it may, and administrators."""
    gave = review.decisions.filter(reviewer_id=user.pk, verdict=Decision.Verdict.APPROVE)
    if not user.is_administrator and not gave.exists():
        return "Only who approved the request, or an administrator, revokes the approval."
    return ""


def revoke(user: User, review: Review, reason: str) -> None:
    """Takes an approval back, for a reason. Raises ReviewRefused, Http404, PermissionDenied.

    What Azure has of it already goes on there; what still waits for a worker is not sent.
    """
    require(user, review.draft, Access.VIEW)
    if why_not := may_not_revoke(user, review):
        raise PermissionDenied(why_not)
    reason = reason.strip()
    problems = [] if reason else [("revoke_reason", "Enter why you revoke the approval.")]
    problems += _lengths(revoke_reason=reason)
    if problems:
        raise ReviewRefused(*problems)
    with transaction.atomic():
        # The rows that sending locks: an approval counts either for the whole of it, or not at all.
        draft = Draft.objects.select_for_update().get(pk=review.draft_id)
        locked = Review.objects.select_for_update().get(pk=review.pk)
        locked.draft = draft
        require(user, draft, Access.VIEW)
        if why_not := may_not_revoke(user, locked):
            raise PermissionDenied(why_not)
        if locked.state != ReviewState.APPROVED:
            raise ReviewRefused(("", "There is no approval any more that could be revoked."), moved_on=True)
        _revoke(locked, user, reason)
        # Asked after the hold on what waits was taken: what is not there yet cannot get there any more.
        if is_at_azure(locked):
            raise ReviewRefused(
                ("", "Azure has the request already, so that revoking its approval would change nothing."),
                moved_on=True,
            )
        record(user, "review.revoked", draft.code, review=locked.pk, revision=locked.revision.number)


def _revoke(review: Review, by: User | None, reason: str) -> None:
    """The row says that the approval ended, and holds no seal that somebody could bring back.

    A worker that sends by it this very moment loses what it holds, unless its request left already: the next step finds
    that the approval is gone.
    """
    waiting = review.draft.submissions.filter(approval=review, finished=None)
    waiting.filter(may_exist=False, operation__isnull=True).update(lease="", lease_until=None)
    ended = {"state": ReviewState.REVOKED, "seal": {}, "revoked": clock.now()}
    Review.objects.filter(pk=review.pk).update(**ended, revoked_by=by, revoked_reason=reason)


def withdraw(user: User, review: Review) -> None:
    """Takes a waiting request for review back. Raises ReviewRefused, Http404, PermissionDenied."""
    require(user, review.draft, Access.OWN)
    with transaction.atomic():
        require(user, Draft.objects.select_for_update().get(pk=review.draft_id), Access.OWN)
        changed = Review.objects.filter(pk=review.pk, state=ReviewState.WAITING).update(
            state=ReviewState.WITHDRAWN
        )
        if not changed:
            raise ReviewRefused(("", "This review is not waiting for a decision any more."), moved_on=True)
        record(user, "review.withdrawn", review.draft.code, review=review.pk)


def void_approvals(actor: User, reviewer: User) -> int:
    """Takes back what the account approved and what still counts; answers how many approvals that were.

    actor: the administrator who changed the account. Whoever can set somebody's password or role could otherwise have
    approved in their name what nobody else looked at. The decision itself stays in the history.
    """
    with transaction.atomic():
        under_way = Q(revision__submissions__isnull=False, revision__submissions__finished=None)
        counting = Review.objects.filter(
            Q(revision__number=F("draft__head")) | under_way,
            state=ReviewState.APPROVED,
            decisions__reviewer=reviewer,
            decisions__verdict=Decision.Verdict.APPROVE,
        )
        numbers = sorted(set(counting.values_list("draft_id", flat=True)))
        # The rows that sending locks: an approval counts either for the whole of it, or not at all.
        drafts = list(Draft.objects.select_for_update().filter(pk__in=numbers).order_by("pk"))
        voided = list(counting.filter(draft__in=drafts).select_related("draft", "revision"))
        for review in voided:
            # With its seal, so that no change of the state alone brings it back.
            _revoke(review, None, "")
            record(
                actor,
                "review.voided",
                review.draft.code,
                review=review.pk,
                revision=review.revision.number,
                reviewer=reviewer.username,
            )
    return len(voided)


# --- Scripts ----------------------------------------------------------------------------------------------------------


def open_script(user: User, review: Review, place: str) -> OpenedScript:
    """Opens one script of the request to the people asked for this review, until it ends.

    place: as `SecretScript.place`. Raises ReviewRefused, Http404, PermissionDenied.
    """
    require(user, review.draft, Access.OWN)
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=review.draft_id)
        require(user, draft, Access.OWN)
        locked = Review.objects.select_for_update().select_related("revision").get(pk=review.pk)
        locked.draft = draft
        if not withheld.under_way(locked):
            raise ReviewRefused(
                ("", "This review has ended, so nothing can be opened for it."), moved_on=True
            )
        asked = list(locked.asked.order_by("pk"))
        if not asked:
            raise ReviewRefused(
                (
                    "",
                    "Nobody is asked by name, so there is nobody to open it to. Ask somebody in another review.",
                )
            )
        if withheld.script_at(locked, place) is None:
            raise ReviewRefused(("", "There is no such script in this request. Look at the page again."))
        if locked.opened_scripts.filter(place=place, closed=None).exists():
            raise ReviewRefused(("", "This script is open already."), moved_on=True)
        opened = OpenedScript(review=locked, place=place, opened_by=user)
        opened.close_seal()
        opened.save()
        record(
            user,
            "review.script-opened",
            draft.code,
            review=locked.pk,
            revision=locked.revision.number,
            script=place,
            asked=[each.username for each in asked],
        )
    return opened


def close_script(user: User, opened: OpenedScript) -> None:
    """Closes a script at once. Raises ReviewRefused, Http404, PermissionDenied."""
    review = opened.review
    require(user, review.draft, Access.OWN)
    with transaction.atomic():
        require(user, Draft.objects.select_for_update().get(pk=review.draft_id), Access.OWN)
        # With its seal, so that no change of the time alone opens it again.
        open_one = OpenedScript.objects.filter(pk=opened.pk, closed=None)
        if not open_one.update(closed=clock.now(), seal={}):
            raise ReviewRefused(("", "This script is closed already."), moved_on=True)
        record(user, "review.script-closed", review.draft.code, review=review.pk, script=opened.place)


def read_script(user: User, opened: OpenedScript) -> str:
    """What an opened script says, to who is asked for its review. Each look is in the log. Never store the answer.

    Raises ReviewRefused, Http404, PermissionDenied.
    """
    review = opened.review
    require(user, review.draft, Access.VIEW)
    if not withheld.may_read(user, opened):
        origin.note_refused(review.draft.code)
        raise PermissionDenied("This script is not open to you, or not any more. Ask the owner of the draft.")
    found = withheld.text(opened)
    if found is None:
        raise ReviewRefused(("", "This script cannot be read now. Its owner can enter it again."))
    record(
        user,
        "review.script-read",
        review.draft.code,
        review=review.pk,
        revision=review.revision.number,
        script=opened.place,
    )
    return found
