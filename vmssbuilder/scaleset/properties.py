"""The property types: how a member of the document is declared, and how its value is written and read as text.

Parts are declared the way Django models are:

    class OSDisk(Part):
        caching = Choice("Host caching", HOST_CACHING, help="...")

`Part.node(api_version)` turns the declarations into the tree of one API version; everything else reads that tree.
"""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Final

from . import json_text, versions
from .paths import MISSING, Path
from .wording import Words, in_version

REFERENCE_KEY: Final = "$secret"


def camel_case(name: str) -> str:
    """`create_option` -> `createOption`."""
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


def sentence_case(words: str) -> str:
    """The words with a capital first letter, the others as they are: "IP configuration" stays that."""
    return words[:1].upper() + words[1:]


def with_article(noun: str) -> str:
    """The noun with its article: an item, a zone."""
    return f"{'an' if noun[:1] in 'aeiouAEIO' else 'a'} {noun}"


class Property:
    """One declared member of a part.

    title: its label, sentence case. help: what it does, what Azure does if it is not set, when to use it; sentences that hold
    in some API versions only are `Said`. The attribute is the wording of the newest version, `help_in` that of any.
    wire: its name in the document (camelCase of the attribute when not given). since, until: API versions, both
    included. taken_since: an older version that does not have it, and from which on Azure is known to take it all the
    same. required: Azure refuses the part without it. secret: its value is never stored or shown in clear. script: of a
    secret, that it is what instances run, which its owner may open to reviewers (`scripts`); never so for what is a key.
    read_only: Azure writes it; it is removed when a live resource is read in. essential: in sight on the page of its
    item, where the rest is in the fold Everything else. kind: the Azure resource its value refers to ("subnet"). example: a believable value.
    system: "Linux" or "Windows" when it is for instances of that operating system only.
    """

    type_name: ClassVar[str] = "value"
    json_type: ClassVar[str | None] = None

    def __init__(
        self,
        title: str,
        *,
        help: Words = "",
        wire: str = "",
        since: str = versions.FIRST,
        taken_since: str | None = None,
        until: str | None = None,
        required: bool = False,
        secret: bool = False,
        script: bool = False,
        read_only: bool = False,
        essential: bool = False,
        kind: str = "",
        example: str = "",
        system: str = "",
    ) -> None:
        for version in (since, until, taken_since):
            if version is not None:
                versions.order(version)
        self.title = title
        self.said = help
        self.help = in_version(help, versions.LATEST)
        self.wire = wire
        self.since = since
        self.taken_since = taken_since
        self.until = until
        self.required = required
        self.secret = secret
        self.script = script
        self.read_only = read_only
        self.essential = essential
        self.kind = kind
        self.example = example
        self.system = system
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        if not self.wire:
            self.wire = camel_case(name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.wire}>"

    def help_in(self, api_version: str) -> str:
        """The help text in that API version."""
        return in_version(self.said, api_version)

    # A value in a form: text that reads back as the same value, or that nobody types for another one.

    def to_text(self, value: Any) -> str:
        """The value as it stands in a text box. A text in the place of something else stands there in quotes."""
        if isinstance(value, str) and (
            self.json_type == "string" or (value and self.from_text(value) is value)
        ):
            return value
        return json.dumps(value, ensure_ascii=False)

    def from_text(self, typed: str) -> Any:
        """The value of what was typed; text that does not parse is kept as it is, and `check` reports it."""
        return typed

    def meant(self, value: Any) -> Any:
        """What Azure's own readers take a value of another JSON type for: the text "true" for true, 1 for "1".

        MISSING where they refuse it.
        """
        return MISSING

    def schema(self, node: Node) -> dict[str, Any]:
        """This property's JSON Schema, its children's included."""
        return {"type": self.json_type} if self.json_type else {}


