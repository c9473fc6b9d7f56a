"""VM sizes as a table: what each has, costs and has quota for, sorted by any of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings

from vmssbuilder.accounts.lookups import Lookup, left
from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import PICKERS, Suggestion, Where
from vmssbuilder.azure.pickers.kinds import HOURLY_PRICES, QUOTA
from vmssbuilder.drafts import answers, systems
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.rules.unknown import is_expression

from . import cache, fetching, whereabouts, words

ROWS: Final = 25
"""Sizes on a page."""

_PRIORITY: Final = ("properties", "virtualMachineProfile", "priority")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table. name: as the address of the page sorts by it. down: whether large values come first."""

    name: str
    title: str
    down: bool = False
    number: bool = True


COLUMNS: Final = (
    Column("name", "Size", number=False),
    Column("vcpus", "vCPUs"),
    Column("memory", "Memory, GB"),
    Column("disks", "Data disks, at most", down=True),
    Column("price", "USD an hour"),
    Column("left", "Quota for instances", down=True),
    Column("zones", "Zones", down=True, number=False),
)
SORTS: Final = {sort for each in COLUMNS for sort in (each.name, f"-{each.name}")}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the list itself, by lower-case names. prices: an hour of a size. left: vCPUs by family.

    count: instances that the draft asks for. notes: what the prices are of, and what is not there yet.
    """

    prices: Mapping[str, float] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    spot: bool = False
    count: int = 0
    notes: tuple[str, ...] = ()
    loading: bool = False

    def price(self, name: str) -> float | None:
        """What an hour of the size costs, by list prices."""
        return self.prices.get(name.lower())

    def room(self, facts: Mapping[str, Any]) -> int | None:
        """Instances of a size that the quota is left for, None where nobody knows."""
        vcpus = facts.get("vcpus")
        names = ("lowprioritycores",) if self.spot else ("cores", str(facts.get("family", "")).lower())
        found = [self.left[name] for name in names if name in self.left]
        return int(min(found) // vcpus) if found and vcpus else None

    def reason(self, room: int | None) -> str:
        """Why the quota does not do, "" where it does."""
        if room is None or room >= max(self.count, 1):
            return ""
        return (
            f"Quota is left for {room:,} of {max(self.count, 1):,} instances" if room else "No quota is left"
        )


def known(user: User, draft: Draft, where: Where, *, wait: float) -> Known:
    """Prices and quota, as far as they are there; the rest is on its way."""
    until = time.monotonic() + wait
    quota = fetching.fetch_list(user, QUOTA, where, wait=wait)
    prices = Lookup()
    if settings.VMSSBUILDER_PRICES:
        prices = fetching.fetch_list(user, HOURLY_PRICES, where, wait=left(until))
    windows = systems.of(draft).system == "Windows"
    priority = paths.get(draft.document, _PRIORITY, "")
    spot = isinstance(priority, str) and priority.lower() in {"spot", "low"}
    meter = ("windows" if windows else "linux") + ("Spot" if spot else "")
    capacity = paths.get(draft.document, ("sku", "capacity"), 0)
    notes = []
    if prices.value is not None:
        notes.append(
            f"List prices of {'Spot ' if spot else ''}instances with {'Windows' if windows else 'Linux'}."
        )
    elif prices.loading:
        notes.append("Prices are on their way.")
    elif prices.trouble is not None:
        notes.append("The price list does not answer.")
    if quota.trouble is not None:
        notes.append("Quota is not known.")
    return Known(
        _column(prices, meter),
        _column(quota, "left"),
        spot,
        capacity if isinstance(capacity, int) and not isinstance(capacity, bool) else 0,
        tuple(notes),
        loading=prices.loading or quota.loading,
    )


def _column(asked: Lookup, name: str) -> dict[str, Any]:
    return asked.value.index.column(name) if asked.value is not None else {}


def order(sort: str, about: Known) -> Callable[[str, Mapping[str, Any]], Any] | None:
    """What the rows are sorted by, from the name of a size and its facts; None for the order of the list."""
    by = sort.removeprefix("-")
    if by == "price":
        return lambda name, _facts: about.price(name)
    if by == "left":
        return lambda _name, facts: about.room(facts)
    if by == "zones":
        return lambda _name, facts: len(facts.get("zones", ()))
    if by == "name":
        return lambda name, _facts: name.lower()
    return (lambda _name, facts: facts.get(by)) if by else None


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column, with the address that sorts by it. sorted: "ascending", "descending" or ""."""

    column: Column
    url: str
    sorted: str


