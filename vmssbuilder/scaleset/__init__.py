"""What a scale set request is: its properties, its checks, reading and writing it. No Django, no network, no clock."""

from __future__ import annotations

from .canonical import minimum_version
from .check import check
from .exports import CannotExport, export
from .json_schema import json_schema
from .outcome import Outcome, outcome
from .parameters import TemplateParameter, given_values
from .patching import Patch, apply_patch, merge_patch
from .reading import Reading, ReadingError, read
from .request import Request, Target
from .scopes import Place
from .secrets import mask
from .versions import API_VERSIONS

__all__ = [
    "API_VERSIONS",
    "CannotExport",
    "Outcome",
    "Patch",
    "Place",
    "Reading",
    "ReadingError",
    "Request",
    "Target",
    "TemplateParameter",
    "apply_patch",
    "check",
    "export",
    "given_values",
    "json_schema",
    "mask",
    "merge_patch",
    "minimum_version",
    "outcome",
    "read",
]
