"""Sessions: which belongs to which session at Entra ID, and an end for those that ran out."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from .models import EntraSession, User

LONGEST_SID: Final = 200


def begin(request: HttpRequest, **_others: Any) -> None:
    """Lets the session end its full time after the sign-in, whatever happens in it meanwhile.

    Without it, Django gives a session its full time again whenever something in it changes.
    """
    request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))


def tie(session: SessionBase, user: User, sid: str) -> None:
    """Ties a session to the one at Entra ID that it came from; without an id of that one there is nothing to tie."""
    if 0 < len(sid) <= LONGEST_SID:
        # A session that was never saved has no key yet.
        session.save()
        EntraSession.objects.create(user=user, sid=sid, session_key=str(session.session_key))


def store() -> type[SessionBase]:
    """Where sessions are kept."""
    found: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    return found


def forget_old() -> None:
    """Removes sessions that have run out, and what was tied to them."""
    store().clear_expired()
    oldest = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE) - timedelta(days=1)
    EntraSession.objects.filter(begun__lt=oldest).delete()
