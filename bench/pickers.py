"""Lists of great numbers under a field: 10,000 sizes and 5,000 subnets, kept for the person who is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any, Final
from urllib.parse import quote_plus

from bench import documents
from bench.client import Client, parsed

SIZES: Final = 10_000
SUBNETS: Final = 5_000
SIZE: Final = "sku/name"
SUBNET: Final = (
    "properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0"
    "/properties/ipConfigurations/0/properties/subnet/id"
)
TYPED: Final = {
    SIZE: ("", "d4", "standard_d", "16 vcpu", "x7 64 gb", "nothing like it"),
    SUBNET: ("", "subnet-1", "10.42.", "vnet-3 77", "rg-crowd free", "nothing like it"),
}
"""What people type, from nothing to what is not there."""


def keep(user: Any) -> None:
    """Keeps both lists for the person, as if Azure had been asked a moment ago."""
    from vmssbuilder.azure.pickers import Where, pack
    from vmssbuilder.azure.pickers.sources import SOURCES
    from vmssbuilder.pickers import cache

    where = Where(documents.SUBSCRIPTION, documents.document()["location"])
    lists = (("sizes", _sizes()), ("subnets", _subnets()), ("usages", _usages()), ("hourlyPrices", _prices()))
    for name, made in lists:
        cache.store(user, cache.key_of(SOURCES[name], where), pack(made))


def _sizes() -> Iterator[Any]:
    from vmssbuilder.azure.pickers import Suggestion

    for number in range(SIZES):
        vcpus = 2 ** (number % 8)
        name = f"Standard_{'DEFBLM'[number % 6]}{vcpus}s_v{number % 7}_x{number // 42}"
        facts = {
            "vcpus": vcpus,
            "memory": vcpus * 4,
            "zones": ["1", "2", "3"],
            "family": f"family{number % 60}",
            "features": ["premium", "gen2"],
        }
        reason = "Not available to this subscription" if number % 9 == 0 else ""
        yield Suggestion(name, name, f"{vcpus} vCPUs · {vcpus * 4} GB memory", reason=reason, facts=facts)


def _usages() -> Iterator[Any]:
    from vmssbuilder.azure.pickers import Suggestion

    for name in ("cores", *(f"family{number}" for number in range(60))):
        yield Suggestion(name, name, facts={"left": 350, "limit": 350})


def _prices() -> Iterator[Any]:
    from vmssbuilder.azure.pickers import Suggestion

    for size in _sizes():
        yield Suggestion(size.value.lower(), size.value, facts={"linux": 0.1, "windows": 0.2})


def _subnets() -> Iterator[Any]:
    from vmssbuilder.azure.pickers import Suggestion

    group = f"/subscriptions/{documents.SUBSCRIPTION}/resourceGroups/rg-crowd/providers/Microsoft.Network"
    for number in range(SUBNETS):
        network = f"vnet-{number // 1_000}"
        value = f"{group}/virtualNetworks/{network}/subnets/subnet-{number}"
        detail = f"rg-crowd · 10.{40 + number // 1_000}.{number % 256}.0/24 · 251 of 251 addresses free"
        yield Suggestion(value, f"{network} / subnet-{number}", detail, "eastus" if number % 2 else "westus")


def suggesting(client: Client, code: str, place: str) -> Callable[[], Any]:
    """A call that asks as somebody who types does, with another text each time."""
    asked = [
        client.prepared(f"/drafts/{code}/suggest/{place}/?q={quote_plus(words)}") for words in TYPED[place]
    ]
    for request in asked:
        answer = parsed(client.send(request))
        if answer.status != 200 or '"html": ' not in answer.text or "data-again" in answer.text:
            raise SystemExit(f"Suggestions answered {answer.status}: they cannot be measured.")
    following = cycle(asked)

    def call() -> Any:
        return client.send(next(following))

    return call
