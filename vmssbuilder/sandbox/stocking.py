"""Putting things into the sandbox that it does not have by itself: resources, images, sizes.

Tests do so before they send a scale set that names them; nothing about refusing is switched off by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from . import images, inventory, offers, sizes, world
from .memory import Memory

_EVERYTHING: Final = (
    "premium accelerated encryption gen1 gen2 trusted spot ultra local nvme confidential maintained"
)
"""What a size can do that nothing is said about."""

_MOST_CORES: Final = 128


def add(memory: Memory, resource_id: str, body: Mapping[str, Any] | None = None, *, region: str = "") -> None:
    """Puts a resource there, and its resource group and the resources above it where they are missing.

    body: what it holds; its id, name and type follow from the id. region: where it is; that of its group when it is not
    said here and not in the body. Raises ValueError when the id is none.
    """
    parts = resource_id.strip("/").split("/")
    if (
        len(parts) < 8
        or len(parts) % 2
        or [parts[0].lower(), parts[2].lower(), parts[4].lower()]
        != [
            "subscriptions",
            "resourcegroups",
            "providers",
        ]
    ):
        raise ValueError(f"This is not the id of a resource: {resource_id[:200]}")
    given = dict(body or {})
    with memory.lock:
        group = (parts[1].lower(), parts[3].lower())
        home = world.region(str(given.get("location") or region)) or world.REGIONS["uksouth"]
        if group not in memory.groups and group[0] in world.SUBSCRIPTIONS:
            memory.groups[group] = (parts[3], home.name)
        if not given.get("location") and not region and group in memory.groups:
            home = world.REGIONS[memory.groups[group][1]]
        above = "/" + "/".join(parts[:-2])
        if len(parts) > 8 and inventory.find(memory, above) is None:
            add(memory, above, region=home.name)
        names = [parts[5], *parts[6::2]]
        made = {"location": home.name, **given, "id": f"/{'/'.join(parts)}", "name": parts[-1]}
        made["type"] = f"{names[0]}/{'/'.join(names[1:])}"
        made["properties"] = {
            "provisioningState": "Succeeded",
            **_usual(made["type"].lower()),
            **(given.get("properties") or {}),
        }
        memory.added[made["id"].lower()] = made
        if made["type"].lower() == "microsoft.compute/galleries/images":
            add(memory, f"{made['id']}/versions/1.0.0", region=home.name)


def _usual(kind: str) -> dict[str, Any]:
    """What is always told of a resource of the type."""
    if kind == "microsoft.network/virtualnetworks":
        return {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": []}
    if kind == "microsoft.network/virtualnetworks/subnets":
        return {"addressPrefix": "10.0.0.0/20", "delegations": []}
    if kind == "microsoft.keyvault/vaults":
        return {"enabledForDeployment": True}
    if kind == "microsoft.compute/galleries/images":
        return {"osType": "Linux", "osState": "Generalized", "architecture": "x64"}
    return {}


def add_image(
    memory: Memory,
    publisher: str,
    offer: str,
    sku: str,
    version: str = "",
    *,
    system: str = "Linux",
    generation: str = "V2",
    architecture: str = "x64",
    plan: bool = False,
) -> None:
    """Puts an image on the marketplace; version: one that it has beside those made up by rule. An image that is there
    already only gets the version.
    """
    versions = () if version.lower() in {"", "latest"} else (version,)
    with memory.lock:
        seller = memory.publishers.get(publisher.lower()) or images.Publisher(publisher)
        found = images.find(memory.publishers, publisher, offer, sku)
        spelled = next((each for each in seller.offers if each.lower() == offer.lower()), offer)
        image = found[2] if found else images.Image(sku, system, generation, architecture, plan)
        image = replace(image, versions=(*image.versions, *versions))
        others = tuple(each for each in seller.offers.get(spelled, ()) if each.sku.lower() != sku.lower())
        offers = {**seller.offers, spelled: (*others, image)}
        memory.publishers[publisher.lower()] = replace(seller, offers=offers)


def add_size(memory: Memory, name: str, *, vcpus: int = 2, can: str = _EVERYTHING) -> None:
    """Puts a VM size into every region and zone; can: what it can do, in the words of `sizes.SERIES`."""
    with memory.lock:
        memory.added_sizes[name.lower()] = sizes.added(name, vcpus, can)


def provide(memory: Memory, model: Mapping[str, Any]) -> None:
    """Puts there what a scale set's body names and the sandbox lacks: every resource, its image, and its sizes, able to do
    what the body asks of them.
    """
    location = str(model.get("location") or "")
    for _path, resource_id in inventory.references(model):
        if inventory.find(memory, resource_id) is None:
            add(memory, resource_id, region=location)
    image = _at(model, "properties", "virtualMachineProfile", "storageProfile", "imageReference")
    if isinstance(image, Mapping) and image.get("publisher"):
        publisher, offer, sku, version = (
            str(image.get(each) or "") for each in ("publisher", "offer", "sku", "version")
        )
        windows = _at(model, "properties", "virtualMachineProfile", "osProfile", "windowsConfiguration")
        found = images.find(memory.publishers, publisher, offer, sku)
        if found is None or version not in {"", "latest", *images.versions_of(publisher, offer, found[2])}:
            system = "Linux" if windows is None else "Windows"
            add_image(
                memory,
                publisher,
                offer,
                sku,
                version,
                system=system,
                plan=isinstance(model.get("plan"), Mapping),
            )
    there = {name: memory.size(name) for name in offers.names(model)}
    known = [size for size in there.values() if size is not None and offers.suits(size, model)]
    # What is put there goes together with nothing but its like.
    if len(known) < len(there) or not offers.alike(known):
        for name, size in there.items():
            vcpus = max(2, size.vcpus) if size else 2
            while vcpus < _MOST_CORES and not offers.suits(sizes.added(name, vcpus, _EVERYTHING), model):
                vcpus *= 2
            add_size(memory, name, vcpus=vcpus)


def _at(value: Any, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
