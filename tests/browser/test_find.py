"""Find a setting in a real browser: by keyboard, by mouse, on a phone, without JavaScript, and across API versions."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import People, axe_violations
from .person import Person
from .requests import MANAGED_DISKS
from .test_walks import address

VERSION = "2016-04-30-preview"


def drafted(people: People, name: str, *, scripts: bool = True) -> tuple[Person, str]:
    """Someone at the first step of a full draft; answers its code."""
    rita = people("Rita", scripts=scripts)
    code = rita.paste(address(name, "create", VERSION), MANAGED_DISKS, VERSION)
    rita.open(f"/drafts/{code}/instances/")
    return rita, code


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Find a setting")


def selected(page: Page) -> Locator:
    return page.locator("[role=option][aria-selected=true]")


def test_by_keyboard_alone_to_a_field_of_another_step(people: People) -> None:
    rita, _code = drafted(people, "keys")
    page = rita.page
    page.keyboard.press("Control+k")
    expect(box(page)).to_be_focused()
    page.keyboard.type("password")
    expect(selected(page)).to_contain_text("Admin password")
    # What the person hears is what is marked.
    assert box(page).get_attribute("aria-activedescendant") == selected(page).get_attribute("id")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/image/#f-.*adminPassword$"))
    expect(page.locator("[name$=adminPassword]")).to_be_focused()


def test_the_arrows_walk_around_and_escape_closes(people: People) -> None:
    rita, _code = drafted(people, "arrows")
    page = rita.page
    opener = page.get_by_role("link", name="Find a setting")
    opener.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("disk size")
    expect(selected(page)).to_have_id("find-0")
    page.keyboard.press("ArrowDown")
    expect(selected(page)).to_have_id("find-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    last = page.locator("[role=option]").count() - 1
    expect(selected(page)).to_have_id(f"find-{last}")
    page.keyboard.press("Escape")
    expect(box(page)).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_field_that_is_folded_away_is_unfolded(people: People) -> None:
    rita, _code = drafted(people, "folded")
    page = rita.page
    field = page.locator("[name='properties.singlePlacementGroup']").first
    fold = page.locator("details", has=field)
    fold.first.evaluate("element => element.open = false")
    expect(field).to_be_hidden()
    page.keyboard.press("Control+k")
    # Typed and sent at once, before any answer can be there.
    page.keyboard.type("single placement group")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_be_visible()
    expect(box(page)).to_be_hidden()


def test_what_was_typed_before_is_saved_when_the_search_leads_away(people: People) -> None:
    rita, code = drafted(people, "typing")
    page = rita.page
    page.locator("[name='sku.capacity']").fill("7")
    page.keyboard.press("Control+k")
    page.keyboard.type("ssh key", delay=120)
    expect(selected(page)).to_contain_text("SSH public keys")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/image/"))
    rita.open(f"/drafts/{code}/instances/")
    expect(page.locator("[name='sku.capacity']")).to_have_value("7")


def test_into_the_only_item_of_a_list(people: People) -> None:
    rita, _code = drafted(people, "item")
    page = rita.page
    page.keyboard.press("Control+k")
    page.keyboard.type("subnet")
    expect(selected(page)).to_contain_text("In ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/ipConfigurations/0/#f-.*subnet-id$"))
    expect(page.locator("[name$='subnet.id']")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_setting_of_a_later_version_by_way_of_the_switch(people: People, scripts: bool) -> None:
    rita, _code = drafted(people, f"later-{scripts}", scripts=scripts)
    page = rita.page
    page.get_by_role("link", name="Find a setting").click()
    if scripts:
        box(page).fill("accelerated networking")
        expect(selected(page)).to_contain_text("Needs 2017-03-30 or later; this draft has 2016-04-30-preview")
        selected(page).click()
    else:
        page.get_by_role("searchbox").fill("accelerated networking")
        page.get_by_role("button", name="Find", exact=True).click()
        page.get_by_role("link", name="Accelerated networking").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Switch to API version 2017-03-30?")
    page.get_by_role("button", name="Switch to 2017-03-30").click()
    expect(page).to_have_url(
        re.compile(r"/networkInterfaceConfigurations/0/#f-.*enableAcceleratedNetworking$")
    )
    if scripts:
        expect(page.locator("[name$=enableAcceleratedNetworking]").first).to_be_focused()


def test_what_is_called_nothing_is_said(people: People) -> None:
    rita, _code = drafted(people, "nothing")
    rita.page.keyboard.press("Control+k")
    rita.page.keyboard.type("zzqx")
    expect(rita.page.get_by_role("dialog").get_by_role("status")).to_contain_text("No setting is called that")
    rita.page.keyboard.press("Enter")
    expect(box(rita.page)).to_be_focused()


def test_axe_finds_nothing_on_a_wide_screen_and_a_phone(people: People) -> None:
    rita, code = drafted(people, "find-axe")
    page = rita.page
    violations = []
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        rita.open(f"/drafts/{code}/instances/")
        page.get_by_role("link", name="Find a setting").click()
        box(page).fill("public ip")
        expect(selected(page)).to_be_visible()
        violations += axe_violations(page, (width,))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for below in ("find/?q=public+ip", "export/bicep/", "network/?findings=1"):
            rita.open(f"/drafts/{code}/{below}")
            violations += axe_violations(page, (width,))
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), below
    assert violations == []


def test_a_fix_beside_the_field_keeps_what_was_typed(people: People) -> None:
    rita = people("Rita")
    slip = MANAGED_DISKS | {"location": "UK South"}
    code = rita.paste(address("fix", "create", VERSION), slip, VERSION)
    rita.open(f"/drafts/{code}/basics/?findings=1")
    rita.page.locator("[name='$target.name']").fill("typed-now")
    rita.press("Write uksouth")
    expect(rita.page.locator("[name='location']")).to_have_value("uksouth")
    expect(rita.page.locator("[name='$target.name']")).to_have_value("typed-now")
