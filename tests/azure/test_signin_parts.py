"""The parts of signing in, one at a time, without a server: what MSAL is asked, and what becomes of its answers."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msal
import pytest
import requests
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from jwt.exceptions import PyJWTError
from msal.exceptions import MsalError
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from tests.accounts.certificates import certificate, new_key, pem
from tests.azure.test_signin import id_token
from vmssbuilder.azure import SignIn, bodies, cloud, signin
from vmssbuilder.azure.errors import (
    AzureError,
    BadAnswer,
    GatewayAnswer,
    RegistrationRefused,
    ServiceTrouble,
    SignInNeeded,
    SignInRefused,
    Throttled,
    Unreachable,
    Unreadable,
)
from vmssbuilder.azure.signin import NEW_TOKEN, AccessToken, Certificate, decoded_claims, read_certificate
from vmssbuilder.sandbox import tokens, world
from vmssbuilder.sandbox.entra import ISSUER

SANDBOX = cloud("sandbox")
AUTHORITY = f"{SANDBOX.authority_url}/{SANDBOX.default_tenant}"
CONFIGURATION = f"{AUTHORITY}/v2.0/.well-known/openid-configuration"
KEYS = f"{AUTHORITY}/keys"
SIGN_OUT = f"{AUTHORITY}/oauth2/v2.0/logout"


def reply(body: Any = "", status: int = 200, **headers: str) -> requests.Response:
    text = body if isinstance(body, str) else json.dumps(body)
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = requests.Response()
    answer.status_code = status
    answer.headers.update(told)
    answer.raw = HTTPResponse(io.BytesIO(text.encode()), told, status, preload_content=False)
    return answer


class Wire:
    """A session that answers by address, and notes what it is asked."""

    def __init__(self, **of: Any) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.answers: dict[str, Callable[[], requests.Response]] = {
            CONFIGURATION: lambda: reply({"issuer": ISSUER, "jwks_uri": KEYS} | of),
            KEYS: lambda: reply({"keys": [tokens.public_jwk()]}),
        }

    def request(self, method: str, url: str, **named: Any) -> requests.Response:
        self.asked.append((method, url, named))
        return self.answers[url]()


def made(wire: Any = None, tenant: str = "", *, at: float | None = None, **more: Any) -> SignIn:
    now = time.time if at is None else lambda: at
    return SignIn(SANDBOX, tenant, "", "", cast(requests.Session, wire or Wire()), now=now, **more)


def test_the_times_and_words_are_these() -> None:
    assert (signin.CLOCK_SKEW, signin.REFRESHED_BEFORE) == (300.0, 300.0)
    assert (signin.METADATA_KEPT, signin.KEYS_ASKED_AGAIN) == (3600.0, 30.0)
    assert {"organizations", "common", "consumers"} == signin.MANY_TENANTS
    assert (signin.ANY_TENANT, signin.NEW_TOKEN, signin.SHUT_OUT) == ("*", "{}", "shut_out")
    assert signin._CAPABILITIES == ["cp1"]
    assert {"verify_signature": True} | {
        f"verify_{each}": False for each in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    } == signin._SIGNATURE_ONLY


# --- who signs in where -----------------------------------------------------------------------------------------------


def test_what_a_deployment_does_not_name_is_the_clouds() -> None:
    ours = made()
    assert (ours.tenant, ours.client_id) == (SANDBOX.default_tenant, SANDBOX.default_client_id)
    assert (ours._client_secret, ours._allowed_tenants) == (SANDBOX.default_client_secret, frozenset())
    named = SignIn(SANDBOX, "t.example", "client", "hush", cast(requests.Session, Wire()))
    assert (named.tenant, named.client_id, named._client_secret) == ("t.example", "client", "hush")


@pytest.mark.parametrize(
    ("tenant", "given", "allowed"),
    [
        ("organizations", [], {SANDBOX.default_tenant}),
        ("COMMON", [], {SANDBOX.default_tenant}),
        ("consumers", [], {SANDBOX.default_tenant}),
        ("organizations", ["ABC", "d"], {"abc", "d"}),
        ("t.example", [], set()),
        ("t.example", ["ABC"], {"abc"}),
    ],
)
def test_the_tenants_let_in(tenant: str, given: list[str], allowed: set[str]) -> None:
    assert made(tenant=tenant, allowed_tenants=given)._allowed_tenants == allowed


@pytest.mark.parametrize(
    ("values", "missing"),
    [(("", "c", "s"), "tenant"), (("t", "", "s"), "client id"), (("t", "c", ""), "client secret")],
)
def test_what_is_missing_is_named(values: tuple[str, str, str], missing: str) -> None:
    with pytest.raises(ValueError, match="needs a") as caught:
        SignIn(cloud("public"), *values, cast(requests.Session, Wire()))
    assert str(caught.value) == f"Signing in with Microsoft Entra ID needs a {missing}."


@pytest.mark.parametrize("tenant", ["organizations", "Common", "consumers"])
def test_several_tenants_need_a_list(tenant: str) -> None:
    with pytest.raises(ValueError, match="must be named") as caught:
        SignIn(cloud("public"), tenant, "c", "s", cast(requests.Session, Wire()))
    assert (
        str(caught.value)
        == f"With the tenant “{tenant}” the tenants that are let in must be named, or “*” for any."
    )


# --- the three moves --------------------------------------------------------------------------------------------------


class Application:
    """MSAL's application: it notes what it is asked and gives what it is told to."""

    def __init__(self, answer: Any = None, accounts: list[dict[str, str]] | None = None) -> None:
        self.answer = answer
        self.accounts = [{"home_account_id": "home"}] if accounts is None else accounts
        self.asked: list[tuple[Any, ...]] = []
        self.cache: Any = None
        self.changes = False

    def initiate_auth_code_flow(self, scopes: list[str], **named: Any) -> dict[str, Any]:
        self.asked.append((scopes, named))
        return {"auth_uri": "https://x", "state": "s"}

    def acquire_token_by_auth_code_flow(self, flow: dict[str, Any], query: dict[str, str]) -> Any:
        self.asked.append((flow, query))
        return self.answer

    def acquire_token_silent_with_error(
        self, scopes: list[str], account: dict[str, str], **named: Any
    ) -> Any:
        self.asked.append((scopes, account, named))
        self.cache.has_state_changed = self.changes
        return self.answer

    def acquire_token_for_client(self, scopes: list[str]) -> Any:
        self.asked.append((scopes,))
        return self.answer

    def get_accounts(self) -> list[dict[str, str]]:
        return self.accounts


