"""What became of a request: the scale set as Azure has it now, held against what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .canonical import canonicalize
from .catalogue import tree
from .patching import member, same
from .paths import MISSING, Path
from .properties import Json, List, Map, Node
from .secrets import MASK, is_reference

Kind = Literal["ignored", "changed", "added"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """A place that is not as it was asked for. kind: "ignored" when Azure left it as it was, "changed" when it has
    another value, "added" for what nobody asked for in a list or among names of one's own. MISSING stands for nothing.
    """

    kind: Kind
    path: Path
    asked: Any
    got: Any


@dataclass(slots=True)
class Outcome:
    """deviations: what is not as asked. filled: what Azure put where nothing was said. withheld: the places of secrets
    that were sent, and that Azure does not return.
    """

    deviations: list[Deviation] = field(default_factory=list)
    filled: list[tuple[Path, Any]] = field(default_factory=list)
    withheld: list[Path] = field(default_factory=list)


_SHOWN_ON_REQUEST: Final = frozenset({"userData"})
"""What Azure returns only to who asks for it by name."""


def outcome(
    asked: dict[str, Any], got: dict[str, Any], api_version: str, before: dict[str, Any] | None = None
) -> Outcome:
    """How the scale set differs from what was asked for. Raises UnknownVersion.

    asked: the body of a create, or of an update with null for what was to go. got: as Azure returns it. before: the same
    before an update; what it had then is nothing that Azure filled in.
    """
    wanted, now = canonicalize(asked, api_version)[0], canonicalize(got, api_version)[0]
    held = canonicalize(before, api_version)[0] if before is not None else {}
    found = _Walk()
    found.members(wanted, now, held, tree(api_version), ())
    return found.outcome


class _Walk:
    """One pass over three documents: what was asked, what is there, what was there."""

    def __init__(self) -> None:
        self.outcome = Outcome()

    def members(
        self, asked: dict[str, Any], got: dict[str, Any], held: dict[str, Any], node: Node | None, path: Path
    ) -> None:
        """The members of an object. Names of resource ids come back in a case of Azure's own."""
        own = node is not None and isinstance(node.property, Map)
        spelled = {name.casefold(): name for name in got}
        seen = set()
        for name, value in asked.items():
            there = spelled.get(name.casefold(), name)
            seen.add(there)
            child = member(node, name)
            if child is None or not child.property.read_only:
                self.value(value, got.get(there, MISSING), held.get(name, MISSING), child, (*path, name))
        for name, value in got.items():
            child = member(node, name)
            if name in seen or value is None or (child is not None and child.property.read_only):
                continue
            if own:
                self._deviates("added", (*path, name), MISSING, value)
            else:
                self.outcome.filled += _leaves(value, held.get(name, MISSING), child, (*path, name))

    def value(self, asked: Any, got: Any, held: Any, node: Node | None, path: Path) -> None:
        """One place that was asked for."""
        got = MISSING if got is None else got
        if _is_secret(asked, node) or (path[-1] in _SHOWN_ON_REQUEST and got is MISSING):
            self.outcome.withheld.append(path)
        elif asked is None:
            if got is not MISSING and same(got, held, node):
                self._deviates("ignored", path, MISSING, got)
            elif got is not MISSING:
                self.outcome.filled += _leaves(got, MISSING, node, path)
        elif isinstance(asked, dict) and not (node is not None and isinstance(node.property, Json)):
            self.members(asked, _dict(got), _dict(held), node, path)
        elif isinstance(asked, list) and isinstance(got, list):
            self._items(asked, got, held, node, path)
        elif not same(asked, got, node):
            self._deviates(
                "ignored" if got is MISSING or same(got, held, node) else "changed", path, asked, got
            )

    def _items(self, asked: list[Any], got: list[Any], held: Any, node: Node | None, path: Path) -> None:
        item = node.item if node is not None and isinstance(node.property, List) else None
        partners = _partners(asked, got, item)
        old = held if isinstance(held, list) else []
        before = _partners(asked, old, item)
        for position, value in enumerate(asked):
            partner, was = partners[position], before[position]
            self.value(
                value,
                MISSING if partner is None else got[partner],
                MISSING if was is None else old[was],
                item,
                (*path, position),
            )
        for position, value in enumerate(got):
            if position not in partners:
                self._deviates("added", (*path, position), MISSING, value)

    def _deviates(self, kind: Kind, path: Path, asked: Any, got: Any) -> None:
        self.outcome.deviations.append(Deviation(kind, path, asked, got))


def _is_secret(asked: Any, node: Node | None) -> bool:
    hidden = node is not None and node.property.secret
    return asked is not None and (hidden or is_reference(asked) or asked == MASK)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _partners(asked: list[Any], got: list[Any], node: Node | None) -> list[int | None]:
    """For each item asked for its position among those there: by its name, by being equal, or in line."""
    names = [each.get("name") if isinstance(each, dict) else None for each in got]
    free = set(range(len(got)))
    found: list[int | None] = []
    for position, value in enumerate(asked):
        name = value.get("name") if isinstance(value, dict) else None
        if isinstance(name, str):
            matching = [at for at in sorted(free) if str(names[at]).casefold() == name.casefold()]
        elif isinstance(value, dict):
            matching = [position] if position in free else []
        else:
            matching = [at for at in sorted(free) if same(value, got[at], node)]
        found.append(matching[0] if matching else None)
        free.discard(found[-1] if found[-1] is not None else -1)
    return found


def _leaves(got: Any, held: Any, node: Node | None, path: Path) -> Iterator[tuple[Path, Any]]:
    """The values of a member that nothing was said about, less those that were there before."""
    if same(got, held, node) or (node is not None and node.property.read_only):
        return
    if isinstance(got, dict) and not (node is not None and isinstance(node.property, Json)):
        for name, inner in got.items():
            if inner is not None:
                yield from _leaves(inner, _dict(held).get(name, MISSING), member(node, name), (*path, name))
    else:
        yield path, got
