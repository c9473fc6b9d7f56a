"""Which role a person has, from the app roles that Entra ID names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .models import Role

_STRONGEST_FIRST: Final = (Role.ADMINISTRATOR, Role.REVIEWER, Role.REQUESTER)


def from_app_roles(names: Iterable[str]) -> Role:
    """The strongest of the app roles that are ours. Whoever was let in without one may work on requests of their own."""
    given = set(names)
    return next((role for role in _STRONGEST_FIRST if role.value in given), Role.REQUESTER)
