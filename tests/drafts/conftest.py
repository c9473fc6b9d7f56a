"""A draft of the requester, with something of everything in it."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import Request, Target

DOCUMENT: dict[str, Any] = {
    "tags": {"team": "shop"},
    "location": "uksouth",
    "sku": {"name": "Standard_D2s_v5", "tier": "Standard", "capacity": 3},
    "properties": {
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {
            "osProfile": {
                "computerNamePrefix": "web",
                "adminUsername": "azureuser",
                "adminPassword": "Plain-passw0rd-1",
            },
            "networkProfile": {
                "networkInterfaceConfigurations": [
                    {
                        "name": "nic-a",
                        "properties": {"primary": True, "ipConfigurations": [{"name": "ip-a"}]},
                    },
                    {"name": "nic-b", "properties": {"ipConfigurations": []}},
                ]
            },
        },
    },
}

TARGET = Target("11111111-1111-4111-8111-111111111111", "rg-shop", "web-prod")


@pytest.fixture
def draft(requester: User) -> Draft:
    return actions.create(requester, Request(TARGET, "create", "2016-04-30-preview", DOCUMENT), "pasted")
