"""What Azure answers about a scale set, made into a document that can be changed and sent."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from . import paths, secrets
from .paths import Path
from .reading import read


def plain(answer: Mapping[str, Any], api_version: str) -> tuple[dict[str, Any], tuple[Path, ...]]:
    """The document of an answer, and the places of secrets that the scale set may have."""
    held = copy.deepcopy(dict(answer))
    for path, _value in list(secrets.find(held)):
        # Azure returns none. If one came nevertheless, it must not lie about.
        paths.remove(held, path)
    reading = read(json.dumps(held), api_version)
    withheld = tuple(note.path for note in reading.notes if note.kind == "withheld")
    return reading.document, withheld
