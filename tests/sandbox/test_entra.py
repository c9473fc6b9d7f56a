from __future__ import annotations

import base64
import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
import requests

from vmssbuilder.sandbox import entra, tokens, world
from vmssbuilder.sandbox.server import Running, running

CLOUD = world.CLOUD
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "client_id": CLOUD.default_client_id,
    "response_type": "code",
    "redirect_uri": "http://localhost:8000/callback",
    "scope": f"openid profile offline_access {CLOUD.scope}",
    "state": "the state",
    "nonce": "the nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "client_info": "1",
}


def authorize(sandbox: Running, *, account: str | None = "rita", **changes: str) -> requests.Response:
    asked = {name: value for name, value in {**ASKED, **changes}.items() if value}
    url = f"{sandbox.url}/{world.TENANT}/oauth2/v2.0/authorize?{urlencode(asked)}"
    if account is None:
        return requests.get(url, timeout=5, allow_redirects=False)
    return requests.post(url, data={"account": account}, timeout=5, allow_redirects=False)


def query(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def redeem(sandbox: Running, code: str, /, **changes: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": CLOUD.default_client_id,
        "client_secret": CLOUD.default_client_secret,
        "code": code,
        "redirect_uri": ASKED["redirect_uri"],
        "code_verifier": VERIFIER,
        **changes,
    }
    return requests.post(f"{sandbox.url}/{world.TENANT}/oauth2/v2.0/token", data=form, timeout=5)


def signed_in(sandbox: Running, account: str = "rita") -> dict[str, Any]:
    answer = redeem(sandbox, query(authorize(sandbox, account=account))["code"])
    assert answer.status_code == 200, answer.text
    value: dict[str, Any] = answer.json()
    return value


def test_discovery_sends_browsers_to_loopback_and_servers_to_https(sandbox: Running) -> None:
    by_name = {"Host": world.CLOUD.authority_host}
    found = requests.get(
        f"{sandbox.url}/{world.TENANT}/v2.0/.well-known/openid-configuration", headers=by_name, timeout=5
    ).json()
    assert found["authorization_endpoint"].startswith(f"{sandbox.url}/")
    assert found["end_session_endpoint"].startswith(f"{sandbox.url}/")
    assert found["token_endpoint"] == f"https://login.sandbox.invalid/{world.TENANT}/oauth2/v2.0/token"
    assert found["jwks_uri"].startswith("https://login.sandbox.invalid/")
    assert found["issuer"] == entra.ISSUER
    many = requests.get(
        f"{sandbox.url}/organizations/v2.0/.well-known/openid-configuration", headers=by_name, timeout=5
    ).json()
    assert many["issuer"] == "https://login.sandbox.invalid/{tenantid}/v2.0"


def test_whoever_comes_by_another_name_is_led_on_by_that_name(sandbox: Running) -> None:
    for host, forwarded, place in (
        (sandbox.url.removeprefix("http://"), {}, sandbox.url),
        ("localhost:4443", {"X-Forwarded-Proto": "https"}, "https://localhost:4443"),
    ):
        found = requests.get(
            f"{sandbox.url}/{world.TENANT}/v2.0/.well-known/openid-configuration",
            headers={"Host": host, **forwarded},
            timeout=5,
        ).json()
        assert found["issuer"] == f"{place}/{world.TENANT}/v2.0"
        assert found["token_endpoint"] == f"{place}/{world.TENANT}/oauth2/v2.0/token"


def test_unknown_tenants_and_pages(sandbox: Running) -> None:
    assert (
        requests.get(
            f"{sandbox.url}/fabrikam.example/v2.0/.well-known/openid-configuration", timeout=5
        ).status_code
        == 400
    )
    assert requests.get(f"{sandbox.url}/common/oauth2/v2.0/devicecode", timeout=5).status_code == 404
    assert requests.get(f"{sandbox.url}/common/oauth2/v2.0/token", timeout=5).status_code == 404


def test_the_page_offers_four_people_and_says_what_is_asked(sandbox: Running) -> None:
    page = authorize(sandbox, account=None)
    assert page.status_code == 200
    for account in world.ACCOUNTS.values():
        assert account.name in page.text
        assert account.username in page.text
    assert "Act on Azure resources as you" in page.text
    assert "http://localhost:8000" in page.headers["Content-Security-Policy"], (
        "Chromium wants the way back allowed"
    )
    assert page.headers["Cache-Control"] == "no-store"


def test_tokens_say_who_and_are_signed(sandbox: Running) -> None:
    answer = signed_in(sandbox)
    (key,) = requests.get(f"{sandbox.url}/common/discovery/v2.0/keys", timeout=5).json()["keys"]
    public = jwt.PyJWK(key)
    id_claims = jwt.decode(
        answer["id_token"],
        public,
        algorithms=["RS256"],
        audience=CLOUD.default_client_id,
        issuer=entra.ISSUER,
    )
    assert id_claims["nonce"] == "the nonce"
    assert id_claims["roles"] == ["Requester"]
    assert (id_claims["tid"], id_claims["preferred_username"]) == (world.TENANT, "rita@contoso.example")
    access = jwt.decode(
        answer["access_token"],
        public,
        algorithms=["RS256"],
        audience="https://management.sandbox.invalid",
        issuer=entra.ISSUER,
    )
    assert access["oid"] == id_claims["oid"] == world.ACCOUNTS["rita"].oid
    assert access["exp"] == pytest.approx(time.time() + 3600, abs=5)
    info = base64.urlsafe_b64decode(answer["client_info"] + "==")
    assert world.ACCOUNTS["rita"].oid.encode() in info


def test_someone_without_roles_has_none(sandbox: Running) -> None:
    claims = jwt.decode(signed_in(sandbox, "sam")["id_token"], options={"verify_signature": False})
    assert "roles" not in claims


@pytest.mark.parametrize(
    "uri",
    ["", "https://evil.example/callback", "http://localhost.evil.example/", "http://localhost@evil.example/", "javascript:alert(1)", "http://localhost\\@evil.example/", "//evil.example", "http://localhost:8000/#x", "http://[::1/", "http://localhost:8000/\r\nSet-Cookie:x"],
)  # fmt: skip
def test_nobody_is_sent_to_an_address_elsewhere(sandbox: Running, uri: str) -> None:
    answer = authorize(sandbox, redirect_uri=uri)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    out = requests.get(
        f"{sandbox.url}/logout", params={"post_logout_redirect_uri": uri}, timeout=5, allow_redirects=False
    )
    assert (out.status_code, "Location" in out.headers) == (200, False)


def test_an_unknown_application_is_refused(sandbox: Running) -> None:
    answer = authorize(sandbox, client_id="<b>x</b>")
    assert answer.status_code == 400
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"scope": CLOUD.scope}, "invalid_request"),
        ({"scope": "openid https://graph.example/.default"}, "invalid_resource"),
    ],
)
def test_a_faulty_request_goes_back_with_its_state(
    sandbox: Running, changes: dict[str, str], error: str
) -> None:
    found = query(authorize(sandbox, **changes))
    assert (found["error"], found["state"]) == (error, "the state")
    assert "code" not in found