def with_application(monkeypatch: pytest.MonkeyPatch, application: Application) -> list[str]:
    authorities: list[str] = []

    def make(_self: SignIn, cache: Any = None, authority: str = "") -> Application:
        application.cache = cache
        authorities.append(authority)
        return application

    monkeypatch.setattr(SignIn, "_application", make)
    return authorities


def test_the_first_move_asks_for_resource_managers_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    application = Application()
    with_application(monkeypatch, application)
    flow = made().start("https://here/", prompt="p", login_hint="l", claims="c")
    assert flow == {"auth_uri": "https://x", "state": "s"}
    named = {"redirect_uri": "https://here/", "prompt": "p", "login_hint": "l", "claims_challenge": "c"}
    assert application.asked == [([SANDBOX.scope], named)]


def test_what_msal_recommends_is_not_said_each_time(recwarn: pytest.WarningsRecorder) -> None:
    discovered = {
        "authorization_endpoint": f"{AUTHORITY}/authorize",
        "token_endpoint": f"{AUTHORITY}/token",
    }
    made(Wire(**discovered)).start("https://here/")
    assert not [each for each in recwarn if "response_mode" in str(each.message)]


CLAIMS: dict[str, Any] = {
    "oid": "o",
    "tid": "t",
    "preferred_username": "u",
    "name": "n",
    "roles": ["A", 7],
    "sid": "s",
    "login_hint": "h",
}
FLOW = {"state": "s", "nonce": "n"}
IDENTITY = ("o", "t", "u", "n", ("A", "7"), "home", "s", "h")


