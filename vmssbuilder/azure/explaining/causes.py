"""What an explanation is, and whose turn it is after each cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from vmssbuilder.scaleset.paths import Path

Cause = Literal[
    "form", "permission", "policy", "quota", "capacity", "conflict", "changed", "missing", "registration", "sign-in",
    "throttled", "outage", "network", "gateway", "unusable", "unknown",
]  # fmt: skip
"""What kind of trouble it is.

gateway: not Azure answered, but something on the way. unusable: Azure's answer cannot be used, now or later.
"""

TURNS: Final[Mapping[Cause, str]] = {
    "form": "Yours: something in the request has to change.",
    "permission": "Somebody who has the rights there, or who can give them to you.",
    "policy": "Yours, or those who run Azure Policy here.",
    "quota": "Yours to ask for less, or whoever may ask Azure for more quota.",
    "capacity": "Yours to wish for something else, or nobody's: room comes and goes.",
    "conflict": "Nobody's at first: something else has to end.",
    "changed": "Yours: look at what is different now.",
    "missing": "Yours: name what is there, or have it made.",
    "registration": "An owner or contributor of the subscription.",
    "sign-in": "Yours: sign in.",
    "throttled": "Nobody's: it goes on after a pause.",
    "outage": "Azure's. Try again later.",
    "network": "Nobody's at first: the connection has to come back.",
    "gateway": "The people who run this service, or its network.",
    "unusable": "The people who run this service.",
    "unknown": "Azure does not say.",
}
"""Whose turn it is, in words."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error in our words.

    sentence: what happened. cure: what to do about it, empty when unknown. cause: what kind of trouble it is.
    path: the field it belongs to; `("$target", "subscription")` and the like are parts of the request's address.
    retryable: whether sending the same again may succeed. quoting: whether words of Azure's stand in it, which may hold
    what was sent.
    """

    sentence: str
    cure: str
    cause: Cause
    path: Path | None
    retryable: bool
    quoting: bool = False

    def without_words(self) -> Explanation:
        """The same without a word of Azure's, for where a secret that it may quote cannot be told from others."""
        if not self.quoting:
            return self
        return replace(self, sentence="Azure did not carry out the request.", cure="", quoting=False)
