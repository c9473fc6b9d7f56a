"""Everything on one page with its findings, and their fixes."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, actions, places, summary
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.checking import check_content
from vmssbuilder.drafts.models import Draft
from vmssbuilder.scaleset.findings import Finding, errors, warnings
from vmssbuilder.scaleset.paths import PathError

from .frame import frame, json_html


@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything on one page, with every finding and the act."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.VIEW)
    found = check_content(draft)
    allowed = access.access(user, draft)
    context = frame(draft, found) | {
        "allowed": allowed,
        "editable": allowed >= Access.EDIT,
        "groups": summary.groups(draft, code),
        "findings": [_shown_finding(draft, number, finding) for number, finding in enumerate(found)],
        "errors": errors(found),
        "warning_count": len(warnings(found)),
        "overridable": [finding for finding in errors(found) if finding.overridable],
        "blocking": [finding for finding in errors(found) if not finding.overridable],
        "json": json_html(draft, linked=allowed >= Access.EDIT),
        "checked": True,
    }
    return render(request, "drafts/check.html", context)


def _finding_url(draft: Draft, finding: Finding) -> str:
    if not places.has_field(finding.path, draft.api_version):
        return f"/drafts/{draft.code}/json/#text"
    page = places.page_url(draft.code, finding.path, draft.api_version)
    return f"{page}?findings=1&return=check#{places.field_anchor(finding.path, draft.api_version)}"


def _shown_finding(draft: Draft, number: int, finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding,
        "number": number,
        "label": contents.label(finding.path, draft.api_version),
        "url": _finding_url(draft, finding),
    }


@require_POST
def fix(request: HttpRequest, code: str) -> HttpResponse:
    """Applies the fix of one finding, named by its rule and place."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.EDIT)
    for finding in check_content(draft):
        if (
            finding.fix
            and finding.rule == request.POST.get("rule")
            and finding.where == request.POST.get("where")
        ):
            try:
                actions.apply_fix(user, draft, draft.head, finding.fix.apply)
            except PathError:
                messages.warning(
                    request,
                    "What the draft holds there has the wrong type. Correct that first, then try again.",
                )
            else:
                messages.success(request, f"{finding.fix.title}.")
            break
    else:
        messages.info(request, "That was already settled.")
    return redirect("draft-check", code)
