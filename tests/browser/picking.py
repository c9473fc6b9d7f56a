"""A person who types no id: everything that exists in Azure is picked from what the product suggests."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from playwright.sync_api import Locator, expect

from .person import Person

VERSION: Final = "2024-07-01"
PROFILE: Final = "properties/virtualMachineProfile"
IMAGE: Final = f"{PROFILE}/storageProfile/imageReference"
NIC: Final = f"{PROFILE}/networkProfile/networkInterfaceConfigurations/0"
IP: Final = f"{NIC}/properties/ipConfigurations/0"
EXTENSION: Final = f"{PROFILE}/extensionProfile/extensions/0"


class Picking:
    """Fills in one draft of a person's by picking. Names and numbers are typed, nothing else."""

    def __init__(self, person: Person, name: str) -> None:
        self.person = person
        self.page = person.page
        self.name = name
        self.code = person.start_blank(VERSION)

    # --- controls -----------------------------------------------------------------------------------------------------

    def field(self, place: str) -> Locator:
        """The field with the suggestions for a place."""
        return self.page.locator(f'[data-suggest$="/suggest/{place}/"]')

    @property
    def options(self) -> Locator:
        return self.page.locator("div.suggest").get_by_role("option")

    def option(self, title: str) -> Locator:
        """The suggestion of that title."""
        exact = self.page.locator("span:first-child", has_text=re.compile(f"^{re.escape(title)}$"))
        return self.options.filter(has=exact).first

    def pick(self, place: str, title: str, search: str = "") -> None:
        """Opens a field, looks for the suggestion of that title, and takes it."""
        field = self.field(place)
        field.scroll_into_view_if_needed()
        field.click()
        if search:
            field.press_sequentially(search)
        self.option(title).click()
        expect(self.page.locator("div.suggest")).to_have_count(0)

    def choose(self, link: str, *labels: str) -> None:
        """The page to choose several on, and back."""
        self.page.get_by_role("link", name=link).first.click()
        for label in labels:
            self.page.get_by_label(label, exact=True).check()
        self.person.press("Use these")

    def type(self, label: str, text: str) -> None:
        self.page.get_by_role("textbox", name=label).first.fill(text)

    def say(self, question: str, answer: str) -> None:
        """One of a few answers to a question, as radio buttons."""
        named = re.compile(f"^{re.escape(question)}")
        # What is required is a group that says so.
        group = self.page.get_by_role("group", name=named).or_(
            self.page.get_by_role("radiogroup", name=named)
        )
        group.get_by_role("radio", name=answer, exact=True).first.check()

    def step(self, name: str) -> None:
        self.person.open(f"/drafts/{self.code}/{name}/")

    def onward(self) -> None:
        """Saves the page; nothing may be wrong with it."""
        self.person.press(re.compile("^Save and continue"))
        wrong = self.page.locator("#error-summary").all_inner_texts()
        assert not wrong, wrong

    # --- the steps ----------------------------------------------------------------------------------------------------

    def basics(self) -> None:
        self.step("basics")
        self.pick("$target/subscription", "Contoso Development")
        self.pick("$target/resourceGroup", "rg-shop")
        self.type("Scale set name", self.name)
        # The region of the group is filled in.
        expect(self.field("location")).to_have_value("uksouth")
        self.choose("Choose from a list", "Zone 1", "Zone 2", "Zone 3")
        self.onward()

    def size(self) -> None:
        self.step("instances")
        self.pick("sku/name", "Standard_D2s_v5", search="d2s_v5")
        self.page.get_by_label("Instance count").fill("2")
        self.rest_of_size()

    def rest_of_size(self) -> None:
        """What is chosen on the page of instances besides size and count."""
        self.say("Orchestration mode", "Uniform")
        self.onward()

    def upgrades(self) -> None:
        self.step("upgrades")
        self.say("Upgrade mode", "Manual")
        self.onward()

    def operating_system(self) -> None:
        self.step("image")
        self.pick(f"{IMAGE}/publisher", "Canonical", search="canon")
        self.pick(f"{IMAGE}/offer", "ubuntu-24_04-lts")
        self.pick(f"{IMAGE}/sku", "server")
        self.pick(f"{IMAGE}/version", "24.04.202610260")
        self.type("Computer name prefix", "web")
        self.type("Admin user name", "azureuser")
        self.pick(f"{PROFILE}/osProfile/linuxConfiguration/ssh/publicKeys/0/keyData", "key-ops")
        self.say("SSH keys only", "Yes")
        self.onward()

    def storage(self) -> None:
        self.step("disks")
        # That the disk is made from the image is filled in.
        self.say("Host caching", "Read/write")
        self.page.get_by_role("combobox", name="Disk type").click()
        self.page.get_by_role("option", name="Standard SSD (locally redundant)").click()
        self.onward()

    def network(self) -> None:
        self.step("network")
        self.person.press("Add a network interface")
        self.type("Network interface name", "nic-web")
        self.say("Primary interface", "Yes")
        self.pick(f"{NIC}/properties/networkSecurityGroup/id", "nsg-web")
        # The first one is filled in with the interface.
        with self.page.expect_navigation():
            self.page.get_by_role("link", name="ip1", exact=True).click()
        self.type("IP configuration name", "ip-web")
        self.pick(f"{IP}/properties/subnet/id", "vnet1 / web")
        self.say("Primary IP configuration", "Yes")
        self.choose("Choose from a list", "lb-shop / web")
        self.onward()

    def extension(self) -> None:
        self.step("extensions")
        self.person.press(re.compile("^Add an extension"))
        self.type("Extension name", "monitor")
        self.pick(f"{EXTENSION}/properties/publisher", "Microsoft.Azure.Monitor")
        self.pick(f"{EXTENSION}/properties/type", "AzureMonitorLinuxAgent")
        self.pick(f"{EXTENSION}/properties/typeHandlerVersion", "1.35")
        self.onward()

    def everything(self) -> None:
        """The whole form."""
        self.basics()
        self.size()
        self.operating_system()
        self.storage()
        self.network()
        self.upgrades()
        self.extension()

    # --- looking ------------------------------------------------------------------------------------------------------

    def document(self) -> Any:
        """The document as it is saved."""
        answer = self.page.request.get(f"{self.person.base}/drafts/{self.code}/document.json")
        return json.loads(answer.text())
