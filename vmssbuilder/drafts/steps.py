"""The steps of the form: which part of the content each owns, and the layout of every page that follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import List, Map, Node, Single
from vmssbuilder.scaleset.properties import tree as part_tree
from vmssbuilder.scaleset.versions import LATEST

from .content import TARGET, TargetPart

_PROFILE: Final = ("properties", "virtualMachineProfile")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the task list. roots: the paths it owns; a longer root of another step is that step's.

    headings: what stands over the fields of a root, where the root's own title does not say enough.
    """

    name: str
    title: str
    lead: str
    roots: tuple[Path, ...]
    headings: tuple[tuple[Path, str], ...] = ()

    def heading(self, root: Path, title: str) -> str:
        """The heading of a root on the step's page; none where it would repeat the page's own."""
        if not root or root == (TARGET,) or len(self.roots) == 1:
            return ""
        heading = dict(self.headings).get(root, title)
        return "" if heading == self.title else heading


STEPS: Final[tuple[Step, ...]] = (
    Step("basics", "Basics", "Where the scale set is to be, and what it is called.", ((TARGET,), ())),
    Step(
        "size",
        "Size and count",
        "How big each instance is, how many there are, and how they are kept.",
        (("sku",), ("properties",)),
        ((("properties",), "Behavior"),),
    ),
    Step(
        "operating-system",
        "Operating system",
        "The image that instances start from, and who may sign in to them.",
        ((*_PROFILE, "storageProfile", "imageReference"), ("plan",), (*_PROFILE, "osProfile")),
        (((*_PROFILE, "osProfile"), "Names and sign-in"),),
    ),
    Step(
        "storage",
        "Storage",
        "The operating system disk and the data disks.",
        ((*_PROFILE, "storageProfile"),),
    ),
    Step("network", "Network", "The network interfaces of each instance.", ((*_PROFILE, "networkProfile"),)),
    Step(
        "extensions",
        "Extensions",
        "Software that Azure runs on each instance after it starts.",
        ((*_PROFILE, "extensionProfile"),),
    ),
)

BY_NAME: Final = {step.name: step for step in STEPS}
_OWNERS: Final = {root: step for step in STEPS for root in step.roots}


def owner(path: Path) -> Step:
    """The step whose root is the longest prefix of the path."""
    while path not in _OWNERS:
        path = path[:-1]
    return _OWNERS[path]


def root_owner(path: Path) -> Step | None:
    """The step that has exactly this root, None when it is nobody's root."""
    return _OWNERS.get(path)


def following(step: Step) -> Step | None:
    """The step after this one, None after the last."""
    position = STEPS.index(step) + 1
    return STEPS[position] if position < len(STEPS) else None


@dataclass(frozen=True, slots=True)
class Field:
    """One input, list of rows or list of cards on a page. below: its path from the page's own place.

    within: the path of the one value that the field is a part of, such as the settings of an extension; () for a field
    that is a value of its own.
    """

    node: Node
    below: Path
    within: Path = ()

    @property
    def is_rows(self) -> bool:
        """Whether it is a list or map of small items, edited in place."""
        prop = self.node.property
        return isinstance(prop, Map) or (isinstance(prop, List) and prop.rows)

    @property
    def is_cards(self) -> bool:
        """Whether it is a list whose items have pages of their own."""
        return isinstance(self.node.property, List) and not self.is_rows


@dataclass(slots=True)
class Section:
    """Fields that belong together; title is empty for those of the page itself. below: the path of their object.

    system: the operating system that they are for, "" for both. folded: whether they are put away under their title,
    since the fields of another section say the same.
    """

    title: str
    below: Path
    help: str = ""
    system: str = ""
    folded: bool = False
    essential: list[Field] = field(default_factory=list)
    more: list[Field] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Layout:
    """All fields of one page, in sections. Each is made once and known by itself: form classes are kept by it."""

    sections: tuple[Section, ...]

    @property
    def fields(self) -> Iterator[Field]:
        for section in self.sections:
            yield from section.essential
            yield from section.more


@cache
def step_layout(step: Step, api_version: str) -> Layout:
    """The layout of a step's own page."""
    sections: list[Section] = []
    for root in step.roots:
        if root == (TARGET,):
            node: Node | None = part_tree(TargetPart, LATEST)
        else:
            node = tree(api_version).at(root)
        if node is not None:
            heading = step.heading(root, node.property.title)
            section = Section(heading, root, node.help if heading else "")
            sections.append(section)
            _collect(node, root, root, section, sections, frozenset(_OWNERS) - {root})
    return Layout(tuple(section for section in sections if section.essential or section.more))


@cache
def item_layout(pattern: str, api_version: str) -> Layout:
    """The layout of the page of one list item, whose pattern ends in `[]`. Paths are from the item."""
    node = next(node for node in tree(api_version).walk() if node.pattern == pattern)
    first = Section("", ())
    sections = [first]
    _collect(node, (), (), first, sections, frozenset())
    return Layout(tuple(section for section in sections if section.essential or section.more))


def _collect(
    node: Node, path: Path, below: Path, section: Section, sections: list[Section], others: frozenset[Path]
) -> None:
    for wire, child in node.children.items():
        place, under = (*path, wire), (*below, wire)
        prop = child.property
        if prop.read_only or place in others:
            continue
        if not isinstance(prop, Single):
            (section.essential if prop.essential else section.more).append(Field(child, under))
        elif prop.inline:
            _collect(child, place, under, section, sections, others)
        else:
            inner = Section(prop.title, under, child.help, prop.system or section.system)
            sections.append(inner)
            _collect(child, place, under, inner, sections, others)


def item_page(path: Path, api_version: str) -> Path:
    """The longest prefix of the path that is a list item with a page of its own; () when it lies on the step's page."""
    here: Node | None = tree(api_version)
    page: Path = ()
    for depth, step in enumerate(path):
        if here is None:
            break
        listed = here.property
        here = here.at((step,))
        if isinstance(listed, List) and not listed.rows and isinstance(step, int):
            page = path[: depth + 1]
    return page


@lru_cache(maxsize=1_500)
def anchor(path: Path) -> str:
    """The id of the field at the path, unique on its page."""
    return "f-" + _NOT_IN_IDS.sub("-", paths.text(path)).strip("-")


_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9]")
