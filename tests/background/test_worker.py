"""Heavy work with the heaviest draft, over HTTP and with real workers, one of them killed in the middle."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from django.test import Client

from bench import heavy
from tests.forms import entries
from tests.submissions.test_worker import Start, kill, start
from tests.web.strict import Page, problems_of
from vmssbuilder.accounts.models import User
from vmssbuilder.background.models import Work
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.workers import heartbeats

from .conftest import begun, draft_of

__all__ = ["start"]

pytestmark = pytest.mark.django_db(transaction=True)

INTERFACES = paths.parse("properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations")


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"in vain: {list(Work.objects.values())}"
        time.sleep(0.05)


def primaries(draft: Draft) -> list[int]:
    """How many primary interfaces there are, and how many primary addresses in each."""
    listed = paths.get(Draft.objects.get(pk=draft.pk).document, INTERFACES)
    addresses = {
        sum(
            each.get("properties", {}).get("primary") is True
            for each in nic["properties"]["ipConfigurations"]
        )
        for nic in listed
    }
    return [sum(nic["properties"].get("primary") is True for nic in listed), *addresses]


def test_all_fixes_of_the_heaviest_draft(as_requester: Client, requester: User, start: Start) -> None:
    draft = draft_of(requester, heavy.interfaces())
    home = f"/drafts/{draft.code}"
    answer = as_requester.get(f"{home}/fixes/", follow=True)
    assert answer.redirect_chain == [(f"{home}/heavy-work/", 302)]
    form = dict(entries(answer.content.decode()))
    heartbeats.beat("here")
    as_requester.post(f"{home}/heavy-work/", form)
    start()
    figures: list[tuple[int, int]] = []
    until = time.monotonic() + 240
    while True:
        # As a browser without JavaScript loads it again and again.
        answer = as_requester.get(f"{home}/heavy-work/")
        assert problems_of(answer) == []
        page = Page(answer)
        shown = re.search(r"([\d,]+) of ([\d,]+) findings fixed", page.text)
        if shown:
            figures.append((int(shown[1].replace(",", "")), int(shown[2].replace(",", ""))))
        if 'http-equiv="refresh"' not in page.html:
            break
        assert time.monotonic() < until, page.text
        time.sleep(1)
    assert "Fixed 4,000 findings" in page.text
    assert "Saved as revision 2." in page.text
    assert "20,001 findings are left" in page.text
    assert figures == sorted(figures)
    assert {total for _done, total in figures} == {4_000}
    assert primaries(draft) == [1, 1]


def test_what_a_killed_worker_was_at_is_done_by_another(requester: User, start: Start) -> None:
    draft = draft_of(requester, heavy.interfaces(600))
    begun(requester, draft)
    first = start(quick=True)
    wait_for(lambda: Work.objects.filter(state="running", total__gt=0).exists())
    kill(first)
    assert Work.objects.get().state == "running", "it was killed in the middle"
    assert Draft.objects.get(pk=draft.pk).head == 1
    start(quick=True)
    wait_for(lambda: not Work.objects.get().is_moving)
    work = Work.objects.get()
    assert (work.state, work.tries, work.saved, work.done) == ("done", 2, 2, 1_200)
    assert primaries(draft) == [1, 1]
