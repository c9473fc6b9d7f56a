from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import msal
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.accounts.certificates import certificate, new_key, pem
from tests.azure.helpers import CALLBACK, Tokens, pick, returned, signed_in, trap
from vmssbuilder.azure import SignIn, cloud, open_session
from vmssbuilder.azure.errors import (
    AzureError,
    GatewayAnswer,
    RegistrationRefused,
    ServiceTrouble,
    SignInNeeded,
    SignInRefused,
    Throttled,
    Unreachable,
)
from vmssbuilder.azure.signin import NEW_TOKEN, Certificate, read_certificate
from vmssbuilder.azure.transport import Session
from vmssbuilder.sandbox import tokens, world
from vmssbuilder.sandbox.entra import ISSUER
from vmssbuilder.sandbox.server import Running, running

SANDBOX = cloud("sandbox")
OTHER_TENANT = "deadbeef-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("account", "name", "roles"),
    [
        ("rita", "Rita Requester", ("Requester",)),
        ("rolf", "Rolf Reviewer", ("Reviewer",)),
        ("sam", "Sam Stranger", ()),
        ("ada", "Ada Administrator", ("Administrator",)),
    ],
)
def test_each_of_the_cast_signs_in(sign_in: SignIn, account: str, name: str, roles: tuple[str, ...]) -> None:
    done = signed_in(sign_in, account)
    identity = done.identity
    assert (identity.name, identity.roles) == (name, roles)
    assert identity.username == f"{account}@contoso.example"
    assert identity.tid == world.TENANT
    assert identity.home_account_id == f"{identity.oid}.{identity.tid}"
    token = sign_in.token(done.cache, identity.home_account_id)
    claims = jwt.decode(token.value, options={"verify_signature": False})
    assert claims["oid"] == identity.oid
    assert claims["aud"] == "https://management.sandbox.invalid"


def test_the_request_carries_state_nonce_pkce_and_the_browser_goes_to_loopback(
    sign_in: SignIn, sandbox: Running
) -> None:
    flow = sign_in.start(CALLBACK)
    asked = dict(parse_qsl(urlsplit(flow["auth_uri"]).query))
    assert flow["auth_uri"].startswith(f"{sandbox.url}/{world.TENANT}/oauth2/v2.0/authorize?")
    assert asked["code_challenge_method"] == "S256"
    assert asked["state"] == flow["state"]
    assert asked["nonce"] != flow["nonce"], "the nonce itself stays here, its hash travels"
    assert flow["code_verifier"] not in flow["auth_uri"]
    assert {"openid", "profile", "offline_access", "https://management.sandbox.invalid/.default"} == set(
        asked["scope"].split()
    )


def test_the_flow_survives_a_session_store(sign_in: SignIn) -> None:
    flow = json.loads(json.dumps(sign_in.start(CALLBACK)))
    kept = json.dumps(flow)
    assert sign_in.finish(flow, pick(flow["auth_uri"], "rita")).identity.name == "Rita Requester"
    assert json.dumps(flow) == kept, "the session's copy is not changed under its owner's hands"


def test_a_login_hint_picks_the_account_and_select_account_asks_again(sign_in: SignIn) -> None:
    flow = sign_in.start(CALLBACK, login_hint="rolf@contoso.example")
    answer = requests.get(flow["auth_uri"], timeout=5, allow_redirects=False)
    assert sign_in.finish(flow, returned(answer)).identity.name == "Rolf Reviewer"

    flow = sign_in.start(CALLBACK, login_hint="rolf@contoso.example", prompt="select_account")
    assert requests.get(flow["auth_uri"], timeout=5, allow_redirects=False).status_code == 200
    assert sign_in.finish(flow, pick(flow["auth_uri"], "ada")).identity.name == "Ada Administrator"


def _refused(sign_in: SignIn, flow: dict[str, Any], query: dict[str, str]) -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        sign_in.finish(flow, query)
    return caught.value


def test_another_state_is_refused(sign_in: SignIn) -> None:
    flow = sign_in.start(CALLBACK)
    query = pick(flow["auth_uri"], "rita")
    error = _refused(sign_in, flow, {**query, "state": "of somebody else"})
    assert "another sign-in" in error.message
    assert flow["state"] not in str(error)


