"""The pre-flight in a real browser, with the real worker: results come in by themselves, and lead to their fields."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.reviews.making import PASSWORD, document

from .conftest import People
from .person import Person
from .test_walks import address

VERSION = "2024-07-01"
LONG = 30_000


def refused(rita: Person, name: str) -> str:
    """A draft with nothing to fix that needs more than the quota allows."""
    wanted: dict[str, Any] = document()
    wanted["sku"]["capacity"] = 60
    return rita.paste(address(name, "create", VERSION), wanted, VERSION)


def test_the_check_asks_by_itself_and_says_what_is_new_where_the_person_is(people: People) -> None:
    rita = people("Rita")
    code = refused(rita, "by-itself")
    page = rita.page
    page.goto(f"{rita.base}/drafts/{code}/check/")
    page.locator("#ask-azure").focus()
    said = page.get_by_role("status").filter(has_text="Azure would refuse this")
    expect(said).to_be_attached(timeout=LONG)
    expect(page.locator("#ask-azure")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: Check everything - "))
    expect(page.locator("#azure").get_by_text("120 needed, 100 of 100 left")).to_be_visible()
    expect(page.locator("#status-bar")).to_contain_text("Azure would refuse it")
    step = page.get_by_role("link", name="Instances").first
    expect(step).to_have_accessible_description("2 to fix")
    assert PASSWORD not in page.content()
    page.locator("#azure").get_by_role("link", name="Instance count").first.click()
    expect(page.locator("#f-sku-capacity")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#f-sku-capacity")).to_be_focused()


def test_without_scripts_a_button_asks_and_the_page_looks_again(people: People) -> None:
    rita = people("Rita")
    code = refused(rita, "by-hand")
    page = people("Rita", scripts=False).page
    page.goto(f"{rita.base}/drafts/{code}/check/")
    page.get_by_role("button", name="Run the pre-flight").click()
    expect(page).to_have_url(f"{rita.base}/drafts/{code}/check/")
    page.get_by_role("link", name="See every check").click()
    # Without scripts the page reloads itself every few seconds.
    expect(page.get_by_text("120 needed, 100 of 100 left").first).to_be_visible(timeout=LONG)
    expect(page.get_by_role("row", name="Sum")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Run again")).to_be_visible()


def test_no_text_of_the_pre_flight_lies_under_the_json(people: People) -> None:
    rita = people("Rita")
    code = refused(rita, "beside-the-json")
    page = rita.page
    for below in ("check/", "preflight/"):
        page.goto(f"{rita.base}/drafts/{code}/{below}")
        if below == "check/":
            expect(page.locator("#azure .finding").first).to_be_visible(timeout=LONG)
        for width in (390, 720, 1024, 1200, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            wide = "box => [...box.querySelectorAll('*')].some(each => each.getClientRects().length"
            wide += " && each.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)"
            part = page.locator("#azure, #board").first
            assert not part.evaluate(wide), (below, width)
