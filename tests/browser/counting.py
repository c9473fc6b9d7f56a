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

    def name(self, field: Locator, words: str, value: str) -> None:
        """Types a suggestion's name in full, in whatever letters: it is taken on leaving the field and its list."""
        page = self.person.page
        self.values += 1
        field.focus()
        field.press_sequentially(words)
        expect(page.locator(f'div.suggest [role=option][data-value="{value}" i]')).to_be_visible(
            timeout=15_000
        )
        for _ in range(2):
            page.keyboard.press("Tab")
        expect(field).to_have_value(value)

    def name_option(self, field: Locator, words: str, title: str) -> None:
        """Types words of an option, of which Tab takes the one that is marked."""
        self.values += 1
        field.focus()
        field.press_sequentially(words)
        field.press("Tab")
        expect(field).to_have_value(title)

    def find(self, field: Locator, words: str) -> None:
        """Types words into a search, of which Enter takes the first that is found."""
        self.clicks += 1
        self.values += 1
        field.focus()
        field.press_sequentially(words)
        expect(self.person.page.locator("div.suggest [role=option][aria-selected=true]")).to_be_visible()
        with self.person.page.expect_navigation():
            field.press("Enter")

    def choose(self, field: Locator, title: str) -> None:
        """An option of a list that opens."""
        self.click(field)
        self.click(self.person.page.get_by_role("option", name=title, exact=True))

    def field(self, selector: str) -> Locator:
        """The control on this page; a fold around it is opened."""
        found = self.person.page.locator(selector).first
        for fold in found.locator("xpath=ancestor::details[not(@open)]").all():
            self.click(fold.locator("summary").first)
        return found

    def pick(self, field: Locator, value: str) -> None:
        """Takes a suggestion, unless the field says so already."""
        if field.input_value().lower() == value.lower():
            return
        self.click(field)
        options = self.person.page.locator("div.suggest [role=option]")
        self.click(options.and_(self.person.page.locator(f'[data-value="{value}" i]')).first)
        expect(field).to_have_value(re.compile(f"^{re.escape(value)}$", re.IGNORECASE))
