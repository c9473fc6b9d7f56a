"""Cross-field rules, one module per area. Importing this package registers them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ..findings import Finding
from . import (
    certificates,
    characters,
    envelope,
    extensions,
    known_extensions,
    mixes,
    network,
    orchestration,
    os_profile,
    reservations,
    retirements,
    security,
    sizing,
    storage,
    tags,
    target,
    upgrades,
    zones,
)
from .base import REGISTRY, Hit, Hits, Rule, rule
from .target import check_target
from .unknown import Unknown
from .view import View

__all__ = ["REGISTRY", "Hit", "Rule", "View", "applicable", "check_target", "rule", "run"]

_AREAS = (
    envelope,
    characters,
    tags,
    sizing,
    reservations,
    zones,
    orchestration,
    mixes,
    os_profile,
    certificates,
    storage,
    network,
    extensions,
    known_extensions,
    upgrades,
    security,
    retirements,
    target,
)


@cache
def applicable(api_version: str, operation: str, *, misfit: bool = True) -> tuple[Rule, ...]:
    """The document rules of that API version and operation, in the order of the form.

    misfit=False leaves out those that are asked only when the document does not fit the JSON Schema.
    """
    return tuple(
        entry
        for entry in sorted(REGISTRY.values(), key=_area)
        if entry.subject != "target"
        and entry.applies(api_version, operation)
        and (misfit or not entry.misfit)
    )


@cache
def _functions(
    api_version: str, operation: str, *, misfit: bool
) -> tuple[tuple[Rule, Callable[[View], Hits]], ...]:
    """These rules with their functions: to look for the function at each rule took a twentieth of a check."""
    return tuple((entry, entry.function) for entry in applicable(api_version, operation, misfit=misfit))


_POSITIONS = {area.__name__: position for position, area in enumerate(_AREAS)}


def _area(entry: Rule) -> int:
    return _POSITIONS[entry.function.__module__]


def run(view: View, *, misfit: bool = True) -> list[Finding]:
    """The findings of all rules that apply to the document, in the order of the rules."""
    found: list[Finding] = []
    for entry, function in _functions(view.api_version, view.operation, misfit=misfit):
        try:
            hits = function(view)
        except Unknown:
            continue
        if hits:
            found += entry.report(hits, view)
    return found
