"""The whole road without an id typed: picked, checked against Azure, priced, reviewed, sent, followed to its end.

Once as it should be, and once with the network to Azure cut on the way: while picking, during the pre-flight, and while
Azure works. VMSSBUILDER_SECONDS says for how long: 4 unless told; 30 is the whole of it.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from vmssbuilder.azure import preflight
from vmssbuilder.sandbox import world

from .conftest import People, Product, wait_until
from .picking import Picking
from .product import free_port, installed
from .wire import Wire

SECONDS: Final = float(os.environ.get("VMSSBUILDER_SECONDS", "4"))
AFTERWARDS: Final = 60_000
"""Milliseconds within which everything must have gone on by itself."""

_GROUP: Final = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers"
_NETWORK: Final = f"{_GROUP}/Microsoft.Network"
KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDt6e5M179Y8USAerDv0horwrOqIPgEIO8hYHKlUmiOU ops"

WANTED: Final[dict[str, Any]] = {
    "location": "uksouth",
    "zones": ["1", "2", "3"],
    "sku": {"name": "Standard_D2s_v5", "capacity": 2},
    "properties": {
        "orchestrationMode": "Uniform",
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {
            "storageProfile": {
                "imageReference": {
                    "publisher": "Canonical",
                    "offer": "ubuntu-24_04-lts",
                    "sku": "server",
                    "version": "24.04.202610260",
                },
                "osDisk": {
                    "caching": "ReadWrite",
                    "createOption": "FromImage",
                    "managedDisk": {"storageAccountType": "StandardSSD_LRS"},
                },
            },
            "osProfile": {
                "computerNamePrefix": "web",
                "adminUsername": "azureuser",
                "linuxConfiguration": {
                    "disablePasswordAuthentication": True,
                    "ssh": {"publicKeys": [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": KEY}]},
                },
            },
            "networkProfile": {
                "networkInterfaceConfigurations": [
                    {
                        "name": "nic-web",
                        "properties": {
                            "primary": True,
                            "networkSecurityGroup": {"id": f"{_NETWORK}/networkSecurityGroups/nsg-web"},
                            "ipConfigurations": [
                                {
                                    "name": "ip-web",
                                    "properties": {
                                        "primary": True,
                                        "subnet": {"id": f"{_NETWORK}/virtualNetworks/vnet1/subnets/web"},
                                        "loadBalancerBackendAddressPools": [
                                            {
                                                "id": f"{_NETWORK}/loadBalancers/lb-shop/backendAddressPools/web"
                                            }
                                        ],
                                    },
                                }
                            ],
                        },
                    }
                ]
            },
            "extensionProfile": {
                "extensions": [
                    {
                        "name": "monitor",
                        "properties": {
                            "publisher": "Microsoft.Azure.Monitor",
                            "type": "AzureMonitorLinuxAgent",
                            "typeHandlerVersion": "1.35",
                        },
                    }
                ]
            },
        },
    },
}


def rows(picking: Picking) -> Locator:
    """The lines of the board."""
    return picking.page.locator("#board li.finding")


def run_preflight(picking: Picking) -> None:
    picking.person.open(f"/drafts/{picking.code}/preflight/")
    picking.page.get_by_role("button", name=re.compile("^Run")).click()


def all_green(picking: Picking) -> None:
    """Every check of a create has passed, and the month has a price."""
    done = picking.page.locator("#board > p").first
    expect(done).to_have_text(re.compile(r"^\d+ "), timeout=AFTERWARDS)
    shown = rows(picking).all_inner_texts()
    assert len(shown) == len(preflight.TITLES) - 1, "only an update is rehearsed"
    assert all("Passed" in row.split("\n")[0] for row in shown), "\n---\n".join(shown)
    sums = picking.page.get_by_role("row", name="Sum").get_by_role("cell")
    expect(sums.last).to_have_text(re.compile(r"^[1-9][\d,]*\.\d\d$"))


def puts(product: Product, name: str) -> list[dict[str, Any]]:
    return [entry for entry in product.received("PUT") if entry["path"].endswith(f"/{name}")]


def test_everything_is_picked_and_the_scale_set_is_there(people: People, product: Product) -> None:
    rita = people("Rita")
    picking = Picking(rita, "picked")
    picking.everything()
    assert picking.document() == WANTED
    rita.open(f"/drafts/{picking.code}/check/")
    expect(rita.page.get_by_text("Nothing to fix").first).to_be_visible()
    expect(rita.page.get_by_role("heading", name=re.compile("to consider"))).to_have_text("1 to consider")
    expect(
        rita.page.get_by_text("Azure Monitor Agent for Linux needs a managed identity.").first
    ).to_be_visible()
    run_preflight(picking)
    all_green(picking)
    rita.send_for_review(picking.code)
    people("Rolf").approve("picked")
    rita.submit(picking.code, "Create picked")
    expect(rita.page.get_by_text("Succeeded").first).to_be_visible(timeout=AFTERWARDS)
    (sent,) = puts(product, "picked")
    assert sent["body"] == WANTED
    assert f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/" in sent["path"]
    assert product.newest("state") == "succeeded"


# --- the network goes and comes back ---------------------------------------------------------------------------------


@pytest.fixture
def wire() -> Iterator[Wire]:
    """What lies between the product and Azure."""
    between = Wire(free_port())
    yield between
    between.cut()


@pytest.fixture
def distant(tmp_path: Path, wire: Wire) -> Iterator[Product]:
    """The product with the wire between it and Azure."""
    with installed(tmp_path, azure=wire.url, sandbox_port=wire.to) as running:
        yield running


@contextlib.contextmanager
def cut(wire: Wire, page: Page) -> Iterator[None]:
    """No network to Azure inside of the block, and for as long as the whole is to take."""
    begun = time.monotonic()
    wire.cut()
    yield
    page.wait_for_timeout(max(0.0, SECONDS - (time.monotonic() - begun)) * 1_000)
    wire.mend()


def pick_without_a_network(picking: Picking, wire: Wire) -> None:
    """The size is picked on its own page, an identity on the page to choose on: both are told, and both go on."""
    page = picking.page
    identities = f"{picking.person.base}/drafts/{picking.code}/choose/identity/userAssignedIdentities/"
    picking.step("instances")
    foot = page.locator(".suggest__foot")
    with page.context.expect_page() as opened:
        page.evaluate("window.open('about:blank', '_blank')")
    other = opened.value
    with cut(wire, page):
        other.goto(identities)
        expect(
            other.get_by_text("Azure cannot be reached, so user-assigned identities cannot be listed.")
        ).to_be_visible()
        page.bring_to_front()
        page.get_by_label("Instance count").fill("2")
        field = picking.field("sku/name")
        field.click()
        field.press_sequentially("d2s_v5")
        expect(foot).to_contain_text("Azure cannot be reached, so VM sizes cannot be listed.")
        expect(foot).to_contain_text("Meanwhile you can type the value.")
        expect(page.locator("#save-status")).to_contain_text("Saved")
    expect(field).to_have_value("d2s_v5")
    picking.option("Standard_D2s_v5").click(timeout=AFTERWARDS)
    expect(page.get_by_label("Instance count")).to_have_value("2")
    expect(other.get_by_label("id-web", exact=True)).to_be_visible(timeout=AFTERWARDS)
    other.close()
    picking.rest_of_size()


def check_without_a_network(picking: Picking, wire: Wire) -> None:
    """Every check says why it waits, and is made once the network is back."""
    with cut(wire, picking.page):
        run_preflight(picking)
        for row in rows(picking).all():
            expect(row).to_contain_text("Waiting", timeout=AFTERWARDS)
            expect(row).to_contain_text("It is tried again by itself.")
        expect(picking.page.locator("#board")).to_contain_text("Azure's answer did not arrive")
    all_green(picking)


def send_without_a_network(picking: Picking, wire: Wire, product: Product) -> None:
    """Once before anything was sent, and once while Azure works."""
    page, told = (
        picking.page,
        picking.page.get_by_text("Azure cannot be reached from here. It is tried again."),
    )
    with cut(wire, page):
        picking.person.submit(picking.code, f"Create {picking.name}")
        expect(told).to_have_count(1)
        assert not puts(product, picking.name)
    wait_until(lambda: product.newest("state") == "running", "Azure to work on it", AFTERWARDS / 1_000)
    with cut(wire, page):
        expect(told).to_have_count(2)
        expect(page.get_by_text("This page follows along by itself.")).to_be_visible()
    expect(page.get_by_text("Succeeded").first).to_be_visible(timeout=AFTERWARDS)


def test_the_network_to_azure_is_cut_on_the_way(browser: Browser, distant: Product, wire: Wire) -> None:
    people = People(browser, distant)
    rita = people("Rita")
    picking = Picking(rita, "cut-off")
    picking.basics()
    pick_without_a_network(picking, wire)
    picking.operating_system()
    picking.storage()
    picking.network()
    picking.upgrades()
    picking.extension()
    assert picking.document() == WANTED
    check_without_a_network(picking, wire)
    rita.send_for_review(picking.code)
    people("Rolf").approve("cut-off")
    send_without_a_network(picking, wire, distant)
    (sent,) = puts(distant, "cut-off")
    assert sent["body"] == WANTED
    assert wire.cuts == 4
    assert people.complaints == []
