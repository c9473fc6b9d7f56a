"""What a starter is: a request that is nearly complete, and the questions that only a person can answer."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from vmssbuilder.drafts import content as contents
from vmssbuilder.scaleset import API_VERSIONS, Request, Target, paths
from vmssbuilder.scaleset.canonical import canonicalize
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.properties import Choice, List, Map, Node
from vmssbuilder.scaleset.versions import LATEST

_ADDRESS: Final = ("subscription", "resourceGroup", "name")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a starter cannot know.

    name: of its input. place: where the answer goes in the content, as the text of a path. Label, help, example and the
    list to choose from are those that the catalogue has for the place, unless they are given here.
    """

    name: str
    place: str
    label: str = ""
    help: str = ""
    rows: int = 1

    @property
    def path(self) -> Path:
        return paths.parse(self.place)

    @property
    def node(self) -> Node:
        """The declaration of its place, in the newest API version."""
        found = contents.node_at(self.path, LATEST)
        assert found is not None, f"nothing is declared at {self.place}"
        return found


@dataclass(frozen=True, slots=True)
class Starter:
    """A request to start from.

    name: in addresses. makes: what comes of it, in one line. document: the body without the answers; it names nothing of
    any subscription, resource group, network or region. essential: places, as text, that make the starter what it is: no
    answer goes there, and an API version without one of them is not on offer; what is edited later is free. announced: what the check warns of, by rule,
    with the words for it. api_version: the one on offer first.
    """

    name: str
    title: str
    makes: str
    document: Mapping[str, Any]
    questions: tuple[Question, ...]
    essential: tuple[str, ...]
    announced: Mapping[str, str] = field(default_factory=dict)
    api_version: str = LATEST

    @property
    def api_versions(self) -> tuple[str, ...]:
        """Those that have all that is essential, oldest first."""
        return tuple(version for version in API_VERSIONS if self._is_whole(version))

    def _is_whole(self, api_version: str) -> bool:
        document = self.body(api_version)
        return all(_same(document, self.document, paths.parse(place)) for place in self.essential)

    def body(self, api_version: str) -> dict[str, Any]:
        """The document as that API version writes it, without what it does not have."""
        document, _notes = canonicalize(copy.deepcopy(dict(self.document)), api_version)
        kept: dict[str, Any] = _known(document, tree(api_version))
        return kept

    def request(self, answers: Mapping[str, str], api_version: str) -> Request:
        """The request with the answers, by the names of their questions. What is not answered is not in it."""
        document = self.body(api_version)
        address: dict[str, str] = {}
        for question in self.questions:
            answer = answers.get(question.name, "")
            if not answer:
                continue
            if question.path[0] == contents.TARGET:
                address[str(question.path[-1])] = answer
            else:
                paths.put(document, question.path, answer)
        return Request(Target(*(address.get(part, "") for part in _ADDRESS)), "create", api_version, document)


def _same(document: Any, wanted: Any, path: Path) -> bool:
    """Whether both hold the same there. Names may be in another case: versions differ in that."""
    here, there = _folded(document, path), _folded(wanted, path)
    return here is not MISSING and here == there


def _folded(document: Any, path: Path) -> Any:
    here = document
    for step in path:
        if isinstance(here, dict) and isinstance(step, str):
            here = next(
                (value for name, value in here.items() if name.casefold() == step.casefold()), MISSING
            )
        else:
            here = paths.get(here, (step,))
        if here is MISSING:
            return MISSING
    return here


def _known(value: Any, node: Node) -> Any:
    """The value without the members, and without the values of choices, that the node's API version does not have."""
    if isinstance(node.property, Map):
        return value
    if isinstance(value, list) and isinstance(node.property, List) and node.item is not None:
        kept = [_known(each, node.item) for each in value]
        return [each for each in kept if each is not MISSING]
    if isinstance(value, dict) and node.children:
        members = {
            name: _known(inner, child)
            for name, inner in value.items()
            if (child := node.children.get(name)) is not None
        }
        # An object of which nothing is left says nothing.
        return {
            name: inner
            for name, inner in members.items()
            if inner is not MISSING and (inner != {} or value[name] == {})
        }
    if isinstance(node.property, Choice) and not node.property.open:
        wires = {each.wire for each in node.property.values_in(node.api_version)}
        return value if value in wires else MISSING
    return value
