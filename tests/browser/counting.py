"""A person whose clicks and typed values are counted where they arrive, by the events of the page: nothing goes uncounted.

A press of the pointer, Enter, the space bar on what can be pressed, and Tab out of a field with suggestions, which takes what
is marked or typed in full, are clicks. A text that is edited is a value, however many keys it takes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, expect

from .person import Person

_COUNTER: Final = """(() => {
  const count = (what) => sessionStorage.setItem(what, Number(sessionStorage.getItem(what)) + 1);
  const typed = "textarea, input:not([type=radio], [type=checkbox], [type=button], [type=submit])";
  let edited = null, left = null;
  const named = (field) => field.name || field.id;
  addEventListener("pointerdown", ({ isTrusted }) => { if (isTrusted) count("counted-clicks"); }, true);
  addEventListener("keydown", ({ isTrusted, key, target }) => {
    const pressed = key === "Enter" || (key === " " && !target.matches(typed));
    const taken = key === "Tab" && target.matches("[role=combobox]") && target !== left && document.querySelector("[role=option]");
    if (taken) left = target;
    if (isTrusted && (pressed || taken)) count("counted-clicks");
  }, true);
  addEventListener("input", ({ isTrusted, target }) => {
    if (!isTrusted || !target.matches(typed) || edited === named(target)) return;
    edited = named(target);
    count("counted-values");
  }, true);
  addEventListener("focusin", ({ target }) => { if (named(target) !== edited) edited = left = null; }, true);
})();"""


@dataclass
class Counting:
    """What the person does on pages that open from now on."""

    person: Person

    def __post_init__(self) -> None:
        self.person.page.add_init_script(_COUNTER)

    @property
    def clicks(self) -> int:
        return self._counted("clicks")

    @property
    def values(self) -> int:
        return self._counted("values")

    def _counted(self, what: str) -> int:
        return int(self.person.page.evaluate(f"Number(sessionStorage.getItem('counted-{what}'))"))

    def __repr__(self) -> str:
        return f"{self.clicks} clicks, {self.values} values"

    def onward(self, target: Locator) -> None:
        """A click that leads to another page."""
        with self.person.page.expect_navigation():
            target.click()

    def press(self, name: str | re.Pattern[str]) -> None:
        """A button that leads to another page."""
        shown = self.person.page.get_by_role("button", name=name).locator("visible=true")
        self.onward(shown.first)

    def follow(self, name: str) -> None:
        """A link, by how its name begins."""
        self.onward(self.person.page.get_by_role("link", name=re.compile(f"^{re.escape(name)}")).first)

    def name(self, field: Locator, words: str, value: str) -> None:
        """Types a suggestion's name in full, in whatever letters: it is taken on leaving the field and its list."""
        page = self.person.page
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
        field.focus()
        field.press_sequentially(words)
        field.press("Tab")
        expect(field).to_have_value(title)

    def find(self, field: Locator, words: str) -> None:
        """Types words into a search, of which Enter takes the first that is found."""
        field.focus()
        field.press_sequentially(words)
        expect(self.person.page.locator("div.suggest [role=option][aria-selected=true]")).to_be_visible()
        with self.person.page.expect_navigation():
            field.press("Enter")

    def field(self, selector: str) -> Locator:
        """The control on this page; a fold around it is opened."""
        found = self.person.page.locator(selector).first
        for fold in found.locator("xpath=ancestor::details[not(@open)]").all():
            fold.locator("summary").first.click()
        return found

    def pick(self, field: Locator, value: str) -> None:
        """Takes a suggestion, unless the field says so already."""
        if field.input_value().lower() == value.lower():
            return
        field.click()
        options = self.person.page.locator("div.suggest [role=option]")
        options.and_(self.person.page.locator(f'[data-value="{value}" i]')).first.click()
        expect(field).to_have_value(re.compile(f"^{re.escape(value)}$", re.IGNORECASE))
