"""Links that show a draft to others, and the end of a draft."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, actions, summary
from vmssbuilder.drafts.access import Access
from vmssbuilder.drafts.models import ShareLink
from vmssbuilder.web.problems import problem

from .frame import json_html


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, code: str) -> HttpResponse:
    """The links that show this draft, and a button for a new one."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.OWN)
    if request.method == "POST":
        actions.share(user, draft)
        messages.success(request, "The link is ready. Copy it and send it to a colleague.")
        return redirect("draft-share", code)
    links = [
        {"link": link, "url": request.build_absolute_uri(reverse("shared", args=[link.token]))}
        for link in draft.share_links.all()[:50]
    ]
    return render(request, "drafts/share.html", {"draft": draft, "links": links, "days": actions.SHARE_DAYS})


@require_POST
def revoke(request: HttpRequest, code: str, link: str) -> HttpResponse:
    """Ends a share link."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.OWN)
    actions.revoke(user, get_object_or_404(ShareLink, draft=draft, code=link))
    messages.success(request, "The link no longer opens the draft.")
    return redirect("draft-share", code)


@require_POST
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Puts a draft away for good."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.OWN)
    try:
        actions.discard(user, draft)
    except actions.UnderWay as error:
        return problem(
            request,
            409,
            "This draft cannot be discarded yet",
            str(error),
            links=[(f"/drafts/{code}/", "Go back")],
        )
    messages.success(request, f"{draft} was discarded and its secrets destroyed.")
    return redirect("home")


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """A draft as someone with a share link sees it: everything, nothing to change, secrets hidden."""
    try:
        link = ShareLink.objects.select_related("draft__owner").get(
            code=signing.Signer(salt="share").unsign(token)
        )
    except (signing.BadSignature, ShareLink.DoesNotExist):
        raise Http404("This link is not one of ours. Was it copied whole?") from None
    draft = link.draft
    if not link.is_live or draft.discarded is not None:
        why = (
            "was revoked"
            if link.revoked
            else "has expired"
            if draft.discarded is None
            else "leads to a discarded draft"
        )
        return problem(
            request, 410, "This link no longer works", f"The link {why}. Ask {draft.owner} for a new one."
        )
    context = {
        "draft": draft,
        "link": link,
        "groups": summary.html(draft, draft.code),
        "json": json_html(draft),
    }
    return render(request, "drafts/shared.html", context)
