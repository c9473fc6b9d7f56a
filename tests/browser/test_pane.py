"""The JSON beside the form: it follows typing, leads to fields and back, and never takes the focus or scrolls the page."""

from __future__ import annotations

import copy
import gzip
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import ROOT, People
from .person import Person
from .requests import MANAGED_DISKS
from .test_walks import address

VERSION = "2016-04-30-preview"
CURRENT = re.compile("json__line--current")
CHANGED = re.compile("json__line--changed")


@pytest.fixture
def rita(people: People) -> Person:
    person = people("Rita")
    person.page.set_viewport_size({"width": 1440, "height": 700})
    return person


def start(person: Person, extra: dict[str, Any] | None = None, at: str = "instances/") -> str:
    """A draft that was read in, at one of its pages; answers its code."""
    code = person.paste(
        address("pane", "create", VERSION), copy.deepcopy(MANAGED_DISKS) | (extra or {}), VERSION
    )
    person.open(f"/drafts/{code}/{at}")
    return code


def line(page: Page, key: str) -> Locator:
    return page.locator(f"#json .json__line:has(.json__key:text-is('\"{key}\"'))").first


def scrolled(page: Page) -> tuple[int, int]:
    """How far the page is scrolled, and how far the pane."""
    found = page.evaluate("[scrollY, document.getElementById('json').scrollTop]")
    return round(found[0]), round(found[1])


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def no_save_answers(page: Page) -> None:
    page.route(
        re.compile("/instances/$"),
        lambda route: None if route.request.method == "POST" else route.continue_(),
    )


def test_typing_shows_at_once_before_it_is_saved(rita: Person) -> None:
    start(rita)
    page = rita.page
    no_save_answers(page)
    for name, text, shown in [
        ("sku.capacity", "17", '"capacity": 17'),
        ("sku.name", 'Standard_"D2"', '"name": "Standard_\\"D2\\"",'),
    ]:
        took = page.evaluate(
            """([name, text, shown]) => new Promise((done) => {
              const control = document.getElementsByName(name)[0];
              let frames = 0;
              control.focus();
              control.value = text;
              control.dispatchEvent(new Event('input', { bubbles: true }));
              (function look() {
                if (document.getElementById('json').textContent.includes(shown)) done(frames);
                else if (++frames > 300) done(-1);
                else requestAnimationFrame(look);
              })();
            })""",
            [name, text, shown],
        )
        # A tenth of a second is six frames, however slow the machine is.
        assert 0 <= took <= 6, f"{name} took {took} frames"
        assert focused(page) == name
    expect(line(page, "capacity")).to_have_class(CHANGED)
    rita.unfold()
    page.locator("[name='properties.singlePlacementGroup'][value='false']").check()
    expect(line(page, "singlePlacementGroup")).to_have_text(re.compile(": false"))
    page.locator("[name='sku.capacity']").fill("not a number")
    expect(line(page, "capacity")).to_have_text(re.compile(": 17"))


def test_a_change_that_is_taken_back_is_no_change(rita: Person) -> None:
    start(rita)
    page = rita.page
    rita.unfold()
    before = page.locator("[name='sku.capacity']").input_value()
    for text, changed in [("17", 1), (before, 0), ("18", 1)]:
        with page.expect_response(re.compile("/instances/$")):
            page.locator("[name='sku.capacity']").fill(text)
        expect(page.locator("#save-status")).to_contain_text("Saved")
        expect(page.locator(".json__line--changed")).to_have_count(changed)
    with page.expect_response(re.compile("/instances/$")):
        page.locator("[name='sku.tier']").fill("Basic")
    expect(page.locator(".json__line--changed")).to_have_count(2)


def test_a_field_shows_its_lines_and_only_the_pane_scrolls(rita: Person) -> None:
    start(rita, at="image/")
    page = rita.page
    rita.unfold()
    control = page.locator(
        "[name='properties.virtualMachineProfile.storageProfile.imageReference.sku']"
    ).first
    control.scroll_into_view_if_needed()
    before = scrolled(page)
    control.evaluate("control => control.focus({ preventScroll: true })")
    own = page.locator("#json a[href$='-imageReference-sku']")
    expect(own).to_have_class(CURRENT)
    expect(own).to_be_in_viewport()
    after = scrolled(page)
    assert after[0] == before[0]
    assert after[1] > before[1] == 0
    assert focused(page).endswith("imageReference.sku")
    page.locator("#pane-wrap").focus()
    expect(page.locator(".json__line--current")).not_to_have_count(0)


def test_an_answer_keeps_the_scroll_and_the_focus(rita: Person) -> None:
    start(rita)
    page = rita.page
    control = page.locator("[name='sku.capacity']")
    control.focus()
    page.evaluate("document.getElementById('json').scrollTop = 600")
    before = scrolled(page)
    assert before[1] == 600
    with page.expect_response(re.compile("/instances/$")):
        page.keyboard.press("End")
        page.keyboard.type("7")
    expect(page.locator("#save-status")).to_contain_text("Saved")
    assert scrolled(page) == before
    assert focused(page) == "sku.capacity"


