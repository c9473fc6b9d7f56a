"""Find a setting: from what a person calls it to the field that edits it in their draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from vmssbuilder.scaleset import API_VERSIONS, paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import List, Map, Node, Single, with_article
from vmssbuilder.scaleset.properties import tree as part_tree
from vmssbuilder.scaleset.versions import LATEST, order

from . import addresses, conditions, steps
from . import content as contents
from .forms.cards import item_title
from .models import Draft
from .setting_search import index
from .setting_search.index import SettingEntry

SHOWN: Final = 12
"""How many settings a search shows; a person who sees none of them types another word."""

PLACES_AT_MOST: Final = 200
"""How many items of lists are offered to choose from."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A field that edits the setting. within: titles of the items it lies in. missing: what the list it lies in lacks.

    hidden_for: the state in which it does not apply, "" where it does; the address is then that of the choice.
    """

    url: str
    within: str
    missing: str
    hidden_for: str = ""


@dataclass(frozen=True, slots=True)
class FoundSetting:
    """A setting that a search found. needs: why this draft has no field for it, "" where it has."""

    entry: SettingEntry
    url: str
    note: str
    needs: str
    draft_version: str

    @property
    def help(self) -> str:
        """What the setting does, in the words of the draft's API version."""
        version = self.draft_version if not self.needs else self.entry.node.api_version
        return self.entry.declared.help_in(version)

    @property
    def is_listed(self) -> bool:
        """Whether the reference has a page about it: it has none about the address of the scale set."""
        return not self.entry.place.startswith(contents.TARGET)


def search(draft: Draft, query: str) -> list[FoundSetting]:
    """The settings that a person may mean, the likeliest first. Raises nothing; an empty query finds nothing."""
    if not query.strip():
        return []
    return [_found(draft, entry) for entry in ranked(query, draft.api_version)[:SHOWN]]


def ranked(query: str, api_version: str) -> list[SettingEntry]:
    """All settings that have every word of the query, the likeliest to be meant first."""
    found = []
    for score, entry in index.scores(query, settings()):
        if score:
            # Sections hold what is meant more often than they are meant themselves.
            weight = 0.2 if _is_section(entry.node) and not entry.phrases else 1
            found.append((-score * weight, _node(entry, api_version) is None, entry))
    return [entry for _score, _lacking, entry in sorted(found, key=lambda each: each[:2])]


def setting(place: str) -> SettingEntry | None:
    """The setting of a place, None when no API version has it or nobody fills it in."""
    wanted = index.place_of(place).casefold()
    return next((entry for entry in settings() if entry.folded["place"] == wanted), None)


def destinations(draft: Draft, entry: SettingEntry) -> list[Destination]:
    """Every field that edits the setting in the draft, none when its API version has none."""
    node = _node(entry, draft.api_version)
    if node is None:
        return []
    found = []
    for path, missing in _spots(draft, node):
        way = None if missing else _in_the_way(draft, node, path)
        if way is not None:
            page = steps.item_page(path, draft.api_version) if way.near else ()
            url = addresses.field_url(draft.code, page + way.choice, draft.api_version)
            found.append(Destination(url, _within(draft, path), "", way.hidden_for))
            continue
        url = addresses.field_url(draft.code, path, draft.api_version)
        found.append(Destination(url, _within(draft, path), missing))
    return found[:PLACES_AT_MOST]


def _in_the_way(draft: Draft, node: Node, path: Path) -> conditions.FieldCondition | None:
    """The condition that keeps the setting from being shown, None where it is."""
    content = contents.of(draft)
    if paths.get(content, path) is not paths.MISSING:
        return None
    page = steps.item_page(path, draft.api_version)
    return next((each for each in conditions.of(node) if not each.applies(content, page)), None)


def version_for(entry: SettingEntry, api_version: str) -> str:
    """The API version to switch to for the setting: the next later one that has it, else the last earlier one."""
    having = [version for version in API_VERSIONS if _node(entry, version)]
    later = [version for version in having if order(version) > order(api_version)]
    return later[0] if later else having[-1]


def needs(entry: SettingEntry, api_version: str) -> str:
    """Which versions the setting needs, in words; "" when the version has it."""
    if _node(entry, api_version):
        return ""
    wanted = version_for(entry, api_version)
    which = "later" if order(wanted) > order(api_version) else "earlier"
    alone = "" if _node(entry, LATEST) or which == "earlier" else f", at most {entry.until}"
    return f"Needs {wanted} or {which}{alone}; this draft has {api_version}"


