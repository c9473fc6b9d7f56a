"""Images of the marketplace: what their names say, which come first, and what the list costs."""

from __future__ import annotations

import pytest

from vmssbuilder.azure import ArmClient
from vmssbuilder.azure.pickers import PICKERS, SearchIndex, Where, pack, popular
from vmssbuilder.azure.pickers.kinds import IMAGE
from vmssbuilder.azure.pickers.marketplace import PUBLISHER_IMAGES, Urn
from vmssbuilder.azure.pickers.sources import CALLS
from vmssbuilder.sandbox import images, world
from vmssbuilder.sandbox.server import Running

HERE = Where(world.DEVELOPMENT, "uksouth")


@pytest.mark.parametrize(
    ("publisher", "offer", "image"),
    [
        pytest.param(seller.name, offer, image, id=f"{offer}:{image.sku}")
        for seller in images.PUBLISHERS.values()
        for offer, skus in seller.offers.items()
        if popular.place_of(seller.name, offer) is not None
        for image in skus
    ],
)
def test_names_say_what_the_image_is(publisher: str, offer: str, image: images.Image) -> None:
    said = popular.image_name(publisher, offer, image.sku)
    assert said is not None
    assert (said.system, said.generation, said.architecture, said.plan) == (
        image.system,
        image.generation,
        image.architecture,
        image.plan,
    )


@pytest.mark.parametrize(
    ("publisher", "offer", "sku", "title"),
    [
        ("canonical", "Ubuntu-24_04-LTS", "SERVER", "Ubuntu Server 24.04 LTS"),
        ("Canonical", "ubuntu-25_10", "server", "Ubuntu Server 25.10"),
        ("Canonical", "0001-com-ubuntu-pro-jammy", "pro-22_04-lts-gen2", "Ubuntu Server 22.04 LTS, Pro"),
        (
            "MicrosoftWindowsServer",
            "WindowsServer",
            "2012-R2-Datacenter",
            "Windows Server 2012 R2 Datacenter",
        ),
        ("RedHat", "RHEL", "810-gen2", "Red Hat Enterprise Linux 8.10"),
        ("RedHat", "RHEL", "94_gen2", "Red Hat Enterprise Linux 9.4"),
        ("MicrosoftSQLServer", "sql2022-ubuntu2004", "web-gen2", "SQL Server 2022, Web on Ubuntu 20.04"),
        ("Oracle", "Oracle-Linux", "ol94-arm64-lvm-gen2", "Oracle Linux 9.4, LVM"),
        ("somebody", "something", "else", None),
    ],
)
def test_names_become_titles(publisher: str, offer: str, sku: str, title: str | None) -> None:
    said = popular.image_name(publisher, offer, sku)
    assert (said and said.title) == title


@pytest.fixture
def index(client: ArmClient) -> SearchIndex:
    return SearchIndex(pack(PICKERS[IMAGE].source.fetch(client, HERE)))


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("", "Canonical:ubuntu-24_04-lts:server:latest"),
        ("ubuntu 22", "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest"),
        (
            "windows 2022 core",
            "MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition-core:latest",
        ),
        ("sql", "MicrosoftSQLServer:sql2022-ws2022:enterprise-gen2:latest"),
        ("debian arm64", "Debian:debian-12:12-arm64:latest"),
        ("22_04-lts-gen2", "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest"),
    ],
)
def test_what_people_type_finds_what_they_mean(index: SearchIndex, words: str, first: str) -> None:
    found = index.search(words, HERE, PICKERS[IMAGE]).suggestions[0]
    assert found.value == first
    assert "generation 2" in found.detail


def test_one_of_each_kind_comes_first(index: SearchIndex) -> None:
    shown = index.search("", HERE, PICKERS[IMAGE]).suggestions[: popular.FEATURED]
    offers = [(urn.publisher, urn.offer) for each in shown if (urn := Urn.parse(each.value))]
    assert len({*offers}) == len(offers) == popular.FEATURED


def test_the_whole_list_costs_a_bounded_number_of_requests(client: ArmClient, sandbox: Running) -> None:
    list(PICKERS[IMAGE].source.fetch(client, HERE))
    assert 20 < len(sandbox.requests("GET")) <= len(popular.PUBLISHERS) + CALLS


def test_a_publisher_that_a_cloud_does_not_have_is_no_trouble(client: ArmClient, sandbox: Running) -> None:
    del sandbox.sandbox.memory.publishers["suse"]
    sandbox.fault("status", status=403, path="publishers/Oracle/", times=1)
    titles = {each.title for each in PICKERS[IMAGE].source.fetch(client, HERE)}
    assert "Debian 12" in titles
    assert not {each for each in titles if each.startswith(("SUSE", "Oracle"))}


def test_any_publisher_has_all_its_images_listed(client: ArmClient) -> None:
    where = Where(world.DEVELOPMENT, "uksouth", "paloaltonetworks")
    found = {each.value: each.title for each in PUBLISHER_IMAGES.fetch(client, where)}
    assert found["paloaltonetworks:vmseries-flex:bundle1:latest"] == "vmseries-flex / bundle1"


@pytest.mark.parametrize("written", ["a:b:c", "a:b:c:", "/a:b:c:d/x:1", "", "a:b:c:d:e"])
def test_what_is_no_urn_is_none(written: str) -> None:
    assert Urn.parse(written) is None
