"""Lists of Azure in words: how old they are, how much of them is shown, what a VM size can do."""

from __future__ import annotations

from typing import Any, Final

from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.azure.pickers import Suggestion, SuggestionMatches
from vmssbuilder.azure.pickers.kinds import IMAGE
from vmssbuilder.azure.pickers.marketplace import LATEST, Urn
from vmssbuilder.azure.pickers.popular import image_name
from vmssbuilder.azure.pickers.sources import FEATURES, MORE_FEATURES
from vmssbuilder.drafts.forms.picking import ObjectSearch
from vmssbuilder.scaleset.resource_ids import resource_name

from . import images

FEATURE_TITLES: Final = {name: title for name, (_capability, title) in FEATURES.items()} | MORE_FEATURES


def age_in_words(seconds: float) -> str:
    """How old a list is: “just now”, “5 minutes ago”."""
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        number = int(seconds // size)
        if number:
            return f"{number} {noun}{'' if number == 1 else 's'} ago"
    return "just now"


def how_many(found: SuggestionMatches, plural: str) -> str:
    """“50 of 9,974 VM sizes”."""
    shown = len(found.suggestions)
    if found.total == 0:
        return f"No {plural} match"
    return f"{shown:,} of {found.total:,} {plural}" if shown < found.total else f"{found.total:,} {plural}"


def state(asked: Lookup) -> str:
    """What is to be known of a list besides what it holds: trouble, that it is on its way, or its age."""
    if asked.trouble is not None:
        return f"{asked.trouble.message} {asked.trouble.cure}"
    if asked.loading:
        return "Asking Azure…" if asked.value is None else "Renewing…"
    return f"as of {age_in_words(asked.value.age)}" if asked.value is not None else ""


def facts(suggestion: Suggestion) -> str:
    """What a VM size can do; other things say all in their detail."""
    known = suggestion.facts
    if "vcpus" not in known:
        return ""
    zones = known.get("zones") or []
    words = [f"zones {', '.join(zones)}" if zones else "no zones"]
    words += [FEATURE_TITLES[each] for each in known.get("features", ()) if each in FEATURE_TITLES]
    words.append(f"{known.get('disks')} data disks")
    return " · ".join(words)


def along(suggestion: Suggestion) -> str:
    """What goes into other members together with a suggestion: the plan of an image."""
    return ", ".join(f"{name.removeprefix('plan.')} {value}" for name, value in suggestion.also.items())


def image(reference: Any) -> str:
    """The image that a reference names: “Ubuntu Server 24.04 LTS, x64, generation 2”. "" where it names none."""
    value = images.value_of(reference) if isinstance(reference, dict) else ""
    urn = Urn.parse(value)
    if urn is None:
        return resource_name(value)
    known = image_name(urn.publisher, urn.offer, urn.sku)
    version = "" if urn.version == LATEST else f", version {urn.version}"
    if known is None:
        return f"{urn.offer} / {urn.sku}{version}"
    return f"{known.title}, {known.architecture}, generation {known.generation[1:]}{version}"


SEARCHES: Final = {
    IMAGE: ObjectSearch(
        "image",
        "Search all images",
        "The marketplace, your own images and those of your galleries.",
        "ubuntu 22, windows 2022 core, sql",
        image,
    )
}
"""The searches that fill in a whole object, by kind."""

ABOUT_IMAGES: Final = (
    "Generation 2 starts with UEFI: Trusted Launch and the newer sizes need it. Generation 1 is for sizes and tools of "
    "before. An Arm64 image runs on sizes with an Arm processor only, an x64 image on all others."
)
"""What the page to choose an image on explains."""

HOW_TO_TYPE_AN_IMAGE: Final = "Write publisher:offer:SKU:version, as Canonical:ubuntu-24_04-lts:server:latest, or the resource ID of an image."
