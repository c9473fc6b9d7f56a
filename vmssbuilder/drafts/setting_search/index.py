"""The index of the reference: one entry per declared place, whatever API version has it, and the search over them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

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
from vmssbuilder.scaleset.wording import Said

from .elsewhere import BY_PHRASE, Elsewhere
from .everyday import PHRASES

WORDS_AT_MOST: Final = 12
"""More words of a search are left out of account."""

SHORT: Final = 3
"""Words of no more letters are compared as they are: "dns" and "os" are no plurals."""

_SAY_NOTHING: Final = frozenset(
    "a an the of for to in on my i do can how what where is are with and or set setting settings change enable use "
    "using add turn configure make get want need choose specify vmss scaleset".split()
)
"""Words that do not tell one setting from another."""


@dataclass(frozen=True, slots=True)
class EntryWords:
    """The words that are said of an entry, by where. stems: of its names; help_stems: of its help."""

    title: frozenset[str]
    wire: frozenset[str]
    everyday: frozenset[str]
    values: frozenset[str]
    place: frozenset[str]
    help: frozenset[str]
    stems: frozenset[str]
    help_stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class SettingEntry:
    """A place of the document in all API versions.

    place: its pattern without brackets, as its page is addressed. nodes: its declarations, newest first; more than one
    where its type changed. inside: titles of the lists and sections it stands in, outermost first.
    phrases: what people call it; called: the same, each as one word. words: the words of all that is said of it.
    """

    place: str
    nodes: tuple[Node, ...]
    step: Step
    inside: tuple[str, ...]
    read_only: bool
    folded: dict[str, str] = field(repr=False)
    phrases: frozenset[str] = field(repr=False)
    called: frozenset[str] = field(repr=False)
    words: EntryWords = field(repr=False)

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
    def parts(self) -> list[str]:
        """The names of the pattern, after each of which it may be broken."""
        return self.pattern.split(".")

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
    def opened(self) -> str:
        """Its name in a path that leads into it: with brackets for a list, with braces for a map."""
        items = "{}" if isinstance(self.declared, Map) else "[]"
        return self.wire if self.node.item is None else f"{self.wire}{items}"

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


def worded(entry: SettingEntry) -> list[tuple[str, str]]:
    """The sentences about an entry that hold in some API versions only: these versions in words, and the sentence."""
    said = entry.declared.said
    return [
        (span(each.since, each.until), each.text)
        for each in (said if isinstance(said, tuple) else ())
        if isinstance(each, Said)
    ]


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
def entries() -> tuple[SettingEntry, ...]:
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


def entry_of(place: str, nodes: list[Node]) -> SettingEntry:
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
        "titled": joined(prop.title.split()),
        # People say NIC and NSG.
        "initials": "".join(word[0] for word in re.findall(r"[A-Z]?[a-z]+", prop.wire)).casefold(),
        "values": " ".join(values).casefold(),
        "help": f"{prop.help} {kind_in_words(prop.kind)}".casefold(),
    }
    path = _example_path(newest)
    step = owner((TARGET, *path) if place.startswith(f"{TARGET}.") else path)
    phrases = frozenset(" ".join(_words(phrase)) for phrase in PHRASES.get(place, ()))
    called = frozenset(joined(phrase.split()) for phrase in PHRASES.get(place, ()))
    inside = [title for title in reversed(inside) if title != step.title]
    words = _said(newest, place, phrases)
    # With a space before each word, so that its beginning is found.
    for name, said in (
        ("names", words.title | words.wire),
        ("everyday", words.everyday),
        ("helped", words.help),
    ):
        folded[name] = " ".join(("", *said))
    folded["all"] = " ".join((*folded.values(), *words.values, *words.place))
    return SettingEntry(place, tuple(nodes), step, tuple(inside), read_only, folded, phrases, called, words)


def _said(node: Node, place: str, phrases: frozenset[str]) -> EntryWords:
    prop = node.property
    title, wire = frozenset(_words(prop.title)), frozenset(_words(prop.wire))
    everyday = frozenset(word for phrase in phrases for word in phrase.split())
    values = (
        frozenset(
            word
            for value in prop.values
            for word in (value.wire.casefold(), *_words(value.wire), *_words(value.title))
        )
        if isinstance(prop, Choice)
        else frozenset()
    )
    in_help = frozenset(_words(f"{prop.help} {kind_in_words(prop.kind)}"))
    return EntryWords(
        title,
        wire,
        everyday,
        values,
        frozenset(_words(place)),
        in_help,
        frozenset(map(_stem, title | wire | everyday)),
        frozenset(map(_stem, in_help)),
    )


def _is_section(node: Node) -> bool:
    """Whether an object has a heading of its own in the form."""
    prop = node.property
    if not isinstance(prop, Single) or prop.inline or node.parent is None:
        return False
    return node.parent.item is not node and node.pattern not in (
        "properties",
        "properties.virtualMachineProfile",
    )


_WORD: Final = re.compile(r"[A-Z]{2,}s?(?![a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+")


def _words(said: str) -> tuple[str, ...]:
    """The words of a name or a text as they are compared: in lower case, without plurals; `osDisk` has two."""
    return tuple(_plain(word) for word in _WORD.findall(said))


def _plain(word: str) -> str:
    """A word in lower case, in the singular, and in American spelling."""
    word = word.casefold()
    if len(word) > SHORT and word.endswith("s") and not word.endswith("ss"):
        word = f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
        word = word.removesuffix("e") if word.endswith("sse") else word
    return _ALIKE.get(word, word)


_ALIKE: Final = {
    "auto": "automatic",
    "centre": "center",
    "config": "configuration",
    "licence": "license",
}
"""Words that mean the same, as the word that they are compared as."""

_ENDINGS: Final = ("ation", "ing", "ion", "ed", "er", "e")


def _stem(word: str) -> str:
    """A word without its ending, so that "encrypt" and "encryption" are alike. Short words are left as they are."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORT + 1:
            return word.removesuffix(ending)
    return word


