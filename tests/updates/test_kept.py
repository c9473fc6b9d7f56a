"""Secrets that Azure keeps: each page says the same of them, and what is said is true."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.reviews.making import edit
from tests.updates.conftest import open_as
from tests.web.strict import Page, text_of
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.memory import ScaleSet
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import errors

pytestmark = pytest.mark.django_db

OS = "properties.virtualMachineProfile.osProfile"
EXTENSIONS = "properties.virtualMachineProfile.extensionProfile.extensions"
PROTECTED = f"{EXTENSIONS}[0].properties.protectedSettings"
SETUP: dict[str, Any] = {
    "name": "setup",
    "properties": {
        "publisher": "Microsoft.Compute",
        "type": "CustomScriptExtension",
        "typeHandlerVersion": "1.10",
        "protectedSettings": {"commandToExecute": "install.cmd"},
    },
}
HEALTH: dict[str, Any] = {
    "name": "health",
    "properties": {
        "publisher": "Microsoft.ManagedServices",
        "type": "ApplicationHealthWindows",
        "typeHandlerVersion": "1.0",
        "settings": {"protocol": "tcp", "port": 80},
    },
}


@pytest.fixture
def scripted(rita: User, running_set: ScaleSet) -> Draft:
    """A running set whose script command is in the protected settings, opened as a draft."""
    profile = running_set.model["properties"]["virtualMachineProfile"]
    profile["extensionProfile"] = {"extensions": [SETUP]}
    return open_as(rita, "2024-07-01")


def field(page: Page, name: str) -> str:
    """The words of the field whose input has that name."""
    for each in page.all("div"):
        if "field" in str(each.get("class", "")).split() and any(
            inner.get("name") == name for inner in each.iter()
        ):
            return text_of(each)
    raise AssertionError(f"no field {name}")


def test_what_azure_keeps_is_neither_set_nor_unset(
    as_rita: Client, scripted: Draft, page_of: GetPage
) -> None:
    page = page_of(as_rita, f"/drafts/{scripted.code}/image/")
    assert "Kept by Azure if it was set, and never returned. It stays as it is: an update cannot" in field(
        page, f"{OS}.adminPassword"
    )
    assert "It stays as it is unless you enter another" in field(page, f"{OS}.customData")
    assert "Set, hidden" not in page.text
    text = page_of(as_rita, f"/drafts/{scripted.code}/json/").text
    assert "Secrets that Azure keeps do not stand here." in text


def test_a_part_of_what_azure_keeps_says_that_entering_it_replaces_the_whole(
    as_rita: Client, scripted: Draft, page_of: GetPage
) -> None:
    page = page_of(
        as_rita, f"/drafts/{scripted.code}/extensions/{paths.to_url(paths.parse(PROTECTED)[:-2])}/"
    )
    said = field(page, f"{PROTECTED}.commandToExecute")
    assert "Kept by Azure" in said
    assert "takes the place of all protected settings" in said


def test_the_count_of_a_scripted_set_needs_nothing_entered(
    as_rita: Client, rita: User, scripted: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, scripted, "sku.capacity", 5)
    assert not errors(check_content(draft))
    page = page_of(as_rita, f"/drafts/{draft.code}/check/")
    assert "Nothing to fix." in page.text
    assert "Protected settings" in page.text
    assert "Kept by Azure if it was set" in page.text
    assert "lost with this request" not in page.text
    said = page_of(as_rita, f"/drafts/{draft.code}/changes/").text
    assert "Those of these that were set stay as they are." in said
    assert "lost with this request" not in said


def test_a_list_that_is_sent_loses_them_and_every_page_says_so(
    as_rita: Client, rita: User, scripted: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, scripted, f"{EXTENSIONS}[1]", HEALTH)
    (asked,) = errors(check_content(draft))
    assert asked.where == PROTECTED
    check = page_of(as_rita, f"/drafts/{draft.code}/check/")
    assert asked.message in check.text
    assert "lost with this request" in check.text
    changes = page_of(as_rita, f"/drafts/{draft.code}/changes/").text
    assert "lost with this request" in changes
    assert "Protected settings of extension “setup”" in changes
    place = paths.to_url(paths.parse(PROTECTED)[:-2])
    address = f"/drafts/{draft.code}/extensions/{place}/"
    assert "lost with this request" in field(page_of(as_rita, address), PROTECTED)
    # Where the finding stands, it is not said twice.
    said = field(page_of(as_rita, f"{address}?findings=1"), PROTECTED)
    assert asked.message in said
    assert "lost with this request" not in said
    export = page_of(as_rita, f"/drafts/{draft.code}/export/rest/").text
    assert "lost with this request" in export


def test_once_entered_it_is_set_like_any_other(
    as_rita: Client, rita: User, scripted: Draft, page_of: GetPage
) -> None:
    draft = edit(rita, scripted, f"{EXTENSIONS}[1]", HEALTH)
    draft = edit(rita, draft, PROTECTED, {"commandToExecute": "install.cmd"})
    assert not errors(check_content(draft))
    place = paths.to_url(paths.parse(PROTECTED)[:-2])
    said = field(page_of(as_rita, f"/drafts/{draft.code}/extensions/{place}/"), PROTECTED)
    assert "Set, hidden" in said
    assert "Kept by Azure" not in said
