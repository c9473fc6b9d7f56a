"""The findings of a draft are kept until the draft changes."""

from __future__ import annotations

from pytest_django import DjangoAssertNumQueries

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.submitted import Changed

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
