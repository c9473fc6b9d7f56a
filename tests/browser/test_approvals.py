"""How an approval ends, seen by two people at once; and three people, one of whom stands in for another and rejects."""

from __future__ import annotations

import contextlib
import re
import sqlite3

from playwright.sync_api import expect

from .measures import axe_violations
from .people import People
from .person import Person
from .product import Product
from .requests import MANAGED_DISKS
from .test_walks import address

VERSION = "2024-07-01"
SEND = re.compile("^Create web-")


def approve(rita: Person, rolf: Person, code: str, name: str) -> None:
    rita.send_for_review(code)
    rolf.approve(name)
    rita.open(f"/drafts/{code}/check/")
    expect(rita.page.get_by_role("button", name=SEND)).to_be_visible()


def ended(rita: Person, code: str, why: str | re.Pattern[str]) -> None:
    """The page says why, offers nothing to send, and another review."""
    rita.open(f"/drafts/{code}/check/")
    expect(rita.page.get_by_text(why).first).to_be_visible()
    expect(rita.page.get_by_role("button", name=SEND)).to_have_count(0)
    expect(rita.page.get_by_role("button", name=re.compile("Send for review"))).to_be_visible()


def test_an_approval_ends_by_an_edit_by_revoking_and_by_its_time(people: People, product: Product) -> None:
    rita, rolf = people("Rita"), people("Rolf")
    code = rita.paste(address("web-ending", "create", VERSION), MANAGED_DISKS, VERSION)
    approve(rita, rolf, code, "web-ending")
    rita.open(f"/drafts/{code}/instances/")
    with rita.page.expect_response(lambda answer: answer.request.method == "POST"):
        rita.page.locator('[name="sku.capacity"]').fill("7")
    ended(rita, code, re.compile("Edited since: the approval no"))
    rolf.page.reload()
    expect(rolf.page.get_by_text(re.compile("this approval no\\s+longer counts"))).to_be_visible()
    # Revoked while the page that sends it is open.
    approve(rita, rolf, code, "web-ending")
    rolf.page.get_by_text("Revoke the approval").first.click()
    rolf.press("Revoke the approval")
    expect(rolf.page.get_by_text("Enter why you revoke the approval.").first).to_be_visible()
    assert axe_violations(rolf.page) == []
    rolf.page.get_by_label("Why it no longer counts").fill("The budget is gone.")
    rolf.press("Revoke the approval")
    rita.press(SEND)
    expect(rita.page.get_by_text(re.compile("Rolf.* revoked the approval")).first).to_be_visible()
    ended(rita, code, re.compile("Rolf.* revoked the approval"))
    # Its time is over while the page is open.
    approve(rita, rolf, code, "web-ending")
    with contextlib.closing(sqlite3.connect(product.database, timeout=10)) as database:
        database.execute(
            "UPDATE reviews_review SET counts_until = '2026-01-02 03:04:05.000000' WHERE id = (SELECT MAX(id) FROM reviews_review)"
        )
        database.commit()
    rita.press(SEND)
    expect(rita.page.get_by_text("The approval expired on 02 January 2026").first).to_be_visible()
    ended(rita, code, "The approval expired on 02 January 2026")
    assert not [each for each in product.received("PUT") if "web-ending" in each["path"]]


def test_who_stands_in_rejects_for_who_is_away(people: People) -> None:
    rita, rolf, ada = people("Rita"), people("Rolf"), people("Ada")
    rolf.open("/reviews/away/")
    today = rolf.page.evaluate("() => new Date().toISOString().slice(0, 10)")
    rolf.page.get_by_label("Who stands in for you").fill("Ada")
    rolf.page.get_by_label("From").fill(today)
    rolf.page.get_by_label("Until").fill(today)
    rolf.press("Name them")
    expect(rolf.page.get_by_text(re.compile("Ada.* stands in for you"))).to_be_visible()
    code = rita.paste(address("web-away", "create", VERSION), MANAGED_DISKS, VERSION)
    rita.open(f"/drafts/{code}/check/")
    rita.page.locator("details", has=rita.page.get_by_label(re.compile("^Rolf"))).locator("summary").click()
    rita.page.get_by_label(re.compile("^Rolf")).check()
    rita.press(re.compile("Send for review"))
    ada.open("/")
    expect(ada.page.get_by_text(re.compile("You stand in for\\s+Rolf"))).to_be_visible()
    ada.page.get_by_role("link", name="Review it: web-away").click()
    ada.page.get_by_label("Reject", exact=True).check()
    ada.page.get_by_label(re.compile("Reason")).fill("Not in this region.")
    ada.press("Record decision")
    rita.open(f"/drafts/{code}/check/")
    expect(rita.page.get_by_text(re.compile("Rejected by\\s+Ada.* for Rolf"))).to_be_visible()
    expect(rita.page.get_by_role("button", name=SEND)).to_have_count(0)
    rolf.open("/reviews/away/")
    rolf.press(re.compile("^End"))
    ada.open("/")
    expect(ada.page.get_by_text("You stand in for")).to_have_count(0)
