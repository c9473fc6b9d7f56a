"""Starting a draft: blank, or from pasted or uploaded JSON."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import actions, clear_keys, steps, submitted
from vmssbuilder.drafts import content as contents
from vmssbuilder.pages.characters import showable
from vmssbuilder.scaleset import API_VERSIONS, ReadingError, Request, read
from vmssbuilder.scaleset.versions import DEFAULT

from .frame import NO_PROPERTY, json_html

LARGEST_UPLOAD = 1_000_000
"""Bytes of an uploaded file; a scale set request is a few thousand."""


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Start a draft: blank, or from pasted or uploaded JSON. Repairs of the text are shown before they are accepted."""
    user = cast(User, request.user)
    version = request.POST.get("api_version", DEFAULT)
    context: dict[str, Any] = {"versions": reversed(API_VERSIONS), "version": version, "text": ""}
    if request.method != "POST":
        return render(request, "drafts/new.html", context)
    if version not in API_VERSIONS:
        context |= {
            "version": DEFAULT,
            "error": "Choose one of the API versions on offer.",
            "at": "api-version",
        }
        return render(request, "drafts/new.html", context, status=422)
    if request.POST.get("start") != "text":
        draft = actions.create(user, Request(api_version=version), "blank")
        return redirect("draft-step", draft.code, steps.STEPS[0].name)
    upload = request.FILES.get("file")
    if upload is not None and (upload.size or 0) > LARGEST_UPLOAD:
        context |= {
            "error": f"The file is larger than {LARGEST_UPLOAD:,} bytes. Upload the request alone.",
            "at": "file",
        }
        return render(request, "drafts/new.html", context, status=413)
    text: str | bytes = upload.read() if upload is not None else request.POST.get("text", "")
    try:
        reading = read(text, version if request.POST.get("versioned") else None, _choice(request))
    except ReadingError as error:
        context |= {"error": error.message, "at": "text", "problem": error, "text": showable(text)}
        return render(request, "drafts/new.html", context, status=422)
    unkeepable = _unkeepable(reading.request)
    if unkeepable:
        context |= {"error": unkeepable, "at": "text", "text": showable(text)}
        return render(request, "drafts/new.html", context, status=422)
    picked_another = request.POST.get("choice") != request.POST.get("shown")
    if (reading.to_accept or reading.choices) and (not request.POST.get("accept") or picked_another):
        context |= {
            "reading": reading,
            "text": showable(text),
            "json": json_html(reading.request),
        }
        return render(request, "drafts/accept.html", context)
    draft = actions.create(user, reading.request, "pasted", reading.notes)
    return redirect("draft", draft.code)


def _unkeepable(read: Request) -> str:
    """Why a request that was read cannot be kept as a draft, "" when it can."""
    if contents.TARGET in read.document:
        return NO_PROPERTY
    parts = (
        ("subscription", read.target.subscription),
        ("resourceGroup", read.target.resource_group),
        ("name", read.target.name),
    )
    for part, written in parts:
        longest = submitted.LONGEST_ADDRESS[part]
        if len(written) > longest:
            label = contents.label((contents.TARGET, part), read.api_version)
            return f"{label}: {len(written):,} characters; no more than {longest} can be kept. Shorten it."
    return clear_keys.refusal(read.document, {}, read.api_version)


def _choice(request: HttpRequest) -> int:
    """Which of several scale sets in a text the person picked; the first when they did not."""
    picked = request.POST.get("choice", "")
    return int(picked) if picked.isascii() and picked.isdigit() and len(picked) < 5 else 0
