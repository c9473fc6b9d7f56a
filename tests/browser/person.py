"""A person at a browser: signs in, fills in a request field by field, reviews, submits. Works with or without JavaScript."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from vmssbuilder.drafts import steps
from vmssbuilder.drafts.forms.rows import row_fields
from vmssbuilder.drafts.forms.widgets import ENCODED
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Boolean, Choice, Node, Text
from vmssbuilder.scaleset.rules.shapes import decoded

MASK = "********"
PARTS = ("subscription", "resourceGroup", "name")
"""Of the address, those that are typed."""
SECRET_NAMES = frozenset({"adminPassword", "customData", "protectedSettings", "content"})


class Person:
    """Drives one page of a browser. base: the address of the product."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base

    def open(self, address: str) -> None:
        self.page.goto(self.base + address)

    def sign_in(self, name: str) -> None:
        """Through the sandbox's Entra ID, as the demo account of that name."""
        self.open("/sign-in/")
        self.page.get_by_role("link", name=re.compile("Microsoft")).click()
        self.page.get_by_role("button", name=re.compile(rf"\b{name}\b")).click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def press(self, name: str | re.Pattern[str]) -> None:
        self._send(self.page.get_by_role("button", name=name).first)

    def _send(self, button: Locator) -> None:
        """Presses a button that sends a form. The page may hold it back until an autosave has been answered."""
        with self.page.expect_navigation():
            self._press(button)

    def start_blank(self, api_version: str) -> str:
        """A new draft; answers its code."""
        self.open("/")
        self.page.get_by_role("link", name="New scale set").first.click()
        self.choose_version(api_version)
        self.press("Start blank")
        return self.page.url.split("/")[4]

    def choose_version(self, api_version: str) -> None:
        """Of a new draft: it stands under *Advanced*."""
        self.page.get_by_text("Advanced", exact=True).click()
        self.page.get_by_label("API version", exact=True).select_option(api_version)

    def paste(self, target: dict[str, Any], document: dict[str, Any], api_version: str) -> str:
        """A draft from JSON; answers its code. Sent as the pages send it, for tests of what comes after them."""
        operation = str(target["$target"].get("operation", "create"))
        brought = {"start": "text", "text": json.dumps(document), "api_version": api_version}
        looked_over = {"accept": "1", "choice": "0", "shown": "0", "operation": operation}
        self.post("/drafts/new/", **brought, **looked_over)
        code = self.page.url.split("/")[4]
        address = {
            f"$target.{name}": str(value) for name, value in target["$target"].items() if name in PARTS
        }
        self.post(f"/drafts/{code}/basics/", base="1", **address)
        return code

    def post(self, address: str, **form: str | float | bool) -> None:
        """Sends a form in the person's name, and shows the page that comes of it."""
        jar = {cookie["name"]: cookie["value"] for cookie in self.page.context.cookies()}
        headers = {"X-CSRFToken": jar["csrftoken"], "Referer": self.base + address}
        answer = self.page.request.post(self.base + address, form=form, headers=headers)
        assert answer.ok, answer.text()
        self.page.goto(answer.url)

    def paste_by_hand(self, target: dict[str, Any], document: dict[str, Any], api_version: str) -> str:
        """A draft from JSON, its address filled in; answers its code."""
        self.open("/drafts/new/")
        self.choose_version(api_version)
        self.page.get_by_label("JSON", exact=True).fill(json.dumps(document))
        self.press("Start from this JSON")
        code = self.page.url.split("/")[4]
        self.open(f"/drafts/{code}/basics/")
        for name, value in target["$target"].items():
            if name in PARTS:
                self._named(f"$target.{name}").fill(value)
        self.press(re.compile("^Save and"))
        return code

    # --- filling in ---------------------------------------------------------------------------------------------------

    def fill_in(self, code: str, content: dict[str, Any], api_version: str) -> None:
        """Every step in turn, every value in its own field."""
        for step in steps.STEPS:
            self.fill_in_step(step, code, content, api_version)

    def take_out_what_was_filled_in(self, code: str, wanted: dict[str, Any]) -> None:
        """Presses *Take it out* at each place that the wanted document does not have."""
        self.open(f"/drafts/{code}/storage/")
        buttons = self.page.locator('[name=act][value^="unfill:"]')
        places = [str(each.get_attribute("value")).partition(":")[2] for each in buttons.all()]
        for place in places:
            if paths.get(wanted, paths.parse(place)) is MISSING:
                self._send(self.page.locator(f'[name=act][value="unfill:{place}"]'))

    def fill_in_step(self, step: steps.Step, code: str, content: dict[str, Any], api_version: str) -> None:
        """What the step owns of the content, and the items below it."""
        self.open(f"/drafts/{code}/{step.name}/")
        self._page_of_fields(steps.step_layout(step, api_version), (), content)
        self.press(re.compile("^Save and"))
        self._past_findings()

    def _past_findings(self) -> None:
        """A step that is saved but not ready yet stands there again; the walk goes on."""
        onward = self.page.get_by_role("link", name="Continue without fixing")
        if onward.count():
            self._send(onward)

    def _page_of_fields(self, layout: steps.Layout, place: Path, content: dict[str, Any]) -> None:
        self.unfold()
        cards = []
        for entry in layout.fields:
            value = paths.get(content, place + entry.below)
            if value is MISSING:
                continue
            if entry.is_cards:
                cards.append(entry)
            elif entry.is_rows:
                self._rows(entry, place + entry.below, value)
            else:
                self._leaf(entry.node, place + entry.below, value)
        for entry in cards:
            for number in range(len(paths.get(content, place + entry.below))):
                self._card(entry, (*place, *entry.below), number, content)

    def unfold(self) -> None:
        """Opens everything that is folded away."""
        for details in self.page.locator("main details").all():
            if details.get_attribute("open") is None:
                self._press(details.locator("summary").first)
        show = self.page.locator(".everything__show a")
        if show.count() and not self.page.locator("[data-find][aria-haspopup]").count():
            # Without scripts the rest of the fold is a page of its own.
            self._send(show)
            self.unfold()
        expect(show).to_have_count(0)

    # Every touch of the page goes through these five, so that somebody with other hands can do the same.

    def _press(self, control: Locator) -> None:
        control.click()

    def _type(self, control: Locator, text: str) -> None:
        control.fill(text)

    def _check(self, control: Locator) -> None:
        control.check()

    def _select(self, control: Locator, value: str) -> None:
        control.select_option(value)

    def _named(self, name: str) -> Locator:
        return self.page.locator(f"main [name={json.dumps(name)}]")

    def _leaf(self, node: Node, path: Path, value: Any) -> None:
        name, prop = paths.text(path), node.property
        text = prop.to_text(value)
        if isinstance(prop, Choice | Boolean):
            control = self._named(name).first
            if control.evaluate("element => element.tagName") == "SELECT":
                self._select(control, text)
            else:
                self._check(self.page.locator(f"main [name={json.dumps(name)}][value={json.dumps(text)}]"))
        else:
            self._type(self._named(name), value if isinstance(prop, Text) else text)
            if isinstance(prop, Text) and prop.base64 and decoded(value) is not None:
                self._check(self._named(name + ENCODED))

    def _rows(self, entry: steps.Field, path: Path, value: Any) -> None:
        item = entry.node.item
        assert item is not None
        for number, row in enumerate(value.items() if isinstance(value, dict) else value):
            name = paths.text((*path, number))
            if number:
                # With scripts the row is there at once; without, it comes with the page that was saved.
                adding = self.page.locator(f"[value={json.dumps('more:' + paths.text(path))}]")
                self._press(self._named("act").and_(adding))
                self.page.locator(f"main [name^={json.dumps(name)}]").first.wait_for()
            if isinstance(value, dict):
                self._type(self._named(f"{name}.key"), row[0])
                if item.is_leaf:
                    self._type(self._named(f"{name}.value"), row[1])
                continue
            for below, node in row_fields(item):
                inner = paths.get(row, below)
                if inner is not MISSING:
                    self._leaf(node, (*path, number, *below), inner)

    def _card(self, entry: steps.Field, path: Path, number: int, content: dict[str, Any]) -> None:
        item = entry.node.item
        assert item is not None
        there = self.page.locator(f"[value={json.dumps('remove:' + paths.text((*path, number)))}]")
        if there.count():
            # It was filled in with what holds it.
            self._keep_what_was_typed()
            self._send(self.page.locator("li.card-item", has=there).locator("h3 a"))
        else:
            adding = self.page.locator(f"[value={json.dumps('add:' + paths.text(path))}]")
            self._send(self._named("act").and_(adding))
        layout = steps.item_layout(item.pattern, item.api_version)
        self._page_of_fields(layout, (*path, number), content)
        self.press(re.compile("^Save and"))
        self._past_findings()

    def _keep_what_was_typed(self) -> None:
        """With scripts a link waits for the save; without, the page is saved by its button and opened again."""
        if self.page.locator("[data-find][aria-haspopup]").count():
            return
        here = self.page.url.removeprefix(self.base)
        self.press(re.compile("^Save and"))
        self.open(here)
        self.unfold()

    # --- looking ------------------------------------------------------------------------------------------------------

    def json_beside_the_form(self) -> Any:
        """The document that the pane shows."""
        return json.loads(self.page.locator("#json").text_content() or "")

    # --- review and submission ----------------------------------------------------------------------------------------

    def send_for_review(self, code: str) -> None:
        self.open(f"/drafts/{code}/check/")
        self.press(re.compile("Send for review"))
        expect(self.page.get_by_text("Waiting for review").first).to_be_visible()

    def approve(self, name: str) -> None:
        """The review of the scale set of that name, from the queue."""
        self.open("/reviews/")
        self.page.get_by_role("link", name=re.compile(rf"\b{name}\b")).first.click()
        self.page.get_by_label("Approve", exact=True).check()
        self.page.get_by_label(re.compile("Reason")).fill("Reads well.")
        self.press(re.compile("decision", re.IGNORECASE))
        expect(self.page.locator("#status-bar [aria-current]")).to_have_text("Approved")

    def submit(self, code: str, act: str) -> None:
        """Presses the button that names the act, such as "Create web-prod in rg-shop"."""
        self.open(f"/drafts/{code}/check/")
        self.press(re.compile(act))

    def wait_for_end(self) -> None:
        """The progress page follows by itself; without JavaScript a person reloads it."""
        expect(self.page.get_by_text(re.compile(r"Succeeded|Failed")).first).to_be_visible(timeout=30_000)


def masked(document: Any) -> Any:
    """The document as the product shows it: the four kinds of secret hidden."""
    if isinstance(document, dict):
        return {name: MASK if name in SECRET_NAMES else masked(value) for name, value in document.items()}
    return [masked(item) for item in document] if isinstance(document, list) else document
