"""Where a draft stands and whose turn it is: the whole table of states and roles."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest
from django.utils.timezone import now

from vmssbuilder.azure.preflight import PreflightFinding, Result
from vmssbuilder.azure.preflight.results import Status
from vmssbuilder.preflight.models import GIVEN_UP
from vmssbuilder.preflight.summary import WORDS
from vmssbuilder.preflight.verdict import Verdict, verdict
from vmssbuilder.reviews.models import ReviewState
from vmssbuilder.status.standing import MOVING, Act, Azure, Facts, Role, standing
from vmssbuilder.submissions.models import Submission, SubmissionState

ROLES: tuple[Role, ...] = get_args(Role)
ASKED: tuple[Azure, ...] = get_args(Azure)

SENT = {
    "queued": ("under-way", 3, Act.FOLLOW),
    "sending": ("under-way", 3, Act.FOLLOW),
    "running": ("under-way", 3, Act.FOLLOW),
    "needs-sign-in": ("needs-sign-in", 3, Act.SIGN_IN),
    "unknown": ("unknown", 3, Act.LOOK),
    "failed": ("failed", 3, Act.READ_FAILURE),
    "canceled": ("canceled", 3, Act.READ_FAILURE),
    "succeeded": ("succeeded", 4, Act.READ_RESULT),
}
"""By the state of a submission: the standing, its stage, and the act of who sent it, which is everybody's but a sign-in."""

REVIEWED: dict[str, tuple[str, int, dict[Role, Act | None]]] = {
    "waiting": ("waiting", 1, {"owner": None, "reviewer": Act.REVIEW, "editor": None, "viewer": None}),
    "approved": ("approved", 2, {"owner": Act.SEND, "reviewer": None, "editor": None, "viewer": None}),
    "changes-requested": (
        "changes-requested",
        1,
        {"owner": Act.READ_REASON, "reviewer": None, "editor": Act.READ_REASON, "viewer": None},
    ),
    "rejected": (
        "rejected",
        1,
        {"owner": Act.READ_REASON, "reviewer": None, "editor": Act.READ_REASON, "viewer": None},
    ),
    **{
        why: (
            "approval-ended",
            2,
            {"owner": Act.ASK_FOR_REVIEW, "reviewer": None, "editor": None, "viewer": None},
        )
        for why in ("revoked", "expired", "approver", "changed")
    },
}
"""By the state of a review, for what was not sent: the standing, its stage, and the act of each role."""

FILLING_IN: dict[tuple[int, Azure], tuple[Act, str, bool]] = {
    (0, "unasked"): (Act.CHECK, "Nothing to fix; Azure was not asked yet", False),
    (0, "asking"): (Act.CHECK, "Nothing to fix; Azure is being asked", False),
    (0, "unsure"): (Act.CHECK, "Nothing to fix; Azure could not be asked everything", False),
    (0, "outdated"): (Act.CHECK, "Nothing to fix; changed since Azure was asked", False),
    (0, "refuses"): (Act.READ_AZURE, "Azure would refuse it", False),
    (0, "takes"): (Act.ASK_FOR_REVIEW, "Ready", True),
    **{(2, asked): (Act.FIX, "2 to fix", False) for asked in ASKED},
}
"""By what is to fix and what Azure said: the owner's act, the words, and whether nothing known stands in the way."""


CAME_TO: dict[tuple[Status, ...], Verdict] = {
    (): "unsure",
    ("passed",): "takes",
    ("passed", "warning"): "takes",
    ("passed", "unknown"): "unsure",
    ("warning", "unknown"): "unsure",
    ("unknown",): "unsure",
    ("passed", "unknown", "failed"): "refuses",
    ("passed", "failed"): "refuses",
}
"""What a pre-flight comes to, by what its checks came to: Azure takes only what all of them looked at."""


