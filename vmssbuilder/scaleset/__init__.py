"""What a scale set request is: its properties, its checks, reading and writing it. No Django, no network, no clock."""

from __future__ import annotations

from .check import check
from .json_schema import json_schema
from .reading import Reading, ReadingError, read
from .request import Request, Target
from .secrets import mask
from .versions import API_VERSIONS

__all__ = ["API_VERSIONS", "Reading", "ReadingError", "Request", "Target", "check", "json_schema", "mask", "read"]
