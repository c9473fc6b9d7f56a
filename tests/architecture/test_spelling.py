"""Texts that people read are in American spelling, as Azure's own pages are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

AMERICAN: Final = {
    r"behaviour": "behavior",
    r"colour": "color",
    r"favour": "favor",
    r"honour": "honor",
    r"neighbour": "neighbor",
    r"licence": "license",
    r"defence": "defense",
    r"centre": "center",
    r"catalogue": "catalog",
    r"dialogue": "dialog",
    r"grey": "gray",
    r"artefact": "artifact",
    r"judgement": "judgment",
    r"programme(?!r|d)": "program",
    r"enrols?\b": "enroll",
    r"fulfils?\b": "fulfill",
    r"spelt": "spelled",
    r"learnt": "learned",
    r"cancell(?:ed|ing)": "canceled",
    r"labell(?:ed|ing)\b": "labeled",
    r"modell(?:ed|ing)": "modeled",
    r"signall(?:ed|ing)": "signaled",
    r"travell": "travel",
    r"analys(?:e|ed|ing)\b": "analyze",
    r"(?:author|organ|optim|recogn|custom|general|initial|serial|normal|minim|maxim|summar|synchron|virtual|util|canonical|categor|final|personal|special|stabil|visual)is(?:e|ed|es|er|ing|ation|ations)\b": "-ize",
}
"""British spellings and what they are in American."""

BRITISH: Final = re.compile("|".join(AMERICAN), re.IGNORECASE)

TYPED: Final = {"vmssbuilder/drafts/setting_search/everyday.py", "vmssbuilder/drafts/setting_search/index.py"}
"""Where words stand that people may type, in whichever spelling."""

AZURES: Final = {"Cancelled"}
"""Azure's own words that are spelled so: the code of a rolling upgrade that was canceled."""

NOT_SET: Final = re.compile(r"\bleft out\b|\bleave (?:it|them|this) out\b", re.IGNORECASE)


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module with their lines: what has more than one word or a capital, docstrings aside."""
    module = ast.parse(file.read_text())
    docstrings = {
        id(each.value)
        for node in ast.walk(module)
        if isinstance(body := getattr(node, "body", None), list)
        for each in body
        if isinstance(each, ast.Expr)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            text = node.value
            if (" " in text.strip() or text[:1].isupper()) and text not in AZURES:
                yield node.lineno, text


def texts() -> Iterator[tuple[str, int, str]]:
    """What the product says: its file, its line and the text."""
    for file in sorted((ROOT / "vmssbuilder").rglob("*.py")):
        name = str(file.relative_to(ROOT))
        if name not in TYPED:
            yield from ((name, line, text) for line, text in strings(file))
    for folder, kind in (("templates", "*.html"), ("static/js", "*.js")):
        for file in sorted((ROOT / folder).rglob(kind)):
            for line, text in enumerate(file.read_text().splitlines(), start=1):
                yield str(file.relative_to(ROOT)), line, text


def test_texts_are_in_american_spelling() -> None:
    british = [
        (file, line, found.group()) for file, line, text in texts() for found in BRITISH.finditer(text)
    ]
    assert british == []


def test_the_table_tells_the_two_spellings_apart() -> None:
    for word in (
        "behaviour",
        "Colours",
        "licences",
        "centres",
        "cancelled",
        "organisation",
        "spelt",
        "misspelt",
    ):
        assert BRITISH.search(word), word
    for word in (
        "behavior",
        "colors",
        "licenses",
        "centers",
        "canceled",
        "organization",
        "cancellation",
        "programmer",
    ):
        assert not BRITISH.search(word), word


def test_what_is_said_of_a_document_says_not_set_for_what_is_not_there() -> None:
    """An update has both: what it removes in Azure, and what it leaves out. So `updating.py` is not among these."""
    files = [*(ROOT / "vmssbuilder/scaleset/rules").glob("*.py"), ROOT / "vmssbuilder/scaleset/check.py"]
    files += [*(ROOT / "vmssbuilder/scaleset/catalogue").glob("*.py")]
    files += [*(ROOT / "vmssbuilder/scaleset/presets").glob("*.py")]
    wrong = [
        (file.name, line, text) for file in files for line, text in strings(file) if NOT_SET.search(text)
    ]
    assert wrong == []
