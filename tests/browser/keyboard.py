"""A person who has no mouse: everything is reached with Tab and done with keys."""

from __future__ import annotations

import json

from playwright.sync_api import Locator

from .person import Person

FAR = 600
"""Presses of Tab after which something counts as unreachable: once around the longest page."""


class KeyboardPerson(Person):
    """Does with keys what a person does with a mouse."""

    def reach(self, control: Locator) -> None:
        """Tab until the control has the focus. Of a group of radios only one is in the way of Tab."""
        for _ in range(FAR):
            # Looked for each time: an answer to a save may draw the field anew meanwhile.
            if control.evaluate("element => document.activeElement === element"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {control}")

    def _press(self, control: Locator) -> None:
        self.reach(control)
        self.page.keyboard.press("Enter")

    def _type(self, control: Locator, text: str) -> None:
        self.reach(control)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def _check(self, control: Locator) -> None:
        handle = control.element_handle()
        group = self.page.evaluate(
            """element => [...document.getElementsByName(element.name)].filter(other => other.type === "radio").length""",
            handle,
        )
        if not group:
            self.reach(control)
            self.page.keyboard.press("Space")
            return
        self._reach_group(control)
        for _ in range(group + 1):
            if control.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        assert control.is_checked(), f"arrow keys do not choose {control}"

    def _reach_group(self, control: Locator) -> None:
        handle = control.element_handle()
        for _ in range(FAR):
            if self.page.evaluate("element => document.activeElement?.name === element.name", handle):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach the group of {control}")

    def _select(self, control: Locator, value: str) -> None:
        box = control.get_attribute("data-box")
        if box:
            # A search box stands before the select.
            self.reach(self.page.locator(f"[id={json.dumps(box)}]"))
            self.page.keyboard.insert_text(
                control.locator(f"option[value={json.dumps(value)}]").text_content() or ""
            )
            self.page.keyboard.press("Enter")
            assert control.input_value() == value
            return
        self.reach(control)
        self.page.keyboard.press("Home")
        for _ in range(200):
            if control.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"arrow keys do not choose {value}")