class Text(Property):
    """A string. multiline: edited in a text area. suggestions: values offered, none enforced."""

    type_name = "text"
    json_type = "string"

    def __init__(
        self,
        title: str,
        *,
        multiline: bool = False,
        suggestions: tuple[str, ...] = (),
        base64: bool = False,
        **rest: Any,
    ) -> None:
        super().__init__(title, **rest)
        self.multiline = multiline
        self.suggestions = suggestions
        self.base64 = base64

    def meant(self, value: Any) -> Any:
        # A number with decimals may have lost some of them: 1.10 is 1.1 by the time that it is read.
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else MISSING


def _parsed(prop: Property, value: Any) -> Any:
    """The value that a text stands for, MISSING when it stands for none."""
    parsed = prop.from_text(value) if isinstance(value, str) else MISSING
    return MISSING if isinstance(parsed, str) else parsed


class Integer(Property):
    """A whole number within `minimum` and `maximum`, both included. unit: shown after the box."""

    type_name = "whole number"
    json_type = "integer"

    def __init__(
        self,
        title: str,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
        unit: str = "",
        **rest: Any,
    ) -> None:
        super().__init__(title, **rest)
        self.minimum = minimum
        self.maximum = maximum
        self.unit = unit

    def from_text(self, typed: str) -> Any:
        return int(typed) if re.fullmatch(r"\s*-?[0-9]{1,18}\s*", typed, re.ASCII) else typed

    def meant(self, value: Any) -> Any:
        return _parsed(self, value)

    def schema(self, node: Node) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": self.json_type}
        if self.minimum is not None:
            schema["minimum"] = self.minimum
        if self.maximum is not None:
            schema["maximum"] = self.maximum
        return schema


class Number(Property):
    """A number, with decimals."""

    type_name = "number"
    json_type = "number"

    def from_text(self, typed: str) -> Any:
        stripped = typed.strip()
        # Small prices such as 0.00005 are written 5e-05 in JSON, so exponents must read back.
        if not re.fullmatch(
            r"-?[0-9]{1,18}(\.[0-9]{1,21})?(e[+-]?[0-9]{1,2})?", stripped, re.ASCII | re.IGNORECASE
        ):
            return typed
        return json.loads(stripped) if not re.match(r"-?0[0-9]", stripped) else float(stripped)

    def meant(self, value: Any) -> Any:
        return _parsed(self, value)


class Boolean(Property):
    """True, false, or left to Azure."""

    type_name = "true or false"
    json_type = "boolean"

    def from_text(self, typed: str) -> Any:
        return {"true": True, "false": False}.get(typed.strip().lower(), typed)

    def meant(self, value: Any) -> Any:
        return _parsed(self, value)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a choice, with its own title, help and API versions."""

    wire: str
    title: str = ""
    said: Words = ""
    since: str = versions.FIRST
    until: str | None = None

    @property
    def label(self) -> str:
        return self.title or self.wire

    @property
    def help(self) -> str:
        """The help text of the newest version."""
        return in_version(self.said, versions.LATEST)

    def help_in(self, api_version: str) -> str:
        """The help text in that API version."""
        return in_version(self.said, api_version)


class Choice(Property):
    """One of some values. open: Azure accepts values beyond those listed, so others are a warning, not an error."""

    type_name = "choice"
    json_type = "string"

    def __init__(self, title: str, values: tuple[Value, ...], *, open: bool = False, **rest: Any) -> None:
        super().__init__(title, **rest)
        self.values = values
        self.open = open

    def values_in(self, api_version: str) -> tuple[Value, ...]:
        """The values that the API version has."""
        return tuple(value for value in self.values if versions.within(api_version, value.since, value.until))

    def schema(self, node: Node) -> dict[str, Any]:
        wires = [value.wire for value in self.values_in(node.api_version)]
        return {"type": "string", "examples": wires} if self.open else {"type": "string", "enum": wires}


class Json(Property):
    """Free JSON. objects: only an object is accepted."""

    type_name = "JSON"

    def __init__(self, title: str, *, objects: bool = True, **rest: Any) -> None:
        super().__init__(title, **rest)
        self.objects = objects

    def to_text(self, value: Any) -> str:
        if isinstance(value, str) and not _parses(value):
            return value
        return json.dumps(value, ensure_ascii=False, indent=2)

    def from_text(self, typed: str) -> Any:
        try:
            return json_text.parse(typed).value
        except json_text.JSONTextError:
            return typed

    def schema(self, node: Node) -> dict[str, Any]:
        return {"type": "object"} if self.objects else {}


def _parses(written: str) -> bool:
    try:
        json_text.parse(written)
    except json_text.JSONTextError:
        return False
    return True


class Single(Property):
    """One object. inline: an envelope such as `properties` that the reader need not see; its members join the parent's."""

    type_name = "object"
    json_type = "object"

    def __init__(self, title: str, part: type[Part], *, inline: bool = False, **rest: Any) -> None:
        super().__init__(title, **rest)
        self.part = part
        self.inline = inline


