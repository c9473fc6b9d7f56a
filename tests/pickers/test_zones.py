"""Zones as boxes to tick: those of the region, as far as the person may see them, and rows to fill in where nobody knows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.pickers.conftest import DOCUMENT, MakeDraft
from tests.pickers.test_pages import now
from vmssbuilder.drafts.models import Draft
from vmssbuilder.pickers import zones


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "WAITS", 10.0)


def boxes(html: str) -> dict[str, bool]:
    """The boxes by their words, and whether they are ticked."""
    field = html.split('id="f-zones-field"')[1].split("</fieldset>", maxsplit=1)[0]
    parts = field.split('<div class="choice">')[1:]
    return {part.split("</label>")[0].rpartition(">")[2]: " checked" in part for part in parts}


def test_the_zones_of_the_region_are_boxes(rita: Client, draft: Draft, page_of: GetPage) -> None:
    page = page_of(rita, f"/drafts/{draft.code}/basics/")
    assert boxes(page.html) == {"Zone 1": True, "Zone 2": False, "Zone 3": False}


@pytest.mark.parametrize(
    ("ticked", "wanted"),
    [(["1", "3"], ["1", "3"]), (["2"], ["2"]), (["1", "2", "3"], ["1", "2", "3"]), ([], None)],
)
def test_what_is_ticked_is_what_the_list_holds(
    rita: Client, draft: Draft, ticked: list[str], wanted: Any
) -> None:
    form = {"base": 1, "rows": "zones"} | {f"zones[{int(each) - 1}]": each for each in ticked}
    assert rita.post(f"/drafts/{draft.code}/basics/", form).status_code == 302
    assert now(draft, "zones") == wanted


@pytest.mark.parametrize("held", [["3", "1"], ["1", "1"], ["2"], [1], ["9"], ["a&b"]], ids=str)
def test_a_page_sent_back_untouched_changes_nothing(
    rita: Client, make_draft: MakeDraft, page_of: GetPage, held: list[Any]
) -> None:
    from tests.forms import entries

    draft = make_draft(DOCUMENT | {"zones": held})
    page = page_of(rita, f"/drafts/{draft.code}/basics/")
    sent: dict[str, list[str]] = {}
    for name, value in entries(page.html.partition('id="step-form"')[2].partition("</form>")[0]):
        sent.setdefault(name, []).append(value)
    sent.pop("act", None)
    rita.post(f"/drafts/{draft.code}/basics/", sent)
    assert now(draft, "zones") == held


def test_a_size_that_a_zone_does_not_have_is_told_there(
    rita: Client, make_draft: MakeDraft, page_of: GetPage
) -> None:
    draft = make_draft(DOCUMENT | {"sku": {"name": "Standard_E2bds_v5"}})
    rita.get(f"/drafts/{draft.code}/choose/sku/name/")
    page = page_of(rita, f"/drafts/{draft.code}/basics/")
    assert page.text.count("Standard_E2bds_v5 is not on offer here") == 1


def test_a_region_without_zones_and_no_region_leave_rows_to_fill_in(
    rita: Client, make_draft: MakeDraft, page_of: GetPage
) -> None:
    for document in ({}, {"location": "ukwest"}):
        page = page_of(rita, f"/drafts/{make_draft(document).code}/basics/")
        assert 'name="zones[0]" value=""' in page.html
