"""People who signed in at the sandbox's Entra ID, and approved drafts of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.accounts import entra
from tests.reviews.making import approved, draft
from vmssbuilder import clock
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running
from vmssbuilder.submissions import actions, transitions
from vmssbuilder.submissions.models import Submission
from vmssbuilder.workers import heartbeats

Browser = Client


def signed_in(account: str) -> Client:
    """A browser in which somebody of the sandbox's directory is signed in."""
    browser = entra.browser()
    answer = entra.sign_in(browser, account)
    assert answer.status_code == 302, answer.content
    return browser


def person(account: str) -> User:
    return User.objects.get(object_id=world.ACCOUNTS[account].oid)


@pytest.fixture
def as_rita(sandbox: Running, db: None) -> Client:
    return signed_in("rita")


@pytest.fixture
def rita(as_rita: Client) -> User:
    """Fills in requests, and may change things in Azure."""
    return person("rita")


@pytest.fixture
def as_rolf(sandbox: Running, db: None) -> Client:
    return signed_in("rolf")


@pytest.fixture
def rolf(as_rolf: Client) -> User:
    return person("rolf")


@pytest.fixture
def approved_draft(rita: User, rolf: User) -> Callable[..., Draft]:
    """Makes an approved draft of Rita's; see tests.reviews.making.draft for what it takes."""

    def make(*what: Any, **more: Any) -> Draft:
        made = draft(rita, *what, **more)
        approved(rita, rolf, made)
        return made

    return make


@pytest.fixture
def submitted(rita: User, approved_draft: Callable[..., Draft]) -> Callable[..., Submission]:
    """Makes an approved draft and has it sent: the submission is queued, a worker is there, nothing has been done yet."""

    def make(*what: Any, **more: Any) -> Submission:
        heartbeats.beat("here")
        return actions.submit(rita, approved_draft(*what, **more))

    return make


@pytest.fixture
def azure_at_once(sandbox: Running) -> Iterator[None]:
    """Azure is done as soon as it is asked."""
    memory = sandbox.sandbox.memory
    before, memory.delay = memory.delay, 0.0
    lookups.forget_everything()
    yield
    lookups.forget_everything()
    memory.delay = before


def step(submission: Submission) -> Submission:
    """The submission after its next step, which is done now instead of when it falls due."""
    Submission.objects.filter(pk=submission.pk).update(next_step=clock.now())
    transitions.run(submission.pk)
    return Submission.objects.get(pk=submission.pk)


def drive(submission: Submission, until: str = "", most: int = 30) -> Submission:
    """The submission once it is in that state, or in one in which nothing more is done by itself."""
    for _ in range(most):
        submission = Submission.objects.get(pk=submission.pk)
        if submission.state == until or not submission.is_moving:
            return submission
        submission = step(submission)
    raise AssertionError(f"still {submission.state} after {most} steps: {submission.error}")


def said(submission: Submission) -> list[str]:
    """The lines of its history."""
    return [f"{line.state}: {line.message}" for line in submission.progress.all()]
