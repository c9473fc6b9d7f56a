"""A person whose clicks and typed values are counted: a chosen suggestion, Enter or a key that acts is a click, a text a value."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from .person import Person


@dataclass
class Counting:
    """clicks, values: how many there were."""

    person: Person
    clicks: int = 0
    values: int = 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def onward(self, target: Locator) -> None:
        """A click that leads to another page."""
        self.clicks += 1
        with self.person.page.expect_navigation():
            target.click()

    def press(self, name: str | re.Pattern[str]) -> None:
        """A button that leads to another page."""
        shown = self.person.page.get_by_role("button", name=name).locator("visible=true")
        self.onward(shown.first)

    def follow(self, name: str) -> None:
        """A link, by how its name begins."""
        self.onward(self.person.page.get_by_role("link", name=re.compile(f"^{re.escape(name)}")).first)

    def type(self, field: Locator, text: str) -> None:
        self.values += 1
        field.fill(text)

    def reload(self) -> None:
        """A key that acts."""
        self.clicks += 1
        self.person.page.reload()

    def choose(self, field: Locator, title: str) -> None:
        """An option of a list that opens."""
        self.click(field)
        self.click(self.person.page.get_by_role("option", name=title, exact=True))

    def search(self, field: Locator, words: str, title: re.Pattern[str]) -> None:
        """Takes the first suggestion of that title for some words."""
        self.click(field)
        self.values += 1
        field.press_sequentially(words)
        self.click(self.person.page.locator("div.suggest [role=option]", has_text=title).first)

    def onward_to(self, selector: str) -> Locator:
        """The control, on this page or on one of those that follow it; a fold around it is opened."""
        page = self.person.page
        for _ in range(12):
            found = page.locator(selector).first
            if found.count():
                for fold in found.locator("xpath=ancestor::details[not(@open)]").all():
                    self.click(fold.locator("summary").first)
                return found
            self.press(re.compile("^Save and continue"))
        raise AssertionError(f"no page has {selector}")

    def pick(self, field: Locator, value: str) -> None:
        """Takes a suggestion, unless the field says so already."""
        if field.input_value().lower() == value.lower():
            return
        self.click(field)
        options = self.person.page.locator("div.suggest [role=option]")
        self.click(options.and_(self.person.page.locator(f'[data-value="{value}" i]')).first)
        expect(field).to_have_value(re.compile(f"^{re.escape(value)}$", re.IGNORECASE))
