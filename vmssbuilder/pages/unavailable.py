"""The page for trouble of the database: what is wrong, and everything that was sent, to send it once more.

It asks neither the session nor the database, for these are what is broken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from vmssbuilder.scaleset.catalogue import tree
from vmssbuilder.scaleset.versions import API_VERSIONS

from . import problems

RETRY_AFTER: Final = 5
"""Seconds after which browsers and programs are asked to try again."""

BUSY_RETRY_AFTER: Final = 2
"""The same where another request of the person has to end first."""

SHOWN_AGAIN: Final = 500_000
"""Characters that the page takes at most; the browser itself can send any form once more."""

_SECRET: Final = re.compile(
    r"passw|secret|credential|token|protectedsettings|connectionstring", re.IGNORECASE
)
_OURS: Final = frozenset({"csrfmiddlewaretoken", "withheld"})
"""Names that match, but hold nobody's secret."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One value of the form. withheld: whether it is to be entered again; lines: whether it had several."""

    name: str
    value: str
    withheld: bool = False
    lines: bool = False


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
        html = problems.bare(request, "503.html", _kept(request) | {"reason": reason})
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
        context = _kept(request) | {"busy": reason, "again": again, "status": status}
        response = HttpResponse(problems.bare(request, "503.html", context), status=status)
        if again and request.method in ("GET", "HEAD"):
            response["Refresh"] = str(BUSY_RETRY_AFTER)
    response["Retry-After"] = str(BUSY_RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What a form sent, for the page that offers to send it again."""
    sent = _sent(request) if request.method == "POST" else []
    short = sum(len(each.name) + len(each.value) for each in sent) <= SHOWN_AGAIN and not request.FILES
    return {
        "posted": request.method == "POST",
        "sent": sent if short else [],
        "withheld": short and any(each.withheld for each in sent),
        "action": request.get_full_path(),
    }


def _sent(request: HttpRequest) -> list[Sent]:
    """What the form held, in its order. Secrets come without their value, and only those that had one."""
    withheld = set(request.POST.getlist("withheld"))
    found = []
    for name, values in request.POST.lists():
        for value in map(str, values):
            if name not in _OURS and (name in withheld or _is_secret(name)):
                found += [Sent(name, "", withheld=True, lines="\n" in value)] if value else []
            else:
                found.append(Sent(name, value))
    return found


def _is_secret(name: str) -> bool:
    """Whether a field of this name is for a secret. One that only looks like it is asked for once more as well."""
    last = re.split(r"[.:\[\]']+", name.partition(":")[0].rstrip("]'"))[-1]
    return bool(_SECRET.search(name)) or last.casefold() in _secret_names()


@cache
def _secret_names() -> frozenset[str]:
    parts = (node for version in API_VERSIONS for node in tree(version).walk())
    members = (member for part in parts for member in part.children.items())
    return frozenset(name.casefold() for name, node in members if node.property.secret)
