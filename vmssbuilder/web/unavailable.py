"""The page for trouble of the database: what is wrong, and everything that was sent, to send it once more.

It asks neither the session nor the database, for these are what is broken.
"""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from . import problems, resending

RETRY_AFTER: Final = 5
"""Seconds after which browsers and programs are asked to try again."""

BUSY_RETRY_AFTER: Final = 2
"""The same where another request of the person has to end first."""


def is_trouble(error: BaseException | None) -> bool:
    """Whether the database cannot be used, as opposed to being used wrongly: locked, full, gone, damaged, read-only."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def why(error: BaseException) -> str:
    """The trouble in words that anybody may read, without addresses or paths; "" when it has no words of its own."""
    said = str(error).lower()
    for sign, words in (
        ("locked", "somebody else holds it locked"),
        ("no space", "its disk is full"),
        ("full", "it or its disk is full"),
        ("readonly", "it is read-only"),
        ("read-only", "it is read-only"),
    ):
        if sign in said:
            return words
    return ""


def page(request: HttpRequest, error: BaseException) -> HttpResponse:
    """503: come back in a moment. A form's page holds what was typed, secrets excepted, and a button to send it again."""
    reason = why(error)
    if request.headers.get("HX-Request"):
        text = f"Not saved: the database cannot be used{': ' * bool(reason)}{reason}."
        response = HttpResponse(text, content_type="text/plain", status=503)
    else:
        html = problems.bare(request, "503.html", resending.kept(request) | {"reason": reason})
        response = HttpResponse(html, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def busy(request: HttpRequest, reason: str, *, again: bool = True) -> HttpResponse:
    """The request was not begun (429, and a page loads itself in a moment), or not ended (503, where again is False)."""
    status = 429 if again else 503
    if request.headers.get("HX-Request"):
        response = HttpResponse(f"Not saved: {reason}", content_type="text/plain", status=status)
    else:
        context = resending.kept(request) | {"busy": reason, "again": again, "status": status}
        response = HttpResponse(problems.bare(request, "503.html", context), status=status)
        if again and request.method in ("GET", "HEAD"):
            response["Refresh"] = str(BUSY_RETRY_AFTER)
    response["Retry-After"] = str(BUSY_RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response
