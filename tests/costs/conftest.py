"""An installation with prices, and people who are signed in with Microsoft."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.updates.conftest import as_rita, rita, running_set
from vmssbuilder.costs import fetching

__all__ = ["as_rita", "rita", "running_set"]


@pytest.fixture(autouse=True)
def _prices_are_told(settings: Settings) -> Iterator[None]:
    settings.VMSSBUILDER_PRICES = True
    fetching.forget_everything()
    yield
    for each in threading.enumerate():
        if each.name == "prices":
            each.join(timeout=10)
    fetching.forget_everything()
