"""The page of the pre-flight: its board, which follows along by itself, and the button that runs it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.views.frame import frame
from vmssbuilder.drafts.views.pane import pane
from vmssbuilder.workers import heartbeats

from . import actions, board


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preflight(request: HttpRequest, code: str) -> HttpResponse:
    """The board; a POST runs the checks. Asked by htmx, it answers only with what is new."""
    user = cast(User, request.user)
    if request.method == "POST":
        draft = access.find(user, code, Access.EDIT)
        try:
            actions.start(user, draft)
        except actions.PreflightRefused as refused:
            messages.error(request, str(refused))
        return redirect("preflight", code)
    draft = access.find(user, code, Access.VIEW)
    editable = access.access(user, draft) >= Access.EDIT and draft.discarded is None
    run = board.latest(draft)
    partial = request.headers.get("HX-Request") == "true"
    # A run that has gone silent has nobody to wait for either.
    nobody = run is not None and run.finished is None and not heartbeats.anybody()
    version = (run.version if run else "") + ("-alone" if nobody else "")
    if partial and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    if partial and (run is None or not run.is_running):
        # The whole page says other things now, from its buttons to its title.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context: dict[str, Any] = {
        "draft": draft,
        "run": run,
        "version": version,
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
        return render(request, "preflight/board.html", context)
    return render(
        request,
        "preflight/page.html",
        {**frame(draft, editable=editable), **pane(request, draft, linked=editable), **context},
    )