def test_prompt_and_hints(sandbox: Running) -> None:
    assert query(authorize(sandbox, account=None, prompt="none"))["error"] == "login_required"
    assert "code" in query(authorize(sandbox, account=None, login_hint="RITA@contoso.example"))
    assert "code" in query(authorize(sandbox, account=None, login_hint="ada"))
    assert authorize(sandbox, account=None, login_hint="nobody@contoso.example").status_code == 200
    assert authorize(sandbox, account=None, login_hint="ada", prompt="select_account").status_code == 200
    assert authorize(sandbox, account="nobody").status_code == 200, "an unknown account is asked again"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"code_verifier": CHALLENGE}, 400, "invalid_grant"),
        ({"redirect_uri": "http://localhost:8000/other"}, 400, "invalid_grant"),
        ({"code": "guessed"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_secret": "naïve"}, 401, "invalid_client"),
        ({"client_id": "another"}, 400, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
        ({"scope": "openid https://graph.example/.default"}, 400, "invalid_scope"),
    ],
)
def test_a_code_is_redeemed_only_as_it_was_asked_for(
    sandbox: Running, changes: dict[str, str], status: int, error: str
) -> None:
    code = query(authorize(sandbox))["code"]
    answer = redeem(sandbox, code, **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"].startswith("AADSTS")
    assert "access_token" not in answer.json()


def test_a_code_serves_once(sandbox: Running) -> None:
    code = query(authorize(sandbox))["code"]
    assert redeem(sandbox, code, code_verifier="w" * 43).status_code == 400
    assert redeem(sandbox, code).status_code == 400, "a failed attempt uses it up as well"


def test_a_code_grows_old(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    code = query(authorize(sandbox))["code"]
    monkeypatch.setattr(entra, "CODE_LIFETIME", -1)
    assert "expired" in redeem(sandbox, code).json()["error_description"]


def test_the_secret_may_come_as_basic_authentication(sandbox: Running) -> None:
    code = query(authorize(sandbox))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": ASKED["redirect_uri"],
        "code_verifier": VERIFIER,
    }
    url = f"{sandbox.url}/{world.TENANT}/oauth2/v2.0/token"
    assert (
        requests.post(url, data=form, auth=(CLOUD.default_client_id, "wrong"), timeout=5).status_code == 401
    )
    assert requests.post(url, data=form, headers={"Authorization": "Basic !"}, timeout=5).status_code == 400
    assert (
        requests.post(
            url, data=form, auth=(CLOUD.default_client_id, CLOUD.default_client_secret), timeout=5
        ).status_code
        == 200
    )


def refresh(sandbox: Running, token: str) -> requests.Response:
    return redeem(sandbox, "", grant_type="refresh_token", refresh_token=token)


def test_refresh_tokens_rotate_and_can_be_revoked(sandbox: Running) -> None:
    first = signed_in(sandbox)
    second = refresh(sandbox, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert "nonce" not in jwt.decode(second["id_token"], options={"verify_signature": False})
    of_rolf = signed_in(sandbox, "rolf")["refresh_token"]
    sandbox.sandbox.entra.revoke("rita")
    for token in (first["refresh_token"], second["refresh_token"], "guessed", ""):
        answer = refresh(sandbox, token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert refresh(sandbox, of_rolf).status_code == 200


def test_many_who_come_at_once_after_the_start_get_tokens_of_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(8)

    @cache
    def made() -> object:
        time.sleep(0.02)
        return object()

    def ask(_number: int) -> object:
        together.wait()
        return tokens.signing_key()

    monkeypatch.setattr(tokens, "_made_key", made)
    with ThreadPoolExecutor(8) as many:
        assert len(set(many.map(ask, range(8)))) == 1


def test_refresh_tokens_grow_old(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    token = signed_in(sandbox)["refresh_token"]
    monkeypatch.setattr(entra, "REFRESH_LIFETIME", -1)
    assert "inactivity" in refresh(sandbox, token).json()["error_description"]


def test_no_refresh_token_without_offline_access(sandbox: Running) -> None:
    code = query(authorize(sandbox, scope=f"openid {CLOUD.scope}"))["code"]
    assert "refresh_token" not in redeem(sandbox, code).json()


def test_the_registration_comes_from_whoever_starts_it() -> None:
    with running(client_id="mine", client_secret="also mine") as sandbox:
        assert authorize(sandbox).status_code == 400
        code = query(authorize(sandbox, client_id="mine"))["code"]
        assert redeem(sandbox, code, client_id="mine", client_secret="also mine").status_code == 200
