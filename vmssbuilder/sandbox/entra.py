"""The sandbox's Microsoft Entra ID: discovery, keys, the authorization code flow with PKCE, refresh, signing out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from vmssbuilder.azure.transport import is_loopback

from . import pages, tokens, world
from .memory import Memory
from .messages import IncomingRequest, OutgoingResponse, json_answer, redirect

ISSUER: Final = f"{world.CLOUD.authority_url}/{world.TENANT}/v2.0"
MANY_ISSUERS: Final = f"{world.CLOUD.authority_url}/{{tenantid}}/v2.0"
KNOWN_TENANTS: Final = frozenset({world.TENANT, world.TENANT_DOMAIN, "organizations", "common"})
MANY_TENANTS: Final = frozenset({"organizations", "common"})

ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CODE_LIFETIME: Final = 300.0
ID_TOKEN_LIFETIME: Final = 3600.0
REFRESH_LIFETIME: Final = 86_400.0
OIDC_SCOPES: Final = frozenset({"openid", "profile", "email", "offline_access"})
ARM_SCOPES: Final = frozenset(
    f"{resource}/{name}"
    for resource in (world.CLOUD.arm_url, f"{world.CLOUD.arm_url}/")
    for name in (".default", "user_impersonation")
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person has allowed: behind an authorization code, and then behind a refresh token."""

    account: str
    client_id: str
    scope: str
    issued: float
    redirect_uri: str = ""
    challenge: str = ""
    nonce: str = ""
    session: str = field(default_factory=lambda: str(uuid.uuid4()))