def joined(words: Iterable[str]) -> str:
    """Words as one: "load balancer", "load-balancer" and "loadbalancer" are the same."""
    return "".join(_plain(word) for each in words for word in re.split(r"[\s_/-]+", each) if word)


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
def by_place() -> dict[str, SettingEntry]:
    return {entry.place: entry for entry in entries()}


@cache
def _by_folded_place() -> dict[str, SettingEntry]:
    return {entry.folded["place"]: entry for entry in reversed(entries())}


_BRACKETS: Final = re.compile(r"\[[^\]]*\]|\{[^}]*\}")


def place_of(written: str) -> str:
    """The place that a path or pattern names: without list positions and map keys."""
    return _BRACKETS.sub("", written).strip().strip(".")


def find(written: str) -> SettingEntry | None:
    """The entry of a path, pattern or place, in any case; None when no version has it."""
    place = place_of(written)
    return by_place().get(place) or _by_folded_place().get(place.casefold())


def members(entry: SettingEntry) -> list[SettingEntry]:
    """The entries right below one."""
    start = f"{entry.place}."
    return [
        other for other in entries() if other.place.startswith(start) and "." not in other.place[len(start) :]
    ]


def above(entry: SettingEntry) -> list[SettingEntry]:
    """The entries that an entry stands in, outermost first."""
    names = entry.place.split(".")
    return [by_place()[".".join(names[:depth])] for depth in range(1, len(names))]


# ----------------------------------------------------------------------------------------------------------- the search


def search(
    query: str = "", *, version: str | None = None, since: str | None = None, step: str | None = None
) -> list[SettingEntry]:
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


def ranked(query: str, chosen: list[SettingEntry]) -> list[SettingEntry]:
    """Those of the entries that have every word of the query, the closest first; all for an empty query."""
    if not query.strip():
        return chosen
    found = [(score, entry) for score, entry in scores(query, chosen) if score]
    return [entry for _score, entry in sorted(found, key=lambda each: -each[0])]


def scores(query: str, chosen: Iterable[SettingEntry]) -> list[tuple[int, SettingEntry]]:
    """How well each entry fits the query: 0 unless it has every word, more the closer it is.

    Where no entry has every word, those fit that have most of them as whole words, or half of them as what people call it.
    """
    words = [place_of(word).casefold() for word in query.replace("-", " ").split()[:WORDS_AT_MOST]]
    words = [word for word in words if word]
    telling = [word for word in words if word not in _SAY_NOTHING] or words
    asked = _Asked(
        tuple(
            (word, frozenset(_words(word) or (word,)), frozenset(map(_stem, _words(word) or (word,))))
            for word in telling
        ),
        joined(words),
        joined(telling),
        f" {' '.join(_words(' '.join(telling)))} ",
        near_of(query),
    )
    chosen = list(chosen)
    if not words:
        return [(0, entry) for entry in chosen]
    found = [(_score(entry, asked, most=False), entry) for entry in chosen]
    if any(score for score, _entry in found):
        return found
    return [(_score(entry, asked, most=True), entry) for entry in chosen]


def elsewhere(query: str) -> Elsewhere | None:
    """What the query means that is no part of a request, None where nothing says that it means such a thing."""
    words = query.casefold().replace("-", " ").split()[:WORDS_AT_MOST]
    if not words:
        return None
    # Of a longer question, the longest phrase that is known.
    telling = [word for word in words if word not in _SAY_NOTHING] or words
    inside = {
        joined(asked[start:end]): end - start
        for asked in (words, telling)
        for start in range(len(asked))
        for end in range(start + 1, len(asked) + 1)
    }
    known = [
        phrase
        for phrase, length in inside.items()
        if 2 * length >= len(telling) and (phrase in _settings() or phrase in _elsewhere())
    ]
    longest = max(known, key=lambda phrase: inside[phrase], default="")
    return None if longest in _settings() else _elsewhere().get(longest)


