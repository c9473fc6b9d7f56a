"""Two states of a request: what differs, property by property with labels, and line by line as JSON."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any, Final, Literal

from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.canonical import ordered
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import List, Map, Node, Single, sentence_case

from . import content as contents
from . import merging, steps, summary
from .models import Draft, Revision

Kind = Literal["added", "removed", "changed", "secret", "moved"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs. path: where it is in the later state, or was in the earlier one if it is gone.

    label: its title; within: the titles of the items and objects around it. before, after: the values in words, ""
    where there is none and for secrets. item: the title of the outermost list item that only one state has, else "".
    """

    kind: Kind
    path: Path
    label: str
    within: tuple[str, ...]
    before: str = ""
    after: str = ""
    item: str = ""


def compare(earlier: Draft | Revision, later: Draft | Revision) -> list[Difference]:
    """Every value that differs, in the order of the form's steps and there in that of the document."""
    before, after = contents.of(earlier), contents.of(later)
    walk = _Walk(later.api_version if later.document else earlier.api_version)
    target = contents.node_at((contents.TARGET,), walk.api_version)
    was, now = before.pop(contents.TARGET), after.pop(contents.TARGET)
    found = [*walk.differences((contents.TARGET,), _filled(was), _filled(now), target, ())]
    return _in_order(found + documents(before, after, walk.api_version))


def documents(before: dict[str, Any], after: dict[str, Any], api_version: str) -> list[Difference]:
    """The same for two documents alone."""
    walk, root = _Walk(api_version), contents.node_at((), api_version)
    return _in_order(
        walk.differences((), ordered(before, api_version), ordered(after, api_version), root, ())
    )


_WORDS: Final[dict[Kind, str]] = {
    "added": "Added",
    "removed": "Removed",
    "changed": "Changed",
    "secret": "Secret changed",
    "moved": "Reordered",
}


def by_step(differences: Iterable[Difference]) -> list[tuple[steps.Step, list[tuple[Difference, str]]]]:
    """The differences of `compare` as a page lists them: under their steps, each with a word for its kind."""
    return [
        (steps.BY_NAME[name], [(entry, _WORDS[entry.kind]) for entry in entries])
        for name, entries in groupby(differences, lambda entry: steps.owner(entry.path).name)
    ]


def value(path: Path, held: Any, api_version: str) -> str:
    """A value of a document in words; secrets are hidden."""
    node = contents.node_at(path, api_version)
    if held is not MISSING and node is not None and node.property.secret:
        held = secrets.MASK
    return _Walk(api_version).words(node, held)


def _in_order(found: Iterable[Difference]) -> list[Difference]:
    order = {step.name: position for position, step in enumerate(steps.STEPS)}
    return sorted(found, key=lambda entry: order[steps.owner(entry.path).name])


def _filled(address: dict[str, Any]) -> dict[str, Any]:
    """The address without what is empty: nothing was said there."""
    return {name: value for name, value in address.items() if value != ""}


