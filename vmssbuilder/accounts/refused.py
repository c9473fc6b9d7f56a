"""Sign-ins that failed, for the log. No name is written down that is none here: people type passwords into that field."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vmssbuilder.audit.actions import record_refused

from .models import User


def by_password(credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    """Records a wrong password, or one that was not even looked at because there had been too many. A receiver."""
    name = str(credentials.get("username") or "")
    known = User.objects.filter(username=name).values_list("username", flat=True).first()
    throttled = getattr(request, "axes_locked_out", False)
    what = "account.sign-in-throttled" if throttled else "account.sign-in-failed"
    record_refused(None, what, (known or "unknown")[:80], way="local")


def by_entra(code: str) -> None:
    """Records that Entra ID, or the check of its answer, let somebody not in. code: of its error."""
    record_refused(None, "account.sign-in-failed", "unknown", way="entra", code=code[:80])
