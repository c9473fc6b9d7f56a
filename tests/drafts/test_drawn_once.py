"""Fields that were drawn before show what they would show anew, whatever has changed around them."""

from __future__ import annotations

from typing import Any

from bench import documents
from vmssbuilder.drafts import steps
from vmssbuilder.drafts.content import TARGET
from vmssbuilder.drafts.forms import bound
from vmssbuilder.drafts.forms.lists import ListChange
from vmssbuilder.drafts.forms.page import PageForm
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.kept import KeptSecret
from vmssbuilder.scaleset.paths import MISSING
from vmssbuilder.scaleset.versions import LATEST

DISKS = paths.parse("properties.virtualMachineProfile.storageProfile.dataDisks")
PASSWORD = paths.parse("properties.virtualMachineProfile.osProfile.adminPassword")
ZONE = paths.parse("zones[0]")
PREFIX = paths.parse("properties.virtualMachineProfile.osProfile.computerNamePrefix")


def content(operation: str = "create", /, **changed: Any) -> dict[str, Any]:
    made = {TARGET: {"operation": operation, "name": "web", "apiVersion": LATEST}, **documents.document()}
    for path, value in changed.items():
        paths.force(made, paths.parse(path), value)
    return made


VARIANTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (content(), {}),
    (content("update"), {}),
    (content(tags=None), {}),
    (content("update", tags=None), {}),
    (content(zones=["1"]), {}),
    (content(**{"properties.overprovision": True}), {}),
    (content(**{"properties.overprovision": 1}), {}),
    (content(), {"system": "Linux"}),
    (content(), {"system": "Windows"}),
    (content(), {"attention": {(*DISKS, 0): True}}),
    (content(), {"done": ListChange(DISKS, 0, "Removed a disk")}),
    (content(), {"findings": {PREFIX: [Finding("rule", "error", PREFIX, "Too long")]}}),
    (content(zones=["1"]), {"findings": {ZONE: [Finding("rule", "error", ZONE, "Odd")]}}),
    (content(**{paths.text(PASSWORD): MISSING}), {}),
    (content(**{paths.text(PASSWORD): MISSING}), {"kept": (KeptSecret(PASSWORD),)}),
    (content(), {"typed": {paths.text(PREFIX): ["typed"]}}),
]


def test_what_was_drawn_before_shows_what_it_would_show_anew() -> None:
    differs = [False] * len(VARIANTS)
    for step in steps.STEPS:
        made, url = page_form(steps.step_layout(step, LATEST)), f"/drafts/1/{step.name}/"

        def forms(made: type[PageForm] = made, url: str = url) -> list[PageForm]:
            return [made(shown, (), url, **more) for shown, more in VARIANTS]

        anew = []
        for form in forms():
            bound._KEPT.clear()
            anew.append(form.draw())
        for form in forms()[::-1]:
            form.draw()
        assert [form.draw() for form in forms()] == anew
        differs = [before or page != anew[0] for before, page in zip(differs, anew, strict=True)]
    assert [number for number, shows in enumerate(differs) if not shows] == [0], (
        "each shows something of its own"
    )
