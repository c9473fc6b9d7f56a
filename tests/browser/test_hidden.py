"""Hidden characters in a real browser: named while they are typed, escaped in the JSON, whole in what is copied."""

from __future__ import annotations

import copy
import re

import pytest
from playwright.sync_api import expect

from vmssbuilder.scaleset import hidden

from .conftest import People
from .person import Person
from .requests import MANAGED_DISKS
from .test_walks import address

VERSION = "2016-04-30-preview"


@pytest.fixture
def rita(people: People) -> Person:
    return people("Rita")


def start(person: Person, owner: str) -> str:
    document = copy.deepcopy(MANAGED_DISKS) | {"tags": {"owner": owner}}
    return person.paste(address("hidden", "create", VERSION), document, VERSION)


def test_a_field_says_what_it_hides_while_it_is_typed(rita: Person) -> None:
    code = start(rita, "ann")
    rita.open(f"/drafts/{code}/basics/")
    box = rita.page.locator("[name='tags[0].value']")
    note = rita.page.locator("[name='tags[0].value'] + .hidden-note")
    box.fill("ann\u202eneb\u200b")
    expect(note).to_have_text("Holds 2 hidden characters: U+202E, U+200B.")
    expect(rita.page.locator("#json")).to_contain_text('"ann\\u202eneb\\u200b"')
    rita.open(f"/drafts/{code}/basics/")
    expect(note).to_contain_text("U+202E (right-to-left override) after “ann”")
    expect(box).to_have_value("ann\u202eneb\u200b")
    box.fill("ann and \U0001f469\u200d\U0001f4bb")
    expect(note).to_have_count(0)


def test_script_and_server_know_the_same_characters(rita: Person) -> None:
    rita.open("/")
    found = rita.page.evaluate(
        "() => { const found = []; for (let at = 128; at < 0x110000; at += 1) {"
        " if ((at < 0xd800 || at > 0xdfff) && String.fromCodePoint(at).match(HIDDEN)) found.push(at); } return found; }"
    )
    table = re.compile(f"[{hidden.CLASS}]")
    known = [at for at in range(128, 0x110000) if table.match(chr(at))]
    assert set(found) == set(known), [hex(at) for at in {*found} ^ {*known}]


def test_what_is_copied_is_the_text_itself(rita: Person) -> None:
    code = start(rita, "ann\u202eneb \u05e9\u05dc")
    rita.open(f"/drafts/{code}/export/terraform/")
    shown = rita.page.locator("[data-copy]").first.get_attribute("data-copy")
    text = rita.page.evaluate("(id) => copied(document.getElementById(id))", shown)
    assert "\u202e" in text or "\\u202e" in text
    assert "[U+202E]" not in text