@pytest.mark.parametrize("flow", [{}, {"nonce": "x"}])
def test_a_flow_of_nobody_is_refused(sign_in: SignIn, flow: dict[str, Any]) -> None:
    assert _refused(sign_in, flow, {"code": "x", "state": "y"}).code == "no_flow"


@pytest.mark.parametrize("says_whose", [True, False])
def test_the_person_says_no(sign_in: SignIn, says_whose: bool) -> None:
    flow = sign_in.start(CALLBACK)
    query = {"error": "access_denied", "error_description": "AADSTS65004: declined\r\nTrace: 1"}
    if says_whose:
        query["state"] = flow["state"]
    error = _refused(sign_in, flow, query)
    assert (error.code, error.message) == ("access_denied", "AADSTS65004: declined")


def test_another_nonce_is_refused(sign_in: SignIn) -> None:
    flow = sign_in.start(CALLBACK)
    query = pick(flow["auth_uri"], "rita")
    assert "another sign-in" in _refused(sign_in, {**flow, "nonce": "replayed"}, query).message


def test_a_wrong_pkce_verifier_is_refused_and_burns_the_code(sign_in: SignIn) -> None:
    flow = sign_in.start(CALLBACK)
    query = pick(flow["auth_uri"], "rita")
    error = _refused(sign_in, {**flow, "code_verifier": "x" * 43}, query)
    assert (error.code, "Code_Verifier" in error.message) == ("invalid_grant", True)
    assert _refused(sign_in, flow, query).code == "invalid_grant"


def test_a_code_serves_once(sign_in: SignIn) -> None:
    flow = sign_in.start(CALLBACK)
    query = pick(flow["auth_uri"], "rita")
    sign_in.finish(flow, query)
    assert "already redeemed" in _refused(sign_in, flow, query).message


def test_a_wrong_client_secret_is_refused(session: Session) -> None:
    wrong = SignIn(SANDBOX, "", "", "not the secret", session)
    flow = wrong.start(CALLBACK)
    with pytest.raises(RegistrationRefused, match="AADSTS7000215") as caught:
        wrong.finish(flow, pick(flow["auth_uri"], "rita"))
    assert (caught.value.code, caught.value.retryable) == ("invalid_client", True)


def test_an_unknown_tenant_is_refused(session: Session) -> None:
    with pytest.raises(SignInRefused, match="does not know this tenant"):
        SignIn(SANDBOX, OTHER_TENANT, "", "", session).start(CALLBACK)


# --- tenants ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tenant", ["organizations", "common", world.TENANT, world.TENANT_DOMAIN])
def test_a_tenant_can_be_named_in_several_ways(session: Session, tenant: str) -> None:
    sign_in = SignIn(SANDBOX, tenant, "", "", session)
    assert Tokens(sign_in, "rita")(None)


@pytest.mark.parametrize("tenant", ["organizations", world.TENANT_DOMAIN])
def test_a_tenant_that_is_not_on_the_list_stays_out(session: Session, tenant: str) -> None:
    sign_in = SignIn(SANDBOX, tenant, "", "", session, allowed_tenants=[OTHER_TENANT])
    flow = sign_in.start(CALLBACK)
    assert _refused(sign_in, flow, pick(flow["auth_uri"], "rita")).code == "wrong_tenant"


def test_several_tenants_need_a_list(session: Session) -> None:
    with pytest.raises(ValueError, match="must be named"):
        SignIn(cloud("public"), "organizations", "client", "secret", session)
    SignIn(cloud("public"), "organizations", "client", "secret", session, allowed_tenants=["*"])


@pytest.mark.parametrize("missing", ["tenant", "client id", "client secret"])
def test_a_registration_must_be_complete(session: Session, missing: str) -> None:
    values = {"tenant": world.TENANT, "client id": "client", "client secret": "secret", missing: ""}
    with pytest.raises(ValueError, match=missing):
        SignIn(cloud("public"), values["tenant"], values["client id"], values["client secret"], session)


# --- the ID token ----------------------------------------------------------------------------------------------------

Make = Callable[..., str]


