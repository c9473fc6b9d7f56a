"""Signing people in with Microsoft Entra ID, and getting tokens for them afterwards.

The authorization code flow with PKCE, by MSAL. MSAL no longer validates the ID token, so it is validated here:
signature, issuer, audience, tenant, time and nonce, before anything in it is believed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeGuard, TypeVar
from urllib.parse import urlencode

import jwt
import msal
import requests
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import PyJWTError
from jwt.types import Options
from msal.exceptions import MsalError
from urllib3.exceptions import HTTPError

from . import bodies, cleaning
from .clouds import Cloud
from .errors import (
    AzureError,
    BadAnswer,
    RegistrationRefused,
    ServiceTrouble,
    SignInNeeded,
    SignInRefused,
    Throttled,
    Unreachable,
    Unreadable,
    gateway,
    is_json,
)
from .throttling import asked_pause
from .transport import SIGN_IN_TIME, within

CLOCK_SKEW: Final = 300.0
"""Seconds that Entra ID's clock and ours may differ."""

REFRESHED_BEFORE: Final = 300.0
"""Seconds before its end from which on MSAL gets a new token."""

METADATA_KEPT: Final = 3600.0
KEYS_ASKED_AGAIN: Final = 30.0
"""An unknown signing key makes us ask for the keys again, but not more often than this."""

MANY_TENANTS: Final = frozenset({"organizations", "common", "consumers"})
ANY_TENANT: Final = "*"

NEW_TOKEN: Final = "{}"  # noqa: S105 - JSON without members, no password
"""Asked for as claims: no claims, but a token that does not come from the cache."""

SHUT_OUT: Final = "shut_out"
"""Code of a SignInNeeded that a new sign-in would not mend: Entra ID does not let the person in any more."""

_CAPABILITIES: Final = ["cp1"]
"""Tells Entra ID that a claims challenge is understood here."""

_SIGNATURE_ONLY: Final[Options] = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}

_KEY_BLOCK: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----")
_CERTIFICATE_BLOCK: Final = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")

_NOT_THE_PERSON: Final = {"invalid_client", "unauthorized_client"}
"""Errors of the token endpoint about the product's own registration: no sign-in of a person can mend them."""
_PASSING: Final = {"temporarily_unavailable", "server_error"}

