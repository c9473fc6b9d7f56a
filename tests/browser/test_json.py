"""The whole document edited as text, in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from .conftest import People, axe_violations
from .person import Person
from .requests import MANAGED_DISKS
from .test_walks import address

VERSION = "2016-04-30-preview"


def at_text(people: People, name: str, *, scripts: bool = True) -> tuple[Person, str]:
    """Someone at the text of a full draft; answers its code."""
    rita = people("Rita", scripts=scripts)
    code = rita.paste(address(name, "create", VERSION), MANAGED_DISKS, VERSION)
    rita.open(f"/drafts/{code}/json/")
    return rita, code


def box(page: Page) -> str:
    return page.locator("#text").input_value()


def changed(page: Page, capacity: int | str) -> str:
    document = json.loads(box(page))
    document["sku"]["capacity"] = capacity
    return json.dumps(document, indent=2)


def selected(page: Page) -> str:
    text: str = page.locator("#text").evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")
    return text


def test_by_keyboard_from_a_change_to_its_finding(people: People) -> None:
    rita, _code = at_text(people, "keys")
    page = rita.page
    page.locator("#text").fill(changed(page, "many"))
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.locator("main .callout").first).to_contain_text("Saved.")
    expect(page.locator("#text")).to_be_focused()
    finding = page.locator(".json-finding").filter(has=page.locator('[href$="#f-sku-capacity"]'))
    finding.get_by_role("link", name="Line").press("Enter")
    expect(page.locator("#text")).to_be_focused()
    assert selected(page) in ('"capacity": "many"', '"capacity": "many",')


def test_a_fault_leads_to_its_place(people: People) -> None:
    rita, _code = at_text(people, "fault")
    page = rita.page
    page.locator("#text").fill('{\n  "sku": nope\n}')
    expect(page.locator("#text-reading")).to_contain_text("Line 2")
    rita.press("Save and check")
    page.get_by_role("link", name="Line 2, column 10").click()
    assert selected(page) == "n"


def test_text_stays_while_nobody_is_signed_in(people: People) -> None:
    rita, code = at_text(people, "signed-out")
    page, context = rita.page, rita.page.context
    typed = changed(page, 7)
    page.locator("#text").fill(typed)
    context.clear_cookies(name="sessionid")
    page.keyboard.press("Control+s")
    expect(page.locator("#json-status")).to_contain_text("signed out")
    assert box(page) == typed
    other = context.new_page()
    other.goto(f"{rita.base}/sign-in/")
    other.get_by_role("link", name="Sign in with Microsoft").click()
    other.get_by_role("button", name="Rita").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("What needs you")
    other.close()
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.locator("main .callout").first).to_contain_text("Saved.")
    rita.open(f"/drafts/{code}/instances/")
    expect(page.locator('[name="sku.capacity"]')).to_have_value("7")


def test_text_stays_without_a_connection(people: People) -> None:
    rita, _code = at_text(people, "offline")
    page = rita.page
    typed = changed(page, 7)
    page.locator("#text").fill(typed)
    page.context.set_offline(True)
    page.keyboard.press("Control+s")
    expect(page.locator("#json-status")).to_contain_text("connection is down")
    page.context.set_offline(False)
    assert box(page) == typed
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.locator("main .callout").first).to_contain_text("Saved.")
    # The browser notes the request that went nowhere.
    people.complaints[:] = [line for line in people.complaints if "ERR_INTERNET_DISCONNECTED" not in line]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_two_who_changed_the_same_are_shown_both(people: People, scripts: bool) -> None:
    rita, code = at_text(people, f"both-{scripts}".lower(), scripts=scripts)
    page, other = rita.page, rita.page.context.new_page()
    other.goto(f"{rita.base}/drafts/{code}/json/")
    other.locator("#text").fill(changed(other, 50))
    with other.expect_navigation():
        other.get_by_role("button", name="Save and check").last.click()
    other.close()
    page.locator("#text").fill(changed(page, 8))
    with page.expect_navigation():
        page.get_by_role("button", name="Save and check").last.click()
    both = page.get_by_role("group", name="two values")
    expect(both.get_by_label("What is saved")).to_have_text("50")
    expect(both.get_by_label("What you wrote")).to_have_text("8")
    if scripts:
        assert axe_violations(page) == []
    rita.press("Save what I wrote")
    expect(page.locator("main .callout").first).to_contain_text("Saved.")
    assert json.loads(box(page))["sku"]["capacity"] == 8
    if scripts:
        assert axe_violations(page) == []
