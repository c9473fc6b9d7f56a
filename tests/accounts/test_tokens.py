from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from tests.accounts.entra import browser, sign_in
from vmssbuilder.accounts import entra, keyholders, tokens
from vmssbuilder.accounts.models import KeyHolder, TokenCache, User
from vmssbuilder.accounts.tokens import access_token, wanted_claims
from vmssbuilder.audit.models import Event
from vmssbuilder.azure import AzureError
from vmssbuilder.azure.errors import SignInNeeded
from vmssbuilder.azure.signin import NEW_TOKEN, REFRESHED_BEFORE, AccessToken
from vmssbuilder.sandbox import world
from vmssbuilder.sandbox.entra import Entra, TokenError
from vmssbuilder.sandbox.server import Running

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(sandbox: Running) -> User:
    sign_in(browser(), "rita")
    return User.objects.get()


def kept() -> str:
    return TokenCache.objects.get().open()


def test_a_token_is_had_without_the_person(rita: User) -> None:
    before = kept()
    assert access_token(rita).count(".") == 2
    assert access_token(rita) == access_token(rita)
    assert kept() == before, "a token from the cache changes nothing"


def test_a_new_token_is_kept(rita: User) -> None:
    first, before = access_token(rita), kept()
    second = access_token(rita, NEW_TOKEN)
    assert second != first
    assert kept() != before
    assert access_token(rita) == second


def test_a_local_account_has_no_token(requester: User) -> None:
    with pytest.raises(SignInNeeded) as raised:
        access_token(requester)
    assert raised.value.code == "no_account"


def test_an_account_that_is_switched_off_has_no_token(rita: User) -> None:
    rita.is_active = False
    with pytest.raises(SignInNeeded) as raised:
        access_token(rita)
    assert raised.value.code == "switched_off"


def test_a_revoked_sign_in_needs_the_person(rita: User, sandbox: Running) -> None:
    sandbox.sandbox.entra.revoke("rita")
    with pytest.raises(SignInNeeded):
        access_token(rita, NEW_TOKEN)


@pytest.mark.parametrize("ciphertext", [b"nonsense", b""])
def test_a_cache_that_no_key_opens_needs_the_person(rita: User, ciphertext: bytes) -> None:
    TokenCache.objects.update(ciphertext=ciphertext)
    with pytest.raises(SignInNeeded):
        access_token(rita)


def test_entra_out_of_reach_is_not_taken_for_a_lost_sign_in(rita: User, settings: Settings) -> None:
    settings.VMSSBUILDER_SANDBOX_URL = "http://127.0.0.1:9"
    with pytest.raises(AzureError) as raised:
        access_token(rita, NEW_TOKEN)
    assert not isinstance(raised.value, SignInNeeded)
    assert raised.value.retryable


def test_a_newer_sign_in_is_not_written_over(rita: User, monkeypatch: pytest.MonkeyPatch) -> None:
    real = entra.sign_in()

    class Slow:
        """Somebody signs in anew while Entra ID answers."""

        def token(self, *args: str, **named: str) -> object:
            answer = real.token(*args, **named)
            tokens.keep(rita, "the newer one")
            return answer

    monkeypatch.setattr(entra, "sign_in", Slow)
    assert access_token(rita, NEW_TOKEN)
    assert kept() == "the newer one"


def test_what_azure_wants_is_kept_for_the_next_sign_in(rita: User, sandbox: Running) -> None:
    claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    sandbox.sandbox.entra.revoke("rita")
    with pytest.raises(SignInNeeded):
        access_token(rita, claims)
    assert wanted_claims(rita) == claims


def test_a_cache_of_somebody_else_does_not_open(rita: User, stranger: User) -> None:
    TokenCache.objects.create(user=stranger, ciphertext=TokenCache.objects.get().ciphertext)
    with pytest.raises(SignInNeeded) as raised:
        access_token(stranger)
    assert raised.value.code == "unreadable_cache"
    assert access_token(rita)