_SHUT_OUT: Final = re.compile(r"AADSTS(50105|50057|50034)\b")
"""What Entra ID says of people who may not use the product any more, are disabled, or are not in the directory."""

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class SignedInIdentity:
    """Who signed in, as a validated ID token says. oid and tid together name the person for good; the rest may change.

    A guest's home_account_id names their home directory, oid and tid the one they are a guest of. session_id and
    sign_out_hint are there when the registration asks for the optional claims `sid` and `login_hint`.
    verified_mail is a mail address whose domain Entra ID knows to be the organization's (`email` with `xms_edov`), "" where
    it does not say so: of the other names anybody may be called what they like.
    """

    oid: str
    tid: str
    username: str
    name: str
    roles: tuple[str, ...]
    home_account_id: str
    session_id: str = ""
    sign_out_hint: str = ""
    verified_mail: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proves who the product is, in place of a client secret. Both as PEM text."""

    certificate: str
    private_key: str = field(repr=False)


def read_certificate(path: str) -> Certificate:
    """A file with a certificate and its private key, in either order. Raises ValueError saying what is wrong with it."""
    try:
        text = Path(path).read_bytes().decode()
    except (OSError, ValueError) as error:
        raise ValueError(f"The certificate file {path} cannot be read: {type(error).__name__}.") from error
    keys = _KEY_BLOCK.findall(text)
    certificates = _CERTIFICATE_BLOCK.findall(text)
    if not certificates or len(keys) != 1:
        raise ValueError(f"The file {path} must hold a certificate and its private key, both as PEM text.")
    certificate, key = certificates[0], keys.pop()
    try:
        public = x509.load_pem_x509_certificate(certificate.encode()).public_key()
        private = serialization.load_pem_private_key(key.encode(), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(
            f"The certificate or the private key in {path} cannot be used; a key must have no password."
        ) from error
    if not isinstance(private, RSAPrivateKey) or private.public_key() != public:
        raise ValueError(f"The private key in {path} is not that of the certificate, or it is no RSA key.")
    return Certificate(certificate, key)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A completed sign-in: who, and the token cache to keep for them (secret: it holds refresh tokens)."""

    identity: SignedInIdentity
    cache: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token for Resource Manager. cache: the token cache to keep from now on; changed: whether it differs.

    roles: the person's app roles as Entra ID says them with a new token; None for one from the cache.
    """

    value: str
    expires_at: float
    cache: str
    changed: bool
    roles: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return f"AccessToken(expires_at={self.expires_at}, changed={self.changed})"


class SignIn:
    """Signing in at one tenant of a cloud, as one app registration.

    tenant: a tenant's id or domain, or `organizations` for several; then allowed_tenants names those let in (ids), or
    is `["*"]` for any. client_secret: or the certificate that takes its place. session: from `open_session`; keep one for a process, so that Entra ID's metadata is kept too.
    """

    def __init__(
        self,
        cloud: Cloud,
        tenant: str,
        client_id: str,
        client_secret: str | Certificate,
        session: requests.Session,
        *,
        allowed_tenants: Collection[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self.cloud = cloud
        self.tenant = tenant or cloud.default_tenant
        self.client_id = client_id or cloud.default_client_id
        self._client_secret = client_secret or cloud.default_client_secret
        self._http = _Http(session)
        self._now = now
        allowed = {each.lower() for each in allowed_tenants}
        if self.tenant.lower() in MANY_TENANTS and not allowed and cloud.default_tenant:
            allowed = {cloud.default_tenant}
        self._allowed_tenants = frozenset(allowed)
        for what, value in (
            ("tenant", self.tenant),
            ("client id", self.client_id),
            ("client secret", self._client_secret),
        ):
            if not value:
                raise ValueError(f"Signing in with Microsoft Entra ID needs a {what}.")
        if self.tenant.lower() in MANY_TENANTS and not allowed:
            raise ValueError(
                f"With the tenant “{self.tenant}” the tenants that are let in must be named, or “*” for any."
            )

    # --- the three moves -------------------------------------------------------------------------------------------

    def start(
        self,
        redirect_uri: str,
        *,
        prompt: str | None = None,
        login_hint: str | None = None,
        claims: str | None = None,
    ) -> dict[str, Any]:
        """Begins a sign-in: send the person to `auth_uri` of the answer, keep the rest in their session as JSON.

        prompt: "select_account" to change the account. claims: from a ClaimsChallenge.
        """
        with _in_our_words(), warnings.catch_warnings():
            # MSAL recommends form_post. Browsers send no session cookie (SameSite=Lax) with a POST from another site, so
            # the answer could not be tied to the sign-in it belongs to; the code in the address is worthless without
            # the PKCE verifier.
            warnings.filterwarnings("ignore", message="response_mode=", category=UserWarning)
            flow: dict[str, Any] = self._application().initiate_auth_code_flow(
                [self.cloud.scope],
                redirect_uri=redirect_uri,
                prompt=prompt,
                login_hint=login_hint,
                claims_challenge=claims,
            )
        return flow

    def finish(self, flow: Mapping[str, Any], query: Mapping[str, str]) -> SignedIn:
        """Ends a sign-in with what Entra ID's redirect brought. Raises SignInRefused; a flow serves once."""
        if "state" not in flow:
            raise SignInRefused(
                "This sign-in was not started here, or it was started too long ago.", code="no_flow"
            )
        if query.get("error"):
            raise _described(SignInRefused, query)
        cache = msal.SerializableTokenCache()
        with _in_our_words():
            # MSAL takes members out of the flow; the session's copy stays whole.
            answer = self._application(cache).acquire_token_by_auth_code_flow(dict(flow), dict(query))
        if "error" in answer:
            raise _refused(answer)
        claims = self.validate(str(answer.get("id_token", "")), nonce=_hashed(str(flow.get("nonce", ""))))
        with _in_our_words():
            accounts = self._application(cache).get_accounts()
        if len(accounts) != 1:
            raise SignInRefused("Entra ID's answer does not say whose sign-in it is.", code="no_account")
        identity = SignedInIdentity(
            oid=str(claims["oid"]),
            tid=str(claims["tid"]),
            username=str(claims.get("preferred_username", "")),
            name=str(claims.get("name", "")),
            roles=_roles(claims),
            home_account_id=str(accounts[0]["home_account_id"]),
            session_id=_text(claims.get("sid")),
            sign_out_hint=_text(claims.get("login_hint")),
            verified_mail=_verified_mail(claims),
        )
        return SignedIn(identity, cache.serialize())

    def token(self, cache: str, home_account_id: str, claims: str | None = None) -> AccessToken:
        """A token for Resource Manager without the person: from the cache, or by refresh.

        Raises SignInNeeded when the person has to come back, RegistrationRefused when Entra ID does not accept the
        product itself, Unreachable when asking again later may help.

        claims: from a ClaimsChallenge, or NEW_TOKEN when the cached token was not accepted.
        """
        kept = msal.SerializableTokenCache()
        if cache:
            if not _is_object(cache):
                raise SignInNeeded("The kept sign-in cannot be read.", code="unreadable_cache")
            kept.deserialize(cache)
        with _in_our_words():
            application = self._application(kept)
            accounts = [
                each for each in application.get_accounts() if each["home_account_id"] == home_account_id
            ]
            if not accounts:
                raise SignInNeeded("There is no kept sign-in.", code="no_account")
            answer = application.acquire_token_silent_with_error(
                [self.cloud.scope],
                accounts[0],
                force_refresh=claims == NEW_TOKEN,
                claims_challenge=None if claims == NEW_TOKEN else claims,
            )
        if answer is None or "error" in answer:
            raise _no_token(answer or {}, claims)
        changed = bool(kept.has_state_changed)
        return AccessToken(
            value=str(answer["access_token"]),
            expires_at=self._now() + float(answer.get("expires_in", 0)),
            cache=kept.serialize() if changed else cache,
            changed=changed,
            roles=self._fresh_roles(answer),
        )

    def _fresh_roles(self, answer: Mapping[str, Any]) -> tuple[str, ...] | None:
        id_token = answer.get("id_token")
        if not isinstance(id_token, str):
            return None
        try:
            return _roles(self.validate(id_token, nonce=None))
        except AzureError:
            # The access token is none the worse for it.
            return None

    def prove(self, tenant: str) -> None:
        """Signs in as the product itself, to see whether Entra ID accepts it in that tenant; what it gets is dropped.

        Raises SignInError when it does not, Unreachable.
        """
        with _in_our_words():
            answer = self._application(
                authority=f"{self.cloud.authority_url}/{tenant}"
            ).acquire_token_for_client([self.cloud.scope])
        if "error" in answer:
            raise _refused(answer)

    def sign_out_url(self, return_to: str, hint: str = "") -> str:
        """Where to send the person so that their Entra ID session ends too; it sends them back to `return_to`.

        hint: `Identity.sign_out_hint`; with it Entra ID need not ask which of several accounts to sign out.
        """
        with _in_our_words():
            metadata = self._metadata()
        endpoint = str(metadata.get("end_session_endpoint") or f"{self._authority()}/oauth2/v2.0/logout")
        query = {"post_logout_redirect_uri": return_to} | ({"logout_hint": hint} if hint else {})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    # --- the ID token ----------------------------------------------------------------------------------------------

    def validate(self, id_token: str, *, nonce: str | None) -> dict[str, Any]:
        """The claims of an ID token that is genuine, for us, from an allowed tenant, in time and of this sign-in.

        nonce: None for one that came with a refresh, which belongs to no sign-in.
        Raises SignInRefused saying which of these it is not.
        """
        claims = self._signed_claims(id_token)
        self._validate_origin(claims)
        audience = claims.get("aud")
        if audience != self.client_id:
            raise SignInRefused("The ID token is meant for another application.", code="wrong_audience")
        now = self._now()
        expires, starts = claims.get("exp"), claims.get("nbf", claims.get("iat", 0))
        if not _is_number(expires) or not _is_number(starts):
            raise SignInRefused("The ID token has no valid times.", code="no_times")
        if now > expires + CLOCK_SKEW:
            raise SignInRefused("The ID token has expired. Is this machine's clock right?", code="expired")
        if now < starts - CLOCK_SKEW:
            raise SignInRefused(
                "The ID token is not valid yet. Is this machine's clock right?", code="not_yet_valid"
            )
        if nonce is not None and (not nonce or claims.get("nonce") != nonce):
            raise SignInRefused("The ID token belongs to another sign-in.", code="wrong_nonce")
        if not isinstance(claims.get("oid"), str) or not claims["oid"]:
            raise SignInRefused("The ID token names no person (it has no “oid”).", code="no_person")
        return claims

    def _validate_origin(self, claims: Mapping[str, Any]) -> None:
        tenant = claims.get("tid")
        if not isinstance(tenant, str) or not _GUID.fullmatch(tenant):
            raise SignInRefused("The ID token names no tenant.", code="no_tenant")
        with _in_our_words():
            pattern = str(self._metadata().get("issuer", ""))
        # For several tenants Entra ID's metadata has a placeholder where each token has its tenant.
        expected = pattern.replace("{tenantid}", tenant)
        if not expected or claims.get("iss") != expected:
            raise SignInRefused("The ID token comes from somebody else than expected.", code="wrong_issuer")
        allowed = self._allowed_tenants
        if not allowed and _GUID.fullmatch(self.tenant):
            allowed = frozenset({self.tenant.lower()})
        # Without a list the authority is one tenant's domain: its metadata names that tenant's issuer, checked above.
        if allowed and ANY_TENANT not in allowed and tenant.lower() not in allowed:
            raise SignInRefused("Your organization's directory is not let in here.", code="wrong_tenant")

    def _signed_claims(self, id_token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(id_token)
        except jwt.InvalidTokenError as error:
            raise SignInRefused("Entra ID's answer has no readable ID token.", code="no_id_token") from error
        if header.get("alg") != "RS256":
            raise SignInRefused(
                "The ID token is signed in a way that is not accepted.", code="wrong_algorithm"
            )
        key, issuer = self._key(str(header.get("kid", "")))
        try:
            # Only the signature here: the claims are judged one by one by the caller, with words for each.
            claims: dict[str, Any] = jwt.decode(
                id_token, key=key, algorithms=["RS256"], options=_SIGNATURE_ONLY
            )
        except jwt.InvalidTokenError as error:
            raise SignInRefused(
                "The ID token's signature is not Entra ID's.", code="wrong_signature"
            ) from error
        # Keys of several issuers are published side by side: each may speak for its own only.
        if issuer and claims.get("iss") != issuer.replace("{tenantid}", str(claims.get("tid", ""))):
            raise SignInRefused("The ID token is signed with the key of another issuer.", code="wrong_issuer")
        return claims

    def _key(self, key_id: str) -> tuple[Any, str]:
        """The published key of that id, and the issuer it belongs to where that is told."""
        with _in_our_words():
            url = str(self._metadata().get("jwks_uri", ""))
            for kept_for in (METADATA_KEPT, KEYS_ASKED_AGAIN):
                document = self._http.document(url, kept_for)
                for entry in document.get("keys", []):
                    if isinstance(entry, dict) and entry.get("kid") == key_id and entry.get("kty") == "RSA":
                        return RSAAlgorithm.from_jwk(entry), _text(entry.get("issuer"))
        raise SignInRefused(
            "The ID token is signed with a key that Entra ID does not publish.", code="unknown_key"
        )

    # --- MSAL ------------------------------------------------------------------------------------------------------

    def _authority(self) -> str:
        return f"{self.cloud.authority_url}/{self.tenant}"

    def _metadata(self) -> dict[str, Any]:
        return self._http.document(
            f"{self._authority()}/v2.0/.well-known/openid-configuration", METADATA_KEPT
        )

    def _credential(self) -> Any:
        secret = self._client_secret
        if isinstance(secret, Certificate):
            return {"private_key": secret.private_key, "public_certificate": secret.certificate}
        return secret

    def _application(self, cache: Any = None, authority: str = "") -> Any:
        # A fresh application each time: MSAL remembers refusals for a minute, which here would be somebody else's.
        return msal.ConfidentialClientApplication(
            self.client_id,
            client_credential=self._credential(),
            authority=authority or self._authority(),
            # The authority is configured, so nobody needs to be asked whether it is one; in the sandbox nobody could be.
            instance_discovery=False,
            validate_authority=False,
            client_capabilities=_CAPABILITIES,
            token_cache=cache,
            http_client=self._http,
        )


class _Http:
    """The session as MSAL and we use it for signing in: metadata is kept for a while, everything else goes out.

    What is kept lives with the session, so that it serves every SignIn of the process.
    """

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._kept: dict[str, tuple[float, requests.Response]] = session.__dict__.setdefault(
            "kept_metadata", {}
        )
        self._lock: threading.Lock = session.__dict__.setdefault("kept_metadata_lock", threading.Lock())

    def get(self, url: str, **named: Any) -> requests.Response:
        if url.endswith("/.well-known/openid-configuration"):
            return self._fetch(url, METADATA_KEPT)
        return self._sent("GET", url, **named)

    def post(self, url: str, **named: Any) -> requests.Response:
        answer = self._sent("POST", url, **named)
        legible = is_json(answer.text) or (answer.status_code >= 500 and not answer.text.strip())
        if answer.status_code != 429 and not legible:
            # MSAL would take the page of a proxy for a refusal.
            raise gateway(answer.status_code, cleaning.body(answer.text))
        if answer.status_code == 429 or answer.status_code >= 500:
            # MSAL would take such an answer for a refusal, or for nonsense, as it happens to be written.
            kind = Throttled if answer.status_code == 429 else ServiceTrouble
            raise kind(
                f"Microsoft Entra ID answers with status {answer.status_code}.",
                status=answer.status_code,
                retryable=True,
                retry_after=asked_pause(answer),
            )
        return answer

    def _sent(self, method: str, url: str, **named: Any) -> requests.Response:
        """The answer, whole, in time and of a bounded size."""
        with within(SIGN_IN_TIME) as clock:
            answer = self._session.request(method, url, **{**named, "stream": True})
            with answer:
                try:
                    # requests has no other way to hand over a body that was read.
                    answer._content = bodies.read(answer, clock).encode()  # noqa: SLF001 - requests has no other way to put a bounded body in
                except bodies.CannotRead as error:
                    raise Unreadable(str(error), status=answer.status_code, retryable=True) from None
                except HTTPError as error:
                    raise requests.ConnectionError(error) from error
        answer.encoding = "utf-8"
        return answer

    def close(self) -> None:
        """MSAL's interface asks for it; the session belongs to the caller."""

    def document(self, url: str, kept_for: float) -> dict[str, Any]:
        answer = self._fetch(url, kept_for)
        answer.raise_for_status()
        value: dict[str, Any] = answer.json()
        return value

    def _fetch(self, url: str, kept_for: float) -> requests.Response:
        with self._lock:
            at, answer = self._kept.get(url, (0.0, None))
        if answer is not None and time.monotonic() - at < kept_for:
            return answer
        answer = self._sent("GET", url)
        if answer.status_code == 200:
            if not _is_object(answer.text):
                raise BadAnswer(f"{url} does not answer with a JSON object.", status=200, retryable=True)
            with self._lock:
                self._kept[url] = (time.monotonic(), answer)
        return answer


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Turns what MSAL and requests raise into errors of ours."""
    try:
        yield
    except AzureError:
        raise
    except requests.RequestException as error:
        message = "Microsoft Entra ID does not answer."
        raise Unreachable(message, code=type(error).__name__, retryable=True) from error
    except (MsalError, PyJWTError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        # PyJWTError: a published key that is none. The last three: MSAL does not expect an answer of another shape.
        # MSAL raises ValueError for a wrong state and RuntimeError for a wrong nonce, both with the values in clear.
        raise SignInRefused(_sign_in_words(error), code="refused") from error


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _sign_in_words(error: Exception) -> str:
    said = str(error).lower()
    if "state" in said:
        return "This answer belongs to another sign-in. Start again."
    if "nonce" in said:
        return "The ID token belongs to another sign-in."
    if "authority" in said:
        return "Microsoft Entra ID does not know this tenant."
    return "Microsoft Entra ID's answer could not be used."


def _refused(answer: Mapping[str, Any]) -> AzureError:
    """The error of the token endpoint's answer to a sign-in."""
    code = str(answer.get("error"))
    kind: type[AzureError] = SignInRefused
    if code in _NOT_THE_PERSON:
        kind = RegistrationRefused
    elif code in _PASSING:
        kind = Unreachable
    error = _described(kind, answer)
    # A new secret can be put in place at any moment, so that asking again is worth it.
    error.retryable = kind is not SignInRefused
    return error


def _no_token(answer: Mapping[str, Any], claims: str | None) -> AzureError:
    """The error of the token endpoint's answer to a refresh."""
    if str(answer.get("error")) in _NOT_THE_PERSON | _PASSING:
        return _refused(answer)
    error = _described(
        SignInNeeded, {"error": "no_token", "error_description": "The kept sign-in has ended.", **answer}
    )
    if _SHUT_OUT.search(error.raw):
        error.code = SHUT_OUT
    wanted = answer.get("claims")
    error.claims = wanted if isinstance(wanted, str) and wanted else (None if claims == NEW_TOKEN else claims)
    return error


_Error = TypeVar("_Error", bound=AzureError)


def _described(kind: type[_Error], answer: Mapping[str, Any]) -> _Error:
    described = str(answer.get("error_description") or answer.get("error"))
    return kind(
        described.strip().partition("\n")[0].rstrip(),
        code=str(answer.get("error", "")),
        raw=described,
        correlation_id=str(answer.get("correlation_id", "")),
        request_id=str(answer.get("trace_id", "")),
    )


def _roles(claims: Mapping[str, Any]) -> tuple[str, ...]:
    roles = claims.get("roles", [])
    return tuple(str(role) for role in roles) if isinstance(roles, list) else ()


def _verified_mail(claims: Mapping[str, Any]) -> str:
    # Entra ID writes this one as a boolean, a number or a text.
    verified = str(claims.get("xms_edov", "")).lower() in ("true", "1")
    return _text(claims.get("email")) if verified else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _hashed(nonce: str) -> str:
    # MSAL keeps the nonce and sends its SHA-256; Entra ID returns what was sent.
    return hashlib.sha256(nonce.encode()).hexdigest() if nonce else ""


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def decoded_claims(challenge: str) -> str | None:
    """The claims of a challenge header's `claims` value: JSON text, or None when it is not."""
    padded = challenge + "=" * (-len(challenge) % 4)
    try:
        text = base64.urlsafe_b64decode(padded.replace("+", "-").replace("/", "_")).decode()
        json.loads(text)
    except ValueError:
        return None
    return text
