"""Linux or Windows and known extensions at a real browser: with a mouse, by keys, and without JavaScript."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from vmssbuilder.scaleset import paths

from .people import People
from .person import Person

VERSION = "2024-07-01"
ITEM = ("properties", "virtualMachineProfile", "extensionProfile", "extensions", 0)


def extension_of(person: Person, code: str) -> dict[str, Any]:
    """The first extension of the draft as it can be downloaded."""
    answer = person.page.context.request.get(f"{person.base}/drafts/{code}/document.json")
    found: dict[str, Any] = paths.get(json.loads(answer.text()), ITEM)
    return found


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_system_is_chosen_and_its_extension_set_up(people: People, scripts: bool) -> None:
    person = people("rita", scripts=scripts)
    code = person.start_blank(VERSION)
    person.open(f"/drafts/{code}/image/")
    windows = person.page.get_by_role("button", name="Windows", exact=True)
    windows.focus()
    windows.press("Enter")
    expect(person.page.get_by_role("button", name="Windows", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    person.unfold()
    expect(person.page.get_by_label("Time zone", exact=True)).to_be_attached()
    expect(person.page.get_by_role("group", name="SSH keys only")).to_have_count(0)

    person.open(f"/drafts/{code}/extensions/")
    person.press("Custom Script for Windows")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("CustomScript")
    person.page.get_by_label("File address").first.fill("https://stshop.blob.core.windows.net/s/setup.ps1")
    person.page.get_by_label("Command", exact=True).fill("powershell -File setup.ps1")
    person.press("Save and continue")
    found = extension_of(person, code)
    assert found["properties"]["settings"] == {
        "fileUris": ["https://stshop.blob.core.windows.net/s/setup.ps1"]
    }
    assert found["properties"]["protectedSettings"] == "********"
    assert found["properties"]["type"] == "CustomScriptExtension"
    person.open(f"/drafts/{code}/extensions/{paths.to_url(ITEM)}/")
    expect(person.page.get_by_text("Set, hidden.").first).to_be_visible()
    expect(person.page.get_by_label("Command", exact=True)).to_have_value("")


def test_a_field_and_the_json_of_the_same_settings_follow_each_other(people: People) -> None:
    person = people("rita")
    code = person.start_blank(VERSION)
    person.open(f"/drafts/{code}/extensions/")
    person.press("Application Health for Linux")
    port = person.page.get_by_label("Health check port")
    port.fill("8080")
    person.page.get_by_text("The same settings as JSON").click()
    as_json = person.page.get_by_label("Settings", exact=True)
    expect(as_json).to_have_value(json.dumps({"port": 8080}, indent=2))
    as_json.fill('{"port": 81, "own": true}')
    expect(port).to_have_value("81")
    port.fill("82")
    expect(as_json).to_have_value(json.dumps({"port": 82, "own": True}, indent=2))
    assert extension_of(person, code)["properties"]["settings"] == {"port": 82, "own": True}
