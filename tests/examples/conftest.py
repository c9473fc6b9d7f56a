"""Request bodies and pages that others wrote: `make test-examples EXAMPLES=folder`. Without a folder nothing is collected.

Anywhere in the folder: `<api-version>.json` with request bodies by title, and in a folder `spec` the text of the REST page
of 2016-04-30-preview.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

import pytest

from tests.submissions.conftest import as_rita, as_rolf, azure_at_once, rita, rolf
from vmssbuilder.scaleset.versions import API_VERSIONS

__all__ = ["as_rita", "as_rolf", "azure_at_once", "rita", "rolf"]

Example = tuple[str, dict[str, Any]]

_FOLDER: Final = os.environ.get("VMSSBUILDER_EXAMPLES", "")
_FILES: Final = sorted(Path(_FOLDER).resolve().rglob("*.json")) if _FOLDER else []
EXAMPLES: Final = {
    f"{file.stem} {title}": (file.stem, body)
    for file in _FILES
    if file.stem in API_VERSIONS
    for title, body in json.loads(file.read_text(encoding="utf-8")).items()
}
PAGES: Final = sorted(Path(_FOLDER).resolve().rglob("spec/*.txt")) if _FOLDER else []

collect_ignore = [
    *([] if EXAMPLES else ["test_bodies.py"]),
    *([] if PAGES else ["test_page.py"]),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "example" in metafunc.fixturenames:
        metafunc.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))


@pytest.fixture(scope="session")
def page() -> str:
    """The text of the REST page."""
    return PAGES[0].read_text(encoding="utf-8")
