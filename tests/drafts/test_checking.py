"""The findings of a draft are kept until the draft changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, checking
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target, paths
from vmssbuilder.scaleset.retirements import RETIREMENTS

PASSWORD = ("properties", "virtualMachineProfile", "osProfile", "adminPassword")


def rules(draft: Draft) -> set[str]:
    return {finding.rule for finding in check_content(draft)}


def test_a_second_look_asks_nobody(draft: Draft, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = check_content(draft)
    with django_assert_num_queries(0):
        assert check_content(draft) == first


def test_a_saved_change_is_checked_anew(requester: User, draft: Draft) -> None:
    before = rules(draft)
    changed = actions.save(requester, draft, 1, [Changed(("location",), "uksouth", 7)])
    assert rules(changed) != before
    # The revision before is still what it was.
    assert {finding.rule for finding in check_content(draft.revisions.get(number=1))} == before


def test_a_replaced_secret_is_checked_anew(requester: User, draft: Draft) -> None:
    before = rules(draft)
    shown = draft.document["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"]
    weak = actions.save(requester, draft, 1, [Changed(PASSWORD, shown, "short", secret=True)])
    assert rules(weak) != before


def test_an_unsaved_change_is_checked_too(draft: Draft) -> None:
    before = rules(draft)
    draft.name = "no good/"
    assert rules(draft) != before


def test_what_a_caller_does_with_the_findings_is_not_kept(draft: Draft) -> None:
    first = check_content(draft)
    first.clear()
    assert check_content(draft) != []


def test_what_retires_is_judged_by_the_day_on_which_it_is_looked_at(
    requester: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found yesterday and kept does not count today."""
    document: dict[str, Any] = {}
    disk = ("properties", "virtualMachineProfile", "storageProfile", "osDisk")
    paths.put(document, (*disk, "managedDisk", "storageAccountType"), "Standard_LRS")
    draft = actions.create(requester, Request(Target(), "create", "2024-07-01", document), "pasted")
    retirement = RETIREMENTS["standard-hdd"]

    def said(day: dt.date) -> list[str]:
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: noon)
        return [each.message for each in checking.check_content(draft) if each.rule == "osdisk-standard-hdd"]

    before = retirement.noticed - dt.timedelta(days=1)
    assert said(before) == []
    assert said(retirement.noticed) == [retirement.message(retirement.noticed)]
    assert said(retirement.date) == [retirement.message(retirement.date)]
    assert said(before) == []
