"""Rules about key vault certificates that are put on the instances."""

from __future__ import annotations

import re
from typing import Final

from .. import paths
from ..paths import Path
from .base import Hit, Hits, rule
from .shapes import moved, repeated, resource_id, without
from .view import OS_PROFILE, View, filled

SECRETS: Final[Path] = (*OS_PROFILE, "secrets")

# The clouds of Azure each have their own ending.
_SECRET_URL: Final = re.compile(
    r"https://([A-Za-z0-9-]{1,127})\.vault\.(?:azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)(?::443)?"
    r"/([A-Za-z]+)/([A-Za-z0-9-]{1,127})(?:/([A-Za-z0-9]*))?/?\Z",
    re.IGNORECASE,
)


@rule(
    "secrets-array",
    "Key vault certificates are a list of vaults. Put the object in square brackets.",
    misfit=True,
)
def secrets_array(view: View) -> Hits:
    value = paths.get(view.raw, SECRETS, [])
    if isinstance(value, list):
        return None
    return Hit(
        SECRETS, fix=moved(SECRETS, (*SECRETS, 0), "Make it a list") if isinstance(value, dict) else None
    )


@rule(
    "secrets-vault-id",
    "Choose a key vault: enter its full resource ID, which ends in Microsoft.KeyVault/vaults and its name.",
)
def secrets_vault_id(view: View) -> Hits:
    if not view.vault_items:
        return None
    return [
        Hit((*path, "sourceVault", "id"))
        for path, group in view.vault_items
        if not (vault := (group.get("sourceVault") or {}).get("id"))
        or (filled(vault) and resource_id(vault, "Microsoft.KeyVault", "vaults") is None)
    ]


@rule(
    "secrets-vault-unique",
    "This vault is listed above. Put all its certificates together there: Azure takes each vault once.",
)
def secrets_vault_unique(view: View) -> Hits:
    if not view.vault_items:
        return None
    vaults = [
        (path, vault)
        for path, group in view.vault_items
        if filled(vault := (group.get("sourceVault") or {}).get("id"))
    ]
    return [Hit((*path, "sourceVault", "id")) for path, _vault in repeated(vaults)]


@rule(
    "secrets-certs-required",
    "Add at least one certificate of this vault, or remove the vault.",
    confidence="C",
)
def secrets_certs_required(view: View) -> Hits:
    if not view.vault_items:
        return None
    return [
        Hit((*path, "vaultCertificates"))
        for path, group in view.vault_items
        if not group.get("vaultCertificates")
    ]


@rule(
    "secrets-cert-url",
    "Enter the address of the certificate's secret, such as https://my-vault.vault.azure.net/secrets/my-cert/0123456789abcdef.",
)
def secrets_cert_url(view: View) -> Hits:
    if not view.vault_items:
        return None
    return [
        Hit((*path, "certificateUrl"))
        for path, certificate, _group in view.certificate_items
        if not (url := certificate.get("certificateUrl"))
        or (
            filled(url)
            and (
                (match := _SECRET_URL.match(url)) is None
                or match[2].casefold() not in ("secrets", "certificates", "keys")
            )
        )
    ]


@rule(
    "secrets-cert-version",
    "Add the version to the address: Azure installs one version and does not look for the newest.",
)
def secrets_cert_version(view: View) -> Hits:
    if not view.vault_items:
        return None
    return [
        Hit((*path, "certificateUrl"))
        for path, certificate, _group in view.certificate_items
        if (match := _SECRET_URL.match(certificate.get("certificateUrl") or "")) is not None
        and match[2].casefold() in ("secrets", "certificates", "keys")
        and not match[4]
    ]


@rule(
    "secrets-url-vault-match",
    "This address belongs to the vault “{found}”, but the group is for “{wanted}”. "
    "Put it under its own vault: Azure notices only when the operation is under way.",
)
def secrets_url_vault_match(view: View) -> Hits:
    if not view.vault_items:
        return None
    hits = []
    for path, certificate, group in view.certificate_items:
        match = _SECRET_URL.match(certificate.get("certificateUrl") or "")
        vault = (group.get("sourceVault") or {}).get("id")
        names = resource_id(vault, "Microsoft.KeyVault", "vaults") if filled(vault) else None
        if match is not None and names is not None and match[1].casefold() != names[-1].casefold():
            hits.append(Hit((*path, "certificateUrl"), {"found": match[1], "wanted": names[-1]}))
    return hits


@rule(
    "secrets-cert-keys-url",
    "This is the address of a {kind}. Use the one of its secret, with /secrets/ in it.",
)
def secrets_cert_keys_url(view: View) -> Hits:
    if not view.vault_items:
        return None
    return [
        Hit((*path, "certificateUrl"), {"kind": match[2].casefold().removesuffix("s")})
        for path, certificate, _group in view.certificate_items
        if (match := _SECRET_URL.match(certificate.get("certificateUrl") or "")) is not None
        and match[2].casefold() in ("certificates", "keys")
    ]


@rule(
    "secrets-store-required-windows", "Choose the certificate store of Windows that it goes to, such as My."
)
def secrets_store_required_windows(view: View) -> Hits:
    if view.os != "Windows":
        return None
    return [
        Hit((*path, "certificateStore"))
        for path, certificate, _group in view.certificate_items
        if not certificate.get("certificateStore")
    ]


@rule(
    "secrets-store-linux",
    "Linux has no certificate stores: the files go to /var/lib/waagent. Leave the store out.",
    severity="warning",
)
def secrets_store_linux(view: View) -> Hits:
    if view.os != "Linux":
        return None
    return [
        Hit((*path, "certificateStore"), fix=without((*path, "certificateStore"), "Remove the store"))
        for path, certificate, _group in view.certificate_items
        if certificate.get("certificateStore")
    ]
