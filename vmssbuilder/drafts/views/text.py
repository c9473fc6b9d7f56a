"""The draft as JSON: edited as text, downloaded as a file."""

from __future__ import annotations

import re
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from vmssbuilder.accounts.models import User
from vmssbuilder.drafts import access, actions, clear_keys
from vmssbuilder.drafts import content as contents
from vmssbuilder.drafts.access import Access
from vmssbuilder.scaleset import secrets
from vmssbuilder.scaleset.canonical import canonicalise, write
from vmssbuilder.scaleset.json_text import JSONTextError
from vmssbuilder.scaleset.json_text import parse as parse_json

from .frame import NO_PROPERTY, frame, showable


@require_safe
def document(request: HttpRequest, code: str) -> HttpResponse:
    """The masked body, as a file."""
    draft = access.find(cast(User, request.user), code, Access.VIEW)
    body = write(secrets.mask(draft.document), draft.api_version)
    answer = HttpResponse(body, content_type="application/json; charset=utf-8")
    name = re.sub(r"[^A-Za-z0-9._-]", "", draft.name)[:64].strip(".") or draft.code
    answer["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def edit_json(request: HttpRequest, code: str) -> HttpResponse:
    """The same draft as text: secrets stand as references, which are kept when they are left alone."""
    user = cast(User, request.user)
    draft = access.find(user, code, Access.EDIT)
    context = frame(draft) | {"base": draft.head, "text": write(draft.document, draft.api_version)}
    if request.method != "POST":
        return render(request, "drafts/json.html", context)
    text = request.POST.get("text", "")
    context |= {"text": showable(text), "base": request.POST.get("base", "")}
    try:
        parsed = parse_json(text)
        if not isinstance(parsed.value, dict):
            context["error"] = "The document must be a JSON object: it starts with { and ends with }."
            return render(request, "drafts/json.html", context, status=422)
        if contents.TARGET in parsed.value:
            context["error"] = NO_PROPERTY
            return render(request, "drafts/json.html", context, status=422)
        edited, notes = canonicalise(parsed.value, draft.api_version)
        refusal = clear_keys.refusal(edited, draft.document, draft.api_version)
        if refusal:
            context["error"] = refusal
            return render(request, "drafts/json.html", context, status=422)
        actions.replace_document(user, draft, int(request.POST.get("base", "")), edited)
    except JSONTextError as error:
        context |= {"error": error.message, "problem": error}
        return render(request, "drafts/json.html", context, status=422)
    except (actions.EditConflict, actions.StaleRevision, ValueError):
        context |= {
            "error": "The draft was saved elsewhere since you opened this page. Your text is kept below; "
            "save again to replace what is there now.",
            "base": draft.head,
        }
        return render(request, "drafts/json.html", context, status=409)
    for note in notes:
        messages.info(request, note.message)
    messages.success(request, "Saved.")
    return redirect("draft-check", code)
