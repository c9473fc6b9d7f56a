"""Writing to the log; called by every action in the transaction of what it records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .models import Event

if TYPE_CHECKING:
    from vmssbuilder.accounts.models import User


def record(actor: User | None, what: str, about: str, **details: Any) -> None:
    """Appends one event. actor: None when the product itself acted (a worker). details: small, never secret."""
    Event.objects.create(actor=actor, what=what, about=about, details=details)
