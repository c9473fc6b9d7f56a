"""Saving while somebody types: over slow lines, none at all, beside other windows, and in a browser that dies."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, BrowserType, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError

from .conftest import People, Product
from .people import FLAGS
from .person import Person

NAME = "Scale set name"
GROUP = "Resource group"


def status(page: Page) -> Any:
    return expect(page.locator("#save-status"))


def box(page: Page, label: str) -> Any:
    return page.get_by_label(label, exact=True)


def another_tab(person: Person, address: str) -> Page:
    """A second tab of the same browser."""
    tab = person.page.context.new_page()
    tab.goto(person.base + address)
    return tab


def refused(people: People, words: str) -> None:
    """The browser notes refused and broken requests in its console; here they are meant."""
    people.complaints[:] = [line for line in people.complaints if not re.search(words, line)]


def test_typing_on_while_a_save_is_under_way_is_no_conflict_with_oneself(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    page = rita.page
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        if held:
            route.fulfill(response=answer)
        else:
            held.append((route, answer))

    page.route(f"**/drafts/{code}/basics/", hold_the_first_answer)
    with page.expect_request(f"**/drafts/{code}/basics/"):
        box(page, NAME).fill("web")
    box(page, NAME).fill("web-prod")
    status(page).to_have_text("Saving…")
    with page.expect_response(lambda answer: "web-prod" in (answer.request.post_data or "")) as second:
        route, answer = held[0]
        route.fulfill(response=answer)
    assert second.value.status == 200
    status(page).to_contain_text("Saved")
    expect(page.locator("#f-target-name-field")).not_to_contain_text("while you were editing")
    page.unroute_all()
    rita.open("/")
    expect(page.locator(f'a[href="/drafts/{code}/"]')).to_have_text("web-prod")


def test_typing_without_a_pause_is_saved_in_between(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    page = rita.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    end = time.monotonic() + 3
    box(page, NAME).focus()
    while time.monotonic() < end:
        page.keyboard.type("a")
        page.wait_for_timeout(100)
    assert len([url for url in sent if code in url]) >= 1


def test_without_a_connection_the_text_stays_and_is_saved_when_it_is_back(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    page = rita.page
    page.context.set_offline(True)
    box(page, NAME).fill("web-prod")
    status(page).to_contain_text("the connection is down")
    page.context.set_offline(False)
    status(page).to_contain_text("Saved", timeout=15_000)
    refused(people, "ERR_INTERNET_DISCONNECTED|htmx:sendError|htmx:afterRequest|Network|Failed to load")
    rita.open("/")
    expect(page.locator(f'a[href="/drafts/{code}/"]')).to_have_text("web-prod")


def test_a_press_without_a_connection_waits_for_it(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    page = rita.page
    page.context.set_offline(True)
    box(page, NAME).fill("web-prod")
    page.get_by_role("button", name="Save and continue").last.click()
    status(page).to_contain_text("the connection is down")
    expect(box(page, NAME)).to_have_value("web-prod")
    with page.expect_navigation(timeout=20_000):
        page.context.set_offline(False)
    refused(people, "ERR_INTERNET_DISCONNECTED|htmx:sendError|htmx:afterRequest|Network|Failed to load")
    rita.open("/")
    expect(page.locator(f'a[href="/drafts/{code}/"]')).to_have_text("web-prod")


def test_two_tabs_at_different_fields_see_each_others_text(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    other = another_tab(rita, f"/drafts/{code}/basics/")
    box(rita.page, NAME).fill("web-prod")
    status(rita.page).to_contain_text("Saved")
    box(other, GROUP).fill("rg-shop")
    status(other).to_contain_text("Saved")
    expect(box(other, NAME)).to_have_value("web-prod")
    other.close()
    rita.open(f"/drafts/{code}/basics/")
    expect(box(rita.page, GROUP)).to_have_value("rg-shop")
    expect(box(rita.page, NAME)).to_have_value("web-prod")


@pytest.mark.parametrize(("choice", "value"), [("Keep mine", "mine"), ("Take theirs", "theirs")])
def test_two_tabs_at_one_field_are_asked(people: People, choice: str, value: str) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    other = another_tab(rita, f"/drafts/{code}/basics/")
    box(rita.page, NAME).fill("theirs")
    status(rita.page).to_contain_text("Saved")
    box(other, NAME).fill("mine")
    status(other).to_contain_text("see the marked fields")
    field = other.locator("#f-target-name-field")
    expect(field).to_contain_text("theirs")
    expect(box(other, NAME)).to_have_value("mine")
    # What is typed elsewhere is saved, and the question stays.
    box(other, GROUP).fill("rg-shop")
    with other.expect_response(lambda answer: "rg-shop" in (answer.request.post_data or "")):
        pass
    expect(field.get_by_role("button", name="Keep mine")).to_be_visible()
    with other.expect_navigation():
        field.get_by_role("button", name=choice).click()
    expect(box(other, NAME)).to_have_value(value)
    expect(box(other, NAME)).to_be_focused()
    expect(box(other, GROUP)).to_have_value("rg-shop")
    expect(other.get_by_role("button", name="Keep mine")).to_have_count(0)
    other.close()
    refused(people, "Response Status Error|status of 409")


def test_text_typed_while_others_text_arrives_is_kept_and_asked_about(people: People) -> None:
    """The answer of a save brings the other tab's name, just when a name is being typed here."""
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    other = another_tab(rita, f"/drafts/{code}/basics/")
    box(rita.page, NAME).fill("theirs")
    status(rita.page).to_contain_text("Saved")
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        if held:
            route.fulfill(response=answer)
        else:
            held.append((route, answer))

    other.route(f"**/drafts/{code}/basics/", hold_the_first_answer)
    with other.expect_request(f"**/drafts/{code}/basics/"):
        box(other, GROUP).fill("rg-shop")
    box(other, NAME).fill("mine")
    while not held:
        other.wait_for_timeout(50)
    held[0][0].fulfill(response=held[0][1])
    status(other).to_contain_text("see the marked fields")
    expect(box(other, NAME)).to_have_value("mine")
    expect(other.get_by_role("button", name="Take theirs")).to_be_visible()
    other.close()
    refused(people, "Response Status Error|status of 409")