def test_a_key_that_another_process_has_is_no_ended_sign_in(rita: User, settings: Settings) -> None:
    before = settings.VMSSBUILDER_SECRET_KEYS
    settings.VMSSBUILDER_SECRET_KEYS = [Fernet.generate_key().decode(), *before]
    tokens.keep(rita, kept())
    keyholders.beat("web", "restarted")
    settings.VMSSBUILDER_SECRET_KEYS = before
    with pytest.raises(keyholders.KeyNotHere):
        access_token(rita)
    KeyHolder.objects.all().delete()
    with pytest.raises(SignInNeeded):
        access_token(rita)


# --- Roles --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def rolf(sandbox: Running) -> User:
    """A reviewer by their role in Entra ID."""
    sign_in(browser(), "rolf")
    found = User.objects.get()
    assert found.is_reviewer
    return found


def roles_at_entra(monkeypatch: pytest.MonkeyPatch, account: str, *roles: str) -> None:
    monkeypatch.setitem(world.ACCOUNTS, account, replace(world.ACCOUNTS[account], app_roles=roles))


def test_a_role_that_was_taken_away_ends_with_the_next_token(
    rolf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles_at_entra(monkeypatch, "rolf", "Requester")
    access_token(rolf)
    assert User.objects.get().is_reviewer, "a token from the cache says nothing new"
    access_token(rolf, NEW_TOKEN)
    assert not rolf.is_reviewer
    assert not User.objects.get().is_reviewer
    event = Event.objects.filter(what="account.role-given").latest("pk")
    assert event.details == {"role": "Requester", "before": "Reviewer"}
    access_token(rolf, NEW_TOKEN)
    assert Event.objects.filter(what="account.role-given").latest("pk") == event, "said once"


def test_an_administrator_whose_role_ended_is_none_for_the_admin_pages_either(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser()
    sign_in(client, "ada")
    assert client.get("/admin/").status_code == 200
    roles_at_entra(monkeypatch, "ada")
    access_token(User.objects.get(), NEW_TOKEN)
    assert client.get("/admin/").status_code in (302, 403)


@pytest.mark.parametrize("code", ["50105", "50057", "50034"])
def test_whom_entra_lets_in_no_more_loses_role_and_sessions(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    client = browser()
    sign_in(client, "rolf")
    rolf = User.objects.get()

    def refused(self: Any, form: Any) -> Any:
        raise TokenError("invalid_grant", int(code), "The signed in user is not let in.")

    monkeypatch.setattr(Entra, "_redeem_refresh", refused)
    for _again in range(2):
        with pytest.raises(SignInNeeded):
            access_token(rolf, NEW_TOKEN)
    assert not User.objects.get().is_reviewer
    assert client.get("/")["Location"].startswith("/sign-in/")
    assert Event.objects.filter(what="account.signed-out").count() == 1


def test_a_sign_in_that_merely_ended_takes_no_role(rolf: User, sandbox: Running) -> None:
    sandbox.sandbox.entra.revoke("rolf")
    with pytest.raises(SignInNeeded):
        access_token(rolf, NEW_TOKEN)
    assert User.objects.get().is_reviewer


def test_roles_of_an_id_token_that_is_not_genuine_count_for_nothing(
    rolf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles_at_entra(monkeypatch, "rolf", "Administrator")
    monkeypatch.setattr("vmssbuilder.sandbox.entra.ISSUER", "https://evil.example/v2.0")
    assert access_token(rolf, NEW_TOKEN)
    assert User.objects.get().role == "Reviewer"


def test_what_azure_wants_of_one_person_is_not_asked_of_another(rita: User, sandbox: Running) -> None:
    sign_in(browser(), "rolf")
    rolf = User.objects.exclude(pk=rita.pk).get()
    other = TokenCache.objects.get(user=rolf).ciphertext
    claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    sandbox.sandbox.entra.demand("rita", claims)
    with pytest.raises(SignInNeeded):
        access_token(rita, NEW_TOKEN)
    assert (wanted_claims(rita), wanted_claims(rolf)) == (claims, None)
    access_token(rolf, NEW_TOKEN)
    assert bytes(TokenCache.objects.get(user=rolf).ciphertext) != bytes(other)
    assert wanted_claims(rita) == claims


# --- Used again ---------------------------------------------------------------------------------------------------------


class Counted:
    """Entra ID as a process sees it whose every token is another one, of which it lasts as long as told."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self.lasts = 3600.0
        self.cache: str | None = None

    def token(self, cache: str, _account: str, claims: str | None) -> AccessToken:
        self.asked.append(claims)
        changed = self.cache is not None
        return AccessToken(f"token-{len(self.asked)}", time.time() + self.lasts, self.cache or cache, changed)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    made = Counted()
    monkeypatch.setattr(entra, "sign_in", lambda: made)
    monkeypatch.setattr(tokens, "_used", {})
    return made


class Clock:
    """The monotonic clock, which stands still until it is set."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


@pytest.fixture
def kept_for(requester: User) -> User:
    tokens.keep(requester, "{}")
    return requester


def test_a_token_is_used_for_a_minute_without_opening_what_is_kept(
    kept_for: User, counted: Counted, monotonic: Clock
) -> None:
    ciphertext = bytes(TokenCache.objects.get().ciphertext)
    assert access_token(kept_for) == "token-1"
    for seconds, token in ((59.9, "token-1"), (60.0, "token-2"), (61.0, "token-2"), (119.9, "token-2")):
        monotonic.at = 1000.0 + seconds
        assert access_token(kept_for) == token, seconds
    assert counted.asked == [None, None]
    assert bytes(TokenCache.objects.get().ciphertext) == ciphertext


def test_a_token_is_used_no_longer_than_it_may_be(kept_for: User, counted: Counted, monotonic: Clock) -> None:
    counted.lasts = REFRESHED_BEFORE + 10
    access_token(kept_for)
    for seconds, token in ((9, "token-1"), (10.5, "token-2")):
        monotonic.at = 1000.0 + seconds
        assert access_token(kept_for) == token, seconds


def test_who_wants_another_token_gets_one(kept_for: User, counted: Counted, monotonic: Clock) -> None:
    access_token(kept_for)
    assert access_token(kept_for, NEW_TOKEN) == "token-2"
    assert counted.asked == [None, NEW_TOKEN]


def test_a_token_counts_for_its_own_sign_in_and_keys_only(
    kept_for: User, stranger: User, counted: Counted, monotonic: Clock, settings: Settings
) -> None:
    tokens.keep(stranger, "{}")
    assert [access_token(kept_for), access_token(stranger)] == ["token-1", "token-2"]
    assert [access_token(kept_for), access_token(stranger)] == ["token-1", "token-2"]
    settings.VMSSBUILDER_SECRET_KEYS = [Fernet.generate_key().decode(), *settings.VMSSBUILDER_SECRET_KEYS]
    assert access_token(kept_for) == "token-3"
    tokens.keep(kept_for, "{}")
    assert access_token(kept_for) == "token-4"


def test_tokens_that_are_used_no_more_are_forgotten(
    kept_for: User, stranger: User, administrator: User, counted: Counted, monotonic: Clock
) -> None:
    for other in (stranger, administrator):
        tokens.keep(other, "{}")
    access_token(stranger)
    monotonic.at += 1
    access_token(administrator)
    monotonic.at += 59
    access_token(kept_for)
    assert set(tokens._used) == {administrator.pk, kept_for.pk}


def test_a_changed_sign_in_is_kept_in_its_own_place_only(
    kept_for: User, stranger: User, counted: Counted
) -> None:
    copied = bytes(TokenCache.objects.get().ciphertext)
    TokenCache.objects.create(user=stranger, ciphertext=copied)
    counted.cache = '{"new": 1}'
    access_token(kept_for)
    assert TokenCache.objects.get(user=kept_for).open() == '{"new": 1}'
    assert bytes(TokenCache.objects.get(user=stranger).ciphertext) == copied
    assert access_token(kept_for) == "token-2", "what changed is not used again before it is read"


def test_a_new_sign_in_has_brought_along_what_azure_wanted(kept_for: User) -> None:
    TokenCache.objects.update(claims="{}")
    assert wanted_claims(kept_for) == "{}"
    tokens.keep(kept_for, "{}")
    assert wanted_claims(kept_for) is None
