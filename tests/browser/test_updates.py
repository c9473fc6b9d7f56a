"""Changing what runs, in a real browser with the real worker: what is shown beforehand is what is sent, and no more."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.reviews.making import document

from .conftest import People, Product
from .person import Person
from .test_walks import address

VERSION = "2024-07-01"
CACHING = "properties.virtualMachineProfile.storageProfile.osDisk.caching"
PATCH = {"properties": {"virtualMachineProfile": {"storageProfile": {"osDisk": {"caching": "ReadOnly"}}}}}


def sent(product: Product, name: str, method: str = "PATCH") -> list[dict[str, Any]]:
    return [each for each in product.received(method) if each["path"].endswith(f"/{name}")]


def made(people: People, rita: Person, name: str) -> None:
    """The scale set, created by the product itself."""
    code = rita.paste(address(name, "create", VERSION), document(), VERSION)
    rita.send_for_review(code)
    people("Rolf").approve(name)
    rita.submit(code, f"Create {name}")
    rita.wait_for_end()
    expect(rita.page.get_by_text("All that was asked for is there.")).to_be_visible()


def opened(rita: Person, name: str) -> str:
    """The scale set, picked from the list; answers the code of its draft."""
    page = rita.page
    rita.open("/drafts/new/")
    page.get_by_role("link", name="Open what runs").click()
    page.get_by_label("Subscription", exact=True).select_option(index=0)
    page.get_by_label("Name or resource group").fill(name)
    page.get_by_role("button", name="Show scale sets").click()
    page.get_by_label("API version", exact=True).select_option(VERSION)
    page.get_by_label(name, exact=True).check()
    rita.press("Open it as a draft")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    return page.url.split("/")[4]


def rows(page: Page) -> list[list[str]]:
    """What changes, as the page shows it."""
    table = page.locator("table", has=page.get_by_role("columnheader", name="Instances"))
    return [
        [cell.strip().split("\n")[0] for cell in row.locator("th, td").all_inner_texts()]
        for row in table.locator("tbody tr").all()
    ]


@pytest.mark.parametrize("scripts", [True, False])
def test_one_thing_changes_and_nothing_else(people: People, product: Product, *, scripts: bool) -> None:
    name = f"runs-{scripts}".lower()
    made(people, people("Rita"), name)
    rita = people("Rita", scripts=scripts)
    page = rita.page
    code = opened(rita, name)

    rita.open(f"/drafts/{code}/disks/")
    rita.unfold()
    page.locator(f'[name="{CACHING}"][value="ReadOnly"]').check()
    rita.press(re.compile("^Save and"))
    rita.open(f"/drafts/{code}/")
    page.get_by_role("link", name="What this will do").click()
    assert rows(page) == [["Host caching", "Read/write", "Read-only", "Upgrade"]]
    assert json.loads(page.locator("#request-body").inner_text()) == PATCH
    expect(page.get_by_text("If-Match:")).to_be_visible()
    expect(page.get_by_role("heading", name="Instances need an upgrade")).to_be_visible()

    rita.send_for_review(code)
    people("Rolf").approve(name)
    rita.submit(code, f"Update {name}")
    submission = page.url.split("?")[0]
    for _ in range(60):
        if page.get_by_text("Succeeded").count():
            break
        page.wait_for_timeout(250)
        if not scripts:
            page.reload()
    (patch,) = sent(product, name)
    assert patch["body"] == PATCH
    assert patch["headers"]["if-match"]

    expect(page.get_by_text("All that was asked for is there.")).to_be_visible()
    if not scripts:
        page.get_by_role("link", name="See how many instances").click()
    expect(page.get_by_text("0 of 2 instances run the latest model")).to_be_visible()
    expect(page.locator("#upgrade-command")).to_contain_text("--instance-ids 0 1")
    assert page.url.startswith(submission)


def test_who_was_faster_is_not_overwritten(people: People, product: Product) -> None:
    name = "contested"
    rita = people("Rita")
    page = rita.page
    made(people, rita, name)
    slow, fast = opened(rita, name), opened(rita, name)
    for code, number in ((slow, "5"), (fast, "7")):
        rita.open(f"/drafts/{code}/instances/")
        page.locator('[name="sku.capacity"]').fill(number)
        rita.press(re.compile("^Save and"))
        rita.send_for_review(code)
        people("Rolf").approve(name)
    rita.submit(fast, f"Update {name}")
    rita.wait_for_end()
    rita.submit(slow, f"Update {name}")
    expect(page.get_by_text("somebody changed in Azure what this request changes too").first).to_be_visible(
        timeout=20_000
    )
    assert [each["body"] for each in sent(product, name)] == [{"sku": {"capacity": 7}}]

    page.get_by_role("link", name="Choose", exact=True).click()
    expect(page.get_by_text("When the draft was opened: 2")).to_be_visible()
    expect(page.get_by_text("In Azure now: 7")).to_be_visible()
    page.get_by_label("Yours: 5").check()
    rita.press("Use what I chose")
    assert rows(page) == [["Instance count", "7", "5", "At once"]]
    rita.send_for_review(slow)
    people("Rolf").approve(name)
    rita.submit(slow, f"Update {name}")
    rita.wait_for_end()
    assert [each["body"] for each in sent(product, name)][1:] == [{"sku": {"capacity": 5}}]
