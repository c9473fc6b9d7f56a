"""Pages that belong to no app: the start page, the theme, and what people see when something is wrong."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from . import problems, resending, unavailable
from .context import THEME_COOKIE, THEMES
from .middleware import public, safe_path

A_YEAR = 31_536_000


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remembers light, dark or the system's choice in this browser."""
    response = redirect(safe_path(request, request.POST.get("next", "")))
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
        )
    return response


# --- Problems ---------------------------------------------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400"""
    if isinstance(exception, DisallowedHost):
        text = (
            "The product does not answer under this host name. People who run it can add the name to "
            "DJANGO_ALLOWED_HOSTS."
        )
        # Redirects and links would lead to the same wrong name, so the page offers what it can without asking for it.
        context = {"problem_status": 400, "problem_title": "Wrong address", "problem_text": text}
        return HttpResponse(problems.bare(request, "problem.html", context), status=400)
    return problems.page(request, 400, "400.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason when there is one"""
    context = {"problem_status": 403, "problem_title": "You cannot do this", "problem_text": str(exception)}
    return problems.page(request, 403, "problem.html" if str(exception) else "403.html", context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with the reason when a view gave one"""
    said = exception.args[0] if exception.args else ""
    # Django words a missing row for programmers.
    if not isinstance(said, str) or not said or said.endswith("matches the given query."):
        return problems.page(request, 404, "404.html")
    context = {"problem_status": 404, "problem_title": "Page not found", "problem_text": said}
    return problems.page(request, 404, "problem.html", context)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 for trouble of the database; uses nothing that may be the very thing that is broken"""
    error = sys.exception()
    if error is not None and unavailable.is_trouble(error):
        return unavailable.page(request, error)
    return HttpResponse(problems.bare(request, "500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token; the reason is for logs, where Django has put it already.

    What came from a page of ours is kept, to be sent again. Anything else is shown to nobody: the person would press a
    button for whoever made the form.
    """
    if _from_our_page(request):
        found = resending.without_token(resending.kept(request, files=True))
        if found["sent"]:
            user = getattr(request, "user", None)
            person = str(user) if user is not None and user.is_authenticated else ""
            return problems.page(request, 403, "csrf_failed.html", found | {"person": person})
    return problems.problem(
        request,
        403,
        "This form could not be checked",
        "Nothing was changed. The page was opened before you last signed in, or cookies are switched off. "
        "Go back, reload the page and send it again.",
    )


def _from_our_page(request: HttpRequest) -> bool:
    """Whether the browser itself says that one of our pages sent the form; no page can make it say so of another."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
