"""A draft with more to fix than a page shows, and the worker's part of it within the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench import heavy
from tests.drafts.conftest import TARGET
from vmssbuilder.accounts.models import User
from vmssbuilder.background import actions, doing
from vmssbuilder.background.models import Work, WorkKind
from vmssbuilder.drafts import actions as editing
from vmssbuilder.drafts import checking
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request
from vmssbuilder.workers import heartbeats


def draft_of(user: User, document: dict[str, Any] | None = None) -> Draft:
    """A draft of 30 interfaces, nearly every one with two fixes."""
    document = heavy.interfaces(30, 3) if document is None else document
    return editing.create(user, Request(TARGET, "create", "2024-07-01", document), "pasted")


def begun(user: User, draft: Draft) -> Work:
    return actions.start(user, draft, WorkKind.FIXES)


def ended(work: Work) -> Work:
    """The work after a worker did it."""
    doing.run(work.pk)
    work.refresh_from_db()
    return work


@pytest.fixture
def draft(requester: User) -> Draft:
    heartbeats.beat("here")
    return draft_of(requester)


@pytest.fixture
def few_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page shows so few fixes that those of the draft are too many."""
    monkeypatch.setattr(checking, "FIXES_AT_MOST", 10)


@pytest.fixture
def in_the_middle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Has something done while the worker is in the middle of the fixes: after the fifth."""

    def arrange(what: Callable[[], Any]) -> None:
        original = checking.Fixing.__iter__

        def interrupted(self: checking.Fixing) -> Any:
            for fixed in original(self):
                if self.made == 5:
                    what()
                yield fixed

        monkeypatch.setattr(checking.Fixing, "__iter__", interrupted)

    return arrange
