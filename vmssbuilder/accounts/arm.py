"""Azure Resource Manager in a person's name: the one place where its clients are made."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import requests
from django.conf import settings

from vmssbuilder.azure import ArmClient, cloud, open_session
from vmssbuilder.azure.client import TokenProvider
from vmssbuilder.azure.errors import SignInNeeded
from vmssbuilder.azure.throttling import SharedGate

from .models import User
from .tokens import access_token

ATTEMPTS: Final = 2
"""How often a thread sends a request at most."""
PATIENCE: Final = 2.0


def session() -> requests.Session:
    """The connections of this process to the cloud of this installation."""
    return _session(settings.VMSSBUILDER_CLOUD, settings.VMSSBUILDER_SANDBOX_URL)


@cache
def _session(name: str, sandbox_url: str) -> requests.Session:
    return open_session(cloud(name), sandbox_url or None)


def client(token: TokenProvider, gate: SharedGate, **limits: Any) -> ArmClient:
    """A client for the cloud of this installation. limits: what else `ArmClient` takes."""
    return ArmClient(cloud(settings.VMSSBUILDER_CLOUD), token, session(), gate=gate, **limits)


def client_for_thread(user: User, gate: SharedGate, claims: str | None = None) -> ArmClient:
    """A client for a thread that knows no database: the token is got now, and another one only outside the thread.

    claims: see `access_token`, whose errors it raises.
    """
    value = access_token(user, claims)

    def token(wanted: str | None) -> str:
        if wanted is None:
            return value
        raise SignInNeeded("Another token is got outside this thread.")

    return client(token, gate, attempts=ATTEMPTS, patience=PATIENCE)
