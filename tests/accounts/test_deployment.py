from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.urls import reverse
from pytest_django import Settings

from tests.accounts.certificates import certificate, new_key, pem
from tests.accounts.entra import browser, sign_in
from vmssbuilder import settings as settings_module
from vmssbuilder.accounts import deployment, keyholders
from vmssbuilder.accounts.deployment import Check, checks
from vmssbuilder.accounts.models import Role, TokenCache
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.server import Running

pytestmark = pytest.mark.django_db

HERE = "http://127.0.0.1:8000"
KEYS = "VMSSBUILDER_SECRET_KEYS"
OTHER_TENANT = "deadbeef-0000-4000-8000-000000000000"


def found(title: str, url: str = HERE) -> list[Check]:
    return [each for each in checks(url) if each.title == title]


def the(title: str, url: str = HERE) -> Check:
    (check,) = found(title, url)
    return check


def run(*words: str) -> str:
    said = StringIO()
    call_command("check_azure", *words, stdout=said)
    return said.getvalue()


def test_a_sandbox_that_works_misses_nothing(sandbox: Running) -> None:
    sign_in(browser(), "rita")
    assert {each.outcome for each in checks(HERE)} == {"good", "note"}
    said = run("--url", HERE)
    assert "Entra ID accepts it." in said
    assert f"{HERE}/sign-in/callback/ is registered" in said
    assert "Nothing is missing." in said
    assert sandbox.requests() == [] or {each["method"] for each in sandbox.requests()} == {"GET"}


def test_what_is_missing_makes_the_command_fail(sandbox: Running, settings: Settings) -> None:
    settings.VMSSBUILDER_CLIENT_SECRET = "not the secret"
    with pytest.raises(CommandError) as caught:
        run()
    assert caught.value.returncode == 1


def test_no_secret_is_said(sandbox: Running, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VMSSBUILDER_CLIENT_SECRET = "hush-hush"
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hush-hush@proxy.example:3128")
    said = "\n".join(f"{each.text} {each.cure}" for each in checks(HERE))
    assert "hush-hush" not in said
    assert all(key not in said for key in settings.VMSSBUILDER_SECRET_KEYS)


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "value", "title", "words"),
    [
        ("SECRET_KEY", "short", "DJANGO_SECRET_KEY", "shorter than 50"),
        ("VMSSBUILDER_SECRET_KEYS", [], "VMSSBUILDER_SECRET_KEYS", "holds no key"),
        ("VMSSBUILDER_SECRET_KEYS", ["x"], "VMSSBUILDER_SECRET_KEYS", "is no Fernet key"),
        ("VMSSBUILDER_CLOUD", "moon", "Cloud", "is not a cloud"),
        ("VMSSBUILDER_SANDBOX_URL", "http://example.org", "Cloud", "on this machine"),
        ("VMSSBUILDER_CLIENT_ID", "my app", "VMSSBUILDER_CLIENT_ID", "is no id"),
        ("VMSSBUILDER_TENANT", "contoso", "VMSSBUILDER_TENANT", "neither an id nor a domain"),
        ("VMSSBUILDER_TENANT", OTHER_TENANT, "Microsoft Entra ID", "does not know the tenant"),
        ("VMSSBUILDER_CLIENT_SECRET", "wrong", "Client secret or certificate", "AADSTS7000215"),
        ("VMSSBUILDER_CLIENT_ID", OTHER_TENANT, "Client secret or certificate", "AADSTS700016"),
        ("VMSSBUILDER_CLIENT_CERTIFICATE", "/nowhere.pem", "Client secret or certificate", "cannot be read"),
        (
            "VMSSBUILDER_CLIENT_CERTIFICATE",
            "/nowhere.pem",
            "VMSSBUILDER_CLIENT_CERTIFICATE",
            "cannot be read",
        ),
        ("VMSSBUILDER_ALLOWED_TENANTS", ["contoso.example"], "VMSSBUILDER_ALLOWED_TENANTS", "Not the id"),
        ("ALLOWED_HOSTS", ["example.org"], "DJANGO_ALLOWED_HOSTS", "127.0.0.1 is not among"),
    ],
)
def test_each_setting_that_is_wrong_is_named_with_its_cure(
    sandbox: Running, settings: Settings, setting: str, value: object, title: str, words: str
) -> None:
    setattr(settings, setting, value)
    bad = [each for each in found(title) if each.outcome == "bad"]
    assert [words in each.text for each in bad] == [True], bad
    assert bad[0].cure


