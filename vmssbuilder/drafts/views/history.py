"""Every saved state of a draft."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access
from vmssbuilder.drafts.access import Access


@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Every saved state, newest first."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    revisions = draft.revisions.select_related("author").defer("document")
    page = Paginator(revisions, 50).get_page(request.GET.get("page"))
    return render(request, "drafts/history.html", {"draft": draft, "page": page})
