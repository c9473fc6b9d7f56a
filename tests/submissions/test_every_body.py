"""Every body is created, opened as it runs and scaled: nothing stands in the way, and exactly the change is sent."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.filling import filled
from tests.reviews.making import PASSWORD, TARGET, approved, document, draft, edit
from tests.sandbox.conftest import access_token
from tests.submissions.conftest import drive
from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.models import User
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import API_VERSIONS, apply_patch
from vmssbuilder.scaleset.findings import errors
from vmssbuilder.scaleset.versions import PATCH_SINCE, within
from vmssbuilder.submissions import actions
from vmssbuilder.updates import actions as updates
from vmssbuilder.updates import reading
from vmssbuilder.updates.live import Live, address_of

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).parents[3] / "shared" / "examples"
SCRIPT = {"commandToExecute": f"sh install.sh --password {PASSWORD}"}


@pytest.fixture(autouse=True)
def _at_once(sandbox: Running) -> Iterator[None]:
    """Azure is done as soon as it is asked."""
    memory = sandbox.sandbox.memory
    before, memory.delay = memory.delay, 0.0
    lookups.forget_everything()
    yield
    lookups.forget_everything()
    memory.delay = before


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


# --- official bodies ----------------------------------------------------------------------------------------------------


def official() -> list[Any]:
    return [
        pytest.param(file.stem, json.loads(file.read_text(encoding="utf-8")), id=f"official-{file.stem}")
        for file in sorted(EXAMPLES.glob("*.json"))
    ] or [pytest.param("", {}, marks=pytest.mark.skip(reason="no official bodies beside this project"))]


@pytest.mark.parametrize(("version", "bodies"), official())
def test_every_official_body_can_be_scaled(
    version: str, bodies: dict[str, Any], sandbox: Running, rita: User, rolf: User
) -> None:
    for title, example in bodies.items():
        body = filled(example)
        sandbox.reset()
        lookups.forget_everything()
        sandbox.provide(body)
        answer = requests.put(
            f"{sandbox.url}{TARGET.resource_id}?api-version={version}",
            json=body,
            headers={"Authorization": f"Bearer {access_token()}"},
            timeout=5,
        )
        assert answer.status_code == 201, (title, answer.text)
        scale(version, sandbox, rita, rolf, title)


# --- how ----------------------------------------------------------------------------------------------------------------


def send(owner: User, reviewer: User, of: Draft) -> None:
    assert not errors(check_content(of))
    approved(owner, reviewer, of)
    done = drive(actions.submit(owner, Draft.objects.get(pk=of.pk)))
    assert done.state == "succeeded", done.error


def scale(version: str, sandbox: Running, rita: User, rolf: User, title: str = "") -> None:
    """Opens the scale set, asks for one instance more, and sends it."""
    address = address_of(TARGET)
    assert address is not None
    asked = reading.read(rita, address, version, within=0.0)
    while asked.loading:
        asked = reading.read(rita, address, version)
    assert isinstance(asked.value, Live), asked
    opened = updates.open_live(rita, asked.value)
    capacity = opened.document["sku"]["capacity"]
    opened = edit(rita, opened, "sku.capacity", capacity + 1)
    found = errors(check_content(opened))
    assert not found, (title, found)
    before = len(sandbox.requests())
    send(rita, rolf, opened)
    (sent,) = [each for each in sandbox.requests()[before:] if each["method"] in {"PUT", "PATCH"}]
    change = {"sku": {"capacity": capacity + 1}}
    if within(version, PATCH_SINCE):
        assert (sent["method"], sent["body"]) == ("PATCH", change), title
    else:
        assert (sent["method"], sent["body"]) == ("PUT", apply_patch(asked.value.document, change)), title
