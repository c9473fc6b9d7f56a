"""A picture in sentences: what people read who do not see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from .facts import Picture, PicturedDisk, PicturedEntry

NAMED: Final = 6
"""How many names a sentence lists; the rest are counted."""


def listed(names: Iterable[str], most: int = NAMED) -> str:
    """“a, b and c”; of many the first ones, and how many more there are."""
    every = list(names)
    shown = every if len(every) <= most else [*every[:most], f"{len(every) - most:,} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def counted(number: int, noun: str) -> str:
    """“1 instance”, “3 instances”, “2 public addresses”."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('s') else 's'}"


def sentences(picture: Picture) -> list[str]:
    """What the picture shows, one sentence for each part of it."""
    return [*_instances(picture), *map(_entry, picture.entries), *_network(picture), *_each(picture)]


def _instances(picture: Picture) -> Iterator[str]:
    number = "An unknown number of" if picture.count is None else f"{picture.count:,}"
    kind = " Spot" if picture.count and picture.spot == picture.count else ""
    system = f" {picture.system}" if picture.system else ""
    noun = "instance" if picture.count == 1 else "instances"
    sizes = f" of {listed(picture.sizes)}" if picture.sizes else ", no size chosen yet"
    region = f" in {picture.region}" if picture.region else ""
    mode = "Flexible" if picture.flexible else "Uniform"
    yield f"{number}{kind}{system} {noun}{sizes}{region}, {mode} orchestration."
    if picture.spot and picture.count and picture.spot < picture.count:
        spot = f"{picture.spot:,} of them {'is' if picture.spot == 1 else 'are'} Spot"
        yield f"{spot}, {picture.count - picture.spot:,} regular."
    if picture.instances is not None:
        yield from _live(picture)
    elif picture.azure_picks_zones and not picture.zones:
        yield "Azure picks the zones."
    elif len(picture.zones) > 1:
        yield f"Azure spreads them over the zones {listed(picture.zones)}, as evenly as it can."
    else:
        yield f"All in zone {picture.zones[0]}." if picture.zones else "No zones are chosen."


def _live(picture: Picture) -> Iterator[str]:
    found = picture.instances or ()
    for zone in (*picture.zones, ""):
        there = [each for each in found if each.zone == zone]
        if not there:
            continue
        where = f"Zone {zone}" if zone else "In no zone"
        states = Counter(each.state.lower() for each in there)
        few = len(there) <= NAMED
        told = []
        for state, number in states.most_common():
            names = [short(each.name) for each in there if each.state.lower() == state]
            who = f"instance{'' if number == 1 else 's'} {listed(names)}" if few else f"{number:,}"
            told.append(f"{who} {state}")
        yield f"{where}: {'; '.join(told)}."


def short(name: str) -> str:
    """What tells an instance from others of its scale set: 12 of web-prod_12."""
    return name.rpartition("_")[2] or name


_KINDS: Final = {"balancer": "load balancer", "gateway": "application gateway"}


def _entry(entry: PicturedEntry) -> str:
    if entry.kind == "public":
        return "Each instance has a public address of its own."
    pools = [f"{pool} ({interface})" if interface else pool for pool, interface in entry.pools]
    into = f", into the pool{'' if len(pools) == 1 else 's'} {listed(pools)}" if pools else ""
    return f"The {_KINDS[entry.kind]} {entry.name} sends traffic{into}."


def _network(picture: Picture) -> Iterator[str]:
    if not picture.subnets:
        yield "No subnet is chosen."
        return
    names = [
        f"{each.name} of {each.network or 'an unknown network'}"
        + (f" ({counted(each.interfaces, 'interface')} of each instance)" if each.interfaces > 1 else "")
        for each in picture.subnets
    ]
    yield f"The network is the subnet{'' if len(names) == 1 else 's'} {listed(names)}."


def _each(picture: Picture) -> Iterator[str]:
    yield f"The image is {picture.image}." if picture.image else "No image is chosen."
    if picture.os_disk is not None:
        yield f"The OS disk of each is {disk_words(picture.os_disk)}."
    if picture.data_disks:
        disks = (f"{counted(number, 'data disk')} ({words})" for words, number in grouped(picture.data_disks))
        yield f"Each has {listed(disks)}."


def disk_words(disk: PicturedDisk, otherwise: str = "as the image has it") -> str:
    """“Premium SSD, 128 GB”. otherwise: what is said of a disk of which nothing is known."""
    size = f"{disk.gigabytes:,} GB" if disk.gigabytes else ""
    return ", ".join(filter(None, (disk.kind, size))) or otherwise


def grouped(disks: Sequence[PicturedDisk]) -> list[tuple[str, int]]:
    """The disks in words, with how many there are of each."""
    return list(Counter(disk_words(each, "kind and size not set") for each in disks).items())
