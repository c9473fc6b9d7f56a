"""What a draft says about the place of its scale set, and where it says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from vmssbuilder.azure.pickers import PICKERS, Picker, Where
from vmssbuilder.azure.pickers.kinds import IMAGE
from vmssbuilder.drafts import addresses
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import Path
from vmssbuilder.scaleset.properties import List, Map, Node

from . import images

_IMAGE: Final[Path] = ("properties", "virtualMachineProfile", "storageProfile", "imageReference")
OBJECTS: Final[dict[Path, str]] = {_IMAGE: IMAGE}
"""Objects whose members are chosen together, and the kind of picker for each."""
_FIXED: Final[dict[str, Path]] = {
    "subscription": (contents.TARGET, "subscription"),
    "region": ("location",),
}


@dataclass(frozen=True, slots=True)
class PickerTarget:
    """A place to choose a value for. several: it holds a list of them, or a map that they name the members of.

    member: where the items of the list are references, the member of each that names the resource.
    """

    path: Path
    node: Node
    picker: Picker
    several: bool = False
    member: str = ""

    @property
    def is_map(self) -> bool:
        return isinstance(self.node.property, Map)

    @property
    def is_object(self) -> bool:
        """Whether the members of an object are chosen together, by one value that stands for all of them."""
        return self.path in OBJECTS


@dataclass(frozen=True, slots=True)
class PickerContext:
    """What is being chosen: in which draft, for which place of it, and what the draft says of the place."""

    draft: Draft
    content: dict[str, Any]
    target: PickerTarget
    where: Where

    @property
    def url(self) -> str:
        return address(self.draft, self.target.path)

    @property
    def back(self) -> str:
        """The field itself; that of the list, for an item that is not there yet."""
        return addresses.field_url(self.draft.code, self.target.path, self.draft.api_version)

    @property
    def values(self) -> list[str]:
        """What the draft holds there now."""
        value = paths.get(self.content, self.target.path)
        if self.target.is_object:
            chosen = images.value_of(value) if isinstance(value, dict) else ""
            return [chosen] if chosen else []
        if isinstance(value, dict | list) and self.target.several:
            names = (
                (paths.get(each, (self.target.member,)) for each in value) if self.target.member else value
            )
            return [each for each in names if isinstance(each, str)]
        return [value] if isinstance(value, str) and value else []


def address(draft: Draft, path: Path) -> str:
    """The page to choose on."""
    return reverse("picker", args=[draft.code, paths.to_url(path)])


def target(path: Path, api_version: str) -> PickerTarget | None:
    """What can be chosen at a place; None where nothing can."""
    node = contents.node_at(path, api_version)
    if node is None or node.parent is None or node.property.read_only or node.property.secret:
        return None
    prop, member = node.property, ""
    if isinstance(prop, Map):
        kind, several = prop.kind, True
    elif isinstance(prop, List) and node.item is not None:
        named = node.item if node.item.is_leaf else node.item.children.get("id")
        kind, several = ("" if named is None else named.property.kind), True
        member = "" if node.item.is_leaf else "id"
    elif node.is_leaf or path in OBJECTS:
        kind, several = OBJECTS.get(path, prop.kind), False
    else:
        return None
    picker = PICKERS.get(kind)
    return None if picker is None else PickerTarget(path, node, picker, several, member)


def place_of(need: str, path: Path, picker: Picker) -> Path:
    """Where the draft says what a list needs: in fixed places, or beside the value itself."""
    if need in _FIXED:
        return _FIXED[need]
    return (*_IMAGE, need) if picker.kind.startswith("plan") else (*path[:-1], need)


def where(content: dict[str, Any], path: Path, picker: Picker) -> Where:
    """The place, as far as the draft says it."""
    said = {
        need: _text(paths.get(content, place_of(need, path, picker), ""))
        for need in {*picker.source.needs, "subscription", "region"}
    }
    zones = paths.get(content, ("zones",), [])
    return Where(
        **said,
        zones=tuple(each for each in zones if isinstance(each, str)) if isinstance(zones, list) else (),
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