@dataclass(frozen=True, slots=True)
class _Walk:
    """One pass over both states at once, past all that is equal."""

    api_version: str

    def differences(
        self, path: Path, was: Any, now: Any, node: Node | None, within: tuple[str, ...], item: str = ""
    ) -> Iterator[Difference]:
        if merging.same(was, now):
            return
        if (
            secrets.is_reference(was)
            or secrets.is_reference(now)
            or (node is not None and node.property.secret)
        ):
            kind: Kind = "added" if was is MISSING else "removed" if now is MISSING else "secret"
            yield Difference(kind, path, self._label(path, node), within, item=item)
        elif _pair(was, now, dict):
            yield from self._objects(path, _or(was, {}), _or(now, {}), node, within, item)
        elif _pair(was, now, list):
            yield from self._lists(path, _or(was, []), _or(now, []), node, within, item)
        else:
            yield Difference(
                "added" if was is MISSING else "removed" if now is MISSING else "changed",
                path,
                self._label(path, node),
                within,
                self.words(node, was),
                self.words(node, now),
                item,
            )

    def _objects(
        self,
        path: Path,
        was: dict[str, Any],
        now: dict[str, Any],
        node: Node | None,
        within: tuple[str, ...],
        item: str,
    ) -> Iterator[Difference]:
        prop = node.property if node is not None else None
        here = within
        if prop is not None and path not in _UNTITLED and not isinstance(path[-1], int):
            inline = isinstance(prop, Single) and prop.inline
            here = within if inline or isinstance(prop, Map) else (*within, prop.title)
        for name in [*now, *(name for name in was if name not in now)]:
            below = node.at((name,)) if node is not None else None
            yield from self.differences(
                (*path, name), was.get(name, MISSING), now.get(name, MISSING), below, here, item
            )

    def _lists(
        self,
        path: Path,
        was: list[Any],
        now: list[Any],
        node: Node | None,
        within: tuple[str, ...],
        item: str,
    ) -> Iterator[Difference]:
        prop = node.property if node is not None else None
        below = node.item if node is not None else None
        pairs = _paired(was, now)
        kept = [before for before, after in pairs if before is not None and after is not None]
        if kept != sorted(kept):
            yield Difference("moved", path, self._label(path, node), within, item=item)
        for before, after in pairs:
            position = after if after is not None else before
            assert position is not None
            old = was[before] if before is not None else MISSING
            new = now[after] if after is not None else MISSING
            title = _item_title(prop, new if new is not MISSING else old, position)
            only = title if isinstance(_or(new, old), dict) and MISSING in (old, new) else ""
            yield from self.differences((*path, position), old, new, below, (*within, title), item or only)

    def _label(self, path: Path, node: Node | None) -> str:
        if not path:
            return "Document"
        if isinstance(path[-1], int):
            return node.property.title if node is not None else "Item"
        return summary.label(path, node)

    def words(self, node: Node | None, value: Any) -> str:
        return "" if value is MISSING else summary.words(node, _masked(value))


_UNTITLED: Final = summary.ROOTS | {(), (contents.TARGET,)}


def _pair(was: Any, now: Any, kind: type) -> bool:
    """Whether there are members to compare: both are of the kind, or one is and the other is missing."""
    matching = all(value is MISSING or isinstance(value, kind) for value in (was, now))
    return matching and any(value is not MISSING and bool(value) for value in (was, now))


def _or(value: Any, instead: Any) -> Any:
    return instead if value is MISSING else value


def _masked(value: Any) -> Any:
    if secrets.is_reference(value):
        return secrets.MASK
    if isinstance(value, dict):
        return {name: _masked(inner) for name, inner in value.items()}
    return [_masked(entry) for entry in value] if isinstance(value, list) else value


def _item_title(prop: Any, value: Any, position: int) -> str:
    singular = sentence_case(prop.singular) if isinstance(prop, List) else "Item"
    name = value.get("name") if isinstance(value, dict) else None
    return f"{singular} {name}" if isinstance(name, str) and name else f"{singular} {position + 1}"


def _names(items: Sequence[Any]) -> list[Any]:
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in items]
    often = Counter(name for name in names if isinstance(name, str))
    return [name if isinstance(name, str) and often[name] == 1 else None for name in names]


def _paired(was: list[Any], now: list[Any]) -> list[tuple[int | None, int | None]]:
    """Positions of the same item before and after: by name where it has one of its own, else by being equal or in line."""
    old_names, new_names = _names(was), _names(now)
    places = {name: position for position, name in enumerate(new_names) if name}
    partner: dict[int, int] = {
        places[name]: position for position, name in enumerate(old_names) if name and name in places
    }
    taken = set(partner.values())
    free = [position for position in range(len(was)) if position not in taken]
    for position, value in enumerate(now):
        if position not in partner:
            equal = next((number for number in free if merging.same(was[number], value)), None)
            if equal is not None:
                partner[position] = equal
                free.remove(equal)
    for position in range(len(now)):
        if position not in partner and position in free:
            partner[position] = position
            free.remove(position)
    pairs: list[tuple[int | None, int | None]] = [
        (partner.get(position), position) for position in range(len(now))
    ]
    return pairs + [(position, None) for position in free]