@pytest.mark.parametrize(("found", "came_to"), CAME_TO.items(), ids=str)
def test_azure_takes_only_what_every_check_looked_at(found: tuple[Status, ...], came_to: Verdict) -> None:
    results = [
        Result(each, each, (PreflightFinding(each, "It is so."),), now().isoformat()).to_json()
        for each in found
    ]
    assert verdict(now(), now(), results) == came_to
    lost = now() - 2 * GIVEN_UP
    assert verdict(lost, None, results) == ("refuses" if came_to == "refuses" else "unsure"), (
        "its worker is gone"
    )
    assert verdict(now(), None, results) == "asking"


def test_what_is_unsure_is_said_in_the_same_words_everywhere() -> None:
    assert standing(Facts(azure="unsure")).detail == f"Nothing to fix; {WORDS['unsure'][2]}"


def test_the_tables_have_every_state() -> None:
    assert set(SENT) == set(SubmissionState.values)
    doubts = {"expired", "approver", "changed"}
    assert set(REVIEWED) == set(ReviewState.values) - {"withdrawn"} | doubts
    assert set(FILLING_IN) == set(product((0, 2), ASKED))
    assert set(MOVING) == set(Submission.MOVING)


@pytest.mark.parametrize(("state", "role", "review"), list(product(SENT, ROLES, ["", *ReviewState.values])))
def test_what_was_sent_stands_where_its_submission_does(state: str, role: Role, review: str) -> None:
    name, stage, act = SENT[state]
    found = standing(Facts(role=role, review=review, submission=state))
    assert (found.name, found.stage, found.act) == (name, stage, act)


def test_only_who_sent_it_can_sign_in_again() -> None:
    found = standing(Facts(role="viewer", submission="needs-sign-in", mine=False))
    assert (found.act, found.detail) == (Act.FOLLOW, "Waits for the sign-in of who sent it")


@pytest.mark.parametrize(("state", "role", "asked"), list(product(REVIEWED, ROLES, ASKED)))
def test_what_was_sent_for_review_is_somebodys_turn(state: str, role: Role, asked: Azure) -> None:
    name, stage, acts = REVIEWED[state]
    found = standing(Facts(role=role, review=state, azure=asked))
    assert (found.name, found.stage, found.act) == (name, stage, acts[role])
    assert found.act or found.detail, "who cannot act learns whom it waits for"


def test_somebody_whom_azure_does_not_know_cannot_send() -> None:
    found = standing(Facts(review="approved", local=True))
    assert (found.act, found.detail) == (None, "Sign in with Microsoft to send it")


@pytest.mark.parametrize(
    ("wrong", "asked", "role", "review"), list(product((0, 2), ASKED, ROLES, ("", "withdrawn")))
)
def test_a_draft_is_filled_in_by_its_owner_and_editors(
    wrong: int, asked: Azure, role: Role, review: str
) -> None:
    act, words, ready = FILLING_IN[wrong, asked]
    found = standing(Facts(role=role, wrong=wrong, azure=asked, review=review))
    assert (found.name, found.stage, found.detail, found.ready) == ("draft", 0, words, ready)
    # An editor fills in; sending for review is the owner's.
    edits = role == "editor" and act is not Act.ASK_FOR_REVIEW
    assert found.act == (act if role == "owner" or edits else None)


@pytest.mark.parametrize(
    ("facts", "detail"),
    [
        ({"reasons": 2}, "Ready, with 2 to give a reason for"),
        ({"sent_back": True}, "Changed since it was sent back"),
    ],
)
def test_ready_says_what_is_special(facts: dict[str, Any], detail: str) -> None:
    found = standing(Facts(azure="takes", **facts))
    assert (found.detail, found.act, found.ready) == (detail, Act.ASK_FOR_REVIEW, True)


def test_a_page_that_checks_nothing_promises_nothing() -> None:
    found = standing(Facts(azure="takes", checked=False))
    assert (found.detail, found.ready, found.act) == ("", False, Act.CHECK)
