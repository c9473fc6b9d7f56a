from __future__ import annotations

import copy
import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import requests

from tests.azure.helpers import PASSWORD, SUBNET, SUBSCRIPTION, document
from tests.sandbox.conftest import Arm, access_token
from vmssbuilder.sandbox import tokens, world
from vmssbuilder.sandbox.server import Running
from vmssbuilder.scaleset import API_VERSIONS

OLD = "2016-04-30-preview"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
SCALE_SET = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/web"
PROFILE = ("properties", "virtualMachineProfile")


def error(answer: requests.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    value: dict[str, Any] = answer.json()["error"]
    return value


def changed(*path: str | int, to: Any = None) -> dict[str, Any]:
    """The document with one value set, or removed when `to` is None."""
    wanted = document()
    here: Any = wanted
    for step in path[:-1]:
        here = here[step]
    if to is None:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return wanted


def settled(arm: Arm, path: str = SCALE_SET, version: str = "2024-07-01") -> dict[str, Any]:
    """The scale set once nothing is running on it."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        value: dict[str, Any] = arm("GET", path, version=version).json()
        if value["properties"]["provisioningState"] in {"Succeeded", "Failed", "Canceled"}:
            return value
        time.sleep(0.01)
    raise AssertionError("the operation does not end")


@pytest.fixture
def existing(arm: Arm) -> Arm:
    arm("PUT", SCALE_SET, document())
    settled(arm)
    return arm


# --- who is asking ---------------------------------------------------------------------------------------------------


def refused_token(sandbox: Running, authorization: str | None) -> requests.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return requests.get(f"{sandbox.url}/subscriptions?api-version=2022-12-01", headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: None, "AuthenticationFailed"),
        (lambda: "", "AuthenticationFailed"),
        (lambda: "Basic eDp5", "AuthenticationFailed"),
        (lambda: "Bearer", "AuthenticationFailed"),
        (lambda: "Bearer rubbish", "InvalidAuthenticationToken"),
        (lambda: f"Bearer {access_token()[:-6]}AAAAAA", "InvalidAuthenticationToken"),
        (
            lambda: f"Bearer {jwt.encode({'oid': 'x'}, 'k' * 40, algorithm='HS256')}",
            "InvalidAuthenticationToken",
        ),
        (lambda: f"Bearer {jwt.encode({'oid': 'x'}, '', algorithm='none')}", "InvalidAuthenticationToken"),
        (lambda: f"Bearer {access_token(aud='https://graph.example')}", "InvalidAuthenticationTokenAudience"),
        (
            lambda: f"Bearer {access_token(iss='https://login.evil.example/v2.0')}",
            "InvalidAuthenticationTokenTenant",
        ),
        (lambda: f"Bearer {access_token(oid='nobody')}", "InvalidAuthenticationToken"),
        (lambda: f"Bearer {access_token(exp=int(time.time()) - 1)}", "ExpiredAuthenticationToken"),
        (
            lambda: f"Bearer {tokens.signed({'oid': world.ACCOUNTS['rita'].oid}, lifetime=60)}",
            "InvalidAuthenticationToken",
        ),
    ],
)
def test_the_token_is_verified(sandbox: Running, make: Any, code: str) -> None:
    answer = refused_token(sandbox, make())
    assert error(answer, 401)["code"] == code
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


def test_readers_look_and_do_not_touch(existing: Arm) -> None:
    assert existing("GET", SCALE_SET, account="sam").status_code == 200
    for method, right in (("PUT", "write"), ("PATCH", "write"), ("DELETE", "delete")):
        refused = error(existing(method, SCALE_SET, document(), account="sam"), 403)
        assert refused["code"] == "AuthorizationFailed"
        assert f"Microsoft.Compute/virtualMachineScaleSets/{right}" in refused["message"]
    assert error(
        existing(
            "PUT", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/new", {"location": "uksouth"}, account="sam"
        ),
        403,
    )


# --- subscriptions, groups, regions ----------------------------------------------------------------------------------


def test_subscriptions_groups_and_regions(arm: Arm) -> None:
    names = {each["displayName"] for each in arm("GET", "/subscriptions").json()["value"]}
    assert names >= {"Contoso Development", "Contoso Production"}
    assert arm("GET", f"/subscriptions/{SUBSCRIPTION}").json()["tenantId"] == world.TENANT
    regions = arm("GET", f"/subscriptions/{SUBSCRIPTION}/locations").json()["value"]
    assert {"uksouth", "westeurope", "eastus"} <= {each["name"] for each in regions}
    groups = arm("GET", f"/subscriptions/{SUBSCRIPTION}/resourcegroups").json()["value"]
    assert "rg-shop" in {each["name"] for each in groups}
    assert arm("GET", GROUP.replace("rg-shop", "RG-SHOP")).json()["name"] == "rg-shop", (
        "names are compared without case"
    )


def test_a_resource_group_can_be_made(arm: Arm) -> None:
    path = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-new"
    assert arm("PUT", path, {"location": "UK South"}).status_code == 201
    assert arm("PUT", path, {"location": "uksouth"}).status_code == 200
    assert error(arm("PUT", path, {"location": "eastus"}), 409)["code"] == "InvalidResourceGroupLocation"
    assert arm("GET", path).json()["location"] == "uksouth"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/subscriptions/not-a-guid", 400, "InvalidSubscriptionId"),
        ("/subscriptions/99999999-0000-4000-8000-000000000000", 404, "SubscriptionNotFound"),
        (f"/subscriptions/{SUBSCRIPTION}/resourceGroups/none", 404, "ResourceGroupNotFound"),
        (SCALE_SET.replace("rg-shop", "none"), 404, "ResourceGroupNotFound"),
        (SCALE_SET, 404, "ResourceNotFound"),
        ("/nothing/here", 404, "NotFound"),
        (f"{GROUP}/providers/Microsoft.Compute/disks/d", 404, "ResourceNotFound"),
        (
            f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/uksouth/operations/none",
            404,
            "NotFound",
        ),
    ],
)
def test_what_is_not_there(arm: Arm, path: str, status: int, code: str) -> None:
    assert error(arm("GET", path), status)["code"] == code


def test_the_api_version_is_needed_and_must_be_one(arm: Arm) -> None:
    assert error(arm("GET", SCALE_SET, version=""), 400)["code"] == "MissingApiVersionParameter"
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        refused = error(arm(method, SCALE_SET, document(), version="2016-04-29"), 400)
        assert refused["code"] == "NoRegisteredProviderFound"
    assert error(arm("POST", SCALE_SET, document()), 405)["code"] == "HttpMethodNotSupported"


# --- creating, reading, listing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", API_VERSIONS)
def test_a_create_in_every_version(sandbox: Running, arm: Arm, version: str) -> None:
    answer = arm("PUT", SCALE_SET, document(), version=version)
    assert answer.status_code == 201, answer.text
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    assert answer.headers["Azure-AsyncOperation"].startswith(
        f"{sandbox.url}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/uksouth/operations/"
    )
    assert int(answer.headers["Retry-After"]) >= 0
    assert "Location" not in answer.headers
    value = settled(arm, version=version)
    assert ("etag" in value) == (version >= "2023-09-01")
    assert ("timeCreated" in value["properties"]) == (version >= "2021-11-01")


def test_what_comes_back_is_what_went_in_without_secrets(existing: Arm) -> None:
    value = settled(existing)
    text = json.dumps(value)
    for secret in (PASSWORD, "I2Nsb3VkLWNvbmZpZw==", "unattend-canary", "protected-canary"):
        assert secret not in text
    assert (value["name"], value["type"]) == ("web", "Microsoft.Compute/virtualMachineScaleSets")
    assert value["id"] == SCALE_SET
    assert {"uniqueId", "timeCreated"} < value["properties"].keys()
    assert value["properties"]["provisioningState"] == "Succeeded"
    expected = document()
    profile = expected["properties"]["virtualMachineProfile"]
    del profile["osProfile"]["adminPassword"], profile["osProfile"]["customData"]
    del profile["osProfile"]["windowsConfiguration"]["additionalUnattendContent"][0]["content"]
    del profile["extensionProfile"]["extensions"][0]["properties"]["protectedSettings"]
    assert without_more(value, expected) == expected


def without_more(value: Any, expected: Any) -> Any:
    """The value with those members only that the expected one has too: Azure fills in others."""
    if isinstance(value, dict) and isinstance(expected, dict):
        return {name: without_more(value[name], expected[name]) for name in expected if name in value}
    if isinstance(value, list) and isinstance(expected, list) and len(value) == len(expected):
        return [without_more(one, other) for one, other in zip(value, expected, strict=True)]
    return value


def test_settings_and_tags_may_use_the_names_of_secrets(arm: Arm) -> None:
    wanted = document(tags={"content": "kept", "adminPassword": "not one"})
    wanted["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"][0]["properties"][
        "settings"
    ] = {"customData": "kept"}
    value = arm("PUT", SCALE_SET, wanted).json()
    assert value["tags"] == wanted["tags"]
    extension = value["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"][0]
    assert extension["properties"]["settings"] == {"customData": "kept"}


def test_names_are_compared_without_regard_to_case(existing: Arm) -> None:
    assert existing("GET", SCALE_SET.upper().replace("/PROVIDERS", "/providers")).json()["name"] == "web"


def test_scale_sets_are_listed_by_group_and_subscription(existing: Arm) -> None:
    existing("PUT", SCALE_SET.replace("rg-shop", "rg-lab"), document())
    by_group = existing("GET", f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets").json()["value"]
    by_subscription = existing(
        "GET", f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachineScaleSets"
    ).json()["value"]
    assert (len(by_group), len(by_subscription)) == (1, 2)
    assert PASSWORD not in json.dumps(by_subscription)


def test_read_only_members_are_ignored_when_they_come_in(arm: Arm) -> None:
    wanted = document(id="/x", name="other", type="T", etag='"9"')
    wanted["properties"] |= {"provisioningState": "Failed", "uniqueId": "mine"}
    value = arm("PUT", SCALE_SET, wanted).json()
    assert (value["name"], value["properties"]["provisioningState"]) == ("web", "Creating")
    assert value["properties"]["uniqueId"] != "mine"


# --- operations ------------------------------------------------------------------------------------------------------


def follow(arm: Arm, url: str) -> requests.Response:
    parts = urlsplit(url)
    return arm("GET", parts.path, version="", **dict(parse_qsl(parts.query)))


def test_an_operation_progresses_by_time(arm: Arm, sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = sandbox.sandbox.memory
    memory.delay = 600
    url = arm("PUT", SCALE_SET, document()).headers["Azure-AsyncOperation"]
    first = follow(arm, url)
    assert (first.status_code, first.json()["status"]) == (200, "InProgress")
    assert "Retry-After" in first.headers
    monkeypatch.setattr(memory, "clock", lambda: time.monotonic() + 600)
    answer = follow(arm, url)
    assert answer.json()["status"] == "Succeeded"
    assert "error" not in answer.json()
    assert settled(arm)["properties"]["provisioningState"] == "Succeeded"


def test_a_delete_has_both_addresses_and_leaves_nothing(
    existing: Arm, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = sandbox.sandbox.memory
    began = memory.clock()
    monkeypatch.setattr(memory, "clock", lambda: began)
    answer = existing("DELETE", SCALE_SET)
    assert (answer.status_code, answer.content) == (202, b"")
    assert existing("GET", SCALE_SET).json()["properties"]["provisioningState"] == "Deleting"
    moving = follow(existing, answer.headers["Location"])
    assert (moving.status_code, moving.content) == (202, b"")
    assert moving.headers["Location"] == answer.headers["Location"]
    monkeypatch.setattr(memory, "clock", lambda: began + memory.delay)
    assert follow(existing, answer.headers["Location"]).status_code == 204
    assert follow(existing, answer.headers["Azure-AsyncOperation"]).json()["status"] == "Succeeded"
    assert existing("GET", SCALE_SET).status_code == 404
    assert existing("DELETE", SCALE_SET).status_code == 204


def test_a_failed_operation_says_why(arm: Arm, sandbox: Running) -> None:
    sandbox.fault("failed-operation", method="PUT")
    url = arm("PUT", SCALE_SET, document()).headers["Azure-AsyncOperation"]
    assert settled(arm)["properties"]["provisioningState"] == "Failed"
    assert follow(arm, url).json()["error"]["code"] == "AllocationFailed"


def test_one_change_at_a_time_but_a_delete_goes_first(sandbox: Running, arm: Arm) -> None:
    sandbox.sandbox.memory.delay = 30
    arm("PUT", SCALE_SET, document())
    for method in ("PUT", "PATCH"):
        assert error(arm(method, SCALE_SET, document()), 409)["code"] == "AnotherOperationInProgress"
    assert arm("DELETE", SCALE_SET).status_code == 202


# --- conditions ------------------------------------------------------------------------------------------------------


def headers(**named: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in named.items()}


def test_the_table_of_conditions(arm: Arm) -> None:
    """Resource Manager's addendum: what If-Match and If-None-Match do."""

    def put(**named: str) -> int:
        answer = arm("PUT", SCALE_SET, document(), headers=headers(**named))
        if answer.status_code < 400:
            settled(arm)
        elif answer.status_code == 412:
            assert answer.json()["error"]["code"] == "PreconditionFailed"
        return answer.status_code

    assert arm("PATCH", SCALE_SET, {"tags": {}}, headers=headers(If_Match='"1"')).status_code == 404
    assert put(If_Match='"1"') == 412
    assert put(If_None_Match="*") == 201
    assert put(If_None_Match="*") == 412
    assert put(If_None_Match='"1"') == 400
    assert put() == 200
    etag = arm("GET", SCALE_SET).headers["ETag"]
    assert etag == arm("GET", SCALE_SET).json()["etag"]
    assert put(If_Match='"1"') == 412
    assert put(If_Match=etag) == 200
    assert put(If_Match=etag) == 412, "the change moved the mark on"
    assert put(If_Match="*") == 200
    current = arm("GET", SCALE_SET).headers["ETag"]
    assert arm("PATCH", SCALE_SET, {"tags": {}}, headers=headers(If_Match='"1"')).status_code == 412
    assert arm("PATCH", SCALE_SET, {"tags": {}}, headers=headers(If_Match=current)).status_code == 200


def test_older_versions_know_no_conditions(existing: Arm) -> None:
    answer = existing("PUT", SCALE_SET, document(), version="2023-07-01", headers=headers(If_None_Match="*"))
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


# --- changing --------------------------------------------------------------------------------------------------------


def test_patch_first_exists_in_2017_03_30(existing: Arm) -> None:
    for version in ("2015-06-15", "2016-03-30", OLD):
        refused = error(existing("PATCH", SCALE_SET, {"tags": {}}, version=version), 405)
        assert "PATCH" in refused["message"]
    assert existing("PATCH", SCALE_SET, {"tags": {}}, version="2017-03-30").status_code == 200


def test_patch_merges_objects_replaces_lists_and_tags_and_removes_nulls(existing: Arm) -> None:
    extension = {"name": "other", "properties": {"publisher": "P", "type": "T", "typeHandlerVersion": "1.0"}}
    change = {
        "tags": {"owner": "rita"},
        "sku": {"capacity": 5},
        "properties": {
            "overprovision": None,
            "virtualMachineProfile": {
                "extensionProfile": {"extensions": [extension]},
                "osProfile": {"customData": None},
            },
        },
    }
    answer = existing("PATCH", SCALE_SET, change)
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["provisioningState"] == "Updating"
    value = settled(existing)
    assert value["tags"] == {"owner": "rita"}
    assert value["sku"] == {"name": "Standard_D2_v2", "tier": "Standard", "capacity": 5}
    extensions = value["properties"]["virtualMachineProfile"]["extensionProfile"]["extensions"]
    assert without_more(extensions, [extension]) == [extension]
    assert value["properties"]["virtualMachineProfile"]["osProfile"]["adminUsername"] == "azureuser"


def test_a_put_over_an_existing_one_keeps_what_it_does_not_name(existing: Arm, sandbox: Running) -> None:
    change = {"location": "UK South", "sku": {"name": "Standard_D4_v2", "tier": "Standard", "capacity": 2}}
    answer = existing("PUT", SCALE_SET, change, version=OLD)
    assert answer.status_code == 200, answer.text
    value = settled(existing)
    assert value["sku"]["name"] == "Standard_D4_v2"
    assert value["properties"]["virtualMachineProfile"]["osProfile"]["adminUsername"] == "azureuser"
    (kept,) = sandbox.sandbox.memory.scale_sets.values()
    assert kept.model["properties"]["virtualMachineProfile"]["osProfile"]["adminPassword"] == PASSWORD


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"location": "eastus"}, "PropertyChangeNotAllowed"),
        (
            {"properties": {"virtualMachineProfile": {"osProfile": {"computerNamePrefix": "other"}}}},
            "PropertyChangeNotAllowed",
        ),
    ],
)
def test_some_things_never_change(existing: Arm, change: dict[str, Any], code: str) -> None:
    before = settled(existing)
    assert error(existing("PATCH", SCALE_SET, change), 409)["code"] == code
    assert settled(existing) == before