@cache
def settings() -> tuple[SettingEntry, ...]:
    """Everything that has a field or a section in some version: the address of the scale set first."""
    top = part_tree(contents.TargetPart, LATEST)
    address = [index.entry_of(f"{contents.TARGET}.{wire}", [node]) for wire, node in top.children.items()]
    return (*address, *(entry for entry in index.entries() if _is_setting(entry)))


def _is_setting(entry: SettingEntry) -> bool:
    if entry.read_only:
        return False
    node = entry.node
    if isinstance(node.property, Single):
        return _only(node) is not None or (_is_section(node) and any(_fields(node)))
    holder = node.parent
    return holder is None or _only(holder) is not node


def _is_section(node: Node) -> bool:
    """Whether it is a part of a page rather than a field."""
    prop = node.property
    return isinstance(prop, Single) and not prop.inline and _only(node) is None


def _fields(node: Node) -> Iterator[Node]:
    for child in node.children.values():
        if not isinstance(child.property, Single) and not child.property.read_only:
            yield child
        elif isinstance(child.property, Single) and child.property.inline:
            yield from _fields(child)


def _only(node: Node) -> Node | None:
    """The one field of an object that is nothing but a reference or a wrapper of the same name, None of any other."""
    children = list(node.children.values())
    if len(children) != 1 or not isinstance(node.property, Single) or node.parent is None:
        return None
    return children[0] if children[0].is_leaf and children[0].property.title == node.property.title else None


@cache
def _nodes(api_version: str) -> dict[str, Node]:
    top = part_tree(contents.TargetPart, LATEST)
    address = {f"{contents.TARGET}.{wire}": node for wire, node in top.children.items()}
    # The list before its items: both have the same place.
    return address | {index.place_of(node.pattern): node for node in reversed(list(tree(api_version).walk()))}


def _node(entry: SettingEntry, api_version: str) -> Node | None:
    """The declaration of the setting in the version, None when the form has neither a field nor a section for it."""
    node = _nodes(api_version).get(entry.place)
    return None if node is None or (_is_section(node) and not any(_fields(node))) else node


def _found(draft: Draft, entry: SettingEntry) -> FoundSetting:
    here = f"/drafts/{draft.code}/find/?place={entry.place}"
    version = draft.api_version
    lacking = needs(entry, version)
    if lacking:
        return FoundSetting(entry, here, lacking, lacking, version)
    spots = destinations(draft, entry)
    if len(spots) > 1:
        return FoundSetting(entry, here, f"In {len(spots)} places: choose one", "", version)
    only = spots[0]
    if only.hidden_for:
        return FoundSetting(
            entry, only.url, f"Hidden for {only.hidden_for}: this leads to the choice", "", version
        )
    if only.missing:
        return FoundSetting(entry, only.url, f"Add {with_article(only.missing)} first", "", version)
    return FoundSetting(entry, only.url, f"In {only.within}" if only.within else "", "", version)


def _spots(draft: Draft, node: Node) -> list[tuple[Path, str]]:
    """Every place in the draft that the declaration means, with the noun of the item that is missing on the way to it."""
    chain = [node]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    if index.place_of(node.pattern) != node.pattern.replace("[]", "").replace("{}", ""):
        return []
    start: Path = (contents.TARGET,) if _is_address(chain[-1]) else ()
    spots: list[tuple[Path, str]] = [(start, "")]
    for step in reversed(chain[:-1]):
        holder = step.parent
        if holder is not None and holder.item is step:
            prop = holder.property
            if isinstance(prop, Map) or (isinstance(prop, List) and prop.rows):
                # Rows are edited where their list stands.
                break
            noun = prop.singular if isinstance(prop, List) else ""
            spots = [spot for path, missing in spots for spot in _items(draft, path, missing, noun)]
        else:
            spots = [(path if missing else (*path, step.property.wire), missing) for path, missing in spots]
    only = _only(node)
    return [
        (path if missing or only is None else (*path, only.property.wire), missing) for path, missing in spots
    ]


def _is_address(top: Node) -> bool:
    return isinstance(top.property, Single) and top.property.part is contents.TargetPart


def _items(draft: Draft, path: Path, missing: str, noun: str) -> list[tuple[Path, str]]:
    if missing:
        return [(path, missing)]
    held = paths.get(draft.document, path)
    count = len(held) if isinstance(held, list) else 0
    return [((*path, number), "") for number in range(count)] or [(path, noun)]


def _within(draft: Draft, path: Path) -> str:
    """The titles of the list items on the way to a place, such as "nic-a, ip-a"."""
    titles = []
    for depth in range(1, len(path) + 1):
        number = path[depth - 1]
        node = contents.node_at(path[:depth], draft.api_version)
        if isinstance(number, int) and node is not None:
            titles.append(item_title(node, paths.get(draft.document, path[:depth], {}), number)[0])
    return ", ".join(titles)
