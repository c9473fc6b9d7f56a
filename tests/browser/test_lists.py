"""Lists in a real browser: by mouse, by keyboard alone, without JavaScript; long ones."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import People
from .measures import axe_violations
from .person import Person

API_VERSION = "2024-07-01"
PROFILE = "properties.virtualMachineProfile"
NICS = f"{PROFILE}.networkProfile.networkInterfaceConfigurations"
DISKS = f"{PROFILE}.storageProfile.dataDisks"


def request(*, nics: int = 0, extensions: int = 0, disks: int = 0, tags: int = 0) -> dict[str, Any]:
    """A body with that many of each."""
    return {
        "location": "uksouth",
        "tags": {f"tag{number}": "x" for number in range(tags)},
        "properties": {
            "virtualMachineProfile": {
                "storageProfile": {"dataDisks": [disk(number) for number in range(disks)]},
                "networkProfile": {"networkInterfaceConfigurations": [nic(number) for number in range(nics)]},
                "extensionProfile": {
                    "extensions": [
                        {"name": f"ext{number}", "properties": {"publisher": "Contoso", "type": "Agent"}}
                        for number in range(extensions)
                    ]
                },
            }
        },
    }


def nic(number: int) -> dict[str, Any]:
    return {"name": f"nic{number}", "properties": {"ipConfigurations": [{"name": "ip"}]}}


def disk(number: int) -> dict[str, Any]:
    return {"lun": number, "createOption": "Empty", "diskSizeGB": 64}


def drafted(person: Person, **counts: int) -> str:
    """A draft from pasted JSON; answers its code."""
    return person.paste({"$target": {"name": "web"}}, request(**counts), API_VERSION)


def act(page: Page, value: str) -> Locator:
    return page.locator(f"button[name=act][value={json.dumps(value)}]")


def press(page: Page, value: str) -> None:
    """Presses a button of a list and waits for the page that answers."""
    with page.expect_navigation():
        act(page, value).click()


def titles(page: Page) -> list[str]:
    return page.locator(".card-item__title a").all_inner_texts()


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.getAttribute('value') || document.activeElement.id")
    return found


def tab_to(page: Page, wanted: Locator) -> None:
    """Reaches something by the Tab key alone."""
    handle = wanted.element_handle()
    for _ in range(250):
        if page.evaluate("element => element === document.activeElement", handle):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {wanted}")


# --- By mouse ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_change_duplicate_move_remove_and_undo(people: People, scripts: bool) -> None:
    rita = people("Rita", scripts=scripts)
    code = drafted(rita, nics=3)
    rita.open(f"/drafts/{code}/network/")
    page = rita.page
    press(page, f"duplicate:{NICS}[0]")
    assert titles(page) == ["nic0", "nic3", "nic1", "nic2"]
    expect(page.get_by_text("The copy has name nic3, the next free one")).to_be_visible()
    press(page, f"down:{NICS}[1]")
    assert titles(page) == ["nic0", "nic1", "nic3", "nic2"]
    press(page, f"remove:{NICS}[2]")
    assert titles(page) == ["nic0", "nic1", "nic2"]
    expect(page.get_by_text("Removed network interface 3 (nic3)", exact=True)).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    assert titles(page) == ["nic0", "nic1", "nic3", "nic2"]
    page.get_by_role("link", name="nic1", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("nic1")
    with page.expect_navigation():
        page.get_by_role("button", name="Remove this network interface").click()
    expect(page.get_by_text("Removed network interface 2 (nic1)", exact=True)).to_be_visible()
    assert titles(page) == ["nic0", "nic3", "nic2"]


def test_a_moved_card_stays_under_the_pointer(people: People) -> None:
    """Pressing the same spot again moves the same card on."""
    rita = people("Rita")
    code = drafted(rita, disks=20)
    rita.open(f"/drafts/{code}/disks/")
    page = rita.page
    act(page, f"down:{DISKS}[9]").evaluate("button => button.scrollIntoView({ block: 'center' })")
    before = act(page, f"down:{DISKS}[9]").bounding_box()
    assert before
    with page.expect_navigation():
        page.mouse.click(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    expect(act(page, f"down:{DISKS}[10]")).to_be_focused()
    page.wait_for_load_state("load")
    page.evaluate("new Promise(requestAnimationFrame)")
    after = act(page, f"down:{DISKS}[10]").bounding_box()
    assert after
    assert abs(before["y"] - after["y"]) < 2
    with page.expect_navigation():
        page.mouse.click(after["x"] + after["width"] / 2, after["y"] + after["height"] / 2)
    assert titles(page)[11] == "LUN 9"


def test_rows_are_added_without_loading_the_page(people: People) -> None:
    rita = people("Rita")
    code = drafted(rita, tags=1)
    rita.open(f"/drafts/{code}/basics/")
    page = rita.page
    page.evaluate("window.same = true")
    for number in range(1, 12):
        rita._named(f"tags[{number}].key").fill(f"more{number}")
        rita._named(f"tags[{number}].value").fill(str(number))
        act(page, "more:tags").click()
        assert page.evaluate("document.activeElement.name") == f"tags[{number + 1}].key"
    expect(page.locator("#save-status")).to_contain_text("Saved", timeout=5_000)
    expect(page.locator("#json")).to_contain_text('"more11"')
    assert page.evaluate("window.same") is True
    assert page.locator("label[for='f-tags-12-key']").count() == 1
    page.reload()
    assert rita._named("tags[11].key").input_value() == "more11"
    press(page, "drop:tags[3]")
    expect(page.get_by_text("Removed tag “more3”", exact=True)).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    assert rita._named("tags[3].key").input_value() == "more3"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_many_tags_by_one_paste(people: People, scripts: bool) -> None:
    rita = people("Rita", scripts=scripts)
    code = drafted(rita, tags=1)
    rita.open(f"/drafts/{code}/basics/")
    page = rita.page
    page.locator("#f-tags-field summary").click()
    page.get_by_label("Tags to add").fill("\n".join(f"name{number}=value {number}" for number in range(200)))
    press(page, "paste:tags")
    expect(page.get_by_text("Added 200 to Tags")).to_be_visible()
    # So many are shown in parts.
    rita.open(f"/drafts/{code}/basics/?at=tags[200]")
    assert rita._named("tags[200].value").input_value() == "value 199"
    rita._named("tags[200].value").fill("another")
    rita.press(re.compile("^Save and"))
    rita.open(f"/drafts/{code}/basics/?at=tags[200]")
    assert rita._named("tags[200].value").input_value() == "another"
    if scripts:
        assert axe_violations(page, (1440,)) == []


# --- By keyboard alone ------------------------------------------------------------------------------------------------


def test_the_keyboard_moves_removes_and_brings_back(people: People) -> None:
    rita = people("Rita")
    code = drafted(rita, nics=3)
    rita.open(f"/drafts/{code}/network/")
    page = rita.page
    tab_to(page, page.get_by_role("link", name="nic0", exact=True).first)
    for expected in (["nic1", "nic0", "nic2"], ["nic1", "nic2", "nic0"]):
        with page.expect_navigation():
            page.keyboard.press("Alt+ArrowDown")
        assert titles(page) == expected
    # At the end of the list the other way is left to go.
    expect(act(page, f"up:{NICS}[2]")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Alt+ArrowUp")
    assert titles(page) == ["nic1", "nic0", "nic2"]
    expect(act(page, f"up:{NICS}[1]")).to_be_focused()
    tab_to(page, act(page, f"remove:{NICS}[1]"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert focused(page).endswith("-done")
    page.keyboard.press("Tab")
    assert focused(page).startswith("undo:")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert titles(page) == ["nic1", "nic0", "nic2"]
    assert focused(page).endswith("networkInterfaceConfigurations-1")


def test_the_keyboard_adds_one_after_the_other_and_comes_back(people: People) -> None:
    rita = people("Rita")
    code = drafted(rita)
    rita.open(f"/drafts/{code}/disks/")
    page = rita.page
    tab_to(page, act(page, f"add:{DISKS}"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for number in range(2):
        tab_to(page, rita._named(f"{DISKS}[{number}].lun"))
        page.keyboard.type(str(number + 5))
        tab_to(page, page.get_by_role("button", name="Save and add another data disk"))
        with page.expect_navigation():
            page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Remove this data disk"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert titles(page) == ["LUN 5", "LUN 6"]


def test_a_long_list_can_be_skipped(people: People) -> None:
    rita = people("Rita")
    code = drafted(rita, disks=40)
    rita.open(f"/drafts/{code}/disks/")
    page = rita.page
    tab_to(page, page.get_by_role("link", name="Skip the 40 cards"))
    page.keyboard.press("Enter")
    expect(act(page, f"add:{DISKS}")).to_be_focused()


def test_long_lists_shut_nobody_out(people: People) -> None:
    rita = people("Rita")
    code = drafted(rita, nics=12, extensions=30, disks=40)
    for step, count in (("network", 12), ("extensions", 30), ("disks", 40)):
        rita.open(f"/drafts/{code}/{step}/")
        assert rita.page.locator(".card-item__title").count() == count
        found = axe_violations(rita.page, (1440,))
        assert not found, "\n".join(found)
