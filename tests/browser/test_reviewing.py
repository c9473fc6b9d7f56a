"""A request that is sent back, mended and approved: its reviewer sees what changed, and nothing else."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.reviews.making import with_script

from .measures import axe_violations
from .people import People
from .requests import MANAGED_DISKS
from .test_walks import address

VERSION = "2016-04-30-preview"


def test_who_asked_for_changes_sees_only_what_was_changed_then(people: People) -> None:
    rita, rolf = people("Rita"), people("Rolf")
    code = rita.paste_by_hand(address("web-mended", "create", VERSION), MANAGED_DISKS, VERSION)
    rita.open(f"/drafts/{code}/check/")
    rita.page.get_by_text("Ask particular people").click()
    rita.page.get_by_label(re.compile("^Rolf")).check()
    rita.press("Send for review")
    rolf.open("/reviews/")
    rolf.page.get_by_role("heading", name="Asked of you").wait_for()
    rolf.page.get_by_role("link", name="web-mended").click()
    expect(rolf.page.get_by_role("link", name="Since your last look")).to_have_count(0)
    rolf.page.get_by_label("Request changes").check()
    rolf.page.get_by_label(re.compile("^Reason")).fill("Seven instances, please.")
    rolf.press("Record decision")
    # Sent back, mended, and sent again.
    rita.open("/")
    expect(rita.page.get_by_text("Seven instances, please.")).to_be_visible()
    rita.open(f"/drafts/{code}/instances/")
    with rita.page.expect_response(lambda answer: answer.request.method == "POST"):
        rita.page.locator('[name="sku.capacity"]').fill("7")
    rita.send_for_review(code)
    rolf.open("/reviews/")
    rolf.page.get_by_role("link", name="web-mended").click()
    main = rolf.page.get_by_role("main")
    expect(main.get_by_role("heading", name=re.compile("1 change since revision"))).to_be_visible()
    expect(main.get_by_text("Asked of Rolf Reviewer")).to_be_visible()
    assert axe_violations(rolf.page) == []
    expect(main.get_by_role("row", name=re.compile("Instance count Changed 10 7"))).to_be_visible()
    expect(main.get_by_text("Seven instances, please.")).to_be_visible()
    expect(main.get_by_text("Computer name prefix")).to_have_count(0)
    rolf.page.get_by_role("link", name="All values").click()
    expect(main.get_by_text("Computer name prefix")).to_be_visible()
    rolf.page.get_by_label("Approve", exact=True).check()
    rolf.press("Record decision")
    expect(rolf.page.locator("#status-bar [aria-current]")).to_have_text("Approved")


def test_a_script_is_opened_to_the_reviewer_and_closed_again(people: People) -> None:
    rita, rolf = people("Rita"), people("Rolf")
    code = rita.paste_by_hand(address("web-script", "create", "2024-07-01"), with_script(), "2024-07-01")
    rita.open(f"/drafts/{code}/check/")
    rita.page.get_by_text("Ask particular people").click()
    rita.page.get_by_label(re.compile("^Rolf")).check()
    rita.press("Send for review")
    review = rita.page.url
    rita.press("Open custom data")
    expect(rita.page.get_by_text("Open to Rolf Reviewer until this review ends")).to_be_visible()
    rolf.page.goto(review)
    assert axe_violations(rolf.page) == []
    rolf.page.get_by_role("link", name="Read custom data").click()
    expect(rolf.page.locator("pre")).to_contain_text("echo Canary-script")
    assert axe_violations(rolf.page) == []
    rita.press("Close custom data")
    expect(rita.page.get_by_text("Nobody can read the script here any more.")).to_be_visible()
    rolf.page.reload()
    expect(rolf.page.get_by_text("This script is not open to you, or not any more.")).to_be_visible()
    rolf.page.goto(review)
    expect(rolf.page.get_by_role("link", name="Read custom data")).to_have_count(0)
