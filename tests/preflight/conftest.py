"""The people of the tests of submissions, who signed in with Microsoft."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.submissions.conftest import approved_draft, as_rita, as_rolf, rita, rolf, submitted
from vmssbuilder.accounts import lookups

__all__ = ["approved_draft", "as_rita", "as_rolf", "rita", "rolf", "submitted"]


@pytest.fixture(autouse=True)
def _no_check_goes_on() -> Iterator[None]:
    """A check that a test gave up would meet the faults of the next one."""
    yield
    for each in threading.enumerate():
        if each.name.startswith("check-"):
            each.join(timeout=10)


@pytest.fixture(autouse=True)
def _a_fresh_process() -> None:
    lookups.forget_everything()
