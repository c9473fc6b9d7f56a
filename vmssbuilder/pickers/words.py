"""Lists of Azure in words: how old they are, how much of them is shown, what a VM size can do."""

from __future__ import annotations

from typing import Final

from vmssbuilder.accounts.lookups import Lookup
from vmssbuilder.azure.pickers import Suggestion, SuggestionMatches
from vmssbuilder.azure.pickers.sources import FEATURES, MORE_FEATURES

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
