"""Ciphertexts: they open in their place, with their key, and nowhere else."""

from __future__ import annotations

import base64

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from tests.drafts.conftest import draft
from vmssbuilder import encryption
from vmssbuilder.accounts.models import TokenCache, User
from vmssbuilder.accounts.tokens import keep
from vmssbuilder.drafts.models import Draft, Secret
from vmssbuilder.encryption import (
    CannotDecrypt,
    decrypt,
    encrypt,
    key_ids,
    key_of,
    mac,
    mac_holds,
    mac_key_of,
    ready,
)

__all__ = ["draft"]


def new_key() -> str:
    return Fernet.generate_key().decode()


def test_a_ciphertext_opens_in_its_place_only() -> None:
    made = encrypt("canary ✓", "secret:1:abc")
    assert decrypt(made, "secret:1:abc") == "canary ✓"
    assert decrypt(memoryview(made), "secret:1:abc") == "canary ✓"
    for other in ("secret:1:abd", "secret:2:abc", "token-cache:1", "secret:1:abc ", ""):
        with pytest.raises(CannotDecrypt):
            decrypt(made, other)


@pytest.mark.parametrize("plain", ["", "c", "ca", "can"])
def test_each_changed_byte_is_noticed(plain: str) -> None:
    """Texts of each length modulo 3: base64 leaves bits of the last letters unused, and those count as well."""
    made = encrypt(plain, "here")
    for position in range(len(made)):
        for letter in b"ABCQgw-_=":
            changed = bytearray(made)
            changed[position] = letter
            if changed != made:
                with pytest.raises(CannotDecrypt):
                    decrypt(bytes(changed), "here")
    for length in range(len(made)):
        with pytest.raises(CannotDecrypt):
            decrypt(made[:length], "here")


def test_two_ciphertexts_of_one_text_differ() -> None:
    assert encrypt("canary", "here") != encrypt("canary", "here")


def test_the_key_is_found_by_its_id(settings: Settings) -> None:
    old, new = new_key(), new_key()
    settings.VMSSBUILDER_SECRET_KEYS = [old]
    made = encrypt("canary", "here")
    (old_id,) = key_ids()
    settings.VMSSBUILDER_SECRET_KEYS = [new, old]
    assert key_of(made) == old_id == key_ids()[1]
    assert decrypt(made, "here") == "canary"
    assert key_of(encrypt("canary", "here")) == key_ids()[0]
    settings.VMSSBUILDER_SECRET_KEYS = [new]
    with pytest.raises(CannotDecrypt) as lost:
        decrypt(made, "here")
    assert lost.value.key == old_id
    assert old_id not in old


def test_what_an_earlier_version_wrote_opens_with_each_key(settings: Settings) -> None:
    old, new = new_key(), new_key()
    token = Fernet(old).encrypt(b"canary")
    settings.VMSSBUILDER_SECRET_KEYS = [new, old]
    assert decrypt(token, "anywhere") == "canary"
    assert key_of(token) == ""
    settings.VMSSBUILDER_SECRET_KEYS = [new]
    with pytest.raises(CannotDecrypt):
        decrypt(token, "anywhere")


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ([], "holds no key"),
        (["hush"], "The key of VMSSBUILDER_SECRET_KEYS is no Fernet key"),
        (["{good}", ""], "Key 2 of VMSSBUILDER_SECRET_KEYS is no Fernet key"),
        (["{good}", "hush-hush\ufffd"], "Key 2"),
        (["{good} "], "is no Fernet key"),
        ([base64.urlsafe_b64encode(b"hush" * 7 + b"hus").decode()], "is no Fernet key"),
        ([base64.urlsafe_b64encode(b"hush" * 8).decode()], "is not random"),
        (["{good}"], ""),
        (["{good}", "{good}"], ""),
    ],
)
def test_keys_that_cannot_be_used_are_told_without_being_quoted(
    settings: Settings, keys: list[str], why: str
) -> None:
    settings.VMSSBUILDER_SECRET_KEYS = [each.format(good=new_key()) for each in keys]
    told = ready()
    assert why in told if why else told == ""
    assert not any(key in told for key in settings.VMSSBUILDER_SECRET_KEYS if key)


@pytest.mark.parametrize(("keys", "why"), [([], "holds no key"), (["hush"], "is no Fernet key")])
def test_without_a_key_nothing_is_encrypted(settings: Settings, keys: list[str], why: str) -> None:
    settings.VMSSBUILDER_SECRET_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match=why):
        encrypt("canary", "here")


def test_a_library_that_does_not_work_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "decrypt", lambda *_: "something else")
    assert "does not work" in ready()


def test_what_this_version_wrote_opens_for_good(settings: Settings) -> None:
    settings.VMSSBUILDER_SECRET_KEYS = [
        base64.urlsafe_b64encode(b"tests-only-tests-only-tests-only").decode()
    ]
    kept = b"2.1bed5ed3.vBz3bJWR486qSbFe9vOFCZvjLkhZtQCam-_lTaDpdwEq33Zc-KI="
    assert decrypt(kept, "secret:1:abc") == "canary ✓"
    assert key_ids() == ("1bed5ed3",)
    made = encrypt("canary ✓", "secret:1:abc")
    assert (made[:11], len(made)) == (kept[:11], len(kept))