def test_a_real_cloud_needs_a_registration(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # No way out: what is not here cannot be asked, and that is said too.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    settings.VMSSBUILDER_CLOUD, settings.VMSSBUILDER_TENANT = "usgov", "organizations"
    assert the("VMSSBUILDER_CLIENT_ID").outcome == "bad"
    assert "must say who is let in" in the("VMSSBUILDER_ALLOWED_TENANTS").text
    assert "through the proxy http://127.0.0.1:9" in found("Way out")[0].text
    assert "login.microsoftonline.us" in the("Microsoft Entra ID").text
    assert "proxy does not lead" in the("Microsoft Entra ID").text
    assert "management.usgovcloudapi.net" in the("Azure Resource Manager").text
    assert the("Local accounts").outcome == "note"
    settings.VMSSBUILDER_TENANT = ""
    assert "not set" in the("VMSSBUILDER_TENANT").text


@pytest.mark.parametrize(
    ("tenant", "allowed", "outcome"),
    [
        (world.TENANT, [OTHER_TENANT], "bad"),
        (world.TENANT, [world.TENANT.upper()], "good"),
        ("organizations", ["*"], "note"),
        ("organizations", [world.TENANT], "good"),
    ],
)
def test_the_list_of_tenants_is_held_against_the_own_one(
    sandbox: Running, settings: Settings, tenant: str, allowed: list[str], outcome: str
) -> None:
    settings.VMSSBUILDER_TENANT, settings.VMSSBUILDER_ALLOWED_TENANTS = tenant, allowed
    assert found("VMSSBUILDER_ALLOWED_TENANTS")[0].outcome == outcome
    assert the("Client secret or certificate").text == "Entra ID accepts it."


def test_a_tenant_of_the_list_that_does_not_exist_is_named(sandbox: Running, settings: Settings) -> None:
    settings.VMSSBUILDER_TENANT = "organizations"
    settings.VMSSBUILDER_ALLOWED_TENANTS = [world.TENANT, OTHER_TENANT]
    assert [each.text for each in found("VMSSBUILDER_ALLOWED_TENANTS") if each.outcome == "bad"] == [
        f"login.sandbox.invalid knows no tenant {OTHER_TENANT}."
    ]


def test_something_of_each_key_is_opened(sandbox: Running, settings: Settings) -> None:
    sign_in(browser(), "rita")
    first = settings.VMSSBUILDER_SECRET_KEYS
    second = [Fernet.generate_key().decode()]
    assert the(KEYS).outcome == "good"
    settings.VMSSBUILDER_SECRET_KEYS = second + first
    sign_in(browser(), "rolf")
    assert [each.outcome for each in found(KEYS)].count("note") == 1
    settings.VMSSBUILDER_SECRET_KEYS = second
    (lost,) = [each for each in found(KEYS) if each.outcome == "bad"]
    assert "not among the 1 key here" in lost.text
    settings.VMSSBUILDER_SECRET_KEYS = second + first
    call_command("rotate_keys", stdout=StringIO())
    settings.VMSSBUILDER_SECRET_KEYS = second
    assert the(KEYS).outcome == "good"


def test_what_an_earlier_version_wrote_is_opened_too(sandbox: Running, settings: Settings) -> None:
    sign_in(browser(), "rita")
    TokenCache.objects.update(ciphertext=Fernet(settings.VMSSBUILDER_SECRET_KEYS[0]).encrypt(b"cache"))
    assert "rotate_keys" in the(KEYS).cure
    TokenCache.objects.update(ciphertext=Fernet(Fernet.generate_key()).encrypt(b"cache"))
    assert the(KEYS).outcome == "bad"


def test_a_process_that_lacks_the_first_key_is_named(sandbox: Running, settings: Settings) -> None:
    keyholders.beat("worker", "other")
    settings.VMSSBUILDER_SECRET_KEYS = [Fernet.generate_key().decode(), *settings.VMSSBUILDER_SECRET_KEYS]
    (lacking,) = [each for each in found(KEYS) if each.outcome == "bad"]
    assert "worker process" in lacking.text


@pytest.mark.parametrize(
    ("url", "https", "outcome"),
    [
        ("http://scale-sets.example.org", False, "bad"),
        ("https://scale-sets.example.org", False, "bad"),
        ("https://scale-sets.example.org", True, "good"),
        ("http://localhost:8000", False, "good"),
        ("", False, "unknown"),
    ],
)
def test_the_address_must_be_one_that_entra_sends_people_to(
    sandbox: Running, settings: Settings, url: str, https: bool, outcome: str
) -> None:
    settings.ALLOWED_HOSTS = ["localhost", ".example.org"]
    settings.HTTPS = https
    assert the("Address", url).outcome == outcome
    assert not found("DJANGO_ALLOWED_HOSTS", url)


def test_a_redirect_address_that_is_not_registered_is_told(sandbox: Running, settings: Settings) -> None:
    settings.HTTPS = True
    check = the("Redirect address", "https://scale-sets.example.org/")
    assert check.outcome == "bad"
    assert "https://scale-sets.example.org/sign-in/callback/ is not registered" in check.text
    assert "platform" in check.cure


def test_an_answer_about_the_redirect_address_that_says_nothing_is_no_verdict(sandbox: Running) -> None:
    sandbox.fault("status", path="/authorize", status=200, body="<html>Sign in</html>")
    assert the("Redirect address").outcome == "unknown"


# --- certificates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "outcome"), [(90, "good"), (20, "note"), (-1, "bad")])
def test_the_end_of_a_certificate_is_told(
    sandbox: Running, settings: Settings, tmp_path: Path, days: float, outcome: str
) -> None:
    key = new_key()
    public = certificate(key, "vmssbuilder", days=days)
    (tmp_path / "client.pem").write_text(public + pem(key))
    settings.VMSSBUILDER_CLIENT_CERTIFICATE = str(tmp_path / "client.pem")
    assert the("VMSSBUILDER_CLIENT_CERTIFICATE").outcome == outcome
    assert "AADSTS700027" in the("Client secret or certificate").text
    sandbox.sandbox.entra.trust(public)
    assert the("Client secret or certificate").text == "Entra ID accepts it."


def test_secret_and_certificate_together_are_refused(sandbox: Running, settings: Settings) -> None:
    settings.VMSSBUILDER_CLIENT_SECRET = settings.VMSSBUILDER_CLIENT_CERTIFICATE = "something"
    assert "not both" in the("Client secret or certificate").text


# --- the cloud -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "options", "title", "words"),
    [
        ("openid-configuration", {"status": 503}, "Microsoft Entra ID", "status 503"),
        ("openid-configuration", {"status": 200, "body": "<html>"}, "Microsoft Entra ID", "no OpenID"),
        ("openid-configuration", {"status": 200, "body": "[]"}, "Microsoft Entra ID", "no OpenID"),
        ("openid-configuration", {"status": 200, "body": "{}"}, "OpenID configuration", "The issuer is"),
        ("/keys", {"status": 200, "body": '{"keys": []}'}, "Signing keys", "publishes none"),
        ("/keys", {"status": 200, "body": "<html>"}, "Signing keys", "publishes none"),
        ("/token", {"status": 503, "body": "{}"}, "Client secret or certificate", "status 503"),
        ("^/subscriptions", {"status": 502, "body": "<html>"}, "Azure Resource Manager", "status 502"),
        ("^/subscriptions", {"status": 200, "body": "{}"}, "Azure Resource Manager", "status 200"),
        (
            "^/subscriptions",
            {
                "status": 401,
                "headers": {"WWW-Authenticate": 'Bearer authorization_uri="https://evil.example/x"'},
            },
            "Azure Resource Manager",
            "takes tokens of evil.example",
        ),
    ],
)
def test_what_answers_in_the_clouds_place_is_noticed(
    sandbox: Running, path: str, options: dict[str, object], title: str, words: str
) -> None:
    sandbox.fault("status", path=path, times=1, **options)
    check = the(title)
    assert (check.outcome, words in check.text) == ("bad", True), check


