"""What people do with `az vmss` and `az deployment` works against the sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.accounts.certificates import Files
from tests.azure.helpers import document
from tests.azure_cli.conftest import Cli
from tests.sandbox.tls import TlsSandbox
from vmssbuilder.sandbox import world
from vmssbuilder.scaleset import Request, Target, export, read

GROUP: Final = "rg-shop"
VERSION: Final = "2024-07-01"


@pytest.fixture(scope="module")
def made(az: Cli, server: tuple[TlsSandbox, Files], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A scale set, put there by `az rest`."""
    body = tmp_path_factory.mktemp("body") / "body.json"
    body.write_text(json.dumps(document()))
    place = Target(world.DEVELOPMENT, GROUP, "cli").resource_id
    url = f"https://localhost:{server[0].server_port}{place}?api-version={VERSION}"
    az("rest", "--method", "put", "--url", url, "--body", f"@{body}")
    az("vmss", "wait", "--resource-group", GROUP, "--name", "cli", "--created")
    return "cli"


def test_listing_and_showing(az: Cli, made: str) -> None:
    assert made in [each["name"] for each in az("vmss", "list", "--resource-group", GROUP)]
    shown = az("vmss", "show", "--resource-group", GROUP, "--name", made)
    assert shown["sku"]["name"] == document()["sku"]["name"]


def test_what_it_shows_is_read_back_as_the_same_scale_set(az: Cli, made: str) -> None:
    shown = az("vmss", "show", "--resource-group", GROUP, "--name", made)
    reading = read(json.dumps(shown))
    assert reading.request.target == Target(world.DEVELOPMENT, GROUP, made)
    wanted, found = document()["properties"], reading.document["properties"]
    assert found["upgradePolicy"] == wanted["upgradePolicy"]
    network = wanted["virtualMachineProfile"]["networkProfile"]["networkInterfaceConfigurations"]
    own = found["virtualMachineProfile"]["networkProfile"]["networkInterfaceConfigurations"]
    assert [each["name"] for each in own] == [each["name"] for each in network]
    assert (
        own[0]["properties"]["ipConfigurations"][0]["properties"]["subnet"]
        == (network[0]["properties"]["ipConfigurations"][0]["properties"]["subnet"])
    )


def test_scaling(az: Cli, made: str) -> None:
    az("vmss", "scale", "--resource-group", GROUP, "--name", made, "--new-capacity", "4")
    assert az("vmss", "show", "--resource-group", GROUP, "--name", made)["sku"]["capacity"] == 4
    assert len(az("vmss", "list-instances", "--resource-group", GROUP, "--name", made)) == 4


def test_our_template_is_deployed(az: Cli, tmp_path: Path) -> None:
    target = Target(world.DEVELOPMENT, GROUP, "deployed")
    wanted = document()
    template, parameters = tmp_path / "template.json", tmp_path / "parameters.json"
    template.write_text(export(Request(target, "create", VERSION, wanted), "arm"))
    needed = json.loads(template.read_text()).get("parameters", {})
    values = {
        name: {"value": {"note": "kept"} if each["type"] == "secureObject" else "A-password-0f-tests"}
        for name, each in needed.items()
        if "defaultValue" not in each
    }
    parameters.write_text(
        json.dumps(
            {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
                "contentVersion": "1.0.0.0",
                "parameters": values,
            }
        )
    )
    done = az(
        "deployment", "group", "create", "--resource-group", GROUP, "--name", "from-vmssbuilder",
        "--template-file", str(template), "--parameters", f"@{parameters}",
    )  # fmt: skip
    assert done["properties"]["provisioningState"] == "Succeeded"
    shown = az("vmss", "show", "--resource-group", GROUP, "--name", "deployed")
    assert shown["sku"]["name"] == wanted["sku"]["name"]
    az("vmss", "delete", "--resource-group", GROUP, "--name", "deployed")


def test_deleting(az: Cli, made: str) -> None:
    az("vmss", "delete", "--resource-group", GROUP, "--name", made)
    assert made not in [each["name"] for each in az("vmss", "list", "--resource-group", GROUP)]
