"""How long a sign-in still lasts, for the pages that say so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

SOON: Final = 5 * 60
"""Seconds before its end from which pages say that a sign-in ends."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """left: seconds until the sign-in ends, 0 without one. account: stands for whose it is, and is nobody's name."""

    left: int
    account: str

    @property
    def soon(self) -> bool:
        return self.left <= SOON

    @property
    def ends(self) -> datetime:
        return timezone.now() + timedelta(seconds=self.left)

    def as_json(self) -> dict[str, Any]:
        """What the script of a page reads."""
        return {"left": self.left, "account": self.account, "ends": self.ends.isoformat(timespec="seconds")}


def lasting(request: HttpRequest) -> Lasting | None:
    """How long the person's sign-in lasts; None where nobody is signed in."""
    # A refusal may stand before anybody was asked who this is.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    account = hashlib.sha256(f"{user.pk} {user.get_username()}".encode()).hexdigest()[:16]
    return Lasting(max(0, int(request.session.get_expiry_age())), account)
