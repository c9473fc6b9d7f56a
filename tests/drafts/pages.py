"""Pages of a draft, opened and sent back as they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.test import Client

from tests.drafts.test_steps import addresses
from tests.forms import came_back, controls, entries, post, sent
from vmssbuilder.drafts import steps
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.forms.pages import page_form
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Node


def every_page(document: dict[str, Any], api_version: str) -> Iterator[tuple[steps.Step, Path, steps.Layout]]:
    """Each step page and each item page that the document has."""
    for step in steps.STEPS:
        yield from _pages(step, (), steps.step_layout(step, api_version), document, api_version)


def _pages(
    step: steps.Step, place: Path, layout: steps.Layout, document: dict[str, Any], api_version: str
) -> Iterator[tuple[steps.Step, Path, steps.Layout]]:
    yield step, place, layout
    for field in layout.fields:
        items = paths.get(document, place + field.below)
        if field.is_cards and isinstance(items, list):
            item = field.node.item
            assert isinstance(item, Node)
            inner = steps.item_layout(item.pattern, api_version)
            for number in range(len(items)):
                yield from _pages(step, (*place, *field.below, number), inner, document, api_version)


def changes_of_an_untouched_page(
    content: dict[str, Any], step: steps.Step, place: Path, layout: steps.Layout
) -> list[Changed]:
    html = page_form(layout)(content, place, f"/drafts/abc/{step.name}/").draw()
    return came_back(content, layout, place, post(entries(html)))


def assert_round_trip(document: dict[str, Any], api_version: str) -> None:
    content = {"$target": {"operation": "create", "apiVersion": api_version, "name": "web"}, **document}
    for step, place, layout in every_page(document, api_version):
        assert changes_of_an_untouched_page(content, step, place, layout) == [], (step.name, place)


def read_in(browser: Client, text: str, api_version: str) -> Draft:
    """Starts a draft from JSON; what reading made of it is accepted as it is proposed."""
    form = {"start": "text", "text": text, "api_version": api_version}
    answer = browser.post("/drafts/new/", form)
    if answer.status_code == 200:
        answer = browser.post("/drafts/new/", form | {"accept": "1", "choice": "0", "shown": "0"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Draft.objects.get(code=answer.headers["Location"].split("/")[2])


def save_every_page(browser: Client, draft: Draft) -> Counter[str]:
    """Opens each page of the draft and sends it back as it came; answers how often each control was there."""
    found: Counter[str] = Counter()
    for address in addresses(draft):
        page = browser.get(address)
        if page.status_code == 302:
            # What is no object has no page; its card leads to the JSON.
            continue
        assert page.status_code == 200, address
        answer = browser.post(address, sent(page.content.decode()))
        assert answer.status_code == 302, address
        found.update(controls(page.content.decode()))
    return found