def test_what_is_typed_during_a_save_is_not_taken_back_by_its_answer(rita: Person) -> None:
    start(rita)
    page = rita.page
    held: list[Any] = []

    def hold_the_first(route: Any) -> None:
        answer = route.fetch()
        if held:
            route.fulfill(response=answer)
        else:
            held.append((route, answer))

    page.route(re.compile("/instances/$"), hold_the_first)
    control = page.locator("[name='sku.capacity']")
    with page.expect_request(re.compile("/instances/$")):
        control.fill("5")
    page.wait_for_timeout(200)
    control.fill("56")
    page.evaluate(
        """() => {
          window.seen = [];
          const body = document.getElementById('json');
          new MutationObserver(() => seen.push(/"capacity": (\\d+)/.exec(body.textContent)[1]))
            .observe(body, { childList: true, subtree: true, characterData: true });
        }"""
    )
    with page.expect_response(lambda answer: "capacity=56" in (answer.request.post_data or "")):
        held[0][0].fulfill(response=held[0][1])
    expect(page.locator("#save-status")).to_contain_text("Saved")
    assert set(page.evaluate("seen")) == {"56"}


def test_a_line_opens_the_folds_and_leads_to_its_field(rita: Person) -> None:
    start(rita)
    page = rita.page
    page.evaluate("window.same = true")
    for _ in range(2):
        page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = false")
        line(page, "tier").click()
        assert focused(page) == "sku.tier"
        expect(page.locator("[name='sku.tier']")).to_be_in_viewport()
    assert page.evaluate("window.same"), "the page was loaded anew"
    line(page, "location").click()
    expect(page.locator("[name='location']")).to_be_focused()
    assert "/basics/" in page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_only_what_was_set_since_it_was_read_in(people: People, scripts: bool) -> None:
    rita = people("Rita", scripts=scripts)
    rita.page.set_viewport_size({"width": 1440, "height": 700})
    code = start(rita)
    page = rita.page
    page.locator("[name='sku.capacity']").fill("17")
    rita.press(re.compile("^Save and"))
    rita.open(f"/drafts/{code}/instances/")
    page.get_by_role("link", name="Only what I set").click()
    visible = page.locator("#json .json__line:visible")
    expect(page.get_by_role("link", name="Show all of it")).to_be_visible()
    expect(visible).to_have_text(
        ["{\n", re.compile('"sku"'), re.compile('"capacity": 17'), re.compile("}"), "}\n"]
    )
    assert rita.json_beside_the_form()["location"]
    if scripts:
        expect(page.get_by_role("link", name="Show all of it")).to_be_focused()
        rita.unfold()
        with page.expect_response(re.compile("/instances/$")):
            page.locator("[name='sku.tier']").fill("Basic")
        expect(line(page, "tier")).to_be_visible()
        expect(line(page, "location")).to_be_hidden()
    page.get_by_role("link", name="Show all of it").click()
    expect(line(page, "location")).to_be_visible()


def test_members_without_a_field_are_told_and_led_to(rita: Person) -> None:
    start(rita, {"odd": {"deep": 1}, "odder": True})
    page = rita.page
    notice = page.locator("#pane-strangers")
    expect(notice).to_contain_text("2 members have no field in the form")
    notice.get_by_role("link").first.click()
    expect(line(page, "odd")).to_be_focused()
    number = int(re.findall(r"\d+", notice.inner_text())[1])
    rita.unfold()
    page.locator("[name='sku.tier']").fill("")
    expect(notice).to_contain_text(f"line {number - 1}")


def test_findings_are_marked_with_words_that_outlast_a_save(rita: Person) -> None:
    start(rita, {"odd": True}, at="basics/?findings=1")
    page = rita.page
    expect(line(page, "odd")).to_have_attribute("title", re.compile("^Error: .*odd"))
    with page.expect_response(re.compile("/basics/$")):
        page.locator("[name='location']").fill("uksouth")
    expect(line(page, "location")).to_have_text(re.compile("uksouth"))
    expect(page.locator("#save-status")).to_contain_text("Saved")
    expect(line(page, "odd")).to_have_class(re.compile("json__line--error"))


def test_copy_wrap_and_the_way_there_on_a_phone(rita: Person) -> None:
    start(rita)
    page = rita.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy=json]").click()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#json").text_content()
    page.locator("#pane-wrap").uncheck()
    page.reload()
    expect(page.locator("#pane-wrap")).not_to_be_checked()
    expect(line(page, "capacity")).to_have_css("white-space", "pre")
    page.set_viewport_size({"width": 320, "height": 700})
    expect(page.locator("#json")).to_be_hidden()
    page.get_by_role("link", name="JSON", exact=True).click()
    expect(page.locator("#json")).to_be_visible()
    expect(page.locator("#pane-title")).to_be_focused()


def test_the_script_is_small() -> None:
    assert len(gzip.compress((ROOT / "static/js/pane.js").read_bytes(), 9)) <= 2048
