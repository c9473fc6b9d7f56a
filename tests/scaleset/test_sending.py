"""What is sent: the body of each method, without what only Azure writes, and the conditions under which Azure takes it."""

from __future__ import annotations

from typing import Any

import pytest

from vmssbuilder.scaleset import API_VERSIONS, Request
from vmssbuilder.scaleset.sending import conditions, own, updated, with_body
from vmssbuilder.scaleset.versions import ETAG_SINCE, PATCH_SINCE, within

AZURES: dict[str, Any] = {
    "id": "/subscriptions/1",
    "Name": "web",
    "type": "Microsoft.Compute/virtualMachineScaleSets",
    "etag": '"1"',
    "systemData": {},
}
AZURES_PROPERTIES = {"provisioningState": "Succeeded", "uniqueId": "7f", "timeCreated": "2026"}
LIVE: dict[str, Any] = {
    "location": "uksouth",
    "tags": {"team": "shop"},
    "sku": {"name": "Standard_D2s_v5", "capacity": 2},
    "properties": {"overprovision": False},
}
CHANGES: dict[str, Any] = {
    "tags": {"cost": "1"},
    "sku": {"capacity": 5},
    "properties": {"overprovision": None},
}
AFTER: dict[str, Any] = {
    "location": "uksouth",
    "tags": {"cost": "1"},
    "sku": {"name": "Standard_D2s_v5", "capacity": 5},
    "properties": {},
}


def answered() -> dict[str, Any]:
    return {**LIVE, **AZURES, "properties": {**LIVE["properties"], **AZURES_PROPERTIES}}


@pytest.mark.parametrize("version", API_VERSIONS)
def test_what_only_azure_writes_is_never_sent(version: str) -> None:
    before = answered()
    assert own(before, version) == LIVE
    assert before == answered(), "the document is not changed in place"
    assert with_body(Request(api_version=version, document=before)).document == LIVE


@pytest.mark.parametrize("version", API_VERSIONS)
def test_an_update_sends_its_changes_or_the_whole_with_them(version: str) -> None:
    update = Request(operation="update", api_version=version, document=CHANGES)
    patched = within(version, PATCH_SINCE)
    assert with_body(update, answered()).document == (CHANGES if patched else AFTER)
    assert with_body(update).document == CHANGES
    assert updated(answered(), update) == AFTER


@pytest.mark.parametrize("version", API_VERSIONS)
def test_nobody_is_overwritten_where_azure_can_tell(version: str) -> None:
    marks = within(version, ETAG_SINCE)
    create, update = Request(api_version=version), Request(operation="update", api_version=version)
    assert conditions(create) == ({"If-None-Match": "*"} if marks else {})
    assert conditions(update, '"3"') == ({"If-Match": '"3"'} if marks else {})
    assert conditions(create, '"3"', replaces=True) == ({"If-Match": '"3"'} if marks else {})
    assert conditions(update) == {}
