"""Ids of resources as names: what people call a resource, for every shape of id that a request may hold."""

from __future__ import annotations

import pytest

from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.properties import Text
from vmssbuilder.scaleset.resource_ids import ResourceId, resource_name
from vmssbuilder.scaleset.versions import LATEST

S = "/subscriptions/11111111-2222-3333-4444-555555555555"
G = f"{S}/resourceGroups/rg-shop"
N = f"{G}/providers/Microsoft.Network"
HIDDEN = "\u202e"

NAMED = [
    (f"{N}/virtualNetworks/vnet1/subnets/web", "vnet1 / web in rg-shop"),
    (f"{N}/loadBalancers/lb-web/backendAddressPools/backend/", "lb-web / backend in rg-shop"),
    (f"  {N}/networkSecurityGroups/nsg(old)_1.2\n", "nsg(old)_1.2 in rg-shop"),
    (
        "/SUBSCRIPTIONS/s/resourcegroups/RG/PROVIDERS/microsoft.network/virtualnetworks/V/subnets/W",
        "V / W in RG",
    ),
    (f"{G}/providers/Microsoft.Compute/galleries/g/images/web/versions/1.0.0", "g / web / 1.0.0 in rg-shop"),
    (f"{N}/virtualNetworks/v/providers/Microsoft.Authorization/locks/keep", "v / keep in rg-shop"),
    (f"{N}/virtualNetworks/größe/subnets/日本", "größe / 日本 in rg-shop"),
    (f"{N}/virtualNetworks/a%2Fb/subnets/<b>&c", "a%2Fb / <b>&c in rg-shop"),
    (f"{S}/providers/Microsoft.Authorization/roleDefinitions/reader", "reader"),
    (G, "rg-shop"),
    ("/SharedGalleries/11-GAL/Images/web/Versions/latest", "11-GAL / web / latest"),
    ("/CommunityGalleries/shop-1a/Images/web", "shop-1a / web"),
]
"""Ids, and what is said of them."""

UNNAMED = [
    "",
    "/",
    "vnet1",
    S,
    f"{S}/resourceGroups",
    f"{G}/providers",
    f"{G}/providers/Microsoft.Network",
    f"{N}/virtualNetworks",
    f"{N}/virtualNetworks/vnet1/subnets",
    f"{N}/virtualNetworks//subnets/web",
    f"{N}/virtualNetworks/vnet1/subnets/web//",
    f"{N}/virtualNetworks/vnet1/subnets/the web",
    f"{N}/virtualNetworks/vnet1/subnets/w{HIDDEN}eb",
    f"{N}/virtualNetworks/vnet1/providers/Microsoft.Authorization",
    f"{G}/virtualNetworks/vnet1",
    f"{S}/somethings/x/providers/a/b/c",
    "/SharedGalleries/11-GAL",
    "/sharedGalleries",
    "https://kv.vault.azure.net/secrets/web",
    "[resourceId('Microsoft.Network/virtualNetworks', 'v')]",
    f"{G}, {G}",
]
"""Texts that name no resource, or not to be trusted: they are shown as they are."""


@pytest.mark.parametrize(("written", "words"), NAMED)
def test_an_id_is_said_as_names(written: str, words: str) -> None:
    found = ResourceId.parse(written)
    assert found is not None
    assert found.words == words
    assert resource_name(written) == found.name


@pytest.mark.parametrize("written", UNNAMED)
def test_a_text_that_names_no_resource_stays_as_it_is(written: str) -> None:
    assert ResourceId.parse(written) is None
    assert resource_name(written) == written


def test_every_id_that_the_catalogue_shows_as_an_example_has_a_name() -> None:
    unnamed = {
        node.pattern
        for node in tree(LATEST).leaves()
        if isinstance(node.property, Text)
        and node.property.example.startswith("/")
        and ResourceId.parse(node.property.example) is None
    }
    assert unnamed == {"properties.virtualMachineProfile.osProfile.linuxConfiguration.ssh.publicKeys[].path"}


def test_a_long_text_is_taken_apart_in_one_go() -> None:
    assert ResourceId.parse(f"{N}{'/a/b' * 100_000}/c") is None