def test_a_single_placement_group_does_not_come_back(arm: Arm) -> None:
    wanted = changed("properties", "singlePlacementGroup", to=False)
    arm("PUT", SCALE_SET, wanted)
    settled(arm)
    refused = error(arm("PATCH", SCALE_SET, {"properties": {"singlePlacementGroup": True}}), 409)
    assert (refused["code"], refused["target"]) == (
        "PropertyChangeNotAllowed",
        "vmss.properties.singlePlacementGroup",
    )


def test_a_scale_set_does_not_move(existing: Arm) -> None:
    assert (
        error(existing("PUT", SCALE_SET, document(location="eastus")), 409)["code"]
        == "InvalidResourceLocation"
    )


# --- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "InvalidRequestContent"),
        (b"{", 400, "InvalidRequestContent"),
        (b"[]", 400, "InvalidRequestContent"),
        (b'"x"', 400, "InvalidRequestContent"),
        (b"\xff\xfe", 400, "InvalidRequestContent"),
        (b"[" * 100_000, 400, "InvalidRequestContent"),
        (
            b'{"location":"uksouth","properties":' + b'{"a":' * 900 + b"1" + b"}" * 901,
            400,
            "InvalidRequestContent",
        ),
        (b"{}", 400, "LocationRequired"),
        (b'{"location": 5}', 400, "LocationNotAvailableForResourceType"),
        (b'{"location": "the moon"}', 400, "LocationNotAvailableForResourceType"),
    ],
)
def test_bodies_that_are_no_scale_set(sandbox: Running, body: bytes, status: int, code: str) -> None:
    sent = {"Authorization": f"Bearer {access_token()}", "Content-Type": "application/json"}
    answer = requests.put(
        f"{sandbox.url}{SCALE_SET}?api-version=2024-07-01", data=body, headers=sent, timeout=5
    )
    assert error(answer, status)["code"] in {code, "BadRequest"}


