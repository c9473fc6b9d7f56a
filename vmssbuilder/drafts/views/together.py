"""Who else is on a page of a draft, and what they changed: asked for by pages of fields every so often."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, presence, steps
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.revision_numbers import counted


@require_safe
def together(request: HttpRequest, code: str) -> HttpResponse:
    """Notes that the person is there. The address says on which `step`, and which revision they know of (`seen`)."""
    user = cast(User, request.user)
    draft = access.find_without_document(user, code, Access.EDIT)
    step = steps.BY_NAME.get(request.GET.get("step", ""))
    if not request.htmx or step is None:  # type: ignore[attr-defined] # django-htmx adds it to each request
        return redirect("draft", code)
    context = {
        "draft": draft,
        "here": presence.come(draft, user, step.title),
        "changes": presence.changes(draft, user, counted(request.GET.get("seen", "")) or draft.head),
    }
    return render(request, "drafts/together.html", context)
