"""Every class that the style sheet knows is on a page somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SHEETS: Final = sorted((ROOT / "static" / "css").glob("*.css"))

_CLASSES: Final = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_ATTRIBUTE: Final = re.compile(r"""class=\\?["'](.*?)["'](?=[\s>/{]|$)""", re.DOTALL)
_QUOTED: Final = re.compile(r"""(["'`])(.*?)\1""")
_NAMES: Final = re.compile(r"[A-Za-z][\w-]*")
_WORD: Final = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_BUILT: Final = re.compile(r"([A-Za-z][\w-]*)(?:\{|\$\{)")
"""A name that something is put behind: `status--{{ kind }}`, `d{depth}`."""


def selected(sheet: str) -> set[str]:
    """The classes in the selectors of a style sheet."""
    plain = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    # What stands before a brace is a selector, or an at-rule, which has no classes.
    preludes = re.findall(r"([^{};]+)\{", plain)
    return {
        name
        for prelude in preludes
        if not prelude.strip().startswith("@")
        for name in _CLASSES.findall(prelude)
    }


def texts() -> Iterator[str]:
    """Everything that may stand in a class attribute: the attributes themselves, and short texts put into them."""
    for template in (ROOT / "templates").rglob("*.html"):
        yield template.read_text()
    for module in (ROOT / "vmssbuilder").rglob("*.py"):
        written = module.read_text()
        yield from _ATTRIBUTE.findall(written)
        for node in ast.walk(ast.parse(written)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 80:
                yield node.value
            elif isinstance(node, ast.JoinedStr) and len(node.values) < 6:
                yield ast.unparse(node)
    for script in (ROOT / "static" / "js").rglob("*.js"):
        yield from (text for _quote, text in _QUOTED.findall(script.read_text()))


def unused(classes: set[str], written: str) -> set[str]:
    """The classes that nothing written puts on an element."""
    names = set(_NAMES.findall(written))
    built = {name for name in _BUILT.findall(written) if name.endswith(("-", "_"))}
    numbered = set(_BUILT.findall(written))
    return {
        name
        for name in classes
        if name not in names
        and not any(name.startswith(start) and _WORD.fullmatch(name[len(start) :]) for start in built)
        and not (name[-1].isdigit() and name.rstrip("0123456789") in numbered)
    }


FROM_ELSEWHERE: Final = re.compile(r"htmx-")
"""Classes that a library puts on elements."""


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_class_is_used(sheet: Path) -> None:
    classes = {name for name in selected(sheet.read_text()) if not FROM_ELSEWHERE.match(name)}
    assert len(classes) > 3
    assert unused(classes, "\n".join(texts())) == set()


def test_what_counts_as_used() -> None:
    sheet = "/* .gone */ .a, .b:not(.c) > p { margin: .5em } @media (width < 3.5em) { .d2 .e--on { x: url(a.b) } }"
    assert selected(sheet) == {"a", "b", "c", "d2", "e--on"}
    assert unused({"a", "d2", "e--on", "e--on--x", "f"}, '<p class="a d{depth} e--{state}">') == {
        "e--on--x",
        "f",
    }
