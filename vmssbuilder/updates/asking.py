"""Asks Azure about a scale set without keeping a page waiting, and says in words what went wrong."""

from __future__ import annotations

from typing import Final

from vmssbuilder.accounts import lookups
from vmssbuilder.accounts.lookups import Lookup, Work, forget, forget_everything
from vmssbuilder.accounts.models import User
from vmssbuilder.azure import AzureError, explain
from vmssbuilder.azure.errors import (
    BadAnswer,
    Forbidden,
    GatewayAnswer,
    NotFound,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
    Unreadable,
)
from vmssbuilder.azure.pickers import Trouble

__all__ = ["FRESH", "USABLE", "WAIT", "ask", "forget", "forget_everything"]

WAIT: Final = 1.5
"""Seconds that a page waits for Azure."""
FRESH: Final = 5.0
"""Seconds for which an answer is what a page that looks in again came for."""
USABLE: Final = 120.0
"""Seconds for which the answer that a page showed may be used by its buttons."""


def ask(user: User, about: str, work: Work, *, within: float = FRESH) -> Lookup:
    """What `work` brings back from Azure in the person's name; see `lookups.ask`."""
    return lookups.ask(user, about, work, _trouble, wait=WAIT, within=within)


def _trouble(error: AzureError) -> Trouble:
    known = error.correlation_id
    if isinstance(error, SignInNeeded | TokenRefused):
        return Trouble(
            "sign-in",
            "Azure wants you to sign in before it shows this to you.",
            "Sign in with Microsoft and come back: what you typed is kept.",
            known,
        )
    if isinstance(error, Forbidden):
        return Trouble(
            "forbidden",
            "You may not read this in Azure.",
            "Ask for the Reader role on its resource group, or change to an account that has it.",
            known,
        )
    if isinstance(error, NotFound):
        return Trouble(
            "missing",
            f"Azure finds nothing there: {error.quote}" if error.quote else "Azure finds nothing there.",
            "Check the subscription, the resource group and the name.",
            known,
        )
    if isinstance(error, Throttled):
        pause = error.retry_after or 10.0
        message = "Azure asks for a pause: there were too many requests."
        return Trouble("throttled", message, f"Try again in {pause:.0f} seconds.", known, pause)
    if isinstance(error, Unreachable):
        return Trouble("unreachable", "Azure cannot be reached.", "Try again in a moment.", known)
    explained = explain(error)
    if isinstance(error, GatewayAnswer | Unreadable):
        return Trouble("outage" if error.retryable else "refused", explained.sentence, explained.cure, known)
    if isinstance(error, BadAnswer) or error.retryable or error.uncertain:
        return Trouble("outage", "Azure did not give a proper answer.", "Try again in a moment.", known)
    return Trouble("refused", explained.sentence, explained.cure or "Try again in a moment.", known)
