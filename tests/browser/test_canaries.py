"""From browser fields to a scale set, every value typed: secrets are found nowhere but encrypted and in the one request to Azure."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from playwright.sync_api import expect

from .conftest import People, Product
from .person import masked
from .requests import CANARIES, MANAGED_DISKS, SUBSCRIPTION
from .test_walks import address, as_sent, holds, without_secrets

PROFILE = ("properties", "virtualMachineProfile")
MARKS = ("Canary-passw0rd-one", "canary-custom-data-two", "canary-storage-key-three", "canary-unattend-four")
ENCODED = "Y2FuYXJ5LWN1c3RvbS1kYXRhLXR3b"
"""The start of the custom data in base64, as Azure receives it."""

PAGES = (
    "",
    "basics/",
    "instances/",
    "image/",
    "image/properties/virtualMachineProfile/osProfile/windowsConfiguration/additionalUnattendContent/0/",
    "disks/",
    "network/",
    "extensions/",
    "extensions/properties/virtualMachineProfile/extensionProfile/extensions/0/",
    "check/",
    "json/",
    "history/",
    "people/",
    "document.json",
)


def with_all_four() -> dict[str, Any]:
    document = copy.deepcopy(MANAGED_DISKS)
    profile = document["properties"]["virtualMachineProfile"]
    profile["osProfile"]["customData"] = CANARIES["customData"]
    # Filled in for who names an image.
    profile["storageProfile"].setdefault("osDisk", {"createOption": "FromImage"})
    return document


def found_in(text: str) -> list[str]:
    return [mark for mark in (*MARKS, ENCODED) if mark in text]


def test_no_secret_leaves_a_trace(people: People, product: Product) -> None:
    rita = people("Rita")
    code = rita.start_blank("2016-04-30-preview")
    rita.fill_in(
        code, address("canary", "create", "2016-04-30-preview") | with_all_four(), "2016-04-30-preview"
    )
    rita.open(f"/drafts/{code}/check/")
    assert rita.json_beside_the_form() == masked(with_all_four())
    visited: dict[str, str] = {}

    def look(person: Any, where: str) -> None:
        answer = person.page.request.get(product.url + where)
        visited[where] = answer.text()

    for below in PAGES:
        look(rita, f"/drafts/{code}/{below}")
    rita.open(f"/drafts/{code}/people/")
    rita.press("Create a link")
    link = re.search(r"/s/[^\s<]+/", rita.page.content())
    assert link
    rita.send_for_review(code)
    rolf = people("Rolf")
    look(rolf, link.group())
    rolf.approve("canary")
    visited["review"] = rolf.page.content()
    look(rolf, f"/drafts/{code}/document.json")
    rita.submit(code, "Create canary")
    rita.wait_for_end()
    expect(rita.page.get_by_text("Succeeded").first).to_be_visible()
    visited["submission"] = rita.page.content()
    for where in ("/", "/reviews/", "/submissions/"):
        look(rita, where)
    ada = people("Ada")
    for where in ("/admin/drafts/draft/", "/admin/audit/event/", "/admin/submissions/submission/"):
        look(ada, where)

    put = next(entry for entry in product.received("PUT") if entry["path"].endswith("/canary"))
    assert put["body"] == as_sent(with_all_four()), "the secrets must reach Azure"
    answered = product.newest_resource()
    assert holds(answered, without_secrets(with_all_four())), "Azure must show what was asked for"
    assert not any(canary in str(answered) for canary in CANARIES.values()), "and nothing secret"
    assert found_in(json.dumps(put["body"])) == [*MARKS[:1], *MARKS[2:], ENCODED]
    assert len(visited) > len(PAGES)
    assert {where: found_in(text) for where, text in visited.items() if found_in(text)} == {}
    for file in product.folder.iterdir():
        if file.is_file():
            assert found_in(file.read_bytes().decode("latin-1")) == [], file.name
    assert SUBSCRIPTION in product.database.read_bytes().decode("latin-1") or any(
        SUBSCRIPTION in file.read_bytes().decode("latin-1") for file in product.folder.glob("*-wal")
    ), "the search must be able to find what is there"
