"""HTML is written in templates: no text constant of the product holds a tag, but where a reason is given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2] / "vmssbuilder"

_TAG: Final = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|<[a-z][a-z0-9]* [a-z-]+=")

SHOWS_NONE: Final = "what is read or explained, in angle brackets; no page is drawn from it"
LINES: Final = "the lines of the JSON pane: thousands a page, and the hottest of all"
LISTS: Final = "a list of up to a hundred lines on a hot page, not moved to a template yet"
STAND_IN: Final = "the sandbox knows no Django and has no templates"

REASONS: Final = {
    "azure/errors.py": SHOWS_NONE,
    "azure/explaining/shapes.py": SHOWS_NONE,
    "drafts/admin.py": "one line of the admin, by format_html",
    "drafts/forms/readings.py": SHOWS_NONE,
    "drafts/preview.py": LINES,
    "drafts/summary.py": LISTS,
    "drafts/views/checking.py": LISTS,
    "drafts/views/exporting.py": LINES,
    "drafts/views/pane.py": LINES,
    "drafts/views/tasks.py": LISTS,
    "pages/characters.py": "marks that are put into every page on its way out",
    "pages/times.py": "one element, by format_html, in every template",
    "pickers/drawing.py": LISTS,
    "reference/index.py": "line breaks in a path",
    "sandbox/faults.py": STAND_IN,
    "sandbox/faults_page.py": STAND_IN,
    "sandbox/intake.py": STAND_IN,
    "sandbox/pages.py": STAND_IN,
    "sandbox/server.py": STAND_IN,
    "scaleset/catalogue/os_profile.py": SHOWS_NONE,
    "scaleset/hidden.py": SHOWS_NONE,
    "scaleset/json_text.py": SHOWS_NONE,
    "scaleset/wrapping.py": SHOWS_NONE,
}


def constants(source: str) -> Iterator[str]:
    """Every text constant but docstrings."""
    parsed = ast.parse(source)
    said = {id(node.value) for node in ast.walk(parsed) if isinstance(node, ast.Expr)}
    for node in ast.walk(parsed):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_tags_stand_in_templates_or_have_a_reason() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if any(map(_TAG.search, constants(path.read_text())))
    }
    assert found == set(REASONS)
