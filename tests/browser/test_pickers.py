"""Choosing from what Azure has: by keyboard under a field, and on a page that needs no script."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .measures import axe_violations
from .people import People
from .person import Person
from .product import Product

DEVELOPMENT = "11111111-1111-4111-8111-111111111111"
IMAGE = "properties/virtualMachineProfile/storageProfile/imageReference"
NIC = "properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0"
SUBNET = f"{NIC}/properties/ipConfigurations/0/properties/subnet/id"
DOCUMENT: dict[str, Any] = {
    "location": "uksouth",
    "properties": {
        "virtualMachineProfile": {
            "networkProfile": {
                "networkInterfaceConfigurations": [
                    {
                        "name": "nic",
                        "properties": {
                            "primary": True,
                            "ipConfigurations": [{"name": "ip", "properties": {}}],
                        },
                    }
                ]
            }
        }
    },
}


def start(people: People, *, scripts: bool = True) -> tuple[Person, str]:
    """A draft that knows its subscription and region."""
    rita = people("Rita", scripts=scripts)
    address = {"subscription": DEVELOPMENT, "resourceGroup": "rg-shop", "name": "web"}
    code = rita.paste({"$target": address}, DOCUMENT, "2024-07-01")
    return rita, code


def document(person: Person, code: str) -> Any:
    """The document as it is saved."""
    answer = person.page.request.get(f"{person.base}/drafts/{code}/document.json")
    return json.loads(answer.text())


def fault(product: Product, **wish: Any) -> None:
    request = urllib.request.Request(f"{product.sandbox}/_sandbox/faults", data=json.dumps(wish).encode())
    urllib.request.urlopen(request, timeout=5).close()


def options(page: Page) -> Any:
    return page.locator(".suggest").get_by_role("option")


def field_of(page: Page, place: str) -> Any:
    """The field with the suggestions for a place."""
    return page.locator(f'[data-suggest$="/suggest/{place}/"]')


def test_a_size_is_picked_by_keyboard_and_saved(people: People) -> None:
    rita, code = start(people)
    rita.open(f"/drafts/{code}/instances/")
    field = field_of(rita.page, "sku/name")
    field.focus()
    field.press("ArrowDown")
    expect(options(rita.page)).to_have_count(50)
    field.press_sequentially("d4s_v5")
    expect(options(rita.page).first).to_contain_text("Standard_D4s_v5")
    field.press("ArrowDown")
    chosen = options(rita.page).first
    expect(chosen).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert field.get_attribute("aria-expanded") == "true"
    # The whole look would move the focus, and close what is to be looked at.
    assert Axe().run(rita.page).violations_count == 0
    field.press("Enter")
    expect(field).to_have_value("Standard_D4s_v5")
    expect(options(rita.page)).to_have_count(0)
    expect(rita.page.locator("#json")).to_contain_text("Standard_D4s_v5")
    assert document(rita, code)["sku"]["name"] == "Standard_D4s_v5"


def test_escape_closes_and_what_was_typed_stays(people: People) -> None:
    rita, code = start(people)
    rita.open(f"/drafts/{code}/instances/")
    field = field_of(rita.page, "sku/name")
    field.click()
    expect(options(rita.page).first).to_be_visible()
    field.fill("Standard_Of_My_Own")
    expect(rita.page.locator(".suggest__foot")).to_contain_text("No VM sizes match")
    field.press("Escape")
    expect(rita.page.locator(".suggest")).to_have_count(0)
    expect(field).to_have_value("Standard_Of_My_Own")
    expect(rita.page.locator("#save-status")).to_contain_text("Saved")
    field.press("ArrowDown")
    expect(rita.page.locator(".suggest")).to_be_visible()
    rita.page.get_by_label("Instance count").click()
    expect(rita.page.locator(".suggest")).to_have_count(0)


def test_a_mouse_picks_as_well_and_an_image_tells_of_its_plan(people: People) -> None:
    rita, code = start(people)
    rita.open(f"/drafts/{code}/image/")
    for member, text in (("publisher", "Canonical"), ("offer", "ubuntu-24_04-lts"), ("sku", "ubuntu-pro")):
        field = field_of(rita.page, f"{IMAGE}/{member}")
        field.click()
        options(rita.page).filter(has_text=re.compile(f"^\\s*{re.escape(text)}\\s*$")).click()
        expect(field).to_have_value(text)
        # What depends on it is asked for with what is saved.
        expect(rita.page.locator("#json")).to_contain_text(text)
    field_of(rita.page, f"{IMAGE}/version").click()
    options(rita.page).first.click()
    with rita.page.expect_navigation():
        rita.page.get_by_role("link", name="fill it in").click()
    rita.press("Use it")
    assert document(rita, code)["plan"] == {
        "name": "ubuntu-pro",
        "publisher": "Canonical",
        "product": "ubuntu-24_04-lts",
    }


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_everything_is_picked_on_pages_without_an_id_typed(people: People, scripts: bool) -> None:
    rita = people("Rita", scripts=scripts)
    code = rita.paste({"$target": {}}, {"properties": DOCUMENT["properties"]}, "2024-07-01")

    def choose(place: str, label: str, button: str = "Use it") -> None:
        rita.open(f"/drafts/{code}/choose/{place}/")
        rita.page.get_by_label(label, exact=True).check()
        rita.press(re.compile(f"^{button}$"))

    choose("$target/subscription", "Contoso Development")
    choose("$target/resourceGroup", "rg-shop")
    choose("location", "UK South")
    rita.open(f"/drafts/{code}/choose/zones/")
    for zone in ("Zone 1", "Zone 3"):
        rita.page.get_by_label(zone, exact=True).check()
    rita.press("Use these")
    rita.open(f"/drafts/{code}/choose/sku/name/")
    rita.page.get_by_label("vCPUs, at least").fill("8")
    rita.page.get_by_label("Search", exact=True).fill("ds_v5")
    rita.press(re.compile("^Search$"))
    rita.page.get_by_label("Standard_D8ds_v5", exact=True).check()
    rita.press("Use it")
    choose(f"{IMAGE}/publisher", "MicrosoftWindowsServer", "Use it and choose an offer")
    for label, button in (
        ("WindowsServer", "Use it and choose a SKU"),
        ("2022-datacenter-g2", "Use it and choose a version"),
        ("latest", "Use it"),
    ):
        rita.page.get_by_label(label, exact=True).check()
        rita.press(re.compile(f"^{button}$"))
    choose(SUBNET, "vnet1 / web")
    found = document(rita, code)
    assert (found["location"], found["zones"], found["sku"]["name"]) == (
        "uksouth",
        ["1", "3"],
        "Standard_D8ds_v5",
    )
    profile = found["properties"]["virtualMachineProfile"]
    assert profile["storageProfile"]["imageReference"] == {
        "publisher": "MicrosoftWindowsServer",
        "offer": "WindowsServer",
        "sku": "2022-datacenter-g2",
        "version": "latest",
    }
    configuration = profile["networkProfile"]["networkInterfaceConfigurations"][0]["properties"][
        "ipConfigurations"
    ][0]
    assert configuration["properties"]["subnet"]["id"].endswith("/vnet1/subnets/web")
    rita.open(f"/drafts/{code}/basics/")
    expect(rita.page.get_by_label("Subscription ID")).to_have_value(DEVELOPMENT)


def test_a_slow_list_comes_by_itself(people: People, product: Product) -> None:
    rita, code = start(people)
    fault(product, kind="latency", seconds=4, path="networkSecurityGroups")
    rita.open(f"/drafts/{code}/choose/{NIC}/properties/networkSecurityGroup/id/")
    expect(rita.page.get_by_text("Azure has not answered yet")).to_be_visible()
    expect(rita.page.get_by_label("nsg-web", exact=True)).to_be_visible(timeout=15_000)


def test_the_pages_shut_nobody_out(people: People, product: Product) -> None:
    rita, code = start(people)
    fault(product, kind="status", status=403, path="diskEncryptionSets")
    violations = []
    for place in (
        "sku/name",
        "zones",
        "$target/resourceGroup",
        SUBNET,
        "properties/virtualMachineProfile/storageProfile/osDisk/managedDisk/diskEncryptionSet/id",
    ):
        rita.open(f"/drafts/{code}/choose/{place}/")
        violations += axe_violations(rita.page)
    assert not violations, "\n".join(violations)


def test_the_page_of_faults_shuts_nobody_out(people: People, product: Product) -> None:
    someone = people.anonymous()
    page = someone.page
    page.goto(f"{product.sandbox}/faults")
    page.get_by_role("radio", name="Slow answer").check()
    page.get_by_label("Where").select_option("prices")
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("List prices, 1 more time")).to_be_visible()
    assert not axe_violations(page)
    page.get_by_role("button", name="Switch all off").click()
    expect(page.get_by_text("Nothing goes wrong at the moment.")).to_be_visible()


def test_words_find_an_image_and_fill_in_all_that_belongs_to_it(people: People) -> None:
    rita, code = start(people)
    rita.open(f"/drafts/{code}/image/")
    field = rita.page.get_by_label("Search all images")
    assert field.get_attribute("role") == "combobox", "from the start"
    field.press_sequentially("windows 2022 core")
    # Who types fast presses Enter before the answer is there.
    with rita.page.expect_navigation():
        field.press("Enter")
    image = document(rita, code)["properties"]["virtualMachineProfile"]["storageProfile"]["imageReference"]
    assert image == {
        "publisher": "MicrosoftWindowsServer",
        "offer": "WindowsServer",
        "sku": "2022-datacenter-azure-edition-core",
        "version": "latest",
    }
    expect(rita.page.get_by_text("Windows Server 2022 Datacenter Azure Edition, Core, x64")).to_be_visible()
    expect(rita.page.get_by_text("The form shows what applies to Windows.").first).to_be_visible()
    expect(field).to_be_focused()


def test_the_count_is_announced_in_a_region_that_is_there_before(people: People) -> None:
    rita, code = start(people)
    rita.open(f"/drafts/{code}/image/")
    region = rita.page.locator("#announced")
    expect(region).to_have_role("status")
    expect(region).to_be_empty()
    rita.page.get_by_label("Search all images").press_sequentially("sql")
    expect(region).to_contain_text("4 images")


def test_a_dialog_over_the_field_chooses_a_value(people: People) -> None:
    rita, code = start(people)
    rita.open(f"/drafts/{code}/instances/")
    link = rita.page.get_by_role("link", name="Choose a VM size")
    link.click()
    dialog = rita.page.get_by_role("dialog", name="Choose a VM size")
    dialog.get_by_label("Search", exact=True).press_sequentially("d8ds_v5")
    dialog.get_by_label("Standard_D8ds_v5", exact=True).check()
    assert Axe().run(rita.page).violations_count == 0
    dialog.get_by_role("button", name="Use it").click()
    expect(dialog).to_be_hidden()
    field = field_of(rita.page, "sku/name")
    expect(field).to_have_value("Standard_D8ds_v5")
    expect(field).to_be_focused()
    expect(rita.page.locator("#json")).to_contain_text("Standard_D8ds_v5")
    link.click()
    rita.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert document(rita, code)["sku"]["name"] == "Standard_D8ds_v5"


@pytest.mark.parametrize("where", ["below a field", "in a select", "in the search for settings"])
def test_the_active_option_is_to_be_seen_in_high_contrast(people: People, where: str) -> None:
    rita, code = start(people)
    page = rita.page
    page.emulate_media(forced_colors="active")
    rita.open(f"/drafts/{code}/instances/")
    if where == "below a field":
        field_of(page, "sku/name").press("ArrowDown")
        expect(options(page).nth(1)).to_be_visible()
        field_of(page, "sku/name").press("ArrowDown")
    elif where == "in a select":
        rita.open(f"/drafts/{code}/basics/")
        page.locator(".select[role=combobox]").first.press("ArrowDown")
    else:
        page.keyboard.press("Control+k")
        page.keyboard.type("disk size")
    marked, other = (
        page.locator(f'[role=option][aria-selected="{each}"]:visible').first for each in ("true", "false")
    )
    expect(marked).to_be_visible()
    grounds = [each.evaluate("(line) => getComputedStyle(line).backgroundColor") for each in (marked, other)]
    assert grounds[0] != grounds[1]
