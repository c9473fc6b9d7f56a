"""Corrections of a document while it is read: wrong names, places and shapes whose intent is plain, each with a note.

They come from what Microsoft's own page on scale sets gets wrong, and from what people then copy. What is not plain
stays as it is and is reported by the check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from .canonical import Note, Walk, elsewhere
from .catalogue import tree
from .expressions import Unresolved
from .json_text import Parsed
from .paths import Path, text
from .properties import List, Map, Node, Property, Single, Text
from .secrets import MASK, find, is_reference

RENAMES: Final[dict[str, str]] = {
    "disksizeingb": "diskSizeGB",
    "pass": "passName",
    "component": "componentName",
}
"""Names that Microsoft's page has and no API version: by folded name, what is meant. Only where a part has the latter."""

HOMES: Final[tuple[tuple[str, ...], ...]] = (
    ("properties",),
    ("virtualMachineProfile",),
    ("properties", "virtualMachineProfile"),
    ("managedDisk",),
)
"""Where a member that its object does not have may belong, seen from the object; the first that has it is taken."""

_SCRIPT_TYPES: Final = frozenset(("customscript", "customscriptextension", "customscriptforlinux"))
_SCRIPT_NAMES: Final = {
    name.casefold(): name
    for name in (
        "fileUris",
        "commandToExecute",
        "script",
        "storageAccountName",
        "storageAccountKey",
        "managedIdentity",
    )
}
_AROUND_SLASH = re.compile(r"\s*/\s*")


