"""Secret members of a document: found, masked, taken out and put back.

A document at rest holds `{"$secret": "<id>"}` where a secret belongs; what the id stands for is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from .catalogue import tree
from .paths import MISSING, Path
from .properties import REFERENCE_KEY, Node
from .versions import API_VERSIONS

MASK: Final = "********"
"""What stands for a secret in anything a person sees or downloads."""


def reference(secret_id: str) -> dict[str, str]:
    """What the document holds in place of the secret."""
    return {REFERENCE_KEY: secret_id}


def referred(value: Any) -> str | None:
    """The id of the stored secret that the value stands for, None when it stands for none."""
    return value[REFERENCE_KEY] if is_reference(value) else None


def is_reference(value: Any) -> bool:
    """Whether the value stands for a stored secret."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get(REFERENCE_KEY), str)


@dataclass(slots=True)
class _Way:
    """Where in an object or list secrets can be: members by folded name, or what stands behind every item or name."""

    secret: bool = False
    members: dict[str, _Way] = field(default_factory=dict)
    each: _Way | None = None


def _way(node: Node) -> _Way | None:
    """The ways from a node to secrets, None when there is none. Other branches need not be walked."""
    if node.property.secret:
        return _Way(secret=True)
    members = {wire.casefold(): way for wire, child in node.children.items() if (way := _way(child))}
    each = _way(node.item) if node.item is not None else None
    return _Way(members=members, each=each) if members or each else None


@cache
def _ways() -> _Way:
    """The newest API version knows every secret of the older ones, except those that were removed since."""
    ways = _Way()
    for version in API_VERSIONS:
        _join(ways, _way(tree(version)) or _Way())
    return ways


def _join(ways: _Way, more: _Way) -> None:
    ways.secret = ways.secret or more.secret
    for name, way in more.members.items():
        _join(ways.members.setdefault(name, _Way()), way)
    if more.each is not None:
        ways.each = ways.each or _Way()
        _join(ways.each, more.each)


def find(document: Any, known: Any = MISSING) -> list[tuple[Path, Any]]:
    """Path and value of each secret in the document, stored or in clear.

    Names are compared without regard to case, so that a misspelled `adminpassword` is not missed, and in all API
    versions, so that a document in the wrong one leaks nothing. null hides nothing and is none. known: a document whose
    secrets the caller knows; what is the very same object in the same place there is left out.
    """
    found: list[tuple[Path, Any]] = []
    _find(document, known, _ways(), (), found)
    return found


def _find(value: Any, known: Any, way: _Way, path: Path, found: list[tuple[Path, Any]]) -> None:
    if value is known:
        return
    if way.secret:
        if value is not None:
            found.append((path, value))
    elif isinstance(value, dict):
        before = known if isinstance(known, dict) else {}
        for name, inner in value.items():
            below = way.each or way.members.get(name.casefold())
            if below is not None:
                _find(inner, before.get(name, MISSING), below, (*path, name), found)
    elif isinstance(value, list) and way.each is not None:
        items = known if isinstance(known, list) and len(known) == len(value) else [MISSING] * len(value)
        for position, (inner, was) in enumerate(zip(value, items, strict=True)):
            _find(inner, was, way.each, (*path, position), found)


def replace(document: Any, change: Callable[[Path, Any], Any]) -> Any:
    """A copy of the document with each secret replaced by `change(path, value)`; the rest is shared, not copied deep."""
    copied = document
    for path, value in find(document):
        changed = change(path, value)
        if changed is not value:
            copied = _with(copied, path, changed)
    return copied


def _with(value: Any, path: Path, changed: Any) -> Any:
    if not path:
        return changed
    step = path[0]
    if isinstance(value, dict):
        return {**value, step: _with(value[step], path[1:], changed)}
    return [
        _with(item, path[1:], changed) if position == step else item for position, item in enumerate(value)
    ]


def mask(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every secret shown as "********", whether stored or in clear."""
    masked: dict[str, Any] = replace(document, lambda _path, _value: MASK)
    return masked


def references(document: Any) -> dict[str, Path]:
    """The ids of the stored secrets in the document, with their paths."""
    return {value[REFERENCE_KEY]: path for path, value in find(document) if is_reference(value)}
