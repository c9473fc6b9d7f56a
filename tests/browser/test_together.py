"""Two people at one draft: editing side by side, seeing each other, a suggestion, a link that ends while a page is open,
another owner."""

from __future__ import annotations

import contextlib
import re
import sqlite3

from playwright.sync_api import Page, expect

from .measures import axe_violations
from .people import People
from .person import Person
from .product import Product

VERSION = "2024-07-01"


def share(rita: Person, code: str, role: str) -> str:
    """Makes a link on the page of the draft's people, and answers its address."""
    rita.open(f"/drafts/{code}/people/")
    rita.page.get_by_label("Label").fill("For the network team")
    rita.page.get_by_label("Who has the link may").select_option(role)
    rita.press("Create a link")
    return rita.page.locator(".copy code").first.text_content() or ""


def test_two_people_edit_until_the_link_ends_and_one_hands_over(people: People) -> None:
    rita, rolf = people("Rita"), people("Rolf")
    code = rita.start_blank(VERSION)
    rolf.page.goto(share(rita, code, "edit"))
    expect(rolf.page).to_have_url(re.compile(rf"/drafts/{code}/$"))
    # Both edit, and each finds what the other did.
    rita.open(f"/drafts/{code}/basics/")
    rolf.open(f"/drafts/{code}/instances/")
    with rita.page.expect_response(lambda answer: answer.request.method == "POST"):
        rita.page.locator('[name="$target.name"]').fill("web-together")
    with rolf.page.expect_response(lambda answer: answer.request.method == "POST"):
        rolf.page.locator('[name="sku.capacity"]').fill("7")
    rita.open(f"/drafts/{code}/")
    expect(rita.page.locator(".json").first).to_contain_text('"capacity": 7')
    expect(rita.page.get_by_role("heading", level=1)).to_contain_text("web-together")
    # The link ends while Rolf has a page open: what he types is not saved, stays, and he is told.
    rita.open(f"/drafts/{code}/people/")
    expect(rita.page.get_by_text("opened 1 time")).to_be_visible()
    assert axe_violations(rita.page) == []
    rita.press("Revoke")
    rolf.page.locator('[name="sku.capacity"]').fill("9")
    expect(rolf.page.locator("#save-status")).to_contain_text("you may not change this draft any more")
    expect(rolf.page.locator('[name="sku.capacity"]')).to_have_value("9")
    # htmx complains of the refusal, which is what was to be.
    people.complaints[:] = [
        line for line in people.complaints if "Response Status Error Code 404" not in line
    ]
    rolf.open(f"/drafts/{code}/")
    expect(rolf.page.get_by_text("The link by which you came was revoked.")).to_be_visible()
    # By name from now on, and then it is his.
    rita.page.get_by_label("Name or mail address").fill("Rolf")
    rita.page.get_by_label("They may").select_option("edit")
    rita.page.get_by_role("button", name="Add", exact=True).click()
    rita.page.get_by_text("Hand the draft over").click()
    rita.page.get_by_label("New owner").fill("Rolf")
    rita.page.get_by_role("button", name="Hand over web-together").click()
    expect(rita.page.get_by_text(re.compile("web-together belongs to .* now"))).to_be_visible()
    rolf.open("/")
    expect(rolf.page.get_by_role("link", name="web-together").first).to_be_visible()
    rita.open("/")
    expect(rita.page.get_by_role("heading", name="Shared with you")).to_be_visible()


def look(page: Page) -> None:
    """Has a page ask now what it asks every so often."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def expire_links(product: Product) -> None:
    with contextlib.closing(sqlite3.connect(product.database, timeout=20)) as database:
        database.execute("UPDATE drafts_sharelink SET expires = '2020-01-01 00:00:00'")
        database.commit()


def test_two_people_see_each_other_and_one_accepts_what_the_other_suggests(
    people: People, product: Product
) -> None:
    rita, rolf = people("Rita"), people("Rolf")
    code = rita.start_blank(VERSION)
    rolf.page.goto(share(rita, code, "edit"))
    rolf.open(f"/drafts/{code}/instances/")
    rita.open(f"/drafts/{code}/basics/")
    seen = rita.page.locator("#together")
    look(rolf.page)
    look(rita.page)
    expect(seen).to_contain_text("Rolf Reviewer is here, on Instances", timeout=20_000)
    # What the other changes comes to the page that is open, and nothing is said to be saved by it.
    with rolf.page.expect_response(lambda answer: answer.request.method == "POST"):
        rolf.page.locator('[name="sku.capacity"]').fill("7")
    look(rita.page)
    expect(seen).to_contain_text("Rolf Reviewer changed Instances", timeout=20_000)
    expect(rita.page.locator("#json")).to_contain_text('"capacity": 7')
    expect(rita.page.locator("#save-status")).to_be_empty()
    assert axe_violations(rita.page, (768,)) == []
    # A suggestion that names her is on her start page, and is accepted with one press.
    rolf.open(f"/drafts/{code}/comments/?place=sku.capacity")
    box = rolf.page.get_by_label("Comment", exact=True)
    box.press_sequentially("Rather nine, @ri")
    expect(rolf.page.get_by_role("option", name="Rita Requester")).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value("Rather nine, @Rita Requester ")
    rolf.page.get_by_label("Suggest a value").first.fill("9")
    rolf.page.get_by_role("button", name="Post comment").click()
    rolf.page.locator("article.thread").wait_for()
    rita.open("/")
    expect(rita.page.get_by_text("Rather nine, @Rita Requester")).to_be_visible()
    rita.page.get_by_role("link", name="Rolf Reviewer on").click()
    rita.page.get_by_role("button", name="Accept").click()
    expect(rita.page.get_by_text(re.compile("Accepted by Rita Requester"))).to_be_visible()
    rolf.open(f"/drafts/{code}/instances/")
    capacity = rolf.page.locator('[name="sku.capacity"]')
    expect(capacity).to_have_value("9")
    # The link expires while the page is open: what is typed stays, and is not saved.
    expire_links(product)
    capacity.fill("11")
    expect(rolf.page.locator("#save-status")).to_contain_text("you may not change this draft any more")
    expect(capacity).to_have_value("11")
    people.complaints[:] = [
        line for line in people.complaints if "Response Status Error Code 404" not in line
    ]
    rolf.open(f"/drafts/{code}/")
    expect(rolf.page.get_by_text("The link by which you came has expired.")).to_be_visible()
