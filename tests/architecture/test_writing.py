"""Who may write to the database, what records it, and what migrations know. Who may import whom: import-linter."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = "vmssbuilder"

WRITES: Final = frozenset(
    "save create insert update delete get_or_create update_or_create bulk_create bulk_update asave acreate".split()
)


def modules() -> list[tuple[str, Path]]:
    """Every module of the product by its name without the package."""
    paths = sorted((ROOT / PACKAGE).rglob("*.py"))
    return [(_name(path), path) for path in paths if "migrations" not in path.parts and _name(path)]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


MODULES: Final = modules()


VIEWS: Final = [(name, path) for name, path in MODULES if ".views" in name]


@pytest.mark.parametrize(("name", "path"), VIEWS, ids=[name for name, _path in VIEWS])
def test_views_write_through_actions_only(name: str, path: Path) -> None:
    for node in ast.walk(tree(path)):
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Attribute)
            or node.func.attr not in WRITES
        ):
            continue
        holder = node.func.value
        by = holder.id if isinstance(holder, ast.Name) else ""
        assert by == "actions", f"{name}:{node.lineno} writes by itself: {ast.unparse(node)[:80]}"


ACTIONS: Final = [
    (name, path) for name, path in MODULES if name.endswith(".actions") and name != "audit.actions"
]


@pytest.mark.parametrize(("name", "path"), ACTIONS, ids=[name for name, _path in ACTIONS])
def test_every_action_records_what_it_did(name: str, path: Path) -> None:
    functions = {node.name: node for node in tree(path).body if isinstance(node, ast.FunctionDef)}
    calls = {
        function: {
            each.func.id
            for each in ast.walk(node)
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
        }
        for function, node in functions.items()
    }
    writing = {function for function, node in functions.items() if _writes(node)}
    for start in functions:
        reached, ahead = set[str](), {start}
        while ahead:
            here = ahead.pop()
            reached.add(here)
            ahead |= (calls[here] & functions.keys()) - reached
        if not start.startswith("_") and reached & writing:
            assert any("record" in calls[each] for each in reached), f"{name}.{start} records nothing"


def _writes(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
        for node in ast.walk(function)
    )


# --- Migrations -------------------------------------------------------------------------------------------------------

MIGRATIONS: Final = sorted((ROOT / PACKAGE).glob("*/migrations/*.py"))


@pytest.mark.parametrize("path", MIGRATIONS, ids=[f"{each.parts[-3]}.{each.stem}" for each in MIGRATIONS])
def test_migrations_know_no_code_that_lives_on(path: Path) -> None:
    """Code changes, and a migration has to do for ever what it did; what it needs stands beside it, in `_` modules."""
    for node in ast.walk(tree(path)):
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        for name in names:
            ours = name.startswith((PACKAGE, "."))
            assert not ours or re.fullmatch(r"vmssbuilder\.\w+\.migrations\._\w+", name), f"imports {name}"
        dynamic = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2]
        assert dynamic not in ("import_module", "import_string", "__import__")