def test_only_json_is_taken(sandbox: Running) -> None:
    sent = {"Authorization": f"Bearer {access_token()}", "Content-Type": "text/plain"}
    answer = requests.put(
        f"{sandbox.url}{SCALE_SET}?api-version=2024-07-01", data=b"{}", headers=sent, timeout=5
    )
    assert error(answer, 415)["code"] == "UnsupportedMediaType"


def test_an_unknown_member_is_named_with_its_place(arm: Arm) -> None:
    refused = error(arm("PUT", SCALE_SET, changed("properties", "colour", to="red")), 400)
    assert refused["code"] == "BadRequest"
    assert refused["message"].startswith(
        "Could not find member 'colour' on object of type 'Properties'. Path 'properties.colour', line 1, position "
    )
    assert refused["target"] == "vmss.properties.colour"


def test_a_member_of_a_newer_version_is_unknown(arm: Arm) -> None:
    refused = error(arm("PUT", SCALE_SET, document(zones=["1"]), version=OLD), 400)
    assert "Could not find member 'zones'" in refused["message"]


@pytest.mark.parametrize(
    ("path", "value", "start"),
    [
        (
            ("sku", "capacity"),
            "many",
            "Error converting value \"many\" to type 'Capacity'. Path 'sku.capacity'",
        ),
        (("sku",), "big", "Error converting value \"big\" to type 'Sku'."),
        (
            ("properties", "upgradePolicy", "mode"),
            "Sometimes",
            "Error converting value \"Sometimes\" to type 'Mode'.",
        ),
        (("properties", "upgradePolicy", "mode"), 5, "Error converting value 5 to type"),
        (
            (*PROFILE, "networkProfile", "networkInterfaceConfigurations"),
            {},
            "Error converting value an object to type",
        ),
        (
            (*PROFILE, "osProfile", "adminPassword"),
            {"$secret": "abc"},
            "Unexpected character encountered while parsing value: {.",
        ),
    ],
)
def test_wrong_types_are_refused(arm: Arm, path: tuple[str, ...], value: Any, start: str) -> None:
    refused = error(arm("PUT", SCALE_SET, changed(*path, to=value)), 400)
    assert refused["code"] == "BadRequest"
    assert refused["message"].startswith(start)