def id_token(
    key: Any = None, header: dict[str, Any] | None = None, algorithm: str = "RS256", **changes: Any
) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": SANDBOX.default_client_id,
        "tid": world.TENANT,
        "oid": world.ACCOUNTS["rita"].oid,
        "nonce": "the nonce",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    headers = header or {"kid": tokens.public_jwk()["kid"]}
    return jwt.encode(
        claims, tokens.signing_key() if key is None else key, algorithm=algorithm, headers=headers
    )


FOREIGN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_a_genuine_id_token_is_accepted(sign_in: SignIn) -> None:
    assert sign_in.validate(id_token(), nonce="the nonce")["oid"] == world.ACCOUNTS["rita"].oid


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("wrong_signature", lambda: id_token(FOREIGN_KEY)),
        ("unknown_key", lambda: id_token(FOREIGN_KEY, {"kid": "mine"})),
        ("unknown_key", lambda: id_token(FOREIGN_KEY, {"typ": "JWT"})),
        ("wrong_algorithm", lambda: id_token("", algorithm="none")),
        ("wrong_algorithm", lambda: id_token("a shared secret, long enough for HS256", algorithm="HS256")),
        ("wrong_signature", lambda: id_token()[:-8] + "AAAAAAAA"),
        ("wrong_issuer", lambda: id_token(iss="https://login.evil.example/v2.0")),
        ("wrong_issuer", lambda: id_token(iss=ISSUER.replace(world.TENANT, OTHER_TENANT))),
        ("wrong_issuer", lambda: id_token(iss=None)),
        ("wrong_audience", lambda: id_token(aud="another-application")),
        ("wrong_audience", lambda: id_token(aud=[SANDBOX.default_client_id, "another-application"])),
        ("wrong_audience", lambda: id_token(aud=None)),
        ("no_tenant", lambda: id_token(tid=None)),
        ("no_tenant", lambda: id_token(tid="../evil")),
        ("no_tenant", lambda: id_token(tid=7)),
        ("no_tenant", lambda: id_token(tid=f"{world.TENANT}/evil")),
        ("wrong_nonce", lambda: id_token(nonce="another")),
        ("wrong_nonce", lambda: id_token(nonce=None)),
        ("expired", lambda: id_token(exp=int(time.time()) - 301)),
        ("not_yet_valid", lambda: id_token(nbf=int(time.time()) + 310)),
        ("no_times", lambda: id_token(exp=None)),
        ("no_times", lambda: id_token(exp="tomorrow")),
        ("no_times", lambda: id_token(exp=True)),
        ("no_times", lambda: id_token(nbf="yesterday")),
        ("no_times", lambda: id_token(nbf=False)),
        ("no_person", lambda: id_token(oid=None)),
        ("no_person", lambda: id_token(oid="")),
        ("no_person", lambda: id_token(oid=7)),
        ("no_id_token", lambda: ""),
        ("no_id_token", lambda: "a.b.c"),
        ("no_id_token", lambda: base64.b64encode(b"rubbish").decode()),
    ],
)
def test_a_tampered_id_token_is_refused(sign_in: SignIn, code: str, make: Make) -> None:
    with pytest.raises(SignInRefused) as caught:
        sign_in.validate(make(), nonce="the nonce")
    assert caught.value.code == code


def test_another_tenants_issuer_and_tid_do_not_pass_together(session: Session) -> None:
    """Genuine in every way, from a tenant that is not let in."""
    sign_in = SignIn(SANDBOX, "organizations", "", "", session)
    token = id_token(tid=OTHER_TENANT, iss=ISSUER.replace(world.TENANT, OTHER_TENANT))
    with pytest.raises(SignInRefused) as caught:
        sign_in.validate(token, nonce="the nonce")
    assert caught.value.code == "wrong_tenant"
    anyone = SignIn(SANDBOX, "organizations", "", "", session, allowed_tenants=["*"])
    assert anyone.validate(token, nonce="the nonce")["tid"] == OTHER_TENANT


@pytest.mark.parametrize("off", [-299, 299])
def test_clocks_may_differ_a_little(session: Session, off: int) -> None:
    sign_in = SignIn(SANDBOX, "", "", "", session, now=lambda: time.time() + off)
    now = int(time.time())
    assert sign_in.validate(id_token(nbf=now, exp=now + 1), nonce="the nonce")


