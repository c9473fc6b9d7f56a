"""Bodies as tools write them: comments, names without quotes or in any case, numbers as texts and texts as numbers."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import requests

from tests.azure.helpers import document
from tests.sandbox.conftest import Arm, access_token
from tests.sandbox.test_arm import SCALE_SET, error, settled
from vmssbuilder.sandbox import intake
from vmssbuilder.sandbox.server import Running


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{ // a comment\n"a": 1 /* and\nanother */ }', {"a": 1}),
        ('{"a": "no // comment, /* none */", b: [1, 2,], }', {"a": "no // comment, /* none */", "b": [1, 2]}),
        ('{"properties": {"mode": "Incremental", template: {"x": "a: b"}}}', {"properties": {"mode": "Incremental", "template": {"x": "a: b"}}}),
        ("{'a': 'it\\'s \"quoted\"', $schema: true}", {"a": 'it\'s "quoted"', "$schema": True}),
        ('{"a": "two\nlines\tand a tab"}', {"a": "two\nlines\tand a tab"}),
        ('{"a": [1, /* last */ 2, // gone\n]}', {"a": [1, 2]}),
    ],
)  # fmt: skip
def test_text_is_read_as_azure_reads_it(text: str, value: Any) -> None:
    assert intake.parse(text) == value


@pytest.mark.parametrize("text", ["", "{", '{"a" 1}', "{a}", '{"a": b}', "[1 2]", '{"a": "open}'])
def test_what_is_no_json_stays_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        intake.parse(text)


def test_a_body_with_comments_is_taken(sandbox: Running, arm: Arm) -> None:
    text = (
        json.dumps(document()).replace('"location":', '// where\n"location":', 1).replace('"tags"', "tags", 1)
    )
    answer = requests.put(
        f"{sandbox.url}{SCALE_SET}?api-version=2024-07-01",
        data=text.encode(),
        headers={"Authorization": f"Bearer {access_token()}", "Content-Type": "application/json"},
        timeout=5,
    )
    assert answer.status_code == 201, answer.text
    assert arm("GET", SCALE_SET).json()["tags"] == {"team": "shop"}


def in_capitals(
    value: Any, free: frozenset[str] = frozenset({"tags", "settings", "protectedSettings"})
) -> Any:
    """The body with the names of its members in capitals, those of free objects left alone."""
    if isinstance(value, dict):
        return {name.upper(): inner if name in free else in_capitals(inner) for name, inner in value.items()}
    return [in_capitals(inner) for inner in value] if isinstance(value, list) else value


def test_names_are_taken_in_any_case_and_given_back_in_azures(arm: Arm) -> None:
    usual = document()
    assert arm("PUT", SCALE_SET, in_capitals(usual)).status_code == 201
    loud = settled(arm)
    other = SCALE_SET.replace("/web", "/plain")
    arm("PUT", other, usual)
    plain = settled(arm, other)
    assert (
        loud["properties"]["virtualMachineProfile"].keys()
        == plain["properties"]["virtualMachineProfile"].keys()
    )
    assert loud["sku"] == plain["sku"]
    assert arm("PATCH", SCALE_SET, {"SKU": {"Capacity": 3}}).status_code == 200
    assert settled(arm)["sku"] == {**plain["sku"], "capacity": 3}


def test_texts_that_mean_numbers_and_numbers_that_mean_texts_are_taken(arm: Arm) -> None:
    body = copy.deepcopy(document(zones=[1, 3], tags={"build": 17}))
    body["sku"]["capacity"] = "2"
    profile = body["properties"]["virtualMachineProfile"]
    nic = profile["networkProfile"]["networkInterfaceConfigurations"][0]["properties"]
    nic["primary"] = "TRUE"
    body["properties"] |= {"overprovision": "false", "upgradePolicy": {"mode": "mANUAL"}}
    profile["storageProfile"]["osDisk"] = {"createOption": "fromimage", "diskSizeGB": "128"}
    profile["osProfile"]["computerNamePrefix"] = 4711
    answer = arm("PUT", SCALE_SET, body)
    assert answer.status_code == 201, answer.text
    got = settled(arm)
    own = got["properties"]["virtualMachineProfile"]
    assert (got["zones"], got["tags"], got["sku"]["capacity"]) == (["1", "3"], {"build": "17"}, 2)
    assert own["networkProfile"]["networkInterfaceConfigurations"][0]["properties"]["primary"] is True
    assert (got["properties"]["overprovision"], got["properties"]["upgradePolicy"]["mode"]) == (
        False,
        "Manual",
    )
    disk = own["storageProfile"]["osDisk"]
    assert (disk["diskSizeGB"], disk["createOption"]) == (128, "FromImage")
    assert own["osProfile"]["computerNamePrefix"] == "4711"


def test_some_newer_members_are_taken_in_older_versions(arm: Arm) -> None:
    body = document()
    extension = {
        "publisher": "Contoso",
        "type": "Agent",
        "typeHandlerVersion": "1.0",
        "enableAutomaticUpgrade": False,
    }
    body["properties"]["virtualMachineProfile"]["extensionProfile"] = {
        "extensions": [{"name": "agent", "properties": extension}]
    }
    assert arm("PUT", SCALE_SET, body, version="2018-10-01").status_code == 201
    extension["suppressFailures"] = True
    answer = arm("PUT", SCALE_SET.replace("/web", "/other"), body, version="2018-10-01")
    assert "suppressFailures" in error(answer, 400)["message"]


def test_what_azure_takes_no_notice_of_is_taken(arm: Arm) -> None:
    body = document()
    extension = {"publisher": "Contoso", "type": "Agent", "typeHandlerVersion": "1.0"}
    body["properties"]["virtualMachineProfile"]["extensionProfile"] = {
        "extensions": [{"name": "agent", "location": "westeurope", "properties": extension}]
    }
    assert arm("PUT", SCALE_SET, body).status_code == 201
    (shown,) = settled(arm)["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"]
    assert "location" not in shown


def test_an_empty_text_for_a_list_or_an_object_is_none(arm: Arm) -> None:
    assert arm("PUT", SCALE_SET, {**document(), "zones": "", "plan": ""}).status_code == 201
    assert not {"zones", "plan"} & settled(arm).keys()


def test_before_modes_were_stated_fault_domains_without_a_machine_meant_flexible(arm: Arm) -> None:
    body = {
        "location": "westeurope",
        "properties": {"singlePlacementGroup": False, "platformFaultDomainCount": 2},
    }
    answer = arm("PUT", SCALE_SET, body, version="2021-07-01")
    assert answer.status_code == 201, answer.text
    assert settled(arm)["properties"]["orchestrationMode"] == "Flexible"
    other = SCALE_SET.replace("/web", "/later")
    assert arm("PUT", other, body, version="2021-11-01").status_code == 400


@pytest.mark.parametrize(
    ("member", "value"),
    [("overprovision", "maybe"), ("platformFaultDomainCount", "two"), ("platformFaultDomainCount", "1.5"), ("overprovision", 3)],
)  # fmt: skip
def test_texts_that_mean_neither_are_refused(arm: Arm, member: str, value: Any) -> None:
    body = document()
    body["properties"][member] = value
    assert "Error converting value" in error(arm("PUT", SCALE_SET, body), 400)["message"]
