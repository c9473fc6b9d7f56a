"""Certificates of a key vault."""

from __future__ import annotations

from typing import Final

from ..properties import Choice, Json, List, Part, Single, Text, Value
from .declared import IDENTITY, USER_ASSIGNED, both

_CLIENT: Final = "Which user-assigned identity opens the vault. Needed when the scale set has one."
_LINUX_CLIENT: Final = (
    f"{_CLIENT} With a system-assigned identity alone leave both empty, or the extension fails."
)


class LinuxCertificate(Part):
    """A certificate that the Linux handler keeps up to date."""

    summary = ("url",)

    url = Text(
        "Certificate secret",
        kind="keyVaultSecret",
        essential=True,
        help="The address of the certificate as a secret, without a version, so that renewals are found.",
        example="https://kv-shop.vault.azure.net/secrets/web-tls",
    )
    certificate_store_location = Text(
        "Folder",
        help="Folder for this certificate, if different from the common folder.",
        example="/var/lib/waagent/Microsoft.Azure.KeyVault/web",
    )
    acls = Json(
        "Accounts that may read it",
        objects=False,
        help="A JSON list of users and groups of the instance that may read the private key. Only root if not set.",
        example='[{"user": "www-data", "group": "www-data"}]',
    )
    authentication_override = Json(
        "Identity for this certificate",
        help="Another identity that opens the vault for this certificate alone, as JSON. The one below if not set.",
        example='{"msiClientId": "31b403aa-c364-4240-a7ff-d85fb6cd7232"}',
    )


class WindowsCertificate(Part):
    """A certificate that the Windows handler keeps up to date."""

    summary = ("url",)

    url = Text(
        "Certificate secret",
        kind="keyVaultSecret",
        essential=True,
        help="The address of the certificate as a secret, without a version, so that renewals are found.",
        example="https://kv-shop.vault.azure.net/secrets/web-tls",
    )
    certificate_store_name = Text(
        "Store",
        suggestions=("MY", "Root", "CA", "TrustedPeople", "WebHosting"),
        help="The certificate store.",
        example="MY",
    )
    certificate_store_location = Choice(
        "Store of",
        (
            Value("LocalMachine", "The machine", "Every account of the instance can use it."),
            Value("CurrentUser", "The system account", "Only the account that the handler runs as."),
        ),
        help="Whose store it is.",
    )
    accounts = Json(
        "Accounts that may read it",
        objects=False,
        help="A JSON list of local accounts that may read the private key. Only administrators and SYSTEM if not set.",
        example='["Network Service"]',
    )


class LinuxVaultManagement(Part):
    """Which certificates the Linux handler looks after."""

    observed_certificates = List(
        "Certificates to keep up to date",
        LinuxCertificate,
        rows=True,
        singular="certificate",
        essential=True,
        help="Each is fetched at the start and again when the vault has a newer one.",
    )
    polling_interval_in_s = Text(
        "Look for renewals every",
        wire="pollingIntervalInS",
        help="Seconds from 300 to 3600, as text. An hour if not set.",
        example="3600",
    )
    certificate_store_location = Text(
        "Folder of all certificates",
        help="/var/lib/waagent/Microsoft.Azure.KeyVault.Store if not set.",
        example="/etc/ssl/keyvault",
    )


class WindowsVaultManagement(Part):
    """Which certificates the Windows handler looks after."""

    observed_certificates = List(
        "Certificates to keep up to date",
        WindowsCertificate,
        rows=True,
        singular="certificate",
        essential=True,
        help="Each is fetched at the start and again when the vault has a newer one. The instance does not hand out its private key, and must trust its root CA.",
    )
    polling_interval_in_s = Text(
        "Look for renewals every",
        wire="pollingIntervalInS",
        help="Seconds from 300 to 3600, as text. An hour if not set.",
        example="3600",
    )


class LinuxVaultAuthentication(Part):
    """The identity that opens the vault, on Linux."""

    msi_endpoint = Text(
        "Identity endpoint",
        help="Where the instance gets its token. Needed with a client ID.",
        suggestions=("http://169.254.169.254/metadata/identity",),
        example="http://169.254.169.254/metadata/identity",
    )
    msi_client_id = Text(
        "Identity client ID", help=_LINUX_CLIENT, example="31b403aa-c364-4240-a7ff-d85fb6cd7232"
    )


class WindowsVaultAuthentication(Part):
    """The identity that opens the vault, on Windows."""

    msi_endpoint = Text(
        "Identity endpoint",
        help="Where the instance gets its token. Needed with a client ID.",
        suggestions=("http://169.254.169.254/metadata/identity/oauth2/token",),
        example="http://169.254.169.254/metadata/identity/oauth2/token",
    )
    msi_client_id = Text("Identity client ID", help=_CLIENT, example="31b403aa-c364-4240-a7ff-d85fb6cd7232")


class LinuxVaultSettings(Part):
    """Settings of the key vault handler for Linux."""

    secrets_management_settings = Single("Certificates", LinuxVaultManagement, inline=True)
    authentication_settings = Single("Identity", LinuxVaultAuthentication, since=USER_ASSIGNED, inline=True)


class WindowsVaultSettings(Part):
    """Settings of the key vault handler for Windows."""

    secrets_management_settings = Single("Certificates", WindowsVaultManagement, inline=True)
    authentication_settings = Single("Identity", WindowsVaultAuthentication, since=USER_ASSIGNED, inline=True)


PRESETS: Final = both(
    "key-vault",
    title=("Key Vault certificates for Linux", "Key Vault certificates for Windows"),
    said="Installs certificates from a key vault and replaces them when the vault gets a newer version.",
    called="KeyVault",
    publisher="Microsoft.Azure.KeyVault",
    kind=("KeyVaultForLinux", "KeyVaultForWindows"),
    version="4.0",
    settings=(LinuxVaultSettings, WindowsVaultSettings),
    since=IDENTITY,
    identity="any",
    role="The identity needs the role Key Vault Secrets User on the vault.",
    runs_on=("For Ubuntu 24.04, Azure Linux 3.0 and 4.0, and RHEL 9.", "For Windows Server 2022 and later."),
    upgrades=True,
)