def test_the_last_second_counts(session: Session) -> None:
    sign_in = SignIn(SANDBOX, "", "", "", session, now=lambda: 10_000.0)
    assert sign_in.validate(id_token(nbf=9_000, exp=9_700), nonce="the nonce")
    assert sign_in.validate(id_token(nbf=10_300, exp=20_000), nonce="the nonce")
    for code, times in (("expired", (9_000, 9_699)), ("not_yet_valid", (10_301, 20_000))):
        with pytest.raises(SignInRefused) as caught:
            sign_in.validate(id_token(nbf=times[0], exp=times[1]), nonce="the nonce")
        assert caught.value.code == code


def test_a_token_without_a_beginning_counts_from_when_it_was_issued(session: Session) -> None:
    sign_in = SignIn(SANDBOX, "", "", "", session, now=lambda: 10_000.0)
    assert sign_in.validate(id_token(nbf=None, iat=10_300, exp=20_000), nonce="the nonce")
    assert sign_in.validate(id_token(nbf=None, iat=None, exp=20_000), nonce="the nonce")
    with pytest.raises(SignInRefused) as caught:
        sign_in.validate(id_token(nbf=None, iat=10_301, exp=20_000), nonce="the nonce")
    assert caught.value.code == "not_yet_valid"


def test_an_empty_nonce_matches_nothing(sign_in: SignIn) -> None:
    with pytest.raises(SignInRefused):
        sign_in.validate(id_token(nonce=""), nonce="")


def test_keys_are_asked_for_again_when_one_is_unknown_but_not_each_time(
    sign_in: SignIn, session: Session
) -> None:
    asked: list[str] = []
    session.hooks["response"].append(lambda response, **_: asked.append(urlsplit(response.url).path))
    for _ in range(3):
        with pytest.raises(SignInRefused):
            sign_in.validate(id_token(header={"kid": "unknown"}), nonce="the nonce")
    assert sum(path.endswith("/keys") for path in asked) == 1
    kept = session.__dict__["kept_metadata"]
    for url, (at, answer) in list(kept.items()):
        kept[url] = (at - 31, answer)
    with pytest.raises(SignInRefused):
        sign_in.validate(id_token(header={"kid": "unknown"}), nonce="the nonce")
    assert sum(path.endswith("/keys") for path in asked) == 2
    assert sum(path.endswith("openid-configuration") for path in asked) == 1


# --- tokens afterwards -----------------------------------------------------------------------------------------------


def test_a_token_comes_from_the_cache_without_asking_anybody(sign_in: SignIn, session: Session) -> None:
    done = signed_in(sign_in, "rita")
    asked: list[str] = []
    session.hooks["response"].append(lambda response, **_: asked.append(response.url))
    first = sign_in.token(done.cache, done.identity.home_account_id)
    second = sign_in.token(first.cache, done.identity.home_account_id)
    assert (first.value, asked) == (second.value, [])
    assert not first.changed
    assert first.cache == done.cache
    assert first.value not in repr(first)


def test_an_old_token_is_refreshed_and_the_refresh_token_rotates(sign_in: SignIn, sandbox: Running) -> None:
    # MSAL takes a token with less than five minutes left for expired.
    sandbox.sandbox.entra.token_lifetime = 200
    done = signed_in(sign_in, "rita")
    first = sign_in.token(done.cache, done.identity.home_account_id)
    second = sign_in.token(first.cache, done.identity.home_account_id)
    assert first.changed
    assert second.changed
    assert len({first.value, second.value}) == 2
    assert _refresh_token(first.cache) != _refresh_token(done.cache)
    # Two processes may refresh at the same moment: the older one still serves.
    assert sign_in.token(done.cache, done.identity.home_account_id).value


def _refresh_token(cache: str) -> str:
    (entry,) = json.loads(cache)["RefreshToken"].values()
    return str(entry["secret"])


