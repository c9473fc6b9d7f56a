"""Two revisions of a draft beside each other."""

from __future__ import annotations

from typing import Any, Final, cast

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, diff
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Revision

DIFFERENCES_A_PAGE: Final = 500
LINES_A_PAGE: Final = 2_000
VIEWS: Final = ("properties", "split", "unified")


@require_safe
def compare(request: HttpRequest, code: str, earlier: int, later: int) -> HttpResponse:
    """What differs between two revisions: by property, or as JSON in one or two columns."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    # No database holds a larger number in such a column.
    numbers = {number for number in (earlier, later) if number < 2**31}
    states: dict[int, Revision] = {
        revision.number: revision
        for revision in draft.revisions.filter(number__in=numbers).select_related("author")
    }
    if earlier not in states or later not in states:
        raise Http404("This draft has no such revision.")
    was, now = states[earlier], states[later]
    view = request.GET.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    differences = diff.compare(was, now)
    page: Page[Any] = Paginator(differences, DIFFERENCES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "draft": draft,
        "was": was,
        "now": now,
        "view": view,
        "views": [
            ("properties", "By property"),
            ("split", "JSON side by side"),
            ("unified", "JSON in one column"),
        ],
        "count": len(differences),
        "query": f"view={view}&",
        "groups": diff.by_step(page),
    }
    if view != "properties":
        lines = diff.json_lines(was, now)
        shown = diff.side_by_side(lines) if view == "split" else lines
        page = Paginator(shown, LINES_A_PAGE).get_page(request.GET.get("page"))
        context["rows" if view == "split" else "lines"] = page
    context["page"] = page
    return render(request, "drafts/compare.html", context)