class Corrections(Walk):
    """Case, and what else is plainly wrong. Nothing is dropped but what Azure itself writes."""

    def __init__(self, api_version: str, parsed: Parsed) -> None:
        super().__init__(api_version, parsed.line_in)
        self.parsed = parsed

    def value(self, value: Any, node: Node | None, path: Path, line: int | None) -> Any:
        if node is not None and not (
            node.property.secret or is_reference(value) or isinstance(value, Unresolved)
        ):
            value = self._shaped(value, node, path, line)
        return super().value(value, node, path, line)

    def members(self, value: dict[str, Any], node: Node, path: Path, line: int | None) -> dict[str, Any]:
        for correct in (
            self._renamed,
            self._extension,
            self._housed,
            self._image_disk_type,
            self._without_read_only,
        ):
            value = correct(value, node, path, line)
        return super().members(value, node, path, line)

    def leaf(self, value: str, node: Node, path: Path, line: int | None) -> str:
        if isinstance(node.property, Text) and value.lstrip().casefold().startswith("/subscriptions/"):
            trimmed = _AROUND_SLASH.sub("/", value.strip())
            if trimmed != value:
                self.note("trimmed", path, "Removed the spaces from a resource ID.", line)
            return trimmed
        return super().leaf(value, node, path, line)

    # Names and places.

    def _renamed(self, value: dict[str, Any], node: Node, path: Path, line: int | None) -> dict[str, Any]:
        """Names that no version has, replaced by those that are meant."""
        renames: dict[str, str] = {}
        for name in value:
            wire = RENAMES.get(name.casefold())
            if wire is not None and _has(node, wire) and not _has(node, name) and _key(value, wire) is None:
                renames[name] = wire
                self.note(
                    "renamed",
                    (*path, wire),
                    f"“{name}” is called “{wire}”.",
                    self.line_of(value, name) or line,
                )
        return self._copy(value, renames) if renames else value

    def _housed(self, value: dict[str, Any], node: Node, path: Path, line: int | None) -> dict[str, Any]:
        """Members put into the object below that has them, where this one has not and the place is free."""
        for name in list(value):
            home = _home(node, name)
            if home is not None:
                value = self._move(value, name, (*home, name), path, line) or value
        return value

    def _image_disk_type(
        self, value: dict[str, Any], node: Node, path: Path, line: int | None
    ) -> dict[str, Any]:
        """The type of the OS disk, given with the image, moved to the disk."""
        image_key = _key(value, "imageReference")
        image = value.get(image_key) if image_key is not None and node.at(_DISK_TYPE) is not None else None
        name = _key(image, "storageAccountType") if isinstance(image, dict) else None
        if image_key is None or name is None or not isinstance(image, dict):
            return value
        disk = value.get(_key(value, "osDisk") or "")
        if isinstance(disk, dict) and (_key(disk, "vhdContainers") or _key(disk, "image")):
            return value  # an unmanaged disk has no type of its own; the check reports the stray member
        here = self.line_of(image, name) or line
        moved = self._graft(value, (*_DISK_TYPE[:-1], name), image[name])
        if moved is None:
            return value
        moved[image_key] = self._copy(image, {}, without=name)
        self.note(
            "moved", (*path, *_DISK_TYPE), f"“{name}” belongs to the disk: moved to {text(_DISK_TYPE)}.", here
        )
        if disk is None:
            moved = self._graft(moved, ("osDisk", "createOption"), "FromImage") or moved
            message = "Added “createOption”: a disk with an image is made from it."
            self.note("moved", (*path, "osDisk", "createOption"), message, here)
        return moved

    def _extension(self, value: dict[str, Any], node: Node, path: Path, line: int | None) -> dict[str, Any]:
        """An extension written flat: its type, and the settings of a script."""
        if _has(node, "protectedSettings"):
            return self._script_settings(value, path, line)
        below = node.children.get("properties")
        if below is None or not _has(below, "protectedSettings"):
            return value
        type_key = _key(value, "type")
        # Azure writes an extension's resource type in the same place; that one has a slash.
        if type_key is not None and isinstance(value[type_key], str) and "/" not in value[type_key]:
            value = self._move(value, type_key, ("properties", type_key), path, line) or value
        for name in list(value):
            if name.casefold() in ("fileuris", "commandtoexecute"):
                value = self._move(value, name, ("properties", "settings", name), path, line) or value
        return value

    def _script_settings(self, value: dict[str, Any], path: Path, line: int | None) -> dict[str, Any]:
        """The members of a script extension's settings in the case on which the extension insists."""
        kind = value.get(_key(value, "type") or "")
        if not isinstance(kind, str) or kind.casefold() not in _SCRIPT_TYPES:
            return value
        for name in list(value):
            if name.casefold() in ("fileuris", "commandtoexecute"):
                value = self._move(value, name, ("settings", name), path, line) or value
        for holder in ("settings", "protectedSettings"):
            key = _key(value, holder)
            settings = value.get(key) if key is not None else None
            if key is None or not isinstance(settings, dict):
                continue
            spelt = {name: _SCRIPT_NAMES.get(str(name).casefold()) or name for name in settings}
            renames = {
                name: right for name, right in spelt.items() if name != right and right not in settings
            }
            for name, right in renames.items():
                here = self.line_of(settings, name) or line
                self.note(
                    "renamed",
                    (*path, holder, right),
                    f"The script extension spells “{name}” “{right}”.",
                    here,
                )
            if renames:
                value = self._copy(value, {})
                value[key] = self._copy(settings, renames)
        return value

    def _without_read_only(
        self, value: dict[str, Any], node: Node, path: Path, line: int | None
    ) -> dict[str, Any]:
        """The object without what Azure writes."""
        for name in list(value):
            child = node.child(name) or elsewhere(node, name)
            if child is not None and child.property.read_only:
                here = self.line_of(value, name) or line
                self.note(
                    "removed", (*path, name), f"Left out “{name}”: Azure writes it, a request does not.", here
                )
                value = self._copy(value, {}, without=name)
        return value

    def _move(
        self, value: dict[str, Any], name: str, to: tuple[str, ...], path: Path, line: int | None
    ) -> dict[str, Any] | None:
        """The object with a member moved below, None where the place is taken."""
        here = self.line_of(value, name) or line
        moved = self._graft(self._copy(value, {}, without=name), to, value[name])
        if moved is not None:
            self.note(
                "moved", (*path, *to), f"“{name}” belongs to “{to[-2]}”: moved to {text((*path, *to))}.", here
            )
        return moved

    def _graft(self, value: dict[str, Any], to: tuple[str, ...], inner: Any) -> dict[str, Any] | None:
        key = _key(value, to[0])
        if len(to) == 1:
            return None if key is not None else {**value, to[0]: inner}
        below = value[key] if key is not None else {}
        grafted = self._graft(below, to[1:], inner) if isinstance(below, dict) else None
        if grafted is None:
            return None
        self.parsed.stands_for(grafted, below)
        copied = self._copy(value, {})
        copied[key or to[0]] = grafted
        return copied

    def _copy(
        self, value: dict[str, Any], renames: dict[str, str], without: str | None = None
    ) -> dict[str, Any]:
        copied = {renames.get(name, name): inner for name, inner in value.items() if name != without}
        self.parsed.stands_for(copied, value, renames)
        return copied

    # Shapes.

    def _shaped(self, value: Any, node: Node, path: Path, line: int | None) -> Any:
        """The value with the brackets and braces that its place asks for, where they are plainly missing."""
        shaped, what = value, ""
        if isinstance(node.property, List) and node.item is not None:
            shaped, what = _as_list(value, node.item)
        elif isinstance(node.property, Single):
            shaped, what = _as_object(value, node)
        if what:
            name = next((str(step) for step in reversed(path) if isinstance(step, str)), "The document")
            self.note("wrapped", path, f"“{name}” {what}", line)
        return shaped


_DISK_TYPE: Final = ("osDisk", "managedDisk", "storageAccountType")


