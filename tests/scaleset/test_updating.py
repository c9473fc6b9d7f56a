"""What is plainly an update."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.scaleset.updating import looks_like_update

IMAGE = {"imageReference": {"publisher": "Debian", "offer": "debian-12", "sku": "12", "version": "0.2026"}}


def profile(**members: Any) -> dict[str, Any]:
    return {"properties": {"virtualMachineProfile": members}}


@pytest.mark.parametrize(
    "body",
    [
        {"sku": {"capacity": 12}},
        {"tags": {"team": "billing"}},
        {"tags": {}},
        {"identity": {"type": "None"}},
        {"zones": ["1", "2", "3"]},
        {"location": None, "sku": {"name": "Standard_D4s_v5", "capacity": 3}},
        {"name": "web", "type": "Microsoft.Compute/virtualMachineScaleSets", "sku": {"capacity": 1}},
        {"properties": {"upgradePolicy": {"mode": "Rolling"}}},
        {"properties": {"proximityPlacementGroup": None}},
        profile(extensionProfile={"extensions": []}),
        profile(storageProfile={"dataDisks": []}),
        profile(storageProfile=IMAGE),
        {"sku": {"capacity": 4}, **profile(storageProfile=IMAGE)},
    ],
)
def test_a_body_of_changes_is_told_from_a_new_scale_set(body: dict[str, Any]) -> None:
    assert looks_like_update(body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "web"},
        {"id": "/subscriptions/1", "type": "Microsoft.Compute/virtualMachineScaleSets", "etag": '"3"'},
        {"somebodys": "own"},
        {"location": "northeurope", "sku": {"capacity": 12}},
        {"location": "[resourceGroup().location]", "tags": {}},
        {"sku": {"name": "Standard_D2s_v5", "capacity": 2}, **profile(storageProfile=IMAGE)},
        profile(storageProfile=IMAGE, networkProfile={"networkInterfaceConfigurations": [{"name": "nic"}]}),
        profile(storageProfile={"osDisk": {"image": {"uri": "https://a/b.vhd"}}}, osProfile={"adminUsername": "a"}),
        "sku",
        [{"sku": {"capacity": 1}}],
        None,
    ],
)  # fmt: skip
def test_a_new_scale_set_is_not_taken_for_an_update(body: Any) -> None:
    assert not looks_like_update(body)
