"""A request in words, for reading: every value that is set, with its label and the step it belongs to, secrets masked."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.utils.safestring import SafeString

from vmssbuilder.scaleset import paths, secrets
from vmssbuilder.scaleset.canonical import ordered
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import Boolean, Choice, List, Map, Node, Single, sentence_case
from vmssbuilder.scaleset.resource_ids import ResourceId
from vmssbuilder.web.rendering import drawn

from . import addresses, sent, steps
from . import content as contents
from .forms.cards import item_title
from .models import Draft, Revision


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One value: its label, the labels of what holds it, the value in words, and where it is changed.

    name: what people call the resource or subscription whose id the value is, "" for other values. in_sight: whether the
    id stands beside the name.
    """

    path: Path
    label: str
    within: str
    value: str
    url: str
    is_code: bool
    name: str = ""
    in_sight: bool = False


@dataclass(frozen=True, slots=True)
class StepSummary:
    """The values of one step. count: how many there are; lines: those that are shown."""

    step: steps.Step
    lines: list[SummaryLine]
    count: int


LINES_A_STEP: Final = 200
"""How many values of a step stand on a page with all steps."""
_LONGEST: Final = 4_000
"""Characters of a value that are shown in a line."""


def groups(
    source: Draft | Revision,
    code: str,
    first: int = 0,
    most: int = LINES_A_STEP,
    only: str = "",
    subscription: str = "",
) -> list[StepSummary]:
    """The values of a draft or revision by step, in the order of the form. Steps without a value are included, empty.

    first, most: which lines of each step; only: the name of the one step that is wanted. subscription: the name of
    the scale set's subscription, "" where it is not known.
    """
    content = contents.of(source)
    found: dict[str, list[SummaryLine]] = {step.name: [] for step in steps.STEPS}
    counts = dict.fromkeys(found, 0)
    target = content.pop(contents.TARGET)
    top = contents.node_at((contents.TARGET,), source.api_version)
    masked = ordered(_with_kept(source, secrets.mask(content)), source.api_version)
    for path, node, value, within in [
        *_values((contents.TARGET,), target, top, ()),
        *_values((), masked, contents.node_at((), source.api_version), ()),
    ]:
        step_name = _owner(contents.shape(path))
        number = counts[step_name]
        counts[step_name] = number + 1
        if not first <= number < first + most or (only and step_name != only):
            continue
        title, written = label(path, node), words(node, value)
        if value == {} and (listed := _listed_by_id(path, node)):
            # An identity is a name without a value: the name is what there is to read.
            title, written = listed, str(path[-1])
        of_subscription = path == (contents.TARGET, "subscription")
        name = subscription if of_subscription else _resource(written, target.get("subscription", ""))
        shown = written if name else _without_ends(written)
        line = SummaryLine(
            path,
            title,
            ", ".join(within),
            shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}… ({len(shown):,} characters in all)",
            addresses.field_url(code, path, source.api_version, held=True),
            node is None or not isinstance(node.property, Boolean | Choice),
            name,
            of_subscription,
        )
        found[step_name].append(line)
    return [
        StepSummary(step, found[step.name], counts[step.name])
        for step in steps.STEPS
        if not only or step.name == only
    ]


def _listed_by_id(path: Path, node: Node | None) -> str:
    """What an entry is that goes by a resource id: “Identity”; "" for all others."""
    holder = node.parent.property if node is not None and node.parent is not None else None
    if not isinstance(holder, Map) or ResourceId.parse(str(path[-1])) is None:
        return ""
    return sentence_case(holder.singular)


def _resource(written: str, own: str) -> str:
    """What people call the resource that an id names, "" for other texts. own: the subscription of the scale set."""
    found = ResourceId.parse(written)
    if found is None:
        return ""
    elsewhere = found.subscription and own and found.subscription.casefold() != own.strip().casefold()
    return f"{found.words}, another subscription" if elsewhere else found.words


