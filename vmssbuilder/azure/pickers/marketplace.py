"""Images of the marketplace in one list: the popular ones at once, those of any other publisher when somebody names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ..client import ArmClient
from ..errors import Forbidden, NotFound
from . import popular
from .sources import CALLS, DAY, OWN, SOURCES, in_region, names_at, source
from .suggestions import Suggestion, Where

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")

AT_ONCE: Final = 6
"""Requests that one list has under way at the same time."""
LATEST: Final = "latest"
OTHERS: Final = 10_000
"""The rank of what is not in the table. Images of one's own come between the featured ones and the rest of it."""


@dataclass(frozen=True, slots=True)
class Urn:
    """A marketplace image by its four names, written as Azure's tools do: publisher:offer:sku:version."""

    publisher: str
    offer: str
    sku: str
    version: str = LATEST

    def __str__(self) -> str:
        return f"{self.publisher}:{self.offer}:{self.sku}:{self.version}"

    @classmethod
    def parse(cls, written: str) -> Urn | None:
        """None for what is no URN."""
        parts = [each.strip() for each in written.split(":")]
        return cls(*parts) if len(parts) == 4 and all(parts) and "/" not in written else None


@source("popularImages", "subscription", "region", lasts=DAY)
def popular_images(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """The SKUs of the offers in the table that the region has, the most used first."""
    offers = [
        (publisher, offer)
        for publisher, offers in _offers(client, where, popular.PUBLISHERS)
        for offer in offers
        if popular.place_of(publisher, offer) is not None
    ]
    yield from _ranked(_skus(client, where, offers[:CALLS]))


@source("publisherImages", "subscription", "region", "publisher", lasts=DAY)
def publisher_images(client: ArmClient, where: Where) -> Iterator[Suggestion]:
    """All that one publisher has there, as far as the requests go."""
    ((publisher, offers),) = _offers(client, where, [where.publisher.strip()])
    yield from _ranked(_skus(client, where, [(publisher, offer) for offer in offers[: CALLS - 1]]))


def _offers(client: ArmClient, where: Where, publishers: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    def ask(publisher: str) -> tuple[str, list[str]]:
        return publisher, _there(
            client, in_region(where, f"publishers/{publisher}/artifacttypes/vmimage/offers")
        )

    yield from _side_by_side(ask, publishers)


def _skus(
    client: ArmClient, where: Where, offers: list[tuple[str, str]]
) -> Iterator[tuple[str, str, list[str]]]:
    def ask(named: tuple[str, str]) -> tuple[str, str, list[str]]:
        publisher, offer = named
        path = f"publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus"
        return publisher, offer, _there(client, in_region(where, path))

    yield from _side_by_side(ask, offers)


def _there(client: ArmClient, path: str) -> list[str]:
    """The names of a list. Not every cloud and region has every publisher, and some are closed to some people."""
    try:
        return names_at(client, path)
    except (Forbidden, NotFound):
        return []


def _side_by_side(ask: Callable[[_Asked], _Answer], about: Iterable[_Asked]) -> list[_Answer]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, about))


def _ranked(found: Iterable[tuple[str, str, list[str]]]) -> list[Suggestion]:
    """All SKUs as suggestions, in the order in which they are shown: the best of each offer in the table first."""
    urns = [Urn(publisher, offer, sku) for publisher, offer, skus in found for sku in skus]
    listed = sorted(((_key(urn), urn) for urn in urns), key=lambda each: each[0])
    firsts: set[int] = set()
    suggestions: list[Suggestion] = []
    for (place, *_rest), urn in listed:
        rank = place + 2 * OWN
        if place < popular.FEATURED and place not in firsts:
            firsts.add(place)
            rank = place
        suggestions.append(_suggestion(urn, rank))
    return sorted(suggestions, key=lambda each: each.facts["rank"])


def _key(urn: Urn) -> tuple[Any, ...]:
    """The place in the table, then the plain before the special, the newer before the older, x64 of generation 2 first."""
    place = popular.place_of(urn.publisher, urn.offer)
    name = popular.image_name(urn.publisher, urn.offer, urn.sku)
    if place is None or name is None:
        return (OTHERS, 0, (), False, False, 0, str(urn).lower())
    special = name.title.count(",") + name.title.count("(") + 2 * ("daily" in name.title)
    return (
        place,
        special > 0,
        tuple(-number for number in _numbers(name.title)),
        name.architecture != "x64",
        name.generation != "V2",
        special,
        str(urn).lower(),
    )


def _numbers(title: str) -> list[float]:
    return [float(each) for each in title.replace(",", " ").split() if each.replace(".", "", 1).isdigit()]


def _suggestion(urn: Urn, rank: int) -> Suggestion:
    name = popular.image_name(urn.publisher, urn.offer, urn.sku)
    if name is None:
        title = f"{urn.offer} / {urn.sku}"
        return Suggestion(str(urn), title, urn.publisher, facts={"what": "marketplace", "rank": OTHERS})
    facts = {
        "what": "marketplace",
        "rank": rank,
        "system": name.system,
        "generation": name.generation,
        "architecture": name.architecture,
    }
    words = [urn.publisher, name.architecture, f"generation {name.generation[1:]}"]
    if name.plan:
        words.append("needs a purchase plan")
    return Suggestion(str(urn), name.title, " · ".join(words), facts=facts)


POPULAR_IMAGES: Final = SOURCES["popularImages"]
PUBLISHER_IMAGES: Final = SOURCES["publisherImages"]
