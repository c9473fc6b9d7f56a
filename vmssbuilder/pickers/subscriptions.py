"""The names of subscriptions, as far as the lists that a person has tell them: nobody waits for Azure to draw a page."""

from __future__ import annotations

from typing import Final

from vmssbuilder.accounts.models import User
from vmssbuilder.azure.pickers import PICKERS, SearchIndex, Where

from . import cache

_PICKER: Final = PICKERS["subscription"]
_KEY: Final = cache.key_of(_PICKER.source, Where())


def name(user: User, subscription: str, *, without_query: bool = False) -> str:
    """The name of a subscription, "" where it is not known. without_query: only if this process has the list at hand."""
    if not subscription.strip():
        return ""
    found = cache.at_hand(user, _KEY) if without_query else _kept(user)
    listed = found.find(subscription, Where(), _PICKER) if found is not None else None
    if listed is None or listed.title == listed.value or not listed.title.isprintable():
        return ""
    return listed.title


def _kept(user: User) -> SearchIndex | None:
    known = cache.cached(user, _KEY)
    return known.index if known is not None else None
