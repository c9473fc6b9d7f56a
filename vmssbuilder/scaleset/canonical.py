"""The canonical form of a document: names and values in Azure's case, members in declared order, and its text.

Azure compares names and enum values without regard to case. We do too when reading, and write one spelling.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from . import paths, versions
from .catalogue import tree
from .paths import Path
from .properties import Choice, List, Map, Node, Single

NoteKind = Literal[
    "repaired", "unwrapped", "skipped", "reshaped", "renamed", "moved", "wrapped", "trimmed", "converted",
    "canonicalised", "null", "removed", "newer", "truncated", "withheld", "resolved", "unresolved", "version", "decide",
]  # fmt: skip
"""The kinds of notes.

repaired: the text was mended. unwrapped, skipped: a request was taken out of a longer text, and what else was there.
reshaped: the output of a tool was written as a request has it. renamed, moved, wrapped, trimmed, converted,
canonicalised: the document was corrected. null: a member that was null was left out. removed: so was what Azure writes.
newer: so was what the API version of an answer does not have. truncated: a tool had cut a value off. withheld: a secret
that the text does not show. resolved, unresolved: an expression of a template, or a variable. version: what the API
version has to do with it. decide: a person has to."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was done, or is to be known, about a document that was read.

    path: the place in the document as it was read. line: the line of the text, where there is one. The message never
    repeats a secret.
    """

    kind: NoteKind
    path: Path
    message: str
    line: int | None = None

    @property
    def where(self) -> str:
        """The path as text, empty for the document itself."""
        return paths.text(self.path) if self.path else ""


def canonicalize(document: dict[str, Any], api_version: str) -> tuple[dict[str, Any], list[Note]]:
    """The document with names and enum values in canonical case, and a note for each that was not.

    Names that the API version lacks take the case of the version that has them. Raises UnknownVersion.
    """
    walk = Walk(api_version)
    return walk.document(document), walk.notes


def ordered(document: dict[str, Any], api_version: str) -> dict[str, Any]:
    """The document with known members in declared order, unknown ones after them in their own. Raises UnknownVersion."""
    result: dict[str, Any] = _ordered(document, tree(api_version))
    return result


def write(document: dict[str, Any], api_version: str) -> str:
    """The document as text: declared order, two spaces, a line feed at the end. Raises UnknownVersion."""
    return json.dumps(ordered(document, api_version), indent=2, ensure_ascii=False) + "\n"


def versions_having(document: Any) -> tuple[str, ...]:
    """The API versions that have every property and value used, oldest first.

    Members that no version has are left out of account. So are secrets and free JSON.
    """
    common = _common(document, tree(versions.LATEST), _ALL)
    return tuple(version for position, version in enumerate(versions.API_VERSIONS) if common >> position & 1)


def minimum_version(document: Any) -> str | None:
    """The oldest API version that has every property and value used; None when no version has all of them."""
    return next(iter(versions_having(document)), None)


def _ordered(value: Any, node: Node | None) -> Any:
    if node is None or node.property.secret:
        return value
    prop = node.property
    if isinstance(value, dict) and isinstance(prop, Single):
        known = {wire: _ordered(value[wire], child) for wire, child in node.children.items() if wire in value}
        return known | {name: inner for name, inner in value.items() if name not in known}
    if isinstance(value, dict) and isinstance(prop, Map):
        return {name: _ordered(inner, node.item) for name, inner in value.items()}
    if isinstance(value, list) and isinstance(prop, List):
        return [_ordered(item, node.item) for item in value]
    return value


# ------------------------------------------------------------------------------------------- the catalogue of all versions

_ALL: Final = (1 << len(versions.API_VERSIONS)) - 1


@dataclass(slots=True)
class _Known:
    """A place in all versions. nodes: by spelling, each from the newest version that spells it so, the newest last.

    having: one bit for each version that has the place; values: the same for each value of a choice, by folded value.
    """

    nodes: dict[str, Node]
    having: int
    values: dict[str, int]

    @property
    def newest(self) -> Node:
        return next(reversed(self.nodes.values()))


@cache
def _known() -> dict[str, _Known]:
    """What is known of each place in all versions, by its folded pattern."""
    found: dict[str, _Known] = {}
    for position, version in enumerate(versions.API_VERSIONS):
        bit = 1 << position
        for node in tree(version).walk():
            known = found.setdefault(node.pattern.casefold(), _Known({}, 0, {}))
            known.nodes.pop(node.property.wire, None)
            known.nodes[node.property.wire] = node
            known.having |= bit
            if isinstance(node.property, Choice):
                for value in node.property.values_in(version):
                    folded = value.wire.casefold()
                    known.values[folded] = known.values.get(folded, 0) | bit
    return found


def _known_member(parent: Node, name: str) -> _Known | None:
    if not (name.isascii() and name.isalnum()):
        return None
    return _known().get((f"{parent.pattern}.{name}" if parent.pattern else name).casefold())


def elsewhere(parent: Node, name: str) -> Node | None:
    """The member of that name, in any case, from the newest version that has it; None when no version has it."""
    known = _known_member(parent, name)
    return None if known is None else known.nodes.get(name) or known.newest


def _common(value: Any, node: Node | None, common: int) -> int:
    """Those of the versions in `common` that have all that is used at the node."""
    if node is None or node.property.secret:
        return common
    prop = node.property
    if isinstance(value, str) and isinstance(prop, Choice):
        return common & _known()[node.pattern.casefold()].values.get(value.casefold(), _ALL)
    if isinstance(value, dict) and isinstance(prop, Single):
        for name, inner in value.items():
            known = _known_member(node, name)
            if known is not None:
                common = _common(inner, known.newest, common & known.having)
    elif isinstance(value, dict) and isinstance(prop, Map):
        for inner in value.values():
            common = _common(inner, node.item, common)
    elif isinstance(value, list) and isinstance(prop, List):
        for item in value:
            common = _common(item, node.item, common)
    return common


# ---------------------------------------------------------------------------------------------------------------- the walk

LineOf = Callable[[Any, str | int], int | None]


class Walk:
    """Rebuilds a document beside the catalogue of one API version. Nothing is changed in place.

    line_of: tells the line of a member or item of the text that was read. Subclasses correct more than case.
    """

    def __init__(self, api_version: str, line_of: LineOf = lambda _holder, _step: None) -> None:
        self.api_version = api_version
        self.line_of = line_of
        self.notes: list[Note] = []
        self.top = tree(api_version)

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self.value(document, self.top, (), 1)
        return result

    def note(self, kind: NoteKind, path: Path, message: str, line: int | None) -> None:
        self.notes.append(Note(kind, path, message, line))

    def value(self, value: Any, node: Node | None, path: Path, line: int | None) -> Any:
        """The value in canonical form. line: that of the member or item that holds it."""
        if node is None or node.property.secret:
            return value
        prop = node.property
        if isinstance(value, dict):
            if isinstance(prop, Single):
                return self.members(value, node, path, line)
            if isinstance(prop, Map):
                return {
                    name: self.value(inner, node.item, (*path, name), self.line_of(value, name) or line)
                    for name, inner in value.items()
                }
        elif isinstance(value, list):
            if isinstance(prop, List):
                return [
                    self.value(item, node.item, (*path, position), self.line_of(value, position) or line)
                    for position, item in enumerate(value)
                ]
        elif isinstance(value, str):
            return self.leaf(value, node, path, line)
        return value

    def members(self, value: dict[str, Any], node: Node, path: Path, line: int | None) -> dict[str, Any]:
        """The members of an object, under their canonical names."""
        result: dict[str, Any] = {}
        for name, inner in value.items():
            child = node.child(name) or elsewhere(node, name)
            wire = child.property.wire if child is not None else name
            here = self.line_of(value, name) or line
            if wire != name:
                if wire in value or wire in result:
                    # Two spellings of one member: which is meant cannot be told, so both stay and the check reports one.
                    child, wire = None, name
                else:
                    self.respelled(name, (*path, wire), here)
            result[wire] = self.value(inner, child, (*path, wire), here)
        return result

    def respelled(self, name: str, path: Path, line: int | None) -> None:
        """A member got its canonical name, the last step of the path."""
        self.note("canonicalised", path, f"“{name}” is spelled “{path[-1]}”.", line)

    def leaf(self, value: str, node: Node, path: Path, line: int | None) -> str:
        """A text, or one value of a choice."""
        prop = node.property
        if isinstance(prop, Choice):
            if any(known.wire == value for known in prop.values):
                return value
            for known in prop.values:
                if known.wire.casefold() == value.casefold():
                    self.note("canonicalised", path, f"“{value}” is spelled “{known.wire}”.", line)
                    return known.wire
        return value
