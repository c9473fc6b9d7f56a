"""What the frame of every page needs."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .header import header
from .lasting import lasting

THEMES: Final = ("light", "dark", "auto")
THEME_COOKIE: Final = "theme"


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the settings."""
    theme = chosen_theme(request)
    return {
        "theme": theme,
        "sandbox": settings.VMSSBUILDER_CLOUD == "sandbox",
        # Fragments of pages have none.
        "header": SimpleLazyObject(lambda: header(request, theme)),
        "lasting": SimpleLazyObject(lambda: lasting(request)),
    }


def chosen_theme(request: HttpRequest) -> str:
    """The theme that this browser chose; `auto` follows the system."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else "auto"
