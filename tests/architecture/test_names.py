"""Names: one class a name, one word an idea, and those words are the glossary's."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.architecture.test_writing import MODULES, PACKAGE, ROOT, tree

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


RETIRED = {
    "aftermath": "outcome page",
    "asking": "lookup, fetch",
    "canonicalise": "canonicalize",
    "choosing": "picker, conflict",
    "comparing": "diff",
    "fitting": "what it is for: presets, compatibility, a container",
    "heard": "publish",
    "hindered": "unavailable reason",
    "intent": "intended change",
    "keeping": "cache, store, progress",
    "meet": "rebase",
    "meeting": "rebase",
    "mend": "repair",
    "mended": "repaired",
    "neighbour": "neighbor",
    "shelf": "search index",
    "spelt": "spelled",
    "tell": "publish, report",
    "told": "flash message, evidence, explained",
    "wish": "intended change, requirement",
    "wishes": "requirements",
}
"""Words that went, and what is said instead."""

REACHED_FROM_OUTSIDE = {"updates.asking": "others outside of this project import it"}


def names() -> Iterator[tuple[str, str]]:
    """The names of modules, classes and functions, each with the module it is of."""
    for module, path in MODULES:
        yield module, module.rpartition(".")[2]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield module, node.name


def words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_no_retired_word_names_anything() -> None:
    back = {
        (module, name, RETIRED[word])
        for module, name in names()
        for word in words_of(name) & RETIRED.keys()
        if module not in REACHED_FROM_OUTSIDE
    }
    assert back == set()


def test_a_name_is_taken_apart_into_its_words() -> None:
    assert words_of("_OSDiskShelf") == {"os", "disk", "shelf"}
    assert words_of("told_by_2") == {"told", "by"}


GLOSSARY = (ROOT / "docs/architecture.md").read_text().partition("## Words")[2].partition("\n## ")[0]
ROWS = [line.strip("| ").split(" | ") for line in GLOSSARY.splitlines() if line.startswith("| ")][2:]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_word_of_the_glossary_stands_for_something_in_the_code(row: list[str]) -> None:
    _words, meaning, places = row
    assert meaning
    for dotted in re.findall(r"`([^`]+)`", places):
        found: object = import_module(PACKAGE)
        for depth, part in enumerate(parts := dotted.split("."), start=1):
            if not hasattr(found, part):
                import_module(".".join([PACKAGE, *parts[:depth]]))
            found = getattr(found, part)
