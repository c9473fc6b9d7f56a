"""What a draft sets, against what applies where a request leaves it out."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, summary
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.summary import StepSummary
from vmssbuilder.scaleset import paths
from vmssbuilder.scaleset.defaults import applies_if_left_out, is_default

from .frame import frame


@require_safe
def against_defaults(request: HttpRequest, code: str) -> HttpResponse:
    """Every value that is set, step by step, with what would apply without it."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    editable = access.access(user, draft) >= Access.EDIT
    groups = [
        {"step": group.step, "lines": _lines(draft, group), "more": group.count - len(group.lines)}
        for group in summary.groups(draft, code)
        if group.lines
    ]
    context = frame(draft, editable=editable) | {"groups": groups}
    return render(request, "drafts/defaults.html", context)


def _lines(draft: Draft, group: StepSummary) -> list[dict[str, Any]]:
    """The values of a step. same: whether a value is what applies anyway."""
    lines = []
    for line in group.lines:
        node = contents.node_at(line.path, draft.api_version)
        words = applies_if_left_out(node) if node is not None else ""
        same = node is not None and is_default(node, paths.get(draft.document, line.path))
        lines.append({"line": line, "default": words, "same": same})
    return lines
