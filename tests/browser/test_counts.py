"""From *New scale set* to *Succeeded*, counted: sign-in and the reviewer's steps apart. In two worlds of no common name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from tests.places import ELSEWHERE, SHOP, Place

from .conftest import People, Product
from .counting import Counting
from .product import installed
from .test_pickers_to_success import KEY

MOST_FROM_A_STARTER: Final = (15, 8)
"""Clicks and typed values."""


@pytest.fixture(scope="module")
def other_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product beside another company's Azure."""
    folder = tmp_path_factory.mktemp("elsewhere")
    world = folder / "world.json"
    groups = {place.group: place.region for place in ELSEWHERE}
    world.write_text(json.dumps([{"id": ELSEWHERE[0].subscription, "title": "Fabrikam", "groups": groups}]))
    with installed(folder, world=world) as running:
        yield running


@pytest.fixture(params=["home", "elsewhere"])
def somewhere(request: pytest.FixtureRequest, browser: Browser) -> tuple[People, Place]:
    """People at the product, and a place in its Azure that has all that a scale set refers to."""
    home = request.param == "home"
    product: Product = request.getfixturevalue("product" if home else "other_product")
    place = SHOP if home else ELSEWHERE[0]
    product.stock(place.resources())
    return People(browser, product), place


def wait_for_values(counting: Counting, **wanted: str) -> None:
    """What follows from an answer is filled in as soon as Azure has told it."""
    for name, value in wanted.items():
        expect(counting.person.page.locator(f"#{name}")).to_have_value(value, timeout=15_000)


def approved_and_made(counting: Counting, people: People, name: str, group: str) -> None:
    """From a check without an error to the end."""
    page = counting.person.page
    expect(page.get_by_text("Nothing to fix")).to_be_visible()
    counting.press("Send for review")
    expect(page.get_by_text("Waiting for review").first).to_be_visible()
    people("Rolf").approve(name)
    counting.reload()
    counting.follow("Check everything")
    counting.press(f"Create {name} in {group}")
    counting.person.wait_for_end()
    expect(page.get_by_text("Succeeded").first).to_be_visible(timeout=30_000)


def test_a_linux_web_tier_from_its_starter(somewhere: tuple[People, Place]) -> None:
    people, place = somewhere
    rita = people("Rita")
    rita.open("/")
    page, me = rita.page, Counting(rita)
    me.follow("New scale set")
    me.follow("Linux web tier behind a load balancer")
    me.type(page.locator("#name"), "counted-web")
    me.pick(page.locator("#subscription"), place.subscription)
    me.pick(page.locator("#resourceGroup"), place.group)
    wait_for_values(me, location=place.region)
    me.pick(page.locator("#subnet"), place.subnet)
    me.pick(page.locator("#pool"), place.pool)
    me.type(page.locator("#sshKey"), KEY)
    me.press("Create the draft")
    approved_and_made(me, people, "counted-web", place.group)
    assert me.clicks <= MOST_FROM_A_STARTER[0], me
    assert me.values <= MOST_FROM_A_STARTER[1], me
    assert people.complaints == []
