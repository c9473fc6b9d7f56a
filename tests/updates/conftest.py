"""A scale set that runs in the sandbox, and people who are signed in with Microsoft."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.reviews.making import SUBSCRIPTION, document
from tests.submissions.conftest import person, signed_in
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.sandbox.server import Running
from vmssbuilder.updates import actions, reading
from vmssbuilder.updates.live import Live, parse_id

ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Compute"
    "/virtualMachineScaleSets/web-prod"
)


TWO_PAGES = 40
"""Queries of a form and of the page that it leads to."""


@pytest.fixture(autouse=True)
def _nothing_is_under_way() -> Iterator[None]:
    lookups.forget_everything()
    yield
    until = time.monotonic() + 10
    while time.monotonic() < until and any(not job.future.done() for job in lookups._jobs.values()):
        time.sleep(0.01)
    lookups.forget_everything()


@pytest.fixture
def as_rita(sandbox: Running, db: None) -> Client:
    return signed_in("rita")


@pytest.fixture
def rita(as_rita: Client) -> User:
    return person("rita")


@pytest.fixture
def running_set(sandbox: Running) -> ScaleSet:
    """The scale set web-prod; tests change it as somebody else would."""
    made = ScaleSet(
        SUBSCRIPTION, "rg-shop", "web-prod", document(), "2026-01-01T00:00:00Z", "7f", state="Succeeded"
    )
    sandbox.sandbox.memory.scale_sets[(SUBSCRIPTION, "rg-shop", "web-prod")] = made
    return made


def somebody_else(scale_set: ScaleSet, change: Callable[[dict[str, Any]], None]) -> None:
    """A change of the scale set by other hands."""
    change(scale_set.model)
    scale_set.etag += 1
    lookups.forget_everything()


def open_as(user: User, api_version: str) -> Draft:
    """The running set, opened as a draft of that API version."""
    asked = reading.read(user, parse_id(ID), api_version, within=0.0)
    while asked.loading:
        asked = reading.read(user, parse_id(ID), api_version)
    assert isinstance(asked.value, Live), asked
    return actions.open_live(user, asked.value)


@pytest.fixture
def opened(rita: User, running_set: ScaleSet) -> Draft:
    """The running set, opened as a draft of Rita's."""
    return open_as(rita, "2024-07-01")
