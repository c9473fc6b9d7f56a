"""The pre-flight in a real browser, with the real worker: results come in by themselves, and lead to their fields."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.reviews.making import PASSWORD, document

from .conftest import People
from .test_walks import address

VERSION = "2024-07-01"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_board_fills_by_itself_and_leads_to_the_field(people: People, *, scripts: bool) -> None:
    rita = people("Rita")
    wanted: dict[str, Any] = document()
    wanted["sku"]["capacity"] = 60
    code = rita.paste(address(f"board-{scripts}".lower(), "create", VERSION), wanted, VERSION)
    page = rita.page if scripts else people("Rita", scripts=False).page
    page.goto(f"{rita.base}/drafts/{code}/check/")
    page.get_by_role("link", name="Run the pre-flight").click()
    page.get_by_role("button", name="Run the pre-flight").click()
    failed = page.get_by_text("120 needed, 100 of 100 left").first
    # Without scripts the page reloads itself every few seconds.
    expect(failed).to_be_visible(timeout=30_000)
    expect(page.get_by_role("row", name="Sum")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Run again")).to_be_visible()
    assert PASSWORD not in page.content()
    page.locator("#board").get_by_role("link", name="Instance count").first.click()
    expect(page).to_have_url(f"{rita.base}/drafts/{code}/size/#f-sku-capacity")
