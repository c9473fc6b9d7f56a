"""What another API version would mean for a draft: what is spelled anew, and what the version does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from vmssbuilder.scaleset import check, paths
from vmssbuilder.scaleset.canonical import canonicalize
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.paths import MISSING, Path

from . import content as contents
from .changes import Changed
from .models import Draft

API_VERSION: Final[Path] = (contents.TARGET, "apiVersion")

_STRUCTURE: Final = frozenset({"unknown-property", "property-removed", "not-a-choice", "wrong-type"})


@dataclass(frozen=True, slots=True)
class Switch:
    """The change to another API version. renamed: old and new path of what is spelled anew. missing: what it lacks."""

    api_version: str
    renamed: list[tuple[Path, Path]]
    missing: list[Finding]

    @property
    def respelled(self) -> list[tuple[str, str]]:
        """Old and new spelling of what is renamed, as text."""
        return [(paths.text(old), str(new[-1])) for old, new in self.renamed]

    def changes(self, document: dict[str, Any]) -> list[Changed]:
        """The renames, as changes of the draft."""
        found = []
        for old, new in self.renamed:
            value = paths.get(document, old)
            found += [Changed(old, value, MISSING), Changed(new, MISSING, value)]
        return found


def to(draft: Draft, api_version: str) -> Switch:
    """What a switch of the draft to that API version brings about. Raises UnknownVersion."""
    before = {
        finding.path for finding in check(draft.document, draft.api_version) if finding.rule in _STRUCTURE
    }
    renamed_document, notes = canonicalize(draft.document, api_version)
    renamed = [
        (old, note.path) for note in notes if (old := _spelled_before(note.path, draft.document)) is not None
    ]
    missing = [
        finding
        for finding in check(renamed_document, api_version)
        if finding.rule in _STRUCTURE and finding.path not in before
    ]
    return Switch(api_version, renamed, missing)


def _spelled_before(path: Path, document: dict[str, Any]) -> Path | None:
    """The path under which the document holds what is now spelled anew, None when only a value changed its case."""
    holder = paths.get(document, path[:-1], {})
    if not isinstance(holder, dict) or path[-1] in holder:
        return None
    new = str(path[-1]).casefold()
    return next(((*path[:-1], name) for name in holder if name.casefold() == new), None)
