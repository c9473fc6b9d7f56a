"""Microsoft Entra ID as the settings name it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings

from vmssbuilder.azure import SignIn, cloud, open_session
from vmssbuilder.azure.signin import ANY_TENANT, MANY_TENANTS, read_certificate


class NotSetUp(Exception):
    """The settings do not say enough to sign anybody in; the message names what is wrong."""


def takes_any_tenant() -> bool:
    """Whether people of every tenant get in, so that what a tenant says of its people proves nothing to others."""
    many = settings.VMSSBUILDER_TENANT.lower() in {*MANY_TENANTS, ""}
    return many and ANY_TENANT in settings.VMSSBUILDER_ALLOWED_TENANTS


def sign_in() -> SignIn:
    """Signing in at the configured tenant. Raises NotSetUp."""
    try:
        return _sign_in(
            settings.VMSSBUILDER_CLOUD,
            settings.VMSSBUILDER_SANDBOX_URL,
            settings.VMSSBUILDER_TENANT,
            settings.VMSSBUILDER_CLIENT_ID,
            settings.VMSSBUILDER_CLIENT_SECRET,
            settings.VMSSBUILDER_CLIENT_CERTIFICATE,
            tuple(settings.VMSSBUILDER_ALLOWED_TENANTS),
        )
    except ValueError as error:
        raise NotSetUp(str(error)) from error


@cache
def _sign_in(
    name: str,
    sandbox_url: str,
    tenant: str,
    client_id: str,
    secret: str,
    certificate: str,
    allowed: tuple[str, ...],
) -> SignIn:
    # One for the process: it keeps connections and Entra ID's metadata.
    chosen = cloud(name)
    if secret and certificate:
        raise ValueError("Set the client secret or the client certificate, not both.")
    credential = read_certificate(certificate) if certificate else secret
    options: dict[str, Any] = {"allowed_tenants": allowed}
    return SignIn(chosen, tenant, client_id, credential, open_session(chosen, sandbox_url or None), **options)
