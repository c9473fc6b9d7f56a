"""Every step of the form is filled in by keyboard alone. By mouse, and without JavaScript: test_walks.py."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.drafts import steps
from vmssbuilder.drafts.content import TARGET
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path

from .conftest import People
from .keyboard import KeyboardPerson
from .person import masked
from .requests import MANAGED_DISKS
from .test_walks import address, owned

VERSION = "2016-04-30-preview"
CONTENT: dict[str, Any] = address("by-step", "create", VERSION) | MANAGED_DISKS


OS_DISK_SOURCE = ("properties", "virtualMachineProfile", "storageProfile", "osDisk", "createOption")


def test_the_steps_divide_the_request_between_them() -> None:
    divided = [path for step in steps.STEPS for path in leaves(owned(step, CONTENT))]
    assert sorted(divided) == sorted(leaves(CONTENT))


def leaves(value: Any, path: Path = ()) -> list[str]:
    """The paths of everything that holds nothing further."""
    if isinstance(value, dict | list) and value:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for step, inner in members for leaf in leaves(inner, (*path, step))]
    return [paths.text(path)]


@pytest.mark.parametrize("step", steps.STEPS, ids=[step.name for step in steps.STEPS])
def test_a_step_is_filled_in_without_a_mouse(people: People, step: steps.Step) -> None:
    browser = people("Rita")
    rita = KeyboardPerson(browser.page, browser.base)
    code = rita.start_blank(VERSION)
    rita.fill_in_step(step, code, CONTENT, VERSION)
    wanted = owned(step, CONTENT)
    if step.name == "image":
        # Filled in for who names an image.
        paths.put(wanted, OS_DISK_SOURCE, "FromImage")
    rita.open(f"/drafts/{code}/check/")
    shown: Any = rita.json_beside_the_form()
    assert shown == masked({name: value for name, value in wanted.items() if name != TARGET})
    if TARGET in wanted:
        for part in ("subscription", "resourceGroup", "name"):
            assert wanted[TARGET][part] in (rita.page.locator("main").text_content() or "")