def _as_list(value: Any, item: Node) -> tuple[Any, str]:
    """A single item as a list of one, and what to say about it."""
    if isinstance(item.property, Single):
        if isinstance(value, dict) and value and _describes(value, item):
            return [value], "is a list: put its one object in square brackets."
    elif isinstance(value, str) and item.property.json_type == "string":
        return [value], "is a list: put its one text in square brackets."
    return value, ""


def _as_object(value: Any, node: Node) -> tuple[Any, str]:
    """A text, list or object that is what one member of the object should be, as that object; and what to say."""
    if isinstance(value, str):
        wires = [wire for wire, child in node.children.items() if isinstance(child.property, Text)]
        if len(node.children) == 1 and wires and wires[0] in ("id", "uri"):
            return {wires[0]: value}, f"is an object: wrote the text as its “{wires[0]}”."
    elif isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], dict) and value[0] and _describes(value[0], node):
            return value[0], "is one object: took it out of a list of one."
        wire = _list_of(node, value)
        if wire is not None:
            return {wire: value}, f"is an object: wrote the list as its “{wire}”."
    elif isinstance(value, dict) and value and not any(_knows(node, name) for name in value):
        wire = _list_of(node, [value])
        if wire is not None:
            return {wire: [value]}, f"is an object: wrote its members as one of its “{wire}”."
    return value, ""


def _list_of(node: Node, items: list[Any]) -> str | None:
    """The one list of the object to which all these items can belong."""
    if not items or not all(isinstance(item, dict) and item for item in items):
        return None
    fitting = [
        wire
        for wire, child in node.children.items()
        if isinstance(child.property, List)
        and child.item is not None
        and isinstance(child.item.property, Single)
        and all(_describes(item, child.item) for item in items)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _describes(value: dict[str, Any], node: Node) -> bool:
    """Whether every member of the value is one of the part, perhaps under a wrong name or in the wrong place."""
    return all(_knows(node, name) for name in value)


def _knows(node: Node, name: str) -> bool:
    wire = RENAMES.get(name.casefold())
    return _has(node, name) or (wire is not None and _has(node, wire)) or _home(node, name) is not None


def _has(node: Node, name: str) -> bool:
    """Whether the part has a member of that name, in any case, in any version."""
    return node.child(name) is not None or elsewhere(node, name) is not None


def _home(node: Node, name: str) -> tuple[str, ...] | None:
    """Where below the object a member belongs that the object itself does not have."""
    if _has(node, name):
        return None
    for home in HOMES:
        below = node.at(home)
        member = below.child(name) or elsewhere(below, name) if below is not None else None
        # Single values of the instances (a priority, a licence) are too easily meant for something else.
        if member is not None and (
            home[-1] != "virtualMachineProfile" or isinstance(member.property, Single)
        ):
            return home
    return None


def _key(value: dict[str, Any], name: str) -> str | None:
    """The object's own spelling of a name."""
    if name in value:
        return name
    folded = name.casefold()
    return next((key for key in value if key.casefold() == folded), None)


# ----------------------------------------------------------------------------------------------------------------- secrets


def masked(document: dict[str, Any]) -> list[Note]:
    """A note for each secret that is only stars: a copy of a page that hides it."""
    return [
        Note("withheld", path, f"“{path[-1]}” is masked ({MASK}). Enter it again.")
        for path, value in find(document)
        if value == MASK
    ]


def withheld(document: dict[str, Any], api_version: str) -> list[Note]:
    """A note for each secret that Azure never returns and that the scale set may have."""
    return [
        Note(
            "withheld",
            path,
            f"Azure does not return “{path[-1]}” ({prop.title}). Enter it again if it was set.",
        )
        for path, prop in _absent(document, tree(api_version), ())
    ]


def _absent(value: Any, node: Node, path: Path) -> Iterator[tuple[Path, Property]]:
    """The secrets that an object of the document could have and has not."""
    prop = node.property
    if isinstance(value, dict) and isinstance(prop, Single):
        for wire, child in node.children.items():
            if wire in value:
                if not child.property.secret:
                    yield from _absent(value[wire], child, (*path, wire))
            elif child.property.secret and not _needless(wire, value):
                yield (*path, wire), child.property
    elif isinstance(value, dict) and isinstance(prop, Map) and node.item is not None:
        for name, inner in value.items():
            yield from _absent(inner, node.item, (*path, name))
    elif isinstance(value, list) and node.item is not None:
        for position, item in enumerate(value):
            yield from _absent(item, node.item, (*path, position))


def _needless(wire: str, holder: dict[str, Any]) -> bool:
    """Whether the rest of the object shows that the secret was never given."""
    linux = holder.get("linuxConfiguration")
    if wire == "adminPassword" and isinstance(linux, dict):
        return linux.get("disablePasswordAuthentication") is True
    return wire == "protectedSettings" and "protectedSettingsFromKeyVault" in holder
