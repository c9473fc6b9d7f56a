"""Reading submissions: the newest of a draft, the list, the history of one as a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.db.models import Q, QuerySet

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.access import memberships
from vmssbuilder.drafts.models import Draft, Revision

from .models import Progress, Submission, SubmissionState

State = SubmissionState


def act(source: Draft | Revision) -> str:
    """What sending does, in words: “Create web-prod in rg-shop (uksouth)”."""
    verb = "Update" if source.operation == "update" else "Create"
    location = source.document.get("location")
    where = f" ({location})" if isinstance(location, str) and location else ""
    return f"{verb} {source.name} in {source.resource_group}{where}"


def visible(user: User) -> QuerySet[Submission]:
    """The submissions that the person may see: of their own drafts and those shared with them; all for reviewers."""
    submissions = Submission.objects.all()
    if user.is_reviewer:
        return submissions
    shared = Q(draft__in=memberships(user).order_by().values("draft"))
    return submissions.filter(Q(draft__owner=user) | Q(submitter=user) | shared)


def listed(user: User) -> QuerySet[Submission]:
    """The same, newest first, without the documents, which can be large."""
    return (
        visible(user)
        .select_related("draft", "revision", "submitter")
        .defer("draft__document", "revision__document", "operation", "resource", "error")
        .order_by("-id")
    )


def under_way(user: User) -> QuerySet[Submission]:
    """The person's own submissions that are not over."""
    return listed(user).filter(submitter=user).exclude(state__in=Submission.FINISHED)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of the timeline. mark: how it is drawn."""

    mark: Literal["done", "now", "failed", "todo"]
    title: str
    message: str
    at: datetime | None

    @property
    def icon(self) -> str:
        return {"now": "running", "failed": "error"}.get(self.mark, self.mark)


_TITLES: Final = {
    State.QUEUED: "Queued",
    State.SENDING: "Checked what is there",
    State.RUNNING: "Sent to Azure",
    State.SUCCEEDED: "Succeeded",
    State.FAILED: "Failed",
    State.CANCELED: "Canceled",
    State.UNKNOWN: "Outcome unknown",
    State.NEEDS_SIGN_IN: "Sign-in needed",
}
_AHEAD: Final = {
    State.SENDING: "Check what is there",
    State.RUNNING: "Send to Azure",
    State.SUCCEEDED: "Azure finishes",
}
_ORDER: Final = (State.QUEUED, State.SENDING, State.RUNNING, State.SUCCEEDED)
_BAD: Final = (State.FAILED, State.CANCELED, State.UNKNOWN)


def timeline(submission: Submission, progress: Sequence[Progress]) -> list[TimelineEvent]:
    """What happened, what is going on, what is still to come."""
    events = []
    for position, line in enumerate(progress):
        state, last = State(line.state), position == len(progress) - 1
        mark: Literal["done", "now", "failed"] = "done"
        if state in _BAD:
            mark = "failed"
        elif last and not submission.is_finished:
            mark = "now" if submission.is_moving else "failed"
        again = position > 0 and progress[position - 1].state == line.state
        events.append(TimelineEvent(mark, "" if again else _TITLES[state], line.message, line.at))
    if submission.is_moving:
        ahead = _ORDER[_ORDER.index(State(submission.state)) + 1 :]
        events += [TimelineEvent("todo", _AHEAD[state], "", None) for state in ahead]
    return events
