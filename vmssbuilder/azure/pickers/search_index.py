"""A list kept for quick looking: packed for storage, and searched without a walk over objects."""

from __future__ import annotations

import json
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .suggestions import Suggestion, Where, region_name

if TYPE_CHECKING:
    from .kinds import Picker

BEST: Final = 50
"""How many suggestions an answer holds at most."""

WORDS_KEPT: Final = 16
"""Words whose rows are remembered, for each order of a list."""

_VALUE, _TITLE, _DETAIL, _REGION, _REASON, _FACTS, _ALSO = range(7)

Row = list[Any]
Order = Callable[[str, Any], Any]
"""What a row is sorted by, from its value and its facts; None for nothing known."""


def pack(suggestions: Iterable[Suggestion]) -> bytes:
    """The suggestions as bytes to keep."""
    rows = [
        [each.value, each.title, each.detail, each.region, each.reason, dict(each.facts), dict(each.also)]
        for each in suggestions
    ]
    # Level 1: a size list is repetitive, and more effort would gain little.
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 1)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a VM size must be; None and empty ask for nothing."""

    vcpus: float | None = None
    memory: float | None = None
    family: str = ""
    zone: str = ""
    features: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.vcpus or self.memory or self.family or self.zone or self.features)


@dataclass(frozen=True, slots=True)
class SuggestionMatches:
    """The best matches, usable ones first, and how many there are in all."""

    suggestions: tuple[Suggestion, ...]
    total: int


@dataclass(slots=True)
class _View:
    """The rows as one picker shows them for one place: in order, usable ones first, with what is searched in.

    columns: facts of sizes, each by row; made when somebody filters.
    """

    rows: list[Row]
    reasons: list[str]
    usable: int
    titles: list[str]
    texts: list[str]
    columns: dict[str, list[Any]]
    found: dict[str, list[int]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def with_word(self, word: str) -> list[int]:
        """The rows that hold the word. While somebody types, a longer word is looked for among those of a shorter one."""
        hits = self.found.get(word)
        if hits is None:
            shorter = max(
                (known for known in tuple(self.found) if word.startswith(known)), key=len, default=""
            )
            texts = self.texts
            if shorter:
                hits = [place for place in self.found[shorter] if word in texts[place]]
            else:
                hits = [place for place, text in enumerate(texts) if word in text]
            if len(self.found) >= WORDS_KEPT:
                # The oldest: dicts keep their order.
                del self.found[next(iter(self.found))]
            self.found[word] = hits
        return hits

    def column(self, name: str) -> list[Any]:
        """A fact of every row."""
        if name not in self.columns:
            self.columns[name] = [row[_FACTS].get(name) for row in self.rows]
        return self.columns[name]

    def holding(self, name: str, value: str) -> list[bool]:
        """Whether a list among the facts holds the value, for every row."""
        key = f"{name}:{value}"
        if key not in self.columns:
            self.columns[key] = [value in (held or ()) for held in self.column(name)]
        return self.columns[key]


class SearchIndex:
    """A packed list, unpacked. It may be shared: nothing in it changes but what it remembers of its own order."""

    def __init__(self, packed: bytes | list[Row]) -> None:
        self._rows: list[Row] = json.loads(zlib.decompress(packed)) if isinstance(packed, bytes) else packed
        self._views: dict[tuple[str, Where], _View] = {}
        self._facts: dict[str, list[Any]] = {}
        self._columns: dict[str, dict[str, Any]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def values(self) -> list[str]:
        """What the suggestions put into a document, in the order of the list."""
        return [row[_VALUE] for row in self._rows]

    def facts(self, name: str) -> list[Any]:
        """The different values of a fact, in the order of the list."""
        if name not in self._facts:
            self._facts[name] = list(dict.fromkeys(row[_FACTS].get(name) for row in self._rows))
        return self._facts[name]

    def search(
        self,
        text: str,
        where: Where,
        picker: Picker,
        filters: Filters = Filters(),
        most: int = BEST,
        *,
        start: int = 0,
        order: Order | None = None,
        down: bool = False,
    ) -> SuggestionMatches:
        """The suggestions that hold every word of the text. where: decides what can be used there.

        start: how many of the best to pass over. order: what they are sorted by instead; down: from large to small.
        """
        view = self._view(where, picker)
        hits: Sequence[int] = range(len(view.rows))
        # The longest word leaves the fewest to look through.
        for number, word in enumerate(sorted(text.lower().split(), key=len, reverse=True)):
            texts = view.texts
            hits = [place for place in hits if word in texts[place]] if number else view.with_word(word)
        hits = _filtered(hits, view, filters)
        total = len(hits)
        if order is not None:
            hits = _sorted(hits, view, order, down=down)
        elif text.strip():
            hits = _best(hits, view, text.lower().split()[0], start + most)
        return SuggestionMatches(
            tuple(_suggestion(view.rows[place], view.reasons[place]) for place in hits[start : start + most]),
            total,
        )

    def column(self, name: str) -> dict[str, Any]:
        """A fact by the value of its row, in lower case; rows without it are left out."""
        if name not in self._columns:
            self._columns[name] = {
                row[_VALUE].lower(): row[_FACTS][name] for row in self._rows if name in row[_FACTS]
            }
        return self._columns[name]

    def find(self, value: str, where: Where, picker: Picker) -> Suggestion | None:
        """The suggestion of exactly that value, in any case, as Azure compares."""
        view = self._view(where, picker)
        if not view.places:
            view.places.update((row[_VALUE].lower(), place) for place, row in enumerate(view.rows))
        place = view.places.get(value.strip().lower())
        return None if place is None else _suggestion(view.rows[place], view.reasons[place])

    def _view(self, where: Where, picker: Picker) -> _View:
        key = (picker.kind, picker.place(where))
        view = self._views.get(key)
        if view is None:
            view = _made(self._rows, where, picker)
            if len(self._views) >= 8:
                self._views.clear()
            self._views[key] = view
        return view


def merged(indexes: Iterable[SearchIndex]) -> SearchIndex:
    """One list of several, each value once, by the rank that the facts say."""
    rows: dict[str, Row] = {}
    for index in indexes:
        for row in index:
            rows.setdefault(row[_VALUE].lower(), row)
    return SearchIndex(sorted(rows.values(), key=lambda row: row[_FACTS].get("rank", 0)))


def _made(rows: list[Row], where: Where, picker: Picker) -> _View:
    shown = [
        row for row in picker.rows(rows, where) if not picker.only or row[_FACTS].get("what") == picker.only
    ]
    reasons = [row[_REASON] or picker.reason(row[_FACTS], row[_REGION], where) for row in shown]
    # What cannot be used stands last: it is there to be explained.
    order = sorted(range(len(shown)), key=lambda place: bool(reasons[place]))
    ordered = [shown[place] for place in order]
    return _View(
        ordered,
        [reasons[place] for place in order],
        sum(not reason for reason in reasons),
        [row[_TITLE].lower() for row in ordered],
        [_searchable(row) for row in ordered],
        {},
    )


def _searchable(row: Row) -> str:
    value = row[_VALUE]
    # Of an id, only the names: its fixed words would match anything.
    names = " ".join(value.split("/")[4::2]) if value.startswith("/subscriptions/") else value
    return f"{row[_TITLE]} {names} {row[_DETAIL]} {row[_FACTS].get('family', '')}".lower()


def _filtered(hits: Sequence[int], view: _View, filters: Filters) -> Sequence[int]:
    """One pass for each filter that is set: comparing columns is far quicker than asking every row everything."""
    if filters.family:
        families = view.column("family")
        hits = [place for place in hits if families[place] == filters.family]
    for name, least in (("vcpus", filters.vcpus), ("memory", filters.memory)):
        if least:
            numbers = view.column(name)
            hits = [place for place in hits if (numbers[place] or 0) >= least]
    for name, value in (*(("features", each) for each in filters.features), ("zones", filters.zone)):
        if value:
            held = view.holding(name, value)
            hits = [place for place in hits if held[place]]
    return hits


def _sorted(hits: Sequence[int], view: _View, order: Order, *, down: bool) -> list[int]:
    """By the order, those without a value last, and what cannot be used after all that can."""
    rows = view.rows
    keyed = [(order(rows[place][_VALUE], rows[place][_FACTS]), place) for place in hits]
    known = sorted((each for each in keyed if each[0] is not None), key=lambda each: each[0], reverse=down)
    listed = [place for _key, place in known] + [place for key, place in keyed if key is None]
    return sorted(listed, key=lambda place: place >= view.usable)


def _best(hits: Sequence[int], view: _View, word: str, most: int) -> list[int]:
    """Titles that begin with the word, then those with a part that does, then the rest; usable ones before all."""
    titles = view.titles
    cut = bisect_left(hits, view.usable)
    best: list[int] = []
    for part in (hits[:cut], hits[cut:]):
        first = [place for place in part if titles[place].startswith(word)]
        best += first
        if len(best) < most:
            taken = set(first)
            below, apart, after = f"_{word}", f" {word}", f"-{word}"
            second = [
                place
                for place in part
                if (below in titles[place] or apart in titles[place] or after in titles[place])
                and place not in taken
            ]
            taken.update(second)
            best += second
            if len(best) < most:
                best += [place for place in part if place not in taken]
        if len(best) >= most:
            break
    return best[:most]


def _suggestion(row: Row, reason: str) -> Suggestion:
    return Suggestion(row[_VALUE], row[_TITLE], row[_DETAIL], row[_REGION], reason, row[_FACTS], row[_ALSO])


Rows = Callable[[list[Row], Where], list[Row]]


def as_they_are(rows: list[Row], _where: Where) -> list[Row]:
    """All rows of the list."""
    return rows


def zones_of_region(rows: list[Row], where: Where) -> list[Row]:
    """The zones of the region, from a list of regions."""
    return list(_zones(rows, region_name(where.region)))


def _zones(rows: list[Row], region: str) -> Iterator[Row]:
    for row in rows:
        if row[_VALUE].lower() == region:
            for zone in row[_FACTS].get("zones", ()):
                yield [zone, f"Zone {zone}", row[_TITLE], "", "", {}, {}]
