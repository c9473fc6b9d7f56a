"""The check of a draft or revision: its address, its document with the secrets put back for a moment."""

from __future__ import annotations

from vmssbuilder.scaleset import check
from vmssbuilder.scaleset.findings import Finding
from vmssbuilder.scaleset.rules.target import check_target

from . import vault
from .models import Draft, Revision


def check_content(content: Draft | Revision) -> list[Finding]:
    """Every finding of the request, those of its address first."""
    draft = content if isinstance(content, Draft) else content.draft
    document = vault.put_back(draft, content.document)
    return [
        *check_target(content.target),
        *check(document, content.api_version, content.operation, content.target),
    ]
