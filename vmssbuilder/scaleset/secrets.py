"""Secret members of a document: found, masked, taken out and put back.

A document at rest holds `{"$secret": "<id>"}` where a secret belongs; what the id stands for is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from .catalogue import tree
from .paths import Path
from .properties import REFERENCE_KEY, List, Map, Node, Single
from .versions import LATEST

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


def find(document: Any, node: Node | None = None) -> Iterator[tuple[Path, Any]]:
    """Path and value of each secret in the document, stored or in clear.

    Names are compared without regard to case, so that a misspelt `adminpassword` is not missed, and in the newest API
    version, since the newest knows every secret.
    """
    if node is None:
        node = tree(LATEST)
    yield from _find(document, node, ())


def _find(value: Any, node: Node, path: Path) -> Iterator[tuple[Path, Any]]:
    prop = node.property
    if prop.secret:
        yield path, value
    elif isinstance(value, dict) and isinstance(prop, Single):
        for name, inner in value.items():
            child = node.child(name) if isinstance(name, str) else None
            if child is not None:
                yield from _find(inner, child, (*path, name))
    elif isinstance(value, dict) and isinstance(prop, Map) and node.item is not None:
        for name, inner in value.items():
            yield from _find(inner, node.item, (*path, name))
    elif isinstance(value, list) and isinstance(prop, List) and node.item is not None:
        for position, inner in enumerate(value):
            yield from _find(inner, node.item, (*path, position))


def replace(document: Any, change: Callable[[Path, Any], Any]) -> Any:
    """A copy of the document with each secret replaced by `change(path, value)`; the rest is shared, not copied deep."""
    copied = document
    for path, value in list(find(document)):
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