def headings(url: str, query: Mapping[str, Any], sort: str) -> list[Heading]:
    """The heads of all columns. query: the search, which stays."""
    found = []
    for column in COLUMNS:
        first, second = f"-{column.name}", column.name
        if not column.down:
            first, second = second, first
        wanted = second if sort == first else first
        direction = {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")
        asked = urlencode([*query.items(), ("sort", wanted)], doseq=True)
        found.append(Heading(column, f"{url}?{asked}", direction))
    return found


@dataclass(frozen=True, slots=True)
class SizeRow:
    """A size as the table shows it: its cells in the order of the columns, the name left out."""

    value: str
    cells: tuple[str, ...]
    features: str
    reason: str


@dataclass(frozen=True, slots=True)
class SizeTable:
    """How the sizes of a search are shown. around: the ways to the rows before and after, in words and as addresses."""

    about: Known
    headings: Sequence[Heading]
    around: Sequence[tuple[str, str]]

    def row(self, size: Suggestion) -> SizeRow:
        """A size with what is known of it."""
        facts, price, room = size.facts, self.about.price(size.value), self.about.room(size.facts)
        cells = (
            f"{facts.get('vcpus', 0):,g}",
            f"{facts.get('memory', 0):,g}",
            f"{facts.get('disks', 0):,g}",
            "" if price is None else f"{price:.4f}" if price < 1 else f"{price:,.2f}",
            "" if room is None else f"{room:,}",
            ", ".join(facts.get("zones", ())) or "none",
        )
        return SizeRow(size.value, cells, words.facts(size), size.reason or self.about.reason(room))


def around(total: int, start: int, url: str, query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The ways to the rows before and after those shown."""
    found = []
    for said, first in (("Previous", start - ROWS), ("Next", start + ROWS)):
        if 0 <= first < total:
            asked = urlencode([*query.items(), *([("from", first)] if first else [])], doseq=True)
            found.append((said, f"{url}?{asked}"))
    return found


def missing(value: str, asked: Lookup, where: Where) -> str:
    """What is said of a size that is not on the list of its region, "" where it is, or where nobody knows."""
    index = asked.value.index if asked.value is not None else None
    if not value or index is None or not len(index) or index.find(value, where, PICKERS["vmSize"]):
        return ""
    return f"No size of this name in {where.region}."


_SIZE: Final = ("sku", "name")
_MIXED: Final = ("properties", "skuProfile", "vmSizes")


def doubts(user: User, content: dict[str, Any], *, without_query: bool = False) -> list[Finding]:
    """A warning for each size that the list of its region lacks, as far as the person has that list.

    without_query: only if this process has it at hand.
    """
    mixed = paths.get(content, _MIXED, [])
    places: list[Path] = [
        _SIZE,
        *((*_MIXED, number, "name") for number in range(len(mixed) if isinstance(mixed, list) else 0)),
    ]
    picker = PICKERS["vmSize"]
    named = {
        place: value
        for place in places
        if isinstance(value := paths.get(content, place), str) and value and not is_expression(value)
    }
    where = whereabouts.where(content, _SIZE, picker)
    if not named or where.missing(picker.source.needs):
        return []
    key = cache.key_of(picker.source, where)
    if without_query:
        index = cache.at_hand(user, key)
    else:
        kept = cache.cached(user, key)
        index = kept.index if kept is not None else None
    if index is None or not len(index):
        return []
    return [
        Finding(answers.RULE, "warning", place, _UNLISTED.format(value=value, region=where.region))
        for place, value in named.items()
        if index.find(value, where, picker) is None
    ]


_UNLISTED: Final = "“{value}” is not in the list of {region} for this subscription. Choose a size of the list, or correct its name."