# --- A browser that dies ----------------------------------------------------------------------------------------------


@pytest.fixture
def mortal(browser: Browser, product: Product, tmp_path: Path) -> Iterator[Mortal]:
    """A browser with a profile of its own, which can be killed and started again."""
    opened = Mortal(browser.browser_type, product, tmp_path)
    yield opened
    opened.close()


class Mortal:
    """Chromium as a process that can be killed."""

    def __init__(self, kind: BrowserType, product: Product, profile: Path) -> None:
        self.kind, self.product, self.profile = kind, product, profile
        self.context: BrowserContext | None = None

    def start(self) -> Person:
        path = os.environ.get("VMSSBUILDER_CHROMIUM", "/usr/bin/chromium")
        self.context = self.kind.launch_persistent_context(
            str(self.profile), executable_path=path, args=list(FLAGS), locale="en-GB"
        )
        self.context.set_default_timeout(15_000)
        return Person(self.context.pages[0], self.product.url)

    def kill(self) -> None:
        """SIGKILL to the browser and all that it started."""
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if f"--user-data-dir={self.profile}".encode() in entry.read_bytes():
                    os.kill(int(entry.parent.name), signal.SIGKILL)
            except OSError:
                continue
        self.close()

    def close(self) -> None:
        if self.context is not None:
            with contextlib.suppress(PlaywrightError):
                self.context.close()
            self.context = None


def typed_at(person: Person, seconds: float) -> list[tuple[float, str]]:
    """Types a letter every 100 ms; answers what stood there when."""
    box(person.page, NAME).focus()
    text, told = "", []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        letter = "abcdefghij"[len(text) % 10]
        person.page.keyboard.type(letter)
        text += letter
        told.append((time.monotonic(), text))
        person.page.wait_for_timeout(100)
    return told