@pytest.mark.parametrize(
    ("changes", "identity"),
    [
        ({}, IDENTITY),
        (
            {"preferred_username": None, "name": None, "roles": None, "sid": None, "login_hint": None},
            ("o", "t", "None", "None", (), "home", "", ""),
        ),
        ({"roles": "A", "sid": 7, "login_hint": ["x"]}, ("o", "t", "u", "n", (), "home", "", "")),
    ],
)
def test_the_second_move_says_who_it_is(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], identity: tuple[Any, ...]
) -> None:
    application = Application({"id_token": "the token"})
    with_application(monkeypatch, application)
    seen: list[tuple[str, str | None]] = []

    def validate(_self: SignIn, token: str, *, nonce: str | None) -> dict[str, Any]:
        seen.append((token, nonce))
        return CLAIMS | changes

    monkeypatch.setattr(SignIn, "validate", validate)
    done = made().finish(FLOW, {"code": "c"})
    found = done.identity
    assert (
        found.oid,
        found.tid,
        found.username,
        found.name,
        found.roles,
        found.home_account_id,
        found.session_id,
        found.sign_out_hint,
    ) == identity
    assert json.loads(done.cache) == {}
    assert application.asked == [(FLOW, {"code": "c"})]
    hashed = "1b16b1df538ba12dc3f97edbb85caa7050d46c148134290feba80f8236c83db9"
    assert seen == [("the token", hashed)], "the nonce travels as its SHA-256"
    absent = {name: value for name, value in CLAIMS.items() if name in ("oid", "tid")}
    monkeypatch.setattr(SignIn, "validate", lambda *_what, **_named: absent)
    assert made().finish(FLOW, {}).identity == signin.SignedInIdentity("o", "t", "", "", (), "home")


@pytest.mark.parametrize(
    ("flow", "query", "answer", "accounts", "code"),
    [
        ({"nonce": "n"}, {}, {}, None, "no_flow"),
        (FLOW, {"error": "access_denied"}, {}, None, "access_denied"),
        (FLOW, {}, {"error": "invalid_grant"}, None, "invalid_grant"),
        (FLOW, {}, {}, [], "no_account"),
        (FLOW, {}, {}, [{"home_account_id": "a"}, {"home_account_id": "b"}], "no_account"),
    ],
)
def test_the_second_move_may_be_refused(
    monkeypatch: pytest.MonkeyPatch, flow: Any, query: Any, answer: Any, accounts: Any, code: str
) -> None:
    with_application(monkeypatch, Application(answer, accounts))
    monkeypatch.setattr(SignIn, "validate", lambda *_what, **_named: CLAIMS)
    with pytest.raises(SignInRefused) as caught:
        made().finish(flow, query)
    assert caught.value.code == code


CACHE = '{"AccessToken": {"x": {"secret": "hush"}}}'
TWO = [{"home_account_id": "other"}, {"home_account_id": "home"}]


@pytest.mark.parametrize(
    ("claims", "named"),
    [
        (None, {"force_refresh": False, "claims_challenge": None}),
        (NEW_TOKEN, {"force_refresh": True, "claims_challenge": None}),
        ('{"a":1}', {"force_refresh": False, "claims_challenge": '{"a":1}'}),
    ],
)
@pytest.mark.parametrize("changed", [False, True])
def test_the_third_move_asks_for_the_persons_token(
    monkeypatch: pytest.MonkeyPatch, claims: str | None, named: dict[str, Any], changed: bool
) -> None:
    application = Application({"access_token": "value", "expires_in": "60"}, TWO)
    application.changes = changed
    with_application(monkeypatch, application)
    token = made(at=1000.0).token(CACHE, "home", claims)
    assert application.asked == [([SANDBOX.scope], {"home_account_id": "home"}, named)]
    assert (token.value, token.expires_at, token.changed, token.roles) == ("value", 1060.0, changed, None)
    assert json.loads(token.cache) == json.loads(CACHE)
    assert (token.cache == CACHE) is not changed, "as it was where nothing changed"
    assert repr(token) == f"AccessToken(expires_at=1060.0, changed={changed})"
    application.answer = {"access_token": "value"}
    assert made(at=1000.0).token("", "home").expires_at == 1000.0


