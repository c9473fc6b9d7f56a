"""Every page of the product in the order in which a request goes its way, for whoever has to look at all of them."""

from __future__ import annotations

import copy
import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from tests.drafts.test_starting import ASKING

from .people import People
from .person import Person
from .requests import MANAGED_DISKS
from .test_walks import address

VERSION = "2016-04-30-preview"
_PROFILE = "properties/virtualMachineProfile"
_NIC = f"network/{_PROFILE}/networkProfile/networkInterfaceConfigurations/0/"
EXPLAINED = (
    "ERROR: (QuotaExceeded) It results in exceeding Edge Cores quota. Current Limit: 8, Current Usage: 6, Additional Required: 4.\n\n"
    'Code="InvalidParameter" Message="The value of parameter zoneBalance is invalid." Target="zoneBalance"\n\n'
    "Correlation ID: 0f1e2d3c-aaaa-4bbb-8ccc-0123456789ab"
)
BEFORE_REVIEW = {
    "task-list": "",
    "basics": "basics/",
    "instances": "instances/?findings=1",
    "image": "image/?findings=1",
    "disks": "disks/",
    "data-disk": f"disks/{_PROFILE}/storageProfile/dataDisks/0/",
    "network": "network/",
    "network-interface": _NIC,
    "ip-configuration": f"{_NIC}properties/ipConfigurations/0/",
    "extensions": "extensions/",
    "extension": f"extensions/{_PROFILE}/extensionProfile/extensions/0/",
    "choose-a-size": "choose/sku/name/",
    "check": "check/",
    "against-defaults": "against-defaults/",
    "picture": "picture/",
    "cost": "cost/",
    "fixes": "fixes/",
    "fixes-of-a-large-draft": "heavy-work/",
    "pre-flight": "preflight/",
    "find": "find/?q=disk",
    "exports": "export/",
    "export": "export/bicep/",
    "json": "json/",
    "history": "history/",
    "compare": "compare/1/2/",
    "share": "share/",
}
"""Names of a draft's pages, and their addresses below it."""

Stop = tuple[str, Person]


def tour(people: People, name: str) -> Iterator[Stop]:
    """Stops at each page with its name and the person who sees it. name: what the scale set of this tour is called."""
    anonymous = people.anonymous()
    anonymous.open("/sign-in/")
    yield "sign-in", anonymous
    anonymous.open("/no/such/page/")
    yield "not-found", anonymous

    rita = people("Rita")
    yield "home-empty", rita
    rita.open("/drafts/new/")
    yield "new", rita
    rita.open("/drafts/new/linux-web/")
    yield "starter", rita
    rita.open("/drafts/new/")
    rita.page.get_by_label("JSON", exact=True).fill('{"location": "uksouth",}')
    rita.press("Start from this JSON")
    yield "repairs", rita
    rita.open("/drafts/new/")
    rita.page.get_by_label("JSON", exact=True).fill(ASKING)
    rita.press("Start from this JSON")
    rita.page.get_by_label("count", exact=True).fill("300")
    rita.press("Show the result")
    yield "parameters", rita
    rita.page.get_by_label("count", exact=True).fill("")
    rita.press("Accept and start the draft")
    yield "notes", rita
    code = rita.paste_by_hand(address(name, "create", VERSION), _with_script(), VERSION)
    for title, below in BEFORE_REVIEW.items():
        rita.open(f"/drafts/{code}/{below}")
        rita.unfold()
        yield title, rita
    rita.open(f"/drafts/{code}/comments/?place=sku.capacity")
    rita.page.get_by_label("Comment", exact=True).fill("Is this enough?")
    rita.page.get_by_role("button", name="Post comment").click()
    rita.page.locator("article.thread").wait_for()
    rita.unfold()
    yield "comments", rita
    rita.open(f"/drafts/{code}/people/")
    rita.page.get_by_label("Name or mail address").fill("ola@example.org")
    rita.press("Add")
    rita.press("Invite ola@example.org")
    rita.press("Create a link")
    yield "people", rita
    shared = rita.page.locator(".copy code[id^=link-]").first.text_content() or ""
    rita.open("/reference/")
    yield "reference", rita
    rita.open("/reference/?q=disk")
    yield "reference-results", rita

    rita.page.get_by_role("main").get_by_role("link", name=re.compile("disk")).first.click()
    yield "reference-property", rita
    rita.open("/explain/")
    yield "explain", rita
    rita.page.get_by_label("What Azure or your tool printed").fill(EXPLAINED)
    rita.press("Explain")
    yield "explained", rita

    # Who never signed in can be asked for nothing.
    rolf = people("Rolf")
    rita.open(f"/drafts/{code}/check/")
    rita.page.locator("#ask > summary").click()
    rita.page.get_by_label("Rolf").check()
    rita.press(re.compile("Send for review"))
    rita.press("Open custom data")
    yield "waiting-for-review", rita
    rolf.open("/")
    yield "home-reviewer", rolf
    rolf.page.goto(shared)
    yield "by-link", rolf
    rolf.open("/reviews/")
    yield "reviews", rolf
    rolf.open("/reviews/away/")
    yield "away", rolf
    rolf.open("/reviews/")
    rolf.page.get_by_role("link", name=name).first.click()
    yield "review", rolf
    review = rolf.page.url
    for tab in ("values", "sent"):
        rolf.page.goto(f"{review}?show={tab}")
        yield f"review-{tab}", rolf
    rolf.page.get_by_role("link", name="Read custom data").click()
    yield "script", rolf
    rolf.approve(name)
    yield "decided", rolf

    rita.open(f"/drafts/{code}/check/")
    yield "approved", rita
    rita.submit(code, f"Create {name}")
    yield "submitted", rita
    rita.wait_for_end()
    yield "succeeded", rita
    for title, where in {"home": "/", "submissions": "/submissions/", "after": f"/drafts/{code}/"}.items():
        rita.open(where)
        yield title, rita
    yield from _change(rita, name)
    ada = people("Ada")
    ada.open(f"/admin/audit/event/?about={code}")
    yield "log", ada


def _with_script() -> dict[str, Any]:
    """The request of the tour, with a script that its owner can open to who is asked."""
    document = copy.deepcopy(MANAGED_DISKS)
    profile = document["properties"]["virtualMachineProfile"]["osProfile"]
    profile["customData"] = b64encode(b"#!/bin/sh\nmkdir -p /srv/shop\n").decode()
    return document


def _change(rita: Person, name: str) -> Iterator[Stop]:
    """What runs by then is opened and changed."""
    rita.open("/drafts/open/?id=nothing-like-it")
    yield "open-refused", rita
    rita.page.get_by_label("Name or resource group").fill(name)
    rita.page.get_by_role("button", name="Show scale sets").click()
    yield "open", rita
    rita.page.get_by_label("Resource id", exact=True).fill("")
    rita.page.get_by_label(name, exact=True).check()
    rita.press("Open it as a draft")
    code = rita.page.url.split("/")[4]
    for step, field, value in (
        ("instances", "sku.capacity", "5"),
        ("image", "properties.virtualMachineProfile.osProfile.computerNamePrefix", "other"),
    ):
        rita.open(f"/drafts/{code}/{step}/")
        rita.unfold()
        rita.page.locator(f'[name="{field}"]').fill(value)
        rita.press(re.compile("^Save and"))
    rita.open(f"/drafts/{code}/changes/")
    rita.unfold()
    yield "what-this-will-do", rita
