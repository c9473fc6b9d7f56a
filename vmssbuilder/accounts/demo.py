"""The sandbox's demo people: everybody knows their password, so outside the sandbox they are nobody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password

from vmssbuilder.configuration import Problem
from vmssbuilder.sandbox.world import ACCOUNTS, TENANT

from .models import User

PASSWORD: Final = "sandbox-demo-pass"  # noqa: S105 - everybody may know it: these accounts exist with the sandbox only


def has_left_the_sandbox() -> bool:
    """Whether the database serves a real cloud, or did. One query, where the settings do not say it already."""
    if settings.VMSSBUILDER_CLOUD != "sandbox":
        return True
    return User.objects.exclude(object_id="").exclude(tenant_id=TENANT).exists()


def is_known_to_all(user: User) -> bool:
    """Whether the account is of the sandbox: a demo person with the public password, or of the sandbox's directory."""
    if not user.is_local:
        return user.tenant_id == TENANT
    return user.username in ACCOUNTS and _is_public(user.password)


@lru_cache(maxsize=64)
def _is_public(encoded: str) -> bool:
    # Slow on purpose, as every look at a password, and asked at each request of such a person.
    return check_password(PASSWORD, encoded)


def problems() -> Iterator[Problem]:
    """What is wrong with the people in the database: those that the sandbox left behind, or whom it should not see."""
    if not has_left_the_sandbox():
        return
    if settings.VMSSBUILDER_CLOUD == "sandbox":
        yield Problem(
            "vmssbuilder.W008",
            "VMSSBUILDER_CLOUD is the sandbox, and the database holds people and drafts of a real tenant.",
            "Name the cloud that they work with, or another database.",
        )
    named = User.objects.filter(username__in=ACCOUNTS, object_id="", is_active=True)
    for each in named.order_by("username"):
        if is_known_to_all(each):
            yield Problem(
                "vmssbuilder.W003",
                f"The account “{each.username}” has the password that everybody knows. It cannot sign in any more.",
                "Switch it off under Administration, Users, or give it another password.",
            )
