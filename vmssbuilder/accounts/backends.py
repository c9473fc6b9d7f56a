"""Whose sessions count: people of Entra ID, and of local accounts as long as these are allowed.

People of the sandbox are nobody elsewhere: anybody could be them.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from . import demo
from .models import User


class LocalAccounts(ModelBackend):
    """User name and password. Switched off by a setting, which also ends the sessions begun this way."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> User | None:
        if not settings.VMSSBUILDER_LOCAL_ACCOUNTS:
            return None
        if password == demo.PASSWORD and demo.has_left_the_sandbox():
            return None
        return _local(super().authenticate(request, username, password, **others))

    def get_user(self, user_id: int) -> User | None:
        return _here(_local(super().get_user(user_id))) if settings.VMSSBUILDER_LOCAL_ACCOUNTS else None


class EntraAccounts(ModelBackend):
    """People whom Entra ID vouched for; the sign-in itself is not done here but by redirects."""

    def authenticate(self, request: HttpRequest | None, *args: Any, **others: Any) -> None:
        return None

    def get_user(self, user_id: int) -> User | None:
        user = super().get_user(user_id)
        return _here(user) if isinstance(user, User) and not user.is_local else None


def may_sign_in(user: User) -> bool:
    """Whether the person could sign in here today, as far as the product itself knows."""
    if not user.is_active or (user.is_local and not settings.VMSSBUILDER_LOCAL_ACCOUNTS):
        return False
    return _here(user) is not None


def _local(user: Any) -> User | None:
    return user if isinstance(user, User) and user.is_local else None


def _here(user: User | None) -> User | None:
    """The person, unless they are of the sandbox and this is none."""
    if user is None or settings.VMSSBUILDER_CLOUD == "sandbox":
        return user
    return None if demo.is_known_to_all(user) else user
