"""Writing to the log; called by every action in the transaction of what it records."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from vmssbuilder import statements
from vmssbuilder.accounts.models import User

from .models import Event


def record(actor: User | None, what: str, about: str, **details: Any) -> None:
    """Appends one event. actor: None when the product itself acted (a worker). details: small, never secret."""
    actor_id = None if actor is None else actor.pk
    statements.insert(Event, at=timezone.now(), actor_id=actor_id, what=what, about=about, details=details)
