"""Which operating system a draft is for, and what of a page applies to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.paths import MISSING, Path
from vmssbuilder.scaleset.systems import SETTINGS, SYSTEMS, SystemEvidence, evidence_in

from . import content as contents
from .models import Draft

OTHER: Final = {"Linux": "Windows", "Windows": "Linux"}


@dataclass(frozen=True, slots=True)
class DraftSystem:
    """The operating system of a draft: "Linux", "Windows" or "" when nobody and nothing says which.

    said: whether a person chose it. told: what the request itself tells, None when it does not.
    """

    system: str
    said: bool
    evidence: SystemEvidence | None


def of(draft: Draft) -> DraftSystem:
    """What a person said counts; else what the request tells."""
    evidence = evidence_in(draft.document)
    if draft.system in SYSTEMS:
        return DraftSystem(draft.system, said=True, evidence=evidence)
    return DraftSystem(evidence.system if evidence is not None else "", said=False, evidence=evidence)


def shown_for(draft: Draft, content: dict[str, Any]) -> str:
    """The operating system that a page of the content is for: what a person said counts, else what the content tells."""
    found = evidence_in(content)
    return draft.system if draft.system in SYSTEMS else found.system if found is not None else ""


def held(content: dict[str, Any], system: str, api_version: str) -> list[str]:
    """What the content holds of a system's settings, by title; what has none by its name. Empty when it holds nothing."""
    path = SETTINGS[system]
    value = paths.get(content, path)
    if value is MISSING:
        return []
    if not isinstance(value, dict) or not value:
        return [contents.label(path, api_version)]
    return list(dict.fromkeys(_titles(value, path, api_version)))


def _titles(value: dict[str, Any], path: Path, api_version: str) -> list[str]:
    found: list[str] = []
    for name, inner in value.items():
        node = contents.node_at((*path, name), api_version)
        if node is not None and node.children and isinstance(inner, dict) and inner:
            found += _titles(inner, (*path, name), api_version)
        else:
            found.append(name if node is None else node.property.title)
    return found
