"""Measuring how often the check is wrong about templates: what is filled in, left aside and counted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
KINDS = {"size": "string", "pass": "securestring", "subnet": "string", "image": "object", "keys": "array"}


def template(properties: dict[str, Any], **more: Any) -> str:
    resource = {
        "type": "Microsoft.Compute/virtualMachineScaleSets", "apiVersion": "2024-07-01", "name": "shop", "location": "[resourceGroup().location]",
        "sku": {"name": "[parameters('size')]", "capacity": "[parameters('many')]"},
        "properties": properties,
    }  # fmt: skip
    parameters = {name: {"type": kind} for name, kind in KINDS.items()}
    return json.dumps({
        "$schema": SCHEMA, "contentVersion": "1.0.0.0",
        "parameters": {**parameters, "many": {"type": "int"}, "keyPlace": {"type": "string"}},
        "resources": [resource],
        **more,
    })  # fmt: skip


def whole(mode: str = "Manual") -> dict[str, Any]:
    address = {"name": "ip", "properties": {"subnet": {"id": "[parameters('subnet')]"}}}
    return {
        "orchestrationMode": "Uniform",
        "upgradePolicy": {"mode": mode},
        "virtualMachineProfile": {
            "storageProfile": {
                "imageReference": "[parameters('image')]",
                "osDisk": {"createOption": "FromImage", "managedDisk": {"storageAccountType": "Premium_LRS"}},
            },
            "osProfile": {
                "computerNamePrefix": "shop",
                "adminUsername": "shopkeeper",
                "adminPassword": "[parameters('pass')]",
                "customData": "[base64(listKeys('st', '2023-01-01').keys[0].value)]",
            },
            "networkProfile": {
                "networkInterfaceConfigurations": [
                    {"name": "nic", "properties": {"primary": True, "ipConfigurations": [address]}}
                ]
            },
        },
    }


def measured(folder: Path, *options: str) -> str:
    ran = subprocess.run(
        [sys.executable, "scripts/measure_templates.py", folder, *options],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return ran.stdout


def test_what_is_deployable_is_filled_in_and_counted(tmp_path: Path) -> None:
    for repository in ("one", "two"):
        (tmp_path / repository).mkdir()
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "fine.json").write_text(template(whole()))
    (one / "given.json").write_text(template(whole(), outputs={}))
    (one / "given.parameters.json").write_text('{"parameters": {"size": {"value": "Standard_E2s_v5"}}}')
    (one / "again.json").write_text(template(whole()))
    (one / "open.json").write_text("{" + template(whole()))
    (two / "wrong.json").write_text(template({**whole(), "singlePlacementGroop": True}))
    (two / "changes.json").write_text(template({"virtualMachineProfile": {"extensionProfile": {}}}))
    (two / "policy.json").write_text('{"if": {"equals": "Microsoft.Compute/virtualMachineScaleSets"}}')
    said = measured(tmp_path, "--errors", "--left", "--open")
    assert "3 documents from 2 repositories; 4 left aside" in said, said
    assert "1 documents with errors: 33.3 %; 0 with open expressions" in said
    assert "two/wrong.json [2024-07-01] unknown-property" in said
    for where, why in (
        ("one/fine.json", "the same as another"),
        ("one/open.json", "no JSON"),
        ("two/changes.json", "changes an existing scale set"),
        ("two/policy.json", "no template"),
    ):
        assert f"{where}: left aside: {why}" in said
