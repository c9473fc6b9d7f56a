"""How long submissions usually take in this installation. Nothing is said before ENOUGH of a kind have succeeded."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any, Final

from django.db.models.fields.json import KT

from vmssbuilder.drafts import sent
from vmssbuilder.scaleset import paths

from .models import Submission, SubmissionState

ENOUGH: Final = 10
NEWEST: Final = 200
"""How many of the newest are looked at."""
_MODE: Final = ("properties", "orchestrationMode")


@dataclass(frozen=True, slots=True)
class UsualDuration:
    """Of `count` submissions of a kind, in seconds: the one in the middle, the fastest and the slowest."""

    count: int
    flexible: bool
    median: float
    shortest: float
    longest: float


def usual_duration(submission: Submission) -> UsualDuration | None:
    """How long those of the same kind took: a create or an update, in the same orchestration mode. Two queries at most.

    Those that waited for a sign-in are left out, since what they took says nothing of Azure.
    """
    revision = submission.revision
    if sent.is_changes_alone(revision):
        # Nothing tells the mode of the scale set that they change.
        return None
    flexible = _is_flexible(paths.get(revision.document, _MODE, None))
    done = (
        Submission.objects.filter(
            state=SubmissionState.SUCCEEDED,
            revision__operation=revision.operation,
            finished__isnull=False,
            resource__isnull=False,
        )
        .exclude(progress__state=SubmissionState.NEEDS_SIGN_IN)
        .annotate(mode=KT(f"resource__{'__'.join(_MODE)}"))
        .values_list("created", "finished", "mode")[:NEWEST]
    )
    took = [
        (finished - created).total_seconds()
        for created, finished, mode in done
        if finished is not None and _is_flexible(mode) is flexible
    ]
    if len(took) < ENOUGH:
        return None
    return UsualDuration(len(took), flexible, statistics.median(took), min(took), max(took))


def _is_flexible(mode: Any) -> bool:
    return isinstance(mode, str) and mode.lower() == "flexible"


def in_words(seconds: float) -> str:
    """“40 seconds”, “12 minutes”."""
    whole = max(1, round(seconds))
    number, unit = (whole, "second") if whole < 90 else (round(whole / 60), "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"
