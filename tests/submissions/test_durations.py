"""How long submissions usually take: told once enough of a kind have succeeded, and nothing before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import GetPage
from tests.submissions.conftest import drive
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions.durations import ENOUGH, in_words, usual_duration
from vmssbuilder.submissions.models import Progress, Submission

pytestmark = pytest.mark.django_db
Submit = Callable[..., Submission]


def others(
    like: Submission, number: int, *, seconds: float = 60, mode: str | None = None, **columns: Any
) -> list[Submission]:
    """Submissions that went before, each a second longer than the one before it. mode: as Azure's answer says it."""
    properties = {} if mode is None else {"orchestrationMode": mode}
    made = []
    for more in range(number):
        # A revision has one submission, so each has a draft of its own.
        of = Draft.objects.create(owner=like.submitter)
        revision = of.revisions.create(number=1, author=like.submitter, operation=like.revision.operation)
        each = Submission.objects.create(
            draft=of,
            revision=revision,
            submitter=like.submitter,
            **{"state": "succeeded", "resource": {"properties": properties}, **columns},
        )
        begun: datetime = timezone.now() - timedelta(days=1)
        Submission.objects.filter(pk=each.pk).update(
            created=begun, finished=begun + timedelta(seconds=seconds + more)
        )
        made.append(each)
    return made


def test_nothing_is_said_before_ten_of_the_kind_have_succeeded(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted(), "running")
    address = f"/submissions/{submission.code}/"
    others(submission, ENOUGH - 1)
    assert usual_duration(submission) is None
    assert "median" not in page_of(as_rita, address).text
    others(submission, 1, seconds=600)
    found = usual_duration(submission)
    assert found is not None
    assert (found.count, found.median, found.shortest, found.longest) == (10, 64.5, 60, 600)
    words = "Creates of Uniform scale sets took 64 seconds here in the median, 60 seconds to 10 minutes: the last 10"
    assert words in page_of(as_rita, address).text


@pytest.mark.parametrize(
    "odd",
    [{"mode": "Flexible"}, {"state": "failed"}, {"state": "canceled"}, {"resource": None}],
    ids=lambda each: str(next(iter(each.values()))),
)
def test_others_of_another_kind_or_end_do_not_count(
    sandbox: Running, submitted: Submit, odd: dict[str, Any]
) -> None:
    submission = drive(submitted(), "running")
    others(submission, ENOUGH - 1)
    others(submission, ENOUGH, **odd)
    assert usual_duration(submission) is None


def test_those_that_waited_for_a_sign_in_do_not_count(sandbox: Running, submitted: Submit) -> None:
    submission = drive(submitted(), "running")
    waited = others(submission, ENOUGH)[0]
    assert usual_duration(submission) is not None
    Progress.objects.create(submission=waited, state="needs-sign-in", message="Sign in")
    assert usual_duration(submission) is None


def test_an_end_says_nothing_of_what_is_usual(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted())
    others(submission, ENOUGH)
    assert "median" not in page_of(as_rita, f"/submissions/{submission.code}/").text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (1, "1 second"), (89, "89 seconds"), (90, "2 minutes"), (3_600, "60 minutes")],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_how_far_azure_says_it_is_is_a_bar(
    sandbox: Running, as_rita: Client, submitted: Submit, page_of: GetPage
) -> None:
    submission = drive(submitted(), "running")
    Submission.objects.filter(pk=submission.pk).update(
        operation={**(submission.operation or {}), "percent": 40.0}
    )
    (bar,) = page_of(as_rita, f"/submissions/{submission.code}/").all("progress")
    assert (bar.get("value"), bar.get("max")) == ("40", "100")
