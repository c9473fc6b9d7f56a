"""Deployments of the sandbox, validate and what-if, over HTTP."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.azure.helpers import PASSWORD, SUBNET, document
from tests.sandbox.conftest import Arm, access_token
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import Request as ScaleSetRequest
from vmssbuilder.scaleset import Target, outcome, paths
from vmssbuilder.scaleset.exports import arm_template

GROUP = f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop"
DEPLOYMENT = f"{GROUP}/providers/Microsoft.Resources/deployments/check-1"
SCALE_SET = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/web"


def template(body: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    resource = {
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "apiVersion": "2024-07-01",
        "name": "web",
        **(body or document()),
    }
    whole = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {},
        "resources": [resource],
    }
    return {"properties": {"mode": "Incremental", "parameters": {}, "template": whole, **properties}}


def validate(arm: Arm, body: dict[str, Any], **options: Any) -> requests.Response:
    return arm("POST", f"{options.pop('path', DEPLOYMENT)}/validate", body, version="2025-04-01", **options)


def inner(answer: requests.Response) -> dict[str, Any]:
    """The error inside a refusal of validate."""
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["code"] == "InvalidTemplateDeployment"
    (found,) = error["details"]
    return dict(found)


def test_a_sound_template_is_valid_and_deploys_nothing(arm: Arm) -> None:
    answer = validate(arm, template())
    assert answer.status_code == 200, answer.text
    properties = answer.json()["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["validatedResources"] == [{"id": SCALE_SET}]
    assert arm("GET", SCALE_SET).status_code == 404


def changed(**changes: Any) -> dict[str, Any]:
    return template(document(**changes))


def with_subnet(subnet: str) -> dict[str, Any]:
    body = document()
    interface = body["properties"]["virtualMachineProfile"]["networkProfile"][
        "networkInterfaceConfigurations"
    ][0]
    interface["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] = subnet
    return template(body)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (changed(sku={"name": "Standard_Nothing", "capacity": 1}), "InvalidParameter", "VM size"),
        (changed(zones=["1"], sku={"name": "Standard_D2_v2", "capacity": 1}, location="ukwest"), "ResourceTypeNotSupportAvailabilityZones", "ukwest"),
        (changed(sku={"name": "Standard_D2_v2", "capacity": 90}), "OperationNotAllowed", "Current Limit: 100"),
        (with_subnet(SUBNET.replace("/web", "/none")), "InvalidResourceReference", "was not found"),
        (with_subnet(SUBNET.replace("rg-shop", "rg-lab").replace("vnet1/subnets/web", "vnet-lab/subnets/default")), "InvalidResourceReference", "westeurope"),
        (changed(properties={"nonsense": 1}), "BadRequest", "Could not find member"),
    ],
    ids=["size", "zone", "quota", "subnet", "elsewhere", "structure"],
)  # fmt: skip
def test_what_azure_would_refuse_is_refused_here(
    arm: Arm, body: dict[str, Any], code: str, words: str
) -> None:
    found = inner(validate(arm, body))
    assert found["code"] == code
    assert words in found["message"]


def test_a_policy_and_a_missing_registration_are_told(arm: Arm) -> None:
    governed = validate(arm, template(), path=DEPLOYMENT.replace("rg-shop", "rg-governed"))
    assert inner(governed)["code"] == "RequestDisallowedByPolicy"
    other = f"/subscriptions/{world.UNREGISTERED}/resourceGroups/rg-genomics/providers/Microsoft.Resources/deployments/x"
    assert inner(validate(arm, template(), path=other))["code"] == "MissingSubscriptionRegistration"
    assert validate(arm, template(), account="sam").json()["error"]["code"] == "AuthorizationFailed"


def test_secrets_come_as_parameters_and_brackets_are_escaped(arm: Arm) -> None:
    body = document(tags={"note": "[[not an expression]"})
    body["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"] = (
        "[parameters('adminPassword')]"
    )
    whole = template(body)
    whole["properties"]["template"]["parameters"] = {"adminPassword": {"type": "securestring"}}
    assert validate(arm, whole).json()["error"]["code"] == "InvalidTemplate", "no value is given"
    whole["properties"]["parameters"] = {"adminPassword": {"value": "weak"}}
    assert inner(validate(arm, whole))["target"] == "adminPassword", "the value counts, not the expression"
    whole["properties"]["parameters"] = {"adminPassword": {"value": "Correct-Horse-7"}}
    assert validate(arm, whole).status_code == 200
    unknown = template(document(tags={"note": "[reference('web').name]"}))
    assert validate(arm, unknown).json()["error"]["code"] == "InvalidTemplate"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body["properties"].update(mode="Complete"),
        lambda body: body["properties"].pop("template"),
        lambda body: body["properties"]["template"].update(resources=[]),
        lambda body: body["properties"]["template"]["resources"][0].update(type="Microsoft.Compute/disks"),
        lambda body: body["properties"].update(parameters={"x": {"value": 1}}),
    ],
)
def test_what_is_no_template_is_told(arm: Arm, spoil: Any) -> None:
    body = template()
    spoil(body)
    answer = validate(arm, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in {"InvalidTemplate", "InvalidRequestContent"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (document(sku={"name": "Standard_D2_v2", "capacity": 90}), 409),
        (document(sku={"name": "Standard_None", "capacity": 1}), 400),
    ],
)
def test_a_write_is_refused_for_the_same(arm: Arm, body: dict[str, Any], status: int) -> None:
    refused = arm("PUT", SCALE_SET, body)
    assert refused.status_code == status
    assert refused.json()["error"] == inner(validate(arm, template(body)))


def test_more_cores_can_be_had(arm: Arm, sandbox: Running) -> None:
    sandbox.world(cores=200)
    assert arm("PUT", SCALE_SET, document(sku={"name": "Standard_D2_v2", "capacity": 90})).status_code == 201


# --- what-if ---------------------------------------------------------------------------------------------------------


def what_if(arm: Arm, body: dict[str, Any]) -> dict[str, Any]:
    answer = arm("POST", f"{DEPLOYMENT}/whatIf", body, version="2025-04-01")
    assert answer.status_code == 202, answer.text
    until = time.monotonic() + 5
    while time.monotonic() < until:
        place = answer.headers["Location"]
        path = urlsplit(place).path
        answer = arm("GET", path, version="2025-04-01")
        if answer.status_code == 200:
            return dict(answer.json())
        assert answer.status_code == 202
        time.sleep(0.01)
    raise AssertionError("what-if does not end")


def test_what_if_of_a_new_one_is_a_create(arm: Arm, sandbox: Running) -> None:
    sandbox.sandbox.memory.delay = 0.2
    (change,) = what_if(arm, template())["properties"]["changes"]
    assert (change["changeType"], change["before"]) == ("Create", None)
    assert change["after"]["location"] == "uksouth"
    assert "Correct-Horse" not in str(change), "secrets never appear"


def test_what_if_of_a_running_one_names_each_difference(arm: Arm) -> None:
    arm("PUT", SCALE_SET, document())
    assert what_if(arm, template())["properties"]["changes"][0]["changeType"] == "NoChange"
    body = document(
        sku={"name": "Standard_D2_v2", "tier": "Standard", "capacity": 3}, tags={"team": "shop", "new": "1"}
    )
    (change,) = what_if(arm, template(body))["properties"]["changes"]
    assert change["changeType"] == "Modify"
    differences = {
        each["path"]: (each["propertyChangeType"], each["before"], each["after"]) for each in change["delta"]
    }
    assert differences == {"sku.capacity": ("Modify", 2, 3), "tags.new": ("Create", None, "1")}


def test_what_if_of_nonsense_fails(arm: Arm) -> None:
    result = what_if(arm, changed(properties={"nonsense": 1}))
    assert result["status"] == "Failed"
    assert result["error"]["details"][0]["code"] == "BadRequest"


# --- making one ------------------------------------------------------------------------------------------------------


def put(arm: Arm, body: dict[str, Any], path: str = DEPLOYMENT) -> requests.Response:
    return arm("PUT", path, body, version="2025-04-01")


def ended(arm: Arm, path: str = DEPLOYMENT) -> dict[str, Any]:
    """The deployment once it is over."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        value = dict(arm("GET", path, version="2025-04-01").json())
        if value["properties"]["provisioningState"] not in {"Accepted", "Running"}:
            return value
        time.sleep(0.01)
    raise AssertionError("the deployment does not end")


