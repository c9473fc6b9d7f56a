"""The picture of a draft: a page of its own, and what the fold beside a form holds."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, picturing
from vmssbuilder.drafts.access import Access


@require_safe
def picture(request: HttpRequest, code: str) -> HttpResponse:
    """The picture as it was last saved; alone when htmx asks."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    context = {"draft": draft, "picture": picturing.html(picturing.of(draft))}
    alone = request.headers.get("HX-Request") == "true"
    return render(request, "drafts/picture_part.html" if alone else "drafts/picture_page.html", context)
