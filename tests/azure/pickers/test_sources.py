"""Every list that pickers are made of, over HTTP."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from vmssbuilder.azure import ArmClient
from vmssbuilder.azure.errors import BadAnswer, Forbidden, NotFound
from vmssbuilder.azure.pickers import PICKERS, SearchIndex, Suggestion, Where, pack
from vmssbuilder.azure.pickers.sources import CALLS, SOURCES
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

HERE = Where(
    subscription=world.DEVELOPMENT,
    region="UK South",
    publisher="Canonical",
    offer="ubuntu-24_04-lts",
    sku="ubuntu-pro",
)


def fetched(client: ArmClient, name: str, where: Where = HERE) -> dict[str, Suggestion]:
    """The suggestions of a source by title."""
    return {each.title: each for each in SOURCES[name].fetch(client, where)}


def reasons(kind: str, client: ArmClient, where: Where = HERE) -> dict[str, str]:
    """Why what a picker shows cannot be used, by title; those that can have an empty reason."""
    picker = PICKERS[kind]
    index = SearchIndex(pack(picker.source.fetch(client, where)))
    return {each.title: each.reason for each in index.search("", where, picker, most=1_000).suggestions}


@pytest.mark.parametrize("kind", sorted(PICKERS))
def test_every_picker_has_something_to_offer(client: ArmClient, kind: str) -> None:
    where = HERE
    if kind.startswith("extension"):
        where = Where(world.DEVELOPMENT, "uksouth", "Microsoft.Compute", type="BGInfo")
    picker = PICKERS[kind]
    assert not where.missing(picker.source.needs)
    index = SearchIndex(pack(picker.source.fetch(client, where)))
    found = index.search("", where, picker)
    assert found.total > 0
    assert all(each.value and each.title for each in found.suggestions)
    assert not found.suggestions[0].reason, "what can be used comes first"


def test_subscriptions_that_take_no_changes_say_so(client: ArmClient) -> None:
    found = fetched(client, "subscriptions")
    assert found["Contoso Development"].value == world.DEVELOPMENT
    assert found["Contoso Development"].reason == ""
    assert found["Contoso Old Projects"].reason == "Disabled: Azure takes no changes"


def test_regions_have_their_zones(client: ArmClient) -> None:
    found = fetched(client, "locations")
    assert found["UK South"].value == "uksouth"
    assert found["UK South"].facts["zones"] == ["1", "2", "3"]
    assert found["UK West"].detail == "UK · no zones"
    assert list(reasons("zone", client)) == ["Zone 1", "Zone 2", "Zone 3"]
    assert not reasons("zone", client, Where(world.DEVELOPMENT, "ukwest"))


def test_sizes_can_be_told_apart(client: ArmClient, sandbox: Running) -> None:
    found = fetched(client, "sizes")
    (asked,) = sandbox.requests("GET")
    assert asked["path"].endswith("/skus"), "one request brings them all"
    size = found["Standard_D4s_v5"]
    assert size.detail.startswith("4 vCPUs · 16 GB memory")
    assert size.facts["family"] == "standardDSv5Family"
    assert {"premium", "accelerated", "gen2", "trusted", "spot"} <= set(size.facts["features"])
    assert "arm64" in next(each for each in found.values() if "ps_v" in each.title).facts["features"]
    assert "trusted" not in found["Standard_DS2_v2"].facts["features"]
    assert next(iter(found)).startswith("Standard_D"), "general purpose comes first"


def test_sizes_that_are_held_back_say_why(client: ArmClient) -> None:
    found = {
        each.reason
        for region in ("uksouth", "westeurope", "eastus")
        for each in fetched(client, "sizes", Where(world.DEVELOPMENT, region)).values()
    }
    assert "The kind of subscription does not include it" in found
    assert any(each.startswith("Not available to this subscription") for each in found)


def test_sizes_that_miss_a_zone_say_which(client: ArmClient) -> None:
    found = reasons("vmSize", client, Where(world.DEVELOPMENT, "uksouth", zones=("1", "2", "3")))
    missing = {reason for reason in found.values() if reason.startswith("Not on offer in zone")}
    assert missing


def test_an_image_brings_its_plan_along(client: ArmClient) -> None:
    latest = fetched(client, "imageVersions")["latest"]
    assert latest.also == {
        "plan.name": "ubuntu-pro",
        "plan.publisher": "Canonical",
        "plan.product": "ubuntu-24_04-lts",
    }
    assert "needs a purchase plan" in latest.detail
    assert "Linux · generation 2 · x64" in latest.detail
    plain = fetched(
        client,
        "imageVersions",
        Where(world.DEVELOPMENT, "uksouth", "Canonical", "ubuntu-24_04-lts", "server"),
    )
    assert plain["latest"].also == {}
    assert not fetched(
        client, "plans", Where(world.DEVELOPMENT, "uksouth", "Canonical", "ubuntu-24_04-lts", "server")
    )


def test_each_member_of_a_plan_has_its_own_value(client: ArmClient) -> None:
    values = {}
    for kind in ("planName", "planPublisher", "planProduct"):
        picker = PICKERS[kind]
        index = SearchIndex(pack(picker.source.fetch(client, HERE)))
        values[kind] = index.search("", HERE, picker).suggestions[0].value
    assert values == {
        "planName": "ubuntu-pro",
        "planPublisher": "Canonical",
        "planProduct": "ubuntu-24_04-lts",
    }


def test_an_old_image_says_that_it_goes(client: ArmClient) -> None:
    old = Where(world.DEVELOPMENT, "uksouth", "Canonical", "UbuntuServer", "18.04-LTS")
    assert "to be withdrawn" in fetched(client, "imageVersions", old)["latest"].detail


def test_images_of_ones_own_say_where_they_are(client: ArmClient) -> None:
    found = reasons("image", client, Where(world.DEVELOPMENT, "westeurope"))
    assert found["img-web"] == "In uksouth, but the scale set is in westeurope"
    assert found["gal_shop / web / 1.0.0"] == "Not replicated to westeurope"
    assert found["gal_shop / web / 1.1.0"] == ""
    assert found["gal_shop / empty"] == "It has no version yet"
    newest = fetched(client, "images")["gal_shop / web"]
    assert newest.value.endswith("/galleries/gal_shop/images/web"), "without a version it means the newest"
    assert "not counted as newest" in fetched(client, "images")["gal_shop / web / 3.0.0"].detail


def test_applications_of_galleries_say_where_they_are(client: ArmClient) -> None:
    found = reasons("galleryApplicationVersion", client, Where(world.DEVELOPMENT, "westeurope"))
    assert found["gal_shop / agent / 1.0.0"] == "Not replicated to westeurope"
    assert found["gal_shop / agent / 1.1.0"] == ""
    assert found["gal_shop / draft"] == "It has no version yet"
    known = fetched(client, "galleryApplications")
    assert known["gal_shop / agent"].value.endswith("/galleries/gal_shop/applications/agent/versions/latest")
    assert known["gal_shop / scanner"].detail == "newest version · Windows"
    assert "not counted as newest" in known["gal_shop / agent / 3.0.0"].detail


def test_subnets_say_how_many_addresses_are_free(client: ArmClient) -> None:
    found = fetched(client, "subnets")
    assert found["vnet1 / web"].facts["free"] == 240
    assert "240 of 251 addresses free" in found["vnet1 / web"].detail
    assert found["vnet1 / tiny"].reason == "No address is free"
    assert found["vnet1 / sql"].reason == "Delegated to Microsoft.Sql/managedInstances"
    assert found["vnet1 / gateway"].reason == "An application gateway has it to itself"
    assert found["vnet1 / AzureBastionSubnet"].reason == "Kept for Azure Bastion"
    assert "251 of 251" in found["vnet-lab / dual"].detail, "an IPv6 prefix is not counted"
    assert reasons("subnet", client)["vnet-lab / default"] == "In westeurope, but the scale set is in uksouth"


def test_parts_of_a_load_balancer_are_kept_apart(client: ArmClient) -> None:
    pools = reasons("loadBalancerBackendPool", client)
    assert pools["lb-shop / web"] == ""
    assert pools["lb-old / web"] == "Basic load balancers were retired"
    assert next(iter(reasons("natPool", client))) == "lb-shop / ssh"
    assert set(reasons("loadBalancerProbe", client)) >= {"lb-shop / http", "lb-shop / tcp"}
    found = fetched(client, "loadBalancers")
    assert "public" in found["lb-shop / web"].detail
    assert "internal" in found["lb-internal / web"].detail
    assert "ports 50000 to 50119 onto 22" in found["lb-shop / ssh"].detail
    assert "Http 80 /healthz" in found["lb-shop / http"].detail


def test_vaults_that_machines_cannot_read_say_so(client: ArmClient) -> None:
    assert reasons("keyVault", client)["kv-private"].startswith("Not enabled for deployment")
    found = reasons("keyVaultSecret", client)
    assert found["kv-private / tls-private"] == "Its vault is not enabled for deployment"
    assert found["kv-shop / old-tls"] == "Disabled"
    assert found["kv-shop / tls-shop"] == ""
    secret = fetched(client, "vaultSecrets")["kv-shop / tls-shop"]
    assert secret.value.startswith("https://kv-shop.vault.azure.net/secrets/tls-shop/")
    assert "certificate" in secret.detail


def test_one_closed_vault_does_not_hide_the_others(client: ArmClient, sandbox: Running) -> None:
    sandbox.fault("status", status=403, path="kv-shop/secrets")
    assert set(fetched(client, "vaultSecrets")) == {
        "kv-private / tls-private",
        "kv-lab / tls-lab",
        "mykeyvault1 / web",
    }
    sandbox.fault("status", status=403, path="/secrets", times=4)
    with pytest.raises(Forbidden):
        fetched(client, "vaultSecrets")


def test_placement_says_its_zones(client: ArmClient) -> None:
    where = Where(world.DEVELOPMENT, "uksouth", zones=("3",))
    assert reasons("proximityPlacementGroup", client, where)["ppg-shop"] == "Not in zone 3"
    assert reasons("capacityReservationGroup", client, where)["crg-shop"] == ""
    assert reasons("hostGroup", client)["hg-manual"] == "It does not place instances automatically"


def test_extensions_for_single_machines_say_so(client: ArmClient) -> None:
    where = Where(world.DEVELOPMENT, "uksouth", "Microsoft.CPlat.Core")
    found = reasons("extensionType", client, where)
    assert found["RunCommandLinux"] == "For single virtual machines only, not for scale sets"
    assert found["RunCommandHandlerLinux"] == ""
    detail = fetched(client, "extensionTypes", where)["RunCommandHandlerLinux"].detail
    assert detail == "Linux · newest 1.3.22", "versions are compared as numbers"
    versions = fetched(
        client,
        "extensionVersions",
        Where(world.DEVELOPMENT, "uksouth", "Microsoft.Compute", type="CustomScriptExtension"),
    )
    assert list(versions) == ["1.10", "1.9", "1.8"]
    assert versions["1.10"].detail == "now 1.10.17"


def test_lists_come_page_by_page(client: ArmClient, sandbox: Running) -> None:
    whole = [
        list(SOURCES[name].fetch(client, HERE)) for name in ("sizes", "subnets", "loadBalancers", "images")
    ]
    sandbox.world(page=2)
    short = [
        list(SOURCES[name].fetch(client, HERE)) for name in ("sizes", "subnets", "loadBalancers", "images")
    ]
    assert short == whole


def test_a_great_number_of_galleries_costs_a_bounded_number_of_requests(
    client: ArmClient, sandbox: Running
) -> None:
    galleries = [
        {
            "id": f"/subscriptions/{world.DEVELOPMENT}/resourceGroups/rg-shop/providers/Microsoft.Compute/galleries/gal_shop"
        }
        for _ in range(CALLS + 40)
    ]
    sandbox.fault("status", status=200, path="/galleries$", body=json.dumps({"value": galleries}))
    list(SOURCES["images"].fetch(client, HERE))
    assert len(sandbox.requests("GET")) <= CALLS + 10


# --- what goes wrong -------------------------------------------------------------------------------------------------


ODD = ("null", "[]", '{"value": null}', '{"value": [null, 1, "x", {}]}', '{"value": [{"id": 7, "name": []}]}')


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_odd_answers_break_nothing(client: ArmClient, sandbox: Running, name: str) -> None:
    """Azure's lists grow new shapes; a picker then offers less, it does not fall over."""
    where = Where(world.DEVELOPMENT, "uksouth", "a", "b", "c", "d")
    for answer in ODD:
        sandbox.fault("status", status=200, body=answer, path="/subscriptions", times=50)
        with contextlib.suppress(BadAnswer):
            pack(SOURCES[name].fetch(client, where))
        sandbox.sandbox.memory.faults.clear()


def test_what_is_not_there_is_not_found(client: ArmClient) -> None:
    with pytest.raises(NotFound):
        fetched(client, "imageOffers", Where(world.DEVELOPMENT, "uksouth", "nobody"))


@pytest.mark.parametrize(
    "bad", ["", "  ", "..", ".", "a/b", "a?b", "a#b", "%2e%2e", "a\\b", "a\nb", "x" * 300]
)
def test_what_could_lead_elsewhere_is_taken_for_missing(bad: str) -> None:
    where = Where(world.DEVELOPMENT, "uksouth", bad)
    assert where.missing(("subscription", "region", "publisher")) == ("publisher",)


def test_the_key_of_a_place_knows_no_case() -> None:
    needs = ("subscription", "region")
    assert Where("AbC", " UKsouth").key(needs) == Where("abc", "uksouth ").key(needs)


ClientFor = Callable[..., ArmClient]


def test_readers_see_what_contributors_see(client_for: ClientFor, client: ArmClient) -> None:
    mine: Any = list(SOURCES["subnets"].fetch(client, HERE))
    assert list(SOURCES["subnets"].fetch(client_for("sam"), HERE)) == mine