@pytest.mark.parametrize("answer", [None, {"error": "invalid_grant", "error_description": "Over."}])
def test_without_a_token_the_person_is_needed(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    with_application(monkeypatch, Application(answer))
    with pytest.raises(SignInNeeded) as caught:
        made().token("", "home", '{"a":1}')
    error = caught.value
    expected = ("Over.", "invalid_grant") if answer else ("The kept sign-in has ended.", "no_token")
    assert (error.message, error.code, error.claims) == (*expected, '{"a":1}')


@pytest.mark.parametrize(
    ("cache", "account", "code"),
    [
        ("rubbish", "home", "unreadable_cache"),
        ("[1]", "home", "unreadable_cache"),
        ("", "else", "no_account"),
    ],
)
def test_a_cache_that_does_not_serve_needs_the_person(
    monkeypatch: pytest.MonkeyPatch, cache: str, account: str, code: str
) -> None:
    with_application(monkeypatch, Application({"access_token": "x"}))
    with pytest.raises(SignInNeeded) as caught:
        made().token(cache, account)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("answer", "roles"),
    [
        ({"id_token": "genuine"}, ("A", "7")),
        ({"id_token": "forged"}, None),
        ({"id_token": None}, None),
        ({"id_token": 7}, None),
        ({}, None),
    ],
)
def test_roles_are_told_by_a_genuine_token_only(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], roles: tuple[str, ...] | None
) -> None:
    def validate(_self: SignIn, token: str, *, nonce: str | None) -> dict[str, Any]:
        assert nonce is None
        if token != "genuine":
            raise SignInRefused("No.")
        return CLAIMS

    monkeypatch.setattr(SignIn, "validate", validate)
    assert made()._fresh_roles(answer) == roles


def test_the_product_proves_itself_in_a_tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    application = Application({"access_token": "x"})
    authorities = with_application(monkeypatch, application)
    made().prove("tenant")
    assert (application.asked, authorities) == ([([SANDBOX.scope],)], [f"{SANDBOX.authority_url}/tenant"])
    application.answer = {"error": "invalid_client"}
    with pytest.raises(RegistrationRefused):
        made().prove("tenant")


@pytest.mark.parametrize(
    ("told", "hint", "url"),
    [
        ({}, "", f"{SIGN_OUT}?post_logout_redirect_uri=https%3A%2F%2Fhere%2F"),
        (
            {"end_session_endpoint": "https://out"},
            "",
            "https://out?post_logout_redirect_uri=https%3A%2F%2Fhere%2F",
        ),
        (
            {"end_session_endpoint": "https://out?a=1"},
            "me@x",
            "https://out?a=1&post_logout_redirect_uri=https%3A%2F%2Fhere%2F&logout_hint=me%40x",
        ),
    ],
)
def test_the_way_out(told: dict[str, str], hint: str, url: str) -> None:
    assert made(Wire(**told)).sign_out_url("https://here/", hint) == url


# --- the ID token -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "valid"), [(-300.0, True), (-300.5, False)])
def test_a_token_without_a_beginning_is_valid_from_the_first_second(at: float, valid: bool) -> None:
    token = id_token(nbf=None, iat=None, exp=20_000)
    if valid:
        assert made(at=at).validate(token, nonce="the nonce")["tid"] == world.TENANT
    else:
        with pytest.raises(SignInRefused) as caught:
            made(at=at).validate(token, nonce="the nonce")
        assert caught.value.code == "not_yet_valid"


