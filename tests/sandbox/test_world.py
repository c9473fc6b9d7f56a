"""What pickers and pre-flight ask the sandbox for, over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.azure.helpers import document
from tests.sandbox.conftest import Arm
from vmssbuilder.sandbox import images, inventory, sizes, world
from vmssbuilder.sandbox.server import Running

DEVELOPMENT = f"/subscriptions/{world.DEVELOPMENT}"
COMPUTE = f"{DEVELOPMENT}/providers/Microsoft.Compute"
NETWORK = f"{DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.Network"
REGION = f"{COMPUTE}/locations/uksouth"
SCALE_SET = f"{DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachineScaleSets/web"


def error(answer: requests.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    value: dict[str, Any] = answer.json()["error"]
    return value


def everything(arm: Arm, path: str, version: str, **query: str) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    answer = arm("GET", path, version=version, **query).json()
    while True:
        found += answer["value"]
        if "nextLink" not in answer:
            return found
        parts = urlsplit(answer["nextLink"])
        assert parts.hostname == "127.0.0.1", "the next page is where the first was"
        asked = dict(parse_qsl(parts.query))
        answer = arm("GET", parts.path, version=asked.pop("api-version"), **asked).json()


# --- sizes and quota -------------------------------------------------------------------------------------------------


def skus(arm: Arm, region: str = "uksouth", subscription: str = world.DEVELOPMENT) -> list[dict[str, Any]]:
    path = f"/subscriptions/{subscription}/providers/Microsoft.Compute/skus"
    return everything(arm, path, "2021-07-01", **{"$filter": f"location eq '{region}'"})


def test_there_are_three_hundred_sizes_and_more_in_a_crowd(arm: Arm, sandbox: Running) -> None:
    assert len(sizes.sizes()) == sizes.NUMBER == 300
    assert not [name for name in sizes.sizes() if "_x" in name], "none of them is invented"
    machines = [each for each in skus(arm) if each["resourceType"] == "virtualMachines"]
    assert 200 < len(machines) < 300, "no region has them all"
    assert {each["resourceType"] for each in skus(arm)} > {"virtualMachines"}, (
        "other things are in the list too"
    )
    sandbox.world(sizes=10_000)
    assert len(skus(arm)) > 9_900


def test_a_size_says_what_it_can_do(arm: Arm) -> None:
    size = next(each for each in skus(arm) if each["name"] == "Standard_D4s_v5")
    can = {each["name"]: each["value"] for each in size["capabilities"]}
    assert (can["vCPUs"], can["MemoryGB"], can["PremiumIO"]) == ("4", "16", "True")
    assert can["HyperVGenerations"] == "V1,V2"
    assert size["locationInfo"][0]["location"] == "uksouth"
    assert size["family"] == "standardDSv5Family"


def test_some_sizes_are_held_back_and_say_why(arm: Arm) -> None:
    regions = ("uksouth", "westeurope", "eastus")
    held = [each for region in regions for each in skus(arm, region) if each["restrictions"]]
    reasons = {each["restrictions"][0]["reasonCode"] for each in held}
    kinds = {each["restrictions"][0]["type"] for each in held}
    assert reasons == {"QuotaId", "NotAvailableForSubscription"}
    assert kinds == {"Location", "Zone"}


def test_only_the_filter_by_region_is_known(arm: Arm) -> None:
    path = f"{COMPUTE}/skus"
    asked = arm("GET", path, version="2021-07-01", **{"$filter": "family eq 'x'"})
    assert error(asked, 400)["code"] == "InvalidFilter"
    assert error(arm("GET", path, version="2024-07-01"), 400)["code"] == "NoRegisteredProviderFound"
    nowhere = arm("GET", path, version="2021-07-01", **{"$filter": "location eq 'mars'"})
    assert nowhere.json() == {"value": []}


def test_quota_counts_what_runs(arm: Arm) -> None:
    def used(name: str) -> int:
        found = arm("GET", f"{REGION}/usages", version="2024-07-01").json()["value"]
        return int(next(each["currentValue"] for each in found if each["name"]["value"] == name))

    assert used("cores") == 0
    arm("PUT", SCALE_SET, document(sku={"name": "Standard_D4s_v5", "capacity": 3}))
    assert (used("cores"), used("standardDSv5Family"), used("virtualMachineScaleSets")) == (12, 12, 1)


# --- images and extensions -------------------------------------------------------------------------------------------


def names(arm: Arm, path: str, **query: str) -> list[str]:
    return [each["name"] for each in arm("GET", f"{REGION}/{path}", **query).json()]


def test_every_image_can_be_reached_from_its_publisher(arm: Arm) -> None:
    publishers = names(arm, "publishers")
    assert "Canonical" in publishers
    canonical = "publishers/canonical/artifacttypes/vmimage/offers"
    assert names(arm, canonical) == list(images.PUBLISHERS["canonical"].offers)
    skus_of = f"{canonical}/ubuntu-24_04-lts/skus"
    assert "ubuntu-pro" in names(arm, skus_of)
    versions = names(arm, f"{skus_of}/server/versions", **{"$top": "3", "$orderby": "name desc"})
    assert len(versions) == 3
    assert versions == sorted(versions, reverse=True)
    detail = arm(
        "GET", f"{REGION}/{skus_of}/ubuntu-pro/versions/{names(arm, f'{skus_of}/ubuntu-pro/versions')[0]}"
    )
    assert detail.json()["properties"]["plan"] == {
        "name": "ubuntu-pro",
        "publisher": "Canonical",
        "product": "ubuntu-24_04-lts",
    }


@pytest.mark.parametrize(
    "path",
    [
        "publishers/nobody/artifacttypes/vmimage/offers",
        "publishers/Canonical/artifacttypes/vmimage/offers/none/skus",
        "publishers/Canonical/artifacttypes/vmimage/offers/UbuntuServer/skus/none/versions",
        "publishers/Canonical/artifacttypes/vmimage/offers/UbuntuServer/skus/18.04-LTS/versions/latest",
        "publishers/Microsoft.Compute/artifacttypes/vmextension/types/None/versions",
        "publishers/Microsoft.Compute/artifacttypes/vmextension/types/BGInfo/versions/9.9",
    ],
)
def test_what_nobody_publishes_is_not_found(arm: Arm, path: str) -> None:
    assert error(arm("GET", f"{REGION}/{path}"), 404)["code"] == "NotFound"


def test_an_extension_says_whether_scale_sets_take_it(arm: Arm) -> None:
    types = "publishers/Microsoft.CPlat.Core/artifacttypes/vmextension/types"
    assert "RunCommandLinux" in names(arm, types)
    detail = arm("GET", f"{REGION}/{types}/RunCommandLinux/versions/1.0.0").json()["properties"]
    assert detail["vmScaleSetEnabled"] is False
    assert detail["operatingSystem"] == "Linux"


# --- other resources -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted({each["type"] for each in inventory.resources(world.DEVELOPMENT).values() if each["type"].count("/") == 1}))  # fmt: skip
def test_every_type_is_listed_and_each_one_found_by_its_id(arm: Arm, kind: str) -> None:
    version = inventory.NEWEST[kind.split("/", maxsplit=1)[0].lower()]
    found = everything(arm, f"{DEVELOPMENT}/providers/{kind}", version)
    assert found
    for each in found:
        assert (
            arm("GET", each["id"].upper().replace("/SUBSCRIPTIONS", "/subscriptions"), version=version).json()
            == each
        )
    group = found[0]["id"].split("/")[4]
    in_group = everything(arm, f"{DEVELOPMENT}/resourceGroups/{group}/providers/{kind}", version)
    assert found[0] in in_group
    assert all(f"/resourceGroups/{group}/" in each["id"] for each in in_group)


def test_children_are_listed_and_found(arm: Arm) -> None:
    subnets = arm("GET", f"{NETWORK}/virtualNetworks/vnet1/subnets", version="2025-05-01").json()["value"]
    assert {each["name"] for each in subnets} >= {"web", "tiny", "sql"}
    assert arm("GET", subnets[0]["id"], version="2025-05-01").json()["id"] == subnets[0]["id"]
    pools = arm("GET", f"{NETWORK}/loadBalancers/lb-shop/backendAddressPools", version="2025-05-01").json()
    assert [each["name"] for each in pools["value"]] == ["web", "admin"]
    usage = arm("GET", f"{NETWORK}/virtualNetworks/vnet1/usages", version="2025-05-01").json()["value"]
    assert {(each["currentValue"], each["limit"]) for each in usage} >= {(11, 251), (249, 251), (11, 11)}
    absent = arm("GET", f"{NETWORK}/virtualNetworks/vnet1/subnets/none", version="2025-05-01")
    assert error(absent, 404)["code"] == "ResourceNotFound"
    unknown = arm("GET", f"{NETWORK}/virtualNetworks/vnet1", version="2099-01-01")
    assert error(unknown, 400)["code"] == "NoRegisteredProviderFound"


def test_secrets_of_a_vault_are_listed_without_their_values(arm: Arm) -> None:
    path = f"{DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.KeyVault/vaults/kv-shop/secrets"
    found = arm("GET", path, version="2025-05-01").json()["value"]
    assert {each["name"] for each in found} == {"tls-shop", "tls-api", "old-tls", "db-password"}
    assert not any("value" in each["properties"] for each in found)


def test_a_crowd_of_subnets_comes_in_networks_of_a_thousand(arm: Arm, sandbox: Running) -> None:
    sandbox.world(subnets=5_000)
    found = everything(arm, f"{DEVELOPMENT}/providers/Microsoft.Network/virtualNetworks", "2025-05-01")
    crowded = [each for each in found if each["name"].startswith("vnet-crowd")]
    assert [len(each["properties"]["subnets"]) for each in crowded] == [1_000] * 5


def test_a_short_page_leads_to_the_next(arm: Arm, sandbox: Running) -> None:
    whole = everything(arm, "/subscriptions", "2022-12-01")
    sandbox.world(page=2)
    assert len(arm("GET", "/subscriptions", version="2022-12-01").json()["value"]) == 2
    assert everything(arm, "/subscriptions", "2022-12-01") == whole
    bad = arm("GET", "/subscriptions", version="2022-12-01", **{"$skiptoken": "rubbish"})
    assert error(bad, 400)["code"] == "InvalidSkipToken"
    assert (
        len(
            arm("GET", f"{DEVELOPMENT}/resourcegroups", version="2021-04-01", **{"$top": "1"}).json()["value"]
        )
        == 1
    )


# --- who may what ----------------------------------------------------------------------------------------------------


def test_vaults_of_one_subscription_are_nobodys_business(arm: Arm) -> None:
    path = f"/subscriptions/{world.SHARED}/providers/Microsoft.KeyVault/vaults"
    assert error(arm("GET", path, version="2025-05-01"), 403)["code"] == "AuthorizationFailed"


@pytest.mark.parametrize(
    ("subscription", "group", "status", "code"),
    [
        (world.SHARED, "rg-hub", 403, "AuthorizationFailed"),
        (world.DISABLED, "rg-old", 409, "ReadOnlyDisabledSubscription"),
        (world.UNREGISTERED, "rg-genomics", 409, "MissingSubscriptionRegistration"),
    ],
)
def test_some_subscriptions_take_no_scale_set(
    arm: Arm, subscription: str, group: str, status: int, code: str
) -> None:
    path = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/x"
    assert error(arm("PUT", path, document()), status)["code"] == code


def test_a_provider_can_be_registered(arm: Arm, sandbox: Running) -> None:
    path = f"/subscriptions/{world.UNREGISTERED}/providers/Microsoft.Compute"

    def state() -> str:
        return str(arm("GET", path, version="2021-04-01").json()["registrationState"])

    assert state() == "NotRegistered"
    sandbox.sandbox.memory.delay = 30
    assert arm("POST", f"{path}/register", version="2021-04-01").json()["registrationState"] == "Registering"
    sandbox.sandbox.memory._registered[world.UNREGISTERED] = 0.0
    assert state() == "Registered"
    assert error(arm("POST", f"{path}/register", version="2021-04-01", account="sam"), 403)
    types = arm("GET", path, version="2021-04-01").json()["resourceTypes"]
    scale_sets = next(each for each in types if each["resourceType"] == "virtualMachineScaleSets")
    assert "2016-04-30-preview" in scale_sets["apiVersions"]


def test_a_policy_denies_and_names_itself(arm: Arm) -> None:
    path = SCALE_SET.replace("rg-shop", "rg-governed")
    denied = error(arm("PUT", path, document()), 403)
    assert denied["code"] == "RequestDisallowedByPolicy"
    information = denied["additionalInfo"][0]
    assert information["type"] == "PolicyViolation"
    assert information["info"]["policyAssignmentDisplayName"] == "Cost center on everything"
    assert arm("PUT", path, document(tags={"CostCentre": "12"})).status_code == 201


def test_limits_are_told_and_enforced_on_demand(arm: Arm, sandbox: Running) -> None:
    def left() -> int:
        return int(arm("GET", DEVELOPMENT).headers["x-ms-ratelimit-remaining-subscription-reads"])

    first = left()
    assert left() == first - 1
    assert "Reads3Min" in arm("GET", f"{REGION}/usages").headers["x-ms-ratelimit-remaining-resource"]
    sandbox.world(limits=True)
    memory = sandbox.sandbox.memory
    memory.limits._clock = lambda: 0.0
    try:
        memory.limits.forget()
        answers = [arm("GET", DEVELOPMENT) for _ in range(251)]
    finally:
        memory.limits._clock = memory.clock
    assert [each.status_code for each in answers] == [200] * 250 + [429]
    assert answers[-1].headers["Retry-After"] == "1"


# --- instances -------------------------------------------------------------------------------------------------------


def test_instances_fall_behind_by_a_manual_policy_and_catch_up(arm: Arm, sandbox: Running) -> None:
    sandbox.sandbox.memory.delay = 0
    arm("PUT", SCALE_SET, document())

    def latest() -> list[bool]:
        found = arm("GET", f"{SCALE_SET}/virtualMachines").json()["value"]
        return [each["properties"]["latestModelApplied"] for each in found]

    assert latest() == [True, True]
    change = {
        "properties": {
            "virtualMachineProfile": {"diagnosticsProfile": {"bootDiagnostics": {"enabled": True}}}
        }
    }
    assert arm("PATCH", SCALE_SET, change).status_code == 200
    assert latest() == [False, False]
    assert arm("POST", f"{SCALE_SET}/manualupgrade", {"instanceIds": ["0"]}).status_code == 202
    assert latest().count(True) == 1
    assert error(arm("POST", f"{SCALE_SET}/manualupgrade", {"instanceIds": ["9"]}), 400)
    assert arm("POST", f"{SCALE_SET}/manualupgrade", {"instanceIds": ["*"]}).status_code == 202
    assert latest() == [True, True]
    view = arm("GET", f"{SCALE_SET}/instanceView").json()
    assert view["virtualMachine"]["statusesSummary"][0]["count"] == 2
    assert arm("GET", f"{SCALE_SET}/skus").json()["value"]
    there = arm("GET", f"{REGION}/virtualMachineScaleSets").json()["value"]
    assert [each["name"] for each in there] == ["web"]
    assert not arm("GET", f"{COMPUTE}/locations/eastus/virtualMachineScaleSets").json()["value"]
