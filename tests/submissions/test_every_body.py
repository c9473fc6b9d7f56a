"""Every body is created, opened as it runs and scaled: nothing stands in the way, and exactly the change is sent."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.reviews.making import PASSWORD, document, draft
from tests.submissions.scaling import scale, send
from vmssbuilder.accounts.models import User
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import API_VERSIONS
from vmssbuilder.scaleset.versions import PATCH_SINCE, within

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("azure_at_once")]

SCRIPT = {"commandToExecute": f"sh install.sh --password {PASSWORD}"}


# --- bodies of ours, made by the product --------------------------------------------------------------------------------


def extension(publisher: str, kind: str, **properties: Any) -> dict[str, Any]:
    known = {"publisher": publisher, "type": kind, "typeHandlerVersion": "1.10", **properties}
    return {"name": kind.lower(), "properties": known}


def windows(**profile: Any) -> dict[str, Any]:
    made = document()
    made["properties"]["virtualMachineProfile"] |= profile
    return made


def with_os(**os_profile: Any) -> dict[str, Any]:
    made = document()
    made["properties"]["virtualMachineProfile"]["osProfile"] |= os_profile
    return made


LOGON = {
    "passName": "OobeSystem",
    "componentName": "Microsoft-Windows-Shell-Setup",
    "settingName": "FirstLogonCommands",
    "content": "<FirstLogonCommands/>",
}
HIDDEN_SCRIPT = extension("Microsoft.Compute", "CustomScriptExtension", protectedSettings=SCRIPT)
HEALTH = extension(
    "Microsoft.ManagedServices", "ApplicationHealthWindows", settings={"protocol": "tcp", "port": 80}
)

OURS: dict[str, dict[str, Any]] = {
    "a password": document(),
    "custom data": with_os(customData="I2Nsb3VkLWNvbmZpZwo="),
    "unattend content": with_os(windowsConfiguration={"additionalUnattendContent": [LOGON]}),
    "a script whose command is hidden": windows(extensionProfile={"extensions": [HIDDEN_SCRIPT]}),
    "several extensions": windows(extensionProfile={"extensions": [HEALTH, HIDDEN_SCRIPT]}),
}


@pytest.mark.parametrize("version", ["2017-03-30", "2019-12-01", "2024-07-01", API_VERSIONS[-1]])
@pytest.mark.parametrize("what", OURS)
def test_what_this_product_made_can_be_scaled(
    version: str, what: str, sandbox: Running, rita: User, rolf: User
) -> None:
    sandbox.provide(OURS[what])
    send(rita, rolf, draft(rita, copy.deepcopy(OURS[what]), version))
    scale(version, sandbox, rita, rolf)


@pytest.mark.parametrize("version", [each for each in API_VERSIONS if not within(each, PATCH_SINCE)])
@pytest.mark.parametrize("what", ["a password", "custom data"])
def test_without_patch_it_is_sent_as_it_is_with_the_change(
    version: str, what: str, sandbox: Running, rita: User, rolf: User
) -> None:
    body = copy.deepcopy(OURS[what])
    if version < "2016-04-30-preview":
        # What these versions ask for, and do not have.
        disk = body["properties"]["virtualMachineProfile"]["storageProfile"]["osDisk"]
        del disk["managedDisk"]
        disk |= {"name": "os", "vhdContainers": ["https://shopstore.blob.core.windows.net/vhds"]}
    sandbox.provide(body)
    send(rita, rolf, draft(rita, body, version))
    scale(version, sandbox, rita, rolf)
