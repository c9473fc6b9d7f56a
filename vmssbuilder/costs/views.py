"""The page of what a draft costs, and its parts on other pages, which browsers ask for once those are shown."""

from __future__ import annotations

from typing import Final, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Draft, Revision
from vmssbuilder.drafts.revision_numbers import counted

from .templatetags.cost_tags import context_of

WAIT: Final = 1.5
"""Seconds that this page waits for prices; those that show parts of it do not wait."""


@require_safe
def cost(request: HttpRequest, code: str) -> HttpResponse:
    """What the draft costs, or one of its revisions; a part of a page when htmx asks."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    source: Draft | Revision = draft
    number = counted(request.GET.get("revision", ""))
    if number is not None:
        revision = draft.revisions.filter(number=number).first()
        if revision is None:
            raise Http404("There is no such revision.")
        revision.draft = draft
        source = revision
    partial = request.headers.get("HX-Request") == "true"
    context = context_of(source, within=0.0 if partial else WAIT)
    if not partial:
        return render(request, "costs/page.html", {"draft": draft, "revision": number, **context})
    part = "costs/line.html" if request.GET.get("part") == "line" else "costs/estimate.html"
    return render(request, part, context)