def test_values_are_read_without_regard_to_case(arm: Arm) -> None:
    assert (
        arm("PUT", SCALE_SET, changed("properties", "upgradePolicy", "mode", to="manual")).status_code == 201
    )


def test_a_disk_without_its_source_is_refused(arm: Arm) -> None:
    wanted = changed(*PROFILE, "storageProfile", "dataDisks", to=[{"lun": 0, "diskSizeGB": 10}])
    refused = error(arm("PUT", SCALE_SET, wanted), 400)
    assert refused["code"] == "InvalidParameter"
    assert "is missing (null)" in refused["message"]


LINUX = {"ssh": {"publicKeys": [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": "ssh-rsa AAAA"}]}}


def os_profile(**changes: Any) -> dict[str, Any]:
    wanted = document()
    profile = wanted["properties"]["virtualMachineProfile"]["osProfile"]
    del profile["windowsConfiguration"]
    profile |= changes
    for name, value in changes.items():
        if value is None:
            del profile[name]
    return wanted


def nic(primary: bool | None = True, **properties: Any) -> dict[str, Any]:
    value = {"ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": SUBNET}}}], **properties}
    if primary is not None:
        value["primary"] = primary
    return {"name": "nic", "properties": value}


def with_nics(*interfaces: dict[str, Any]) -> dict[str, Any]:
    return changed(*PROFILE, "networkProfile", "networkInterfaceConfigurations", to=list(interfaces))