OTHER = "deadbeef-0000-4000-8000-000000000000"
PATTERN = ISSUER.replace(world.TENANT, "{tenantid}")


@pytest.mark.parametrize(
    ("tenant", "allowed", "of", "let_in"),
    [
        (world.TENANT, [], world.TENANT, True),
        (world.TENANT.upper(), [], world.TENANT, True),
        (world.TENANT, [], OTHER, False),
        (world.TENANT, [OTHER], OTHER, True),
        (world.TENANT, [OTHER], world.TENANT, False),
        ("t.example", [], OTHER, True),
        ("t.example", [world.TENANT], OTHER, False),
        ("organizations", ["*"], OTHER, True),
        ("organizations", [world.TENANT], OTHER, False),
        ("organizations", [OTHER.upper()], OTHER, True),
    ],
)
def test_a_tenant_is_let_in_or_not(tenant: str, allowed: list[str], of: str, let_in: bool) -> None:
    wire = Wire()
    where = f"{SANDBOX.authority_url}/{tenant}/v2.0/.well-known/openid-configuration"
    wire.answers[where] = lambda: reply({"issuer": PATTERN, "jwks_uri": KEYS})
    key = tokens.public_jwk() | {"issuer": PATTERN}
    wire.answers[KEYS] = lambda: reply({"keys": [key]})
    ours = made(wire, tenant, allowed_tenants=allowed)
    token = id_token(tid=of, iss=PATTERN.replace("{tenantid}", of))
    if let_in:
        assert ours.validate(token, nonce=None)["tid"] == of
    else:
        with pytest.raises(SignInRefused) as caught:
            ours.validate(token, nonce=None)
        assert caught.value.code == "wrong_tenant"


def test_a_key_is_asked_for_again_after_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(at=10_000.0)
    monkeypatch.setattr("time.monotonic", lambda: clock.at)
    wire = Wire()
    wire.answers[KEYS] = lambda: reply({"keys": []})
    ours = made(wire)

    def asked() -> int:
        with pytest.raises(SignInRefused) as caught:
            ours._key("another")
        assert caught.value.code == "unknown_key"
        return sum(url == KEYS for _method, url, _named in wire.asked)

    assert asked() == 1
    clock.at += 29.9
    assert asked() == 1
    clock.at += 0.1
    assert asked() == 2
    wire.answers[KEYS] = lambda: reply({"keys": [tokens.public_jwk() | {"kid": "another", "issuer": 7}]})
    clock.at += 31
    assert ours._key("another")[1] == ""
    assert sum(url == CONFIGURATION for _method, url, _named in wire.asked) == 1
    clock.at += 3600
    ours._key("another")
    assert sum(url == CONFIGURATION for _method, url, _named in wire.asked) == 2