def near_of(query: str) -> str:
    """The place of the setting that has most to do with what is set elsewhere, "" when there is none."""
    found = elsewhere(query)
    return found.near if found is not None else ""


@cache
def _elsewhere() -> dict[str, Elsewhere]:
    return {joined(phrase.split()): each for phrase, each in BY_PHRASE.items()}


@cache
def _settings() -> frozenset[str]:
    return frozenset(joined(phrase.split()) for phrases in PHRASES.values() for phrase in phrases)


def is_new(entry: SettingEntry, version: str) -> bool:
    """Whether the version has the place and the one before had not."""
    previous = before(version)
    return entry.exists(version) and (previous is None or not entry.exists(previous))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as it is compared.

    words: its telling words, each as it was typed, as words of names, and their stems. whole: all of it as one word; telling: the same
    without what tells nothing. spaced: the telling words with spaces around them. near: a place that is meant beside all others.
    """

    words: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    whole: str
    telling: str
    spaced: str
    near: str


def _score(entry: SettingEntry, asked: _Asked, *, most: bool) -> int:
    """0 unless every word is found, or with `most` more than half of them as whole words.

    More for a name than for a place, more for a place than for the help; parts of words never win over whole words.
    """
    found = [_word_score(entry, word) for word in asked.words]
    whole = _whole_score(entry, asked)
    if most:
        found = [score for score in found if score >= _WHOLE]
        # Half of them are enough where they are what people call it.
        if len(found) * 2 + (whole > _TITLED) <= len(asked.words):
            found = []
    elif not all(found):
        found = []
    total = sum(found) + whole
    if asked.near and entry.place == asked.near:
        total += 2 * _CALLED
    elif not found and total < _CALLED:
        return 0
    if found and min(found) >= _WHOLE:
        total += _ALL_WHOLE
    # A setting at the top is meant more often than its namesake deep inside.
    return total * 100 - entry.place.count(".")


_CALLED: Final = 10_000
"""What a query earns that is just what people call the setting."""

_ALL_WHOLE: Final = 1_000
_TITLED: Final = 100
"""What a query earns that is just the title. One that holds what people call the setting earns more."""

_WHOLE: Final = 16
"""The least that a whole word earns. Beginnings, parts and initials earn less."""


def _whole_score(entry: SettingEntry, asked: _Asked) -> int:
    """What the query earns as a whole, beside its words: people call the entry just this, or begin to."""
    if asked.whole in entry.called:
        return _CALLED + _ALL_WHOLE
    if asked.telling in entry.called:
        return _CALLED
    if entry.folded["titled"] == asked.telling:
        return _TITLED
    if not entry.phrases:
        return 0
    said = max((len(phrase) for phrase in entry.phrases if f" {phrase} " in asked.spaced), default=0)
    if said:
        return _TITLED + said
    begun = asked.spaced.strip()
    return 60 if any(phrase.startswith(begun) for phrase in entry.phrases) else 0


def _word_score(entry: SettingEntry, asked: tuple[str, frozenset[str], frozenset[str]]) -> int:
    """What one word earns: as a name, as a whole word of a name, of a value, of the help; then as a part of a word."""
    word, said, stems = asked
    folded, words = entry.folded, entry.words
    if word not in folded["all"] and not all(stem in folded["all"] for stem in stems):
        return 0
    place, wire, title = folded["place"], folded["wire"], folded["title"]
    if word == place:
        return 2 * _CALLED
    if word == wire or place.endswith(f".{word}"):
        return 60
    if said <= words.title:
        return 42 if title.startswith(word) else 40
    for names, score in ((words.wire, 38), (words.everyday, 35), (words.values, 28)):
        if said <= names:
            return score
    if stems <= words.stems:
        return 32
    if said <= words.place:
        return 22
    if said <= words.help:
        return 20
    if stems <= words.help_stems:
        return _WHOLE
    return _part_score(entry, word)


def _part_score(entry: SettingEntry, word: str) -> int:
    """What the beginning of a word earns, initials, or letters inside a word: less than any whole word."""
    folded = entry.folded
    begun = f" {word}"
    if begun in folded["names"]:
        return 12
    if begun in folded["everyday"]:
        return 11
    if len(word) < SHORT:
        return 2 if begun in folded["helped"] else 0
    if word == folded["initials"]:
        return 9
    if word in folded["title"] or word in folded["wire"]:
        return 6
    if word in folded["values"]:
        return 5
    if word in folded["place"]:
        return 3
    return 2 if begun in folded["helped"] else 0


def close_to(query: str) -> list[SettingEntry]:
    """Entries whose names are nearly what was searched for, for when nothing was found."""
    wanted = place_of(query).casefold().rpartition(".")[2].replace(" ", "")
    names: dict[str, SettingEntry] = {}
    for entry in entries():
        names.setdefault(entry.folded["wire"], entry)
    return [names[name] for name in difflib.get_close_matches(wanted, names, n=5, cutoff=0.7)]
