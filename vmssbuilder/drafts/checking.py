"""The check of a draft or revision: its address, its document with the secrets put back for a moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from vmssbuilder.scaleset import Request, check
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.rules.target import check_target

from . import vault
from .models import Draft, Revision


def check_content(content: Draft | Revision) -> list[Finding]:
    """Every finding of the request, those of its address first."""
    draft, number = (content, content.head) if isinstance(content, Draft) else (content.draft, content.number)
    kept = _kept(draft.code, number)
    request = content.request
    if kept.of != request:
        document = vault.put_back(draft, content.document)
        kept.found = (
            *check_target(content.target),
            *check(document, content.api_version, content.operation, content.target),
        )
        kept.of = request
    return list(kept.found)


@dataclass(slots=True)
class _Kept:
    """What a check found, and of which request. No finding holds the value of a secret."""

    of: Request | None = None
    found: tuple[Finding, ...] = ()


@lru_cache(maxsize=256)
def _kept(_code: str, _number: int) -> _Kept:
    """The place where the findings of a revision are kept: pages ask for them far more often than they change.

    A reference names a value that never changes, so that equal requests of one draft have equal findings.
    """
    return _Kept()
