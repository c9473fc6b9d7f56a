"""Making fixes until none is left, and random documents that have many to make."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.scaleset.rules import cases
from tests.scaleset.rules.cases import Case
from tests.scaleset.rules.test_rules import CASES
from vmssbuilder.scaleset import check
from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import Path, PathError
from vmssbuilder.scaleset.properties import Boolean, Choice, Integer, Json, List, Map, Node, Number, Single
from vmssbuilder.scaleset.versions import API_VERSIONS

ROUNDS_AT_MOST: Final = 60


@dataclass(frozen=True)
class Circle(Exception):
    """Fixes that undo each other: those made since the document was as it is now."""

    fixes: tuple[str, ...]


def fixed(case: Case) -> dict[str, Any]:
    """The document when every fix that there is has been made. Raises Circle."""
    document = case.document
    seen = [json.dumps(document)]
    made: list[str] = []
    for _round in range(ROUNDS_AT_MOST):
        chosen = _together(check(document, case.version, case.operation, case.target))
        before = document
        for finding in chosen:
            assert finding.fix is not None
            try:
                document = finding.fix.apply(document)
            except PathError:
                # What stands there has the wrong type, which is a finding of its own.
                continue
            made.append(f"{finding.rule} at {finding.where}: {finding.fix.title}")
        if document == before:
            return document
        now = json.dumps(document)
        if now in seen:
            break
        seen.append(now)
    raise Circle(tuple(made[-12:]))


def _together(found: list[Finding]) -> list[Finding]:
    """Those whose fixes change different places; none that moves the items of a list comes with others."""
    chosen: list[Finding] = []
    changed: set[Path] = set()
    for finding in found:
        if finding.fix is None:
            continue
        places = {path for change in finding.fix.changes for path in (change.path, change.to) if path}
        moves = any(isinstance(path[-1], int) for path in places)
        if moves and not chosen:
            return [finding]
        if moves or places & changed:
            continue
        chosen.append(finding)
        changed |= places
    return chosen


# ---------------------------------------------------------------------------------------------------- random documents

_BREAKING: Final = [
    case
    for each in CASES.values()
    for _where, case in each.breaks
    if case.document and case.operation == "create"
]
_SOUND: Final = [cases.linux, cases.windows, cases.flexible, cases.vhd, cases.containers]


def random_case(random: Random) -> Case:
    """Some documents that break rules, laid over each other, with random values of the catalogue here and there."""
    chosen = random.sample(_BREAKING, random.randint(1, 4))
    version = random.choice([chosen[0].version, random.choice(API_VERSIONS)])
    document: dict[str, Any] = copy.deepcopy(random.choice(_SOUND)().document)
    for case in chosen:
        _lay_over(document, case.document)
    if random.random() < 0.5:
        _lay_over(document, _value(tree(version), random))
    return Case(document, version, random.choice(["create", "create", "update"]))


def _lay_over(document: dict[str, Any], other: dict[str, Any]) -> None:
    for name, value in other.items():
        there = document.get(name)
        if isinstance(there, dict) and isinstance(value, dict):
            _lay_over(there, value)
        elif isinstance(there, list) and isinstance(value, list) and there and isinstance(there[0], dict):
            for position, item in enumerate(value):
                if position < len(there) and isinstance(there[position], dict) and isinstance(item, dict):
                    _lay_over(there[position], item)
                else:
                    there.append(copy.deepcopy(item))
        else:
            document[name] = copy.deepcopy(value)


def _value(node: Node, random: Random) -> Any:
    prop = node.property
    if isinstance(prop, Single):
        wires = [wire for wire, child in node.children.items() if not child.property.read_only]
        chosen = random.sample(wires, min(len(wires), random.randint(1, 4)))
        return {wire: _value(node.children[wire], random) for wire in chosen}
    if isinstance(prop, List) and node.item is not None:
        return [_value(node.item, random) for _ in range(random.randint(0, 2))]
    if isinstance(prop, Map) and node.item is not None:
        return {
            name: _value(node.item, random) for name in random.sample(["a", "B", "c"], random.randint(0, 2))
        }
    if isinstance(prop, Choice):
        return random.choice([value.wire for value in prop.values_in(node.api_version)] or ["x"])
    if isinstance(prop, Boolean):
        return random.choice([True, False])
    if isinstance(prop, Integer):
        low = prop.minimum if prop.minimum is not None else -5
        return random.randint(low, prop.maximum if prop.maximum is not None else low + 5000)
    if isinstance(prop, Number):
        return random.uniform(-1, 1000)
    if isinstance(prop, Json):
        return {"a": 1}
    return random.choice(["", "x", "PT5M", "latest", "{x}", "1"])
