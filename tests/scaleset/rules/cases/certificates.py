"""Cases of scaleset/rules/certificates.py."""

from __future__ import annotations

from typing import Any, Final

from . import OS, SUBNET, VAULT, Case, Cases, linux, windows

_SECRETS: Final = f"{OS}.secrets"
_VAULT_ID: Final = f"{_SECRETS}[0].sourceVault.id"
_URL: Final = f"{_SECRETS}[0].vaultCertificates[0].certificateUrl"
_STORE: Final = f"{_SECRETS}[0].vaultCertificates[0].certificateStore"
_GOOD: Final = "https://kv-shop.vault.azure.net/secrets/web/0123456789abcdef0123456789abcdef"
_CERTIFICATE: Final = {"certificateUrl": _GOOD}
_GROUP: Final = {"sourceVault": {"id": VAULT}, "vaultCertificates": [_CERTIFICATE]}


def _group(**changes: Any) -> Case:
    return linux({f"{_SECRETS}[0]": _GROUP | changes})


def _url(url: str) -> Case:
    return _group(vaultCertificates=[{"certificateUrl": url}])


CASES: Final = {
    "secrets-array": Cases(
        breaks=[(_SECRETS, linux({_SECRETS: _GROUP})), (_SECRETS, linux({_SECRETS: "x"}))],
        fine=[_group(), linux({_SECRETS: [3]}), linux({OS: 3})],
    ),
    "secrets-vault-id": Cases(
        breaks=[
            (_VAULT_ID, _group(sourceVault={"id": vault}))
            for vault in (
                "kv-shop",
                SUBNET,
                VAULT + "/",
                VAULT.replace("kv-shop", ""),
                VAULT.replace("11111111-", "1-"),
                VAULT.replace("vaults", "safes"),
                VAULT.replace("kv-shop", "kv shop"),
                VAULT.removeprefix("/"),
                "x" + VAULT,
            )
        ]
        + [(_VAULT_ID, _group(sourceVault={})), (_VAULT_ID, linux({f"{_SECRETS}[0]": {}}))],
        fine=[
            _group(),
            _group(sourceVault={"id": VAULT.lower()}),
            _group(sourceVault={"id": "/subscriptions/{subscription-id}/vault"}),
            linux(),
        ],
    ),
    "secrets-vault-unique": Cases(
        breaks=[
            (
                f"{_SECRETS}[1].sourceVault.id",
                linux({_SECRETS: [_GROUP, _GROUP | {"sourceVault": {"id": VAULT.upper()}}]}),
            )
        ],
        fine=[
            linux({_SECRETS: [_GROUP, _GROUP | {"sourceVault": {"id": VAULT + "2"}}]}),
            linux({_SECRETS: [{}, {}]}),
            _group(),
        ],
    ),
    "secrets-certs-required": Cases(
        breaks=[
            (f"{_SECRETS}[0].vaultCertificates", _group(vaultCertificates=[])),
            (f"{_SECRETS}[0].vaultCertificates", linux({f"{_SECRETS}[0]": {"sourceVault": {"id": VAULT}}})),
        ],
        fine=[_group(), linux()],
    ),
    "secrets-cert-url": Cases(
        breaks=[
            (_URL, _url(url))
            for url in (
                "web",
                "web{",
                "",
                _GOOD.replace("https", "http"),
                _GOOD.replace("vault.azure.net", "example.com"),
                _GOOD.replace("/secrets/", "/storage/"),
                "https://kv-shop.vault.azure.net/",
                _GOOD + "/extra",
            )
        ]
        + [(_URL, _group(vaultCertificates=[{}]))],
        fine=[
            _group(),
            _url(_GOOD.replace(".net/", ".net:443/")),
            _url(_GOOD.replace("azure.net", "usgovcloudapi.net")),
            _url(_GOOD.replace("azure.net", "azure.cn").upper().replace("HTTPS", "https")),
            _url(_GOOD.replace("/secrets/", "/certificates/")),
            _url(_GOOD.replace("/secrets/", "/keys/")),
            _url("https://kv-shop.vault.azure.net/secrets/web"),
            _url("https://{vault}.vault.azure.net/secrets/web"),
            linux(),
        ],
    ),
    "secrets-cert-version": Cases(
        breaks=[
            (_URL, _url("https://kv-shop.vault.azure.net/secrets/web")),
            (_URL, _url("https://kv-shop.vault.azure.net/secrets/web/")),
            (_URL, _url("https://kv-shop.vault.azure.net/certificates/web")),
            (_URL, _url("https://kv-shop.vault.azure.net/keys/web")),
        ],
        fine=[
            _group(),
            _url("https://kv-shop.vault.azure.net/storage/web"),
            _group(vaultCertificates=[{}]),
            linux(),
        ],
    ),
    "secrets-url-vault-match": Cases(
        breaks=[(_URL, _url(_GOOD.replace("kv-shop", "kv-other")))],
        fine=[
            _url(_GOOD.replace("kv-shop", "KV-Shop")),
            _url("web"),
            _group(sourceVault={"id": "kv-other"}),
            _group(sourceVault={}),
            linux(),
        ],
    ),
    "secrets-cert-keys-url": Cases(
        breaks=[(_URL, _url(_GOOD.replace("/secrets/", f"/{kind}/"))) for kind in ("certificates", "Keys")],
        fine=[_group(), _url("web"), _group(vaultCertificates=[{}]), linux()],
    ),
    "secrets-store-required-windows": Cases(
        breaks=[(_STORE, windows({f"{_SECRETS}[0]": _GROUP}))],
        fine=[
            windows({f"{_SECRETS}[0]": _GROUP, _STORE: "My"}),
            _group(),
            windows(),
        ],
    ),
    "secrets-store-linux": Cases(
        breaks=[(_STORE, linux({f"{_SECRETS}[0]": _GROUP, _STORE: "My"}))],
        fine=[_group(), windows({f"{_SECRETS}[0]": _GROUP, _STORE: "My"}), linux()],
    ),
}
