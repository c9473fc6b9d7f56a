"""What a draft sets, against what applies without it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import GetPage
from tests.drafts.test_steps import draft_of
from vmssbuilder.accounts.models import User
from vmssbuilder.scaleset import API_VERSIONS
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.defaults import applies_if_left_out, is_default
from vmssbuilder.scaleset.paths import parse

SET: dict[str, Any] = {
    "sku": {"capacity": 3},
    "properties": {
        "overprovision": True,
        "zoneBalance": True,
        "upgradePolicy": {"rollingUpgradePolicy": {"maxBatchInstancePercent": 20, "maxSurge": True}},
        "virtualMachineProfile": {"priority": "Regular", "osProfile": {"adminPassword": "Canary-passw0rd-1"}},
    },
}


@pytest.mark.parametrize(
    ("place", "value", "words", "same"),
    [
        ("properties.overprovision", True, "On", True),
        ("properties.overprovision", False, "On", False),
        ("properties.overprovision", "true", "On", False),
        ("properties.upgradePolicy.rollingUpgradePolicy.maxBatchInstancePercent", 20, "20 %", True),
        ("properties.upgradePolicy.rollingUpgradePolicy.maxBatchInstancePercent", 30, "20 %", False),
        ("properties.virtualMachineProfile.priority", "Regular", "Regular", True),
        ("properties.virtualMachineProfile.priority", "Spot", "Regular", False),
        ("sku.name", "Standard_D2s_v5", "", False),
    ],
)
def test_the_help_says_what_applies(place: str, value: Any, words: str, same: bool) -> None:
    node = tree(API_VERSIONS[-1]).at(parse(place))
    assert node is not None
    assert applies_if_left_out(node) == words
    assert is_default(node, value) is same


def test_each_help_that_speaks_of_a_default_is_understood() -> None:
    for version in API_VERSIONS[::9]:
        for node in tree(version).walk():
            assert bool(applies_if_left_out(node)) is ("if not set" in node.help.casefold()), node.pattern


def test_both_stand_side_by_side_before_sending(
    as_requester: Client, requester: User, page_of: GetPage
) -> None:
    draft = draft_of(requester, SET, API_VERSIONS[-1])
    check = page_of(as_requester, f"/drafts/{draft.code}/check/")
    address = f"/drafts/{draft.code}/against-defaults/"
    assert address in check.addresses()
    page = page_of(as_requester, address)
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in page.all("tr")]
    assert ["Overprovisioning", "Yes", "On the same"] in rows
    assert any(row[0].startswith("Max surge") and row[1:] == ["Yes", "Off"] for row in rows)
    assert ["Instance count", "3", "\N{EN DASH}"] in rows
    assert "Canary" not in page.html