# --- MSAL -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("authority", ["", "https://elsewhere/t"])
def test_msal_is_told_whom_to_believe(monkeypatch: pytest.MonkeyPatch, authority: str) -> None:
    given: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        msal, "ConfidentialClientApplication", lambda client, **named: given.append((client, named))
    )
    ours = made()
    ours._application("cache", authority)
    assert given == [
        (
            SANDBOX.default_client_id,
            {
                "client_credential": SANDBOX.default_client_secret,
                "authority": authority or AUTHORITY,
                "instance_discovery": False,
                "validate_authority": False,
                "client_capabilities": ["cp1"],
                "token_cache": "cache",
                "http_client": ours._http,
            },
        )
    ]
    proof = Certificate("public", "private")
    by_certificate = SignIn(SANDBOX, "", "", proof, cast(requests.Session, Wire()))
    assert by_certificate._credential() == {"private_key": "private", "public_certificate": "public"}


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (200, "{}", None, ""),
        (400, '{"error": "x"}', None, ""),
        (499, "{}", None, ""),
        (429, "", Throttled, "Microsoft Entra ID answers with status 429."),
        (429, "<html>", Throttled, "Microsoft Entra ID answers with status 429."),
        (500, "{}", ServiceTrouble, "Microsoft Entra ID answers with status 500."),
        (500, "", ServiceTrouble, "Microsoft Entra ID answers with status 500."),
        (503, " \n", ServiceTrouble, "Microsoft Entra ID answers with status 503."),
        (500, "<html>", GatewayAnswer, ...),
        (499, "", GatewayAnswer, ...),
        (428, "", GatewayAnswer, ...),
        (430, "", GatewayAnswer, ...),
        (200, "<html>", GatewayAnswer, ...),
    ],
)
def test_an_answer_of_the_token_endpoint_is_entras_or_not(
    status: int, body: str, kind: type[AzureError] | None, message: Any
) -> None:
    wire = Wire()
    wire.answers["https://token"] = lambda: reply(body, status, Retry_After="7")
    post = made(wire)._http.post
    if kind is None:
        assert post("https://token", data={"a": 1}).text == body
    else:
        with pytest.raises(AzureError) as caught:
            post("https://token", data={"a": 1})
        error = caught.value
        assert (type(error), error.status) == (kind, status)
        if message is not ...:
            assert (error.message, error.retryable, error.retry_after) == (message, True, 7.0)
    assert wire.asked == [("POST", "https://token", {"data": {"a": 1}, "stream": True})]


def test_metadata_is_kept_for_an_hour_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(at=10_000.0)
    monkeypatch.setattr("time.monotonic", lambda: clock.at)
    wire = Wire()
    wire.answers["https://else"] = lambda: reply("{}")
    get = made(wire)._http.get
    for seconds, asked in ((0.0, 1), (3599.9, 1), (3600.0, 2), (3601.0, 2)):
        clock.at = 10_000.0 + seconds
        assert get(CONFIGURATION, headers={"ignored": "x"}).json()["issuer"] == ISSUER
        assert len(wire.asked) == asked, seconds
    wire.asked.clear()
    for _ in range(2):
        assert get("https://else", headers={"a": "b"}).text == "{}"
    assert wire.asked == [("GET", "https://else", {"headers": {"a": "b"}, "stream": True})] * 2


@pytest.mark.parametrize("body", ["[]", "no JSON", '"text"'])
def test_metadata_that_is_none_is_not_kept(body: str) -> None:
    wire = Wire()
    wire.answers["https://keys"] = lambda: reply(body)
    http = made(wire)._http
    with pytest.raises(BadAnswer) as caught:
        http.document("https://keys", 60.0)
    error = caught.value
    assert (error.message, error.status, error.retryable) == (
        "https://keys does not answer with a JSON object.",
        200,
        True,
    )
    wire.answers["https://keys"] = lambda: reply('{"a": 1}')
    assert http.document("https://keys", 60.0) == {"a": 1}


