"""Shapes in which people have a scale set: what tools print, lists, deployments, examples; and what is none."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from vmssbuilder.scaleset import check, paths
from vmssbuilder.scaleset.reading import Reading, ReadingError, read
from vmssbuilder.scaleset.request import Target

SUBSCRIPTION = "0a1b2c3d-1111-4222-8333-444455556666"
ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachineScaleSets/web"
SUBNET = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/hub/subnets/web"
POOL = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/p"
HERE = Target(SUBSCRIPTION, "rg-shop", "web")
TYPE = "Microsoft.Compute/virtualMachineScaleSets"
VERSION = "2024-07-01"
PROFILE = "properties.virtualMachineProfile"
NIC = f"{PROFILE}.networkProfile.networkInterfaceConfigurations[0]"
IP = f"{NIC}.properties.ipConfigurations[0]"


def body(**more: Any) -> dict[str, Any]:
    """A whole request, of our own."""
    return {
        "location": "northeurope",
        "sku": {"name": "Standard_D4s_v5", "capacity": 3},
        "properties": {
            "orchestrationMode": "Uniform",
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "osProfile": {
                    "computerNamePrefix": "shop",
                    "adminUsername": "keeper",
                    "linuxConfiguration": {"disablePasswordAuthentication": True},
                },
                "storageProfile": {
                    "imageReference": {"publisher": "Debian", "offer": "debian-12", "sku": "12", "version": "latest"},
                    "osDisk": {"createOption": "FromImage", "caching": "ReadWrite", "diskSizeGB": 64},
                },
                "networkProfile": {
                    "networkInterfaceConfigurations": [
                        {
                            "name": "front",
                            "properties": {
                                "primary": True,
                                "enableIPForwarding": False,
                                "ipConfigurations": [
                                    {
                                        "name": "first",
                                        "properties": {
                                            "subnet": {"id": SUBNET},
                                            "publicIPAddressConfiguration": {
                                                "name": "outside",
                                                "sku": {"name": "Standard"},
                                                "properties": {"idleTimeoutInMinutes": 10},
                                            },
                                            "loadBalancerBackendAddressPools": [{"id": POOL}],
                                        },
                                    }
                                ],
                            },
                        }
                    ]
                },
                "extensionProfile": {
                    "extensions": [
                        {
                            "name": "setup",
                            "properties": {
                                "publisher": "Microsoft.Azure.Extensions",
                                "type": "CustomScript",
                                "typeHandlerVersion": "2.1",
                                "autoUpgradeMinorVersion": True,
                                "settings": {"commandToExecute": "date", "timestamp": None},
                            },
                        }
                    ]
                },
            },
        },
    } | more  # fmt: skip


def flat() -> dict[str, Any]:
    """The same as the Azure CLI prints it."""
    return {
        "additionalCapabilities": None,
        "id": ID,
        "identity": None,
        "location": "northeurope",
        "name": "web",
        "orchestrationMode": "Uniform",
        "plan": None,
        "provisioningState": "Succeeded",
        "resourceGroup": "rg-shop",
        "sku": {"capacity": 3, "name": "Standard_D4s_v5", "tier": None},
        "tags": None,
        "timeCreated": "2026-03-01T08:00:00+00:00",
        "type": TYPE,
        "uniqueId": "77aa",
        "upgradePolicy": {"automaticOsUpgradePolicy": None, "mode": "Manual", "rollingUpgradePolicy": None},
        "virtualMachineProfile": {
            "diagnosticsProfile": None,
            "extensionProfile": {
                "extensions": [
                    {
                        "autoUpgradeMinorVersion": True,
                        "forceUpdateTag": None,
                        "id": None,
                        "name": "setup",
                        "protectedSettings": None,
                        "provisioningState": None,
                        "publisher": "Microsoft.Azure.Extensions",
                        "settings": {"commandToExecute": "date", "timestamp": None},
                        "type": None,
                        "typeHandlerVersion": "2.1",
                        "typePropertiesType": "CustomScript",
                    }
                ],
                "extensionsTimeBudget": None,
            },
            "networkProfile": {
                "healthProbe": None,
                "networkInterfaceConfigurations": [
                    {
                        "enableAcceleratedNetworking": None,
                        "enableIpForwarding": False,
                        "id": None,
                        "ipConfigurations": [
                            {
                                "applicationSecurityGroups": None,
                                "id": None,
                                "loadBalancerBackendAddressPools": [{"id": POOL, "resourceGroup": "rg-net"}],
                                "name": "first",
                                "publicIpAddressConfiguration": {
                                    "idleTimeoutInMinutes": 10,
                                    "name": "outside",
                                    "publicIpPrefix": None,
                                    "sku": {"name": "Standard", "tier": None},
                                },
                                "subnet": {"id": SUBNET, "resourceGroup": "rg-net"},
                            }
                        ],
                        "name": "front",
                        "primary": True,
                    }
                ],
            },
            "osProfile": {
                "adminUsername": "keeper",
                "adminPassword": None,
                "computerNamePrefix": "shop",
                "customData": None,
                "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": None},
                "secrets": None,
                "windowsConfiguration": None,
            },
            "storageProfile": {
                "dataDisks": None,
                "imageReference": {"exactVersion": "12.0.1", "id": None, "offer": "debian-12", "publisher": "Debian", "sku": "12", "version": "latest"},
                "osDisk": {"caching": "ReadWrite", "createOption": "FromImage", "diskSizeGb": 64, "image": None},
            },
        },
        "zones": None,
    }  # fmt: skip


def powershell() -> dict[str, Any]:
    """The same as `Get-AzVmss | ConvertTo-Json -Depth 20` writes it."""

    def capitals(value: Any) -> Any:
        if isinstance(value, dict):
            return {name[0].upper() + name[1:]: capitals(inner) for name, inner in value.items()}
        return [capitals(each) for each in value] if isinstance(value, list) else value

    written = capitals(flat())
    written["ResourceGroupName"] = written.pop("ResourceGroup")
    written["UpgradePolicy"]["Mode"] = 1
    written["VirtualMachineProfile"]["StorageProfile"]["OsDisk"]["Caching"] = 2
    extension = written["VirtualMachineProfile"]["ExtensionProfile"]["Extensions"][0]
    extension["Type1"] = extension.pop("TypePropertiesType")
    extension["Settings"] = {"commandToExecute": "date", "timestamp": None}
    return dict(written)


def snake() -> dict[str, Any]:
    """The same as `as_dict()` of the Python SDK gives it."""

    def words(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                re.sub("(?<=[a-z])([A-Z])", r"_\1", name).lower(): words(inner)
                for name, inner in value.items()
            }
        return [words(each) for each in value] if isinstance(value, list) else value

    written = words(flat())
    written["virtual_machine_profile"]["extension_profile"]["extensions"][0]["settings"] = {
        "commandToExecute": "date",
        "timestamp": None,
    }
    return dict(written)


def text(value: Any) -> str:
    return json.dumps(value, indent=1)


def kinds(reading: Reading) -> set[str]:
    return {note.kind for note in reading.notes}


def refused(value: Any) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        read(value if isinstance(value, str) else text(value))
    return caught.value


# ------------------------------------------------------------------------------------------------------------------ tools


@pytest.mark.parametrize("printed", [flat, powershell, snake])
def test_what_a_tool_prints_flat_is_read_as_the_request_it_came_from(printed: Any) -> None:
    reading = read(text(printed()), VERSION)
    assert reading.document == body()
    assert reading.request.target == HERE
    assert kinds(reading) >= {"reshaped", "null", "removed", "withheld"}
    assert not kinds(reading) & {"moved", "canonicalised"}
    errors = [each for each in check(reading.document, VERSION) if each.severity == "error"]
    assert [each for each in errors if each.rule == "unknown-property"] == []


def test_what_a_tool_prints_keeps_the_line_of_each_note() -> None:
    written = text(flat())
    lines = written.splitlines()
    for note in read(written, VERSION).notes:
        if note.kind == "null":
            assert note.line is not None
            assert f'"{note.path[-1]}": null' in lines[note.line - 1]


def test_the_group_that_the_azure_cli_prints_beside_an_id_is_left_out_of_a_request_too() -> None:
    document = body()
    place = paths.parse(f"{IP}.properties.subnet")
    paths.put(document, place, {"id": SUBNET, "resourceGroup": "rg-net"})
    reading = read(text(document), VERSION)
    assert reading.document == body()
    assert [note.path for note in reading.notes if note.kind == "removed"] == [(*place, "resourceGroup")]


def test_a_shortened_output_is_known_by_its_nulls() -> None:
    short = {"location": "x", "overprovision": True, "plan": None, "singlePlacementGroup": True, "sku": {"additionalProperties": {}, "capacity": 1}}  # fmt: skip
    reading = read(text(short), VERSION)
    assert reading.document == {
        "location": "x",
        "sku": {"capacity": 1},
        "properties": {"overprovision": True, "singlePlacementGroup": True},
    }


def test_a_request_in_the_names_of_python_is_read_with_a_note_each() -> None:
    reading = read(text({"location": "x", "properties": {"upgrade_policy": {"mode": "Manual"}}}), VERSION)
    assert reading.document == {"location": "x", "properties": {"upgradePolicy": {"mode": "Manual"}}}
    assert [note.where for note in reading.notes if note.kind == "canonicalised"] == [
        "properties.upgradePolicy"
    ]


def test_a_list_of_what_a_tool_prints_is_offered_by_name() -> None:
    second = flat() | {"name": "job", "id": ID.replace("/web", "/job")}
    reading = read(text([flat(), second]), VERSION, 1)
    assert [each.title for each in reading.choices] == ["web", "job"]
    assert (reading.request.target.name, reading.document) == ("job", body())


def test_the_output_of_az_vmss_create_is_read() -> None:
    reading = read(text({"vmss": flat()}), VERSION)
    assert reading.document == body()
    assert "unwrapped" in kinds(reading)


def test_what_powershell_cut_off_is_said_with_the_cure() -> None:
    cut = powershell()
    cut["VirtualMachineProfile"] |= {"OsProfile": "Microsoft.Azure.Management.Compute.Models.VirtualMachineScaleSetOSProfile", "NetworkProfile": "@{HealthProbe=; NetworkInterfaceConfigurations=System.Object[]}"}  # fmt: skip
    reading = read(text(cut), VERSION)
    notes = [note for note in reading.notes if note.kind == "truncated"]
    assert {note.path[-1] for note in notes} == {"OsProfile", "NetworkProfile"}
    assert all("-Depth 20" in note.message and note.line for note in notes)
    assert notes[0] in reading.to_accept
    assert "osProfile" not in paths.get(reading.document, paths.parse(PROFILE))


def test_lists_as_windows_powershell_counts_them_are_lists() -> None:
    reading = read(text(powershell() | {"Zones": {"value": ["1", "2"], "Count": 2}}), VERSION)
    assert reading.document == body(zones=["1", "2"])
    assert read(text({"value": [powershell()], "Count": 1}), VERSION).document == body()


def row(**more: Any) -> dict[str, Any]:
    """A row of Resource Graph."""
    return {
        "id": ID,
        "name": "web",
        "type": TYPE.lower(),
        "tenantId": "t",
        "kind": "",
        "resourceGroup": "rg-shop",
        "subscriptionId": SUBSCRIPTION,
        "managedBy": "",
        "plan": None,
        "zones": None,
        "extendedLocation": None,
        **body(),
        **more,
    }


ROWS = [
    pytest.param(row(), id="a row"),
    pytest.param([row()], id="rows as the portal saves them"),
    pytest.param({"count": 1, "data": [row()], "skip_token": None, "total_records": 1}, id="az graph query"),
    pytest.param({"totalRecords": 1, "count": 1, "data": [row()], "facets": [], "resultTruncated": "false"}, id="the answer of Azure"),
    pytest.param({"data": {"columns": [{"name": each, "type": "string"} for each in row()], "rows": [list(row().values())]}}, id="a table"),
    pytest.param(row(properties=json.dumps(body()["properties"]), sku=json.dumps(body()["sku"])), id="columns as text"),
]  # fmt: skip


@pytest.mark.parametrize("answer", ROWS)
def test_resource_graph_is_read_without_its_own_columns(answer: Any) -> None:
    reading = read(text(answer), VERSION)
    assert reading.document == body()
    assert reading.request.target == HERE
    left = {note.path[-1] for note in reading.notes if note.kind == "removed"}
    assert left >= {"tenantId", "kind", "resourceGroup", "subscriptionId", "managedBy"}
    assert "null" in kinds(reading)


def test_rows_that_name_no_id_tell_the_target_by_their_columns() -> None:
    columns = {"name": "web", "resourceGroup": "rg-shop", "subscriptionId": SUBSCRIPTION, **body()}
    columns["properties"]["provisioningState"] = "Succeeded"
    assert read(text(columns), VERSION).request.target == HERE


def test_what_else_is_in_a_list_is_left_out_and_said() -> None:
    machine = {"id": "x", "type": "Microsoft.Compute/virtualMachines", "location": "x"}
    reading = read(text([machine, row()]), VERSION)
    assert reading.document == body()
    assert [note.message for note in reading.notes if note.kind == "skipped"]
    assert reading.choices == ()


def test_json_written_as_a_text_is_read() -> None:
    reading = read(json.dumps(json.dumps(body())), VERSION)
    assert reading.document == body()
    assert "unwrapped" in kinds(reading)


# ------------------------------------------------------------------------------------------------- deployments and examples


def deployment(**parameters: Any) -> dict[str, Any]:
    return {
        "properties": {
            "mode": "Incremental",
            "parameters": {name: {"value": value} for name, value in parameters.items()},
            "template": {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "parameters": {"setName": {"type": "string"}, "count": {"type": "int", "defaultValue": 1}},
                "resources": [
                    {"type": TYPE, "apiVersion": "2023-03-01", "name": "[parameters('SETNAME')]", **body()}
                    | {"sku": {"name": "Standard_D4s_v5", "capacity": "[parameters('count')]"}}
                ],
            },
        }
    }


def test_the_request_of_a_deployment_is_read_with_the_parameters_it_gives() -> None:
    reading = read(text(deployment(setname="web", Count=9)))
    assert (reading.api_version, reading.request.target.name) == ("2023-03-01", "web")
    assert reading.document == body(sku={"name": "Standard_D4s_v5", "capacity": 9})


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda inner: {"template": inner["template"], "parameters": inner["parameters"]},
        lambda inner: {"properties": {"mainTemplate": inner["template"]}},
        lambda inner: {"properties": {**inner, "template": json.dumps(inner["template"])}},
    ],
)
def test_templates_inside_other_answers_are_read(wrapped: Any) -> None:
    reading = read(text(wrapped(deployment(setName="web", count=1)["properties"])))
    assert reading.document["sku"]["capacity"] == 1
    assert reading.stated == "2023-03-01"


def test_a_deployment_that_links_to_its_template_says_so() -> None:
    error = refused(
        {"properties": {"mode": "Incremental", "templateLink": {"uri": "https://x.example/t.json"}}}
    )
    assert "Paste that template" in error.message


def example(**more: Any) -> dict[str, Any]:
    """An example of the REST documentation."""
    return {
        "parameters": {"subscriptionId": SUBSCRIPTION, "resourceGroupName": "rg-shop", "vmScaleSetName": "web", "api-version": "2022-08-01", "resource": body()},
        "responses": {"200": {"body": body()}, "201": {"body": body()}},
        **more,
    }  # fmt: skip


def test_an_example_of_the_documentation_is_read_as_its_request() -> None:
    reading = read(text(example(operationId="VirtualMachineScaleSets_CreateOrUpdate")))
    assert (reading.api_version, reading.request.operation, reading.request.target) == ("2022-08-01", "create", HERE)  # fmt: skip
    assert reading.document == body()


def test_an_example_of_an_update_is_an_update() -> None:
    described = example()
    described["parameters"]["resource"] = {"tags": {"a": "b"}, "plan": None}
    described["responses"] = {"200": {}}
    for one in (described, described | {"operationId": "VirtualMachineScaleSets_Update"}):
        reading = read(text(one))
        assert reading.request.operation == "update"
        assert reading.document == {"tags": {"a": "b"}, "plan": None}


def test_an_example_of_a_get_is_read_as_its_answer() -> None:
    described = example()
    del described["parameters"]["resource"]
    described["responses"] = {"200": {"body": body(id=ID, name="web", type=TYPE)}}
    assert read(text(described)).document == body()


@pytest.mark.parametrize("more", [{"vmssExtensionName": "e"}, {"instanceId": "0"}, {"diskName": "d"}])
def test_an_example_about_something_else_is_refused(more: dict[str, str]) -> None:
    described = example()
    described["parameters"] |= more
    assert "example" in refused(described).message
    assert "example" in refused(example(operationId="Disks_CreateOrUpdate")).message


def test_an_example_without_any_body_is_refused() -> None:
    described = example(responses={"202": {}})
    del described["parameters"]["resource"]
    assert "example" in refused(described).message


@pytest.mark.parametrize(
    ("written", "operation"),
    [
        ({"httpMethod": "PUT", "url": f"{ID}?api-version=2023-07-01", "content": body()}, "create"),
        ({"requests": [{"httpMethod": "PATCH", "relativeUrl": f"{ID}?api-version=2023-07-01", "content": body()}]}, "update"),
        ({"log": {"entries": [{"request": {"method": "PUT", "url": f"https://management.azure.com{ID}?api-version=2023-07-01", "postData": {"mimeType": "application/json", "text": json.dumps(body())}}}]}}, "create"),
    ],
    ids=["one request", "a batch", "a recording of a browser"],
)  # fmt: skip
def test_a_request_written_as_an_object_is_read_with_its_address(written: Any, operation: str) -> None:
    reading = read(text(written))
    assert reading.document == body()
    assert (reading.api_version, reading.request.operation, reading.request.target) == ("2023-07-01", operation, HERE)  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- versions


def test_the_version_that_the_text_states_is_taken_and_known() -> None:
    reading = read(text({"apiVersion": "2022-11-01", **body()}))
    assert (reading.stated, reading.api_version) == ("2022-11-01", "2022-11-01")
    assert reading.document == body()


def test_another_version_than_the_stated_one_is_a_choice_with_a_note() -> None:
    reading = read(text(example()), "2025-04-01")
    assert (reading.stated, reading.api_version) == ("2022-08-01", "2025-04-01")
    notes = [note.message for note in reading.notes if note.kind == "version"]
    assert any("2022-08-01" in each and "2025-04-01" in each for each in notes)


def test_a_version_without_scale_sets_is_said() -> None:
    described = example()
    described["parameters"]["api-version"] = "2014-01-01"
    reading = read(text(described))
    assert reading.stated is None
    assert any("2014-01-01" in note.message for note in reading.notes if note.kind == "version")


def test_an_answer_loses_what_its_version_does_not_have_and_the_note_names_one_that_has() -> None:
    document = body(id=ID, name="web", type=TYPE)
    document["properties"]["virtualMachineProfile"]["osProfile"] |= {"allowExtensionOperations": True, "neverHeardOf": 1}  # fmt: skip
    document["properties"]["virtualMachineProfile"]["extensionProfile"] = {}
    reading = read(text(document), "2019-03-01")
    profile = paths.get(reading.document, paths.parse(f"{PROFILE}.osProfile"))
    assert not {"allowExtensionOperations", "neverHeardOf"} & profile.keys()
    newer = [note for note in reading.notes if note.kind == "newer"]
    assert "allowExtensionOperations" in [note.path[-1] for note in newer]
    assert all(re.search(r"20\d\d-\d\d-\d\d or newer", note.message) for note in newer)
    assert newer[0] in reading.to_accept
    kept = read(text(document), VERSION).document
    assert paths.get(kept, paths.parse(f"{PROFILE}.osProfile.allowExtensionOperations")) is True


def test_a_request_keeps_what_its_version_does_not_have() -> None:
    document = body()
    document["properties"]["virtualMachineProfile"]["osProfile"]["allowExtensionOperations"] = True
    assert read(text(document), "2019-03-01").document == document


# ------------------------------------------------------------------------------------------------------ values and nothing


@pytest.mark.parametrize(
    ("place", "written", "meant"),
    [
        ("properties.overprovision", "True", True),
        (f"{NIC}.properties.primary", " false ", False),
        ("sku.capacity", "12", 12),
        ("sku.capacity", 4.0, 4),
        (f"{PROFILE}.storageProfile.osDisk.diskSizeGB", "128", 128),
        (f"{PROFILE}.billingProfile.maxPrice", "0.25", 0.25),
        (f"{PROFILE}.billingProfile.maxPrice", "-1", -1),
        ("zones", [1, 2], ["1", "2"]),
        ("zones[0]", 3, "3"),
        ("tags.floor", 7, "7"),
        ("tags.live", True, "true"),
        (f"{PROFILE}.extensionProfile.extensions[0].properties.typeHandlerVersion", 1.8, "1.8"),
    ],
)
def test_a_value_of_the_type_beside_is_written_as_azure_reads_it(
    place: str, written: Any, meant: Any
) -> None:
    path = paths.parse(place)
    document = body()
    paths.put(document, path, written)
    reading = read(text(document), VERSION)
    got = paths.get(reading.document, path)
    assert (got, type(got)) == (meant, type(meant))
    assert place in [note.where for note in reading.notes if note.kind == "converted"] or meant == ["1", "2"]
    assert all(note.line for note in reading.notes if note.kind == "converted")
    assert not any(each.rule == "wrong-type" for each in check(reading.document, VERSION))


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("properties.overprovision", "yes"),
        ("sku.capacity", "three"),
        ("sku.capacity", 2.5),
        ("sku.capacity", True),
        ("tags", "a=b"),
        ("tags", "{a"),
        (f"{PROFILE}.osProfile.adminPassword", 12345678),
        ("properties.upgradePolicy.mode", 1),
    ],
)
def test_a_value_that_is_not_plainly_meant_stays(place: str, written: Any) -> None:
    document = body()
    paths.put(document, paths.parse(place), written)
    reading = read(text(document), VERSION)
    assert paths.get(reading.document, paths.parse(place)) == written
    assert "converted" not in kinds(reading)


def test_one_number_where_a_list_of_texts_belongs_becomes_that_list() -> None:
    assert read(text(body(zones=2)), VERSION).document == body(zones=["2"])


def test_null_says_nothing_in_a_creation_and_removes_in_an_update() -> None:
    document = body(plan=None, zones=["1", None], whatever=None)
    created = read(text(document), VERSION)
    assert created.document == body(zones=["1"])
    assert {note.where for note in created.notes if note.kind == "null"} == {"plan", "zones", "whatever"}
    updated = read(text(document), VERSION, operation="update")
    assert updated.document == document
    assert (updated.request.operation, "null" in kinds(updated)) == ("update", False)


def test_null_in_free_json_stays() -> None:
    reading = read(text(body()), VERSION)
    assert reading.document == body()
    assert "null" not in kinds(reading)


# ------------------------------------------------------------------------------------------------------- what is no scale set

MACHINE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm"
OTHERS: list[tuple[str, Any, str]] = [
    ("createUiDefinition", {"handler": "Microsoft.Azure.CreateUIDef", "version": "0.1.2-preview", "parameters": {"steps": []}}, "mainTemplate"),
    ("form of a template spec", {"$schema": "https://schema.management.azure.com/schemas/2021-09-09/uiFormDefinition.schema.json#", "view": {}}, "template"),
    ("error that Azure answered (SkuNotAvailable)", {"error": {"code": "SkuNotAvailable", "message": "Not here."}}, "request that Azure refused"),
    ("error that Azure answered (Conflict)", {"code": "Conflict", "message": "Not now."}, "request that Azure refused"),
    ("error that Azure answered,", {"error": {"code": "a secret; odd", "message": "x"}}, "request that Azure refused"),
    ("Terraform plan", {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {}}, "az vmss show"),
    ("Terraform state", {"version": 4, "terraform_version": "1.9.0", "resources": [{"mode": "managed", "type": "azurerm_linux_virtual_machine_scale_set"}]}, "az vmss show"),
    ("Terraform configuration", {"resource": {"azurerm_linux_virtual_machine_scale_set": {"x": {}}}}, "azapi_resource"),
    ("Kubernetes manifest", {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}}, "az vmss show"),
    ("CloudFormation", {"Resources": {"G": {"Type": "AWS::AutoScaling::AutoScalingGroup"}}}, "az vmss show"),
    ("Ansible playbook", [{"hosts": "all", "tasks": []}], "az vmss show"),
    ("description of an API", {"swagger": "2.0", "paths": {}}, "example"),
    ("JSON Schema", {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {}}, "az vmss show"),
    ("policy definition", {"properties": {"policyRule": {"if": {}, "then": {}}}}, "az vmss show"),
    ("Microsoft.Compute/virtualMachines, not a scale set", {"type": "Microsoft.Compute/virtualMachines", "location": "x"}, TYPE),
    ("Microsoft.Compute/virtualMachines, not a scale set", {"id": MACHINE, "location": "x"}, TYPE),
    ("a virtual machine", {"location": "x", "properties": {"hardwareProfile": {"vmSize": "Standard_B2s"}}}, TYPE),
    ("one instance of a scale set", {"id": f"{ID}/virtualMachines/0", "location": "x"}, "az vmss show"),
    ("one instance of a scale set", {"instanceId": "3", "location": "x", "properties": {}}, "az vmss show"),
    ("an extension of a scale set", {"type": f"{TYPE}/extensions", "name": "web/e", "properties": {}}, "az vmss show"),
    ("an instance view", {"virtualMachine": {"statusesSummary": []}, "statuses": []}, "az vmss show"),
    ("result of a what-if", {"status": "Succeeded", "changes": [{"changeType": "Create"}]}, "template"),
    ("state of an operation", {"name": "77", "status": "InProgress", "startTime": "2026-01-01T00:00:00Z"}, "az vmss show"),
    ("about a deployment", {"properties": {"mode": "Incremental", "outputResources": []}}, "az deployment group export"),
    ("parameters of a template", {"contentVersion": "1.0.0.0", "parameters": {"n": {"value": 1}}}, "template"),
    ("refers to one that is there", {"$schema": "https://x/deploymentTemplate.json#", "resources": {"s": {"existing": True, "type": TYPE, "apiVersion": "2023-09-01", "name": "n"}}}, "az vmss show"),
    ("holds a credential", {"accessToken": "canary-token", "expiresOn": "x"}, "replace it"),
    ("none of the members of a scale set", {"colour": "red"}, "az vmss show"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "written", "cure"), OTHERS, ids=[each[0] for each in OTHERS])
def test_json_that_is_no_scale_set_is_named_with_what_to_do(what: str, written: Any, cure: str) -> None:
    for value in (written, [written]):
        error = refused(value)
        assert what in error.message
        assert cure in error.message
        assert error.expected
        assert "canary" not in error.message + error.expected
        assert "odd" not in error.message
