"""One search over all images: popular ones, one's own, and those of a publisher as soon as somebody names it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from vmssbuilder.accounts.lookups import Lookup, left
from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import PICKERS, Suggestion, Where
from vmssbuilder.azure.pickers.kinds import IMAGE
from vmssbuilder.azure.pickers.marketplace import PUBLISHER_IMAGES, Urn
from vmssbuilder.azure.pickers.popular import ALSO_CALLED, PUBLISHERS
from vmssbuilder.scaleset.paths import MISSING

from . import cache, fetching

PUBLISHERS_AT_ONCE: Final = 2
"""Publishers whose images are asked for at one search, each with up to sixty requests."""
SHORTEST_WORD: Final = 4
"""A shorter word names no publisher, unless it is the whole of its name."""

MEMBERS: Final = (
    "publisher",
    "offer",
    "sku",
    "version",
    "id",
    "sharedGalleryImageId",
    "communityGalleryImageId",
)
"""The members of an image reference that say which image it is; those that an image does not need are left out."""

_OF_PUBLISHER: Final = replace(PICKERS[IMAGE], source=PUBLISHER_IMAGES, kind="publisherImages")


def ask(user: User, where: Where, text: str, *, wait: float, fresh: bool = False) -> Lookup:
    """All that is known of images that the words may mean, as one list; more may be on its way.

    Only what the popular and the own images ran into is trouble: without them there is nothing to choose from.
    """
    until = time.monotonic() + wait
    popular = fetching.fetch_list(user, PICKERS[IMAGE], where, wait=wait, fresh=fresh)
    answers = [popular, fetching.fetch_list(user, PICKERS["image"], where, wait=left(until), fresh=fresh)]
    answers += _of_publishers(user, where, text, until)
    lists = [each.value for each in answers if each.value is not None]
    return Lookup(
        cache.merged(lists) if lists else None,
        loading=any(each.loading for each in answers),
        trouble=next((each.trouble for each in answers[:2] if each.trouble), None),
        missing=popular.missing,
    )


def _of_publishers(user: User, where: Where, text: str, until: float) -> Iterator[Lookup]:
    if not text.strip() or where.missing(PICKERS["imagePublisher"].source.needs):
        return
    publishers = fetching.fetch_list(user, PICKERS["imagePublisher"], where, wait=left(until))
    yield replace(publishers, value=None)
    if publishers.value is not None:
        for name in named(text, publishers.value.index.values()):
            yield fetching.fetch_list(user, _OF_PUBLISHER, replace(where, publisher=name), wait=left(until))


def named(text: str, publishers: list[str]) -> list[str]:
    """The publishers that the words name: wholly, by what people call them, or as one of few that hold a word."""
    there = {each.lower(): each for each in publishers}
    found: list[str] = []
    for word in text.lower().replace(":", " ").split():
        known = ALSO_CALLED.get(word, word).lower()
        if known in there:
            found.append(there[known])
        elif len(word) >= SHORTEST_WORD:
            holding = [name for name in publishers if word in name.lower() and name not in PUBLISHERS]
            found += holding if len(holding) <= PUBLISHERS_AT_ONCE else []
    return list(dict.fromkeys(found))[:PUBLISHERS_AT_ONCE]


def members(value: str) -> dict[str, Any]:
    """The members of an image reference for a suggestion's value, MISSING for those that it leaves out."""
    urn = Urn.parse(value)
    if urn is None:
        lowered = value.lower()
        own = (
            "sharedGalleryImageId"
            if lowered.startswith("/sharedgalleries/")
            else "communityGalleryImageId"
            if lowered.startswith("/communitygalleries/")
            else "id"
        )
        return dict.fromkeys(MEMBERS, MISSING) | {own: value}
    named = {"publisher": urn.publisher, "offer": urn.offer, "sku": urn.sku, "version": urn.version}
    return dict.fromkeys(MEMBERS, MISSING) | named


def value_of(reference: Mapping[str, Any]) -> str:
    """The value that stands for the image a reference names, "" where it names none."""
    own = next((reference[name] for name in MEMBERS[4:] if isinstance(reference.get(name), str)), "")
    names = [reference.get(name) for name in MEMBERS[:3]]
    if own or not all(isinstance(each, str) and each for each in names):
        return own
    version = reference.get("version")
    return ":".join([*names, version if isinstance(version, str) and version else "latest"])  # type: ignore[list-item] # texts, as was just seen


def details(user: User, where: Where, value: str, *, wait: float) -> Lookup:
    """What Azure says of one image of the marketplace: a `Suggestion` with its system and its plan, None for others."""
    urn = Urn.parse(value)
    if urn is None:
        return Lookup()
    place = replace(where, publisher=urn.publisher, offer=urn.offer, sku=urn.sku)
    asked = fetching.fetch_list(user, PICKERS["imageVersion"], place, wait=wait)
    found: Suggestion | None = None
    if asked.value is not None:
        found = asked.value.index.find(urn.version, place, PICKERS["imageVersion"])
    return replace(asked, value=found)


def is_value(written: str) -> bool:
    """Whether it says which image is meant: by its four names, or by the id of an image."""
    return Urn.parse(written) is not None or written.startswith("/")