@pytest.mark.parametrize("path", ["openid-configuration", "/keys", "/authorize", "^/subscriptions"])
def test_a_connection_that_breaks_is_told(sandbox: Running, path: str) -> None:
    sandbox.fault("reset", path=path)
    assert [each.text for each in checks(HERE) if "cannot be reached" in each.text]


@pytest.mark.parametrize(
    ("off", "outcome", "words"),
    [(0, "good", "agrees"), (60, "note", "60 seconds ahead"), (-400, "bad", "400 seconds behind")],
)
def test_a_clock_that_is_wrong_is_noticed(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch, off: int, outcome: str, words: str
) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Wrong:
            # Half a second off, as the header has whole seconds.
            moment = datetime.now(UTC) + timedelta(seconds=off)
            return cls.fromtimestamp(round(moment.timestamp()), tz)

    monkeypatch.setattr(deployment, "datetime", Wrong)
    check = the("Clock")
    assert check.outcome == outcome
    assert (
        words in check.text
        or f"{abs(off) + 1} seconds" in check.text
        or f"{abs(off) - 1} seconds" in check.text
    )


# --- the guide -------------------------------------------------------------------------------------------------------


def test_the_guide_names_our_roles_and_addresses() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "deploying.md").read_text()
    roles = json.loads(guide.partition("```json\n")[2].partition("```")[0])
    assert {each["value"] for each in roles} == set(Role.values)
    assert len({each["id"] for each in roles}) == len(roles)
    for name in ("sign-in-callback", "sign-in", "sign-out-front-channel"):
        assert f"https://scale-sets.example.org{reverse(name)}`" in guide
    for name in (each for each in dir(settings_module) if each.startswith("VMSSBUILDER_CLIENT")):
        assert f"`{name}`" in guide
