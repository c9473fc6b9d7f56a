"""Everything that the sandbox can do wrong, at a list to choose from: what the person sees, and that nothing is lost."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.pickers.test_fetching import sizes_of
from vmssbuilder.accounts import arm, lookups
from vmssbuilder.drafts.models import Draft
from vmssbuilder.pickers import views
from vmssbuilder.sandbox import faults
from vmssbuilder.sandbox.server import Running

IMPROPER: Final = "Azure did not give a proper answer about VM sizes."
GATEWAY: Final = (
    "answered in its place: status 502 and a web page “502 Bad Gateway”, so VM sizes cannot be listed."
)
TOLD: Final = {
    "429": "Azure asks for a pause: VM sizes can be listed again in 3 seconds.",
    "500": IMPROPER,
    "502": GATEWAY,
    "403": "You may not list VM sizes here.",
    "reset": IMPROPER,
    "truncated": IMPROPER,
    "lost-answer": IMPROPER,
}
"""Faults, and what the page says of them."""

UNSEEN: Final = ("latency", "expired-token", "claims-challenge")
"""Faults that the person has nothing to do with: the page waits, or a new token is got."""

OF_WRITES: Final = ("failed", "canceled", "endless")
"""Faults of operations: a list is none."""


def wish(sandbox: Running, name: str, times: int) -> None:
    options: dict[str, Any] = {**faults.OFFERED[name].options, "path": "/skus", "times": times}
    sandbox.fault(**options | ({"seconds": 0.05} if name == "latency" else {}))


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE_WAITS", 10.0)


@pytest.mark.parametrize("name", TOLD)
def test_it_is_told_the_value_can_be_typed_and_the_list_comes_later(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage, name: str
) -> None:
    before = draft.document
    wish(sandbox, name, 1 if name in {"403", "429"} else arm.ATTEMPTS)
    page = page_of(rita, sizes_of(draft))
    assert TOLD[name] in page.text
    assert "type the value" in page.text.lower()
    draft.refresh_from_db()
    assert draft.document == before
    # As after some seconds.
    lookups.forget_everything()
    draft.owner.pauses.all().delete()
    assert "Standard_D2s_v5" in page_of(rita, sizes_of(draft)).text


@pytest.mark.parametrize("name", [*UNSEEN, *OF_WRITES])
def test_it_is_none_of_the_persons_and_the_list_comes(
    rita: Client, draft: Draft, sandbox: Running, page_of: GetPage, name: str
) -> None:
    wish(sandbox, name, 1)
    page = page_of(rita, sizes_of(draft))
    if "Azure has not answered yet" in page.text:
        # Another token was got meanwhile.
        page = page_of(rita, sizes_of(draft))
    assert "Standard_D2s_v5" in page.text
    if name in OF_WRITES:
        assert sandbox.sandbox.memory.faults.pop().times == 1


def test_every_fault_of_the_sandbox_is_here() -> None:
    assert {*TOLD, *UNSEEN, *OF_WRITES} == set(faults.OFFERED)
