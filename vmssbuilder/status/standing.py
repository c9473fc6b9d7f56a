"""What follows from what is known of a draft: where it stands, in words, and whose turn it is to do what.

A function of a few facts and nothing else, so that no two pages can say different things of one draft.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

Role = Literal["owner", "reviewer", "editor", "viewer"]
"""Who looks: the owner, somebody who may decide about the review, who may change it, or who may see the draft."""

Azure = Literal["unasked", "asking", "unsure", "refuses", "takes", "outdated"]
"""What the pre-flight of the newest revision came to; outdated: it was about an earlier one."""

STAGES: Final = ("Draft", "In review", "Approved", "Sent", "Running")
"""The life of a request, as the bar shows it."""

STANDINGS: Final = {
    "draft": "Draft",
    "waiting": "In review",
    "changes-requested": "Changes requested",
    "rejected": "Rejected",
    "approved": "Approved",
    "approval-ended": "Approval ended",
    "under-way": "On its way",
    "needs-sign-in": "Needs sign-in",
    "succeeded": "Succeeded",
    "failed": "Failed",
    "canceled": "Canceled",
    "unknown": "Outcome unknown",
}
"""Where a draft can stand, by what addresses say, in the order of its life."""

_STAGE: Final = {
    "draft": 0,
    "waiting": 1,
    "changes-requested": 1,
    "rejected": 1,
    "approved": 2,
    "approval-ended": 2,
    "succeeded": 4,
}
"""The stage of each standing; all others are of a request that was sent."""

_LOOKS: Final = {
    "draft": ("started", "started"),
    "waiting": ("info", "clock"),
    "changes-requested": ("warning", "warning"),
    "rejected": ("error", "error"),
    "approved": ("done", "done"),
    "approval-ended": ("warning", "warning"),
    "under-way": ("info", "running"),
    "needs-sign-in": ("warning", "person"),
    "succeeded": ("done", "done"),
    "failed": ("error", "error"),
    "canceled": ("warning", "warning"),
    "unknown": ("warning", "warning"),
}

MOVING: Final = ("queued", "sending", "running")
"""States of a submission that a worker has something to do with."""


class Act(Enum):
    """What somebody can do next, and the words of its button or link."""

    FIX = "See what to fix"
    CHECK = "Check everything"
    READ_AZURE = "See what Azure would refuse"
    ASK_FOR_REVIEW = "Send for review"
    READ_REASON = "See what to change"
    REVIEW = "Review it"
    SEND = "Send to Azure"
    FOLLOW = "Follow it"
    SIGN_IN = "Sign in again"
    LOOK = "See what is known"
    READ_FAILURE = "See what went wrong"
    READ_RESULT = "See the result"
    CHANGE = "Change what runs"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a draft as it is now, and who looks.

    wrong: errors that stand in the way of a review. reasons: errors that only want a reason. review, submission: the
    state of the newest one about the newest revision, "" for none; of an approval that does not count, why. sent_back: whether the newest review of an earlier
    revision asked for changes or rejected it. mine: whether the submission is in the name of who looks. local: whether
    who looks is somebody whom Azure does not know. checked: whether the check was looked at, which some pages do not.
    """

    role: Role = "owner"
    wrong: int = 0
    reasons: int = 0
    azure: Azure = "unasked"
    review: str = ""
    sent_back: bool = False
    submission: str = ""
    mine: bool = True
    local: bool = False
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a draft stands. name: one of STANDINGS. detail: what more there is to say, "" for nothing. act: the next
    act of who looks, None when it is somebody else's turn. ready: whether nothing known stands in the way of sending.
    """

    name: str
    detail: str
    act: Act | None
    ready: bool = False

    @property
    def words(self) -> str:
        return STANDINGS[self.name]

    @property
    def stage(self) -> int:
        """The number of its stage, from 0."""
        return _STAGE.get(self.name, 3)

    @property
    def status(self) -> tuple[str, str, str]:
        """Kind, icon and words, as `partials/status.html` shows them."""
        return (*_LOOKS[self.name], self.words)


def name_of(submission: str | None, review: str | None) -> str:
    """The name of where a draft stands, from the states of the submission and the review of its newest revision."""
    if submission:
        return "under-way" if submission in MOVING else submission
    if review in _ENDED:
        return "approval-ended"
    return review if review in STANDINGS else "draft"


_ENDED: Final = {
    "revoked": "It was revoked",
    "expired": "It has expired",
    "approver": "Who approved it does not count",
    "changed": "It does not hold",
}
"""Why an approval of the draft as it is does not count any more: states of its review, and kinds of doubt."""


def status_of(submission: str | None, review: str | None) -> tuple[str, str, str]:
    """Kind, icon and words of where a draft stands, for lists."""
    return Standing(name_of(submission, review), "", None).status


def standing(facts: Facts) -> Standing:
    """Where the draft stands, and what comes next."""
    name = name_of(facts.submission, facts.review)
    if name == "draft":
        return _draft(facts)
    act, detail = _ACTS[name](facts)
    return Standing(name, detail, act)


def _draft(facts: Facts) -> Standing:
    edits = facts.role in ("owner", "editor")
    ready = facts.checked and not facts.wrong and facts.azure == "takes"
    if not facts.checked:
        return Standing("draft", "", Act.CHECK if edits else None)
    if facts.wrong:
        return Standing("draft", f"{facts.wrong} to fix", Act.FIX if edits else None)
    act: Act | None = Act.CHECK
    if facts.azure == "refuses":
        act = Act.READ_AZURE
    elif ready:
        act = Act.ASK_FOR_REVIEW if facts.role == "owner" else None
    detail = "Ready" if ready else _AZURE[facts.azure]
    if ready and facts.reasons:
        detail = f"Ready, with {facts.reasons} to give a reason for"
    if ready and facts.sent_back:
        detail = "Changed since it was sent back"
    return Standing("draft", detail, act if edits else None, ready)


_AZURE: Final[dict[str, str]] = {
    "unasked": "Nothing to fix; Azure was not asked yet",
    "asking": "Nothing to fix; Azure is being asked",
    "unsure": "Nothing to fix; Azure could not be asked everything",
    "refuses": "Azure would refuse it",
    "takes": "Ready",
    "outdated": "Nothing to fix; changed since Azure was asked",
}


def _waiting(facts: Facts) -> tuple[Act | None, str]:
    if facts.role == "reviewer":
        return Act.REVIEW, "Waits for you"
    return None, "Waits for a reviewer"


def _sent_back(facts: Facts) -> tuple[Act | None, str]:
    return (Act.READ_REASON, "") if facts.role in ("owner", "editor") else (None, "Waits for its owner")


def _approved(facts: Facts) -> tuple[Act | None, str]:
    if facts.role != "owner":
        return None, "Waits for its owner to send it"
    if facts.local:
        return None, "Sign in with Microsoft to send it"
    return Act.SEND, ""


def _ended(facts: Facts) -> tuple[Act | None, str]:
    said = _ENDED[facts.review]
    return (Act.ASK_FOR_REVIEW, said) if facts.role == "owner" else (None, f"{said}. Waits for its owner")


def _signing_in(facts: Facts) -> tuple[Act | None, str]:
    return (Act.SIGN_IN, "") if facts.mine else (Act.FOLLOW, "Waits for the sign-in of who sent it")


def _always(act: Act) -> Callable[[Facts], tuple[Act | None, str]]:
    return lambda _: (act, "")


_ACTS: Final[dict[str, Callable[[Facts], tuple[Act | None, str]]]] = {
    "waiting": _waiting,
    "changes-requested": _sent_back,
    "rejected": _sent_back,
    "approved": _approved,
    "approval-ended": _ended,
    "needs-sign-in": _signing_in,
    "under-way": _always(Act.FOLLOW),
    "succeeded": _always(Act.READ_RESULT),
    "failed": _always(Act.READ_FAILURE),
    "canceled": _always(Act.READ_FAILURE),
    "unknown": _always(Act.LOOK),
}