# --- In a few words ---------------------------------------------------------------------------------------------------

SHORT: Final = 40


def in_few_words(differences: Sequence[Difference], most: int = 3) -> str:
    """What changed as one line: "Instances: 3 → 5; Network interface nic-b added; and 4 more". "" when nothing did."""
    words_of: list[str] = []
    for entry in differences:
        words = f"{entry.item} {entry.kind}" if entry.item else _line(entry)
        if words not in words_of:
            words_of.append(words)
    more = len(words_of) - most
    return "; ".join([*words_of[:most], *([f"and {more} more"] if more > 0 else [])])


def _line(entry: Difference) -> str:
    label = entry.label
    if entry.kind in ("removed", "moved"):
        return f"{label} {'reordered' if entry.kind == 'moved' else 'removed'}"
    if entry.kind == "secret":
        return f"{label} replaced"
    if entry.kind == "changed" and len(entry.before) + len(entry.after) <= SHORT:
        return f"{label}: {entry.before} → {entry.after}"
    if entry.kind == "added" and 0 < len(entry.after) <= SHORT:
        return f"{label}: {entry.after}"
    return f"{label} {entry.kind}"


# --- As JSON ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A line of the comparison. mark: "same", "added" or "removed"; number: its line in the earlier and later JSON."""

    mark: Literal["same", "added", "removed"]
    text: str
    earlier: int | None
    later: int | None


LONGEST_DIFF: Final = 4_000
"""More differing lines than this are shown as one block: finding the best match would take too long."""


def json_lines(earlier: Draft | Revision, later: Draft | Revision) -> list[JsonLine]:
    """Both bodies, secrets masked, as one list of lines in which those that differ are marked."""
    was, now = _text(earlier), _text(later)
    head = 0
    while head < min(len(was), len(now)) and was[head] == now[head]:
        head += 1
    tail = 0
    while tail < min(len(was), len(now)) - head and was[-1 - tail] == now[-1 - tail]:
        tail += 1
    lines = [JsonLine("same", text, number, number) for number, text in enumerate(was[:head], 1)]
    old, new = was[head : len(was) - tail], now[head : len(now) - tail]
    if max(len(old), len(new)) > LONGEST_DIFF:
        blocks: Sequence[tuple[str, int, int, int, int]] = [("replace", 0, len(old), 0, len(new))]
    else:
        blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for tag, old_from, old_to, new_from, new_to in blocks:
        if tag == "equal":
            lines += [
                JsonLine("same", old[old_from + step], head + old_from + step + 1, head + new_from + step + 1)
                for step in range(old_to - old_from)
            ]
            continue
        lines += [JsonLine("removed", old[at], head + at + 1, None) for at in range(old_from, old_to)]
        lines += [JsonLine("added", new[at], None, head + at + 1) for at in range(new_from, new_to)]
    was_end, now_end = len(was) - tail, len(now) - tail
    return lines + [
        JsonLine("same", was[was_end + step], was_end + step + 1, now_end + step + 1) for step in range(tail)
    ]


def side_by_side(lines: Sequence[JsonLine]) -> list[tuple[JsonLine | None, JsonLine | None]]:
    """The same lines in two columns: what was removed stands beside what was added in its place."""
    rows: list[tuple[JsonLine | None, JsonLine | None]] = []
    removed: list[JsonLine] = []
    added: list[JsonLine] = []

    def flush() -> None:
        rows.extend(zip_longest(removed, added))
        removed.clear()
        added.clear()

    for line in lines:
        if line.mark == "removed":
            removed.append(line)
        elif line.mark == "added":
            added.append(line)
        else:
            flush()
            rows.append((line, line))
    flush()
    return rows


def _text(source: Draft | Revision) -> list[str]:
    shown = ordered(secrets.mask(source.document), source.api_version)
    return json.dumps(shown, ensure_ascii=False, indent=2).split("\n")