def test_a_new_token_can_be_demanded(sign_in: SignIn) -> None:
    done = signed_in(sign_in, "rita")
    first = sign_in.token(done.cache, done.identity.home_account_id)
    second = sign_in.token(first.cache, done.identity.home_account_id, NEW_TOKEN)
    assert second.value != first.value
    assert second.changed
    assert (first.roles, second.roles) == (None, ("Requester",)), "a new one says what the person may do"


def test_where_nothing_is_left_to_refresh_the_person_is_needed(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = signed_in(sign_in, "rita")
    application = msal.ConfidentialClientApplication
    monkeypatch.setattr(application, "acquire_token_silent_with_error", lambda *_what, **_named: None)
    with pytest.raises(SignInNeeded) as caught:
        sign_in.token(done.cache, done.identity.home_account_id)
    assert caught.value.code == "no_token"


def test_a_revoked_sign_in_needs_the_person(sign_in: SignIn, sandbox: Running) -> None:
    done = signed_in(sign_in, "rita")
    sandbox.sandbox.entra.revoke("rita")
    with pytest.raises(SignInNeeded, match="revoked") as caught:
        sign_in.token(done.cache, done.identity.home_account_id, NEW_TOKEN)
    assert caught.value.code == "invalid_grant"
    assert caught.value.claims is None
    assert caught.value.correlation_id


@pytest.mark.parametrize("cache", ["", "{}", "not json", "[1]"])
def test_no_kept_sign_in_needs_the_person(sign_in: SignIn, cache: str) -> None:
    with pytest.raises(SignInNeeded):
        sign_in.token(cache, "somebody.else")


def test_nobody_gets_the_token_of_another(sign_in: SignIn) -> None:
    rita, rolf = signed_in(sign_in, "rita"), signed_in(sign_in, "rolf")
    with pytest.raises(SignInNeeded):
        sign_in.token(rita.cache, rolf.identity.home_account_id)


def test_entra_out_of_reach_is_said_and_can_be_tried_again() -> None:
    with running() as gone:
        url = gone.url
    with open_session(SANDBOX, url) as session:
        sign_in = SignIn(SANDBOX, "", "", "", session)
        with pytest.raises(Unreachable) as caught:
            sign_in.start(CALLBACK)
        assert caught.value.retryable


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, None), (503, "<html><title>Down</title></html>"), (200, "not json"), (200, "[]"), (429, "")],
)
def test_trouble_at_entra_is_an_error_of_ours(
    sandbox: Running, sign_in: SignIn, status: int, body: str | None
) -> None:
    sandbox.fault("status", path="openid-configuration", status=status, body=body)
    with pytest.raises(AzureError):
        sign_in.start(CALLBACK)
    assert sign_in.start(CALLBACK)["auth_uri"], "trouble is not remembered"


def test_trouble_at_the_token_endpoint_is_an_error_of_ours(sandbox: Running, sign_in: SignIn) -> None:
    for options in ({"status": 500}, {"status": 200, "body": "not json"}, {"status": 200, "body": "{}"}):
        flow = sign_in.start(CALLBACK)
        query = pick(flow["auth_uri"], "rita")
        sandbox.fault("status", path="/token", **options)
        with pytest.raises(AzureError):
            sign_in.finish(flow, query)
    done = signed_in(sign_in, "rita")
    sandbox.fault("reset", path="/token")
    with pytest.raises(Unreachable):
        sign_in.token(done.cache, done.identity.home_account_id, NEW_TOKEN)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, "", Throttled),
        (429, "Slow down.", Throttled),
        (500, "", ServiceTrouble),
        (500, "{}", ServiceTrouble),
        (503, " ", ServiceTrouble),
        (500, "<html>", GatewayAnswer),
        (499, "", GatewayAnswer),
        (404, "<html>", GatewayAnswer),
    ],
)
def test_who_answers_in_place_of_entra_is_told_apart_from_its_trouble(
    sandbox: Running, sign_in: SignIn, status: int, body: str, kind: type[AzureError]
) -> None:
    done = signed_in(sign_in, "rita")
    sandbox.fault("status", path="/token", status=status, body=body)
    with pytest.raises(AzureError) as caught:
        sign_in.token(done.cache, done.identity.home_account_id, NEW_TOKEN)
    assert type(caught.value) is kind
    assert caught.value.status == status