def exported(body: dict[str, Any], api_version: str = "2024-07-01") -> dict[str, Any]:
    """Our own export, with values for its secure parameters."""
    request = ScaleSetRequest(Target(world.DEVELOPMENT, "rg-shop", "web"), "create", api_version, body)
    whole, places = arm_template.template(request)
    values = {name: {"value": paths.get(body, path)} for name, path in places.items()}
    return {"properties": {"mode": "Incremental", "template": whole, "parameters": values}}


def test_our_export_creates_its_scale_set(arm: Arm, sandbox: Running) -> None:
    sandbox.sandbox.memory.delay = 0.1
    body = document(tags={"note": "[as it stands]"})
    answer = put(arm, exported(body))
    assert answer.status_code == 201, answer.text
    assert answer.json()["properties"]["provisioningState"] == "Accepted"
    place = answer.headers["Azure-AsyncOperation"]
    assert place.startswith(f"{sandbox.url}{DEPLOYMENT}/operationStatuses/")
    headers = {"Authorization": f"Bearer {access_token()}"}
    assert requests.get(place, headers=headers, timeout=5).json() == {"status": "Running"}
    assert put(arm, exported(body)).json()["error"]["code"] == "DeploymentActive"
    properties = ended(arm)["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["outputResources"] == [{"id": SCALE_SET}]
    assert "Correct-Horse" not in str(properties), "secure parameters are never shown"
    assert requests.get(place, headers=headers, timeout=5).json() == {"status": "Succeeded"}
    made = arm("GET", SCALE_SET).json()
    assert not outcome(body, made, "2024-07-01").deviations
    assert made["tags"] == body["tags"]
    (kept,) = sandbox.sandbox.memory.scale_sets.values()
    assert kept.model["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"] == PASSWORD
    (done,) = arm("GET", f"{DEPLOYMENT}/operations", version="2025-04-01").json()["value"]
    assert done["properties"]["targetResource"]["id"] == SCALE_SET
    assert (done["properties"]["provisioningState"], done["properties"]["statusCode"]) == (
        "Succeeded",
        "Created",
    )


def test_a_deployment_over_a_scale_set_changes_it(arm: Arm) -> None:
    put(arm, exported(document()))
    ended(arm)
    more = document(sku={"name": "Standard_D2_v2", "tier": "Standard", "capacity": 4})
    assert put(arm, exported(more)).status_code == 200
    ended(arm)
    assert arm("GET", SCALE_SET).json()["sku"]["capacity"] == 4
    listed = arm("GET", DEPLOYMENT.rsplit("/", 1)[0], version="2025-04-01").json()["value"]
    assert [each["name"] for each in listed] == ["check-1"]
    assert arm("HEAD", DEPLOYMENT, version="2025-04-01").status_code == 204
    assert arm("DELETE", DEPLOYMENT, version="2025-04-01").status_code == 200
    assert arm("GET", DEPLOYMENT, version="2025-04-01").json()["error"]["code"] == "DeploymentNotFound"
    assert arm("GET", SCALE_SET).status_code == 200, "what it made stays"


def test_a_deployment_is_refused_for_what_its_scale_set_is_refused(arm: Arm) -> None:
    wrong = document(sku={"name": "Standard_None", "capacity": 1})
    refused = put(arm, template(wrong))
    assert refused.json() == validate(arm, template(wrong)).json()
    assert inner(refused)["code"] == "InvalidParameter"
    assert arm("GET", DEPLOYMENT, version="2025-04-01").status_code == 404
    assert (
        put(arm, template(), DEPLOYMENT.replace("check-1", "a b")).json()["error"]["code"]
        == "InvalidDeploymentName"
    )
    assert arm("PUT", DEPLOYMENT, template(), version="2025-04-01", account="sam").status_code == 403


def test_a_deployment_that_fails_says_why_at_every_level(arm: Arm, sandbox: Running) -> None:
    error = {"code": "OSProvisioningTimedOut", "message": "It took too long."}
    sandbox.fault("failed-operation", method="PUT", path="/deployments/", error=error)
    place = put(arm, exported(document())).headers["Azure-AsyncOperation"]
    properties = ended(arm)["properties"]
    assert properties["provisioningState"] == "Failed"
    failed = properties["error"]
    assert (failed["code"], failed["details"][0]["code"]) == ("DeploymentFailed", "ResourceDeploymentFailure")
    assert failed["details"][0]["details"] == [error]
    status = requests.get(place, headers={"Authorization": f"Bearer {access_token()}"}, timeout=5).json()
    assert status == {"status": "Failed", "error": failed}
    (done,) = arm("GET", f"{DEPLOYMENT}/operations", version="2025-04-01").json()["value"]
    assert done["properties"]["statusMessage"]["error"] == error


def test_a_template_as_people_write_it_is_worked_out(arm: Arm) -> None:
    body = template(document(location="[resourceGroup().location]", tags={"group": "[variables('title')]"}))
    resource = body["properties"]["template"]["resources"][0]
    resource["name"] = "[parameters('name')]"
    resource["dependsOn"] = []
    interface = resource["properties"]["virtualMachineProfile"]["networkProfile"][
        "networkInterfaceConfigurations"
    ][0]
    interface["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] = (
        "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet1', 'web')]"
    )
    body["properties"]["template"] |= {
        "parameters": {
            "name": {"type": "string", "defaultValue": "web"},
            "size": {"type": "int", "allowedValues": [1, 2]},
        },
        "variables": {"title": "[concat('of ', resourceGroup().name)]"},
    }
    resource["sku"]["capacity"] = "[parameters('size')]"
    for value, words in (
        ({}, "'size' is not provided"),
        ({"size": {"value": "1"}}, "'int'"),
        ({"size": {"value": 3}}, "allowed"),
    ):
        body["properties"]["parameters"] = value
        refused = put(arm, body).json()["error"]
        assert refused["code"] == "InvalidTemplate"
        assert words in refused["message"]
    body["properties"]["parameters"] = {"SIZE": {"value": 1}}
    assert put(arm, body).status_code == 201
    ended(arm)
    made = arm("GET", SCALE_SET).json()
    assert (made["location"], made["tags"], made["sku"]["capacity"]) == (
        "uksouth",
        {"group": "of rg-shop"},
        1,
    )
    assert SUBNET in str(made)


def test_the_body_of_the_azure_cli_is_read(arm: Arm, sandbox: Running) -> None:
    """It sends the template as it was written, comments and all, behind a name without quotes."""
    whole = template()["properties"]
    text = json.dumps({"properties": {"mode": "Incremental", "parameters": {}}})[:-2]
    text += ", template:// mine\n" + json.dumps(whole["template"], indent=1) + "}}"
    answer = requests.put(
        f"{sandbox.url}{DEPLOYMENT}?api-version=2025-04-01",
        data=text,
        headers={"Authorization": f"Bearer {access_token()}", "Content-Type": "application/json"},
        timeout=5,
    )
    assert answer.status_code == 201, answer.text
    assert ended(arm)["properties"]["provisioningState"] == "Succeeded"