def _without_ends(text: str) -> str:
    """A text whose words are no longer than people read: of a key its beginning and its end."""
    if len(text) <= _LINE:
        return text
    return _LONG_WORD.sub(lambda found: f"{found[0][:24]}…{found[0][-12:]}", text)


_LONG_WORD: Final = re.compile(r"[A-Za-z0-9+/=_-]{101,}")


@lru_cache(maxsize=2_000)
def _owner(shape: Path) -> str:
    return steps.owner(shape).name


def _with_kept(source: Draft | Revision, masked: dict[str, Any]) -> dict[str, Any]:
    """The document with words in place of the secrets that Azure keeps."""
    kept = sent.kept(source)
    if kept:
        masked = copy.deepcopy(masked)
    for each in kept:
        words = "Kept by Azure if it was set"
        paths.put(masked, each.path, f"{words}, lost with this request" if each.lost else words)
    return masked


def html(
    source: Draft | Revision, code: str, *, editable: bool = False, subscription: str = ""
) -> SafeString:
    """The groups as HTML, with links that change each value for people who may: the largest part of the check page.

    subscription: its name, "" where it is not known.
    """
    number = source.head if isinstance(source, Draft) else source.number
    listed = groups(source, code, subscription=subscription)
    context = {"groups": listed, "code": code, "revision": number, "editable": editable}
    return drawn("forms/summary.html", context)


def page_title(source: Draft | Revision, path: Path) -> str:
    """The page of the form that a place is on, in words: its step, and the items it lies in."""
    content = contents.of(source)
    titles = [steps.owner(path).title]
    for depth in range(1, len(steps.item_page(path, source.api_version)) + 1):
        number, node = path[depth - 1], contents.node_at(path[:depth], source.api_version)
        if isinstance(number, int) and node is not None:
            titles.append(item_title(node, paths.get(content, path[:depth], {}), number)[0])
    return ", ".join(titles)


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
    elif isinstance(value, list) and value and isinstance(prop, List) and _is_plain(node, value):
        yield path, node, value, within
    elif isinstance(value, list) and value and (prop is None or isinstance(prop, List)):
        title = sentence_case(prop.singular) if isinstance(prop, List) else str(path[-1])
        for position, inner in enumerate(value):
            below = node.item if node is not None else None
            yield from _values((*path, position), inner, below, (*within, f"{title} {position + 1}"))
    elif (value != "" or path[:1] != (contents.TARGET,)) and (path or value):
        yield path, node, value, within


def _is_plain(node: Node | None, value: list[Any]) -> bool:
    """Whether a list stands on one line: zones, but no keys and no secrets' places."""
    return (
        node is not None
        and node.item is not None
        and node.item.is_leaf
        and all(isinstance(each, str) and len(each) <= _LINE for each in value)
        and len(value) <= _ITEMS_A_LINE
    )


_ITEMS_A_LINE: Final = 20
_LINE: Final = 100
"""Characters of a text without a blank from which on it is cut: a key would take twenty lines, and nobody reads one."""


def label(path: Path, node: Node | None) -> str:
    """The title of a value; what stands behind a name of the user's own goes by that name."""
    if node is None:
        return str(path[-1])
    holder = node.parent.property if node.parent is not None else None
    if isinstance(holder, Map):
        return f"{sentence_case(holder.singular)} {path[-1]}"
    return node.property.title


ROOTS = frozenset(place for step in steps.STEPS for place in step.rest) | {
    ("properties", "virtualMachineProfile")
}


def words(node: Node | None, value: Any) -> str:
    """A value as a person reads it. Secrets must be masked by then."""
    prop = node.property if node is not None else None
    if value is None:
        return "Nothing (null)"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value in ({}, []):
        return "Empty"
    if isinstance(prop, List) and node is not None and isinstance(value, list):
        return ", ".join(words(node.item, each) for each in value)
    if isinstance(prop, Choice) and isinstance(value, str):
        return next((entry.label for entry in prop.values if entry.wire == value), value)
    if prop is not None:
        return prop.to_text(value)
    return value if isinstance(value, str) else repr(value)
