"""HTML is written in templates: no text constant of the product holds a tag, but where a reason is given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2] / "vmssbuilder"

ELEMENTS: Final = (
    "a abbr aside b bdi body br button caption circle code dd details div dl dt em fieldset figure footer form g h[1-6] head"
    " header hr html i img input label legend li line link main meta meter nav noscript ol option p path pre rect script"
    " section select small span strong style sub summary sup svg symbol table tbody td textarea tfoot th thead time title tr"
    " u ul use wbr"
).replace(" ", "|")
TEMPLATES: Final = sorted((ROOT.parent / "templates").rglob("*.html"))

_TAG: Final = re.compile(rf"</?(?:{ELEMENTS})(?:\s[^<>]*)?/?>|<(?:{ELEMENTS}) [a-z-]+=")
_GROUP: Final = re.compile(r"\(\?P<\w+>")
"""The name of a group in a regular expression."""

LINES: Final = "the lines of the JSON pane: 1,500 of them take 1.4 ms this way, 7.9 ms by a Jinja2 template"
STAND_IN: Final = "the sandbox knows no Django and has no templates"

REASONS: Final = {
    "drafts/preview.py": LINES,
    "drafts/views/pane.py": LINES,
    "sandbox/faults.py": STAND_IN,
    "sandbox/faults_page.py": STAND_IN,
    "sandbox/pages.py": STAND_IN,
    "sandbox/server.py": STAND_IN,
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
        if any(_TAG.search(_GROUP.sub("", text)) for text in constants(path.read_text()))
    }
    assert found == set(REASONS)


MOST_MARKED: Final = 5
"""How many times the product says itself that a text is safe HTML."""
_MARKING: Final = frozenset({"mark_safe", "SafeString", "SafeText", "Markup"})


def marked(source: str) -> Iterator[int]:
    """The lines that take a text for safe HTML."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", "")) in _MARKING
        ):
            yield node.lineno


def test_few_texts_are_taken_for_html_and_each_says_why() -> None:
    found = [
        (path.relative_to(ROOT), lines[number - 2].strip())
        for path in ROOT.rglob("*.py")
        for number in marked(path.read_text())
        if (lines := path.read_text().splitlines())
    ]
    assert len(found) <= MOST_MARKED
    assert [(path, above) for path, above in found if not above.startswith("#")] == []


def test_templates_take_no_text_for_html() -> None:
    loud = re.compile(r"\|\s*safe\b|autoescape\s+(?:off|false)")
    assert [path.name for path in TEMPLATES if loud.search(path.read_text())] == []


LONGEST_LINE: Final = 120


def test_lines_of_templates_can_be_read_without_scrolling() -> None:
    long = [
        (path.name, number)
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > LONGEST_LINE
    ]
    assert long == []


def test_icons_are_drawn_in_one_place() -> None:
    drawn = {path.name for path in TEMPLATES if '<svg class="icon' in path.read_text()}
    assert drawn == {"icon.html"}


def test_every_template_is_drawn() -> None:
    """By its name somewhere; those of a template pack by crispy-forms, those of an error by Django."""
    written = "\n".join(path.read_text() for path in [*ROOT.rglob("*.py"), *TEMPLATES])
    names = {str(path.relative_to(ROOT.parent / "templates")) for path in TEMPLATES}
    by_others = {"lean/whole_uni_form.html"}
    assert {name for name in names - by_others if name not in written} == set()