def two_addresses(first: bool, second: bool) -> list[dict[str, Any]]:
    return [
        {"name": f"ip{at}", "properties": {"primary": primary, "subnet": {"id": SUBNET}}}
        for at, primary in enumerate((first, second))
    ]


MISSING = "is missing (null)."


@pytest.mark.parametrize(
    ("wanted", "status", "code", "words"),
    [
        (changed("sku"), 400, "InvalidParameter", f"'sku' {MISSING}"),
        (changed("sku", "name"), 400, "InvalidParameter", MISSING),
        (changed("properties"), 400, "InvalidParameter", f"'properties' {MISSING}"),
        (changed(*PROFILE), 400, "InvalidParameter", MISSING),
        (changed(*PROFILE, "osProfile"), 400, "InvalidParameter", f"'osProfile' {MISSING}"),
        (changed(*PROFILE, "storageProfile"), 400, "InvalidParameter", MISSING),
        (changed(*PROFILE, "networkProfile"), 400, "InvalidParameter", MISSING),
        (changed("sku", "capacity", to=101), 409, "OperationNotAllowed", "100"),
        (changed("sku", "capacity", to=1001), 400, "InvalidParameter", "out of range"),
        (os_profile(adminPassword="short"), 400, "InvalidParameter", "between 8-123"),
        (os_profile(adminPassword="alllowercaseletters"), 400, "InvalidParameter", "at least 3 of"),
        (os_profile(adminPassword="x" * 200 + "A1!"), 400, "InvalidParameter", "between 8-123"),
        (os_profile(adminPassword="Tab\tbed-123"), 400, "InvalidParameter", "Control"),
        (os_profile(adminPassword="P@ssw0rd"), 400, "InvalidParameter", "not allowed"),
        (os_profile(adminPassword=None), 400, "InvalidParameter", f"'adminPassword' {MISSING}"),
        (os_profile(adminUsername=None), 400, "InvalidParameter", f"'adminUsername' {MISSING}"),
        (os_profile(adminUsername="root"), 400, "InvalidParameter", "Admin Username"),
        (os_profile(adminPassword="Aa1!", linuxConfiguration=LINUX), 400, "InvalidParameter", "between 6-72"),
        (os_profile(adminPassword=None, linuxConfiguration={}), 400, "InvalidParameter", "Authentication using either SSH"),
        (os_profile(linuxConfiguration={"ssh": {"publicKeys": [{"path": "/root", "keyData": "k"}]}}), 400, "InvalidParameter", "/home/azureuser/.ssh/authorized_keys"),
        (os_profile(linuxConfiguration=LINUX, windowsConfiguration={"provisionVMAgent": True}), 400, "InvalidParameter", "together"),
        (with_nics(), 400, "NetworkInterfaceMustHavePrimaryPropertySet", "primary"),
        (with_nics(nic(None)), 400, "NetworkInterfaceMustHavePrimaryPropertySet", "primary"),
        (with_nics(nic(), nic()), 400, "NetworkInterfaceMustHavePrimaryPropertySet", "primary"),
        (with_nics(nic(ipConfigurations=two_addresses(True, True))), 400, "VMScaleSetNetworkInterfaceConfigurationMustHaveOneIpConfigAsPrimary", "exactly one"),
        (with_nics(nic(ipConfigurations=two_addresses(False, False))), 400, "VMScaleSetNetworkInterfaceConfigurationMustHaveOneIpConfigAsPrimary", "exactly one"),
        (with_nics(nic(ipConfigurations=[{"name": "ip", "properties": {"subnet": {"id": SUBNET.replace(SUBSCRIPTION, "{subscription-id}")}}}])), 400, "LinkedInvalidPropertyId", "fully qualified"),
        (changed(*PROFILE, "storageProfile", "dataDisks", to=[{"lun": 1, "createOption": "Empty", "diskSizeGB": 5}] * 2), 400, "InvalidParameter", "LUN 1"),
        (changed(*PROFILE, "storageProfile", "osDisk", to={"name": "os", "createOption": "FromImage", "image": {"uri": "https://a.example/b.vhd"}}), 400, "InvalidParameter", "'osDisk.image' is not allowed"),
    ],
)  # fmt: skip
def test_what_azure_refuses_although_the_structure_is_sound(
    arm: Arm, wanted: dict[str, Any], status: int, code: str, words: str
) -> None:
    refused = error(arm("PUT", SCALE_SET, wanted), status)
    assert refused["code"] == code, refused
    assert words in refused["message"]
    assert arm("GET", SCALE_SET).status_code == 404, "nothing was made"