def test_a_redirect_of_the_token_endpoint_is_not_followed(sandbox: Running, sign_in: SignIn) -> None:
    flow = sign_in.start(CALLBACK)
    query = pick(flow["auth_uri"], "rita")
    with trap() as elsewhere:
        sandbox.fault(
            "status", path="/token", status=307, headers={"Location": f"{elsewhere.url}/token"}, body=""
        )
        with pytest.raises(AzureError):
            sign_in.finish(flow, query)
        assert elsewhere.fell_in == []


def test_signing_out_ends_the_entra_session_too(sign_in: SignIn, sandbox: Running) -> None:
    url = sign_in.sign_out_url("http://localhost:8000/sign-in/?from=a%26b")
    assert url.startswith(f"{sandbox.url}/")
    assert parse_qs(urlsplit(url).query)["post_logout_redirect_uri"] == [
        "http://localhost:8000/sign-in/?from=a%26b"
    ]
    answer = requests.get(url, timeout=5, allow_redirects=False)
    assert answer.headers["Location"] == "http://localhost:8000/sign-in/?from=a%26b"


def test_claims_are_asked_for_at_sign_in(sign_in: SignIn) -> None:
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'
    flow = sign_in.start(CALLBACK, claims=claims)
    asked = json.loads(dict(parse_qsl(urlsplit(flow["auth_uri"]).query))["claims"])
    assert asked["access_token"]["nbf"] == {"essential": True, "value": "1700000000"}
    assert asked["access_token"]["xms_cc"] == {"values": ["cp1"]}, "without cp1 Entra ID never challenges"
    assert sign_in.finish(flow, pick(flow["auth_uri"], "rita")).identity.name == "Rita Requester"


# --- the product itself ----------------------------------------------------------------------------------------------


@pytest.fixture
def client_pem(tmp_path: Path) -> tuple[Path, str]:
    """A file with key and certificate, and the certificate alone."""
    key = new_key()
    public = certificate(key, "vmssbuilder")
    (tmp_path / "client.pem").write_text(pem(key) + public)
    return tmp_path / "client.pem", public


def test_a_certificate_takes_the_secrets_place(
    session: Session, sandbox: Running, client_pem: tuple[Path, str]
) -> None:
    proof = read_certificate(str(client_pem[0]))
    assert "PRIVATE" not in repr(proof)
    by_certificate = SignIn(SANDBOX, "", "", proof, session)
    with pytest.raises(RegistrationRefused, match="AADSTS700027"):
        signed_in(by_certificate, "rita")
    sandbox.sandbox.entra.trust(client_pem[1])
    done = signed_in(by_certificate, "rita")
    assert by_certificate.token(done.cache, done.identity.home_account_id, NEW_TOKEN).changed
    sandbox.sandbox.entra.reset()


def test_a_certificate_signed_for_with_another_key_is_refused(
    session: Session, sandbox: Running, client_pem: tuple[Path, str]
) -> None:
    sandbox.sandbox.entra.trust(client_pem[1])
    forged = Certificate(client_pem[1], pem(new_key()))
    with pytest.raises(RegistrationRefused, match="AADSTS700024"):
        SignIn(SANDBOX, "", "", forged, session).prove(world.TENANT)
    sandbox.sandbox.entra.reset()


def test_a_certificate_of_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "client.pem"
    path.write_text(pem(key) + certificate(key, "x"))  # type: ignore[arg-type] # it signs as well
    with pytest.raises(ValueError, match="it is no RSA key"):
        read_certificate(str(path))


@pytest.mark.parametrize("content", ["", "secret", "only key", "only certificate", "others", "binary"])
def test_a_certificate_file_that_cannot_serve_is_explained(tmp_path: Path, content: str) -> None:
    key = new_key()
    public = certificate(key, "x")
    contents = {"only key": pem(key), "only certificate": public, "others": public + pem(new_key())}
    path = tmp_path / "client.pem"
    path.write_bytes(b"\xff\xfe" if content == "binary" else contents.get(content, content).encode())
    with pytest.raises(ValueError, match=re.escape(str(path))) as caught:
        read_certificate(str(path))
    assert "PRIVATE KEY" not in str(caught.value)


