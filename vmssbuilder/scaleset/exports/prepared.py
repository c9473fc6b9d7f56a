"""A request made ready for every export: the body in Azure's order, and a named placeholder for each secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from .. import paths, secrets, versions
from ..canonical import ordered
from ..catalogue import tree
from ..paths import Path
from ..properties import Json, Node, Text
from ..request import Request
from ..sending import conditions, own

RESOURCE_TYPE: Final = "Microsoft.Compute/virtualMachineScaleSets"

LONGEST_NAME: Final = 64
"""How much of an extension's name goes into the name of a parameter."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands for one secret. words: its name, to be joined in the manner of the tool."""

    path: Path
    words: tuple[str, ...]
    title: str
    is_object: bool

    @property
    def folded(self) -> str:
        """What must be unique: templates tell parameters apart without regard to case."""
        return "".join(self.words)

    @property
    def camel(self) -> str:
        """`adminPassword`"""
        return self.words[0] + "".join(word.capitalize() for word in self.words[1:])

    @property
    def snake(self) -> str:
        """`admin_password`"""
        return "_".join(self.words)

    @property
    def upper(self) -> str:
        """`ADMIN_PASSWORD`"""
        return self.snake.upper()

    @property
    def in_list(self) -> bool:
        return any(isinstance(step, int) for step in self.path)


@dataclass(frozen=True, slots=True)
class Prepared:
    """body: the document, with a `Placeholder` in place of each secret."""

    request: Request
    body: dict[str, Any]
    placeholders: tuple[Placeholder, ...]

    @property
    def name(self) -> str:
        return self.request.target.name or "SCALE-SET-NAME"

    @property
    def group_id(self) -> str:
        """The resource id of the resource group."""
        target = self.request.target
        return _group_id(target.subscription or "SUBSCRIPTION-ID", target.resource_group or "RESOURCE-GROUP")

    @property
    def type_at_version(self) -> str:
        return f"{RESOURCE_TYPE}@{self.request.api_version}"

    @property
    def resource_id(self) -> str:
        return f"{self.group_id}/providers/{RESOURCE_TYPE}/{self.name}"

    @property
    def address(self) -> str:
        """Path and query of the request, escaped."""
        target = self.request.target
        names = (
            target.subscription or "SUBSCRIPTION-ID",
            target.resource_group or "RESOURCE-GROUP",
            self.name,
        )
        subscription, group, name = (quote(each, safe="") for each in names)
        return f"{_group_id(subscription, group)}/providers/{RESOURCE_TYPE}/{name}?api-version={self.request.api_version}"

    @property
    def conditions(self) -> dict[str, str]:
        """Headers under which Azure accepts it: a create must not replace what exists."""
        return conditions(self.request)

    def json(self, written: Callable[[Placeholder], Any]) -> str:
        """The body as JSON text, each placeholder as `written` says."""
        return json.dumps(filled(self.body, written), indent=2, ensure_ascii=False)


def _group_id(subscription: str, group: str) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def filled(value: Any, written: Callable[[Placeholder], Any]) -> Any:
    """A copy of a value with each placeholder as `written` says."""
    if isinstance(value, Placeholder):
        return written(value)
    if isinstance(value, dict):
        return {name: filled(inner, written) for name, inner in value.items()}
    return [filled(item, written) for item in value] if isinstance(value, list) else value


def prepare(request: Request) -> Prepared:
    """The request, ready to be written. Its document is not changed."""
    document = ordered(own(request.document, request.api_version), request.api_version)
    found: dict[Path, Placeholder] = {}
    for path, value in secrets.find(document):
        if value is not None:
            found[path] = _placeholder(path, document, {each.folded for each in found.values()})
    body = secrets.replace(document, found.get)
    return Prepared(request, body, tuple(found.values()))


def _placeholder(path: Path, document: dict[str, Any], taken: set[str]) -> Placeholder:
    prop = _node(path).property
    words = _words(str(path[-1]))
    # Which of several extensions it is about is told by its name.
    for depth in range(len(path) - 1, 0, -1):
        named = paths.get(document, (*path[:depth], "name"))
        if isinstance(path[depth - 1], int) and isinstance(named, str):
            words = (*_words(named), *words)
            break
    if not words or not words[0][0].isalpha():
        words = ("secret", *words)
    unique, number = words, 1
    while "".join(unique) in taken:
        number += 1
        unique = (*words, str(number))
    title = prop.title
    if isinstance(prop, Text) and prop.base64:
        title += ", in Base64"
    return Placeholder(path, unique, title, is_object=isinstance(prop, Json))


def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name[:LONGEST_NAME]))


def _node(path: Path) -> Node:
    """The declaration of a secret in the newest version that has it, in any case of its names."""
    declared = (_at(tree(version), path) for version in reversed(versions.API_VERSIONS))
    return next(node for node in declared if node is not None)


def _at(top: Node, path: Path) -> Node | None:
    here: Node | None = top
    for step in path:
        if here is None:
            break
        here = here.item if here.item is not None else here.child(str(step))
    return here
