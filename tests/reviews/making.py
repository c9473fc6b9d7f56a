"""The cast and the drafts that tests of reviews and submissions start from."""

from __future__ import annotations

import copy
from base64 import b64encode
from dataclasses import replace
from typing import Any

from vmssbuilder.accounts.models import Role, User
from vmssbuilder.drafts import actions
from vmssbuilder.drafts.changes import Changed
from vmssbuilder.drafts.models import Draft
from vmssbuilder.reviews.actions import decide, request_review
from vmssbuilder.reviews.models import Review
from vmssbuilder.sandbox import world
from vmssbuilder.scaleset import Request, Target
from vmssbuilder.scaleset.paths import parse

PASSWORD = "Canary-7-Correct-Horse"
SUBSCRIPTION = world.DEVELOPMENT
TARGET = Target(SUBSCRIPTION, "rg-shop", "web-prod")
_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
SUBNET = f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet1/subnets/web"

_DOCUMENT: dict[str, Any] = {
    "location": "uksouth",
    "tags": {"team": "shop"},
    "sku": {"name": "Standard_D2s_v3", "tier": "Standard", "capacity": 2},
    "properties": {
        "upgradePolicy": {"mode": "Manual"},
        "virtualMachineProfile": {
            "storageProfile": {
                "imageReference": {
                    "publisher": "MicrosoftWindowsServer",
                    "offer": "WindowsServer",
                    "sku": "2019-Datacenter",
                    "version": "latest",
                },
                "osDisk": {
                    "caching": "ReadWrite",
                    "createOption": "FromImage",
                    "managedDisk": {"storageAccountType": "Standard_LRS"},
                },
            },
            "osProfile": {
                "computerNamePrefix": "web",
                "adminUsername": "azureuser",
                "adminPassword": PASSWORD,
            },
            "networkProfile": {
                "networkInterfaceConfigurations": [
                    {
                        "name": "nic-web",
                        "properties": {
                            "primary": True,
                            "ipConfigurations": [
                                {"name": "ip-web", "properties": {"subnet": {"id": SUBNET}}}
                            ],
                        },
                    }
                ]
            },
        },
    },
}


def document() -> dict[str, Any]:
    """A scale set that the checks and the sandbox take, its password in clear."""
    return copy.deepcopy(_DOCUMENT)


SCRIPT = "#!/bin/sh\necho Canary-script > /run/<greeting>\n"
CUSTOM_DATA = "properties.virtualMachineProfile.osProfile.customData"


def with_script() -> dict[str, Any]:
    """The same with custom data, which is a script."""
    made = document()
    profile = made["properties"]["virtualMachineProfile"]
    profile["osProfile"]["customData"] = b64encode(SCRIPT.encode()).decode()
    return made


def with_commands() -> dict[str, Any]:
    """The same with an extension that runs a command, which has a key beside it."""
    made = document()
    made["properties"]["virtualMachineProfile"]["extensionProfile"] = {
        "extensions": [
            {
                "name": "setup",
                "properties": {
                    "publisher": "Microsoft.Compute",
                    "type": "CustomScriptExtension",
                    "typeHandlerVersion": "1.10",
                    "autoUpgradeMinorVersion": True,
                    "protectedSettings": {
                        "commandToExecute": "powershell Canary-command",
                        "storageAccountName": "stshop",
                        "storageAccountKey": "Canary-key",
                    },
                },
            }
        ]
    }
    return made


def person(name: str, role: Role = Role.REQUESTER, **more: Any) -> User:
    """Someone with a local account."""
    return User.objects.create_user(name, display_name=name.capitalize(), role=role, **more)


def draft(
    owner: User,
    wanted: dict[str, Any] | None = None,
    api_version: str = "2024-07-01",
    operation: str = "create",
    name: str = TARGET.name,
) -> Draft:
    """A draft as pasting the document makes it: its secrets are in the vault."""
    chosen: Any = operation
    request = Request(replace(TARGET, name=name), chosen, api_version, wanted or document())
    return actions.create(owner, request, "pasted")


def edit(user: User, of: Draft, path: str, value: Any) -> Draft:
    """The draft after a save of one value."""
    current = Draft.objects.get(pk=of.pk)
    place = parse(path)
    from vmssbuilder.drafts import content
    from vmssbuilder.scaleset import paths

    shown = paths.get(content.of(current), place)
    return actions.save(user, current, current.head, [Changed(place, shown, value, secret=False)])


def approved(owner: User, reviewer: User, of: Draft) -> Review:
    """The draft's newest revision, approved."""
    review = request_review(owner, of, "Please", of.head)
    decide(reviewer, review, "approve", "Fits the plan.")
    return Review.objects.get(pk=review.pk)


def resealed(review: Review, **columns: Any) -> Review:
    """The review with other columns, sealed by the product's own hand."""
    Review.objects.filter(pk=review.pk).update(**columns)
    changed = Review.objects.get(pk=review.pk)
    changed.close_seal()
    changed.save()
    return changed
