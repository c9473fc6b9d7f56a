"""The index of the reference: one entry per declared place, whatever API version has it, and the search over them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from django.utils.html import escape
from django.utils.safestring import mark_safe

from vmssbuilder.drafts.content import TARGET
from vmssbuilder.drafts.steps import STEPS, Step, owner
from vmssbuilder.scaleset import API_VERSIONS
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import (
    Choice,
    Integer,
    Json,
    List,
    Map,
    Node,
    Property,
    Single,
    Text,
    Value,
)
from vmssbuilder.scaleset.updating import LIMITS, Limit
from vmssbuilder.scaleset.versions import FIRST, LATEST, before, order, within

from .everyday import PHRASES

WORDS_AT_MOST: Final = 12
"""More words of a search are left out of account."""

SHORT: Final = 3
"""Words of no more letters are compared as they are: "dns" and "os" are no plurals."""

_SAY_NOTHING: Final = frozenset("a an the of for to in on my how set setting change enable use".split())
"""Words that do not tell one setting from another."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of the document in all API versions.

    place: its pattern without brackets, as its page is addressed. nodes: its declarations, newest first; more than one
    where its type changed. inside: titles of the lists and sections it stands in, outermost first.
    phrases, everyday: what people call it, as phrases and as single words.
    """

    place: str
    nodes: tuple[Node, ...]
    step: Step
    inside: tuple[str, ...]
    read_only: bool
    folded: dict[str, str] = field(repr=False)
    phrases: frozenset[str] = field(repr=False)
    everyday: frozenset[str] = field(repr=False)

    @property
    def node(self) -> Node:
        return self.nodes[0]

    @property
    def declared(self) -> Property:
        return self.node.property

    @property
    def pattern(self) -> str:
        return self.node.pattern

    @property
    def pattern_html(self) -> str:
        """The pattern, to be broken at its dots."""
        return mark_safe(escape(self.pattern).replace(".", ".<wbr>"))  # noqa: S308 - escaped just here

    @property
    def title(self) -> str:
        return self.declared.title

    @property
    def wire(self) -> str:
        return self.declared.wire

    @property
    def since(self) -> str:
        return min((node.since for node in self.nodes), key=order)

    @property
    def until(self) -> str | None:
        ends = [node.until for node in self.nodes]
        return None if None in ends else max((end for end in ends if end is not None), key=order)

    @property
    def span(self) -> str:
        return span(self.since, self.until)

    @property
    def type(self) -> str:
        return type_of(self.node)

    @property
    def where(self) -> str:
        """Where in the form it is filled in."""
        return " → ".join((self.step.title, *self.inside))

    def exists(self, api_version: str) -> bool:
        return any(within(api_version, node.since, node.until) for node in self.nodes)


def limit_of(node: Node) -> Limit | None:
    """What keeps an update from changing a place, in the newest version of the declaration."""
    here: Node | None = node
    while here is not None:
        for limit in LIMITS:
            if limit.pattern == here.pattern and limit.applies(node.api_version):
                return limit
        here = here.parent
    return None


def span(since: str, until: str | None) -> str:
    """The versions from one to another in words."""
    if until is None:
        return "all versions" if since == FIRST else f"since {since}"
    if since == until:
        return f"{since} only"
    return f"up to {until}" if since == FIRST else f"{since} to {until}"


def type_of(node: Node) -> str:
    """The type in words, that of the items of a list included."""
    prop = node.property
    if isinstance(prop, List) and node.item is not None:
        return f"list of {'objects' if not node.item.is_leaf else _plural(node.item.property.type_name)}"
    if isinstance(prop, Choice) and prop.open:
        return "choice, open to others"
    return "JSON object" if isinstance(prop, Json) and prop.objects else prop.type_name


def _plural(type_name: str) -> str:
    return {"text": "texts"}.get(type_name, f"{type_name}s")


def limits_of(prop: Property) -> str:
    """What the type itself demands of a value, in words."""
    if isinstance(prop, Integer):
        unit = f" {prop.unit}" if prop.unit else ""
        if prop.minimum is not None and prop.maximum is not None:
            return f"From {prop.minimum:,} to {prop.maximum:,}{unit}"
        if prop.minimum is not None:
            return f"{prop.minimum:,}{unit} or more"
        if prop.maximum is not None:
            return f"{prop.maximum:,}{unit} or less"
        return f"In {prop.unit}" if prop.unit else ""
    if isinstance(prop, Text) and prop.base64:
        return "Base64; what is typed in clear in the form is encoded"
    return ""


def value_span(node: Node, value: Value) -> str:
    """The versions that have a value of a choice, within those that have the choice."""
    since = max(node.since, value.since, key=order)
    ends = [end for end in (node.until, value.until) if end is not None]
    return span(since, min(ends, key=order) if ends else None)


def kind_in_words(kind: str) -> str:
    """`loadBalancerBackendPool` -> `load balancer backend pool`; abbreviations keep their capitals."""
    words = re.findall(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+", kind)
    return " ".join(word if word.isupper() else word.lower() for word in words)


# ------------------------------------------------------------------------------------------------------------ the index


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry, by step, in declared order. What only older versions have stands after its siblings."""
    found: dict[str, list[Node]] = {}
    placed: list[str] = []
    for version in reversed(API_VERSIONS):
        for node in tree(version).walk():
            if node.parent is None or node.parent.item is node:
                continue
            place = place_of(node.pattern)
            if place not in found:
                placed.insert(_position(placed, place) if version != LATEST else len(placed), place)
                found[place] = []
            if all(known.property is not node.property for known in found[place]):
                found[place].append(node)
    steps = {step.name: position for position, step in enumerate(STEPS)}
    made = [entry_of(place, found[place]) for place in placed]
    return tuple(sorted(made, key=lambda entry: steps[entry.step.name]))


