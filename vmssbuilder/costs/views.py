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

from .templatetags.cost_tags import context_of, estimate_short

WAIT: Final = 1.5
"""Seconds that this page waits for prices; those that show parts of it do not wait."""


@require_safe
def cost(request: HttpRequest, code: str) -> HttpResponse:
    """What the draft costs, or one of its revisions; a part of a page when htmx asks."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    source: Draft | Revision = draft
    revision = _revision(draft, request.GET.get("revision", ""))
    if revision is not None:
        source = revision
    partial = request.headers.get("HX-Request") == "true"
    context = context_of(source, within=0.0 if partial else WAIT)
    if not partial:
        number = revision.number if revision is not None else None
        return render(request, "costs/page.html", {"draft": draft, "revision": number, **context})
    part = request.GET.get("part")
    if part == "short" and revision is not None:
        since = _revision(draft, request.GET.get("since", ""))
        return render(request, "costs/short.html", estimate_short(revision, since))
    return render(request, "costs/line.html" if part == "line" else "costs/estimate.html", context)


def _revision(draft: Draft, text: str) -> Revision | None:
    """The revision of that number; None where none is named."""
    number = counted(text)
    if number is None:
        return None
    revision: Revision | None = draft.revisions.filter(number=number).first()
    if revision is None:
        raise Http404("There is no such revision.")
    revision.draft = draft
    return revision