class List(Property):
    """A list of objects (a part) or of plain values (a property).

    rows: its items are small and edited in place rather than on pages of their own. singular: the noun of one item.
    """

    type_name = "list"
    json_type = "array"

    def __init__(
        self, title: str, item: type[Part] | Property, *, rows: bool = False, singular: str = "", **rest: Any
    ) -> None:
        super().__init__(title, **rest)
        self.item = item
        self.rows = rows or isinstance(item, Property)
        self.singular = singular or title.removesuffix("s").lower()


class Map(Property):
    """An object whose member names are free: tags. key_title, value_title: the headings of its two columns."""

    type_name = "name/value pairs"
    json_type = "object"

    def __init__(
        self,
        title: str,
        item: type[Part] | Property,
        *,
        key_title: str = "Name",
        singular: str = "",
        **rest: Any,
    ) -> None:
        super().__init__(title, **rest)
        self.item = item
        self.key_title = key_title
        self.singular = singular or title.removesuffix("s").lower()


class Part:
    """An object in the catalogue: subclasses declare its members as class attributes, in the order of Azure's examples.

    `summary` names the members, by wire path inside the part, that describe one item of a list on its card. `in_sight` names
    places below the item that its card shows with a way to choose, although they have pages of their own.
    """

    declared: ClassVar[tuple[Property, ...]] = ()
    summary: ClassVar[tuple[str, ...]] = ()
    in_sight: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        collected: dict[str, Property] = {}
        for base in reversed(cls.__mro__):
            collected.update(
                {name: value for name, value in vars(base).items() if isinstance(value, Property)}
            )
        cls.declared = tuple(collected.values())
        seen: dict[str, list[Property]] = {}
        for declared in cls.declared:
            for other in seen.setdefault(declared.wire, []):
                if versions.within(declared.since, other.since, other.until) or versions.within(
                    other.since, declared.since, declared.until
                ):
                    raise TypeError(f"{cls.__name__}: {declared.wire} is declared twice for {declared.since}")
            seen[declared.wire].append(declared)


