"""Many browsers at one draft, at different fields and at the same one; and a web server that is killed meanwhile.

VMSSBUILDER_BROWSERS and VMSSBUILDER_SECONDS say how many and how long: 6 for 4 seconds unless told; 20 for 60 is the
whole of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import sqlite3
import threading
import time
from typing import Any, Final

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.forms import entries

from .conftest import People, Product, wait_until
from .person import Person

BROWSERS: Final = int(os.environ.get("VMSSBUILDER_BROWSERS", "6"))
SECONDS: Final = float(os.environ.get("VMSSBUILDER_SECONDS", "4"))
SAVES: Final = 100
KILLS: Final = 4
SETTLED: Final = 30_000 + BROWSERS * 1_000


@pytest.fixture
def rita(people: People) -> Person:
    return people("Rita")


def fields_of(person: Person, code: str, count: int) -> list[tuple[str, str]]:
    """Address and name of that many boxes for text, on as many pages as it takes."""
    found: list[tuple[str, str]] = []
    for step in ("image", "instances", "disks", "network", "basics"):
        address = f"/drafts/{code}/{step}/"
        person.open(address)
        names = person.page.locator(
            "#step-form input.input:not([type]), #step-form input.input[type=text]"
        ).evaluate_all("(boxes) => boxes.map((box) => box.name)")
        found += [(address, name) for name in names if re.fullmatch(r"(?!\$target|tags)[A-Za-z.$]+", name)]
        if len(found) >= count:
            break
    assert len(found) >= count, "not enough text boxes to give each browser its own"
    return found[:count]


def box(page: Page, name: str) -> Any:
    return page.locator(f"[name={json.dumps(name)}]")


def opened(browser: Browser, person: Person, pages: list[str]) -> list[Page]:
    """A browser for each address, signed in as the person."""
    state = person.page.context.storage_state()
    found = []
    for address in pages:
        context = browser.new_context(storage_state=state, locale="en-GB")
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto(person.base + address)
        page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
        found.append(page)
    return found


def held(product: Product, code: str) -> dict[str, Any]:
    """The draft's document, from the database."""
    with contextlib.closing(sqlite3.connect(product.database)) as database:
        row = database.execute("SELECT document FROM drafts_draft WHERE code = ?", (code,)).fetchone()
    document: dict[str, Any] = json.loads(row[0])
    return document


def value_at(document: Any, name: str) -> Any:
    for member in name.split("."):
        document = document.get(member) if isinstance(document, dict) else None
    return document


def test_browsers_at_different_fields_all_keep_their_values(
    browser: Browser, product: Product, rita: Person
) -> None:
    code = rita.start_blank("2024-07-01")
    fields = fields_of(rita, code, BROWSERS)
    pages = opened(browser, rita, [address for address, _name in fields])
    last = [""] * BROWSERS
    turn = 0
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            turn += 1
            for number, (page, (_address, name)) in enumerate(zip(pages, fields, strict=True)):
                last[number] = f"b{number}x{turn}"
                typed(page, name, last[number])
                page.wait_for_timeout(20)
        wanted = {name: value for (_address, name), value in zip(fields, last, strict=True)}

        def stand() -> bool:
            document = held(product, code)
            return all(value_at(document, name) == value for name, value in wanted.items())

        wait_until(stand, f"{wanted} to stand", SETTLED / 1000)
        for page, (_address, name) in zip(pages, fields, strict=True):
            expect(page.get_by_role("button", name="Keep mine")).to_have_count(0)
            expect(box(page, name)).to_have_value(wanted[name])
        assert turn > 1, "too slow to have typed twice"
    finally:
        for page in pages:
            page.context.close()


def typed(page: Page, name: str, text: str) -> None:
    """Puts a text in place of what a field holds, also where the field is drawn anew between choosing all of it and typing."""
    box(page, name).fill(text)
    while box(page, name).input_value() != text:
        box(page, name).fill(text)


def test_of_browsers_at_one_field_one_stands_and_the_others_are_asked(
    browser: Browser, product: Product, rita: Person
) -> None:
    code = rita.start_blank("2024-07-01")
    [(address, name)] = fields_of(rita, code, 1)
    pages = opened(browser, rita, [address] * BROWSERS)
    last = [""] * BROWSERS
    turn = 0
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            turn += 1
            for number, page in enumerate(pages):
                last[number] = f"b{number}x{turn}"
                typed(page, name, last[number])
                page.wait_for_timeout(20)
        asked = [page.get_by_role("button", name="Keep mine") for page in pages]
        wait_until(
            lambda: sum(buttons.count() for buttons in asked) == BROWSERS - 1,
            "all but one to be asked",
            SETTLED / 1000,
        )
        [winner] = [number for number, buttons in enumerate(asked) if not buttons.count()]
        wait_until(
            lambda: value_at(held(product, code), name) == last[winner],
            "the last value of the one whose text stands",
            SETTLED / 1000,
        )
        for number, page in enumerate(pages):
            expect(box(page, name)).to_have_value(last[number])
    finally:
        for page in pages:
            page.context.close()


# --- The web server is killed -----------------------------------------------------------------------------------------


def up(product: Product) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(f"{product.url}/healthz", timeout=5).status_code == 200
    return False


def test_a_killed_web_server_loses_no_save_that_was_answered(product: Product, rita: Person) -> None:
    code = rita.start_blank("2024-07-01")
    # A page of fields asks every so often who else is there, and would complain while nobody answers.
    rita.open("/")
    address = f"{product.url}/drafts/{code}/basics/"
    browser = requests.Session()
    for cookie in rita.page.context.cookies():
        browser.cookies.set(cookie["name"], cookie["value"])
    form = dict(entries(browser.get(address).text))
    answered: dict[int, str] = {}
    kills = 0
    over = threading.Event()

    def kill_now_and_then() -> None:
        nonlocal kills
        chance = random.Random(7)
        while not over.wait(chance.uniform(0.15, 0.6)):
            product.kill("web")
            kills += 1
            product.start("web")
            wait_until(lambda: up(product), "the web server")
            if kills == KILLS:
                return

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        for number in range(SAVES):
            value = f"web-{number}"
            while True:
                try:
                    answer = browser.post(
                        address, form | {"$target.name": value}, headers={"HX-Request": "true"}, timeout=20
                    )
                except requests.RequestException:
                    time.sleep(0.05)
                    continue
                if answer.status_code == 409:
                    # It had been saved, only the answer was lost: the page that asks is built on the newest.
                    form["base"] = dict(entries(answer.text))["base"]
                    continue
                break
            assert answer.status_code in (200, 204), answer.text
            if answer.status_code == 200:
                form["base"] = dict(entries(answer.text))["base"]
                answered[int(form["base"])] = value
    finally:
        over.set()
        killer.join()
    with contextlib.closing(sqlite3.connect(product.database)) as database:
        kept = dict(
            database.execute(
                "SELECT number, drafts_revision.name FROM drafts_revision "
                "JOIN drafts_draft ON drafts_draft.id = draft_id WHERE code = ?",
                (code,),
            ).fetchall()
        )
    lost = {number: value for number, value in answered.items() if kept.get(number) != value}
    assert not lost
    assert len(answered) >= SAVES - 2 * kills
    assert kills >= 2
