"""From *New scale set* to *Succeeded*, counted: sign-in and the reviewer's steps apart.

In an Azure that has no name in common with the one that the sandbox begins with, which `test_pickers_to_success.py` walks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.places import ELSEWHERE, Place

from .conftest import People, Product
from .counting import Counting
from .product import installed
from .test_pickers_to_success import KEY

MOST_FROM_A_STARTER: Final = (15, 8)
"""Clicks and typed values."""
MOST_FROM_BLANK: Final = (30, 20)
"""The same of a draft that begins blank."""
TITLE: Final = "Fabrikam"
"""What people call the subscription there."""


@pytest.fixture(scope="module")
def other_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product beside another company's Azure."""
    folder = tmp_path_factory.mktemp("elsewhere")
    world = folder / "world.json"
    groups = {place.group: place.region for place in ELSEWHERE}
    world.write_text(json.dumps([{"id": ELSEWHERE[0].subscription, "title": TITLE, "groups": groups}]))
    with installed(folder, world=world) as running:
        yield running


@pytest.fixture
def somewhere(other_product: Product, browser: Browser) -> tuple[People, Place]:
    """People at the product, and a place in its Azure that has all that a scale set refers to."""
    place = ELSEWHERE[0]
    other_product.stock(place.resources())
    return People(browser, other_product), place


def wait_for_values(counting: Counting, **wanted: str) -> None:
    """What follows from an answer is filled in as soon as Azure has told it."""
    for name, value in wanted.items():
        expect(counting.person.page.locator(f"#{name}")).to_have_value(value, timeout=15_000)


def approved_and_made(counting: Counting, people: People, name: str, group: str) -> None:
    """From a check without an error to the end."""
    page = counting.person.page
    expect(page.get_by_text("Nothing to fix").first).to_be_visible()
    counting.press("Send for review")
    expect(page.get_by_text("Waiting for review").first).to_be_visible()
    people("Rolf").approve(name)
    # The page follows along, and the bar has the next act.
    counting.press(re.compile(rf"^Send to Azure\s*:\s*Create {name} in {group}"))
    counting.person.wait_for_end()
    expect(page.get_by_text("Succeeded").first).to_be_visible(timeout=30_000)


def test_what_a_person_does_is_counted_where_it_arrives(people: People) -> None:
    rita = people("Rita")
    page, me = rita.page, Counting(rita)
    rita.open("/drafts/new/linux-web/")
    page.locator("#name").fill("web")
    page.locator("#name").press_sequentially("-2")
    page.locator("#sshKey").fill("ssh-ed25519")
    assert (me.clicks, me.values) == (0, 2)
    page.get_by_role("heading", level=1).click()
    page.get_by_text("Advanced", exact=True).press("Enter")
    assert (me.clicks, me.values) == (2, 2)
    page.locator("#subscription").press_sequentially("c")
    expect(page.locator("div.suggest [role=option]").first).to_be_visible(timeout=15_000)
    page.keyboard.press("Tab")
    assert (me.clicks, me.values) == (3, 3)


def test_a_linux_web_tier_from_its_starter(somewhere: tuple[People, Place]) -> None:
    people, place = somewhere
    rita = people("Rita")
    page, me = rita.page, Counting(rita)
    rita.open("/")
    me.follow("New scale set")
    me.follow("Linux web tier behind a load balancer")
    page.locator("#name").fill("counted-web")
    me.pick(page.locator("#subscription"), place.subscription)
    me.pick(page.locator("#resourceGroup"), place.group)
    wait_for_values(me, location=place.region)
    me.pick(page.locator("#subnet"), place.subnet)
    me.pick(page.locator("#pool"), place.pool)
    page.locator("#sshKey").fill(KEY)
    me.press("Create the draft")
    approved_and_made(me, people, "counted-web", place.group)
    assert me.clicks <= MOST_FROM_A_STARTER[0], me
    assert me.values <= MOST_FROM_A_STARTER[1], me
    assert people.complaints == []


PROFILE: Final = "properties.virtualMachineProfile"
STORAGE: Final = f"{PROFILE}.storageProfile"
DISKS: Final = f"{STORAGE}.dataDisks"
NICS: Final = f"{PROFILE}.networkProfile.networkInterfaceConfigurations"
IPS: Final = f"{NICS}[0].properties.ipConfigurations"
EXTENSIONS: Final = f"{PROFILE}.extensionProfile.extensions"
SYSTEM: Final = f"{PROFILE}.osProfile"
PREMIUM: Final = "Premium SSD (locally redundant)"


def test_a_linux_web_tier_from_blank(somewhere: tuple[People, Place]) -> None:
    """Job a: three zones, an image, an SSH key, a data disk, a pool, a script, rolling upgrades with health, tags."""
    people, place = somewhere
    rita = people("Rita")
    page, me = rita.page, Counting(rita)
    rita.open("/")

    def field(name: str, value: str = "") -> Locator:
        return me.field(f'[name="{name}"]' + (f'[value="{value}"]' if value else ""))

    def act(verb: str, where: str) -> None:
        me.onward(me.field(f'[name=act][value="{verb}:{where}"]'))

    me.follow("New scale set")
    me.press("Start blank")
    me.name(field("$target.subscription"), TITLE, place.subscription)
    me.name(field("$target.resourceGroup"), place.group.upper(), place.group)
    field("$target.name").fill("counted-blank")
    field("zones:paste").fill("1\n2\n3")
    act("paste", "zones")
    field("tags[0].key").fill("role")
    field("tags[0].value").fill("web")
    me.follow("Instances")
    field("sku.name").fill("Standard_D2s_v5")
    field("sku.capacity").fill("3")
    me.follow("Image and sign-in")
    me.find(field("search"), "ubuntu 22.04")
    field(f"{SYSTEM}.computerNamePrefix").fill("web")
    field(f"{SYSTEM}.adminUsername").fill("azureuser")
    field(f"{SYSTEM}.linuxConfiguration.ssh.publicKeys[0].keyData").fill(KEY)
    me.follow("Disks")
    me.name_option(page.get_by_role("combobox", name="Disk type").first, "premium ssd (l", PREMIUM)
    field(f"{STORAGE}.osDisk.diskSizeGB").fill("64")
    act("add", DISKS)
    field(f"{DISKS}[0].diskSizeGB").fill("64")
    me.name_option(page.get_by_role("combobox", name="Disk type").first, "premium ssd (l", PREMIUM)
    me.follow("Network")
    act("add", NICS)
    me.follow("ip1")
    me.pick(field(f"{IPS}[0].properties.subnet.id"), place.subnet)
    me.pick(field(f"{IPS}[0].properties.loadBalancerBackendAddressPools[0].id"), place.pool)
    me.follow("Upgrades and health")
    field("properties.upgradePolicy.mode", "Rolling").click()
    act("preset", f"application-health-linux:{EXTENSIONS}")
    field(f"{EXTENSIONS}[0].properties.settings.protocol", "tcp").click()
    field(f"{EXTENSIONS}[0].properties.settings.port").fill("80")
    me.follow("Extensions")
    act("preset", f"custom-script-linux:{EXTENSIONS}")
    field(f"{EXTENSIONS}[1].properties.protectedSettings.commandToExecute").fill("sh install.sh")
    me.press("Save and continue")
    me.follow("Check everything")
    approved_and_made(me, people, "counted-blank", place.group)
    assert me.clicks <= MOST_FROM_BLANK[0], me
    assert me.values <= MOST_FROM_BLANK[1], me
    assert people.complaints == []
