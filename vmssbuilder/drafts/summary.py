"""A request in words, for reading: every value that is set, with its label and the step it belongs to, secrets masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.canonical import ordered
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Boolean, Choice, List, Map, Node, Single, sentence_case

from . import content as contents
from . import places, steps
from .models import Draft, Revision


@dataclass(frozen=True, slots=True)
class Line:
    """One value: its label, the labels of what holds it, the value in words, and where it is changed."""

    path: Path
    label: str
    within: str
    value: str
    url: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one step."""

    step: steps.Step
    lines: list[Line]


def groups(source: Draft | Revision, code: str) -> list[Group]:
    """The values of a draft or revision by step, in the order of the form. Steps without a value are included, empty."""
    content = contents.of(source)
    found: dict[str, list[Line]] = {step.name: [] for step in steps.STEPS}
    target = content.pop(contents.TARGET)
    top = contents.node_at((contents.TARGET,), source.api_version)
    masked = ordered(secrets.mask(content), source.api_version)
    for path, node, value, within in [
        *_values((contents.TARGET,), target, top, ()),
        *_values((), masked, contents.node_at((), source.api_version), ()),
    ]:
        title = label(path, node)
        line = Line(
            path,
            title,
            ", ".join(within),
            words(node, value),
            places.field_url(code, path, source.api_version),
            node is None or not isinstance(node.property, Boolean | Choice),
        )
        found[steps.owner(path).name].append(line)
    return [Group(step, found[step.name]) for step in steps.STEPS]


def _values(
    path: Path, value: Any, node: Node | None, within: tuple[str, ...]
) -> Iterator[tuple[Path, Node | None, Any, tuple[str, ...]]]:
    prop = node.property if node is not None else None
    if isinstance(value, dict) and value and (prop is None or isinstance(prop, Single | Map)):
        here = within
        if isinstance(prop, Single) and not prop.inline and node is not None and node.parent is not None:
            listed = isinstance(node.parent.property, List)
            here = within if listed or path in ROOTS else (*within, prop.title)
        for name, inner in value.items():
            below = node.at((name,)) if node is not None else None
            yield from _values((*path, name), inner, below, here)
    elif isinstance(value, list) and value and (prop is None or isinstance(prop, List)):
        title = sentence_case(prop.singular) if isinstance(prop, List) else str(path[-1])
        for position, inner in enumerate(value):
            below = node.item if node is not None else None
            yield from _values((*path, position), inner, below, (*within, f"{title} {position + 1}"))
    elif value != "" or path[:1] != (contents.TARGET,):
        yield path, node, value, within


def label(path: Path, node: Node | None) -> str:
    """The title of a value; what stands behind a name of the user's own goes by that name."""
    if node is None:
        return str(path[-1])
    holder = node.parent.property if node.parent is not None else None
    if isinstance(holder, Map):
        return f"{sentence_case(holder.singular)} {path[-1]}"
    return node.property.title


ROOTS = frozenset(root for step in steps.STEPS for root in step.roots) | {
    ("properties", "virtualMachineProfile")
}


def words(node: Node | None, value: Any) -> str:
    """A value as a person reads it. Secrets must be masked by then."""
    prop = node.property if node is not None else None
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value in ({}, []):
        return "Empty"
    if isinstance(prop, Choice) and isinstance(value, str):
        return next((entry.label for entry in prop.values if entry.wire == value), value)
    if prop is not None:
        return prop.to_text(value)
    return value if isinstance(value, str) else repr(value)
