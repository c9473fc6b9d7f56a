"""Mutants that mean the same as the real code, or do no harm that a test could see, by name with the reason."""

from __future__ import annotations

from typing import Final

EQUIVALENT: Final[dict[str, str]] = {}
