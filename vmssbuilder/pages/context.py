"""What the frame of every page needs."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

THEMES: Final = ("light", "dark", "auto")
THEME_COOKIE: Final = "theme"


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the settings."""
    return {"theme": chosen_theme(request), "sandbox": settings.VMSSBUILDER_CLOUD == "sandbox"}


def chosen_theme(request: HttpRequest) -> str:
    """The theme that this browser chose; `auto` follows the system."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else "auto"
