"""Moments are the reader's own where scripts run, and said in UTC where none do."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import People


def minutes(text: str) -> int:
    """The time of day in a text, as minutes."""
    found = re.search(r"(\d\d):(\d\d)", text)
    assert found is not None, text
    return int(found[1]) * 60 + int(found[2])


def test_moments_are_the_readers_own(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    clock = rita.page.context.new_cdp_session(rita.page)
    clock.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kolkata"})
    for address in ("/", f"/drafts/{code}/", f"/drafts/{code}/history/", f"/drafts/{code}/compare/1/1/"):
        rita.open(address)
        moment = rita.page.locator("main time").first
        expect(moment).to_have_text(re.compile(r"\d\d:\d\d(:\d\d)?$"))
        said = moment.get_attribute("title") or ""
        away = minutes(moment.text_content() or "") - minutes(said)
        assert said.endswith(" UTC")
        assert away % (24 * 60) == 5 * 60 + 30, f"{address}: {said}"


def test_moments_are_said_in_utc_without_scripts(people: People) -> None:
    rita = people("Rita", scripts=False)
    rita.start_blank("2024-07-01")
    rita.open("/")
    expect(rita.page.locator("main time").first).to_have_text(re.compile(r" UTC$"))
