"""The sandbox's signing key, and the tokens it makes and verifies."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from functools import cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


def signing_key() -> rsa.RSAPrivateKey:
    """The key of this process. A new one each time, so that nothing signed here is worth keeping."""
    with _making:
        return _made_key()


# Many may ask at the same moment right after the start: each would make a key, and only the last one would count.
_making: Final = threading.Lock()


@cache
def _made_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def public_jwk() -> dict[str, Any]:
    """The public half, as Entra ID publishes it."""
    jwk: dict[str, Any] = RSAAlgorithm.to_jwk(signing_key().public_key(), as_dict=True)
    members = json.dumps(
        {name: jwk[name] for name in ("e", "kty", "n")}, sort_keys=True, separators=(",", ":")
    )
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).rstrip(b"=").decode()
    return {name: jwk[name] for name in ("e", "kty", "n")} | {"use": "sig", "alg": "RS256", "kid": thumbprint}


def signed(claims: dict[str, Any], *, lifetime: float, now: float | None = None) -> str:
    """A token with these claims, valid from now."""
    issued = int(time.time() if now is None else now)
    times = {"iat": issued, "nbf": issued, "exp": issued + int(lifetime)}
    return jwt.encode(
        {**times, **claims}, signing_key(), algorithm="RS256", headers={"kid": public_jwk()["kid"]}
    )


def verified(token: str, *, audience: tuple[str, ...], issuer: str) -> dict[str, Any]:
    """The claims of a token made here. Raises jwt.InvalidTokenError."""
    claims: dict[str, Any] = jwt.decode(
        token,
        signing_key().public_key(),
        algorithms=["RS256"],
        audience=list(audience),
        issuer=issuer,
        options={"require": ["exp", "iat", "aud", "iss", "oid", "tid"]},
    )
    return claims
