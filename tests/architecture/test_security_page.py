"""What the pages on security and deploying name is there: tests, system checks and settings."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SECURITY: Final = (ROOT / "docs" / "security.md").read_text()
DEPLOYING: Final = (ROOT / "docs" / "deploying.md").read_text()
ROWS: Final = [
    row for row in SECURITY.splitlines() if row.startswith("| ") and not row.startswith(("| threat", "| ---"))
]


@cache
def names_of(path: str) -> frozenset[str]:
    found = ast.walk(ast.parse((ROOT / path).read_text())) if (ROOT / path).is_file() else ()
    return frozenset(each.name for each in found if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:50])
def test_each_threat_has_tests_that_exist(row: str) -> None:
    threat, defence, proof = (cell.strip() for cell in row.strip("|").split(" | "))
    assert threat
    assert defence
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", proof)
    assert named, "a threat without a test"
    assert [f"{path}::{name}" for path, name in named if name not in names_of(path)] == []


def test_the_page_of_deploying_knows_every_system_check() -> None:
    sources = (
        ROOT / "vmssbuilder" / name
        for name in ("accounts/checks.py", "accounts/demo.py", "configuration.py", "settings.py")
    )
    checked = set(
        re.findall(r'"(?:vmssbuilder\.)?([EW]0\d\d)"', "".join(path.read_text() for path in sources))
    )
    assert set(re.findall(r"\b([EW]0\d\d)\b", DEPLOYING)) == checked


def test_the_page_of_deploying_knows_every_setting() -> None:
    settings = (ROOT / "vmssbuilder" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    read |= set(re.findall(r"environ\.get\(.([A-Z_]+).,", (ROOT / "gunicorn.conf.py").read_text()))
    table = DEPLOYING[DEPLOYING.index("| setting |") :].partition("\n\n")[0]
    named = {
        name for row in table.splitlines() for name in re.findall(r"`([A-Z_]{4,})`", row.split(" | ")[0])
    }
    assert named == read
