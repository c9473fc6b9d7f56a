"""Certificates for tests: one that signs itself, or a private authority and a server's certificate from it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    """The private key as text."""
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(kind, form, serialization.NoEncryption()).decode()


def certificate(
    key: rsa.RSAPrivateKey,
    name: str,
    *,
    signer: rsa.RSAPrivateKey | None = None,
    issuer: str = "",
    authority: bool = False,
    days: float = 90,
    hosts: Iterable[str] = (),
) -> str:
    """A certificate of the key as PEM text, signed by another key or by itself. days: until it ends.

    hosts: names that a server has beside those of this machine.
    """
    now = datetime.now(UTC)
    mine = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer or name)])
    signing = signer or key
    builder = (
        x509.CertificateBuilder()
        .subject_name(mine)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 400 * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
    )
    if authority:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    else:
        names: list[x509.GeneralName] = [x509.DNSName(each) for each in ("localhost", *hosts)]
        names += [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class Files:
    """A private authority, and a server's certificate and key from it, as files."""

    authority: Path
    certificate: Path
    key: Path


def private_authority(folder: Path, *hosts: str) -> Files:
    """Makes an authority nobody knows, and a certificate by it for this machine and the hosts."""
    files = Files(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    authority, server = new_key(), new_key()
    files.authority.write_text(certificate(authority, "Private authority", authority=True))
    files.certificate.write_text(
        certificate(server, "server", signer=authority, issuer="Private authority", hosts=hosts)
    )
    files.key.write_text(pem(server))
    return files