def test_a_secret_that_ended_meanwhile_is_not_taken_for_a_lost_sign_in(
    sign_in: SignIn, session: Session
) -> None:
    done = signed_in(sign_in, "rita")
    wrong = SignIn(SANDBOX, "", "", "ended", session)
    with pytest.raises(RegistrationRefused) as caught:
        wrong.token(done.cache, done.identity.home_account_id, NEW_TOKEN)
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("options", "kind", "wait"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}}, Throttled, 7.0),
        ({"status": 503, "body": '{"error": {"code": "x"}}'}, ServiceTrouble, None),
        ({"status": 502, "body": "<html>"}, GatewayAnswer, None),
        ({"status": 400, "body": '{"error": "temporarily_unavailable"}'}, Unreachable, None),
    ],
)
def test_passing_trouble_at_a_refresh_can_be_tried_again(
    sandbox: Running, sign_in: SignIn, options: dict[str, Any], kind: type[AzureError], wait: float | None
) -> None:
    done = signed_in(sign_in, "rita")
    sandbox.fault("status", path="/token", **options)
    with pytest.raises(kind) as caught:
        sign_in.token(done.cache, done.identity.home_account_id, NEW_TOKEN)
    assert (caught.value.retryable, caught.value.retry_after) == (True, wait)
    assert sign_in.token(done.cache, done.identity.home_account_id, NEW_TOKEN).value


def test_an_error_of_an_unknown_shape_is_an_error_of_ours(sandbox: Running, sign_in: SignIn) -> None:
    flow = sign_in.start(CALLBACK)
    query = pick(flow["auth_uri"], "rita")
    sandbox.fault(
        "status", path="/token", status=400, body='{"error": {"code": ["x"]}, "error_description": []}'
    )
    with pytest.raises(SignInRefused):
        sign_in.finish(flow, query)


@pytest.mark.parametrize(
    "key", [{"kty": "RSA"}, {"kty": "RSA", "n": "", "e": "AQAB"}, {"kty": "RSA", "n": 5, "e": []}]
)
def test_a_published_key_that_is_none_is_an_error_of_ours(
    sandbox: Running, sign_in: SignIn, key: dict[str, Any]
) -> None:
    keys = json.dumps({"keys": [{"kid": tokens.public_jwk()["kid"], **key}]})
    sandbox.fault("status", path="/keys", status=200, body=keys)
    with pytest.raises(SignInRefused):
        sign_in.validate(id_token(), nonce="the nonce")


def test_a_key_speaks_for_its_own_issuer_only(sandbox: Running, sign_in: SignIn) -> None:
    """Keys of several issuers stand side by side in one document."""
    keys = json.dumps(
        {"keys": [{**tokens.public_jwk(), "issuer": "https://login.sandbox.invalid/other/v2.0"}]}
    )
    sandbox.fault("status", path="/keys", status=200, body=keys)
    with pytest.raises(SignInRefused) as caught:
        sign_in.validate(id_token(), nonce="the nonce")
    assert caught.value.code == "wrong_issuer"


def test_the_issuer_is_looked_at_where_the_key_does_not_name_one(sandbox: Running, sign_in: SignIn) -> None:
    key = {name: value for name, value in tokens.public_jwk().items() if name != "issuer"}
    sandbox.fault("status", path="/keys", status=200, body=json.dumps({"keys": [key]}))
    assert sign_in.validate(id_token(), nonce="the nonce")
    with pytest.raises(SignInRefused) as caught:
        sign_in.validate(id_token(iss="https://login.evil.example/v2.0"), nonce="the nonce")
    assert caught.value.code == "wrong_issuer"


def test_where_no_issuer_is_published_no_token_is_genuine(
    sandbox: Running, sign_in: SignIn, session: Session
) -> None:
    key = {name: value for name, value in tokens.public_jwk().items() if name != "issuer"}
    sandbox.fault("status", path="/keys", status=200, body=json.dumps({"keys": [key]}))
    published = {"jwks_uri": f"{sandbox.url}/{world.TENANT}/discovery/v2.0/keys", "issuer": ""}
    sandbox.fault("status", path="openid-configuration", status=200, body=json.dumps(published))
    with pytest.raises(SignInRefused) as caught:
        sign_in.validate(id_token(iss=""), nonce="the nonce")
    assert caught.value.code == "wrong_issuer"


