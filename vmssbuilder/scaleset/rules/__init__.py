"""Cross-field rules, one module per area. Importing this package registers them all."""

from __future__ import annotations

from functools import cache

from . import envelope, extensions, network, os_profile, sizing, storage, tags, target
from .base import REGISTRY, Hit, Rule, rule
from .view import View

__all__ = ["REGISTRY", "Hit", "Rule", "View", "applicable", "rule", "target"]

_MODULES = (envelope, tags, sizing, os_profile, storage, network, extensions)


@cache
def applicable(api_version: str, operation: str) -> tuple[Rule, ...]:
    """The document rules of that API version and operation, in the order of the modules."""
    return tuple(entry for entry in REGISTRY.values() if entry.applies(api_version, operation))
