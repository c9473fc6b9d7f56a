"""Findings where they stand, and their fixes: one, all, and beside the field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.forms import entries
from tests.web.strict import Page, text_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.checking import check_content, fix_all
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, paths

from .conftest import DOCUMENT, TARGET

PROFILE = ("properties", "virtualMachineProfile")
CACHING = "properties.virtualMachineProfile.storageProfile.osDisk.caching"


@pytest.fixture
def slips(requester: User) -> Draft:
    """A draft with three slips that mend themselves: a value's and two names' spelling."""
    document: dict[str, Any] = {
        **DOCUMENT,
        "Location": "UK South",
        "sku": {"name": "Standard_D2s_v5", "tier": "Standard", "Capacity": 3},
        "properties": {
            **DOCUMENT["properties"],
            "virtualMachineProfile": {
                **DOCUMENT["properties"]["virtualMachineProfile"],
                "storageProfile": {"osDisk": {"createOption": "FromImage", "caching": "readwrite"}},
            },
        },
    }
    del document["location"]
    return actions.create(requester, Request(TARGET, "create", "2016-04-30-preview", document), "pasted")


def fixable(draft: Draft) -> dict[str, str]:
    """Where there is a fix, and its title."""
    return {found.where: found.fix.title for found in check_content(draft) if found.fix}


def at(draft: Draft, below: str) -> str:
    return f"/drafts/{draft.code}/{below}"


def test_the_slips_have_fixes(slips: Draft) -> None:
    assert fixable(slips).keys() >= {"Location", "sku.Capacity", CACHING}


def test_errors_and_warnings_stand_apart_each_with_its_page(
    page_of: GetPage, as_requester: Client, slips: Draft
) -> None:
    page = page_of(as_requester, at(slips, "check/"))
    errors = [text_of(each) for each in page.all("ul", **{"aria-labelledby": "findings"})[0]]
    assert all(each.startswith("Error") for each in errors)
    assert any("Disks · Host caching" in each for each in errors)
    assert any("Network, nic-b · " in each for each in errors)


def test_a_fix_on_the_check_page_mends_the_value(as_requester: Client, slips: Draft) -> None:
    finding = next(each for each in check_content(slips) if each.where == CACHING)
    answer = as_requester.post(at(slips, "fix/"), {"fix": f"{finding.rule}:{finding.where}"}, follow=True)
    assert "Error" in answer.content.decode()
    slips.refresh_from_db()
    assert paths.get(slips.document, paths.parse(CACHING)) == "ReadWrite"
    again = as_requester.post(at(slips, "fix/"), {"fix": f"{finding.rule}:{finding.where}"}, follow=True)
    assert "That was already settled." in again.content.decode()


# --- Beside the field -------------------------------------------------------------------------------------------------


def buttons(page: Page) -> dict[str, str]:
    return {
        each.get("value", ""): text_of(each) for each in page.all("button", name="act") if each.get("value")
    }


def test_a_fix_beside_its_field_keeps_what_was_typed_and_comes_back(
    page_of: GetPage, as_requester: Client, slips: Draft
) -> None:
    page = page_of(as_requester, at(slips, "disks/?findings=1"))
    [name] = [value for value in buttons(page) if value.endswith(CACHING)]
    assert name.startswith("fix:")
    assert buttons(page)[name] == fixable(slips)[CACHING]
    sent = dict(entries(page.html)) | {"act": name}
    size = "properties.virtualMachineProfile.storageProfile.osDisk.name"
    sent[size] = "typed-just-now"
    answer = as_requester.post(at(slips, "disks/"), sent)
    assert answer["Location"].startswith(at(slips, "disks/?findings=1"))
    assert answer["Location"].endswith("#f-" + CACHING.replace(".", "-"))
    slips.refresh_from_db()
    assert paths.get(slips.document, paths.parse(CACHING)) == "ReadWrite"
    assert paths.get(slips.document, paths.parse(size)) == "typed-just-now"


def test_a_fix_beside_its_field_returns_to_the_check_in_the_end(as_requester: Client, slips: Draft) -> None:
    page = Page(as_requester.get(at(slips, "disks/?findings=1&return=check")))
    [name] = [value for value in buttons(page) if value.endswith(CACHING)]
    answer = as_requester.post(at(slips, "disks/"), dict(entries(page.html)) | {"act": name})
    assert "&return=check#" in answer["Location"]


def test_a_fix_that_is_settled_by_what_was_typed_says_so(as_requester: Client, slips: Draft) -> None:
    page = Page(as_requester.get(at(slips, "disks/?findings=1")))
    [name] = [value for value in buttons(page) if value.endswith(CACHING)]
    sent = dict(entries(page.html)) | {"act": name, CACHING: "ReadOnly"}
    answer = as_requester.post(at(slips, "disks/"), sent, follow=True)
    assert "That was already settled." in answer.content.decode()
    slips.refresh_from_db()
    assert paths.get(slips.document, paths.parse(CACHING)) == "ReadOnly"


def test_without_findings_shown_no_fix_is_offered(as_requester: Client, slips: Draft) -> None:
    page = Page(as_requester.get(at(slips, "disks/")))
    assert not [value for value in buttons(page) if value.startswith("fix:")]


def test_findings_of_the_items_are_named_with_their_page(
    page_of: GetPage, as_requester: Client, slips: Draft
) -> None:
    page = page_of(as_requester, at(slips, "network/?findings=1"))
    summary = next(each for each in page.root.iter("div") if each.get("id") == "error-summary")
    links = {text_of(link): link.get("href", "") for link in summary.iter("a")}
    [(words, href)] = [(words, href) for words, href in links.items() if words.startswith("nic-b: ")]
    assert "/networkInterfaceConfigurations/1/?findings=1#f-" in href
    there = page_of(as_requester, href)
    assert words.removeprefix("nic-b: ") in there.text
    assert f'id="{href.partition("#")[2]}"' in there.html


# --- All at once ------------------------------------------------------------------------------------------------------


def test_all_fixes_are_shown_before_they_are_made(
    page_of: GetPage, as_requester: Client, slips: Draft
) -> None:
    made = fix_all(slips)
    check = page_of(as_requester, at(slips, "check/"))
    assert f"Apply {len(fixable(slips))} fixes…" in check.links()
    page = page_of(as_requester, at(slips, "fixes/"))
    assert page.heading == f"Apply {len(made)} fixes"
    assert re.search(r"Before: readwrite After: Read.*write", page.text, re.IGNORECASE)
    slips.refresh_from_db()
    assert slips.head == 1

    sent = dict(entries(page.html))
    as_requester.post(at(slips, "fixes/"), sent)
    slips.refresh_from_db()
    assert slips.head == 2
    assert paths.get(slips.document, paths.parse(CACHING)) == "ReadWrite"
    assert slips.document["location"] == "uksouth"
    assert slips.document["sku"]["capacity"] == 3
    assert fixable(slips) == {}


def test_all_fixes_keep_secrets_as_references(as_requester: Client, slips: Draft) -> None:
    before = paths.get(slips.document, (*PROFILE, "osProfile", "adminPassword"))
    assert set(before) == {"$secret"}
    as_requester.post(at(slips, "fixes/"), {"base": "1"})
    slips.refresh_from_db()
    assert paths.get(slips.document, (*PROFILE, "osProfile", "adminPassword")) == before
    assert slips.secrets.count() == 1


def test_a_fix_that_moves_the_places_of_others_leaves_none_behind(requester: User) -> None:
    """Each fix is made on what the one before has left."""
    document = {"Sku": {"Name": "Standard_D2s_v5", "CAPACITY": 2}}
    draft = actions.create(requester, Request(TARGET, "create", "2016-04-30-preview", document), "pasted")
    assert fix_all(draft)[-1].after["sku"] == {"name": "Standard_D2s_v5", "capacity": 2}


def test_all_fixes_of_a_page_that_is_out_of_date_are_shown_again(
    page_of: GetPage, as_requester: Client, slips: Draft
) -> None:
    page = page_of(as_requester, at(slips, "fixes/"), post={"base": "0"}, follow=True)
    assert "was changed since you opened the page" in page.html
    slips.refresh_from_db()
    assert slips.head == 1


def test_all_fixes_that_others_forestall_are_shown_again(
    page_of: GetPage,
    as_requester: Client,
    requester: User,
    slips: Draft,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody changes what a fix changes between its making and its saving."""
    theirs = [Changed(paths.parse(CACHING), "readwrite", "None")]
    original = actions.apply_fixes

    def overtaken(*given: Any) -> Draft:
        actions.save(requester, Draft.objects.get(pk=slips.pk), 1, theirs)
        return original(*given)

    monkeypatch.setattr(actions, "apply_fixes", overtaken)
    page = page_of(as_requester, at(slips, "fixes/"), post={"base": "1"}, follow=True, queries=30)
    assert "was changed since you opened the page" in page.html
    slips.refresh_from_db()
    assert (slips.head, paths.get(slips.document, paths.parse(CACHING))) == (2, "None")


def test_where_nothing_mends_itself_the_check_is_shown(as_requester: Client, draft: Draft) -> None:
    assert not fixable(draft)
    assert as_requester.get(at(draft, "fixes/"))["Location"] == at(draft, "check/")