@dataclass(slots=True)
class Node:
    """A declared member at its place in the tree of one API version.

    pattern: its place (`properties.upgradePolicy.mode`, `zones[]`). children: members by wire name. item: what a list
    or map holds. since, until: the API versions in which this place exists, those of its ancestors applied.
    """

    property: Property
    api_version: str
    pattern: str
    since: str
    until: str | None
    parent: Node | None = field(repr=False)
    children: dict[str, Node] = field(default_factory=dict, repr=False)
    folded: dict[str, str] = field(default_factory=dict, repr=False)
    item: Node | None = field(default=None, repr=False)

    @builtins.property  # the field above hides the plain name
    def help(self) -> str:
        """The help text in the node's API version."""
        return self.property.help_in(self.api_version)

    @builtins.property
    def is_leaf(self) -> bool:
        """Whether the node holds one value: text, number, choice, truth or free JSON."""
        return not isinstance(self.property, Single | List | Map)

    def child(self, name: str) -> Node | None:
        """The member of that name in any case, None when there is none."""
        found = self.children.get(name)
        if found is None:
            wire = self.folded.get(name.casefold())
            found = self.children[wire] if wire is not None else None
        return found

    def at(self, path: Path) -> Node | None:
        """The node of a path below this one, None where nothing is declared. Map keys and list positions are free."""
        here: Node | None = self
        for step in path:
            if here is None:
                return None
            if isinstance(here.property, List):
                here = here.item if isinstance(step, int) else None
            elif isinstance(here.property, Map):
                here = here.item if isinstance(step, str) else None
            else:
                here = here.children.get(step) if isinstance(step, str) else None
        return here

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in declared order."""
        yield self
        for child in self.children.values():
            yield from child.walk()
        if self.item is not None:
            yield from self.item.walk()

    def leaves(self) -> Iterator[Node]:
        """Every writable node below that holds one value, items of lists included."""
        return (node for node in self.walk() if node.is_leaf and not node.property.read_only)

    def json_schema(self, *, required: bool = True) -> dict[str, Any]:
        """The node's JSON Schema. required=False leaves out required marks except inside list items."""
        prop = self.property
        schema = prop.schema(self)
        if isinstance(prop, Single):
            schema |= self._object_schema(required=required)
        elif isinstance(prop, List) and self.item is not None:
            schema["items"] = self.item.json_schema(required=True)
        elif isinstance(prop, Map) and self.item is not None:
            schema["additionalProperties"] = self.item.json_schema(required=True)
        if prop.secret:
            schema = {"anyOf": [schema, _REFERENCE_SCHEMA]}
        described = {"title": prop.title, "description": self.help, "readOnly": prop.read_only or None}
        return {key: value for key, value in described.items() if value} | schema

    def _object_schema(self, *, required: bool) -> dict[str, Any]:
        schema: dict[str, Any] = {
            "properties": {
                wire: child.json_schema(required=required) for wire, child in self.children.items()
            },
            "additionalProperties": False,
        }
        needed = (
            [wire for wire, child in self.children.items() if child.property.required] if required else []
        )
        if needed:
            schema["required"] = needed
        return schema


_REFERENCE_SCHEMA: Final = {
    "type": "object",
    "properties": {REFERENCE_KEY: {"type": "string"}},
    "required": [REFERENCE_KEY],
    "additionalProperties": False,
}


@cache
def tree(root: type[Part], api_version: str) -> Node:
    """The tree of a part in one API version. Raises UnknownVersion."""
    versions.order(api_version)
    top = Node(Single(root.__name__, root), api_version, "", versions.FIRST, None, None)
    _grow(top, root)
    return top


def _grow(node: Node, part: type[Part]) -> None:
    for declared in part.declared:
        since, until = _narrow(node, declared)
        if not versions.within(node.api_version, since, until):
            continue
        place = f"{node.pattern}.{declared.wire}" if node.pattern else declared.wire
        child = Node(declared, node.api_version, place, since, until, node)
        node.children[declared.wire] = child
        node.folded[declared.wire.casefold()] = declared.wire
        _grow_below(child)


def _grow_below(node: Node) -> None:
    declared = node.property
    if isinstance(declared, Single):
        _grow(node, declared.part)
    elif isinstance(declared, List | Map):
        item = declared.item
        prop = item if isinstance(item, Property) else Single(sentence_case(declared.singular), item)
        since, until = _narrow(node, prop)
        suffix = "[]" if isinstance(declared, List) else "{}"
        node.item = Node(prop, node.api_version, node.pattern + suffix, since, until, node)
        _grow_below(node.item)


def _narrow(node: Node, declared: Property) -> tuple[str, str | None]:
    since = max(node.since, declared.since, key=versions.order)
    ends = [end for end in (node.until, declared.until) if end is not None]
    return since, min(ends, key=versions.order) if ends else None
