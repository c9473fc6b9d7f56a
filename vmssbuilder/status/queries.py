"""What the database knows of where a draft stands, in one query a page, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access, access
from vmssbuilder.drafts.answers import AzureAnswer
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.preflight import verdict
from vmssbuilder.reviews.models import ReviewState
from vmssbuilder.reviews.queries import doubt_of
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding, errors

from .standing import Azure, Facts, Role, Standing, standing

SENT_BACK: Final = (ReviewState.CHANGES_REQUESTED.value, ReviewState.REJECTED.value)


@dataclass(frozen=True, slots=True)
class KnownStanding:
    """The newest review, submission and pre-flight of a draft; None where there is none."""

    review: int | None
    review_state: str | None
    review_revision: int | None
    submission: str | None
    submission_state: str | None
    submission_revision: int | None
    submitter: int | None
    run_revision: int | None
    run_alive: datetime | None
    run_finished: datetime | None
    run_results: list[dict[str, Any]] | None


_COLUMNS: Final = (
    "reviews__pk",
    "reviews__state",
    "reviews__revision__number",
    "submissions__code",
    "submissions__state",
    "submissions__revision__number",
    "submissions__submitter_id",
    "preflights__revision__number",
    "preflights__alive",
    "preflights__finished",
    "preflights__results",
)
# All of a draft's reviews and submissions are joined, which are few, and the newest of each is taken: measured, a third
# of what three subqueries cost, and half of three queries.
_NEWEST: Final = ("-reviews__pk", "-submissions__pk", "-preflights__pk")
_KEPT: Final = "_known"
_ANSWERS: Final = "_answers"


def known(draft: Draft) -> KnownStanding:
    """The rows that say where the draft stands. One query for each draft that a page read, whoever asks."""
    kept: KnownStanding | None = vars(draft).get(_KEPT)
    if kept is None:
        rows = Draft.objects.filter(pk=draft.pk).order_by(*_NEWEST).values_list(*_COLUMNS)
        kept = vars(draft)[_KEPT] = KnownStanding(*rows[0])
    return kept


def of(draft: Draft, user: User) -> Standing:
    """Where the draft stands, and the next act of this person."""
    return standing(facts(draft, user))


def facts(draft: Draft, user: User) -> Facts:
    """What is known of the draft, for this person. It is checked where its standing depends on that."""
    owners = _owners_facts(draft, check_content)
    return replace(
        owners,
        role=_role(draft, user, waiting=owners.review == ReviewState.WAITING),
        mine=known(draft).submitter == user.pk,
        local=user.is_local,
    )


def _owners_facts(draft: Draft, check: Callable[[Draft], list[Finding]]) -> Facts:
    """What is known of the draft, for its owner. check: asked only where the standing depends on it."""
    row = known(draft)
    review = row.review_state if row.review_revision == draft.head else ""
    submission = row.submission_state if row.submission_revision == draft.head else ""
    if not submission and (doubt := doubt_of(draft, review)):
        review = doubt.kind
    # A page that reads no document asks for none here either.
    checked = "document" not in draft.get_deferred_fields()
    found: list[Finding] = []
    if checked and not submission and not review:
        found = errors(check(draft))
    reasons = sum(each.overridable for each in found)
    return Facts(
        wrong=len(found) - reasons,
        reasons=reasons,
        azure=azure(draft),
        review=review or "",
        sent_back=row.review_state in SENT_BACK and row.review_revision != draft.head,
        submission=submission or "",
        mine=row.submitter == draft.owner_id,
        checked=checked,
    )


def _role(draft: Draft, user: User, *, waiting: bool) -> Role:
    if draft.owner_id == user.pk:
        return "owner"
    if waiting and user.is_reviewer and not draft.revisions.filter(author=user).exists():
        return "reviewer"
    return "editor" if access(user, draft) >= Access.EDIT else "viewer"


def azure(draft: Draft) -> Azure:
    """What the pre-flight says of the draft as it is now."""
    row = known(draft)
    if row.run_alive is None:
        return "unasked"
    if row.run_revision != draft.head:
        return "outdated"
    return verdict.verdict(row.run_alive, row.run_finished, row.run_results or ())


def bar(draft: Draft, found: list[Finding]) -> str:
    """What the bar says to the owner: the stage, its words, the act and where that leads. found: the check of the draft."""
    stands = standing(_owners_facts(draft, lambda _: found))
    act = stands.act.value if stands.act is not None else ""
    return "|".join((stands.name, stands.detail, act, known(draft).submission or ""))


def answer(draft: Draft) -> AzureAnswer:
    """What Azure answered: at a field whose value is still the one that it was asked about.

    Made once for each revision of a draft that a page read: its fields and its steps ask.
    """
    kept: dict[int, AzureAnswer] = vars(draft).setdefault(_ANSWERS, {})
    if draft.head not in kept:
        kept[draft.head] = _answer(draft)
    return kept[draft.head]


def _answer(draft: Draft) -> AzureAnswer:
    row = known(draft)
    found = tuple(verdict.findings(row.run_results or ()))
    if found and row.run_revision is not None and row.run_revision != draft.head:
        asked = draft.revisions.get(number=row.run_revision)
        before, now = contents.of(asked), contents.of(draft)
        found = tuple(each for each in found if paths.get(before, each.path) == paths.get(now, each.path))
    state = azure(draft)
    words = {"asking": "Asking Azure", "takes": "Ready"}.get(state, "")
    return AzureAnswer(found, words, ready=state == "takes")