class TokenError(Exception):
    """The token endpoint's refusal, in Entra ID's shape."""

    def __init__(self, error: str, number: int, message: str, status: int = 400, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.value = {
            "error": error,
            "error_description": f"AADSTS{number}: {message}",
            "error_codes": [number],
            "timestamp": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
            "trace_id": str(uuid.uuid4()),
            "correlation_id": str(uuid.uuid4()),
            **more,
        }


class Entra:
    """One directory with one registered application. base_url: where browsers reach it."""

    def __init__(
        self, memory: Memory, base_url: str, client_id: str, client_secret: str, token_lifetime: float
    ) -> None:
        self._memory = memory
        self._base_url = base_url
        self._client_id = client_id
        self._client_secret = client_secret
        self.token_lifetime = token_lifetime
        self._codes: dict[str, Grant] = {}
        # By the hash of the token: whoever reads it cannot use it.
        self._refresh: dict[str, Grant] = {}
        self._demands: dict[str, str] = {}
        self._guests: dict[str, tuple[str, str]] = {}
        self._certificates: dict[str, x509.Certificate] = {}

    def answer(self, request: IncomingRequest) -> OutgoingResponse | None:
        """The answer to a request for this part, None when it is for another."""
        if request.path == "/logout":
            return self._log_out(request)
        match = re.fullmatch(
            r"/([\w.-]{1,100})/(v2\.0|oauth2/v2\.0|discovery/v2\.0)/([\w./-]{1,60})", request.path
        )
        if match is None:
            return None
        tenant, _family, name = match.groups()
        handlers = {
            (".well-known/openid-configuration", "GET"): self._metadata,
            ("keys", "GET"): self._keys,
            ("authorize", "GET"): self._authorize,
            ("authorize", "POST"): self._authorize,
            ("token", "POST"): self._token,
            ("logout", "GET"): self._log_out,
        }
        handler = handlers.get((name, request.method))
        if handler is None:
            return json_answer(404, {"error": "not_found"})
        if tenant.lower() not in KNOWN_TENANTS:
            error = TokenError("invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
            return json_answer(400, error.value)
        return handler(request)

    def reset(self) -> None:
        """Forgets what tests asked for: proof, guests, certificates."""
        with self._memory.lock:
            self._demands.clear()
            self._guests.clear()
            self._certificates.clear()

    def demand(self, account: str, claims: str) -> None:
        """From now on a refresh does not do for the account: it must sign in anew, with these claims asked for."""
        self._demands[account] = claims

    def make_guest(self, account: str, home_oid: str, home_tenant: str) -> None:
        """Makes the account a guest, whose home is another directory."""
        self._guests[account] = (home_oid, home_tenant)

    def trust(self, certificate: str) -> None:
        """Registers a certificate (PEM) of the application, beside its secret."""
        loaded = x509.load_pem_x509_certificate(certificate.encode())
        self._certificates[_base64(loaded.fingerprint(hashes.SHA256()))] = loaded

    def revoke(self, account: str) -> None:
        """Makes every refresh token of the account useless, as an administrator can."""
        self._refresh = {token: grant for token, grant in self._refresh.items() if grant.account != account}

    def grants(self) -> dict[str, dict[str, Any]]:
        """Which sign-ins may still be renewed, as JSON, by the hash of their refresh token; times by the clock on the wall."""
        ahead = time.time() - time.monotonic()
        return {
            token: {
                "account": each.account,
                "client_id": each.client_id,
                "scope": each.scope,
                "issued": round(each.issued + ahead),
            }
            for token, each in self._refresh.items()
        }

    def take_grants(self, grants: Mapping[str, Mapping[str, Any]]) -> None:
        """Takes over what `grants` told. Raises KeyError, TypeError."""
        behind = time.time() - time.monotonic()
        self._refresh = {
            token: Grant(
                str(each["account"]), str(each["client_id"]), str(each["scope"]), each["issued"] - behind
            )
            for token, each in grants.items()
            if each["account"] in world.ACCOUNTS
        }

    # --- discovery -------------------------------------------------------------------------------------------------

    def _metadata(self, request: IncomingRequest) -> OutgoingResponse:
        tenant = request.path.split("/")[1].lower()
        many = tenant in MANY_TENANTS
        here = tenant if many else world.TENANT
        host = f"{request.authority_url}/{here}"
        # Whoever came by another name than Entra ID's, such as the Azure CLI, compares the issuer with that name.
        issuer = f"{request.origin}/{{tenantid}}/v2.0" if many else f"{request.origin}/{here}/v2.0"
        own = MANY_ISSUERS if many else ISSUER
        return json_answer(
            200,
            {
                "issuer": issuer if request.origin else own,
                # Browsers go to these two; only the product's server knows the way to the others.
                "authorization_endpoint": f"{self._base_url}/{here}/oauth2/v2.0/authorize",
                "end_session_endpoint": f"{self._base_url}/{here}/oauth2/v2.0/logout",
                "token_endpoint": f"{host}/oauth2/v2.0/token",
                "jwks_uri": f"{host}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "scopes_supported": sorted(OIDC_SCOPES),
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "subject_types_supported": ["pairwise"],
                "claims_supported": [
                    "sub",
                    "iss",
                    "aud",
                    "exp",
                    "iat",
                    "nonce",
                    "name",
                    "oid",
                    "tid",
                    "preferred_username",
                ],
            },
        )

    def _keys(self, request: IncomingRequest) -> OutgoingResponse:
        many = request.path.split("/")[1].lower() in MANY_TENANTS
        return json_answer(
            200, {"keys": [{**tokens.public_jwk(), "issuer": MANY_ISSUERS if many else ISSUER}]}
        )

    # --- the page --------------------------------------------------------------------------------------------------

    def _authorize(self, request: IncomingRequest) -> OutgoingResponse:
        query = request.query
        if query.get("client_id") != self._client_id:
            return pages.trouble(
                400,
                f"AADSTS700016: Application '{query.get('client_id', '')[:80]}' was not found in the directory.",
            )
        redirect_uri = query.get("redirect_uri", "")
        if not _is_registered(redirect_uri):
            # Sending anybody to an address that is not registered would make this an open redirect.
            return pages.trouble(
                400,
                f"AADSTS50011: The redirect URI '{redirect_uri[:200]}' is not registered: it must be on this computer.",
            )
        refused = self._refused(query)
        if refused is not None:
            error, description = refused
            return _back(query, {"error": error, "error_description": description})
        chosen = self._chosen(request)
        if chosen is None and query.get("prompt") == "none":
            return _back(
                query, {"error": "login_required", "error_description": "AADSTS50058: Nobody is signed in."}
            )
        if chosen is None:
            return pages.pick_account(world.ACCOUNTS.values(), f"?{request.query_string}", redirect_uri)
        demanded = self._demands.get(chosen.key)
        if demanded is not None and _asks_for(query.get("claims", ""), demanded):
            del self._demands[chosen.key]
        code = secrets.token_urlsafe(32)
        grant = Grant(
            chosen.key,
            self._client_id,
            query["scope"],
            time.monotonic(),
            redirect_uri,
            query["code_challenge"],
            query.get("nonce", ""),
        )
        with self._memory.lock:
            self._codes[code] = grant
        found = {"code": code, "session_state": str(uuid.uuid4())}
        if query.get("client_info") == "1":
            found["client_info"] = self._client_info(chosen)
        return _back(query, found)

    @staticmethod
    def _refused(query: Mapping[str, str]) -> tuple[str, str] | None:
        if query.get("response_type") != "code":
            return "unsupported_response_type", "AADSTS70016: The response type must be 'code'."
        if query.get("response_mode", "query") != "query":
            return "invalid_request", "AADSTS900144: The response mode must be 'query'."
        if not query.get("code_challenge") or query.get("code_challenge_method") != "S256":
            return "invalid_request", "AADSTS9002325: Proof Key for Code Exchange (S256) is required."
        scopes = set(query.get("scope", "").split())
        if "openid" not in scopes:
            return "invalid_request", "AADSTS900144: The request must contain the scope 'openid'."
        unknown = scopes - OIDC_SCOPES - ARM_SCOPES
        if unknown:
            return "invalid_resource", f"AADSTS500011: The resource of '{min(unknown)[:100]}' was not found."
        return None

    @staticmethod
    def _chosen(request: IncomingRequest) -> world.Account | None:
        if request.method == "POST":
            return world.ACCOUNTS.get(request.form.get("account", ""))
        query = request.query
        if query.get("prompt") in {"select_account", "login", "consent"}:
            return None
        return world.account_by_hint(query.get("login_hint", ""))

    # --- tokens ----------------------------------------------------------------------------------------------------

    def _token(self, request: IncomingRequest) -> OutgoingResponse:
        form = request.form
        try:
            self._authenticate(request, form)
            if form.get("grant_type") == "client_credentials":
                return json_answer(200, self._for_itself(request, form.get("scope", "")))
            grant = self._redeemed(form)
            return json_answer(
                200, self._tokens(grant, form.get("scope", "") or grant.scope), {"Cache-Control": "no-store"}
            )
        except TokenError as error:
            return json_answer(error.status, error.value, {"Cache-Control": "no-store"})

    def _redeemed(self, form: Mapping[str, str]) -> Grant:
        grant_type = form.get("grant_type", "")
        if grant_type == "authorization_code":
            return self._redeem_code(form)
        if grant_type == "refresh_token":
            return self._redeem_refresh(form)
        raise TokenError(
            "unsupported_grant_type", 70003, f"The grant type '{grant_type[:40]}' is not supported."
        )

    def _authenticate(self, request: IncomingRequest, form: Mapping[str, str]) -> None:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        basic = request.headers.get("authorization", "")
        if basic.lower().startswith("basic "):
            try:
                decoded = base64.b64decode(basic[6:], validate=True).decode()
            except ValueError:
                decoded = ""
            client_id, _, secret = (unquote(part) for part in decoded.partition(":"))
        if form.get("client_assertion_type") == ASSERTION:
            self._check_assertion(form)
            return
        if client_id != self._client_id:
            raise TokenError(
                "unauthorized_client",
                700016,
                f"Application '{client_id[:80]}' was not found in the directory.",
            )
        if not hmac.compare_digest(secret.encode(), self._client_secret.encode()):
            raise TokenError("invalid_client", 7000215, "Invalid client secret provided.", status=401)

    def _check_assertion(self, form: Mapping[str, str]) -> None:
        assertion = form.get("client_assertion", "")
        try:
            thumbprint = str(jwt.get_unverified_header(assertion).get("x5t#S256", "")).rstrip("=")
        except jwt.InvalidTokenError:
            thumbprint = ""
        certificate = self._certificates.get(thumbprint)
        if certificate is None:
            text = "The certificate with identifier used to sign the client assertion is not registered on application."
            raise TokenError("invalid_client", 700027, text, status=401)
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        try:
            jwt.decode(
                assertion,
                key,
                algorithms=["PS256"],
                issuer=self._client_id,
                subject=self._client_id,
                # Any of the directory's names may stand in the address.
                audience=[f"{world.CLOUD.authority_url}/{each}/oauth2/v2.0/token" for each in KNOWN_TENANTS],
                options={"require": ["exp", "jti"]},
            )
        except jwt.InvalidTokenError as error:
            text = f"Client assertion failed signature validation or is out of time: {error}"
            raise TokenError("invalid_client", 700024, text, status=401) from error

    def _for_itself(self, request: IncomingRequest, scope: str) -> dict[str, Any]:
        """What the application gets in its own name. Entra ID must know in which directory."""
        if request.path.split("/")[1].lower() in MANY_TENANTS:
            raise TokenError(
                "invalid_request", 50059, "No tenant-identifying information found in the request."
            )
        if scope not in {f"{each}/.default" for each in (world.CLOUD.arm_url, f"{world.CLOUD.arm_url}/")}:
            raise TokenError("invalid_scope", 1002012, "The scope must end with /.default.")
        claims = {
            "iss": ISSUER,
            "aud": world.CLOUD.arm_url,
            "appid": self._client_id,
            "oid": world.APPLICATION.oid,
            "tid": world.TENANT,
            "idtyp": "app",
        }
        token = tokens.signed(claims, lifetime=self.token_lifetime)
        return {"token_type": "Bearer", "expires_in": int(self.token_lifetime), "access_token": token}

    def _redeem_code(self, form: Mapping[str, str]) -> Grant:
        with self._memory.lock:
            # A code serves once, whatever becomes of the attempt.
            grant = self._codes.pop(form.get("code", ""), None)
        if grant is None:
            raise TokenError(
                "invalid_grant", 54005, "The authorization code is unknown or was already redeemed."
            )
        if time.monotonic() - grant.issued > CODE_LIFETIME:
            raise TokenError("invalid_grant", 70008, "The provided authorization code has expired.")
        if form.get("redirect_uri") != grant.redirect_uri:
            raise TokenError(
                "invalid_grant", 50011, "The redirect URI is not the one of the authorization request."
            )
        verifier = form.get("code_verifier", "")
        if (
            not re.fullmatch(r"[\w.~-]{43,128}", verifier, re.ASCII)
            or _challenge(verifier) != grant.challenge
        ):
            raise TokenError(
                "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge supplied."
            )
        return grant

    def _redeem_refresh(self, form: Mapping[str, str]) -> Grant:
        # The old one stays good beside the new one, as at Entra ID: two processes may refresh at the same moment.
        grant = self._refresh.get(_digest(form.get("refresh_token", "")))
        if grant is None:
            raise TokenError(
                "invalid_grant",
                50173,
                "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
                suberror="bad_token",
            )
        if time.monotonic() - grant.issued > REFRESH_LIFETIME:
            raise TokenError("invalid_grant", 700082, "The refresh token has expired due to inactivity.")
        demanded = self._demands.get(grant.account)
        if demanded is not None:
            text = "Due to a configuration change made by your administrator, you must use multi-factor authentication."
            raise TokenError("interaction_required", 50076, text, suberror="basic_action", claims=demanded)
        return grant

    def _tokens(self, grant: Grant, scope: str) -> dict[str, Any]:
        account = world.ACCOUNTS[grant.account]
        scopes = set(scope.split())
        if scopes - OIDC_SCOPES - ARM_SCOPES:
            raise TokenError(
                "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid."
            )
        person = {
            "oid": account.oid,
            "tid": world.TENANT,
            "name": account.name,
            "sub": _base64(hashlib.sha256(account.oid.encode()).digest()),
            "ver": "2.0",
        }
        id_claims: dict[str, Any] = {
            **person,
            "iss": ISSUER,
            "aud": self._client_id,
            "preferred_username": account.username,
            "email": account.username,
            # Optional claims, as docs/deploying.md asks for them.
            "xms_edov": True,
            "sid": grant.session,
            "login_hint": account.username,
        }
        if grant.account in self._guests:
            home = f"{world.CLOUD.authority_url}/{self._guests[grant.account][1]}/v2.0"
            id_claims |= {"idp": home, "acct": 1}
        if account.app_roles:
            id_claims["roles"] = list(account.app_roles)
        if grant.nonce:
            id_claims["nonce"] = grant.nonce
        access_claims = {
            **person,
            "iss": ISSUER,
            "aud": world.CLOUD.arm_url,
            "appid": self._client_id,
            "upn": account.username,
            "scp": "user_impersonation",
            "uti": secrets.token_urlsafe(16),
        }
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": f"{world.CLOUD.arm_url}/user_impersonation {world.CLOUD.arm_url}/.default",
            "expires_in": int(self.token_lifetime),
            "ext_expires_in": int(self.token_lifetime),
            "access_token": tokens.signed(access_claims, lifetime=self.token_lifetime),
            "id_token": tokens.signed(id_claims, lifetime=ID_TOKEN_LIFETIME),
            "client_info": self._client_info(account),
        }
        if "offline_access" in grant.scope.split():
            refresh = secrets.token_urlsafe(48)
            with self._memory.lock:
                self._refresh[_digest(refresh)] = Grant(
                    grant.account, grant.client_id, grant.scope, time.monotonic()
                )
            answer["refresh_token"] = refresh
        return answer

    def _client_info(self, account: world.Account) -> str:
        uid, utid = self._guests.get(account.key, (account.oid, world.TENANT))
        return _base64(json.dumps({"uid": uid, "utid": utid}).encode())

    # --- signing out -----------------------------------------------------------------------------------------------

    def _log_out(self, request: IncomingRequest) -> OutgoingResponse:
        # Nobody stays signed in here between two visits, so there is nothing to forget.
        return_to = request.query.get("post_logout_redirect_uri", "")
        return redirect(return_to) if _is_registered(return_to) else pages.signed_out()


def _is_registered(uri: str) -> bool:
    """Every address on this machine is: people run the product on any port."""
    if re.search(r"[\x00-\x20\\]", uri):
        return False
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and is_loopback(host)
        and "@" not in parts.netloc
        and not parts.fragment
    )


def _back(query: Mapping[str, str], values: Mapping[str, str]) -> OutgoingResponse:
    found = dict(values)
    if "state" in query:
        found["state"] = query["state"]
    parts = urlsplit(query["redirect_uri"])
    joined = "&".join(piece for piece in (parts.query, urlencode(found)) if piece)
    return redirect(urlunsplit((parts.scheme, parts.netloc, parts.path, joined, "")))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _challenge(verifier: str) -> str:
    return _base64(hashlib.sha256(verifier.encode()).digest())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _asks_for(asked: str, demanded: str) -> bool:
    """Whether the claims of a sign-in hold those that are demanded."""
    try:
        given, wanted = (json.loads(each or "{}").get("access_token", {}) for each in (asked, demanded))
    except (ValueError, AttributeError):
        return False
    return all(given.get(name) == value for name, value in wanted.items())