@pytest.mark.parametrize(
    "wanted",
    [
        os_profile(adminPassword=None, linuxConfiguration=LINUX),
        os_profile(adminPassword="Aa1!xx", linuxConfiguration={}),
        with_nics(nic(), nic(False)),
        with_nics(nic(ipConfigurations=two_addresses(False, True))),
        changed("properties", "singlePlacementGroup", to=False)
        | {"sku": {"name": "Standard_D2_v2", "capacity": 500}},
    ],
)
def test_what_azure_takes(arm: Arm, sandbox: Running, wanted: dict[str, Any]) -> None:
    sandbox.world(cores=2_000)
    answer = arm("PUT", SCALE_SET, wanted)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("name", ["-web", "web-", "we b", "x" * 65, "wéb"])
def test_names_that_cannot_be(arm: Arm, name: str) -> None:
    path = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}"
    assert error(arm("PUT", path, document()), 400)["code"] == "InvalidParameter"


def test_the_body_received_is_kept_as_it_came(arm: Arm, sandbox: Running) -> None:
    wanted = document()
    sent = copy.deepcopy(wanted)
    arm("PUT", SCALE_SET, wanted)
    sandbox.sandbox.memory.scale_sets.clear()
    assert sandbox.requests("PUT")[0]["body"] == sent
