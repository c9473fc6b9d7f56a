"""Why a list could not be had, in words for somebody who only wanted to choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import (
    AzureError,
    BadAnswer,
    Forbidden,
    GatewayAnswer,
    NotFound,
    ServiceTrouble,
    SignInNeeded,
    Throttled,
    TokenRefused,
    Unreachable,
    Unreadable,
)
from ..explaining import explain

Kind = Literal["sign-in", "forbidden", "missing", "throttled", "unreachable", "outage", "refused"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """kind: what a page decides by. message: what happened. cure: what to do about it. correlation_id: for support.

    pause: seconds before another try makes sense.
    """

    kind: Kind
    message: str
    cure: str
    correlation_id: str = ""
    pause: float = 0.0

    @property
    def passes(self) -> bool:
        """Whether it goes by itself, so that another try makes sense."""
        return self.kind in ("throttled", "unreachable", "outage")


_OTHERS = frozenset({"registration", "policy", "permission", "quota"})
"""Causes after which another choice does not help."""

_TYPE_IT = "Meanwhile you can type the value."


def trouble(error: AzureError, plural: str) -> Trouble:
    """What went wrong with a list. plural: what it is a list of, “key vaults”."""
    known = error.correlation_id
    if isinstance(error, SignInNeeded | TokenRefused):
        return Trouble(
            "sign-in",
            f"Azure wants you to sign in again before it lists {plural}.",
            f"Sign in with Microsoft. {_TYPE_IT}",
            known,
        )
    if isinstance(error, Forbidden):
        return Trouble(
            "forbidden",
            f"You may not list {plural} here.",
            "Type the value if you know it, or ask for the Reader role.",
            known,
        )
    if isinstance(error, NotFound):
        return Trouble(
            "missing",
            f"Azure finds no {plural}{_words(error)}",
            "Check what you chose before, or type the value.",
            known,
        )
    if isinstance(error, Throttled):
        pause = error.retry_after or 10.0
        return Trouble(
            "throttled",
            f"Azure asks for a pause: {plural} can be listed again in {pause:.0f} seconds.",
            _TYPE_IT,
            known,
            pause,
        )
    if isinstance(error, Unreachable):
        return Trouble(
            "unreachable",
            f"Azure cannot be reached, so {plural} cannot be listed.",
            f"Try again in a moment. {_TYPE_IT}",
            known,
        )
    if isinstance(error, GatewayAnswer | Unreadable):
        explained = explain(error)
        kind: Kind = "outage" if error.retryable else "refused"
        return Trouble(
            kind,
            f"{explained.sentence.rstrip('.')}, so {plural} cannot be listed.",
            f"{explained.cure} {_TYPE_IT}",
            known,
        )
    if isinstance(error, ServiceTrouble) and not error.retryable:
        explained = explain(error)
        return Trouble(
            "refused", f"{explained.sentence.rstrip('.')}, so {plural} cannot be listed.", _TYPE_IT, known
        )
    if isinstance(error, ServiceTrouble | BadAnswer) or error.retryable:
        return Trouble(
            "outage",
            f"Azure did not give a proper answer about {plural}.",
            f"Try again in a moment. {_TYPE_IT}",
            known,
        )
    explained = explain(error)
    cure = (
        f"{explained.cure} {_TYPE_IT}"
        if explained.cause in _OTHERS
        else "Check what you chose before, or type the value."
    )
    return Trouble("refused", f"Azure does not list {plural}{_words(error)}", cure, known)


def _words(error: AzureError) -> str:
    """What Azure said, at the end of a sentence."""
    return f": {error.quote}" if error.quote else "."
