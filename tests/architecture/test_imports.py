"""The lines that imports keep to: what a part may know of, and who may write to the database."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = "vmssbuilder"

PURE: Final = {
    # What a request is: usable in a script without anything else.
    "scaleset": {"jsonschema_rs"},
    # How we talk to Azure.
    "azure": {"cryptography", "jwt", "msal", "requests", "urllib3"},
    # Azure's stand-in.
    "sandbox": {"cryptography", "jsonschema_rs", "jwt"},
}
"""Parts that know no Django, and the packages they may use."""

FRAME: Final = (
    "web.characters",
    "web.context",
    "web.forms",
    "web.header",
    "web.lasting",
    "web.middleware",
    "web.problems",
    "web.rendering",
    "web.resending",
    "web.times",
)
"""What of the pages every app builds on; it knows no app itself."""

MAY_KNOW: Final = {
    "scaleset": (),
    "azure": ("scaleset",),
    # Nothing of the client but its address book, so that neither hides the other's mistakes.
    "sandbox": ("scaleset", "azure.clouds", "azure.transport"),
    "encryption": (),
    "clock": (),
    "workers": ("clock",),
    # The cloud that people work with, for parts that never talk to it.
    "installation": ("azure.clouds", "scaleset.exports.endpoint"),
    "configuration": (),
    "settings": ("configuration",),
    "wsgi": ("accounts.checks", "web.middleware"),
    "urls": ("drafts", "pages"),
    "audit": ("accounts.models",),
    "accounts": ("audit", "azure", "clock", "configuration", "encryption", "sandbox.world", *FRAME),
    # The index of the reference is also what finds a setting in a draft.
    "drafts": (
        "accounts",
        "audit",
        "encryption",
        "installation",
        "reference.index",
        "scaleset",
        # The answer to a request that cannot be served now, with what was typed.
        "web.unavailable",
        *FRAME,
    ),
    "reference": ("drafts.content", "drafts.steps", "installation", "scaleset", *FRAME),
    "explain": ("drafts", "accounts", "azure", "reference.index", "scaleset", *FRAME),
    "pickers": ("drafts", "accounts", "audit", "azure", "scaleset", *FRAME),
    "preflight": ("drafts", "accounts", "audit", "azure", "clock", "scaleset", "workers", *FRAME),
    "background": ("drafts", "accounts", "audit", "clock", "workers", *FRAME),
    "updates": ("pickers", "drafts", "accounts", "audit", "azure", "installation", "scaleset", *FRAME),
    "reviews": ("drafts", "accounts", "audit", "scaleset", *FRAME),
    "submissions": (
        *(
            "reviews",
            "updates",
            # The worker's command keeps house for it.
            "background.keeping",
            "drafts",
            "accounts",
            "audit",
            "azure",
            "clock",
            "scaleset",
            "workers",
            *FRAME,
        ),
    ),
    "pages": ("submissions", "reviews", "drafts", "accounts", "encryption", "scaleset", "workers"),
}
"""Which other parts a part may import; a module is named where only that one is meant."""

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


def imports(name: str, path: Path) -> Iterator[str]:
    """The full names of what a module imports, inside functions too."""
    # Siblings of a module are named from its package; those of a package from itself.
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                above = package[: len(package) - node.level + 1]
                start = ".".join([PACKAGE, *above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{start}.{alias.name}"


def _within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


MODULES: Final = modules()


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _path in MODULES])
def test_imports_run_one_way(name: str, path: Path) -> None:
    part = name.split(".", maxsplit=1)[0]
    # Which characters nobody sees and which fields are secrets is known where requests are checked, and nothing else of it.
    known = ("scaleset.hidden", "scaleset.catalogue", "scaleset.versions")
    allowed = (*FRAME, *known) if name in FRAME else (part, *MAY_KNOW[part])
    for imported in imports(name, path):
        if not _within(imported, PACKAGE):
            continue
        what = imported.removeprefix(f"{PACKAGE}.")
        assert any(_within(what, each) for each in allowed), f"{name} imports {what}"


@pytest.mark.parametrize("part", sorted(PURE))
def test_what_needs_no_django_imports_none(part: str) -> None:
    known = PURE[part] | set(sys.stdlib_module_names) | {PACKAGE}
    for name, path in MODULES:
        if _within(name, part):
            for imported in imports(name, path):
                assert imported.split(".", maxsplit=1)[0] in known, f"{name} imports {imported}"


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


def test_the_core_runs_without_django_and_network() -> None:
    """In a fresh interpreter, so that what tests imported before does not hide anything."""
    program = (
        "import sys\n"
        "import vmssbuilder.scaleset, vmssbuilder.scaleset.check, vmssbuilder.scaleset.reading\n"
        "wrong = {'django', 'requests', 'urllib.request'} & set(sys.modules)\n"
        "assert not wrong, wrong\n"
        "import vmssbuilder.azure, vmssbuilder.sandbox.server\n"
        "assert 'django' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


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
