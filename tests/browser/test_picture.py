"""The picture and the cost beside a form: they follow what is typed."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.sync_api import expect

from tests.reviews.making import document
from vmssbuilder.drafts import addresses

from .conftest import People
from .test_walks import address

VERSION = "2024-07-01"


def test_picture_and_cost_follow_what_is_typed(people: People) -> None:
    rita = people("Rita")
    code = rita.paste(address("pictured", "create", VERSION), document(), VERSION)
    page = rita.page
    page.set_viewport_size({"width": 1440, "height": 900})
    rita.open(addresses.field_url(code, ("sku", "capacity"), VERSION))
    drawing = page.get_by_role("img", name="Picture of pictured")
    expect(drawing).to_be_hidden()
    page.locator("#pane-picture > summary").click()
    expect(drawing).to_be_visible()
    expect(drawing.locator("use.picture__regular")).to_have_count(2)
    month = page.locator("#cost strong")
    expect(month).to_have_text(re.compile(r"^[\d,.]+ USD$"))
    before = Decimal(month.inner_text().split()[0].replace(",", ""))
    page.locator("#f-sku-capacity").fill("4")
    expect(drawing.locator("use.picture__regular")).to_have_count(4)
    expect(drawing).to_have_accessible_description(re.compile("^4 Windows instances of Standard_D2s_v3"))
    expect(month).not_to_have_text(f"{before:,} USD")
    after = Decimal(month.inner_text().split()[0].replace(",", ""))
    assert abs(after - 2 * before) < 1
