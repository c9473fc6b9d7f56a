"""The page of heavy work: what is done, how far it is, what came of it; and the buttons that begin and stop it."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access
from vmssbuilder.drafts.access import Access
from vmssbuilder.workers import heartbeats

from . import actions
from .models import Work, WorkKind, WorkState


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest, code: str) -> HttpResponse:
    """How far the draft's work is; a POST begins it. Asked by htmx, it answers only with what is new."""
    user = cast(User, request.user)
    draft = access.find_without_document(user, code, Access.EDIT)
    if request.method == "POST":
        if request.POST.get("base", str(draft.head)) != str(draft.head):
            messages.warning(
                request,
                "The draft was changed since you opened the page. Nothing was begun: look at it again.",
            )
            return redirect("draft-work", code)
        begun = actions.start(user, draft, WorkKind.FIXES)
        if begun.draft_id != draft.pk:
            messages.info(request, "You have this under way. Begin the other when it has ended, or stop it.")
        return redirect("draft-work", begun.draft.code)
    newest = (
        draft.works.select_related("revision", "person").defer("revision__document").order_by("-pk").first()
    )
    partial = request.headers.get("HX-Request") == "true"
    nobody = newest is not None and newest.is_moving and not heartbeats.anybody()
    version = (newest.version if newest else "") + ("-alone" if nobody else "")
    if partial and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    if partial and newest is None:
        # What was followed is gone: the page begins anew.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context: dict[str, Any] = {"draft": draft, "work": newest, "version": version, "nobody": nobody}
    if newest is not None:
        context |= _words_of(newest)
    if not partial:
        return render(request, "background/page.html", context)
    if newest is not None and newest.is_moving:
        return render(request, "background/progress.html", context)
    # The page says other things now, from its acts to its title.
    return render(request, "background/followed.html", context | {"followed": True, "out_of_band": True})


@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Ends the draft's work, unless its result is being saved."""
    user = cast(User, request.user)
    draft = access.find_without_document(user, code, Access.EDIT)
    if not actions.stop(user, draft):
        messages.info(request, "There is nothing to stop: it has come to its end.")
    return redirect("draft-work", code)


def _words_of(work: Work) -> dict[str, str]:
    """What a page says of the work: how far it is, or what came of it with its color and icon, and what is left."""
    kind, icon = _LOOKS.get(work.state, ("info", "info"))
    if work.state == WorkState.RUNNING and work.total:
        words = f"{work.done:,} of {work.total:,} findings fixed"
    elif work.state == WorkState.DONE and work.done and work.saved is None:
        words, kind, icon = "Nothing was left to be changed", "info", "info"
    elif work.state == WorkState.DONE and work.done:
        words = "Fixed 1 finding" if work.done == 1 else f"Fixed {work.done:,} findings"
    elif work.state == WorkState.DONE:
        words, kind, icon = "There was nothing that could be fixed by itself", "info", "info"
    else:
        words = _WORDS[work.state]
    left = ""
    if work.left is not None:
        left = (
            "1 finding is left"
            if work.left == 1
            else f"{work.left:,} findings are left"
            if work.left
            else "No findings are left"
        )
        left += "."
    return {"words": words, "look": kind, "icon": icon, "left": left}


_WORDS: Final[dict[str, str]] = {
    WorkState.WAITING: "Waiting for its turn",
    WorkState.RUNNING: "Looking for what can be fixed",
    WorkState.SAVING: "Saving",
    WorkState.STOPPED: "Stopped: the draft is as it was",
    WorkState.FAILED: "It did not come to its end",
}
_LOOKS: Final[dict[str, tuple[str, str]]] = {
    WorkState.DONE: ("ok", "done"),
    WorkState.FAILED: ("danger", "error"),
}
