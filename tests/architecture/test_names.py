"""Names of classes: one class a name, so that a name alone says which one is meant."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.architecture.test_writing import ROOT, tree

PRESCRIBED = {
    "Command": "Django finds the class of a management command by this name",
    "Meta": "Django and its forms read a class's options from an inner class of this name",
    "Migration": "Django finds the class of a migration by this name",
}
"""Names that Django prescribes, and why."""


def places() -> dict[str, list[str]]:
    """The public classes of the product, inner ones too: where each name is defined."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "vmssbuilder").rglob("*.py")):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(f"{file.relative_to(ROOT)}:{node.lineno}")
    return found


def test_no_two_classes_have_the_same_name() -> None:
    twice = {name: where for name, where in places().items() if len(where) > 1 and name not in PRESCRIBED}
    assert twice == {}


def test_each_name_that_django_prescribes_is_in_use() -> None:
    assert {name for name, where in places().items() if len(where) > 1} >= PRESCRIBED.keys()
