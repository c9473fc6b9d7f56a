"""The header of every page. It is drawn once for each person and section: it costs as much as a step's fields."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

_CSRF: Final = f"csrf-{secrets.token_hex(16)}"
_PAGE: Final = f"page-{secrets.token_hex(16)}"
"""Stand in the drawn header for what differs from page to page. Nobody can take such a name to read them."""
SECTIONS: Final = ("reviews", "submissions", "reference", "explain")


@dataclass(frozen=True, slots=True)
class _Person:
    """Who is signed in, as the header shows them."""

    name: str
    role: str
    address: str
    reviews: bool


@dataclass(frozen=True, slots=True)
class HeaderCounts:
    """What waits for the person, as far as the page has read it: their own drafts, and reviews."""

    home: int = 0
    reviews: int = 0


_COUNTS: Final = "header_counts"


def count_in_header(request: HttpRequest, *, home: int = 0, reviews: int = 0) -> None:
    """The navigation of this page shows these counts. A page tells what it has read: no query is asked for them."""
    setattr(request, _COUNTS, HeaderCounts(home, reviews))


def header(request: HttpRequest, theme: str) -> SafeString:
    """The header of this page, for the person who is signed in, if anybody is."""
    # A refusal may stand before anybody was asked who this is.
    user = getattr(request, "user", None)
    person = None
    if user is not None and user.is_authenticated:
        address = user.email or user.get_username()
        person = _Person(str(user), user.get_role_display(), address, user.is_reviewer)
    counts = getattr(request, _COUNTS, HeaderCounts())
    in_sandbox = settings.VMSSBUILDER_CLOUD == "sandbox"
    drawn = _drawn(person, _section(request.path), theme, counts, sandbox=in_sandbox)
    page = escape(request.get_full_path())
    # A template drew it, and what is put into it is a token and an escaped text.
    return mark_safe(drawn.replace(_CSRF, get_token(request)).replace(_PAGE, page))  # noqa: S308 - as said above


def _section(path: str) -> str:
    first = path.split("/", 2)[1]
    return first if first in SECTIONS else "home" if path == "/" else ""


@lru_cache(maxsize=1_000)
def _drawn(person: _Person | None, section: str, theme: str, counts: HeaderCounts, *, sandbox: bool) -> str:
    context = {
        "counts": counts,
        "person": person,
        "section": section,
        "theme": theme,
        "sandbox": sandbox,
        "csrf_token": _CSRF,
        "page": _PAGE,
    }
    return render_to_string("partials/header.html", context)
