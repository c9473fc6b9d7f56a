"""axe finds nothing on any page, in either theme."""

from __future__ import annotations

import pytest

from .conftest import People, Product, axe_violations
from .requests import MANAGED_DISKS
from .test_walks import address

NIC = "network/properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0/"
BELOW = (
    "",
    "basics/",
    "size/?findings=1",
    "operating-system/?findings=1",
    "storage/",
    "storage/properties/virtualMachineProfile/storageProfile/dataDisks/0/",
    "network/",
    NIC,
    f"{NIC}properties/ipConfigurations/0/",
    "extensions/",
    "extensions/properties/virtualMachineProfile/extensionProfile/extensions/0/",
    "check/",
    "json/",
    "history/",
    "share/",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(people: People, product: Product, theme: str) -> None:
    anonymous = people.anonymous(theme=theme)
    anonymous.open("/sign-in/")
    violations = axe_violations(anonymous.page)
    anonymous.open("/no/such/page/")
    violations += axe_violations(anonymous.page)

    name = f"axe-{theme}"
    rita, rolf = people("Rita", theme=theme), people("Rolf", theme=theme)
    rita.open("/drafts/new/")
    violations += axe_violations(rita.page)
    code = rita.paste(address(name, "create", "2016-04-30-preview"), MANAGED_DISKS, "2016-04-30-preview")
    for below in BELOW:
        rita.open(f"/drafts/{code}/{below}")
        for details in rita.page.locator("main details").all():
            if details.get_attribute("open") is None:
                details.locator("summary").first.click()
        violations += axe_violations(rita.page)
    rita.open(f"/drafts/{code}/share/")
    rita.press("Create a link")
    violations += axe_violations(rita.page)
    shared = rita.page.locator(".copy code").first.text_content() or ""

    rita.send_for_review(code)
    violations += axe_violations(rita.page)
    rolf.page.goto(shared)
    violations += axe_violations(rolf.page)
    rolf.open("/reviews/")
    violations += axe_violations(rolf.page)
    rolf.page.get_by_role("link", name=name).first.click()
    violations += axe_violations(rolf.page)
    rolf.approve(name)
    violations += axe_violations(rolf.page)

    rita.open(f"/drafts/{code}/check/")
    violations += axe_violations(rita.page)
    rita.submit(code, f"Create {name}")
    violations += axe_violations(rita.page)
    rita.wait_for_end()
    violations += axe_violations(rita.page)
    for where in ("/", "/submissions/", f"/drafts/{code}/", "/no/such/page/"):
        rita.open(where)
        violations += axe_violations(rita.page)
    assert violations == []


def test_axe_does_find_what_is_wrong(people: People) -> None:
    """A check of the check: a picture without words is a violation."""
    rita = people("Rita")
    rita.open("/")
    rita.page.evaluate("document.querySelector('main').append(new Image(10, 10))")
    assert any("image-alt" in line for line in axe_violations(rita.page))
