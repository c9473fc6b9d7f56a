"""The cloud of this installation, for pages that name addresses: where a request goes, what hosts are called there."""

from __future__ import annotations

from django.conf import settings

from vmssbuilder.azure.clouds import Cloud, cloud
from vmssbuilder.scaleset.exports.endpoint import Endpoint


def own_cloud() -> Cloud:
    """The cloud that people work with here."""
    return cloud(settings.VMSSBUILDER_CLOUD)


def endpoint() -> Endpoint:
    """The Resource Manager of that cloud; in the sandbox, the sandbox's own address."""
    azure = own_cloud()
    if azure.is_sandbox:
        return _sandbox(azure, settings.VMSSBUILDER_SANDBOX_URL.rstrip("/"))
    token = Endpoint().token
    if azure.cli_name:
        token = f"az cloud set --name {azure.cli_name}, az login, {token}"
    return Endpoint(azure.arm_url, azure.cli_name, azure.terraform_name, token=token)


def _sandbox(azure: Cloud, address: str) -> Endpoint:
    form = {
        "grant_type": "client_credentials",
        "client_id": azure.default_client_id,
        "client_secret": azure.default_client_secret,
        "scope": azure.scope,
    }
    data = " ".join(f"--data {name}={value}" for name, value in form.items())
    return Endpoint(
        address,
        note=f"{address} is the sandbox of this installation. It stands in for Azure on its own machine.",
        token=f"curl --silent {data} {address}/{azure.default_tenant}/oauth2/v2.0/token | jq --raw-output .access_token",
    )
