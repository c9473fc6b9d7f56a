"""The page for every refusal: what happened, what it means for the person's work, what to do now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from .characters import showable
from .context import chosen_theme


def problem(
    request: HttpRequest,
    status: int,
    title: str,
    text: str,
    *,
    links: Iterable[tuple[str, str]] = (),
    detail: str = "",
) -> HttpResponse:
    """A page that explains a refusal. links: address and words of what can be done; detail: shown as it is."""
    context = {
        "problem_status": status,
        "problem_title": title,
        "problem_text": text,
        "problem_detail": showable(detail),
        "problem_links": [{"href": href, "text": words} for href, words in links],
    }
    return page(request, status, "problem.html", context)


def page(
    request: HttpRequest, status: int, template: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    """A problem page from a template; without the person's name in it when the database cannot be asked for it."""
    context = context or {}
    try:
        html: str = render_to_string(template, context, request)
    except DatabaseError:
        html = bare(request, template, context)
    return HttpResponse(html, status=status)


def bare(request: HttpRequest, template: str, context: dict[str, Any] | None = None) -> str:
    """A page that needs neither session nor database."""
    frame = {"theme": chosen_theme(request), "sandbox": settings.VMSSBUILDER_CLOUD == "sandbox"}
    return render_to_string(template, frame | (context or {}))