@pytest.mark.parametrize("status", [201, 404, 500])
def test_only_a_good_answer_is_kept(status: int) -> None:
    wire = Wire()
    wire.answers["https://keys"] = lambda: reply('{"a": 1}', status)
    http = made(wire)._http
    for _ in range(2):
        if status >= 400:
            with pytest.raises(requests.HTTPError):
                http.document("https://keys", 60.0)
        else:
            http.document("https://keys", 60.0)
    assert len(wire.asked) == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [(bodies.CannotRead("Too long."), Unreadable), (ProtocolError("cut"), requests.ConnectionError)],
)
def test_a_body_that_cannot_be_read_is_an_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]
) -> None:
    def fail(*_what: object) -> str:
        raise error

    monkeypatch.setattr(bodies, "read", fail)
    wire = Wire()
    wire.answers["https://token"] = lambda: reply("{}", 203)
    with pytest.raises(kind) as caught:
        made(wire)._http.get("https://token")
    if isinstance(caught.value, AzureError):
        assert (caught.value.message, caught.value.status, caught.value.retryable) == ("Too long.", 203, True)


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind", "message", "code"),
    [
        (
            requests.ConnectionError("x"),
            Unreachable,
            "Microsoft Entra ID does not answer.",
            "ConnectionError",
        ),
        (MsalError(), SignInRefused, "Microsoft Entra ID's answer could not be used.", "refused"),
        (PyJWTError("x"), SignInRefused, "Microsoft Entra ID's answer could not be used.", "refused"),
        (RuntimeError("Nonce x"), SignInRefused, "The ID token belongs to another sign-in.", "refused"),
        (
            ValueError("state mismatch"),
            SignInRefused,
            "This answer belongs to another sign-in. Start again.",
            "refused",
        ),
        (
            ValueError("AUTHORITY x"),
            SignInRefused,
            "Microsoft Entra ID does not know this tenant.",
            "refused",
        ),
        (KeyError("x"), SignInRefused, "Microsoft Entra ID's answer could not be used.", "refused"),
        (TypeError("x"), SignInRefused, "Microsoft Entra ID's answer could not be used.", "refused"),
        (AttributeError("x"), SignInRefused, "Microsoft Entra ID's answer could not be used.", "refused"),
        (SignInNeeded("Ours.", code="own"), SignInNeeded, "Ours.", "own"),
        (ZeroDivisionError("x"), ZeroDivisionError, "", ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_others_raise_is_told_in_our_words(
    error: Exception, kind: type[Exception], message: str, code: str
) -> None:
    with pytest.raises(kind) as caught, signin._in_our_words():
        raise error
    told = caught.value
    if isinstance(told, AzureError):
        assert (told.message, told.code, told.retryable) == (message, code, kind is Unreachable)


@pytest.mark.parametrize(
    ("code", "kind", "retryable"),
    [
        ("invalid_grant", SignInRefused, False),
        ("invalid_client", RegistrationRefused, True),
        ("unauthorized_client", RegistrationRefused, True),
        ("temporarily_unavailable", Unreachable, True),
        ("server_error", Unreachable, True),
    ],
)
def test_a_refusal_of_the_token_endpoint(code: str, kind: type[AzureError], retryable: bool) -> None:
    answer = {
        "error": code,
        "error_description": " AADSTS1: First. \r\nTrace",
        "correlation_id": "c",
        "trace_id": "t",
    }
    error = signin._refused(answer)
    assert (type(error), error.code, error.retryable) == (kind, code, retryable)
    assert (error.message, error.raw) == ("AADSTS1: First.", " AADSTS1: First. \r\nTrace")
    assert (error.correlation_id, error.request_id) == ("c", "t")
    silent = signin._refused({"error": code})
    assert (silent.message, silent.correlation_id, silent.request_id) == (code, "", "")
    again = signin._no_token(answer, None)
    assert type(again) is (SignInNeeded if kind is SignInRefused else kind)


@pytest.mark.parametrize(
    ("described", "code"),
    [
        ("AADSTS50105: No role.", "shut_out"),
        ("AADSTS50057: Disabled.", "shut_out"),
        ("AADSTS50034: Unknown.", "shut_out"),
        ("AADSTS501050: Something else.", "invalid_grant"),
        ("AADSTS50173: Ended.", "invalid_grant"),
    ],
)
def test_who_is_shut_out(described: str, code: str) -> None:
    error = signin._no_token({"error": "invalid_grant", "error_description": described}, None)
    assert (error.code, error.message) == (code, described)


@pytest.mark.parametrize(
    ("wanted", "asked", "claims"),
    [
        ('{"b":1}', None, '{"b":1}'),
        ('{"b":1}', '{"a":1}', '{"b":1}'),
        ("", '{"a":1}', '{"a":1}'),
        (None, '{"a":1}', '{"a":1}'),
        (["odd"], '{"a":1}', '{"a":1}'),
        (None, NEW_TOKEN, None),
        (None, None, None),
    ],
)
def test_the_next_sign_in_asks_for_what_is_wanted(wanted: Any, asked: str | None, claims: str | None) -> None:
    error = signin._no_token({"error": "invalid_grant", "claims": wanted}, asked)
    assert isinstance(error, SignInNeeded)
    assert error.claims == claims


def test_small_parts() -> None:
    assert (signin._roles({"roles": ["a", 1]}), signin._roles({}), signin._roles({"roles": "a"})) == (
        ("a", "1"),
        (),
        (),
    )
    assert (signin._text("a"), signin._text(1), signin._text(None)) == ("a", "", "")
    assert signin._hashed("") == ""
    assert [signin._is_number(each) for each in (1, 1.5, True, "1", None)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [signin._is_object(each) for each in ("{}", "[]", "no", "[" * 100_000)] == [
        True,
        False,
        False,
        False,
    ]
    assert AccessToken("v", 1.0, "c", False).roles is None


@pytest.mark.parametrize(
    "claims", ['{"a":"' + "x" * number + '"}' for number in range(4)] + ['{"a":">>>???~~~"}', "[]"]
)
def test_claims_are_decoded_whatever_their_length_and_alphabet(claims: str) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        written = encode(claims.encode()).decode()
        assert decoded_claims(written) == claims
        assert decoded_claims(written.rstrip("=")) == claims


@pytest.mark.parametrize("challenge", ["!", "bm90IGpzb24", "_w", "", "ü"])
def test_what_is_no_challenge_has_no_claims(challenge: str) -> None:
    assert decoded_claims(challenge) is None


# --- certificates -----------------------------------------------------------------------------------------------------


def written(path: Path, *parts: str) -> str:
    path.write_text("".join(parts))
    return str(path)


def test_the_first_certificate_of_a_chain_is_the_products(tmp_path: Path) -> None:
    key, above = new_key(), new_key()
    own, other = certificate(key, "product"), certificate(above, "above")
    for parts in ((own, other, pem(key)), (pem(key), own, other), (own, pem(key))):
        found = read_certificate(written(tmp_path / "c.pem", *parts))
        assert (found.certificate, found.private_key) == (own.strip(), pem(key).strip())
    with pytest.raises(ValueError, match="is not that of the certificate"):
        read_certificate(written(tmp_path / "c.pem", other, own, pem(key)))


def test_what_is_wrong_with_a_certificate_file_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    own = certificate(key, "product")
    path = tmp_path / "c.pem"
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"hush"),
    ).decode()
    broken = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
    hold = f"The file {path} must hold a certificate and its private key, both as PEM text."
    use = f"The certificate or the private key in {path} cannot be used; a key must have no password."
    for parts, message in (
        ((), hold),
        ((own,), hold),
        ((pem(key),), hold),
        ((own, pem(key), pem(key)), hold),
        ((own, locked), use),
        ((own, broken), use),
        (
            (own, pem(new_key())),
            f"The private key in {path} is not that of the certificate, or it is no RSA key.",
        ),
    ):
        with pytest.raises(ValueError, match=r"c\.pem") as caught:
            read_certificate(written(path, *parts))
        assert str(caught.value) == message

    def unsupported(*_what: object, **_named: object) -> None:
        raise UnsupportedAlgorithm("no")

    monkeypatch.setattr(serialization, "load_pem_private_key", unsupported)
    with pytest.raises(ValueError, match="cannot be used"):
        read_certificate(written(path, own, pem(key)))
    path.write_bytes(b"\xff\xfe")
    for place, name in ((path, "UnicodeDecodeError"), (tmp_path / "nowhere.pem", "FileNotFoundError")):
        with pytest.raises(ValueError, match="cannot be read") as caught:
            read_certificate(str(place))
        assert str(caught.value) == f"The certificate file {place} cannot be read: {name}."
