"""Corrections of a document while it is read: wrong names, places and shapes whose intent is plain, each with a note.

They come from what Microsoft's own page on scale sets gets wrong, from what people then copy, and from what tools print
of a scale set. What is not plain stays as it is and is reported by the check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Final, Literal

from . import json_text
from .canonical import Note, Walk, elsewhere
from .catalogue import tree
from .expressions import Unresolved
from .json_text import JSONTextError, Parsed
from .nulls import says_nothing
from .paths import Path, text
from .properties import Boolean, Choice, Integer, List, Map, Node, Number, Property, Single, Text
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

SCRIPT_TYPES: Final = frozenset(("customscript", "customscriptextension", "customscriptforlinux"))
SCRIPT_NAMES: Final = {
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

Tool = Literal["Azure CLI", "PowerShell", "Azure SDK"]
"""What prints a scale set with the members of each `properties` beside the others."""

TYPE_NAMES: Final = frozenset(("typepropertiestype", "type1", "extensiontype"))
"""What these tools call the type of an extension, since `type` is that of the resource; by folded name."""

NUMBERED: Final[dict[str, tuple[str, ...]]] = {
    "mode": ("Automatic", "Manual", "Rolling"),
    "caching": ("None", "ReadOnly", "ReadWrite"),
    "osType": ("Windows", "Linux"),
    "createOption": ("FromImage", "Empty", "Attach"),
    "protocol": ("Http", "Https"),
    "passName": ("OobeSystem",),
    "settingName": ("AutoLogon", "FirstLogonCommands"),
    "type": ("SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"),
}
"""Values that PowerShell writes as their number, by the name of their member, in the order of its numbers."""

_CUT_OFF: Final = re.compile(r"\s*(?:@\{|Microsoft\.Azure\.|System\.(?:Collections|Object|Management)\b)")


class Corrections(Walk):
    """Case, and what else is plainly wrong. Nothing is dropped in silence, and no secret is looked at.

    answer: whether Azure wrote the document, so that what its version does not know is left out. tool: what printed it
    otherwise than Azure writes it. keeps_nulls: whether `null` means something, as it does in an update.
    """

    def __init__(
        self,
        api_version: str,
        parsed: Parsed,
        *,
        answer: bool = False,
        tool: Tool | None = None,
        keeps_nulls: bool = False,
    ) -> None:
        super().__init__(api_version, parsed.line_in)
        self.parsed = parsed
        self.answer = answer
        self.tool = tool
        self.keeps_nulls = keeps_nulls
        self.reshaped = 0

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        corrected = super().document(document)
        if self.tool is not None:
            message = f"This is printed by the {self.tool}, without “properties”: wrote them back in {self.reshaped} places."
            if self.tool == "PowerShell":
                message = message.replace("the PowerShell", "PowerShell")
            self.note("reshaped", (), message, self.parsed.line(()))
        return corrected

    def value(self, value: Any, node: Node | None, path: Path, line: int | None) -> Any:
        if node is not None and not (
            node.property.secret or is_reference(value) or isinstance(value, Unresolved)
        ):
            value = self._as_meant(value, node, path, line)
            value = self._shaped(value, node, path, line)
            if isinstance(value, list) and None in value and not self.keeps_nulls:
                self.note("null", path, f"Left out an item of “{_last(path)}” that is null.", line)
                value = [item for item in value if item is not None]
        return super().value(value, node, path, line)

    def members(self, value: dict[str, Any], node: Node, path: Path, line: int | None) -> dict[str, Any]:
        for correct in (
            self._without_nulls,
            self._joined,
            self._without_cut_off,
            self._nested,
            self._renamed,
            self._extension,
            self._housed,
            self._image_disk_type,
            self._without_read_only,
            self._without_group,
            self._without_unknown,
        ):
            value = correct(value, node, path, line)
        return super().members(value, node, path, line)

    def respelled(self, name: str, path: Path, line: int | None) -> None:
        # A tool spells all names in its own way; one note says so for all.
        if self.tool is None:
            super().respelled(name, path, line)

    def leaf(self, value: str, node: Node, path: Path, line: int | None) -> str:
        if isinstance(node.property, Text) and value.lstrip().casefold().startswith("/subscriptions/"):
            trimmed = _AROUND_SLASH.sub("/", value.strip())
            if trimmed != value:
                self.note("trimmed", path, "Removed the spaces from a resource ID.", line)
            return trimmed
        return super().leaf(value, node, path, line)

    # Values of another type.

    def _as_meant(self, value: Any, node: Node, path: Path, line: int | None) -> Any:
        """A single value, or a list or object written as text, in the type of its place, where Azure reads it so."""
        prop = node.property
        meant = value
        if isinstance(value, str):
            if isinstance(prop, Boolean | Integer | Number):
                meant = prop.from_text(value)
            elif isinstance(prop, Single | List | Map) and value.lstrip()[:1] in ("{", "["):
                meant = self._unpacked(value, prop, path, line)
                if meant is not value:
                    return meant
        elif isinstance(value, bool):
            if isinstance(prop, Text):
                meant = "true" if value else "false"
        elif isinstance(value, int | float):
            if isinstance(prop, Text):
                meant = json.dumps(value)
            elif isinstance(prop, Integer) and isinstance(value, float) and value.is_integer():
                meant = int(value)
            elif isinstance(prop, Choice) and self.tool == "PowerShell":
                names = NUMBERED.get(str(path[-1]), ()) if path else ()
                meant = names[int(value)] if value in range(len(names)) else value
        elif isinstance(value, dict) and isinstance(prop, List) and _is_counted(value):
            return value[_key(value, "value") or ""]
        if meant is not value:
            self.note("converted", path, f"Wrote {_written(value)} as {_written(meant)}.", line)
        return meant

    def _unpacked(self, written: str, prop: Property, path: Path, line: int | None) -> Any:
        """A list or object that stands as text, as Resource Graph and some tools write it."""
        try:
            value = json_text.parse(written).value
        except JSONTextError:
            return written
        if not isinstance(value, list if isinstance(prop, List) else dict):
            return written
        self.note(
            "converted", path, f"“{_last(path)}” was JSON written as a text: read from that text.", line
        )
        return value

    # What says nothing.

    def _without_nulls(
        self, value: dict[str, Any], node: Node, path: Path, line: int | None
    ) -> dict[str, Any]:
        """The object without members that are null, or an empty text for a list or an object: to Azure they are not there."""
        if self.keeps_nulls:
            return value
        empty = [
            name for name, inner in value.items() if inner is None or says_nothing(inner, node.child(name))
        ]
        for name in empty:
            here = self.line_of(value, name) or line
            what = "null" if value[name] is None else "an empty text"
            self.note("null", (*path, name), f"Left out “{name}”, which is {what}: not set.", here)
        return self._copy(value, {}, *empty) if empty else value

    def _without_cut_off(
        self, value: dict[str, Any], node: Node, path: Path, line: int | None
    ) -> dict[str, Any]:
        """The object without what PowerShell cut off at the depth to which it writes."""
        for name, inner in list(value.items()):
            child = node.child(name) or elsewhere(node, name) or _below(node, name)
            if child is None or child.is_leaf or child.property.secret:
                continue
            items = inner if isinstance(inner, list) and inner else [inner]
            if all(isinstance(item, str) and _CUT_OFF.match(item) for item in items):
                message = f"“{name}” was cut off: PowerShell writes two levels only. Run it again with ConvertTo-Json -Depth 20."
                self.note("truncated", (*path, name), message, self.line_of(value, name) or line)
                value = self._copy(value, {}, name)
        return value

    def _without_group(
        self, value: dict[str, Any], node: Node, path: Path, line: int | None
    ) -> dict[str, Any]:
        """A reference without the resource group that the Azure CLI prints beside its id."""
        name = _key(value, "resourceGroup")
        if path and name is not None and _key(value, "id") is not None and not _has(node, name):
            value = self._left_out(value, name, path, line, "the Azure CLI prints it beside the id.")
        return value

    def _without_unknown(
        self, value: dict[str, Any], node: Node, path: Path, line: int | None
    ) -> dict[str, Any]:
        """An answer without what its version does not have: a request in this version would be refused for it."""
        if not self.answer:
            return value
        gone = [name for name in value if node.child(name) is None]
        for name in gone:
            known, here = elsewhere(node, name), self.line_of(value, name) or line
            if known is None:
                message = f"Left out “{name}”: a request has no such member."
                self.note("removed", (*path, name), message, here)
            else:
                message = (
                    f"Left out “{name}”: API version {self.api_version} does not have it. "
                    f"To keep it, read the text in {_versions_of(known)}."
                )
                self.note("newer", (*path, name), message, here)
        return self._copy(value, {}, *gone) if gone else value

    def _left_out(
        self, value: dict[str, Any], name: str, path: Path, line: int | None, why: str
    ) -> dict[str, Any]:
        self.note("removed", (*path, name), f"Left out “{name}”: {why}", self.line_of(value, name) or line)
        return self._copy(value, {}, name)

    # Names and places.

    def _nested(self, value: dict[str, Any], node: Node, path: Path, line: int | None) -> dict[str, Any]:
        """What a tool printed flat, with the members of `properties` in it again."""
        below = node.child("properties") if self.tool is not None else None
        if below is None or not isinstance(below.property, Single) or _key(value, "properties") is not None:
            return value
        inside: dict[str, str] = {}
        for name in value:
            own = node.child(name) or elsewhere(node, name)
            wire = "type" if name.casefold() in TYPE_NAMES and _has(below, "type") else name
            if wire != name or (own is None and _has(below, name)):
                inside[name] = wire
        if not inside:
            return value
        self.reshaped += 1
        properties = {wire: value[name] for name, wire in inside.items()}
        self.parsed.stands_for(properties, value, inside)
        nested = self._copy(value, {}, *inside)
        nested["properties"] = properties
        return nested

    def _joined(self, value: dict[str, Any], node: Node, path: Path, line: int | None) -> dict[str, Any]:
        """Names as Python writes them, `virtual_machine_profile`, in one word."""
        renames: dict[str, str] = {}
        for name in value:
            word = joined(name)
            below = node.child("properties")
            if word == name or _has(node, name) or word in value:
                continue
            if _has(node, word) or (below is not None and (_has(below, word) or word in TYPE_NAMES)):
                known = node.child(word) or elsewhere(node, word) or _below(node, word)
                renames[name] = known.property.wire if known is not None else word
                self.respelled(name, (*path, renames[name]), self.line_of(value, name) or line)
        return self._copy(value, renames) if renames else value

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
        moved[image_key] = self._copy(image, {}, name)
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
        if not isinstance(kind, str) or kind.casefold() not in SCRIPT_TYPES:
            return value
        for name in list(value):
            if name.casefold() in ("fileuris", "commandtoexecute"):
                value = self._move(value, name, ("settings", name), path, line) or value
        for holder in ("settings", "protectedSettings"):
            key = _key(value, holder)
            settings = value.get(key) if key is not None else None
            if key is None or not isinstance(settings, dict):
                continue
            spelled = {name: SCRIPT_NAMES.get(str(name).casefold()) or name for name in settings}
            renames = {
                name: right for name, right in spelled.items() if name != right and right not in settings
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
                value = self._left_out(value, name, path, line, "Azure writes it, a request does not.")
        return value

    def _move(
        self, value: dict[str, Any], name: str, to: tuple[str, ...], path: Path, line: int | None
    ) -> dict[str, Any] | None:
        """The object with a member moved below, None where the place is taken."""
        here = self.line_of(value, name) or line
        moved = self._graft(self._copy(value, {}, name), to, value[name])
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

    def _copy(self, value: dict[str, Any], renames: dict[str, str], *without: str) -> dict[str, Any]:
        gone = frozenset(without)
        copied = {renames.get(name, name): inner for name, inner in value.items() if name not in gone}
        self.parsed.stands_for(copied, value, renames)
        return copied

    # Shapes.

    def _shaped(self, value: Any, node: Node, path: Path, line: int | None) -> Any:
        """The value with the brackets and braces that its place asks for, where they are plainly missing."""
        shaped, what = value, ""
        if says_nothing(value, node):
            return value
        if isinstance(node.property, List) and node.item is not None:
            shaped, what = _as_list(value, node.item)
        elif isinstance(node.property, Single):
            shaped, what = _as_object(value, node)
        if what:
            self.note("wrapped", path, f"“{_last(path)}” {what}", line)
        return shaped


_DISK_TYPE: Final = ("osDisk", "managedDisk", "storageAccountType")


def _as_list(value: Any, item: Node) -> tuple[Any, str]:
    """A single item as a list of one, and what to say about it."""
    if isinstance(item.property, Single):
        if isinstance(value, dict) and value and _describes(value, item):
            return [value], "is a list: put its one object in square brackets."
    elif isinstance(value, str | int) and not isinstance(value, bool) and item.property.json_type == "string":
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
    matching = [
        wire
        for wire, child in node.children.items()
        if isinstance(child.property, List)
        and child.item is not None
        and isinstance(child.item.property, Single)
        and all(_describes(item, child.item) for item in items)
    ]
    return matching[0] if len(matching) == 1 else None


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


def joined(name: str) -> str:
    """A name without the underscores with which Python joins its words."""
    return name.replace("_", "") if "_" in name else name


def _below(node: Node, name: str) -> Node | None:
    """The member that a tool prints flat beside `properties`."""
    below = node.child("properties")
    return below and (below.child(name) or elsewhere(below, name))


def _is_counted(value: dict[str, Any]) -> bool:
    """Whether this is a list as Windows PowerShell writes it: `{"value": [...], "Count": 2}`."""
    return {name.casefold() for name in value} == {"value", "count"} and isinstance(
        value[_key(value, "value") or ""], list
    )


def _versions_of(node: Node) -> str:
    return f"{node.since} or newer" if node.until is None else f"a version from {node.since} to {node.until}"


def _last(path: Path) -> str:
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "The document")


def _written(value: Any) -> str:
    """A value in a note: a text in quotes."""
    return f"“{value.strip()[:60]}”" if isinstance(value, str) else json.dumps(value)


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


def without_variables(
    document: dict[str, Any], variables: AbstractSet[str]
) -> tuple[dict[str, Any], list[Note]]:
    """The document without secrets that are only a variable, and a note for each value that holds one.

    variables: those that the text does not set, as they are written in it, such as `$PASSWORD` or `{{password}}`.
    """
    if not variables:
        return document, []
    longest_first = sorted(variables, key=len, reverse=True)[:MAX_VARIABLES]
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    notes: list[Note] = []
    secret = [(path, value) for path, value in find(document) if _holds(value, pattern)]
    for path, value in secret:
        if isinstance(value, str):
            document = _without_member(document, path)
        notes.append(
            Note(
                "withheld", path, f"The text does not say what “{path[-1]}” is: it has a variable. Enter it."
            )
        )
    hidden = {path for path, _value in secret}
    for path, value in _texts(document, ()):
        found = pattern.search(value)
        if found is not None and not any(path[:end] in hidden for end in range(len(path) + 1)):
            notes.append(Note("unresolved", path, f"Replace the variable {found[0][:60]} by its value."))
    return document, notes


MAX_VARIABLES: Final = 200
"""How many variables of a text are looked for in its document."""


def _holds(value: Any, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(text) for _path, text in _texts(value, ()))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text below a value, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _texts(inner, (*path, position))


def _without_member(holder: Any, path: Path) -> Any:
    """A copy without the member at the path; the rest is shared."""
    step: Any = path[0]
    if isinstance(holder, dict):
        if len(path) == 1:
            return {name: inner for name, inner in holder.items() if name != step}
        return {**holder, step: _without_member(holder[step], path[1:])}
    return [
        _without_member(item, path[1:]) if position == step and len(path) > 1 else item
        for position, item in enumerate(holder)
        if position != step or len(path) > 1
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