def _position(placed: list[str], place: str) -> int:
    """Behind the last member of the same object."""
    parent = place.rpartition(".")[0]
    return max(
        (
            position + 1
            for position, other in enumerate(placed)
            if other == parent or other.startswith(f"{parent}.")
        ),
        default=len(placed),
    )


def entry_of(place: str, nodes: list[Node]) -> Entry:
    """The entry of a place, from its declarations, newest first."""
    newest = nodes[0]
    prop = newest.property
    inside, read_only = [], prop.read_only
    above = newest.parent
    while above is not None:
        read_only = read_only or above.property.read_only
        if isinstance(above.property, List | Map) or _is_section(above):
            inside.append(above.property.title)
        above = above.parent
    values = [f"{value.wire} {value.title}" for value in prop.values] if isinstance(prop, Choice) else []
    folded = {
        "place": place.casefold(),
        "wire": prop.wire.casefold(),
        "title": prop.title.casefold(),
        # People say NIC and NSG.
        "initials": "".join(word[0] for word in re.findall(r"[A-Z]?[a-z]+", prop.wire)).casefold(),
        "values": " ".join(values).casefold(),
        "help": f"{prop.help} {kind_in_words(prop.kind)}".casefold(),
    }
    path = _example_path(newest)
    step = owner((TARGET, *path) if place.startswith(f"{TARGET}.") else path)
    phrases = frozenset(_phrase(phrase) for phrase in PHRASES.get(place, ()))
    words = frozenset(word for phrase in phrases for word in phrase.split())
    inside = [title for title in reversed(inside) if title != step.title]
    return Entry(place, tuple(nodes), step, tuple(inside), read_only, folded, phrases, words)


def _is_section(node: Node) -> bool:
    """Whether an object has a heading of its own in the form."""
    prop = node.property
    if not isinstance(prop, Single) or prop.inline or node.parent is None:
        return False
    return node.parent.item is not node and node.pattern not in (
        "properties",
        "properties.virtualMachineProfile",
    )


def _phrase(words: str) -> str:
    """Words as they are compared: in lower case, without hyphens and plurals."""
    return " ".join(
        word.removesuffix("s") if len(word) > SHORT and not word.endswith("ss") else word
        for word in re.split(r"[\s_/-]+", words.casefold().strip())
    )


def _example_path(node: Node) -> Path:
    """A path of the pattern, for what is decided by path."""
    steps: list[str | int] = []
    here: Node | None = node
    while here is not None and here.parent is not None:
        if here.parent.item is here:
            steps.append(0 if isinstance(here.parent.property, List) else "name")
        else:
            steps.append(here.property.wire)
        here = here.parent
    return tuple(reversed(steps))


@cache
def by_place() -> dict[str, Entry]:
    return {entry.place: entry for entry in entries()}


@cache
def _by_folded_place() -> dict[str, Entry]:
    return {entry.folded["place"]: entry for entry in reversed(entries())}


