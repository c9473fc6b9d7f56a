"""The page of the pre-flight: its board, which follows along by itself, the button that runs it, and the switch."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import Draft
from vmssbuilder.drafts.views.frame import frame
from vmssbuilder.drafts.views.pane import pane

from . import actions, board
from .summary import is_alone, summary, version


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preflight(request: HttpRequest, code: str) -> HttpResponse:
    """The board; a POST runs the checks. Asked by htmx, it answers only with what is new.

    The check page asks for its part, `part=check`; its POST says so, too, and whether it asks by itself.
    """
    user = cast(User, request.user)
    if request.method == "POST":
        return _start(request, user, code)
    draft = access.find(user, code, Access.VIEW)
    partial = request.headers.get("HX-Request") == "true"
    run = board.latest(draft)
    nobody = is_alone(run)
    if partial and request.GET.get("seen") == version(run, nobody=nobody):
        return HttpResponse(status=204)
    if partial and request.GET.get("part") == "check":
        return _part(request, user, draft)
    editable = access.acting(user, draft) >= Access.EDIT
    context: dict[str, Any] = {
        "draft": draft,
        "run": run,
        "version": version(run, nobody=nobody),
        "editable": editable,
        "nobody": nobody,
        "stale": run is not None and run.revision.number != draft.head,
    }
    if run is not None:
        context |= {
            "groups": board.groups(draft, run, editable=editable),
            "words": board.in_words(run),
            "counts": board.counts(run),
            "sign_in": board.sign_in(run, user, request.path),
        }
    if partial:
        tasks = frame(draft, editable=editable, out_of_band=True)
        return render(request, "preflight/followed.html", context | tasks)
    shown = {**frame(draft, editable=editable), **pane(request, draft, linked=editable)}
    return render(request, "preflight/page.html", {**shown, **context})


def _start(request: HttpRequest, user: User, code: str) -> HttpResponse:
    draft = access.find(user, code, Access.EDIT)
    by_check = request.POST.get("part") == "check"
    try:
        if "by_itself" in request.POST and request.htmx:  # type: ignore[attr-defined] # django-htmx adds it
            actions.start_by_itself(user, draft)
        else:
            actions.start(user, draft)
    except actions.PreflightRefused as refused:
        messages.error(request, str(refused))
    if by_check and request.htmx:  # type: ignore[attr-defined] # django-htmx adds it to each request
        return _part(request, user, draft)
    return redirect("draft-check" if by_check else "preflight", code)


def _part(request: HttpRequest, user: User, draft: Draft) -> HttpResponse:
    """What the check page shows of it, with the task list and the bar, which say other things now, too."""
    editable = access.access(user, draft) >= Access.EDIT
    context = {**frame(draft, editable=editable, checked=True, out_of_band=True), **summary(draft, user)}
    return render(request, "preflight/check_part.html", context)


@require_POST
def by_itself(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the check asks Azure by itself in this person's name."""
    user = cast(User, request.user)
    access.find_without_document(user, code, Access.VIEW)
    actions.switch(user, by_itself=request.POST.get("by_itself") == "yes")
    return redirect("draft-check", code)
