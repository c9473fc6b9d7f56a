"""Rules about characters that deceive, in any text of a request: nobody sees them, or they look like others."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final

from .. import hidden, paths, secrets
from ..findings import Change, Fix
from ..paths import MAX_DEPTH, Path
from .base import Hit, Hits, rule
from .shapes import decoded
from .view import OS_PROFILE, PROFILE, View

_ENCODED: Final[tuple[Path, ...]] = ((*OS_PROFILE, "customData"), (*PROFILE, "userData"))
"""Texts that stand there as base64."""

DECEIVING: Final = frozenset({"hidden-characters", "look-alike-letters"})
"""The rules of this module: what they find, a reviewer is to know before anything else."""


@rule(
    "hidden-characters",
    "This holds {told}. People read something else here than Azure gets. Remove what cannot be seen.",
    severity="warning",
    confidence="I",
    raw=True,
    subject="both",
)
def hidden_characters(view: View) -> Hits:
    found: dict[Path, tuple[str, str]] = {}
    for path, name, text in _odd_texts(view):
        if hidden.find(name) or hidden.find(text):
            found[path] = (name, text)
    if not found:
        return None
    secret = {path for path, _value in secrets.find(view.given)}
    return [
        _hit(view, path, name, text, any(path[:depth] in secret for depth in range(len(path) + 1)))
        for path, (name, text) in found.items()
    ]


def _hit(view: View, path: Path, name: str, text: str, secret: bool) -> Hit:
    """What one place hides, in its name and in its value."""
    described = [hidden.described(text, secret=secret)] if hidden.find(text) else []
    if hidden.find(name):
        described.append(f"{hidden.described(name, secret=secret)}, in the name")
    values = {"told": "; ".join(described)}
    if secret:
        return Hit(path, values, message="This holds {told}. Enter it again without.")
    changes = []
    if hidden.find(text):
        clean: Any = hidden.cleaned(text)
        changes.append(Change("set", path, _encoded(clean) if path in _ENCODED else clean))
    if hidden.find(name):
        to = (*path[:-1], hidden.cleaned(name).strip())
        if to[-1] and paths.get(view.given, to) is paths.MISSING:
            changes.append(Change("move", path, to=to))
        elif not changes:
            return Hit(path, values)
    return Hit(path, values, Fix("Remove what is hidden", tuple(changes)))


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


@rule(
    "look-alike-letters",
    "This holds {told}. If that is not meant, type it anew.",
    severity="warning",
    confidence="I",
    raw=True,
    subject="both",
)
def look_alike_letters(view: View) -> Hits:
    found: list[Hit] = []
    for path, name, text in _odd_texts(view):
        letter = hidden.look_alike(text) or hidden.look_alike(name)
        if letter is None or any(path == known for known, _value in secrets.find(view.given)):
            continue
        found.append(Hit(path, {"told": letter.described}))
    return found


def _odd_texts(view: View) -> Iterator[tuple[Path, str, str]]:
    """Place, name and text of each value that is not plain ASCII; what stands as base64, as the text it is."""
    if view.hints[2]:
        yield from _walk(view.given, (), 0)
    for path in _ENCODED:
        written = paths.get(view.given, path)
        plain = decoded(written) if isinstance(written, str) else None
        if plain is not None and not plain.isascii():
            try:
                yield path, "", plain.decode()
            except UnicodeDecodeError:
                continue


def _walk(holder: Any, path: Path, depth: int) -> Iterator[tuple[Path, str, str]]:
    steps = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for step, value in steps:
        place = (*path, step)
        name = step if isinstance(step, str) and not step.isascii() else ""
        if isinstance(value, str):
            if name or not value.isascii():
                yield place, name, value
            continue
        if name:
            yield place, name, ""
        if isinstance(value, dict | list) and depth < MAX_DEPTH:
            yield from _walk(value, place, depth + 1)