def test_a_key_of_another_kind_under_the_same_id_is_passed_over(sandbox: Running, sign_in: SignIn) -> None:
    others = ["rubbish", {"kid": tokens.public_jwk()["kid"], "kty": "EC"}]
    keys = json.dumps({"keys": [*others, tokens.public_jwk()]})
    sandbox.fault("status", path="/keys", status=200, body=keys)
    assert sign_in.validate(id_token(), nonce="the nonce")


@pytest.mark.parametrize("accounts", [[], [{"home_account_id": "a"}, {"home_account_id": "b"}]])
def test_an_answer_that_names_not_just_one_account_is_refused(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, accounts: list[dict[str, str]]
) -> None:
    monkeypatch.setattr(msal.ConfidentialClientApplication, "get_accounts", lambda *_what: accounts)
    flow = sign_in.start(CALLBACK)
    assert _refused(sign_in, flow, pick(flow["auth_uri"], "rita")).code == "no_account"


def test_tenants_are_let_in_however_their_letters_are_written(session: Session) -> None:
    sign_in = SignIn(
        SANDBOX, "organizations", "", "", session, allowed_tenants=[world.TENANT.upper(), OTHER_TENANT]
    )
    assert sign_in.validate(id_token(), nonce="the nonce")


# --- guests, and proof that only the person has ----------------------------------------------------------------------


def test_a_guest_is_known_by_this_directory_and_kept_by_their_home(sandbox: Running, sign_in: SignIn) -> None:
    sandbox.sandbox.entra.make_guest("sam", "9e57000d-0000-4000-8000-000000000001", OTHER_TENANT)
    done = signed_in(sign_in, "sam")
    assert (done.identity.oid, done.identity.tid) == (world.ACCOUNTS["sam"].oid, world.TENANT)
    assert done.identity.home_account_id == f"9e57000d-0000-4000-8000-000000000001.{OTHER_TENANT}"
    assert sign_in.token(done.cache, done.identity.home_account_id, NEW_TOKEN).changed
    sandbox.sandbox.entra.reset()


def test_what_a_refresh_cannot_give_is_asked_of_the_person(sandbox: Running, sign_in: SignIn) -> None:
    claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    done = signed_in(sign_in, "rita")
    sandbox.sandbox.entra.demand("rita", claims)
    with pytest.raises(SignInNeeded) as caught:
        sign_in.token(done.cache, done.identity.home_account_id, NEW_TOKEN)
    assert caught.value.claims == claims, "Entra ID itself says what it wants"
    flow = sign_in.start(CALLBACK, claims=caught.value.claims)
    again = sign_in.finish(flow, pick(flow["auth_uri"], "rita"))
    assert sign_in.token(again.cache, again.identity.home_account_id, NEW_TOKEN).changed


@pytest.mark.parametrize("name", ["public", "usgov", "china"])
def test_one_setting_chooses_the_cloud(session: Session, name: str) -> None:
    chosen = cloud(name)
    sign_in = SignIn(chosen, world.TENANT, "client", "secret", session)
    document = json.dumps(
        {
            "issuer": f"{chosen.authority_url}/{world.TENANT}/v2.0",
            "authorization_endpoint": f"{chosen.authority_url}/{world.TENANT}/oauth2/v2.0/authorize",
            "token_endpoint": f"{chosen.authority_url}/{world.TENANT}/oauth2/v2.0/token",
        }
    )
    answer = requests.Response()
    answer.status_code, answer._content = 200, document.encode()
    url = f"{chosen.authority_url}/{world.TENANT}/v2.0/.well-known/openid-configuration"
    session.__dict__.setdefault("kept_metadata", {})[url] = (time.monotonic(), answer)
    uri = sign_in.start(CALLBACK)["auth_uri"]
    assert uri.startswith(f"{chosen.authority_url}/{world.TENANT}/oauth2/v2.0/authorize?")
    assert f"{chosen.arm_url}/.default" in parse_qs(urlsplit(uri).query)["scope"][0].split()