@pytest.mark.parametrize("online", [True, False], ids=["online", "offline"])
def test_a_browser_killed_in_mid_typing_loses_two_seconds_at_most(mortal: Mortal, online: bool) -> None:
    rita = mortal.start()
    rita.sign_in("Rita")
    code = rita.start_blank("2024-07-01")
    assert mortal.context is not None
    mortal.context.set_offline(not online)
    told = typed_at(rita, 5)
    died = time.monotonic()
    mortal.kill()

    rita = mortal.start()
    rita.open(f"/drafts/{code}/basics/")
    if "sign-in" in rita.page.url:
        rita.sign_in("Rita")
        rita.open(f"/drafts/{code}/basics/")
    if online:
        rita.page.wait_for_timeout(500)
    restore = rita.page.get_by_role("button", name="Restore what you typed")
    if not online:
        expect(restore).to_be_visible()
    if restore.count():
        restore.click()
        status(rita.page).to_contain_text("Saved")
    kept = box(rita.page, NAME).input_value()
    must = [text for at, text in told if at < died - 2][-1]
    assert kept.startswith(must), f"{must!r} was typed 2 s before, {kept!r} is there"
    rita.open(f"/drafts/{code}/basics/")
    expect(box(rita.page, NAME)).to_have_value(kept)
    expect(rita.page.get_by_role("button", name="Restore what you typed")).to_have_count(0)


def test_a_secret_is_kept_nowhere_in_the_browser(mortal: Mortal) -> None:
    rita = mortal.start()
    rita.sign_in("Rita")
    code = rita.start_blank("2024-07-01")
    rita.open(f"/drafts/{code}/image/")
    rita.page.locator("[name$='.adminUsername']").fill("azureuser-canary")
    rita.page.locator("[name$='.adminPassword']").fill("Canary-passw0rd-77")
    rita.page.wait_for_timeout(1_500)
    held = rita.page.evaluate(
        """() => new Promise((done) => {
             const open = indexedDB.open("typed", 2);
             open.onsuccess = () => {
               const all = open.result.transaction("copies").objectStore("copies").getAll();
               all.onsuccess = () => done(JSON.stringify([all.result, {...localStorage}, {...sessionStorage}]));
             };
           })"""
    )
    assert "Canary-passw0rd-77" not in held
    mortal.kill()
    everywhere = b"".join(
        path.read_bytes()
        for path in mortal.profile.rglob("*")
        if path.is_file() and path.stat().st_size < 5e7
    )
    assert b"Canary-passw0rd-77" not in everywhere


def test_an_accidental_close_loses_nothing(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    tab = another_tab(rita, f"/drafts/{code}/basics/")
    box(tab, NAME).fill("web-prod")
    tab.close(run_before_unload=True)
    rita.page.wait_for_timeout(700)
    rita.open(f"/drafts/{code}/basics/")
    expect(box(rita.page, NAME)).to_have_value("web-prod")


def test_what_only_a_button_saves_is_not_called_saved(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    page = rita.page
    rita.unfold()
    page.locator('[name="tags:paste"]').fill("team=shop")
    status(page).to_have_text("Not saved yet: press “Add these” below what you pasted")
    # A save of something else does not change that.
    with page.expect_response(f"**/drafts/{code}/basics/"):
        box(page, NAME).fill("web")
    status(page).to_have_text("Not saved yet: press “Add these” below what you pasted")
    page.locator('[name="tags:paste"]').fill("")
    with page.expect_response(f"**/drafts/{code}/basics/"):
        box(page, NAME).fill("web-prod")
    status(page).to_contain_text("Saved ")


def test_a_paste_box_keeps_its_text_when_others_change_the_list(people: People) -> None:
    rita = people("Rita")
    code = rita.start_blank("2024-07-01")
    rita.open(f"/drafts/{code}/basics/")
    page, tab = rita.page, another_tab(rita, f"/drafts/{code}/basics/")
    paste = page.locator('[name="tags:paste"]')
    rita.unfold()
    Person(tab, rita.base).unfold()
    paste.fill("team=shop")
    tab.locator('[name="tags[0].key"]').fill("cost")
    tab.locator('[name="tags[0].value"]').fill("42")
    status(tab).to_contain_text("Saved")
    box(page, NAME).fill("web")
    expect(page.locator('[name="tags[0].key"]')).to_have_value("cost")
    expect(paste).to_have_value("team=shop")
    expect(paste).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="vmssbuilder").first.click()
    assert asked.value.type == "beforeunload"