_BRACKETS: Final = re.compile(r"\[[^\]]*\]|\{[^}]*\}")


def place_of(written: str) -> str:
    """The place that a path or pattern names: without list positions and map keys."""
    return _BRACKETS.sub("", written).strip().strip(".")


def find(written: str) -> Entry | None:
    """The entry of a path, pattern or place, in any case; None when no version has it."""
    place = place_of(written)
    return by_place().get(place) or _by_folded_place().get(place.casefold())


def members(entry: Entry) -> list[Entry]:
    """The entries right below one."""
    start = f"{entry.place}."
    return [
        other for other in entries() if other.place.startswith(start) and "." not in other.place[len(start) :]
    ]


def above(entry: Entry) -> list[Entry]:
    """The entries that an entry stands in, outermost first."""
    names = entry.place.split(".")
    return [by_place()[".".join(names[:depth])] for depth in range(1, len(names))]


# ----------------------------------------------------------------------------------------------------------- the search


def search(
    query: str = "", *, version: str | None = None, since: str | None = None, step: str | None = None
) -> list[Entry]:
    """The entries that have every word of the query, the closest first; all of them for an empty one.

    version: only what that version has. since: only what it brought. step: only that step's.
    """
    chosen = [
        entry
        for entry in entries()
        if (version is None or entry.exists(version))
        and (since is None or is_new(entry, since))
        and (step is None or entry.step.name == step)
    ]
    return ranked(query, chosen)


def ranked(query: str, chosen: list[Entry]) -> list[Entry]:
    """Those of the entries that have every word of the query, the closest first; all for an empty query."""
    if not query.strip():
        return chosen
    found = [(score, entry) for score, entry in scores(query, chosen) if score]
    return [entry for _score, entry in sorted(found, key=lambda each: -each[0])]


def scores(query: str, chosen: Iterable[Entry]) -> Iterator[tuple[int, Entry]]:
    """How well each entry fits the query: 0 unless it has every word, more the closer it is."""
    words = [place_of(word).casefold() for word in query.replace("-", " ").split()[:WORDS_AT_MOST]]
    words = [word for word in words if word]
    telling = [word for word in words if word not in _SAY_NOTHING] or words
    whole = _phrase(" ".join(words))
    for entry in chosen:
        yield (_score(entry, telling, whole) if words else 0), entry


def is_new(entry: Entry, version: str) -> bool:
    """Whether the version has the place and the one before had not."""
    previous = before(version)
    return entry.exists(version) and (previous is None or not entry.exists(previous))


def _score(entry: Entry, words: list[str], whole: str) -> int:
    """0 unless every word is found; more for a name than for a place, more for a place than for the help."""
    total = 0
    for word in words:
        score = _word_score(entry, word)
        if not score:
            return 0
        total += score
    total += _whole_score(entry, whole)
    # A setting at the top is meant more often than its namesake deep inside.
    return total * 100 - entry.place.count(".")


def _whole_score(entry: Entry, whole: str) -> int:
    """What the query earns as a whole, beside its words: people call the entry just this, or begin to."""
    if whole in entry.phrases:
        return 300
    if whole == _phrase(entry.folded["title"]):
        return 150
    if any(phrase.startswith(whole) for phrase in entry.phrases):
        return 60
    return 0


def _word_score(entry: Entry, word: str) -> int:
    folded = entry.folded
    place, wire, title = folded["place"], folded["wire"], folded["title"]
    if word == place:
        return 1000
    if word == wire or place.endswith(f".{word}"):
        return 60
    if title.startswith(word) or wire.startswith(word):
        return 40
    if _phrase(word) in entry.everyday:
        return 35
    if f" {word}" in title:
        return 30
    if len(word) > 2 and word == folded["initials"]:
        return 25
    if word in title or word in wire:
        return 20
    if any(said.startswith(word) for said in entry.everyday):
        return 18
    if word in folded["values"]:
        return 15
    if word in place:
        return 10
    return 5 if word in folded["help"] else 0


def close_to(query: str) -> list[Entry]:
    """Entries whose names are nearly what was searched for, for when nothing was found."""
    wanted = place_of(query).casefold().rpartition(".")[2].replace(" ", "")
    names: dict[str, Entry] = {}
    for entry in entries():
        names.setdefault(entry.folded["wire"], entry)
    return [names[name] for name in difflib.get_close_matches(wanted, names, n=5, cutoff=0.7)]
