"""Putting things into the sandbox that it lacks."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.azure.helpers import document
from tests.sandbox.conftest import Arm
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

NETWORKS = (
    f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-mine/providers/Microsoft.Network/virtualNetworks"
)


def test_a_resource_brings_its_group_and_what_is_above_it(arm: Arm, sandbox: Running) -> None:
    subnet = f"{NETWORKS}/vnet-mine/subnets/db"
    assert arm("GET", subnet, version="2024-05-01").status_code == 404
    sandbox.add(subnet, {"properties": {"addressPrefix": "10.9.0.0/24"}}, region="westus")
    shown = arm(
        "GET", subnet.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), version="2024-05-01"
    ).json()
    assert (shown["id"], shown["type"]) == (subnet, "Microsoft.Network/virtualNetworks/subnets")
    assert shown["properties"] == {
        "provisioningState": "Succeeded",
        "addressPrefix": "10.9.0.0/24",
        "delegations": [],
    }
    network = arm("GET", f"{NETWORKS}/vnet-mine", version="2024-05-01").json()
    assert (network["name"], network["location"]) == ("vnet-mine", "westus")
    assert (
        arm("GET", f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-mine").json()["location"]
        == "westus"
    )
    listed = arm("GET", NETWORKS, version="2024-05-01").json()["value"]
    assert [each["name"] for each in listed] == ["vnet-mine"]
    sandbox.reset()
    assert arm("GET", subnet, version="2024-05-01").status_code == 404


@pytest.mark.parametrize("wrong", ["", "vnet1", "/subscriptions/x", f"{NETWORKS}", f"{NETWORKS}/a/subnets"])
def test_what_is_no_id_is_told(sandbox: Running, wrong: str) -> None:
    with pytest.raises(ValueError, match="not the id"):
        sandbox.add(wrong)
    answer = requests.post(f"{sandbox.url}/_sandbox/stock", json={"resources": {wrong: {}}}, timeout=5)
    assert answer.status_code == 400


def test_images_and_sizes_are_on_offer_once_they_were_put_there(arm: Arm, sandbox: Running) -> None:
    body = {
        "images": [
            {"publisher": "contoso", "offer": "appliance", "sku": "gold", "version": "7.1.2", "plan": True}
        ],
        "sizes": [{"name": "Standard_Q4s_v9", "vcpus": 4, "can": "premium gen2"}],
    }
    assert requests.post(f"{sandbox.url}/_sandbox/stock", json=body, timeout=5).status_code == 200
    place = (
        f"/subscriptions/{world.DEVELOPMENT}/providers/Microsoft.Compute/locations/uksouth/publishers/Contoso"
    )
    versions = arm("GET", f"{place}/artifacttypes/vmimage/offers/Appliance/skus/Gold/versions").json()
    assert "7.1.2" in {each["name"] for each in versions}
    image = arm("GET", f"{place}/artifacttypes/vmimage/offers/appliance/skus/gold/versions/7.1.2").json()
    assert image["properties"]["plan"]["product"] == "appliance"
    skus = arm(
        "GET",
        f"/subscriptions/{world.DEVELOPMENT}/providers/Microsoft.Compute/skus",
        version="2021-07-01",
        **{"$filter": "location eq 'ukwest'"},
    ).json()["value"]
    (size,) = [each for each in skus if each["name"] == "Standard_Q4s_v9"]
    told = {each["name"]: each["value"] for each in size["capabilities"]}
    assert (told["vCPUs"], told["HyperVGenerations"]) == ("4", "V2")
    sandbox.add_image("Canonical", "ubuntu-24_04-lts", "SERVER", "24.04.1")
    place = place.replace("Contoso", "Canonical")
    versions = arm(
        "GET", f"{place}/artifacttypes/vmimage/offers/ubuntu-24_04-lts/skus/server/versions"
    ).json()
    assert len(versions) > 2, "the others stay"
    assert "24.04.1" in {each["name"] for each in versions}


def test_what_a_body_names_is_provided(sandbox: Running, arm: Arm) -> None:
    body: dict[str, Any] = document(sku={"name": "Standard_Z2", "capacity": 1}, location="westus2")
    profile = body["properties"]["virtualMachineProfile"]
    gallery = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-img/providers/Microsoft.Compute/galleries/gal/images/base"
    profile["storageProfile"]["imageReference"] = {"id": gallery}
    identity = f"/subscriptions/{world.PRODUCTION}/resourceGroups/rg-ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-far"
    body["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}
    body["tags"] = {"id": f"{NETWORKS}/not-one"}
    assert requests.post(f"{sandbox.url}/_sandbox/stock", json={"named": body}, timeout=5).status_code == 200
    assert arm("GET", gallery, version="2024-03-03").json()["location"] == "westus2"
    assert arm("GET", f"{gallery}/versions", version="2024-03-03").json()["value"]
    assert arm("GET", identity, version="2023-01-31").status_code == 200
    assert sandbox.sandbox.memory.size("standard_z2") is not None
    assert not any("not-one" in key for key in sandbox.sandbox.memory.added)