@pytest.mark.parametrize(("different", "why"), [(7, "is not random"), (8, "")])
def test_a_key_has_eight_different_bytes_at_least(different: int, why: str) -> None:
    key = base64.urlsafe_b64encode(bytes(min(each, different - 1) for each in range(32))).decode()
    assert encryption.trouble_of(key) == why


def test_what_cannot_be_decrypted_says_why(settings: Settings) -> None:
    assert str(CannotDecrypt()) == (
        "This cannot be decrypted: no key opens it in this place. Was a key removed too early?"
    )
    assert str(CannotDecrypt("1bed5ed3")) == (
        "This cannot be decrypted: none of the keys has the id 1bed5ed3. Was a key removed too early?"
    )
    assert (CannotDecrypt().key, CannotDecrypt("1bed5ed3").key) == ("", "1bed5ed3")


def test_keys_without_trouble_have_none() -> None:
    assert encryption.trouble_of_keys([new_key(), new_key()]) == ""


@pytest.mark.parametrize("written", [b"2.\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8.rest", b"2.", b"2", b"", b"\xff"])
def test_what_nobody_wrote_is_no_ciphertext(written: bytes) -> None:
    assert isinstance(key_of(written), str)
    with pytest.raises(CannotDecrypt):
        decrypt(written, "here")


def test_a_later_version_names_no_key_of_ours() -> None:
    assert key_of(encrypt("canary", "here").replace(b"2.", b"3.", 1)) == ""


def test_without_keys_nothing_of_an_earlier_version_opens(settings: Settings) -> None:
    key = new_key()
    settings.VMSSBUILDER_SECRET_KEYS = [key]
    no_text = Fernet(key).encrypt(b"\xff")
    token = Fernet(key).encrypt(b"canary")
    with pytest.raises(CannotDecrypt):
        decrypt(no_text, "here")
    settings.VMSSBUILDER_SECRET_KEYS = []
    with pytest.raises(CannotDecrypt):
        decrypt(token, "here")


def test_only_what_the_newest_key_made_is_newest(settings: Settings) -> None:
    older, newest = new_key(), new_key()
    settings.VMSSBUILDER_SECRET_KEYS = [older]
    made, token = encrypt("canary", "here"), Fernet(newest).encrypt(b"canary")
    assert encryption.is_newest(made) is True
    settings.VMSSBUILDER_SECRET_KEYS = [newest, older]
    assert encryption.is_newest(made) is False
    assert encryption.is_newest(token) is False
    assert encryption.is_newest(encrypt("canary", "here")) is True


def test_a_library_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError

    monkeypatch.setattr(encryption, "encrypt", fail)
    assert ready() == "Encryption does not work on this machine."


def test_one_row_of_each_table_is_tried_for_each_key(
    draft: Draft, requester: User, settings: Settings
) -> None:
    first, second = new_key(), new_key()
    of: dict[str, list[Secret]] = {}
    for keys in ([first], [second, first]):
        settings.VMSSBUILDER_SECRET_KEYS = keys
        for _ in range(2):
            made = Secret(draft=draft)
            made.close("canary")
            made.save()
            of.setdefault(key_ids()[0], []).append(made)
    keep(requester, "{}")
    before = [Secret(draft=draft, ciphertext=Fernet(first).encrypt(b"older")) for _ in range(3)]
    for each in before:
        each.save()
    draft.secrets.exclude(
        pk__in=[each.pk for each in (*before, *of[key_ids()[0]], *of[key_ids()[1]])]
    ).delete()
    newest, oldest = key_ids()
    found = encryption.samples()
    assert {key: sorted(str(row) for row in rows) for key, rows in found.items()} == {
        oldest: [str(of[oldest][1])],
        newest: sorted([str(of[newest][1]), str(TokenCache.objects.get())]),
        "": sorted([str(before[0]), str(before[2])]),
    }
    assert {row.pk for row in found[""]} == {before[0].pk, before[2].pk}
    assert [row.pk for row in found[oldest]] == [of[oldest][1].pk]
    assert {type(row) for row in found[newest]} == {Secret, TokenCache}
    before[1].delete()
    before[2].delete()
    assert [row.pk for row in encryption.samples()[""]] == [before[0].pk], "once where it is the only one"
    before[0].delete()
    assert "" not in encryption.samples()


def test_a_code_holds_for_its_message_and_purpose_alone() -> None:
    made = mac("approval", "canary ✓")
    assert len(made) == 52
    assert mac_holds("approval", "canary ✓", made)
    assert not mac_holds("approval", "canary", made)
    assert not mac_holds("event", "canary ✓", made)
    for position in range(len(made)):
        for letter in "Aaé.":
            changed = made[:position] + letter + made[position + 1 :]
            assert mac_holds("approval", "canary ✓", changed) == (changed == made)
    assert not any(mac_holds("approval", "canary ✓", made[:length]) for length in range(len(made)))


def test_codes_of_an_older_key_hold(settings: Settings) -> None:
    old, new = new_key(), new_key()
    settings.VMSSBUILDER_SECRET_KEYS = [old]
    made = mac("approval", "canary")
    settings.VMSSBUILDER_SECRET_KEYS = [new, old]
    assert mac_holds("approval", "canary", made)
    assert mac_key_of(mac("approval", "canary")) == key_ids()[0] != mac_key_of(made) == key_ids()[1]
    settings.VMSSBUILDER_SECRET_KEYS = [new]
    assert not mac_holds("approval", "canary", made)
